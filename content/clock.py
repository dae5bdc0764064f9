"""The two clocks, and the floor under the wall clock.

Wall time decides what is on air; monotonic time measures how long we waited. They are
never mixed: most Pis have no battery clock, so their wall time jumps when NTP arrives.
"""

import ctypes
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol

BUILD_TIME = datetime(2026, 11, 1, tzinfo=UTC)
"""No screen with this software was switched on before: the lowest floor of all."""

SYNCHRONISED = Path("/run/systemd/timesync/synchronized")
"""Made by systemd-timesyncd at the first synchronisation since boot."""

ADJTIMEX_TIME_ERROR = 5
"""adjtimex(2) returns TIME_ERROR while the kernel's clock is not synchronised."""


class Clock(Protocol):
    """What the rest of the code knows of time."""

    def now(self) -> datetime:
        """Wall time, aware, UTC."""
        ...

    def monotonic(self) -> float:
        """Seconds since some moment; only differences mean anything."""
        ...

    def trusted(self) -> bool:
        """Has something better than a dead battery told us the wall time?"""
        ...


class SystemClock:
    """The machine's clocks. `assume_trusted` is for PCs, whose clock has a battery."""

    def __init__(self, *, assume_trusted: bool = False) -> None:
        self._trusted = assume_trusted

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()

    def trusted(self) -> bool:
        """Once set it stays good: without a network the kernel gives its own clock up after nine hours
        (its estimated error passes 16 s at 500 ppm), while a Pi drifts a few seconds a day."""
        self._trusted = self._trusted or SYNCHRONISED.exists() or kernel_clock_is_synchronised()
        return self._trusted


class FlooredClock:
    """A clock that never says an earlier time than a moment known to have passed.

    A Pi without network wakes in its build year, or where its system last saved the time (that
    is timesyncd's or chrony's work). `floor` is the newest moment that we have proof of: the
    build, the newest signed message. From there the monotonic clock counts on, until the wall
    clock itself is ahead.
    """

    def __init__(self, clock: Clock, floor: datetime) -> None:
        self._clock = clock
        self._floor, self._since = floor, clock.monotonic()

    def raise_floor(self, moment: datetime) -> None:
        """Note that `moment` has passed."""
        if moment > self._lower_bound():
            self._floor, self._since = moment, self._clock.monotonic()

    def _lower_bound(self) -> datetime:
        return self._floor + timedelta(seconds=self._clock.monotonic() - self._since)

    def now(self) -> datetime:
        if self._clock.trusted():
            return self._clock.now()
        return max(self._clock.now(), self._lower_bound())

    def monotonic(self) -> float:
        return self._clock.monotonic()

    def trusted(self) -> bool:
        return self._clock.trusted()


def kernel_clock_is_synchronised() -> bool:
    """What adjtimex(2) says: true once chrony, timesyncd or ntpd has set the clock."""
    # struct timex is 208 bytes on 64-bit Linux; with modes == 0 (all zero) the call only reads.
    buffer = ctypes.create_string_buffer(256)
    adjtimex = getattr(ctypes.CDLL(None), "adjtimex", None)
    if adjtimex is None:  # not Linux: a PC for development
        return True
    return bool(adjtimex(buffer) not in (-1, ADJTIMEX_TIME_ERROR))
