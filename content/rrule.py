"""Recurrence rules of notices (RFC 5545, 3.3.10): which are accepted, why the others are not, and their days. Pure.

The days are found here and not by dateutil, because of what a rule may cost: a manifest comes from outside, and a
screen asks at every change. dateutil counts from the first day and searches for a day that never comes until the
year 9999 (16 s for a 30th of February). Here each day is asked by itself whether the rule names it, so an answer
costs so many days as it looks ahead, whatever the rule. COUNT is refused for that reason: it must be counted from the
first day; `until` says the same. That both find the same days is a test.
"""

import re
from calendar import isleap, monthrange
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from functools import lru_cache

from msgspec import Struct

RRULE_FREQUENCIES = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")
RRULE_PART = re.compile(r"([A-Z]+)=([A-Z0-9,+\-:TZ]+)")
RRULE_NAMES = frozenset("FREQ INTERVAL UNTIL WKST BYDAY BYMONTHDAY BYMONTH BYYEARDAY BYWEEKNO BYSETPOS".split())
RRULE_DAY_PARTS = frozenset({"BYDAY", "BYMONTHDAY", "BYYEARDAY", "BYWEEKNO"})
RRULE_BELONGS = {
    "BYMONTHDAY": ("DAILY", "MONTHLY", "YEARLY"),
    "BYYEARDAY": ("YEARLY",),
    "BYWEEKNO": ("YEARLY",),
    "BYSETPOS": ("WEEKLY", "MONTHLY", "YEARLY"),
}
"""With which frequencies a part may stand: RFC 5545, 3.3.10, and one day alone has no positions."""
WEEK = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
DAY = timedelta(days=1)


def rrule_parts(text: str) -> dict[str, str]:
    """`FREQ=MONTHLY;BYMONTHDAY=5` as a dict. Raises ValueError for what is not of that form."""
    parts: dict[str, str] = {}
    for piece in text.split(";"):
        match = RRULE_PART.fullmatch(piece)
        if not match:
            raise ValueError(f"rrule 里的 {piece!r} 看不懂，应为 名称=值，例如 FREQ=MONTHLY;BYMONTHDAY=5,15,25")
        if match[1] == "COUNT":
            raise ValueError("rrule 不支持 COUNT（次数）；请在 show 里用 until 写明到哪一天为止")
        if match[1] not in RRULE_NAMES:
            raise ValueError(f"rrule 不支持 {match[1]}，可用：{'、'.join(sorted(RRULE_NAMES))}")
        if match[1] in parts:
            raise ValueError(f"rrule 里 {match[1]} 写了两次")
        parts[match[1]] = match[2]
    return parts


RRULE_RANGES = {"BYMONTHDAY": 31, "BYMONTH": 12, "BYYEARDAY": 366, "BYWEEKNO": 53, "BYSETPOS": 366}
"""The largest absolute values of RFC 5545, 3.3.10; 0 is none of them."""
RRULE_WEEKDAY = re.compile(r"([+-]?[1-9]\d?)?(MO|TU|WE|TH|FR|SA|SU)")


def check_ranges(parts: dict[str, str]) -> None:
    """Raise ValueError for numbers that no calendar has."""
    for name, most in RRULE_RANGES.items():
        for text in parts[name].split(",") if name in parts else ():
            if (
                not re.fullmatch(r"[+-]?\d{1,3}", text)
                or not 1 <= abs(int(text)) <= most
                or (name == "BYMONTH" and int(text) < 0)
            ):
                raise ValueError(f"rrule 的 {name}={text} 不对，应在 1 到 {most} 之间")
    if "INTERVAL" in parts and not re.fullmatch(r"[1-9]\d{0,3}", parts["INTERVAL"]):
        raise ValueError(f"rrule 的 INTERVAL={parts['INTERVAL']} 不对，应为 1 到 9999 的整数")
    if parts.get("WKST", "MO") not in WEEK:
        raise ValueError(f"rrule 的 WKST={parts['WKST']} 不对，应为 MO、TU … SU 之一")
    check_weekdays(parts)
    if "UNTIL" in parts:
        until_day(parts["UNTIL"])


