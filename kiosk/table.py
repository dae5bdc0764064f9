"""Tables → strips: column widths, which columns are set bold, how cells align. Pure.

Times, dates and sums are what people look for in a table: such columns are bold and set
flush right, so that with tabular digits 8:00 and 13:00 stand colon under colon.
"""

import re

from msgspec import structs

from kiosk.markup import Span, Spans, Table, plain
from kiosk.palette import HAIRLINE, INK, SOFT
from kiosk.shapes import Box, Item, Rectangle
from kiosk.strips import LEADING, Column, Strip, line_strips
from kiosk.text import Line, Metrics, one_line
from kiosk.typeset import line_height, text_item, wrapped

CELL_LEADING = 1.3
FIGURES = re.compile(
    r"[\d\s:：.,，、—–~～+\-×%元年月日时分点起前后止至]*\d[\d\s:：.,，、—–~～+\-×%元年月日时分点起前后止至]*"
)
"""A cell of times, dates or sums."""
NARROWEST = 2.2
"""Ems; a table whose columns would be narrower is set as lines."""


def table_strips(table: Table, column: Column, metrics: Metrics, above: int) -> list[Strip]:
    """The heading and each row; set a little smaller than the text where that keeps words whole."""
    tries = [rows_at(table, at_part(column, part), metrics, above) for part in (1.0, 0.94, 0.88)]
    for made, lines in tries:
        if lines == 1:
            return made
    tries += [rows_at(table, at_part(column, part), metrics, above) for part in (0.84, 0.8)]
    return next((made for made, _ in tries if not any(strip.cramped for strip in made)), tries[0][0])


def at_part(column: Column, part: float) -> Column:
    return structs.replace(column, size=max(1, round(column.size * part)))


def rows_at(table: Table, column: Column, metrics: Metrics, above: int) -> tuple[list[Strip], int]:
    """The table's strips in the column's size, and the lines of its highest cell: 1, or 2 for more."""
    count = len(table.rows[0]) if table.rows else len(table.heading)
    gap = round(column.size * (1.1 if count < 4 else 0.7))
    room = column.width - gap * (count - 1)
    if room < NARROWEST * column.size * count:
        return as_lines(table, column, metrics, above), 1
    rows = emphasised(table)
    heading = tuple(tuple(Span(span.text, True) for span in cell) for cell in table.heading)
    everything = [*([heading] if heading else []), *rows]
    # One pixel more than needed: widths are whole pixels, and a fraction too little would break a cell.
    natural = [1.0 + max(one_line(row[i], column.size, metrics).width for row in everything) for i in range(count)]
    widths = column_widths(natural, room, column.size)
    flush = tuple(all(FIGURES.fullmatch(plain(row[i])) for row in rows if row[i]) for i in range(count))
    edges, x = [], 0
    for width in widths:
        edges.append((x, width))
        x += width + gap
    made = (
        row_strips(heading, narrowed(edges, natural), flush, column, metrics, colour=SOFT, tied=False)
        if heading
        else []
    )
    for number, row in enumerate(rows):
        keep = (number == 0 and bool(heading)) or 0 < number == len(rows) - 1  # a sum stays with what it sums up
        made += row_strips(row, narrowed(edges, natural), flush, column, metrics, colour=INK, tied=keep)
    made[0] = structs.replace(made[0], above=above)
    return made, 1 if sum(natural) <= room else 2


def narrowed(edges: list[tuple[int, int]], natural: list[float]) -> list[tuple[int, int]]:
    """Cells as wide as their column needs: what is set flush right stays near what it belongs to."""
    return [(x, min(width, round(need) + 1)) for (x, width), need in zip(edges, natural, strict=True)]


def emphasised(table: Table) -> list[tuple[Spans, ...]]:
    """Rows with the column that people look for in bold: the values of a two-column table, times and sums."""
    count = len(table.rows[0]) if table.rows else 0
    strong = set()
    for i in range(1, count):
        cells = [plain(row[i]) for row in table.rows if row[i]]
        figures = sum(bool(FIGURES.fullmatch(cell)) for cell in cells)
        if cells and (figures * 2 > len(cells) or (count == 2 and max(len(cell) for cell in cells) <= 16)):
            strong.add(i)
    if any(span.bold for row in table.rows for cell in row for span in cell):
        strong = set()  # whoever wrote ** has said what is important
    return [
        tuple(tuple(Span(span.text, True) for span in cell) if i in strong else cell for i, cell in enumerate(row))
        for row in table.rows
    ]


