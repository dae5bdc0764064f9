"""The agent's word as the player hears it: first contact, and what is asked of the player. From a file on tmpfs."""

from collections.abc import Callable
from pathlib import Path

from kiosk.between import WORD, Pairing, Reader, Word, boot_id, put, remove_screenshots, screenshot_path
from kiosk.checked_clock import DatedAnswer
from kiosk.contact import FirstContact

LISTEN_SECONDS = 0.5
"""The file is looked at no more often, and no less while notices wait. An event wakes us earlier."""
SELDOM_SECONDS = 10.0


class AgentWord:
    """Used by the player's one thread. `waits`: hold notices back until the first contact of this boot."""

    def __init__(self, folder: Path, ticks: float, *, waits: bool, boot: Callable[[], str] = boot_id) -> None:
        self._folder, self._boot = folder, boot()
        self._reader = Reader(folder, WORD, Word)
        self._word: Word | None = None
        self._read()
        self._restarted = self._word.restart if self._word else ""
        self._pictured = ""
        self._contact = FirstContact(ticks, over=not waits)
        self._due = ticks
        self.listen(ticks)

    def _read(self) -> None:
        word = self._reader.news()
        if word is not None:
            self._word = word if word.boot == self._boot else None

    def listen(self, ticks: float, *, now: bool = True) -> bool:
        """Look whether the agent has said something; True where notices need wait no longer."""
        if not now and ticks < self._due and not (self.awaited and ticks >= self._contact.until):
            return False
        self._due = ticks + LISTEN_SECONDS
        self._read()
        before = self._contact
        here, contact = self._word is not None, self._word is not None and self._word.contact
        self._contact = before.at(ticks, agent_here=here, contact=contact)
        return self._contact.over and not before.over

    def due(self) -> float:
        """Ticks at which to listen again, at the latest, or to show something else."""
        if self.awaited:
            return min(self._due, self._contact.until)
        wish = self._word.identify if self._word else None
        return wish.until if wish and wish.until > self._due else self._due + SELDOM_SECONDS

    @property
    def awaited(self) -> bool:
        """Must notices wait for the agent's first contact?"""
        return not self._contact.over

    @property
    def restart(self) -> bool:
        """Has this player been asked to end? What was asked before its start is done."""
        return self._word is not None and self._word.restart not in ("", self._restarted)

    def identify(self, ticks: float) -> tuple[str, float] | None:
        """The screen's name, to be shown until those ticks."""
        wish = self._word.identify if self._word else None
        return (wish.screen, wish.until) if wish and ticks < wish.until else None

    @property
    def pairing(self) -> Pairing | None:
        """How far a screen without identity or place has got; None for any other."""
        return self._word.pairing if self._word else None

    @property
    def dated(self) -> DatedAnswer | None:
        """What the publisher's server last said of the time."""
        return self._word.dated if self._word else None

    @property
    def picture_wanted(self) -> bool:
        """Is a picture of the panel asked for?"""
        return self._word is not None and self._word.screenshot not in ("", self._pictured)

    def give_picture(self, png: bytes) -> None:
        """Put the picture where the agent finds it. Raises OSError."""
        if self._word is not None and self.picture_wanted:
            self._pictured = self._word.screenshot
            remove_screenshots(self._folder)
            put(self._folder, screenshot_path(self._folder, self._pictured).name, png)
