"""A row of a table on an LED panel: a page of its own, each field a line. Pure.

Where the lines of a row are more than the panel has, the row takes further pages, a field never torn between two
where it fits on one: the day and the hours on the first, the houses on the second.
"""

from kiosk.led.type import SIZES, Set, rows, tears, whole_words
from kiosk.led.words import Row
from kiosk.shapes import Box
from kiosk.text import Line, Metrics, widest_stretch
from kiosk.typography.markup import Span, Spans, plain

MOST_PAGES = 3
"""Of one row; one that needs more scrolls."""


def row_sets(row: Row, box: Box, metrics: Metrics, largest: int) -> tuple[Set, ...]:
    """The lines of each page of `row`; none where it has to scroll.

    On as few pages as it goes, but with a field on a line before that; then as large as it goes.
    """
    best: tuple[tuple[int, int], tuple[Set, ...]] | None = None
    for size in SIZES:
        most = rows(size, box.height)
        fields = in_lines(row, size, box.width, metrics) if size <= largest and most else []
        if not fields:
            continue
        made = tuple(Set(size, page) for page in filled(fields, most))
        price = (len(made), sum(len(field) for field in fields))
        if len(made) <= MOST_PAGES and (best is None or price < best[0]):
            best = (price, made)
    return best[1] if best else ()


def in_lines(row: Row, size: int, width: int, metrics: Metrics) -> list[tuple[Line, ...]]:
    """Each field in lines; none where a word would be torn. Two ends of a span of time may part after the dash."""
    made: list[tuple[Line, ...]] = []
    for field in row.fields:
        pieces = [field] if widest_stretch(field, size, metrics) <= width else ends(field)
        found = [whole_words(piece, size, width, metrics) for piece in pieces]
        if any(widest_stretch(piece, size, metrics) > width for piece in pieces) or any(map(tears, pieces, found)):
            return []
        made.append(tuple(line for lines in found for line in lines))
    return made


def ends(field: Spans) -> list[Spans]:
    """`8:00—12:00` → `8:00—`, `12:00`"""
    text = plain(field)
    at = text.find("—") + 1
    return [(Span(text[:at]),), (Span(text[at:]),)] if 0 < at < len(text) else [field]


def filled(fields: list[tuple[Line, ...]], most: int) -> list[tuple[Line, ...]]:
    """The fields on pages of `most` lines."""
    pages: list[list[Line]] = [[]]
    for field in fields:
        if pages[-1] and len(pages[-1]) + len(field) > most >= len(field):
            pages.append([])
        for line in field:
            if len(pages[-1]) == most:
                pages.append([])
            pages[-1].append(line)
    return [tuple(page) for page in pages]
