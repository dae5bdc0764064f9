"""Any picture an office or a phone makes → JPEG or PNG that a screen can show. The one door to Pillow.

Turned as its EXIF data say, in sRGB, no larger than a panel can show, and without what the file tells of its maker:
a phone writes into each photo where it was taken. The same input gives the same bytes.
"""

import io
import math
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import cast

from msgspec import Struct
from PIL import ExifTags, Image, ImageChops, ImageCms, ImageSequence, UnidentifiedImageError

from content.files import sha256_hex
from content.media.recipe import (
    MAX_INPUT_PIXELS,
    MAX_PIXELS,
    MAX_PLAIN_BYTES,
    MAX_SIDE,
    MOST_PAGES,
    chosen_pages,
    fitted,
)
from content.notice import Media

FORMATS = ("JPEG", "PNG", "WEBP", "TIFF", "BMP", "GIF", "HEIF", "AVIF")
"""MPO, as many phones write, is found by way of JPEG."""
KINDS = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp"}
ENDS = {"JPEG": b"\xff\xd9", "PNG": b"IEND\xaeB`\x82", "WEBP": b""}
HARMLESS = frozenset({"jfif", "jfif_version", "jfif_unit", "jfif_density", "dpi", "gamma", "srgb", "transparency"})
"""What a file may say beside its pixels and still go out as it is."""
BROKEN = (
    OSError, SyntaxError, ValueError, EOFError, MemoryError, OverflowError, ArithmeticError, LookupError, TypeError,
    AttributeError, RuntimeError, Image.DecompressionBombError, Image.DecompressionBombWarning,
)  # fmt: skip
"""What Pillow and its decoders raise for bytes that are no picture: its issues have an example of each."""
JPEG_QUALITY = 88
LINE_ART_COLOURS, LINE_ART_SHARE = 16, 0.6
"""In a drawing, a table or a page of text so few colours fill so much of the picture."""
PNG_MAY_BE_LARGER = 2.0
"""A PNG of line art is crisp; where it is so much larger than the JPEG it is no line art."""
TRIM_MARGIN = 0.02
WHITE = (255, 255, 255)
TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""What makes upright again what EXIF says of a picture (Exif 2.32, tag 0x0112). Pillow's own exif_transpose needs the
EXIF data at hand, which scaling loses."""


class NoPicture(ValueError):
    """A file that cannot be shown, in the admin's words."""


class Encoded(Struct, frozen=True):
    """The bytes of a picture, and the facts about them."""

    content: bytes
    media: Media


def encoded_as(content: bytes, kind: str, size: tuple[int, int]) -> Encoded:
    """`content` with the facts about it."""
    facts = Media(sha256=sha256_hex(content), size=len(content), kind=kind, width=size[0], height=size[1])
    return Encoded(content, facts)


def plain(content: bytes, *, keep_alpha: bool = False) -> Media | None:
    """The facts about a picture that can go out as it is: small enough, whole, and nothing in it but pixels."""
    if len(content) > MAX_PLAIN_BYTES:
        return None
    try:
        with warnings.catch_warnings(action="error"), Image.open(io.BytesIO(content), formats=list(KINDS)) as picture:
            kind, (width, height) = picture.format or "", picture.size
            fits = max(width, height) <= MAX_SIDE and width * height <= MAX_PIXELS
            if not fits or kind not in KINDS or not content.endswith(ENDS[kind]) or is_moving(picture):
                return None
            if kind == "WEBP" and len(content) != int.from_bytes(content[4:8], "little") + 8:
                return None
            if picture.mode not in ("1", "L", "P", "RGB", "RGBA", "LA") or set(picture.info) - HARMLESS:
                return None
            if (has_alpha(picture) and not keep_alpha) or picture.getexif():
                return None
            picture.load()
            if set(picture.info) - HARMLESS:  # what stands behind the pixels of a PNG
                return None
    except (*BROKEN, Warning):
        return None
    return encoded_as(content, KINDS[kind], (width, height)).media


def is_moving(picture: Image.Image) -> bool:
    return bool(getattr(picture, "is_animated", False))


def has_alpha(picture: Image.Image) -> bool:
    return picture.mode in ("RGBA", "LA", "PA", "RGBa", "La") or "transparency" in picture.info


