"""The book of receipts: what this screen has got and shown, one row for each wording of each item. Pure.

A row is told (numbered, saved, sent) only now and then; in between it changes in memory alone. What was told
is what the file holds, and it is saved before it is sent. So whatever was sent is remembered, counts and all, and
nothing told later says less:

- The agent is killed: the file has what was told, and the player's count on tmpfs, which goes on, has all since.
- The power is cut: what was counted since the last telling is lost, and was never sent.
- The disk is full: what is told is sent unsaved. Sequences stay unique even so: at its start each agent goes on above
  the bound in the file and reserves the next BLOCK of numbers there; one that cannot do that begins a new series.

The book has at most MOST_ROWS rows. Rows that are gone are dropped first, the ones sent longest ago before all others;
what is present is never dropped, and a notice that comes beyond the bound is not entered.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import IntEnum

from msgspec.structs import replace

from content.notice import Frozen
from content.reports import MAX_RECEIPTS, Receipt, Receipts
from kiosk.reporting.tally import Name, Spool

MOST_ROWS = 2_000
BLOCK = 1_000_000
"""Sequences reserved ahead of those in the file. 2^53 of them last for nine thousand million starts."""


class Urgency(IntEnum):
    """How soon a change must be told. A telling takes with it what is more urgent, not what is less."""

    NOTHING = 0
    COUNTS = 1
    NEWS = 2
    """Received or first shown; the counts of an alert."""
    GONE = 3
    ALERT = 4


class Kept(Frozen, frozen=True):
    """A receipt, and how much of the player's count is in it already."""

    receipt: Receipt
    spool: str = ""
    times: int = 0
    seconds: float = 0.0

    @property
    def name(self) -> Name:
        return Name(self.receipt.publisher, self.receipt.kind, self.receipt.item, self.receipt.digest)


class Saved(Frozen, frozen=True):
    """The book as a file."""

    series: str
    reserved: int = 0
    """No sequence above has been given."""
    sent: int = 0
    """All rows up to this sequence have been handed to a broker."""
    rows: tuple[Kept, ...] = ()


