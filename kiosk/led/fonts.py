"""Type made of dots: bitmap fonts for LED panels, no dot half lit. With canvas the door to pygame.

12 and 16 dots high: WenQuanYi Bitmap Song, drawn by hand for these sizes; digits and Latin of 16 dots from
Unifont, whose cells are all 8 wide, so that a clock does not tremble. From 20 dots on Noto Sans CJK Bold without
anti-aliasing: twice the bitmap font looks thin and jagged beside it (looked at with lamps, 24 to 48 dots).
What the first font lacks comes from the next: Unifont, then Noto (characters of Extension B and later in names).

Each character stands in a cell as high as the size; what would lean out of it is moved in, so that two lines
may stand directly one above the other and a line of 16 on a panel of 16 rows loses nothing.
"""

import math
from collections.abc import Iterable
from pathlib import Path

import pygame
import pygame.freetype

from content.errors import WindowError
from kiosk.shapes import Dots, Geometry
from kiosk.typography.fonts import MAX_ADVANCES, FontMetrics, Fonts, open_font
from kiosk.typography.glyphs import StandIns
from kiosk.typography.kinsoku import HALF_OPENING
from kiosk.typography.measured import HALF

PCF_FOLDERS = (
    "/usr/share/fonts/X11/misc",  # Debian, Ubuntu, Raspberry Pi OS: xfonts-wqy
    "/usr/share/fonts/wenquanyi/wqy-bitmapsong",  # Arch
    "/usr/share/fonts/wqy-bitmap-fonts",  # Fedora
    "/usr/share/fonts/wqy-bitmap",
)
UNIFONT_FOLDERS = (
    "/usr/share/fonts/opentype/unifont",  # Debian: fonts-unifont
    "/usr/share/fonts/Unifont",
    "/usr/share/fonts/unifont",
    "/usr/share/fonts/misc",
)
SMALL, USUAL, SMOOTHEST_BITMAP = 12, 16, 19
"""Sizes below SMOOTHEST_BITMAP are drawn in one of the first two."""
MAX_GLYPHS = 4_000
DIGITS = "0123456789"


class DotFontMissing(WindowError):
    """A font for LED panels is not on this machine."""

    def __init__(self, what: str, package: str, folders: Iterable[str]) -> None:
        super().__init__(
            f"找不到 LED 屏用的点阵字体 {what}，已查找：{'、'.join(folders)}。请安装：sudo apt-get install {package}"
        )


def open_dots(names: Iterable[str], folders: Iterable[str], size: int, what: str, package: str) -> pygame.freetype.Font:
    """The first of these files that can be opened. Raises DotFontMissing."""
    tried = tuple(folders)
    for folder in tried:
        for name in names:
            path = Path(folder) / name
            if path.is_file():
                return crisp(pygame.freetype.Font(str(path), size))
    raise DotFontMissing(what, package, tried)


def crisp(font: pygame.freetype.Font) -> pygame.freetype.Font:
    font.antialiased = False
    font.origin = True
    return font


