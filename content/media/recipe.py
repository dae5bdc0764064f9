"""What becomes of the files that people put into media/: kinds, limits, sizes. Pure.

A screen gets pictures and short films that the weakest board can decode: measured.md has 13 ms for a JPEG of
2 megapixels and 102 ms and 48 MB for one of 12 on a PC; a Pi Zero 2 W is 3 to 10 times slower and has 512 MB.
A page of a 3840×2160 panel has about 2500×1500 pixels for a picture, so nothing larger than MAX_SIDE travels.
"""

import re
from typing import Literal

from msgspec import Struct

from content.notice import MAX_FILM_SECONDS, Media

RECIPE = 2
"""Grows when the same input gives other files: what was made by an older recipe is made again."""

MAX_SIDE = 2560
MAX_PIXELS = 4_500_000
"""A page of A4 from top to bottom, 1780×2520."""
MAX_PLAIN_BYTES = 4 * 2**20
"""A picture that fits and has no more than this goes out as it is."""
MAX_INPUT_PIXELS = 120_000_000
"""A phone's 108 megapixels."""
MAX_PICTURE_BYTES = 64 * 2**20
MAX_FILM_INPUT_BYTES = 2**30
"""A minute of 4K from a phone."""
MAX_FILM_INPUT_PIXELS = 4096 * 2304
MAX_FILM_BYTES = 24 * 2**20
FILM_LONG_SIDE, FILM_SHORT_SIDE = 1280, 720
"""Estimated for a Zero 2 W (measured.md §2): short 720p clips only."""
MOST_FILM_RATE = 30
MOST_PAGES = 10

Kind = Literal["picture", "pdf", "film"]

OFFICE = {
    "docx": "Word/WPS 文档", "doc": "Word/WPS 文档", "wps": "WPS 文档", "rtf": "Word/WPS 文档",
    "xlsx": "表格", "xls": "表格", "et": "表格", "pptx": "演示文稿",
    "ppt": "演示文稿", "dps": "演示文稿", "ofd": "OFD 文档",
}  # fmt: skip
PICTURE_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"mif1", b"msf1", b"avif", b"avis"})


class Order(Struct, frozen=True):
    """What the preparing process is asked for: the file, which of its pages, and where the results go."""

    path: str
    out: str
    kind: Kind
    pages: tuple[int, int] | None = None
    keep_alpha: bool = False
    """Leave what is transparent so; else it is put on white, as its author saw it: the screen's ground may be dark."""


class Answer(Struct, frozen=True):
    """What it made: pictures, each with its file under its sha256 in `out` – or what is wrong, in the admin's words."""

    media: tuple[Media, ...] = ()
    problem: str = ""


class Limits(Struct, frozen=True):
    """What the making of one kind may take."""

    input_bytes: int
    seconds: float
    memory_bytes: int


LIMITS: dict[Kind, Limits] = {
    "picture": Limits(MAX_PICTURE_BYTES, 60.0, 2 * 2**30),
    "pdf": Limits(MAX_PICTURE_BYTES, 60.0, 2 * 2**30),
    "film": Limits(MAX_FILM_INPUT_BYTES, 900.0, 4 * 2**30),
}
HEAD_BYTES = 1024


def kind_of(name: str, head: bytes) -> Kind:
    """What the file called `name` is, by its first HEAD_BYTES bytes. Raises ValueError for what no screen can show."""
    suffix = name.rpartition(".")[2].lower()
    if b"%PDF-" in head:
        return "pdf"
    if suffix in OFFICE:
        raise ValueError(
            f"{name!r} 是{OFFICE[suffix]}，屏幕不能直接显示；请打开它，「另存为」或「导出」PDF，再用那个 PDF"
        )
    if head[4:8] == b"ftyp":
        return "picture" if head[8:12] in PICTURE_BRANDS else "film"
    if head[4:8] in (b"moov", b"mdat", b"wide") or head.startswith(b"\x1a\x45\xdf\xa3"):
        return "film"
    if head.startswith(b"RIFF") and head[8:12] == b"AVI ":
        return "film"
    if suffix in ("mp4", "mov", "m4v", "mkv", "webm", "avi", "wmv", "flv", "rmvb", "mpg", "mpeg", "ts", "3gp"):
        raise ValueError(f"视频 {name!r} 打不开；请用手机或剪映重新导出为 MP4（H.264，1080p 以内）")
    return "picture"


def page_range(text: str) -> tuple[int, int]:
    """`2` or `1-3`: the first and last page. Raises ValueError."""
    match = re.fullmatch(r"\s*(\d{1,5})\s*(?:[-–—~～至]\s*(\d{1,5})\s*)?", text)
    if not match:
        raise ValueError(f"pages: {text!r} 看不懂，应写成 2 或 1-3")
    first, last = int(match[1]), int(match[2] or match[1])
    if not 1 <= first <= last:
        raise ValueError(f"pages: {text!r} 应从小到大，从 1 开始")
    if last - first >= MOST_PAGES:
        raise ValueError(f"pages: {text!r} 有 {last - first + 1} 页，最多 {MOST_PAGES} 页")
    return first, last


def chosen_pages(name: str, count: int, pages: tuple[int, int] | None) -> range:
    """Which pages (from 0) of a document of `count`. Raises ValueError."""
    if count < 1:
        raise ValueError(f"{name!r} 里一页也没有，请重新导出")
    if pages is None:
        if count > MOST_PAGES:
            raise ValueError(
                f"{name!r} 有 {count} 页，最多登 {MOST_PAGES} 页；选出要登的几页，例如 {{file: {name}, pages: 1-3}}"
            )
        return range(count)
    first, last = pages
    if last > count:
        raise ValueError(f"{name!r} 只有 {count} 页，没有第 {last} 页")
    return range(first - 1, last)


def fitted(width: float, height: float, *, enlarge: bool = False) -> tuple[int, int]:
    """The size at which a picture of width × height travels."""
    factor = min(MAX_SIDE / width, MAX_SIDE / height, (MAX_PIXELS / (width * height)) ** 0.5)
    factor = factor if enlarge else min(1.0, factor)
    return max(1, int(width * factor)), max(1, int(height * factor))


def film_size(width: float, height: float) -> tuple[int, int]:
    """The size at which a film of width × height travels: never larger than it is, and even, as H.264 needs it."""
    factor = min(1.0, FILM_LONG_SIDE / max(width, height), FILM_SHORT_SIDE / min(width, height))
    return max(2, round(width * factor / 2) * 2), max(2, round(height * factor / 2) * 2)


def film_rate(rate: float) -> float:
    """Frames a second of the film that travels: the film's own, halved where that is quick."""
    rate = rate if rate >= 1 else 25.0
    while rate > MOST_FILM_RATE + 0.5:
        rate /= 2
    return rate


def check_film_length(name: str, seconds: float) -> None:
    """Raises ValueError for a film that is too long."""
    if seconds > MAX_FILM_SECONDS + 0.5:
        raise ValueError(
            f"视频 {name!r} 有 {seconds:.0f} 秒，最多 {MAX_FILM_SECONDS:.0f} 秒；"
            "请在手机相册或剪映里剪短（居民路过只看 5 到 20 秒）"
        )
