"""An emergency takes the whole picture: level, headline, what to do, whom to call. Pure.

One colour from edge to edge, by day and by night; understood in three seconds from five metres. The level is always
a word too, and what happens is a drawing beside the steps. An exercise carries a white band and a white frame that
no real alert has.
"""

from msgspec import Struct

from content.notice import Alert
from kiosk.alert_icons import event_icon
from kiosk.lcd.frame import Frame
from kiosk.shapes import Box, Icon, Item, Rectangle
from kiosk.text import Line, Metrics, balanced, plain_spans
from kiosk.theme import EXERCISE, AlertColours
from kiosk.typography.break_prices import worst_break
from kiosk.typography.markup import NUMBERED
from kiosk.typography.typeset import SMALLEST, headline, label, line_height, sizes, stack
from kiosk.typography.words import INSIDE_WORD

HEADLINE, STEP, LEAST_STEP = 300, 112, 58
FAR_STEP = 0.081
"""Steps are this part of the picture's shorter side or larger where the headline can give way: read from the stairs."""
STEP_FIRST = 20.0
"""What a pixel that is missing of that weighs, against one of the step's size …"""
HEAD_OVER = 1.3
"""… and one that the headline misses of so many times the steps."""
PARTED = 16
"""… and, in units, a step that is broken elsewhere than after a mark: 走楼梯向下撤离，/ 不乘电梯."""
MOST_STEPS = 9
"""More lines than this are set as one paragraph: nobody follows ten steps."""
LEADING = 1.3
LEAST_DRAWING, MOST_DRAWING = 180, 380
"""How large the drawing may be, in units; where there is less room there is none."""
GAP, KEPT = 24, 0.86
"""Units under the drawing; and what part of their size headline and steps keep when a drawing stands above them."""
FRAME = 18
"""How thick the white frame of an exercise is, in units."""


class Steps(Struct, frozen=True):
    """The instruction at one size."""

    size: int
    steps: tuple[tuple[Line, ...], ...]
    height: int
    gap: int
    indent: int

    @property
    def width(self) -> int:
        """Pixels up to the end of the longest line."""
        return self.indent + round(max((line.extent for found in self.steps for line in found), default=0.0))


class Told(Struct, frozen=True):
    """Headline and steps at sizes that fit together."""

    size: int
    lines: tuple[Line, ...]
    steps: Steps


def exercise_band(box: Box, areas: Frame, metrics: Metrics) -> list[Item]:
    """演练, before anything else is read."""
    words = box.inset(areas.px(60), areas.px(4))
    size = areas.px(72)
    return [
        Rectangle(Box(box.x, 0, box.width, box.bottom), EXERCISE.ground),
        *label("演练 · 这不是真实警报", words, size, EXERCISE.ink, metrics, bold=True, align="centre"),
    ]


def exercise_frame(room: Box, areas: Frame) -> list[Item]:
    """White at both sides of the coloured ground."""
    thick = areas.px(FRAME)
    left = Box(0, room.y, thick, room.height)
    return [Rectangle(left, EXERCISE.ground), Rectangle(left.moved(areas.geometry.width - thick, 0), EXERCISE.ground)]


def message(alert: Alert, room: Box, colours: AlertColours, areas: Frame, metrics: Metrics) -> list[Item]:
    """The headline as large as it can be while the steps stay readable, the steps, and beside or above a drawing."""
    px = areas.px
    drawing, told = with_drawing(alert, room, areas, metrics)
    deep = len(told.lines) * line_height(told.size, LEADING, metrics)
    between = px(26) if told.steps.steps else 0
    spare = max(0, room.height - drawing - deep - between - told.steps.height)
    y = room.y + spare // 4
    items: list[Item] = []
    if drawing:
        side = drawing - px(GAP)
        items.append(Icon(Box(room.x, y, side, side), event_icon(alert), colours.ink))
        y += drawing
    place = Box(room.x, y, room.width, deep)
    items += stack(told.lines, place, told.size, colours.ink, metrics, leading=LEADING)
    y += deep + between + spare // 4
    beside = Box(room.x, y, room.width, told.steps.height)
    items += step_items(told.steps, beside, colours, metrics)
    if not drawing:
        items += drawing_beside(alert, told, Box(room.x, y, room.width, room.bottom - y), colours, areas)
    return items


