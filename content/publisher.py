"""The publisher: a content folder in, retained signed messages out, for as long as it runs.

One loop owns everything: events come in through one queue (from MQTT, from the folder), the
folder is scanned, the ledger signs what changed, the broker gets what it lacks. After every
connect the publisher reads back what the broker retains under its own topics and sends what is
missing or old, so a broker may lose everything and be right again.
"""

import contextlib
import fcntl
import logging
import queue
import threading
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, TextIO

from content.address import BrokerAddress, Credentials
from content.check import warnings
from content.clock import Clock
from content.compile import compile_village
from content.document import Problem
from content.errors import BrokerError, FolderError, FolderInUse, Refused
from content.folder import Scan, scan
from content.ledger import Ledger, TooMuch
from content.mqtt import Arrived, Connected, Connection, Disconnected, Subscribed
from content.place import depth
from content.signing import Key, verify_keyring
from content.topics import alerts_first
from content.village import Village
from content.watch import FolderWatch, Settle

log = logging.getLogger(__name__)

READ_BACK_QUIET_SECONDS = 1.0
"""The broker has no word for "that was all I retain"; so long a silence is taken for it."""
CLEAN_SECONDS = 86_400.0
"""How often blobs that nothing names are deleted, and how long they stay for screens that are behind."""
CONNECT_PATIENCE_SECONDS = 30.0
STATE_FOLDER = ".publisher"


@dataclass
class PublisherHealth:
    """What /healthz and /metrics tell. Written by the publisher's loop, read by the HTTP server."""

    publisher: str = ""
    connected: bool = False
    topics: int = 0
    notices: int = 0
    alerts: int = 0
    published: int = 0
    scans: int = 0
    last_scan: datetime | None = None
    last_error: str = ""
    problems: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()

    def report(self) -> dict[str, Any]:
        """For people and monitoring; `ok` while nobody needs to do anything."""
        return {
            "ok": self.connected and not self.problems,
            "publisher": self.publisher,
            "broker_connected": self.connected,
            "topics": self.topics,
            "last_scan": self.last_scan.isoformat() if self.last_scan else None,
            "last_error": self.last_error,
            "problems": self.problems,
            "warnings": self.warnings,
        }


@dataclass(frozen=True)
class FolderChanged:
    """The watch saw something."""


@dataclass(frozen=True)
class StopAsked:
    """Somebody called `stop`."""


@dataclass
class ReadBack:
    """What the broker was found to retain since the last connect."""

    settle: Settle
    topics: tuple[str, ...]
    seen: dict[str, bytes | None] = field(default_factory=dict)


