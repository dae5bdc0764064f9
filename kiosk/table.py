"""Tables → strips: column widths, which columns are set bold, how cells align. Pure.

Times, dates and sums are what people look for in a table: such columns are bold and set
flush right, so that with tabular digits 8:00 and 13:00 stand colon under colon.
"""

import re

from msgspec import structs

from kiosk.markup import Span, Spans, Table, plain
from kiosk.palette import HAIRLINE, INK, SOFT
from kiosk.shapes import Box, Item, Rectangle
from kiosk.strips import LEADING, Column, Strip, by_sense, line_strips
from kiosk.text import Line, Metrics, one_line_width, widest_stretch
from kiosk.typeset import line_height, text_item, wrapped

CELL_LEADING = 1.3
FIGURES = re.compile(
    r"[\d\s:：.,，、—–~～+\-×%元年月日时分点起前后止至]*\d[\d\s:：.,，、—–~～+\-×%元年月日时分点起前后止至]*"
)
"""A cell of times, dates or sums."""
NARROWEST = 2.2
"""Ems; a table whose columns would be narrower is set as lines."""
CLAUSE_ENDS = frozenset("，。；：！？、）")
AS_LINES = 5
"""What a row set as lines counts for, in lines too many: smaller type that keeps the table is better."""
SHORT = 4
"""Characters up to which a cell is never broken."""
CROWDED = 3
"""Lines too many in the cells of one row; a table with more is set as lines."""
WHOLE_ROWS_FROM = 0.88
"""A table is set this much smaller to have one line a row; more only to keep words whole."""


def table_strips(
    table: Table, column: Column, metrics: Metrics, above: int, peers: tuple[Table, ...] = ()
) -> list[Strip]:
    """The heading and each row; set a little smaller than the text where that keeps words whole.

    `peers`: all tables of the notice that are to have the same column widths, this one among them.
    """
    peers = peers or (table,)
    tries: list[list[Strip]] = []
    for part in (1.0, 0.94, 0.88, 0.84, 0.8):
        made, lines = rows_at(table, at_part(column, part), metrics, above, peers)
        if lines == 1 and part >= WHOLE_ROWS_FROM:
            return made
        tries += [made] if lines else []
    whole = next((made for made in tries if not any(strip.cramped for strip in made)), None)
    if whole or (tries and sum(strip.cramped for strip in tries[0]) <= CROWDED * len(table.rows)):
        return whole or tries[0]
    return as_lines(table, column, metrics, above)


def at_part(column: Column, part: float) -> Column:
    return structs.replace(column, size=max(1, round(column.size * part)))


def rows_at(
    table: Table, column: Column, metrics: Metrics, above: int, peers: tuple[Table, ...]
) -> tuple[list[Strip], int]:
    """The table's strips in the column's size, and the lines of its highest cell: 1, 2 for more, 0 for no room."""
    count = table.columns
    gap = round(column.size * (1.1 if count < 4 else 0.7))
    room = column.width - gap * (count - 1)
    if room < NARROWEST * column.size * count:
        return [], 0
    rows, heading = emphasised(table), headed(table)
    everything = [row for peer in peers for row in (headed(peer), *emphasised(peer)) if row]
    # One pixel more than needed: widths are whole pixels, and a fraction too little would break a cell.
    natural = [1.0 + max(one_line_width(row[i], column.size, metrics) for row in everything) for i in range(count)]
    if sum(natural) <= room:
        least = natural
    else:
        least = [1.0 + max(least_width(row[i], column.size, metrics) for row in everything) for i in range(count)]
    if sum(least) > room:
        return [], 0
    widths = column_widths(natural, least, room, column.size)
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
        # The heading keeps two rows, and a sum stays with what it sums up.
        keep = (number < 2 and bool(heading)) or 0 < number == len(rows) - 1
        made += row_strips(row, narrowed(edges, natural), flush, column, metrics, colour=INK, tied=keep)
    made = [structs.replace(strip, row=number > 0) for number, strip in enumerate(made)]
    made[0] = structs.replace(made[0], above=above)
    return made, 1 if sum(natural) <= room else 2


def headed(table: Table) -> tuple[Spans, ...]:
    """The heading in bold; () without one."""
    return tuple(tuple(Span(span.text, True) for span in cell) for cell in table.heading)


def least_width(cell: Spans, size: int, metrics: Metrics) -> float:
    """What a cell needs so that no number in it is torn, and no short word at all."""
    measure = one_line_width if len(plain(cell)) <= SHORT else widest_stretch
    return measure(cell, size, metrics)


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
        tuple(
            tuple(Span(span.text, True) for span in cell) if i in strong and (count == 2 or has_digit(cell)) else cell
            for i, cell in enumerate(row)
        )
        for row in table.rows
    ]


def has_digit(cell: Spans) -> bool:
    """Is there a figure in it? 全天 among times is no time to look for."""
    return any(character.isdigit() for character in plain(cell))


def column_widths(natural: list[float], least: list[float], room: int, size: int) -> list[int]:
    """What each column gets: its need where all fit, and else the narrow ones theirs and the wide ones the rest.

    None gets less than its `least`, whose sum has room.
    """
    spare = room - sum(natural)
    if spare >= 0:
        extra = min(spare / len(natural), 2.0 * size)
        return [int(need + extra) for need in natural]
    widths = dict(enumerate(least))
    left = float(room) - sum(least)
    wants = sorted((need - low, i) for i, (need, low) in enumerate(zip(natural, least, strict=True)))
    for rank, (want, i) in enumerate(wants):
        more = min(max(0.0, want), left / (len(wants) - rank))
        widths[i] += more
        left -= more
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
    """Lines too many in cells broken elsewhere than at a space or after a mark (7月12日 | 8:00—12:00 reads well)."""
    return sum(torn_lines(" ".join(plain(spans).split()), cell) for spans, cell in zip(row, cells, strict=True))


def torn_lines(text: str, cell: tuple[Line, ...]) -> int:
    """How many lines of `cell`, which says `text`, end inside a clause."""
    at = count = 0
    for line in cell[:-1]:
        at += len(line.text)
        is_apart = at < len(text) and text[at] == " "
        at += is_apart
        count += not is_apart and line.text[-1:] not in CLAUSE_ENDS
    return count


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
    """A table with too many columns: a paragraph a row, its first cell in bold, broken between cells if possible."""
    made: list[Strip] = []
    for row in (table.heading, *table.rows):
        first = next((cell for cell in row if cell), ())
        strong = tuple(Span(span.text, True) for span in first)
        cells = [strong if cell is first else cell for cell in row if cell]
        spans = tuple(span for cell in cells for span in (*cell, Span("\u3000")))
        if spans:
            found = by_sense(spans, column, column.width, metrics)
            new = line_strips(found, column, metrics, round(column.size * (LEADING - 1)) if made else above)
            new[0] = structs.replace(new[0], tied=bool(made) and row is table.rows[0], cramped=AS_LINES)
            made += new
    return made
