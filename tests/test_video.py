"""A film plays in its box, costs itself only, and nothing of it is left when its page has gone."""

import logging
import math
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import av
import pytest
from av.video.reformatter import VideoReformatter
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from pygame import Surface

from content.files import sha256_hex
from content.notice import TOPICS, Film, Media, Notice
from kiosk.canvas import Canvas
from kiosk.motion import Motion
from kiosk.playing import played, rate_of
from kiosk.rotation import Slide, slides_of
from kiosk.scene import Look, compose, pages
from kiosk.shapes import Box, Clip, Geometry, Picture, Rectangle, Scene
from kiosk.video import LINE_PIXELS, Films, surface_of
from tests.fakes import png
from tests.films import film
from tests.sample_views import view

PATIENCE = 20.0
STILL = png(160, 96, "#306030")
MOVING = film(160, 96)
"""Ten frames a second for two seconds; a bar goes to the right."""
BOX = Box(0, 0, 160, 96)
EXTINGUISHER = Path(__file__).parent.parent / "content/sample/baizhuang/media/extinguisher.mp4"


def clip(content: bytes = MOVING, seconds: float = 0.0, box: Box = BOX, length: float = 2.0) -> Clip:
    return Clip(box, sha256_hex(content), sha256_hex(STILL), seconds, 0, length, 10.0)


def shown_by(*contents: bytes) -> Callable[[str], bytes | None]:
    blobs = {sha256_hex(content): content for content in (*contents, STILL)}
    return blobs.get


@pytest.fixture
def films() -> Iterator[Films]:
    made = Films(shown_by(MOVING), PATIENCE)
    yield made
    made.close()


def bar(surface: Surface | None) -> int:
    """How far the bar has come, in pixels."""
    assert surface
    columns = [surface.get_at((x, 48))[0] for x in range(surface.get_width())]
    return columns.index(max(columns))


def test_each_moment_has_its_own_frame(films: Films) -> None:
    places = [bar(films.frame(clip(seconds=tenth / 10))) for tenth in range(20)]
    assert [abs(place - 8 * tenth) <= 3 for tenth, place in enumerate(places)] == [True] * 20


def test_a_film_begins_again_at_its_end_and_goes_back_when_told(films: Films) -> None:
    places = [bar(films.frame(clip(seconds=seconds))) for seconds in (1.9, 2.0, 2.5, 7.0, 0.5, 60.0, 0.0)]
    assert [round(place / 8) for place in places] == [19, 0, 5, 10, 5, 0, 0]


@given(st.lists(st.floats(0, 9), min_size=1, max_size=6))
def test_any_order_of_moments_gives_the_frame_of_each(moments: list[float]) -> None:
    films = Films(shown_by(MOVING), PATIENCE)
    places = [bar(films.frame(clip(seconds=seconds))) for seconds in moments]
    films.close()
    expected = [8 * math.floor(seconds % 2.0 * 10 + 1e-6) for seconds in moments]
    assert [abs(place - right) <= 3 for place, right in zip(places, expected, strict=True)] == [True] * len(moments)


def test_a_box_of_any_width_is_filled_and_nothing_is_written_beside_a_line() -> None:
    """The extinguisher stands on paper: there is nothing dark at the film's left edge."""
    reformatter = VideoReformatter()
    with av.open(str(EXTINGUISHER), "r") as opened:
        frame = next(frame for number, frame in enumerate(opened.decode(video=0)) if number == 75)
        for width in range(560, 640):
            surface = surface_of(frame, (width, 330), reformatter)
            assert surface.get_size() == (width, 330)
            edge = [min(surface.get_at((x, y))[:3]) for x in range(4) for y in range(330)]
            assert min(edge) > 200, width


def test_a_screen_does_not_wait_for_a_frame_but_takes_the_newest() -> None:
    films = Films(shown_by(MOVING))
    first = films.frame(clip())
    assert first is None or bar(first) <= 3
    later = films.frame(clip(seconds=1.0))
    assert later is None or bar(later) <= 83
    films.close()


