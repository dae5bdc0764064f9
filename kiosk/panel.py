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
from kiosk.text import Line, Metrics, line_count, one_line, plain_spans
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
    least = areas.px(346)
    if not card.duty or duty_beside(card, Box(0, 0, areas.panel.width, least), areas, metrics):
        return least
    duty = line_count(plain_spans(card.duty), areas.px(SMALL), areas.px(412), metrics)
    return least + areas.px(44 * min(3, duty))


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
    """Face and name; the duty; the phone number as large as the card is wide; the motto."""
    px = areas.px
    inner = box.inset(px(28), px(24))
    motto = px(46) if card.motto else 0
    beside = duty_beside(card, box, areas, metrics)
    duty_size, duty, deep = (px(SMALL), (), 0) if beside else set_duty(card, inner, areas, metrics)
    free = inner.height - motto - px(84) - deep
    tall = box.height > 1.4 * box.width
    high = round(free * 0.68) if tall else min(free - px(8), px(250))
    wide = round(high * 0.82)
    if tall:
        face = Box(inner.x + (inner.width - wide) // 2, inner.y, wide, high)
        words = Box(inner.x, face.bottom + px(8), inner.width, free - high - px(8))
    else:
        face = Box(inner.x, inner.y, wide, high)
        words = Box(face.right + px(24), inner.y, inner.right - face.right - px(24), high)
    spare = inner.bottom - motto - px(84) - deep - max(face.bottom, words.bottom)
    under = Box(inner.x, max(face.bottom, words.bottom) + spare // 3, inner.width, deep)
    number = Box(inner.x, under.bottom + spare // 3, inner.width, px(84))
    align: Align = "centre" if tall else "left"
    items: list[Item] = [
        ground(box, areas),
        *portrait(card, face, areas),
        *who(card, words, areas, metrics, align=align, duty=beside),
        *stack(duty, under, duty_size, SOFT, metrics, leading=1.27, align="centre"),
        *label(card.phone, number, px(PHONE), INK, metrics, bold=True, align="centre", leading=1.27),
    ]
    if card.motto:
        line = Box(inner.x, inner.bottom - motto, inner.width, motto)
        items += label(card.motto, line, px(SMALL), SOFT, metrics, align="centre", most_lines=2)
    return items


def duty_beside(card: Card, box: Box, areas: Frame, metrics: Metrics) -> bool:
    """Does the duty fit on one line under the name, beside the face?"""
    if not card.duty or box.height > 1.4 * box.width:
        return False
    face = 0.82 * min(box.height - areas.px(186), areas.px(250))
    room = box.width - areas.px(2 * 28 + 24) - face
    return one_line(plain_spans(card.duty), areas.px(SMALL * 0.84), metrics).width <= room


def set_duty(card: Card, inner: Box, areas: Frame, metrics: Metrics) -> tuple[int, tuple[Line, ...], int]:
    """The duty's size, lines and height: full size while it takes a third of the card at most."""
    if not card.duty:
        return areas.px(SMALL), (), 0
    size, found = fitted(
        plain_spans(card.duty), inner.width, inner.height * 2 // 7, areas.px(SMALL), metrics, leading=1.27
    )
    return size, found, len(found) * line_height(size, 1.27, metrics)


def portrait(card: Card, box: Box, areas: Frame) -> list[Item]:
    """The photo, or a drawn head and shoulders."""
    if card.photo:
        return [Picture(box, card.photo.sha256, areas.px(14))]
    side = min(box.width, box.height)
    figure = Box(box.x + (box.width - side) // 2, box.bottom - side, side, side)
    return [Rectangle(box, FACE_GROUND, areas.px(14)), Icon(figure, "person", FACE)]


def who(card: Card, box: Box, areas: Frame, metrics: Metrics, *, align: Align, duty: bool) -> list[Item]:
    """您的网格员, the name (on one line where that does not make it much smaller) and, where asked, the duty."""
    high = min(areas.px(46), box.height // 3)
    low = high if duty else 0
    size = areas.px(NAME)
    name = plain_spans(card.name, bold=True)
    whole = one_line(name, size, metrics).width
    if whole > box.width:
        size = max(round(size * 0.68), int(size * box.width / whole))
    size, found = fitted(name, box.width, box.height - high - low, size, metrics, leading=1.27)
    deep = len(found) * line_height(size, 1.27, metrics)
    top = box.y + (box.height - high - deep - low) // 2
    above = label(YOURS, Box(box.x, top, box.width, high), areas.px(SMALL), SOFT, metrics, align=align)
    place = Box(box.x, top + high, box.width, deep)
    items: list[Item] = [*above, *stack(found, place, size, INK, metrics, leading=1.27, align=align)]
    if duty:
        under = Box(box.x, place.bottom, box.width, low)
        items += label(card.duty, under, areas.px(SMALL), SOFT, metrics, align=align, leading=1.27)
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
