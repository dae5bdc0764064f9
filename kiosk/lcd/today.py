"""The row of a table that is about today stands out: light on dark, so that no colour is needed to see it. Pure.

Marked is only a row whose first cell is a day and nothing else (7月10日, 7月10日 周四, 周四), on that very day; where
the day and its weekday disagree, as in last year's table, nothing is.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import datetime

from msgspec.structs import replace

from kiosk.lcd.frame import Frame
from kiosk.shapes import Box, Item, Rectangle, Text

WEEKDAYS = "一二三四五六日"
DAY = re.compile(r"(?:(\d{1,2})月(\d{1,2})日)?\s*[（(]?(?:(?:周|星期)([一二三四五六日天]))?[）)]?")
PAD = 0.2
"""Ems that the dark ground is wider than the words, on each side."""


def with_today(items: Sequence[Item], moment: datetime | None, areas: Frame) -> Iterator[Item]:
    """`items` of a notice, today's rows marked; none while the clock is not trusted."""
    for item in items:
        if moment and isinstance(item, Text) and is_today(item.day, moment):
            pad = round(item.size * PAD)
            box = Box(item.box.x - pad, item.box.y, item.box.width + 2 * pad, item.box.height)
            yield Rectangle(box, areas.theme.ink, pad)
            yield replace(item, colour=areas.theme.paper)
        else:
            yield item


def is_day(words: str) -> bool:
    """Do `words` name a day, and nothing else?"""
    return bool(words and DAY.fullmatch(words))


def is_today(words: str, moment: datetime) -> bool:
    """Is `words` a day, and that of `moment`?"""
    found = DAY.fullmatch(words)
    if found is None or not any(found.groups()):
        return False
    month, day, weekday = found.groups()
    if weekday and WEEKDAYS.index(weekday.replace("天", "日")) != moment.weekday():
        return False
    return not month or (int(month), int(day)) == (moment.month, moment.day)