def check_weekdays(parts: dict[str, str]) -> None:
    """Raise ValueError for a BYDAY that no month or year has."""
    numbered = parts["FREQ"] in ("MONTHLY", "YEARLY") and "BYWEEKNO" not in parts
    most_weeks = 5 if parts["FREQ"] == "MONTHLY" or "BYMONTH" in parts else 53
    for text in parts["BYDAY"].split(",") if "BYDAY" in parts else ():
        match = RRULE_WEEKDAY.fullmatch(text)
        if not match or (match[1] and not (numbered and abs(int(match[1])) <= most_weeks)):
            raise ValueError(f"rrule 的 BYDAY={text} 不对，应为 MO、TU … SU，或每月、每年第几个如 1MO、-1FR")


def until_day(text: str) -> date:
    """The last day. Raises ValueError for what is no date."""
    if not re.fullmatch(r"\d{8}(T\d{6}Z?)?", text):
        raise ValueError(f"rrule 的 UNTIL={text} 不对，应为 UNTIL=20271231")
    try:
        return datetime.strptime(text[:8], "%Y%m%d").date()  # noqa: DTZ007 -- local to the village by definition
    except ValueError as error:
        raise ValueError(f"rrule 的 UNTIL={text} 没有这一天") from error


def check_rrule(text: str, *, has_start: bool) -> None:
    """Raise ValueError unless `text` is a rule of whole days that means one thing.

    Sub-daily frequencies are refused: hours are `daily`'s business. A rule that RFC 5545 completes from DTSTART
    needs a `from`, or its days would be a matter of chance.
    """
    parts = rrule_parts(text)
    frequency = parts.get("FREQ")
    if frequency not in RRULE_FREQUENCIES:
        raise ValueError(f"rrule 要有 FREQ，且为 {'、'.join(RRULE_FREQUENCIES)} 之一；每天的时段请写 daily")
    for name, allowed in RRULE_BELONGS.items():
        if name in parts and frequency not in allowed:
            raise ValueError(f"rrule 的 {name} 不能和 FREQ={frequency} 一起用，只能和 {'、'.join(allowed)} 一起用")
    check_ranges(parts)
    if "BYSETPOS" in parts and not (RRULE_DAY_PARTS | {"BYMONTH"}) & parts.keys():
        raise ValueError("rrule 的 BYSETPOS 要和 BYDAY、BYMONTHDAY 等一起用")
    anchored = frequency == "DAILY" or RRULE_DAY_PARTS & parts.keys()
    if not has_start and ("INTERVAL" in parts or not anchored):
        raise ValueError("这样的 rrule 从哪天算起不明确，请加上 from，或写明 BYDAY、BYMONTHDAY")


class Rule(Struct, frozen=True):
    """A rule taken apart. Empty sets ask nothing."""

    frequency: str
    start: date
    interval: int = 1
    week_start: int = 0
    months: frozenset[int] = frozenset()
    month_days: frozenset[int] = frozenset()
    year_days: frozenset[int] = frozenset()
    weeks: frozenset[int] = frozenset()
    weekdays: frozenset[int] = frozenset()
    numbered: frozenset[tuple[int, int]] = frozenset()
    """(weekday, which of the month or year)"""
    positions: frozenset[int] = frozenset()
    until: date = date.max

    def names(self, day: date) -> bool:
        """Is `day` one of the rule's, its positions aside?"""
        if self.months and day.month not in self.months:
            return False
        if self.month_days:
            before_end = day.day - monthrange(day.year, day.month)[1] - 1
            if day.day not in self.month_days and before_end not in self.month_days:
                return False
        if self.weekdays or self.numbered:
            named = day.weekday() in self.weekdays or (bool(self.numbered) and self._is_numbered(day))
            if not named:
                return False
        if self.year_days:
            number = day_of_year(day)
            if number not in self.year_days and number - year_length(day) - 1 not in self.year_days:
                return False
        return not self.weeks or self._is_in_weeks(day)

    def _is_numbered(self, day: date) -> bool:
        """Is it the first Monday, the last Friday … of its month, or of its year?"""
        if self.frequency == "MONTHLY" or self.months:
            number, length = day.day, monthrange(day.year, day.month)[1]
        else:
            number, length = day_of_year(day), year_length(day)
        weekday = day.weekday()
        which, from_end = (number - 1) // 7 + 1, -((length - number) // 7 + 1)
        return (weekday, which) in self.numbered or (weekday, from_end) in self.numbered

    def _is_in_weeks(self, day: date) -> bool:
        """A week belongs to the year that has its fourth day, and the 28 December lies in the last (ISO 8601)."""
        year, week = self._week_of(day)
        return week in self.weeks or week - self._week_of(date(year, 12, 28))[1] - 1 in self.weeks

    def _week_of(self, day: date) -> tuple[int, int]:
        """The year and the number of the week in which `day` lies."""
        fourth = day - DAY * ((day.weekday() - self.week_start) % 7) + 3 * DAY
        return fourth.year, (day_of_year(fourth) - 1) // 7 + 1

    def period(self, day: date) -> int:
        """The number of the day, week, month or year in which `day` lies."""
        match self.frequency:
            case "DAILY":
                return day.toordinal()
            case "WEEKLY":
                return (day.toordinal() - 1 - self.week_start) // 7  # 1 January of the year 1 was a Monday
            case "MONTHLY":
                return day.year * 12 + day.month
        return day.year

    def days_of_period(self, day: date) -> list[date]:
        """All days that the rule names in the period of `day`, in order."""
        match self.frequency:
            case "WEEKLY":
                first = day - DAY * ((day.weekday() - self.week_start) % 7)
                length = 7
            case "MONTHLY":
                first, length = day.replace(day=1), monthrange(day.year, day.month)[1]
            case _:
                first, length = day.replace(month=1, day=1), year_length(day)
        return [one for one in (first + DAY * number for number in range(length)) if self.names(one)]


