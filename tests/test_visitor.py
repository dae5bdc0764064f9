"""Fingers and keys: what they mean, how long it lasts, and that nobody keeps the screen from the others."""

import math
from datetime import datetime

import pygame
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pygame.event import Event

from content.notice import TOPICS, Notice
from kiosk.display.hands import touch_of, upright
from kiosk.display.lcd import turned
from kiosk.keys import meant
from kiosk.lcd.frame import frame
from kiosk.lcd.visitor_mark import marked, visitor_mark
from kiosk.look import Look
from kiosk.rotation import slides_of
from kiosk.scene import compose, pages
from kiosk.shapes import Box, Dots, Geometry, Text
from kiosk.visitor import (
    LONGEST_VISIT_SECONDS,
    PEACE_SECONDS,
    STATUS_SECONDS,
    VISIT_SECONDS,
    Finger,
    Gesture,
    Hand,
    Touch,
    Visit,
)
from tests.sample_views import FakeMetrics, view


def gestures(*touches: tuple[float, Touch]) -> list[Gesture]:
    """What these mean, each at its time."""
    hand, found = Hand(), list[Gesture]()
    for ticks, touch in touches:
        hand, gesture = hand.felt(touch, ticks)
        found += [gesture] if gesture else []
    return found


def tap(
    ticks: float, x: float, y: float = 0.5, seconds: float = 0.1, to: float | None = None
) -> list[tuple[float, Touch]]:
    return [(ticks, Finger(x, y, down=True)), (ticks + seconds, Finger(x if to is None else to, y, down=False))]


@pytest.mark.parametrize(
    ("x", "meaning"), [(0.05, Gesture.BACK), (0.3, Gesture.BACK), (0.5, Gesture.HOLD), (0.7, Gesture.NEXT)]
)
def test_a_tap_means_what_its_third_of_the_screen_says(x: float, meaning: Gesture) -> None:
    assert gestures(*tap(0.0, x)) == [meaning]


def test_two_taps_in_the_middle_or_a_long_press_anywhere_enlarge() -> None:
    assert gestures(*tap(0.0, 0.5), *tap(0.4, 0.5)) == [Gesture.HOLD, Gesture.ENLARGE]
    assert gestures(*tap(0.0, 0.5), *tap(2.0, 0.5)) == [Gesture.HOLD, Gesture.HOLD]
    assert gestures(*tap(0.0, 0.95, seconds=0.8)) == [Gesture.ENLARGE]


def test_a_page_can_be_pushed_aside() -> None:
    assert gestures(*tap(0.0, 0.8, to=0.4), *tap(2.0, 0.2, to=0.6)) == [Gesture.NEXT, Gesture.BACK]


def test_a_finger_that_is_lifted_without_having_come_down_is_nothing() -> None:
    assert gestures((0.0, Finger(0.9, 0.5, down=False))) == []


def visited(*gestures: tuple[float, Gesture]) -> tuple[Visit, list[int]]:
    """The visit after these, and the pages turned."""
    visit, turned = Visit(), []
    for ticks, gesture in gestures:
        visit, by = visit.felt(gesture, ticks)
        turned.append(by)
    return visit, turned


def test_the_mark_says_what_is_held_and_counts_down_in_tens_of_seconds() -> None:
    visit, _ = visited((100.0, Gesture.HOLD))
    words = [visit.words(100.0 + later) for later in (0.0, 9.9, 10.0, 25.0, 30.0)]
    assert words == ["已停住 · 30秒后继续", "已停住 · 30秒后继续", "已停住 · 20秒后继续", "已停住 · 10秒后继续", ""]
    assert [visit.due(100.0 + later) for later in (0.0, 10.0, 25.0, 30.0)] == [110.0, 120.0, 130.0, math.inf]


def test_turning_pages_has_no_mark_but_its_half_minute() -> None:
    visit, pages = visited((0.0, Gesture.NEXT), (5.0, Gesture.BACK))
    assert (visit.words(6.0), visit.due(6.0), pages) == ("", 35.0, [1, -1])


def test_a_second_tap_in_the_middle_lets_it_go_at_once() -> None:
    visit, _ = visited((0.0, Gesture.HOLD), (5.0, Gesture.HOLD))
    assert (visit.words(5.0), visit.until) == ("", 5.0)


