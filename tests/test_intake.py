"""content.fleet.intake: what is lost is noticed and asked for, twice counts once, a flood costs the flooder."""

from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from content.errors import Refused
from content.fleet.intake import (
    BURST,
    MOST_ASKS,
    PATIENCE_SECONDS,
    RECEIPTS_A_SECOND,
    RECEIPTS_BURST,
    Ask,
    Intake,
)
from content.manifest import encode
from content.reports import Receipt, Receipts, Status
from content.topics import RECEIPTS, STATUS
from tests.fakes import NOW, OURS

SERIES = "0123456789abcdef"


def receipt(sequence: int, item: str = "water") -> Receipt:
    return Receipt(kind="notice", publisher=OURS, item=item, digest="a" * 16, sequence=sequence)


class Screens:
    """Feeds an Intake as screens would."""

    def __init__(self) -> None:
        self.intake = Intake({}, {})
        self.ticks = 0.0

    def send(self, topic: str, payload: bytes) -> None:
        now = NOW + timedelta(seconds=self.ticks)
        self.intake.take(topic, payload, now, self.ticks, self.ticks)

    def status(self, newest: int = 0, screen: str = "s1", **more: Any) -> None:
        at = NOW + timedelta(seconds=self.ticks)
        one = Status(screen=screen, online=True, at=at, clock_trusted=True, receipts_series=SERIES,
                     receipts_newest=newest, **more)  # fmt: skip
        self.send(STATUS.of(screen=screen), encode(one))

    def batch(self, *sequences: int, after: int = 0, newest: int = 0, screen: str = "s1") -> None:
        receipts = tuple(receipt(one, f"i{one}") for one in sequences)
        one = Receipts(
            screen=screen, series=SERIES, receipts=receipts, newest=newest or max(sequences, default=0), after=after
        )
        self.send(RECEIPTS.of(screen=screen), encode(one))

    def asks(self) -> list[int]:
        return [ask.after for ask in self.intake.asks(self.ticks)]


@pytest.fixture
def screens() -> Screens:
    return Screens()


def test_the_first_status_that_counts_more_than_is_here_is_asked_about_at_once(screens: Screens) -> None:
    screens.status(newest=7)
    assert screens.intake.asks(0.0) == [Ask(screen="s1", series=SERIES, after=0)]


def test_receipts_on_their_way_are_given_a_moment_and_then_asked_for(screens: Screens) -> None:
    screens.status()
    screens.status(newest=3)
    assert screens.asks() == []
    screens.ticks = PATIENCE_SECONDS + 1
    assert screens.asks() == [0]


def test_a_batch_that_begins_after_a_gap_is_stored_and_the_gap_asked_for(screens: Screens) -> None:
    screens.batch(1, 2)
    screens.batch(7, 8, after=5)
    assert (screens.asks(), screens.intake.complete_to) == ([2], {("s1", SERIES): 2})
    assert [one.sequence for _, _, one in screens.intake.batch.receipts] == [1, 2, 7, 8]
    screens.batch(4, 5, 7, 8, after=2)
    screens.ticks = 3600.0
    assert (screens.asks(), screens.intake.complete_to) == ([], {("s1", SERIES): 8})


def test_the_highest_sequence_alone_does_not_hide_a_gap(screens: Screens) -> None:
    screens.batch(9, after=8)
    screens.status(newest=9)
    assert screens.asks() == [0]


def test_a_screen_that_does_not_answer_is_asked_ever_more_seldom(screens: Screens) -> None:
    screens.status(newest=5)
    asked = []
    for second in range(4000):
        screens.ticks = float(second)
        if screens.asks():
            asked.append(second)
    waits = [later - sooner for sooner, later in pairwise(asked)]
    assert waits == [5, 10, 20, 40, 80, 160, 320, *[600] * 5]


def test_a_thousand_screens_are_not_asked_in_the_same_second(screens: Screens) -> None:
    for number in range(1000):
        screens.status(newest=1, screen=f"s{number}")
    assert len(screens.asks()) == MOST_ASKS
    assert len(screens.asks()) == MOST_ASKS


