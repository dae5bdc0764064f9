"""Previews of LED panels: the panel's own dots, or lamps for people; every page and every picture of an alert."""

import io
import os
from datetime import timedelta
from pathlib import Path

import pytest
import zxingcpp
from msgspec.structs import replace
from PIL import Image, ImageChops

from content.notice import ServiceCode
from content.settings import Pace
from kiosk.__main__ import main
from kiosk.led.alert import pictures
from kiosk.render import NoSuchPage, programme, render
from kiosk.shapes import Dots, Text
from kiosk.view import View
from tests.camera import canvas_for
from tests.sample_views import CLINIC, DRILL, FIRE, LONG, LONG_TITLE, NOW, ONE_LINE, WATER, read_blob, view

GOLDEN = Path(__file__).parent / "golden"
ALARM = FIRE.issued + timedelta(minutes=3)
PICTURES: dict[str, tuple[View, object, Dots, str | None, int, float]] = {
    "led-water-192x64-full": (view(WATER), NOW, Dots(192, 64), WATER.id, 1, 0.0),
    "led-water-text-192x64-full": (view(WATER), NOW, Dots(192, 64), WATER.id, 4, 7.0),
    "led-long-scroll-128x32-red": (view(LONG), NOW, Dots(128, 32, "red"), LONG.id, 2, 3.0),
    "led-title-320x16-red-green": (view(LONG_TITLE), NOW, Dots(320, 16, "red-green"), LONG_TITLE.id, 1, 2.0),
    "led-card-64x32-red": (view(CLINIC), NOW, Dots(64, 32, "red"), "card", 2, 2.0),
    "led-card-192x64-full": (view(CLINIC), NOW, Dots(192, 64), "card", 1, 0.0),
    "led-alert-128x32-full": (view(alerts=(FIRE,)), ALARM, Dots(128, 32), None, 1, 0.0),
    "led-step-alert-128x32-full": (view(alerts=(FIRE,)), ALARM, Dots(128, 32), None, 2, 0.0),
    "led-headline-192x64-full": (view(alerts=(FIRE,)), ALARM, Dots(192, 64), None, 1, 0.0),
    "led-drill-128x32-red": (view(alerts=(DRILL,)), ALARM, Dots(128, 32, "red"), None, 3, 0.0),
    "led-standby-96x16-red": (view(card=None, service_code=None), NOW, Dots(96, 16, "red"), None, 1, 0.0),
}


@pytest.mark.parametrize("name", PICTURES)
def test_the_picture_is_the_golden_one_to_the_last_dot(name: str, tmp_path: Path) -> None:
    """`UPDATE_GOLDEN=1 pytest tests/test_led_render.py` draws them anew; look at them before committing."""
    shown, now, panel, item, page, elapsed = PICTURES[name]
    data = render(shown, now, panel, read_blob, item=item, page=page, elapsed=elapsed)  # type: ignore[arg-type]
    golden, actual = GOLDEN / f"{name}.png", tmp_path / f"{name}.png"
    actual.write_bytes(data)
    if os.environ.get("UPDATE_GOLDEN"):
        Image.open(actual).convert("RGB").save(golden, optimize=True)
    assert golden.exists(), f"no golden picture yet; see {actual}"
    difference = ImageChops.difference(Image.open(golden).convert("RGB"), Image.open(actual).convert("RGB"))
    difference.save(tmp_path / f"{name}-difference.png")
    small = panel.height <= 32  # large type is drawn by the font engine, whose versions differ by a dot
    lit = sum(1 for value in difference.convert("L").tobytes() if value)
    assert lit <= (0 if small and "alert" not in name and "drill" not in name else 60), (
        f"{actual} differs by {lit} dots"
    )


@pytest.mark.parametrize("colours", ["red", "red-green", "full"])
def test_a_phone_reads_the_code_from_lamps(colours: str) -> None:
    code = ServiceCode(url="https://x.cn/b3u1")
    shown = view(WATER, service_code=code)
    data = render(shown, NOW, Dots(64, 64, colours), read_blob, item="code", page=2, dots=6)  # type: ignore[arg-type]
    seen = Image.open(io.BytesIO(data)).convert("RGB").resize((128, 128))  # from some way off
    assert [found.text for found in zxingcpp.read_barcodes(seen)] == [code.url]


def test_on_the_smallest_panel_the_number_of_an_exercise_is_one_picture() -> None:
    drill, panel = replace(DRILL, contact="0391-0000000"), Dots(64, 32)
    metrics = canvas_for(panel, read_blob).metrics
    shown = [
        "".join(item.text for item in one.items if isinstance(item, Text))
        for one in pictures(drill, 1, 1, panel, Pace(), "Asia/Shanghai", metrics)
    ]
    assert [words for words in shown if "0391" in words or "000" in words] == ["演练0391-0000000"]


def test_a_short_topic_leaves_room_for_the_time_on_a_panel_of_64_columns() -> None:
    now, later = (
        render(view(CLINIC, ONE_LINE), moment, Dots(64, 64), read_blob, item=ONE_LINE.id)
        for moment in (NOW, NOW + timedelta(minutes=1))
    )
    changed = ImageChops.difference(*(Image.open(io.BytesIO(one)).convert("RGB") for one in (now, later))).getbbox()
    assert changed is not None
    assert changed[0] > 32
    assert changed[3] <= 16


def test_card_and_code_are_in_the_programme_and_every_alert_has_its_pictures() -> None:
    rows = programme(view(WATER, alerts=(FIRE,)), ALARM, Dots(128, 32))
    assert [(row.id, row.alert) for row in rows] == [
        ("fire", True), (WATER.id, False), ("card", False), ("code", False),
    ]  # fmt: skip
    assert rows[0].pages == 10
    with pytest.raises(NoSuchPage, match="只有 10 页，没有第 11 页"):
        render(view(alerts=(FIRE,)), ALARM, Dots(128, 32), read_blob, page=11)


SAMPLE = str(Path(__file__).parent.parent / "content/sample/baizhuang")
COMMAND = ["render", "--content", SAMPLE, "--place", "baizhuang/cuiyuan-north/w012/b3/u1"]
COMMAND += ["--at", "2025-07-10T09:00+08:00"]


def test_the_command_draws_a_panel_as_lamps(tmp_path: Path) -> None:
    out = str(tmp_path / "led.png")
    assert main([*COMMAND, "--led", "full", "--size", "192x64", "--dots", "6", "--out", out]) == 0
    with Image.open(out) as picture:
        assert picture.size == (192 * 6, 64 * 6)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--dots", "6", "--size", "640x480"], "--dots 只用于 LED 屏"),
        (["--led", "red", "--size", "32x16"], "至少 64x12"),
        (["--led", "red", "--size", "wide"], "应写成 1920x1080"),
    ],
)
def test_a_wrong_option_is_one_line(
    options: list[str], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*COMMAND, *options, "--out", str(tmp_path / "x.png")]) == 1
    assert said in capsys.readouterr().err
