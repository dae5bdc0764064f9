"""Notices, alerts, cards and service codes check themselves."""

from datetime import UTC, datetime, time
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from content.notice import TOPICS, Alert, Card, DailyHours, Level, Notice, ServiceCode, Show, text_digest
from content.settings import Pace, Settings
from tests.fakes import DOORWAY, NOW, alert, media, notice, png

WHEN = {"issued": "2026-12-01T09:00:00Z", "expires": "2026-12-01T11:00:00Z"}
STORM = {"id": "storm", "level": "红", "event": "暴雨", "headline": "暴雨红色预警", **WHEN}
WATER = {"id": "water", "title": "停水", "topic": {"word": "停水停电", "colour": "#0b5cad"}}


def decode(kind: type[Any], value: dict[str, Any]) -> Any:
    """What a screen makes of this JSON."""
    return msgspec.json.decode(msgspec.json.encode(value), type=kind)


BAD_NOTICES: dict[str, dict[str, Any]] = {
    "an id with a slash, which would leave the folder": {"id": "../water"},
    "an id with a backslash": {"id": "a\\b"},
    "a hidden file's id": {"id": ".water"},
    "an id with a space": {"id": "a b"},
    "no title": {"title": ""},
    "a title of 81 characters": {"title": "水" * 81},
    "a body of 5,001 characters": {"body": "水" * 5001},
    "a colour that is a word": {"topic": {"word": "停水", "colour": "red"}},
    "thirteen pictures": {"media": [msgspec.to_builtins(media(png()))] * 13},
    "a digest in capitals": {"media": [msgspec.to_builtins(media(png())) | {"sha256": "A" * 64}]},
    "a digest that is a path": {"media": [msgspec.to_builtins(media(png())) | {"sha256": "../../etc/passwd"}]},
    "a picture of no bytes": {"media": [msgspec.to_builtins(media(png())) | {"size": 0}]},
    "a picture of a gigabyte": {"media": [msgspec.to_builtins(media(png())) | {"size": 2**30}]},
    "an end before its start": {"show": {"start": "2026-01-02T00:00:00", "end": "2026-01-01T00:00:00"}},
    "a start in its own time zone": {"show": {"start": "2026-01-02T00:00:00Z"}},
    "the year 9999": {"show": {"end": "9999-12-31T00:00:00"}},
    "an eighth day of the week": {"show": {"weekdays": [7]}},
    "weekdays and a rule": {"show": {"weekdays": [0], "rrule": "FREQ=MONTHLY;BYMONTHDAY=5"}},
    "hours in their own time zone": {"show": {"daily": {"start": "08:00:00Z", "end": "09:00:00"}}},
}


@pytest.mark.parametrize("change", BAD_NOTICES.values(), ids=BAD_NOTICES.keys())
def test_a_bad_notice_is_no_notice(change: dict[str, Any]) -> None:
    with pytest.raises(msgspec.ValidationError):
        decode(Notice, WATER | change)


def test_an_id_may_be_chinese() -> None:
    assert decode(Notice, WATER | {"id": "2025-07-10-停水"}).id == "2025-07-10-停水"


def test_what_a_newer_publisher_says_more_is_passed_over() -> None:
    assert decode(Notice, WATER | {"sound": "bell"}) == decode(Notice, WATER)


BAD_ALERTS: dict[str, dict[str, Any]] = {
    "over before it began": {"expires": "2026-12-01T08:00:00Z"},
    "no time zone": {"expires": "2026-12-01T11:00:00"},
    "a fifth colour": {"level": "紫"},
    "no headline": {"headline": ""},
    "a headline that no screen can show at once": {"headline": "暴" * 41},
}


@pytest.mark.parametrize("change", BAD_ALERTS.values(), ids=BAD_ALERTS.keys())
def test_a_bad_alert_is_no_alert(change: dict[str, Any]) -> None:
    with pytest.raises(msgspec.ValidationError):
        decode(Alert, STORM | change)


def test_red_is_the_most_severe_and_says_so() -> None:
    assert [level.severity for level in (Level.BLUE, Level.YELLOW, Level.ORANGE, Level.RED)] == [1, 2, 3, 4]
    assert [level.word for level in Level] == ["一般", "较重", "严重", "特别严重"]


