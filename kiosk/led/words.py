"""A notice's body → the paragraphs and rows of tables that an LED panel shows one after the other. Pure.

There is no room for columns: each row of a table is told by itself, its cells as fields one below the other. Days,
times and places explain themselves, so the names of the columns are said once, before the rows. Where figures could
be mistaken — an expense for an income — each follows the name of its column.
"""

from itertools import groupby

from msgspec import Struct

from kiosk.typography.markup import ListItem, Paragraph, Span, Spans, Table, blocks, plain


class Row(Struct, frozen=True):
    """The fields of a row of a table, the empty ones left away."""

    fields: tuple[Spans, ...]


def parts(body: str) -> tuple[Spans | Row, ...]:
    """Every character of `body` in its order, the marks of lists made words."""
    found: list[Spans | Row] = []
    for block in blocks(body):
        match block:
            case Paragraph():
                found.append(block.spans)
            case ListItem():
                found.append((Span(f"{block.number}. " if block.number else "· "), *block.spans))
            case Table():
                found += table_rows(block)
    return tuple(one for one in found if isinstance(one, Row) or plain(one).strip())


def paragraphs(body: str) -> tuple[Spans, ...]:
    """All of `body`, each row of a table a paragraph."""
    return tuple(joined(one) if isinstance(one, Row) else one for one in parts(body))


def stretches(found: tuple[Spans | Row, ...]) -> list[tuple[Spans, ...] | Row]:
    """The paragraphs between tables together, each row by itself."""
    made: list[tuple[Spans, ...] | Row] = []
    for is_row, some in groupby(found, key=lambda one: isinstance(one, Row)):
        if is_row:
            made += [one for one in some if isinstance(one, Row)]
        else:
            made.append(tuple(one for one in some if not isinstance(one, Row)))
    return made


def table_rows(table: Table) -> list[Row]:
    """`| 门面房租金 | 128,000 | |` → 门面房租金 / 收入（元） 128,000"""
    rows = [] if has_figures(table) or not table.heading else [table.heading]
    for row in table.rows:
        fields = list(row)
        if has_figures(table):
            pairs = list(zip(table.heading, row, strict=True))
            fields[1:] = [(*name, Span(" "), *cell) for name, cell in pairs[1:] if plain(cell).strip()]
        rows.append(tuple(fields))
    kept = [tuple(field for field in row if plain(field).strip()) for row in rows]
    return [Row(row) for row in kept if row]


def has_figures(table: Table) -> bool:
    """Are there columns beside the first whose bare figures only the heading explains?"""
    if len(table.heading) < 3:
        return False
    cells = [plain(cell).strip() for row in table.rows for cell in row[1:]]
    return "" in cells or any(cell.replace(",", "").replace(".", "").isdigit() for cell in cells)


def joined(row: Row) -> Spans:
    """The fields one after the other."""
    spans: list[Span] = []
    for field in row.fields:
        spans += [*([Span("　")] if spans else []), *field]
    return tuple(spans)
