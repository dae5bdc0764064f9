"""What a screen holds: for each MQTT topic the verified messages that it goes by, in the cache.

The place where a message is believed or refused, and where the pointer is flipped. No network:
messages come in as bytes, what is missing goes out as a set of blobs to fetch.
"""

from collections.abc import Iterator
from datetime import datetime

from content.clock import BUILD_TIME
from content.errors import Refused
from content.notice import Alert, Notice
from content.signing import Keyring, verify_manifest
from kiosk.cache import MAX_STACK, Cache, Pointer, Version
from kiosk.health import Refusals
from kiosk.plan import Wanted, is_newer, living, missing, topics_for, used_blobs


class Holdings:
    """The newest believed version of every topic of one place, over what the cache keeps."""

    def __init__(self, place: str, cache: Cache, keyring: Keyring, refusals: Refusals) -> None:
        self._place, self._cache, self._refusals = place, cache, refusals
        self._stacks: dict[str, list[Version]] = {}
        self.believe(keyring)

    def believe(self, keyring: Keyring) -> None:
        """Go by this keyring: forget what it does not vouch for, take from the cache what it does."""
        self.keyring, self.topics = keyring, topics_for(self._place, keyring)
        pointer, _ = self._cache.pointer()
        stacks = pointer.stacks if pointer else self._salvaged()
        self._stacks = {}
        for topic in self.topics:
            digests = stacks.get(topic, ())
            versions = [one for one in self._cache.stack(digests) if self._is_believed(topic, one.digest)]
            if versions:
                self._stacks[topic] = versions

    def move(self, place: str) -> None:
        """The screen hangs at `place` now: what both places share goes on, the rest is forgotten."""
        self._place = place
        self.believe(self.keyring)

    def _salvaged(self) -> dict[str, tuple[str, ...]]:
        """Without a readable pointer (a rotten card): the newest message of each topic that lies in the cache."""
        found = [version for digest in self._cache.message_digests() if (version := self._cache.version(digest))]
        found.sort(key=lambda version: version.manifest.revision)
        return {version.manifest.topic: (version.digest,) for version in found}

    def _is_believed(self, topic: str, digest: str) -> bool:
        message = self._cache.message(digest)
        try:
            return message is not None and bool(verify_manifest(topic, message, self.keyring))
        except Refused as refusal:
            self._refusals.note(refusal)
            return False

    def offer(self, topic: str, message: bytes) -> bool:
        """Take a message if it is news. Raises Refused for a bad one, OSError where the disk is full.

        It holds only after `settle`; until then, and after any error, everything is as it was.
        """
        manifest = verify_manifest(topic, message, self.keyring)
        stack = self._stacks.get(topic, [])
        if not is_newer(stack[0].manifest if stack else None, manifest):
            return False
        version = self._cache.version(self._cache.store_message(message))
        if version is None:
            raise OSError(None, "what was written could not be read back")
        # The oldest is the last that was whole: what a flood of news may not push out.
        self._stacks[topic] = (
            [version, *stack[: MAX_STACK - 2], *stack[-1:]] if len(stack) >= MAX_STACK else [version, *stack]
        )
        return True

    def settle(self) -> set[Wanted]:
        """Flip the pointer to what holds now, and say which blobs are still missing. Raises OSError."""
        wanted: set[Wanted] = set()
        for stack in self._stacks.values():
            # A head's content may have come since.
            stack[:] = [one if one.content else self._cache.version(one.digest) or one for one in stack]
            lacking = missing(stack[0].manifest, stack[0].content, self._cache.has)
            wanted.update(lacking)
            if not lacking and (stack[0].content is not None or stack[0].manifest.alerts is not None):
                del stack[1:]
        stacks = {topic: tuple(one.digest for one in self._stacks[topic]) for topic in self.topics if self.has(topic)}
        self._cache.flip(Pointer(place=self._place, stacks=stacks))
        return wanted

    def has(self, topic: str) -> bool:
        """Is anything held for this topic?"""
        return topic in self._stacks

    def missing(self) -> set[Wanted]:
        """The blobs that are not here yet."""
        newest = [stack[0] for stack in self._stacks.values()]
        return {one for each in newest for one in missing(each.manifest, each.content, self._cache.has)}

    def revisions(self) -> dict[str, int]:
        """Topic → the revision that holds."""
        return {topic: stack[0].manifest.revision for topic, stack in self._stacks.items()}

    def newest_issued(self) -> datetime:
        """A moment that has certainly passed: the newest message of the keyring's first publisher says so.

        Not of any publisher: one with a small scope must not move the time of all others.
        """
        first = self.keyring.publishers[0].id if self.keyring.publishers else ""
        newest = [stack[0].manifest for stack in self._stacks.values()]
        return max([BUILD_TIME, *(manifest.issued for manifest in newest if manifest.publisher == first)])

    def named(self) -> Iterator[tuple[str, Notice | Alert]]:
        """Every notice and alert that may still be shown, each with its publisher; valid after `settle`."""
        for stack in self._stacks.values():
            manifest = stack[0].manifest
            for alert in manifest.alerts.alerts if manifest.alerts else ():
                yield manifest.publisher, alert
            for content in living([one.content for one in stack if one.content]):
                for notice in content.notices:
                    yield manifest.publisher, notice

    def kept(self) -> dict[str, bool]:
        """The topics of which notices may be in the cache, and whether the newest content of each is here."""
        newest = {topic: stack[0] for topic, stack in self._stacks.items()}
        return {topic: one.content is not None for topic, one in newest.items() if one.manifest.alerts is None}

    def clean(self) -> None:
        """Delete from the cache what nothing here names."""
        pointer, _ = self._cache.pointer()
        # Not settled yet (a full disk): the player still goes by what the pointer says.
        flipped = [self._cache.stack(digests) for digests in pointer.stacks.values()] if pointer else []
        stacks = [*self._stacks.values(), *flipped]
        contents = [one for stack in stacks for one in living([each.content for each in stack if each.content])]
        versions = [one for stack in stacks for one in stack]
        blobs = used_blobs((one.manifest for one in versions), contents)
        self._cache.remove_unused({one.digest for one in versions}, blobs)
