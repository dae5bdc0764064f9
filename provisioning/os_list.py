"""The list by which Raspberry Pi Imager offers an image (its os_list, version 4), as JSON.

Fields as in `doc/json-schema/os-list-schema.json` of raspberrypi/rpi-imager: all required ones, and `devices`,
`init_format` (none: Imager's own settings would do nothing on our read-only system) and `architecture`.
"""

import base64
import hashlib
from datetime import date
from pathlib import Path

import msgspec

from provisioning.flash_source import CHUNK, Progress, Source, quiet, stream

DEVICES = ("pi5-64bit", "pi4-64bit", "pi3-64bit")
"""Imager's tags; the Zero 2 W goes by the last."""
NAME = "便民视窗 convenience windows"
ABOUT = "单元门口的便民屏。烧好后还要把这张卡的文件放进 WINDOW 分区 (signage for unit doorways)"
ICON = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 40"><rect x="3" y="5" width="34" height="26" rx="3" '
    'fill="#b3261e"/><path d="M8 12h24M8 18h24M8 24h14" stroke="#fff" stroke-width="3"/></svg>'
)


def os_list(source: Source, url: str, released: date, name: str = NAME, progress: Progress = quiet) -> bytes:
    """The JSON that offers this image at `url`. Reads the whole image. Raises BadImage."""
    digest, size = digest_of_image(source, progress)
    with source.path.open("rb") as file:
        packed = hashlib.file_digest(file, "sha256").hexdigest()
    entry = {
        "name": name,
        "description": ABOUT,
        "icon": "data:image/svg+xml;base64," + base64.b64encode(ICON.encode()).decode(),
        "url": url,
        "extract_size": size,
        "extract_sha256": digest,
        "image_download_size": source.path.stat().st_size,
        "image_download_sha256": packed,
        "release_date": released.isoformat(),
        "init_format": "none",
        "devices": DEVICES,
        "architecture": "armv8",
    }
    return msgspec.json.format(msgspec.json.encode({"os_list": [entry]}), indent=2) + b"\n"


def address_of(path: Path) -> str:
    """A file's own address, for an Imager on the same machine."""
    return path.resolve().as_uri()


def digest_of_image(source: Source, progress: Progress) -> tuple[str, int]:
    """SHA-256 and size of the image once decompressed."""
    digest, done = hashlib.sha256(), 0
    with stream(source.path) as image:
        while piece := image.read(CHUNK):
            digest.update(piece)
            done += len(piece)
            progress("读镜像", done, source.size)
    return digest.hexdigest(), done
