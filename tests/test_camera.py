"""The service code as a phone sees it: of every LCD and of LED panels, under an alert, askew and in bad light."""

import dataclasses
from collections.abc import Callable
from datetime import datetime
from functools import cache
from typing import Literal

import pytest
from msgspec.structs import replace
from PIL import Image

from content.settings import ThemeName
from kiosk.display.lamps import GROUND
from kiosk.look import Look
from kiosk.rotation import Slide
from kiosk.scene import compose, compose_alert, pages
from kiosk.shapes import Box, Code, Dots, Geometry, Scene
from tests.camera import LAMP, SHOTS, canvas_for, drawn, lamps, read
from tests.sample_views import CODE, DRILL, FIRE, PLACE, SHORT, view

Colours = Literal["red", "red-green", "full"]
MOMENT = datetime(2025, 7, 10, 9, 26)  # noqa: DTZ001 -- local to the village
SIZES = [
    *((1920, 1080), (1080, 1920), (1280, 720), (720, 1280), (1024, 768), (768, 1024)),
    *((1080, 1080), (3840, 2160), (2160, 3840)),
]
USUAL_SIZES = SIZES[:6]
"""For what looks much like another picture: by night only the colours around the code are others, which stays black
on white, and an exercise is an alert with broken edges. The large panels have the largest modules."""
URL = "https://mashangban.example/b?w={building}"
"""As long as those of the sample village: 25 to 33 modules."""
AROUND = 40
"""Pixels beside the code that are on the photograph: it is not alone on the wall."""


def by_day(geometry: Geometry, theme: ThemeName = "light") -> Scene:
    shown = view(SHORT, service_code=replace(CODE, url=URL))
    canvas = canvas_for(geometry)
    look = Look(geometry, canvas.metrics, theme)
    (page, *_) = pages(SHORT, shown, look)
    return compose(shown, Slide(SHORT, 1, page, 1, 8.0), MOMENT, look)


def at_night(geometry: Geometry) -> Scene:
    return by_day(geometry, "dark")


def under_an_alert(geometry: Geometry) -> Scene:
    shown = view(alerts=(FIRE,), service_code=replace(CODE, url=URL))
    canvas = canvas_for(geometry)
    return compose_alert(shown, FIRE, 1, 1, MOMENT, Look(geometry, canvas.metrics))


def under_an_exercise(geometry: Geometry) -> Scene:
    shown = view(alerts=(DRILL,), service_code=replace(CODE, url=URL))
    canvas = canvas_for(geometry)
    return compose_alert(shown, DRILL, 1, 1, MOMENT, Look(geometry, canvas.metrics))


SCENES: dict[str, Callable[[Geometry], Scene]] = {
    "by day": by_day,
    "at night": at_night,
    "under an alert": under_an_alert,
    "under an exercise": under_an_exercise,
}
FRIENDLY = {name: shot for name, shot in SHOTS.items() if name != "in bad light"}
"""For the small code of an alert: with 4 pixels a module it takes a steady hand and some light."""
SAID = [replace(CODE, url=URL).at(PLACE)]


def named(size: tuple[int, int]) -> str:
    return f"{size[0]}x{size[1]}"


@cache
def picture(kind: str, size: tuple[int, int]) -> tuple[Image.Image, Box]:
    """The whole picture, and where the code is on it."""
    scene = SCENES[kind](Geometry(*size))
    (box,) = [item.box for item in scene.items if isinstance(item, Code)]
    return drawn(scene, canvas_for(scene.geometry)), box


def with_surroundings(whole: Image.Image, box: Box) -> Image.Image:
    """The part of the picture to which somebody points a phone."""
    near = box.inset(-AROUND)
    return whole.crop((max(0, near.x), max(0, near.y), min(whole.width, near.right), min(whole.height, near.bottom)))


@pytest.mark.parametrize(
    ("size", "kind"),
    [*((size, "by day") for size in SIZES), *((size, "at night") for size in USUAL_SIZES)],
)
def test_a_phone_reads_the_code_of_every_lcd(size: tuple[int, int], kind: str) -> None:
    near = with_surroundings(*picture(kind, size))
    assert {name: read(shot.of(near)) for name, shot in SHOTS.items()} == dict.fromkeys(SHOTS, SAID)


