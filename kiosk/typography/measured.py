"""How wide any stretch of a paragraph is on a line of its own, and where each of its pieces stands there. Pure.

Clusters are measured once; a line is any two places between them. Marks whose square is half empty are trimmed
at both ends of a line, and 、，。 may hang out of it. Where a line ends is for kiosk.text to say.
"""

from bisect import bisect_left, bisect_right
from functools import lru_cache
from itertools import pairwise
from typing import Protocol

from msgspec import Struct

from kiosk.typography.kinsoku import HALF_CLOSING, HALF_EMPTY, HANGING, Kind, Prepared, prepare
from kiosk.typography.markup import Spans


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

    def __init__(self, prepared: Prepared, size: int, metrics: Metrics, *, hang: bool) -> None:
        self.prepared, self.size, self.hang = prepared, size, hang
        self.left: list[float] = []
        self.right: list[float] = []
        x = 0.0
        advance, left, right = metrics.advance, self.left.append, self.right.append
        for cluster, bold, gap in zip(prepared.clusters, prepared.bolds, prepared.gaps, strict=True):
            if gap:
                x += size / 8
            left(x)
            x += advance(cluster, size, bold)
            right(x)
        self.starts = [*self.left, 0.0]
        for at in prepared.openings:
            if self.is_square(at):
                self.starts[at] += size * HALF
        self.ends = [0.0, *self.right]
        for end in prepared.trailing:
            self.ends[end] = self.trimmed(end)

    def trimmed(self, end: int) -> float:
        """Where the ink of a line ends whose last cluster, before `end`, is a space or a mark."""
        last = end - 1
        if self.prepared.kinds[last] is Kind.SPACE:
            return self.ends[last]
        if last and self.hang and self.prepared.clusters[last] in HANGING:
            return self.right[last - 1]
        if last and self.prepared.clusters[last] in HALF_CLOSING and self.is_square(last):
            return self.right[last] - self.size * HALF
        return self.right[last]

    def is_square(self, at: int) -> bool:
        return self.right[at] - self.left[at] >= 0.9 * self.size

    def width(self, start: int, end: int) -> float:
        """Pixels that clusters start … end take, an ending 、，。 not counted where marks may hang."""
        return max(0.0, self.ends[end] - self.starts[start]) if end > start else 0.0

    def line(self, start: int, end: int) -> Line:
        """The pieces of clusters start … end."""
        names, bolds, seams = self.prepared.clusters, self.prepared.bolds, self.prepared.seams
        while end > start and self.prepared.kinds[end - 1] is Kind.SPACE:
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
def measure(prepared: Prepared, size: int, metrics: Metrics, *, hang: bool) -> Measured:
    """One paragraph is asked for lines of several widths at a time, and whether it fits before it is broken."""
    return Measured(prepared, size, metrics, hang=hang)


def breakable(spans: Spans, size: int, width: float, metrics: Metrics, *, hang: bool) -> Measured:
    """`spans` ready to be broken into lines of `width`: no cluster of several code points is wider."""
    found = measure(prepare(spans), size, metrics, hang=hang)
    if any(found.right[i] - found.left[i] > width for i in found.prepared.composed):
        found = measure(prepare(spans, by_code_point=True), size, metrics, hang=hang)
    return found
