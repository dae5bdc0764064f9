"""Characters → lines: where Chinese text may be broken and where each piece stands. Pure.

The rules (GB/T 15834 and common practice of Chinese typesetting):
no line begins with a closing mark or ends with an opening one; 、，。 at the end of a line hang
out of it; Latin words, numbers, telephone numbers, dates and times stay whole unless they are
wider than a line; between Chinese and Latin stands 1/8 em of space. Nothing is ever lost: what
is wider than a line is split, a cluster wider than a line by its code points.
"""

import re
import unicodedata
from collections.abc import Iterator
from enum import IntEnum
from functools import lru_cache
from itertools import pairwise
from typing import Protocol

from msgspec import Struct

from kiosk.markup import Span, Spans
from kiosk.words import prices


class Metrics(Protocol):
    """How wide and high the display's fonts are, in pixels."""

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


class Kind(IntEnum):
    """What a cluster is to line breaking."""

    SPACE = 0
    WIDE = 1
    WORD = 2
    OPEN = 3
    CLOSE = 4
    WORD_OPEN = 5
    WORD_CLOSE = 6


CLOSING = frozenset("、。，．：；！？）】」』》〉”’…‥］｝〕〗〙〟·・々〻ー゛゜℃％‰")
OPENING = frozenset("（【「『《〈“‘［｛〔〖〘〝￥＄")
HANGING = frozenset("、。，．")
WORD_CLOSING = frozenset(".,;:!?)]}%")
WORD_OPENING = frozenset("([{$¥#@")
WORDLIKE = frozenset({Kind.WORD, Kind.WORD_OPEN, Kind.WORD_CLOSE})
ENDING = frozenset({Kind.CLOSE, Kind.WORD_CLOSE})
BEGINNING = frozenset({Kind.OPEN, Kind.WORD_OPEN})

MEASURES = "年月日号时点分秒楼栋幢单层室户名人元万亿岁次个件米里公斤度周届期条项"
UNIT = rf"第?\d+(?:[.,]\d+)*[{MEASURES}%℃]?"
WHOLE = re.compile(
    r"\+?\d{2,4}[ -]\d{3,8}(?:[ -]\d{3,8}){0,2}"  # 0391-0000000, 138 0000 0000, 400-000-0000
    r"|(?:\d+年)?\d+月\d+日(?:[—–~～-]+(?:\d+月)?\d+日)?"  # 7月12日, 7月12日—14日
    r"|\d+[时点]\d+分?"  # 6点30分
    rf"|{UNIT}(?:[—–~～-]+{UNIT})?"  # 3号楼, 1—6号, 第12微网格
)
JOINERS = "\u200d\u2060"


@lru_cache(maxsize=4096)
def joins(character: str) -> bool:
    """Does this code point belong to the cluster before it? (marks, joiners, controls, emoji modifiers)"""
    is_modifier = "\U0001f3fb" <= character <= "\U0001f3ff"
    return is_modifier or unicodedata.category(character) in ("Mn", "Mc", "Me", "Cf", "Cc")


def is_space(character: str) -> bool:
    return character.isspace() and character not in "\x1c\x1d\x1e\x1f"


def clusters(text: str) -> list[str]:
    """What a reader takes for one character each; together exactly `text`."""
    found: list[str] = []
    for character in text:
        follows = found and not is_space(character) and not is_space(found[-1])
        if follows and (joins(character) or found[-1][-1] in JOINERS or is_flag_half(found[-1], character)):
            found[-1] += character
        else:
            found.append(character)
    return found


def is_flag_half(cluster: str, character: str) -> bool:
    """Two regional indicators make one flag."""
    return len(cluster) == 1 and all("\U0001f1e6" <= half <= "\U0001f1ff" for half in (cluster, character))


@lru_cache(maxsize=8192)
def kind(cluster: str) -> Kind:
    """What `cluster` is, by its first code point."""
    first = cluster[0]
    if is_space(first):
        return Kind.SPACE
    if first in CLOSING:
        return Kind.CLOSE
    if first in OPENING:
        return Kind.OPEN
    if first in WORD_CLOSING:
        return Kind.WORD_CLOSE
    if first in WORD_OPENING:
        return Kind.WORD_OPEN
    return Kind.WIDE if unicodedata.east_asian_width(first) in "WF" or "①" <= first <= "⓿" else Kind.WORD


def may_part(left: Kind, right: Kind) -> bool:
    """May a line end after `left` and the next begin with `right`?"""
    if right in ENDING or left in BEGINNING:
        return False
    return not (left in WORDLIKE and right in WORDLIKE)


class Prepared(Struct, frozen=True):
    """A paragraph as far as it does not depend on the size of type."""

    clusters: tuple[str, ...]
    bolds: tuple[bool, ...]
    kinds: tuple[Kind, ...]
    gaps: tuple[bool, ...]
    """Stands 1/8 em before this cluster?"""
    breaks: tuple[int, ...]
    """Where a line may begin, 0 and the end included."""


