"""Blocks of a body → strips: paragraphs and lists here, tables in kiosk.lcd.table. Pure."""

from msgspec.structs import replace

from kiosk.lcd.strips import Column, Strip, by_sense, line_strips, tied
from kiosk.lcd.table import table_strips
from kiosk.shapes import Box, Item, Rectangle
from kiosk.text import Metrics, one_line, plain_spans
from kiosk.typography.markup import Block, ListItem, Paragraph, Span, Spans, Table, plain
from kiosk.typography.typeset import text_item


def strips(found: tuple[Block, ...], column: Column, metrics: Metrics) -> tuple[Strip, ...]:
    """All blocks, in order."""
    made: list[Strip] = []
    indent = list_indent(found, column.size, metrics)
    tables = tuple(block for block in found if isinstance(block, Table))
    before: Block | None = None
    for block in found:
        above = space_above(before, block, column.size)
        match block:
            case Paragraph():
                new = paragraph_strips(block.spans, column, metrics, above)
            case ListItem():
                new = item_strips(block, column, metrics, above, indent)
                new[0] = replace(new[0], in_list=isinstance(before, ListItem))
            case Table():
                new = table_strips(block, column, metrics, above, alike(block, tables))
        if made and new and before and leads_on(before):
            new = [tied(new[0]), *new[1:]]
        made += new
        before = block
    return tuple(made)


def leads_on(block: Block) -> bool:
    """Does the next block belong to this one? A line that ends in a colon announces it, a bold one heads it."""
    if not isinstance(block, Paragraph):
        return False
    return plain(block.spans).endswith(("：", ":")) or is_heading(block)


def is_heading(block: Block) -> bool:
    """A line in bold alone: a question, a chapter."""
    return isinstance(block, Paragraph) and all(span.bold for span in block.spans)


def space_above(before: Block | None, block: Block, size: int) -> int:
    """Pixels between two blocks; lines of one paragraph are closer than that."""
    if before is None:
        return 0
    if isinstance(block, Table) and isinstance(before, Table):
        return round(size * 0.8)
    if isinstance(block, Table) or isinstance(before, Table):
        return round(size * 0.5)
    if isinstance(block, ListItem) or isinstance(before, ListItem):
        return round(size * (0.55 if block.apart and not is_heading(before) else 0.22))
    if block.apart and is_heading(block) and not is_heading(before):
        return round(size * 0.75)
    return round(size * (0.6 if block.apart and not is_heading(before) else 0.26))


def alike(block: Table, tables: tuple[Table, ...]) -> tuple[Table, ...]:
    """The tables of one notice with as many columns as `block`, itself among them: they share column widths."""
    return tuple(table for table in tables if table.columns == block.columns)


def paragraph_strips(spans: Spans, column: Column, metrics: Metrics, above: int) -> list[Strip]:
    return line_strips(by_sense(spans, column, column.width, metrics), column, metrics, above)


def list_indent(found: tuple[Block, ...], size: int, metrics: Metrics) -> int:
    """How far list items stand in: by the widest of their numbers, so that all begin at one edge."""
    numbers = [block.number for block in found if isinstance(block, ListItem) and block.number]
    widths = [one_line(plain_spans(f"{number}.", bold=True), size, metrics).width for number in numbers]
    return round(max([size * 0.62, *widths]) + size * 0.3)


def item_strips(item: ListItem, column: Column, metrics: Metrics, above: int, indent: int) -> list[Strip]:
    """A list item: its text set in, its mark before the first line."""
    size = column.size
    found = by_sense(item.spans, column, max(size, column.width - indent), metrics)
    first, *rest = line_strips(found, column, metrics, above, x=indent)
    items = (*item_mark(item, column, metrics, first.height), *first.items)
    return [replace(first, items=items, characters=first.characters + len(item.number)), *rest]


def item_mark(item: ListItem, column: Column, metrics: Metrics, height: int) -> tuple[Item, ...]:
    """The number in bold, or a dot in the topic's colour."""
    size = column.size
    if item.number:
        line = one_line((Span(f"{item.number}.", bold=True),), size, metrics)
        lift = (height - metrics.ascent(size) - metrics.descent(size)) // 2
        return (text_item(line, 0, lift, size, column.accent, metrics),)
    side = max(4, round(size * 0.24))
    baseline = (height - metrics.ascent(size) - metrics.descent(size)) // 2 + metrics.ascent(size)
    return (
        Rectangle(Box(round(size * 0.12), baseline - round(size * 0.38) - side // 2, side, side), column.accent, side),
    )
