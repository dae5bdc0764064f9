"""Receipts on their way: saved before they are sent, sent in time, and almost nothing written to the card."""

import random
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from content.notice import Alert, Notice
from content.reports import Heartbeat, Receipts
from kiosk.between import SHOWN, put_value
from kiosk.cache import Cache
from kiosk.health import write_heartbeat
from kiosk.reporting.receipts import Saved, Urgency
from kiosk.reporting.reporter import RECEIPTS, RESEND_SECONDS, WAIT_SECONDS, Reporter
from kiosk.reporting.tally import Spool, Tally, name_of
from kiosk.reporting.witness import Witness
from tests.fakes import NOW, OURS, FakeClock, alert, notice


class Desk:
    """A reporter with its folders, a clock, and a broker that may be away."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.run = folder / "cache", folder / "run"
        self.folder.mkdir()
        self.run.mkdir()
        self.clock = FakeClock()
        self.tally = Tally(Spool(series="b" * 16))
        self.there, self.sent = True, list[Receipts]()
        self.start()

    def start(self) -> None:
        self.reporter = Reporter("screen-1", self.folder, self.run, self.clock, random.Random(1).random)  # noqa: S311

    def send(self, batch: bytes) -> bool:
        if self.there:
            self.sent.append(msgspec.json.decode(batch, type=Receipts))
        return self.there

    def hold(self, *items: Notice | Alert) -> None:
        self.reporter.hold([(OURS, one) for one in items], self.clock.monotonic())

    def show(self, one: Notice | Alert) -> None:
        self.tally.see([name_of(OURS, one)], object(), self.clock.now(), self.clock.monotonic())
        put_value(self.run, SHOWN, self.tally.spool())

    def live(self, seconds: float, step: float = 1.0) -> None:
        """The agent's loop."""
        end = self.clock.monotonic() + seconds
        while self.clock.monotonic() < end:
            self.clock.advance(min(step, end - self.clock.monotonic()))
            self.reporter.count()
            if self.reporter.due() <= self.clock.monotonic():
                self.reporter.tell(self.send)

    @property
    def items(self) -> list[list[str]]:
        return [[one.item for one in batch.receipts] for batch in self.sent]

    @property
    def file(self) -> Path:
        return self.folder / RECEIPTS


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_what_has_the_panel_is_an_alert_while_one_of_that_name_holds(tmp_path: Path) -> None:
    cache, run = Cache(tmp_path / "cache"), tmp_path / "run"
    cache.prepare()
    run.mkdir()
    witness = Witness("screen-1", cache, run, FakeClock(), lambda: 0.5, lambda _: True)
    witness._reporter.hold([(OURS, notice("water")), (OURS, alert("fire"))], 0.0)
    told = [witness.alert()]
    for item in ("water", "fire", ""):
        write_heartbeat(run, Heartbeat(at=NOW, item=item))
        told.append(witness.alert())
    assert told == ["", "", "fire", ""]


def test_an_alert_is_sent_at_once_and_takes_no_notice_with_it(desk: Desk) -> None:
    desk.hold(notice("water"), alert("fire"))
    desk.live(0.1)
    assert desk.items == [["fire"]]
    desk.show(alert("fire"))
    desk.live(0.1)
    assert desk.items == [["fire"], ["fire"]]


def test_it_was_received_before_it_was_drawn_though_the_player_is_quicker(desk: Desk) -> None:
    came, since = desk.clock.now(), desk.clock.monotonic()
    desk.clock.advance(0.5)
    desk.show(alert("fire"))
    desk.clock.advance(0.5)
    desk.reporter.hold([(OURS, alert("fire"))], since)
    desk.live(1.0)
    (told,) = desk.sent[0].receipts
    assert (told.received, told.first_shown) == (came, came + timedelta(seconds=0.5))


