"""Alerts on LED panels: the event first and largest, each number whole, every picture drawable."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from content.notice import Alert, Level
from content.settings import Pace
from kiosk.led.alert import Picture, pictures
from kiosk.led.colours import AMBER, GREEN, RED, level_colour
from kiosk.scene import alert_begins, alert_seconds, compose_alert
from kiosk.shapes import Dots, Item, Rectangle, Scene, Scroll, Text
from tests.led_panels import (
    METRICS,
    MOMENT,
    PANELS,
    SHAPES,
    TEXT,
    TITLES,
    assert_drawable,
    bare,
    colours_of,
    look,
    texts,
)
from tests.sample_views import DRILL, FIRE, view

pytestmark = pytest.mark.rules
LONG_FIRE = replace(FIRE, headline="暴雨红色预警，一楼住户请转移到白庄小学", instruction="请关好门窗，切断电源。" * 6)


@given(st.sampled_from(PANELS), TITLES.map(lambda text: bare(text)[:40] or "题"), TEXT.map(lambda text: text[:400]))
@settings(max_examples=60, deadline=None)
def test_an_alert_of_any_words_is_drawable_and_told_to_its_end(panel: Dots, headline: str, instruction: str) -> None:
    alert = replace(FIRE, headline=headline, instruction=instruction)
    begins = alert_begins(view(), alert, look(panel))
    told = ""
    for begin in begins:
        made = compose_alert(view(), alert, 1, 1, MOMENT, look(panel), elapsed=begin)
        assert_drawable(made)
        told += "".join(text.text for text in texts(made.items))
    assert bare(headline) in bare(told)
    assert begins[-1] < alert_seconds(view(), alert, look(panel)) + 1


@pytest.mark.parametrize("panel", SHAPES, ids=str)
@pytest.mark.parametrize("alert", [FIRE, DRILL, LONG_FIRE], ids=["fire", "drill", "long"])
def test_an_alert_opens_with_the_event_and_gives_it_two_fifths_of_its_time(panel: Dots, alert: Alert) -> None:
    begins = [*alert_begins(view(), alert, look(panel)), math.inf]
    made = [compose_alert(view(), alert, 1, 1, MOMENT, look(panel), elapsed=at) for at in begins[:-1]]
    ends = [*begins[1:-1], sum(one.seconds for one in shown_alert(alert, panel))]
    event = [alert.headline in bare(told_in(one)) for one in made]
    assert event[0]
    assert all(any(event[at : at + 4]) for at in range(len(event) - 3))  # a name, and a number in two pieces
    held = sum(end - begin for begin, end, is_event in zip(begins, ends, event, strict=False) if is_event)
    assert held >= 0.4 * ends[-1] - 0.01


@pytest.mark.parametrize("panel", SHAPES, ids=str)
@pytest.mark.parametrize("alert", [FIRE, DRILL, LONG_FIRE], ids=["fire", "drill", "long"])
def test_nothing_of_an_alert_is_larger_than_the_event(panel: Dots, alert: Alert) -> None:
    said = [(words_of(one.items[-1]), words_of(one.items[-1]).size) for one in shown_alert(alert, panel)]
    first = said[0][1]
    assert first >= min(24, panel.height - 2 * (panel.height // 4), panel.width // 3) or panel.height < 24
    assert all(size <= first for _, size in said)


def shown_alert(alert: Alert, panel: Dots) -> tuple[Picture, ...]:
    return pictures(alert, 1, 1, panel, Pace(), "Asia/Shanghai", METRICS)


def told_in(made: Scene) -> str:
    return "".join(text.text for text in texts(made.items))


def words_of(item: Item) -> Text:
    (found,) = texts((item,))
    return found


@pytest.mark.parametrize("panel", SHAPES, ids=str)
def test_each_number_of_an_alert_stands_still_beside_or_after_its_name_and_119_comes_first(panel: Dots) -> None:
    alert = replace(FIRE, contact="村值班 0391-0000000，火警 119")
    still = [text for one in shown_alert(alert, panel) for item in one.items for text in texts((item,))]
    moving = [item.text.text for one in shown_alert(alert, panel) for item in one.items if isinstance(item, Scroll)]
    said = "".join(text.text for text in still)
    assert said.index("119") < said.index("0391-")
    assert not any("119" in words or "0391" in words for words in moving)
    assert "0391-0000000" in said
    if panel.width >= 128:
        assert any("0391-0000000" in text.text for text in still)


def test_green_which_says_safe_is_no_colour_of_an_alert() -> None:
    panel = Dots(64, 64, "red-green")
    assert {level_colour(level, panel) for level in Level} == {RED, AMBER}
    for alert in (replace(FIRE, level=Level.BLUE), DRILL):
        for at in alert_begins(view(), alert, look(panel)):
            made = compose_alert(view(), alert, 1, 1, MOMENT, look(panel), elapsed=at)
            assert GREEN not in colours_of(made)


@pytest.mark.parametrize("panel", PANELS, ids=str)
@pytest.mark.parametrize("level", list(Level))
def test_the_level_is_always_a_word_and_an_exercise_says_so_on_every_picture(panel: Dots, level: Level) -> None:
    for alert in (replace(FIRE, level=level), replace(DRILL, level=level)):
        begins = alert_begins(view(), alert, look(panel))
        made = [compose_alert(view(), alert, 1, 1, MOMENT, look(panel), elapsed=begin) for begin in begins]
        said = ["".join(text.text for text in texts(one.items)) for one in made]
        assert any(f"{level.value}色预警" in words for words in said)
        assert all(("演练" in words) == alert.exercise for words in said)
        assert any(isinstance(item, Rectangle) for one in made for item in one.items)


def test_a_contact_and_every_step_are_told_one_after_the_other() -> None:
    panel = look(Dots(128, 32))
    begins = alert_begins(view(), FIRE, panel)
    said = [
        "".join(text.text for text in texts(compose_alert(view(), FIRE, 1, 1, MOMENT, panel, elapsed=at).items))
        for at in begins
    ]
    assert said[::2] == ["3号楼发生火情"] * 5
    assert [words[0] for words in said[1:6:2]] == ["1", "2", "3"]
    assert "0391-0000000" in said[7]
    assert "红色预警" in said[9]
    again = compose_alert(view(), FIRE, 1, 1, MOMENT, panel, elapsed=alert_seconds(view(), FIRE, panel))
    assert again == compose_alert(view(), FIRE, 1, 1, MOMENT, panel, elapsed=0.0)


def test_on_a_panel_of_two_lines_every_step_that_has_room_is_told_in_the_usual_size() -> None:
    shown = shown_alert(FIRE, Dots(128, 32))
    sizes = [words_of(one.items[-1]).size for one in shown if any("." in text.text[:2] for text in texts(one.items))]
    assert sizes == [16, 16, 16]


@pytest.mark.parametrize("count", [1, 2])
def test_the_upper_bar_says_the_level_where_the_count_has_no_room_beside_it(count: int) -> None:
    shown = pictures(FIRE, 1, count, Dots(64, 64), Pace(), "Asia/Shanghai", METRICS)
    assert {texts(one.items)[0].text for one in shown[:-1]} == {"红色预警"}
