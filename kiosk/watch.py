"""Being woken when the cache changes. The one door to watchdog on the screen's side.

Events are hints: the player looks at the cache itself every minute as well.
"""

from collections.abc import Callable
from pathlib import Path

from watchdog.events import FileSystemEvent, FileSystemEventHandler
from watchdog.observers import Observer
from watchdog.observers.api import BaseObserver


class CacheWatch(FileSystemEventHandler):
    """Calls `wake`, from a thread of its own, when a whole file appears in the cache."""

    def __init__(self, folder: Path, wake: Callable[[], None]) -> None:
        self._folder, self._wake = folder, wake
        self._observer: BaseObserver | None = None  # watchdog's own begins a thread when it is made

    def start(self) -> None:
        self._observer = Observer()
        for watched in (self._folder, self._folder / "blobs"):
            self._observer.schedule(self, str(watched), recursive=False)
        self._observer.start()

    def close(self) -> None:
        """Stop; may be called twice."""
        observer, self._observer = self._observer, None
        if observer is not None:
            observer.stop()
            observer.join(timeout=5.0)

    def on_moved(self, _event: FileSystemEvent) -> None:
        """Files appear by a rename; everything else is work in progress."""
        self._wake()
