"""The grid worker's card: a face, a name, what they do, and the phone number large enough to be read in passing. Pure.

In a low box the name stands beside the face; in a high one all stands one under the other, in a broad one the face
has the whole height and the words stand beside it.
"""

import re

from msgspec import Struct

from content.notice import Card
from kiosk.lcd.frame import Frame
from kiosk.shapes import Box, Icon, Item, Picture, Rectangle
from kiosk.text import Line, Metrics, balanced, one_line, plain_spans
from kiosk.typography.typeset import Align, fitted, label, line_height, listed, stack

YOURS = "您的网格员"
NAME, PHONE = 58, 68
"""Sizes of type in units (1 px on a 1920×1080 display)."""
SMALL_NAME, SMALLEST_NAME = 0.74, 0.66
"""A face gives way to a name down to the first; a name is set as small as the second to stay on one line."""
PHONE_ROOM, MOTTO_ROOM, YOURS_ROOM, DUTY_ROOM = 88, 50, 48, 136
LEAST_FACE, MOST_FACE, MOST_TOLD, FACE_GAP, UNDER_GAP = 150, 184, 222, 24, 14
HIGH_FROM, BROAD_FROM = 1.05, 2.0
"""Height ÷ width from which all stands one under the other; width ÷ height from which the face is all the height."""
LEAST_DUTY = 33
FACE_SHAPE = 0.78
"""Width ÷ height of the photo."""
LEADING = 1.3


class Set(Struct, frozen=True):
    """Words at one size."""

    size: int = 1
    lines: tuple[Line, ...] = ()
    height: int = 0


class Person(Struct, frozen=True):
    """Face, name and duty, measured: what stands beside the face, and what under it."""

    face: tuple[int, int]
    name: Set
    beside: Set
    under: Set
    height: int
    """Pixels from the top of the face to the last line of the duty."""


def card_height(card: Card, areas: Frame, metrics: Metrics) -> int:
    """How much of a side panel the card takes: more for a long duty, at the code's cost."""
    px = areas.px
    wide = areas.panel.width if areas.panel else 1
    told = person(card, wide - 2 * px(26), px(MOST_FACE), areas, metrics)
    return 2 * px(22) + told.height + px(PHONE_ROOM) + (px(MOTTO_ROOM) if card.motto else 0) + px(8)