def test_notices_are_sent_together_within_minutes(desk: Desk) -> None:
    desk.hold(notice("water"), notice("film"))
    desk.live(20.0)
    desk.show(notice("water"))
    assert desk.sent == []
    desk.live(1.25 * WAIT_SECONDS[Urgency.NEWS])
    assert [sorted(one) for one in desk.items] == [["film", "water"]]
    assert [one.shown_times for one in desk.sent[0].receipts if one.item == "water"] == [1]


def test_what_is_gone_is_told_within_seconds(desk: Desk) -> None:
    desk.hold(notice("water"))
    desk.live(300.0)
    desk.hold()
    desk.reporter.gone()
    desk.live(5.0)
    assert [(one.item, one.present) for one in desk.sent[-1].receipts] == [("water", False)]


def test_what_is_sent_is_on_the_card_before(desk: Desk) -> None:
    def send(batch: bytes) -> bool:
        saved = msgspec.json.decode(desk.file.read_bytes(), type=Saved)
        told = msgspec.json.decode(batch, type=Receipts)
        assert set(told.receipts) <= {row.receipt for row in saved.rows}
        return True

    desk.hold(alert("fire"))
    desk.clock.advance(1.0)
    desk.reporter.tell(send)
    assert desk.reporter.book.newest


def test_what_could_not_be_sent_is_sent_after_the_reconnect_an_alert_at_once(desk: Desk) -> None:
    desk.there = False
    desk.hold(notice("water"))
    desk.live(300.0)
    desk.there = True
    desk.reporter.connected()
    desk.live(0.5 * RESEND_SECONDS)
    assert desk.items == []
    desk.live(RESEND_SECONDS)
    assert desk.items == [["water"]]
    desk.there = False
    desk.hold(notice("water"), alert("fire"))
    desk.live(1.0)
    desk.there = True
    desk.reporter.connected()
    desk.live(0.1)
    assert desk.items[1:] == [["fire"]]


def test_what_was_not_sent_before_a_kill_is_sent_after_it(desk: Desk) -> None:
    desk.there = False
    desk.hold(alert("fire"))
    desk.live(1.0)
    desk.start()
    desk.there = True
    desk.reporter.connected()
    desk.live(1.0)
    assert desk.items == [["fire"]]


def test_a_rotten_file_begins_a_new_series(desk: Desk) -> None:
    before = desk.reporter.book.series
    desk.file.write_bytes(b"\0" * 100)
    desk.start()
    assert desk.reporter.book.series != before


def test_a_card_that_cannot_be_written_costs_the_file_and_not_the_receipts(desk: Desk) -> None:
    before = desk.reporter.book.series
    desk.file.unlink()
    desk.file.mkdir()
    desk.start()
    assert desk.reporter.book.series != before
    desk.hold(alert("fire"))
    desk.clock.advance(1.0)
    with pytest.raises(OSError, match="directory"):
        desk.reporter.tell(desk.send)
    assert desk.items == [["fire"]]


def test_an_idle_day_writes_a_handful_of_times(desk: Desk) -> None:
    """Twenty notices take turns of eight seconds all day long."""
    notices = [notice(f"n{number}") for number in range(20)]
    desk.hold(*notices)
    desk.live(3600.0, 60.0)
    writes, sizes, before = 0, [], desk.file.read_bytes()
    for number in range(24 * 60):
        desk.show(notices[number % 20])
        desk.live(60.0, 60.0)
        if desk.file.read_bytes() != before:
            before = desk.file.read_bytes()
            writes += 1
            sizes.append(len(before))
    assert writes <= 8
    assert sum(sizes) < 100_000


def test_a_stop_saves_and_sends_what_was_counted(desk: Desk) -> None:
    desk.hold(notice("water"))
    desk.show(notice("water"))
    desk.reporter.close(desk.send)
    desk.reporter.close(desk.send)
    assert [(one.item, one.shown_times) for batch in desk.sent for one in batch.receipts] == [("water", 1)]
