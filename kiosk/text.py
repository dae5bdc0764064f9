"""Characters → lines: how wide they are, where they are broken, where each piece stands. Pure.

Where a line may end says kiosk.typography.kinsoku. Here lines are filled; 、，。 at the end of a line may hang out of
it; titles are broken between words into lines of like length. Nothing is ever lost: what is
wider than a line is split, a cluster wider than a line by its code points.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Protocol

from msgspec import Struct

from kiosk.typography.kinsoku import BEGINNING, ENDING, HALF_CLOSING, HALF_EMPTY, HANGING, Kind, Prepared, kind, prepare
from kiosk.typography.markup import Span, Spans
from kiosk.typography.words import INSIDE_WORD, LEANING, prices


class Metrics(Protocol):
    """How wide and high the display's fonts are, in pixels."""

    def __hash__(self) -> int: ...

    def advance(self, cluster: str, size: int, bold: bool) -> float:
        """How far the pen moves for one cluster (see `clusters`)."""
        ...

    def ascent(self, size: int) -> int:
        """From the baseline up to the top of a line's box."""
        ...

    def descent(self, size: int) -> int:
        """From the baseline down to the bottom of a line's box."""
        ...


class Piece(Struct, frozen=True):
    """Characters drawn in one go, `x` pixels right of the line's start."""

    x: float
    text: str
    bold: bool


class Line(Struct, frozen=True):
    """`width` does not count a mark that hangs out on the right; `extent` counts its ink too."""

    pieces: tuple[Piece, ...]
    width: float
    extent: float

    @property
    def text(self) -> str:
        return "".join(piece.text for piece in self.pieces)


HALF = 0.45
"""How much of the square of 、 or （ is empty, in ems."""


class Measured:
    """A prepared paragraph at one size: answers how wide any stretch of it is on a line of its own.

    left, right: where each cluster begins and ends, seen from the paragraph's first.
    starts, ends: where the ink of a line begins that begins with a cluster, and ends that ends before one.
    """

    def __init__(self, text: Prepared, size: int, metrics: Metrics, *, hang: bool) -> None:
        self.text, self.size, self.hang = text, size, hang
        self.left: list[float] = []
        self.right: list[float] = []
        x = 0.0
        advance, left, right = metrics.advance, self.left.append, self.right.append
        for cluster, bold, gap in zip(text.clusters, text.bolds, text.gaps, strict=True):
            if gap:
                x += size / 8
            left(x)
            x += advance(cluster, size, bold)
            right(x)
        self.starts = [*self.left, 0.0]
        for at in text.openings:
            if self.is_square(at):
                self.starts[at] += size * HALF
        self.ends = [0.0, *self.right]
        for end in text.trailing:
            self.ends[end] = self.trimmed(end)

    def trimmed(self, end: int) -> float:
        """Where the ink of a line ends whose last cluster, before `end`, is a space or a mark."""
        last = end - 1
        if self.text.kinds[last] is Kind.SPACE:
            return self.ends[last]
        if last and self.hang and self.text.clusters[last] in HANGING:
            return self.right[last - 1]
        if last and self.text.clusters[last] in HALF_CLOSING and self.is_square(last):
            return self.right[last] - self.size * HALF
        return self.right[last]

    def is_square(self, at: int) -> bool:
        return self.right[at] - self.left[at] >= 0.9 * self.size

    def width(self, start: int, end: int) -> float:
        """Pixels that clusters start … end take, an ending 、，。 not counted where marks may hang."""
        return max(0.0, self.ends[end] - self.starts[start]) if end > start else 0.0

    def line(self, start: int, end: int) -> Line:
        """The pieces of clusters start … end."""
        names, bolds, seams = self.text.clusters, self.text.bolds, self.text.seams
        while end > start and self.text.kinds[end - 1] is Kind.SPACE:
            end -= 1
        if end <= start:
            return Line((), 0.0, 0.0)
        origin = self.starts[start]
        edges = [start, *seams[bisect_right(seams, start) : bisect_left(seams, end)], end]
        pieces = tuple(
            Piece(self.left[first] - origin, "".join(names[first:last]), bolds[first])
            for first, last in pairwise(edges)
        )
        extent = self.right[end - 1] - origin
        if end - start > 1 and names[end - 1] in HALF_EMPTY and self.is_square(end - 1):
            extent -= self.size * HALF  # the ink of 、，。） stands in the left half of its square
        return Line(pieces, self.width(start, end), max(0.0, extent))


@lru_cache(maxsize=16)
def measure(text: Prepared, size: int, metrics: Metrics, *, hang: bool) -> Measured:
    """One paragraph is asked for lines of several widths at a time, and whether it fits before it is broken."""
    return Measured(text, size, metrics, hang=hang)


Range = tuple[int, int]


