"""Pages, laid out when their turn comes and remembered. What cannot be laid out costs itself.

A theme, or larger type, makes other pages of the same notice, so they are remembered by look.
"""

import logging
from collections.abc import Callable, Mapping

from msgspec.structs import replace

from kiosk.lcd.page import Page
from kiosk.look import Look
from kiosk.rotation import Slide, Subject, slides_of
from kiosk.scene import paging
from kiosk.view import View
from kiosk.work import Work

log = logging.getLogger(__name__)

MOST_LOOKS = 3
MOST_SUBJECTS = 100
"""Of each look; some 20 KB a page. Who comes round again after so many others is laid out again."""


class Layout:
    """The slides of one screen's notices."""

    def __init__(self) -> None:
        self._view: View | None = None
        self._looks: dict[Look, dict[Subject, tuple[Slide, ...]]] = {}
        self._begun: tuple[Subject, Look, Work[tuple[Page, ...]]] | None = None

    def known(self, view: View, look: Look) -> Mapping[Subject, tuple[Slide, ...]]:
        """What is laid out already; no slides for what cannot be laid out."""
        return self._of(view, look)

    def lay_out(self, about: Subject, view: View, look: Look, *, enough: Callable[[], bool] = lambda: False) -> None:
        """Make the slides of `about`, or pieces of that work until it is `enough`: the next call goes on.

        Raises nothing: a notice that breaks the layout has no slides.
        """
        while about not in self.known(view, look):
            self._go_on(about, view, look)
            if enough():
                break

    def _go_on(self, about: Subject, view: View, look: Look) -> None:
        """One piece. Something else that was begun is begun anew another time."""
        known = self._of(view, look)
        if self._begun is None or self._begun[:2] != (about, look):
            self._begun = (about, look, paging(about, view, look))
        try:
            next(self._begun[2])
            return
        except StopIteration as end:
            made = slides_of(about, end.value, view.pace)
        except Exception:
            log.exception("%s cannot be laid out; the others are shown", about)
            made = ()
        self._begun = None
        while len(known) >= MOST_SUBJECTS:
            del known[next(iter(known))]
        known[about] = made

    def _of(self, view: View, look: Look) -> dict[Subject, tuple[Slide, ...]]:
        around = replace(view, notices=(), alerts=(), given=(), awaited=False)
        if around != self._view:  # another pace, another name of the place
            self._view, self._begun = around, None
            self._looks.clear()
        if look not in self._looks:
            while len(self._looks) >= MOST_LOOKS:
                del self._looks[next(iter(self._looks))]
            self._looks[look] = {}
        return self._looks[look]
