"""Our alerts as CAP, and back: whoever imports one shows what we show."""

from datetime import UTC, datetime, timedelta

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from content.alarms.alarm import Alarm, thread_of, with_alarm
from content.alarms.cap import parse_cap
from content.alarms.cap_out import as_cancel, as_cap, encode_cap
from content.alarms.from_cap import judge_cap
from content.notice import Alert, Level
from content.village import AlarmRules, Place, Village
from tests.fakes import NOW

PLACES = {"v": "白庄村", "v/n": "北区", "v/s": "南区"}
VILLAGE = Village(
    publisher="v",
    name="白庄村村委会",
    timezone="Asia/Shanghai",
    places={path: Place(path=path, name=name) for path, name in PLACES.items()},
    alarms=AlarmRules(senders={"neighbour": ()}),
)
LINES = st.text(
    st.characters(
        min_codepoint=33, max_codepoint=0x2FFFF, exclude_categories=("Cc", "Cs", "Cn", "Cf", "Zs", "Zl", "Zp")
    ),
    min_size=1,
    max_size=20,
)
ALERTS = st.builds(
    Alert,
    id=st.just("2026-12-01-火情"),
    level=st.sampled_from(Level),
    event=LINES,
    headline=LINES,
    issued=st.integers(0, 86_400).map(lambda seconds: NOW - timedelta(seconds=seconds)),
    expires=st.integers(1, 86_400).map(lambda seconds: NOW + timedelta(seconds=seconds)),
    instruction=st.lists(LINES.map(lambda text: f"步骤{text}"), max_size=3).map("\n".join),
    contact=LINES | st.just(""),
    exercise=st.booleans(),
)


def imported(document: bytes) -> Alarm:
    alarm = judge_cap(parse_cap(document), VILLAGE, NOW)
    assert isinstance(alarm, Alarm)
    return alarm


@given(ALERTS, st.sampled_from([("v",), ("v/n",), ("v/n", "v/s")]))
def test_whoever_imports_our_alert_shows_what_we_show(alert: Alert, to: tuple[str, ...]) -> None:
    alarm = imported(encode_cap(as_cap(alert, {one: PLACES[one] for one in to}, "neighbour")))
    (part,) = alarm.parts
    shown = msgspec.structs.replace(
        alert,
        **{name: getattr(part, name) for name in ("level", "event", "headline", "issued", "expires", "instruction")},
        contact=part.contact,
        exercise=alarm.exercise,
    )
    assert shown == alert
    assert part.to == to


def test_an_update_and_the_end_name_the_messages_before_them() -> None:
    alert = Alert(
        id="2026-12-01-火情",
        level=Level.RED,
        event="火情",
        headline="第三稿",
        issued=NOW,
        expires=NOW + timedelta(hours=2),
    )
    earlier = (NOW - timedelta(minutes=20), NOW - timedelta(minutes=10))
    to = {"v": "白庄村"}
    first = msgspec.structs.replace(alert, issued=earlier[0], headline="第一稿")
    documents = [
        encode_cap(as_cap(first, to, "neighbour")),
        encode_cap(as_cap(alert, to, "neighbour", earlier)),
    ]
    kept: tuple[Alarm, ...] = ()
    for one in reversed(documents):
        kept = with_alarm(kept, imported(one))
    thread = thread_of(kept, kept[0])
    assert len(thread.alarms) == 2
    assert [part.headline for part in thread.standing(NOW)] == ["第三稿"]
    end = imported(encode_cap(as_cancel(alert, "neighbour", earlier, NOW + timedelta(minutes=5))))
    kept = with_alarm(kept, end)
    assert thread_of(kept, end).standing(NOW) == ()


def test_what_we_export_has_all_that_the_specification_requires() -> None:
    alert = Alert(
        id="a", level=Level.BLUE, event="x", headline="y", issued=datetime(2026, 12, 1, tzinfo=UTC), exercise=True,
        expires=datetime(2026, 12, 2, tzinfo=UTC), source="村委会",
    )  # fmt: skip
    text = encode_cap(as_cap(alert, {"v": "白庄村"}, "v")).decode()
    order = (
        "identifier sender sent status msgType scope note info language category event urgency severity certainty "
        "effective expires senderName headline parameter area areaDesc geocode"
    ).split()
    places = [text.index(f"<{name}>") for name in order]
    assert places == sorted(places)
    assert "<status>Exercise</status>" in text
