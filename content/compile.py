"""From a village to what each place is told. Pure: values in, values out.

Every place of the tree gets content, be it only its name, so that a screen can tell "nothing
to show" from "nothing heard".
"""

from collections import defaultdict

from content.manifest import Alerts, Content
from content.notice import Alert, Notice
from content.topics import ALERTS, CONTENT
from content.village import Village

Body = Content | Alerts


def compile_village(village: Village) -> dict[str, Body]:
    """What is to be retained on each of the publisher's MQTT topics: alerts first, then content."""
    notices: dict[str, list[Notice]] = defaultdict(list)
    for one in village.notices:
        for target in one.to:
            notices[target].append(one.notice)
    bodies = compile_alerts(village)
    for path, place in village.places.items():
        bodies[CONTENT.of(place=path, publisher=village.publisher)] = Content(
            place_name=place.name,
            timezone=village.timezone,
            notices=tuple(notices[path]),
            card=place.card,
            service_code=place.service_code,
            settings=place.settings,
        )
    return bodies


def compile_alerts(village: Village) -> dict[str, Body]:
    """The part of `compile_village` that is alerts."""
    alerts: dict[str, list[Alert]] = defaultdict(list)
    for addressed in village.alerts:
        for target in addressed.to:
            alerts[target].append(addressed.alert)
    return {
        ALERTS.of(place=path, publisher=village.publisher): Alerts(alerts=tuple(alerts[path]))
        for path in village.places
    }
