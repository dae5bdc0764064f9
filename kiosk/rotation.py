"""Which page is shown when, and for how long. Pure: ticks (monotonic seconds) come in as numbers.

Residents see news first: what is new or changed is shown at once, what is withdrawn goes at once,
and everything else keeps its place and its remaining time. The notice that was interrupted by news goes on
where it was. A few pieces of news may follow each other at once; over an hour the order of the list has as long
as the news, and a minute for each at least, so that nobody holds the screen by editing a notice every few seconds.

Pages are known on demand: `Known` holds those that were laid out, `Rotation.wanted` names whose pages are needed next.
"""

import math
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from content.notice import Card, Notice, ServiceCode
from content.settings import Pace
from kiosk.lcd.page import Page
from kiosk.view import View

SECONDS_PER_PICTURE = 4.0
"""A picture is looked at, not read."""
NEWS_SECONDS = 60.0
"""For each piece of news the others have so long at least, and as long as it had: in the long run, not each time."""
BURST_SECONDS = 3 * NEWS_SECONDS
"""So much of that may be owed: an admin who corrects three notices in a row sees each at once. (A leaky bucket, as
the generic cell rate algorithm of ITU-T I.371 keeps it: one number, the ticks at which all is paid.)"""
LEAST_SECONDS = 3.0
"""A page that comes back after news stays at least so long."""
LAST_PAGE = 1_000_000
"""More than any notice has: stands for the last one of a notice that is not laid out yet."""


Subject = Notice | Card | ServiceCode


class Slide(Struct, frozen=True):
    """One page on its turn. `number` counts from 1 to `pages`.

    An LED panel has no room beside a notice: there the card and the service code have turns of their own.
    """

    about: Subject
    number: int
    page: Page
    pages: int
    seconds: float

    @property
    def id(self) -> str:
        """The notice's id; `card` and `code` for the two that are none."""
        return name_of(self.about)


Known = Mapping[Subject, Sequence[Slide]]
"""The pages of what was laid out already; none for what cannot be laid out."""


def name_of(about: Subject) -> str:
    """What stays the same when `about` is edited."""
    if isinstance(about, Notice):
        return about.id
    return "card" if isinstance(about, Card) else "code"


def slides(view: View, due: Iterable[Subject], pages_of: Callable[[Subject], Sequence[Page]]) -> tuple[Slide, ...]:
    """Every page of what is due, in that order."""
    return tuple(slide for about in due for slide in slides_of(about, pages_of(about), view.pace))


def slides_of(about: Subject, pages: Sequence[Page], pace: Pace) -> tuple[Slide, ...]:
    """The turns of one subject."""
    return tuple(
        Slide(about, number, page, len(pages), seconds_for(page, pace)) for number, page in enumerate(pages, 1)
    )


def seconds_for(page: Page, pace: Pace) -> float:
    """As long as an elder needs to read the page, within the limits of `pace`; what moves is seen to its end."""
    if page.seconds:
        return page.seconds
    reading = page.characters / pace.characters_per_second + SECONDS_PER_PICTURE * page.pictures
    seconds = min(pace.most_seconds, max(pace.least_seconds, reading))
    if page.play_seconds:
        seconds = page.play_seconds * math.ceil(seconds / page.play_seconds)
    return round(seconds, 1)


class Interrupted(Struct, frozen=True):
    """Where the list goes on after news: at this page, which has so many seconds left."""

    subject: Subject
    number: int
    seconds: float
    since: float
    """Ticks at which the news began."""


