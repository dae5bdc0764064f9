"""What a publisher has published: the newest signed message of every MQTT topic, on disk.

The ledger is the truth that brokers cache and the HTTP server mirrors. It decides revisions:
they only grow, and never fall below the wall clock in seconds, so that they keep growing even
after the ledger and the broker are both lost.
"""

import contextlib
import time
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from content.compile import Body
from content.decoding import decoded
from content.errors import BlobCorrupt, FolderError, Refused
from content.files import remove_temporary_files, sha256_hex, write_atomic
from content.manifest import (
    INLINE_LIMIT,
    MAX_CONTENT,
    Alerts,
    Blob,
    Content,
    Manifest,
    bounded,
    encode,
    parse,
    parse_content,
    parse_verified,
)
from content.signing import Key
from content.topics import alerts_first
from content.topics import parse as parse_topic


class TooMuch(FolderError):
    """Some places have more than a screen takes; they stay as they were. `signed` are the topics of the others."""

    def __init__(self, why: str, signed: list[str]) -> None:
        super().__init__(why)
        self.signed = signed


class Ledger:
    """The signed messages and the blobs of one publisher, in a folder of its own."""

    def __init__(self, folder: Path, publisher: str, key: Key) -> None:
        self._folder, self._publisher, self._key = folder, publisher, key
        self.blobs = folder / "blobs"
        self.blobs.mkdir(parents=True, exist_ok=True)
        remove_temporary_files(folder)
        remove_temporary_files(self.blobs)
        self._drop_rotten_blobs()
        self.messages: dict[str, bytes] = self._load()

    def _load(self) -> dict[str, bytes]:
        path = self._folder / "published.json"
        try:
            messages = decoded(path.read_bytes(), dict[str, bytes])
        except FileNotFoundError:
            return {}
        except (OSError, msgspec.MsgspecError) as error:
            raise FolderError(f"{path}: 读不出（{error}）；可以删除它，版本号仍会继续增长") from error
        messages = {topic: message for topic, message in messages.items() if self._is_ours(topic, message)}
        before = {parse_topic(topic).publisher for topic in messages} - {self._publisher}
        if before:  # its messages can only be taken back under its own name
            raise FolderError(
                f"这个文件夹以前由 {'、'.join(sorted(before))} 发布，现在 village.yaml 写的是 {self._publisher}；"
                f"请把 publisher 改回去，或确认旧的内容都已撤回后删除 {path}"
            )
        return messages

    def _is_ours(self, topic: str, message: bytes) -> bool:
        """Did this very key sign it? After a change of keys everything is signed again."""
        if parse_topic(topic).publisher != self._publisher:
            return True  # told below
        try:
            return self._key.opened(message).topic == topic
        except Refused:
            return False

    def _replace(self, messages: dict[str, bytes]) -> None:
        """All or nothing: with a full disk (OSError), nothing has been published and the next scan tries again."""
        write_atomic(self._folder / "published.json", msgspec.json.encode(messages), mode=0o600)
        self.messages = messages

    def update(
        self, bodies: dict[str, Body], media: dict[str, Path], now: datetime, *, partial: bool = False
    ) -> list[str]:
        """Sign what has changed and return its topics, alerts first. Raises TooMuch after signing the rest.

        `partial` bodies say nothing of the other topics: these stay as they are.

        A topic that `bodies` no longer names (its place is gone) is emptied, not forgotten: a
        screen may still hang there, and only a signed message may change what it shows.
        """
        gone = () if partial else self.messages.keys() - bodies.keys()
        wanted = bodies | {topic: emptied(topic) for topic in gone}
        changed = [topic for topic, body in wanted.items() if self._body(topic) != body]
        for body in wanted.values():
            self._keep_media(body, media)
        signed: list[str] = []
        refused: list[str] = []
        messages = dict(self.messages)
        for topic in changed:
            try:
                messages[topic] = self._signed(topic, wanted[topic], self._revision(topic) + 1, now)
                signed.append(topic)
            except FolderError as error:
                refused.append(str(error))
        if signed:
            self._replace(messages)
        signed = alerts_first(signed)
        if refused:
            raise TooMuch("\n".join(refused), signed)
        return signed

    def outgrow(self, seen: dict[str, bytes], now: datetime) -> None:
        """Make our messages newer than those that a broker retained.

        A message of our own key with a higher revision means that our ledger was lost or put
        back from a copy. Anything else there is not ours and does not matter.
        """
        messages = dict(self.messages)
        for topic, message in seen.items():
            try:
                theirs = self._key.opened(message)
            except Refused:
                continue
            body = self._body(topic)
            if theirs.topic == topic and theirs.revision > self._revision(topic) and body is not None:
                with contextlib.suppress(FolderError):  # no revision above the last: only a new key helps
                    messages[topic] = self._signed(topic, body, theirs.revision + 1, now)
        if messages != self.messages:
            self._replace(messages)

    def manifest(self, topic: str) -> Manifest | None:
        """Our newest manifest on `topic`."""
        message = self.messages.get(topic)
        return parse_verified(message) if message else None

    def _revision(self, topic: str) -> int:
        manifest = self.manifest(topic)
        return manifest.revision if manifest else 0

    def _body(self, topic: str) -> Body | None:
        manifest = self.manifest(topic)
        if manifest is None or manifest.alerts is not None:
            return manifest.alerts if manifest else None
        if manifest.content is not None:
            return manifest.content
        assert manifest.head  # noqa: S101 -- Manifest checks that one of the three is set
        try:
            return parse_content((self.blobs / manifest.head.sha256).read_bytes(), manifest.head)
        except (OSError, BlobCorrupt, Refused):
            return None  # the blob is gone: make it again

    def _signed(self, topic: str, body: Body, least_revision: int, now: datetime) -> bytes:
        place = parse_topic(topic).place
        facts: dict[str, Any] = {
            "place": place,
            "publisher": self._publisher,
            "revision": max(least_revision, int(now.timestamp())),
            "issued": now,
        }
        if isinstance(body, Alerts):
            manifest = Manifest(kind="alerts", alerts=body, **facts)
        elif len(blob := encode(body)) <= INLINE_LIMIT:
            manifest = Manifest(kind="content", content=body, **facts)
        else:
            if len(blob) > MAX_CONTENT:
                raise FolderError(f"{place} 的全部通知有 {len(blob)} 字节，最多 {MAX_CONTENT}；请减少通知或缩短正文")
            head = Blob(sha256=sha256_hex(blob), size=len(blob))
            self._keep(head.sha256, blob)
            manifest = Manifest(kind="content", head=head, **facts)
        message = self._key.sign(encode(manifest))
        try:  # as every screen will
            parse_verified(message)
            if isinstance(body, Content):
                bounded(parse(encode(body), Content))
        except Refused as error:
            raise FolderError(f"{place} 的内容屏幕不会接受（{error}）；请减少通知或警报") from error
        return message

    def _drop_rotten_blobs(self) -> None:
        """So that they are copied and made again."""
        for blob in self.blobs.iterdir():
            if sha256_hex(blob.read_bytes()) != blob.name:
                blob.unlink()

    def _keep_media(self, body: Body, media: dict[str, Path]) -> None:
        if isinstance(body, Content):
            for one in body.media():
                if one.sha256 in media and not (self.blobs / one.sha256).exists():
                    content = media[one.sha256].read_bytes()
                    if sha256_hex(content) == one.sha256:  # else it changed since the scan; the next scan sees it
                        self._keep(one.sha256, content)

    def _keep(self, digest: str, content: bytes) -> None:
        if not (self.blobs / digest).exists():
            write_atomic(self.blobs / digest, content)

    def remove_unused_blobs(self, *, younger_than: float = 0.0) -> None:
        """Delete the blobs that no current message names, but those made in the last `younger_than` seconds."""
        used: set[str] = set()
        for topic in self.messages:
            manifest, body = self.manifest(topic), self._body(topic)
            if manifest and manifest.head:
                used.add(manifest.head.sha256)
            if isinstance(body, Content):
                used.update(one.sha256 for one in body.media())
        for blob in self.blobs.iterdir():
            if blob.name not in used and time.time() - blob.stat().st_mtime >= younger_than:
                blob.unlink()


def emptied(topic: str) -> Body:
    """What a place is told that is no more."""
    return Alerts() if parse_topic(topic).kind == "alerts" else Content()
