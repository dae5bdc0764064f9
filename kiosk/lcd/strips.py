"""Strips: slices of a notice's column between which a page may end. Pure.

A strip is a line of text or a row of a table with its place from the column's left edge. It says
how much space stands above it and whether a page may begin with it, so that pages never begin
with the last line of a paragraph or leave a heading behind.
"""

from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct
from msgspec.structs import replace

from content.notice import Colour
from kiosk.shapes import Item
from kiosk.text import Line, Metrics, by_sense_lines
from kiosk.theme import Theme
from kiosk.typography.break_prices import torn_words
from kiosk.typography.markup import Spans
from kiosk.typography.typeset import line_height, text_item, wrapped

LEADING = 1.44
"""Baseline to baseline in ems. Chinese has no ascenders: less than 1.3 makes one grey block (JIS X 4051 says 1.5–2)."""


BRIEF = 6
"""Lines up to which a paragraph is broken after marks and between words."""


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
    torn: int = 0
    """In a paragraph's first line, or a table's row: how many of its lines end inside a word."""
    row: bool = False
    """Is it a row of a table, its first one aside? A page should not begin with it."""
    in_list: bool = False
    """Is it the first line of a list's item, the first item aside? A list is best seen whole."""
    heading: "Strip | None" = None
    """The table's heading, which a page that begins with this row says once more."""


class Column(Struct, frozen=True):
    """The column that blocks are set in."""

    width: int
    size: int
    hang: bool
    highest: int
    """The room of a page: a table row that is higher is cut between its lines."""
    least: int
    """No type in the column is smaller than this …"""
    least_rows: int
    """… but that of a table whose rows or days so stand on one line, which is no smaller than this."""
    theme: Theme
    topic: Colour
    """The topic's colour, for list marks."""

    @property
    def accent(self) -> Colour:
        """The topic's colour as it can be read here."""
        return self.theme.accent(self.topic)


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
            items=(text_item(line, x, lift, column.size, column.theme.ink, metrics),) if line.pieces else (),
            above=0 if number else above,
            tied=number > 0 and (number == 1 or number == last),
            characters=len(line.text),
            torn=0 if number else torn_words(tuple(placed)),
        )
        for number, line in enumerate(placed)
    ]


def by_sense(spans: Spans, column: Column, width: int, metrics: Metrics) -> tuple[Line, ...]:
    """A short paragraph is broken after marks and between words, a long one at the margin."""
    found = wrapped(spans, column.size, width, metrics, hang=column.hang)
    if 1 < len(found) <= BRIEF:
        return by_sense_lines(spans, column.size, width, metrics, hang=column.hang)
    return found


def paged(found: tuple[Strip, ...], first_room: int, room: int) -> list[list[Strip]]:
    """Strips on pages: each page as full as it may be without beginning with a tied strip."""
    pages: list[list[Strip]] = []
    start = 0
    while start < len(found):
        end = page_end(found, start, room if pages else first_room)
        pages.append(list(found[start:end]))
        start = end
    return pages


LEAST_PAGE = 0.25
MOST_EVENED = 16
"""More pages than this are just filled."""
TIED, IN_ROWS, IN_LIST, IN_BLOCK = 10.0, 0.6, 0.2, 0.08
"""What a page break costs before a tied strip, in a table, in a list, in a paragraph; an empty page would cost 1."""


def evened(found: tuple[Strip, ...], first_room: int, room: int) -> list[list[Strip]]:
    """As few pages as `paged` makes, divided between blocks where possible, and none much emptier than the others."""
    full = paged(found, first_room, room)
    if not 1 < len(full) <= MOST_EVENED:
        return full
    best: list[dict[int, tuple[float, int]]] = [{0: (0.0, 0)}]  # after n pages: strips placed → (cost, placed before)
    for number in range(len(full)):
        reached: dict[int, tuple[float, int]] = {}
        limit = room if number else first_room
        least = LEAST_PAGE * room - (room - limit)  # the first page carries a title
        for start, (cost, _before) in best[-1].items():
            for end, high in ends_of_page(found, start, limit, least):
                total = cost + ((limit - high) / room) ** 2 + (break_price(found[end]) if end < len(found) else 0.0)
                if end not in reached or total < reached[end][0]:
                    reached[end] = (total, start)
        best.append(reached)
    return cut_back(found, best) or full


def ends_of_page(found: tuple[Strip, ...], start: int, limit: int, least: float) -> Iterator[tuple[int, int]]:
    """Where a page that begins at `start` may end, and how high it is then; hardly begun pages aside."""
    high = opening_height(found[start]) if start < len(found) else 0
    for end in range(start, len(found)):
        high += found[end].height + (found[end].above if end > start else 0)
        if high > limit:
            return
        if high > least or end + 1 == len(found) or high + found[end + 1].height > limit:
            yield end + 1, high


def break_price(strip: Strip) -> float:
    """What it costs to begin a page with `strip`."""
    if strip.tied:
        return TIED
    if strip.row:
        return IN_ROWS
    if strip.in_list:
        return IN_LIST
    return 0.0 if strip.above else IN_BLOCK


def cut_back(found: tuple[Strip, ...], best: list[dict[int, tuple[float, int]]]) -> list[list[Strip]]:
    """The pages of the cheapest way to the last strip; none where no way leads there."""
    end = len(found)
    pages: list[list[Strip]] = []
    for reached in reversed(best[1:]):
        if end not in reached:
            return []
        start = reached[end][1]
        pages.append(list(found[start:end]))
        end = start
    return pages[::-1]


def page_end(found: tuple[Strip, ...], start: int, room: int) -> int:
    """The index after the last strip of a page that begins at `start`: always more than `start`."""
    high, end = opening_height(found[start]) + found[start].height, start + 1
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
    return sum(strip.height + (strip.above if number else opening_height(strip)) for number, strip in enumerate(page))


def opening_height(first: Strip) -> int:
    """Pixels of what a page that begins with `first` says once more."""
    return first.heading.height if first.heading else 0


def opening(page: Sequence[Strip], x: int, y: int) -> list[Item]:
    """The heading of a table that goes on here from the page before; nothing on any other page."""
    heading = page[0].heading if page else None
    return [item.moved(x, y) for item in heading.items] if heading else []


def placed(page: Iterable[Strip], x: int, y: int) -> list[Item]:
    """The items of one page with the column's top left corner at x, y, below its `opening`."""
    items: list[Item] = []
    for number, strip in enumerate(page):
        y += strip.above if number else opening_height(strip)
        items += [item.moved(x, y) for item in strip.items]
        y += strip.height
    return items
