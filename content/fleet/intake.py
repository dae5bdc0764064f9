"""What becomes of each report that comes in, and whom to ask for what is missing. Rules only: no network, no disk.

The collector feeds it messages and moments, and takes batches and questions out. A message may come
twice, late, or from a screen that says too much; nothing here trusts more than content.fleet.inbound checked.

What is missing is known in two ways. A batch begins after a sequence that we do not have yet: ask at
once. Or a status counts more receipts than are here: ask at once where it is the first since we connected
(what was sent while we were away is lost), later only after a moment, for the batch itself may still be on its way.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

from content.commands import Command
from content.errors import Refused
from content.fleet.inbound import read_receipts, read_status, screen_topic
from content.fleet.table import Screen, learned
from content.notice import Frozen
from content.reports import Receipt, Receipts, Status

MOST_SCREENS = 50_000
BURST = 60.0
"""Messages of one screen at once; then one a second. A whole series of 5,000 receipts is 25 messages."""
RECEIPTS_BURST, RECEIPTS_A_SECOND = 20_000.0, 0.25
"""Receipts of one screen at once, and then. Its book has 2,000 rows (kiosk.reporting.receipts), of which the counts
are told four times a day; a broken or hostile screen that invents items must not fill the database."""
PATIENCE_SECONDS = 10.0
"""How long a status may count more receipts than are here, before the screen is asked. A screen counts what it has
handed to its broker, or will within 7 s of its reconnecting (kiosk.reporting.reporter), so this much later they are
lost: told just before we subscribed, while the status that the broker retained was still the one before."""
ASK_AGAIN_SECONDS = 5.0
"""A question is lost where a screen's line breaks just then; an answer takes a second."""
ASK_SELDOM_SECONDS = 600.0
"""A screen that does not answer is asked half as often each time, down to this."""
MOST_ASKS = 20
"""Questions at once: after a restart a thousand screens are not asked in the same second."""


@dataclass
class Batch:
    """What is to be written together."""

    screens: dict[str, Screen] = field(default_factory=dict)
    fresh: set[str] = field(default_factory=set)
    """Screens that spoke just now: if one was retired, it is back."""
    receipts: list[tuple[str, str, Receipt]] = field(default_factory=list)
    """(screen, series, receipt)"""
    complete_to: dict[tuple[str, str], int] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.screens) + len(self.receipts) + len(self.complete_to)


class Ask(Frozen, frozen=True):
    """Send the receipts of `series` after `after`."""

    screen: str
    series: str
    after: int


class Gap:
    """What is missing of one screen's series, and when to ask for it."""

    def __init__(self, series: str, due: float) -> None:
        self.series, self.due, self.asked = series, due, 0

    def later(self, ticks: float) -> None:
        """It is being asked now: when to ask again."""
        self.due = ticks + min(ASK_AGAIN_SECONDS * 2.0**self.asked, ASK_SELDOM_SECONDS)
        self.asked = min(self.asked + 1, 10)


class Credit:
    """For each screen so much at once, and then so much a second."""

    def __init__(self, burst: float, each_second: float) -> None:
        self._burst, self._each_second = burst, each_second
        self._left: dict[str, tuple[float, float]] = {}

    def take(self, screen: str, cost: float, ticks: float) -> bool:
        """May that screen have `cost` now? It is taken only where it may."""
        if screen not in self._left and len(self._left) >= MOST_SCREENS:
            return False
        left, since = self._left.get(screen, (self._burst, ticks))
        left = min(self._burst, left + (ticks - since) * self._each_second)
        enough = left >= cost
        self._left[screen] = (left - cost if enough else left, ticks)
        return enough


