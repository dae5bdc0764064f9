"""An LED panel: a surface of its dots, and a driver that brings them there.

A driver gets whole frames: a panel has few dots, and every way to one takes them all. Where the driver cannot
give less light the frame itself is darkened.
"""

import math
import threading
import time
from collections.abc import Callable, Sequence
from typing import Protocol

from pygame import Surface

from kiosk.display.lamps import dimmed
from kiosk.shapes import Box, Dots

ASK_SECONDS = 0.05
"""How often a window is asked whether somebody closed it."""


class Driver(Protocol):
    """The way to one kind of panel."""

    def show(self, dots: Surface) -> None:
        """Put this frame on the panel."""
        ...

    def dim(self, percent: int) -> bool:
        """So much light from the next frame on, 1 to 100. False where the panel cannot: the frame will be darker."""
        ...

    def is_open(self) -> bool:
        """False once somebody closed the window."""
        ...

    def close(self) -> None:
        """Leave the panel dark; may be called twice."""
        ...


class LedDisplay:
    """kiosk.display.Display over a driver."""

    def __init__(
        self,
        panel: Dots,
        driver: Driver,
        *,
        asks: bool = False,
        least_seconds: float = 0.0,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """`asks`: somebody may close it. `least_seconds` between two frames; the newest of what came wins."""
        self._panel, self._driver = panel, driver
        self._least, self._monotonic = least_seconds, monotonic
        self._shown_at, self._waits = -math.inf, False
        self._surface = Surface((panel.width, panel.height), 0, 32)
        self._percent, self._darkens = 100, False
        self._step = ASK_SECONDS if asks else None
        self._woken = threading.Event()

    @property
    def surface(self) -> Surface:
        return self._surface

    @property
    def geometry(self) -> Dots:
        return self._panel

    def present(self, dirty: Sequence[Box]) -> None:
        if not dirty:
            return
        if self._monotonic() - self._shown_at < self._least:
            self._waits = True
        else:
            self._show()

    def _show(self) -> None:
        self._driver.show(dimmed(self._surface, self._percent) if self._darkens else self._surface)
        self._shown_at, self._waits = self._monotonic(), False

    def brightness(self, percent: int) -> None:
        percent = min(100, max(1, percent))
        if percent != self._percent:
            self._percent = percent
            self._darkens = not self._driver.dim(percent)
            self.present([Box(0, 0, self._panel.width, self._panel.height)])

    def wait(self, seconds: float) -> bool:
        left = max(0.0, seconds)
        while True:
            part = left if self._step is None else min(left, self._step)
            if self._waits:
                part = min(part, max(0.0, self._shown_at + self._least - self._monotonic()))
            woken = self._woken.wait(part)
            left -= part
            if self._waits and self._monotonic() >= self._shown_at + self._least:
                self._show()
            if woken or left <= 0:
                break
            if not self._driver.is_open():
                return False
        self._woken.clear()
        return self._driver.is_open()

    def wake(self) -> None:
        self._woken.set()

    def close(self) -> None:
        if self._waits:
            self._show()
        self._driver.close()