GOOD_RULES = [
    "FREQ=MONTHLY;BYMONTHDAY=5,15,25",
    "FREQ=MONTHLY;BYMONTHDAY=-1",
    "FREQ=WEEKLY;BYDAY=MO,TH",
    "FREQ=MONTHLY;BYDAY=1MO",
    "FREQ=MONTHLY;BYDAY=-1FR",
    "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1",
    "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29",
    "FREQ=YEARLY;BYYEARDAY=-1",
    "FREQ=DAILY;UNTIL=20270101",
    "FREQ=WEEKLY;BYDAY=SA;WKST=SU",
]


@pytest.mark.parametrize("rule", GOOD_RULES)
def test_a_rule_that_names_its_days_needs_no_start(rule: str) -> None:
    assert Show(rrule=rule).rrule == rule


@pytest.mark.parametrize("rule", ["FREQ=WEEKLY", "FREQ=DAILY;INTERVAL=2", "FREQ=MONTHLY"])
def test_a_rule_that_is_counted_from_a_day_needs_that_day(rule: str) -> None:
    with pytest.raises(ValueError, match="from"):
        Show(rrule=rule)
    assert Show(rrule=rule, start=datetime(2026, 1, 5))  # noqa: DTZ001 -- local by definition


BAD_RULES = {
    "the screen would count seconds for hours": "FREQ=SECONDLY;BYMONTHDAY=5",
    "hours are for `daily`": "FREQ=DAILY;BYHOUR=9",
    "no frequency": "BYMONTHDAY=5",
    "small letters": "freq=daily",
    "a second line": "FREQ=DAILY\nRDATE=20250101",
    "no such weekday": "FREQ=WEEKLY;BYDAY=XX",
    "not a number": "FREQ=MONTHLY;BYMONTHDAY=fifth",
    "no such date": "FREQ=DAILY;UNTIL=20251399",
    "a step of no days, which never ends": "FREQ=DAILY;INTERVAL=0",
    "a step backwards": "FREQ=DAILY;INTERVAL=-1",
    "a number of times, which must be counted from the first day": "FREQ=DAILY;COUNT=3",
    "an nth Monday of a week": "FREQ=WEEKLY;BYDAY=2MO",
    "days of the year in a month": "FREQ=MONTHLY;BYYEARDAY=300",
    "weeks of the year in a month": "FREQ=MONTHLY;BYWEEKNO=20",
    "days of the month in a week": "FREQ=WEEKLY;BYMONTHDAY=5",
    "positions among nothing": "FREQ=MONTHLY;BYSETPOS=1",
    "a week that begins on no day": "FREQ=WEEKLY;BYDAY=MO;WKST=XX",
    "the day 0, which dateutil takes for every day": "FREQ=MONTHLY;BYMONTHDAY=0",
    "the 32nd": "FREQ=MONTHLY;BYMONTHDAY=32",
    "a thirteenth month": "FREQ=YEARLY;BYMONTH=13;BYMONTHDAY=1",
    "the 60th Monday of a month, at which dateutil falls over": "FREQ=MONTHLY;BYDAY=60MO",
    "the sixth Monday, at which it falls over in December": "FREQ=MONTHLY;BYDAY=6MO",
    "the 53rd Monday of December": "FREQ=YEARLY;BYMONTH=12;BYDAY=53MO",
    "the 60th week": "FREQ=YEARLY;BYWEEKNO=60",
    "the 400th day of the year": "FREQ=YEARLY;BYYEARDAY=400",
    "one part twice": "FREQ=DAILY;FREQ=YEARLY",
}


