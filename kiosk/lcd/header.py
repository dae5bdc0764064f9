"""The head of the picture: whose screen, which doorway, what day and time. Pure."""

from datetime import datetime

from content.notice import Media
from kiosk.lcd.frame import Frame
from kiosk.shapes import Box, Icon, Item, Picture, Rectangle
from kiosk.text import Metrics, one_line, plain_spans
from kiosk.typography.markup import Span
from kiosk.typography.typeset import label, line_height
from kiosk.typography.wording import clock_words, day_words, weekday_words
from kiosk.view import View

VILLAGE, DOORWAY, TIME, EMBLEM = 56, 42, 92, 84
"""Sizes of type, and the emblem's height, in units (1 px on a 1920×1080 display)."""
EMBLEM_WIDEST = 2.5
"""Width ÷ height up to which an emblem is as high as it may be; a wider one is lower."""
LEADING = 1.3


def header(view: View, moment: datetime | None, areas: Frame, metrics: Metrics) -> list[Item]:
    """The emblem, the village, the doorway, and — while the clock is trusted — date, weekday and time."""
    box, items = areas.header, ground(areas)
    clock = clock_items(moment, areas, metrics) if moment else []
    # Room for the date is kept even without one: nothing moves when the clock becomes trusted.
    right, left = box.right - clock_width(areas, metrics) - areas.px(36), box.x
    emblem = view.settings.emblem
    if emblem:
        place = emblem_box(emblem, areas)
        items.append(Picture(place, emblem.sha256))
        left = place.right + areas.px(22)
    return [*items, *names(view, Box(left, box.y, right - left, box.height), areas, metrics), *clock]


def ground(areas: Frame) -> list[Item]:
    """The line under the head; on a festival a band with a fret, from edge to edge."""
    box, px, theme = areas.header, areas.px, areas.theme
    if not theme.is_festive:
        return [Rectangle(Box(box.x, box.bottom - px(4), box.width, px(3)), theme.rule)]
    width, side = areas.geometry.width, px(14)
    count = (width - side) // (2 * side)
    left, y = (width - count * 2 * side) // 2, box.bottom - side - px(2)
    fret = [Icon(Box(left + number * 2 * side, y, 2 * side, side), "fret", theme.rule) for number in range(count)]
    return [Rectangle(Box(0, 0, width, box.bottom), theme.head), *fret]


def emblem_box(emblem: Media, areas: Frame) -> Box:
    """The emblem whole, in the middle of the head's height."""
    box, high = areas.header, areas.px(EMBLEM)
    factor = min(high / emblem.height, high * EMBLEM_WIDEST / emblem.width)
    wide, deep = max(1, round(emblem.width * factor)), max(1, round(emblem.height * factor))
    return Box(box.x, box.y + areas.px(16) + (high - deep) // 2, wide, deep)


def names(view: View, box: Box, areas: Frame, metrics: Metrics) -> list[Item]:
    """The root's name, large, and beside it the doorway's; where those that it needs have no room there, under it.

    3号楼 1单元 stands in several compounds: the compound is the last to go, the grid, which nobody asks for, the first.
    """
    px, theme = areas.px, areas.theme
    village, doorway = view.names[0] if view.names else "", [name for name in view.names[1:] if name]
    if not village:
        village, doorway = (doorway or ["便民视窗"])[0], doorway[1:]
    wide = one_line(plain_spans(village, bold=True), px(VILLAGE), metrics).width
    room = Box(box.x, box.y + px(20), round(min(wide + 1, box.width * (0.5 if doorway else 1.0))), box.height - px(44))
    left = room.right + px(30)
    rest = Box(left, room.y + px(5), max(1, box.right - left), room.height)
    size = max(px(DOORWAY), areas.type.small)
    words, count = doorway_words(doorway, rest, size, metrics)
    if count < len(needed(doorway)):
        # On a festival the fret needs some of the height.
        top, high = (px(6), px(58)) if theme.is_festive else (px(8), px(66))
        room = Box(box.x, box.y + top, box.width, high)
        rest = Box(box.x, room.bottom, box.width, px(48))
        for size in (areas.type.small, min(areas.type.small, areas.type.least)):
            words, count = doorway_words(doorway, rest, size, metrics)
            if count >= len(needed(doorway)):
                break
    named = label(village, room, px(VILLAGE), theme.head_ink, metrics, bold=True, most_lines=3, leading=LEADING)
    lines = 1 if count else 4
    return [*named, *label(words, rest, size, theme.head_soft, metrics, most_lines=lines, leading=LEADING)]


def doorway_words(doorway: list[str], room: Box, size: int, metrics: Metrics) -> tuple[str, int]:
    """The doorway's names on one line, without grid and upper levels where they have no room; how many they are."""
    least = needed(doorway)
    for names in (doorway, *(least[first:] for first in range(len(least)))):
        words = " ".join(names)
        if names and one_line((Span(words),), size, metrics).width <= room.width:
            return words, len(names)
    return (doorway[-1] if doorway else ""), 0


def needed(doorway: list[str]) -> list[str]:
    """The names by which people find a doorway: all but the grid's, where others say it."""
    return [name for name in doorway if "网格" not in name] or doorway


def clock_width(areas: Frame, metrics: Metrics) -> int:
    """Pixels of date and time, for the widest of them."""
    time = one_line(plain_spans("00:00", bold=True), areas.px(TIME), metrics).width
    date = one_line(plain_spans("12月30日"), areas.type.small, metrics).width
    return round(time + date) + areas.px(30)


def clock_items(moment: datetime, areas: Frame, metrics: Metrics) -> list[Item]:
    """Date over weekday, and the time, whose digits all have one width: a tick touches only their box."""
    box, theme, small = areas.header, areas.theme, areas.type.small
    width = round(one_line(plain_spans("00:00", bold=True), areas.px(TIME), metrics).width) + 1
    top = box.y + areas.px(6)
    time = Box(box.right - width, top, width, box.height - areas.px(20))
    left = box.right - clock_width(areas, metrics)
    half = line_height(small, 1.25, metrics)
    date = Box(left, time.y + max(0, time.height - 2 * half) // 2, time.x - areas.px(26) - left, half)
    day, week = day_words(moment), weekday_words(moment)
    return [
        *label(day, date, small, theme.head_soft, metrics, align="right", leading=1.25),
        *label(week, date.moved(0, half), small, theme.head_soft, metrics, align="right", leading=1.25),
        *label(clock_words(moment), time, areas.px(TIME), theme.head_ink, metrics, bold=True, align="right"),
    ]
