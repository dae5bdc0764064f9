"""The wall clock held against what the publisher's server says over https. It touches the clock
that it is given, and nothing else of the world.

Whoever is on the screen's network can be its time server, for NTP proves nothing. Every answer over https has a date
that the village's authority vouches for. Where the two contradict each other one of them is wrong, and we cannot tell
which: nobody is to be believed about dates then, and nothing is to end before either of them says so.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from content.clock import BUILD_TIME, Clock
from content.notice import Frozen

CONTRADICTION_SECONDS = 1800.0
"""More than an office's computer is usually off, for then every screen of the village would lose its clock; people are
told of smaller differences (content.fleet.table). So a lie can end something half an hour early, and no more."""
NEWS_SECONDS = 5.0
"""Dates have whole seconds and answers take some: what differs less says the same."""
LAST_DATE = BUILD_TIME + timedelta(days=36525)


class DatedAnswer(Frozen, frozen=True):
    """The date of an answer over https, and the ticks at which it came: both processes have the same since boot."""

    date: datetime
    ticks: float

    def moment(self, ticks: float) -> datetime:
        """What time it is by this answer."""
        return self.date + timedelta(seconds=ticks - self.ticks)

    def is_news(self, before: "DatedAnswer | None") -> bool:
        """Does it say something else than the answer `before`?"""
        return before is None or abs((self.date - before.moment(self.ticks)).total_seconds()) > NEWS_SECONDS


def date_of(headers: Mapping[str, str]) -> datetime | None:
    """When the server says it gave this answer; None where it says nothing of sense, or a cache kept the answer."""
    if "Age" in headers:
        return None
    try:
        found = parsedate_to_datetime(headers.get("Date", ""))
        moment = found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return moment if BUILD_TIME <= moment < LAST_DATE else None


class CheckedClock:
    """A clock that is not trusted while it contradicts `answer`, and of the two says the earlier time then."""

    def __init__(self, clock: Clock, answer: Callable[[], DatedAnswer | None]) -> None:
        self._clock, self._answer = clock, answer

    def offset_seconds(self) -> float | None:
        """The wall clock minus the server's; None while no server has told its own."""
        answer = self._answer()
        return (self._clock.now() - answer.moment(self.monotonic())).total_seconds() if answer else None

    def now(self) -> datetime:
        wall, offset = self._clock.now(), self.offset_seconds() or 0.0
        return wall - timedelta(seconds=offset) if offset > CONTRADICTION_SECONDS else wall

    def monotonic(self) -> float:
        return self._clock.monotonic()

    def in_doubt(self) -> bool:
        """Is the answer all that speaks against the clock?"""
        return self._clock.trusted() and abs(self.offset_seconds() or 0.0) > CONTRADICTION_SECONDS

    def trusted(self) -> bool:
        return self._clock.trusted() and not self.in_doubt()