class Publisher:
    """Publishes one content folder. Made, run and closed by one thread."""

    def __init__(
        self,
        folder: Path,
        broker: BrokerAddress,
        clock: Clock,
        *,
        credentials: Credentials | None = None,
    ) -> None:
        self._folder, self._clock = folder, clock
        self._state = folder / STATE_FOLDER
        self._state.mkdir(mode=0o700, exist_ok=True)
        self._lock = lock(self._state)
        first = self._scan()
        if first.village is None:
            raise FolderError("\n".join(str(problem) for problem in first.problems))
        self.name = first.village.publisher
        self.ledger = Ledger(self._state, self.name, Key.load(key_path(folder, self.name)))
        self.health = PublisherHealth(publisher=self.name)
        self._inbox: queue.Queue[Any] = queue.Queue(maxsize=100_000)
        self._connection = Connection(broker, f"publisher-{self.name}", self._inbox, credentials=credentials)
        self._settle = Settle(clock)
        self._clean_at = clock.monotonic() + CLEAN_SECONDS
        self._read_back: ReadBack | None = None
        self._reconciled = False
        self._stopping = threading.Event()
        self._apply(first)
        self.ledger.remove_unused_blobs()

    def serve(self) -> None:
        """Run until `stop`."""
        watch = FolderWatch(self._folder, lambda: self._wake(FolderChanged()))
        watch.start()
        self._connection.start()
        try:
            while not self._stopping.is_set():
                self._step(self._next_wait())
        finally:
            watch.close()
            self.close()

    def publish_once(self) -> int:
        """Bring the broker up to date and return how many messages that took. Raises BrokerError."""
        self._connection.start()
        deadline = self._clock.monotonic() + CONNECT_PATIENCE_SECONDS
        try:
            while not self._reconciled:
                self._require_time_left(deadline)
                self._step(min(0.2, self._next_wait()))
            if not self._connection.flush(max(1.0, deadline - self._clock.monotonic())):
                raise BrokerError("连接在发布途中断开，broker 没有确认收到；请再运行一次")
            return self.health.published
        finally:
            self.close()

    def _require_time_left(self, deadline: float) -> None:
        if self._clock.monotonic() > deadline:
            why = self.health.last_error or "没有回应"
            raise BrokerError(
                f"{CONNECT_PATIENCE_SECONDS:.0f} 秒内没有连上 broker（{why}）；请检查 --broker 地址和网络"
            )

    def stop(self) -> None:
        """End `serve` soon. From any thread."""
        self._stopping.set()
        self._wake(StopAsked())

    def _wake(self, event: FolderChanged | StopAsked) -> None:
        with contextlib.suppress(queue.Full):  # a full inbox wakes the loop as well
            self._inbox.put_nowait(event)

    def close(self) -> None:
        """Leave the broker; may be called twice."""
        self._connection.close()
        self._lock.close()

    def _next_wait(self) -> float:
        waits = [self._settle.remaining()]
        if self._read_back:
            waits.append(self._read_back.settle.remaining())
        return min(waits)

    def _step(self, wait: float) -> None:
        """Take in what has come within `wait` seconds, then do what is due."""
        try:
            self._handle(self._inbox.get(timeout=max(wait, 0.001)))
            while True:
                self._handle(self._inbox.get_nowait())
        except queue.Empty:
            pass
        self.health.connected = self._connection.connected
        if self._settle.due():
            self._rescan()
        if self._clock.monotonic() >= self._clean_at:
            self._clean_at = self._clock.monotonic() + CLEAN_SECONDS
            self.ledger.remove_unused_blobs(younger_than=CLEAN_SECONDS)
        if self._read_back and self._read_back.settle.due():
            self._reconcile(self._read_back)

    def _handle(self, event: Any) -> None:
        match event:
            case FolderChanged():
                self._settle.poke()
            case Connected():
                log.info("broker: connected")
                self.health.last_error = ""
                topics = tuple(self.ledger.messages)
                self._read_back = ReadBack(Settle(self._clock, READ_BACK_QUIET_SECONDS), topics)
                self._read_back.settle.poke()
                self._connection.subscribe(topics)
            case Subscribed() if self._read_back:
                self._read_back.settle.poke()
            case Arrived(topic, payload, _) if self._read_back:
                self._read_back.seen[topic] = payload
                self._read_back.settle.poke()
            case Disconnected(why):
                self._read_back, self._reconciled = None, False
                if why != self.health.last_error:
                    log.warning("broker: %s", why)
                self.health.last_error = why

    def _reconcile(self, found: ReadBack) -> None:
        """Send what the broker lacks, and nothing that it has."""
        self._read_back, self._reconciled = None, True
        self._connection.unsubscribe(found.topics)
        ours = self.ledger.messages
        others = {topic: message for topic, message in found.seen.items() if message and message != ours.get(topic)}
        self.ledger.outgrow(others, self._clock.now())
        lacking = [topic for topic, message in self.ledger.messages.items() if found.seen.get(topic) != message]
        self._publish(alerts_first(lacking))

    def _scan(self) -> Scan:
        return scan(self._folder, self._state / "good")

    def _rescan(self) -> None:
        try:
            changed = self._apply(self._scan())
        except (FolderError, OSError) as error:
            self._note_error(str(error))
            self.health.problems = (str(error),)
            return
        if self._reconciled:  # else the reconciliation sends it
            self._publish(changed)

    def _apply(self, found: Scan) -> list[str]:
        """Sign what changed; returns the topics."""
        now = self._clock.now()
        self.health.scans += 1
        self.health.last_scan = now
        self._note_problems([*found.problems, *keyring_problems(self._folder, found.village)])
        if found.village is None:
            return []
        if found.village.publisher != self.name:
            raise FolderError(
                f"village.yaml 的 publisher 由 {self.name} 改成了 {found.village.publisher}；请先停止 serve"
            )
        try:
            changed = self.ledger.update(compile_village(found.village), found.media, now)
        except TooMuch as error:
            self._note_error(str(error))
            self.health.problems += tuple(str(error).splitlines())
            changed = error.signed
        self.health.topics = len(self.ledger.messages)
        self.health.notices, self.health.alerts = len(found.village.notices), len(found.village.alerts)
        self.health.warnings = tuple(str(problem) for problem in warnings(found.village, now))
        return changed

    def _note_problems(self, problems: list[Problem]) -> None:
        lines = tuple(str(problem) for problem in problems)
        for line in lines:
            if line not in self.health.problems:
                log.warning("%s", line)
        if self.health.problems and not lines:
            log.info("folder: all problems solved")
        self.health.problems = lines

    def _note_error(self, why: str) -> None:
        if why != self.health.last_error:
            log.error("%s", why)
        self.health.last_error = why

    def _publish(self, topics: list[str]) -> None:
        """Hand messages to the broker. What is lost with the connection, the next reconciliation sends."""
        messages = self.ledger.messages
        sent = [self._connection.publish(topic, messages[topic], qos=1, retain=True) for topic in topics]
        self.health.published += sum(sent)
        if topics:
            log.info("published %d messages: %s%s", len(topics), topics[0], " …" if len(topics) > 1 else "")


def lock(state: Path) -> TextIO:
    """Hold the folder for one publisher; the lock goes with the file or the process. Raises FolderError."""
    file = (state / "lock").open("w")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        file.close()
        raise FolderInUse(f"{state.parent}: 已有一个发布程序在用这个文件夹；改动它会自动发布") from error
    return file


def key_path(folder: Path, publisher: str) -> Path:
    """Where the private key of a publisher lies."""
    return folder / "keys" / f"{publisher}.pem"


def keyring_problems(folder: Path, village: Village | None) -> list[Problem]:
    """What the keyring of this folder keeps screens from believing. No keyring, or no key yet, is no mistake."""
    try:
        keyring = verify_keyring((folder / "keyring.json").read_bytes(), None)
        key = Key.load(key_path(folder, village.publisher)) if village else None
    except Refused as error:
        return [Problem("keyring.json", 1, f"钥匙串有误：{error}", "从备份恢复，或用根密钥重新签发")]
    except (OSError, FolderError):
        return []
    if village is None or key is None:
        return []
    own = keyring.publisher(village.publisher)
    if own is None or key.id not in own.keys:
        return [
            Problem(
                "keyring.json", 1, f"钥匙串里没有 {village.publisher} 的这把钥匙，屏幕不会相信它", "用根密钥重新签发"
            )
        ]
    roots = [place for place in village.places if depth(place) == 1 and not own.covers(place)]
    return [Problem("keyring.json", 1, f"钥匙串不许 {own.id} 发到 {place}", "用根密钥重新签发") for place in roots]