class Book:
    """One screen's receipts. Moments are None while the clock is not trusted; ticks go on."""

    def __init__(self, saved: Saved) -> None:
        self.series, self.sent = saved.series, saved.sent
        self._sequence = saved.reserved
        self._told = {row.name: row for row in saved.rows}
        self._rows = dict(self._told)
        self._named: frozenset[Name] = frozenset(name for name, row in self._rows.items() if row.receipt.present)
        self._changed: dict[Name, Urgency] = {}
        self._undated: dict[Name, float] = {}
        self.untracked = 0
        """Items that had no room in the book."""

    @property
    def newest(self) -> int:
        """The newest sequence that was given to a row."""
        return max((row.receipt.sequence for row in self._told.values()), default=0)

    @property
    def urgency(self) -> Urgency:
        """Of the most urgent change that has not been told."""
        return max(self._changed.values(), default=Urgency.NOTHING)

    @property
    def leaving(self) -> bool:
        """Is something named no more, of which it is not proven yet that it is gone?"""
        return any(row.receipt.present and name not in self._named for name, row in self._rows.items())

    @property
    def awaited(self) -> bool:
        """Is there an alert that has not been shown yet?"""
        return any(
            row.receipt.kind == "alert" and row.receipt.present and not row.receipt.shown_times
            for row in self._rows.values()
        )

    def holds_alert(self, item: str) -> bool:
        """Is that an alert that holds?"""
        return any((name.kind, name.item) == ("alert", item) for name in self._named)

    def hold(self, names: Iterable[Name], now: datetime | None, ticks: float) -> None:
        """The manifests that hold name these, and no others."""
        self._named = frozenset(names)
        self._date(now, ticks)
        for name in self._named:
            row = self._rows.get(name)
            if row is not None:
                if not row.receipt.present:
                    self._change(name, replace(row.receipt, present=True, gone=None), Urgency.NEWS)
            elif self._has_room(name):
                one = Receipt(
                    kind=name.kind, publisher=name.publisher, item=name.item, digest=name.digest, sequence=1,
                    received=now,
                )  # fmt: skip
                self._change(name, one, Urgency.NEWS)
                if now is None:
                    self._undated[name] = ticks
        self.untracked = sum(name not in self._rows for name in self._named)

    def _date(self, now: datetime | None, ticks: float) -> None:
        """The clock can be trusted at last: say when what came before was received."""
        for name, then in list(self._undated.items()) if now else ():
            del self._undated[name]
            received = now - timedelta(seconds=ticks - then) if now else None
            self._change(name, replace(self._rows[name].receipt, received=received), Urgency.NEWS)

    def _has_room(self, name: Name) -> bool:
        """Make room for one more row, if that can be done."""
        if len(self._rows) < MOST_ROWS or name.kind == "alert":  # of alerts there are never many
            return True
        gone = [row for row in self._rows.values() if not row.receipt.present]
        oldest = min(gone, key=lambda row: (row.receipt.sequence > self.sent, row.receipt.sequence), default=None)
        if oldest is None:
            return False
        for rows in (self._rows, self._told, self._changed, self._undated):
            rows.pop(oldest.name, None)
        return True

    def count(self, spool: Spool) -> None:
        """Take in the player's count. What it counted of items that are not in the book is not ours."""
        for shown in spool.shown:
            row = self._rows.get(shown.name)
            if row is None:
                continue
            times, seconds = (row.times, row.seconds) if row.spool == spool.series else (0, 0.0)
            if shown.times < times:  # the player has forgotten it meanwhile, and began anew
                times, seconds = 0, 0.0
            receipt = replace(
                row.receipt,
                first_shown=row.receipt.first_shown or shown.first,
                shown_times=row.receipt.shown_times + shown.times - times,
                shown_seconds=round(row.receipt.shown_seconds + max(0.0, shown.seconds - seconds), 1),
            )
            if receipt != row.receipt:
                first = not row.receipt.shown_times or receipt.first_shown != row.receipt.first_shown
                self._change(shown.name, receipt, Urgency.NEWS if first else Urgency.COUNTS, first=first)
            base = replace(self._rows[shown.name], spool=spool.series, times=shown.times, seconds=shown.seconds)
            self._rows[shown.name] = base

    def gone(self, now: datetime | None) -> None:
        """What is not named is on the screen no more, and its blobs are deleted."""
        for name, row in self._rows.items():
            if row.receipt.present and name not in self._named:
                self._change(name, replace(row.receipt, present=False, gone=now), Urgency.GONE)

    def _change(self, name: Name, receipt: Receipt, urgency: Urgency, *, first: bool = True) -> None:
        row = self._rows.get(name) or Kept(receipt=receipt)
        self._rows[name] = replace(row, receipt=receipt)
        if name.kind == "alert":
            urgency = Urgency.ALERT if first else Urgency.NEWS
        self._changed[name] = max(urgency, self._changed.get(name, Urgency.NOTHING))

    def tell(self, least: Urgency = Urgency.COUNTS) -> Saved:
        """Number every change that is at least so urgent. Save the result, then send what is after `sent`."""
        for name in [name for name, urgency in self._changed.items() if urgency >= least]:
            del self._changed[name]
            self._sequence += 1
            row = self._rows[name]
            self._rows[name] = replace(row, receipt=replace(row.receipt, sequence=self._sequence))
            self._told[name] = self._rows[name]
        return self.saved()

    def saved(self) -> Saved:
        """What was told, as a file. To be written at the start, before anything is told."""
        rows = tuple(self._told.values())
        return Saved(series=self.series, reserved=self._sequence + BLOCK, sent=self.sent, rows=rows)

    def batches(self, screen: str, after: int) -> list[Receipts]:
        """Everything that was told with a sequence above `after`, in order."""
        later = sorted(
            (row.receipt for row in self._told.values() if row.receipt.sequence > after), key=lambda one: one.sequence
        )
        made: list[Receipts] = []
        for start in range(0, len(later), MAX_RECEIPTS):
            part = tuple(later[start : start + MAX_RECEIPTS])
            made.append(
                Receipts(screen=screen, series=self.series, receipts=part, newest=later[-1].sequence, after=after)
            )
            after = part[-1].sequence
        return made
