"""An emergency takes the whole picture: level, headline, what to do, whom to call. Pure.

One colour from edge to edge; understood in three seconds from five metres. The level is always
a word too. An exercise carries a white band and frame that no real alert has.
"""

from datetime import datetime

from msgspec import Struct

from content.notice import Alert, Card, ServiceCode
from kiosk.code import side_modules
from kiosk.frame import Frame
from kiosk.markup import NUMBERED
from kiosk.palette import ALERTS, CARD, EXERCISE, INK, SOFT, AlertColours
from kiosk.panel import current_card
from kiosk.shapes import Box, Code, Icon, Item, Rectangle
from kiosk.text import Line, Metrics, balanced, plain_spans
from kiosk.typeset import SMALLEST, headline, label, line_height, sizes, stack
from kiosk.view import View
from kiosk.wording import moment_words

HEADLINE, STEP, LEAST_STEP, LEVEL = 290, 84, 58, 58
MOST_STEPS = 9
"""More lines than this are set as one paragraph: nobody follows ten steps."""
LEADING = 1.3


class Steps(Struct, frozen=True):
    """The instruction at one size."""

    size: int
    steps: tuple[tuple[Line, ...], ...]
    height: int
    gap: int
    indent: int


def alert_items(
    view: View, alert: Alert, number: int, count: int, moment: datetime | None, areas: Frame, metrics: Metrics
) -> tuple[str, list[Item]]:
    """The ground's colour and everything on it. `number` of `count` alerts, when there are several."""
    colours = ALERTS[alert.level.value]
    px, width = areas.px, areas.geometry.width
    items: list[Item] = []
    top = 0
    if alert.exercise:
        top = px(116)
        items += exercise_band(Box(0, 0, width, top), areas, metrics)
    band = Box(0, top, width, px(128))
    items += level_band(view, alert, band, colours, number, count, areas, metrics)
    foot = foot_strip(alert, view, moment, areas, metrics)
    bottom = min((item.box.y for item in foot), default=areas.geometry.height)
    items += foot
    room = Box(px(72), band.bottom + px(36), width - px(144), bottom - band.bottom - px(36) - px(30))
    items += message(alert, room, colours, areas, metrics)
    return colours.ground, items


def exercise_band(box: Box, areas: Frame, metrics: Metrics) -> list[Item]:
    words = box.inset(areas.px(60), areas.px(8))
    size = areas.px(72)
    return [
        Rectangle(box, EXERCISE.ground),
        *label("演练 · 这不是真实警报", words, size, EXERCISE.ink, metrics, bold=True, align="centre"),
    ]


