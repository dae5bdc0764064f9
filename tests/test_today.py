"""Today's row of a table stands out, and no other."""

from datetime import datetime

import pytest
from msgspec.structs import replace

from kiosk.lcd.columns import cell_lines
from kiosk.lcd.frame import frame
from kiosk.lcd.table import level_items
from kiosk.lcd.today import is_today, with_today
from kiosk.look import Look
from kiosk.rotation import Slide
from kiosk.scene import compose, pages
from kiosk.shapes import Geometry, Rectangle, Text
from kiosk.text import plain_spans
from tests.sample_views import WATER, FakeMetrics, view
from tests.test_scene import GEOMETRIES, texts

THURSDAY = datetime(2025, 7, 10, 9, 26)  # noqa: DTZ001 -- local to the village
LOOK = Look(Geometry(1920, 1080), FakeMetrics())
TABLE = (
    "| 日期 | 时间 | 哪几栋 |\n|---|---|---|\n| 7月9日 周三 | 8:00—12:00 | 1—12号楼 |\n"
    "| 7月10日 周四 | 8:00—12:00 | 13—24号楼 |\n| 7月11日 周五 | 13:30—17:30 | 1—24号楼 |"
)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("7月10日", True),
        ("7月10日 周四", True),
        ("7月10日（星期四）", True),
        ("周四", True),
        ("7月10日 周五", False),  # last year's table
        ("7月11日", False),
        ("7月10日—12日", False),
        ("7月10日前", False),
        ("每周四", False),
        ("", False),
    ],
)
def test_a_day_is_today_only_where_nothing_in_it_says_otherwise(words: str, expected: bool) -> None:
    assert is_today(words, THURSDAY) is expected


def test_a_sunday_has_two_names() -> None:
    sunday = THURSDAY.replace(day=13)
    assert [is_today(words, sunday) for words in ("周日", "星期天", "周六")] == [True, True, False]


def marked(body: str, moment: datetime | None, look: Look) -> list[str]:
    """The words of a page's first picture that stand light on dark."""
    notice = replace(WATER, body=body)
    (page, *_) = made = pages(notice, view(), look)
    scene = compose(view(), Slide(notice, 1, page, len(made), 8.0), moment, look)
    assert isinstance(look.geometry, Geometry)
    theme = frame(look.geometry).theme
    grounds = [item.box for item in scene.items if isinstance(item, Rectangle) and item.colour == theme.ink]
    found = [text for text in texts(scene.items) if text.colour == theme.paper]
    assert all(any(ground.contains(text.box) for ground in grounds) for text in found)
    return [text.text for text in found]


@pytest.mark.parametrize("geometry", GEOMETRIES, ids=lambda one: f"{one.width}x{one.height}")
def test_only_the_row_of_today_is_marked(geometry: Geometry) -> None:
    look = replace(LOOK, geometry=geometry)
    assert marked(TABLE, THURSDAY, look) in (["7月10日 周四"], ["7月10日", "周四"])  # on one line or two
    assert marked(TABLE, THURSDAY.replace(day=14), look) == []


def test_dates_of_unequal_length_which_stand_flush_right_are_marked_too() -> None:
    table = "| 日期 | 时间 |\n|---|---|\n| 7月9日 | 8:00—12:00 |\n| 7月10日 | 8:00—12:00 |\n| 7月11日 | 13:30—17:30 |"
    found = [marked(table, THURSDAY.replace(day=day), LOOK) for day in (8, 9, 10, 11, 12)]
    assert found == [[], ["7月9日"], ["7月10日"], ["7月11日"], []]


def test_a_day_on_two_lines_is_marked_as_a_whole_and_not_by_one_of_them() -> None:
    cells = [
        cell_lines(plain_spans(words), 40, 200, FakeMetrics()) for words in ("7月10日 周四", "8:00—12:00 13:30—17:30")
    ]
    assert [line.text for line in cells[0]] == ["7月10日", "周四"]
    edges = ((0, 200), (300, 200))
    items = [
        one for level in (0, 1) for one in level_items(cells, level, edges, (False, True), "#000000", 40, FakeMetrics())
    ]

    def found(day: int) -> list[str]:
        areas = frame(Geometry(1920, 1080))
        drawn = with_today(items, THURSDAY.replace(day=day), areas)
        return [one.text for one in drawn if isinstance(one, Text) and one.colour == areas.theme.paper]

    assert (found(10), found(17)) == (["7月10日", "周四"], [])


def test_nothing_is_marked_while_the_clock_is_not_trusted_or_where_there_is_no_row() -> None:
    assert marked(TABLE, None, LOOK) == []
    assert marked("7月10日\n\n请提前储水。", THURSDAY, LOOK) == []