def test_enlarging_twice_is_as_before_and_both_states_are_told() -> None:
    assert not visited((0.0, Gesture.ENLARGE), (5.0, Gesture.ENLARGE))[0].enlarged
    assert visited((0.0, Gesture.HOLD), (5.0, Gesture.ENLARGE))[0].words(5.0) == "已停住 · 已放大 · 30秒后继续"


def test_what_a_visit_asked_for_ends_with_it() -> None:
    visit, _ = visited((0.0, Gesture.HOLD), (1.0, Gesture.ENLARGE))
    after = visit.at(1.0 + VISIT_SECONDS)
    assert (after.held, after.enlarged) == (False, False)
    assert not after.felt(Gesture.NEXT, 40.0)[0].enlarged


def test_during_an_alert_only_pages_are_turned() -> None:
    visit, by = Visit().felt(Gesture.HOLD, 0.0, pages_only=True)
    assert (visit.held, visit.until, by) == (False, -math.inf, 0)
    assert Visit().felt(Gesture.BACK, 0.0, pages_only=True)[1] == -1


def test_a_flood_turns_four_pages_a_second_at_most() -> None:
    _, pages = visited(*((number / 100, Gesture.NEXT) for number in range(1000)))
    assert 30 <= sum(pages) <= 41


@given(
    st.lists(st.tuples(st.floats(0.0, PEACE_SECONDS - 0.1), st.sampled_from(Gesture)), min_size=60, max_size=400),
    st.floats(1.0, 1e6),
)
def test_whoever_does_not_leave_the_screen_in_peace_holds_it_for_three_minutes_and_no_longer(
    touches: list[tuple[float, Gesture]], start: float
) -> None:
    visit, ticks = Visit(), start
    for wait, gesture in touches:
        ticks += wait
        visit, by = visit.felt(gesture, ticks)
        began = start + touches[0][0]
        if ticks - began > LONGEST_VISIT_SECONDS:
            assert (by, visit.words(ticks)) == (0, "")
            assert visit.until <= ticks
        assert visit.until <= began + LONGEST_VISIT_SECONDS + VISIT_SECONDS
    left_in_peace = ticks + max(PEACE_SECONDS, VISIT_SECONDS)
    assert visit.felt(Gesture.NEXT, left_in_peace)[1] == 1


@pytest.mark.parametrize(
    "size", [(1920, 1080), (1080, 1920), (1280, 720), (1024, 768), (800, 800), (3840, 2160)], ids=str
)
def test_the_mark_takes_the_place_of_the_foot_line_and_covers_no_other_words(size: tuple[int, int]) -> None:
    look = Look(Geometry(*size), FakeMetrics())
    topic, source = TOPICS["停水停电"], "白庄村村委会"
    notice = Notice(id="a", title="翠苑小区北区计划停水", topic=topic, body="请提前储水。", source=source)
    here = view(notice)
    slide = slides_of(notice, pages(notice, here, look), here.pace)[0]
    scene = compose(here, slide, datetime(2025, 7, 10, 9, 26), look)  # noqa: DTZ001 -- the village's own time
    held = marked(scene, "已停住 · 已放大 · 30秒后继续", here, look)
    (pill, words) = visitor_mark("已停住 · 已放大 · 30秒后继续", look)
    assert [text for text in held.texts if text.box.touches(pill.box)] == [words]
    assert {text.text for text in scene.texts} - {text.text for text in held.texts} <= {"白庄村村委会"}
    assert Box(0, 0, *size).contains(pill.box)
    assert isinstance(words, Text)
    assert words.size >= 0.9 * frame(look.geometry).type.least  # type: ignore[arg-type]
    assert marked(scene, "", here, look) == scene


def test_an_led_panel_has_no_mark() -> None:
    assert visitor_mark("已停住", Look(Dots(64, 32), FakeMetrics())) == []


# What SDL and the kernel report.


