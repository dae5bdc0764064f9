"""What it costs to break a line here or there: nothing after a full stop, most inside a word. Pure.

kiosk.typography.words knows the words; here are the marks and spaces between them, and what is broken off.
"""

import re
from functools import lru_cache
from itertools import pairwise

from kiosk.typography.kinsoku import Kind, Prepared, kind
from kiosk.typography.measured import Line
from kiosk.typography.words import INSIDE_WORD, LEANING, prices

MARK_PRICES = {"。": 0.0, "！": 0.0, "？": 0.0, "；": 0.0, "，": 1.0, "：": 1.5, ".": 0.0, ";": 0.0}
"""What a break after a mark that ends a clause costs."""
MARKS = re.compile("[" + re.escape("".join(MARK_PRICES)) + "]")
IN_LIST, IN_NUMBERS = 2.5, 20.0
"""What a break after 、 costs, and between the numbers of 38、39号楼 or the days of 周一、四、日."""
CRUMB, PER_CRUMB = 5, 3.0
"""A break that leaves fewer characters than this between itself and a mark costs so much for each that is missing."""


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
        before = text.read[point] - text.read[clauses[clause]]
        after = text.read[clauses[clause + 1]] - text.read[point]
        inner.append(price_in_clause(names, kinds, point, by_word[point]) + crumbs(before, after))
    return (0.0, *inner, 0.0)


def crumbs(*lengths: int) -> float:
    """What it costs to leave parts of a clause of these lengths."""
    return sum(max(0, CRUMB - length) * PER_CRUMB for length in lengths)


def price_in_clause(names: tuple[str, ...], kinds: tuple[Kind, ...], point: int, by_word: float) -> float:
    """The price of a break inside a clause: dear between 电话 and its number, cheap at other spaces and brackets."""
    if names[point - 1] == "、":
        is_number = names[point][0].isdigit() and names[point - 2][0].isdigit()
        is_short = point + 1 < len(names) and "、" in (names[point + 1], names[max(0, point - 3)])
        return IN_NUMBERS if is_number or is_short else IN_LIST
    if kinds[point - 1] is Kind.SPACE:
        return 9.0 if names[point][0].isdigit() and kinds[point - 2] is Kind.WIDE else 1.0
    return 1.0 if kinds[point - 1] is Kind.CLOSE or kinds[point] is Kind.OPEN else by_word


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
            torn = [len(parts[end]) for parts, end in ((before, -1), (after, 0)) if len(parts) > 1]
            worst = max(worst, crumbs(*torn) + (max(price[at], LEANING) if below.text[0].isdigit() else price[at]))
    return worst