def column_widths(natural: list[float], room: int, size: int) -> list[int]:
    """What each column gets: its need where all fit, and else the narrow ones theirs and the wide ones the rest."""
    spare = room - sum(natural)
    if spare >= 0:
        extra = min(spare / len(natural), 2.0 * size)
        return [int(need + extra) for need in natural]
    widths: dict[int, float] = {}
    left = float(room)
    for rank, (need, i) in enumerate(sorted((need, i) for i, need in enumerate(natural))):
        widths[i] = min(need, left / (len(natural) - rank))
        left -= widths[i]
    return [int(widths[i]) for i in range(len(natural))]


def row_strips(
    row: tuple[Spans, ...],
    edges: list[tuple[int, int]],
    flush: tuple[bool, ...],
    column: Column,
    metrics: Metrics,
    *,
    colour: str,
    tied: bool,
) -> list[Strip]:
    """One strip for the row with a hairline under it, or one a line where the row is higher than a page."""
    size = column.size
    cells = [wrapped(cell, size, width, metrics) for cell, (_, width) in zip(row, edges, strict=True)]
    step = line_height(size, CELL_LEADING, metrics)
    deep = max(len(cell) for cell in cells)
    pad = round(size * 0.2)
    rule = Rectangle(Box(0, 0, column.width, max(1, round(size / 26))), HAIRLINE)
    if deep * step + 2 * pad + rule.box.height <= column.highest:
        items = [
            item for level in range(deep) for item in level_items(cells, level, edges, flush, colour, size, metrics)
        ]
        lifted = [item.moved(0, pad) for item in items]
        foot = rule.moved(0, deep * step + 2 * pad)
        whole = deep * step + 2 * pad + rule.box.height
        count = sum(len(plain(cell)) for cell in row)
        return [Strip(whole, (*lifted, foot), 0, tied, count, cramped=torn(row, cells))]
    made = []
    for level in range(deep):
        items = level_items(cells, level, edges, flush, colour, size, metrics, base=level)
        count = sum(len(cell[level].text) for cell in cells if level < len(cell))
        made.append(Strip(step, tuple(items), 0, tied and level == 0, count))
    return [*made, Strip(pad + rule.box.height, (rule.moved(0, pad),), 0, True)]


def torn(row: tuple[Spans, ...], cells: list[tuple[Line, ...]]) -> int:
    """Lines too many in cells broken elsewhere than at spaces (7月12日 | 8:00—12:00 on two lines reads well)."""
    return sum(
        len(cell) - 1
        for spans, cell in zip(row, cells, strict=True)
        if " ".join(line.text for line in cell) != " ".join(plain(spans).split())
    )


def level_items(
    cells: list[tuple[Line, ...]],
    level: int,
    edges: list[tuple[int, int]],
    flush: tuple[bool, ...],
    colour: str,
    size: int,
    metrics: Metrics,
    *,
    base: int = 0,
) -> list[Item]:
    """The line number `level` of every cell, measured from the line number `base`."""
    step = line_height(size, CELL_LEADING, metrics)
    lift = (step - metrics.ascent(size) - metrics.descent(size)) // 2
    items: list[Item] = []
    for cell, (x, width), right in zip(cells, edges, flush, strict=True):
        if level < len(cell) and cell[level].pieces:
            line = cell[level]
            left = x + (width - line.width if right else 0)
            items.append(text_item(line, left, (level - base) * step + lift, size, colour, metrics))
    return items


def as_lines(table: Table, column: Column, metrics: Metrics, above: int) -> list[Strip]:
    """A table with too many columns: its cells one after the other, a line a row."""
    made: list[Strip] = []
    for row in (table.heading, *table.rows):
        spans = tuple(span for cell in row if cell for span in (*cell, Span("\u3000")))
        if spans:
            found = wrapped(spans, column.size, column.width, metrics, hang=column.hang)
            made += line_strips(found, column, metrics, round(column.size * (LEADING - 1)) if made else above)
    return made
