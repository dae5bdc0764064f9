"""village.yaml → what the other files of a content folder are read against: places, topics, time zone.

Every problem goes to the document; a place that is wrong costs itself and what lies below it.
"""

from dataclasses import dataclass
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from content.alarms.tables import alarm_rules
from content.authored import PlaceEntry, VillageFile
from content.document import Document
from content.errors import BadName
from content.gates.proofread import card_errors, code_errors
from content.manifest import zone
from content.media.attachments import Attachments
from content.notice import TOPICS, Topic
from content.place import check_level, check_path
from content.village import AlarmRules, Place


@dataclass
class Setting:
    """What the files of a folder are read against."""

    village: VillageFile
    places: dict[str, Place]
    topics: dict[str, Topic]
    zone: ZoneInfo
    text: bytes
    """village.yaml as it was read."""
    alarms: AlarmRules


def setting_of(document: Document[VillageFile], text: bytes, attachments: Attachments) -> Setting | None:
    """What is written in village.yaml, every place of it checked; None where nothing can be read against that."""
    village = document.value
    if village is None:
        return None
    publisher = village.publisher and document.check(("publisher",), lambda: checked_level(village.publisher))
    timezone = document.check(("timezone",), lambda: zone(village.timezone))
    topics = dict(TOPICS)
    for word, entry in village.topics.items():
        topic = document.check(("topics", word), partial(entry.topic, word))
        if topic:
            topics[word] = topic
    places: dict[str, Place] = {}
    for level, place in village.places.items():
        add_places(document, attachments, places, level, place, ("places", level))
    if not places and not document.problems:
        document.report(("places",), "一个地点也没有", "至少写上村名，例如 places: {baizhuang: {name: 白庄村}}")
    if timezone is None or not publisher or not village.name or not places:
        return None
    village.notify.check(document)
    alarms = alarm_rules(document, village.alarms, places)
    return Setting(village, places, topics, timezone, text, alarms)


def add_places(
    document: Document[Any],
    attachments: Attachments,
    places: dict[str, Place],
    path: str,
    entry: PlaceEntry,
    where: tuple[str | int, ...],
) -> None:
    """Add `entry` and everything below it; a bad name costs its branch."""
    try:
        check_path(path)
    except BadName as error:
        document.report(where, str(error))
        return
    card = None
    if entry.card:
        photo = attachments.picture(document, entry.card.photo, (*where, "card", "photo"))
        card = document.check((*where, "card", "until"), partial(entry.card.card, photo))
        if card and document.find(card_errors(card), *where, "card"):
            card = None
    code = entry.service_code
    if code and document.value and document.find(code_errors(code, document.value.hosts), *where, "service_code"):
        code = None
    settings = None
    if entry.settings:
        emblem = attachments.picture(document, entry.settings.emblem, (*where, "settings", "emblem"), keep_alpha=True)
        settings = entry.settings.settings(emblem)
    places[path] = Place(
        path=path, name=entry.name, card=card, service_code=code, settings=settings, accept=entry.accept
    )
    for level, child in entry.children().items():
        below = (*where, "places", level) if level in entry.places else where
        add_places(document, attachments, places, f"{path}/{level}", child, below)


def checked_level(name: str) -> str:
    """As check_level, with a ValueError."""
    try:
        return check_level(name)
    except BadName as error:
        raise ValueError(str(error)) from error
