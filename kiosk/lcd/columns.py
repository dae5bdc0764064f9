"""A table's columns: where each stands, so that rows take few lines and columns stand well apart. Pure.

Where cells have to be broken, the room goes where it saves most lines; what no line needs goes between the columns.
"""

import re
from collections.abc import Iterator, Sequence

from msgspec import Struct

from kiosk.lcd.strips import Column
from kiosk.text import Line, Metrics, balanced, line_count, one_line_width, widest_stretch
from kiosk.typography.break_prices import torn_words
from kiosk.typography.markup import Spans, plain

UNEVEN = 9.0
"""How much lines of unequal length cost in a cell; a title's cost thirty."""
DAY = re.compile(r"\d{1,2}月\d{1,2}日\s*[（(]?(?:周|星期)[一二三四五六日天][）)]?")
NARROWEST = 2.2
"""Ems; a table whose columns would be narrower is set as lines."""
SHORT = 4
"""Characters up to which a cell is never broken."""
PORTIONS = {2: 12, 3: 12, 4: 6}
"""Room to spare is shared out in so many portions, each way tried; in a table of more columns evenly."""
Row = tuple[Spans, ...]


class Columns(Struct, frozen=True):
    """`edges`: x and width of each, in pixels from the table's left."""

    edges: tuple[tuple[int, int], ...]
    one_line: bool
    """Has each row one line?"""
    days_whole: bool
    """Are there days like 7月10日 周四, and does each stand on one line?"""


def columns(rows: Sequence[Row], column: Column, metrics: Metrics) -> Columns | None:
    """The columns of `rows`, the heading among them; None where they have no room."""
    count, size = len(rows[0]), column.size
    # One pixel more than needed: widths are whole pixels, and a fraction too little would break a cell.
    natural = [1.0 + max(one_line_width(row[i], size, metrics) for row in rows) for i in range(count)]
    least = [1.0 + max(least_width(row[i], size, metrics) for row in rows) for i in range(count)]
    days = {i for i in range(count) for row in rows if DAY.fullmatch(plain(row[i]))}
    whole = [need if i in days else low for i, (need, low) in enumerate(zip(natural, least, strict=True))]
    days_fit = sum(whole) + gap_between(count, sum(natural), sum(whole), column) * (count - 1) <= column.width
    least = whole if days_fit else least
    gap = gap_between(count, sum(natural), sum(least), column)
    room = column.width - gap * (count - 1)
    if room < NARROWEST * size * count or sum(least) > room:
        return None
    if sum(natural) <= room:
        widths = roomy(natural, room, size)
        needs = [min(width, round(need) + 1) for width, need in zip(widths, natural, strict=True)]
        return Columns(placed(widths, needs, gap), one_line=True, days_whole=bool(days))
    widths = fewest_lines(rows, natural, least, room, size, metrics)
    needs = [
        min(width, 1 + int(max(line.width for row in rows for line in cell_lines(row[i], size, width, metrics))))
        for i, width in enumerate(widths)
    ]
    widest = gap_between(count, 0.0, 0.0, column)
    gap = max(gap, min(widest, (column.width - sum(needs)) // max(1, count - 1)))
    return Columns(placed(needs, needs, gap), one_line=False, days_whole=bool(days) and days_fit)


def gap_between(count: int, natural: float, least: float, column: Column) -> int:
    """Pixels between columns: fewer where cells have to be broken, and fewest where even so they hardly fit."""
    wide, narrow, tight = (round(column.size * part) for part in ((1.1, 0.6, 0.42) if count < 4 else (0.7, 0.5, 0.42)))
    if natural + wide * (count - 1) <= column.width:
        return wide
    return narrow if least + narrow * (count - 1) <= column.width else tight


def least_width(cell: Spans, size: int, metrics: Metrics) -> float:
    """What a cell needs so that no number in it is torn, and no short word at all."""
    measure = one_line_width if len(plain(cell)) <= SHORT else widest_stretch
    return measure(cell, size, metrics)


def roomy(natural: Sequence[float], room: int, size: int) -> list[int]:
    """Each column's need, and a share of the room to spare."""
    extra = min((room - sum(natural)) / len(natural), 2.0 * size)
    return [int(need + extra) for need in natural]


def fewest_lines(
    rows: Sequence[Row], natural: Sequence[float], least: Sequence[float], room: int, size: int, metrics: Metrics
) -> list[int]:
    """Widths at which the rows take fewest lines together, and of these the evenest."""
    even = shared(natural, least, room)
    count = PORTIONS.get(len(natural), 0)
    if room - sum(least) < count or not count:
        return even
    portion = (room - sum(least)) / count
    tried = [[int(low + many * portion) for many in range(count + 1)] for low in least]
    counts = [
        [[1 if width >= need else line_count(row[i], size, width, metrics) for row in rows] for width in tried[i]]
        for i, need in enumerate(natural)
    ]

    def cost(portions: Sequence[int]) -> tuple[int, int]:
        lines = sum(map(max, zip(*(counts[i][many] for i, many in enumerate(portions)), strict=True)))
        return lines, sum(abs(tried[i][many] - even[i]) for i, many in enumerate(portions))

    best = min(divisions(count, len(natural)), key=cost)
    return [tried[i][many] for i, many in enumerate(best)]


def divisions(whole: int, among: int) -> Iterator[tuple[int, ...]]:
    """Every way to share out `whole` portions."""
    if among == 1:
        yield (whole,)
        return
    for first in range(whole + 1):
        for rest in divisions(whole - first, among - 1):
            yield (first, *rest)


def shared(natural: Sequence[float], least: Sequence[float], room: int) -> list[int]:
    """The narrow columns get their need and the wide ones the rest; none less than its `least`, which have room."""
    widths = dict(enumerate(least))
    left = float(room) - sum(least)
    wants = sorted((need - low, i) for i, (need, low) in enumerate(zip(natural, least, strict=True)))
    for rank, (want, i) in enumerate(wants):
        more = min(max(0.0, want), left / (len(wants) - rank))
        widths[i] += more
        left -= more
    return [int(widths[i]) for i in range(len(natural))]


def cell_lines(cell: Spans, size: int, width: int, metrics: Metrics) -> tuple[Line, ...]:
    """A cell is broken between words, on one line more if need be; one empty line for no text: it keeps its height."""
    found = balanced(cell, size, width, metrics, evenness=UNEVEN) or (Line((), 0.0, 0.0),)
    if torn_words(found):
        more = balanced(cell, size, width, metrics, evenness=UNEVEN, more=1)
        return found if torn_words(more) else more
    return found


def placed(widths: Sequence[int], needs: Sequence[int], gap: int) -> tuple[tuple[int, int], ...]:
    """One beside the other. Cells are as wide as their column needs: what is flush right stays near what it is of."""
    edges, x = [], 0
    for width, need in zip(widths, needs, strict=True):
        edges.append((x, need))
        x += width + gap
    return tuple(edges)