def test_what_was_sent_while_we_were_away_is_asked_for_on_the_first_status(screens: Screens) -> None:
    screens.status()
    screens.intake.reconnected()
    screens.status(newest=4)
    assert screens.asks() == [0]


def test_what_was_told_just_before_we_listened_is_asked_for_though_the_retained_status_is_older(
    screens: Screens,
) -> None:
    """The batch came to the broker before our subscription, the status that counts it after: within the alert's
    first minute the screen would otherwise stand among those that were not reached."""
    screens.status()
    screens.intake.reconnected()
    screens.status()
    screens.status(newest=1)
    screens.ticks = 15.0
    assert screens.asks() == [0]


def test_a_new_card_begins_anew(screens: Screens) -> None:
    screens.batch(1, 2, 3)
    other = Status(screen="s1", online=True, receipts_series="f" * 16, receipts_newest=1)
    screens.send(STATUS.of(screen="s1"), encode(other))
    (ask,) = screens.intake.asks(screens.ticks)
    assert (ask.series, ask.after) == ("f" * 16, 0)


def test_a_flood_is_cut_off_and_other_screens_do_not_suffer(screens: Screens) -> None:
    for _ in range(1000):
        screens.status()
    assert screens.intake.counts["flooded"] == 1000 - BURST
    screens.status(screen="s2")
    assert set(screens.intake.screens) == {"s1", "s2"}
    screens.ticks = 1.0
    screens.status()
    assert screens.intake.counts["flooded"] == 1000 - BURST


def test_a_screen_that_invents_items_does_not_fill_the_database(screens: Screens) -> None:
    taken = 0
    for second in range(300):
        screens.ticks = float(second)
        rows = tuple(receipt(second * 200 + n, f"item-{second}-{n}") for n in range(1, 201))
        one = Receipts(screen="s1", series=SERIES, receipts=rows, newest=second * 200 + 200, after=second * 200)
        screens.send(RECEIPTS.of(screen="s1"), encode(one))
        taken += len(screens.intake.batch_to_write().receipts)
    assert RECEIPTS_BURST <= taken <= RECEIPTS_BURST + 300 * RECEIPTS_A_SECOND
    screens.batch(1, 2, 3, screen="s2")
    assert len(screens.intake.batch.receipts) == 3


def test_lies_and_noise_are_refused_counted_and_change_nothing(screens: Screens) -> None:
    lie = encode(Status(screen="s2", online=True))
    for payload in (lie, b"{", b"[]", b"\xff" * 100):
        with pytest.raises(Refused):
            screens.send(STATUS.of(screen="s1"), payload)
    assert screens.intake.counts == {"refused-wrong-topic": 1, "refused-malformed": 3}
    assert not screens.intake.batch


def test_a_status_taken_back_is_no_status(screens: Screens) -> None:
    screens.send(STATUS.of(screen="s1"), b"")
    assert not screens.intake.batch


@given(st.lists(st.integers(0, 30), max_size=12, unique=True), st.randoms(use_true_random=False))
def test_whatever_batches_are_lost_all_is_here_after_the_answers(edges: list[int], rng: Any) -> None:
    """A screen sends its rows in batches, some are lost; then it answers what it is asked."""
    screens, newest = Screens(), 31
    cuts = [0, *sorted(set(edges) - {0}), newest]
    for after, up_to in pairwise(cuts):
        if rng.random() < 0.5:
            screens.batch(*range(after + 1, up_to + 1), after=after, newest=newest)
    screens.status(newest=newest)
    for _ in range(3):
        for after in screens.asks():
            screens.batch(*range(after + 1, newest + 1), after=after)
        screens.ticks += 700.0
    assert screens.intake.complete_to == {("s1", SERIES): newest}
    assert {one.sequence for _, _, one in screens.intake.batch.receipts} == set(range(1, newest + 1))
    assert screens.asks() == []
