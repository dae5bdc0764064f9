"""The foot of an emergency: service code, whom to call, the grid worker. Small, and always there. Pure.

By day it is white; at night it is dark, and only the service code stays white.
"""

import math
import re
from datetime import datetime

from content.notice import Alert, Card, ServiceCode
from kiosk.code import side_modules
from kiosk.lcd.frame import Frame
from kiosk.lcd.panel import current_card
from kiosk.shapes import Box, Code, Icon, Item, Rectangle
from kiosk.text import Line, Metrics, one_line, plain_spans
from kiosk.theme import LIGHT, Theme
from kiosk.typography.typeset import headline, label, line_height, sizes, stack
from kiosk.view import View

LEADING = 1.3
HIGH, CALL = 172, 96
"""Units: of a strip that leaves five sixths of a wide picture to the message, the edge under it aside, and of each
further number in it."""
CALL_SIZE, LEAST_CALL, LARGER = 78, 36, 1.3
"""Sizes of type in units, and how much larger the first of several numbers is."""
LARGEST_CALL = 108
"""Units: a number that stands on a line of its own in a wide picture, where it has the room."""
LEAST_BESIDE, NAME_SHARE, APART = 60, 0.62, 48
"""Units: numbers side by side are as large at least, each below its name, which is so much of its size; and apart."""
NUMBER = re.compile(r"[+＋]?\d[\d \-－–—()（）]*\d(?:转\d+)?")
BETWEEN_CALLS = " \t\n，,；;、。/|·"
EMERGENCY = re.compile(r"(?<!\d)1(?:10|19|20|22)(?!\d)")
LEAST_MODULE = 4
"""Pixels a module of the code, where a quarter of the picture's height allows them: with 3 a telephone that sees
the picture half as large no longer reads it (tests/test_camera.py)."""


