"""A page of plain words for the one who put the screen up: rows of what and how, on an LCD or an LED panel. Pure.

Not for residents: no topic, no picture, one size of type, as large as lets everything stand there. A colour says
nothing that the words beside it do not.
"""

from collections.abc import Sequence
from enum import StrEnum
from typing import NamedTuple

from msgspec import Struct

from content.settings import Pace
from kiosk.lcd.frame import Frame, frame
from kiosk.led.colours import BLACK, Lamps, lamps
from kiosk.led.type import RATE, SIZES, SMALL, fitted, moved_on, scroll_seconds, scrolling, stack
from kiosk.look import Look
from kiosk.shapes import Box, Dots, Geometry, Item, Rectangle, Scene
from kiosk.text import Metrics, one_line, plain_spans
from kiosk.theme import THEMES
from kiosk.typography.typeset import label, line_height, sizes, wrapped
from kiosk.typography.typeset import stack as stacked

LARGEST, SMALLEST = 54, 15
"""Units: the type of the rows."""
LEADING = 1.3
LABEL_SHARE = 0.32
"""Of the width, at most."""
BETWEEN = 0.45
"""Of the type's size: between two rows."""
TURN_SECONDS = 4.0
PACE = Pace()


class State(StrEnum):
    """How it stands with a matter."""

    GOOD = "good"
    NOTE = "note"
    """To be known, or looked at some day."""
    WRONG = "wrong"
    """Somebody has to do something."""


class Row(Struct, frozen=True):
    """A matter, how it stands, and what to do about it."""

    label: str
    value: str
    state: State = State.GOOD
    advice: str = ""


COLOURS = {State.GOOD: "#2e7d4f", State.NOTE: "#9a6700", State.WRONG: "#b3261e"}


def plain_page(title: str, rows: Sequence[Row], look: Look, *, foot: str = "", elapsed: float = 0.0) -> Scene:
    """The picture, `elapsed` seconds after it came on: on an LED panel the rows come one after the other."""
    geometry = look.geometry
    if isinstance(geometry, Dots):
        return on_led(title, rows, foot, geometry, look.metrics, elapsed)
    return on_lcd(title, rows, foot, geometry, look.metrics)


class Areas(NamedTuple):
    """Where things stand on an LCD."""

    head: Box
    rows: Box
    foot: Box


def on_lcd(title: str, rows: Sequence[Row], foot: str, geometry: Geometry, metrics: Metrics) -> Scene:
    theme = THEMES["light"]
    areas = frame(geometry, theme)
    px = areas.px
    whole = Box(0, 0, geometry.width, geometry.height).inset(px(64), px(40))
    head, under = px(110), px(56) if foot else 0
    places = Areas(
        Box(whole.x, whole.y, whole.width, head),
        Box(whole.x, whole.y + head + px(20), whole.width, max(1, whole.height - head - under - px(40))),
        Box(whole.x, whole.bottom - under, whole.width, max(1, under)),
    )
    items: list[Item] = [*label(title, places.head, px(72), theme.ink, metrics, bold=True)]
    items.append(Rectangle(Box(whole.x, places.head.bottom, whole.width, px(3)), theme.rule))
    items += fitted_rows(rows, places.rows, areas, metrics)
    if foot:
        items += label(foot, places.foot, px(34), theme.soft, metrics)
    return Scene(geometry, theme.paper, tuple(items))


def fitted_rows(rows: Sequence[Row], box: Box, areas: Frame, metrics: Metrics) -> list[Item]:
    """The rows at the largest size at which all of them stand in `box`; at the smallest, as many as do."""
    for size in sizes(areas.px(LARGEST)):
        items, high = set_rows(rows, box, size, areas, metrics)
        if high <= box.height or size <= areas.px(SMALLEST):
            break
    return [item for item in items if item.box.bottom <= box.bottom]


def set_rows(rows: Sequence[Row], box: Box, size: int, areas: Frame, metrics: Metrics) -> tuple[list[Item], int]:
    """Every row under the other from the top of `box`, and how high they are."""
    theme, step = areas.theme, line_height(size, LEADING, metrics)
    mark = max(4, size // 3)
    widest = max((one_line(plain_spans(row.label), size, metrics).extent for row in rows), default=0.0)
    column = min(round(widest) + 2 * size, round(box.width * LABEL_SHARE))
    left = Box(box.x + 2 * mark, box.y, column, box.height)
    right = Box(left.right, box.y, box.right - left.right, box.height)
    items: list[Item] = []
    y = box.y
    for row in rows:
        colour = theme.accent(COLOURS[row.state])
        named = wrapped(plain_spans(row.label), size, left.width - size // 2, metrics)
        told = wrapped(plain_spans(row.value, bold=row.state is not State.GOOD), size, right.width, metrics)
        advised = wrapped(plain_spans(row.advice), size, right.width, metrics) if row.advice else ()
        lines = max(len(named), len(told) + len(advised))
        items.append(Rectangle(Box(box.x, y, mark, lines * step), colour, mark // 2))
        items += stacked(named, Box(left.x, y, left.width, 1), size, theme.soft, metrics, leading=LEADING)
        ink = theme.ink if row.state is State.GOOD else colour
        items += stacked(told, Box(right.x, y, right.width, 1), size, ink, metrics, leading=LEADING)
        below = y + len(told) * step
        items += stacked(advised, Box(right.x, below, right.width, 1), size, theme.ink, metrics, leading=LEADING)
        y += lines * step + round(size * BETWEEN)
    return items, y - box.y - round(size * BETWEEN)


def on_led(title: str, rows: Sequence[Row], foot: str, panel: Dots, metrics: Metrics, elapsed: float) -> Scene:
    """The title, then what is wrong, then the rest; and again."""
    lit = lamps(panel)
    worst = sorted(rows, key=lambda row: list(State)[::-1].index(row.state))
    turns = [(title, lit.title), *((words_of(row), colour_of(row, lit)) for row in worst)]
    turns += [(foot, lit.quiet)] if foot else []
    made = [turn(words, colour, panel, metrics) for words, colour in turns]
    left = elapsed % sum(seconds for _, seconds in made)
    for items, seconds in made:
        if left < seconds:
            now = tuple(moved_on(item, PACE, left) for item in items)
            return Scene(panel, BLACK, now, RATE if seconds != TURN_SECONDS else 1.0)
        left -= seconds
    return Scene(panel, BLACK, tuple(made[0][0]), 1.0)


def words_of(row: Row) -> str:
    return f"{row.label}：{row.value}" + (f"；{row.advice}" if row.advice else "")


def colour_of(row: Row, lit: Lamps) -> str:
    return lit.text if row.state is State.GOOD else lit.title


def turn(words: str, colour: str, panel: Dots, metrics: Metrics) -> tuple[list[Item], float]:
    """Some words standing still where they fit, else scrolling; and their seconds."""
    whole = Box(0, 0, panel.width, panel.height)
    found = fitted(plain_spans(words), panel.width, panel.height, metrics, largest=24)
    if found:
        return stack(found, whole, colour, metrics), TURN_SECONDS
    size = max(size for size in SIZES if size <= max(SMALL, min(24, panel.height)))
    moving = scrolling(one_line(plain_spans(words), size, metrics), whole, size, colour, metrics)
    return [moving], max(TURN_SECONDS + 0.1, scroll_seconds(moving, PACE))
