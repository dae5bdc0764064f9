"""LED panels that are fed with a picture: over HDMI by a sending card, and in a window for people to look at.

Most Chinese panels hang on a sending card (发送卡) whose input is HDMI: it mirrors a rectangle of the picture, by
default the top left corner, one pixel a dot. So the dots are drawn there on a full screen, and the rest is black.
"""

import os

import pygame
from pygame import Surface

from kiosk.display.lamps import enlarged
from kiosk.display.lcd import NO_PANEL, DisplayError


def open_screen(size: tuple[int, int], *, full: bool) -> Surface:
    """A window or the whole screen. Raises DisplayError."""
    try:
        pygame.display.init()
        opened = pygame.display.set_mode(size, pygame.FULLSCREEN if full else 0)
    except pygame.error as error:
        raise DisplayError(f"打不开显示输出：{error}；没有屏幕时请用 driver: file") from error
    if pygame.display.get_driver() in NO_PANEL and os.environ.get("SDL_VIDEODRIVER") not in NO_PANEL:
        pygame.display.quit()
        raise DisplayError("没有找到显示输出；请检查 HDMI 线和发送卡的电源；在没有屏幕的电脑上试用请写 driver: file")
    pygame.display.set_caption("便民视窗 LED")
    pygame.mouse.set_visible(not full)
    return opened


class HdmiDriver:
    """The dots on a full screen, one pixel each, at `offset`. The sending card has its own knob for light."""

    def __init__(self, dots: tuple[int, int], offset: tuple[int, int], screen: tuple[int, int] | None) -> None:
        self._offset = offset
        self._screen = open_screen(screen or (0, 0), full=True)
        width, height = self._screen.get_size()
        if offset[0] + dots[0] > width or offset[1] + dots[1] > height:
            self.close()
            raise DisplayError(
                f"HDMI 画面 {width}×{height} 放不下 {dots[0]}×{dots[1]} 的 LED 屏（从 {offset[0]},{offset[1]} 起）；"
                "请改 options 里的 offset 或 screen"
            )
        self._screen.fill("#000000")
        pygame.display.flip()

    def show(self, dots: Surface) -> None:
        pygame.display.update(self._screen.blit(dots, self._offset))

    def dim(self, percent: int) -> bool:
        return percent == 100

    def is_open(self) -> bool:
        pygame.event.pump()
        return True

    def close(self) -> None:
        pygame.display.quit()


class WindowDriver:
    """Every dot as a round lamp of `side` pixels."""

    def __init__(self, dots: tuple[int, int], side: int) -> None:
        self._side = side
        self._window = open_screen((dots[0] * side, dots[1] * side), full=False)

    def show(self, dots: Surface) -> None:
        self._window.blit(enlarged(dots, self._side), (0, 0))
        pygame.display.flip()

    def dim(self, percent: int) -> bool:
        return percent == 100

    def is_open(self) -> bool:
        return not any(event.type == pygame.QUIT for event in pygame.event.get())

    def close(self) -> None:
        pygame.display.quit()
