"""Characters → lines: where they are broken. Pure.

Where a line may end says kiosk.typography.kinsoku, how wide it is then kiosk.typography.measured, and which of two
places is the better one kiosk.typography.break_prices. Here lines are filled, or made of like length. Nothing is ever
lost: what is wider than a line is split, a cluster wider than a line by its code points.
"""

from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise

from kiosk.typography.break_prices import break_prices
from kiosk.typography.kinsoku import BEGINNING, ENDING, Kind, prepare
from kiosk.typography.markup import Span, Spans
from kiosk.typography.measured import Line, Measured, Metrics, breakable, measure

__all__ = [
    "Line",
    "Metrics",
    "balanced",
    "by_sense_lines",
    "line_count",
    "lines",
    "one_line",
    "one_line_width",
    "plain_spans",
    "widest_stretch",
]

Range = tuple[int, int]
"""The first cluster of a line, and the one after its last."""


def plain_spans(text: str, *, bold: bool = False) -> Spans:
    """`text` as spans, line breaks made spaces."""
    return (Span(text, bold),)


def lines(
    spans: Spans, size: int, width: float, metrics: Metrics, *, hang: bool = False, by_word: bool = False
) -> tuple[Line, ...]:
    """`spans` broken into lines of at most `width` pixels (marks may hang out by half an em where `hang`).

    `by_word`: a line may stay up to GIVEN_UP ems shorter to keep a word whole.
    """
    text = breakable(spans, size, width, metrics, hang=hang)
    is_long = text.width(0, len(text.left)) > width
    ranges = filled(text, width, break_prices(text.prepared) if by_word and is_long else ())
    return placed(text, without_orphan(text, ranges, width))


def balanced(
    spans: Spans, size: int, width: float, metrics: Metrics, *, evenness: float = 30.0, more: int = 0
) -> tuple[Line, ...]:
    """As few lines as `lines` makes, of like length, broken after marks or between words where possible.

    `evenness`: what lines of unequal length cost, against the prices of breaks; less for text than for titles.
    `more`: so many lines more than needed, where they can be had.
    """
    text = breakable(spans, size, width, metrics, hang=False)
    return placed(text, fewest(text, width, evenness, more=more))


BLANK = 45.0
"""What white at the end of a line of text costs: half an empty line as much as a torn word."""


def by_sense_lines(spans: Spans, size: int, width: float, metrics: Metrics, *, hang: bool = False) -> tuple[Line, ...]:
    """As few lines as `lines` makes, broken after marks or between words where that leaves no line half empty."""
    text = breakable(spans, size, width, metrics, hang=hang)
    return placed(text, fewest(text, width, BLANK, to_margin=True))


def line_count(spans: Spans, size: int, width: float, metrics: Metrics) -> int:
    """How many lines `balanced` makes, for less work."""
    return len(filled(breakable(spans, size, width, metrics, hang=False), width))


def one_line(spans: Spans, size: int, metrics: Metrics) -> Line:
    """`spans` unbroken, however wide."""
    text = measure(prepare(spans), size, metrics, hang=False)
    return text.line(0, len(text.prepared.clusters))


@lru_cache(maxsize=1024)
def one_line_width(spans: Spans, size: int, metrics: Metrics) -> float:
    """How wide `spans` are unbroken."""
    text = measure(prepare(spans), size, metrics, hang=False)
    return text.width(0, len(text.left))


def widest_stretch(spans: Spans, size: int, metrics: Metrics) -> float:
    """The width that `spans` need so that a line ends only where it may."""
    text = measure(prepare(spans), size, metrics, hang=False)
    return max((text.width(start, end) for start, end in pairwise(text.prepared.breaks)), default=0.0)


def placed(text: Measured, ranges: list[Range]) -> tuple[Line, ...]:
    return tuple(text.line(start, end) for start, end in ranges)


GIVEN_UP = 2.1
"""Ems that a line of running text may lose so that no word is torn."""
PER_EM = 6.0
"""What an em of white at the end of such a line costs, against the prices of breaks."""


def filled(text: Measured, width: float, price: Sequence[float] = ()) -> list[Range]:
    """Each line as full as it may be; with the prices of all breaks, nearly, where a break much cheaper is near."""
    ranges: list[Range] = []
    start = end = 0
    limit = text.starts[0] + width
    for number, here in enumerate(text.prepared.breaks[1:], 1):
        right = text.ends[here]
        while start < here and right > limit:
            cut = end if end > start else split(text, start, here, width)
            if price and end > start:
                cut = bargain(text, start, number - 1, price)
                if cut < end and text.width(cut, here) > width:
                    cut = end
            ranges.append((start, cut))
            start = end = skip_spaces(text, cut)
            limit = text.starts[start] + width
        end = here
    if end > start:
        ranges.append((start, end))
    return ranges