def measured(spans: Spans, size: int, width: float, metrics: Metrics, *, hang: bool) -> Measured:
    """`spans` ready to be broken into lines of `width`: no cluster of several code points is wider."""
    found = measure(prepare(spans), size, metrics, hang=hang)
    if any(found.right[i] - found.left[i] > width for i in found.text.composed):
        found = measure(prepare(spans, by_code_point=True), size, metrics, hang=hang)
    return found


def lines(
    spans: Spans, size: int, width: float, metrics: Metrics, *, hang: bool = False, by_word: bool = False
) -> tuple[Line, ...]:
    """`spans` broken into lines of at most `width` pixels (marks may hang out by half an em where `hang`).

    `by_word`: a line may stay up to GIVEN_UP ems shorter to keep a word whole.
    """
    text = measured(spans, size, width, metrics, hang=hang)
    ranges = filled(text, width, break_prices(text.text) if by_word and text.width(0, len(text.left)) > width else [])
    return tuple(text.line(start, end) for start, end in without_orphan(text, ranges, width))


GIVEN_UP = 2.1
"""Ems that a line of running text may lose so that no word is torn."""
PER_EM = 6.0
"""What an em of white at the end of such a line costs, against the prices of breaks."""


def filled(text: Measured, width: float, price: Sequence[float] = ()) -> list[Range]:
    """Each line as full as it may be; with the prices of all breaks, nearly, where a break much cheaper is near."""
    ranges: list[Range] = []
    start = end = 0
    limit = text.starts[0] + width
    for number, here in enumerate(text.text.breaks[1:], 1):
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
    points = text.text.breaks
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
    while at < len(text.text.kinds) and text.text.kinds[at] is Kind.SPACE:
        at += 1
    return at


def split(text: Measured, start: int, end: int, width: float) -> int:
    """Where to cut a stretch that is wider than a line: at least one cluster, kinsoku where it can be kept."""
    if end == start + 1:
        return end
    fits = start + 1
    while fits < end - 1 and text.width(start, fits + 1) <= width:
        fits += 1
    kinds = text.text.kinds
    for cut in range(fits, start, -1):
        if kinds[cut - 1] not in BEGINNING and kinds[cut] not in ENDING:
            return cut
    return fits


def without_orphan(text: Measured, ranges: list[Range], width: float) -> list[Range]:
    """The last line gets a second character from the line before, where that can spare one."""
    if len(ranges) < 2 or lone(text, *ranges[-1]) is False:
        return ranges
    (start, _), (_, end) = ranges[-2:]
    points = [point for point in text.text.breaks if start < point < ranges[-1][0]]
    if len(points) > 1 and text.width(points[-1], end) <= width:
        return [*ranges[:-2], (start, points[-1]), (points[-1], end)]
    return ranges


def lone(text: Measured, start: int, end: int) -> bool:
    """Is there but one character between these, punctuation aside?"""
    return text.text.read[end] - text.text.read[start] <= 1


def balanced(
    spans: Spans, size: int, width: float, metrics: Metrics, *, evenness: float = 30.0, more: int = 0
) -> tuple[Line, ...]:
    """As few lines as `lines` makes, of like length, broken after marks or between words where possible.

    `evenness`: what lines of unequal length cost, against the prices of breaks; less for text than for titles.
    `more`: so many lines more than needed, where they can be had.
    """
    text = measured(spans, size, width, metrics, hang=False)
    ranges = filled(text, width)
    points = text.text.breaks
    if len(ranges) + more > 1 and len(points) <= 200:
        ranges = cheapest(text, width, len(ranges) + more, evenness) or ranges
    return tuple(text.line(start, end) for start, end in ranges)


BLANK = 45.0
"""What white at the end of a line of text costs: half an empty line as much as a torn word."""


def by_sense_lines(spans: Spans, size: int, width: float, metrics: Metrics, *, hang: bool = False) -> tuple[Line, ...]:
    """As few lines as `lines` makes, broken after marks or between words where that leaves no line half empty."""
    text = measured(spans, size, width, metrics, hang=hang)
    ranges = filled(text, width)
    if len(ranges) > 1 and len(text.text.breaks) <= 200:
        ranges = cheapest(text, width, len(ranges), BLANK, to_margin=True) or ranges
    return tuple(text.line(start, end) for start, end in ranges)


MARK_PRICES = {"。": 0.0, "！": 0.0, "？": 0.0, "；": 0.0, "，": 1.0, "：": 1.5, ".": 0.0, ";": 0.0}
"""What a break after a mark that ends a clause costs."""
MARKS = re.compile("[" + re.escape("".join(MARK_PRICES)) + "]")
IN_LIST, IN_NUMBERS = 2.5, 20.0
"""What a break after 、 costs, and between the numbers of 38、39号楼 or the days of 周一、四、日."""
CRUMB, PER_CRUMB = 5, 3.0
"""A break that leaves fewer characters than this between itself and a mark costs so much for each that is missing."""


