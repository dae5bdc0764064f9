"""Strips: slices of a notice's column between which a page may end. Pure.

A strip is a line of text or a row of a table with its place from the column's left edge. It says
how much space stands above it and whether a page may begin with it, so that pages never begin
with the last line of a paragraph or leave a heading behind.
"""

from collections.abc import Iterable

from msgspec import Struct
from msgspec.structs import replace

from kiosk.palette import INK
from kiosk.shapes import Item
from kiosk.text import Line, Metrics
from kiosk.typeset import line_height, text_item

LEADING = 1.44
"""Baseline to baseline in ems. Chinese has no ascenders: less than 1.3 makes one grey block (JIS X 4051 says 1.5–2)."""


class Strip(Struct, frozen=True):
    """A slice of the column, `height` pixels high, with `above` pixels of space before it unless it opens a page."""

    height: int
    items: tuple[Item, ...]
    above: int = 0
    tied: bool = False
    """A page must not begin with it where that can be helped."""
    characters: int = 0
    cramped: int = 0
    """In a table's row: lines too many, in cells that are broken elsewhere than at a space."""


class Column(Struct, frozen=True):
    """The column that blocks are set in."""

    width: int
    size: int
    hang: bool
    highest: int
    """The room of a page: a table row that is higher is cut between its lines."""
    accent: str
    """The topic's colour, for list marks."""


def tied(strip: Strip) -> Strip:
    return replace(strip, tied=True)


def line_strips(found: Iterable[Line], column: Column, metrics: Metrics, above: int, *, x: float = 0.0) -> list[Strip]:
    """One strip a line. The first two lines stay together, and the last two."""
    step = line_height(column.size, LEADING, metrics)
    lift = (step - metrics.ascent(column.size) - metrics.descent(column.size)) // 2
    placed = list(found)
    last = len(placed) - 1
    return [
        Strip(
            height=step,
            items=(text_item(line, x, lift, column.size, INK, metrics),) if line.pieces else (),
            above=0 if number else above,
            tied=number > 0 and (number == 1 or number == last),
            characters=len(line.text),
        )
        for number, line in enumerate(placed)
    ]


def paged(found: tuple[Strip, ...], first_room: int, room: int) -> list[list[Strip]]:
    """Strips on pages: each page as full as it may be without beginning with a tied strip."""
    pages: list[list[Strip]] = []
    start = 0
    while start < len(found):
        end = page_end(found, start, room if pages else first_room)
        pages.append(list(found[start:end]))
        start = end
    return pages


def evened(found: tuple[Strip, ...], first_room: int, room: int) -> list[list[Strip]]:
    """Like `paged`, but where there are several pages the last is not left with two lines."""
    full = paged(found, first_room, room)
    if not 1 < len(full) <= 8:
        return full
    for percent in range(50, 100, 5):
        spared = round(room * (100 - percent) / 100)
        even = paged(found, max(1, first_room - spared), room - spared)
        if len(even) == len(full) and all(height(page) <= room for page in even) and height(even[0]) <= first_room:
            return even
    return full


def page_end(found: tuple[Strip, ...], start: int, room: int) -> int:
    """The index after the last strip of a page that begins at `start`: always more than `start`."""
    high, end = found[start].height, start + 1
    while end < len(found) and high + found[end].above + found[end].height <= room:
        high += found[end].above + found[end].height
        end += 1
    if end == len(found):
        return end
    for earlier in range(end, start, -1):
        if not found[earlier].tied:
            return earlier
    return end


def height(page: Iterable[Strip]) -> int:
    """Pixels that the strips of one page take."""
    return sum(strip.height + (strip.above if number else 0) for number, strip in enumerate(page))


def placed(page: Iterable[Strip], x: int, y: int, *, stretch: float = 1.0) -> list[Item]:
    """The items of one page with the column's top left corner at x, y; space above blocks × `stretch`."""
    items: list[Item] = []
    for number, strip in enumerate(page):
        y += round(strip.above * stretch) if number else 0
        items += [item.moved(x, y) for item in strip.items]
        y += strip.height
    return items
