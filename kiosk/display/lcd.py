"""An LCD: the whole panel on a Pi (SDL's kmsdrm), or a window on a PC.

A panel that hangs upright is still landscape to the computer. So we draw on a surface of our
own and turn what has changed on its way out: a few rectangles, not every frame.
"""

import os
import threading
from collections import deque
from collections.abc import Sequence

import pygame

from content.display import DisplayConfig
from content.errors import WindowError
from kiosk.config import geometry_of
from kiosk.display.hands import touch_of
from kiosk.shapes import Box, Geometry
from kiosk.visitor import Touch

ASK_SECONDS = 0.05
"""How often SDL is asked for events. It can wait for them by itself, but on kmsdrm it does so by asking a thousand
times a second: 3.8 % of a core here, measured with its dummy driver, which waits in the same way; so it is 0.2 %."""
MOST_TOUCHES = 32
"""Of a flood, so many are kept until somebody asks for them."""
NO_PANEL = frozenset({"offscreen", "dummy"})
"""What SDL falls back to without a word; nobody would notice the dark panel."""


class DisplayError(WindowError):
    """There is no display to draw on. Says what to do."""


class LcdDisplay:
    """Full screen, or a window of the size that kiosk.yaml says."""

    def __init__(self, config: DisplayConfig, *, full_screen: bool) -> None:
        self._config = config
        self._degrees = rotate = config.rotate
        try:
            pygame.display.init()
            self._panel = pygame.display.set_mode(config.pixels or (0, 0), pygame.FULLSCREEN if full_screen else 0)
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
        self._full_screen = full_screen
        self._touches: deque[Touch] = deque(maxlen=MOST_TOUCHES)
        self._woken = threading.Event()

    @property
    def surface(self) -> pygame.Surface:
        return self._surface

    @property
    def geometry(self) -> Geometry:
        return geometry_of(self._config, self._surface.get_size())

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

    def brightness(self, percent: int) -> None:
        """The backlight is not ours: see kiosk.machine.power."""

    def wait(self, seconds: float) -> bool:
        """Also ends when somebody touches the panel. A full screen has no way out, whatever keys are pressed."""
        left = seconds
        while True:
            woken = self._woken.wait(max(0.0, min(left, ASK_SECONDS)))
            self._woken.clear()
            events = pygame.event.get()
            if not self._full_screen and any(event.type == pygame.QUIT for event in events):
                return False
            touches = [touch_of(event, self._panel.get_size(), self._degrees) for event in events]
            found = [touch for touch in touches if touch is not None]
            self._touches.extend(found)
            left -= ASK_SECONDS
            if woken or found or left <= 0:
                return True

    def touches(self) -> list[Touch]:
        """What people have done at the panel since this was last asked."""
        found = list(self._touches)
        self._touches.clear()
        return found

    def wake(self) -> None:
        self._woken.set()

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