@pytest.mark.parametrize(
    ("size", "kind"),
    [*((size, "under an alert") for size in SIZES), *((size, "under an exercise") for size in USUAL_SIZES)],
)
def test_a_phone_reads_the_code_that_an_alert_leaves_at_the_foot(size: tuple[int, int], kind: str) -> None:
    near = with_surroundings(*picture(kind, size))
    assert {name: read(shot.of(near)) for name, shot in FRIENDLY.items()} == dict.fromkeys(FRIENDLY, SAID)


@pytest.mark.parametrize("degrees", [90, 180, 270])
@pytest.mark.parametrize("size", [(1920, 1080), (1080, 1920)], ids=named)
def test_a_phone_finds_the_code_on_the_whole_picture_however_it_is_held(size: tuple[int, int], degrees: int) -> None:
    whole, _ = picture("by day", size)
    assert read(SHOTS["straight"].of(whole)) == SAID
    assert read(SHOTS["half, turned, blurred"].of(whole.rotate(degrees, expand=True))) == SAID


SHORT_URL = "http://t.cn/A6x3y"
"""17 characters: the most that 21 modules hold at level L. A panel of 64 rows has no room for the next symbol."""
GLOW = LAMP / 3
"""Where each lamp is seen sharp, with the dark around it, zxing reads nothing: it needs light that spreads a third of
a dot, as it does in a phone's small lens, behind a diffuser, or from a few steps back. With a sixth it reads
a half of these photographs. A telephone's own reader may do better; no real panel has been tried."""
LEDS = [(64, 64), (192, 64), (384, 128)]


@cache
def on_led(size: tuple[int, int], colours: Colours) -> tuple[Image.Image, Box, int]:
    """The dots of the page with the code, where it is on them, and its dots a module."""
    panel = Dots(size[0], size[1], colours)
    shown = view(service_code=replace(CODE, url=SHORT_URL))
    canvas = canvas_for(panel)
    look = Look(panel, canvas.metrics)
    assert shown.service_code
    for number, page in enumerate(made := pages(shown.service_code, shown, look), 1):
        scene = compose(shown, Slide(shown.service_code, number, page, len(made), 10.0), MOMENT, look)
        for item in scene.items:
            if isinstance(item, Code):
                return drawn(scene, canvas), item.box, item.module
    raise AssertionError(f"no code on {panel}")


def lit(dots: Image.Image, box: Box) -> Image.Image:
    """The code drawn with lamps, and a little of the dark panel and the wall around it."""
    there = lamps(dots.crop((box.x, box.y, box.right, box.bottom)))
    wall = Image.new("RGB", (there.width + 2 * AROUND, there.height + 2 * AROUND), GROUND)
    wall.paste(there, (AROUND, AROUND))
    return wall


@pytest.mark.parametrize(
    ("size", "colours"), [((64, 64), "red"), ((64, 64), "red-green"), *((size, "full") for size in LEDS)]
)
def test_a_phone_reads_the_code_of_an_led_panel_by_its_lamps(size: tuple[int, int], colours: Colours) -> None:
    dots, box, module = on_led(size, colours)
    assert module >= 2
    wall = lit(dots, box)
    photos = {name: dataclasses.replace(shot, glow=GLOW).of(wall) for name, shot in SHOTS.items()}
    assert {name: read(photo) for name, photo in photos.items()} == {name: [SHORT_URL] for name in SHOTS}


@pytest.mark.parametrize("size", LEDS, ids=named)
def test_a_phone_reads_the_code_of_an_led_panel_where_dots_touch(size: tuple[int, int]) -> None:
    """Panels with square lamps, or an LED panel's picture on a telephone."""
    dots, box, _ = on_led(size, "full")
    near = with_surroundings(dots, box)
    wall = near.resize((near.width * LAMP, near.height * LAMP), Image.Resampling.NEAREST)
    assert {name: read(shot.of(wall)) for name, shot in SHOTS.items()} == {name: [SHORT_URL] for name in SHOTS}


def test_an_led_panel_of_64_rows_gives_a_module_two_dots() -> None:
    _, box, module = on_led((64, 64), "full")
    assert (module, box.width) == (2, 58)
