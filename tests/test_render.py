"""Whole pictures, as a screen shows them: against golden ones, and through a phone's eyes."""

import io
import os
from datetime import timedelta
from pathlib import Path

import pytest
import zxingcpp
from msgspec.structs import replace
from PIL import Image, ImageChops

from kiosk.render import NoSuchPage, Row, programme, render
from kiosk.view import View
from tests.sample_views import CLINIC, CODE, DONE, DRILL, FIRE, HONOUR, LONG, NOW, PLACE, SHORT, WATER, read_blob, view

GOLDEN = Path(__file__).parent / "golden"
LANDSCAPE, PORTRAIT, SMALL = (1920, 1080), (1080, 1920), (1280, 720)
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
}


@pytest.mark.parametrize("name", PICTURES)
def test_the_picture_is_the_golden_one(name: str, tmp_path: Path) -> None:
    """`UPDATE_GOLDEN=1 pytest tests/test_render.py` draws them anew; look at them before committing."""
    shown, now, size, page = PICTURES[name]
    data = render(shown, now, size, read_blob, page=page)  # type: ignore[arg-type]
    golden, actual = GOLDEN / f"{name}.png", tmp_path / f"{name}.png"
    actual.write_bytes(data)
    if os.environ.get("UPDATE_GOLDEN"):
        GOLDEN.mkdir(exist_ok=True)
        Image.open(actual).convert("RGB").save(golden, optimize=True)
    assert golden.exists(), f"no golden picture yet; see {actual}"
    difference = ImageChops.difference(Image.open(golden).convert("RGB"), Image.open(actual).convert("RGB"))
    difference.save(tmp_path / f"{name}-difference.png")
    worst = max(difference.convert("L").reduce(TILE).tobytes())  # the mean of the worst tile
    assert worst < MOST_DIFFERENCE, f"{actual} differs from {golden} by {worst}; the difference lies beside it"


@pytest.mark.parametrize("size", [SMALL, (720, 1280), LANDSCAPE, PORTRAIT, (1024, 768), (1080, 1080)], ids=str)
@pytest.mark.parametrize("length", [10, 90, 250])
def test_a_phone_reads_the_service_code(size: tuple[int, int], length: int) -> None:
    code = replace(CODE, url="https://mashangban.example/b/{building}?t=" + "x" * length)
    data = render(view(SHORT, service_code=code), NOW, size, read_blob)
    assert decoded(data) == [code.at(PLACE)]


@pytest.mark.parametrize("size", [SMALL, (720, 1280), LANDSCAPE, PORTRAIT], ids=str)
def test_a_phone_reads_the_service_code_under_an_alert(size: tuple[int, int]) -> None:
    assert decoded(render(view(alerts=(FIRE,)), ALARM, size, read_blob)) == [CODE.at(PLACE)]


TILE = 24
"""Pixels; about half a character: one wrong character changes a tile."""
MOST_DIFFERENCE = 10


def decoded(data: bytes) -> list[str]:
    return [found.text for found in zxingcpp.read_barcodes(Image.open(io.BytesIO(data)).convert("RGB"))]


def test_the_same_question_has_the_same_bytes() -> None:
    assert render(view(WATER), NOW, SMALL, read_blob) == render(view(WATER), NOW, SMALL, read_blob)


def test_an_alert_comes_before_everything_and_ends_by_itself() -> None:
    shown = view(WATER, alerts=(DRILL, FIRE))
    by_day = render(view(WATER), FIRE.expires, SMALL, read_blob)
    assert render(shown, FIRE.issued, SMALL, read_blob) == render(shown, FIRE.issued, SMALL, read_blob, item="fire")
    assert render(shown, FIRE.expires, SMALL, read_blob) == by_day
    assert render(shown, FIRE.issued - timedelta(seconds=1), SMALL, read_blob) != by_day  # another minute
    assert len({render(shown, ALARM, SMALL, read_blob, item=name) for name in ("fire", "drill", WATER.id)}) == 3


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
    rows = programme(view(WATER, CLINIC, LONG, alerts=(FIRE,)), ALARM, LANDSCAPE, read_blob)
    assert rows[0] == Row("fire", "3号楼发生火情", "红色预警", 1, (), alert=True)
    assert [(row.id, row.topic, row.pages) for row in rows[1:]] == [
        (WATER.id, "停水停电", 1),
        (LONG.id, "安全提示", len(rows[2].seconds)),
    ]
    assert all(8 <= seconds <= 30 for row in rows for seconds in row.seconds)
    assert programme(view(), NOW, LANDSCAPE) == []
