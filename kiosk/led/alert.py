"""An emergency on an LED panel: what happens, and after each thing to do again what happens. Pure.

Who looks up reads the event first or within seconds: it opens the cycle, returns before every other picture, holds
EVENT_SHARE of the time, and nothing is larger. It stands or scrolls between solid bars of the level's colour; the
level in words stands in the upper bar where that is high enough, and closes the cycle. An exercise has broken bars,
and the word 演练 beside every one of its pictures. Nothing flashes: a picture stays for three seconds at least
(WCAG 2.3.1). Telephone numbers stand still, each with its name, 119 first.
"""

import math
from collections.abc import Sequence
from functools import lru_cache

from msgspec import Struct

from content.manifest import zone
from content.notice import Alert
from content.settings import Pace
from kiosk.lcd.alert_foot import NUMBER, calls
from kiosk.led.colours import BLACK, Lamps, ink_on, lamps, level_colour
from kiosk.led.numbers import standing_number
from kiosk.led.page import page
from kiosk.led.turns import spread
from kiosk.led.type import (
    RATE,
    SIZES,
    SMALL,
    USUAL,
    Set,
    fitted,
    least_gap,
    moved_on,
    moves,
    on_one_line,
    scrolling,
    stack,
)
from kiosk.look import Look
from kiosk.shapes import Box, Dots, Item, Rectangle, Scene, Scroll, Text
from kiosk.text import Metrics, one_line, plain_spans
from kiosk.typography.markup import NUMBERED
from kiosk.typography.wording import moment_words
from kiosk.view import View

EXERCISE = "演练"
EVENT, EVENT_SHARE = 24, 0.4
"""Dots: the event is as large at least or scrolls; and its part of the cycle."""
WITH_BAND = 48
"""Dots of height from which the upper bar holds the level in words."""


class Picture(Struct, frozen=True):
    """One of the pictures that tell an alert, and how long it stays."""

    ground: str
    items: tuple[Item, ...]
    seconds: float


def scene(view: View, alert: Alert, number: int, count: int, panel: Dots, look: Look, elapsed: float) -> Scene:
    """The alert `elapsed` seconds after it came on."""
    shown = pictures(alert, number, count, panel, view.pace, view.timezone, look.metrics)
    at = (elapsed + 1e-6) % sum(one.seconds for one in shown)
    for one in shown:
        if at < one.seconds:
            break
        at -= one.seconds
    rate = RATE if any(moves(one.items) for one in shown) else 4.0 if len(shown) > 1 else 0.0
    return Scene(panel, one.ground, tuple(moved_on(item, view.pace, at) for item in one.items), rate)


@lru_cache(maxsize=16)
def pictures(
    alert: Alert, number: int, count: int, panel: Dots, pace: Pace, timezone: str, metrics: Metrics
) -> tuple[Picture, ...]:
    """Everything that the alert has to say, in order."""
    colour = level_colour(alert.level, panel)
    lit = lamps(panel)
    turn = f" {number}/{count}" if count > 1 else ""
    level = f"{alert.level.value}色预警"
    issued = f"{moment_words(alert.issued.astimezone(zone(timezone)))} 发布"
    room, around = between_bars(alert, panel, colour, (level + turn, level, issued), metrics)
    event = told(alert.headline, room, around, lit.title, pace, metrics, least=min(EVENT, room.height))
    size = size_of(event)
    said = []
    for text in steps(alert):
        at, beside = roomier(text, room, around, alert, panel, colour, metrics)
        said.append([told(text, at, beside, lit.text, pace, metrics, largest=size)])
    place, beside = (room, around) if alert.exercise or panel.height >= WITH_BAND else (whole(panel), [])
    said += [call_pictures(part, place, beside, lit, pace, metrics, size) for part in calls(alert.contact)]
    if alert.exercise:
        said.insert(0, [told(f"{level}{turn} 不是真实警报", room, around, lit.text, pace, metrics, largest=size)])
    else:
        said.append([level_picture(alert, level, turn, issued, panel, colour, pace, metrics, size)])
    return between(event, said)


