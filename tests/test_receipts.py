"""The book of receipts: whatever is killed when, no count is lost, counted twice or taken back."""

import secrets
from collections.abc import Callable, Iterable
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from content.manifest import MAX_PAYLOAD, encode
from content.reports import MAX_RECEIPTS, Receipt, Receipts
from kiosk.reporting import receipts
from kiosk.reporting.receipts import Book, Saved, Urgency
from kiosk.reporting.tally import Name, Shown, Spool, Tally, name_of
from tests.conftest import times
from tests.fakes import NOW, OURS, FakeClock
from tests.fakes import alert as an_alert

WATER, FILM, FIRE = (
    Name(OURS, "notice", "water", "0" * 16),
    Name(OURS, "notice", "film", "1" * 16),
    Name(OURS, "alert", "fire", "2" * 16),
)
NAMES = (WATER, FILM, FIRE)
SCREEN, SERIES = "screen-1", "a" * 16


def shown(name: Name, times: int, seconds: float = 0.0) -> Shown:
    return Shown(publisher=name.publisher, kind=name.kind, item=name.item, digest=name.digest, first=NOW, times=times,
                 seconds=seconds)  # fmt: skip


def spool(*some: Shown, series: str = "b" * 16) -> Spool:
    return Spool(series=series, shown=some)


def told(book: Book) -> list[Receipt]:
    """All rows as they are sent."""
    book.tell()
    return [one for batch in book.batches(SCREEN, 0) for one in batch.receipts]


def leave(book: Book) -> None:
    book.hold([], NOW, 1.0)
    book.gone(NOW)


@pytest.fixture
def book() -> Book:
    return Book(Saved(series=SERIES))


def test_an_item_is_received_then_shown_then_gone(book: Book) -> None:
    minute = timedelta(minutes=1)
    book.hold([FIRE], NOW, 0.0)
    book.count(spool(shown(FIRE, 1)))
    book.count(spool(shown(FIRE, 2, 31.0)))
    book.hold([], NOW + minute, 60.0)
    assert book.leaving
    book.gone(NOW + minute)
    assert not book.leaving
    assert told(book) == [
        Receipt(kind="alert", publisher=OURS, item="fire", digest="2" * 16, sequence=1, received=NOW,
                first_shown=NOW, shown_times=2, shown_seconds=31.0, gone=NOW + minute, present=False)
    ]  # fmt: skip


def test_what_is_named_no_more_is_present_until_it_is_proven_gone(book: Book) -> None:
    book.hold([WATER], NOW, 0.0)
    book.hold([], NOW, 1.0)
    assert [one.present for one in told(book)] == [True]


def test_what_comes_back_is_present_again_and_goes_on_counting(book: Book) -> None:
    book.hold([WATER], NOW, 0.0)
    book.count(spool(shown(WATER, 3, 9.0)))
    book.hold([], NOW, 0.0)
    book.gone(NOW)
    book.hold([WATER], NOW + timedelta(hours=1), 3600.0)
    book.count(spool(shown(WATER, 4, 12.0)))
    (row,) = told(book)
    assert (row.present, row.gone, row.received, row.shown_times, row.shown_seconds) == (True, None, NOW, 4, 12.0)


def test_an_alert_is_urgent_when_received_shown_and_gone_and_its_counts_are_not(book: Book) -> None:
    history = []
    changes: tuple[Callable[[], None], ...] = (
        lambda: book.hold([FIRE], NOW, 0.0),
        lambda: book.count(spool(shown(FIRE, 1))),
        lambda: book.count(spool(shown(FIRE, 2))),
        lambda: leave(book),
    )
    for change in changes:
        change()
        history.append(book.urgency)
        book.tell()
    assert history == [Urgency.ALERT, Urgency.ALERT, Urgency.NEWS, Urgency.ALERT]
    assert book.urgency == Urgency.NOTHING


