"""The notices of one screen, one page after the other: which slide is up, and the next ones laid out ahead.

Joins the rules of turns (rotation) with the work of making pages (layout), which takes seconds where a notice is long:
done in pieces, when nothing else would wait for it.
"""

import math
from collections.abc import Callable, Collection
from datetime import datetime
from functools import partial

from content.notice import Notice
from kiosk.layout import Layout
from kiosk.look import Look
from kiosk.rotation import Rotation, Slide
from kiosk.stage import Due, due_at
from kiosk.view import View

LAYOUT_SECONDS = 0.2
"""A step goes on laying out broken notices no longer than this, then shows what it has."""
PIECE_SECONDS = 0.03
"""Nor is one that is not shown yet worked at any longer in one step: a finger waits meanwhile."""


class Programme:
    """One thread's. Times are ticks: monotonic seconds, of which `monotonic` tells those of now."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._layout, self._rotation = Layout(), Rotation()
        self._due: Due | None = None
        self._no_news: frozenset[Notice] = frozenset()
        self.prepares = False
        """Is there more to lay out?"""

    @property
    def turns(self) -> int:
        """Grows whenever a page begins its time."""
        return self._rotation.turns

    def changed(self) -> None:
        """What is due must be asked again: the view is another one."""
        self._due = None

    def add_no_news(self, notices: Collection[Notice]) -> None:
        """Notices that are new to this screen alone: they wait for their turn."""
        self._no_news |= frozenset(notices)

    def turn(self, by: int, held: float, view: View, look: Look) -> None:
        """So many pages on or back, because somebody at the screen asked for it; the page stays until `held`."""
        rotation = self._rotation.turned(by, self._layout.known(view, look)) if by else self._rotation
        self._rotation = rotation.held_until(held)

    def skip(self, ticks: float) -> None:
        """This page is over at `ticks`: it could not be drawn."""
        self._rotation = self._rotation.skipped(ticks)

    def due(self) -> float:
        """Ticks at which the page has had its time."""
        return self._rotation.due()

    def until(self) -> datetime | None:
        """When other notices may be due; None while nothing was asked."""
        return self._due.until if self._due else None

    def slide(
        self, view: View, look: Look, now: datetime, ticks: float, *, trusted: bool, in_peace: bool
    ) -> Slide | None:
        """The slide of this moment, and one step of preparing the next: the first picture waits for itself only.

        `trusted`: is the clock? `in_peace`: may what is not shown yet be laid out before this page's time is over?
        """
        if self._due is None or not self._due.holds(now, trusted):
            self._due = due_at(view, now, look, clock_trusted=trusted)
            self._rotation = self._rotation.replaced(self._due.subjects, ticks, self._no_news)
            self._no_news -= frozenset(self._due.subjects)  # what still waits for its media stays no news
        may_prepare = self.prepares and (in_peace or ticks >= self._rotation.due())
        begun = self._monotonic()  # since `ticks` a whole cache may have been read
        known = self._layout.known(view, look)
        soon, enough, prepared = begun + PIECE_SECONDS, begun + LAYOUT_SECONDS, False
        while True:
            self._rotation = self._rotation.advanced(ticks, known)
            wanted = self._rotation.wanted(known, ticks)
            here = self._rotation.current(known)
            if wanted is None or (here and (prepared or not may_prepare)) or self._later_than(enough):
                break
            self._layout.lay_out(wanted, view, look, enough=partial(self._later_than, soon if here else math.inf))
            prepared = True
        self.prepares = wanted is not None
        return here

    def _later_than(self, ticks: float) -> bool:
        return self._monotonic() > ticks
