"""What would shame an author at the doorway is found, and what people rightly write is left alone."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from content.gates.proofread import (
    alert_errors,
    alert_warnings,
    card_errors,
    card_warnings,
    code_errors,
    code_warnings,
    is_allowed,
    links,
    notice_errors,
    notice_warnings,
)
from content.notice import TOPICS, Alert, Level, Media, Notice, Show
from content.problem import Finding, Severity
from tests.fakes import NOW, alert, card, code, media, notice, png

# Local times have no zone here by definition.
# ruff: noqa: DTZ001

LOCAL = datetime(2026, 11, 23, 9)
HOSTS = ("village.example", "*.gov.example")


def told(findings: Iterable[Finding]) -> list[str]:
    return [one.what for one in findings]


def of_body(body: str, start: datetime | None = None, end: datetime | None = None) -> list[str]:
    return told(notice_warnings(notice(title="明天上午", body=body, show=Show(start=start, end=end)), LOCAL))


# Dates

WRONG_DAYS = {
    "7月12日 星期五": "“7月12日 星期五”不对，2026年7月12日是星期日",
    "12月12日（周五）": "“12月12日（周五”不对，2026年12月12日是星期六",
    "2026-12-12 周日": "“2026-12-12 周日”不对，2026年12月12日是星期六",
    "2025年7月12日，星期天": "“2025年7月12日，星期天”不对，2025年7月12日是星期六",
    "| 12月11日 周四 | 8:00—12:00 |": "“12月11日 周四”不对，2026年12月11日是星期五",
    "2月30日": "没有“2月30日”这一天",
    "2026年2月29日": "没有“2026年2月29日”这一天",
}
RIGHT_DAYS = [
    "12月12日 星期六",
    "12月13日（周日）",
    "12月13日星期天",
    "7月10日 周五",
    "1月8日 星期五",  # of the next year: nearer than this one's
    "7月11日、12日（周六、周日）",
    "2月29日",
    "1—12号楼 3-2 1/2 24/7",
    "8:30—11:00",
    "1月30日、31日和2月3日",
]


@pytest.mark.parametrize("text", WRONG_DAYS)
def test_a_weekday_that_is_not_that_of_its_date_is_told_with_the_right_one(text: str) -> None:
    assert of_body(text) == [WRONG_DAYS[text]]


@pytest.mark.parametrize("text", RIGHT_DAYS)
def test_a_right_date_is_left_alone(text: str) -> None:
    assert of_body(text) == []


@given(st.dates(date(2001, 1, 1), date(2389, 1, 1)), st.integers(0, 6))
def test_of_seven_weekdays_one_is_right(day: date, weekday: int) -> None:
    text = f"{day.month}月{day.day}日 星期{'一二三四五六日'[weekday]}"
    start = datetime(day.year, day.month, day.day)
    found = of_body(text, start=start, end=start + timedelta(hours=5))
    assert (found == []) == (day.weekday() == weekday)


def test_a_date_without_a_year_is_one_of_the_time_in_which_it_is_shown() -> None:
    start, end = datetime(2025, 7, 10), datetime(2025, 7, 13)
    assert of_body("7月12日 周六", start, end) == []
    assert of_body("7月12日 周日", start, end) == ["“7月12日 周日”不对，2025年7月12日是星期六"]


def test_the_line_of_a_long_body_is_that_of_the_date() -> None:
    body = "第一行\n\n12月12日 星期五"
    (found,) = notice_warnings(notice(title="a", body=body), LOCAL)
    assert (found.where, found.below) == (("body",), 3)


def test_a_notice_that_ends_before_the_day_in_its_title_is_told() -> None:
    early = notice(title="12月8日清洗水箱", show=Show(start=datetime(2026, 12, 1), end=datetime(2026, 12, 8)))
    assert told(notice_warnings(early, LOCAL)) == ["题目里的 12月8日 还没到就不再显示"]
    right = replace(early, show=Show(start=datetime(2026, 12, 1), end=datetime(2026, 12, 8, 20)))
    assert told(notice_warnings(right, LOCAL)) == []


# Titles


@pytest.mark.parametrize("title", ["红榜：第二季度前八名", "【红榜】前八名", "前八名，红榜", "红榜通知—前八名"])
def test_a_title_that_says_its_topic_again_is_told(title: str) -> None:
    assert told(notice_warnings(notice(title=title, topic=TOPICS["红榜"]), LOCAL)) == ["题目里又写了一遍主题“红榜”"]


@pytest.mark.parametrize("title", ["第二季度村级财务公开", "红榜上的好邻居", "翠苑小区北区计划停水通知"])
def test_a_title_in_which_the_topic_is_part_of_the_sentence_is_left_alone(title: str) -> None:
    for word in ("红榜", "财务公开", "停水停电"):
        assert told(notice_warnings(notice(title=title, topic=TOPICS[word]), LOCAL)) == []


def test_a_title_of_the_topic_alone_is_told() -> None:
    assert told(notice_warnings(notice(title="停水停电通知"), LOCAL)) == ["题目只有主题“停水停电”，看不出什么事"]


# Links

STRANGE = {
    "https://evil.com/x": "evil.com",
    "http://village.example.evil.com": "village.example.evil.com",
    "https://village.example@evil.com/": "evil.com",
    "https://village.example\\@evil.com/": "village.example",  # what browsers open
    "请上 www.evil.com 查询": "www.evil.com",
    "请上ｗｗｗ．ｅｖｉｌ．ｃｏｍ": "www.evil.com",
    "HTTPS：//EVIL.COM": "evil.com",
    "1.2.3.4：http://1.2.3.4/": "1.2.3.4",
    "evil.xyz/b": "evil.xyz",
    "村务.中国": "村务.中国",
}


@pytest.mark.parametrize("text", STRANGE)
def test_a_web_address_is_found_however_it_is_dressed(text: str) -> None:
    assert STRANGE[text] in [host for host, _ in links(text)]


@pytest.mark.parametrize("text", ["a.b@163.com", "1.5公里", "8.30开门", "No.12", "第3.2条", "IMG.jpg"])
def test_what_is_no_web_address_is_none(text: str) -> None:
    assert list(links(text)) == []


@pytest.mark.parametrize("field", ["title", "body"])
def test_a_link_elsewhere_is_an_error_and_is_not_published(field: str) -> None:
    (found,) = notice_errors(notice(**{field: "上 www.evil.com"}), HOSTS)
    assert (found.severity, found.where) == (Severity.ERROR, (field,))
    assert notice_errors(notice(**{field: "上 https://village.example/a 或 x.gov.example 看"}), HOSTS) == []
    assert notice_errors(notice(**{field: "上 www.evil.com"}), ()) == []


def test_a_caption_and_an_alert_are_read_too() -> None:
    picture = replace(media(png()), caption="www.evil.com")
    assert [one.where for one in notice_errors(notice(media=(picture,)), HOSTS)] == [("media", 0)]
    assert [one.where for one in alert_errors(replace(alert(), contact="evil.com"), HOSTS)] == [("contact",)]


def test_a_star_allows_what_is_below_and_nothing_that_only_ends_alike() -> None:
    allowed = [host for host in ("gov.example", "a.gov.example", "agov.example", "example") if is_allowed(host, HOSTS)]
    assert allowed == ["gov.example", "a.gov.example"]
    assert not is_allowed("a.village.example", HOSTS)


def test_a_service_code_that_leads_elsewhere_is_an_error() -> None:
    assert [one.severity for one in code_errors(code("evil"), HOSTS)] == [Severity.ERROR]
    assert code_errors(code("village"), HOSTS) == []
    assert code_errors(code("anywhere"), ()) == []


def test_a_service_code_without_encryption_is_told() -> None:
    assert told(code_warnings(replace(code(), url="http://a.example/b"))) != []
    assert told(code_warnings(code())) == []


# Alerts


def an_alert(**more: object) -> Alert:
    return replace(alert(issued=NOW), **more)


def test_an_exercise_that_would_be_shown_as_real_is_an_error() -> None:
    (found,) = alert_errors(an_alert(headline="消防演练，请下楼"), ())
    assert (found.severity, found.where) == (Severity.ERROR, ("headline",))
    assert alert_errors(an_alert(headline="消防演练，请下楼", exercise=True), ()) == []


@pytest.mark.parametrize("headline", ["这不是演练，马上撤离", "真实火情，并非演练", "暴雨红色预警"])
def test_a_real_alert_is_never_held_back_for_its_words(headline: str) -> None:
    assert alert_errors(an_alert(headline=headline), HOSTS) == []


def test_an_exercise_without_the_word_is_told() -> None:
    assert told(alert_warnings(an_alert(exercise=True), NOW)) == ["是演练，文字里却没有“演练”二字"]
    assert told(alert_warnings(an_alert(exercise=True, event="暴雨演练"), NOW)) == []


@pytest.mark.parametrize(
    ("level", "hours"), [(Level.RED, 24), (Level.ORANGE, 24), (Level.YELLOW, 72), (Level.BLUE, 72)]
)
def test_an_alert_that_nobody_will_look_at_again_is_told_and_not_held_back(level: Level, hours: int) -> None:
    right = an_alert(level=level, expires=NOW + timedelta(hours=hours))
    long = replace(right, expires=NOW + timedelta(hours=hours, minutes=1))
    assert told(alert_warnings(right, NOW)) == []
    assert [one.where for one in alert_warnings(long, NOW)] == [("expires",)]
    assert alert_errors(long, HOSTS) == []


# Cards


def test_a_card_is_told_of_before_and_after_its_last_day() -> None:
    today = date(2026, 11, 23)
    words = {
        day: told(card_warnings(replace(card(), until=today + timedelta(days=day)), today)) for day in (-1, 0, 14, 15)
    }
    assert words == {
        -1: ["公示牌 2026-11-22 已经到期，屏上改为“网格员调整中”"],
        0: ["公示牌还有 0 天到期"],
        14: ["公示牌还有 14 天到期"],
        15: [],
    }


def test_a_mistyped_number_on_a_card_is_an_error_and_an_unusual_one_is_told() -> None:
    """Somebody else would answer the residents' calls; a short number of the village may be right."""
    (found,) = card_errors(replace(card(), phone="1391234567"))
    assert (found.severity, found.where) == (Severity.ERROR, ("phone",))
    assert card_errors(replace(card(), phone="6688")) == []
    assert told(card_warnings(replace(card(), phone="6688"), date(2026, 1, 1))) == ["电话 6688 不是常见的号码"]
    assert card_errors(card()) == []
    assert told(card_warnings(card(), date(2026, 1, 1))) == []


