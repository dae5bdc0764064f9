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
HEAD, EDGE, INSIDE = 130, 16, 9
"""The head's height; what is free above it and under the panel at least, and how far inside both their words begin."""
CUT_OFF = 40
"""A television may cut a fortieth of the picture off each edge."""
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
    def edge(self) -> int:
        """Pixels above the head, and so much under the foot of an emergency."""
        return self.header.y

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

    edge = max(px(EDGE), height // CUT_OFF - px(INSIDE))
    margin, top, bottom = px(64), edge + px(HEAD), max(px(30), edge)
    header = Box(margin, edge, width - 2 * margin, px(HEAD))
    panel: Box | None = None
    if wide:
        whole = Box(margin, top + px(18), width - 2 * margin, height - top - px(18) - bottom)
        if shown:
            panel = Box(whole.right - px(PANEL_WIDE), whole.y, px(PANEL_WIDE), whole.height)
            whole = Box(margin, whole.y, panel.x - px(56) - margin, whole.height)
    else:
        whole = Box(margin, top + px(24), width - 2 * margin, height - top - px(24) - bottom)
        if shown:
            tall = height >= TALL_FROM * width
            deep = px((PANEL_HIGH if shown > 1 else PANEL_OF_ONE) if tall else PANEL_LOW)
            panel = Box(margin, whole.bottom - deep, whole.width, deep)
            whole = Box(margin, whole.y, whole.width, panel.y - px(30) - whole.y)
    sizes = type_sizes(geometry, whole, unit)
    return Frame(
        geometry=geometry, unit=unit, wide=wide, header=header, notice=whole, panel=panel, type=sizes, theme=theme
    )


def reading_distance_m(geometry: Geometry) -> float:
    """From how far this panel can be read with ease, service code and card beside the notice."""
    return read_up_to_m(geometry, frame(geometry).notice)
