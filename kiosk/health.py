"""What a screen says of itself: the status that the agent publishes, and the player's heartbeat.

Values, and the small files on tmpfs through which they pass from player to agent.
"""

import contextlib
import os
from collections import Counter
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import msgspec

from content.decoding import decoded
from content.errors import Reason, Refused
from content.manifest import encode
from content.reports import Heartbeat

HEARTBEAT = "heartbeat.json"


class Refusals:
    """Counts what was refused, by reason."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.last = ""

    def note(self, refusal: Refused) -> None:
        self.counts[str(refusal.reason)] += 1
        self.last = str(refusal)[:200]

    def note_too_large(self, size: int) -> None:
        self.note(Refused(Reason.TOO_LARGE, f"{size} bytes"))


def write_heartbeat(folder: Path, heartbeat: Heartbeat) -> None:
    """Replace the heartbeat. On tmpfs: nothing to sync, nothing worn."""
    temporary = folder / f".{HEARTBEAT}"
    temporary.write_bytes(encode(heartbeat))
    os.replace(temporary, folder / HEARTBEAT)  # noqa: PTH105 -- one rename, beside the write


def read_heartbeat(folder: Path) -> Heartbeat | None:
    """The newest heartbeat; None where no player has run since boot."""
    with contextlib.suppress(OSError, msgspec.MsgspecError):
        return decoded((folder / HEARTBEAT).read_bytes(), Heartbeat)
    return None


STOPPED_SECONDS = 30.0
"""The player writes its heartbeat every ten seconds, and drawing a large picture takes a Pi three."""


class HeartWatch:
    """Notices when the heartbeat changes no more, by the monotonic clock: wall time may step."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._beat: Heartbeat | None = None
        self._since: float | None = None
        self._stopped = False

    def read(self) -> Heartbeat | None:
        return read_heartbeat(self._folder)

    def stopped_now(self, ticks: float) -> bool:
        """Has it stopped since the last time that this was asked?"""
        beat = self.read()
        if beat != self._beat or self._since is None:
            self._beat, self._since, self._stopped = beat, ticks, False
        before, self._stopped = self._stopped, ticks - self._since >= STOPPED_SECONDS
        return self._stopped and not before


def software_version() -> str:
    """The version of the installed package."""
    try:
        return version("convenience-windows")
    except PackageNotFoundError:
        return "unknown"
