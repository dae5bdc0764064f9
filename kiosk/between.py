"""The small files through which agent and player speak, in a folder on tmpfs: nothing to sync, nothing worn.

heartbeat.json   player → agent: the player's sign of life (kiosk.health)
shown.json       player → agent: what was on the panel since boot (kiosk.reporting.tally)
agent.json       agent → player: has it heard what holds, and what is asked of the player
screenshot-<id>.png   player → agent: the picture of the panel that was asked for
reboot           agent → systemd: a path unit of the system waits for it
"""

import contextlib
import os
import secrets
from pathlib import Path
from typing import Annotated, Generic, TypeVar

import msgspec
from msgspec import Meta

from content.decoding import decoded
from content.manifest import encode
from content.notice import Frozen
from kiosk.checked_clock import DatedAnswer
from kiosk.reporting.tally import Spool

SHOWN, WORD, REBOOT = "shown.json", "agent.json", "reboot"
BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
MOST_BYTES = 4 * 1024 * 1024

Value = TypeVar("Value")
CommandId = Annotated[str, Meta(pattern=r"^([0-9a-f]{32})?\Z")]


class Identify(Frozen, frozen=True):
    """Show which screen this is, until `until` (monotonic seconds: both processes have the same since boot)."""

    screen: str
    until: float


class Pairing(Frozen, frozen=True):
    """A screen on its way to its certificate and its place: what the panel shows of it."""

    screen: str
    code: str = ""
    """To be compared by an admin; "" once the certificate is here."""
    said: str = ""
    """How far it is, in words."""
    trouble: str = ""
    """Why it goes no further, in words; "" where it is only a matter of waiting."""


class Word(Frozen, frozen=True):
    """What the agent says to the player. State, not events: read it as often as you like."""

    boot: str = ""
    """Of which boot this is the word; of another it means nothing."""
    contact: bool = False
    """Has the agent heard, since boot, what holds for everything that the cache keeps?"""
    identify: Identify | None = None
    screenshot: CommandId = ""
    """The id of the last command that asked for a picture of the panel."""
    restart: CommandId = ""
    """The id of the last command to end, so that systemd starts the player again."""
    pairing: Pairing | None = None
    """The screen has no certificate or no place yet."""
    dated: DatedAnswer | None = None
    """What time it is, says the publisher's server over https."""


def put(folder: Path, name: str, content: bytes) -> None:
    """Replace a file; a reader never sees half of it. Raises OSError."""
    temporary = folder / f".{name}"
    temporary.write_bytes(content)
    os.replace(temporary, folder / name)  # noqa: PTH105 -- one rename, beside the write


def put_value(folder: Path, name: str, value: Frozen) -> None:
    put(folder, name, encode(value))


def take(folder: Path, name: str, kind: type[Value]) -> Value | None:
    """What the file says; None where there is none, or none that can be read."""
    return Reader(folder, name, kind).news()


class Reader(Generic[Value]):
    """A file that is read again and again, and understood only where it has changed."""

    def __init__(self, folder: Path, name: str, kind: type[Value]) -> None:
        self._path, self._kind = folder / name, kind
        self._read = b""

    def news(self) -> Value | None:
        """What the file says, if it says something else than the last time."""
        with contextlib.suppress(OSError, msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            with self._path.open("rb") as file:
                read = file.read(MOST_BYTES)
            if read != self._read:
                self._read = read
                return decoded(read, self._kind)
        return None


def boot_id() -> str:
    """The same as long as this machine runs; empty where it does not say."""
    with contextlib.suppress(OSError):
        return BOOT_ID.read_text().strip()
    return ""


def spool_here(folder: Path) -> Spool:
    """The count of the player before; a new one after boot."""
    return take(folder, SHOWN, Spool) or Spool(series=secrets.token_hex(8))


def screenshot_path(folder: Path, command: str) -> Path:
    """Where the player puts the picture that `command` asked for."""
    return folder / f"screenshot-{command}.png"


def remove_screenshots(folder: Path) -> None:
    """Forget all pictures of the panel: tmpfs is memory."""
    for path in folder.glob("screenshot-*.png"):
        path.unlink(missing_ok=True)
