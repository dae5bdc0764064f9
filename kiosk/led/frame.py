"""Where things stand on an LED panel: a head where there is room for one, and the text. Pure.

96×16 is one line; 128×32 two lines; from 48 dots of height on a head with topic, time and telephone stands over
the text all the while. What has no room there has a turn of its own among the notices.
"""

from datetime import datetime
from functools import lru_cache

from msgspec import Struct

from content.notice import Topic
from kiosk.lcd.panel import current_card
from kiosk.led.colours import BLACK, lamps, topic_colour
from kiosk.led.type import SMALL, USUAL, on_one_line, stack, width_of
from kiosk.shapes import Box, Dots, Item, Rectangle
from kiosk.text import Metrics
from kiosk.typography.wording import clock_words
from kiosk.view import View

WITH_HEAD, WITH_LARGE_HEAD, WITH_SIDE = 48, 96, 192
"""Dots of height from which there is a head, and a larger one; of width, from which a single line has one aside."""
HEAD, LARGE_HEAD, TURN_SECONDS = 16, 20, 6.0
"""The head's height; how long the time stands there before the telephone number takes its place."""


class Frame(Struct, frozen=True):
    """The areas of one panel. `head` is None where there is none; on a single long line it stands at the left."""

    panel: Dots
    whole: Box
    head: Box | None
    body: Box


def frame(panel: Dots) -> Frame:
    """The areas of `panel`."""
    whole = Box(0, 0, panel.width, panel.height)
    if panel.height < 2 * USUAL and panel.width >= WITH_SIDE:
        side = min(5 * USUAL, panel.width // 4)
        return Frame(
            panel, whole, Box(0, 0, side, panel.height), Box(side + 4, 0, panel.width - side - 4, panel.height)
        )
    if panel.height < WITH_HEAD:
        return Frame(panel, whole, None, whole)
    high = LARGE_HEAD if panel.height >= WITH_LARGE_HEAD else HEAD
    below = 2 if panel.height >= WITH_LARGE_HEAD else 0
    body = Box(0, high + below, panel.width, panel.height - high - below)
    return Frame(panel, whole, Box(0, 0, panel.width, high), body)


def topic_label(topic: Topic, box: Box, panel: Dots, metrics: Metrics) -> list[Item]:
    """The topic's word in black on a block of its colour, at the left of `box`; a dark line is left below."""
    ground = topic_colour(topic, panel)
    room = Box(box.x + 2, box.y, box.width - 4, box.height)
    high = USUAL if box.height > USUAL or panel.height == USUAL else SMALL
    words = on_one_line(topic.word, room, metrics, largest=high)
    if words is None:
        return []
    wide = round(words.lines[0].width) + 5
    wide = box.width if box.width - wide < USUAL else wide
    block = Box(box.x, box.y, wide, box.height - (2 if words.size < USUAL else 1) * (panel.height > USUAL))
    inner = Box(block.x + 2, block.y + (block.height - words.size + 1) // 2, block.width - 3, words.size)
    return [Rectangle(block, ground), *stack(words, inner, BLACK, metrics)]


def bar(
    view: View, moment: datetime | None, box: Box, taken: int, panel: Dots, metrics: Metrics, elapsed: float
) -> list[Item]:
    """At the right of the head by turns: the time, and the grid worker's number. `taken`: dots that the label holds."""
    card = current_card(view, moment)
    time, phone = clock_words(moment) if moment else "", card.phone if card else ""
    return [*bar_items(time, phone, int(elapsed / TURN_SECONDS), box, taken, panel, metrics)]


@lru_cache(maxsize=64)
def bar_items(
    time: str, phone: str, turn: int, box: Box, taken: int, panel: Dots, metrics: Metrics
) -> tuple[Item, ...]:
    """What stands there on turn number `turn`. Remembered: a scrolling text asks sixty times a second."""
    room = box.width - taken
    turns = [(time, size)] if time and (size := size_for("00:00", room, metrics)) else []
    told = [(words, size) for words in (f"网格员 {phone}", phone) if phone and (size := size_for(words, room, metrics))]
    turns += told[:1]
    if not turns:
        return ()
    words, size = turns[turn % len(turns)]
    wide = width_of(words, size, metrics)
    place = Box(box.right - wide, box.y, wide, box.height)
    found = on_one_line(words, place, metrics, largest=size)
    return tuple(stack(found, place, lamps(panel).number, metrics, centred=False)) if found else ()


def size_for(words: str, room: int, metrics: Metrics) -> int:
    """The size at which `words` fit beside a label; 0 where they do not."""
    return next((size for size in (USUAL, SMALL) if width_of(words, size, metrics) + 2 <= room), 0)
