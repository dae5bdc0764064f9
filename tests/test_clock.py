"""Two clocks: wall time may jump and lie, waits may not, and time known to have passed does not come again."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from content.clock import BUILD_TIME, FlooredClock, SystemClock
from tests.fakes import NOW, FakeClock

YEARS_AGO = -10 * 365 * 86_400.0


def untrusted(seconds_off: float = YEARS_AGO) -> FakeClock:
    """A Pi that woke without a network: its clock is off and says so."""
    clock = FakeClock()
    clock.step_wall(seconds_off, trusted=False)
    return clock


def test_a_pi_without_network_does_not_live_in_the_past() -> None:
    clock = untrusted()
    floored = FlooredClock(clock, NOW)
    assert floored.now() == NOW
    clock.advance(90.0)
    assert floored.now() == NOW + timedelta(seconds=90)
    assert not floored.trusted()


def test_a_newer_message_raises_the_floor_and_an_older_one_does_not_lower_it() -> None:
    floored = FlooredClock(untrusted(), BUILD_TIME)
    floored.raise_floor(NOW)
    floored.raise_floor(NOW - timedelta(days=400))
    assert floored.now() == NOW


def test_ntp_is_believed_even_where_it_says_an_earlier_time_than_the_floor() -> None:
    """A publisher whose clock was ahead must not keep screens ahead once they know better."""
    clock = untrusted()
    floored = FlooredClock(clock, NOW + timedelta(days=2))
    assert floored.now() == NOW + timedelta(days=2)
    clock.step_wall(-YEARS_AGO, trusted=True)
    assert floored.now() == NOW


def test_a_wall_clock_that_jumps_moves_no_wait() -> None:
    clock = FakeClock()
    floored = FlooredClock(clock, BUILD_TIME)
    before = floored.monotonic()
    clock.step_wall(86_400.0)
    assert floored.monotonic() == before


@given(st.lists(st.tuples(st.sampled_from(["wait", "step", "message"]), st.floats(-1e7, 1e7)), max_size=20))
def test_untrusted_time_never_falls_below_what_is_known_to_have_passed(steps: list[tuple[str, float]]) -> None:
    clock = untrusted()
    floored = FlooredClock(clock, NOW)
    known = NOW
    for step, seconds in steps:
        if step == "wait":
            clock.advance(abs(seconds))
            known += timedelta(seconds=abs(seconds))
        elif step == "step":
            clock.step_wall(seconds, trusted=False)
        else:
            floored.raise_floor(NOW + timedelta(seconds=seconds))
            known = max(known, NOW + timedelta(seconds=seconds))
        assert floored.now() >= known - timedelta(milliseconds=1)


def test_the_machines_clock_is_aware_and_runs_forward() -> None:
    clock = SystemClock(assume_trusted=True)
    assert clock.now().utcoffset() == timedelta(0)
    assert clock.monotonic() <= clock.monotonic()
    assert clock.trusted()
    assert SystemClock().trusted() in (True, False)
