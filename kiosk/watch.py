"""Being woken when the cache changes. The one door to watchdog on the screen's side.

Events are hints: the player looks at the cache itself every 20 seconds as well.
"""

from collections.abc import Callable
from pathlib import Path

from watchdog.events import FileSystemEvent, FileSystemEventHandler
from watchdog.observers import Observer
from watchdog.observers.api import BaseObserver

from kiosk.between import WORD

READ_ONLY_EVENTS = frozenset({"opened", "closed_no_write"})


class CacheWatch(FileSystemEventHandler):
    """Calls `wake`, from a thread of its own, when a whole file appears in the cache, or when the agent speaks.

    `word`: the folder of the agent's word; the player's own files there are no news.
    """

    def __init__(self, folder: Path, wake: Callable[[], None], *, word: Path | None = None) -> None:
        self._folder, self._wake, self._word = folder, wake, word
        self._observer: BaseObserver | None = None  # watchdog's own begins a thread when it is made

    def start(self) -> None:
        self._observer = Observer()
        for watched in (self._folder, self._folder / "blobs"):
            self._observer.schedule(self, str(watched), recursive=False)
        if self._word is not None:
            self._observer.schedule(self, str(self._word), recursive=False)
        self._observer.start()

    def close(self) -> None:
        """Stop; may be called twice."""
        observer, self._observer = self._observer, None
        if observer is not None:
            observer.stop()
            observer.join(timeout=5.0)

    def on_any_event(self, event: FileSystemEvent) -> None:
        """Files appear by a rename, which a busy machine may tell as two events; hidden ones are work in progress."""
        if event.event_type in READ_ONLY_EVENTS:
            return
        paths = [Path(str(path)) for path in (event.src_path, event.dest_path) if path]
        if any(not path.name.startswith(".") and (path.parent != self._word or path.name == WORD) for path in paths):
            self._wake()
