"""Rules of display in the words of a notice board."""

from datetime import datetime, time

import pytest
from msgspec.structs import replace

from content.notice import DailyHours, Show
from kiosk.typography.wording import foot_words, show_words
from tests.sample_views import LONG, WATER


@pytest.mark.parametrize(
    ("show", "words"),
    [
        (Show(), ""),
        (Show(end=datetime(2025, 7, 12, 18)), "有效至7月12日 18:00"),  # noqa: DTZ001
        (Show(end=datetime(2025, 8, 1)), "有效至7月31日"),  # noqa: DTZ001
        (Show(start=datetime(2025, 12, 1), end=datetime(2026, 1, 6)), "有效至2026年1月5日"),  # noqa: DTZ001
        (Show(rrule="FREQ=MONTHLY;BYMONTHDAY=5,15,25"), "每月5、15、25日播放"),
        (Show(rrule="FREQ=MONTHLY;BYMONTHDAY=-1"), "每月最后一天播放"),
        (Show(rrule="FREQ=MONTHLY;BYDAY=2WE"), "每月第二个星期三播放"),
        (Show(rrule="FREQ=WEEKLY;BYDAY=MO,FR"), "每周一、五播放"),
        (Show(rrule="FREQ=YEARLY;BYMONTH=10;BYMONTHDAY=1"), "每年10月1日播放"),
        (Show(rrule="FREQ=WEEKLY;INTERVAL=2;BYDAY=MO", start=datetime(2025, 7, 7)), ""),  # noqa: DTZ001
        (Show(weekdays=(0, 2, 4)), "每周一、三、五播放"),
        (Show(weekdays=(0, 1, 2, 3, 4, 5, 6)), ""),
        (Show(weekdays=(0, 1, 2, 3, 4)), "每周一至周五播放"),
        (
            Show(start=datetime(2026, 10, 8), end=datetime(2027, 1, 11), weekdays=(0, 2)),  # noqa: DTZ001
            "每周一、三播放，至2027年1月10日",
        ),
        (Show(weekdays=(0, 3), daily=DailyHours(time(6, 30), time(18, 30))), "每周一、四 6:30—18:30 播放"),
        (Show(daily=DailyHours(time(20, 30), time(6, 30))), "每天 20:30—次日6:30 播放"),
        (Show(rrule="FREQ=MONTHLY;BYMONTHDAY=8,9,10"), "每月8—10日播放"),
        (Show(rrule="FREQ=MONTHLY;BYMONTHDAY=-3,-2,-1"), "每月最后三天播放"),
        (Show(rrule="FREQ=DAILY;BYMONTH=11,12,1,2,3"), "11月至次年3月每天播放"),
        (Show(rrule="FREQ=WEEKLY;BYMONTH=6,7,8,9;BYDAY=MO,TH"), "6—9月每周一、四播放"),
        (
            Show(rrule="FREQ=MONTHLY;BYDAY=1MO,1TU", daily=DailyHours(time(8), time(9))),
            "每月第一个星期一、二 8:00—9:00 播放",
        ),
        (Show(rrule="FREQ=MONTHLY;BYDAY=1SA,3SA"), "每月第一、三个星期六播放"),
        (Show(rrule="FREQ=MONTHLY;BYDAY=1MO,3TU", daily=DailyHours(time(8), time(9))), "8:00—9:00 播放"),
    ],
)
def test_when_a_notice_holds_is_said_in_words(show: Show, words: str) -> None:
    assert show_words(show) == words


def test_the_foot_line_names_who_says_so() -> None:
    assert foot_words(WATER) == "白庄村村委会 · 有效至7月12日 18:00"
    assert foot_words(LONG) == "白庄村村委会 · 每天 6:30—22:00 播放"
    assert foot_words(replace(WATER, source="", show=Show())) == ""