# Pictures

PICTURES = {
    "图片只有 400×300 像素，放大后模糊": (400, 300, 50_000, "image/png"),
    "图片 3000×400 太扁，屏上只占一条": (3000, 400, 500_000, "image/png"),
    "图片 700×4000 太长，屏上只占一条": (700, 4000, 500_000, "image/png"),
    "图片有 1600×1200 像素，文件却只有 19 KB，压得太狠": (1600, 1200, 20_000, "image/jpeg"),
}


def with_picture(width: int, height: int, size: int, kind: str) -> Notice:
    return notice(media=(Media(sha256="0" * 64, size=size, kind=kind, width=width, height=height),))


@pytest.mark.parametrize("what", PICTURES)
def test_a_picture_that_will_look_poor_is_told(what: str) -> None:
    assert told(notice_warnings(with_picture(*PICTURES[what]), LOCAL)) == [what]


def test_a_usual_picture_is_left_alone() -> None:
    for usual in (
        (1600, 1200, 300_000, "image/jpeg"),
        (1080, 1920, 20_000, "image/png"),
        (640, 360, 9_000, "image/webp"),
    ):
        assert told(notice_warnings(with_picture(*usual), LOCAL)) == []


@given(st.text(max_size=500))
def test_any_text_can_be_read(text: str) -> None:
    one = notice(body=text.replace("|", "/"))
    findings = [*notice_errors(one, HOSTS), *notice_warnings(one, LOCAL)]
    assert all(0 <= found.below <= text.count("\n") + 1 for found in findings)


def test_alerts_are_read_in_the_village_s_time() -> None:
    """Issued in UTC on the evening before."""
    issued = datetime(2026, 12, 11, 17, tzinfo=UTC)
    shown = an_alert(issued=issued, expires=issued + timedelta(hours=2), instruction="12月12日 周六 撤离")
    assert told(alert_warnings(shown, NOW)) == []
