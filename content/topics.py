"""The wire in one table: which MQTT topics there are, who writes them, and how.

| name       | from → to           | QoS | retained |
|------------|---------------------|-----|----------|
| content    | publisher → screens | 1   | yes      |
| alerts     | publisher → screens | 1   | yes      |
| assignment | publisher → screen  | 1   | yes      |
| command    | publisher → screen  | 1   | no: a retained command would run again |
| status     | screen → publisher  | 1   | yes; also the last will |
| receipts   | screen → publisher  | 1   | no       |
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from content.place import check_level, check_path

ROOT = "window/v1"


@dataclass(frozen=True)
class MqttTopic:
    """One row of the table; `of` fills the names in."""

    pattern: str
    qos: int
    retain: bool

    def of(self, **names: str) -> str:
        """The topic for these names. Raises BadName for a name that the wire cannot carry."""
        for key, value in names.items():
            if key == "place":
                check_path(value)
            else:
                check_level(value)
        return self.pattern.format(**names)


CONTENT = MqttTopic(ROOT + "/places/{place}/content/{publisher}", qos=1, retain=True)
ALERTS = MqttTopic(ROOT + "/places/{place}/alerts/{publisher}", qos=1, retain=True)
ASSIGNMENT = MqttTopic(ROOT + "/screens/{screen}/assignment", qos=1, retain=True)
COMMAND = MqttTopic(ROOT + "/screens/{screen}/command", qos=1, retain=False)
STATUS = MqttTopic(ROOT + "/screens/{screen}/status", qos=1, retain=True)
RECEIPTS = MqttTopic(ROOT + "/screens/{screen}/receipts", qos=1, retain=False)

BY_KIND = {"content": CONTENT, "alerts": ALERTS}
"""The topics that carry a manifest, by the manifest's `kind`."""


class ManifestTopic(NamedTuple):
    """What the MQTT topic of a manifest says."""

    kind: str
    place: str
    publisher: str


def parse(topic: str) -> ManifestTopic:
    """The names in a topic that `CONTENT.of` or `ALERTS.of` made. Raises ValueError for any other."""
    before, _, publisher = topic.rpartition("/")
    before, _, kind = before.rpartition("/")
    if kind not in BY_KIND or not before.startswith(f"{ROOT}/places/"):
        raise ValueError(f"{topic!r} is no topic of a manifest")
    return ManifestTopic(kind, before.removeprefix(f"{ROOT}/places/"), publisher)


def alerts_first(topics: Iterable[str]) -> list[str]:
    """The same topics, those of alerts before all others."""
    return sorted(topics, key=lambda topic: parse(topic).kind != "alerts")