class Intake:
    """The newest of every screen in memory, and what is to be written next. One thread's."""

    def __init__(self, screens: dict[str, Screen], complete_to: dict[tuple[str, str], int]) -> None:
        self.screens, self.complete_to = screens, complete_to
        self.batch = Batch()
        self.counts: Counter[str] = Counter()
        self._heard: set[str] = set()
        self._gaps: dict[str, Gap] = {}
        self._messages = Credit(BURST, 1.0)
        self._receipts = Credit(RECEIPTS_BURST, RECEIPTS_A_SECOND)

    @property
    def gaps(self) -> int:
        """Screens of which receipts are known to be missing."""
        return len(self._gaps)

    def reconnected(self) -> None:
        """Whatever was sent meanwhile is lost, and the first status of each screen may be an old one."""
        self._heard.clear()

    def take(self, topic: str, payload: bytes, now: datetime, ticks: float, listened: float) -> None:
        """Use a message. Raises Refused for one that is not used; it is counted."""
        try:
            screen, kind = screen_topic(topic)
            if not payload:
                return  # a retained status was taken back
            if not self._messages.take(screen, 1.0, ticks):
                self.counts["flooded"] += 1
                return
            if kind == "status":
                self._take_status(read_status(screen, payload), now, ticks, listened)
            else:
                self._take_receipts(read_receipts(screen, payload), ticks)
        except Refused as refusal:
            self.counts[f"refused-{refusal.reason}"] += 1
            raise

    def _take_status(self, status: Status, now: datetime, ticks: float, listened: float) -> None:
        self.counts["statuses"] += 1
        fresh = status.screen in self._heard
        screen = learned(self.screens.get(status.screen), status, now, listened, fresh=fresh)
        self._heard.add(status.screen)
        if screen is not None:
            self.screens[screen.screen] = screen
            self.batch.screens[screen.screen] = screen
            if fresh and status.online:
                self.batch.fresh.add(screen.screen)
        if status.online:
            patience = PATIENCE_SECONDS if fresh else 0.0
            self._watch_for_gap(status.screen, status.receipts_series, status.receipts_newest, ticks + patience)

    def _take_receipts(self, batch: Receipts, ticks: float) -> None:
        if not self._receipts.take(batch.screen, len(batch.receipts), ticks):
            self.counts["flooded"] += 1
            return
        self.counts["receipts"] += len(batch.receipts)
        key = (batch.screen, batch.series)
        self.batch.receipts += [(batch.screen, batch.series, one) for one in batch.receipts]
        have = self.complete_to.get(key, 0)
        if batch.after > have:
            self.counts["gaps"] += 1
            self._watch_for_gap(batch.screen, batch.series, batch.newest, ticks)
        elif batch.up_to > have:
            self.complete_to[key] = self.batch.complete_to[key] = batch.up_to
            gap = self._gaps.get(batch.screen)
            if gap is not None and gap.series == batch.series:
                gap.asked = 0
                if batch.up_to >= batch.newest:
                    del self._gaps[batch.screen]

    def _watch_for_gap(self, screen: str, series: str, newest: int, due: float) -> None:
        gap = self._gaps.get(screen)
        if not series or newest <= self.complete_to.get((screen, series), 0):
            if gap is not None and gap.series == series:
                del self._gaps[screen]
            return
        if gap is None or gap.series != series:
            self._gaps[screen] = Gap(series, due)
        elif gap.asked == 0:
            gap.due = min(gap.due, due)

    def asks(self, ticks: float) -> list[Ask]:
        """Whom to ask now, the longest due first."""
        due = sorted((gap.due, screen) for screen, gap in self._gaps.items() if gap.due <= ticks)[:MOST_ASKS]
        asks = []
        for _, screen in due:
            gap = self._gaps[screen]
            gap.later(ticks)
            asks.append(Ask(screen=screen, series=gap.series, after=self.complete_to.get((screen, gap.series), 0)))
        self.counts["asks"] += len(asks)
        return asks

    def batch_to_write(self) -> Batch:
        """What has come since the last time."""
        batch, self.batch = self.batch, Batch()
        return batch


def question(ask: Ask, publisher: str, command: str, now: datetime, expires: datetime) -> Command:
    """The command that asks."""
    return Command(
        screen=ask.screen,
        publisher=publisher,
        id=command,
        verb="report",
        issued=now,
        expires=expires,
        after=ask.after,
        series=ask.series,
    )
