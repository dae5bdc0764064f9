"""A picture of the panel as a PNG file, no larger than it may be sent."""

import io

import pygame
from pygame import Surface

MOST_BYTES = 8 * 1024 * 1024
"""What the publisher's server takes."""


def png(surface: Surface) -> bytes:
    """What is on `surface`; of a very large panel full of photographs half as large, as often as needed."""
    while True:
        out = io.BytesIO()
        pygame.image.save(surface, out, "panel.png")
        if out.tell() <= MOST_BYTES:
            return out.getvalue()
        width, height = surface.get_size()
        surface = pygame.transform.smoothscale(surface, (max(1, width // 2), max(1, height // 2)))
