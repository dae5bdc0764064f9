"""Telephone numbers on an LED panel: they stand still, on one line, or broken at their own joints. Pure.

Nobody writes down a number that runs away. Where a number is wider than the panel at the smallest type it takes
several lines, `0391-` over `0000012`; where the lines do not fit either, several pictures, one after the other.
"""

import re
from collections.abc import Sequence
from itertools import pairwise

from kiosk.led.type import SIZES, SMALL, Set, on_one_line, rows, width_of
from kiosk.shapes import Box
from kiosk.text import Metrics, one_line, plain_spans

JOINT = re.compile(r"(?<=[\-－–—)）])(?=[^\-－–— ])| +|(?=转)")
"""After a dash or a bracket; at a space, which is not drawn at the end of a line."""
GROUP = 4


def standing_number(number: str, box: Box, metrics: Metrics, *, largest: int = SIZES[0]) -> tuple[Set, ...]:
    """The pictures that tell `number`: mostly one, of one line."""
    if single := on_one_line(number, box, metrics, largest=largest):
        return (single,)
    best: tuple[Set, ...] = ()
    for size in SIZES:
        if size > min(largest, max(SMALL, box.height)):
            continue
        parts = in_lines(groups(number, size, box.width, metrics), size, box.width, metrics)
        made = pictures(parts, size, max(1, rows(size, box.height)), metrics)
        fits = all(width_of(part, size, metrics) <= box.width for part in parts)
        if fits and (not best or price(made) < price(best)):
            best = made
    return best or pictures(list(number), SMALL, max(1, rows(SMALL, box.height)), metrics)


def price(made: Sequence[Set]) -> tuple[int, int]:
    """Few pictures, then few lines: a number is broken where it must be, not where it would be larger."""
    return len(made), sum(len(one.lines) for one in made)


def pictures(parts: Sequence[str], size: int, most: int, metrics: Metrics) -> tuple[Set, ...]:
    """A line for each part, `most` lines a picture."""
    made = tuple(one_line(plain_spans(part), size, metrics) for part in parts)
    return tuple(Set(size, made[at : at + most]) for at in range(0, len(made), most))


def groups(number: str, size: int, width: int, metrics: Metrics) -> list[str]:
    """`number` between its joints; a part still too wide in groups of four from its end, as people say it."""
    found: list[str] = []
    for part in JOINT.split(number.strip()):
        if width_of(part, size, metrics) <= width:
            found.append(part)
            continue
        ends = [0, *range(len(part) % GROUP or GROUP, len(part) + 1, GROUP)]
        found += [part[start:end] for start, end in pairwise(ends)]
    return [part for part in found if part]


def in_lines(parts: Sequence[str], size: int, width: int, metrics: Metrics) -> list[str]:
    """As many neighbours on a line as fit."""
    made: list[str] = []
    for part in parts:
        between = "" if made and made[-1][-1] in "-－–—)）" else " "
        if made and width_of(made[-1] + between + part, size, metrics) <= width:
            made[-1] += between + part
        else:
            made.append(part)
    return made
