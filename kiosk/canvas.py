"""Scenes → pixels: the only door to pygame's drawing.

Draws on any surface, with or without a display. Between two scenes only the boxes that
differ are drawn again, so a tick of the clock costs a small rectangle. What comes from outside
(a picture, a character without a glyph) costs itself only, never the screen.
"""

import io
from collections import Counter
from collections.abc import Callable
from itertools import pairwise

import pygame
from pygame import Rect, Surface

from content.notice import Colour
from kiosk.code import QUIET_MODULES, modules
from kiosk.icons import shapes
from kiosk.imagesize import image_size
from kiosk.outline import Disc, Polygon, Slab, Stroke
from kiosk.scrolled import Strips
from kiosk.shapes import Box, Clip, Code, Icon, Item, Picture, Rectangle, Scene, Scroll, Text
from kiosk.theme import absent
from kiosk.typography.fonts import FontMetrics, Fonts
from kiosk.video import Films

ReadBlob = Callable[[str], bytes | None]

MAX_PICTURE_PIXELS = 12_000_000
"""The publisher sends at most 4.5 million; unpacked twice, as here, these take 96 MB of a Zero 2 W's 512."""
MAX_CACHED_BYTES = 64 * 1024 * 1024
SMOOTH = 4
"""Icons and corners are drawn this many times larger and scaled down: pygame.draw has no anti-aliasing."""
MAX_STAMPS = 200
"""Icons, discs and corners that are kept; with one more all are made anew."""
MAX_DIRTY = 8
"""Boxes that are drawn again one by one; more of them are drawn as fewer, larger ones."""


