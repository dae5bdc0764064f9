"""How many pixels a picture file says it has, read from its first bytes. Pure.

Asked before decoding: a small file can claim a gigapixel, and a screen has little memory.
"""

import struct

SNIFFED_BYTES = 4096
SCAN = b"\xff\xda"
MOST_SCANS = 20
"""A progressive JPEG as cameras and tools write it has about ten."""
FRAME_MARKERS = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
"""JPEG's SOF0–SOF15 without DHT, JPG and DAC."""


def image_size(data: bytes) -> tuple[int, int] | None:
    """Width and height of a PNG, JPEG or WebP; None for anything else, and for what is made to be slow.

    SDL_image looks for `<svg` before it believes the first bytes: a few letters of SVG can then
    keep it busy for ever. A progressive JPEG of a thousand scans takes a minute.
    """
    if b"<svg" in data[:SNIFFED_BYTES] or (data.startswith(b"\xff\xd8") and data.count(SCAN) > MOST_SCANS):
        return None
    try:
        if data.startswith(b"\x89PNG\r\n\x1a\n"):
            return struct.unpack(">II", data[16:24])
        if data.startswith(b"\xff\xd8"):
            return jpeg_size(data)
        if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
            return webp_size(data)
    except (struct.error, IndexError):
        pass
    return None


def jpeg_size(data: bytes) -> tuple[int, int] | None:
    """From the first frame header among the segments."""
    at = 2
    while at + 9 < len(data):
        if data[at] != 0xFF:
            return None
        marker = data[at + 1]
        if marker == 0xFF:  # fill bytes
            at += 1
        elif marker in FRAME_MARKERS:
            height, width = struct.unpack(">HH", data[at + 5 : at + 9])
            return width, height
        else:
            at += 2 + struct.unpack(">H", data[at + 2 : at + 4])[0]
    return None


def webp_size(data: bytes) -> tuple[int, int] | None:
    """From the first chunk: extended, lossless or lossy."""
    kind = data[12:16]
    if kind == b"VP8X":
        return int.from_bytes(data[24:27], "little") + 1, int.from_bytes(data[27:30], "little") + 1
    if kind == b"VP8L":
        bits = int.from_bytes(data[21:25], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if kind == b"VP8 ":
        width, height = struct.unpack("<HH", data[26:30])
        return width & 0x3FFF, height & 0x3FFF
    return None
