"""What is always there: the building's service code and the grid worker's card. Pure.

Both stand on white cards, at the side of a wide display and at the foot of a tall one. Where
one of the two is missing the other takes its room; a card that is past its day gives way to a
line that says whom to ask.
"""

from datetime import datetime

from content.notice import Card, ServiceCode
from kiosk.code import side_modules
from kiosk.frame import Frame
from kiosk.palette import CARD, FACE, FACE_GROUND, INK, SOFT
from kiosk.shapes import Box, Code, Icon, Item, Picture, Rectangle
from kiosk.text import Metrics, balanced, line_count, plain_spans
from kiosk.typeset import Align, fitted, label, line_height, stack
from kiosk.view import View

VACANCY = "网格员调整中，有事请联系村委会"
YOURS = "您的网格员"
HEADLINE, NAME, PHONE, SMALL = 42, 56, 66, 34


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
    if not card:
        return areas.px(230)
    duty = line_count(plain_spans(card.duty), areas.px(SMALL * 0.84), areas.px(248), metrics)
    name = line_count(plain_spans(card.name, bold=True), areas.px(NAME), areas.px(240), metrics)
    return areas.px(358 + min(110, 30 * max(0, duty - 1) + 50 * max(0, name - 1)))


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
    top = label_box(code.title, inner, areas.px(HEADLINE), areas, metrics, bold=True)
    foot = label_box(code.hint, inner, areas.px(SMALL), areas, metrics, bold=False)
    free = box.height - top.height - foot.height - areas.px(36)
    modules = side_modules(url)
    module = max(1, min(free, box.width - areas.px(16)) // modules)
    side = module * modules
    above = max(0, (free - side) // 2)
    y = inner.y + above
    square = Box(box.x + (box.width - side) // 2, y + top.height, side, side)
    return [
        ground(box, areas),
        *label(
            code.title,
            Box(inner.x, y, inner.width, top.height),
            areas.px(HEADLINE),
            INK,
            metrics,
            bold=True,
            align="centre",
            most_lines=2,
        ),
        Code(square, url, module),
        *label(
            code.hint,
            Box(inner.x, square.bottom, inner.width, foot.height),
            areas.px(SMALL),
            SOFT,
            metrics,
            align="centre",
            most_lines=2,
        ),
    ]


def label_box(text: str, inner: Box, size: int, areas: Frame, metrics: Metrics, *, bold: bool) -> Box:
    """How high a centred label of up to two lines is."""
    limit = max(areas.px(92), line_height(size, 1.3, metrics))
    size, found = fitted(plain_spans(text, bold=bold), inner.width, limit, size, metrics, leading=1.3, most_lines=2)
    return Box(inner.x, inner.y, inner.width, len(found) * line_height(size, 1.3, metrics))


def worker_card(card: Card, box: Box, areas: Frame, metrics: Metrics) -> list[Item]:
    """Face, name and duty; below, the phone number as large as the card is wide; the motto."""
    px = areas.px
    inner = box.inset(px(28), px(26))
    motto = px(46) if card.motto else 0
    tall = box.height > 1.4 * box.width
    number = Box(inner.x, inner.bottom - motto - px(104 if tall else 84), inner.width, px(84))
    free = number.y - inner.y - px(12)
    if tall:
        high = round(free * 0.62)
        face = Box(inner.x + (inner.width - round(high * 0.82)) // 2, inner.y, round(high * 0.82), high)
        words = Box(inner.x, face.bottom + px(16), inner.width, number.y - face.bottom - px(16))
    else:
        high = min(free, px(180 if areas.wide else 270))
        face = Box(inner.x, inner.y, round(high * 0.82), high)
        words = Box(face.right + px(24), inner.y, inner.right - face.right - px(24), high)
        number = number.moved(0, -max(0, number.y - face.bottom - px(12)) // 2)
    items: list[Item] = [
        ground(box, areas),
        *portrait(card, face, areas),
        *who(card, words, areas, metrics, align="centre" if tall else "left"),
        *label(card.phone, number, px(PHONE), INK, metrics, bold=True, align="centre", leading=1.27),
    ]
    if card.motto:
        line = Box(inner.x, inner.bottom - motto, inner.width, motto)
        items += label(card.motto, line, px(SMALL), SOFT, metrics, align="centre", most_lines=2)
    return items


def portrait(card: Card, box: Box, areas: Frame) -> list[Item]:
    """The photo, or a drawn head and shoulders."""
    if card.photo:
        return [Picture(box, card.photo.sha256, areas.px(14))]
    side = min(box.width, box.height)
    figure = Box(box.x + (box.width - side) // 2, box.bottom - side, side, side)
    return [Rectangle(box, FACE_GROUND, areas.px(14)), Icon(figure, "person", FACE)]


def who(card: Card, box: Box, areas: Frame, metrics: Metrics, *, align: Align) -> list[Item]:
    """您的网格员, the name and the duty, all made smaller together until they fit beside the face."""
    parts = [(YOURS, SMALL, SOFT, False), (card.name, NAME, INK, True)]
    if card.duty:
        parts.append((card.duty, SMALL, SOFT, False))
    for percent in range(100, 9, -5):
        blocks = []
        for text, units, colour, bold in parts:
            part = percent if units == SMALL else min(100, percent + 15)  # the name is the last to shrink
            size = max(6, areas.px(units * part / 100))
            found = balanced(plain_spans(text, bold=bold), size, box.width, metrics)
            blocks.append((size, found, colour, len(found) * line_height(size, 1.27, metrics)))
        total = sum(high for _, _, _, high in blocks)
        if total <= box.height:
            break
    y = box.y + max(0, box.height - total) // 2
    items: list[Item] = []
    for size, found, colour, high in blocks:
        items += stack(found, Box(box.x, y, box.width, high), size, colour, metrics, leading=1.27, align=align)
        y += high
    return items


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
