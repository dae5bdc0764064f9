"""What a screen says of itself: the status that the agent publishes, and the player's heartbeat.

Values, and the small files on tmpfs through which they pass from player to agent.
"""

import contextlib
import os
from collections import Counter
from datetime import datetime
from pathlib import Path

import msgspec

from content.errors import Reason, Refused
from content.manifest import encode
from content.notice import Frozen

HEARTBEAT = "heartbeat.json"


class Heartbeat(Frozen, frozen=True):
    """The player's sign of life. `pointer` is the digest of the cache state that it has drawn."""

    at: datetime
    pointer: str = ""
    item: str = ""
    page: int = 0
    pages: int = 0
    frames: int = 0
    error: str = ""


class Status(Frozen, frozen=True):
    """A screen's retained health report. Also, with `online` false, its last will."""

    screen: str
    online: bool
    place: str = ""
    at: datetime | None = None
    version: str = ""
    revisions: dict[str, int] = {}
    missing_blobs: int = 0
    refusals: dict[str, int] = {}
    last_refusal: str = ""
    dropped_messages: int = 0
    clock_trusted: bool = False
    keyring_version: int = 0
    showing: Heartbeat | None = None
    last_error: str = ""


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
        return msgspec.json.decode((folder / HEARTBEAT).read_bytes(), type=Heartbeat)
    return None
