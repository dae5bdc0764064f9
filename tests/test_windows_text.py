"""What Notepad writes is read; what could be several things is not guessed at."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.machine.windows_text import MOST_BYTES, UnclearText, text_of

TEXT = "screen: b3-u1  # 北区三号楼\nnetwork: {wifi: {name: 村委会}}\n"


@pytest.mark.parametrize("coding", ["utf-8", "utf-8-sig", "utf-16", "gbk"])
@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
def test_every_way_in_which_notepad_saves_is_read(coding: str, ends: str) -> None:
    assert text_of(TEXT.replace("\n", ends).encode(coding)) == TEXT
    if coding == "utf-16":
        assert text_of(b"\xfe\xff" + TEXT.replace("\n", ends).encode("utf-16-be")) == TEXT


@pytest.mark.parametrize(
    ("content", "line"),
    [
        ("screen: a\n# 北區三號樓，請勿\n".encode("big5"), 2),
        ("screen: a\nplace: b\n# café\n".encode("latin-1"), 3),
        (b"screen: a\n\xff\xff\n", 2),
        ("screen: a\n".encode("utf-16-le"), 1),
        (b"screen: a\nplace: \0\n", 2),
        (b"\xff\xfeabc", 1),
        (b"#" * (MOST_BYTES + 1), 1),
    ],
    ids=["Big5", "Latin-1", "no text", "UTF-16 without its mark", "a zero", "half a character", "too large"],
)
def test_what_is_unclear_is_said_with_its_line_and_what_to_do(content: bytes, line: int) -> None:
    with pytest.raises(UnclearText) as caught:
        text_of(content)
    assert caught.value.line == line
    assert caught.value.what
    assert caught.value.instead


@given(st.binary(max_size=300))
def test_any_bytes_are_text_or_unclear(content: bytes) -> None:
    with contextlib.suppress(UnclearText):
        assert "\r" not in text_of(content)


@given(st.text(st.characters(exclude_characters="\0\r", exclude_categories=["Cs"]), max_size=200))
def test_utf_8_is_always_utf_8(text: str) -> None:
    assert text_of(text.encode("utf-8-sig")) == text
