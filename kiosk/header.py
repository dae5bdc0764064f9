"""The head of the picture: whose screen, which doorway, what day and time. Pure."""

from datetime import datetime

from kiosk.frame import Frame
from kiosk.markup import Span
from kiosk.palette import INK, SOFT
from kiosk.shapes import Box, Item, Rectangle
from kiosk.text import Metrics, one_line, plain_spans
from kiosk.typeset import label
from kiosk.view import View
from kiosk.wording import clock_words, day_words, weekday_words

VILLAGE, DOORWAY, DATE, TIME = 56, 40, 34, 92


def header(view: View, moment: datetime | None, areas: Frame, metrics: Metrics) -> list[Item]:
    """The village, the doorway, and — while the clock is trusted — date, weekday and time."""
    box = areas.header
    line = Rectangle(Box(box.x, box.bottom - areas.px(4), box.width, areas.px(3)), INK)
    clock = clock_items(moment, areas, metrics) if moment else []
    # Room for the date is kept even without one: nothing moves when the clock becomes trusted.
    right = box.right - clock_width(areas, metrics) - areas.px(36)
    return [line, *names(view, Box(box.x, box.y, right - box.x, box.height), areas, metrics), *clock]


def names(view: View, box: Box, areas: Frame, metrics: Metrics) -> list[Item]:
    """The root's name, large, and as many levels of the doorway's as have room, the nearest first to stay."""
    top, high = box.y + areas.px(26), box.height - areas.px(46)
    village, doorway = view.names[0] if view.names else "", [name for name in view.names[1:] if name]
    if not village:
        village, doorway = (doorway or ["便民视窗"])[0], doorway[1:]
    size = areas.px(VILLAGE)
    wide = one_line(plain_spans(village, bold=True), size, metrics).width
    limit = box.width * (0.5 if doorway else 1.0)
    room = Box(box.x, top, round(min(wide + 1, limit)), high)
    items: list[Item] = [*label(village, room, size, INK, metrics, bold=True, most_lines=3, leading=1.27)]
    if doorway:
        left = room.right + areas.px(34)
        rest = Box(left, top + areas.px(5), box.right - left, high)
        words, lines = doorway_words(doorway, rest, areas, metrics)
        items += label(words, rest, areas.px(DOORWAY), SOFT, metrics, most_lines=lines, leading=1.27)
    return items


def doorway_words(doorway: list[str], room: Box, areas: Frame, metrics: Metrics) -> tuple[str, int]:
    """The doorway's names on one line of full size, without upper levels where they have no room."""
    size = areas.px(DOORWAY)
    for first in range(len(doorway)):
        words = " ".join(doorway[first:])
        if one_line((Span(words),), size, metrics).width <= room.width:
            return words, 1
    return doorway[-1], 4


def clock_width(areas: Frame, metrics: Metrics) -> int:
    """Pixels of date and time, for the widest of them."""
    time = one_line(plain_spans("00:00", bold=True), areas.px(TIME), metrics).width
    date = one_line(plain_spans("12月30日"), areas.px(DATE), metrics).width
    return round(time + date) + areas.px(30)


def clock_items(moment: datetime, areas: Frame, metrics: Metrics) -> list[Item]:
    """Date over weekday, and the time, whose digits all have one width: a tick touches only their box."""
    box = areas.header
    width = round(one_line(plain_spans("00:00", bold=True), areas.px(TIME), metrics).width) + 1
    top = box.y + areas.px(10)
    time = Box(box.right - width, top, width, box.height - areas.px(22))
    left = box.right - clock_width(areas, metrics)
    half = areas.px(44)
    date = Box(left, box.y + areas.px(22), time.x - areas.px(26) - left, half)
    return [
        *label(day_words(moment), date, areas.px(DATE), SOFT, metrics, align="right", leading=1.27),
        *label(weekday_words(moment), date.moved(0, half), areas.px(DATE), SOFT, metrics, align="right", leading=1.27),
        *label(clock_words(moment), time, areas.px(TIME), INK, metrics, bold=True, align="right", leading=1.27),
    ]
