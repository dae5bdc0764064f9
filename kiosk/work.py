"""Work in pieces: between two of them whoever does it may do something else. Pure.

A long notice takes a slow Pi a third of a second to lay out, which must not hold up a clock or a finger.
"""

from collections.abc import Generator
from typing import TypeVar

T = TypeVar("T")
Work = Generator[None, None, T]
"""Each `next` does a piece; what it returns at the end is the result."""


def finished(work: Work[T]) -> T:
    """All the pieces at once."""
    while True:
        try:
            next(work)
        except StopIteration as end:
            result: T = end.value
            return result
