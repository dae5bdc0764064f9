"""Common Alerting Protocol 1.2 (OASIS Standard, 1 July 2010): bytes → CapAlert. Pure.

What a message *says*, and nothing of what is to be done about it (content.alarms.from_cap). Strict in
what decides whether and for whom an alert is shown (status, msgType, scope, times, references),
lenient where a word can be kept as it is written (severity in Chinese, a polygon that is none).
"""

import re
from collections.abc import Iterable
from datetime import datetime
from typing import Any, Literal, get_args
from xml.etree.ElementTree import Element

from content.alarms.cap_xml import parse_xml
from content.errors import AlarmReason, AlarmRefused
from content.notice import Frozen, check_year

NAMESPACE = "urn:oasis:names:tc:emergency:cap:1.2"
SIGNATURE = "{http://www.w3.org/2000/09/xmldsig#}Signature"
DATE_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
RESTRICTED = re.compile(r"[\s,<&]")
"""What identifier and sender must not contain (3.2.1)."""
MAX_INFOS, MAX_AREAS, MAX_POINTS, MAX_REFERENCES = 32, 200, 10_000, 500

Status = Literal["Actual", "Exercise", "System", "Test", "Draft"]
MessageType = Literal["Alert", "Update", "Cancel", "Ack", "Error"]
Scope = Literal["Public", "Restricted", "Private"]
Point = tuple[float, float]
"""Latitude and longitude in degrees, WGS 84."""


class CapReference(Frozen, frozen=True):
    """An earlier message: sender,identifier,sent."""

    sender: str
    identifier: str
    sent: datetime


class CapPair(Frozen, frozen=True):
    """A valueName and its value: eventCode, parameter, geocode."""

    name: str
    value: str


class CapCircle(Frozen, frozen=True):
    """All within so many kilometres of a point."""

    centre: Point
    radius_km: float


class CapArea(Frozen, frozen=True):
    """Where: the union of its polygons, circles and geocodes, and what people call it."""

    description: str = ""
    polygons: tuple[tuple[Point, ...], ...] = ()
    circles: tuple[CapCircle, ...] = ()
    geocodes: tuple[CapPair, ...] = ()


class CapInfo(Frozen, frozen=True):
    """The message in one language."""

    event: str
    language: str = "en-US"
    categories: tuple[str, ...] = ()
    response_types: tuple[str, ...] = ()
    urgency: str = "Unknown"
    severity: str = "Unknown"
    certainty: str = "Unknown"
    effective: datetime | None = None
    onset: datetime | None = None
    expires: datetime | None = None
    sender_name: str = ""
    headline: str = ""
    description: str = ""
    instruction: str = ""
    contact: str = ""
    event_codes: tuple[CapPair, ...] = ()
    parameters: tuple[CapPair, ...] = ()
    areas: tuple[CapArea, ...] = ()


class CapAlert(Frozen, frozen=True):
    """One message. `remarks` say in Chinese what of it was left out."""

    identifier: str
    sender: str
    sent: datetime
    status: Status
    message: MessageType
    scope: Scope
    references: tuple[CapReference, ...] = ()
    infos: tuple[CapInfo, ...] = ()
    note: str = ""
    remarks: tuple[str, ...] = ()


def parse_cap(document: bytes) -> CapAlert:
    """The message in any bytes, or AlarmRefused with what is wrong with them."""
    root = parse_xml(document)
    if root.tag != f"{{{NAMESPACE}}}alert":
        raise AlarmRefused(
            AlarmReason.MALFORMED, f"不是 CAP 1.2：根元素是 {root.tag[:80]!r}，应为 {NAMESPACE} 的 alert"
        )
    return CapReader().alert(root)


class CapReader:
    """Reads one message; gathers remarks."""

    def __init__(self) -> None:
        self._remarks: list[str] = []

    def alert(self, root: Element) -> CapAlert:
        infos = tuple(self._info(one) for one in few(children(root, "info"), MAX_INFOS))
        if root.find(SIGNATURE) is not None:
            self._remarks.append("带有 XML 签名，没有核对；凭令牌和发送者名单相信")
        return CapAlert(
            identifier=name(root, "identifier"),
            sender=name(root, "sender"),
            sent=moment(required(root, "sent"), "sent"),
            status=word(root, "status", Status),
            message=word(root, "msgType", MessageType),
            scope=word(root, "scope", Scope),
            references=tuple(reference(one) for one in few(text(root, "references").split(), MAX_REFERENCES)),
            infos=infos,
            note=text(root, "note"),
            remarks=tuple(self._remarks),
        )

    def _info(self, node: Element) -> CapInfo:
        return CapInfo(
            event=required(node, "event"),
            language=text(node, "language") or "en-US",
            categories=texts(node, "category"),
            response_types=texts(node, "responseType"),
            urgency=text(node, "urgency") or "Unknown",
            severity=text(node, "severity") or "Unknown",
            certainty=text(node, "certainty") or "Unknown",
            effective=optional_moment(node, "effective"),
            onset=optional_moment(node, "onset"),
            expires=optional_moment(node, "expires"),
            sender_name=text(node, "senderName"),
            headline=text(node, "headline"),
            description=text(node, "description"),
            instruction=text(node, "instruction"),
            contact=text(node, "contact"),
            event_codes=pairs(node, "eventCode"),
            parameters=pairs(node, "parameter"),
            areas=tuple(self._area(one) for one in few(children(node, "area"), MAX_AREAS)),
        )

    def _area(self, node: Element) -> CapArea:
        polygons = [self._shape(one, polygon) for one in few(texts(node, "polygon"), MAX_AREAS)]
        circles = [self._shape(one, circle) for one in few(texts(node, "circle"), MAX_AREAS)]
        return CapArea(
            description=text(node, "areaDesc"),
            polygons=tuple(one for one in polygons if one),
            circles=tuple(one for one in circles if one),
            geocodes=pairs(node, "geocode"),
        )

    def _shape(self, written: str, parse: Any) -> Any:
        """What `parse` makes of it; a shape that is none costs itself, and is told."""
        try:
            return parse(written)
        except ValueError:
            self._remarks.append(f"看不懂的区域 {written[:40]!r}，没有用它")
            return None


