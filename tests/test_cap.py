"""Bytes from strangers → a CAP message or one error of ours; and a message → bytes that read back the same."""

import contextlib
import time
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from content.alarms.cap import CapAlert, CapArea, CapCircle, CapInfo, CapPair, CapReference, parse_cap
from content.alarms.cap_out import encode_cap
from content.alarms.cap_xml import MAX_BYTES, parse_xml
from content.errors import AlarmReason, AlarmRefused
from tests.cap_samples import OASIS, changed, document, message
from tests.conftest import times

PACIFIC = timezone(timedelta(hours=-7))


def test_the_specifications_thunderstorm_is_read_whole() -> None:
    storm = message("oasis-thunderstorm")
    assert (storm.identifier, storm.sender) == ("KSTO1055887203", "KSTO@NWS.NOAA.GOV")
    assert storm.sent == datetime(2003, 6, 17, 14, 57, tzinfo=PACIFIC)
    assert (storm.status, storm.message, storm.scope, storm.references) == ("Actual", "Alert", "Public", ())
    (info,) = storm.infos
    assert (info.language, info.categories, info.response_types) == ("en-US", ("Met",), ("Shelter",))
    assert (info.event, info.urgency, info.severity, info.certainty) == (
        "SEVERE THUNDERSTORM",
        "Immediate",
        "Severe",
        "Observed",
    )
    assert info.event_codes == (CapPair(name="SAME", value="SVR"),)
    assert info.expires == datetime(2003, 6, 17, 16, 0, tzinfo=PACIFIC)
    assert info.contact == "BARUFFALDI/JUSKIE"
    (area,) = info.areas
    assert area.polygons == (
        ((38.47, -120.14), (38.34, -119.95), (38.52, -119.74), (38.62, -119.89), (38.47, -120.14)),
    )
    assert [one.value for one in area.geocodes] == ["006109", "006009", "006003"]


def test_the_specifications_earthquake_names_the_message_that_it_updates() -> None:
    quake = message("oasis-earthquake")
    assert quake.message == "Update"
    sent = datetime(2003, 6, 11, 20, 30, tzinfo=PACIFIC)
    assert quake.references == (CapReference(sender="trinet@caltech.edu", identifier="TRI13970876.1", sent=sent),)
    assert quake.infos[0].areas[0].circles == (CapCircle(centre=(32.9525, -115.5527), radius_km=0.0),)
    assert [one.name for one in quake.infos[0].parameters] == ["EventID", "Version", "Magnitude", "Depth", "Quality"]


def test_the_specifications_amber_alert_has_two_languages_and_the_advisory_an_area_without_a_shape() -> None:
    assert [info.language for info in message("oasis-amber").infos] == ["en-US", "es-US"]
    (area,) = message("oasis-homeland-security").infos[0].areas
    assert area == CapArea(description="U.S. nationwide and interests worldwide")


