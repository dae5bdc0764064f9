"""Tables → strips: at which size, which columns are set bold, how cells align. Pure.

Times, dates and sums are what people look for in a table: such columns are bold and set
flush right, so that with tabular digits 8:00 and 13:00 stand colon under colon.
"""

import re
from collections.abc import Sequence

from msgspec import Struct, structs

from kiosk.lcd.columns import Columns, cell_lines, columns
from kiosk.lcd.strips import LEADING, Column, Strip, by_sense, line_strips
from kiosk.lcd.today import is_day
from kiosk.shapes import Box, Item, Rectangle
from kiosk.text import Line, Metrics
from kiosk.typography.break_prices import torn_words
from kiosk.typography.kinsoku import OPENING
from kiosk.typography.markup import Span, Spans, Table, plain
from kiosk.typography.typeset import line_height, text_item

CELL_LEADING, CELL_PAD = 1.3, 0.16
FIGURES = re.compile(
    r"[\d\s:：.,，、—–~～+\-×%元年月日时分点起前后止至]*\d[\d\s:：.,，、—–~～+\-×%元年月日时分点起前后止至]*"
)
"""A cell of times, dates or sums."""
SUM = re.compile(r"[+−-]?[\d,，.]+\s*[元%]?")
CLAUSE_ENDS = frozenset("，。；：！？、）")
AS_LINES = 5
"""What a row set as lines counts for, in lines too many: smaller type that keeps the table is better."""
CROWDED = 3
"""Lines too many in the cells of one row; a table with more is set as lines."""
WHOLE_ROWS_FROM = 0.88
"""A table is set this much smaller to keep its rows or its days on one line; more only to keep words whole."""

MUCH_LOWER = 0.75
"""Or to be so much lower: cells that were broken then stand on one line."""


class Rows(Struct, frozen=True):
    """A table's strips at one size of type."""

    strips: list[Strip]
    columns: Columns

    @property
    def cramped(self) -> int:
        """Lines too many in cells that are broken elsewhere than at a space."""
        return sum(strip.cramped for strip in self.strips)

    @property
    def height(self) -> int:
        """Pixels of all rows."""
        return sum(strip.height for strip in self.strips)

    @property
    def torn(self) -> int:
        """Lines that end inside a word."""
        return sum(strip.torn for strip in self.strips)


def table_strips(
    table: Table, column: Column, metrics: Metrics, above: int, peers: tuple[Table, ...] = ()
) -> list[Strip]:
    """The heading and each row; set a little smaller than the text where that keeps rows, days or words whole.

    `peers`: all tables of the notice that are to have the same column widths, this one among them.
    """
    peers = peers or (table,)
    tries: list[tuple[float, Rows]] = []
    for part in (1.0, 0.94, 0.88, 0.84, 0.8):
        if round(column.size * part) < (column.least_rows if part >= WHOLE_ROWS_FROM else column.least):
            break
        made = rows_at(table, at_part(column, part), metrics, above, peers)
        if made and made.columns.one_line and part >= WHOLE_ROWS_FROM:
            return made.strips
        tries += [(part, made)] if made else []
    for _, made in tries:
        if made.columns.days_whole and not made.cramped:
            return made.strips
    large = [made for part, made in tries if part == 1.0 or round(column.size * part) >= column.least]
    best = next((made for made in large if not made.cramped), None)
    if best is None and large and large[0].cramped <= CROWDED * len(table.rows):
        best = next((made for _, made in tries if not made.torn), large[0])
    if best is None:
        return as_lines(table, column, metrics, above)
    lower = (made for _, made in tries if made.height <= MUCH_LOWER * best.height and made.torn <= best.torn)
    return next(lower, best).strips


def at_part(column: Column, part: float) -> Column:
    return structs.replace(column, size=max(1, round(column.size * part)))


def rows_at(table: Table, column: Column, metrics: Metrics, above: int, peers: tuple[Table, ...]) -> Rows | None:
    """The table's strips in the column's size; None where its columns have no room."""
    rows, heading = emphasised(table), headed(table)
    found = columns([row for peer in peers for row in (headed(peer), *emphasised(peer)) if row], column, metrics)
    if found is None:
        return None
    flush = tuple(is_flush([plain(row[i]) for peer in peers for row in peer.rows]) for i in range(table.columns))
    made = (
        row_strips(heading, found.edges, flush, column, metrics, colour=column.theme.soft, tied=False)
        if heading
        else []
    )
    opening = made[0] if len(made) == 1 and made[0].height * 3 <= column.highest else None
    for number, row in enumerate(rows):
        # The heading keeps two rows, and a sum stays with what it sums up.
        keep = (number < 2 and bool(heading)) or 0 < number == len(rows) - 1
        made += row_strips(row, found.edges, flush, column, metrics, colour=column.theme.ink, tied=keep)
    made = [
        structs.replace(strip, row=number > 0, heading=repeated(strip, opening, column) if number else None)
        for number, strip in enumerate(made)
    ]
    made[0] = structs.replace(made[0], above=above)
    return Rows(made, found)


