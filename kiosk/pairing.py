"""A screen that nobody knows yet: its number and its pairing code, large, and what to do. Pure.

For the technician in front of it, who reads both out to an admin over the telephone.
"""

from functools import lru_cache

from msgspec import Struct

from content.settings import Pace
from kiosk.between import Pairing
from kiosk.lcd.frame import frame
from kiosk.led.colours import BLACK, Lamps, lamps
from kiosk.led.turns import spread
from kiosk.led.type import RATE, SIZES, SMALL, Set, fitted, gap, moved_on, on_one_line, scroll_seconds, scrolling
from kiosk.look import Look
from kiosk.shapes import Box, Dots, Geometry, Item, Rectangle, Scene
from kiosk.text import Metrics, one_line, plain_spans
from kiosk.theme import THEMES
from kiosk.typography.typeset import fitted as fitted_type
from kiosk.typography.typeset import label

TITLE, CODE, NUMBER, TROUBLE = "新屏登记", "配对码", "本屏编号", "遇到问题"
STEPS = (
    "1. 联系村里的管理员，报出配对码和本屏编号",
    "2. 管理员核对配对码，安排这块屏挂在哪里",
    "3. 屏幕会自己开始播放，不用再动它",
)
STEPS_TO_A_PLACE = (
    "1. 联系村里的管理员，报出本屏编号",
    "2. 管理员安排这块屏挂在哪里",
    "3. 屏幕会自己开始播放，不用再动它",
)
BRIEFLY, BRIEFLY_A_PLACE = "请把配对码和编号报给村管理员", "请把编号报给村管理员"
TURN_SECONDS = 5.0
STEP_SHARE = 0.085
PACE = Pace()


class Turn(Struct, frozen=True):
    """What an LED panel tells at once: some words, what they name, and its lamps."""

    above: str
    words: str
    colour: str


def pairing_scene(pairing: Pairing, look: Look, *, elapsed: float = 0.0) -> Scene:
    """The picture, `elapsed` seconds after it came on."""
    geometry = look.geometry
    if isinstance(geometry, Dots):
        return on_led(pairing, geometry, look, elapsed)
    return on_lcd(pairing, geometry, look)


def on_lcd(pairing: Pairing, geometry: Geometry, look: Look) -> Scene:
    theme, metrics = THEMES["light"], look.metrics
    areas = frame(geometry, theme)
    px, whole = areas.px, Box(0, 0, geometry.width, geometry.height)
    room = whole.inset(px(72), px(56))
    accent = theme.accent("#0b5cad")
    steps = STEPS if pairing.code else STEPS_TO_A_PLACE
    high = round(room.height * STEP_SHARE)
    step_size = min(one_size(step, room.width, high, px(58), metrics) for step in STEPS)
    indent = (room.width - max(round(one_line(plain_spans(step), step_size, metrics).extent) for step in steps)) // 2
    state = f"{TROUBLE}：{pairing.trouble}" if pairing.trouble else pairing.said
    rows: list[tuple[str, float, int, str, bool, int]] = [
        (TITLE, 0.10, px(84), theme.ink, True, 1),
        (CODE if pairing.code else "", 0.08, px(56), theme.soft, False, 1),
        (pairing.code or pairing.said, 0.26, room.height, accent, True, 1 if pairing.code else 3),
        (f"{NUMBER}  {pairing.screen}", 0.12, px(96), theme.ink, True, 1),
        *((step, STEP_SHARE, step_size, theme.ink, False, 1) for step in steps),
        (state if pairing.code or pairing.trouble else "", 0.16, px(58), theme.soft, False, 2),
    ]
    items: list[Item] = [Rectangle(whole, theme.paper)]
    y = room.y
    for words, share, largest, colour, bold, most_lines in rows:
        box = Box(room.x, y, room.width, round(room.height * share))
        y = box.bottom
        if words in steps:  # a list: its numbers stand one under the other
            box = Box(room.x + indent, box.y, room.width - indent, box.height)
            items += label(words, box, largest, colour, metrics)
        elif words:
            items += label(words, box, largest, colour, metrics, bold=bold, align="centre", most_lines=most_lines)
    return Scene(geometry, theme.paper, tuple(items))


def one_size(words: str, width: int, height: int, largest: int, metrics: Metrics) -> int:
    """The size at which the words stand on one line."""
    return fitted_type(plain_spans(words), width, height, largest, metrics, leading=1.3, most_lines=1)[0]


def turns_of(pairing: Pairing, lit: Lamps) -> tuple[Turn, ...]:
    """One after the other: the code comes back between all others."""
    number = Turn(NUMBER, pairing.screen, lit.number)
    said = Turn("", f"{TROUBLE}：{pairing.trouble}" if pairing.trouble else pairing.said, lit.text)
    if not pairing.code:
        return (said, number, Turn("", BRIEFLY_A_PLACE, lit.text))
    code = Turn(CODE, pairing.code, lit.title)
    return (code, number, code, Turn("", BRIEFLY, lit.text), *((code, said) if said.words else ()))


@lru_cache(maxsize=2)
def made_turns(pairing: Pairing, panel: Dots, look: Look) -> tuple[tuple[list[Item], float], ...]:
    """The pictures of all turns: what scrolls asks for them at every frame."""
    return tuple(turn_items(turn, panel, look) for turn in turns_of(pairing, lamps(panel)))


def on_led(pairing: Pairing, panel: Dots, look: Look, elapsed: float) -> Scene:
    made = made_turns(pairing, panel, look)
    left = elapsed % sum(seconds for _, seconds in made)
    for items, seconds in made:
        if left < seconds:
            moving = any(item != moved_on(item, PACE, left) for item in items) or seconds != TURN_SECONDS
            return Scene(panel, BLACK, tuple(moved_on(item, PACE, left) for item in items), RATE if moving else 1.0)
        left -= seconds
    return Scene(panel, BLACK, tuple(made[0][0]), 1.0)


def turn_items(turn: Turn, panel: Dots, look: Look) -> tuple[list[Item], float]:
    """One turn's picture and its seconds: the words as large as they go, what they name above where there is room."""
    metrics, lit = look.metrics, lamps(panel)
    whole = Box(0, 0, panel.width, panel.height)
    least_above = 20 + SMALL + gap(SMALL)
    if turn.above and panel.height >= least_above:
        above = on_one_line(turn.above, Box(0, 0, panel.width, panel.height // 3), metrics, largest=24)
        rest = panel.height - (above.height + gap(above.size) if above else 0)
        found = fitted(plain_spans(turn.words), panel.width, rest, metrics, torn=False)
        if above and found:
            rows: list[tuple[Set, str]] = [(above, lit.quiet), (found, turn.colour)]
            return spread(rows, whole, metrics), TURN_SECONDS
    for words in (f"{turn.above} {turn.words}", turn.words) if turn.above else (turn.words,):
        found = fitted(plain_spans(words), panel.width, panel.height, metrics, largest=32)
        if found:
            return spread([(found, turn.colour)], whole, metrics), TURN_SECONDS
    size = max(size for size in SIZES if size <= max(SMALL, min(32, panel.height)))
    text = f"{turn.above} {turn.words}".strip()
    scroll = scrolling(one_line(plain_spans(text), size, metrics), whole, size, turn.colour, metrics)
    return [scroll], max(TURN_SECONDS, scroll_seconds(scroll, PACE))
