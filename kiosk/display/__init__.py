"""Where pixels go: one seam, several panels.

`open_display` makes the one that kiosk.yaml names. Each gives a surface to draw on, upright and
in the panel's pixels, and presents what has changed on it.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import pygame

from kiosk.config import DisplayConfig
from kiosk.display.file import FileDisplay
from kiosk.display.lcd import LcdDisplay
from kiosk.shapes import Box


class Display(Protocol):
    """A panel, or what stands for one."""

    @property
    def surface(self) -> pygame.Surface:
        """Where to draw, upright whatever way the panel hangs."""
        ...

    def present(self, dirty: Sequence[Box]) -> None:
        """Show what has changed inside these boxes."""
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


def open_display(config: DisplayConfig, frame: Path | None) -> Display:
    """The display of kiosk.yaml. Raises DisplayError."""
    if config.kind == "file":
        assert config.pixels  # noqa: S101 -- DisplayConfig checks both
        assert frame  # noqa: S101
        return FileDisplay(config.pixels, frame)
    return LcdDisplay(config.pixels, config.rotate, full_screen=config.kind == "lcd")
