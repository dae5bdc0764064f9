"""From one picture to the next in a third of a second: surfaces blended where the two differ.

SDL blends 1200×900 pixels in 3–8 ms on a PC (measured.md §2; numpy takes 25). Where a whole frame of it takes
longer than MOST_FRAME_SECONDS (a Zero 2 W, by its memory 9.6 times slower) it would stutter: kiosk.projector then
goes back to a cut.
"""

from functools import reduce

from pygame import Rect, Surface

from kiosk.shapes import Box

FADE_SECONDS = 0.3
FRAME_SECONDS = 1 / 30
MOST_FRAME_SECONDS = 0.04


class Fade:
    """One fade of the part `box` of a surface, from its pixels in `before` to those it has now."""

    def __init__(self, surface: Surface, before: Surface, dirty: list[Box]) -> None:
        self.box = reduce(Box.union, dirty)
        self._surface = surface
        self._area = Rect(self.box.x, self.box.y, self.box.width, self.box.height)
        self._before = before
        self._after = surface.subsurface(self._area).copy()

    def blend(self, part: float) -> None:
        """Show `part` (0 to 1) of the new picture over the old one."""
        opaque = part >= 1.0
        if not opaque:
            self._surface.blit(self._before, self._area, self._area)
        self._after.set_alpha(None if opaque else round(255 * part))
        self._surface.blit(self._after, self._area)
