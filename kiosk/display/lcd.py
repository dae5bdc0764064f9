"""An LCD: the whole panel on a Pi (SDL's kmsdrm), or a window on a PC.

A panel that hangs upright is still landscape to the computer. So we draw on a surface of our
own and turn what has changed on its way out: a few rectangles, not every frame.
"""

import contextlib
import os
from collections.abc import Sequence

import pygame

from content.errors import WindowError
from kiosk.shapes import Box

MOST_WAIT_SECONDS = 60.0
NO_PANEL = frozenset({"offscreen", "dummy"})
"""What SDL falls back to without a word; nobody would notice the dark panel."""


class DisplayError(WindowError):
    """There is no display to draw on. Says what to do."""


class LcdDisplay:
    """Full screen, or a window of the size that kiosk.yaml says."""

    def __init__(self, size: tuple[int, int] | None, rotate: int, *, full_screen: bool) -> None:
        self._degrees = rotate
        try:
            pygame.display.init()
            self._panel = pygame.display.set_mode(size or (0, 0), pygame.FULLSCREEN if full_screen else 0)
        except pygame.error as error:
            raise DisplayError(f"打不开显示屏：{error}；没有屏幕时请用 display: {{kind: file, …}}") from error
        if pygame.display.get_driver() in NO_PANEL and os.environ.get("SDL_VIDEODRIVER") not in NO_PANEL:
            pygame.display.quit()
            raise DisplayError("没有找到显示屏；在没有屏幕的电脑上试用请写 display: {kind: file, …}")
        pygame.display.set_caption("便民视窗")
        pygame.mouse.set_visible(not full_screen)
        panel = self._panel.get_size()
        upright = panel if rotate in (0, 180) else (panel[1], panel[0])
        self._surface = self._panel if rotate == 0 else pygame.Surface(upright, depth=32)

    @property
    def surface(self) -> pygame.Surface:
        return self._surface

    def present(self, dirty: Sequence[Box]) -> None:
        if not dirty:
            return
        rectangles = [self._put(box) for box in dirty]
        pygame.display.update(rectangles)

    def _put(self, box: Box) -> pygame.Rect:
        """Bring one box to the panel; where it is there."""
        if self._degrees == 0:
            return pygame.Rect(box.x, box.y, box.width, box.height)
        there = turned(box, self._surface.get_size(), self._degrees)
        part = self._surface.subsurface(pygame.Rect(box.x, box.y, box.width, box.height))
        return self._panel.blit(pygame.transform.rotate(part, -self._degrees), (there.x, there.y))

    def wait(self, seconds: float) -> bool:
        milliseconds = int(min(seconds, MOST_WAIT_SECONDS) * 1000)
        first = pygame.event.wait(max(1, milliseconds))
        return not any(event.type == pygame.QUIT for event in (first, *pygame.event.get()))

    def wake(self) -> None:
        with contextlib.suppress(pygame.error):  # closed a moment ago
            pygame.event.post(pygame.event.Event(pygame.USEREVENT))

    def close(self) -> None:
        pygame.display.quit()


def turned(box: Box, size: tuple[int, int], degrees: int) -> Box:
    """Where `box`, on an upright surface of `size`, lies on a panel turned clockwise by `degrees`."""
    width, height = size
    match degrees:
        case 90:
            return Box(height - box.bottom, box.x, box.height, box.width)
        case 180:
            return Box(width - box.right, height - box.bottom, box.width, box.height)
        case 270:
            return Box(box.y, width - box.right, box.height, box.width)
        case _:
            return box
