"""Knowing that a folder may have changed. The one door to watchdog on the central side.

Events are hints: the operating system may drop them, and an editor makes several out of one
save. So `Settle` waits until the folder has been quiet, the scan that follows is the truth, and
one is due every few minutes whether there was an event or not.

An alert does not wait for quiet: where an event says that a *whole* file now lies in alerts/ (renamed
into place, or closed after writing), that is told at once. Half a file never is: the line that says
`exercise: true` may be the last.
"""

from collections.abc import Callable
from pathlib import Path

from watchdog.events import FileSystemEvent, FileSystemEventHandler
from watchdog.observers import Observer
from watchdog.observers.api import BaseObserver

from content.clock import Clock

QUIET_SECONDS = 0.3
"""An editor's save (write, rename, touch) is over well within this."""
RESCAN_SECONDS = 120.0
MOST_RESTLESS_SECONDS = 3.0
"""A large picture that is being copied in must not keep an alert waiting."""
WHOLE_FILE_EVENTS = frozenset({"moved", "closed"})
READ_ONLY_EVENTS = frozenset({"opened", "closed_no_write"})


class Settle:
    """True once, `quiet` seconds after the last poke; also true `every` seconds after the last time."""

    def __init__(self, clock: Clock, quiet: float = QUIET_SECONDS, every: float = RESCAN_SECONDS) -> None:
        self._clock, self._quiet, self._every = clock, quiet, every
        self._due = clock.monotonic()
        self._restless_since: float | None = None

    def poke(self) -> None:
        """Something may have changed. A folder that is never quiet is looked at all the same."""
        now = self._clock.monotonic()
        self._restless_since = now if self._restless_since is None else self._restless_since
        self._due = min(now + self._quiet, self._restless_since + MOST_RESTLESS_SECONDS)

    def remaining(self) -> float:
        """Seconds until it will be due; 0 if it is."""
        return max(0.0, self._due - self._clock.monotonic())

    def due(self) -> bool:
        """Is it time? Saying yes starts the next wait."""
        if self.remaining() > 0:
            return False
        self._due = self._clock.monotonic() + self._every
        self._restless_since = None
        return True


class FolderWatch(FileSystemEventHandler):
    """Calls `poke`, from a thread of its own, when something under `folder` was written.

    Before that, `alert`, if a whole alert file was.
    """

    def __init__(self, folder: Path, poke: Callable[[], None], alert: Callable[[], None] | None = None) -> None:
        self._folder, self._poke, self._alert = folder, poke, alert
        self._observer: BaseObserver | None = None  # watchdog's own begins a thread when it is made

    def start(self) -> None:
        self._observer = Observer()
        self._observer.schedule(self, str(self._folder), recursive=True)
        self._observer.start()

    def close(self) -> None:
        """Stop; may be called twice."""
        observer, self._observer = self._observer, None
        if observer is not None:
            observer.stop()
            observer.join(timeout=5.0)

    def on_any_event(self, event: FileSystemEvent) -> None:
        if event.event_type in READ_ONLY_EVENTS:
            return
        written = event.dest_path or event.src_path
        if self._alert and event.event_type in WHOLE_FILE_EVENTS and self._is_alert(Path(str(written))):
            self._alert()
        names = [Path(str(path)) for path in (event.src_path, event.dest_path) if path]
        inside = [path.relative_to(self._folder) for path in names if path.is_relative_to(self._folder)]
        if any(not any(part.startswith(".") for part in path.parts) for path in inside):
            self._poke()

    def _is_alert(self, path: Path) -> bool:
        """Is that the file of an alert, and no editor's or half-done copy?"""
        mine = path.parent == self._folder / "alerts"
        return mine and path.suffix in (".yaml", ".yml") and not path.name.startswith(".")
