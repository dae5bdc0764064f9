"""What is always there: the building's service code and the grid worker's card. Pure.

Both stand on white cards, at the side of a wide display and at the foot of a tall one. Where
one of the two is missing the other takes its room; a card that is past its day gives way to a
line that says whom to ask.
"""

import re
from datetime import datetime

from msgspec import Struct

from content.notice import Card, ServiceCode
from kiosk.code import side_modules
from kiosk.frame import Frame
from kiosk.palette import CARD, FACE, FACE_GROUND, INK, SOFT
from kiosk.shapes import Box, Code, Icon, Item, Picture, Rectangle
from kiosk.text import Line, Metrics, balanced, one_line, plain_spans
from kiosk.typeset import fitted, label, line_height, listed, stack
from kiosk.view import View

VACANCY = "网格员调整中，有事请联系村委会"
YOURS = "您的网格员"
HEADLINE, NAME, PHONE, SMALL = 42, 56, 66, 34
"""Sizes of type in units (1 px on a 1920×1080 display)."""
SMALL_NAME, SMALLEST_NAME = 0.74, 0.66
"""A face gives way to a name down to the first; a name is set as small as the second to stay on one line."""
PHONE_ROOM, MOTTO_ROOM, YOURS_ROOM = 84, 46, 40
LEAST_FACE, FACE_GAP, UNDER_GAP = 150, 24, 16
FACE_SHAPE = 0.78
"""Width ÷ height of the photo."""


def current_card(view: View, moment: datetime | None) -> Card | None:
    """The card, unless its last day is past. While the clock is not trusted a date alone hides nothing."""
    card = view.card
    if card and card.until and moment and moment.date() > card.until:
        return None
    return card


def panel(view: View, moment: datetime | None, areas: Frame, metrics: Metrics) -> list[Item]:
    """The cards of the panel."""
    card = current_card(view, moment)
    code = view.service_code
    deep = card_height(card, areas, metrics)
    first, second = halves(areas, deep, has_code=code is not None)
    items: list[Item] = []
    if code and first:
        items += code_card(code, view.place, first, areas, metrics)
    items += worker_card(card, second, areas, metrics) if card else vacancy(second, areas, metrics)
    return items


def card_height(card: Card | None, areas: Frame, metrics: Metrics) -> int:
    """How much of a side panel the worker's card takes: more for a long duty, at the code's cost."""
    px = areas.px
    if not card:
        return px(230)
    told = person(card, areas.panel.width - 2 * px(28), px(172), areas, metrics)
    return 2 * px(24) + told.height + px(PHONE_ROOM) + (px(MOTTO_ROOM) if card.motto else 0) + px(14)


def halves(areas: Frame, high: int, *, has_code: bool) -> tuple[Box | None, Box]:
    """The boxes of the code's card and of the worker's, `high` pixels high; without a code it takes all."""
    box, gap = areas.panel, areas.px(24)
    if not has_code:
        return None, box
    if areas.wide:
        return (
            Box(box.x, box.y, box.width, box.height - high - gap),
            Box(box.x, box.bottom - high, box.width, high),
        )
    width = (box.width - gap) // 2
    return Box(box.x, box.y, width, box.height), Box(box.right - width, box.y, width, box.height)


def ground(box: Box, areas: Frame) -> Rectangle:
    return Rectangle(box, CARD, areas.px(22))


