"""The receipts on their way: from the manifests and the player's count to the broker, and to a file on the card.

The card is written to only when something is told: at once for an alert, seconds after a withdrawal, some minutes
after a new notice, and four times a day for counts alone (tests/test_reporter.py counts the writes).
"""

import contextlib
import logging
import secrets
from collections.abc import Callable, Iterable
from datetime import timedelta
from pathlib import Path

import msgspec

from content.clock import Clock
from content.decoding import decoded
from content.files import write_atomic
from content.manifest import encode
from content.notice import Alert, Notice
from kiosk.between import SHOWN, Reader
from kiosk.reporting.receipts import Book, Saved, Urgency
from kiosk.reporting.tally import Spool, name_of

log = logging.getLogger(__name__)

RECEIPTS = "receipts.json"
WAIT_SECONDS = {Urgency.ALERT: 0.0, Urgency.GONE: 3.0, Urgency.NEWS: 180.0, Urgency.COUNTS: 6 * 3600.0}
"""How long a change waits for company, more or less a quarter, so that a thousand screens do not speak as one."""
RESEND_SECONDS = 5.0
"""After a reconnect, for what was told meanwhile."""

Send = Callable[[bytes], bool]


class Reporter:
    """One screen's receipts. Used by the agent's one thread."""

    def __init__(self, screen: str, folder: Path, run_folder: Path, clock: Clock, rng: Callable[[], float]) -> None:
        """`folder` is on the card, `run_folder` on tmpfs."""
        self._screen, self._path, self._clock, self._rng = screen, folder / RECEIPTS, clock, rng
        self.book = opened_book(self._path)
        self._spool = Reader(run_folder, SHOWN, Spool)
        self._due: dict[Urgency, float] = {}
        self._resend = float("inf")

    def hold(self, items: Iterable[tuple[str, Notice | Alert]], since: float) -> None:
        """What the manifests name that hold now: (publisher, item). They came at `since` ticks: the player may have
        drawn them before we are told."""
        passed = timedelta(seconds=self._clock.monotonic() - since)
        now = self._clock.now() - passed if self._clock.trusted() else None
        self.book.hold([name_of(*one) for one in items], now, since)
        self._schedule()

    def count(self) -> None:
        """Take in what the player has counted since the last time."""
        spool = self._spool.news()
        if spool is not None:
            self.book.count(spool)
            self._schedule()

    def gone(self) -> None:
        """What is not held is off the screen, and its blobs are off the card."""
        self.book.gone(self._clock.now() if self._clock.trusted() else None)
        self._schedule()

    def _schedule(self) -> None:
        urgency = self.book.urgency
        if urgency:
            self._due.setdefault(urgency, self._clock.monotonic() + WAIT_SECONDS[urgency] * (0.75 + 0.5 * self._rng()))

    def connected(self) -> None:
        """There is a broker again: send what was told meanwhile."""
        unsent = self.book.batches(self._screen, self.book.sent)
        if unsent:
            hurry = any(one.kind == "alert" for batch in unsent for one in batch.receipts)
            self._resend = self._clock.monotonic() + (0.0 if hurry else RESEND_SECONDS * (0.75 + 0.5 * self._rng()))

    def due(self) -> float:
        """Ticks at which something is to be told or sent."""
        return min([self._resend, *self._due.values()])

    def tell(self, send: Send) -> None:
        """Save and send what is due. Raises OSError where it could not be saved; it is sent all the same."""
        ticks = self._clock.monotonic()
        due = [urgency for urgency, at in self._due.items() if at <= ticks]
        try:
            if due:
                self._save(min(due))
        finally:
            if self._resend <= ticks:
                self._resend = float("inf")
            self.book.sent = self.send_after(self.book.sent, send)

    def _save(self, least: Urgency) -> None:
        """Number and keep every change that is at least so urgent. Raises OSError."""
        self._due = {urgency: at for urgency, at in self._due.items() if urgency < least}
        saved = self.book.tell(least)
        self._schedule()  # what is less urgent waits in its own time
        write_atomic(self._path, encode(saved))

    def send_after(self, after: int, send: Send) -> int:
        """Send all that was told after that sequence; the sequence up to which it could be sent."""
        for batch in self.book.batches(self._screen, after):
            if not send(encode(batch)):
                break
            after = batch.up_to
        return after

    def close(self, send: Send) -> None:
        """The last word before a stop."""
        self.count()
        self._resend = float("inf")
        if self.book.urgency:
            with contextlib.suppress(OSError):
                self._save(Urgency.COUNTS)
            self.book.sent = self.send_after(self.book.sent, send)
        self._due.clear()


def opened_book(path: Path) -> Book:
    """The book on the card, with the next numbers reserved in it; a new series where that cannot be done."""
    book = Book(read_saved(path) or Saved(series=secrets.token_hex(8)))
    try:
        write_atomic(path, encode(book.saved()))
    except OSError as error:
        log.warning("%s: %s; receipts are counted anew", path.name, error.strerror)
        return Book(Saved(series=secrets.token_hex(8)))
    return book


def read_saved(path: Path) -> Saved | None:
    """The book on the card; None where there is none, or a rotten one: then a new series begins."""
    try:
        return decoded(path.read_bytes(), Saved)
    except FileNotFoundError:
        return None
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        log.warning("%s cannot be read, a new series begins: %s", path.name, error)
        return None
