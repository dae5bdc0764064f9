"""Any picture of an office or a phone becomes one that a screen can show; nothing else leaves than a ValueError."""

import io
import struct
import zlib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageCms, ImageDraw, PngImagePlugin

from content.files import sha256_hex
from content.media.pictures import Encoded, NoPicture, pictures, plain
from content.media.recipe import MAX_PIXELS, MAX_SIDE
from tests.fakes import png


def file_of(picture: Image.Image, kind: str, **how: object) -> bytes:
    out = io.BytesIO()
    picture.save(out, kind, **how)
    return out.getvalue()


def photo(width: int = 90, height: int = 60) -> Image.Image:
    """Red at its upper left corner."""
    noise = Image.effect_noise((width, height), 60)
    picture = Image.merge("RGB", (noise, noise.rotate(90).resize((width, height)), noise.rotate(180)))
    ImageDraw.Draw(picture).rectangle((0, 0, width // 4, height // 4), fill="#ff0000")
    return picture


def made(tmp_path: Path, content: bytes, name: str = "a.jpg", **how: Any) -> list[Encoded]:
    path = tmp_path / name
    path.write_bytes(content)
    return list(pictures(path, **how))


def one(tmp_path: Path, content: bytes, **how: Any) -> tuple[Encoded, Image.Image]:
    (encoded,) = made(tmp_path, content, **how)
    opened = Image.open(io.BytesIO(encoded.content))
    opened.load()
    assert opened.size == (encoded.media.width, encoded.media.height)
    assert encoded.media.sha256 == sha256_hex(encoded.content)
    return encoded, opened


def is_red(picture: Image.Image, x: int, y: int) -> bool:
    red, green, blue = picture.convert("RGB").getpixel((x, y))  # type: ignore[misc]
    return bool(red > 180 and green < 90 and blue < 90)


KINDS = {"JPEG": "RGB", "PNG": "RGB", "WEBP": "RGB", "TIFF": "RGB", "BMP": "RGB", "GIF": "P", "HEIF": "RGB"}


@pytest.mark.parametrize(("kind", "mode"), KINDS.items())
def test_what_offices_and_phones_have_becomes_a_picture(tmp_path: Path, kind: str, mode: str) -> None:
    if kind == "HEIF":
        import pillow_heif

        pillow_heif.register_heif_opener()
    encoded, picture = one(tmp_path, file_of(photo().convert(mode), kind))
    assert encoded.media.kind in ("image/jpeg", "image/png")
    assert picture.size == (90, 60)
    assert is_red(picture, 5, 5)


MODES = {
    "1": ("PNG", "1"),
    "16 bit": ("PNG", "I;16"),
    "16 bit TIFF": ("TIFF", "I;16"),
    "32 bit": ("TIFF", "I"),
    "real numbers": ("TIFF", "F"),
    "CMYK": ("JPEG", "CMYK"),
    "CMYK TIFF": ("TIFF", "CMYK"),
    "grey and alpha": ("PNG", "LA"),
    "palette": ("PNG", "P"),
    "LAB": ("TIFF", "LAB"),
    "YCbCr": ("TIFF", "YCbCr"),
}


@pytest.mark.parametrize(("kind", "mode"), MODES.values(), ids=MODES.keys())
def test_every_way_of_writing_light_and_dark_keeps_them(tmp_path: Path, kind: str, mode: str) -> None:
    grey = Image.new("L", (40, 40), 255)
    ImageDraw.Draw(grey).rectangle((0, 0, 19, 39), fill=0)
    if mode == "I;16":
        source = Image.frombytes("I;16", (40, 40), bytes(value for value in grey.tobytes() for _ in range(2)))
    elif mode == "LAB":
        to_lab = ImageCms.buildTransform(ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB"), "RGB", "LAB")
        source = ImageCms.applyTransform(grey.convert("RGB"), to_lab) or grey
    elif mode == "F":
        source = grey.convert("F").point(lambda value: value * (1 / 255))
    else:
        source = grey.convert(mode)
    _, picture = one(tmp_path, file_of(source, kind))
    shades = picture.convert("L")
    dark, light = shades.getpixel((5, 20)), shades.getpixel((35, 20))
    assert isinstance(dark, int)
    assert isinstance(light, int)
    assert (dark < 30, light > 225) == (True, True)


def exif(orientation: int) -> bytes:
    tags = Image.Exif()
    tags[0x0112] = orientation
    tags[0x010F] = "手机牌子"
    tags.get_ifd(0x8825)[2] = (35.0, 13.0, 20.0)
    return tags.tobytes()


CORNERS = {1: (5, 5), 2: (84, 5), 3: (84, 54), 4: (5, 54), 5: (5, 5), 6: (54, 5), 7: (54, 84), 8: (5, 84)}


@pytest.mark.parametrize(("orientation", "corner"), CORNERS.items())
def test_a_photo_stands_as_it_was_taken(tmp_path: Path, orientation: int, corner: tuple[int, int]) -> None:
    content = file_of(photo(), "JPEG", exif=exif(orientation))
    assert plain(content) is None
    _, picture = one(tmp_path, content)
    assert picture.size == ((90, 60) if orientation < 5 else (60, 90))
    assert is_red(picture, *corner)


def test_where_a_photo_was_taken_stays_in_the_office(tmp_path: Path) -> None:
    content = file_of(photo(), "JPEG", exif=exif(1), comment=b"secret comment")
    encoded, picture = one(tmp_path, content)
    assert not picture.getexif()
    assert set(picture.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
    assert b"secret" not in encoded.content


def text_in_png() -> bytes:
    words = PngImagePlugin.PngInfo()
    words.add_itxt("XML:com.adobe.xmp", "<GPSLatitude>35.2</GPSLatitude>")
    return file_of(photo(), "PNG", pnginfo=words)


NOT_PLAIN = {
    "text in a PNG": text_in_png(),
    "something behind the end": png() + b"hidden",
    "a video behind a photo, as phones do": file_of(photo(), "JPEG") + b"\0\0\0\x18ftypmp42",
    "transparent": file_of(Image.new("RGBA", (8, 8), (0, 0, 0, 90)), "PNG"),
    "moving": file_of(
        Image.new("P", (8, 8)), "PNG", save_all=True, append_images=[Image.new("P", (8, 8), 5)]
    ),
    "a colour profile": file_of(photo(), "JPEG", icc_profile=b"Adobe RGB"),
    "too wide": png(MAX_SIDE + 1, 8),
    "CMYK": file_of(photo().convert("CMYK"), "JPEG"),
    "progressive, which is slow to unpack": file_of(photo(), "JPEG", progressive=True),
    "half a picture": png(300, 200)[:90],
    "no picture": b"what",
}  # fmt: skip


@pytest.mark.parametrize("content", NOT_PLAIN.values(), ids=NOT_PLAIN.keys())
def test_only_a_picture_with_nothing_in_it_but_pixels_goes_out_as_it_is(content: bytes) -> None:
    assert plain(content) is None


def test_a_picture_that_is_fine_is_not_made_again() -> None:
    found = plain(png(40, 30))
    assert found
    assert (found.sha256, found.size, found.width, found.height) == (sha256_hex(png(40, 30)), len(png(40, 30)), 40, 30)


@pytest.mark.parametrize("size", [(6000, 600), (600, 6000), (2400, 2000), (20_000, 10)])
def test_no_picture_is_larger_than_a_panel_can_show(tmp_path: Path, size: tuple[int, int]) -> None:
    _, picture = one(tmp_path, png(*size))
    assert max(picture.size) <= MAX_SIDE
    assert picture.width * picture.height <= MAX_PIXELS
    assert abs(picture.width / picture.height / (size[0] / size[1]) - 1) < 0.02 or min(picture.size) <= 2


def test_text_stays_crisp_and_photos_stay_small(tmp_path: Path) -> None:
    page = Image.new("RGB", (800, 600), "white")
    ImageDraw.Draw(page).text((40, 40), "WATER 8:00-18:00", fill="black", font_size=60)
    encoded, picture = one(tmp_path, file_of(page, "BMP"))
    assert (encoded.media.kind, picture.mode) == ("image/png", "L")
    encoded, _ = one(tmp_path, file_of(photo(800, 600), "PNG", pnginfo=None, icc_profile=b"x"))
    assert encoded.media.kind == "image/jpeg"


def test_what_is_transparent_is_put_on_white_but_for_an_emblem(tmp_path: Path) -> None:
    content = file_of(Image.new("RGBA", (8, 8), (0, 0, 0, 0)), "PNG")
    _, picture = one(tmp_path, content)
    assert picture.convert("RGB").getpixel((4, 4)) == (255, 255, 255)
    _, picture = one(tmp_path, content, keep_alpha=True)
    assert picture.convert("RGBA").getpixel((4, 4))[3] == 0  # type: ignore[index]


def test_each_page_of_a_tiff_is_a_picture_and_a_gif_has_one(tmp_path: Path) -> None:
    pages = [Image.new("RGB", (20 + number, 20), "red") for number in range(4)]
    content = file_of(pages[0], "TIFF", save_all=True, append_images=pages[1:])
    assert [one.media.width for one in made(tmp_path, content)] == [20, 21, 22, 23]
    assert [one.media.width for one in made(tmp_path, content, pages=(2, 3))] == [21, 22]
    with pytest.raises(NoPicture, match="只有 4 页"):
        made(tmp_path, content, pages=(4, 5))
    moving = file_of(Image.new("P", (9, 9), 1), "GIF", save_all=True, append_images=[Image.new("P", (9, 9), 2)] * 50)
    assert len(made(tmp_path, moving)) == 1


def test_many_pages_of_a_tiff_are_too_many_unless_some_are_chosen(tmp_path: Path) -> None:
    pages = [Image.new("1", (20, 20)) for _ in range(12)]
    content = file_of(pages[0], "TIFF", save_all=True, append_images=pages[1:])
    with pytest.raises(NoPicture, match="最多登 10 页"):
        made(tmp_path, content)
    assert len(made(tmp_path, content, pages=(10, 12))) == 3


def looping_tiff() -> bytes:
    """Its second page says that the first one follows."""
    content = bytearray(file_of(Image.new("L", (4, 4)), "TIFF", save_all=True, append_images=[Image.new("L", (4, 4))]))
    first = struct.unpack("<I", content[4:8])[0]
    count = struct.unpack("<H", content[first : first + 2])[0]
    second = struct.unpack("<I", content[first + 2 + 12 * count : first + 6 + 12 * count])[0]
    count = struct.unpack("<H", content[second : second + 2])[0]
    content[second + 2 + 12 * count : second + 6 + 12 * count] = struct.pack("<I", first)
    return bytes(content)


def test_a_tiff_whose_pages_run_in_a_circle_ends(tmp_path: Path) -> None:
    assert 1 <= len(made(tmp_path, looping_tiff())) <= 2


def bomb(width: int, height: int) -> bytes:
    """A few kilobytes that unpack to gigabytes."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(bytes(10**6))) + chunk(b"IEND", b"")
    )


NONE_AT_ALL = {
    "a bomb": bomb(60_000, 60_000),
    "a flat bomb": bomb(2_000_000_000, 1),
    "empty": b"",
    "text": "停水".encode(),
    "cut short": file_of(photo(600, 400), "JPEG")[:900],
    "a page for the web": b"<svg xmlns='http://www.w3.org/2000/svg'/>",
}


@pytest.mark.parametrize("content", NONE_AT_ALL.values(), ids=NONE_AT_ALL.keys())
def test_what_is_no_picture_is_told_with_its_name_and_what_to_do(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(NoPicture, match=r"a\.jpg.*请"):
        made(tmp_path, content)


def test_the_same_input_gives_the_same_bytes(tmp_path: Path) -> None:
    content = file_of(photo(3000, 400), "JPEG", exif=exif(6))
    assert one(tmp_path, content)[0] == one(tmp_path, content)[0]


SEEDS = [file_of(photo(), kind) for kind in ("JPEG", "PNG", "WEBP", "TIFF", "BMP", "GIF")] + [looping_tiff()]


@given(st.sampled_from(SEEDS), st.lists(st.tuples(st.floats(0, 1), st.integers(0, 255)), max_size=12), st.floats(0, 1))
def test_any_bytes_give_pictures_or_an_error_of_ours(
    tmp_path_factory: pytest.TempPathFactory, seed: bytes, changes: list[tuple[float, int]], cut: float
) -> None:
    content = bytearray(seed)
    for where, value in changes:
        content[int(where * (len(content) - 1))] = value
    content = content[: max(1, int(len(content) * (1 - cut / 4)))]
    try:
        for one in made(tmp_path_factory.mktemp("any"), bytes(content)):
            assert one.media.width * one.media.height <= MAX_PIXELS
    except NoPicture:
        pass


@given(st.binary(max_size=400))
def test_any_bytes_are_plain_or_not(content: bytes) -> None:
    plain(content)
    plain(b"\x89PNG\r\n\x1a\n" + content)
    plain(b"\xff\xd8" + content + b"\xff\xd9")
