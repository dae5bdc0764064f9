"""Lines of type → items at their place, and the largest size at which a text fits its box. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Literal

from kiosk.shapes import Box, Run, Text
from kiosk.text import Line, Metrics, balanced, line_count, lines, one_line, plain_spans
from kiosk.typography.break_prices import worst_break
from kiosk.typography.markup import Spans
from kiosk.typography.words import INSIDE_WORD

Align = Literal["left", "centre", "right"]


def line_height(size: int, leading: float, metrics: Metrics) -> int:
    """Baseline to baseline; never so little that the boxes of two lines overlap."""
    return max(round(size * leading), metrics.ascent(size) + metrics.descent(size))


def text_item(line: Line, x: float, y: float, size: int, colour: str, metrics: Metrics) -> Text:
    """`line` with the top left corner of its box at x, y."""
    left = round(x)
    runs = tuple(Run(round(x + piece.x) - left, piece.text, piece.bold) for piece in line.pieces)
    ascent = metrics.ascent(size)
    box = Box(left, round(y), max(1, round(line.extent)), ascent + metrics.descent(size))
    return Text(box=box, runs=runs, size=size, colour=colour, ascent=ascent)


def stack(
    found: Sequence[Line], box: Box, size: int, colour: str, metrics: Metrics, *, leading: float, align: Align = "left"
) -> list[Text]:
    """`found` one under the other from the top of `box`."""
    step = line_height(size, leading, metrics)
    lift = (step - metrics.ascent(size) - metrics.descent(size)) // 2
    items = []
    for number, line in enumerate(found):
        spare = box.width - line.width
        x = box.x + {"left": 0.0, "centre": spare / 2, "right": spare}[align]
        items.append(text_item(line, x, box.y + number * step + lift, size, colour, metrics))
    return items


SMALLEST = 6
"""Pixels; never reached by anything that a notice may hold."""


def sizes(largest: int) -> Iterable[int]:
    """Sizes of type from `largest` down to SMALLEST, a twentieth less each time."""
    size = largest
    while size > SMALLEST:
        yield size
        size = min(size - 1, round(size * 0.95))
    yield min(SMALLEST, largest)


def fitted(
    spans: Spans, width: int, height: int, largest: int, metrics: Metrics, *, leading: float, most_lines: int = 99
) -> tuple[int, tuple[Line, ...]]:
    """The largest size up to `largest` at which `spans`, broken in a balanced way, fits; and its lines."""
    size, _ = next(fitting(spans, width, height, largest, metrics, leading, most_lines))
    return size, balanced(spans, size, width, metrics)


def listed(found: Sequence[Line], size: int, metrics: Metrics) -> tuple[Line, ...]:
    """The lines of a list such as 报修 · 反映问题 without the · or 、 on which they were broken."""
    last = len(found) - 1
    return tuple(
        bare_ends(line, size, metrics, first=number == 0, last=number == last) for number, line in enumerate(found)
    )


def bare_ends(line: Line, size: int, metrics: Metrics, *, first: bool, last: bool) -> Line:
    text = line.text
    inner = text if first else text.lstrip(" ·")
    inner = inner if last else inner.rstrip(" ·、")
    if inner == text or not inner:
        return line
    return one_line(plain_spans(inner, bold=any(piece.bold for piece in line.pieces)), size, metrics)


def fitting(
    spans: Spans, width: int, height: int, largest: int, metrics: Metrics, leading: float, most_lines: int
) -> Iterator[tuple[int, int]]:
    """Every size at which `spans` fits, the largest first, and its lines; the smallest of all is taken to fit."""
    for size in sizes(largest):
        count = line_count(spans, size, width, metrics)
        if size <= SMALLEST or (count <= most_lines and count * line_height(size, leading, metrics) <= height):
            yield size, count


TORN = 0.3
"""A headline is set this much smaller to keep its words whole, beside what any dear break costs."""


@lru_cache(maxsize=64)
def headline(
    spans: Spans, width: int, height: int, largest: int, metrics: Metrics, *, leading: float
) -> tuple[int, tuple[Line, ...]]:
    """A large size at which `spans` fits and looks well: a little smaller for a line less, or to keep words whole."""
    best: tuple[float, int, tuple[Line, ...]] | None = None
    first = 0
    for size, count in fitting(spans, width, height, largest, metrics, leading, 99):
        first = first or size
        if best and size < first * 0.62:
            break
        if best and size / first - 0.1 * count <= best[0]:
            continue
        found = balanced(spans, size, width, metrics)
        ways = [found]
        if worst_break(found) >= INSIDE_WORD and (count + 1) * line_height(size, leading, metrics) <= height:
            ways.append(balanced(spans, size, width, metrics, more=1))
        for number, way in enumerate(ways):
            worst = worst_break(way)
            score = size / first - 0.1 * (len(way) + number) - min(0.4, worst / 45) - TORN * (worst >= INSIDE_WORD)
            if best is None or score > best[0]:
                best = (score, size, way)
        if len(found) == 1:
            break
    return best[1:] if best else (SMALLEST, ())


def label(
    text: str,
    box: Box,
    largest: int,
    colour: str,
    metrics: Metrics,
    *,
    bold: bool = False,
    align: Align = "left",
    most_lines: int = 1,
    leading: float = 1.3,
) -> list[Text]:
    """`text` as large as fits `box`, centred in its height."""
    size, found = fitted(
        plain_spans(text, bold=bold), box.width, box.height, largest, metrics, leading=leading, most_lines=most_lines
    )
    high = len(found) * line_height(size, leading, metrics)
    placed = Box(box.x, box.y + max(0, box.height - high) // 2, box.width, high)
    return stack(found, placed, size, colour, metrics, leading=leading, align=align)


def wrapped(spans: Spans, size: int, width: float, metrics: Metrics, *, hang: bool = False) -> tuple[Line, ...]:
    """`spans` in lines, words whole where that costs little; one empty line for no text: a cell keeps its height."""
    return lines(spans, size, width, metrics, hang=hang, by_word=True) or (Line((), 0.0, 0.0),)