@pytest.mark.parametrize("degrees", [0, 90, 180, 270])
@given(x=st.integers(0, 6), y=st.integers(0, 4))
def test_a_finger_is_felt_where_the_picture_is_on_a_turned_panel(degrees: int, x: int, y: int) -> None:
    """There by `turned`, which brings pixels to the panel; back by `upright`."""
    size = (7, 5)
    there = turned(Box(x, y, 1, 1), size, degrees)
    panel = size if degrees in (0, 180) else (5, 7)
    event = Event(pygame.FINGERDOWN, x=(there.x + 0.5) / panel[0], y=(there.y + 0.5) / panel[1])
    felt = touch_of(event, panel, degrees)
    assert isinstance(felt, Finger)
    assert (int(felt.x * 7), int(felt.y * 5)) == (x, y)


def test_a_finger_that_rests_in_the_head_for_five_seconds_asks_how_the_screen_is() -> None:
    hand, _ = Hand().felt(Finger(0.5, 0.05, down=True), 10.0)
    assert hand.due() == 15.0
    assert hand.at(14.9) == (hand, None)
    after, gesture = hand.at(15.0)
    assert (gesture, after.due()) == (Gesture.STATUS, math.inf)
    assert after.felt(Finger(0.5, 0.05, down=False), 16.0) == (after, None), "lifting the finger means nothing more"
    assert gestures(*tap(0.0, 0.5, y=0.05, seconds=6.0)) == [Gesture.STATUS], "nor when nobody looked meanwhile"


def test_a_finger_that_rests_on_the_notice_never_asks_for_it() -> None:
    hand, _ = Hand().felt(Finger(0.5, 0.5, down=True), 0.0)
    assert hand.due() == math.inf
    assert gestures(*tap(0.0, 0.5, seconds=60.0)) == [Gesture.ENLARGE]


def test_the_page_about_the_screen_goes_by_itself_and_at_the_next_touch() -> None:
    visit, by = Visit().felt(Gesture.STATUS, 0.0)
    assert (visit.status, by, visit.words(1.0)) == (True, 0, "")
    assert not visit.at(STATUS_SECONDS).status
    for gesture in Gesture:
        after, by = visit.felt(gesture, 5.0)
        assert (after.status, after.until, by) == (False, 5.0, 0)
    assert not Visit().felt(Gesture.STATUS, 0.0, pages_only=True)[0].status, "an alert is not covered"


def test_a_mouse_is_a_finger_and_a_finger_is_told_once() -> None:
    down = Event(pygame.MOUSEBUTTONDOWN, pos=(50, 25), button=1, touch=False)
    assert touch_of(down, (100, 100), 0) == Finger(0.5, 0.25, down=True)
    assert touch_of(Event(pygame.MOUSEBUTTONDOWN, pos=(50, 25), button=1, touch=True), (100, 100), 0) is None
    assert touch_of(Event(pygame.MOUSEBUTTONDOWN, pos=(50, 25), button=3, touch=False), (100, 100), 0) is None
    assert upright((0.25, 0.75), 0) == (0.25, 0.75)


def pressed(key: int, mod: int = 0) -> Touch | None:
    return touch_of(Event(pygame.KEYDOWN, key=key, mod=mod), (100, 100), 0)


def test_arrows_the_long_bar_and_plus_are_keys_and_nothing_else_is() -> None:
    keys = (pygame.K_RIGHT, pygame.K_LEFT, pygame.K_SPACE, pygame.K_PLUS, pygame.K_F1)
    assert [pressed(key) for key in keys] == list(Gesture)
    assert [pressed(key) for key in (pygame.K_ESCAPE, pygame.K_F4, pygame.K_q, pygame.K_TAB, pygame.K_F2)] == [None] * 5


@pytest.mark.parametrize("mod", [pygame.KMOD_LCTRL, pygame.KMOD_LALT, pygame.KMOD_RALT, pygame.KMOD_LMETA])
def test_a_key_that_is_meant_for_a_desktop_is_nothing(mod: int) -> None:
    assert pressed(pygame.K_RIGHT, mod) is None


def test_a_button_on_a_pin_is_a_key_and_its_repeats_are_nothing() -> None:
    """`dtoverlay=gpio-key,gpio=17,keycode=106`: KEY_RIGHT (linux/input-event-codes.h)."""
    assert [meant(1, 106, value) for value in (1, 2, 0)] == [Gesture.NEXT, None, None]
    assert meant(3, 106, 1) is None
    assert meant(1, 116, 1) is None, "the power key is not ours"