LAUGHS = (
    b'<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY lol "lol">'
    + b"".join(b'<!ENTITY lol%d "%s">' % (n, b"&lol%d;" % (n - 1) * 10 if n else b"&lol;" * 10) for n in range(10))
    + b']><alert xmlns="urn:oasis:names:tc:emergency:cap:1.2"><identifier>&lol9;</identifier></alert>'
)
BAD = {
    "empty": b"",
    "no XML": b"\xff\xfe\x00",
    "JSON": b'{"identifier": 1}',
    "cut off": document("rain")[:700],
    "billion laughs": LAUGHS,
    "a DTD": changed("rain", ("<alert ", "<!DOCTYPE alert><alert ")),
    "an external entity": b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>',
    "an external DTD": b'<!DOCTYPE a SYSTEM "http://evil.example/x.dtd"><a/>',
    "an unknown entity": b"<a>&x;</a>",
    "a parameter entity": b'<!DOCTYPE a [<!ENTITY % x "y">]><a/>',
    "deep": b"<a>" * 100_000,
    "deep and well-formed": b"<a>" * 1000 + b"</a>" * 1000,
    "wide": b"<a>" + b"<b/>" * 60_000 + b"</a>",
    "CAP 1.1": changed("rain", ("cap:1.2", "cap:1.1")),
    "no namespace": changed("rain", (' xmlns="urn:oasis:names:tc:emergency:cap:1.2"', "")),
    "another document": b'<feed xmlns="http://www.w3.org/2005/Atom"/>',
    "an unknown encoding": b'<?xml version="1.0" encoding="nope"?><a/>',
    "not in the encoding it says": b'<?xml version="1.0" encoding="GBK"?><a>\xff</a>',
    "a character that XML has not": b"<a>\x00</a>",
    "no identifier": changed("rain", ("<identifier>41080441600000_20261201085000</identifier>", "")),
    "an empty sender": changed("rain", ("<sender>qxt@weather.example</sender>", "<sender> </sender>")),
    "a sender with a comma": changed("rain", ("qxt@weather.example", "a,b")),
    "a sender with a space": changed("rain", ("qxt@weather.example", "token camera")),
    "no sent": changed("rain", ("<sent>2026-12-01T08:50:00+08:00</sent>", "")),
    "sent without a zone": changed("rain", ("2026-12-01T08:50:00+08:00", "2026-12-01T08:50:00")),
    "sent on no day": changed("rain", ("2026-12-01T08:50:00+08:00", "2026-02-30T08:50:00+08:00")),
    "sent in the year 9999": changed("rain", ("2026-12-01T08:50:00+08:00", "9999-12-31T23:59:59-14:00")),
    "an unknown status": changed("rain", ("<status>Actual", "<status>actual")),
    "an unknown msgType": changed("rain", ("<msgType>Alert", "<msgType>Resend")),
    "no scope": changed("rain", ("<scope>Public</scope>", "")),
    "half a reference": changed("rain-cancel", (",2026-12-01T09:30:00+08:00", "")),
    "no event": changed("rain", ("<event>Rainstorm</event>", "")),
    "a hundred infos": changed("rain", ("<info>", "<info>" + "</info><info>" * 100)),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_message_is_one_error_in_words(name: str) -> None:
    with pytest.raises(AlarmRefused) as refused:
        parse_cap(BAD[name])
    assert refused.value.reason is AlarmReason.MALFORMED
    assert str(refused.value)


def test_a_huge_message_is_not_even_looked_at() -> None:
    with pytest.raises(AlarmRefused) as refused:
        parse_cap(b" " * (MAX_BYTES + 1))
    assert refused.value.reason is AlarmReason.TOO_LARGE


def test_a_message_in_a_chinese_encoding_is_read() -> None:
    text = document("rain").decode().replace('encoding="UTF-8"', 'encoding="GB2312"').encode("gb18030")
    assert parse_cap(text) == message("rain")


def test_a_signature_is_told_and_not_trusted() -> None:
    signature = '<Signature xmlns="http://www.w3.org/2000/09/xmldsig#"><SignedInfo/></Signature></alert>'
    signed = parse_cap(changed("rain", ("</alert>", signature)))
    assert ["签名" in one for one in signed.remarks] == [True]


def test_a_shape_that_is_none_costs_itself_and_is_told() -> None:
    odd = parse_cap(changed("fire-polygon", ("35.24,113.23 35.24,113.25", "north of the river")))
    assert odd.infos[0].areas[0].polygons == ()
    assert len(odd.remarks) == 1
    assert odd.infos[0].event == "火情"


@given(st.binary(max_size=300))
def test_any_bytes_are_a_message_or_refused(garbage: bytes) -> None:
    with contextlib.suppress(AlarmRefused):
        assert isinstance(parse_cap(garbage), CapAlert)


@given(st.sampled_from([*OASIS, "rain", "rain-cancel", "fire-polygon"]), st.data())
def test_any_damage_to_a_message_leaves_a_message_or_is_refused(name: str, data: st.DataObject) -> None:
    whole = document(name)
    start = data.draw(st.integers(0, len(whole)))
    stop = data.draw(st.integers(start, min(len(whole), start + 60)))
    junk = data.draw(st.binary(max_size=20) | st.sampled_from([b"", b"<info>", b"</info>", b"&amp;", b"-", b"9"]))
    with contextlib.suppress(AlarmRefused):
        assert isinstance(parse_cap(whole[:start] + junk + whole[stop:]), CapAlert)


WORDS = st.text(
    st.characters(min_codepoint=33, max_codepoint=0x2FFFF, exclude_categories=("Cc", "Cs", "Cn", "Zs", "Zl", "Zp")),
    min_size=1,
    max_size=20,
).map(lambda text: " ".join(text.split()) or "x")
NAMES = st.from_regex(r"[A-Za-z0-9.@_\-一-龥]{1,30}", fullmatch=True)
MOMENTS = st.integers(10**9, 10**10).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))
POINTS = st.tuples(st.floats(-90, 90), st.floats(-180, 180))
PAIRS = st.lists(st.builds(CapPair, name=WORDS, value=WORDS), max_size=3).map(tuple)
AREAS = st.builds(
    CapArea,
    description=WORDS,
    polygons=st.lists(st.lists(POINTS, min_size=3, max_size=5, unique=True).map(lambda p: (*p, p[0])), max_size=2).map(
        tuple
    ),
    circles=st.lists(st.builds(CapCircle, centre=POINTS, radius_km=st.floats(0, 20_000)), max_size=2).map(tuple),
    geocodes=PAIRS,
)
INFOS = st.builds(
    CapInfo,
    event=WORDS,
    language=st.sampled_from(["zh-CN", "en-US"]),
    categories=st.lists(WORDS, max_size=2).map(tuple),
    response_types=st.lists(WORDS, max_size=2).map(tuple),
    severity=WORDS,
    effective=st.none() | MOMENTS,
    onset=st.none() | MOMENTS,
    expires=st.none() | MOMENTS,
    sender_name=WORDS,
    headline=WORDS,
    description=WORDS,
    instruction=st.lists(WORDS, max_size=3).map("\n".join),
    contact=WORDS,
    event_codes=PAIRS,
    parameters=PAIRS,
    areas=st.lists(AREAS, max_size=2).map(tuple),
)
ALERTS = st.builds(
    CapAlert,
    identifier=NAMES,
    sender=NAMES,
    sent=MOMENTS,
    status=st.sampled_from(["Actual", "Exercise", "System", "Test", "Draft"]),
    message=st.sampled_from(["Alert", "Update", "Cancel", "Ack", "Error"]),
    scope=st.sampled_from(["Public", "Restricted", "Private"]),
    references=st.lists(st.builds(CapReference, sender=NAMES, identifier=NAMES, sent=MOMENTS), max_size=3).map(tuple),
    infos=st.lists(INFOS, max_size=2).map(tuple),
    note=WORDS,
)


@settings(max_examples=times(15))
@given(ALERTS)
def test_what_is_written_is_read_back_the_same(alert: CapAlert) -> None:
    assert parse_cap(encode_cap(alert)) == alert


def test_times_are_written_as_the_specification_wants_them() -> None:
    text = encode_cap(message("rain")).decode()
    assert "<sent>2026-12-01T08:50:00+08:00</sent>" in text
    utc = encode_cap(parse_cap(changed("rain", ("+08:00", "-00:00")))).decode()
    assert "<sent>2026-12-01T08:50:00-00:00</sent>" in utc


def test_a_declaration_without_end_costs_no_time() -> None:
    """A pattern that looked at all of it took twenty seconds, and everything else in the process waited."""
    endless = b"<?xml " + b"encoding='gbk' " * 30_000
    begun = time.process_time()
    with pytest.raises(AlarmRefused):
        parse_xml(endless)
    assert time.process_time() - begun < 2.0
