"""What hangs at one doorway: the manifests of its place and of all places above, merged. Pure.

Lists are united over all places and publishers. Of single things the nearest place wins; where
two publishers speak for the same place, the one that the keyring lists first.
"""

from collections.abc import Iterable
from zoneinfo import ZoneInfo

from msgspec import Struct

from content.manifest import DEFAULT_ZONE, Content, zone
from content.notice import Alert, Card, Notice, Pace, ServiceCode
from content.place import ancestry


class Offered(Struct, frozen=True):
    """What one publisher says at one place, as far as its media are here."""

    place: str
    publisher: str
    content: Content


class View(Struct, frozen=True):
    """All that a screen at `place` may show, whether due now or not."""

    place: str
    names: tuple[str, ...]
    """The names of the places from the root down to `place`; "" where nobody has said."""
    notices: tuple[Notice, ...] = ()
    alerts: tuple[Alert, ...] = ()
    card: Card | None = None
    service_code: ServiceCode | None = None
    pace: Pace = Pace()
    timezone: str = DEFAULT_ZONE

    @property
    def zone(self) -> ZoneInfo:
        return zone(self.timezone)


def merge(
    place: str, offered: Iterable[Offered], alerts: Iterable[Alert] = (), *, timezone: str = DEFAULT_ZONE
) -> View:
    """The view at `place`. `offered` in the order of the keyring; places elsewhere are left out.

    `timezone` is what the screen lives by as long as no content says otherwise.
    """
    path = ancestry(place)
    here = [one for one in offered if one.place in path]
    nearest = sorted(here, key=lambda one: -path.index(one.place))  # stable: publishers keep their order
    contents = [one.content for one in nearest]
    names = {one.place: one.content.place_name for one in reversed(nearest) if one.content.place_name}
    settings = [content.settings for content in contents if content.settings]
    return View(
        place=place,
        names=tuple(names.get(step, "") for step in path),
        notices=tuple(notice for content in contents for notice in in_reading_order(content.notices)),
        alerts=tuple(alerts),
        card=next((content.card for content in contents if content.card), None),
        service_code=next((content.service_code for content in contents if content.service_code), None),
        pace=next((s.pace for s in settings if s.pace), Pace()),
        timezone=contents[0].timezone if contents else timezone,
    )


def in_reading_order(notices: Iterable[Notice]) -> list[Notice]:
    """The newest first: by the day from which they hold, then by id, which usually begins with a date."""
    return sorted(notices, key=lambda notice: (str(notice.show.start or ""), notice.id), reverse=True)
