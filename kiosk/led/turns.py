"""What has turns of its own on an LED panel: the grid worker's card and the building's code; and standby. Pure."""

import math
import re
from collections.abc import Sequence
from datetime import datetime

from content.notice import Card, Notice, ServiceCode
from content.settings import Pace
from kiosk.code import side_modules
from kiosk.lcd.page import Page
from kiosk.lcd.panel import current_card
from kiosk.led.colours import Lamps, lamps
from kiosk.led.frame import frame
from kiosk.led.numbers import standing_number
from kiosk.led.page import page, scroll_pages
from kiosk.led.type import SIZES, SMALL, USUAL, Set, fitted, gap, on_one_line, stack
from kiosk.look import Look
from kiosk.shapes import Box, Code, Dots, Item
from kiosk.text import Metrics, plain_spans
from kiosk.typography.wording import clock_words, day_words, weekday_words
from kiosk.view import View

LEAST_MODULE = 2
"""Dots a module of a QR code; with one a telephone's camera sees the lamps, not the modules."""
CODE_SECONDS = 10.0
"""A resident has to take out the telephone."""
BUILDING = 3
"""The level of a place that is a building: village, compound, micro grid, building, unit (content.place)."""
TYPED = 32
"""A web address that somebody would type by hand has no more characters."""


def standing(view: View, moment: datetime | None) -> tuple[Card | ServiceCode, ...]:
    """Card and code; a card past its day has no turn, a retired worker must not be called."""
    card = current_card(view, moment)
    return tuple(one for one in (card, view.service_code) if one)


def among(notices: Sequence[Notice], beside: Sequence[Card | ServiceCode]) -> tuple[Notice | Card | ServiceCode, ...]:
    """Everything that has a turn, in order: the card after the first half of the notices, the code after the second.

    Evenly, so that nobody waits for a number longer than he must.
    """
    made: list[Notice | Card | ServiceCode] = []
    for number, one in enumerate(beside):
        begin, end = (math.ceil(at * len(notices) / len(beside)) for at in (number, number + 1))
        made += notices[begin:end]
        made.append(one)
    return tuple(made) if beside else tuple(notices)


def card_pages(card: Card, panel: Dots, view: View, look: Look) -> tuple[Page, ...]:
    """Name and number together where both fit, else one after the other; the number is never broken."""
    areas, metrics, lit, pace = frame(panel), look.metrics, lamps(panel), view.pace
    box = areas.whole
    count = len(card.name) + len(card.phone)
    for name in (f"网格员 {card.name}", card.name):
        single = on_one_line(f"{name} {card.phone}", box, metrics, largest=USUAL)
        if box.height < 2 * USUAL and single and single.size == USUAL:
            return (page(stack(single, box, lit.number, metrics), (), count, pace),)
    items = card_stack(card, box, lit, metrics)
    if items:
        return (page(items, (), count + len(card.duty), pace),)
    named = fitted(plain_spans(card.name), box.width, box.height, metrics, largest=2 * USUAL)
    first = (
        [page(stack(named, box, lit.text, metrics), (), len(card.name), pace)]
        if named
        else scroll_pages(f"网格员 {card.name}", areas, (), pace, lit.text, metrics)
    )
    return (*first, *number_pages(card, panel, pace, lit, metrics))


