"""What is done about a CAP message: by whom, how bad, for whom, until when."""

from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from content.alarms.alarm import Alarm
from content.alarms.cap import CapArea, CapCircle, CapInfo, CapPair, parse_cap
from content.alarms.from_cap import Ignored, judge_cap, level_of
from content.alarms.places import inside, lies_in, places_of, significant, within
from content.alarms.text import clean, shortened, steps
from content.errors import AlarmReason, AlarmRefused
from content.folder import scan
from content.notice import Level
from content.village import AlarmRules, Village
from tests.cap_samples import ALARM_VILLAGE, FIRE, MORNING, OASIS, SENIOR, WEATHER, changed, message
from tests.fakes import write_folder


@pytest.fixture
def village(tmp_path: Path) -> Village:
    found = scan(write_folder(tmp_path, {"village.yaml": ALARM_VILLAGE}))
    assert found.village
    assert found.problems == []
    return found.village


def taken(document: bytes, village: Village) -> Alarm:
    alarm = judge_cap(parse_cap(document), village, MORNING)
    assert isinstance(alarm, Alarm)
    return alarm


def reason(document: bytes, village: Village) -> AlarmReason:
    with pytest.raises(AlarmRefused) as refused:
        judge_cap(parse_cap(document), village, MORNING)
    return refused.value.reason


def test_a_warning_becomes_an_alert_in_chinese_with_its_original_words(village: Village) -> None:
    alarm = taken(changed("rain"), village)
    (part,) = alarm.parts
    assert (alarm.act, alarm.exercise, part.level, part.event) == ("alert", False, Level.ORANGE, "暴雨")
    assert part.headline == "某区气象台发布暴雨橙色预警[Ⅱ级/严重]"
    assert part.to == ("baizhuang",)
    assert part.instruction.splitlines() == [
        "不要到河边、低洼处和地下车库",
        "关好门窗，收好阳台上的花盆",
        "老人、孩子留在家里",
    ]
    assert part.issued == MORNING - timedelta(minutes=10)
    assert part.expires == MORNING + timedelta(hours=5, minutes=50)
    assert part.words["senderName"] == "某区气象台"
    assert part.words["severity"] == "Severe"
    assert part.words["description"].startswith("预计未来6小时内")


@pytest.mark.parametrize(
    ("severity", "level"), [("Extreme", "红"), ("Severe", "橙"), ("Moderate", "黄"), ("Minor", "蓝"), ("Unknown", "黄")]
)
def test_severity_gives_the_colour(severity: str, level: str) -> None:
    assert level_of(CapInfo(event="洪水", severity=severity, urgency="Immediate", certainty="Likely")) is Level(level)


def test_what_is_unknown_is_never_silent() -> None:
    for severity in ("Unknown", "", "catastrophic", "严重"):
        assert level_of(CapInfo(event="洪水", severity=severity, certainty="Unlikely", urgency="Past")) is Level.YELLOW


def test_what_is_past_or_unlikely_is_one_level_less_and_an_all_clear_the_least() -> None:
    assert level_of(CapInfo(event="x", severity="Extreme", certainty="Unlikely")) is Level.ORANGE
    assert level_of(CapInfo(event="x", severity="Minor", urgency="Past")) is Level.BLUE
    assert level_of(CapInfo(event="x", severity="Extreme", response_types=("AllClear",))) is Level.BLUE


COLOURED = {
    "a parameter": CapInfo(event="x", severity="Minor", parameters=(CapPair(name="预警级别", value="橙色"),)),
    "a bare colour": CapInfo(event="x", severity="Minor", parameters=(CapPair(name="预警级别", value="橙"),)),
    "an event code": CapInfo(event="x", severity="Minor", event_codes=(CapPair(name="CMA", value="暴雨橙色预警"),)),
    "MeteoAlarm's": CapInfo(
        event="x", severity="Minor", parameters=(CapPair(name="awareness_level", value="3; orange; Severe"),)
    ),
    "the severity": CapInfo(event="x", severity="Orange"),
    "the severity in Chinese": CapInfo(event="x", severity="橙色"),
    "the event": CapInfo(event="暴雨橙色预警", severity="Minor", headline="红色预警解除"),
    "the headline": CapInfo(event="暴雨", severity="Minor", headline="某区气象台发布暴雨橙色预警信号"),
}


