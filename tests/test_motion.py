"""The time of moving pictures."""

import math

from hypothesis import given
from hypothesis import strategies as st

from kiosk.motion import Motion

RATES = st.sampled_from([1.0, 10.0, 25.0, 29.97, 30.0, 50.0, 60.0])


def test_what_stands_still_is_never_due_and_still_has_its_time() -> None:
    still = Motion(10.0)
    assert (still.due(12.5), still.elapsed(12.5), still.elapsed(9.0)) == (math.inf, 2.5, 0.0)


@given(RATES, st.floats(0, 1e6), st.lists(st.floats(0, 0.012), max_size=300))
def test_a_loop_that_wakes_a_little_late_shows_every_picture_once_at_its_time(
    rate: float, start: float, late: list[float]
) -> None:
    motion, ticks, shown = Motion(start, rate), start, list[int]()
    for lateness in late:
        shown.append(round(motion.elapsed(ticks) * rate))
        ticks = motion.due(ticks) + min(lateness, 0.7 / rate)
    assert shown == list(range(len(late)))


@given(RATES, st.floats(0, 1e6), st.floats(0, 1e4))
def test_the_next_picture_is_due_within_one_period_and_is_another_one(rate: float, start: float, later: float) -> None:
    motion = Motion(start, rate)
    ticks = start + later
    due = motion.due(ticks)
    assert ticks < due <= ticks + 1.0001 / rate
    assert round(motion.elapsed(due) * rate) == round(motion.elapsed(ticks) * rate) + 1


def test_what_is_late_by_many_pictures_leaves_them_out_and_keeps_its_beat() -> None:
    motion = Motion(0.0, 50.0)
    assert (motion.elapsed(1.013), motion.due(1.013)) == (1.0, 1.02)
