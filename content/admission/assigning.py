"""What a publisher says to single screens: one signed assignment for each line of screens.yaml, kept on disk.

A screen that leaves the list is told nothing: it stays where it hangs, for a slip of the keyboard must not darken it.
What the broker retained under its name is taken away, so that nobody waits for it for ever.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import msgspec

from content.assignment import Assignment, parse_verified_assignment
from content.decoding import decoded
from content.errors import FolderError, Refused
from content.files import write_atomic
from content.manifest import encode, parse, parse_envelope
from content.roster import Roster, RosterEntry
from content.signing import Key, Keyring, verified_payload
from content.topics import ASSIGNMENT, STATUS
from content.vouched import may_assign

FILE = "assignments.json"


@dataclass(frozen=True)
class Changes:
    """What to send: the topics of assignments, and the topics whose retained message is to be taken away."""

    changed: list[str]
    emptied: list[str]


class Assignments:
    """The signed assignments of one publisher. `messages` by topic; `emptied` until it is sent."""

    def __init__(self, state: Path, publisher: str, key: Key) -> None:
        self._path, self._publisher, self._key = state / FILE, publisher, key
        self.messages = self._load()
        self.emptied: set[str] = set()

    def _load(self) -> dict[str, bytes]:
        try:
            messages = decoded(self._path.read_bytes(), dict[str, bytes])
        except FileNotFoundError:
            return {}
        except (OSError, msgspec.MsgspecError) as error:
            raise FolderError(f"{self._path}: 读不出（{error}）；可以删除它，会按 screens.yaml 重新做") from error
        return {topic: message for topic, message in messages.items() if self._opened(message) is not None}

    def _opened(self, message: bytes) -> Assignment | None:
        """The assignment in a message that this very key signed; after a change of keys all are signed again."""
        try:
            payload = verified_payload(parse_envelope(message), {self._key.id: self._key.public}, 1)
            return parse(payload, Assignment)
        except Refused:
            return None

    def update(self, roster: Roster, keyring: Keyring | None, now: datetime) -> Changes:
        """Sign what screens.yaml changes; nothing while it has mistakes. Raises OSError, then nothing has changed.

        Without the power to assign nothing is said: screens would refuse it, and count that.
        """
        if roster.problems or not may_assign(keyring, self._publisher, self._key):
            return Changes([], [])
        wanted = {ASSIGNMENT.of(screen=screen): (screen, entry) for screen, entry in roster.entries.items()}
        messages = {topic: message for topic, message in self.messages.items() if topic in wanted}
        gone = [topic for topic in self.messages if topic not in wanted]
        changed = []
        for topic, (screen, entry) in wanted.items():
            before = parse_verified_assignment(messages[topic]) if topic in messages else None
            if before is None or (before.place, before.display) != (entry.place, entry.display):
                messages[topic] = self._signed(screen, entry, before.revision + 1 if before else 0, now)
                changed.append(topic)
        if messages != self.messages:
            write_atomic(self._path, msgspec.json.encode(messages), mode=0o600)
            self.messages = messages
        self.emptied |= {each for topic in gone for each in (topic, status_beside(topic))}
        self.emptied -= {each for topic in wanted for each in (topic, status_beside(topic))}
        return Changes(changed, sorted(self.emptied))

    def outgrow(self, seen: Mapping[str, bytes], now: datetime) -> None:
        """Make our assignments newer than those of our own key that a broker retained: our state was lost."""
        messages = dict(self.messages)
        for topic, message in seen.items():
            theirs, ours = self._opened(message), self._opened(messages.get(topic, b""))
            if theirs and ours and theirs.revision >= ours.revision and theirs != ours:
                entry = RosterEntry(place=ours.place, display=ours.display)
                messages[topic] = self._signed(ours.screen, entry, theirs.revision + 1, now)
        if messages != self.messages:
            write_atomic(self._path, msgspec.json.encode(messages), mode=0o600)
            self.messages = messages

    def _signed(self, screen: str, entry: RosterEntry, least_revision: int, now: datetime) -> bytes:
        assignment = Assignment(
            screen=screen,
            place=entry.place,
            publisher=self._publisher,
            revision=max(least_revision, int(now.timestamp())),
            issued=now,
            display=entry.display,
        )
        return self._key.sign(encode(assignment))


def status_beside(topic: str) -> str:
    """The status topic of the screen whose assignment's topic that is."""
    return STATUS.of(screen=topic.split("/")[-2])
