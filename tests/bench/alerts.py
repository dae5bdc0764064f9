"""An alert from the saved file to a bare subscriber: alone, and together with 500 changed notices.

What an alert costs before any screen: the folder's event, reading and judging the alerts, the
signature, the ledger on disk, the broker. Over Mosquitto on loopback, the publisher a process of its own.
"""

import queue
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from content.address import BrokerAddress
from content.manifest import parse_verified
from content.mqtt import Arrived, Connection, Subscribed
from content.topics import ALERTS
from tests.bench.table import percentile, show
from tests.system.rig import Village, until, village

ROUNDS = 100
BUSY_ROUNDS = 15
NOTICES = 500
PLACES = ("village", "village/north", "village/south")
"""So many at one place would be refused (content.limits)."""
TOPIC = ALERTS.of(place="village/north", publisher="test-village")


def run() -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as home, village(Path(home)) as made:
        (made.folder / "alerts").mkdir()
        save_notices(made, 0)
        made.start_publisher()
        until("the publisher is up", lambda: (made.folder / ".publisher" / "published.json").exists())
        inbox: queue.Queue[Any] = queue.Queue()
        connection = Connection(BrokerAddress.parse(made.broker.url), "bare", inbox)
        connection.subscribe([TOPIC])
        connection.start()
        until("subscribed", lambda: isinstance(inbox.get(timeout=10.0), Subscribed))
        time.sleep(10.0)
        rows = []
        alone = [one_round(made, inbox, number) for number in range(ROUNDS)]
        busy, during = [], []
        for number in range(BUSY_ROUNDS):
            save_notices(made, number + 1)
            busy.append(one_round(made, inbox, 1000 + number))
            save_notices(made, -number - 1)
            time.sleep(0.6)  # the publisher is reading them now
            during.append(one_round(made, inbox, 2000 + number))
            time.sleep(4.0)
        connection.close()
    for name, took in (
        ("alone", alone),
        (f"right after {NOTICES} changed notices", busy),
        (f"while {NOTICES} are read", during),
    ):
        figures = [f"{percentile(took, part) * 1000:.0f}" for part in (0.5, 0.95, 1.0)]
        rows.append([name, str(len(took)), *figures])
    show(
        "Save an alert → at a bare subscriber, Mosquitto on loopback",
        ["saved", "rounds", "p50 ms", "p95 ms", "max ms"],
        rows,
    )


def save_notices(made: Village, draft: int) -> None:
    for number in range(NOTICES):
        made.write_notice(f"n{number}", f"第{number}条，第{draft}稿", PLACES[number % 3], body="正文一段。" * 40)


def one_round(made: Village, inbox: "queue.Queue[Any]", number: int) -> float:
    """Seconds from the rename of an alert's file to its arrival."""
    headline = f"第{number}号"
    now = datetime.now(UTC)
    temporary = made.folder / "alerts" / ".tmp-alert"
    temporary.write_text(
        f"level: 红\nevent: 火情\nheadline: {headline}\nto: [village/north]\n"
        f"issued: {now:%Y-%m-%dT%H:%M}\nexpires: {now + timedelta(days=2):%Y-%m-%dT%H:%M}\n"
    )
    start = time.monotonic()
    temporary.rename(made.folder / "alerts" / "fire.yaml")
    while True:
        event = inbox.get(timeout=60.0)
        if isinstance(event, Arrived) and event.payload:
            alerts = parse_verified(event.payload).alerts
            if alerts and [one.headline for one in alerts.alerts] == [headline]:
                return time.monotonic() - start