@pytest.mark.parametrize("name", COLOURED)
def test_a_colour_of_the_senders_own_wins(name: str) -> None:
    assert level_of(COLOURED[name]) is Level.ORANGE


def test_a_colour_that_is_no_warning_does_not_count_and_of_two_the_worse_does() -> None:
    assert level_of(CapInfo(event="火情", severity="Minor", headline="红色文化广场起火")) is Level.BLUE
    assert level_of(CapInfo(event="暴雨", headline="暴雨橙色预警升级为暴雨红色预警")) is Level.RED


def test_only_senders_that_the_village_names_are_heard(village: Village) -> None:
    assert reason(changed("rain", (WEATHER, "stranger@example")), village) is AlarmReason.UNKNOWN_SENDER
    for name in OASIS:
        with pytest.raises(AlarmRefused) as refused:
            judge_cap(message(name), village, MORNING)
        assert refused.value.reason is AlarmReason.UNKNOWN_SENDER


@pytest.mark.parametrize("status", ["Test", "System", "Draft"])
def test_what_is_not_meant_for_screens_is_taken_and_shown_nowhere(village: Village, status: str) -> None:
    for name in ("rain", "rain-update", "rain-cancel"):
        found = judge_cap(parse_cap(changed(name, (">Actual<", f">{status}<"))), village, MORNING)
        assert isinstance(found, Ignored)
        assert status in found.why


@pytest.mark.parametrize("kind", ["Ack", "Error"])
def test_receipts_between_systems_are_ignored(village: Village, kind: str) -> None:
    found = judge_cap(parse_cap(changed("rain", (">Alert<", f">{kind}<"))), village, MORNING)
    assert isinstance(found, Ignored)


def test_a_drill_is_marked_as_one(village: Village) -> None:
    assert taken(changed("rain", (">Actual<", ">Exercise<")), village).exercise


@pytest.mark.parametrize("scope", ["Restricted", "Private"])
def test_what_is_not_public_is_not_for_a_public_screen(village: Village, scope: str) -> None:
    assert reason(changed("rain", (">Public<", f">{scope}<")), village) is AlarmReason.NOT_PUBLIC


def test_an_expired_alert_is_refused_kindly(village: Village) -> None:
    with pytest.raises(AlarmRefused, match="失效") as refused:
        taken(changed("rain", ("2026-12-01T14:50", "2026-12-01T08:55")), village)
    assert refused.value.reason is AlarmReason.EXPIRED


def test_without_expires_an_alert_holds_six_hours_and_says_so(village: Village) -> None:
    alarm = taken(changed("fire-polygon"), village)
    assert alarm.parts[0].expires - alarm.parts[0].issued == timedelta(hours=6)
    assert any("6 小时" in one for one in alarm.remarks)


def test_no_stranger_takes_a_screen_for_more_than_a_week(village: Village) -> None:
    alarm = taken(changed("rain", ("2026-12-01T14:50", "2027-12-01T14:50")), village)
    assert alarm.parts[0].expires - alarm.parts[0].issued == timedelta(days=7)
    assert any("7 天" in one for one in alarm.remarks)


def test_a_senders_clock_that_is_ahead_does_not_hold_an_alert_back_but_a_named_start_does(village: Village) -> None:
    ahead = taken(changed("fire-polygon", ("08:58:00", "09:20:00")), village)
    assert ahead.parts[0].issued == MORNING
    later = taken(changed("rain", ("<effective>2026-12-01T08:50", "<effective>2026-12-01T10:00")), village)
    assert later.parts[0].issued == MORNING + timedelta(hours=1)
    assert reason(changed("rain", ("2026-12-01", "2027-12-01")), village) is AlarmReason.WRONG_TIME


