"""Times, hours, weekdays and levels, as people write them."""

from datetime import date, datetime, time

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from content.authored import (
    AlertFile,
    CardEntry,
    NoticeFile,
    PlaceEntry,
    ShowEntry,
    TopicEntry,
    alert_level,
    daily_hours,
    day,
    moment,
    weekday,
)
from content.document import Document, read
from content.manifest import zone
from content.notice import Alert, Card, DailyHours, Level, Show, Topic
from tests.fakes import ALERT_YAML, NOTICE_YAML

# Local times have no zone here by definition.
# ruff: noqa: DTZ001

MOMENTS = {
    "2025-07-10": datetime(2025, 7, 10),
    "2025-07-10T18:00": datetime(2025, 7, 10, 18),
    "2025-07-10 18:00": datetime(2025, 7, 10, 18),
    "2025/07/10": datetime(2025, 7, 10),
    " 2025-07-10 ": datetime(2025, 7, 10),
    "2025-07-10T18:00:30": datetime(2025, 7, 10, 18, 0, 30),
}


@pytest.mark.parametrize(("text", "expected"), MOMENTS.items())
def test_a_moment_is_a_day_or_a_day_with_a_time(text: str, expected: datetime) -> None:
    assert moment(text) == expected


def test_an_end_that_is_only_a_day_is_the_end_of_that_day() -> None:
    assert moment("2025-07-12", end=True) == datetime(2025, 7, 13)
    assert moment("2025-07-12T18:00", end=True) == datetime(2025, 7, 12, 18)
    assert moment("2025-12-31", end=True) == datetime(2026, 1, 1)


@pytest.mark.parametrize(
    "text", ["", "明天", "2025-02-30", "2025-13-01", "10/7/2025", "2025-07-10T25:00", "七月十日", "９"]
)
def test_what_is_no_moment_is_a_mistake_with_an_example(text: str) -> None:
    with pytest.raises(ValueError, match="2025-07-10"):
        moment(text)


@pytest.mark.parametrize("text", ["2025-07-10T18:00Z", "2025-07-10T18:00+08:00"])
def test_a_time_zone_is_not_for_the_admin_to_write(text: str) -> None:
    with pytest.raises(ValueError, match="不要带时区"):
        moment(text)


def test_for_ever_is_a_mistake_and_not_a_crash() -> None:
    with pytest.raises(ValueError, match="9999"):
        moment("9999-12-31", end=True)


@given(st.text(max_size=30) | st.datetimes().map(str) | st.dates().map(str))
def test_any_text_is_a_moment_or_a_mistake(text: str) -> None:
    for end in (False, True):
        try:
            assert moment(text, end=end).tzinfo is None
        except ValueError:
            continue


HOURS = {
    "06:30-22:00": (time(6, 30), time(22)),
    "6:30 - 22:00": (time(6, 30), time(22)),
    "22:00-06:00": (time(22), time(6)),
    "08:00-24:00": (time(8), time(0)),
    "00:00-24:00": (time(0), time(0)),
    "08:00—20:00": (time(8), time(20)),
    "08:00至20:00": (time(8), time(20)),
    "08:00~20:00": (time(8), time(20)),
}


@pytest.mark.parametrize(("text", "hours"), HOURS.items())
def test_hours_are_read_however_the_dash_is_written(text: str, hours: tuple[time, time]) -> None:
    assert daily_hours(text) == DailyHours(start=hours[0], end=hours[1])


@pytest.mark.parametrize(
    "text", ["8-20", "08:00", "08:00-25:00", "08:60-09:00", "24:00-08:00", "", "每天", "08:00-09:00-10:00"]
)
def test_what_are_no_hours_is_a_mistake(text: str) -> None:
    with pytest.raises(ValueError, match="时段"):
        daily_hours(text)


@pytest.mark.parametrize("text", ["08：00-20：00", "08:00～20:00"])
def test_hours_from_a_chinese_keyboard_are_hours(text: str) -> None:
    assert daily_hours(text) == DailyHours(start=time(8), end=time(20))


def test_all_names_of_the_seven_days_are_known() -> None:
    assert [weekday(f"周{one}") for one in "一二三四五六日"] == list(range(7))
    assert [weekday(f"星期{one}") for one in "一二三四五六天"] == list(range(7))


@pytest.mark.parametrize("text", ["", "周", "周八", "周一二", "Monday", "1", "日一"])
def test_no_other_day_is(text: str) -> None:
    with pytest.raises(ValueError, match="周一"):
        weekday(text)


@pytest.mark.parametrize("text", ["红", "红色", "红色预警", " 红色 "])
def test_a_level_is_its_colour(text: str) -> None:
    assert alert_level(text) == Level.RED


def test_another_level_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="蓝、黄、橙、红"):
        alert_level("紫色")


def test_a_day_is_a_day() -> None:
    assert day("2027-12-31") == date(2027, 12, 31)
    with pytest.raises(ValueError, match="2025-07-10"):
        day("2027年")