def pictures(path: Path, pages: tuple[int, int] | None = None, *, keep_alpha: bool = False) -> Iterator[Encoded]:
    """The picture at `path` – of a TIFF each page – as screens can show it. Raises NoPicture."""
    read_heif()
    Image.MAX_IMAGE_PIXELS = MAX_INPUT_PIXELS // 2  # Pillow raises above twice this
    name = path.name
    try:
        with warnings.catch_warnings(action="ignore"), Image.open(path, formats=known_formats()) as opened:
            check_size(name, opened.size)
            for page in chosen_frames(name, opened, pages):
                check_size(name, page.size)
                yield encoded(prepared(page), keep_alpha=keep_alpha)
    except NoPicture:
        raise
    except UnidentifiedImageError as error:
        raise NoPicture(
            f"图片 {name!r} 的格式不认识；请另存为 JPEG 或 PNG 再用（文档请导出成 PDF，视频请导出成 MP4）"
        ) from error
    except Image.DecompressionBombError as error:
        raise NoPicture(f"图片 {name!r} 的像素太多，最多 {MAX_INPUT_PIXELS // 10_000} 万；请缩小后再用") from error
    except BROKEN as error:
        raise NoPicture(f"图片 {name!r} 打不开，文件可能已损坏；请重新导出为 JPEG 或 PNG") from error


def read_heif() -> None:
    """Teach Pillow the format in which iPhones, and other phones when told to, keep their photos."""
    import pillow_heif  # loads four libraries, which only such photos need

    pillow_heif.register_heif_opener()


def known_formats() -> list[str]:
    Image.init()
    return [one for one in FORMATS if one in Image.OPEN]


def check_size(name: str, size: tuple[int, int]) -> None:
    width, height = size
    if width < 1 or height < 1 or width * height > MAX_INPUT_PIXELS:
        most = MAX_INPUT_PIXELS // 10_000
        raise NoPicture(f"图片 {name!r} 有 {width}×{height} 像素，最多 {most} 万像素；请缩小后再用")


def chosen_frames(name: str, opened: Image.Image, pages: tuple[int, int] | None) -> Iterator[Image.Image]:
    """The pages of a TIFF; of anything else the first frame, for nothing on a screen may flicker."""
    if opened.format != "TIFF":
        if pages is not None:
            raise NoPicture(f"{name!r} 是一张图片，不用写 pages")
        yield opened
        return
    least = pages[1] if pages else MOST_PAGES + 1
    count = sum(1 for _, _ in zip(range(max(least, MOST_PAGES + 1)), ImageSequence.Iterator(opened), strict=False))
    try:
        chosen = chosen_pages(name, count, pages)
    except ValueError as error:
        raise NoPicture(str(error)) from error
    for number in chosen:
        opened.seek(number)
        yield opened


def prepared(picture: Image.Image) -> Image.Image:
    """Small, upright, and as L, RGB or RGBA in sRGB."""
    size, turn, profile = fitted(*picture.size), TURNS.get(orientation(picture)), picture.info.get("icc_profile")
    picture.draft(None, size)  # a JPEG of 100 megapixels is never unpacked in full
    if picture.mode.startswith(("I", "F")):
        picture = eight_bits(picture)
    if picture.mode not in ("L", "RGB", "RGBA", "CMYK", "LAB"):
        picture = picture.convert("RGBA" if has_alpha(picture) else "L" if picture.mode == "1" else "RGB")
    elif has_alpha(picture) and picture.mode != "RGBA":  # one colour stands for nothing
        picture = picture.convert("RGBA")
    if picture.size != size:
        picture = picture.resize(size, Image.Resampling.LANCZOS, reducing_gap=3.0)
    picture = in_srgb(picture, profile)
    return picture.transpose(turn) if turn is not None else picture


def orientation(picture: Image.Image) -> int:
    """Which way up the camera was held, as EXIF numbers it; 1 where that is not known."""
    try:
        return int(picture.getexif().get(ExifTags.Base.Orientation, 1))
    except BROKEN:
        return 1


