"""The picture before the player's first one: the roofs of a village, and 正在启动, in the middle of a quiet paper.

Written straight into the frame buffer, so that DRM stays free for the player; again whenever the kernel has brought
another frame buffer. `python3 -m kiosk.machine.splash` loads the standard library alone. splash.pgm.gz holds the
drawing as shares of ink, 0 to 255; `python3 -m tests.splash_drawing` makes it anew.
"""

import contextlib
import fcntl
import gzip
import mmap
import os
import signal
import struct
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

DEVICE = Path("/dev/fb0")
DRAWING = Path(__file__).with_name("splash.pgm.gz")
FBIOGET_VSCREENINFO, FBIOGET_FSCREENINFO = 0x4600, 0x4602
"""linux/fb.h"""
VARIABLE, FIXED = struct.Struct("@8I" + "12I" + "20I"), struct.Struct("@16sL4I3HIL2I3H")
PAPER, INK = (0xF5, 0xF1, 0xE8), (0x56, 0x53, 0x4B)
"""As in kiosk.theme, by day."""
LOOK_SECONDS = 0.25
MOST_SECONDS = 180.0
"""The player has long begun, or never will."""


class Field(NamedTuple):
    """Where a colour stands in a pixel: bits from the right, and how many."""

    offset: int
    length: int


class Panel(NamedTuple):
    """A frame buffer: what is seen of it, and how a pixel is written."""

    width: int
    height: int
    bits: int
    stride: int
    """Bytes from a row to the next."""
    start: int
    """Bytes before the first pixel that is seen."""
    red: Field
    green: Field
    blue: Field


class Drawing(NamedTuple):
    width: int
    height: int
    ink: bytes
    """One byte a pixel, row by row."""


def panel_of(variable: bytes, fixed: bytes) -> Panel:
    """From the kernel's structs fb_var_screeninfo and fb_fix_screeninfo."""
    told = VARIABLE.unpack(variable[: VARIABLE.size])
    width, height, _, _, x, y, bits, _ = told[:8]
    colours = [Field(told[at], told[at + 1]) for at in (8, 11, 14)]
    stride = FIXED.unpack(fixed[: FIXED.size])[9]
    return Panel(width, height, bits, stride, y * stride + x * bits // 8, *colours)


def pixel(panel: Panel, colour: Sequence[int]) -> bytes:
    """A colour as the panel's bytes."""
    value = 0
    for share, field in zip(colour, (panel.red, panel.green, panel.blue), strict=True):
        value |= (share >> (8 - field.length)) << field.offset
    return value.to_bytes(panel.bits // 8, sys.byteorder)


def drawing(packed: bytes) -> Drawing:
    """A grey picture in the form PGM (P5), gzipped; its white is ink."""
    head, _, ink = gzip.decompress(packed).partition(b"\n")
    kind, width, height, most = head.split()
    if kind != b"P5" or most != b"255":
        raise ValueError("splash.pgm.gz is no PGM of 255 steps")
    return Drawing(int(width), int(height), ink)


def rows(panel: Panel, drawn: Drawing) -> list[bytes]:
    """Every row of the panel: paper, and the drawing in its middle, as often its size as fits half of the panel."""
    steps = [
        pixel(panel, [p + (i - p) * share // 255 for p, i in zip(PAPER, INK, strict=True)]) for share in range(256)
    ]
    empty = steps[0] * panel.width
    times = max(1, min(panel.width // 2 // drawn.width, panel.height // 2 // drawn.height))
    if drawn.width > panel.width or drawn.height > panel.height:
        return [empty] * panel.height
    left, top = (panel.width - drawn.width * times) // 2, (panel.height - drawn.height * times) // 2
    made = [empty] * panel.height
    before, after = steps[0] * left, steps[0] * (panel.width - left - drawn.width * times)
    for number in range(drawn.height):
        ink = drawn.ink[number * drawn.width : (number + 1) * drawn.width]
        line = before + b"".join(steps[share] * times for share in ink) + after
        made[top + number * times : top + (number + 1) * times] = [line] * times
    return made


def draw(device: Path, drawn: Drawing) -> None:
    """Once. Raises OSError, and ValueError for a frame buffer of a kind that we do not know."""
    handle = os.open(device, os.O_RDWR)
    try:
        variable = fcntl.ioctl(handle, FBIOGET_VSCREENINFO, bytes(VARIABLE.size))
        fixed = fcntl.ioctl(handle, FBIOGET_FSCREENINFO, bytes(FIXED.size + 8))
        panel = panel_of(variable, fixed)
        if panel.bits not in (16, 24, 32):
            raise ValueError(f"{panel.bits} bits a pixel")
        with mmap.mmap(handle, panel.start + panel.stride * panel.height) as memory:
            for number, row in enumerate(rows(panel, drawn)):
                at = panel.start + number * panel.stride
                memory[at : at + len(row)] = row
    finally:
        os.close(handle)


def main() -> int:
    """Draw, and again when the frame buffer is another one, until systemd ends us."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    drawn = drawing(DRAWING.read_bytes())
    ends, seen = time.monotonic() + MOST_SECONDS, None
    while time.monotonic() < ends:
        with contextlib.suppress(OSError, ValueError):  # not there yet, or udev has not given it to us
            here = DEVICE.stat()
            now = (here.st_ino, here.st_ctime_ns, here.st_rdev)
            if now != seen:
                draw(DEVICE, drawn)
                seen = now
        time.sleep(LOOK_SECONDS)
    return 0


if __name__ == "__main__":
    sys.exit(main())
