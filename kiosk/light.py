"""How much light a screen gives at a moment: lit or dark, how bright, which theme. Pure.

Settings speak of the village's local time and of its sun. An answer says until when it holds, so that
nobody has to ask again and again. What is not known never makes a screen dark: while the clock is not trusted it is
lit, and where the sun is asked for but the coordinates are missing (or the sun does not rise), 6:00 and 18:00 stand in.
"""

import re
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from msgspec import Struct

from content.onair import DAY, holds_until
from content.settings import Brightness, Coordinates, Hours, Settings, ThemeName
from kiosk.sun import sun

SUN_HOUR = re.compile(r"(sunrise|sunset)([+-]\d{1,3})?")
STAND_IN = {"sunrise": time(6), "sunset": time(18)}
REACH_DAYS = 3
"""`sunset+999` lies on the next day, and hours may last past midnight: so many days around are looked at."""


class Light(Struct, frozen=True):
    """The same question has the same answer until `until` (aware, UTC); None: until the clock is trusted."""

    lit: bool = True
    percent: int = 100
    theme: ThemeName = "light"
    until: datetime | None = None


def light(settings: Settings, now: datetime | None, zone: ZoneInfo) -> Light:
    """The light at `now` (aware) in a village that lives by `zone`. `now` is None while the clock is not trusted."""
    fixed = settings.theme if settings.theme != "auto" else None
    if now is None:
        return Light(theme=fixed or "light")
    local = now.astimezone(zone).replace(tzinfo=None)
    here = _Here(settings.coordinates, zone)
    midnight = datetime.combine(local.date() + DAY, time.min)
    lit, switched = _lit(settings.hours, local, here)
    percent, stepped = _percent(settings.brightness, local, here)
    theme, turned = (fixed or "light", []) if settings.theme != "auto" else _theme_by_the_sun(local, here)
    edges = [edge for edge in (*switched, *stepped, *turned, midnight) if edge > local]
    return Light(lit, percent, theme, holds_until(now, min(edges) - local, zone))


class _Here(Struct, frozen=True):
    """Where the sun is asked for."""

    where: Coordinates | None
    zone: ZoneInfo

    def at(self, hour: str, day: date) -> datetime:
        """The hour as people write it, on `day`."""
        if hour == "24:00":
            return datetime.combine(day + DAY, time.min)
        match = SUN_HOUR.fullmatch(hour)
        if match is None:
            return datetime.combine(day, time.fromisoformat(hour))
        there = None
        if self.where:
            today = sun(day, self.where, self.zone)
            there = today.rise if match[1] == "sunrise" else today.set
        return (there or datetime.combine(day, STAND_IN[match[1]])) + timedelta(minutes=int(match[2] or 0))


def _days(local: datetime) -> Iterator[date]:
    """The days whose hours can matter at `local`."""
    for number in range(-REACH_DAYS, REACH_DAYS):
        yield local.date() + timedelta(days=number)


def _lit(hours: Hours | None, local: datetime, here: _Here) -> tuple[bool, list[datetime]]:
    """Is the screen on, and the moments around at which that can change."""
    if hours is None:
        return True, []
    lit, edges = False, []
    for day in _days(local):
        opens, closes = here.at(hours.on, day), here.at(hours.off, day)
        later = day
        while closes <= opens:  # 17:00—1:00 ends on the next day
            later += DAY
            closes = here.at(hours.off, later)
        lit = lit or opens <= local < closes
        edges += [opens, closes]
    return lit, edges


def _percent(entries: tuple[Brightness, ...], local: datetime, here: _Here) -> tuple[int, list[datetime]]:
    """How bright, and the moments around at which that can change."""
    steps = sorted((here.at(one.start, day), number) for day in _days(local) for number, one in enumerate(entries))
    past = [number for moment, number in steps if moment <= local]
    return entries[past[-1]].percent if past else 100, [moment for moment, _ in steps]


def _theme_by_the_sun(local: datetime, here: _Here) -> tuple[ThemeName, list[datetime]]:
    """Dark from sunset to sunrise, and the moments around at which that changes."""
    if here.where is None:
        return "light", []
    events: list[tuple[datetime, ThemeName]] = []
    for day in _days(local):
        today = sun(day, here.where, here.zone)
        events += [(today.rise, "light")] if today.rise else []
        events += [(today.set, "dark")] if today.set else []
    past = [theme for moment, theme in sorted(events) if moment <= local]
    polar: ThemeName = "light" if sun(local.date(), here.where, here.zone).up_at_noon else "dark"
    return past[-1] if past else polar, [moment for moment, _ in events]
