"""Dates, times and rules in the words of a Chinese notice board. Pure."""

import re
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from content.notice import Notice, Show, rrule_parts

WEEKDAYS = "一二三四五六日"
RRULE_DAYS = {"MO": 0, "TU": 1, "WE": 2, "TH": 3, "FR": 4, "SA": 5, "SU": 6}
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


def foot_words(notice: Notice) -> str:
    """白庄村村委会 · 有效至7月12日 18:00"""
    return " · ".join(part for part in (notice.source, show_words(notice.show)) if part)


def show_words(show: Show) -> str:
    """When a notice holds: its rule, its daily hours and its end, as far as it has them."""
    rule = rule_words(show.rrule) if show.rrule else week_words(show.weekdays)
    hours = ""
    if show.daily and (rule or not show.end):
        hours = f"{clock_words(show.daily.start)}—{clock_words(show.daily.end)}"
        rule = f"{rule or '每天'} {hours}"
    end = end_words(show)
    return " · ".join(part for part in (rule, end) if part)


def end_words(show: Show) -> str:
    """有效至…: an end at midnight is the day before, as people say it."""
    if show.end is None:
        return ""
    last = show.end - timedelta(days=1) if show.end.time() == time.min else show.end
    year = f"{last.year}年" if show.start and show.start.year != last.year else ""
    hour = "" if show.end.time() == time.min else f" {clock_words(show.end)}"
    return f"有效至{year}{day_words(last)}{hour}"


def week_words(weekdays: Sequence[int]) -> str:
    """每周一、三、五"""
    days = sorted(set(weekdays))
    if not days:
        return ""
    return "每天" if len(days) == 7 else "每周" + "、".join(WEEKDAYS[day] for day in days)


def rule_words(rrule: str) -> str:
    """每月5、15、25日. A rule that has no short words gives none: better silent than wrong."""
    parts = rrule_parts(rrule)
    day_part = parts.get("BYDAY", "")
    months = parts.get("BYMONTH", "")
    if parts.keys() - {"FREQ", "BYDAY", "BYMONTHDAY", "BYMONTH", "WKST", "UNTIL"}:
        return ""
    match parts["FREQ"]:
        case "DAILY" if not day_part and not months and "BYMONTHDAY" not in parts:
            return "每天"
        case "WEEKLY" if day_part and not months and "BYMONTHDAY" not in parts:
            days = day_part.split(",")
            return week_words([RRULE_DAYS[day] for day in days]) if all(day in RRULE_DAYS for day in days) else ""
        case "MONTHLY" if not months:
            return month_words(parts.get("BYMONTHDAY", ""), day_part)
        case "YEARLY" if months.isdigit() and not day_part and plain_days(parts.get("BYMONTHDAY", "")):
            return f"每年{months}月{parts['BYMONTHDAY'].replace(',', '、')}日"
    return ""


def plain_days(days: str) -> bool:
    return bool(days) and all(day.isdigit() for day in days.split(","))


def month_words(month_days: str, week_days: str) -> str:
    """每月5、15、25日, 每月最后一天, 每月第二个星期三"""
    if month_days and not week_days:
        if month_days == "-1":
            return "每月最后一天"
        return f"每月{month_days.replace(',', '、')}日" if plain_days(month_days) else ""
    match = re.fullmatch(r"(-?\d)([A-Z]{2})", week_days)
    if match and not month_days and int(match[1]) in ORDINALS:
        return f"每月{ORDINALS[int(match[1])]}星期{WEEKDAYS[RRULE_DAYS[match[2]]]}"
    return ""
