"""Two machines under one name: a card was copied, and each throws the other out of the broker. Pure.

A machine's start never moves back. So a status of a machine that was started well before the one that spoke last is
another machine's, or came late; what came late does so once, while two machines go on taking turns.
"""

from datetime import datetime, timedelta

from content.notice import Frozen
from content.reports import Status

BACK = timedelta(minutes=5)
"""A message's way and our own queue take a minute at most. Copies switched on together are not told apart."""
SOON = timedelta(minutes=10)
"""Each comes back within a minute, and throws the other out."""
TURNS = 3


class Starts(Frozen, frozen=True):
    """When the machine that spoke last was started, by its uptime and our clock; how often that moved back."""

    started: datetime | None = None
    turns: int = 0
    turned: datetime | None = None

    def heard(self, status: Status, now: datetime) -> "Starts":
        """With a status that has just come."""
        uptime = status.hardware.uptime_seconds if status.hardware else None
        if uptime is None or not 0 <= uptime < now.timestamp():
            return self
        started = now - timedelta(seconds=uptime)
        if self.started is None or self.started - started < BACK:
            return Starts(started, self.turns, self.turned)
        return Starts(started, self.turns + 1 if self._lately(now) else 1, now)

    def are_of_two(self, now: datetime) -> bool:
        """Have two machines taken turns lately?"""
        return self.turns >= TURNS and self._lately(now)

    def _lately(self, now: datetime) -> bool:
        return self.turned is not None and now - self.turned < SOON
