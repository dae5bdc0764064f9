"""What is due at a moment, and until when that answer holds. Pure.

A loop that knows when its answer expires sleeps exactly that long; nothing polls.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Generic, Protocol, TypeVar
from zoneinfo import ZoneInfo

from msgspec import Struct

from content.notice import Alert, Show
from content.rrule import rule_days

DAY = timedelta(days=1)
HORIZON = timedelta(days=400)
"""How far ahead a rule is searched for its next day: a yearly rule still finds one. An answer is never
said to hold longer than this."""


class Scheduled(Protocol):
    """Anything with a `show`."""

    @property
    def show(self) -> Show: ...


Item = TypeVar("Item", bound=Scheduled)


class OnAir(Struct, Generic[Item], frozen=True):
    """`due` keeps the order given; the same question has the same answer until `until` (aware, UTC)."""

    due: tuple[Item, ...]
    until: datetime


def on_air(items: Iterable[Item], now: datetime, zone: ZoneInfo, *, clock_trusted: bool = True) -> OnAir[Item]:
    """Which of `items` are due at `now` (aware) in a village that lives by `zone`.

    While the clock is not trusted, a date alone hides nothing if that would leave the screen
    empty: better last week's notices than none.
    """
    listed: Sequence[Item] = tuple(items)
    local = now.astimezone(zone).replace(tzinfo=None)
    due: list[Item] = []
    edge = local + HORIZON
    for item in listed:
        is_due, changes = state_at(item.show, local)
        if is_due:
            due.append(item)
        edge = min(edge, changes)
    if not due and not clock_trusted:
        due = list(listed)
    return OnAir(due=tuple(due), until=holds_until(now, edge - local, zone))


def holds_until(now: datetime, wait: timedelta, zone: ZoneInfo) -> datetime:
    """The instant after `wait`, or the one before it at which summer time begins or ends in `zone`.

    What was computed in local time holds only while local time runs evenly.
    """

    def offset(moment: datetime) -> timedelta | None:
        return moment.astimezone(zone).utcoffset()

    start = now.astimezone(UTC)
    end, before = start + wait, start
    while before < end:
        after = min(before + DAY, end)
        if offset(after) != offset(start):
            while after - before > timedelta(seconds=1):
                middle = before + (after - before) / 2
                before, after = (middle, after) if offset(middle) == offset(start) else (before, middle)
            return after
        before = after
    return end


def state_at(show: Show, local: datetime) -> tuple[bool, datetime]:
    """Is `show` due at `local`, and the next local moment at which that can change.

    The second is never in the past and never beyond HORIZON; it may come before a real change.
    """
    if show.end is not None and local >= show.end:
        return False, local + HORIZON
    if show.start is not None and local < show.start:
        return False, min(show.start, local + HORIZON)
    limit = min(show.end, local + HORIZON) if show.end is not None else local + HORIZON
    if show.daily is None and not show.weekdays and not show.rrule:
        return True, limit
    opened_until = None
    for opens, closes in windows(show, local, limit):
        if opens > local and opened_until is None:
            return False, min(opens, limit)
        if opens > (opened_until or local):
            break
        if closes > local:
            opened_until = max(closes, opened_until or closes)
            if opened_until >= limit:
                break
    return (True, min(opened_until, limit)) if opened_until is not None else (False, limit)


def windows(show: Show, local: datetime, limit: datetime) -> Iterator[tuple[datetime, datetime]]:
    """The half-open stretches in which `show` is open, in order, from yesterday's (it may last past midnight)."""
    opens = show.daily.start if show.daily else time.min
    closes = show.daily.end if show.daily else time.min
    for day in days(show, local.date() - DAY, limit.date()):
        ends_on = day if closes > opens else day + DAY
        yield datetime.combine(day, opens), datetime.combine(ends_on, closes)


def days(show: Show, first: date, last: date) -> Iterator[date]:
    """The days on which `show` begins its hours, from `first` to `last`, both included."""
    if show.rrule:
        yield from known_rule_days(show.rrule, show.start.date() if show.start else None, first, last)
        return
    day = first
    while day <= last:
        if not show.weekdays or day.weekday() in show.weekdays:
            yield day
        day += DAY


@lru_cache(maxsize=512)
def known_rule_days(text: str, start: date | None, first: date, last: date) -> tuple[date, ...]:
    """As rule_days, remembered: a screen asks for the same few all day."""
    return tuple(rule_days(text, start, first, last))


def active_alerts(alerts: Iterable[Alert], now: datetime, *, clock_trusted: bool = True) -> list[Alert]:
    """The alerts that hold at `now`, the most severe first, then the newest.

    While the clock is not trusted, one that seems to lie ahead holds: somebody issued it, so that
    moment has come.
    """
    holding = [one for one in alerts if now < one.expires and (one.issued <= now or not clock_trusted)]
    return sorted(holding, key=lambda one: (one.level.severity, one.issued), reverse=True)