class Canvas:
    """Draws scenes on one surface and remembers the last one."""

    def __init__(
        self, surface: Surface, read_blob: ReadBlob, fonts: Fonts | None = None, *, patience: float | None = None
    ) -> None:
        """`patience`: how many seconds to wait for each frame of a film; a preview has time, a screen has not."""
        self.surface = surface
        self._films = Films(read_blob, patience)
        self.metrics = fonts or FontMetrics()
        self._strips = Strips(self.metrics, self.metrics.draw)
        self._read_blob = read_blob
        self._drawn: Scene | None = None
        self._paper: Colour = "#000000"
        self._stamps: dict[tuple[object, ...], Surface] = {}
        self._pictures: dict[tuple[str, int, int, int], Surface] = {}

    def draw(self, scene: Scene) -> list[Box]:
        """Make the surface show `scene`; returns the boxes whose pixels were drawn again."""
        boxes = changed(self._drawn, scene)
        whole = Box(0, 0, *self.surface.get_size())
        boxes = [clipped for box in boxes if (clipped := intersection(box, whole))]
        self._paper = scene.paper
        self._drawn = None  # should drawing fail half-way, the next scene is drawn in full
        for box in boxes:
            part = self.surface.subsurface(rect(box))  # freetype does not respect a clip, but keeps to a subsurface
            part.fill(scene.paper)
            for item in scene.items:
                if reach(item).touches(box):
                    self._draw_item(part, item.moved(-box.x, -box.y))
        self._drawn = scene
        self._films.keep_only(item for item in scene.items if isinstance(item, Clip))
        return boxes

    def forget(self) -> None:
        """Somebody else drew on the surface: the next scene is drawn in full."""
        self._drawn = None

    def close(self) -> None:
        """End the decoders of films. May be called twice; what is drawn later begins them again."""
        self._films.close()

    def _draw_item(self, part: Surface, item: Item) -> None:
        match item:
            case Rectangle():
                self._draw_rectangle(part, item)
            case Text():
                for run in item.runs:
                    place = (item.box.x + run.x, item.box.y + item.ascent)
                    self.metrics.draw(part, run.text, place, item.size, run.bold, item.colour)
            case Picture():
                self._draw_picture(part, item)
            case Code():
                draw_code(part, item)
            case Icon():
                part.blit(self._icon(item), (item.box.x, item.box.y))
            case Scroll():
                self._strips.draw(part, item)
            case Clip():
                self._draw_clip(part, item)

    def _draw_rectangle(self, part: Surface, item: Rectangle) -> None:
        box = item.box
        radius = min(item.radius, box.width // 2, box.height // 2)
        if radius < 2:
            fill(part, item.colour, rect(box))
            return
        fill(part, item.colour, Rect(box.x + radius, box.y, box.width - 2 * radius, box.height))
        fill(part, item.colour, Rect(box.x, box.y + radius, box.width, box.height - 2 * radius))
        disc = self._disc(radius, item.colour)
        far_x, far_y = box.right - radius, box.bottom - radius
        for x, y, left, top in (
            (box.x, box.y, 0, 0),
            (far_x, box.y, radius, 0),
            (box.x, far_y, 0, radius),
            (far_x, far_y, radius, radius),
        ):
            part.blit(disc, (x, y), (left, top, radius, radius))

    def _disc(self, radius: int, colour: str) -> Surface:
        """A smooth disc, whose quarters are the corners of rounded rectangles."""
        key = ("disc", radius, colour)
        if key not in self._stamps:
            large = transparent((2 * radius * SMOOTH, 2 * radius * SMOOTH), colour)
            pygame.draw.circle(large, colour, (radius * SMOOTH, radius * SMOOTH), radius * SMOOTH)
            self._keep(key, pygame.transform.smoothscale(large, (2 * radius, 2 * radius)))
        return self._stamps[key]

    def _icon(self, item: Icon) -> Surface:
        key = ("icon", item.name, item.colour, item.box.width, item.box.height)
        if key not in self._stamps:
            self._keep(key, drawn_icon(item))
        return self._stamps[key]

    def _keep(self, key: tuple[object, ...], stamp: Surface) -> None:
        if len(self._stamps) >= MAX_STAMPS:
            self._stamps.clear()
        self._stamps[key] = stamp

    def _draw_picture(self, part: Surface, item: Picture) -> None:
        key = (item.sha256, item.box.width, item.box.height, item.radius)
        if key not in self._pictures:
            loaded = self._loaded(item)
            if loaded is None:
                self._draw_absent(part, item)
                return
            size = 4 * item.box.width * item.box.height
            while self._pictures and size + self._cached_bytes() > MAX_CACHED_BYTES:
                self._pictures.pop(next(iter(self._pictures)))
            self._pictures[key] = loaded
        part.blit(self._pictures[key], (item.box.x, item.box.y))

    def _draw_absent(self, part: Surface, item: Picture) -> None:
        """What stands in the place of a picture that cannot be drawn."""
        ground, ink = absent(self._paper)
        box = item.box
        self._draw_rectangle(part, Rectangle(box, ground, item.radius))
        side = max(1, min(box.width, box.height) // 4)
        middle = Box(box.x + (box.width - side) // 2, box.y + (box.height - side) // 2, side, side)
        part.blit(self._icon(Icon(middle, "picture", ink)), (middle.x, middle.y))

    def _cached_bytes(self) -> int:
        return sum(4 * kept.get_width() * kept.get_height() for kept in self._pictures.values())

    def _loaded(self, item: Picture) -> Surface | None:
        """The picture cut and scaled to its box; None where it is missing, broken or enormous."""
        data = self._read_blob(item.sha256)
        size = image_size(data) if data else None
        if data is None or size is None or not 0 < size[0] * size[1] <= MAX_PICTURE_PIXELS:
            return None
        try:
            loaded = pygame.image.load(io.BytesIO(data))
        except pygame.error:
            return None
        if loaded.get_size() != size:  # another decoder than its first bytes promised
            return None
        plain = Surface(loaded.get_size(), pygame.SRCALPHA, 32)
        plain.blit(loaded, (0, 0))
        scaled = covering(plain, item.box.width, item.box.height)
        if item.radius > 1:
            mask = transparent((item.box.width, item.box.height), "#ffffff")
            self._draw_rectangle(mask, Rectangle(Box(0, 0, item.box.width, item.box.height), "#ffffff", item.radius))
            scaled.blit(mask, (0, 0), special_flags=pygame.BLEND_RGBA_MIN)
        return scaled

    def _draw_clip(self, part: Surface, item: Clip) -> None:
        """The film's picture of the moment, or its still picture."""
        frame, box = self._films.frame(item), item.box
        if frame is None:
            self._draw_picture(part, Picture(box, item.still, item.radius))
            return
        part.blit(frame, (box.x, box.y))
        radius = min(item.radius, box.width // 2, box.height // 2)
        if radius > 1:
            corners = self._corners(radius)
            for right, low in ((0, 0), (1, 0), (0, 1), (1, 1)):
                place = (box.x + right * (box.width - radius), box.y + low * (box.height - radius))
                part.blit(corners, place, (right * radius, low * radius, radius, radius))

    def _corners(self, radius: int) -> Surface:
        """The paper around a disc: what rounds the corners of a film, four quarters of it."""
        key = ("corners", radius, self._paper)
        if key not in self._stamps:
            large = Surface((2 * radius * SMOOTH, 2 * radius * SMOOTH), pygame.SRCALPHA, 32)
            large.fill(self._paper)
            clear = pygame.Color(self._paper)
            clear.a = 0
            pygame.draw.circle(large, clear, (radius * SMOOTH, radius * SMOOTH), radius * SMOOTH)
            self._keep(key, pygame.transform.smoothscale(large, (2 * radius, 2 * radius)))
        return self._stamps[key]


def covering(loaded: Surface, width: int, height: int) -> Surface:
    """`loaded` scaled to fill width × height; what is too much is cut left and right, or more below than above."""
    have_x, have_y = loaded.get_size()
    factor = max(width / have_x, height / have_y)
    cut_x, cut_y = min(have_x, max(1, round(width / factor))), min(have_y, max(1, round(height / factor)))
    part = loaded.subsurface(Rect((have_x - cut_x) // 2, (have_y - cut_y) // 3, cut_x, cut_y))
    return pygame.transform.smoothscale(part, (width, height))


def transparent(size: tuple[int, int], colour: str) -> Surface:
    """A clear surface whose colour is right at once: smoothing would mix in black."""
    surface = Surface(size, pygame.SRCALPHA, 32)
    clear = pygame.Color(colour)
    clear.a = 0
    surface.fill(clear)
    return surface


def drawn_icon(item: Icon) -> Surface:
    """The icon's shapes in its colour; a hole is drawn with nothing."""
    width, height = item.box.width, item.box.height
    large = transparent((width * SMOOTH, height * SMOOTH), item.colour)
    solid, clear = pygame.Color(item.colour), pygame.Color(item.colour)
    clear.a = 0
    fx, fy = width * SMOOTH / 100, height * SMOOTH / 100
    for shape in shapes(item.name):
        colour = clear if shape.hole else solid
        match shape:
            case Polygon(points=points):
                pygame.draw.polygon(large, colour, [(x * fx, y * fy) for x, y in points])
            case Disc(centre=(x, y), radius=radius):
                pygame.draw.circle(large, colour, (x * fx, y * fy), radius * fx)
            case Slab(corner=(x, y)):
                place = Rect(round(x * fx), round(y * fy), round(shape.width * fx), round(shape.height * fy))
                pygame.draw.rect(large, colour, place, border_radius=round(shape.radius * fx))
            case Stroke():
                draw_stroke(large, colour, [(x * fx, y * fy) for x, y in shape.points], shape.width * fx)
    return pygame.transform.smoothscale(large, (width, height))


def draw_stroke(surface: Surface, colour: pygame.Color, points: list[tuple[float, float]], width: float) -> None:
    """A line with round ends: a quadrangle for each part, a disc at each point."""
    for (ax, ay), (bx, by) in pairwise(points):
        length = max(0.001, ((bx - ax) ** 2 + (by - ay) ** 2) ** 0.5)
        nx, ny = -(by - ay) / length * width / 2, (bx - ax) / length * width / 2
        pygame.draw.polygon(
            surface, colour, [(ax + nx, ay + ny), (bx + nx, by + ny), (bx - nx, by - ny), (ax - nx, ay - ny)]
        )
    for point in points:
        pygame.draw.circle(surface, colour, point, width / 2)


def draw_code(part: Surface, item: Code) -> None:
    """Whole pixels a module, so that nothing is blurred; the quiet zone is white."""
    fill(part, item.light, rect(item.box))
    for row, line in enumerate(modules(item.url, item.correction), QUIET_MODULES):
        for column, black in enumerate(line, QUIET_MODULES):
            if black:
                x, y = item.box.x + column * item.module, item.box.y + row * item.module
                fill(part, "#000000", Rect(x, y, item.module, item.module))


def fill(part: Surface, colour: str, area: Rect) -> None:
    """Fill what of `area` lies on `part`. pygame's own fill moves an area that begins outside to the edge."""
    part.fill(colour, area.clip(part.get_rect()))


def rect(box: Box) -> Rect:
    return Rect(box.x, box.y, box.width, box.height)


def reach(item: Item) -> Box:
    """The pixels that drawing `item` may touch: glyphs lean out of their box a little."""
    if isinstance(item, Text):
        bleed = max(2, item.size // 8)
        return item.box.inset(-bleed)
    return item.box


def intersection(one: Box, other: Box) -> Box | None:
    if not one.touches(other):
        return None
    x, y = max(one.x, other.x), max(one.y, other.y)
    return Box(x, y, min(one.right, other.right) - x, min(one.bottom, other.bottom) - y)


def changed(before: Scene | None, after: Scene) -> list[Box]:
    """The boxes in which the two differ; the whole picture where there is nothing to compare."""
    whole = [Box(0, 0, after.geometry.width, after.geometry.height)]
    if before is None or before.geometry != after.geometry or before.paper != after.paper:
        return whole
    old, new = Counter(before.items), Counter(after.items)
    kept = old & new
    if [item for item in before.items if item in kept] != [item for item in after.items if item in kept]:
        return whole  # the same things in another order may cover each other differently
    return merged([reach(item) for item in [*(old - new), *(new - old)]])


def merged(boxes: list[Box]) -> list[Box]:
    """Fewer, larger boxes that cover the same: neighbours become one where that wastes little."""
    waste = 1.3
    found = sorted(boxes, key=lambda box: (box.y, box.x))
    while True:
        found = merged_once(found, waste)
        if len(found) <= MAX_DIRTY:
            return found
        waste *= 1.6


def merged_once(boxes: list[Box], waste: float) -> list[Box]:
    """Each box joined to the first before it with which it is no more than `waste` times as large as both."""
    found: list[Box] = []
    for box in boxes:
        for index, other in enumerate(found):
            union = box.union(other)
            if union.width * union.height <= waste * (box.width * box.height + other.width * other.height):
                found[index] = union
                break
        else:
            found.append(box)
    return found
