"""The display's fonts: how wide and high each character is, and its drawing. With canvas the door to pygame.

What a font has no shape for is replaced by what says the same (kiosk.typography.glyphs), so that measuring
and drawing always speak of the same characters.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Protocol

import pygame
import pygame.freetype

from content.errors import WindowError
from kiosk.text import Metrics
from kiosk.typography.glyphs import StandIns

FONT_FOLDERS = (
    "/usr/share/fonts/opentype/noto",  # Debian, Ubuntu, Raspberry Pi OS: fonts-noto-cjk
    "/usr/share/fonts/noto-cjk",  # Arch
    "/usr/share/fonts/google-noto-sans-cjk-fonts",  # Fedora
    "/usr/share/fonts/google-noto-cjk",
    "/usr/share/fonts/noto",
    "/opt/homebrew/share/fonts",
    "/Library/Fonts",
)
SIMPLIFIED_CHINESE = 2
"""The face inside NotoSansCJK-*.ttc; without it a .ttc gives Japanese shapes."""
MAX_ADVANCES = 20_000


class FontMissing(WindowError):
    """No Chinese font on this machine."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"找不到字体 {name}，已查找：{'、'.join(FONT_FOLDERS)}。请安装思源黑体：sudo apt-get install fonts-noto-cjk"
        )


def open_font(weight: str, folders: Iterable[str] = FONT_FOLDERS) -> pygame.freetype.Font:
    """Noto Sans CJK SC in `weight`. Raises FontMissing."""
    name = f"NotoSansCJK-{weight}.ttc"
    for folder in folders:
        path = Path(folder) / name
        if path.is_file():
            font = pygame.freetype.Font(str(path), font_index=SIMPLIFIED_CHINESE)
            font.origin = True
            return font
    raise FontMissing(name)


class Fonts(Metrics, Protocol):
    """kiosk.text.Metrics that can draw what they measure."""

    def shown(self, text: str) -> str:
        """`text` as it is drawn."""
        ...

    def draw(
        self, surface: pygame.Surface, text: str, place: tuple[int, int], size: int, bold: bool, colour: str
    ) -> None:
        """`text` on `surface`, its baseline beginning at `place`."""
        ...


class FontMetrics:
    """kiosk.text.Metrics over the two weights."""

    ASCENT, DESCENT = 0.98, 0.27
    """Ems that hold every Chinese and Latin glyph; the font's own 1.16 and 0.29 leave room for scripts it lacks."""

    def __init__(self) -> None:
        pygame.freetype.init()
        self.fonts = {False: open_font("Regular"), True: open_font("Bold")}
        self._advances: dict[tuple[int, bool], dict[str, float]] = {}
        self._stand_ins = StandIns(self._has)

    def advance(self, cluster: str, size: int, bold: bool) -> float:
        known = self._advances.setdefault((size, bold), {})
        width = known.get(cluster)
        if width is None:
            if len(known) >= MAX_ADVANCES:
                known.clear()
            width = known[cluster] = self._measured(cluster, size, bold)
        return width

    def _measured(self, cluster: str, size: int, bold: bool) -> float:
        text = self.shown(cluster)
        return sum(glyph[4] if glyph else float(size) for glyph in self.fonts[bold].get_metrics(text, size))

    def shown(self, text: str) -> str:
        """`text` as it is drawn: what the font has no shape for is replaced by what says the same, or a quiet mark."""
        return self._stand_ins.shown(text)

    def _has(self, character: str) -> bool:
        return self.fonts[False].get_metrics(character, 20)[0] is not None

    def draw(
        self, surface: pygame.Surface, text: str, place: tuple[int, int], size: int, bold: bool, colour: str
    ) -> None:
        """`text` on `surface`, its baseline beginning at `place`."""
        self.fonts[bold].render_to(surface, place, self.shown(text), colour, size=size)

    def ascent(self, size: int) -> int:
        return round(size * self.ASCENT)

    def descent(self, size: int) -> int:
        return round(size * self.DESCENT)
