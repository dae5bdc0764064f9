"""What hangs at one doorway: the manifests of its place and of all places above, merged. Pure.

Lists are united over all places and publishers. Of single things the nearest place wins; where
two publishers speak for the same place, the one that the keyring lists first. Cards have a last day: the next ones
above are kept, so that somebody can be called when the nearest is past its day (kiosk.lcd.panel).
"""

from collections.abc import Iterable
from zoneinfo import ZoneInfo

from msgspec import Struct
from msgspec.structs import asdict

from content.manifest import DEFAULT_ZONE, Content, zone
from content.notice import Alert, Card, Notice, ServiceCode
from content.place import ancestry
from content.settings import Pace, Settings


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
    higher_cards: tuple[Card, ...] = ()
    """Whom to call when the last day of `card` is past: the nearest first."""
    service_code: ServiceCode | None = None
    settings: Settings = Settings()
    """Each field from the nearest place that sets it."""
    timezone: str = DEFAULT_ZONE
    given: tuple[tuple[str, Notice | Alert], ...] = ()
    """(publisher, what it says): whose each notice and alert is. Two may say the very same."""
    awaited: bool = False
    """The notices are left out for a moment, until the agent has heard what holds."""

    @property
    def pace(self) -> Pace:
        return self.settings.pace or Pace()

    @property
    def zone(self) -> ZoneInfo:
        return zone(self.timezone)


def merge(
    place: str,
    offered: Iterable[Offered],
    alerts: Iterable[Alert] = (),
    *,
    timezone: str = DEFAULT_ZONE,
    alerts_of: Iterable[tuple[str, Alert]] = (),
) -> View:
    """The view at `place`. `offered` in the order of the keyring; places elsewhere are left out.

    `timezone` is what the screen lives by as long as no content says otherwise. `alerts_of` are alerts
    of which the publisher is known.
    """
    known = tuple(alerts_of)
    path = ancestry(place)
    here = [one for one in offered if one.place in path]
    nearest = sorted(here, key=lambda one: -path.index(one.place))  # stable: publishers keep their order
    contents = [one.content for one in nearest]
    cards = [content.card for content in contents if content.card]
    names = {one.place: one.content.place_name for one in reversed(nearest) if one.content.place_name}
    return View(
        place=place,
        names=tuple(names.get(step, "") for step in path),
        notices=tuple(notice for content in contents for notice in in_reading_order(content.notices)),
        alerts=(*alerts, *(alert for _, alert in known)),
        card=next(iter(cards), None),
        higher_cards=tuple(cards[1:]),
        service_code=next((content.service_code for content in contents if content.service_code), None),
        settings=settled(content.settings for content in contents if content.settings),
        timezone=contents[0].timezone if contents else timezone,
        given=(*known, *((one.publisher, notice) for one in nearest for notice in one.content.notices)),
    )


def settled(nearest_first: Iterable[Settings]) -> Settings:
    """Each field from the first of `nearest_first` that sets it."""
    given: dict[str, object] = {}
    for settings in nearest_first:
        for name, value in asdict(settings).items():
            if value and name not in given:
                given[name] = value
    return Settings(**given)  # type: ignore[arg-type]


def in_reading_order(notices: Iterable[Notice]) -> list[Notice]:
    """The newest first: by the day from which they hold, then by id, which usually begins with a date."""
    return sorted(notices, key=lambda notice: (str(notice.show.start or ""), notice.id), reverse=True)