def cheapest(text: Measured, width: float, count: int, evenness: float, *, to_margin: bool = False) -> list[Range]:
    """The best `count` lines by price; none where there is no such division at break opportunities.

    Lines are to be of like length, or `to_margin` to reach the margin, the last one aside.
    """
    points = text.text.breaks
    starts = [skip_spaces(text, point) for point in points[:-1]]
    left = [text.starts[start] for start in starts]
    right = [0.0, *(text.ends[point] for point in points[1:])]
    read = [text.text.read[point] for point in points]
    ideal = width if to_margin else max(1.0, text.width(0, points[-1]) / count)
    least = ideal * 0.3  # no shorter line can be among the best, and a long title has many of them
    price = break_prices(text.text)
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
                total += 1_000.0 if read[last] - read[first] <= 1 else 0.0
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


@lru_cache(maxsize=256)
def break_prices(text: Prepared) -> tuple[float, ...]:
    """What a break at each opportunity costs: nothing after a full stop, most inside a word."""
    names, kinds = text.clusters, text.kinds
    by_word = prices("".join(name[0] for name in names))
    clauses = [0, *(i + 1 for i, name in enumerate(names) if name in MARK_PRICES), len(names)]
    inner: list[float] = []
    clause = 0
    for point in text.breaks[1:-1]:
        while clauses[clause + 1] < point:
            clause += 1
        if names[point - 1] in MARK_PRICES:
            inner.append(MARK_PRICES[names[point - 1]])
            continue
        torn = [text.read[point] - text.read[clauses[clause]], text.read[clauses[clause + 1]] - text.read[point]]
        crumbs = sum(max(0, CRUMB - part) * PER_CRUMB for part in torn)
        inner.append(space_or_word(names, kinds, point, by_word[point]) + crumbs)
    return (0.0, *inner, 0.0)


def space_or_word(names: tuple[str, ...], kinds: tuple[Kind, ...], point: int, by_word: float) -> float:
    """The price of a break inside a clause: dear between 电话 and its number, cheap at other spaces and brackets."""
    if names[point - 1] == "、":
        is_number = names[point][0].isdigit() and names[point - 2][0].isdigit()
        is_short = point + 1 < len(names) and "、" in (names[point + 1], names[max(0, point - 3)])
        return IN_NUMBERS if is_number or is_short else IN_LIST
    if kinds[point - 1] is Kind.SPACE:
        return 9.0 if names[point][0].isdigit() and kinds[point - 2] is Kind.WIDE else 1.0
    return 1.0 if kinds[point - 1] is Kind.CLOSE or kinds[point] is Kind.OPEN else by_word


def one_line(spans: Spans, size: int, metrics: Metrics) -> Line:
    """`spans` unbroken, however wide."""
    text = measure(prepare(spans), size, metrics, hang=False)
    return text.line(0, len(text.text.clusters))


def widest_stretch(spans: Spans, size: int, metrics: Metrics) -> float:
    """The width that `spans` need so that a line ends only where it may."""
    text = measure(prepare(spans), size, metrics, hang=False)
    return max((text.width(start, end) for start, end in pairwise(text.text.breaks)), default=0.0)


@lru_cache(maxsize=1024)
def one_line_width(spans: Spans, size: int, metrics: Metrics) -> float:
    """How wide `spans` are unbroken."""
    text = measure(prepare(spans), size, metrics, hang=False)
    return text.width(0, len(text.left))


def plain_spans(text: str, *, bold: bool = False) -> Spans:
    """`text` as spans, line breaks made spaces."""
    return (Span(text, bold),)


def line_count(spans: Spans, size: int, width: float, metrics: Metrics) -> int:
    """How many lines `balanced` makes, for less work."""
    return len(filled(measured(spans, size, width, metrics, hang=False), width))


def torn_words(found: tuple[Line, ...]) -> int:
    """How many breaks between these lines lie inside a known word."""
    price = prices("".join(line.text for line in found))
    at, torn = 0, 0
    for line in found[:-1]:
        at += len(line.text)
        torn += price[at] >= INSIDE_WORD
    return torn


def worst_break(found: tuple[Line, ...]) -> float:
    """The price of the dearest break between these lines; 0 where each ends with a mark."""
    text = "".join(line.text for line in found)
    price = prices(text)
    at, worst = 0, 0.0
    for above, below in pairwise(found):
        at += len(above.text)
        if kind(above.text[-1]) is not Kind.CLOSE and kind(below.text[0]) is not Kind.OPEN:
            before, after = MARKS.split(text[:at]), MARKS.split(text[at:])
            torn = [parts[end] for parts, end in ((before, -1), (after, 0)) if len(parts) > 1]
            crumbs = sum(max(0, CRUMB - len(part)) * PER_CRUMB for part in torn)
            worst = max(worst, crumbs + (max(price[at], LEANING) if below.text[0].isdigit() else price[at]))
    return worst
