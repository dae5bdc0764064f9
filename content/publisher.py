"""The publisher: a content folder in, retained signed messages out, for as long as it runs.

One loop owns everything: events come in through one queue (from MQTT, from the folder), the
folder is scanned, the ledger signs what changed, the broker gets what it lacks. A saved alert
does not wait for the folder's quiet, nor for the notices to be read. After every
connect the publisher reads back what the broker retains under its own topics and sends what is
missing or old, so a broker may lose everything and be right again.
"""

import contextlib
import fcntl
import logging
import queue
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, TextIO

from content.address import BrokerAddress, Credentials
from content.admission.assigning import Assignments
from content.check import warnings
from content.clock import Clock
from content.compile import compile_alerts, compile_village
from content.errors import BrokerError, FolderError, FolderInUse
from content.folder import Scan, missing_secrets, scan, scan_alerts
from content.ledger import Ledger, TooMuch
from content.media.shelf import Shelf
from content.mqtt import Arrived, Connected, Connection, Disconnected, Subscribed
from content.problem import Problem
from content.roster import read_screens
from content.signing import Key
from content.topics import alerts_first
from content.village import Village
from content.village_file import Setting
from content.vouched import key_path, keyring_of, keyring_problems, powerless
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
    preparing: tuple[str, ...] = ()

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
            "preparing": self.preparing,
        }


@dataclass(frozen=True)
class FolderChanged:
    """The watch saw something."""


