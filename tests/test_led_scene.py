"""Pages on LED panels: nothing lost, nothing twice, nothing outside, only colours that the panel has."""

from functools import cache
from itertools import accumulate, pairwise, product

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from content.notice import TOPICS
from content.settings import Pace
from kiosk.lcd.page import Page
from kiosk.led.colours import RED, channels, luminance, topic_colour
from kiosk.led.type import RATE, Set, moves, rows, stack, step, travel
from kiosk.led.type import SIZES as SIZES_OF_TYPE
from kiosk.led.words import paragraphs
from kiosk.rotation import Slide, Subject
from kiosk.scene import alert_begins, compose, compose_alert, pages
from kiosk.shapes import Box, Dots, Scroll, Text
from kiosk.text import Line, one_line, plain_spans
from kiosk.typography.markup import plain
from kiosk.typography.words import INSIDE_WORD, prices
from tests.led_panels import (
    METRICS,
    MOMENT,
    PANELS,
    SHAPES,
    TEXT,
    TITLES,
    assert_drawable,
    bare,
    look,
    notice,
    read,
    scene,
    texts,
)
from tests.sample_views import CARD, CODE, DRILL, FIRE, LONG, NOTICES, SHORT, media, view

pytestmark = pytest.mark.rules


@given(st.sampled_from(PANELS), TITLES, TEXT)
@example(Dots(96, 16), "停" * 80, "水，" * 2500)
@example(Dots(64, 32), "题", "| a | b | c |\n|---|---|---|\n| 1 | | 3 |")
@settings(max_examples=120, deadline=None)
def test_every_character_is_read_once_in_its_order(panel: Dots, title: str, body: str) -> None:
    shown = notice(title, body)
    made = pages(shown, view(), look(panel))
    expected = title + "".join(plain(one) for one in paragraphs(body))
    assert read(made).removeprefix("【停水停电】") == bare(expected).removeprefix("【停水停电】")
    assert 1 <= len(made) <= 5_100
    assert all(3.0 <= page.seconds < 3600 for page in made)


@given(st.sampled_from(PANELS), TITLES, TEXT, st.floats(0, 100))
@settings(max_examples=80, deadline=None)
def test_nothing_stands_outside_or_on_something_else(panel: Dots, title: str, body: str, elapsed: float) -> None:
    shown = view()
    made = pages(notice(title, body), shown, look(panel))
    for number, page in enumerate(made[:6], 1):
        slide = Slide(notice(title, body), number, page, len(made), page.seconds)
        assert_drawable(compose(shown, slide, MOMENT, look(panel), elapsed=elapsed))


@pytest.mark.parametrize("panel", PANELS, ids=str)
def test_every_picture_of_the_sample_is_drawable_and_its_words_stand_alike_in_all_colours(panel: Dots) -> None:
    for about in (*NOTICES, CARD, CODE):
        made = made_for(about, panel)
        for number, page in enumerate(made, 1):
            slide = Slide(about, number, page, len(made), page.seconds)
            assert_drawable(compose(view(), slide, MOMENT, look(panel), elapsed=7.0))
        in_all_colours = made_for(about, Dots(panel.width, panel.height))
        assert [read((page,)) for page in made] == [read((page,)) for page in in_all_colours]
    assert_drawable(scene(panel, None))
    for alert in (FIRE, DRILL):
        for begin in alert_begins(view(), alert, look(panel)):
            assert_drawable(compose_alert(view(), alert, 1, 2, MOMENT, look(panel), elapsed=begin + 2.0))


@cache
def made_for(about: Subject, panel: Dots) -> tuple[Page, ...]:
    return pages(about, view(), look(panel))


def test_a_scrolling_line_stands_moves_in_whole_dots_and_stands_again() -> None:
    panel = look(Dots(128, 32))
    page = pages(LONG, view(), panel)[1]
    slide = Slide(LONG, 2, page, 2, page.seconds)
    frames = range(round(page.seconds * RATE))
    made = [compose(view(), slide, MOMENT, panel, elapsed=frame / RATE) for frame in frames]
    offsets = [item.offset for one in made for item in one.items if isinstance(item, Scroll)]
    (scroll,) = [item for item in page.items if isinstance(item, Scroll)]
    assert moves(page.items)
    assert made[0].rate == RATE
    assert set(offsets[:55]) == {0}
    assert set(offsets[-60:]) == {travel(scroll)}
    assert {after - before for before, after in pairwise(offsets[61:-99])} == {1}