def with_drawing(alert: Alert, room: Box, areas: Frame, metrics: Metrics) -> tuple[int, Told]:
    """Pixels for a drawing over the headline, and headline and steps below it; 0 where it would cost them size.

    On a wide display the steps leave room beside them.
    """
    whole = shared_out(alert, room, areas, metrics)
    if areas.wide and whole.steps.steps:
        return 0, whole
    for units in (MOST_DRAWING, 300, LEAST_DRAWING):
        high = areas.px(units + GAP)
        if high > room.height // 3:
            continue
        below = Box(room.x, room.y, room.width, room.height - high)
        told = shared_out(alert, below, areas, metrics)
        if told.size >= KEPT * whole.size and told.steps.size >= KEPT * whole.steps.size:
            return high, told
    return 0, whole


def drawing_beside(alert: Alert, told: Told, room: Box, colours: AlertColours, areas: Frame) -> list[Item]:
    """The drawing on the right of the steps, where they leave room for it."""
    px = areas.px
    side = min(room.height, room.width - told.steps.width - px(60), px(MOST_DRAWING))
    if side < px(LEAST_DRAWING):
        return []
    return [
        Icon(Box(room.right - side, room.y + (room.height - side) // 2, side, side), event_icon(alert), colours.ink)
    ]


def shared_out(alert: Alert, room: Box, areas: Frame, metrics: Metrics) -> Told:
    """Sizes for headline and steps: together as large as the room allows, the headline first."""
    words = plain_spans(f"演练：{alert.headline}" if alert.exercise else alert.headline, bold=True)
    far = FAR_STEP * min(areas.geometry.width, areas.geometry.height)
    best: tuple[float, Told] | None = None
    for size in sizes(areas.px(STEP)):
        if best and size < areas.px(LEAST_STEP):
            break
        steps = set_steps(alert.instruction, size, room.width, metrics)
        left = room.height - steps.height - (areas.px(26) if steps.steps else 0)
        if left < room.height * 0.28 and size > SMALLEST:
            continue
        high, found = headline(words, room.width, max(1, left), areas.px(HEADLINE), metrics, leading=LEADING)
        score = 1.2 * high + size - STEP_FIRST * (max(0.0, far - size) + max(0.0, HEAD_OVER * size - high))
        score -= areas.px(PARTED) * sum(worst_break(one) > 0 for one in steps.steps)
        if best is None or score > best[0]:
            best = (score, Told(high, found, steps))
    return best[1] if best else Told(SMALLEST, (), set_steps("", SMALLEST, room.width, metrics))


def set_steps(instruction: str, size: int, width: int, metrics: Metrics) -> Steps:
    """Each line of the instruction as one step; numbers typed before them are drawn as ours."""
    texts = [line.strip() for line in instruction.splitlines() if line.strip()]
    if all(NUMBERED.match(text) for text in texts):
        texts = [NUMBERED.sub("", text, count=1) for text in texts]
    if len(texts) > MOST_STEPS:
        texts = [" ".join(texts)]
    indent = round(size * 1.55) if len(texts) > 1 else 0
    found = tuple(whole_words(text, size, width - indent, metrics) for text in texts)
    gap = round(size * 0.28)
    step = line_height(size, LEADING, metrics)
    height = sum(len(one) * step for one in found) + gap * max(0, len(found) - 1)
    return Steps(size, found, height, gap, indent)


def whole_words(text: str, size: int, width: int, metrics: Metrics) -> tuple[Line, ...]:
    """A step in as few lines as its words allow."""
    found = balanced(plain_spans(text, bold=True), size, width, metrics)
    if worst_break(found) >= INSIDE_WORD:
        found = balanced(plain_spans(text, bold=True), size, width, metrics, more=1)
    return found


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
            figure, ink = str(number), colours.ground
            items += label(figure, disc, round(size * 0.82), ink, metrics, bold=True, align="centre", leading=1.25)
        place = Box(box.x + steps.indent, y, box.width - steps.indent, step)
        items += stack(found, place, size, colours.ink, metrics, leading=LEADING)
        y += len(found) * step + steps.gap
    return items