@pytest.mark.parametrize("rule", BAD_RULES.values(), ids=BAD_RULES.keys())
def test_a_rule_that_is_not_plainly_one_of_whole_days_is_refused(rule: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 -- each has words of its own
        Show(rrule=rule, start=datetime(2026, 1, 5))  # noqa: DTZ001


def test_a_rule_longer_than_a_line_is_refused() -> None:
    with pytest.raises(msgspec.ValidationError):
        decode(Notice, WATER | {"show": {"rrule": "FREQ=MONTHLY;BYMONTHDAY=" + ",".join(["5"] * 200)}})


GOOD_URLS = ["https://a.example/b?w={building}", "http://10.0.0.1:8080/x", "https://a.example/%E7%99%BD"]
BAD_URLS = {
    "a script": "javascript:alert(1)",
    "a file": "file:///etc/passwd",
    "no host": "https:///path",
    "Chinese, which a QR reader may garble": "https://例子.example/b",
    "no scheme": "a.example/b/c",
    "a broken IPv6 host": "https://[::1/b",
    "too short": "http://",
}


@pytest.mark.parametrize("url", GOOD_URLS)
def test_a_web_address_is_a_service_code(url: str) -> None:
    assert decode(ServiceCode, {"url": url}).url == url


@pytest.mark.parametrize("url", BAD_URLS.values(), ids=BAD_URLS.keys())
def test_what_is_no_web_address_is_no_service_code(url: str) -> None:
    with pytest.raises(msgspec.ValidationError):
        decode(ServiceCode, {"url": url})


def test_one_code_leads_each_building_to_its_own_page() -> None:
    code = ServiceCode(url="https://a.example/b?w={building}")
    assert code.at(DOORWAY) == "https://a.example/b?w=baizhuang/north/w012/b3"


@pytest.mark.parametrize("phone", ["0391-0000000", "+86 391 0000000", "110", "12345"])
def test_a_phone_number_is_text(phone: str) -> None:
    assert decode(Card, {"name": "张三", "phone": phone}).phone == phone


@pytest.mark.parametrize("phone", ["", "1", "请拨打110", "0391—0000000", "tel:110", "1" * 26])
def test_what_nobody_can_dial_is_no_phone_number(phone: str) -> None:
    with pytest.raises(msgspec.ValidationError):
        decode(Card, {"name": "张三", "phone": phone})


@pytest.mark.parametrize(
    "pace",
    [
        {"characters_per_second": 0},
        {"least_seconds": 1},
        {"most_seconds": 10_000},
        {"least_seconds": 30, "most_seconds": 10},
    ],
)
def test_a_pace_that_nobody_can_read_at_is_refused(pace: dict[str, float]) -> None:
    with pytest.raises(msgspec.ValidationError):
        decode(Pace, pace)


def test_settings_that_are_not_set_are_none_so_that_the_place_above_decides() -> None:
    assert Settings().pace is None


def test_a_review_ends_when_the_text_changes_and_not_when_the_hours_change() -> None:
    read = notice(body="明天停水", media=(media(png()),))
    others = [
        replace(read, title="停电通知"),
        replace(read, body="后天停水"),
        replace(read, topic=TOPICS["政策通知"]),
        replace(read, media=()),
    ]
    digests = {text_digest(one) for one in others}
    assert len(digests) == len(others)
    assert text_digest(read) not in digests
    hours = DailyHours(start=time(8), end=time(9))
    assert text_digest(replace(read, show=Show(daily=hours))) == text_digest(read)


@given(st.sampled_from(list(TOPICS.values())))
def test_white_can_be_read_on_every_topic_colour(topic: Any) -> None:
    """WCAG 2.2, 1.4.3: a contrast of at least 4.5:1."""

    def linear(part: str) -> float:
        value = int(part, 16) / 255
        return value / 12.92 if value <= 0.04045 else float(((value + 0.055) / 1.055) ** 2.4)

    red, green, blue = (linear(topic.colour[at : at + 2]) for at in (1, 3, 5))
    luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    assert 1.05 / (luminance + 0.05) >= 4.5


def test_an_alert_says_the_same_after_the_wire() -> None:
    storm = alert(issued=datetime(2026, 12, 1, 9, 30, tzinfo=UTC))
    assert msgspec.json.decode(msgspec.json.encode(storm), type=Alert) == storm
    assert NOW.tzinfo is UTC


@pytest.mark.parametrize("colour", ["#0b5cad\n", "#0b5cag", "0b5cad"])
def test_a_colour_is_one_to_the_last_character(colour: str) -> None:
    with pytest.raises(msgspec.ValidationError):
        decode(Notice, WATER | {"topic": {"word": "停水", "colour": colour}})
