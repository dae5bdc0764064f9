"""What screens tell reaches the records: the publisher killed, a flood, lies. On SQLite and PostgreSQL."""

import json
import queue
import random
import signal
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from content.address import BrokerAddress
from content.fleet.intake import Batch
from content.fleet.records import Records, default_url
from content.manifest import encode
from content.mqtt import Connection
from content.reports import Receipt, Receipts, Status
from content.topics import RECEIPTS, STATUS
from tests.system.postgres import postgresql
from tests.system.rig import DOORWAYS, Village, end, spawn, until
from tests.system.simulated import SimulatedScreen

PUBLISHER = "test-village"
KILLS = 50
SCREENS = 50
ITEMS = 6


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, village: Village) -> Iterator[str]:
    if request.param == "sqlite":
        yield default_url(village.folder)
        return
    with postgresql() as server:
        yield server.url


def serve(village: Village, database: str) -> None:
    """Start the publisher on that database."""
    village.publisher = spawn(
        village.home / "publisher.log",
        *("content", "serve", str(village.folder), "--broker", village.broker.url),
        *("--listen", f"127.0.0.1:{village.http}"),
        environment={"WINDOW_DATABASE": database},
    )


def running(village: Village) -> bool:
    """True; fails with the publisher's last words where it has ended by itself."""
    assert village.publisher is not None
    assert village.publisher.poll() is None, (village.home / "publisher.log").read_text()[-2000:]
    return True


def screens_of(village: Village, number: int) -> list[SimulatedScreen]:
    keyring = village.folder / "keyring.json"
    places = [DOORWAYS[one % len(DOORWAYS)] for one in range(number)]
    return [
        SimulatedScreen(f"s{one:03d}", place, village.broker.url, keyring, PUBLISHER)
        for one, place in enumerate(places)
    ]


def stored(records: Records) -> dict[tuple[str, str], Receipt]:
    """(screen, item) → receipt."""
    held = [one for number in range(ITEMS) for one in records.held(PUBLISHER, "notice", f"item-{number}")]
    found = {(one.screen, one.receipt.item): one.receipt for one in held}
    assert len(found) == len(held), "a receipt is stored twice"
    return found


def told(screens: list[SimulatedScreen]) -> dict[tuple[str, str], Receipt]:
    return {(screen.name, row.item): row for screen in screens for row in screen.rows.values()}


def test_no_receipt_is_lost_or_counted_twice_though_the_publisher_is_killed_again_and_again(
    village: Village, database: str
) -> None:
    rng = random.Random(20261123)  # noqa: S311
    screens = screens_of(village, SCREENS)
    try:
        for screen in screens:
            screen.start()
        for _ in range(KILLS):
            serve(village, database)
            until_time = time.monotonic() + rng.uniform(0.5, 4.0)
            while time.monotonic() < until_time:
                for screen in rng.sample(screens, 10):
                    screen.shown_once(f"item-{rng.randrange(ITEMS)}")
                time.sleep(0.05)
            end(village.publisher, signal.SIGKILL)
        serve(village, database)
        records = Records(database)
        until(
            "every receipt is here as the screens have it",
            lambda: running(village) and stored(records) == told(screens),
            patience=90.0,
        )
        records.close_thread()
        assert sum(row.shown_times for row in stored(records).values()) == sum(screen.newest for screen in screens)
        assert sum(command.verb == "report" for screen in screens for command in screen.commands) > 0
        records.close_thread()
    finally:
        for screen in screens:
            screen.stop()


def writing(url: str, orders: list[tuple[int, list[int]]], barrier: threading.Barrier) -> None:
    """One of several writers: each stores the same rows in an order of its own."""
    records = Records(url)
    try:
        for number, sequences in orders:
            barrier.wait(30.0)
            for sequence in sequences:
                batch = Batch(
                    receipts=[("s1", "0" * 16, receipt(f"item-{item}", sequence, number)) for item in range(ITEMS)],
                    complete_to={("s1", "0" * 16): sequence},
                )
                batch.receipts.reverse()
                records.store(batch, datetime.now(UTC))
    finally:
        records.close_thread()


def receipt(item: str, sequence: int, writer: int) -> Receipt:
    return Receipt(
        kind="notice", publisher=PUBLISHER, item=item, digest="0" * 16, sequence=sequence, shown_times=sequence,
        shown_seconds=float(writer),
    )  # fmt: skip


