"""A PDF becomes pictures, a page each; what is broken, locked or endless is told."""

import contextlib
import io
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from content.media.pdf import pages_of
from content.media.pictures import Encoded, NoPicture
from content.media.recipe import MAX_PIXELS, MAX_SIDE, page_range
from tests.conftest import times
from tests.films import pdf


def made(folder: Path, content: bytes, pages: tuple[int, int] | None = None) -> list[Encoded]:
    path = folder / "a.pdf"
    path.write_bytes(content)
    return list(pages_of(path, pages))


def test_each_page_becomes_a_picture_without_its_margins(tmp_path: Path) -> None:
    found = made(tmp_path, pdf(3, ink=("#c03030", "#30c030", "#3030c0")))
    pictures = [Image.open(io.BytesIO(one.content)).convert("RGB") for one in found]
    middles = [
        picture.crop((picture.width // 2, picture.height // 2, 2000, 2000)).resize((1, 1)) for picture in pictures
    ]
    assert [max(range(3), key=middle.tobytes().__getitem__) for middle in middles] == [0, 1, 2]
    assert all(picture.getpixel((0, 0)) == (255, 255, 255) for picture in pictures)
    shares = [picture.width / (MAX_SIDE / 3) for picture in pictures]  # the square is a third of the page
    assert all(1 <= share < 1.2 for share in shares)


def test_ten_pages_at_most_and_any_can_be_chosen(tmp_path: Path) -> None:
    content = pdf(12)
    with pytest.raises(NoPicture, match=r"12 页，最多登 10 页；.*pages: 1-3"):
        made(tmp_path, content)
    assert len(made(tmp_path, content, (3, 12))) == 10
    with pytest.raises(NoPicture, match="只有 12 页，没有第 13 页"):
        made(tmp_path, content, (12, 13))


@pytest.mark.parametrize(("text", "pages"), [("2", (2, 2)), ("1-3", (1, 3)), (" 4 – 5 ", (4, 5)), ("1至10", (1, 10))])
def test_pages_are_written_as_people_write_them(text: str, pages: tuple[int, int]) -> None:
    assert page_range(text) == pages


@pytest.mark.parametrize("text", ["", "x", "0", "3-1", "1-11", "1,2", "999999"])
def test_pages_that_are_none_are_told(text: str) -> None:
    with pytest.raises(ValueError, match="pages"):
        page_range(text)


@pytest.mark.parametrize("size", [(14_400, 14_400), (14_400, 3), (2, 2), (3, 14_400)])
def test_a_page_of_any_size_is_as_large_as_a_screen_needs_it(tmp_path: Path, size: tuple[int, int]) -> None:
    (found,) = made(tmp_path, pdf(1, *size))
    assert max(found.media.width, found.media.height) <= MAX_SIDE
    assert found.media.width * found.media.height <= MAX_PIXELS


def test_ten_thousand_pages_are_refused_unread(tmp_path: Path) -> None:
    with pytest.raises(NoPicture, match="10000 页"):
        made(tmp_path, b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
             b"2 0 obj<</Type/Pages/Count 10000/Kids[" + b"3 0 R " * 10_000 + b"]>>endobj\n"
             b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>endobj\ntrailer<</Root 1 0 R>>\n")  # fmt: skip


LOCKED = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Count 1/Kids[3 0 R]>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>endobj\n4 0 obj<</Filter/Standard/V 1/R 2/O("
    + b"o" * 32 + b")/U(" + b"u" * 32 + b")/P -4>>endobj\ntrailer<</Root 1 0 R/Encrypt 4 0 R/ID[<01><01>]>>\n"
)  # fmt: skip


@pytest.mark.parametrize(
    ("content", "why"), [(b"", "损坏"), (b"%PDF-1.7", "损坏"), (pdf()[:200], "损坏"), (LOCKED, "密码")]
)
def test_what_cannot_be_read_is_told_with_what_to_do(tmp_path: Path, content: bytes, why: str) -> None:
    with pytest.raises(NoPicture, match=f"{why}.*(请|重新)"):
        made(tmp_path, content)


SEED = pdf(2)


@settings(max_examples=times(15))
@given(st.lists(st.tuples(st.floats(0, 1), st.integers(0, 255)), max_size=20), st.floats(0, 1))
def test_any_bytes_give_pictures_or_an_error_of_ours(
    tmp_path_factory: pytest.TempPathFactory, changes: list[tuple[float, int]], cut: float
) -> None:
    content = bytearray(SEED)
    for where, value in changes:
        content[int(where * (len(content) - 1))] = value
    with contextlib.suppress(NoPicture):
        made(tmp_path_factory.mktemp("any"), bytes(content[: int(len(content) * (1 - cut / 4))]))