def test_a_notice_is_news_when_received_and_first_shown_then_counts_and_at_last_gone(book: Book) -> None:
    history = []
    changes: tuple[Callable[[], None], ...] = (
        lambda: book.hold([WATER], NOW, 0.0),
        lambda: book.count(spool(shown(WATER, 1))),
        lambda: book.count(spool(shown(WATER, 2))),
        lambda: leave(book),
    )
    for change in changes:
        change()
        history.append(book.urgency)
        book.tell()
    assert history == [Urgency.NEWS, Urgency.NEWS, Urgency.COUNTS, Urgency.GONE]


def test_an_urgent_telling_leaves_the_rest_for_later(book: Book) -> None:
    book.hold([WATER, FIRE], NOW, 0.0)
    book.tell(Urgency.ALERT)
    assert [one.item for batch in book.batches(SCREEN, 0) for one in batch.receipts] == ["fire"]
    assert book.urgency == Urgency.NEWS


def test_a_receipt_gets_its_time_when_the_clock_is_trusted_at_last(book: Book) -> None:
    book.hold([FIRE], None, 10.0)
    assert told(book)[0].received is None
    book.hold([FIRE], NOW, 70.0)
    assert told(book)[0].received == NOW - timedelta(seconds=60)


def test_a_player_that_forgot_an_item_and_began_anew_is_counted_on(book: Book) -> None:
    book.hold([WATER], NOW, 0.0)
    book.count(spool(shown(WATER, 5, 50.0)))
    book.count(spool(shown(WATER, 1, 7.0)))
    assert (told(book)[0].shown_times, told(book)[0].shown_seconds) == (6, 57.0)


def test_the_book_stays_bounded_and_drops_what_is_gone_and_sent_first() -> None:
    book = Book(Saved(series=SERIES))
    many = [Name(OURS, "notice", f"n{number}", "0" * 16) for number in range(receipts.MOST_ROWS)]
    book.hold(many, NOW, 0.0)
    book.tell()
    book.sent = book.newest
    book.hold([FIRE, WATER], NOW, 1.0)  # an alert always has room, for the notice there is none yet
    assert book.untracked == 1
    book.gone(NOW)
    book.tell()
    book.hold([FIRE, WATER], NOW, 2.0)
    assert book.untracked == 0
    assert len(told(book)) <= receipts.MOST_ROWS + 1
    assert {"fire", "water"} <= {one.item for one in told(book)}


def test_batches_fit_one_message_and_follow_each_other_without_a_gap(book: Book) -> None:
    long = "停" * 100
    book.hold([Name("p" * 63, "notice", f"{long[:96]}{n:04}", "f" * 16) for n in range(450)], NOW, 0.0)
    book.tell()
    batches = book.batches(SCREEN, 0)
    assert [len(batch.receipts) for batch in batches] == [MAX_RECEIPTS, MAX_RECEIPTS, 50]
    assert [batch.after for batch in batches] == [0, *(batch.up_to for batch in batches[:-1])]
    assert {batch.newest for batch in batches} == {book.newest}
    assert all(len(encode(batch)) < MAX_PAYLOAD for batch in batches)


class Store:
    """What a publisher keeps: the newest row of each, by the sequence."""

    def __init__(self) -> None:
        self.rows: dict[tuple[str, Name], Receipt] = {}
        self.seen: dict[tuple[str, int], Receipt] = {}
        self.complete_to = 0

    def take(self, batches: Iterable[Receipts]) -> None:
        for batch in batches:
            for one in batch.receipts:
                self._take(batch.series, one)
            assert batch.after <= self.complete_to, "a gap, though nothing was lost on the way"
            self.complete_to = max(self.complete_to, batch.up_to)

    def _take(self, series: str, one: Receipt) -> None:
        assert self.seen.setdefault((series, one.sequence), one) == one, "one sequence, two rows"
        key = (series, Name(one.publisher, one.kind, one.item, one.digest))
        before = self.rows.get(key)
        if before is None or before.sequence < one.sequence:
            if before is not None:
                assert one.shown_times >= before.shown_times
                assert one.shown_seconds >= before.shown_seconds
                assert one.received == before.received
                assert one.first_shown == before.first_shown or before.first_shown is None
            self.rows[key] = one


