"""Drawing a text that moves past a window: strips drawn once, in parts, and blitted at each frame's offset.

5,000 characters at 16 dots are 80,000 pixels wide: only the parts near the window are kept.
"""

from collections import OrderedDict
from collections.abc import Callable

import pygame
from pygame import Rect, Surface

from kiosk.shapes import Scroll, Text
from kiosk.text import Metrics
from kiosk.typography.kinsoku import clusters

PART = 512
"""Pixels of a part: some thirty characters, drawn in a few milliseconds while the others move."""
MOST_PARTS = 48
DrawText = Callable[[Surface, str, tuple[int, int], int, bool, str], None]


class Strips:
    """The parts of the texts that scrolled last."""

    def __init__(self, metrics: Metrics, draw: DrawText) -> None:
        self._metrics, self._draw = metrics, draw
        self._parts: OrderedDict[tuple[Text, int], Surface] = OrderedDict()
        self._laid: tuple[Text, list[tuple[int, str, bool]]] | None = None

    def draw(self, part: Surface, item: Scroll) -> None:
        """`item` on `part`; nothing outside its box."""
        window = Rect(item.box.x, item.box.y, item.box.width, item.box.height).clip(part.get_rect())
        if not window:
            return
        inside = part.subsurface(window)
        text = item.text
        left = text.box.x - item.offset - window.x  # of the strip, on `inside`
        first, last = max(0, -left) // PART, (window.width - left - 1) // PART
        for number in range(first, min(last, (text.box.width - 1) // PART) + 1):
            inside.blit(
                self._part(text.moved(-text.box.x, -text.box.y), number), (left + number * PART, text.box.y - window.y)
            )

    def _part(self, text: Text, number: int) -> Surface:
        key = (text, number)
        found = self._parts.get(key)
        if found is None:
            while len(self._parts) >= MOST_PARTS:
                self._parts.popitem(last=False)
            found = self._parts[key] = self._drawn(text, number)
        self._parts.move_to_end(key)
        return found

    def _drawn(self, text: Text, number: int) -> Surface:
        """Part `number` of the strip."""
        begin, end = number * PART, (number + 1) * PART
        surface = Surface((PART, text.box.height), pygame.SRCALPHA, 32)
        for x, cluster, bold in self._places(text):
            if x < end and x + 2 * text.size > begin:
                self._draw(surface, cluster, (x - begin, text.ascent), text.size, bold, text.colour)
        return surface

    def _places(self, text: Text) -> list[tuple[int, str, bool]]:
        """Where each character of the strip stands."""
        if self._laid is None or self._laid[0] != text:
            places = []
            for run in text.runs:
                x = float(run.x)
                for cluster in clusters(run.text):
                    places.append((round(x), cluster, run.bold))
                    x += self._metrics.advance(cluster, text.size, run.bold)
            self._laid = (text, places)
        return self._laid[1]
