"""What a scene is made of: boxes, rectangles, lines of type, pictures, codes and icons. Values only.

Every item says which box of pixels it touches, so that two scenes can be compared and only
the difference drawn. Colours are #rrggbb.
"""

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

    @property
    def text(self) -> str:
        return "".join(run.text for run in self.runs)

    def moved(self, dx: int, dy: int) -> "Text":
        return Text(self.box.moved(dx, dy), self.runs, self.size, self.colour, self.ascent)


class Picture(Struct, frozen=True):
    """A media file filling its box. Where it is missing or broken the canvas draws a quiet placeholder."""

    box: Box
    sha256: str
    radius: int = 0

    def moved(self, dx: int, dy: int) -> "Picture":
        return Picture(self.box.moved(dx, dy), self.sha256, self.radius)


class Code(Struct, frozen=True):
    """The QR code of `url`, quiet zone included, in `module` whole pixels a module, black on white."""

    box: Box
    url: str
    module: int

    def moved(self, dx: int, dy: int) -> "Code":
        return Code(self.box.moved(dx, dy), self.url, self.module)


class Icon(Struct, frozen=True):
    """A drawing of kiosk.icons in one colour."""

    box: Box
    name: str
    colour: Colour

    def moved(self, dx: int, dy: int) -> "Icon":
        return Icon(self.box.moved(dx, dy), self.name, self.colour)


Item = Rectangle | Text | Picture | Code | Icon


class Geometry(Struct, frozen=True):
    """The display's pixels."""

    width: int
    height: int


class Scene(Struct, frozen=True):
    """A whole picture: items drawn in order on `paper`."""

    geometry: Geometry
    paper: Colour
    items: tuple[Item, ...]

    @property
    def texts(self) -> tuple[Text, ...]:
        return tuple(item for item in self.items if isinstance(item, Text))
