"""Where the parts of the picture stand: header, notice, foot line and panel, for any geometry. Pure.

All lengths follow from one unit, which is 1 px on a 1920×1080 display; a display of twice
the pixels shows the same picture, sharper. Wide displays carry the panel at the side, tall and square ones
at the foot.
"""

import math

from msgspec import Struct

from kiosk.shapes import Box, Geometry

WIDE_FROM = 1.15
"""Width ÷ height from which the panel stands at the side."""


class Frame(Struct, frozen=True):
    """The areas of one geometry. No two overlap."""

    geometry: Geometry
    unit: float
    wide: bool
    header: Box
    notice: Box
    """Label, title, body and foot line."""
    panel: Box

    def px(self, units: float) -> int:
        """A length in whole pixels, at least 1."""
        return max(1, round(units * self.unit))

    @property
    def hang(self) -> int:
        """How far marks may hang out on the right of the notice."""
        return self.px(52)


def frame(geometry: Geometry) -> Frame:
    """The areas of `geometry`."""
    width, height = geometry.width, geometry.height
    wide = width >= WIDE_FROM * height
    # A very long or very narrow display takes its unit from its short side, so that the panel has room.
    unit = min(math.sqrt(width * height / (1920 * 1080)), (height if wide else width) / 1080)

    def px(units: float) -> int:
        return max(1, round(units * unit))

    margin, top, bottom = px(64), px(126), px(44)
    header = Box(margin, 0, width - 2 * margin, top)
    if wide:
        panel = Box(width - margin - px(468), top + px(30), px(468), height - top - px(30) - bottom)
        notice = Box(margin, panel.y, panel.x - px(60) - margin, panel.height)
    else:
        panel = Box(margin, height - bottom - px(516), width - 2 * margin, px(516))
        notice = Box(margin, top + px(40), panel.width, panel.y - px(36) - top - px(40))
    return Frame(geometry=geometry, unit=unit, wide=wide, header=header, notice=notice, panel=panel)