@pytest.mark.parametrize("panel", SHAPES, ids=str)
def test_a_line_never_runs_faster_than_an_elder_reads(panel: Dots) -> None:
    pace = Pace()
    for page in pages(LONG, view(), look(panel)):
        for item in page.items:
            if isinstance(item, Scroll) and travel(item):
                speed = step(item, pace) * RATE
                assert speed / item.text.size <= pace.characters_per_second or step(item, pace) == 1


@pytest.mark.parametrize("panel", SHAPES, ids=str)
@pytest.mark.parametrize(
    "title",
    [
        "电动车不进楼、不进电梯",
        "周六晚上，小广场放电影",
        "本周六上午给老人量血压",
        "楼道里请勿停放电动车",
        "高空不抛物，楼下有亲人",
        "3号楼楼道灯全部换成了声控灯",
    ],
)
def test_a_title_is_not_broken_inside_a_word_and_no_line_ends_with_a_negation(panel: Dots, title: str) -> None:
    made = pages(notice(title, f"居民们{title}，谢谢大家配合。"), view(), look(panel))
    still = [item.text for page in made for item in page.items if isinstance(item, Text)]
    assert not [line for line in still if line[-1] in "不禁勿"]
    whole = pages(notice(title), view(), look(panel))
    lines = [item.text for page in whole for item in page.items if isinstance(item, Text)]
    breaks = accumulate(len(line) for line in lines[:-1])
    assert all(prices(title)[at] < INSIDE_WORD for at in breaks)


def test_two_lines_never_touch_but_on_a_panel_that_has_just_the_room() -> None:
    for size, height in product(SIZES_OF_TYPE, range(12, 129)):
        count = rows(size, height)
        found = Set(size, one_line_each(count, size))
        boxes = [item.box for item in stack(found, Box(0, 0, 400, height), RED, METRICS)]
        assert all(box.y >= 0 and box.bottom <= height for box in boxes)
        if (size, height // 2) != (16, 16):
            assert all(below.y - above.bottom >= 2 for above, below in pairwise(boxes))


def one_line_each(count: int, size: int) -> tuple[Line, ...]:
    return tuple(one_line(plain_spans("停水"), size, METRICS) for _ in range(count))


@pytest.mark.parametrize("size", [(64, 32), (64, 64), (128, 32), (192, 64)])
def test_a_row_of_a_table_has_pages_of_its_own_and_stands_still(size: tuple[int, int]) -> None:
    body = "| 日期 | 时间 | 哪几栋 |\n|---|---|---|\n| 7月12日 周六 | 8:00—12:00 | 1—12号楼 |\n"
    body += "| 7月13日 周日 | 13:30—17:30 | 13—24号楼 |"
    made = pages(replace(notice("计划停水", body), source=""), view(), look(Dots(*size)))
    said = [[text.text for text in texts(page.items)] for page in made]
    assert not any(isinstance(item, Scroll) for page in made for item in page.items)
    assert not [page for page in said if "12日" in "".join(page) and "13日" in "".join(page)]
    joined = bare("".join("".join(page) for page in said))
    assert "7月12日周六8:00—12:001—12号楼7月13日" in joined
    if size == (192, 64):
        assert said[-2] == ["7月12日 周六", "8:00—12:00", "1—12号楼"]


@pytest.mark.parametrize("topic", TOPICS.values(), ids=lambda topic: topic.word)
def test_a_label_stands_out_from_black(topic: object) -> None:
    found = topic_colour(TOPICS[topic.word], Dots(192, 64))  # type: ignore[attr-defined]
    assert (luminance(channels(found)) + 0.05) / 0.05 >= 4.5


def test_each_figure_of_a_table_follows_the_name_of_its_column() -> None:
    body = "| 项目 | 收入（元） | 支出（元） |\n|---|---|---|\n| 租金 | 128,000 | |\n| 路灯 | | 8,612 |"
    assert [plain(one) for one in paragraphs(body)] == ["租金　收入（元） 128,000", "路灯　支出（元） 8,612"]
    assert [plain(one) for one in paragraphs("- 甲\n2. 乙\n| 上午 | 停水 |")] == ["· 甲", "2. 乙", "上午　停水"]


def test_a_short_notice_is_on_one_page_where_the_panel_has_room() -> None:
    assert len(pages(SHORT, view(), look(Dots(256, 128)))) == 1


def test_a_notice_that_is_only_pictures_says_what_they_show() -> None:
    """No picture is drawn in dots, and a title alone may say nothing: 请看图."""
    shown = replace(notice("请看图", ""), media=(replace(media(800, 600), caption="往高处走：小学操场"),))
    for panel in SHAPES:
        made = pages(shown, view(), look(panel))
        assert "往高处走：小学操场" in read(made)
