"""A time server may lie; the publisher's server proves who it is. Neither of them alone ends anything early."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from content.clock import FlooredClock
from content.fleet.table import CLOCK_SECONDS
from kiosk.checked_clock import CONTRADICTION_SECONDS, CheckedClock, DatedAnswer, date_of
from tests.fakes import NOW, FakeClock

YEAR = 365 * 86_400.0


class Answers:
    """A clock that is held against the last answer, if there was one."""

    def __init__(self, *, trusted: bool = True) -> None:
        self.wall = FakeClock(trusted=trusted)
        self.last: DatedAnswer | None = None
        self.clock = CheckedClock(self.wall, lambda: self.last)

    def come(self, date: datetime) -> None:
        self.last = DatedAnswer(date, self.wall.monotonic())


def test_without_an_answer_the_clock_is_as_it_was() -> None:
    for trusted in (True, False):
        one = Answers(trusted=trusted)
        assert (one.clock.now(), one.clock.trusted(), one.clock.offset_seconds()) == (NOW, trusted, None)


@pytest.mark.parametrize(("off", "trusted"), [(-1801, False), (-1800, True), (0, True), (1800, True), (1801, False)])
def test_the_clock_is_trusted_within_half_an_hour_of_the_answer(off: int, trusted: bool) -> None:
    one = Answers()
    one.come(NOW - timedelta(seconds=off))
    one.wall.advance(3600.0)
    assert (one.clock.trusted(), one.clock.offset_seconds()) == (trusted, off)


def test_a_clock_that_is_set_wrong_after_the_answer_is_found_out_at_once_and_believed_again_when_right() -> None:
    one = Answers()
    one.come(NOW)
    told = []
    for step in (0.0, YEAR, -YEAR, -YEAR, YEAR):
        one.wall.step_wall(step)
        told.append(one.clock.trusted())
    assert told == [True, False, True, False, True]


def test_an_answer_makes_no_clock_trusted() -> None:
    one = Answers(trusted=False)
    one.come(NOW)
    assert not one.clock.trusted()


def test_only_a_clock_that_would_be_trusted_is_in_doubt() -> None:
    told = []
    for trusted, off in ((True, 0.0), (True, YEAR), (True, -YEAR), (False, YEAR)):
        one = Answers(trusted=trusted)
        one.come(NOW + timedelta(seconds=off))
        told.append(one.clock.in_doubt())
    assert told == [False, True, True, False]


def test_a_time_server_that_is_ahead_ends_nothing_early_and_one_that_is_behind_is_held_by_the_floor() -> None:
    one = Answers()
    floored = FlooredClock(one.clock, NOW)
    one.come(NOW)
    one.wall.step_wall(YEAR)
    one.wall.advance(60.0)
    assert (floored.now(), floored.trusted()) == (NOW + timedelta(seconds=60), False)
    one.wall.step_wall(-2 * YEAR)
    assert (floored.now(), floored.trusted()) == (NOW + timedelta(seconds=60), False)


@given(st.floats(-1e8, 1e8), st.floats(-1e8, 1e8), st.floats(0, 1e6))
def test_one_that_lies_makes_it_no_later_than_the_other_says(wall: float, server: float, passed: float) -> None:
    one = Answers()
    one.come(NOW + timedelta(seconds=server))
    one.wall.step_wall(wall)
    one.wall.advance(passed)
    earlier = NOW + timedelta(seconds=min(wall, server) + passed)
    assert one.clock.now() <= earlier + timedelta(seconds=CONTRADICTION_SECONDS, milliseconds=1)
    assert one.clock.now() >= earlier - timedelta(milliseconds=1)


def test_people_are_told_of_a_difference_before_a_screen_stops_believing_its_clock() -> None:
    assert CONTRADICTION_SECONDS > CLOCK_SECONDS


@pytest.mark.parametrize(
    ("headers", "date"),
    [
        ({"Date": "Tue, 01 Dec 2026 01:00:00 GMT"}, NOW),
        ({"Date": "Tue, 01 Dec 2026 01:00:00 -0000"}, NOW),
        ({"Date": "Tue, 01 Dec 2026 01:00:00 GMT", "Age": "7"}, None),
        ({}, None),
        ({"Date": ""}, None),
        ({"Date": "yesterday"}, None),
        ({"Date": "Thu, 01 Jan 1970 00:00:00 GMT"}, None),
        ({"Date": "Fri, 31 Dec 9999 23:59:59 -2359"}, None),
        ({"Date": "Mon, 01 Jan 0001 00:00:00 +2359"}, None),
        ({"Date": "Tue, 01 Dec 2026 01:00:00 +999999999999"}, None),
    ],
)
def test_a_date_that_says_nothing_is_none(headers: dict[str, str], date: datetime | None) -> None:
    assert date_of(headers) == date


@given(st.text(max_size=60))
def test_any_date_is_understood_or_not(text: str) -> None:
    date_of({"Date": text})
