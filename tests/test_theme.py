"""Colours: whatever stands on a picture, by day, at night or on a festival, can be read against its ground."""

from datetime import datetime
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from content.notice import TOPICS, Level, Notice, Topic
from content.settings import Settings, ThemeName
from kiosk.look import Look
from kiosk.rotation import Slide
from kiosk.scene import compose, compose_alert, pages
from kiosk.shapes import Box, Code, Geometry, Icon, Item, Picture, Rectangle, Scene, Text
from kiosk.theme import LEAST_CONTRAST, THEMES, contrast, readable
from kiosk.view import View
from tests.sample_views import CARD, CLINIC, DONE, EXPIRED, FIRE, LONG, WATER, FakeMetrics, media, view

pytestmark = pytest.mark.rules
MOMENT = datetime(2025, 7, 10, 9, 26)  # noqa: DTZ001 -- local to the village
GEOMETRIES = [Geometry(1920, 1080), Geometry(1080, 1920), Geometry(1024, 768), Geometry(1080, 1080)]
VIEWS = [
    view(),
    view(card=EXPIRED),
    view(card=None),
    view(service_code=None),
    view(card=None, service_code=None),
    view(card=replace(CARD, photo=media(300, 400)), settings=Settings(emblem=media(200, 200))),
]
METRICS = FakeMetrics()
COLOURS = st.from_regex(r"#[0-9a-f]{6}", fullmatch=True)
LEAST_DRAWN = 3.0
"""For drawings that say something (WCAG 2.2, 1.4.11)."""
SAYING = {topic.icon for topic in TOPICS.values()} | {"fire", "warning", "phone"}


def ground_of(item: Item, scene: Scene) -> str:
    """The colour under `item`: of the last rectangle before it that holds its middle, or of the paper."""
    middle = Box(item.box.x + item.box.width // 2, item.box.y + item.box.height // 2, 1, 1)
    ground = scene.paper
    for below in scene.items[: scene.items.index(item)]:
        if below.box.contains(middle):
            assert not isinstance(below, Picture | Code), f"{item} stands on {below}"
            ground = below.colour if isinstance(below, Rectangle) else ground
    return ground


def unreadable(scene: Scene) -> list[tuple[str, str, str]]:
    """Every text and every saying icon that cannot be told from its ground."""
    found = []
    for item in scene.items:
        if isinstance(item, Text) or (isinstance(item, Icon) and item.name in SAYING):
            least = LEAST_CONTRAST if isinstance(item, Text) else LEAST_DRAWN
            ground = ground_of(item, scene)
            if contrast(item.colour, ground) < least:
                found.append((item.text if isinstance(item, Text) else item.name, item.colour, ground))
    return found


def pictures(shown: View, look: Look, *notices: Notice) -> list[Scene]:
    """Standby and every page of `notices`."""
    made = [compose(shown, None, MOMENT, look)]
    for notice in notices:
        found = pages(notice, shown, look)
        made += [
            compose(shown, Slide(notice, number, page, len(found), 8.0), MOMENT, look)
            for number, page in enumerate(found, 1)
        ]
    return made


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("geometry", GEOMETRIES, ids=lambda one: f"{one.width}x{one.height}")
def test_every_text_of_every_picture_stands_out_from_its_ground(theme: ThemeName, geometry: Geometry) -> None:
    look = Look(geometry, METRICS, theme=theme)
    usual, *others = VIEWS  # another card or code changes the panel; what a notice's pages are made of stays
    for scene in pictures(usual, look, WATER, CLINIC, LONG, DONE):
        assert unreadable(scene) == []
    for shown in others:
        for scene in pictures(shown, look, WATER):
            assert unreadable(scene) == []


@pytest.mark.parametrize("theme", THEMES)
def test_every_topic_can_be_read_on_its_label_in_every_theme(theme: ThemeName) -> None:
    look = Look(Geometry(1280, 720), METRICS, theme=theme)
    for topic in (*TOPICS.values(), Topic(word="黄色", colour="#ffe14d"), Topic(word="夜色", colour="#101020")):
        notice = replace(WATER, topic=topic, body="1. 关门窗\n- 断电源")
        (page,) = pages(notice, view(), look)
        assert unreadable(compose(view(), Slide(notice, 1, page, 1, 8.0), MOMENT, look)) == []


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("level", list(Level))
@pytest.mark.parametrize("exercise", [False, True])
def test_every_text_of_an_alert_stands_out(theme: ThemeName, level: Level, exercise: bool) -> None:
    alert = replace(FIRE, level=level, exercise=exercise)
    for geometry in GEOMETRIES:
        look = Look(geometry, METRICS, theme=theme)
        assert unreadable(compose_alert(view(), alert, 1, 2, MOMENT, look)) == []


def test_by_night_the_picture_is_dark_and_the_code_stays_black_on_white() -> None:
    look = Look(Geometry(1920, 1080), METRICS, theme="dark")
    scene = compose(view(), None, MOMENT, look)
    bright = sum(
        item.box.width * item.box.height
        for item in scene.items
        if isinstance(item, Rectangle) and contrast(item.colour, "#000000") > 3
    )
    assert contrast(scene.paper, "#000000") < 1.3
    assert bright < 0.01 * 1920 * 1080
    (code,) = [item for item in scene.items if isinstance(item, Code)]
    assert not [item for item in scene.items if isinstance(item, Text) and item.box.touches(code.box)]


@given(COLOURS, st.sampled_from(["#f5f1e8", "#14161a", "#ffffff", "#000000"]))
def test_any_colour_becomes_readable_and_one_that_is_stays_as_it_is(colour: str, ground: str) -> None:
    made = readable(colour, ground)
    assert contrast(made, ground) >= LEAST_CONTRAST
    if contrast(colour, ground) >= LEAST_CONTRAST:
        assert made == colour


@given(COLOURS)
def test_a_label_of_any_colour_can_be_read(colour: str) -> None:
    for theme in THEMES.values():
        ground, ink = theme.label(colour)
        assert contrast(ground, ink) >= LEAST_CONTRAST


def test_contrast_is_that_of_wcag() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)
    assert [contrast(one, "#ffffff") for one in ("#000000", "#555555", "#aaaaaa", "#ffffff")] == sorted(
        (contrast(one, "#ffffff") for one in ("#000000", "#555555", "#aaaaaa", "#ffffff")), reverse=True
    )
    assert all(a != b for a, b in pairwise(THEMES.values()))