def test_an_alert_without_info_or_a_cancel_without_references_says_what_is_missing(village: Village) -> None:
    text = changed("rain").decode()
    bare = text[: text.index("<info>")] + "</alert>"
    assert reason(bare.encode(), village) is AlarmReason.NO_CONTENT
    cancel = changed("rain-cancel").decode()
    start, end = cancel.index("<references>"), cancel.index("</references>") + len("</references>")
    assert reason((cancel[:start] + cancel[end:]).encode(), village) is AlarmReason.NO_REFERENCE


def test_a_sender_cancels_its_own_alerts_and_those_it_speaks_for(village: Village) -> None:
    assert len(taken(changed("rain-cancel"), village).references) == 2
    other = ("<sender>qxt@weather.example", f"<sender>{FIRE}")
    assert reason(changed("rain-cancel", other), village) is AlarmReason.NO_REFERENCE
    senior = ("<sender>qxt@weather.example", f"<sender>{SENIOR}")
    for_fire = (f"{WEATHER},", f"{FIRE},")
    assert len(taken(changed("rain-cancel", senior, for_fire), village).references) == 2


def test_each_area_with_words_of_its_own_becomes_an_alert_of_its_own(village: Village) -> None:
    text = changed("rain-update").decode()
    info = text[text.index("<info>") : text.index("</info>") + len("</info>")]
    south = info.replace("410804", "410804003").replace("红色", "蓝色").replace("橙色", "蓝色")
    alarm = taken(text.replace(info, info + south).encode(), village)
    assert [(one.level, one.to) for one in alarm.parts] == [
        (Level.RED, ("baizhuang",)),
        (Level.BLUE, ("baizhuang/south",)),
    ]


def test_without_chinese_the_first_language_is_shown(village: Village) -> None:
    amber = replace(message("oasis-amber"), sender=FIRE, sent=MORNING)
    near = CapArea(geocodes=(CapPair(name="", value="410804"),))
    amber = replace(amber, infos=tuple(replace(info, areas=(near,)) for info in amber.infos))
    found = judge_cap(amber, village, MORNING)
    assert isinstance(found, Alarm)
    assert [part.headline for part in found.parts] == ["Amber Alert in Los Angeles County"]


OUTSIDE = {
    "another district": CapArea(geocodes=(CapPair(name="行政区划代码", value="410811"),)),
    "a street next door": CapArea(geocodes=(CapPair(name="行政区划代码", value="410804009"),)),
    "an American county": CapArea(geocodes=(CapPair(name="SAME", value="410804"),)),
    "all and nothing": CapArea(geocodes=(CapPair(name="", value="000000"),)),
    "a polygon elsewhere": CapArea(polygons=(((0.0, 0.0), (0.0, 1.0), (1.0, 1.0), (0.0, 0.0)),)),
    "a circle elsewhere": CapArea(circles=(CapCircle(centre=(35.3, 113.3), radius_km=1.0),)),
    "another place of that name": CapArea(
        description="白庄村", geocodes=(CapPair(name="行政区划代码", value="370102"),)
    ),
    "a name that is none of ours": CapArea(description="焦作市北区"),
    "nothing": CapArea(),
}


@pytest.mark.parametrize("name", OUTSIDE)
def test_an_area_that_is_not_ours_reaches_nobody(village: Village, name: str) -> None:
    assert places_of((OUTSIDE[name],), village) == ()


def test_outside_is_refused_with_what_to_write(village: Village) -> None:
    with pytest.raises(AlarmRefused, match=r"410811.*areas") as refused:
        taken(changed("rain", ("410804", "410811")), village)
    assert refused.value.reason is AlarmReason.NO_PLACE