def is_flush(cells: Sequence[str]) -> bool:
    """Is this a column of times or sums, flush right? Telephone numbers and dates of one length stand flush left."""
    said = [cell for cell in cells if cell]
    one_length = len({len(cell) for cell in said}) == 1
    return all(FIGURES.fullmatch(cell) for cell in said) and not (one_length and not SUM.fullmatch(said[0]))


def repeated(row: Strip, heading: Strip | None, column: Column) -> Strip | None:
    """The heading that a page beginning with `row` says once more; none where both have no room."""
    return heading if heading and heading.height + row.height <= column.highest else None


def headed(table: Table) -> tuple[Spans, ...]:
    """The heading in bold; () without one."""
    return tuple(tuple(Span(span.text, True) for span in cell) for cell in table.heading)


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


def row_strips(
    row: tuple[Spans, ...],
    edges: Sequence[tuple[int, int]],
    flush: tuple[bool, ...],
    column: Column,
    metrics: Metrics,
    *,
    colour: str,
    tied: bool,
) -> list[Strip]:
    """One strip for the row with a hairline under it, or one a line where the row is higher than a page."""
    size = column.size
    cells = [cell_lines(cell, size, width, metrics) for cell, (_, width) in zip(row, edges, strict=True)]
    step = line_height(size, CELL_LEADING, metrics)
    deep = max(len(cell) for cell in cells)
    pad = round(size * CELL_PAD)
    rule = Rectangle(Box(0, 0, column.width, max(1, round(size / 26))), column.theme.hairline)
    if deep * step + 2 * pad + rule.box.height <= column.highest:
        items = [
            item for level in range(deep) for item in level_items(cells, level, edges, flush, colour, size, metrics)
        ]
        lifted = [item.moved(0, pad) for item in items]
        foot = rule.moved(0, deep * step + 2 * pad)
        whole = deep * step + 2 * pad + rule.box.height
        count = sum(len(plain(cell)) for cell in row)
        words = sum(torn_words(cell) for cell in cells)
        return [Strip(whole, (*lifted, foot), 0, tied, count, cramped=torn(row, cells), torn=words)]
    made = []
    for level in range(deep):
        items = level_items(cells, level, edges, flush, colour, size, metrics, base=level)
        count = sum(len(cell[level].text) for cell in cells if level < len(cell))
        made.append(Strip(step, tuple(items), 0, tied and level == 0, count))
    return [*made, Strip(pad + rule.box.height, (rule.moved(0, pad),), 0, True)]


def torn(row: tuple[Spans, ...], cells: list[tuple[Line, ...]]) -> int:
    """Lines too many in cells that are broken elsewhere than at a space (7月12日 | 8:00—12:00), a bracket or a mark."""
    return sum(torn_lines(" ".join(plain(spans).split()), cell) for spans, cell in zip(row, cells, strict=True))


def torn_lines(text: str, cell: tuple[Line, ...]) -> int:
    """How many lines of `cell`, which says `text`, end inside a clause."""
    at = count = 0
    for line in cell[:-1]:
        at += len(line.text)
        is_space = text[at : at + 1] == " "
        at += is_space
        count += not is_space and line.text[-1:] not in CLAUSE_ENDS and text[at : at + 1] not in OPENING
    return count


def level_items(
    cells: list[tuple[Line, ...]],
    level: int,
    edges: Sequence[tuple[int, int]],
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
    first = "".join(line.text for line in cells[0])
    days = [first if is_day(first) and len(cells) > 1 else "", *("" for _ in cells[1:])]
    items: list[Item] = []
    for cell, (x, width), right, day in zip(cells, edges, flush, days, strict=True):
        if level < len(cell) and cell[level].pieces:
            line = cell[level]
            left = x + (width - round(line.width) if right else 0)
            item = text_item(line, left, (level - base) * step + lift, size, colour, metrics)
            items.append(structs.replace(item, day=day))
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
