"""The time of what moves: which of its pictures is due, and when the next one is. Pure.

Pictures are numbered from the start, picture n at start + n ÷ rate: a late one does not make the next ones late,
and one whose time has passed is left out.
"""

import math

from msgspec import Struct

NEARLY = 1e-6
"""A wait that ended by so small a part of a picture too early has ended."""


class Motion(Struct, frozen=True):
    """Something that began to move at `started` (ticks) and needs `rate` pictures a second; 0: it stands still."""

    started: float = 0.0
    rate: float = 0.0

    def elapsed(self, ticks: float) -> float:
        """Seconds since the start, in whole pictures where there are pictures: steps of one size look steady."""
        since = max(0.0, ticks - self.started)
        return math.floor(since * self.rate + NEARLY) / self.rate if self.rate > 0 else since

    def due(self, ticks: float) -> float:
        """Ticks at which the next picture is due; inf where nothing moves."""
        if self.rate <= 0:
            return math.inf
        since = max(0.0, ticks - self.started)
        return self.started + (math.floor(since * self.rate + NEARLY) + 1) / self.rate
