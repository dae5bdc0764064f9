"""Sunrise and sunset at a place: the one door to astral. Values in, values out.

astral (Debian 13 has 3.2) follows NOAA's solar calculator: right to about a minute between the polar circles,
for a flat horizon.
"""

from datetime import UTC, date, datetime, time
from functools import lru_cache
from zoneinfo import ZoneInfo

from msgspec import Struct

from content.settings import Coordinates


class Sun(Struct, frozen=True):
    """One day's sun, in local time without a zone. None where it does not rise, or does not set."""

    rise: datetime | None
    set: datetime | None
    up_at_noon: bool
    """For the days on which it does neither."""


@lru_cache(maxsize=128)
def sun(day: date, where: Coordinates, zone: ZoneInfo) -> Sun:
    """The sun over `where` on the local day `day`."""
    from astral import Observer  # 30 ms on a PC: only where somebody asks for the sun
    from astral.sun import elevation, sunrise, sunset

    observer = Observer(where.latitude, where.longitude)

    def local(event: datetime) -> datetime:
        return event.astimezone(zone).replace(tzinfo=None, microsecond=0)

    found: list[datetime | None] = []
    for ask in (sunrise, sunset):
        try:
            found.append(local(ask(observer, day, tzinfo=zone)))
        except (ValueError, ArithmeticError):  # polar day, polar night, or a zone that is not this longitude's
            found.append(None)
    noon = datetime.combine(day, time(12), zone).astimezone(UTC)
    try:
        up = elevation(observer, noon) > 0
    except (ValueError, ArithmeticError):
        up = True
    return Sun(found[0], found[1], up)