INSIDE = {
    "the district": ("410804", ("baizhuang",)),
    "the district with its streets' digits": ("410804000000", ("baizhuang",)),
    "the city": ("410800", ("baizhuang",)),
    "the province": ("41", ("baizhuang",)),
    "the street": ("410804003", ("baizhuang/south",)),
}


@pytest.mark.parametrize("name", INSIDE)
def test_an_administrative_code_reaches_what_the_table_says_lies_in_it(village: Village, name: str) -> None:
    code, places = INSIDE[name]
    assert places_of((CapArea(geocodes=(CapPair(name="行政区划代码", value=code),)),), village) == places


def test_shapes_reach_the_places_whose_coordinates_lie_in_them(village: Village) -> None:
    assert taken(changed("fire-polygon"), village).parts[0].to == ("baizhuang/north",)
    circle = CapArea(circles=(CapCircle(centre=(35.21, 113.24), radius_km=1.5),))
    assert places_of((circle,), village) == ("baizhuang/south",)


def test_a_name_is_the_last_resort_and_must_be_whole(village: Village) -> None:
    for name, places in (
        ("某市某区白庄村", ("baizhuang",)),
        ("白庄村北区", ("baizhuang/north",)),
        ("白庄村南区、开发区", ("baizhuang/south",)),
    ):
        assert places_of((CapArea(description=name),), village) == places


@given(st.text("0123456789", min_size=1, max_size=12), st.text("0123456789", min_size=1, max_size=12))
def test_no_code_lies_in_another_unless_it_begins_with_it(known: str, code: str) -> None:
    assert not lies_in(known, code) or significant(known).startswith(significant(code))


def test_a_point_is_in_a_hollow_polygon_only_where_the_polygon_is() -> None:
    horseshoe = (
        (0.0, 0.0),
        (0.0, 3.0),
        (3.0, 3.0),
        (3.0, 2.0),
        (1.0, 2.0),
        (1.0, 1.0),
        (3.0, 1.0),
        (3.0, 0.0),
        (0.0, 0.0),
    )
    assert [inside((lat, 1.5), horseshoe) for lat in (-1.0, 0.5, 2.0, 4.0)] == [False, True, False, False]
    assert inside((2.0, 0.5), horseshoe)
    assert within((35.0, 113.0), CapCircle(centre=(35.0, 113.01), radius_km=1.0))
    assert not within((35.0, 113.0), CapCircle(centre=(35.0, 113.01), radius_km=0.9))


def test_long_words_end_with_a_sentence_and_the_file_keeps_them_all(village: Village) -> None:
    long = "请立即撤离到村委会广场。" * 60
    alarm = taken(changed("rain", ("关好门窗，收好阳台上的花盆", long)), village)
    (part,) = alarm.parts
    assert len(part.instruction) <= 400
    assert part.instruction.endswith("。")
    assert long in part.words["instruction"]


@given(st.text(max_size=300), st.integers(5, 100))
def test_what_is_shortened_fits_and_begins_as_the_text_does(text: str, most: int) -> None:
    short = shortened(clean(text), most)
    assert len(short) <= most
    assert clean(text).startswith(short.removesuffix("…").rstrip())


def test_the_lines_of_a_chinese_text_are_steps_and_those_of_another_are_not() -> None:
    assert steps("  走楼梯\n 不乘电梯 \n\n") == "走楼梯\n不乘电梯"
    assert steps("TAKE COVER IN A\n   SHELTER.\n\nSTAY THERE.") == "TAKE COVER IN A SHELTER.\nSTAY THERE."


def test_words_that_would_spoil_a_screen_or_a_file_are_taken_out() -> None:
    assert clean("a\u202eb\x07c\tこ\u2028d") == "abc こ\nd"


def test_a_village_without_a_table_takes_nothing(village: Village) -> None:
    closed = Village(
        publisher=village.publisher, name=village.name, timezone=village.timezone, places=village.places,
        alarms=AlarmRules(),
    )  # fmt: skip
    assert reason(changed("rain"), closed) is AlarmReason.UNKNOWN_SENDER
