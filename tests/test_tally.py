"""The player's count: turns and seconds, over restarts, whatever the clock does."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from kiosk.reporting import tally as module
from kiosk.reporting.tally import Name, Spool, Tally
from tests.fakes import NOW, OURS

WATER = Name(OURS, "notice", "water", "0" * 16)
FILM = Name(OURS, "notice", "film", "1" * 16)
FIRE = Name(OURS, "alert", "fire", "2" * 16)
EMPTY = Spool(series="a" * 16)


def counted(tally: Tally) -> dict[str, tuple[int, float]]:
    return {one.item: (one.times, one.seconds) for one in tally.spool().shown}


def test_turns_are_counted_and_seconds_go_to_what_was_on_the_panel() -> None:
    tally = Tally(EMPTY)
    tally.see([WATER], 1, NOW, 100.0)
    tally.see([WATER], 1, NOW, 104.0)
    tally.see([FILM], 2, NOW, 108.0)
    tally.see([WATER], 3, NOW, 109.5)
    tally.see([], None, NOW, 111.0)
    tally.see([], None, NOW, 200.0)
    assert counted(tally) == {"film": (1, 1.5), "water": (2, 9.5)}


def test_the_same_notice_in_another_turn_is_another_time() -> None:
    tally = Tally(EMPTY)
    for turn in (1, 1, 2):
        tally.see([WATER], turn, NOW, 1.0)
    assert counted(tally) == {"water": (2, 0.0)}


def test_what_two_publishers_say_is_shown_for_both() -> None:
    tally, twin = Tally(EMPTY), WATER._replace(publisher="street")
    tally.see([WATER, twin], 1, NOW, 0.0)
    tally.see([WATER, twin], 1, NOW, 3.0)
    found = sorted((one.publisher, one.times, one.seconds) for one in tally.spool().shown)
    assert found == [("street", 1, 3.0), (OURS, 1, 3.0)]


def test_only_an_alert_is_urgent() -> None:
    tally, history = Tally(EMPTY), []
    for name, turn in ((WATER, 1), (FIRE, 2), (FIRE, 3)):
        tally.see([name], turn, NOW, 0.0)
        history.append((tally.urgent, tally.changed))
        tally.spool()
    assert history == [(False, True), (True, True), (True, True)]


def test_what_came_before_the_clock_was_trusted_is_dated_when_it_is() -> None:
    tally = Tally(EMPTY)
    tally.see([FIRE], 1, None, 10.0)
    before = tally.spool().shown[0].first
    tally.see([FIRE], 1, NOW, 70.0)
    assert (before, tally.spool().shown[0].first) == (None, NOW - timedelta(seconds=60))


def test_a_player_that_starts_again_goes_on() -> None:
    tally = Tally(EMPTY)
    tally.see([WATER], 1, NOW, 0.0)
    tally.see([], None, NOW, 5.0)
    again = Tally(tally.spool())
    again.see([WATER], 1, NOW, 1000.0)
    again.see([], None, NOW, 1002.0)
    assert counted(again) == {"water": (2, 7.0)}
    assert again.spool().series == EMPTY.series


def test_a_step_that_took_an_hour_is_not_vouched_for() -> None:
    tally = Tally(EMPTY)
    tally.see([WATER], 1, NOW, 0.0)
    tally.see([], None, NOW, 3600.0)
    assert counted(tally) == {"water": (1, module.MOST_STEP_SECONDS)}


def test_the_count_is_bounded() -> None:
    tally = Tally(EMPTY)
    for number in range(module.MOST_NAMES + 50):
        tally.see([WATER._replace(item=f"n{number}")], number, NOW, float(number))
    names = [one.item for one in tally.spool().shown]
    assert len(names) == module.MOST_NAMES
    assert (names[0], names[-1]) == ("n50", f"n{module.MOST_NAMES + 49}")


PANELS = st.sampled_from([(), (WATER,), (FILM,), (FIRE, WATER)])


@given(st.lists(st.tuples(PANELS, st.integers(0, 3), st.floats(0, 200)), max_size=30))
def test_counts_only_grow(steps: list[tuple[tuple[Name, ...], int, float]]) -> None:
    tally, ticks = Tally(EMPTY), 0.0
    before: dict[str, tuple[int, float]] = {}
    for names, turn, seconds in steps:
        ticks += seconds
        tally.see(names, turn, NOW, ticks)
        now = counted(tally)
        assert all(now[item] >= then for item, then in before.items())
        before = now
