"""Which page is shown when, and for how long. Pure: ticks (monotonic seconds) come in as numbers.

Residents see news first: what is new or changed is shown at once, what is withdrawn goes at once,
and everything else keeps its place and its remaining time.
"""

import math
from collections.abc import Callable, Iterable, Sequence

from msgspec import Struct
from msgspec.structs import replace

from content.notice import Notice, Pace
from kiosk.page import Page
from kiosk.view import View

SECONDS_PER_PICTURE = 4.0
"""A picture is looked at, not read."""


class Slide(Struct, frozen=True):
    """One page of one notice on its turn. `number` counts from 1 to `pages`."""

    notice: Notice
    number: int
    page: Page
    pages: int
    seconds: float


def slides(view: View, due: Iterable[Notice], pages_of: Callable[[Notice], Sequence[Page]]) -> tuple[Slide, ...]:
    """Every page of the notices that are due, in their order."""
    made: list[Slide] = []
    for notice in due:
        pages = pages_of(notice)
        for number, page in enumerate(pages, 1):
            made.append(Slide(notice, number, page, len(pages), seconds_for(page, view.pace)))
    return tuple(made)


def seconds_for(page: Page, pace: Pace) -> float:
    """As long as an elder needs to read the page, within the limits of `pace`."""
    reading = page.characters / pace.characters_per_second + SECONDS_PER_PICTURE * page.pictures
    return round(min(pace.most_seconds, max(pace.least_seconds, reading)), 1)


class Rotation(Struct, frozen=True):
    """The slides, which of them is shown, and until when. Empty at first."""

    slides: tuple[Slide, ...] = ()
    index: int = 0
    until: float = math.inf
    """Ticks at which the current slide has had its time."""

    @property
    def current(self) -> Slide | None:
        """The slide on the screen; None where nothing is on air."""
        return self.slides[self.index] if self.slides else None

    def at(self, index: int, ticks: float) -> "Rotation":
        """This rotation, just turned to the slide at `index`."""
        if not self.slides:
            return Rotation()
        index %= len(self.slides)
        return Rotation(self.slides, index, ticks + self.slides[index].seconds)

    def advanced(self, ticks: float) -> "Rotation":
        """The next slide where this one's time is over. One step at most: a page that nobody saw is not skipped."""
        return self.at(self.index + 1, ticks) if ticks >= self.until else self

    def replaced(self, new: Sequence[Slide], ticks: float) -> "Rotation":
        """The rotation over `new`: news first, what is gone is gone, else the same page for the rest of its time."""
        fresh = Rotation(tuple(new))
        known = {slide.notice for slide in self.slides}
        for index, slide in enumerate(fresh.slides):
            if slide.notice not in known:
                return fresh.at(index, ticks)
        shown = self.current
        if shown is None or not fresh.slides:
            return fresh.at(0, ticks)
        for index, slide in enumerate(fresh.slides):
            if slide.notice == shown.notice and slide.number == min(shown.number, slide.pages):
                return replace(fresh, index=index, until=min(self.until, ticks + slide.seconds))
        return fresh.at(self.following(fresh.slides), ticks)

    def following(self, new: tuple[Slide, ...]) -> int:
        """Where in `new` the first slide stands that would have come after the current one."""
        first = {slide.notice: index for index, slide in reversed(tuple(enumerate(new)))}
        ahead = self.slides[self.index :] + self.slides[: self.index]
        return next((first[slide.notice] for slide in ahead if slide.notice in first), 0)
