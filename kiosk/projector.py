"""Scenes on a panel: what changed is drawn and presented, at once or by a short fade.

A fade never delays anything: the next scene, a tick of the clock or an alert, ends it.
"""

import logging
import math
from collections.abc import Callable, Sequence

from kiosk.canvas import Canvas
from kiosk.display import Display
from kiosk.fade import FADE_SECONDS, FRAME_SECONDS, MOST_FRAME_SECONDS, Fade
from kiosk.shapes import Box, Scene

log = logging.getLogger(__name__)

SLOW_FRAMES = 2
"""A fade with so many frames that took too long is cut short …"""
SLOW_FADES = 3
"""… and after so many such fades in a row there are no more: the board is too slow, not only busy for a moment."""


class Projector:
    """Shows one scene after another. Used by one thread."""

    def __init__(self, display: Display, canvas: Canvas, *, fades: bool, monotonic: Callable[[], float]) -> None:
        self._display, self._canvas, self._monotonic = display, canvas, monotonic
        self._fades = fades
        self._scene: Scene | None = None
        self._percent = 100
        self._fade: Fade | None = None
        self._fade_began = 0.0
        self._slow_frames = self._slow_fades = 0
        self._next_frame = math.inf
        self.frames = 0

    @property
    def scene(self) -> Scene | None:
        """What was shown last."""
        return self._scene

    def close(self) -> None:
        """End what runs beside the scenes: the decoders of films."""
        self._canvas.close()

    def forget(self) -> None:
        """Draw the next scene in full: a picture may be here now, or the panel has lost what it showed."""
        self._canvas.forget()
        self._scene = self._fade = None

    def dim(self, percent: int) -> None:
        """So much light from the next scene on."""
        if percent != self._percent:
            self._percent = percent
            self._display.brightness(percent)
            self.forget()

    def show(self, scene: Scene, ticks: float, *, fading: bool = False) -> float:
        """Bring `scene` to the panel; ticks at which it stands there whole. Without a change nothing is drawn."""
        if scene == self._scene:
            if self._fade:
                self._go_on(self._fade, ticks)
            return ticks
        if self._fade:  # the new scene is drawn on a whole one
            self._fade.blend(1.0)
            self._display.present([self._fade.box])
            self._end_fade()
        begins = fading and self._fades and self._scene is not None
        before = self._canvas.surface.copy() if begins else None
        self._scene = None  # should drawing fail, the next scene is drawn in full
        dirty = self._canvas.draw(scene)
        if before is not None and dirty:
            self._fade, self._fade_began = Fade(self._canvas.surface, before, dirty), ticks
            self._go_on(self._fade, ticks)
        else:
            self._present(dirty)
        self._scene = scene
        return ticks + FADE_SECONDS if self._fade else ticks

    def due(self) -> float:
        """Ticks at which the next frame of a fade is due; inf without one."""
        return self._next_frame if self._fade else math.inf

    def _go_on(self, fade: Fade, ticks: float) -> None:
        """The frame of the fade that is due now."""
        began = self._monotonic()
        part = min(1.0, (ticks - self._fade_began + FRAME_SECONDS) / FADE_SECONDS)
        fade.blend(part)
        self._present([fade.box])
        self._next_frame = ticks + FRAME_SECONDS
        self._slow_frames += self._monotonic() - began > MOST_FRAME_SECONDS
        if self._slow_frames >= SLOW_FRAMES and part < 1.0:
            fade.blend(1.0)
            self._present([fade.box])
            part = 1.0
        if part >= 1.0:
            self._end_fade()

    def _end_fade(self) -> None:
        """The picture is whole. Was the fade worth its while?"""
        self._slow_fades = self._slow_fades + 1 if self._slow_frames >= SLOW_FRAMES else 0
        self._fade, self._slow_frames = None, 0
        if self._slow_fades >= SLOW_FADES:
            log.info("fades take more than %.0f ms a frame here: pictures change by a cut", 1000 * MOST_FRAME_SECONDS)
            self._fades = False

    def _present(self, dirty: Sequence[Box]) -> None:
        self._display.present(dirty)
        self.frames += 1