def level_band(
    view: View, alert: Alert, box: Box, colours: AlertColours, number: int, count: int, areas: Frame, metrics: Metrics
) -> list[Item]:
    """▲ 红色预警 · 特别严重, and when it was issued."""
    px = areas.px
    icon = px(78)
    left, right = px(72), box.right - px(72)
    issued = f"{moment_words(alert.issued.astimezone(view.zone))} 发布"
    level = f"{alert.level.value}色预警 · {alert.level.word}"
    turn = f"{number}/{count}" if count > 1 else ""
    source = " · ".join(part for part in (alert.source, turn) if part)
    room = right - left - icon - px(24) - px(40)
    share = round(room * (0.44 if areas.wide else 0.56))
    words = Box(left + icon + px(24), box.y, share, box.height)
    when = Box(right - (room - share), box.y + px(10), room - share, box.height - px(20))
    half = Box(when.x, when.y, when.width, when.height // 2)
    told = [(source, half), (issued, half.moved(0, half.height))] if source else [(issued, when)]
    return [
        Rectangle(box, colours.band),
        Icon(Box(left, box.y + (box.height - icon) // 2, icon, icon), "warning", colours.band_ink),
        *label(level, words, px(LEVEL), colours.band_ink, metrics, bold=True, leading=1.27),
        *(
            item
            for text, place in told
            for item in label(text, place, px(40), colours.band_ink, metrics, align="right", most_lines=2, leading=1.27)
        ),
    ]


def message(alert: Alert, room: Box, colours: AlertColours, areas: Frame, metrics: Metrics) -> list[Item]:
    """The headline as large as it can be while the steps stay readable, and the steps."""
    size, lines_, steps = shared_out(alert, room, areas, metrics)
    deep = len(lines_) * line_height(size, 1.27, metrics)
    between = areas.px(30) if steps.steps else 0
    spare = max(0, room.height - deep - between - steps.height)
    y = room.y + spare // 4
    place = Box(room.x, y, room.width, deep)
    items: list[Item] = [*stack(lines_, place, size, colours.ink, metrics, leading=1.27)]
    y += deep + between + spare // 4
    return [*items, *step_items(steps, Box(room.x, y, room.width, steps.height), colours, metrics)]


def shared_out(alert: Alert, room: Box, areas: Frame, metrics: Metrics) -> tuple[int, tuple[Line, ...], Steps]:
    """Sizes for headline and steps: together as large as the room allows, the headline first."""
    words = plain_spans(f"演练：{alert.headline}" if alert.exercise else alert.headline, bold=True)
    best: tuple[float, int, tuple[Line, ...], Steps] | None = None
    for size in sizes(areas.px(STEP)):
        if best and size < areas.px(LEAST_STEP):
            break
        steps = set_steps(alert.instruction, size, room.width, metrics)
        left = room.height - steps.height - (areas.px(30) if steps.steps else 0)
        if left < room.height * 0.28 and size > SMALLEST:
            continue
        high, found = headline(words, room.width, max(1, left), areas.px(HEADLINE), metrics, leading=1.27)
        score = 1.5 * high + size
        if best is None or score > best[0]:
            best = (score, high, found, steps)
    return best[1:] if best else (SMALLEST, (), set_steps("", SMALLEST, room.width, metrics))


def set_steps(instruction: str, size: int, width: int, metrics: Metrics) -> Steps:
    """Each line of the instruction as one step; numbers typed before them are drawn as ours."""
    texts = [line.strip() for line in instruction.splitlines() if line.strip()]
    if all(NUMBERED.match(text) for text in texts):
        texts = [NUMBERED.sub("", text, count=1) for text in texts]
    if len(texts) > MOST_STEPS:
        texts = [" ".join(texts)]
    indent = round(size * 1.55) if len(texts) > 1 else 0
    found = tuple(balanced(plain_spans(text, bold=True), size, width - indent, metrics) for text in texts)
    gap = round(size * 0.28)
    step = line_height(size, LEADING, metrics)
    height = sum(len(one) * step for one in found) + gap * max(0, len(found) - 1)
    return Steps(size, found, height, gap, indent)


def step_items(steps: Steps, box: Box, colours: AlertColours, metrics: Metrics) -> list[Item]:
    """The steps, each behind its number on a disc."""
    items: list[Item] = []
    size, y = steps.size, box.y
    step = line_height(size, LEADING, metrics)
    side = round(size * 1.16)
    for number, found in enumerate(steps.steps, 1):
        if steps.indent:
            disc = Box(box.x, y + (step - side) // 2, side, side)
            items.append(Rectangle(disc, colours.ink, side))
            items += label(
                str(number), disc, round(size * 0.82), colours.ground, metrics, bold=True, align="centre", leading=1.25
            )
        place = Box(box.x + steps.indent, y, box.width - steps.indent, step)
        items += stack(found, place, size, colours.ink, metrics, leading=LEADING)
        y += len(found) * step + steps.gap
    return items


def foot_strip(alert: Alert, view: View, moment: datetime | None, areas: Frame, metrics: Metrics) -> list[Item]:
    """Service code, whom to call and the grid worker, small; nothing of it is nothing at all."""
    card, code = current_card(view, moment), view.service_code
    if not (card or code or alert.contact):
        return []
    px, geometry = areas.px, areas.geometry
    high = px(234)
    calls = px(150) if alert.contact and not areas.wide else 0
    box = Box(0, geometry.height - high, geometry.width, high)
    items: list[Item] = [Rectangle(Box(0, box.y - calls, box.width, high + calls), CARD)]
    if calls:
        items += contact_line(
            alert, Box(px(72), box.y - calls + px(16), box.width - px(144), calls - px(16)), areas, metrics
        )
    left, right = px(72), box.right - px(72)
    if code:
        placed, left = small_code(code, view.place, box, areas, metrics)
        items += placed
    room = Box(left, box.y + px(20), right - left, high - px(40))
    if alert.contact and areas.wide:
        width = round(room.width * (0.62 if card else 1.0))
        items += contact_line(alert, Box(left, room.y, width, room.height), areas, metrics)
        room = Box(left + width + px(40), room.y, room.width - width - px(40), room.height)
    if card:
        items += small_card(card, room, areas, metrics, loud=not alert.contact)
    return items


def contact_line(alert: Alert, box: Box, areas: Frame, metrics: Metrics) -> list[Item]:
    """Whom to call, with a handset."""
    px = areas.px
    icon = px(72)
    words = Box(box.x + icon + px(20), box.y, box.width - icon - px(20), box.height)
    handset = Icon(Box(box.x, box.y + (box.height - icon) // 2, icon, icon), "phone", INK)
    spans = plain_spans(alert.contact, bold=True)
    size, found = headline(spans, words.width, words.height, px(78), metrics, leading=1.27)
    deep = len(found) * line_height(size, 1.27, metrics)
    place = Box(words.x, words.y + max(0, words.height - deep) // 2, words.width, deep)
    return [handset, *stack(found, place, size, INK, metrics, leading=1.27)]


def small_code(code: ServiceCode, place: str, box: Box, areas: Frame, metrics: Metrics) -> tuple[list[Item], int]:
    """The code with its title, and the x from which the rest of the strip is free."""
    px = areas.px
    url = code.at(place)
    modules = side_modules(url)
    module = max(1, (box.height - px(6)) // modules)
    side = module * modules
    square = Box(px(44), box.y + (box.height - side) // 2, side, side)
    words = Box(square.right + px(4), box.y + px(30), px(190), box.height - px(60))
    title = label(code.title, words, px(42), INK, metrics, bold=True, most_lines=4, leading=1.27)
    return [Code(square, url, module), *title], words.right + px(40)


def small_card(card: Card, box: Box, areas: Frame, metrics: Metrics, *, loud: bool) -> list[Item]:
    """Name and number on the right of the strip; `loud` where no other number is given."""
    px = areas.px
    upper = Box(box.x, box.y, box.width, round(box.height * 0.42))
    lower = Box(box.x, upper.bottom, box.width, box.height - upper.height)
    name, size = f"网格员 {card.name}", 80 if loud else 60
    return [
        *label(name, upper, px(44), SOFT, metrics, align="right", most_lines=2, leading=1.27),
        *label(card.phone, lower, px(size), INK, metrics, bold=True, align="right", most_lines=1, leading=1.27),
    ]