def foot_strip(alert: Alert, view: View, moment: datetime | None, areas: Frame, metrics: Metrics) -> list[Item]:
    """Service code, whom to call and the grid worker, small; nothing of it is nothing at all."""
    card, code = current_card(view, moment), view.service_code
    if card and card.phone in alert.contact:
        card = None  # said already
    parts = calls(alert.contact)
    if not (card or code or parts):
        return []
    px = areas.px
    usual = high = strip_height(code, view.place, areas)
    entries = (*parts, f"网格员 {card.name} {card.phone}") if card and parts else parts
    beside = strip_of_columns(entries, code, view.place, high, areas, metrics)
    if beside:
        return beside
    above = 0
    if parts and areas.wide:
        high += px(CALL) * (len(parts) - 1) * 3 // 4
    elif parts:
        above = px(24 + CALL * len(parts))
    box = strip(high, areas)
    items: list[Item] = [ground(box.y - above, areas)]
    if above:
        place = Box(px(72), box.y - above + px(16), box.width - px(144), above - px(16))
        items += contact_lines(parts, place, areas, metrics)
    left, right = px(72), box.right - px(72)
    if code:
        middle = Box(0, box.y + (high - usual) // 2, box.width, usual)
        placed, left = small_code(code, view.place, middle, areas, metrics)
        items += placed
    room = Box(left, box.y + px(12), right - left, high - px(24))
    if parts and areas.wide:
        width = round(room.width * (0.62 if card else 1.0))
        items += contact_lines(parts, Box(left, room.y, width, room.height), areas, metrics)
        room = Box(left + width + px(40), room.y, room.width - width - px(40), room.height)
    if card:
        items += small_card(card, room, areas, metrics, loud=not parts)
    return items


def strip_of_columns(
    entries: tuple[str, ...], code: ServiceCode | None, place: str, high: int, areas: Frame, metrics: Metrics
) -> list[Item]:
    """The strip no higher than usual, with several to call side by side; nothing where they have no room so."""
    px, box = areas.px, strip(high, areas)
    placed, left = small_code(code, place, box, areas, metrics) if code else ([], px(72))
    room = Box(left, box.y + px(12), box.right - px(72) - left, high - px(24))
    columns = call_columns(entries, room, areas, metrics)
    return [ground(box.y, areas), *placed, *columns] if columns else []


def strip(high: int, areas: Frame) -> Box:
    """So high, and as far from the picture's lower edge as the words at its head are from the upper one."""
    return Box(0, areas.geometry.height - areas.edge - high, areas.geometry.width, high)


def ground(y: int, areas: Frame) -> Rectangle:
    """From `y` down to the picture's edge."""
    return Rectangle(Box(0, y, areas.geometry.width, areas.geometry.height - y), foot_theme(areas).card)


def call_columns(entries: tuple[str, ...], box: Box, areas: Frame, metrics: Metrics) -> list[Item]:
    """Each name over its number, one beside the other from the handset to the right; nothing for a single one on a
    wide picture, where both stand on one line, for words without a number, and where the numbers would be too small."""
    named = [name_and_number(entry) for entry in entries]
    if len(named) < 1 + areas.wide or not all(name and number for name, number in named):
        return []
    px, dress = areas.px, foot_theme(areas)
    icon = px(72)
    room = Box(box.x + icon + px(20), box.y, box.width - icon - px(20), box.height)
    for size in sizes(px(LARGEST_CALL)):
        small = round(size * NAME_SHARE)
        if size < px(LEAST_BESIDE):
            return []
        found = [
            (one_line(plain_spans(name), small, metrics), one_line(plain_spans(number, bold=True), size, metrics))
            for name, number in named
        ]
        widths = [math.ceil(max(line.extent for line in pair)) for pair in found]
        upper, lower = (line_height(one, LEADING, metrics) for one in (small, size))
        if upper + lower <= room.height and sum(widths) + px(APART) * (len(found) - 1) <= room.width:
            break
    items: list[Item] = [Icon(Box(box.x, box.y + (box.height - icon) // 2, icon, icon), "phone", dress.ink)]
    apart = (room.width - sum(widths)) // max(1, len(found) - 1)
    x, y = room.x, room.y + (room.height - upper - lower) // 2
    for (name, number), wide in zip(found, widths, strict=True):
        items += stack([name], Box(x, y, wide, upper), small, dress.soft, metrics, leading=LEADING)
        items += stack([number], Box(x, y + upper, wide, lower), size, dress.ink, metrics, leading=LEADING)
        x += wide + apart
    return items


def name_and_number(entry: str) -> tuple[str, str]:
    """火警 119 → 火警, 119; what follows the number is said with the name; "" for what is not there."""
    found = NUMBER.search(entry)
    if found is None:
        return entry, ""
    return f"{entry[: found.start()].strip()} {entry[found.end() :].strip()}".strip(), found[0]


def foot_theme(areas: Frame) -> Theme:
    """Dark at night; else white, whatever feast it is."""
    return areas.theme if areas.theme.is_dark else LIGHT


def strip_height(code: ServiceCode | None, place: str, areas: Frame) -> int:
    """How high the strip with the code is; no higher than usual where a quarter of the picture would not do either."""
    wanted = LEAST_MODULE * side_modules(code.at(place)) if code else 0
    return max(areas.px(HIGH), wanted if wanted <= areas.geometry.height // 4 else 0)


def calls(contact: str) -> tuple[str, ...]:
    """火警 119 村值班 0391-0000000 → each name with its number; 119 and its like first."""
    ends = [found.end() for found in NUMBER.finditer(contact)]
    starts = [0, *ends[:-1]]
    ends = [*ends[:-1], len(contact)]  # what follows the last number belongs to it
    parts = [contact[start:end].strip(BETWEEN_CALLS) for start, end in zip(starts, ends, strict=True)]
    return tuple(sorted((part for part in parts if part), key=lambda part: not EMERGENCY.search(part)))


def contact_lines(parts: tuple[str, ...], box: Box, areas: Frame, metrics: Metrics) -> list[Item]:
    """Whom to call, with a handset: a name and its number on a line of their own, the first of several the largest."""
    px, ink = areas.px, foot_theme(areas).ink
    icon = px(72)
    words = Box(box.x + icon + px(20), box.y, box.width - icon - px(20), box.height)
    handset = Icon(Box(box.x, box.y + (box.height - icon) // 2, icon, icon), "phone", ink)
    found = whole_calls(parts, words, areas, metrics) or broken_calls(parts, words, areas, metrics)
    deep = sum(line_height(size, LEADING, metrics) for size, _ in found)
    y = words.y + max(0, words.height - deep) // 2
    items: list[Item] = [handset]
    for size, line in found:
        high = line_height(size, LEADING, metrics)
        items += stack([line], Box(words.x, y, words.width, high), size, ink, metrics, leading=LEADING)
        y += high
    return items


def whole_calls(parts: tuple[str, ...], box: Box, areas: Frame, metrics: Metrics) -> list[tuple[int, Line]]:
    """One a line, as large as they fit; none where they would be too small."""
    larger = LARGER if len(parts) > 1 else 1.0
    for size in sizes(areas.px(LARGEST_CALL if len(parts) == 1 and areas.wide else CALL_SIZE)):
        if size < areas.px(LEAST_CALL):
            break
        each = [round(size * larger), *([size] * (len(parts) - 1))]
        found = [
            (one, one_line(plain_spans(part, bold=True), one, metrics)) for one, part in zip(each, parts, strict=True)
        ]
        deep = sum(line_height(one, LEADING, metrics) for one in each)
        if deep <= box.height and all(line.extent <= box.width for _, line in found):
            return found
    return []


def broken_calls(parts: tuple[str, ...], box: Box, areas: Frame, metrics: Metrics) -> list[tuple[int, Line]]:
    """A sentence rather than a number: in lines like any other."""
    spans = plain_spans(" ".join(parts), bold=True)
    size, found = headline(spans, box.width, box.height, areas.px(CALL_SIZE), metrics, leading=LEADING)
    return [(size, line) for line in found]


def small_code(code: ServiceCode, place: str, box: Box, areas: Frame, metrics: Metrics) -> tuple[list[Item], int]:
    """The code with its title, and the x from which the rest of the strip is free."""
    px = areas.px
    url = code.at(place)
    modules = side_modules(url)
    module = max(1, box.height // modules)
    side = module * modules
    square = Box(px(44), box.y + (box.height - side) // 2, side, side)
    apart = px(18 if areas.theme.is_dark else 4)
    words = Box(square.right + apart, box.y + px(12), px(190), box.height - px(24))
    title = label(code.title, words, px(42), foot_theme(areas).ink, metrics, bold=True, most_lines=4, leading=LEADING)
    return [Code(square, url, module), *title], words.right + px(40)


def small_card(card: Card, box: Box, areas: Frame, metrics: Metrics, *, loud: bool) -> list[Item]:
    """Name and number on the right of the strip; `loud` where no other number is given."""
    px, dress = areas.px, foot_theme(areas)
    upper = Box(box.x, box.y, box.width, round(box.height * 0.42))
    lower = Box(box.x, upper.bottom, box.width, box.height - upper.height)
    name, size = f"网格员 {card.name}", 80 if loud else 60
    return [
        *label(name, upper, px(44), dress.soft, metrics, align="right", most_lines=2, leading=LEADING),
        *label(
            card.phone, lower, px(size), dress.ink, metrics, bold=True, align="right", most_lines=1, leading=LEADING
        ),
    ]