def card_stack(card: Card, box: Box, lit: Lamps, metrics: Metrics) -> list[Item]:
    """Name, number, and as much of the duty and the motto as has room, one under the other."""
    if box.height < 2 * SMALL + 1:
        return []
    number = on_one_line(card.phone, Box(0, 0, box.width, box.height * 5 // 9), metrics)
    if number is None:
        return []
    left = box.height - number.height - 1
    name = None
    for words in (f"网格员 {card.name}", card.name):
        room = Box(0, 0, box.width, min(left, number.size))
        name = name or on_one_line(words, room, metrics)
    if name is None:
        return []
    found = [(name, lit.text), (number, lit.number)]
    left -= name.height + 2
    for words, at in ((card.duty, 1), (card.motto, 3)):
        more = on_one_line(words, Box(0, 0, box.width, left), metrics, largest=USUAL) if words else None
        if more and more.height <= left:
            found.insert(min(at, len(found)), (more, lit.quiet))
            left -= more.height + 2
    return spread(found, box, metrics)


def number_pages(card: Card, panel: Dots, pace: Pace, lit: Lamps, metrics: Metrics) -> list[Page]:
    """The number alone, as large as it goes: on one line, else broken at its joints. It never moves."""
    box = frame(panel).whole
    found = standing_number(card.phone, box, metrics)
    return [page(stack(one, box, lit.number, metrics), (), len(card.phone), pace) for one in found]


def spread(found: Sequence[tuple[Set, str]], box: Box, metrics: Metrics) -> list[Item]:
    """Lines of several sizes one under the other, centred, the spare rows shared out between them."""
    spare = max(0, box.height - sum(one.height for one, _ in found))
    items: list[Item] = []
    y = box.y + spare // (len(found) + 1)
    for one, colour in found:
        items += stack(one, Box(box.x, y, box.width, one.height), colour, metrics)
        y += one.height + spare // (len(found) + 1)
    return items


def code_pages(code: ServiceCode, panel: Dots, view: View, look: Look) -> tuple[Page, ...]:
    """The QR code where its modules are large enough, with what it is for; else words and the building's number."""
    metrics, lit = look.metrics, lamps(panel)
    url = code.at(view.place)
    side = side_modules(url, "l")
    module = min(panel.width, panel.height) // side
    if module < LEAST_MODULE:
        return spoken_code(code, panel, view, look)
    square = Code(Box(0, 0, side * module, side * module), url, module, lit.white, "l")
    square = square.moved(0, (panel.height - square.box.height) // 2)
    beside = Box(square.box.right + 2, 0, panel.width - square.box.right - 4, panel.height)
    said = beside_code(code, beside, lit, metrics) if beside.width >= 2 * USUAL else []
    if said:
        return (Page((square, *said), (), len(code.title + code.hint), seconds=CODE_SECONDS),)
    square = square.moved((panel.width - square.box.width) // 2, 0)
    title = fitted(plain_spans(code.title), panel.width, panel.height, metrics, largest=24)
    first = (
        [page(stack(title, frame(panel).whole, lit.title, metrics), (), len(code.title), view.pace)] if title else []
    )
    return (*first, Page((square,), (), 0, seconds=CODE_SECONDS))


def beside_code(code: ServiceCode, box: Box, lit: Lamps, metrics: Metrics) -> list[Item]:
    """Title and hint at the right of the QR code."""
    for part in (0.6, 1.0):
        title = fitted(plain_spans(code.title, bold=True), box.width, round(box.height * part), metrics, largest=32)
        if title is None:
            continue
        rest = box.height - title.height - 4
        hint = fitted(plain_spans(code.hint), box.width, rest, metrics, largest=title.size) if part < 1 else None
        if hint or part == 1.0:
            found = [(title, lit.title), *([(hint, lit.text)] if hint else [])]
            return spread(found, box, metrics)
    return []


def spoken_code(code: ServiceCode, panel: Dots, view: View, look: Look) -> tuple[Page, ...]:
    """Without a QR code: what for, whom to call, and which building it is about; standing still.

    Nothing without a number and without an address short enough to type: words that help nobody need no turn.
    """
    box, metrics, lit = frame(panel).whole, look.metrics, lamps(panel)
    card = view.card
    if card is None:
        return typed_address(code, panel, view, look)
    first, *_ = re.split(r"[ ·、，]+", code.hint.strip()) or [""]
    what, where = first or code.title, house_words(view)
    for words in ((f"{what}请拨打", card.phone, f"请报{where}" if where else ""), (what, card.phone, where)):
        items = three_lines(words, box, lit, metrics)
        if items:
            return (page(items, (), len("".join(words)), view.pace),)
    before = said_page(f"{what}请拨打", panel, view, look)
    after = said_page(f"请报{where}", panel, view, look) if where else ()
    return (*before, *number_pages(card, panel, view.pace, lit, metrics), *after)


def said_page(words: str, panel: Dots, view: View, look: Look) -> tuple[Page, ...]:
    """A few words standing still, or scrolling where the panel has no room for them."""
    areas, metrics, lit = frame(panel), look.metrics, lamps(panel)
    found = fitted(plain_spans(words), areas.whole.width, areas.whole.height, metrics, largest=24)
    if found:
        return (page(stack(found, areas.whole, lit.text, metrics), (), len(words), view.pace),)
    return tuple(scroll_pages(words, areas, (), view.pace, lit.text, metrics))


def house_words(view: View) -> str:
    """3号楼1单元: the nearest levels of the doorway by name, as people give them on the telephone."""
    return "".join(view.names[BUILDING:]) or next((name for name in reversed(view.names) if name), "")


def three_lines(words: tuple[str, str, str], box: Box, lit: Lamps, metrics: Metrics) -> list[Item]:
    """What for, the number as large as goes, where; none where they do not all stand on one picture."""
    above, number, below = words
    others = 2 if below else 1
    for size in SIZES:
        low = (box.height - size - 2 * others) // others
        found = on_one_line(number, Box(0, 0, box.width, size), metrics, largest=size)
        room = Box(0, 0, box.width, min(low, size))
        top = on_one_line(above, room, metrics)
        bottom = on_one_line(below, room, metrics) if below else None
        if found and found.size == size and top and (bottom or not below):
            lines = [(top, lit.text), (found, lit.number), *([(bottom, lit.text)] if bottom else [])]
            return spread(lines, box, metrics)
    return []


def typed_address(code: ServiceCode, panel: Dots, view: View, look: Look) -> tuple[Page, ...]:
    """Nobody to call: an address short enough to type, or nothing."""
    address = re.sub(r"^https?://", "", code.at(view.place))
    if len(address) > TYPED:
        return ()
    return said_page(f"{code.hint}：网址 {address}" if code.hint else f"网址 {address}", panel, view, look)


def standby_items(view: View, moment: datetime | None, panel: Dots, metrics: Metrics) -> list[Item]:
    """Nothing is on air: the village's name and the time, quietly."""
    lit, box = lamps(panel), frame(panel).whole
    village = next((name for name in view.names if name), "便民视窗")
    time = clock_words(moment) if moment else ""
    if box.height < 2 * SMALL + 1:
        for words in (f"{village} {time}".strip(), time or village, village):
            found = on_one_line(words, box, metrics, largest=USUAL)
            if found:
                return stack(found, box, lit.quiet, metrics)
        return []
    rows = [(village, 32, lit.quiet)]
    if moment:
        rows = [
            (time, 48, lit.number),
            (village, 24, lit.quiet),
            (f"{day_words(moment)} {weekday_words(moment)}", 24, lit.quiet),
        ]
    found_rows: list[tuple[Set, str]] = []
    left = box.height
    for words, largest, colour in rows:
        most = min(largest, max(USUAL, left // 2))
        one = on_one_line(words, Box(0, 0, box.width, left), metrics, largest=most)
        if one and one.height <= left:
            found_rows.append((one, colour))
            left -= one.height + gap(one.size)
    return spread(found_rows, box, metrics)