NO_FILMS: dict[str, Callable[[], bytes | None]] = {
    "missing": lambda: None,
    "empty": lambda: b"",
    "no film": lambda: b"\0" * 4000,
    "cut short": lambda: MOVING[: len(MOVING) // 3],
    "another codec": lambda: film(codec="mpeg4"),
    "too large for a screen": lambda: film(3840, 2160, seconds=0.1),
    "a picture": lambda: STILL,
}


@pytest.mark.parametrize("source", NO_FILMS.values(), ids=NO_FILMS.keys())
def test_what_cannot_be_played_shows_its_still_picture_and_is_told_once(
    source: Callable[[], bytes | None], caplog: pytest.LogCaptureFixture
) -> None:
    content = source()
    blobs = {sha256_hex(STILL): STILL}
    item = clip(content or b"missing")
    if content is not None:
        blobs[item.sha256] = content
    canvas = Canvas(Surface((160, 96), 0, 32), blobs.get, patience=PATIENCE)
    with caplog.at_level(logging.WARNING, "kiosk.video"):
        for seconds in (0.0, 0.1, 0.2):
            canvas.draw(Scene(Geometry(160, 96), "#000000", (replace(item, seconds=seconds),)))
            assert tuple(canvas.surface.get_at((80, 48))) == (0x30, 0x60, 0x30, 255)
    assert len(caplog.records) == (content is not None)
    assert [thread.name for thread in threading.enumerate() if thread.name == "film"] == []
    canvas.close()


def test_when_the_page_goes_so_does_the_decoder() -> None:
    canvas = Canvas(Surface((160, 96), 0, 32), shown_by(MOVING), patience=PATIENCE)
    geometry = Geometry(160, 96)
    canvas.draw(Scene(geometry, "#000000", (clip(),)))
    assert [thread.name for thread in threading.enumerate() if thread.name == "film"] == ["film"]
    canvas.draw(Scene(geometry, "#000000", (Picture(BOX, sha256_hex(STILL)),)))
    assert [thread.name for thread in threading.enumerate() if thread.name == "film"] == []


def test_only_the_films_box_is_drawn_again() -> None:
    canvas = Canvas(Surface((320, 200), 0, 32), shown_by(MOVING), patience=PATIENCE)
    geometry, box = Geometry(320, 200), Box(20, 30, 160, 96)
    around = Rectangle(Box(200, 0, 120, 200), "#ffffff")
    canvas.draw(Scene(geometry, "#000000", (around, clip(box=box))))
    dirty = canvas.draw(Scene(geometry, "#000000", (around, clip(seconds=0.5, box=box))))
    assert dirty == [box]
    assert abs(bar(canvas.surface.subsurface((20, 30, 160, 96))) - 40) <= 3
    canvas.close()


def test_its_corners_are_as_round_as_a_pictures() -> None:
    canvas = Canvas(Surface((160, 96), 0, 32), shown_by(MOVING), patience=PATIENCE)
    canvas.draw(Scene(Geometry(160, 96), "#ff00ff", (replace(clip(seconds=1.0), radius=12),)))
    corners = [tuple(canvas.surface.get_at(place)) for place in ((0, 0), (159, 0), (0, 95), (159, 95))]
    assert corners == [(255, 0, 255, 255)] * 4
    assert tuple(canvas.surface.get_at((12, 12))) != (255, 0, 255, 255)
    canvas.close()


# The page.

NOTICE = Notice(
    id="film",
    title="灭火器怎么用",
    topic=TOPICS["安全提示"],
    body="火大先跑，再打 119。",
    media=(
        Media(
            sha256=sha256_hex(STILL),
            size=len(STILL),
            kind="image/png",
            width=160,
            height=96,
            caption="示范",
            film=Film(sha256=sha256_hex(MOVING), size=len(MOVING), seconds=6.0, rate=25.0),
        ),
    ),
)
GEOMETRIES = [(1920, 1080), (1080, 1920), (1280, 720), (1024, 768), (3840, 2160)]


def with_film(look: Look) -> tuple[Slide, Clip]:
    """The slide that has the film, and the film."""
    here = view(NOTICE)
    for slide in slides_of(NOTICE, pages(NOTICE, here, look), here.pace):
        for item in slide.page.items:
            if isinstance(item, Clip):
                return slide, item
    raise AssertionError("no film on any page")


@pytest.mark.parametrize("size", GEOMETRIES)
def test_a_film_has_its_place_and_moves_at_its_own_pace(
    size: tuple[int, int], metrics_look: Callable[..., Look]
) -> None:
    look = metrics_look(size)
    slide, item = with_film(look)
    assert item.box.width % LINE_PIXELS == 0
    assert abs(item.box.width / item.box.height - 160 / 96) < 0.05
    scenes = [compose(view(NOTICE), slide, None, look, elapsed=seconds) for seconds in (0.0, 1.0)]
    assert [scene.rate for scene in scenes] == [25.0, 25.0]
    assert [set(scenes[0].items) - set(scenes[1].items), set(scenes[1].items) - set(scenes[0].items)] == [
        {item},
        {replace(item, seconds=1.0)},
    ]


def test_a_page_with_a_film_stays_for_whole_plays(metrics_look: Callable[..., Look]) -> None:
    slide, _ = with_film(metrics_look((1920, 1080)))
    assert slide.seconds in (12.0, 18.0, 24.0, 30.0)


def test_a_film_of_another_kind_is_its_picture(metrics_look: Callable[..., Look]) -> None:
    (media,) = NOTICE.media
    assert media.film
    newer = replace(NOTICE, media=(replace(media, film=replace(media.film, kind="video/vr")),))
    look = metrics_look((1920, 1080))
    items = [item for page in pages(newer, view(newer), look) for item in page.items]
    assert [item.sha256 for item in items if isinstance(item, Picture)] == [media.sha256]
    assert rate_of(items) == 0.0


def test_frames_are_numbered_from_the_start_of_the_page() -> None:
    motion = Motion(100.0, 25.0)
    shown = [motion.elapsed(100.0 + late) for late in (0.0, 0.039, 0.041, 1.0)]
    assert [played([clip()], seconds) for seconds in shown] == [
        [clip()],
        [clip()],
        [clip(seconds=0.04)],
        [clip(seconds=1.0)],
    ]


@pytest.fixture
def metrics_look() -> Callable[..., Look]:
    metrics = Canvas(Surface((8, 8), 0, 32), lambda _: None).metrics

    def made(size: tuple[int, int]) -> Look:
        return Look(Geometry(*size), metrics)

    return made
