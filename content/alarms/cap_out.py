"""CapAlert → CAP 1.2 as XML, and our own alert as a CapAlert. Pure.

Whatever we write, content.alarms.cap reads back; and whoever imports our alert shows what we show
(content.alarms.from_cap): our four colours and our places travel as parameter and geocodes beside CAP's own words.
"""

from datetime import datetime, timedelta
from xml.etree.ElementTree import Element, SubElement

from content.alarms.cap import NAMESPACE, RESTRICTED, CapAlert, CapArea, CapInfo, CapPair, CapReference
from content.alarms.cap_xml import xml_text
from content.notice import Alert, Level

LEVEL_PARAMETER = "预警级别"
PLACE_GEOCODE = "convenience-window-place"
"""valueName of a geocode that is a place of the village tree itself."""
SEVERITIES = {Level.RED: "Extreme", Level.ORANGE: "Severe", Level.YELLOW: "Moderate", Level.BLUE: "Minor"}


def as_cap(alert: Alert, to: dict[str, str], sender: str, updates: tuple[datetime, ...] = ()) -> CapAlert:
    """Our alert as a message. `to` are the places it goes to and their names, `updates` when its earlier forms
    were issued.

    urgency and certainty are what a village means when it takes a screen over: now, and likely.
    """
    areas = CapArea(
        description="、".join(to.values()),
        geocodes=tuple(CapPair(name=PLACE_GEOCODE, value=place) for place in to),
    )
    info = CapInfo(
        language="zh-CN",
        categories=("Safety",),
        event=alert.event,
        urgency="Immediate",
        severity=SEVERITIES[alert.level],
        certainty="Likely",
        effective=alert.issued,
        expires=alert.expires,
        sender_name=alert.source,
        headline=alert.headline,
        instruction=alert.instruction,
        contact=alert.contact,
        parameters=(CapPair(name=LEVEL_PARAMETER, value=alert.level.value),),
        areas=(areas,),
    )
    return CapAlert(
        identifier=identifier(alert.id, len(updates)),
        sender=sender,
        sent=alert.issued,
        status="Exercise" if alert.exercise else "Actual",
        message="Update" if updates else "Alert",
        scope="Public",
        references=earlier(alert.id, sender, updates),
        infos=(info,),
        note="演练" if alert.exercise else "",
    )


def as_cancel(alert: Alert, sender: str, updates: tuple[datetime, ...], now: datetime) -> CapAlert:
    """The end of our alert as a message."""
    issued = (*updates, alert.issued)
    return CapAlert(
        identifier=identifier(alert.id, len(issued)),
        sender=sender,
        sent=now,
        status="Exercise" if alert.exercise else "Actual",
        message="Cancel",
        scope="Public",
        references=earlier(alert.id, sender, issued),
        note="演练" if alert.exercise else "",
    )


def earlier(name: str, sender: str, issued: tuple[datetime, ...]) -> tuple[CapReference, ...]:
    """The messages that the earlier forms of an alert were."""
    return tuple(
        CapReference(sender=sender, identifier=identifier(name, number), sent=when)
        for number, when in enumerate(issued)
    )


def identifier(name: str, number: int) -> str:
    """Of the message number `number` about the alert `name`: each has one of its own (3.2.1)."""
    word = RESTRICTED.sub("-", name)
    return f"{word}.{number}" if number else word


def encode_cap(alert: CapAlert) -> bytes:
    """The message as XML, its elements in the order of the schema. `remarks` do not travel."""
    root = Element("alert", xmlns=NAMESPACE)
    add(root, "identifier", alert.identifier)
    add(root, "sender", alert.sender)
    add(root, "sent", shown(alert.sent))
    add(root, "status", alert.status)
    add(root, "msgType", alert.message)
    add(root, "scope", alert.scope)
    add(root, "note", alert.note)
    add(root, "references", " ".join(f"{one.sender},{one.identifier},{shown(one.sent)}" for one in alert.references))
    for info in alert.infos:
        add_info(SubElement(root, "info"), info)
    return xml_text(root)


def add_info(node: Element, info: CapInfo) -> None:
    add(node, "language", info.language)
    for category in info.categories:
        add(node, "category", category)
    add(node, "event", info.event)
    for response in info.response_types:
        add(node, "responseType", response)
    add(node, "urgency", info.urgency)
    add(node, "severity", info.severity)
    add(node, "certainty", info.certainty)
    add_pairs(node, "eventCode", info.event_codes)
    for tag, when in (("effective", info.effective), ("onset", info.onset), ("expires", info.expires)):
        add(node, tag, shown(when) if when else "")
    add(node, "senderName", info.sender_name)
    add(node, "headline", info.headline)
    add(node, "description", info.description)
    add(node, "instruction", info.instruction)
    add(node, "contact", info.contact)
    add_pairs(node, "parameter", info.parameters)
    for area in info.areas:
        add_area(SubElement(node, "area"), area)


def add_area(node: Element, area: CapArea) -> None:
    add(node, "areaDesc", area.description)
    for corners in area.polygons:
        add(node, "polygon", " ".join(f"{latitude},{longitude}" for latitude, longitude in corners))
    for one in area.circles:
        add(node, "circle", f"{one.centre[0]},{one.centre[1]} {one.radius_km}")
    add_pairs(node, "geocode", area.geocodes)


def add_pairs(node: Element, tag: str, listed: tuple[CapPair, ...]) -> None:
    for one in listed:
        pair = SubElement(node, tag)
        SubElement(pair, "valueName").text = one.name
        SubElement(pair, "value").text = one.value


def add(node: Element, tag: str, content: str) -> None:
    """An element, unless there is nothing to say."""
    if content:
        SubElement(node, tag).text = content


def shown(when: datetime) -> str:
    """As 3.3.2 wants it: UTC is -00:00."""
    written = when.isoformat(timespec="seconds")
    return written.removesuffix("+00:00") + "-00:00" if when.utcoffset() == timedelta(0) else written
