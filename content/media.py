"""Pictures that a notice names: what they are, how large, and whether a screen can draw them.

The one door to Pillow.
"""

from functools import lru_cache
from pathlib import Path

import msgspec
from PIL import Image, UnidentifiedImageError

from content.files import sha256_hex
from content.notice import Media

KINDS = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp"}
MAX_PICTURE_BYTES = 8 * 1024 * 1024
MAX_PIXELS = 40_000_000
"""A Pi Zero 2 W has 512 MB; a picture of this size decodes to 160 MB."""


def inspect(path: Path, caption: str = "") -> Media:
    """The facts about the picture at `path`. Raises ValueError in the admin's language."""
    try:
        stat = path.stat()
    except OSError as error:
        raise ValueError(f"读不到图片 {path.name!r}：{error.strerror}") from error
    if stat.st_size > MAX_PICTURE_BYTES:
        raise ValueError(f"图片 {path.name!r} 有 {stat.st_size / 2**20:.1f} MB，请缩小到 8 MB 以内")
    return msgspec.structs.replace(facts(path, stat.st_mtime_ns, stat.st_size, stat.st_ino), caption=caption)


@lru_cache(maxsize=4096)
def facts(path: Path, _modified: int, size: int, _inode: int) -> Media:
    """As `inspect`, remembered as long as the very file stays as it is."""
    try:
        content = path.read_bytes()
        with Image.open(path) as picture:
            kind, (width, height) = picture.format or "", picture.size
    except (OSError, UnidentifiedImageError, Image.DecompressionBombError, ValueError) as error:
        raise ValueError(f"图片 {path.name!r} 打不开，文件可能已损坏；请重新导出为 JPEG 或 PNG") from error
    if kind not in KINDS:
        raise ValueError(f"图片 {path.name!r} 的格式是 {kind or '未知'}，屏幕只能显示 JPEG、PNG、WebP")
    if width * height > MAX_PIXELS:
        raise ValueError(f"图片 {path.name!r} 有 {width}×{height} 像素，请缩小到 4000 万像素以内")
    return Media(sha256=sha256_hex(content), size=size, kind=KINDS[kind], width=width, height=height)
