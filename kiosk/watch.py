"""Being woken when the cache changes. The one door to watchdog on the screen's side.

Events are hints; the player looks at the pointer itself.
"""

from collections.abc import Callable
from pathlib import Path

from watchdog.events import FileSystemEvent, FileSystemEventHandler
from watchdog.observers import Observer


class CacheWatch(FileSystemEventHandler):
    """Calls `wake`, from a thread of its own, when a whole file appears in the cache."""

    def __init__(self, folder: Path, wake: Callable[[], None]) -> None:
        self._wake = wake
        self._observer = Observer()
        for watched in (folder, folder / "blobs"):
            self._observer.schedule(self, str(watched), recursive=False)

    def start(self) -> None:
        self._observer.start()

    def close(self) -> None:
        """Stop; may be called twice."""
        if self._observer.is_alive():
            self._observer.stop()
            self._observer.join(timeout=5.0)

    def on_moved(self, _event: FileSystemEvent) -> None:
        """Files appear by a rename; everything else is work in progress."""
        self._wake()
