"""What a screen owes its doorway at a moment: an alert, darkness, or the notices – and in what light. Pure.

A red or orange alert wakes a dark screen and has all its light: people must get up. A blue or yellow one
waits for the screen's hours, and so does an exercise: residents sleep a few metres away.
"""

import math
from collections.abc import Callable, Sequence
from datetime import datetime, time

from msgspec import Struct
from msgspec.structs import replace

from content.notice import Alert, Level
from content.onair import DAY, active_alerts, holds_until, on_air
from kiosk.light import Light, light
from kiosk.look import Look
from kiosk.rotation import Subject
from kiosk.scene import in_turn
from kiosk.view import View

WAKING = frozenset({Level.ORANGE, Level.RED})
ALERT_SECONDS = 10.0
"""How long each of several alerts stays, at least: on an LED panel, which tells one thing after another, to its end."""


class Stage(Struct, frozen=True):
    """The same question has the same answer until `until`. Neither alerts nor light: the screen is dark."""

    since: datetime
    trusted: bool
    alerts: tuple[Alert, ...]
    """Those that take the screen now, the most severe first."""
    light: Light
    until: datetime | None

    def holds(self, now: datetime, trusted: bool) -> bool:
        """Is this still the answer? The clock may have stepped back as well."""
        return trusted == self.trusted and self.since <= now and (self.until is None or now < self.until)


def staged(view: View, now: datetime, *, clock_trusted: bool) -> Stage:
    """What is owed at `now`."""
    lamp = light(view.settings, now if clock_trusted else None, view.zone)
    alerts = active_alerts(view.alerts, now, clock_trusted=clock_trusted)
    waking = [one for one in alerts if wakes(one)]
    edges = [edge for one in view.alerts for edge in (one.issued, one.expires) if edge > now]
    edges += [lamp.until] if lamp.until else []
    return Stage(
        since=now,
        trusted=clock_trusted,
        alerts=tuple(alerts if lamp.lit else waking),
        light=replace(lamp, lit=True, percent=100) if waking else lamp,
        until=min(edges, default=None),
    )


def wakes(alert: Alert) -> bool:
    """Must people be woken for it?"""
    return alert.level in WAKING and not alert.exercise


class AlertTurn(Struct, frozen=True):
    """Whose turn it is of several alerts, and until when."""

    alerts: tuple[Alert, ...] = ()
    index: int = 0
    since: float = 0.0
    until: float = math.inf

    @property
    def alert(self) -> Alert:
        """The one on the screen. Not to be asked where there is none."""
        return self.alerts[self.index]

    def advanced(self, alerts: Sequence[Alert], ticks: float, seconds_for: Callable[[Alert], float]) -> "AlertTurn":
        """A new one comes at once; else the one on the screen has its time, then the next."""
        if tuple(alerts) == self.alerts:
            return self if ticks < self.until else self._begun(self.index + 1, ticks, seconds_for)
        moved = replace(self, alerts=tuple(alerts))
        for index, one in enumerate(alerts):
            if one not in self.alerts:
                return moved._begun(index, ticks, seconds_for)
        if self.alert in alerts and len(alerts) > 1:
            return replace(moved, index=moved.alerts.index(self.alert))
        return moved._begun(alerts.index(self.alert) if self.alert in alerts else 0, ticks, seconds_for)

    def turned(self, by: int, ticks: float, seconds_for: Callable[[Alert], float]) -> "AlertTurn":
        """The next one (`by` 1) or the one before, for a whole turn."""
        return self._begun(self.index + by, ticks, seconds_for) if self.alerts else self

    def _begun(self, index: int, ticks: float, seconds_for: Callable[[Alert], float]) -> "AlertTurn":
        index %= len(self.alerts)
        turn = max(ALERT_SECONDS, seconds_for(self.alerts[index])) if len(self.alerts) > 1 else math.inf
        return AlertTurn(self.alerts, index, ticks, ticks + turn)


class Due(Struct, frozen=True):
    """What takes turns on the screen, in order; the same question has the same answer until `until`."""

    since: datetime
    trusted: bool
    subjects: tuple[Subject, ...]
    until: datetime

    def holds(self, now: datetime, trusted: bool) -> bool:
        """Is this still the answer?"""
        return trusted == self.trusted and self.since <= now < self.until


def due_at(view: View, now: datetime, look: Look, *, clock_trusted: bool) -> Due:
    """What is on air at `now`; at midnight a grid worker's card may be out of date."""
    answer = on_air(view.notices, now, view.zone, clock_trusted=clock_trusted)
    local = now.astimezone(view.zone).replace(tzinfo=None)
    midnight = holds_until(now, datetime.combine(local.date() + DAY, time.min) - local, view.zone)
    subjects = in_turn(answer.due, view, local if clock_trusted else None, look)
    return Due(now, clock_trusted, subjects, min(answer.until, midnight))
