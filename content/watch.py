"""Knowing that a folder may have changed. The one door to watchdog on the central side.

Events are hints: the operating system may drop them, and an editor makes several out of one
save. So `Settle` waits until the folder has been quiet, the scan that follows is the truth, and
one is due every few minutes whether there was an event or not.
"""

from collections.abc import Callable
from pathlib import Path

from watchdog.events import FileSystemEvent, FileSystemEventHandler
from watchdog.observers import Observer

from content.clock import Clock

QUIET_SECONDS = 0.3
"""An editor's save (write, rename, touch) is over well within this."""
RESCAN_SECONDS = 120.0
READ_ONLY_EVENTS = frozenset({"opened", "closed_no_write"})


class Settle:
    """True once, `quiet` seconds after the last poke; also true `every` seconds after the last time."""

    def __init__(self, clock: Clock, quiet: float = QUIET_SECONDS, every: float = RESCAN_SECONDS) -> None:
        self._clock, self._quiet, self._every = clock, quiet, every
        self._due = clock.monotonic()

    def poke(self) -> None:
        """Something may have changed."""
        self._due = self._clock.monotonic() + self._quiet

    def remaining(self) -> float:
        """Seconds until it will be due; 0 if it is."""
        return max(0.0, self._due - self._clock.monotonic())

    def due(self) -> bool:
        """Is it time? Saying yes starts the next wait."""
        if self.remaining() > 0:
            return False
        self._due = self._clock.monotonic() + self._every
        return True


class FolderWatch(FileSystemEventHandler):
    """Calls `poke`, from a thread of its own, when something under `folder` was written."""

    def __init__(self, folder: Path, poke: Callable[[], None]) -> None:
        self._folder, self._poke = folder, poke
        self._observer = Observer()
        self._observer.schedule(self, str(folder), recursive=True)

    def start(self) -> None:
        self._observer.start()

    def close(self) -> None:
        """Stop; may be called twice."""
        if self._observer.is_alive():
            self._observer.stop()
            self._observer.join(timeout=5.0)

    def on_any_event(self, event: FileSystemEvent) -> None:
        if event.event_type in READ_ONLY_EVENTS:
            return
        names = [Path(str(path)) for path in (event.src_path, event.dest_path) if path]
        inside = [path.relative_to(self._folder) for path in names if path.is_relative_to(self._folder)]
        if any(not any(part.startswith(".") for part in path.parts) for path in inside):
            self._poke()
