"""An LCD through the kernel's frame buffer, /dev/fb0: where SDL finds no DRM panel. Slower, and without touch.

Also the wait for the panel's driver, which the kernel may load after us.
"""

import fcntl
import mmap
import os
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pygame

from content.display import DisplayConfig
from kiosk.config import geometry_of
from kiosk.display.lcd import DisplayError, turned
from kiosk.machine.splash import FBIOGET_FSCREENINFO, FBIOGET_VSCREENINFO, FIXED, VARIABLE, Panel, panel_of
from kiosk.shapes import Box, Geometry

DEVICE, CONNECTORS = Path("/dev/fb0"), Path("/sys/class/drm")
AWAITED_SECONDS, LOOK_SECONDS = 20.0, 0.1


def await_panel(connectors: Path = CONNECTORS, seconds: float = AWAITED_SECONDS) -> bool:
    """Wait until the kernel knows of a panel's connector, such as card1-HDMI-A-1; False where it never does."""
    ends = time.monotonic() + seconds
    while not any(connectors.glob("card*-*")):
        if time.monotonic() >= ends:
            return False
        time.sleep(LOOK_SECONDS)
    return True


class FrameBufferDisplay:
    """The whole frame buffer. `memory` and `panel` are the device's, or a test's."""

    def __init__(
        self, config: DisplayConfig, panel: Panel, memory: "mmap.mmap | bytearray", close: Callable[[], None]
    ) -> None:
        self._panel, self._memory, self._close, self._degrees = panel, memory, close, config.rotate
        size = (panel.width, panel.height)
        masks = [((1 << field.length) - 1) << field.offset for field in (panel.red, panel.green, panel.blue)]
        self._there = pygame.Surface(size, 0, panel.bits, (*masks, 0))
        upright = size if config.rotate in (0, 180) else (size[1], size[0])
        self._surface = pygame.Surface(upright, depth=32)
        self._geometry = geometry_of(config, upright)
        self._woken = threading.Event()

    @property
    def surface(self) -> pygame.Surface:
        return self._surface

    @property
    def geometry(self) -> Geometry:
        return self._geometry

    def present(self, dirty: Sequence[Box]) -> None:
        for box in dirty:
            part = self._surface.subsurface(pygame.Rect(box.x, box.y, box.width, box.height))
            there = turned(box, self._surface.get_size(), self._degrees) if self._degrees else box
            self._there.blit(pygame.transform.rotate(part, -self._degrees), (there.x, there.y))
            self._copy(there)

    def _copy(self, box: Box) -> None:
        """The rows of `box` into the device's memory."""
        pixel, stride = self._panel.bits // 8, self._there.get_pitch()
        drawn = self._there.get_buffer().raw
        for y in range(box.y, box.bottom):
            at, to = y * stride + box.x * pixel, self._panel.start + y * self._panel.stride + box.x * pixel
            self._memory[to : to + box.width * pixel] = drawn[at : at + box.width * pixel]

    def brightness(self, percent: int) -> None:
        """The backlight is not ours: see kiosk.machine.power."""

    def wait(self, seconds: float) -> bool:
        self._woken.wait(seconds)
        self._woken.clear()
        return True

    def wake(self) -> None:
        self._woken.set()

    def close(self) -> None:
        """Give the device back; may be called twice."""
        self._close()


def open_framebuffer(config: DisplayConfig, device: Path = DEVICE) -> FrameBufferDisplay:
    """Raises DisplayError."""
    try:
        handle = os.open(device, os.O_RDWR)
        try:
            variable = fcntl.ioctl(handle, FBIOGET_VSCREENINFO, bytes(VARIABLE.size))
            panel = panel_of(variable, fcntl.ioctl(handle, FBIOGET_FSCREENINFO, bytes(FIXED.size + 8)))
            memory = mmap.mmap(handle, panel.start + panel.stride * panel.height)
        finally:
            os.close(handle)
    except OSError as error:
        raise DisplayError(f"打不开 {device}：{error.strerror}") from error
    if panel.bits not in (16, 32):
        memory.close()
        raise DisplayError(f"{device} 每像素 {panel.bits} 位，不认识")
    return FrameBufferDisplay(config, panel, memory, memory.close)
