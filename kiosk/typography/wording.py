"""Dates, times and rules in the words of a Chinese notice board. Pure."""

import re
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from content.notice import DailyHours, Notice, Show
from content.rrule import rrule_parts

WEEKDAYS = "一二三四五六日"
RRULE_DAYS = {"MO": 0, "TU": 1, "WE": 2, "TH": 3, "FR": 4, "SA": 5, "SU": 6}
LAST_DAYS = "一两三四五六七"
ORDINALS = {1: "第一个", 2: "第二个", 3: "第三个", 4: "第四个", 5: "第五个", -1: "最后一个"}


def day_words(day: date) -> str:
    """7月10日"""
    return f"{day.month}月{day.day}日"


def weekday_words(day: date) -> str:
    """星期四"""
    return f"星期{WEEKDAYS[day.weekday()]}"


def clock_words(moment: datetime | time) -> str:
    """09:26"""
    return f"{moment.hour:02}:{moment.minute:02}"


def moment_words(moment: datetime) -> str:
    """7月10日 14:32"""
    return f"{day_words(moment)} {clock_words(moment)}"


def issued_words(issued: datetime, moment: datetime | None) -> str:
    """14:32 发布 · 现在 14:40; the day where it is another one, and no time of now that is not known."""
    if moment is None:
        return f"{moment_words(issued)} 发布"
    when = clock_words(issued) if issued.date() == moment.date() else moment_words(issued)
    return f"{when} 发布 · 现在 {clock_words(moment)}"


def foot_words(notice: Notice) -> str:
    """白庄村村委会 · 有效至7月12日 18:00"""
    return " · ".join(part for part in (notice.source, show_words(notice.show)) if part)


def show_words(show: Show) -> str:
    """When a notice holds, or — where it comes and goes — when it is shown, which is not always when things happen."""
    rule = rule_words(show.rrule) if show.rrule else week_words(show.weekdays)
    hours = hours_words(show.daily) if show.daily and (rule or not show.end) else ""
    if not hours and rule in ("", "每天"):
        return f"有效至{end_words(show)}" if show.end else ""
    rule = rule or ("" if show.rrule else "每天")
    shown = f"{rule} {hours} 播放".strip() if hours else f"{rule}播放"
    return f"{shown}，至{end_words(show)}" if show.end else shown


def hours_words(daily: DailyHours) -> str:
    """6:30—18:30, 20:30—次日6:30"""
    start, end = (f"{one.hour}:{one.minute:02}" for one in (daily.start, daily.end))
    return f"{start}—{'次日' if daily.end <= daily.start else ''}{end}"


def end_words(show: Show) -> str:
    """7月12日 18:00: an end at midnight is the day before, as people say it; "" without an end."""
    if show.end is None:
        return ""
    last = show.end - timedelta(days=1) if show.end.time() == time.min else show.end
    year = f"{last.year}年" if show.start and show.start.year != last.year else ""
    hour = "" if show.end.time() == time.min else f" {clock_words(show.end)}"
    return f"{year}{day_words(last)}{hour}"


def week_words(weekdays: Sequence[int]) -> str:
    """每周一、三、五, 每周一至周五"""
    days = sorted(set(weekdays))
    if not days:
        return ""
    if len(days) == 7:
        return "每天"
    if len(days) > 2 and days[-1] - days[0] == len(days) - 1:
        return f"每周{WEEKDAYS[days[0]]}至周{WEEKDAYS[days[-1]]}"
    return "每周" + "、".join(WEEKDAYS[day] for day in days)


def rule_words(rrule: str) -> str:
    """每月5、15、25日. A rule that has no short words gives none: better silent than wrong."""
    parts = rrule_parts(rrule)
    day_part = parts.get("BYDAY", "")
    month_days = parts.get("BYMONTHDAY", "")
    months = parts.get("BYMONTH", "")
    season = season_words(months)
    if parts.keys() - {"FREQ", "BYDAY", "BYMONTHDAY", "BYMONTH", "WKST", "UNTIL"} or (months and not season):
        return ""
    words = ""
    match parts["FREQ"]:
        case "DAILY" if not day_part and not month_days:
            words = "每天"
        case "WEEKLY" if day_part and not month_days:
            days = day_part.split(",")
            words = week_words([RRULE_DAYS[day] for day in days]) if all(day in RRULE_DAYS for day in days) else ""
        case "MONTHLY":
            words = month_words(month_days, day_part)
        case "YEARLY" if months.isdigit() and not day_part and plain_days(month_days):
            return f"每年{months}月{month_days.replace(',', '、')}日"
    return f"{season}{words}" if words else ""


def season_words(months: str) -> str:
    """6—9月, 11月至次年3月; "" for no months and for those that have no short words."""
    found = sorted({int(month) for month in months.split(",") if month.isdigit()})
    if not found or len(found) == 12:
        return ""
    if found[-1] - found[0] == len(found) - 1:
        return f"{found[0]}月" if len(found) == 1 else f"{found[0]}—{found[-1]}月"
    missing = sorted(set(range(1, 13)) - set(found))
    if missing[-1] - missing[0] == len(missing) - 1:
        return f"{missing[-1] + 1}月至次年{missing[0] - 1}月"
    return ""


def plain_days(days: str) -> bool:
    return bool(days) and all(day.isdigit() for day in days.split(","))


def month_words(month_days: str, week_days: str) -> str:
    """每月5、15、25日, 每月8—10日, 每月最后三天, 每月第二个星期三"""
    if month_days and not week_days:
        found = sorted({int(day) for day in month_days.split(",")})
        if found[0] < 0:
            is_end = found == list(range(-len(found), 0)) and len(found) <= len(LAST_DAYS)
            return f"每月最后{LAST_DAYS[len(found) - 1]}天" if is_end else ""
        if len(found) > 2 and found[-1] - found[0] == len(found) - 1:
            return f"每月{found[0]}—{found[-1]}日"
        return f"每月{'、'.join(str(day) for day in found)}日"
    return "" if month_days else nth_words(week_days)


def nth_words(week_days: str) -> str:
    """每月第二个星期三, 每月第一个星期一、二, 每月第一、三个星期六; "" for what has no such words."""
    found = [re.fullmatch(r"(-?\d)([A-Z]{2})", day) for day in week_days.split(",")]
    pairs = sorted({(int(one[1]), RRULE_DAYS[one[2]]) for one in found if one})
    if not all(found) or any(number not in ORDINALS for number, _ in pairs):
        return ""
    numbers, days = sorted({number for number, _ in pairs}), sorted({day for _, day in pairs})
    if len(numbers) == 1:
        return f"每月{ORDINALS[numbers[0]]}星期{'、'.join(WEEKDAYS[day] for day in days)}"
    if len(days) == 1 and numbers[0] > 0:
        return f"每月第{'、'.join(ORDINALS[number][1] for number in numbers)}个星期{WEEKDAYS[days[0]]}"
    return ""
