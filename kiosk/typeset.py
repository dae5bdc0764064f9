"""Lines of type → items at their place, and the largest size at which a text fits its box. Pure."""

from collections.abc import Iterable, Sequence
from typing import Literal

from kiosk.markup import Spans
from kiosk.shapes import Box, Run, Text
from kiosk.text import Line, Metrics, balanced, lines, plain_spans

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


def sizes(largest: int, smallest: int = 6) -> Iterable[int]:
    """Sizes of type from `largest` down, a twentieth less each time; the last is 6 px, which fits anything."""
    size = largest
    while size > smallest:
        yield size
        size = min(size - 1, round(size * 0.95))
    yield min(smallest, largest)


def fitted(
    spans: Spans, width: int, height: int, largest: int, metrics: Metrics, *, leading: float, most_lines: int = 99
) -> tuple[int, tuple[Line, ...]]:
    """The largest size up to `largest` at which `spans`, broken in a balanced way, fits; and its lines."""
    for size in sizes(largest):
        found = balanced(spans, size, width, metrics)
        high = len(found) * line_height(size, leading, metrics)
        if high <= height and len(found) <= most_lines and all(line.extent <= width for line in found):
            break
    return size, found


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
    """`spans` in lines; one empty line for no text, so that a cell keeps its height."""
    return lines(spans, size, width, metrics, hang=hang) or (Line((), 0.0, 0.0),)