class Killed(RuleBasedStateMachine):
    """Agent, player and machine die at any moment; the store is told what the screen sends."""

    @initialize()
    def begin(self) -> None:
        self.clock, self.store = FakeClock(), Store()
        self.card = Saved(series=SERIES)
        self.lost = False
        self.boot()

    def boot(self) -> None:
        self.tmpfs = Spool(series=secrets.token_hex(8))
        self.truth: dict[Name, int] = dict.fromkeys(NAMES, 0)
        self.player_starts()
        self.agent_starts()

    def player_starts(self) -> None:
        self.tally = Tally(self.tmpfs)

    def agent_starts(self) -> None:
        self.book = Book(self.card)
        self.card = self.book.saved()

    @rule(names=st.sets(st.sampled_from(NAMES)))
    def manifests_change(self, names: set[Name]) -> None:
        self.book.hold(names, self.clock.now(), self.clock.monotonic())

    @rule(name=st.sampled_from(NAMES), seconds=st.integers(1, 100))
    def player_shows(self, name: Name, seconds: int) -> None:
        self.clock.advance(seconds)
        self.tally.see([name], object(), self.clock.now(), self.clock.monotonic())
        self.truth[name] += 1

    @rule()
    def player_spools(self) -> None:
        self.tmpfs = self.tally.spool()

    @rule()
    def agent_counts(self) -> None:
        self.book.count(self.tmpfs)

    @rule()
    def proven_gone(self) -> None:
        self.book.gone(self.clock.now())

    @rule(least=st.sampled_from(list(Urgency)[1:]), sends=st.booleans())
    def agent_tells(self, least: Urgency, sends: bool) -> None:
        self.card = self.book.tell(least)
        if sends:
            self.store.take(self.book.batches(SCREEN, self.book.sent))
            self.book.sent = self.book.newest

    @rule(after=st.integers(0, 5))
    def somebody_asks(self, after: int) -> None:
        self.store.take(self.book.batches(SCREEN, min(after, self.store.complete_to)))

    @rule()
    def agent_is_killed(self) -> None:
        self.agent_starts()

    @rule()
    def player_is_killed(self) -> None:
        self.tally = Tally(self.tmpfs)
        counted = {one.name: one.times for one in self.tmpfs.shown}
        self.truth = {name: counted.get(name, 0) for name in NAMES}

    @rule()
    @precondition(lambda self: not self.lost)
    def power_is_cut(self) -> None:
        self.lost = True
        self.boot()

    @invariant()
    def nothing_is_lost_while_there_is_power(self) -> None:
        if self.lost:
            return
        book = Book(self.card)  # killed at this very moment
        book.hold(NAMES, self.clock.now(), self.clock.monotonic())
        book.count(self.tmpfs)
        counted = {one.name: one.times for one in self.tmpfs.shown}
        for row in told(book):
            name = Name(row.publisher, row.kind, row.item, row.digest)
            assert row.shown_times == counted.get(name, 0)


TestKilled = Killed.TestCase
TestKilled.settings = settings(max_examples=times(15))


@given(st.lists(st.lists(st.booleans(), max_size=4), max_size=8))
def test_no_series_gives_a_sequence_twice_even_where_the_disk_is_full(runs: list[list[bool]]) -> None:
    """Each run tells some times; a flag says whether that could be saved."""
    card, times = Saved(series=SERIES), 0
    given_out: set[int] = set()
    for flags in runs:
        book = Book(card)
        card = book.saved()
        for kept in flags:
            times += 1
            book.hold(NAMES, NOW, 0.0)
            book.count(spool(*(shown(one, times) for one in NAMES)))
            before = book.newest
            unsaved = book.tell()
            fresh = {one.sequence for batch in book.batches(SCREEN, before) for one in batch.receipts}
            assert fresh
            assert not fresh & given_out
            given_out |= fresh
            card = unsaved if kept else card


def test_the_names_of_two_wordings_differ() -> None:
    assert name_of(OURS, an_alert()) != name_of(OURS, an_alert(hours=3.0))
