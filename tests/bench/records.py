"""How many receipts a second the records take, in batches of 500: on SQLite and on PostgreSQL."""

import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from content.fleet.intake import Batch
from content.fleet.records import Records, default_url
from content.reports import Receipt
from tests.bench.table import show
from tests.system.postgres import postgresql, programs

SCREENS, ITEMS, BATCH = 200, 50, 500


def rows(sequence: int) -> list[tuple[str, str, Receipt]]:
    """Every screen's receipt for every item."""
    now = datetime.now(UTC)
    return [
        (
            f"s{screen:04d}",
            "0" * 16,
            Receipt(
                kind="notice", publisher="bench", item=f"item-{item}", digest="0" * 16, sequence=sequence,
                received=now, first_shown=now, shown_times=sequence, shown_seconds=8.0 * sequence,
            ),
        )
        for screen in range(SCREENS)
        for item in range(ITEMS)
    ]  # fmt: skip


def measured(url: str) -> list[str]:
    """Rows a second of inserting, replacing, and being older than what is there."""
    records = Records(url)
    records.prepare()
    speeds = []
    for sequence in (1, 2, 1):
        every = rows(sequence)
        begun = time.perf_counter()
        for start in range(0, len(every), BATCH):
            records.store(Batch(receipts=every[start : start + BATCH]), datetime.now(UTC))
        speeds.append(f"{len(every) / (time.perf_counter() - begun):,.0f}")
    records.close_thread()
    return speeds


def run() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder:
        found = [["SQLite (WAL)", *measured(default_url(Path(folder)))]]
    if programs() is not None:
        with postgresql() as server:
            found.append(["PostgreSQL", *measured(server.url)])
    title = f"Receipts stored a second: {SCREENS * ITEMS:,} rows in batches of {BATCH}"
    show(title, ["database", "new rows/s", "replaced rows/s", "older rows/s"], found)
