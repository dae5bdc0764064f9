"""What is always there: the building's service code, and beside it the grid worker's card. Pure.

Both stand on cards of their own, at the side of a wide display and at the foot of a tall one. What a place does not
have takes no room: one of the two alone fills the panel, and without both there is no panel.
"""

from datetime import datetime

from content.notice import Card, ServiceCode
from kiosk.code import side_modules
from kiosk.lcd.frame import Frame
from kiosk.lcd.worker_card import card_height, worker_card
from kiosk.shapes import Box, Code, Icon, Item, Rectangle
from kiosk.text import Line, Metrics, plain_spans
from kiosk.typography.typeset import Align, fitted, label, line_height, listed, stack
from kiosk.view import View

VACANCY = "网格员调整中，有事请联系村委会"
HEADLINE, ALONE, ALONE_HINT = 44, 66, 48
"""Sizes of type in units (1 px on a 1920×1080 display); ALONE is for a code that has the panel to itself."""
MOST_PARTS = 4
BROAD = 1.35
"""Width ÷ height from which the words stand beside the code."""
LEADING = 1.3
ROUND = 22


def current_card(view: View, moment: datetime | None) -> Card | None:
    """The nearest card whose last day is not past. While the clock is not trusted a date alone hides nothing."""
    if view.card is None or moment is None:
        return view.card
    cards = (view.card, *view.higher_cards)
    return next((card for card in cards if card.until is None or moment.date() <= card.until), None)


def things_shown(view: View) -> int:
    """How many things the panel has to show; a card past its day still asks for patience."""
    return (view.card is not None) + (view.service_code is not None)


def panel(view: View, moment: datetime | None, areas: Frame, metrics: Metrics) -> list[Item]:
    """The cards of the panel."""
    box, code = areas.panel, view.service_code
    if box is None:
        return []
    if view.card is None:
        return [ground(box, areas), *code_alone(code, view.place, box, areas, metrics)] if code else []
    card = current_card(view, moment)
    if code:
        deep = card_height(card, areas, metrics) if card else areas.px(236)
        first, box = halves(box, areas, deep)
        drawn = code_alone if first.width > BROAD * first.height else code_card
        items = [ground(first, areas), *drawn(code, view.place, first, areas, metrics)]
    else:
        items = []
    about = worker_card(card, box, areas, metrics) if card else vacancy(box, areas, metrics)
    return [*items, ground(box, areas), *about]


def halves(box: Box, areas: Frame, high: int) -> tuple[Box, Box]:
    """The boxes of the code's card and of the worker's, which is `high` pixels high at the side of a display."""
    gap = areas.px(24)
    if areas.wide:
        return (
            Box(box.x, box.y, box.width, box.height - high - gap),
            Box(box.x, box.bottom - high, box.width, high),
        )
    width = (box.width - gap) // 2
    return Box(box.x, box.y, width, box.height), Box(box.right - width, box.y, width, box.height)


def ground(box: Box, areas: Frame) -> Rectangle:
    return Rectangle(box, areas.theme.card, areas.px(ROUND))


def code_card(code: ServiceCode, place: str, box: Box, areas: Frame, metrics: Metrics) -> list[Item]:
    """Title, QR code and what it is for. The quiet zone of the code is the space around it."""
    url = code.at(place)
    inner = box.inset(areas.px(20), areas.px(14))
    title_size, title = two_lines(code.title, inner, areas.px(HEADLINE), areas, metrics, bold=True)
    hint_size, hint = two_lines(code.hint, inner, areas.type.small, areas, metrics, bold=False)
    top, foot = (
        len(title) * line_height(title_size, LEADING, metrics),
        len(hint) * line_height(hint_size, LEADING, metrics),
    )
    apart = plate_margin(areas)
    free = box.height - top - foot - areas.px(28) - 2 * apart
    modules = side_modules(url)
    module = max(1, min(free, box.width - areas.px(16)) // modules)
    side = module * modules
    y = inner.y + max(0, (free - side) // 2)
    square = Box(box.x + (box.width - side) // 2, y + top + apart, side, side)
    above, below = Box(inner.x, y, inner.width, top), Box(inner.x, square.bottom + apart, inner.width, foot)
    return [
        *stack(title, above, title_size, areas.theme.ink, metrics, leading=LEADING, align="centre"),
        Code(square, url, module),
        *stack(hint, below, hint_size, areas.theme.soft, metrics, leading=LEADING, align="centre"),
    ]


def two_lines(
    text: str, inner: Box, size: int, areas: Frame, metrics: Metrics, *, bold: bool
) -> tuple[int, tuple[Line, ...]]:
    """A label of up to two lines, as large as `size` where it fits."""
    limit = max(areas.px(96), line_height(size, LEADING, metrics))
    size, found = fitted(plain_spans(text, bold=bold), inner.width, limit, size, metrics, leading=LEADING, most_lines=2)
    return size, listed(found, size, metrics)


def plate_margin(areas: Frame) -> int:
    """Pixels between the words and the white of the code, where that ends visibly."""
    return areas.px(10) if areas.theme.is_dark else 0


def code_alone(code: ServiceCode, place: str, box: Box, areas: Frame, metrics: Metrics) -> list[Item]:
    """The code as large as its card allows, and what it is for as a list, under it or beside it."""
    px, url, theme = areas.px, code.at(place), areas.theme
    modules = side_modules(url)
    inner = box.inset(px(24), px(20))
    high = box.height > box.width
    room = min(inner.width, inner.height - px(280)) if high else min(inner.height, round(inner.width * 0.6))
    module = max(1, room // modules)
    side = module * modules
    if high:
        square = Box(box.x + (box.width - side) // 2, box.y + round((box.height - side) * 0.4), side, side)
        above = Box(inner.x, inner.y, inner.width, square.y - inner.y)
        below = Box(inner.x, square.bottom, inner.width, inner.bottom - square.bottom)
    else:
        square = Box(box.x + px(24), box.y + (box.height - side) // 2, side, side)
        left = square.right + px(8)
        above = Box(left, inner.y, inner.right - left, round(inner.height * 0.42))
        below = Box(left, above.bottom, above.width, inner.bottom - above.bottom)
    align: Align = "centre" if high else "left"
    title = label(code.title, above, px(ALONE), theme.ink, metrics, bold=True, align=align, most_lines=3)
    items: list[Item] = [*title, Code(square, url, module)]
    parts = [part.strip() for part in code.hint.split("·") if part.strip()][:MOST_PARTS]
    for number, part in enumerate(parts if len(parts) == code.hint.count("·") + 1 else [code.hint]):
        deep = below.height // max(1, len(parts))
        place_ = Box(below.x, below.y + number * deep, below.width, deep)
        items += label(part, place_, px(ALONE_HINT), theme.soft, metrics, align=align, most_lines=4)
    return items


def vacancy(box: Box, areas: Frame, metrics: Metrics) -> list[Item]:
    """The card is past its day: whom to ask instead."""
    px, theme = areas.px, areas.theme
    inner = box.inset(px(32), px(22))
    icon = min(px(190), inner.height * 2 // 5)
    room = inner.height - icon - px(14)
    size, found = fitted(plain_spans(VACANCY), inner.width, room, px(42), metrics, leading=1.36)
    deep = len(found) * line_height(size, 1.36, metrics)
    top = inner.y + (room - deep) // 2
    figure = Box(inner.x + (inner.width - icon) // 2, top, icon, icon)
    words = Box(inner.x, figure.bottom + px(14), inner.width, deep)
    return [
        Icon(figure, "person", theme.face_ground),
        *stack(found, words, size, theme.soft, metrics, leading=1.36, align="centre"),
    ]