@dataclass(frozen=True)
class Remind:
    """Somebody called `remind`."""

    topics: tuple[str, ...]


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
        self._alert_saved = threading.Event()
        self._inbox: queue.Queue[Any] = queue.Queue(maxsize=100_000)
        self._shelf = Shelf(self._state / "media", lambda: self._wake(FolderChanged()))
        first = self._scan()
        if first.village is None:
            raise FolderError("\n".join(str(problem) for problem in first.problems))
        self.name = first.village.publisher
        self._key = Key.load(key_path(folder, self.name))
        self.ledger = Ledger(self._state, self.name, self._key)
        self.assignments = Assignments(self._state, self.name, self._key)
        self.health = PublisherHealth(publisher=self.name)
        self._connection = Connection(broker, f"publisher-{self.name}", self._inbox, credentials=credentials)
        self._settle = Settle(clock)
        self._clean_at = clock.monotonic() + CLEAN_SECONDS
        self._read_back: ReadBack | None = None
        self._reconciled = False
        self._setting: Setting | None = None
        self._stopping = threading.Event()
        self.on_published: Callable[[Scan, datetime, bool], None] = lambda _found, _at, _alerts_only: None
        """Told after each look at the folder what is published now; must return at once."""
        self._apply(first)
        self.ledger.remove_unused_blobs()

    def serve(self) -> None:
        """Run until `stop`."""
        watch = FolderWatch(self._folder, lambda: self._wake(FolderChanged()), self._wake_for_alert)
        watch.start()
        self._shelf.start()
        self._connection.start()
        try:
            while not self._stopping.is_set():
                self._step(self._next_wait())
        finally:
            watch.close()
            self.close()

    def publish_once(self) -> int:
        """Bring the broker up to date and return how many messages that took. Raises BrokerError."""
        self._shelf.start()
        while self.health.preparing:
            self._step(min(0.2, self._next_wait()))
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

    def stop(self) -> None:
        """End `serve` soon. From any thread."""
        self._stopping.set()
        self._wake(StopAsked())

    def close(self) -> None:
        """Leave the broker; may be called twice."""
        self._connection.close()
        self._shelf.close()
        self._lock.close()

    def retained(self) -> dict[str, bytes]:
        """Topic → the signed message that the broker is to retain, and the mirror gives."""
        return {**self.ledger.messages, **self.assignments.messages}

    def remind(self, topics: Iterable[str]) -> None:
        """Publish what is retained on these topics once more, soon. From any thread."""
        self._wake(Remind(tuple(topics)))

    def _wake_for_alert(self) -> None:
        self._alert_saved.set()  # seen in the middle of a scan too
        self._wake(FolderChanged())

    def _wake(self, event: FolderChanged | Remind | StopAsked) -> None:
        with contextlib.suppress(queue.Full):  # a full inbox wakes the loop as well
            self._inbox.put_nowait(event)

    def _require_time_left(self, deadline: float) -> None:
        if self._clock.monotonic() > deadline:
            why = self.health.last_error or "没有回应"
            raise BrokerError(
                f"{CONNECT_PATIENCE_SECONDS:.0f} 秒内没有连上 broker（{why}）；请检查 --broker 地址和网络"
            )

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
        self._send_alerts()
        if self._settle.due():
            self._rescan()
        if self._clock.monotonic() >= self._clean_at:
            self._clean_at = self._clock.monotonic() + CLEAN_SECONDS
            self.ledger.remove_unused_blobs(younger_than=CLEAN_SECONDS)
            self._shelf.clean()
        if self._read_back and self._read_back.settle.due():
            self._reconcile(self._read_back)

    def _handle(self, event: Any) -> None:
        match event:
            case FolderChanged():
                self._settle.poke()
            case Remind(topics) if self._reconciled:
                self._publish([topic for topic in topics if topic in self.ledger.messages])
            case Connected():
                log.info("broker: connected")
                self.health.last_error = ""
                topics = tuple(self.retained())
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
        ours = self.retained()
        others = {topic: message for topic, message in found.seen.items() if message and message != ours.get(topic)}
        self.ledger.outgrow(others, self._clock.now())
        self.assignments.outgrow(others, self._clock.now())
        lacking = [topic for topic, message in self.retained().items() if found.seen.get(topic) != message]
        places = [topic for topic in lacking if topic in self.ledger.messages]
        self._publish([*alerts_first(places), *(topic for topic in lacking if topic not in places)])
        self._take_away()

    def _scan(self) -> Scan:
        return scan(self._folder, self._state / "good", self._shelf, self._send_alerts)

    def _send_alerts(self) -> None:
        """If one was saved, send the alerts that changed. Problems are told by the scan that follows."""
        if not self._alert_saved.is_set():
            return
        self._alert_saved.clear()
        try:
            found = scan_alerts(self._folder, self._state / "good", self._shelf, self._setting)
            if found.village is None or found.village.publisher != self.name:
                return
            changed = self.ledger.update(compile_alerts(found.village), {}, self._clock.now(), partial=True)
        except TooMuch as error:
            changed = error.signed
        except (FolderError, OSError) as error:
            log.warning("alerts: %s", error)
            return
        if self._reconciled:
            self._publish(changed)
        self.on_published(found, self._clock.now(), True)

    def _rescan(self) -> None:
        try:
            found = self._scan()
            changed = self._apply(found)
        except (FolderError, OSError) as error:
            self._note_error(str(error))
            self.health.problems = (str(error),)
            return
        if self._reconciled:  # else the reconciliation sends it
            self._publish(changed)
            self._take_away()
        self.on_published(found, self._clock.now(), False)

    def _apply(self, found: Scan) -> list[str]:
        """Sign what changed; returns the topics."""
        now = self._clock.now()
        self.health.scans += 1
        self.health.last_scan = now
        self._setting = found.setting
        self._note_problems([*found.problems, *keyring_problems(self._folder, found.village)])
        if found.preparing and found.preparing != self.health.preparing:
            log.info("media being made ready: %s", "、".join(found.preparing))
        self.health.preparing = found.preparing
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
        changed = [*changed, *self._assign(found.village, now)]
        self.health.topics = len(self.ledger.messages)
        self.health.notices, self.health.alerts = len(found.village.notices), len(found.village.alerts)
        told = [*warnings(found.village, found.lines, now), *missing_secrets(self._folder, found)]
        self.health.warnings += tuple(str(problem) for problem in told)
        return changed

    def _assign(self, village: Village, now: datetime) -> list[str]:
        """Tell every screen of screens.yaml where it hangs; returns the topics that changed."""
        roster, keyring = read_screens(self._folder, village.places), keyring_of(self._folder)
        self.health.problems += tuple(str(problem) for problem in roster.problems)
        self.health.warnings = tuple(powerless(roster, keyring, self.name, self._key))  # _apply adds the village's
        return self.assignments.update(roster, keyring, now).changed

    def _take_away(self) -> None:
        """Empty what the broker retains of screens that are no longer in the list. Once: a lost one does no harm."""
        for topic in self.assignments.emptied:
            self._connection.publish(topic, b"", qos=1, retain=True)
        self.assignments.emptied.clear()

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
        messages = self.retained()
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
