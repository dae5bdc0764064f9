"""Which characters belong together, and where a line may end. Pure.

The rules (GB/T 15834 and common practice of Chinese typesetting): no line begins with a closing
mark or ends with an opening one; Latin words, numbers, telephone numbers, dates and times stay
whole; between Chinese and Latin stands 1/8 em of space, but not inside 7月12日.
"""

import re
import unicodedata
from collections.abc import Iterator
from enum import IntEnum
from functools import lru_cache
from itertools import accumulate

from msgspec import Struct

from kiosk.typography.markup import Spans
from kiosk.typography.words import LONG_MEASURES, MEASURES


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
HALF_OPENING = frozenset("（【「『《〈“‘［｛〔〖〘〝")
"""Their ink stands in the right half of the square: at the head of a line the left half is not set."""
HALF_CLOSING = frozenset("）】」』》〉”’］｝〕〗〙〟")
"""And theirs in the left half: the right one is not counted at the end of a line."""
HALF_EMPTY = HANGING | HALF_CLOSING
WORD_CLOSING = frozenset(".,;:!?)]}%")
WORD_OPENING = frozenset("([{$¥#@")
WORDLIKE = frozenset({Kind.WORD, Kind.WORD_OPEN, Kind.WORD_CLOSE})
ENDING = frozenset({Kind.CLOSE, Kind.WORD_CLOSE})
BEGINNING = frozenset({Kind.OPEN, Kind.WORD_OPEN})

UNIT = rf"第?\d+(?:[.,]\d+)*(?: ?(?:{LONG_MEASURES}|[{MEASURES}%℃]))?"
WHOLE = re.compile(
    r"\+?\d{2,4}[ -]\d{3,8}(?:[ -]\d{3,8}){0,2}"  # 0391-0000000, 138 0000 0000, 400-000-0000
    r"|(?:\d+ ?年 ?)?\d+ ?月 ?\d+ ?日(?:[—–~～-]+(?:\d+月)?\d+日)?"  # 7月12日, 10 月 15 日, 7月12日—14日
    r"|\d+[时点]\d+分?"  # 6点30分
    rf"|(?:\d+年)?{UNIT}(?:[—–~～-]+{UNIT})?"  # 3号楼, 1—6号, 第12微网格
)
JOINERS = "\u200d\u2060"


@lru_cache(maxsize=4096)
def joins(character: str) -> bool:
    """Does this code point belong to the cluster before it? (marks, joiners, controls, emoji modifiers)"""
    is_modifier = "\U0001f3fb" <= character <= "\U0001f3ff"
    return is_modifier or unicodedata.category(character) in ("Mn", "Mc", "Me", "Cf", "Cc")


def is_space(character: str) -> bool:
    return character.isspace()


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


NOT = frozenset("不勿禁")
"""Not broken from what follows them; 门禁 is a lock."""


class Prepared(Struct, frozen=True, cache_hash=True):
    """A paragraph as far as it does not depend on the size of type."""

    clusters: tuple[str, ...]
    bolds: tuple[bool, ...]
    kinds: tuple[Kind, ...]
    gaps: tuple[bool, ...]
    """Stands 1/8 em before this cluster?"""
    breaks: tuple[int, ...]
    """Where a line may begin, 0 and the end included."""
    read: tuple[int, ...]
    """How many characters stand before each index, punctuation and spaces aside."""
    seams: tuple[int, ...]
    """Where another piece begins: after a gap, or in another weight."""
    openings: tuple[int, ...]
    """Which clusters have their ink in the right half of their square."""
    trailing: tuple[int, ...]
    """Indices after a space or a mark that need not be counted at the end of a line."""
    composed: tuple[int, ...]
    """Which clusters have several code points."""


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
    bolds = tuple(bold for _, bold in found)
    whole = inside_whole(names)
    gaps = tuple(
        i > 0 and i not in whole and needs_gap(names[i - 1], names[i], kinds[i - 1], kinds[i])
        for i in range(len(found))
    )
    return Prepared(
        clusters=names,
        bolds=bolds,
        kinds=kinds,
        gaps=gaps,
        breaks=tuple(break_points(names, kinds, whole | after_not(names, kinds))),
        read=tuple(accumulate((one is not Kind.SPACE and one not in ENDING for one in kinds), initial=0)),
        seams=tuple(i for i in range(1, len(names)) if gaps[i] or bolds[i] != bolds[i - 1]),
        openings=tuple(i for i, name in enumerate(names) if name in HALF_OPENING),
        trailing=tuple(i for i, name in enumerate(names, 1) if kinds[i - 1] is Kind.SPACE or name in HALF_EMPTY),
        composed=tuple(i for i, name in enumerate(names) if len(name) > 1),
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


def after_not(names: tuple[str, ...], kinds: tuple[Kind, ...]) -> set[int]:
    """Indices after 不, 勿 and 禁: a line that ends there says the opposite to who reads the next one alone."""
    return {
        i
        for i in range(1, len(names))
        if names[i - 1] in NOT and kinds[i] is Kind.WIDE and (i < 2 or names[i - 2] != "门")
    }


def inside_whole(names: tuple[str, ...]) -> set[int]:
    """Indices inside a number, date, time or telephone number."""
    if not any(character.isdigit() for name in names for character in name):
        return set()
    text = "".join(name[0] for name in names)
    return {i for match in WHOLE.finditer(text) for i in range(match.start() + 1, match.end())}
