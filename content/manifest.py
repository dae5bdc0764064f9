"""The manifest: the list of all that one publisher wants shown at one place. Build, encode, parse.

A manifest says what is to be shown, not what has changed: a screen that was away for a month
reads the newest one and is right again. It travels inside a signed envelope (content.signing).
Where it is larger than INLINE_LIMIT the envelope carries a head, which names a blob with the
content, and the screen fetches that over HTTP like any picture.
"""

import base64
from collections.abc import Iterator
from datetime import datetime
from functools import lru_cache
from typing import Annotated, Literal, TypeVar
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Meta

from content.decoding import decoded
from content.errors import BadName, BlobCorrupt, Reason, Refused
from content.files import sha256_hex
from content.limits import MAX_NOTICES, check_amount
from content.notice import Alert, Card, Digest, Film, Frozen, Media, Notice, ServiceCode, check_year
from content.place import check_level, check_path
from content.settings import Settings
from content.topics import BY_KIND

MAX_PAYLOAD = 128 * 1024
"""Bytes of one MQTT message; beyond it a message is refused unread."""
INLINE_LIMIT = 16 * 1024
"""Bytes of content above which a head is sent: 20 KB × 100,000 screens would be 2 GB through the broker."""
MAX_CONTENT = 4 * 1024 * 1024
"""Bytes of content that a head may name. What they may say is less: content.limits."""
DEFAULT_ZONE = "Asia/Shanghai"


class Content(Frozen, frozen=True):
    """What a place shows by day: notices, and the singletons of which the nearest place's wins."""

    place_name: Annotated[str, Meta(max_length=40)] = ""
    timezone: str = DEFAULT_ZONE
    notices: Annotated[tuple[Notice, ...], Meta(max_length=MAX_NOTICES)] = ()
    card: Card | None = None
    service_code: ServiceCode | None = None
    settings: Settings | None = None

    def __post_init__(self) -> None:
        zone(self.timezone)
        ids = [notice.id for notice in self.notices]
        if len(ids) != len(set(ids)):
            raise ValueError("two notices have the same id")

    def texts(self) -> Iterator[str]:
        """Every title and body."""
        for notice in self.notices:
            yield notice.title
            yield notice.body

    def media(self) -> tuple[Media | Film, ...]:
        """Every file that this content needs, each once, notices' before the card's."""
        wanted = [media for notice in self.notices for media in notice.media]
        if self.card and self.card.photo:
            wanted.append(self.card.photo)
        if self.settings and self.settings.emblem:
            wanted.append(self.settings.emblem)
        return tuple({one.sha256: one for media in wanted for one in media.files}.values())


class Alerts(Frozen, frozen=True):
    """The emergencies of a place; never more than fit one message, for alerts do not wait for HTTP."""

    alerts: Annotated[tuple[Alert, ...], Meta(max_length=50)] = ()


class Blob(Frozen, frozen=True):
    """The name and length of a blob of content."""

    sha256: Digest
    size: Annotated[int, Meta(gt=0, le=MAX_CONTENT)]


class Manifest(Frozen, frozen=True):
    """The signed message of one publisher for one place. Exactly one of content, head and alerts is set."""

    kind: Literal["content", "alerts"]
    place: str
    publisher: str
    revision: Annotated[int, Meta(ge=0, lt=2**53)]
    """Only grows. 2^53: exact in every JSON reader."""
    issued: Annotated[datetime, Meta(tz=True)]
    format: Literal[1] = 1
    content: Content | None = None
    head: Blob | None = None
    alerts: Alerts | None = None

    def __post_init__(self) -> None:
        try:
            check_path(self.place)
            check_level(self.publisher)
        except BadName as error:
            raise ValueError(str(error)) from error
        check_year(self.issued)
        carried = {"content": self.content, "head": self.head, "alerts": self.alerts}
        filled = [name for name, value in carried.items() if value is not None]
        allowed = {"content": (["content"], ["head"]), "alerts": (["alerts"],)}[self.kind]
        if filled not in allowed:
            raise ValueError(f"a manifest of kind {self.kind!r} carries {filled}")

    @property
    def topic(self) -> str:
        """The only MQTT topic on which this manifest is valid."""
        return BY_KIND[self.kind].of(place=self.place, publisher=self.publisher)


PAYLOAD_TYPE = "application/vnd.convenience-window+json"


class EnvelopeSignature(Frozen, frozen=True):
    """One signature of a DSSE envelope."""

    keyid: Annotated[str, Meta(max_length=128)]
    sig: Annotated[str, Meta(max_length=1024)]


class Envelope(Frozen, frozen=True):
    """The outside of a DSSE envelope (https://github.com/secure-systems-lab/dsse), before any trust."""

    payload: str
    payload_type: str = msgspec.field(name="payloadType")
    signatures: Annotated[tuple[EnvelopeSignature, ...], Meta(min_length=1, max_length=16)]

    def payload_bytes(self) -> bytes:
        """The payload. Raises Refused(MALFORMED) where it is not base64 or is of another type."""
        if self.payload_type != PAYLOAD_TYPE:
            raise Refused(Reason.MALFORMED, f"payloadType {self.payload_type[:80]!r}")
        try:
            return base64.b64decode(self.payload, validate=True)
        except ValueError as error:
            raise Refused(Reason.MALFORMED, f"payload: {error}") from error


Value = TypeVar("Value")


def encode(value: Frozen) -> bytes:
    """JSON, always the same bytes for the same value, so that digests can be compared."""
    return msgspec.json.encode(value, order="deterministic")


def parse(payload: bytes, kind: type[Value]) -> Value:
    """Any bytes give a good value or Refused(MALFORMED)."""
    try:
        return decoded(payload, kind)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, OverflowError) as error:
        raise Refused(Reason.MALFORMED, str(error)) from error


def parse_manifest(payload: bytes) -> Manifest:
    """The manifest in the payload of an envelope that has been verified. Raises Refused."""
    manifest = parse(payload, Manifest)
    if manifest.content is not None:
        bounded(manifest.content)
    return manifest


def bounded(content: Content) -> Content:
    """`content` again. Raises Refused where it is more than one publisher may show at one place."""
    try:
        check_amount(content.texts(), len(content.notices))
    except ValueError as error:
        raise Refused(Reason.TOO_LARGE, str(error)) from error
    return content


def parse_envelope(message: bytes) -> Envelope:
    """The envelope in a message that came from anybody. Raises Refused."""
    if len(message) > MAX_PAYLOAD:
        raise Refused(Reason.TOO_LARGE, f"{len(message)} bytes, at most {MAX_PAYLOAD}")
    return parse(message, Envelope)


def parse_verified(message: bytes) -> Manifest:
    """The manifest in an envelope whose signature has been checked before, by whoever stored it."""
    return parse_manifest(parse_envelope(message).payload_bytes())


def parse_content(blob: bytes, head: Blob) -> Content:
    """The content that a head names. Raises BlobCorrupt, or Refused for bytes that are not content."""
    digest = sha256_hex(blob)
    if digest != head.sha256:
        raise BlobCorrupt(head.sha256, digest)
    return bounded(parse(blob, Content))


@lru_cache(maxsize=16)
def zone(name: str) -> ZoneInfo:
    """The time zone of that name. Raises ValueError where this system does not know it."""
    try:
        return ZoneInfo(name)
    except (OSError, ValueError, KeyError) as error:
        raise ValueError(f"{name!r} 不是时区名称，例如 {DEFAULT_ZONE}") from error