def bargain(text: Measured, start: int, last: int, price: Sequence[float]) -> int:
    """The best end of a line from `start` among the break number `last` and those up to GIVEN_UP before it."""
    points = text.prepared.breaks
    right = text.ends[points[last]]
    best, cheapest_yet = points[last], price[last]
    for number in range(last - 1, max(0, last - 5), -1):
        lost = (right - text.ends[points[number]]) / text.size
        if points[number] <= start or lost > GIVEN_UP or lost > 0.2 * (right - text.left[start]) / text.size:
            break
        if price[number] + PER_EM * lost < cheapest_yet:
            best, cheapest_yet = points[number], price[number] + PER_EM * lost
    return best


def skip_spaces(text: Measured, at: int) -> int:
    while at < len(text.prepared.kinds) and text.prepared.kinds[at] is Kind.SPACE:
        at += 1
    return at


def split(text: Measured, start: int, end: int, width: float) -> int:
    """Where to cut a stretch that is wider than a line: at least one cluster, kinsoku where it can be kept."""
    if end == start + 1:
        return end
    fits = start + 1
    while fits < end - 1 and text.width(start, fits + 1) <= width:
        fits += 1
    kinds = text.prepared.kinds
    for cut in range(fits, start, -1):
        if kinds[cut - 1] not in BEGINNING and kinds[cut] not in ENDING:
            return cut
    return fits


def without_orphan(text: Measured, ranges: list[Range], width: float) -> list[Range]:
    """The last line gets a second character from the line before, where that can spare one."""
    if len(ranges) < 2 or not lone(text, *ranges[-1]):
        return ranges
    (start, _), (_, end) = ranges[-2:]
    points = [point for point in text.prepared.breaks if start < point < ranges[-1][0]]
    if len(points) > 1 and text.width(points[-1], end) <= width:
        return [*ranges[:-2], (start, points[-1]), (points[-1], end)]
    return ranges


def lone(text: Measured, start: int, end: int) -> bool:
    """Is there but one character between these, punctuation aside?"""
    return text.prepared.read[end] - text.prepared.read[start] <= 1


MOST_POINTS = 200
"""Of so many places to break a line all divisions are compared. A text with more of them is merely filled."""
LONE = 1_000.0
"""What a line of a single character costs: more than anything else."""


def fewest(text: Measured, width: float, evenness: float, *, more: int = 0, to_margin: bool = False) -> list[Range]:
    """As few lines as `filled` makes, or so many `more`: the cheapest, where there is a choice."""
    ranges = filled(text, width)
    if len(ranges) + more > 1 and len(text.prepared.breaks) <= MOST_POINTS:
        return cheapest(text, width, len(ranges) + more, evenness, to_margin=to_margin) or ranges
    return ranges


def cheapest(text: Measured, width: float, count: int, evenness: float, *, to_margin: bool) -> list[Range]:
    """The best `count` lines by price; none where there is no such division at break opportunities.

    Lines are to be of like length, or `to_margin` to reach the margin, the last one aside.
    """
    points = text.prepared.breaks
    starts = [skip_spaces(text, point) for point in points[:-1]]
    left = [text.starts[start] for start in starts]
    right = [0.0, *(text.ends[point] for point in points[1:])]
    read = [text.prepared.read[point] for point in points]
    ideal = width if to_margin else max(1.0, text.width(0, points[-1]) / count)
    least = ideal * 0.3  # no shorter line can be among the best, and a long title has many of them
    price = break_prices(text.prepared)
    best: list[dict[int, tuple[float, int]]] = [{0: (0.0, 0)}]  # after n lines: point → (cost, the point before)
    for _ in range(count):
        reached: dict[int, tuple[float, int]] = {}
        for first, (cost, _before) in best[-1].items():
            for last in range(first + 1, len(points)):
                wide = right[last] - left[first]
                if wide > width:
                    break
                if wide < least and last < len(points) - 1:
                    continue
                uneven = 0.0 if to_margin and last == len(points) - 1 else (wide - ideal) / ideal
                total = cost + evenness * uneven * uneven + price[last]
                total += LONE if read[last] - read[first] <= 1 else 0.0
                if last not in reached or total < reached[last][0]:
                    reached[last] = (total, first)
        best.append(reached)
    return traced(best, starts, points)


def traced(best: list[dict[int, tuple[float, int]]], starts: list[int], points: tuple[int, ...]) -> list[Range]:
    """The ranges of the cheapest way to the last point; none where no way leads there."""
    last = len(points) - 1
    ranges: list[Range] = []
    for reached in reversed(best[1:]):
        if last not in reached:
            return []
        before = reached[last][1]
        ranges.append((starts[before], points[last]))
        last = before
    return ranges[::-1]
