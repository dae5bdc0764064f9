"""`alarms:` in village.yaml, as written → the rules, with every unknown place told. Pure."""

from collections.abc import Iterable
from typing import Any

from content.authored import AlarmsEntry
from content.document import Document, likely
from content.village import AlarmRules


def alarm_rules(document: Document[Any], written: AlarmsEntry, places: Iterable[str]) -> AlarmRules:
    """The rules. Problems go to the document, and a place that is none out of the tables."""
    known = set(places)

    def tabled(name: str, table: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
        for word, named in table.items():
            for place in named:
                if place not in known:
                    document.report(("alarms", name, word), f"没有地点 {place!r}", likely(place, known))
        return {word: tuple(one for one in named if one in known) for word, named in table.items()}

    return AlarmRules(
        senders=written.speakers(), areas=tabled("areas", written.areas), cameras=tabled("cameras", written.cameras)
    )
