"""A video from a phone becomes a short silent film that the weakest screen can play, and a still picture of it."""

import contextlib
import io
from collections.abc import Callable
from functools import partial
from pathlib import Path

import av
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from content.media.film import Made, made
from content.media.pictures import NoPicture
from content.media.recipe import MAX_FILM_INPUT_PIXELS, film_rate, film_size
from tests.conftest import times
from tests.films import film, turned


def ready(folder: Path, content: bytes, name: str = "a.mp4") -> Made:
    path = folder / name
    path.write_bytes(content)
    return made(path, folder)


def looked_at(content: bytes) -> tuple[str, str, int, int, int, int]:
    """Codec, pixels, size, frames and streams of a film."""
    with av.open(io.BytesIO(content), "r") as opened:
        codec = opened.streams.video[0].codec_context
        count = sum(1 for _ in opened.decode(video=0))
        return codec.name, str(codec.pix_fmt), codec.width, codec.height, count, len(opened.streams)


SOURCES: dict[str, Callable[[], bytes]] = {
    "an older camera": partial(film, codec="mpeg4", container="avi"),
    "a browser": partial(film, codec="libvpx-vp9", container="webm"),
    "a phone's MOV": partial(film, container="mov"),
    "a phone's H.265": partial(film, codec="libx265"),
    "sixty frames a second": partial(film, rate=60, seconds=0.5),
}


@pytest.mark.parametrize("source", SOURCES.values(), ids=SOURCES.keys())
def test_what_phones_and_cameras_write_becomes_h264(tmp_path: Path, source: Callable[[], bytes]) -> None:
    found = ready(tmp_path, source())
    codec, pixels, width, height, count, streams = looked_at(found.content)
    assert (codec, pixels, width, height, streams) == ("h264", "yuv420p", 160, 90, 1)
    assert abs(count / found.film.rate - found.film.seconds) < 0.02
    assert found.film.rate <= 30


def test_a_film_that_is_fine_goes_out_as_it_is_and_is_the_same_each_time(tmp_path: Path) -> None:
    content = film()
    found = ready(tmp_path, content)
    assert found.content == content
    assert (found.film.seconds, found.film.rate) == (2.0, 10.0)
    other = film(container="mov")
    assert ready(tmp_path, other) == ready(tmp_path, other)


def test_a_film_of_4k_is_made_small(tmp_path: Path) -> None:
    found = ready(tmp_path, film(3840, 2160, seconds=0.1))
    assert looked_at(found.content)[2:4] == (1280, 720)


def test_a_film_from_a_phone_held_upright_stands_upright(tmp_path: Path) -> None:
    found = ready(tmp_path, turned(film(320, 180, container="mov")))
    assert looked_at(found.content)[2:4] == (180, 320)
    still = Image.open(io.BytesIO(found.still.content)).convert("RGB")
    assert still.size == (180, 320)
    with av.open(io.BytesIO(found.content), "r") as opened:  # a bar at the left edge, turned clockwise, is at the top
        first = next(opened.decode(video=0)).to_image()  # type: ignore[no-untyped-call]
    assert first.getpixel((90, 5))[0] > 150
    assert first.getpixel((90, 310))[0] < 100


def test_the_still_picture_shows_something_though_the_film_begins_in_black(tmp_path: Path) -> None:
    found = ready(tmp_path, film(black=12))
    still = Image.open(io.BytesIO(found.still.content)).convert("L")
    assert still.getextrema()[1] > 100  # type: ignore[operator]


REFUSED: dict[str, tuple[Callable[[], bytes], str]] = {
    "too long": (partial(film, seconds=70, rate=2), "70 秒，最多 60 秒"),
    "as wide as 8K": (partial(film, 7680, 1232, seconds=0.1, codec="mpeg4"), "7680×1232"),
    "another codec": (partial(film, codec="mpeg2video", container="mov"), "编码是 mpeg2video"),
    "cut short": (lambda: film()[:600], "损坏"),
    "a head alone": (lambda: b"\0\0\0\x18ftypisom" + bytes(20), "损坏|没有画面"),
    "empty": (lambda: b"", "损坏"),
}


@pytest.mark.parametrize(("source", "why"), REFUSED.values(), ids=REFUSED.keys())
def test_what_no_screen_can_play_is_told_with_what_to_do(tmp_path: Path, source: Callable[[], bytes], why: str) -> None:
    with pytest.raises(NoPicture, match=f"a.mp4.*({why}).*请"):
        ready(tmp_path, source())


def test_a_film_that_lies_about_its_length_has_a_minute_at_most(tmp_path: Path) -> None:
    content = film(seconds=70, rate=2)
    lying = content.replace((70_000).to_bytes(4, "big"), (7_000).to_bytes(4, "big"))
    assert lying != content
    assert ready(tmp_path, lying).film.seconds <= 60


@pytest.mark.parametrize(
    "playlist", ["ffconcat version 1.0\nfile {}\n", "#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\n{}\n"]
)
def test_a_playlist_opens_no_other_file(tmp_path: Path, playlist: str) -> None:
    (tmp_path / "secret.mp4").write_bytes(film())
    with pytest.raises(NoPicture):
        ready(tmp_path, playlist.format(tmp_path / "secret.mp4").encode())


@given(st.integers(16, 4096), st.integers(16, 4096))
def test_any_size_becomes_one_that_h264_and_a_zero_can_take(width: int, height: int) -> None:
    wide, high = film_size(width, height)
    assert wide % 2 == high % 2 == 0
    assert max(wide, high) <= 1280
    assert min(wide, high) <= 720
    assert wide * high <= MAX_FILM_INPUT_PIXELS


@given(st.floats(0, 1000))
def test_any_rate_becomes_one_that_looks_steady(rate: float) -> None:
    assert 1 <= film_rate(rate) <= 30.5


@settings(max_examples=times(15))
@given(st.lists(st.tuples(st.floats(0, 1), st.integers(0, 255)), max_size=20), st.floats(0, 1))
def test_any_bytes_give_a_film_or_an_error_of_ours(
    tmp_path_factory: pytest.TempPathFactory, changes: list[tuple[float, int]], cut: float
) -> None:
    content = bytearray(film(64, 48, seconds=0.5))
    for where, value in changes:
        content[int(where * (len(content) - 1))] = value
    with contextlib.suppress(NoPicture):
        ready(tmp_path_factory.mktemp("any"), bytes(content[: int(len(content) * (1 - cut / 4))]))
