"""The manifest: any bytes give one or a refusal, and a good one says the same after the wire."""

import base64
import contextlib
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from content.errors import BlobCorrupt, Reason, Refused
from content.files import sha256_hex
from content.manifest import (
    MAX_PAYLOAD,
    PAYLOAD_TYPE,
    Alerts,
    Blob,
    Content,
    Manifest,
    encode,
    parse_content,
    parse_envelope,
    parse_manifest,
    parse_verified,
    zone,
)
from content.notice import Show
from tests.conftest import times
from tests.fakes import BLOCK, DOORWAY, OURS, alert, card, code, manifest, media, notice, png, signed

GOOD: dict[str, Any] = {
    "kind": "content",
    "place": DOORWAY,
    "publisher": OURS,
    "revision": 7,
    "issued": "2026-12-01T01:00:00Z",
    "content": {"place_name": "1单元"},
}
HEAD = {"sha256": "0" * 64, "size": 20_000}


def outcome(parse: Callable[[bytes], object], payload: bytes) -> str:
    """The reason of the refusal, or "good". Any other error comes through."""
    try:
        parse(payload)
    except Refused as refusal:
        return refusal.reason
    return "good"


def json_of(**change: Any) -> bytes:
    """A good manifest's JSON with these fields changed; None takes one away."""
    return json.dumps({name: value for name, value in (GOOD | change).items() if value is not None}).encode()


BAD = {
    "empty": b"",
    "not JSON": b"\xff",
    "a list": b"[]",
    "deep": b"[" * 100_000,
    "deep inside": b'{"kind":' + b'{"a":' * 100_000,
    "from the future": json_of(format=2),
    "a revision that is true": json_of(revision=True),
    "a revision below zero": json_of(revision=-1),
    "a revision that JavaScript cannot count to": json_of(revision=2**53),
    "a revision of a thousand digits": json_of().replace(b'"revision": 7', b'"revision": ' + b"9" * 1000),
    "a revision with a point": json_of(revision=1.5),
    "no revision": json_of(revision=None),
    "no time zone": json_of(issued="2026-12-01T01:00:00"),
    "another kind": json_of(kind="command"),
    "a place that leaves its topic": json_of(place="baizhuang/../other"),
    "a place with a wildcard": json_of(place="baizhuang/+"),
    "a publisher with a slash": json_of(publisher="a/b"),
    "carrying nothing": json_of(content=None),
    "carrying content and a head": json_of(head=HEAD),
    "content that says alerts": json_of(kind="alerts"),
    "alerts that say content": json_of(content=None, alerts={"alerts": []}),
    "a head of no bytes": json_of(content=None, head=HEAD | {"size": 0}),
    "a head of a gigabyte": json_of(content=None, head=HEAD | {"size": 2**30}),
    "a head that names a path": json_of(content=None, head=HEAD | {"sha256": "../../etc/passwd"}),
    "a time zone that is a path": json_of(content={"timezone": "../../etc/passwd"}),
    "a time zone that is a folder": json_of(content={"timezone": "Asia"}),
    "no time zone by that name": json_of(content={"timezone": "Asia/白庄"}),
    "a lone surrogate": b'{"kind":"content","place":"\\ud800"}',
    "text that is not UTF-8": json_of().replace(b"content", b"\xff\xfe"),
    "two notices of one id": json_of(content={"notices": [msgspec.to_builtins(notice())] * 2}),
    "201 notices": json_of(content={"notices": [msgspec.to_builtins(notice(f"n{i}")) for i in range(201)]}),
    "a rule by the second": json_of(
        content={"notices": [msgspec.to_builtins(notice()) | {"show": {"rrule": "FREQ=SECONDLY"}}]}
    ),
}


@pytest.mark.parametrize("payload", BAD.values(), ids=BAD.keys())
def test_a_bad_manifest_is_refused_as_malformed(payload: bytes) -> None:
    with pytest.raises(Refused) as refusal:
        parse_manifest(payload)
    assert refusal.value.reason == Reason.MALFORMED


def test_the_manifest_that_those_were_made_from_is_good() -> None:
    assert parse_manifest(json_of()).revision == 7


@settings(max_examples=times(75))
@given(st.binary(max_size=300))
@example(b'{"at":"\xff"}')
def test_any_bytes_are_a_manifest_or_refused(payload: bytes) -> None:
    for parse in (parse_manifest, parse_envelope, parse_verified):
        assert outcome(parse, payload) in ("good", Reason.MALFORMED)


@given(st.integers(0, 10_000), st.binary(max_size=3), st.integers(0, 3))
def test_a_manifest_that_was_tampered_with_is_a_manifest_or_refused(at: int, put: bytes, gone: int) -> None:
    """Of the payload itself: what a stolen key could sign."""
    payload = encode(everything())
    at %= len(payload)
    assert outcome(parse_manifest, payload[:at] + put + payload[at + gone :]) in ("good", Reason.MALFORMED)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=5,
)
TEXTS = st.text(max_size=30) | st.sampled_from(
    ["FREQ=DAILY", "2026-12-01T00:00:00", "FREQ=YEARLY;UNTIL=0", "9999-12-31"]
)


@given(
    st.sampled_from(["id", "title", "topic", "body", "show", "media", "source"]),
    VALUES,
    st.fixed_dictionaries(
        {}, optional={"start": TEXTS, "end": TEXTS, "rrule": TEXTS, "weekdays": VALUES, "daily": VALUES}
    ),
)
def test_any_value_in_any_field_of_a_notice_is_good_or_refused(field: str, value: Any, show: dict[str, Any]) -> None:
    odd = msgspec.to_builtins(notice()) | {"show": show} | {field: value}
    assert outcome(parse_manifest, json_of(content={"notices": [odd]})) in ("good", Reason.MALFORMED)