def code_card(code: ServiceCode, place: str, box: Box, areas: Frame, metrics: Metrics) -> list[Item]:
    """Title, QR code and what it is for. The quiet zone of the code is the space around it."""
    url = code.at(place)
    inner = box.inset(areas.px(24), areas.px(18))
    title_size, title = two_lines(code.title, inner, areas.px(HEADLINE), areas, metrics, bold=True)
    hint_size, hint = two_lines(code.hint, inner, areas.px(SMALL), areas, metrics, bold=False)
    top, foot = len(title) * line_height(title_size, 1.3, metrics), len(hint) * line_height(hint_size, 1.3, metrics)
    free = box.height - top - foot - areas.px(36)
    modules = side_modules(url)
    module = max(1, min(free, box.width - areas.px(16)) // modules)
    side = module * modules
    y = inner.y + max(0, (free - side) // 2)
    square = Box(box.x + (box.width - side) // 2, y + top, side, side)
    above, below = Box(inner.x, y, inner.width, top), Box(inner.x, square.bottom, inner.width, foot)
    return [
        ground(box, areas),
        *stack(title, above, title_size, INK, metrics, leading=1.3, align="centre"),
        Code(square, url, module),
        *stack(hint, below, hint_size, SOFT, metrics, leading=1.3, align="centre"),
    ]


def two_lines(
    text: str, inner: Box, size: int, areas: Frame, metrics: Metrics, *, bold: bool
) -> tuple[int, tuple[Line, ...]]:
    """A label of up to two lines, as large as `size` where it fits."""
    limit = max(areas.px(92), line_height(size, 1.3, metrics))
    size, found = fitted(plain_spans(text, bold=bold), inner.width, limit, size, metrics, leading=1.3, most_lines=2)
    return size, listed(found, size, metrics)


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


def set_words(found: tuple[int, tuple[Line, ...]], metrics: Metrics) -> Set:
    size, lines = found
    lines = listed(lines, size, metrics)
    return Set(size, lines, len(lines) * line_height(size, 1.27, metrics))


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
    named = set_words(fitted(name, room, max(px(60), high - px(YOURS_ROOM)), size, metrics, leading=1.27), metrics)
    beside = duty_beside(card.duty, room, max(high, px(172)) - px(YOURS_ROOM) - named.height, areas, metrics)
    block = max(high, px(YOURS_ROOM) + named.height + beside.height)
    if beside.lines or not card.duty:
        return Person(face, named, beside, Set(), block)
    duty = plain_spans(card.duty)
    size, _ = fitted(duty, width, px(136), px(SMALL * 0.94), metrics, leading=1.27)
    under = set_words((size, balanced(duty, size, width, metrics, evenness=6.0)), metrics)
    return Person(face, named, beside, under, block + px(UNDER_GAP) + under.height)


def duty_beside(duty: str, width: int, height: int, areas: Frame, metrics: Metrics) -> Set:
    """The duty under the name: on one line, or on two parted at a · or a space; nothing where it is too long."""
    for texts in one_or_two(duty):
        for part in (1.0, 0.94, 0.88, 0.84):
            size = areas.px(SMALL * part)
            found = tuple(one_line(plain_spans(text), size, metrics) for text in texts)
            deep = len(found) * line_height(size, 1.27, metrics)
            if deep <= height and all(0 < line.width <= width for line in found):
                return Set(size, found, deep)
    return Set()


def one_or_two(duty: str) -> list[tuple[str, ...]]:
    """`duty` whole, and cut at each of its · and spaces, the evenest first."""
    halves = [(duty[: cut.start()], duty[cut.end() :]) for cut in re.finditer(r"\s*·\s*|\s+", duty)]
    return [(duty,), *sorted((two for two in halves if all(two)), key=lambda two: max(map(len, two)))]


def worker_card(card: Card, box: Box, areas: Frame, metrics: Metrics) -> list[Item]:
    """Face and name; the duty; the phone number as large as the card is wide; the motto."""
    px = areas.px
    inner = box.inset(px(28), px(24))
    motto = px(MOTTO_ROOM) if card.motto else 0
    free = inner.height - motto - px(PHONE_ROOM)
    if box.height > 1.4 * box.width:
        items, used = tall_person(card, Box(inner.x, inner.y, inner.width, free), areas, metrics)
    else:
        told = person(card, inner.width, px(172) if areas.wide else px(230), areas, metrics)
        items, used = person_items(card, told, inner, areas, metrics), told.height
    spare = max(0, free - used)
    number = Box(inner.x, inner.y + used + spare // 2, inner.width, px(PHONE_ROOM))
    items = [
        ground(box, areas),
        *items,
        *label(card.phone, number, px(PHONE), INK, metrics, bold=True, align="centre", leading=1.27),
    ]
    if card.motto:
        line = Box(inner.x, inner.bottom - motto, inner.width, motto)
        items += label(card.motto, line, px(SMALL), SOFT, metrics, align="centre", most_lines=2)
    return items


def person_items(card: Card, told: Person, inner: Box, areas: Frame, metrics: Metrics) -> list[Item]:
    """Face, and beside it 您的网格员, name and a short duty; a long one under both."""
    px = areas.px
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
        *label(YOURS, words, px(SMALL * 0.88), SOFT, metrics, leading=1.27),
        *stack(told.name.lines, name, told.name.size, INK, metrics, leading=1.27),
        *stack(told.beside.lines, beside, told.beside.size, SOFT, metrics, leading=1.27),
        *stack(told.under.lines, under, told.under.size, SOFT, metrics, leading=1.27, align="centre"),
    ]


def tall_person(card: Card, room: Box, areas: Frame, metrics: Metrics) -> tuple[list[Item], int]:
    """One under the other, for a card that has the panel to itself; and the pixels used."""
    px = areas.px
    duty = Set()
    if card.duty:
        found = fitted(plain_spans(card.duty), room.width, room.height * 2 // 7, px(SMALL), metrics, leading=1.27)
        duty = set_words(found, metrics)
    high = round((room.height - duty.height) * 0.62)
    face = Box(room.x + (room.width - round(high * FACE_SHAPE)) // 2, room.y, round(high * FACE_SHAPE), high)
    yours = Box(room.x, face.bottom + px(14), room.width, px(46))
    left = room.bottom - duty.height - yours.bottom - px(10)
    found = fitted(plain_spans(card.name, bold=True), room.width, max(px(60), left), px(NAME), metrics, leading=1.27)
    name = set_words(found, metrics)
    place = Box(room.x, yours.bottom, room.width, name.height)
    under = Box(room.x, place.bottom + px(6), room.width, duty.height)
    items: list[Item] = [
        *portrait(card, face, areas),
        *label(YOURS, yours, px(SMALL), SOFT, metrics, align="centre"),
        *stack(name.lines, place, name.size, INK, metrics, leading=1.27, align="centre"),
        *stack(duty.lines, under, duty.size, SOFT, metrics, leading=1.27, align="centre"),
    ]
    return items, under.bottom - room.y


def portrait(card: Card, box: Box, areas: Frame) -> list[Item]:
    """The photo, or a drawn head and shoulders."""
    if card.photo:
        return [Picture(box, card.photo.sha256, areas.px(14))]
    side = min(box.width, box.height)
    figure = Box(box.x + (box.width - side) // 2, box.bottom - side, side, side)
    return [Rectangle(box, FACE_GROUND, areas.px(14)), Icon(figure, "person", FACE)]


def vacancy(box: Box, areas: Frame, metrics: Metrics) -> list[Item]:
    """No card, or one past its day: whom to ask instead."""
    px = areas.px
    inner = box.inset(px(32), px(22))
    icon = min(px(190), inner.height * 2 // 5)
    room = inner.height - icon - px(14)
    size, found = fitted(plain_spans(VACANCY), inner.width, room, px(42), metrics, leading=1.36)
    deep = len(found) * line_height(size, 1.36, metrics)
    top = inner.y + (room - deep) // 2
    figure = Box(inner.x + (inner.width - icon) // 2, top, icon, icon)
    words = Box(inner.x, figure.bottom + px(14), inner.width, deep)
    return [
        ground(box, areas),
        Icon(figure, "person", FACE_GROUND),
        *stack(found, words, size, SOFT, metrics, leading=1.36, align="centre"),
    ]
