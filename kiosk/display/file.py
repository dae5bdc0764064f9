"""A display that is a PNG file: for demonstrations, tests and machines without a panel."""

import io
import os
import threading
from collections.abc import Sequence
from pathlib import Path

import pygame

from kiosk.shapes import Box, Geometry


class FileDisplay:
    """Writes each new picture whole; a reader never sees half of one."""

    def __init__(self, geometry: Geometry, path: Path) -> None:
        self._path, self._geometry = path, geometry
        self._surface = pygame.Surface((geometry.width, geometry.height), depth=32)
        self._woken = threading.Event()

    @property
    def surface(self) -> pygame.Surface:
        return self._surface

    @property
    def geometry(self) -> Geometry:
        return self._geometry

    def present(self, dirty: Sequence[Box]) -> None:
        if not dirty:
            return
        png = io.BytesIO()
        pygame.image.save(self._surface, png, "frame.png")
        temporary = self._path.with_name(f".{self._path.name}")
        temporary.write_bytes(png.getvalue())
        os.replace(temporary, self._path)  # noqa: PTH105 -- one rename, beside the write

    def brightness(self, percent: int) -> None:
        """A picture has no light of its own."""

    def wait(self, seconds: float) -> bool:
        self._woken.wait(seconds)
        self._woken.clear()
        return True

    def wake(self) -> None:
        self._woken.set()

    def close(self) -> None:
        pass