class Rotation(Struct, frozen=True):
    """The list, which page of which entry is shown, and until when. Empty at first."""

    subjects: tuple[Subject, ...] = ()
    index: int = 0
    number: int = 1
    until: float = math.inf
    """Ticks at which the page has had its time; not yet known while it is being laid out."""
    held: float = -math.inf
    """Until then the page stays, because somebody at the screen asked for it."""
    news: tuple[Subject, ...] = ()
    """What is new and has not been shown: it comes first as soon as it may."""
    paid: float = -math.inf
    """Ticks at which the others have had all the time that earlier news owes them."""
    interrupted: Interrupted | None = None
    """Set while news is shown before its turn."""
    edited: bool = False
    """The text changed while it was shown: after this page the next notice comes, not another page of it."""
    turns: int = 0
    """Grows whenever a page begins its time: what moves on it begins anew."""

    @property
    def subject(self) -> Subject | None:
        """Whose turn it is; None where nothing is on air."""
        return self.subjects[self.index] if self.subjects else None

    def current(self, known: Known) -> Slide | None:
        """The page on the screen; None where nothing is on air, or while it is being laid out."""
        found = known.get(self.subject) if self.subject else None
        return found[min(self.number, len(found)) - 1] if found else None

    def due(self) -> float:
        """Ticks at which the page has had its time."""
        return max(self.until, self.held)

    def wanted(self, known: Known, ticks: float) -> Subject | None:
        """What should be laid out next, so that this page and the one after it are ready; None where they are."""
        if self.subject is None:
            return None
        if self.subject not in known:
            return self.subject
        for subject in self._upcoming(ticks):
            if subject not in known:
                return subject
            if known[subject]:
                return None
        return None

    def _upcoming(self, ticks: float) -> Iterator[Subject]:
        """What comes after this subject, in order; at last this subject again."""
        if self._may_jump(ticks):
            yield from self.news
        if self.interrupted:
            yield self.interrupted.subject
        yield from self.subjects[self.index + 1 :]
        yield from self.subjects[: self.index + 1]

    def _may_jump(self, ticks: float) -> bool:
        return ticks >= self.held and ticks >= self.paid - BURST_SECONDS

    def advanced(self, ticks: float, known: Known) -> "Rotation":
        """The next page where this one's time is over. One step at most: a page that nobody saw is not skipped."""
        if self.subject is None or self.subject not in known:
            return self
        here, stays = known[self.subject], self
        if here:
            number = min(self.number, len(here))
            until = min(self.until, ticks + here[number - 1].seconds)  # the pace may have become quicker
            stays = replace(self, number=number, until=until)
            if ticks < stays.due():
                return stays
            if number < len(here) and not self.edited:
                return replace(stays, number=number + 1, until=ticks + here[number].seconds, turns=self.turns + 1)
        for subject in self._upcoming(ticks):
            if subject not in known:
                return stays  # it will be laid out in a moment
            if known[subject]:
                return stays._turned_to(subject, ticks, known)
        return stays

    def _turned_to(self, subject: Subject, ticks: float, known: Known) -> "Rotation":
        """The rotation as `subject` begins its turn, after this one's has ended."""
        begun = replace(self._at(self.subjects.index(subject)), until=ticks + known[subject][0].seconds)
        jumps = subject in self.news and self._may_jump(ticks)
        if self.interrupted:
            back = self.interrupted
            begun = replace(begun, interrupted=None, paid=self._owed(ticks))
            if subject == back.subject:
                page = known[subject][min(back.number, len(known[subject])) - 1]
                begun = replace(begun, number=page.number, until=ticks + min(back.seconds, page.seconds))
            elif jumps:  # one piece of news after the other
                begun = replace(begun, interrupted=replace(back, since=ticks))
        elif jumps and subject != self._next():
            begun = replace(begun, interrupted=Interrupted(self._next(), 1, math.inf, ticks))
        return begun

    def _owed(self, ticks: float) -> float:
        """When all will be paid, after the news that interrupted and ends now."""
        if self.interrupted is None:
            return self.paid
        lasted = ticks - self.interrupted.since
        return max(self.paid, self.interrupted.since) + lasted + max(NEWS_SECONDS, lasted)

    def _next(self) -> Subject:
        """What follows this subject in the list."""
        return self.subjects[(self.index + 1) % len(self.subjects)]

    def _at(self, index: int) -> "Rotation":
        """This rotation at the first page of another entry, which begins its time when it is laid out."""
        news = tuple(one for one in self.news if one != self.subjects[index])
        return replace(self, index=index, number=1, until=math.inf, news=news, edited=False, turns=self.turns + 1)

    def replaced(self, new: Sequence[Subject], ticks: float, no_news: Collection[Subject] = frozenset()) -> "Rotation":
        """The rotation over `new`: news first, what is gone is gone, else the same page for the rest of its time.

        `no_news`: what is new to this screen alone, because it has only now begun to hear that place or publisher.
        """
        subjects, before = tuple(dict.fromkeys(new)), set(self.subjects)  # two publishers may say the very same
        if not subjects or not before:
            turns = self.turns + (subjects != self.subjects)
            return Rotation(subjects, held=self.held, paid=self.paid, turns=turns)
        fresh = [one for one in subjects if isinstance(one, Notice) and one not in before and one not in no_news]
        news = (*fresh, *(one for one in self.news if one in subjects))
        moved = replace(self, subjects=subjects, news=news, interrupted=self._back_in(subjects))
        moved = self._over(moved)
        if not fresh or not moved._may_jump(ticks):
            return moved
        if moved.interrupted and name_of(fresh[0]) == name_of(self.subjects[self.index]):
            return replace(moved, news=news[1:])  # edited while it is shown as news: its time does not begin again
        left = max(LEAST_SECONDS, moved.until - ticks)
        back = Interrupted(moved.subjects[moved.index], moved.number, left, ticks)
        if moved.interrupted:  # news over news: the list goes on where the first of them interrupted it
            back = replace(moved.interrupted, since=ticks)
        if back.subject == fresh[0] or moved.subject == fresh[0]:  # edited while it was shown
            back = Interrupted(moved._next(), 1, math.inf, ticks)
        jumped = replace(moved._at(subjects.index(fresh[0])), paid=moved._owed(ticks))
        return replace(jumped, interrupted=back if back.subject != fresh[0] else None)

    def _over(self, made: "Rotation") -> "Rotation":
        """`made`, which has another list, at what this rotation shows, or at what takes its place."""
        shown = self.subjects[self.index]
        if shown in made.subjects:
            return replace(made, index=made.subjects.index(shown))
        for index, subject in enumerate(made.subjects):
            if name_of(subject) == name_of(shown):  # edited while it is shown: what is no longer true goes at once
                return replace(made, index=index, edited=True)
        return made._at(self._following(self.index, made.subjects))

    def _back_in(self, new: tuple[Subject, ...]) -> Interrupted | None:
        """Where to go on after the news, in another list."""
        back = self.interrupted
        if back is None or back.subject in new:
            return back
        place = self.subjects.index(back.subject) if back.subject in self.subjects else self.index
        return Interrupted(new[self._following(place, new)], 1, math.inf, back.since)

    def _following(self, place: int, new: tuple[Subject, ...]) -> int:
        """Where in `new` the first one stands that would have come after the one at `place`."""
        where = {subject: index for index, subject in enumerate(new)}
        ahead = self.subjects[place:] + self.subjects[:place]
        return next((where[subject] for subject in ahead if subject in where), 0)

    def turned(self, by: int, known: Known) -> "Rotation":
        """One page on (`by` 1) or back (-1), because somebody at the screen asked for it."""
        if self.subject is None:
            return self
        here = known.get(self.subject, ())
        number = min(self.number, max(1, len(here))) + by
        if 1 <= number <= len(here):
            return replace(self, number=number, until=math.inf, turns=self.turns + 1)
        for step in range(1, len(self.subjects) + 1):
            index = (self.index + by * step) % len(self.subjects)
            if self.subjects[index] not in known or known[self.subjects[index]]:  # else it cannot be laid out
                begun = replace(self._at(index), interrupted=None)
                return begun if by > 0 else replace(begun, number=LAST_PAGE)
        return self

    def held_until(self, ticks: float) -> "Rotation":
        """The page stays until then, because somebody at the screen asked for it."""
        return replace(self, held=ticks)

    def skipped(self, ticks: float) -> "Rotation":
        """This page is over: it could not be drawn."""
        return replace(self, until=ticks, held=-math.inf)