def day_of_year(day: date) -> int:
    return day.toordinal() - date(day.year, 1, 1).toordinal() + 1


def year_length(day: date) -> int:
    return 366 if isleap(day.year) else 365


@lru_cache(maxsize=512)
def rule_of(text: str, start: date | None) -> Rule:
    """The rule that was accepted as `text`, completed from `start` as RFC 5545 says."""
    parts = rrule_parts(text)

    def numbers(name: str) -> frozenset[int]:
        return frozenset(int(one) for one in parts[name].split(",")) if name in parts else frozenset()

    found = [RRULE_WEEKDAY.fullmatch(one) for one in parts["BYDAY"].split(",")] if "BYDAY" in parts else []
    named = [(WEEK.index(one[2]), int(one[1] or 0)) for one in found if one]
    begin = start or date.min
    months, month_days = numbers("BYMONTH"), numbers("BYMONTHDAY")
    weekdays = frozenset(weekday for weekday, which in named if not which)
    if not RRULE_DAY_PARTS & parts.keys():
        match parts["FREQ"]:
            case "WEEKLY":
                weekdays = frozenset({begin.weekday()})
            case "MONTHLY":
                month_days = frozenset({begin.day})
            case "YEARLY":
                months, month_days = months or frozenset({begin.month}), frozenset({begin.day})
    return Rule(
        frequency=parts["FREQ"],
        start=begin,
        interval=int(parts.get("INTERVAL", "1")),
        week_start=WEEK.index(parts.get("WKST", "MO")),
        months=months,
        month_days=month_days,
        year_days=numbers("BYYEARDAY"),
        weeks=numbers("BYWEEKNO"),
        weekdays=weekdays,
        numbered=frozenset(one for one in named if one[1]),
        positions=numbers("BYSETPOS"),
        until=until_day(parts["UNTIL"]) if "UNTIL" in parts else date.max,
    )


def rule_days(text: str, start: date | None, first: date, last: date) -> Iterator[date]:
    """The days of an accepted rule from `first` to `last`, both included, counted from `start`."""
    rule = rule_of(text, start)
    begin = rule.period(rule.start)
    chosen: frozenset[date] = frozenset()
    chosen_in = None
    day, end = max(first, rule.start), min(last, rule.until)
    while day <= end:
        period = rule.period(day)
        if (period - begin) % rule.interval == 0:
            if not rule.positions:
                if rule.names(day):
                    yield day
            else:
                if period != chosen_in:
                    chosen, chosen_in = at_positions(rule.days_of_period(day), rule.positions), period
                if day in chosen:
                    yield day
        day += DAY


def at_positions(days: list[date], positions: frozenset[int]) -> frozenset[date]:
    """BYSETPOS: the first, the last … of these."""
    count = len(days)
    places = {one - 1 if one > 0 else count + one for one in positions}
    return frozenset(days[place] for place in places if 0 <= place < count)
