"""An LED panel that is a PNG file: one pixel a dot, or lamps for people to look at."""

import io
import os
from pathlib import Path

import pygame
from pygame import Surface

from kiosk.display.lamps import enlarged


class FileDriver:
    """Writes each frame whole; a reader never sees half of one."""

    def __init__(self, path: Path, side: int) -> None:
        self._path, self._side = path, side

    def show(self, dots: Surface) -> None:
        png = io.BytesIO()
        pygame.image.save(enlarged(dots, self._side) if self._side > 1 else dots, png, "frame.png")
        temporary = self._path.with_name(f".{self._path.name}")
        temporary.write_bytes(png.getvalue())
        os.replace(temporary, self._path)  # noqa: PTH105 -- one rename, beside the write

    def dim(self, percent: int) -> bool:
        return percent == 100

    def is_open(self) -> bool:
        return True

    def close(self) -> None:
        pass
