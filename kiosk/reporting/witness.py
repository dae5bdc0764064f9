"""What became of what was taken: drawn, counted, gone from the picture and from the card. The agent's eyes.

A withdrawn notice is gone when three things are true: no manifest that holds names it, the player has drawn a state
of the cache without it, and its blobs are deleted. Only then does a receipt say so.
"""

import logging
from collections.abc import Callable
from pathlib import Path

from content.clock import Clock
from content.reports import Heartbeat
from kiosk.cache import Cache
from kiosk.health import HeartWatch
from kiosk.holdings import Holdings
from kiosk.reporting.reporter import Reporter, Send

log = logging.getLogger(__name__)

CLEAN_SECONDS = 600.0
LOOK_SECONDS, LOOK_CLOSELY_SECONDS, CLOSELY_SECONDS = 5.0, 0.25, 60.0
"""How often the player's files are looked at; closely for a minute while an alert is to be drawn or something to go."""


class Witness:
    """One screen's. Used by the agent's one thread."""

    def __init__(
        self, screen: str, cache: Cache, run_folder: Path, clock: Clock, rng: Callable[[], float], send: Send
    ) -> None:
        self._cache, self._clock, self._rng, self._send = cache, clock, rng, send
        self._heart = HeartWatch(run_folder)
        self._reporter = Reporter(screen, cache.folder, run_folder, clock, rng)
        self._closely = self._look_at = 0.0
        self._clean_at = clock.monotonic() + CLEAN_SECONDS * (0.75 + 0.5 * rng())
        self.connected = self._reporter.connected
        """There is a broker again."""

    @property
    def series(self) -> str:
        return self._reporter.book.series

    @property
    def newest(self) -> int:
        """The newest receipt's sequence."""
        return self._reporter.book.newest

    def heartbeat(self) -> Heartbeat | None:
        """The player's last sign of life."""
        return self._heart.read()

    def alert(self) -> str:
        """The alert that has the panel now; "" while none has."""
        beat = self.heartbeat()
        return beat.item if beat is not None and self._reporter.book.holds_alert(beat.item) else ""

    def settled(self, holdings: Holdings, since: float) -> None:
        """Other messages hold, which came at `since` ticks: look closely at what the player does, for a while."""
        self._reporter.hold(holdings.named(), since)
        self._closely = self._clock.monotonic() + CLOSELY_SECONDS
        self._look_at = min(self._look_at, self._clock.monotonic() + LOOK_CLOSELY_SECONDS)

    def due(self) -> float:
        """Ticks at which `look` has something to do."""
        return min(self._look_at, self._clean_at, self._reporter.due())

    def look(self, holdings: Holdings, *, settled: bool) -> bool:
        """See what the player has done, delete what nothing names, tell what is due; True where the player has stopped.

        While not everything is `settled` the cache may still name what the messages do not. Raises OSError
        where receipts could not be saved; they are sent all the same.
        """
        ticks, book = self._clock.monotonic(), self._reporter.book
        stopped = False
        if ticks >= self._look_at:
            self._reporter.count()
            if book.leaving and settled and self.clean(holdings):
                self._reporter.gone()
            stopped = self._heart.stopped_now(ticks)
            closely = ticks < self._closely and (book.leaving or book.awaited)
            self._look_at = ticks + (LOOK_CLOSELY_SECONDS if closely else LOOK_SECONDS)
        if ticks >= self._clean_at:
            self.clean(holdings)
        if self._reporter.due() <= ticks:
            self._reporter.tell(self._send)
        return stopped

    def clean(self, holdings: Holdings) -> bool:
        """Delete what nothing names, once the player has drawn the state that names it no more; was that done?"""
        self._clean_at = self._clock.monotonic() + CLEAN_SECONDS * (0.75 + 0.5 * self._rng())
        _, digest = self._cache.pointer()
        heartbeat = self.heartbeat()
        if heartbeat is not None and heartbeat.pointer != digest:
            return False
        holdings.clean()
        return True

    def report(self, series: str, after: int) -> None:
        """Somebody has stored less than we told: send it again."""
        if series == self.series:
            self._reporter.send_after(after, self._send)

    def close(self) -> None:
        """The last word before a stop."""
        self._reporter.close(self._send)