def test_writers_at_the_same_time_leave_the_newest_of_every_row(village: Village, database: str) -> None:
    """The database itself decides, in one statement: no reading first, so nothing between reading and writing."""
    records = Records(database)
    records.prepare()
    rng = random.Random(7)  # noqa: S311
    writers, rounds = 6, 10
    barrier = threading.Barrier(writers)
    threads = []
    for number in range(writers):
        orders = [(number, rng.sample(range(base * 20 + 1, base * 20 + 21), 20)) for base in range(rounds)]
        threads.append(threading.Thread(target=writing, args=(database, orders, barrier)))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120.0)
        assert not thread.is_alive()
    found = stored(records)
    assert {item: row.shown_times for (_, item), row in found.items()} == {f"item-{n}": 200 for n in range(ITEMS)}
    assert records.complete_to() == {("s1", "0" * 16): 200}
    records.close_thread()


def test_lies_noise_and_floods_change_nothing_and_are_counted(village: Village) -> None:
    serve(village, default_url(village.folder))
    (honest,) = screens_of(village, 1)
    inbox: queue.Queue[Any] = queue.Queue()
    attacker = Connection(BrokerAddress.parse(village.broker.url), "attacker", inbox)
    attacker.start()
    records = Records(default_url(village.folder))
    try:
        honest.start()
        until("the attacker is connected", lambda: attacker.connected)
        honest.shown_once("item-0")
        until("the screen's receipt", lambda: metric(village, "window_receipts_stored") == 1)

        def send(topic: str, payload: bytes) -> None:
            attacker.publish(topic, payload, qos=1, retain=False)

        lie = Receipts(screen="s000", series="f" * 16, receipts=(receipt("item-1", 1, 0),), newest=1)
        send(RECEIPTS.of(screen="s777"), encode(lie))
        send(STATUS.of(screen="s777"), encode(Status(screen="s000", online=False)))
        for payload in (b"\xff\x00", b"[" * 50_000, b"{}", b"x" * 200_000):
            send(RECEIPTS.of(screen="s777"), payload)
        until("lies are counted", lambda: event(village, "refused-wrong-topic") == 2)
        until("noise is counted", lambda: event(village, "refused-malformed") == 3)
        until("what is too large is counted", lambda: event(village, "refused-too-large") == 1)
        for _ in range(3000):
            send(STATUS.of(screen="s666"), encode(Status(screen="s666", online=True, place="elsewhere")))
        until("the flood is cut off", lambda: event(village, "flooded") > 2000, patience=60.0)
        honest.shown_once("item-0")
        until("the honest screen is still heard", lambda: stored(records) == told([honest]))
        assert set(records.screens()) == {"s000", "s666"}
    finally:
        honest.stop()
        attacker.close()
        records.close_thread()


def test_a_database_that_goes_away_stops_no_notice_and_loses_no_receipt(village: Village) -> None:
    screens = screens_of(village, 5)
    with postgresql() as server:
        serve(village, server.url)
        records = Records(server.url)
        try:
            for screen in screens:
                screen.start()
                screen.shown_once("item-0")
            until("the first receipts", lambda: metric(village, "window_receipts_stored") == 5)
            server.stop()
            for screen in screens:
                screen.shown_once("item-1")
            until("the trouble is seen", lambda: metric(village, "window_collector_error") == 1)
            until("people are told", lambda: "记录数据库用不了" in health(village)["collector"]["database_error"])
            assert not health(village)["ok"]
            before = metric(village, "window_publisher_messages_total") or 0
            village.write_notice("one", "照常发布", "village")
            until("the notice goes out", lambda: (metric(village, "window_publisher_messages_total") or 0) > before)
            for screen in screens:
                screen.shown_once("item-2")
            server.start()
            until("every receipt is here", lambda: stored(records) == told(screens), patience=60.0)
            until("all is well", lambda: metric(village, "window_collector_error") == 0)
            until("people are told that, too", lambda: health(village)["ok"])
            collector = health(village)["collector"]
            last = datetime.fromisoformat(collector.pop("last_batch"))
            assert datetime.now(UTC) - last < timedelta(seconds=60)
            assert collector == {
                "ok": True, "broker_connected": True, "database_error": "", "waiting": 0, "dropped": 0,
                "screens_with_gaps": 0, "last_error": "",
            }  # fmt: skip
            assert abs(metric(village, 'window_screen_clock_offset_seconds{screen="s000"}') or 99.0) < 5.0
        finally:
            records.close_thread()
            for screen in screens:
                screen.stop()


def metric(village: Village, name: str) -> float | None:
    """The value of a metric; None while there is none."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{village.http}/metrics", timeout=5) as answer:
            lines = answer.read().decode().splitlines()
    except OSError:
        return None
    return next((float(line.rpartition(" ")[2]) for line in lines if line.startswith(name + " ")), None)


def health(village: Village) -> dict[str, Any]:
    """What /healthz says, with whatever status."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{village.http}/healthz", timeout=5) as answer:
            found: dict[str, Any] = json.loads(answer.read())
    except urllib.error.HTTPError as error:
        found = json.loads(error.read())
    return found


def event(village: Village, name: str) -> float:
    return metric(village, f'window_collector_events_total{{event="{name}"}}') or 0.0
