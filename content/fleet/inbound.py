"""Reports as they come from the wire: any bytes give a good value or Refused. Pure.

Statuses and receipts are not signed: a screen has no key of ours. What binds them is the broker, by
TLS and its ACL: a screen's certificate may write below `window/v1/screens/<its id>/` only. Here we
hold the screen to that: the id inside must be the one in the topic. A screen can so lie about itself, never about
another one.
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, NamedTuple

import msgspec
from msgspec.structs import replace

from content.document import UNSEEN
from content.errors import BadName, Reason, Refused
from content.manifest import parse
from content.notice import FIRST_YEAR, LAST_YEAR
from content.place import check_level, check_path
from content.reports import DIGEST_LENGTH, Receipt, Receipts, Status
from content.topics import ROOT

MOST_COUNT = 2**53
"""Numbers that JSON readers and databases keep exactly."""
DIGEST_LETTERS = frozenset("0123456789abcdef")


class ScreenTopic(NamedTuple):
    """What the MQTT topic of a report says."""

    screen: str
    kind: str


def screen_topic(topic: str) -> ScreenTopic:
    """The names in a topic that STATUS.of or RECEIPTS.of made. Raises Refused(WRONG_TOPIC)."""
    root, _, rest = topic.partition("/screens/")
    screen, _, kind = rest.partition("/")
    if root != ROOT or kind not in ("status", "receipts"):
        raise Refused(Reason.WRONG_TOPIC, f"{topic[:120]!r} is no topic of a report")
    try:
        check_level(screen)
    except BadName as error:
        raise Refused(Reason.WRONG_TOPIC, str(error)) from error
    return ScreenTopic(screen, kind)


def read_status(screen: str, payload: bytes) -> Status:
    """The status that came on `screen`'s topic, its words in plain letters. Raises Refused."""
    written = msgspec.to_builtins(parse(payload, Status))
    status = msgspec.convert(plain(written), Status)  # safe in threads: `parse` has made it known (content.decoding)
    same_screen(screen, status.screen)
    if status.place:
        malformed_unless_path(status.place)
    beat = status.showing
    if beat is not None:
        at = moment(beat.at)
        beat = replace(beat, at=at) if at else None
    newest = bounded(status.receipts_newest)
    counts = {reason[:40]: bounded(count) for reason, count in list(status.refusals.items())[:20]}
    return replace(status, at=moment(status.at), showing=beat, receipts_newest=newest, refusals=counts)


def read_receipts(screen: str, payload: bytes) -> Receipts:
    """The batch that came on `screen`'s topic. Raises Refused."""
    batch = parse(payload, Receipts)
    same_screen(screen, batch.screen)
    bounded(batch.newest)
    bounded(batch.after)
    return replace(batch, receipts=tuple(read_receipt(one) for one in batch.receipts))


def read_receipt(receipt: Receipt) -> Receipt:
    """One receipt, its times aware and its numbers within what a database keeps. Raises Refused."""
    try:
        check_level(receipt.publisher)
    except BadName as error:
        raise Refused(Reason.MALFORMED, str(error)) from error
    if len(receipt.digest) != DIGEST_LENGTH or not set(receipt.digest) <= DIGEST_LETTERS:
        raise Refused(Reason.MALFORMED, f"digest {receipt.digest[:40]!r}")
    if not receipt.item.isprintable():
        raise Refused(Reason.MALFORMED, "item with unseen characters")
    bounded(receipt.sequence)
    bounded(receipt.shown_times)
    bounded(receipt.shown_seconds)
    return replace(
        receipt,
        received=moment(receipt.received),
        first_shown=moment(receipt.first_shown),
        gone=moment(receipt.gone),
    )


def plain(value: Any) -> Any:
    """The texts in there without control characters: an admin's terminal would obey them."""
    if isinstance(value, str):
        return UNSEEN.sub("", value)
    if isinstance(value, dict):
        return {plain(name): plain(one) for name, one in value.items()}
    return [plain(one) for one in value] if isinstance(value, list | tuple) else value


def same_screen(topic: str, inside: str) -> None:
    if inside != topic:
        raise Refused(Reason.WRONG_TOPIC, f"{inside[:80]!r} reported on the topic of {topic!r}")


def malformed_unless_path(place: str) -> None:
    try:
        check_path(place)
    except BadName as error:
        raise Refused(Reason.MALFORMED, str(error)) from error


def bounded(number: float) -> int:
    """`number`, if it is a count. Raises Refused."""
    if not 0 <= number < MOST_COUNT:
        raise Refused(Reason.MALFORMED, f"number {number}")
    return int(number)


def moment(at: datetime | None) -> datetime | None:
    """`at` in UTC; None for one that cannot be meant: no zone, or a year that no screen lives in."""
    if at is None or at.tzinfo is None or not FIRST_YEAR <= at.year <= LAST_YEAR:
        return None
    return at.astimezone(UTC)


def newest_of(receipts: Iterable[tuple[str, str, Receipt]]) -> list[tuple[str, str, Receipt]]:
    """Of each row (screen, series, publisher, kind, item, digest) the newest, in the order of these keys.

    One statement must not touch a row twice, and two writers must not take the same locks in opposite orders.
    """
    newest: dict[tuple[str, ...], tuple[str, str, Receipt]] = {}
    for screen, series, one in receipts:
        key = (screen, series, one.publisher, one.kind, one.item, one.digest)
        if key not in newest or newest[key][2].sequence < one.sequence:
            newest[key] = (screen, series, one)
    return [newest[key] for key in sorted(newest)]
