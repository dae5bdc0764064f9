"""Characters → lines: how wide they are, where they are broken, where each piece stands. Pure.

Where a line may end says kiosk.kinsoku. Here lines are filled; 、，。 at the end of a line may hang out of
it; titles are broken between words into lines of like length. Nothing is ever lost: what is
wider than a line is split, a cluster wider than a line by its code points.
"""

from itertools import pairwise
from typing import Protocol

from msgspec import Struct

from kiosk.kinsoku import BEGINNING, ENDING, HANGING, Kind, Prepared, kind, prepare
from kiosk.markup import Span, Spans
from kiosk.words import prices


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


class Measured:
    """A prepared paragraph at one size: answers how wide any stretch of it is on a line of its own."""

    def __init__(self, text: Prepared, size: int, metrics: Metrics, *, hang: bool) -> None:
        self.text, self.size, self.hang = text, size, hang
        self.left: list[float] = []
        self.right: list[float] = []
        x = 0.0
        for cluster, bold, gap in zip(text.clusters, text.bolds, text.gaps, strict=True):
            x += size / 8 if gap else 0.0
            self.left.append(x)
            x += metrics.advance(cluster, size, bold)
            self.right.append(x)
        self.read = [0]
        """How many characters stand before each index, punctuation and spaces aside."""
        for one in text.kinds:
            self.read.append(self.read[-1] + (one is not Kind.SPACE and one not in ENDING))

    def inked(self, start: int, end: int) -> int:
        """`end` without the spaces before it."""
        while end > start and self.text.kinds[end - 1] is Kind.SPACE:
            end -= 1
        return end

    def width(self, start: int, end: int) -> float:
        """Pixels that clusters start … end take, an ending 、，。 not counted where marks may hang."""
        return max(0.0, self.end_of_line(end) - self.left[start]) if end > start else 0.0

    def end_of_line(self, end: int) -> float:
        """Where the ink of a line that ends before cluster `end` ends, seen from the paragraph's first."""
        end = self.inked(0, end)
        if self.hang and end > 1 and self.text.clusters[end - 1] in HANGING:
            end -= 1
        return self.right[end - 1] if end else 0.0

    def line(self, start: int, end: int) -> Line:
        """The pieces of clusters start … end."""
        end = self.inked(start, end)
        pieces: list[Piece] = []
        first = start
        for i in range(start + 1, end + 1):
            if i == end or self.text.gaps[i] or self.text.bolds[i] != self.text.bolds[i - 1]:
                joined = "".join(self.text.clusters[first:i])
                pieces.append(Piece(self.left[first] - self.left[start], joined, self.text.bolds[first]))
                first = i
        extent = self.right[end - 1] - self.left[start] if end > start else 0.0
        if end - start > 1 and self.text.clusters[end - 1] in HANGING:
            extent -= self.size * 0.45  # the ink of 、，。 stands in the left half of its square
        return Line(tuple(pieces), self.width(start, end), extent)


Range = tuple[int, int]


def measured(spans: Spans, size: int, width: float, metrics: Metrics, *, hang: bool) -> Measured:
    """`spans` ready to be broken into lines of `width`: no cluster of several code points is wider."""
    found = Measured(prepare(spans), size, metrics, hang=hang)
    names = found.text.clusters
    if any(len(names[i]) > 1 and found.right[i] - found.left[i] > width for i in range(len(names))):
        found = Measured(prepare(spans, by_code_point=True), size, metrics, hang=hang)
    return found


def lines(spans: Spans, size: int, width: float, metrics: Metrics, *, hang: bool = False) -> tuple[Line, ...]:
    """`spans` broken into lines of at most `width` pixels (marks may hang out by half an em where `hang`)."""
    text = measured(spans, size, width, metrics, hang=hang)
    return tuple(text.line(start, end) for start, end in without_orphan(text, filled(text, width), width))


def filled(text: Measured, width: float) -> list[Range]:
    """Each line as full as it may be."""
    ranges: list[Range] = []
    start = end = 0
    for here in text.text.breaks[1:]:
        while text.width(start, here) > width:
            cut = end if end > start else split(text, start, here, width)
            ranges.append((start, cut))
            start = end = skip_spaces(text, cut)
        end = here
    if end > start:
        ranges.append((start, end))
    return ranges


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
    return text.read[end] - text.read[start] <= 1


def balanced(spans: Spans, size: int, width: float, metrics: Metrics, *, hang: bool = False) -> tuple[Line, ...]:
    """As few lines as `lines` makes, of like length, broken between words where possible: for titles."""
    text = measured(spans, size, width, metrics, hang=hang)
    ranges = filled(text, width)
    points = text.text.breaks
    if len(ranges) > 1 and len(points) <= 200:
        ranges = cheapest(text, width, len(ranges)) or ranges
    return tuple(text.line(start, end) for start, end in ranges)


def cheapest(text: Measured, width: float, count: int) -> list[Range]:
    """The best `count` lines by price; none where there is no such division at break opportunities."""
    points = text.text.breaks
    starts = [skip_spaces(text, point) for point in points[:-1]]
    left = [text.left[start] for start in starts]
    right = [0.0, *(text.end_of_line(point) for point in points[1:])]
    read = [text.read[point] for point in points]
    ideal = max(1.0, text.width(0, points[-1]) / count)
    least = ideal * 0.4  # no shorter line can be among the best, and a long title has many of them
    price = break_prices(text)
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
                uneven = (wide - ideal) / ideal
                total = cost + 30.0 * uneven * uneven + price[last]
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


def break_prices(text: Measured) -> list[float]:
    """What a break at each opportunity costs: nothing after a mark or a space, most inside a word."""
    names, kinds = text.text.clusters, text.text.kinds
    by_word = prices("".join(name[0] for name in names))
    inner = [
        0.0 if kinds[point - 1] in (Kind.CLOSE, Kind.SPACE) or kinds[point] is Kind.OPEN else by_word[point]
        for point in text.text.breaks[1:-1]
    ]
    return [0.0, *inner, 0.0]


def one_line(spans: Spans, size: int, metrics: Metrics) -> Line:
    """`spans` unbroken, however wide."""
    text = Measured(prepare(spans), size, metrics, hang=False)
    return text.line(0, len(text.text.clusters))


def plain_spans(text: str, *, bold: bool = False) -> Spans:
    """`text` as spans, line breaks made spaces."""
    return (Span(text, bold),)


def line_count(spans: Spans, size: int, width: float, metrics: Metrics) -> int:
    """How many lines `balanced` makes, for less work."""
    return len(filled(measured(spans, size, width, metrics, hang=False), width))


def worst_break(found: tuple[Line, ...]) -> float:
    """The price of the dearest break between these lines; 0 where each ends with a mark."""
    price = prices("".join(line.text for line in found))
    at, worst = 0, 0.0
    for above, below in pairwise(found):
        at += len(above.text)
        if kind(above.text[-1]) is not Kind.CLOSE and kind(below.text[0]) is not Kind.OPEN:
            worst = max(worst, price[at])
    return worst
