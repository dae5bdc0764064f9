"""Pictures that a notice names: what they are, how large, and whether a screen can draw them.

The one door to Pillow.
"""

import warnings
from functools import lru_cache
from pathlib import Path

import msgspec
from PIL import Image

from content.files import sha256_hex
from content.notice import Media

KINDS = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp"}
MAX_PICTURE_BYTES = 8 * 1024 * 1024
MAX_SIDE = 20_000
MAX_PIXELS = 40_000_000
"""A Pi Zero 2 W has 512 MB; a picture of this size decodes to 160 MB."""


class NotForScreens(ValueError):
    """A good picture that no screen can show."""


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
        with (
            warnings.catch_warnings(action="error", category=Image.DecompressionBombWarning),
            Image.open(path) as picture,
        ):
            kind, (width, height) = picture.format or "", picture.size
            if kind not in KINDS:
                raise NotForScreens(f"图片 {path.name!r} 的格式是 {kind or '未知'}，屏幕只能显示 JPEG、PNG、WebP")
            if width * height > MAX_PIXELS or max(width, height) > MAX_SIDE:
                raise NotForScreens(f"图片 {path.name!r} 有 {width}×{height} 像素，请缩小到 4000 万像素以内")
            picture.load()  # a copy under way has a good head and no tail
    except NotForScreens:
        raise
    except (OSError, SyntaxError, Image.DecompressionBombError, Image.DecompressionBombWarning, ValueError) as error:
        raise ValueError(f"图片 {path.name!r} 打不开，文件可能已损坏；请重新导出为 JPEG 或 PNG") from error
    return Media(sha256=sha256_hex(content), size=size, kind=KINDS[kind], width=width, height=height)