@lru_cache(maxsize=512)
def prepare(spans: Spans, *, by_code_point: bool = False) -> Prepared:
    """Clusters, kinds and break opportunities of `spans`. White space is one space, and none at the ends."""
    found: list[tuple[str, bool]] = []
    for span in spans:
        for cluster in list(span.text) if by_code_point else clusters(span.text):
            if is_space(cluster[0]):
                if found and not is_space(found[-1][0][0]):
                    found.append(("\u3000" if cluster == "\u3000" else " ", span.bold))
            else:
                found.append((cluster, span.bold))
    while found and is_space(found[-1][0]):
        found.pop()
    kinds = tuple(kind(cluster) for cluster, _ in found)
    names = tuple(cluster for cluster, _ in found)
    whole = inside_whole(names)
    return Prepared(
        clusters=names,
        bolds=tuple(bold for _, bold in found),
        kinds=kinds,
        gaps=tuple(
            i > 0 and i not in whole and needs_gap(names[i - 1], names[i], kinds[i - 1], kinds[i])
            for i in range(len(found))
        ),
        breaks=tuple(break_points(names, kinds, whole)),
    )


def needs_gap(left: str, right: str, left_kind: Kind, right_kind: Kind) -> bool:
    """Between a Chinese character and a Latin letter or digit, either way round."""
    if left_kind is Kind.WIDE and right_kind is Kind.WORD:
        return left[0].isalpha() and right[0].isalnum()
    return left_kind is Kind.WORD and right_kind is Kind.WIDE and left[0].isalnum() and right[0].isalpha()


def break_points(names: tuple[str, ...], kinds: tuple[Kind, ...], glued: set[int]) -> Iterator[int]:
    """Indices at which a line may begin: none of `glued`. A space ends a line: what follows it may begin one."""
    yield 0
    for i in range(1, len(names)):
        if kinds[i] is Kind.SPACE or i in glued:
            continue
        left = kinds[i - 1]
        if left is Kind.SPACE:
            # （ a: the space does not free the bracket before it
            if kinds[i] not in ENDING and (i < 2 or kinds[i - 2] not in BEGINNING):
                yield i
        elif may_part(left, kinds[i]):
            yield i
    yield len(names)


def inside_whole(names: tuple[str, ...]) -> set[int]:
    """Indices inside a number, date, time or telephone number."""
    if not any(character.isdigit() for name in names for character in name):
        return set()
    text = "".join(name[0] for name in names)
    return {i for match in WHOLE.finditer(text) for i in range(match.start() + 1, match.end())}


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

    def inked(self, start: int, end: int) -> int:
        """`end` without the spaces before it."""
        while end > start and self.text.kinds[end - 1] is Kind.SPACE:
            end -= 1
        return end

    def width(self, start: int, end: int) -> float:
        """Pixels that clusters start … end take, an ending 、，。 not counted where marks may hang."""
        end = self.inked(start, end)
        if end <= start:
            return 0.0
        if self.hang and end - start > 1 and self.text.clusters[end - 1] in HANGING:
            end -= 1
        return self.right[end - 1] - self.left[start]

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
    return sum(kind is not Kind.SPACE and kind not in ENDING for kind in text.text.kinds[start:end]) <= 1


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
    starts = [skip_spaces(text, point) for point in points]
    ideal = text.width(0, points[-1]) / count
    price = break_prices(text)
    best: list[dict[int, tuple[float, int]]] = [{0: (0.0, 0)}]  # after n lines: point → (cost, the point before)
    for _ in range(count):
        reached: dict[int, tuple[float, int]] = {}
        for first, (cost, _before) in best[-1].items():
            for last in range(first + 1, len(points)):
                wide = text.width(starts[first], points[last])
                if wide > width:
                    break
                uneven = abs(wide - ideal) / text.size
                total = cost + uneven * uneven + price.get(points[last], 0.0)
                total += 1_000.0 if lone(text, starts[first], points[last]) else 0.0
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


def break_prices(text: Measured) -> dict[int, float]:
    """What a break at each opportunity costs: nothing after a mark or a space, most inside a word."""
    names, kinds = text.text.clusters, text.text.kinds
    by_word = prices("".join(name[0] for name in names))
    return {
        point: 0.0 if kinds[point - 1] in (Kind.CLOSE, Kind.SPACE) else by_word[point]
        for point in text.text.breaks[1:-1]
    }


def one_line(spans: Spans, size: int, metrics: Metrics) -> Line:
    """`spans` unbroken, however wide."""
    text = Measured(prepare(spans), size, metrics, hang=False)
    return text.line(0, len(text.text.clusters))


def plain_spans(text: str, *, bold: bool = False) -> Spans:
    """`text` as spans, line breaks made spaces."""
    return (Span(text, bold),)


def kinsoku_faults(set_lines: tuple[Line, ...]) -> list[tuple[str, str]]:
    """Neighbouring lines that break the rule, for tests and checks."""
    return [
        (above.text, below.text)
        for above, below in pairwise(set_lines)
        if kind(below.text[0]) in ENDING or kind(above.text[-1]) in BEGINNING
    ]