def worker_card(card: Card, box: Box, areas: Frame, metrics: Metrics) -> list[Item]:
    """Face and name; the duty; the phone number as large as the card is wide; the motto where there is room."""
    px = areas.px
    inner = box.inset(px(26), px(22))
    align: Align = "centre"
    used = 0
    items: list[Item] = []
    if box.width > BROAD_FROM * box.height:
        face = Box(inner.x, inner.y, round(inner.height * FACE_SHAPE), inner.height)
        items = portrait(card, face, areas)
        left = face.right + px(36)
        inner = Box(left, inner.y, inner.right - left, inner.height)
        align = "left"
    motto = px(MOTTO_ROOM) if card.motto else 0
    free = inner.height - motto - px(PHONE_ROOM)
    if align == "left" or box.height > HIGH_FROM * box.width:
        words, used = stacked(card, Box(inner.x, inner.y, inner.width, free), areas, metrics, align=align)
        items += words
    else:
        told = person(card, inner.width, px(MOST_FACE), areas, metrics)
        items, used = person_items(card, told, inner, areas, metrics), told.height
    if used > free:
        motto, free = 0, free + motto
    spare = max(0, free - used)
    number = Box(inner.x, inner.y + used + spare // 2, inner.width, px(PHONE_ROOM))
    size = px(PHONE * (1.3 if align == "left" else 1.0))
    items += label(card.phone, number, size, areas.theme.ink, metrics, bold=True, align=align)
    if motto:
        line = Box(inner.x, inner.bottom - motto, inner.width, motto)
        items += label(card.motto, line, areas.type.small, areas.theme.soft, metrics, align=align, most_lines=2)
    return items


def set_words(found: tuple[int, tuple[Line, ...]], metrics: Metrics) -> Set:
    size, lines = found
    lines = listed(lines, size, metrics)
    return Set(size, lines, len(lines) * line_height(size, LEADING, metrics))


def person(card: Card, width: int, highest: int, areas: Frame, metrics: Metrics) -> Person:
    """The face up to `highest`, smaller where the name would else not stay on one line beside it."""
    px = areas.px
    name = plain_spans(card.name, bold=True)
    whole = one_line(name, px(NAME), metrics).width
    high = highest
    while high > px(LEAST_FACE) and whole * SMALL_NAME > width - round(high * FACE_SHAPE) - px(FACE_GAP):
        high -= px(6)
    high = max(high, min(highest, px(LEAST_FACE)))
    face = (round(high * FACE_SHAPE), high)
    room = width - face[0] - px(FACE_GAP)
    size = px(NAME) if whole <= room else max(round(px(NAME) * SMALLEST_NAME), int(px(NAME) * room / whole))
    left = max(px(60), high - px(YOURS_ROOM))
    named = set_words(fitted(name, room, left, size, metrics, leading=LEADING), metrics)
    beside = duty_beside(card.duty, room, max(high, px(MOST_TOLD)) - px(YOURS_ROOM) - named.height, areas, metrics)
    block = max(high, px(YOURS_ROOM) + named.height + beside.height)
    if beside.lines or not card.duty:
        return Person(face, named, beside, Set(), block)
    duty = plain_spans(card.duty)
    size, _ = fitted(duty, width, px(DUTY_ROOM), areas.type.small, metrics, leading=LEADING)
    under = set_words((size, balanced(duty, size, width, metrics, evenness=6.0)), metrics)
    return Person(face, named, beside, under, block + px(UNDER_GAP) + under.height)


def duty_beside(duty: str, width: int, height: int, areas: Frame, metrics: Metrics) -> Set:
    """The duty under the name: on one line, or on two parted at a · or a space; nothing where it is too long."""
    for texts in one_or_two(duty):
        for size in duty_sizes(areas):
            found = tuple(one_line(plain_spans(text), size, metrics) for text in texts)
            deep = len(found) * line_height(size, LEADING, metrics)
            if deep <= height and all(0 < line.width <= width for line in found):
                return Set(size, found, deep)
    return Set()


def duty_sizes(areas: Frame) -> list[int]:
    """Small type, and a little smaller rather than take the room of the service code."""
    small, least = areas.type.small, min(areas.type.small, areas.px(LEAST_DUTY))
    return list(dict.fromkeys((small, max(least, round(small * 0.94)), max(least, round(small * 0.88)), least)))


def one_or_two(duty: str) -> list[tuple[str, ...]]:
    """`duty` whole, and cut at each of its · and spaces, the evenest first."""
    halves = [(duty[: cut.start()], duty[cut.end() :]) for cut in re.finditer(r"\s*·\s*|\s+", duty)]
    return [(duty,), *sorted((two for two in halves if all(two)), key=lambda two: max(map(len, two)))]


def person_items(card: Card, told: Person, inner: Box, areas: Frame, metrics: Metrics) -> list[Item]:
    """Face, and beside it 您的网格员, name and a short duty; a long one under both."""
    px, theme = areas.px, areas.theme
    deep = px(YOURS_ROOM) + told.name.height + told.beside.height
    block = max(told.face[1], deep)
    face = Box(inner.x, inner.y + (block - told.face[1]) // 2, *told.face)
    left = face.right + px(FACE_GAP)
    words = Box(left, inner.y + (block - deep) // 2, inner.right - left, px(YOURS_ROOM))
    name = Box(words.x, words.bottom, words.width, told.name.height)
    beside = Box(words.x, name.bottom, words.width, told.beside.height)
    under = Box(inner.x, inner.y + block + px(UNDER_GAP), inner.width, told.under.height)
    return [
        *portrait(card, face, areas),
        *label(YOURS, words, areas.type.small, theme.soft, metrics),
        *stack(told.name.lines, name, told.name.size, theme.ink, metrics, leading=LEADING),
        *stack(told.beside.lines, beside, told.beside.size, theme.soft, metrics, leading=LEADING),
        *stack(told.under.lines, under, told.under.size, theme.soft, metrics, leading=LEADING, align="centre"),
    ]


def stacked(card: Card, room: Box, areas: Frame, metrics: Metrics, *, align: Align) -> tuple[list[Item], int]:
    """One under the other, with the face on top where it does not stand beside; and the pixels used."""
    px, theme = areas.px, areas.theme
    duty, small = Set(), areas.type.small
    if card.duty:
        found = fitted(plain_spans(card.duty), room.width, room.height * 2 // 7, small, metrics, leading=LEADING)
        duty = set_words(found, metrics)
    items: list[Item] = []
    top = room.y
    said = YOURS not in card.duty and "网格员" in card.duty  # the duty says it already
    if align == "centre":
        high = max(px(LEAST_FACE) // 2, room.height - duty.height - px(YOURS_ROOM * (0 if said else 1) + 92))
        high = min(high, int(room.width / FACE_SHAPE))
        face = Box(room.x + (room.width - round(high * FACE_SHAPE)) // 2, room.y, round(high * FACE_SHAPE), high)
        items, top = portrait(card, face, areas), face.bottom + px(8)
    yours = Box(room.x, top, room.width, 0 if said else px(YOURS_ROOM))
    left = room.bottom - duty.height - yours.bottom - px(6)
    largest = px(NAME * (1.2 if align == "left" else 1.0))
    found = fitted(plain_spans(card.name, bold=True), room.width, max(px(60), left), largest, metrics, leading=LEADING)
    name = set_words(found, metrics)
    place = Box(room.x, yours.bottom, room.width, name.height)
    under = Box(room.x, place.bottom + px(2), room.width, duty.height)
    items += [
        *([] if said else label(YOURS, yours, small, theme.soft, metrics, align=align)),
        *stack(name.lines, place, name.size, theme.ink, metrics, leading=LEADING, align=align),
        *stack(duty.lines, under, duty.size, theme.soft, metrics, leading=LEADING, align=align),
    ]
    return items, under.bottom - room.y


def portrait(card: Card, box: Box, areas: Frame) -> list[Item]:
    """The photo, or a drawn figure."""
    if card.photo:
        return [Picture(box, card.photo.sha256, areas.px(14))]
    theme = areas.theme
    side = min(box.width, box.height)
    figure = Box(box.x + (box.width - side) // 2, box.bottom - side, side, side)
    return [
        Rectangle(box, theme.face_ground, areas.px(14)),
        Icon(figure, "face", theme.face),
        Icon(figure, "coat", theme.coat),
        Icon(figure, "hair", theme.hair),
    ]