def shown(entry: ShowEntry) -> tuple[Show | None, list[str]]:
    document: Document[NoticeFile] = Document("a.yaml")
    return entry.parsed(document), [str(problem) for problem in document.problems]


def test_a_show_entry_becomes_a_show() -> None:
    entry = ShowEntry(start="2025-07-10", until="2025-07-12", daily="06:30-22:00", weekdays=("周一", "星期天"))
    hours = DailyHours(start=time(6, 30), end=time(22))
    expected = Show(start=datetime(2025, 7, 10), end=datetime(2025, 7, 13), daily=hours, weekdays=(0, 6))
    assert shown(entry) == (expected, [])
    assert shown(ShowEntry()) == (Show(), [])
    assert shown(ShowEntry(rrule="RRULE:FREQ=MONTHLY;BYMONTHDAY=5")) == (Show(rrule="FREQ=MONTHLY;BYMONTHDAY=5"), [])


def test_one_day_from_and_until_is_that_whole_day() -> None:
    show, problems = shown(ShowEntry(start="2025-07-10", until="2025-07-10"))
    assert problems == []
    assert show == Show(start=datetime(2025, 7, 10), end=datetime(2025, 7, 11))


def test_every_mistake_of_a_show_is_told() -> None:
    show, problems = shown(ShowEntry(start="明天", until="后天", daily="整天", weekdays=("周八",)))
    assert show is None
    assert len(problems) == 4


def test_until_before_from_is_told() -> None:
    show, problems = shown(ShowEntry(start="2025-07-10", until="2025-07-09"))
    assert show is None
    assert len(problems) == 1
    assert "不晚于" in problems[0]


def test_until_for_ever_is_told() -> None:
    show, problems = shown(ShowEntry(until="9999-12-31"))
    assert show is None
    assert len(problems) == 1


def test_pictures_are_entries_with_or_without_a_caption() -> None:
    text = NOTICE_YAML + "media: [a.png, {file: b.png, caption: 阀门}]\n"
    document = read("a.yaml", text.encode(), NoticeFile)
    assert document.value
    assert [(one.file, one.caption) for one in document.value.pictures()] == [("a.png", ""), ("b.png", "阀门")]


def alert_of(text: str) -> tuple[Alert | None, list[str]]:
    document = read("alerts/storm.yaml", text.encode(), AlertFile)
    assert document.value
    made = document.value.alert(document, "storm", zone("Asia/Shanghai"), "村委会")
    return made, [str(problem) for problem in document.problems]


def test_an_alerts_times_are_those_of_the_village() -> None:
    made, problems = alert_of(ALERT_YAML)
    assert problems == []
    assert made
    assert made.issued.isoformat() == "2026-12-01T08:00:00+08:00"
    assert made.expires.isoformat() == "2026-12-01T20:00:00+08:00"
    assert (made.level, made.source, made.exercise) == (Level.RED, "村委会", False)


def test_every_mistake_of_an_alert_is_told_with_its_line() -> None:
    text = (
        ALERT_YAML.replace("红色\n", "紫\n", 1).replace("2026-12-01T08:00", "早上").replace("2026-12-01T20:00", "晚上")
    )
    made, problems = alert_of(text)
    assert made is None
    assert [problem.split(": ")[0] for problem in problems] == [f"alerts/storm.yaml:{line}" for line in (1, 5, 6)]


def test_an_alert_that_is_over_before_it_begins_is_a_mistake() -> None:
    made, problems = alert_of(ALERT_YAML.replace("2026-12-01T20:00", "2026-12-01T07:00"))
    assert made is None
    assert [problem.split(": ")[0] for problem in problems] == ["alerts/storm.yaml:6"]


def test_a_headline_of_blanks_is_a_mistake_of_its_own_line() -> None:
    text = ALERT_YAML.replace("headline: 暴雨红色预警", "headline: '   '")
    document = read("alerts/storm.yaml", text.encode(), AlertFile)
    assert [problem.line for problem in document.problems] == [3]


def test_units_are_short_for_the_doorways_of_a_building() -> None:
    entry = PlaceEntry(name="3号楼", units=2, places={"gate": PlaceEntry(name="大门"), "u1": PlaceEntry(name="东单元")})
    assert {level: place.name for level, place in entry.children().items()} == {
        "u1": "东单元",
        "u2": "2单元",
        "gate": "大门",
    }


def test_a_card_is_true_up_to_and_with_its_last_day() -> None:
    card = CardEntry(name="张三", phone="0391-0000000", until="2027-12-31").card(None)
    assert card == Card(name="张三", phone="0391-0000000", until=date(2027, 12, 31))


def test_a_village_may_have_topics_of_its_own() -> None:
    assert TopicEntry(colour="#5b3a8e", icon="safety").topic("反诈") == Topic(
        word="反诈", colour="#5b3a8e", icon="safety"
    )
    with pytest.raises(msgspec.ValidationError, match="12"):
        TopicEntry(colour="#5b3a8e").topic("一二三四五六七八九十一二三")
