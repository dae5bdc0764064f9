"""Looks at the whole fleet every few seconds: who is lost, what is not everywhere; begins and ends incidents, reminds.

Reads the database, judges by content.fleet.table, content.fleet.coverage and content.fleet.troubles, writes incidents.
What it saw last is a Snapshot for /metrics.
"""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from content.fleet.casebook import Casebook
from content.fleet.courier import Courier
from content.fleet.coverage import Coverage, Item, Reach, coverage, items_of
from content.fleet.letters import NotifyEntry
from content.fleet.records import SUPERSEDED, Records
from content.fleet.table import Row, Screen, table
from content.fleet.troubles import end_of, is_reminder_due, troubles
from content.folder import Scan
from content.manifest import zone
from content.roster import read_roster
from content.topics import ALERTS
from content.village import Village

LATENCY_BUCKETS = (0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 300.0)
"""Seconds from publishing an alert to its first frame on a screen."""
MOST_RECALLS = 200


class Latency:
    """How long alerts took, each screen counted once."""

    def __init__(self) -> None:
        self.buckets = [0] * (len(LATENCY_BUCKETS) + 1)
        self.total = 0.0
        self._seen: set[tuple[str, str, str]] = set()

    def observe(self, covered: Coverage) -> None:
        """Count the screens that show it now and did not before."""
        for spot in covered.spots:
            key = (covered.item.item, covered.item.digest, spot.screen)
            if spot.reach is Reach.SHOWN and spot.at is not None and key not in self._seen:
                self._seen.add(key)
                seconds = max(0.0, (spot.at - covered.item.published).total_seconds())
                self.total += seconds
                place = next((n for n, edge in enumerate(LATENCY_BUCKETS) if seconds <= edge), len(LATENCY_BUCKETS))
                self.buckets[place] += 1

    def forget(self, current: Iterable[Coverage]) -> None:
        """Keep the memory of current alerts only."""
        items = {(one.item.item, one.item.digest) for one in current}
        self._seen = {key for key in self._seen if key[:2] in items}


@dataclass(frozen=True)
class Snapshot:
    """What was seen last."""

    at: datetime | None = None
    rows: tuple[Row, ...] = ()
    alerts: tuple[Coverage, ...] = ()
    recalls: tuple[Coverage, ...] = ()
    receipts: int = 0
    letters: dict[str, int] = field(default_factory=dict)
    latency: Latency = field(default_factory=Latency)


class Lookout:
    """The collector's eye. One thread's."""

    def __init__(
        self,
        folder: Path,
        records: Records,
        courier: Courier,
        remind: Callable[[Iterable[str]], None],
        revoked: Callable[[], Collection[str]],
    ) -> None:
        """`revoked`: the screens that the authority has shut out by now."""
        self._revoked = revoked
        self._folder, self._records, self._courier, self._remind = folder, records, courier, remind
        self._casebook = Casebook(records)
        self._latency = Latency()
        self._village: Village | None = None
        self._roster: dict[str, str] = {}
        self._notify = NotifyEntry()
        self._finished: set[tuple[str, str, datetime | None]] = set()

    def published(self, found: Scan, at: datetime, *, alerts_only: bool) -> None:
        """Note what is published now. Raises RecordsError."""
        if found.village is None or found.setting is None:
            return
        kinds = ("alert",) if alerts_only else ("alert", "notice")
        self._records.note_published(found.village.publisher, items_of(found.village, at), kinds, at)
        self._village = found.village
        self._notify = self._courier.notify = found.setting.village.notify
        self._roster, _ = read_roster(self._folder, found.village.places)

    def look(self, now: datetime, listened: float, *, listening: bool) -> Snapshot:
        """Judge everything. Nothing begins or ends while we do not listen. Raises RecordsError."""
        village = self._village
        if village is None:
            return Snapshot(at=now, latency=self._latency)
        screens = self._records.screens()
        rows = tuple(table(screens.values(), self._roster, village.places, now, listened, self._revoked()))
        items = self._records.items(village.publisher)
        cover = self._coverer(village, rows, screens, now)
        alerts = tuple(cover(one) for one in active_alerts(items, now))
        recalls = tuple(self._open_recalls(items, cover))
        for one in alerts:
            self._latency.observe(one)
        self._latency.forget(alerts)
        if listening:
            self._judge(village, rows, alerts, recalls, now)
        return Snapshot(
            at=now,
            rows=rows,
            alerts=alerts,
            recalls=recalls,
            receipts=self._records.receipt_count(),
            letters=self._casebook.letter_counts(),
            latency=self._latency,
        )

    def _coverer(
        self, village: Village, rows: tuple[Row, ...], screens: dict[str, Screen], now: datetime
    ) -> Callable[[Item], Coverage]:
        complete_to = self._records.complete_to()
        today = now.astimezone(zone(village.timezone)).date()

        def cover(item: Item) -> Coverage:
            held = self._records.held(item.publisher, item.kind, item.item)
            return coverage(item, held, rows, screens, complete_to, village.places, today)

        return cover

    def _open_recalls(self, items: list[Item], cover: Callable[[Item], Coverage]) -> Iterable[Coverage]:
        """The recalls that are not complete, and those that have just become so."""
        for item in recalled(items)[-MOST_RECALLS:]:
            key = (item.kind, item.item, item.withdrawn)
            if key in self._finished:
                continue
            covered = cover(item)
            if covered.complete:
                self._finished.add(key)
            yield covered

    def _judge(
        self,
        village: Village,
        rows: tuple[Row, ...],
        alerts: tuple[Coverage, ...],
        recalls: tuple[Coverage, ...],
        now: datetime,
    ) -> None:
        seconds = self._notify.remind_minutes * 60
        for one in alerts:
            if is_reminder_due(one, now, seconds, self._notify.reminders):
                self._remind(ALERTS.of(place=place, publisher=village.publisher) for place in one.item.to)
                self._records.note_reminded(one.item, now)
        covered = (*alerts, *recalls)
        local = now.astimezone(zone(village.timezone))
        self._casebook.settle(
            troubles(rows, covered, village, now, seconds),
            now,
            self._notify,
            village.name,
            lambda kind, subject: end_of(kind, subject, rows, covered),
            local,
        )


def active_alerts(items: Iterable[Item], now: datetime) -> list[Item]:
    """The alerts that hold."""
    return [
        one
        for one in items
        if one.kind == "alert" and one.withdrawn is None and (one.expires is None or now < one.expires)
    ]


def recalled(items: Iterable[Item]) -> list[Item]:
    """What somebody withdrew by `recall` and is not published again, each once, in the order of withdrawal.

    A file that was merely deleted or moved is not followed up: old notices are tidied away every week.
    """
    newest: dict[tuple[str, str], Item] = {}
    for one in items:
        known = newest.get((one.kind, one.item))
        if known is None or known.withdrawn is not None:  # a current wording stays
            newest[one.kind, one.item] = one
    found = [one for one in newest.values() if one.withdrawn and one.recalled_by and one.why != SUPERSEDED]
    return sorted(found, key=lambda one: one.withdrawn or one.published)
