"""Where the parts of the picture stand: header, notice, foot line and panel, for any geometry. Pure.

All lengths follow from one unit, which is 1 px on a 1920×1080 display; a display of twice the pixels shows the same
picture, sharper. Wide displays carry the panel at the side, tall and square ones at the foot; where there is nothing
for a panel to show, the notice has its room. The sizes of type follow from the viewing distance
(kiosk.typography.legible).
"""

import math

from msgspec import Struct

from kiosk.shapes import Box, Geometry
from kiosk.theme import LIGHT, Theme
from kiosk.typography.legible import TypeSizes, read_up_to_m, type_sizes

WIDE_FROM = 1.15
"""Width ÷ height from which the panel stands at the side."""
TALL_FROM = 1.25
"""Height ÷ width from which the panel at the foot is high; a square display keeps that room for the notice."""
PANEL_WIDE, PANEL_HIGH, PANEL_OF_ONE, PANEL_LOW = 488, 516, 440, 376
"""The panel's width at the side, its height at the foot, where it shows but one thing, and on a square display."""


class Frame(Struct, frozen=True):
    """The areas of one geometry, no two of which overlap, and how they are dressed."""

    geometry: Geometry
    unit: float
    wide: bool
    header: Box
    notice: Box
    """Label, title, body and foot line."""
    panel: Box | None
    type: TypeSizes
    theme: Theme = LIGHT

    def px(self, units: float) -> int:
        """A length in whole pixels, at least 1."""
        return max(1, round(units * self.unit))

    @property
    def hang(self) -> int:
        """How far marks may hang out on the right of the notice."""
        return self.px(52)


def frame(geometry: Geometry, theme: Theme = LIGHT, *, shown: int = 2) -> Frame:
    """The areas of `geometry`. `shown`: how many things the panel has to show, of service code and card."""
    width, height = geometry.width, geometry.height
    wide = width >= WIDE_FROM * height
    # A very long or very narrow display takes its unit from its short side, so that the panel has room.
    unit = min(math.sqrt(width * height / (1920 * 1080)), (height if wide else width) / 1080)

    def px(units: float) -> int:
        return max(1, round(units * unit))

    margin, top, bottom = px(64), px(130), px(38)
    header = Box(margin, 0, width - 2 * margin, top)
    panel: Box | None = None
    if wide:
        whole = Box(margin, top + px(26), width - 2 * margin, height - top - px(26) - bottom)
        if shown:
            panel = Box(whole.right - px(PANEL_WIDE), whole.y, px(PANEL_WIDE), whole.height)
            whole = Box(margin, whole.y, panel.x - px(56) - margin, whole.height)
    else:
        whole = Box(margin, top + px(36), width - 2 * margin, height - top - px(36) - bottom)
        if shown:
            tall = height >= TALL_FROM * width
            deep = px((PANEL_HIGH if shown > 1 else PANEL_OF_ONE) if tall else PANEL_LOW)
            panel = Box(margin, whole.bottom - deep, whole.width, deep)
            whole = Box(margin, whole.y, whole.width, panel.y - px(36) - whole.y)
    sizes = type_sizes(geometry, whole, unit)
    return Frame(
        geometry=geometry, unit=unit, wide=wide, header=header, notice=whole, panel=panel, type=sizes, theme=theme
    )


def reading_distance_m(geometry: Geometry) -> float:
    """From how far this panel can be read with ease, service code and card beside the notice."""
    return read_up_to_m(geometry, frame(geometry).notice)
