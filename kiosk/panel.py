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
from kiosk.text import Metrics, plain_spans
from kiosk.typeset import fitted, label, line_height, stack
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
    first, second = halves(areas, has_code=code is not None, has_card=card is not None)
    items: list[Item] = []
    if code and first:
        items += code_card(code, view.place, first, areas, metrics)
    items += worker_card(card, second, areas, metrics) if card else vacancy(second, areas, metrics)
    return items


def halves(areas: Frame, *, has_code: bool, has_card: bool) -> tuple[Box | None, Box]:
    """The boxes of the code's card and of the worker's; without a code the worker's takes all."""
    box, gap = areas.panel, areas.px(24)
    if not has_code:
        return None, box
    if areas.wide:
        high = areas.px(358 if has_card else 230)
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
    inner = box.inset(areas.px(28), areas.px(26))
    motto = areas.px(46) if card.motto else 0
    phone = areas.px(84)
    face_high = min(inner.height - motto - phone - areas.px(14), areas.px(250))
    face = Box(inner.x, inner.y, round(face_high * 0.82), face_high)
    spare = inner.height - face_high - phone - motto
    beside = Box(face.right + areas.px(24), inner.y, inner.right - face.right - areas.px(24), face_high)
    number = Box(inner.x, face.bottom + spare // 2, inner.width, phone)
    items: list[Item] = [
        ground(box, areas),
        *portrait(card, face, areas),
        *who(card, beside, areas, metrics),
        *phone_number(card.phone, number, areas, metrics),
    ]
    if card.motto:
        words = Box(inner.x, inner.bottom - motto, inner.width, motto)
        items += label(card.motto, words, areas.px(SMALL), SOFT, metrics, align="centre", most_lines=2)
    return items


def portrait(card: Card, box: Box, areas: Frame) -> list[Item]:
    """The photo, or a drawn head and shoulders."""
    if card.photo:
        return [Picture(box, card.photo.sha256, areas.px(14))]
    side = min(box.width, box.height)
    figure = Box(box.x + (box.width - side) // 2, box.bottom - side, side, side)
    return [Rectangle(box, FACE_GROUND, areas.px(14)), Icon(figure, "person", FACE)]


def who(card: Card, box: Box, areas: Frame, metrics: Metrics) -> list[Item]:
    """您的网格员, the name and the duty, centred against the face."""
    parts = [(YOURS, areas.px(SMALL), SOFT, False, 1), (card.name, areas.px(NAME), INK, True, 3)]
    if card.duty:
        parts.append((card.duty, areas.px(SMALL), SOFT, False, 6))
    share = [0.22, 0.42, 0.36] if card.duty else [0.3, 0.7]
    blocks = []
    for (text, largest, colour, bold, most), part in zip(parts, share, strict=True):
        high = max(8, int(box.height * part))
        size, found = fitted(
            plain_spans(text, bold=bold), box.width, high, largest, metrics, leading=1.27, most_lines=most
        )
        blocks.append((size, found, colour, len(found) * line_height(size, 1.27, metrics)))
    y = box.y + max(0, box.height - sum(block[3] for block in blocks)) // 2
    items: list[Item] = []
    for size, found, colour, high in blocks:
        items += stack(found, Box(box.x, y, box.width, high), size, colour, metrics, leading=1.27)
        y += high
    return items


def phone_number(number: str, box: Box, areas: Frame, metrics: Metrics) -> list[Item]:
    """The number on one line, as large as fits, with a handset where there is room for it."""
    icon, gap = areas.px(46), areas.px(14)
    spans = plain_spans(number, bold=True)
    size, found = fitted(
        spans, box.width - icon - gap, box.height, areas.px(PHONE), metrics, leading=1.27, most_lines=1
    )
    if size < areas.px(PHONE * 0.82):
        icon = gap = 0
        size, found = fitted(spans, box.width, box.height, areas.px(PHONE), metrics, leading=1.27, most_lines=1)
    wide = round(found[0].extent) + icon + gap
    left = box.x + (box.width - wide) // 2
    high = line_height(size, 1.27, metrics)
    y = box.y + (box.height - high) // 2
    text = stack(found, Box(left + icon + gap, y, box.width, high), size, INK, metrics, leading=1.27)
    if not icon:
        return list(text)
    return [Icon(Box(left, box.y + (box.height - icon) // 2, icon, icon), "phone", INK), *text]


def vacancy(box: Box, areas: Frame, metrics: Metrics) -> list[Item]:
    """No card, or one past its day: whom to ask instead."""
    high = min(box.height, areas.px(300))
    room = Box(box.x, box.y, box.width, box.height)
    inner = room.inset(areas.px(36), areas.px(24))
    icon = min(areas.px(120), inner.height // 2)
    size, found = fitted(
        plain_spans(VACANCY), inner.width, min(high, inner.height - icon), areas.px(38), metrics, leading=1.36
    )
    deep = len(found) * line_height(size, 1.36, metrics)
    top = inner.y + max(0, inner.height - icon - areas.px(20) - deep) // 2
    figure = Box(inner.x + (inner.width - icon) // 2, top, icon, icon)
    words = Box(inner.x, figure.bottom + areas.px(20), inner.width, deep)
    return [
        ground(room, areas),
        Icon(figure, "person", FACE_GROUND),
        *stack(found, words, size, SOFT, metrics, leading=1.36, align="centre"),
    ]
