"""What SDL reports of fingers, mice and keys → what kiosk.visitor understands. All else means nothing.

Buttons on GPIO pins come as keys too, through the kernel's `gpio-key` overlay: no pin is known here.
"""

import pygame
from pygame.event import Event

from kiosk.visitor import Finger, Gesture, Touch

KEYS = {
    pygame.K_RIGHT: Gesture.NEXT,
    pygame.K_DOWN: Gesture.NEXT,
    pygame.K_PAGEDOWN: Gesture.NEXT,
    1073742082: Gesture.NEXT,  # SDLK_AUDIONEXT; pygame has no name for the keys of a remote control
    pygame.K_LEFT: Gesture.BACK,
    pygame.K_UP: Gesture.BACK,
    pygame.K_PAGEUP: Gesture.BACK,
    1073742083: Gesture.BACK,  # SDLK_AUDIOPREV
    pygame.K_SPACE: Gesture.HOLD,
    pygame.K_RETURN: Gesture.HOLD,
    pygame.K_KP_ENTER: Gesture.HOLD,
    1073742085: Gesture.HOLD,  # SDLK_AUDIOPLAY
    pygame.K_PLUS: Gesture.ENLARGE,
    pygame.K_EQUALS: Gesture.ENLARGE,
    pygame.K_KP_PLUS: Gesture.ENLARGE,
    pygame.K_MINUS: Gesture.ENLARGE,
    pygame.K_KP_MINUS: Gesture.ENLARGE,
    pygame.K_F1: Gesture.STATUS,
}
NOT_FOR_US = pygame.KMOD_CTRL | pygame.KMOD_ALT | pygame.KMOD_META
"""With these a key is meant for a desktop or a console."""
LEFT_BUTTON = 1


def touch_of(event: Event, panel: tuple[int, int], degrees: int) -> Touch | None:
    """The touch on an upright picture, turned by `degrees` on a panel of so many pixels; None for all else."""
    match event.type:
        case pygame.KEYDOWN:
            return None if event.mod & NOT_FOR_US else KEYS.get(event.key)
        case pygame.FINGERDOWN | pygame.FINGERUP:
            x, y = upright((event.x, event.y), degrees)
            return Finger(x, y, event.type == pygame.FINGERDOWN)
        case pygame.MOUSEBUTTONDOWN | pygame.MOUSEBUTTONUP:
            if event.button != LEFT_BUTTON or getattr(event, "touch", False):  # a finger is told once, as a finger
                return None
            x, y = upright((event.pos[0] / panel[0], event.pos[1] / panel[1]), degrees)
            return Finger(x, y, event.type == pygame.MOUSEBUTTONDOWN)
        case _:
            return None


def upright(point: tuple[float, float], degrees: int) -> tuple[float, float]:
    """A point of the panel, in parts of its sides, on the upright picture; the way back of display.lcd.turned."""
    x, y = point
    match degrees:
        case 90:
            return y, 1 - x
        case 180:
            return 1 - x, 1 - y
        case 270:
            return 1 - y, x
        case _:
            return x, y