def eight_bits(picture: Image.Image) -> Image.Image:
    """Greys of 16 or 32 bits, or real numbers, as 256 greys: Pillow's own conversion cuts off instead."""
    values = picture.convert("F")
    least, most = cast("tuple[float, float]", values.getextrema())
    if picture.mode.startswith("I;16") or (picture.mode == "I" and least >= 0 and 255 < most <= 65535):
        least, most = 0.0, 65535.0
    elif picture.mode == "I" and least >= 0 and most <= 255:
        least, most = 0.0, 255.0
    if not math.isfinite(most - least):
        raise ValueError(f"greys from {least} to {most}")
    span = max(1e-9, most - least)
    return values.point(lambda value: value * (255.0 / span) - least * 255.0 / span).convert("L")


def in_srgb(picture: Image.Image, profile: bytes | None) -> Image.Image:
    """`picture`, by the file's own colour profile where it has a good one."""
    if profile and picture.mode != "L":
        bare = picture.convert("RGB") if picture.mode == "RGBA" else picture
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            made = ImageCms.profileToProfile(bare, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
        except (ImageCms.PyCMSError, *BROKEN):  # a profile that is none, or one for other pictures
            made = None
        if made is not None:
            if picture.mode == "RGBA":
                made.putalpha(picture.getchannel("A"))
            return made
    return picture if picture.mode in ("L", "RGBA") else picture.convert("RGB")


def encoded(picture: Image.Image, *, keep_alpha: bool = False) -> Encoded:
    """PNG for line art and what is transparent, JPEG for everything else. `picture` is L, RGB or RGBA."""
    if picture.mode == "RGBA" and not (keep_alpha and picture.getchannel("A").getextrema() != (255, 255)):
        ground = Image.new("RGB", picture.size, WHITE)
        ground.paste(picture, mask=picture.getchannel("A"))
        picture = ground
    if picture.mode == "RGB" and is_grey(picture):
        picture = picture.getchannel("G")
    if picture.mode == "RGBA":
        return encoded_as(saved(picture, "PNG", compress_level=9), "image/png", picture.size)
    jpeg = saved(picture, "JPEG", quality=JPEG_QUALITY)
    if is_line_art(picture):
        png = saved(picture, "PNG", compress_level=9)
        if len(png) <= PNG_MAY_BE_LARGER * len(jpeg):
            return encoded_as(png, "image/png", picture.size)
    return encoded_as(jpeg, "image/jpeg", picture.size)


def saved(picture: Image.Image, kind: str, **how: int) -> bytes:
    """The pixels alone: no EXIF, no profile, no comment."""
    picture.info = {}
    out = io.BytesIO()
    picture.save(out, kind, **how)
    return out.getvalue()


def is_grey(picture: Image.Image) -> bool:
    red, green, blue = picture.split()
    return not ImageChops.difference(red, green).getbbox() and not ImageChops.difference(green, blue).getbbox()


def is_line_art(picture: Image.Image) -> bool:
    """A drawing, a table, a page of text."""
    sample = picture.resize((256, 256), Image.Resampling.NEAREST)
    counts = sorted((count for count, _ in sample.getcolors(256 * 256) or ()), reverse=True)
    return sum(counts[:LINE_ART_COLOURS]) >= LINE_ART_SHARE * 256 * 256


def trimmed(page: Image.Image) -> Image.Image:
    """A page without its empty margins: every millimetre is needed to read it from two metres."""
    page = page.convert("RGB")
    box = (
        ImageChops.difference(page, Image.new("RGB", page.size, WHITE))
        .convert("L")
        .point(lambda v: 255 * (v > 8))
        .getbbox()
    )
    if box is None:
        return page
    margin = round(TRIM_MARGIN * max(page.size))
    left, top, right, bottom = box
    return page.crop(
        (
            max(0, left - margin),
            max(0, top - margin),
            min(page.width, right + margin),
            min(page.height, bottom + margin),
        )
    )


def detail(picture: Image.Image) -> float:
    """How much there is to see: the variance of its greys. A black or empty picture has none."""
    grey = picture.convert("L").resize((64, 64))
    mean = sum(grey.tobytes()) / 4096
    return sum((value - mean) ** 2 for value in grey.tobytes()) / 4096
