"""Whole pictures, as a screen shows them: against golden ones, and through a phone's eyes."""

import io
from datetime import timedelta
from pathlib import Path

import pygame
import pytest
import zxingcpp
from msgspec.structs import replace
from PIL import Image
from pygame import Surface

from content.notice import Level
from content.settings import Settings
from kiosk.canvas import Canvas
from kiosk.look import Look
from kiosk.render import NoSuchPage, Row, programme, render
from kiosk.rotation import Slide
from kiosk.scene import compose, pages
from kiosk.shapes import Geometry
from kiosk.view import View
from tests.golden_pictures import compare
from tests.sample_views import (
    ACCOUNTS,
    CLINIC,
    CODE,
    DONE,
    DRILL,
    FIRE,
    HONOUR,
    LONG,
    LONG_TITLE,
    NOW,
    PLACE,
    SHORT,
    WATER,
    read_blob,
    view,
)

LANDSCAPE, PORTRAIT, SMALL, TINY = (1920, 1080), (1080, 1920), (1280, 720), (640, 360)
DARK, FESTIVE = Settings(theme="dark"), Settings(theme="festive")
POWER = replace(
    FIRE,
    id="power",
    level=Level.YELLOW,
    event="停电",
    headline="10号楼至18号楼突发停电，正在抢修",
    instruction="预计16:00恢复\n不要使用电梯\n独居老人有困难请打电话",
)
DAYS = replace(
    WATER,
    body=(
        "主管道换阀门，需要分片停水，给您添麻烦了。\n| 日期 | 停水时间 | 哪几栋 |\n|---|---|---|\n"
        "| 7月9日 周三 | 8:00—12:00 | 13—24号楼 |\n| 7月10日 周四 | 8:00—12:00 | 1—12号楼 |\n"
        "| 7月11日 周五 | 13:30—17:30 | 1—24号楼（冲洗管道） |"
    ),
)
ALARM = FIRE.issued + timedelta(minutes=3)

PICTURES: dict[str, tuple[View, object, tuple[int, int], int]] = {
    "water-1920x1080": (view(WATER), NOW, LANDSCAPE, 1),
    "clinic-1080x1920": (view(CLINIC), NOW + timedelta(days=5), PORTRAIT, 1),
    "long-page2-1280x720": (view(LONG), NOW, SMALL, 2),
    "picture-1920x1080": (view(DONE), NOW, LANDSCAPE, 1),
    "honour-no-code-1280x720": (view(HONOUR, service_code=None), NOW, SMALL, 1),
    "alert-1920x1080": (view(WATER, alerts=(FIRE,)), ALARM, LANDSCAPE, 1),
    "drill-1080x1920": (view(alerts=(DRILL,)), ALARM, PORTRAIT, 1),
    "standby-1280x720": (view(card=None), NOW, SMALL, 1),
    "clinic-dark-1920x1080": (view(CLINIC, settings=DARK), NOW + timedelta(days=5), LANDSCAPE, 1),
    "short-festive-1080x1920": (view(SHORT, settings=FESTIVE), NOW, PORTRAIT, 1),
    "alert-1080x1920": (view(alerts=(FIRE,)), ALARM, PORTRAIT, 1),
    "yellow-1280x720": (view(alerts=(POWER,)), ALARM, SMALL, 1),
    "accounts-1024x768": (view(ACCOUNTS), NOW, (1024, 768), 1),
    "days-1080x1920": (view(DAYS), NOW, PORTRAIT, 1),
    "title-1080x1080": (view(LONG_TITLE), NOW, (1080, 1080), 1),
}


@pytest.mark.parametrize("name", PICTURES)
def test_the_picture_is_the_golden_one(name: str, tmp_path: Path) -> None:
    """`UPDATE_GOLDEN=1 pytest tests/test_render.py` draws them anew; look at them before committing."""
    shown, now, size, page = PICTURES[name]
    compare(name, render(shown, now, size, read_blob, page=page), tmp_path)  # type: ignore[arg-type]


def test_a_page_that_somebody_enlarged_is_the_golden_one(tmp_path: Path) -> None:
    canvas = Canvas(Surface(LANDSCAPE, 0, 32), read_blob)
    shown, look = view(WATER), Look(Geometry(*LANDSCAPE), canvas.metrics, enlarged=True)
    first, *rest = pages(WATER, shown, look)
    canvas.draw(compose(shown, Slide(WATER, 1, first, len(rest) + 1, 8.0), NOW.astimezone(shown.zone), look))
    out = io.BytesIO()
    pygame.image.save(canvas.surface, out, "picture.png")
    compare("water-enlarged-1920x1080", out.getvalue(), tmp_path)


@pytest.mark.parametrize("size", [SMALL, (720, 1280), LANDSCAPE, PORTRAIT, (1024, 768), (1080, 1080)], ids=str)
@pytest.mark.parametrize("length", [90, 250])
def test_a_phone_reads_the_longest_service_codes(size: tuple[int, int], length: int) -> None:
    """Those of the usual length, and those under an alert, are in test_camera.py."""
    code = replace(CODE, url="https://mashangban.example/b/{building}?t=" + "x" * length)
    data = render(view(SHORT, service_code=code), NOW, size, read_blob)
    assert decoded(data) == [code.at(PLACE)]


def decoded(data: bytes) -> list[str]:
    return [found.text for found in zxingcpp.read_barcodes(Image.open(io.BytesIO(data)).convert("RGB"))]


def test_the_same_question_has_the_same_bytes() -> None:
    assert render(view(WATER), NOW, TINY, read_blob) == render(view(WATER), NOW, TINY, read_blob)


def test_an_alert_comes_before_everything_and_ends_by_itself() -> None:
    shown = view(WATER, alerts=(DRILL, FIRE))
    by_day = render(view(WATER), FIRE.expires, TINY, read_blob)
    assert render(shown, FIRE.issued, TINY, read_blob) == render(shown, FIRE.issued, TINY, read_blob, item="fire")
    assert render(shown, FIRE.expires, TINY, read_blob) == by_day
    assert render(shown, FIRE.issued - timedelta(seconds=1), TINY, read_blob) != by_day  # another minute
    assert len({render(shown, ALARM, TINY, read_blob, item=name) for name in ("fire", "drill", WATER.id)}) == 3


def test_what_is_not_on_air_is_refused_with_what_is() -> None:
    shown = view(WATER, CLINIC)
    with pytest.raises(NoSuchPage, match="2025-07-15-clinic 此刻不在播出；正在播出：2025-07-10-water"):
        render(shown, NOW, SMALL, read_blob, item=CLINIC.id)
    with pytest.raises(NoSuchPage, match="共 1 页，没有第 2 页"):
        render(shown, NOW, SMALL, read_blob, page=2)
    with pytest.raises(NoSuchPage):
        render(view(), NOW, SMALL, read_blob, item="x")
    with pytest.raises(NoSuchPage):
        render(view(alerts=(FIRE,)), ALARM, SMALL, read_blob, page=2)


def test_the_programme_lists_what_is_on_air_in_order() -> None:
    rows = programme(view(WATER, CLINIC, LONG, alerts=(FIRE,)), ALARM, LANDSCAPE)
    assert rows[0] == Row("fire", "3号楼发生火情", "红色预警", 1, (), alert=True)
    assert [(row.id, row.topic, row.pages) for row in rows[1:]] == [
        (WATER.id, "停水停电", 1),
        (LONG.id, "安全提示", len(rows[2].seconds)),
    ]
    assert all(8 <= seconds <= 30 for row in rows for seconds in row.seconds)
    assert programme(view(), NOW, LANDSCAPE) == []
