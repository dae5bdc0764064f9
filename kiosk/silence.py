"""Topics that say nothing: subscribed to once more, then asked for over HTTP. Pure; ticks come in as numbers."""

from collections.abc import Iterable

SILENCE_SECONDS = 10.0
"""A topic that says nothing for so long after SUBACK is subscribed to again, then asked for over HTTP."""
SILENT_TOPIC_SECONDS = 3600.0
"""How often a topic that has never said anything is asked for over HTTP."""


class Silence:
    """Which topics were heard since we subscribed, and when to ask the others."""

    def __init__(self) -> None:
        self.heard: set[str] = set()
        self.due = float("inf")
        self._rounds = 0

    def begin(self, due: float | None = None) -> None:
        """Nothing has been heard, as far as we know; ask at `due`."""
        self.heard.clear()
        self._rounds = 0
        self.due = self.due if due is None else due

    def subscribed(self, ticks: float) -> None:
        self.due = ticks + SILENCE_SECONDS

    def disconnected(self) -> None:
        self.due = float("inf")

    def broken(self, topics: Iterable[str], later: float) -> tuple[list[str], bool]:
        """Which topics to ask now, and whether over HTTP: then again at `later`."""
        self.due = float("inf")
        silent = [topic for topic in topics if topic not in self.heard]
        if not silent:
            return [], False
        self._rounds += 1
        if self._rounds > 1:
            self.due = later
        return silent, self._rounds > 1