def everything() -> Manifest:
    """A manifest with something in every field."""
    picture = media(png())
    water = notice(
        body="明天停水\n- 储水",
        media=(picture,),
        source="村委会",
        show=Show(start=datetime(2026, 12, 1)),  # noqa: DTZ001
    )
    facts = Content(
        place_name="1单元",
        notices=(water, notice("𬭎䶮㛃", "生僻字 𬭎䶮㛃")),
        card=replace(card(), photo=picture),
        service_code=code(),
    )
    return manifest(facts, revision=2**53 - 1)


@pytest.mark.parametrize(
    "whole", [everything(), manifest(Alerts(alerts=(alert(),))), manifest(Blob(sha256="0" * 64, size=1))]
)
def test_a_manifest_survives_a_round_trip(whole: Manifest) -> None:
    assert parse_manifest(encode(whole)) == whole


@given(
    st.integers(0, 2**53 - 1),
    st.datetimes(datetime(2000, 1, 1), datetime(2390, 12, 30), timezones=st.just(UTC)),  # noqa: DTZ001
    st.text(st.characters(codec="utf-8"), min_size=1, max_size=80),
    st.text(st.characters(codec="utf-8"), max_size=5000),
)
def test_any_text_survives_a_round_trip(revision: int, issued: datetime, title: str, body: str) -> None:
    whole = replace(manifest(Content(notices=(notice(title=title, body=body),)), revision), issued=issued)
    assert parse_manifest(encode(whole)) == whole


def test_the_same_value_is_the_same_bytes() -> None:
    assert encode(everything()) == encode(parse_manifest(encode(everything())))


def test_a_manifest_knows_the_only_topic_it_is_valid_on() -> None:
    assert manifest().topic == f"window/v1/places/{DOORWAY}/content/{OURS}"
    assert manifest(Alerts(), place=BLOCK).topic == f"window/v1/places/{BLOCK}/alerts/{OURS}"


def test_a_message_of_10_megabytes_is_refused_unread() -> None:
    with pytest.raises(Refused) as refusal:
        parse_envelope(b"{" * 10_000_000)
    assert refusal.value.reason == Reason.TOO_LARGE


def test_a_message_may_be_as_large_as_the_limit_and_no_byte_larger() -> None:
    message = signed(manifest())
    assert parse_envelope(message.ljust(MAX_PAYLOAD))
    with pytest.raises(Refused, match="too-large"):
        parse_envelope(message.ljust(MAX_PAYLOAD + 1))


def envelope(**change: Any) -> bytes:
    good = {"payload": "e30=", "payloadType": PAYLOAD_TYPE, "signatures": [{"keyid": "a", "sig": "YQ=="}]}
    return json.dumps(good | change).encode()


BAD_ENVELOPES = {
    "no signature": envelope(signatures=[]),
    "a thousand signatures": envelope(signatures=[{"keyid": "a", "sig": "YQ=="}] * 1000),
    "a payload of another type": envelope(payloadType="application/vnd.in-toto+json"),
    "a payload that is not base64": envelope(payload="!!!!"),
    "a payload with a new line in it": envelope(payload="e3\n0="),
    "base64 without its end": envelope(payload="e30"),
    "a payload in Chinese": envelope(payload="停水"),
}


@pytest.mark.parametrize("message", BAD_ENVELOPES.values(), ids=BAD_ENVELOPES.keys())
def test_a_bad_envelope_is_refused_as_malformed(message: bytes) -> None:
    with pytest.raises(Refused) as refusal:
        parse_envelope(message).payload_bytes()
    assert refusal.value.reason == Reason.MALFORMED


def test_a_stored_message_is_read_without_the_keys() -> None:
    assert parse_verified(signed(everything())) == everything()


def test_content_with_one_byte_changed_is_corrupt() -> None:
    blob = encode(Content(place_name="1单元"))
    head = Blob(sha256=sha256_hex(blob), size=len(blob))
    assert parse_content(blob, head) == Content(place_name="1单元")
    with pytest.raises(BlobCorrupt):
        parse_content(blob + b" ", head)


def test_content_that_is_named_rightly_and_yet_no_content_is_refused() -> None:
    with pytest.raises(Refused):
        parse_content(b"[]", Blob(sha256=sha256_hex(b"[]"), size=2))


def test_each_picture_is_wanted_once() -> None:
    picture = media(png())
    both = Content(notices=(notice(media=(picture,)),), card=replace(card(), photo=picture))
    assert both.media() == (picture,)


@given(st.text(max_size=300))
def test_any_text_is_a_time_zone_or_a_value_error(name: str) -> None:
    with contextlib.suppress(ValueError):
        assert zone(name).key == name


def test_the_payload_is_base64_as_dsse_says() -> None:
    message = json.loads(signed(manifest()))
    assert parse_manifest(base64.b64decode(message["payload"])) == manifest()
    assert message["payloadType"] == PAYLOAD_TYPE


@pytest.mark.parametrize("year", [1970, 2400, 9999])
def test_a_message_from_an_impossible_year_is_refused(year: int) -> None:
    """`issued` raises the floor under a clock that nobody trusts: it must not be a lever."""
    payload = encode(manifest()).replace(b'"issued":"2026', b'"issued":"%d' % year)
    with pytest.raises(Refused, match=str(year)):
        parse_manifest(payload)