def roomier(
    text: str, room: Box, around: Sequence[Item], alert: Alert, panel: Dots, colour: str, metrics: Metrics
) -> tuple[Box, Sequence[Item]]:
    """Where `text` stands in type of the usual size: between the bars, or beside one, where two lines have room."""
    if alert.exercise or not 2 * USUAL <= panel.height < WITH_BAND or stands(text, room, metrics):
        return room, around
    thick = max(3, panel.width // 32)
    beside = Box(thick + 1, 0, panel.width - thick - 1, panel.height)
    bar = Rectangle(Box(0, 0, thick, panel.height), colour)
    return (beside, (bar,)) if stands(text, beside, metrics) else (room, around)


def stands(text: str, room: Box, metrics: Metrics) -> bool:
    """Does `text` stand still in `room` in type of the usual size?"""
    return fitted(plain_spans(text, bold=True), room.width, room.height, metrics, least=USUAL, care=0.5) is not None


def between(event: Picture, said: Sequence[Sequence[Picture]]) -> tuple[Picture, ...]:
    """The event before each of the others, for as long as makes EVENT_SHARE of the whole."""
    others = sum(one.seconds for some in said for one in some)
    wanted = others * EVENT_SHARE / (1 - EVENT_SHARE) / len(said)
    seconds = math.ceil(max(event.seconds, wanted) * 10) / 10
    event = Picture(event.ground, event.items, seconds)
    return tuple(one for some in said for one in (event, *some))


def size_of(picture: Picture) -> int:
    """The size of the last words placed: what is told, whatever stands around it."""
    last = picture.items[-1]
    return last.text.size if isinstance(last, Scroll) else last.size if isinstance(last, Text) else SMALL


def whole(panel: Dots) -> Box:
    return Box(0, 0, panel.width, panel.height)


def call_pictures(
    call: str, room: Box, around: Sequence[Item], lit: Lamps, pace: Pace, metrics: Metrics, largest: int
) -> list[Picture]:
    """A name with its number, on one line or one over the other; else one after the other. The number stands still."""
    found = NUMBER.search(call)
    if found is None:
        return [told(call, room, around, lit.text, pace, metrics, largest=largest)]
    name = f"{call[: found.start()]} {call[found.end() :]}".strip()
    seconds = math.ceil(max(3.0, len(call) / pace.characters_per_second + 1.0) * 10) / 10
    single = on_one_line(call, room, metrics, largest=largest)
    over = one_over_the_other(name, found[0], room, metrics, largest)
    if over and (single is None or over[1].size > single.size):
        items = spread([(over[0], lit.text), (over[1], lit.title)], room, metrics)
        return [Picture(BLACK, (*around, *items), seconds)]
    if single:
        return [Picture(BLACK, (*around, *stack(single, room, lit.title, metrics)), seconds)]
    made = [told(name, room, around, lit.text, pace, metrics, largest=largest)] if name else []
    told_so = standing_number(found[0], room, metrics, largest=largest)
    return made + [Picture(BLACK, (*around, *stack(one, room, lit.title, metrics)), 3.0) for one in told_so]


def one_over_the_other(name: str, number: str, room: Box, metrics: Metrics, largest: int) -> tuple[Set, Set] | None:
    """`name` over `number`, the number as large as leaves room for a name that is no larger."""
    for size in SIZES:
        low = Box(0, 0, room.width, size)
        below = on_one_line(number, low, metrics, largest=size) if size <= largest else None
        if name and below and below.size == size:
            left = Box(0, 0, room.width, room.height - size - least_gap(size, 2))
            above = on_one_line(name, left, metrics, largest=size)
            if above:
                return above, below
    return None


def level_picture(
    alert: Alert,
    level: str,
    turn: str,
    issued: str,
    panel: Dots,
    colour: str,
    pace: Pace,
    metrics: Metrics,
    largest: int,
) -> Picture:
    """The whole panel in the level's colour, with the level in words; then as much of the rest as has room."""
    box, ink = whole(panel), ink_on(colour, panel)
    named = [one for one in (level + turn, level) if (found := on_one_line(one, box, metrics)) and found.size >= USUAL]
    first = on_one_line((named or [level])[0], box, metrics, largest=largest)
    if first is None:
        return told(level, box, (Rectangle(box, colour),), ink, pace, metrics, largest=largest)
    rows = [(first, ink)]
    left = panel.height - first.height - 2
    for words in (alert.level.word, f"{alert.source} {issued}".strip()):
        one = on_one_line(words, Box(0, 0, panel.width, left), metrics, largest=min(24, first.size))
        if one:
            rows.append((one, ink))
            left -= one.height + 2
    return Picture(colour, tuple(spread(rows, box, metrics)), 3.0)


def dashes(box: Box, colour: str, thick: int) -> list[Item]:
    """A broken line along the upper and the lower edge."""
    return [
        Rectangle(Box(x, y, min(8, box.right - x), thick), colour)
        for y in (box.y, box.bottom - thick)
        for x in range(box.x, box.right, 16)
    ]


def between_bars(
    alert: Alert, panel: Dots, colour: str, words: tuple[str, str, str], metrics: Metrics
) -> tuple[Box, list[Item]]:
    """The room for words, and the bars around it: above and below, or left and right on a single line."""
    box = whole(panel)
    if panel.height < 2 * SMALL:
        thick = 0 if alert.exercise else max(3, panel.width // 32)
        bars: list[Item] = [
            Rectangle(Box(x, 0, thick, panel.height), colour) for x in (0, panel.width - thick) if thick
        ]
        room = box.inset(thick + 2, 0) if thick else box
        return with_exercise(room, bars, colour, panel, metrics) if alert.exercise else (room, bars)
    thick = panel.height // 10
    if alert.exercise:
        room = Box(0, thick, panel.width, panel.height - 2 * thick)
        return with_exercise(room, dashes(box, colour, thick), colour, panel, metrics)
    top: list[Item] = [Rectangle(Box(0, 0, panel.width, thick), colour)]
    if panel.height >= WITH_BAND:
        top = band(panel, colour, words, metrics)
    high = top[0].box.height
    bottom = Rectangle(Box(0, panel.height - thick, panel.width, thick), colour)
    return Box(0, high, panel.width, panel.height - high - thick), [*top, bottom]


def band(panel: Dots, colour: str, words: tuple[str, str, str], metrics: Metrics) -> list[Item]:
    """The upper bar with the level in words, and when it was issued where that has room beside it."""
    size = USUAL if panel.height >= 2 * WITH_BAND else SMALL
    box, ink = Box(0, 0, panel.width, size + 2), ink_on(colour, panel)
    items: list[Item] = [Rectangle(box, colour)]
    level, shorter, issued = words
    room = box.inset(2, 1)
    left = on_one_line(level, room, metrics, largest=size) or on_one_line(shorter, room, metrics, largest=size)
    if left:
        items += stack(left, Box(2, 1, round(left.lines[0].width), size), ink, metrics)
        start = 2 + round(left.lines[0].width) + size
        right = on_one_line(issued, Box(0, 0, panel.width - start - 2, size), metrics, largest=size)
        if right:
            wide = round(right.lines[0].width)
            items += stack(right, Box(panel.width - 2 - wide, 1, wide, size), ink, metrics)
    return items


def with_exercise(room: Box, bars: list[Item], colour: str, panel: Dots, metrics: Metrics) -> tuple[Box, list[Item]]:
    """演练 in black on a block at the left, upright where that saves width; above the words on a slim panel."""
    above = panel.width <= 4 * USUAL and room.height >= 3 * SMALL
    upright = room.height >= 2 * SMALL and not above
    words = [*EXERCISE] if upright else [EXERCISE]
    highest = SMALL if above else max(SMALL, min(32, room.height // len(words), panel.width // 4))
    size = next(size for size in SIZES if size <= highest)
    found = Set(size, tuple(one_line(plain_spans(one), size, metrics) for one in words))
    wide, high = (room.width, size + 2) if above else (round(found.lines[0].width) + 2, room.height)
    block = Box(room.x, room.y, wide, high)
    items: list[Item] = [*bars, Rectangle(block, colour)]
    items += stack(found, block, ink_on(colour, panel), metrics)
    if above:
        return Box(room.x, block.bottom, room.width, room.bottom - block.bottom), items
    left = block.right + (2 if panel.width > 4 * USUAL else 1)  # there 0000000 is as wide as the room
    return Box(left, room.y, room.right - left, room.height), items


def told(
    words: str,
    room: Box,
    around: Sequence[Item],
    colour: str,
    pace: Pace,
    metrics: Metrics,
    *,
    least: int = SMALL,
    largest: int = 48,
) -> Picture:
    """`words` between the bars: still where they fit in two lines or few, else moving, as large as the room."""
    spans = plain_spans(words, bold=True)
    found = fitted(spans, room.width, room.height, metrics, largest=largest, least=least, care=0.5)
    if found:
        items = stack(found, room, colour, metrics)
    else:
        highest = max(SMALL, min(room.height, 32, room.width * 2 // 5, largest))
        size = max(size for size in SIZES if size <= highest)
        items = [scrolling(one_line(plain_spans(words), size, metrics), room, size, colour, metrics)]
    made = page(items, (), len(words), pace)
    return Picture(BLACK, (*around, *made.items), math.ceil(made.seconds * 10) / 10)


def steps(alert: Alert) -> list[str]:
    """The lines of the instruction, numbered where there are several."""
    texts = [line.strip() for line in alert.instruction.splitlines() if line.strip()]
    texts = [NUMBERED.sub("", text, count=1) for text in texts]
    return [f"{number}. {text}" for number, text in enumerate(texts, 1)] if len(texts) > 1 else texts
