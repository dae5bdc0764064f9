"""What a scene is made of: boxes, rectangles, lines of type, pictures, codes and icons. Values only.

Every item says which box of pixels it touches, so that two scenes can be compared and only
the difference drawn. Colours are #rrggbb.
"""

from typing import Literal

from msgspec import Struct

from content.notice import Colour


class Box(Struct, frozen=True):
    """A rectangle of whole pixels; `right` and `bottom` are just outside it."""

    x: int
    y: int
    width: int
    height: int

    @property
    def right(self) -> int:
        return self.x + self.width

    @property
    def bottom(self) -> int:
        return self.y + self.height

    def moved(self, dx: int, dy: int) -> "Box":
        return Box(self.x + dx, self.y + dy, self.width, self.height)

    def inset(self, by: int, down: int | None = None) -> "Box":
        """This box without a border of `by` pixels left and right, and `down` (or `by`) above and below."""
        down = by if down is None else down
        return Box(self.x + by, self.y + down, max(1, self.width - 2 * by), max(1, self.height - 2 * down))

    def touches(self, other: "Box") -> bool:
        """Have the two any pixel in common?"""
        return self.x < other.right and other.x < self.right and self.y < other.bottom and other.y < self.bottom

    def contains(self, other: "Box") -> bool:
        return self.x <= other.x and self.y <= other.y and other.right <= self.right and other.bottom <= self.bottom

    def union(self, other: "Box") -> "Box":
        x, y = min(self.x, other.x), min(self.y, other.y)
        return Box(x, y, max(self.right, other.right) - x, max(self.bottom, other.bottom) - y)


class Rectangle(Struct, frozen=True):
    """A filled rectangle, its corners rounded by `radius` pixels."""

    box: Box
    colour: Colour
    radius: int = 0

    def moved(self, dx: int, dy: int) -> "Rectangle":
        return Rectangle(self.box.moved(dx, dy), self.colour, self.radius)


class Run(Struct, frozen=True):
    """Characters in one weight, `x` pixels right of the text's box."""

    x: int
    text: str
    bold: bool


class Text(Struct, frozen=True):
    """One line of type. The baseline lies `ascent` pixels below the top of the box."""

    box: Box
    runs: tuple[Run, ...]
    size: int
    colour: Colour
    ascent: int
    day: str = ""
    """The words of the table cell that it is (a line of), where that is a day: see kiosk.lcd.today."""

    @property
    def text(self) -> str:
        return "".join(run.text for run in self.runs)

    def moved(self, dx: int, dy: int) -> "Text":
        return Text(self.box.moved(dx, dy), self.runs, self.size, self.colour, self.ascent, self.day)


class Picture(Struct, frozen=True):
    """A media file filling its box. Where it is missing or broken the canvas draws a quiet placeholder."""

    box: Box
    sha256: str
    radius: int = 0

    def moved(self, dx: int, dy: int) -> "Picture":
        return Picture(self.box.moved(dx, dy), self.sha256, self.radius)


class Code(Struct, frozen=True):
    """The QR code of `url`, quiet zone included, in `module` whole pixels a module, black on `light`."""

    box: Box
    url: str
    module: int
    light: Colour = "#ffffff"
    correction: Literal["l", "m"] = "m"
    """How much of it may be lost; `l` is smaller, for panels of few dots."""

    def moved(self, dx: int, dy: int) -> "Code":
        return Code(self.box.moved(dx, dy), self.url, self.module, self.light, self.correction)


class Icon(Struct, frozen=True):
    """A drawing of kiosk.icons in one colour."""

    box: Box
    name: str
    colour: Colour

    def moved(self, dx: int, dy: int) -> "Icon":
        return Icon(self.box.moved(dx, dy), self.name, self.colour)


class Scroll(Struct, frozen=True):
    """Text seen through a window, `offset` whole pixels along; what lies outside the box is not drawn."""

    box: Box
    text: Text
    offset: int

    def moved(self, dx: int, dy: int) -> "Scroll":
        return Scroll(self.box.moved(dx, dy), self.text.moved(dx, dy), self.offset)


class Clip(Struct, frozen=True):
    """The picture of a film `seconds` after it began; where it cannot be decoded, the still picture `still`.

    A film of `length` seconds plays over and over. `rate`: its frames a second.
    """

    box: Box
    sha256: str
    still: str
    seconds: float
    radius: int = 0
    length: float = 60.0
    rate: float = 25.0

    def moved(self, dx: int, dy: int) -> "Clip":
        return Clip(self.box.moved(dx, dy), self.sha256, self.still, self.seconds, self.radius, self.length, self.rate)


Item = Rectangle | Text | Picture | Code | Icon | Scroll | Clip


class Geometry(Struct, frozen=True):
    """An LCD: its pixels, and how large and how far away they are."""

    width: int
    height: int
    diagonal_inch: float = 32.0
    viewing_distance_m: float = 2.0


class Dots(Struct, frozen=True):
    """An LED panel: its dots, and which colours each of them has."""

    width: int
    height: int
    colours: Literal["red", "red-green", "full"] = "full"


class Scene(Struct, frozen=True):
    """A whole picture: items drawn in order on `paper`.

    `rate`: so many new pictures a second it needs while it is shown; 0 for a picture that stands still.
    """

    geometry: Geometry | Dots
    paper: Colour
    items: tuple[Item, ...]
    rate: float = 0.0

    @property
    def texts(self) -> tuple[Text, ...]:
        return tuple(item for item in self.items if isinstance(item, Text))
