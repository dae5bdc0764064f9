"""Where pixels go: one seam, several panels.

`open_display` makes the one that kiosk.yaml names. Each gives a surface to draw on, upright and
in the panel's pixels, and presents what has changed on it.
"""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol, runtime_checkable

import pygame

from content.display import DisplayConfig
from kiosk.config import dots_of, geometry_of
from kiosk.display.file import FileDisplay
from kiosk.display.framebuffer import DEVICE as FRAME_BUFFER
from kiosk.display.framebuffer import await_panel, open_framebuffer
from kiosk.display.lcd import LcdDisplay
from kiosk.display.led import LedDisplay
from kiosk.display.led_file import FileDriver
from kiosk.display.led_matrix import MatrixDriver, PiomatterDriver, emulator, library
from kiosk.display.led_screen import HdmiDriver, WindowDriver
from kiosk.shapes import Box, Dots, Geometry
from kiosk.visitor import Touch

FILE_SECONDS = 0.1
"""A picture file of a scrolling text is written no more often."""


class Display(Protocol):
    """A panel, or what stands for one."""

    @property
    def surface(self) -> pygame.Surface:
        """Where to draw, upright whatever way the panel hangs."""
        ...

    @property
    def geometry(self) -> Geometry | Dots:
        """The size of `surface` and what kind of panel it is."""
        ...

    def present(self, dirty: Sequence[Box]) -> None:
        """Show what has changed inside these boxes."""
        ...

    def brightness(self, percent: int) -> None:
        """From the next `present` on, so much light, 1 to 100 percent. May be asked again and again.

        A panel that cannot dim itself shows darker dots; an LCD and a picture file take no notice:
        they have no light of their own to say it to (an LCD's backlight is kiosk.machine.power's).
        """
        ...

    def wait(self, seconds: float) -> bool:
        """Sleep until `wake` or so long. False once somebody closed the window."""
        ...

    def wake(self) -> None:
        """End a `wait`; from any thread."""
        ...

    def close(self) -> None:
        """Give the panel back; may be called twice."""
        ...


@runtime_checkable
class Touchable(Protocol):
    """A display that people can touch, or that has keys."""

    def touches(self) -> Sequence[Touch]:
        """What they have done since this was last asked; of a flood, the last of it. A touch ends a `wait`."""
        ...


def open_display(config: DisplayConfig, frame: Path | None) -> Display:
    """The display of kiosk.yaml. Raises DisplayError."""
    if config.kind == "led":
        return open_led(config, frame)
    if config.kind == "file":
        assert config.pixels  # noqa: S101 -- DisplayConfig checks both
        assert frame  # noqa: S101
        return FileDisplay(geometry_of(config, config.pixels), frame)
    if config.kind == "window" or os.environ.get("SDL_VIDEODRIVER") != "kmsdrm":
        return LcdDisplay(config, full_screen=config.kind == "lcd")
    return open_panel(config)


def open_panel(config: DisplayConfig) -> Display:
    """The panel of a Pi: through DRM once its driver is here; through the frame buffer where there is none."""
    if await_panel() or not FRAME_BUFFER.exists():
        return LcdDisplay(config, full_screen=True)
    return open_framebuffer(config)


def open_led(config: DisplayConfig, frame: Path | None) -> LedDisplay:
    """The LED panel of kiosk.yaml. Raises DisplayError."""
    panel, options = dots_of(config), config.options
    size = (panel.width, panel.height)
    match config.driver:
        case "hdmi":
            return LedDisplay(panel, HdmiDriver(size, options.place, options.screen_pixels), asks=True)
        case "rgbmatrix":
            return LedDisplay(panel, MatrixDriver(panel, options, library("rgbmatrix")))
        case "piomatter":
            return LedDisplay(
                panel, PiomatterDriver(panel, options, library("adafruit_blinka_raspberry_pi5_piomatter"))
            )
        case "emulator":
            return LedDisplay(panel, emulator(panel, options))
        case "window":
            return LedDisplay(panel, WindowDriver(size, options.dots), asks=True)
        case _:
            assert frame  # noqa: S101 -- DisplayConfig checks it
            return LedDisplay(panel, FileDriver(frame, options.dots), least_seconds=FILE_SECONDS)
