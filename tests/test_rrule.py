"""The days of recurrence rules: those of the calendar, as dateutil finds them, and in so many steps at most."""

import sys
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from types import FrameType

import pytest
from dateutil.rrule import rrulestr
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from content.rrule import WEEK, Rule, check_rrule, rule_days
from tests.conftest import times

# Local times have no zone here by definition.

START = date(2024, 1, 1)
"""A Monday: dateutil cuts the week of the first day short, and then counts positions in what is left of it."""
SIGNED = st.sampled_from([1, -1])


def some(most: int, *, negative: bool = True) -> st.SearchStrategy[str]:
    """A few numbers up to `most`."""
    numbers = st.integers(1, most)
    signed = st.tuples(numbers, SIGNED).map(lambda two: two[0] * two[1]) if negative else numbers
    return st.lists(signed, min_size=1, max_size=3, unique=True).map(lambda found: ",".join(map(str, found)))


PLAIN_DAYS = st.lists(st.sampled_from(WEEK), min_size=1, max_size=3, unique=True).map(",".join)
NUMBERED_DAYS = st.lists(
    st.tuples(st.sampled_from([1, 2, 5, -1, -5]), st.sampled_from(WEEK)).map(lambda two: f"{two[0]}{two[1]}"),
    min_size=1,
    max_size=2,
).map(",".join)
PARTS = {
    "INTERVAL": st.integers(1, 5).map(str),
    "BYMONTH": some(12, negative=False),
    "BYMONTHDAY": some(31),
    "BYYEARDAY": some(366),
    "BYWEEKNO": some(53, negative=False),  # dateutil takes the -1st week for another where a year has 53
    "BYDAY": PLAIN_DAYS | NUMBERED_DAYS,  # not mixed: dateutil asks for both at once, RFC 5545 for either
    "BYSETPOS": some(4),
}


@st.composite
def rules(draw: st.DrawFn) -> str:
    """A rule that is let in."""
    names = draw(st.lists(st.sampled_from(list(PARTS)), max_size=4, unique=True))
    text = ";".join([f"FREQ={draw(st.sampled_from(['DAILY', 'WEEKLY', 'MONTHLY', 'YEARLY']))}"])
    text = ";".join([text, *(f"{name}={draw(PARTS[name])}" for name in names)])
    try:
        check_rrule(text, has_start=True)
    except ValueError:
        assume(False)
    return text


@settings(max_examples=times(20))
@given(rules(), st.integers(0, 500))
def test_the_days_are_those_that_dateutil_finds(text: str, later: int) -> None:
    first = START + timedelta(days=later)
    last = first + timedelta(days=800)
    days = list(rule_days(text, START, first, last))
    assume(days)  # for a day that never comes dateutil searches until the year 9999
    rule = rrulestr(text, dtstart=datetime.combine(START, time.min), ignoretz=True)
    between = rule.between(datetime.combine(first, time.min), datetime.combine(days[-1], time.min), inc=True)
    assert days == [one.date() for one in between]


def test_a_rule_without_days_has_none() -> None:
    """dateutil searched 16 s for this one."""
    assert list(rule_days("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", None, START, date(2026, 1, 1))) == []


def test_mixed_weekdays_are_either_of_them() -> None:
    days = list(rule_days("FREQ=MONTHLY;BYDAY=SU,1MO", None, date(2026, 12, 1), date(2026, 12, 31)))
    assert [day.day for day in days] == [6, 7, 13, 20, 27]


def test_the_last_week_of_a_year_may_be_the_53rd() -> None:
    days = list(rule_days("FREQ=YEARLY;BYWEEKNO=-1;BYDAY=MO", None, date(2025, 6, 1), date(2027, 6, 1)))
    assert days == [date(2025, 12, 22), date(2026, 12, 28)]


def test_until_ends_a_rule_on_that_very_day() -> None:
    days = list(rule_days("FREQ=DAILY;UNTIL=20260103", None, date(2026, 1, 1), date(2026, 2, 1)))
    assert days == [date(2026, 1, 1), date(2026, 1, 2), date(2026, 1, 3)]


def calls_of(function: Callable[..., object], run: Callable[[], object]) -> int:
    """How often `run` calls `function`."""
    code, count = function.__code__, 0

    def seen(frame: FrameType, event: str, _: object) -> None:
        nonlocal count
        count += event == "call" and frame.f_code is code

    before = sys.getprofile()
    sys.setprofile(seen)
    try:
        run()
    finally:
        sys.setprofile(before)
    return count


@pytest.mark.parametrize("start", [date(2000, 1, 1), date(2025, 12, 31)])
@pytest.mark.parametrize("rule", ["FREQ=DAILY", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "FREQ=DAILY;INTERVAL=9999"])
def test_an_answer_costs_as_many_days_as_it_looks_ahead_however_long_ago_a_rule_began(rule: str, start: date) -> None:
    asked = calls_of(Rule.period, lambda: list(rule_days(rule, start, date(2026, 1, 1), date(2027, 2, 5))))
    assert 0 < asked <= 402
