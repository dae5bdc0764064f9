"""Body text → blocks: paragraphs, lists and tables, with **bold** inside. Pure and total.

A village secretary types plain lines; whatever is not one of the few marks below is text and
is drawn as it stands. Each line is a line of its own, and an empty line makes a wider gap:
nobody who types into a form means two lines to be joined.

    - a list item                1. a numbered one (also 1、)
    | 楼栋 | 时间 |               a table; a line |---|---| under the first row makes it the heading
    **停水** in bold
    # a heading, as one in bold
"""

import re

from msgspec import Struct

BULLET = re.compile(r"\s{0,3}(?:[-*]\s+|[•●▪]\s*)(?=[^\s•●▪])")
HEADING = re.compile(r"\s{0,3}#{1,4}\s+(?=\S)")
NUMBERED = re.compile(r"\s{0,3}(\d{1,2})(?:[.．]\s*(?!\d)|、\s*)(?=\S)")  # 1.5公里 is no list
BOLD = re.compile(r"\*\*(?=[^\s*])(.+?)(?<=[^\s*])\*\*")
RULE_CELL = re.compile(r":?-+:?")


class Span(Struct, frozen=True):
    """Characters in one weight."""

    text: str
    bold: bool = False


Spans = tuple[Span, ...]


class Paragraph(Struct, frozen=True):
    """One line as typed. `apart`: an empty line stands before it."""

    spans: Spans
    apart: bool = False


class ListItem(Struct, frozen=True):
    """`number` is "" for a bullet."""

    spans: Spans
    number: str = ""
    apart: bool = False


class Table(Struct, frozen=True):
    """Rows of equal length; `heading` is () without a rule line."""

    rows: tuple[tuple[Spans, ...], ...]
    heading: tuple[Spans, ...] = ()
    apart: bool = False

    @property
    def columns(self) -> int:
        return len(self.rows[0]) if self.rows else len(self.heading)


Block = Paragraph | ListItem | Table


def blocks(body: str) -> tuple[Block, ...]:
    """The blocks of `body`, in order; empty for a body of spaces alone."""
    found: list[Block] = []
    rows: list[list[str]] = []
    rows_apart = apart = False
    for line in body.splitlines():
        cells = table_cells(line)
        if cells:
            rows_apart = rows_apart if rows else apart
            rows.append(cells)
            apart = False
            continue
        if rows:
            found.append(table(rows, rows_apart))
            rows = []
        if not line.strip():
            apart = bool(found)
            continue
        found.append(text_block(line, apart))
        apart = False
    if rows:
        found.append(table(rows, rows_apart))
    return tuple(found)


def text_block(line: str, apart: bool) -> Block:
    """A line that is not part of a table."""
    if match := BULLET.match(line):
        return ListItem(spans=spans(line[match.end() :]), apart=apart)
    if match := NUMBERED.match(line):
        return ListItem(spans=spans(line[match.end() :]), number=match[1], apart=apart)
    if match := HEADING.match(line):
        said = plain(spans(line[match.end() :].strip()))
        return Paragraph(spans=(Span(said, bold=True),), apart=apart)
    return Paragraph(spans=spans(line.strip()), apart=apart)


def table_cells(line: str) -> list[str]:
    """The cells of `| a | b |`; none where the line is not a row, or a row of nothing."""
    line = line.strip()
    if len(line) < 3 or not (line.startswith("|") and line.endswith("|")):
        return []
    cells = [cell.strip() for cell in line[1:-1].split("|")]
    return cells if any(cells) else []


def is_rule(cells: list[str]) -> bool:
    """Is this row the |---|---| under a heading?"""
    return all(RULE_CELL.fullmatch(cell) for cell in cells)


def table(rows: list[list[str]], apart: bool) -> Table:
    """The rows made equally long. A rule line anywhere but second is dropped like the rule it is."""
    has_heading = len(rows) > 2 and is_rule(rows[1]) and not is_rule(rows[0])
    written = [row for row in rows if not is_rule(row)] or rows
    width = max(len(row) for row in written)
    cells = tuple(tuple(spans(cell) for cell in row + [""] * (width - len(row))) for row in written)
    return Table(rows=cells[1:], heading=cells[0], apart=apart) if has_heading else Table(rows=cells, apart=apart)


def spans(text: str) -> Spans:
    """`text` cut at its **bold** stretches. Stars without a partner stay stars."""
    pieces: list[Span] = []
    end = 0
    for match in BOLD.finditer(text):
        if match.start() > end:
            pieces.append(Span(text[end : match.start()]))
        pieces.append(Span(match[1], bold=True))
        end = match.end()
    if end < len(text):
        pieces.append(Span(text[end:]))
    return tuple(pieces)


def plain(spans: Spans) -> str:
    """The characters alone."""
    return "".join(span.text for span in spans)


def characters(found: tuple[Block, ...]) -> str:
    """Every character that has to be drawn for these blocks, in reading order."""
    parts: list[str] = []
    for block in found:
        match block:
            case Paragraph():
                parts.append(plain(block.spans))
            case ListItem():
                parts += [f"{block.number}." if block.number else "", plain(block.spans)]
            case Table():
                parts += [plain(cell) for row in (block.heading, *block.rows) for cell in row]
    return "".join(parts)
