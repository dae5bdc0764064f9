"""The technician's page: everything stands on it, inside it and not one on the other, on every panel; goldens."""

import io
from contextlib import closing
from pathlib import Path

import pygame
import pytest
from pygame import Surface

from kiosk.canvas import Canvas
from kiosk.led.fonts import fonts_for
from kiosk.look import Look
from kiosk.machine.doctor import examined
from kiosk.machine.setup_report import SetupReport, headline
from kiosk.plain_page import Row, State, plain_page
from kiosk.shapes import Box, Dots, Geometry, Scene, Scroll, Text
from kiosk.technician import LEAVE, SAVED
from tests.golden_pictures import compare
from tests.sample_views import FakeMetrics
from tests.technician_views import BAD, GOOD, MISTAKES

LCDS = [Geometry(1920, 1080), Geometry(1080, 1920), Geometry(800, 480), Geometry(1080, 1080), Geometry(3840, 2160)]
LEDS = [Dots(192, 64), Dots(128, 32, "red"), Dots(320, 16, "red-green"), Dots(64, 12)]
ROWS = examined(BAD)


@pytest.mark.parametrize("panel", LCDS, ids=lambda panel: f"{panel.width}x{panel.height}")
def test_every_row_and_every_advice_stands_on_an_lcd(panel: Geometry) -> None:
    scene = plain_page("本屏的情况", ROWS, Look(panel, FakeMetrics()), foot=LEAVE)
    said = "".join(text.text for text in scene.texts).replace(" ", "")
    for row in ROWS:
        assert row.label in said
        assert row.value.replace(" ", "") in said
        assert row.advice.replace(" ", "") in said
    whole = Box(0, 0, panel.width, panel.height)
    assert all(whole.contains(item.box) for item in scene.items)
    boxes = [text.box for text in scene.texts]
    assert not any(one.touches(other) for at, one in enumerate(boxes) for other in boxes[at + 1 :])


@pytest.mark.parametrize("panel", LEDS, ids=lambda panel: f"{panel.width}x{panel.height}")
def test_on_an_led_panel_every_row_has_its_turn_and_what_is_wrong_comes_first(panel: Dots) -> None:
    rows = (Row("网络", "好"), Row("消息", "连不上", State.WRONG, "查网线"))
    said: list[str] = []
    for tenth in range(600):
        scene = plain_page("情况", rows, Look(panel, FakeMetrics()), elapsed=tenth / 10)
        whole = Box(0, 0, panel.width, panel.height)
        assert all(whole.contains(item.box) for item in scene.items)
        words = words_of(scene)
        said += [words] if not said or said[-1] != words else []
    assert said[:4] == ["情况", "消息：连不上；查网线", "网络：好", "情况"]


def words_of(scene: Scene) -> str:
    items = [item.text if isinstance(item, Scroll) else item for item in scene.items if isinstance(item, Text | Scroll)]
    return "".join(item.text for item in items).replace(" ", "")


def test_too_much_for_a_small_panel_leaves_out_what_comes_last_and_nothing_sticks_out() -> None:
    rows = tuple(Row(f"第{number}行", "错" * 60, State.WRONG, "改" * 60) for number in range(20))
    scene = plain_page("有误", rows, Look(Geometry(800, 480), FakeMetrics()), foot=SAVED)
    assert all(Box(0, 0, 800, 480).contains(item.box) for item in scene.items)
    assert any("第0行" in text.text for text in scene.texts)


TOLD = tuple(Row(one.where, one.what, State.WRONG, one.instead) for one in MISTAKES)
PICTURES: dict[str, tuple[Geometry | Dots, str, tuple[Row, ...], str, float]] = {
    "status-1920x1080": (Geometry(1920, 1080), "本屏的情况", examined(GOOD), LEAVE, 0.0),
    "status-bad-1080x1920": (Geometry(1080, 1920), "本屏的情况", ROWS, LEAVE, 0.0),
    "setup-1280x720": (Geometry(1280, 720), headline(SetupReport("last", MISTAKES)), TOLD, SAVED, 0.0),
    "led-setup-192x64": (Dots(192, 64), headline(SetupReport("none", MISTAKES)), TOLD, SAVED, 4.5),
}


@pytest.mark.parametrize("name", PICTURES)
def test_the_page_is_the_golden_one(name: str, tmp_path: Path) -> None:
    """`UPDATE_GOLDEN=1 pytest tests/test_plain_page.py` draws them anew; look at them before committing."""
    panel, title, rows, foot, elapsed = PICTURES[name]
    surface, out = Surface((panel.width, panel.height), 0, 32), io.BytesIO()
    with closing(Canvas(surface, lambda _: None, fonts_for(panel))) as canvas:
        canvas.draw(plain_page(title, rows, Look(panel, canvas.metrics), foot=foot, elapsed=elapsed))
        pygame.image.save(canvas.surface, out, "picture.png")
    compare(name, out.getvalue(), tmp_path)
