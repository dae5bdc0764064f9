"""The folder that agent and player share: all that a screen needs to go on without a network.

    blobs/<sha256>       media and large manifests' content; written once, never changed
    messages/<sha256>    signed messages, the bytes as they came
    current.json         which messages hold now: the one pointer, flipped last
    keyring.json         the newest keyring
    assignment.json      where this screen hangs and what its panel is, as signed by a publisher

Only the agent writes. The player checks digests, not signatures: the agent has done that.
For each MQTT topic the pointer has a stack of messages, the newest first. Older ones stay until
all media of the newest are here, so that a notice goes on in its old form until it can be shown
in its new one.
"""

import contextlib
from pathlib import Path

import msgspec
from msgspec import Struct

from content.assignment import parse_verified_assignment
from content.display import DisplayConfig
from content.errors import BlobCorrupt, Refused
from content.files import remove_temporary_files, sha256_hex, write_atomic
from content.manifest import Content, Manifest, parse, parse_content, parse_verified
from content.notice import Frozen

MAX_STACK = 4
PART_PREFIX = ".part-"


class Pointer(Frozen, frozen=True):
    """What holds now. `stacks` in the keyring's order of publishers."""

    place: str
    stacks: dict[str, tuple[str, ...]] = {}


class Version(Struct, frozen=True):
    """One message of a stack. `content` is None for alerts, and for a head whose blob is not here."""

    digest: str
    manifest: Manifest
    content: Content | None


class Cache:
    """One screen's cache folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._blobs, self._messages = folder / "blobs", folder / "messages"
        self.keyring_path = folder / "keyring.json"
        self.assignment_path = folder / "assignment.json"

    @property
    def folder(self) -> Path:
        return self._folder

    def prepare(self) -> None:
        """For the agent, at its start: make the folders, sweep what a power cut left."""
        for folder in (self._folder, self._blobs, self._messages):
            folder.mkdir(parents=True, exist_ok=True)
            remove_temporary_files(folder)
        self.drop_rotten_blobs()

    def prepare_for_reading(self) -> None:
        """For the player, which may be first: there must be folders to watch."""
        self._blobs.mkdir(parents=True, exist_ok=True)

    def pointer(self) -> tuple[Pointer | None, str]:
        """What holds now, and the digest that names this state ("" where there is none)."""
        try:
            text = (self._folder / "current.json").read_bytes()
            return parse(text, Pointer), sha256_hex(text)
        except (OSError, Refused):
            return None, ""

    def assigned_display(self) -> DisplayConfig | None:
        """The panel that the assignment names; None where it leaves that to kiosk.yaml. For the player."""
        try:
            return parse_verified_assignment(self.assignment_path.read_bytes()).display
        except (OSError, Refused):
            return None

    def flip(self, pointer: Pointer) -> None:
        """From now on `pointer` holds, if it does not already. Everything it names must be here. Raises OSError."""
        path = self._folder / "current.json"
        text = msgspec.json.encode(pointer)  # not sorted: the order of stacks means something
        with contextlib.suppress(OSError):
            if path.read_bytes() == text:
                return
        write_atomic(path, text)

    def store_message(self, message: bytes) -> str:
        """Keep a message; its digest. Raises OSError."""
        digest = sha256_hex(message)
        if self.message(digest) != message:  # not here yet, or rotten
            write_atomic(self._messages / digest, message)
        return digest

    def version(self, digest: str) -> Version | None:
        """The message of that digest with its content; None where it is missing or rotten."""
        try:
            message = (self._messages / digest).read_bytes()
            if sha256_hex(message) != digest:
                raise BlobCorrupt(digest, sha256_hex(message))
            manifest = parse_verified(message)
        except (OSError, BlobCorrupt, Refused):
            return None
        return Version(digest, manifest, self._content(manifest))

    def message_digests(self) -> list[str]:
        """The names of all messages that are kept."""
        return [path.name for path in self._messages.iterdir() if not path.name.startswith(".")]

    def message(self, digest: str) -> bytes | None:
        """The signed bytes of that digest, for verifying them again."""
        with contextlib.suppress(OSError):
            return (self._messages / digest).read_bytes()
        return None

    def _content(self, manifest: Manifest) -> Content | None:
        if manifest.head is None:
            return manifest.content
        blob = self.blob(manifest.head.sha256)
        if blob is None:
            return None
        try:
            return parse_content(blob, manifest.head)
        except (BlobCorrupt, Refused):
            return None

    def stack(self, digests: tuple[str, ...]) -> list[Version]:
        """The versions of a stack that can be read, the newest first."""
        return [version for digest in digests if (version := self.version(digest))]

    def has(self, digest: str) -> bool:
        return (self._blobs / digest).is_file()

    def blobs_here(self) -> frozenset[tuple[str, int]]:
        """Every blob's digest and its time: another set means that one has come, gone or been replaced.

        Not the inode: a new file is often given the one that was freed a moment before.
        """
        found: set[tuple[str, int]] = set()
        for path in self._blobs.iterdir():
            with contextlib.suppress(FileNotFoundError):  # the agent has just deleted it
                if not path.name.startswith("."):
                    found.add((path.name, path.stat().st_mtime_ns))
        return frozenset(found)

    def blob(self, digest: str) -> bytes | None:
        """The bytes of a blob; None where it is missing or does not match its name."""
        try:
            content = (self._blobs / digest).read_bytes()
        except OSError:
            return None
        return content if sha256_hex(content) == digest else None

    def blob_path(self, digest: str) -> Path:
        return self._blobs / digest

    def part_path(self, digest: str) -> Path:
        """Where a download grows until it is whole."""
        return self._blobs / f"{PART_PREFIX}{digest}"

    def drop_rotten_blobs(self) -> None:
        """Forget the blobs that do not match their names any more, so that they are fetched again."""
        for path in self._blobs.iterdir():
            if not path.name.startswith(".") and self.blob(path.name) is None:
                path.unlink(missing_ok=True)

    def remove_unused(self, messages: set[str], blobs: set[str]) -> int:
        """Delete all but these; how many were deleted."""
        gone = 0
        for folder, used in ((self._messages, messages), (self._blobs, blobs)):
            for path in folder.iterdir():
                if path.name.removeprefix(PART_PREFIX) not in used and not path.name.startswith(".tmp-"):
                    path.unlink(missing_ok=True)
                    gone += 1
        return gone
