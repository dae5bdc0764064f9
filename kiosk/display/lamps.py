"""Dots as people see them, and less light where a panel cannot dim itself."""

from functools import lru_cache

import pygame
from pygame import Surface

ROUND_FROM = 3
"""Pixels a dot from which it is drawn as a round lamp."""
UNLIT, GROUND = "#241f1d", "#0b0a0a"
GAMMA = 2.2
"""Panels, sending cards and both libraries for the Pi take values coded as for a monitor (sRGB, about 2.2)."""


def enlarged(dots: Surface, side: int) -> Surface:
    """`dots` with each of them `side` pixels wide: a round lamp, lit or not; from ROUND_FROM on."""
    width, height = dots.get_size()
    plain = pygame.transform.scale(dots, (width * side, height * side))
    if side < ROUND_FROM:
        return plain
    lamps = Surface(plain.get_size(), 0, 32)
    lamps.fill(UNLIT)
    lamps.blit(plain, (0, 0), special_flags=pygame.BLEND_RGB_MAX)
    lamps.blit(mask(width, height, side), (0, 0))
    return lamps


@lru_cache(maxsize=2)
def mask(width: int, height: int, side: int) -> Surface:
    """What stands before the lamps: a board with round holes."""
    smooth = 4
    hole = Surface((side * smooth, side * smooth), pygame.SRCALPHA, 32)
    hole.fill(GROUND)
    pygame.draw.circle(hole, (0, 0, 0, 0), (side * smooth / 2, side * smooth / 2), side * smooth * 0.44)
    one = pygame.transform.smoothscale(hole, (side, side))
    board = Surface((width * side, height * side), pygame.SRCALPHA, 32)
    for x in range(width):
        board.blit(one, (x * side, 0))
    row = board.subsurface((0, 0, width * side, side)).copy()
    for y in range(1, height):
        board.blit(row, (0, y * side))
    return board


def dimmed(dots: Surface, percent: int) -> Surface:
    """`dots` with `percent` of their light: values are lowered by the root that the panel will raise them to."""
    darker = dots.copy()
    share = round(255 * (percent / 100) ** (1 / GAMMA))
    darker.fill((share, share, share), special_flags=pygame.BLEND_RGB_MULT)
    return darker