def children(node: Element, tag: str) -> list[Element]:
    return node.findall(f"{{{NAMESPACE}}}{tag}")


def few(found: Iterable[Any], most: int) -> list[Any]:
    """The list, or AlarmRefused where no honest message has so many."""
    listed = list(found)
    if len(listed) > most:
        raise AlarmRefused(AlarmReason.MALFORMED, f"某一项重复了 {len(listed)} 次，最多 {most} 次")
    return listed


def texts(node: Element, tag: str) -> tuple[str, ...]:
    """The texts of all elements of that name that have one."""
    return tuple(stripped for one in children(node, tag) if (stripped := (one.text or "").strip()))


def text(node: Element, tag: str) -> str:
    """The text of the first element of that name, "" without one."""
    found = texts(node, tag)
    return found[0] if found else ""


def required(node: Element, tag: str) -> str:
    found = text(node, tag)
    if not found:
        raise AlarmRefused(AlarmReason.MALFORMED, f"缺少 {tag}")
    return found


def name(node: Element, tag: str) -> str:
    """An identifier or sender: one word (3.2.1)."""
    found = required(node, tag)
    if RESTRICTED.search(found) or len(found) > 300:
        raise AlarmRefused(AlarmReason.MALFORMED, f"{tag} {found[:60]!r} 里不能有空格、逗号、< 和 &，最长 300 个字符")
    return found


def word(node: Element, tag: str, choices: Any) -> Any:
    """One of the words that the specification lists."""
    found = required(node, tag)
    if found not in get_args(choices):
        allowed = "、".join(get_args(choices))
        raise AlarmRefused(AlarmReason.MALFORMED, f"{tag} {found[:40]!r} 不对，应为 {allowed} 之一")
    return found


def moment(written: str, tag: str) -> datetime:
    """`2025-07-10T14:32:00+08:00` (3.3.2); `Z`, which the specification forbids and many send, is taken too."""
    try:
        if not DATE_TIME.fullmatch(written):
            raise ValueError(written)
        parsed = datetime.fromisoformat(written).replace(microsecond=0)
        check_year(parsed)
    except ValueError as error:
        example = "2025-07-10T14:32:00+08:00"
        raise AlarmRefused(AlarmReason.MALFORMED, f"{tag} {written[:40]!r} 不是时间，应写成 {example}") from error
    return parsed


def optional_moment(node: Element, tag: str) -> datetime | None:
    written = text(node, tag)
    return moment(written, tag) if written else None


def reference(written: str) -> CapReference:
    parts = written.split(",")
    if len(parts) != 3 or not all(parts):
        raise AlarmRefused(AlarmReason.MALFORMED, f"references 里的 {written[:60]!r} 应为 sender,identifier,sent")
    return CapReference(sender=parts[0], identifier=parts[1], sent=moment(parts[2], "references"))


def pairs(node: Element, tag: str) -> tuple[CapPair, ...]:
    return tuple(
        CapPair(name=text(one, "valueName"), value=text(one, "value"))
        for one in few(children(node, tag), MAX_AREAS)
        if text(one, "value")
    )


def point(written: str) -> Point:
    """`38.47,-120.14`. Raises ValueError."""
    latitude, longitude = (float(part) for part in written.split(","))
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        raise ValueError(written)
    return latitude, longitude


def polygon(written: str) -> tuple[Point, ...]:
    """At least three corners; the last is the first again (3.2.4). Raises ValueError."""
    points = tuple(point(one) for one in few(written.split(), MAX_POINTS))
    if len(set(points)) < 3:
        raise ValueError(written)
    return points if points[0] == points[-1] else (*points, points[0])


def circle(written: str) -> CapCircle:
    """`32.9525,-115.5527 0`: a point and kilometres. Raises ValueError."""
    centre, radius = written.split()
    if not 0 <= float(radius) <= 20_100:  # half the Earth's girth
        raise ValueError(written)
    return CapCircle(centre=point(centre), radius_km=float(radius))