class DotMetrics:
    """kiosk.text.Metrics in whole dots, and the drawing. Weights are one: dots have no second."""

    def __init__(
        self, pcf_folders: Iterable[str] = PCF_FOLDERS, unifont_folders: Iterable[str] = UNIFONT_FOLDERS
    ) -> None:
        pygame.freetype.init()
        song = ("WenQuanYi Bitmap Song", "xfonts-wqy")
        self._small = open_dots(("wenquanyi_9pt.pcf", "wenquanyi_9pt.pcf.gz"), pcf_folders, SMALL, *song)
        self._usual = open_dots(("wenquanyi_12pt.pcf", "wenquanyi_12pt.pcf.gz"), pcf_folders, USUAL, *song)
        unifont = ("unifont.otf", "unifont.ttf", "Unifont.otf")
        self._unifont = open_dots(unifont, unifont_folders, USUAL, "GNU Unifont", "fonts-unifont")
        self._thin, self._bold = crisp(open_font("Regular")), crisp(open_font("Bold"))
        self._chosen: dict[tuple[str, int], pygame.freetype.Font] = {}
        self._advances: dict[tuple[str, int], int] = {}
        self._clusters: dict[tuple[str, int], int] = {}
        self._stand_ins = StandIns(self._has)
        self._glyphs: dict[tuple[str, int, str], tuple[pygame.Surface, int, int]] = {}

    def advance(self, cluster: str, size: int, bold: bool) -> float:  # noqa: ARG002 -- dots have one weight
        known = self._clusters.get((cluster, size))
        if known is None:
            if len(self._clusters) >= MAX_ADVANCES:
                self._clusters.clear()
            known = sum(self._width(character, crisp_size(size)) for character in self.shown(cluster))
            self._clusters[cluster, size] = known
        return known

    def ascent(self, size: int) -> int:
        return round(crisp_size(size) * 0.88)

    def descent(self, size: int) -> int:
        return crisp_size(size) - self.ascent(size)

    def shown(self, text: str) -> str:
        """`text` as it is drawn: what no font has a shape for is replaced by what says the same, or a quiet mark."""
        return self._stand_ins.shown(text)

    def draw(
        self,
        surface: pygame.Surface,
        text: str,
        place: tuple[int, int],
        size: int,
        bold: bool,  # noqa: ARG002
        colour: str,
    ) -> None:
        """`text` on `surface`, its baseline beginning at `place`."""
        size = crisp_size(size)
        x, top = place[0], place[1] - self.ascent(size)
        for character in self.shown(text):
            glyph, left, down = self._glyph(character, size, colour)
            surface.blit(glyph, (x + left, top + down))
            x += self._width(character, size)

    def _font(self, character: str, size: int) -> pygame.freetype.Font:
        """The first font that has it."""
        known = self._chosen.get((character, size))
        if known is None:
            if len(self._chosen) >= MAX_ADVANCES:
                self._chosen.clear()
            chain = self._chain(character, size)
            known = next((font for font in chain if font.get_metrics(character, size)[0] is not None), chain[-1])
            self._chosen[character, size] = known
        return known

    def _chain(self, character: str, size: int) -> tuple[pygame.freetype.Font, ...]:
        if size == SMALL:
            return (self._small, self._thin, self._unifont)
        if size == USUAL:
            fonts = (self._usual, self._unifont, self._thin)
            return (self._unifont, *fonts) if character.isascii() else fonts
        return (self._bold, self._unifont)

    def _has(self, character: str) -> bool:
        return any(font.get_metrics(character, USUAL)[0] is not None for font in (self._unifont, self._thin))

    def _width(self, character: str, size: int) -> int:
        known = self._advances.get((character, size))
        if known is None:
            if len(self._advances) >= MAX_ADVANCES:
                self._advances.clear()
            same = DIGITS if character in DIGITS else character  # one width: the widest, or 4 would touch the colon
            known = self._advances[character, size] = max(self._natural_width(one, size) for one in same)
        return known

    def _natural_width(self, character: str, size: int) -> int:
        glyph = self._font(character, size).get_metrics(character, size)[0]
        return round(glyph[4]) if glyph else size

    def _glyph(self, character: str, size: int, colour: str) -> tuple[pygame.Surface, int, int]:
        """The dots of a character, and where in its cell they begin."""
        key = (character, size, colour)
        known = self._glyphs.get(key)
        if known is None:
            if len(self._glyphs) >= MAX_GLYPHS:
                self._glyphs.clear()
            drawn, ink = self._font(character, size).render(character, pygame.Color(colour), size=size)
            width = max(1, self._width(character, size))
            begin = max(ink.x, half_of(size)) if character in HALF_OPENING and width == size else ink.x
            begin += width - self._natural_width(character, size) if character in DIGITS else 0  # clear of a dash
            left, right = moved_in(begin, drawn.get_width(), width)
            top, bottom = moved_in(self.ascent(size) - ink.y, drawn.get_height(), size)
            cut = pygame.Rect(0, 0, right - left, bottom - top)
            known = self._glyphs[key] = (drawn.subsurface(cut).copy(), left, top)
        return known


def fonts_for(geometry: Geometry | Dots) -> Fonts:
    """The type of this display. Raises FontMissing or DotFontMissing."""
    return DotMetrics() if isinstance(geometry, Dots) else FontMetrics()


def half_of(size: int) -> int:
    """Where the ink of an opening bracket may begin: at the head of a line the dots before it are left away."""
    return math.ceil(size * HALF)


def crisp_size(size: int) -> int:
    """The size at which type of `size` is drawn."""
    if size < USUAL:
        return SMALL
    return size if size > SMOOTHEST_BITMAP else USUAL


def moved_in(start: int, length: int, room: int) -> tuple[int, int]:
    """From where to where `length` dots that began at `start` lie, once moved into 0 … `room`; cut if too long."""
    length = min(length, room)
    start = min(max(0, start), room - length)
    return start, start + length
