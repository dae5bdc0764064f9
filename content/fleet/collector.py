"""The collector: what screens tell goes to the database, what is missing is asked for, what is wrong is told.

A thread of `serve` with its own MQTT connection and its own memory of the fleet. paho's thread only puts messages into
a bounded queue; this loop takes them, writes in batches, and looks around every few seconds. A message that is lost –
in a full queue, or because we were killed – is noticed and asked for again (content.fleet.intake).
"""

import logging
import queue
import secrets
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from content.address import BrokerAddress, Credentials
from content.clock import Clock
from content.errors import Refused
from content.fleet.intake import Ask, Batch, Intake, question
from content.fleet.lookout import Lookout, Snapshot
from content.fleet.records import Records, RecordsError, WatchState
from content.folder import Scan
from content.manifest import encode
from content.mqtt import Arrived, Connected, Connection, Disconnected, Subscribed
from content.signing import Key
from content.topics import COMMAND, RECEIPTS, STATUS

log = logging.getLogger(__name__)

INBOX_SIZE = 1000
"""Messages; at 128 KiB each a flood can take 128 MB and no more."""
STATUSES, BATCHES = STATUS.pattern.format(screen="+"), RECEIPTS.pattern.format(screen="+")
BATCH_SECONDS = 1.0
BATCH_ROWS = 500
LOOK_SECONDS = 5.0
ASK_SECONDS = 1.0
ASK_LIFE = timedelta(seconds=60)
LOOP_SECONDS = 0.25
LONGEST_STEP_SECONDS = 5.0
"""A longer step (the database was away, the machine slept) is not counted as listening."""
RETRY_SECONDS = 2.0
RESUBSCRIBE_SECONDS = 30.0
"""How long after messages were lost in a full queue the retained statuses are asked for once more."""
CLEAN_SECONDS, FIRST_CLEAN_SECONDS = 86_400.0, 600.0
"""The first time soon: some machines are switched off every night."""
KEPT = timedelta(days=400)
"""What was over so long ago is dropped: a year's notices can still be asked about."""
STOP_SECONDS = 30.0


@dataclass(frozen=True)
class Told:
    """The publisher's word on what is published."""

    found: Scan
    at: datetime
    alerts_only: bool


@dataclass
class CollectorHealth:
    """What /metrics tells. Written by the collector's loop, read by the HTTP server."""

    connected: bool = False
    batches: int = 0
    rows: int = 0
    dropped: int = 0
    waiting: int = 0
    last_error: str = ""
    database_error: str = "还没有连上数据库"
    """Empty while the database takes what comes."""
    last_batch: datetime | None = None
    gaps: int = 0
    counts: dict[str, int] = field(default_factory=dict)
    snapshot: Snapshot = field(default_factory=Snapshot)

    def report(self) -> dict[str, Any]:
        """For people and monitoring; `ok` while reports come in and are kept."""
        return {
            "ok": self.connected and not self.database_error,
            "broker_connected": self.connected,
            "database_error": self.database_error,
            "waiting": self.waiting,
            "dropped": self.dropped,
            "screens_with_gaps": self.gaps,
            "last_batch": self.last_batch.isoformat() if self.last_batch else None,
            "last_error": self.last_error,
        }


class Collector:
    """Runs from `__enter__` to `__exit__`, in a thread of its own."""

    def __init__(
        self,
        records: Records,
        broker: BrokerAddress,
        publisher: str,
        key: Key,
        clock: Clock,
        lookout: Lookout,
        *,
        credentials: Credentials | None = None,
    ) -> None:
        self._records, self._publisher, self._key, self._clock = records, publisher, key, clock
        self._lookout = lookout
        self.health = CollectorHealth()
        self._inbox: queue.Queue[Any] = queue.Queue(maxsize=INBOX_SIZE)
        self._told: deque[Told] = deque(maxlen=100)
        self._connection = Connection(broker, f"collector-{publisher}", self._inbox, credentials=credentials)
        self._intake = Intake({}, {})
        self._listening, self._listened, self._ticks = False, 0.0, clock.monotonic()
        self._write_at = self._look_at = self._ask_at = 0.0
        self._resubscribe_at, self._clean_at = float("inf"), self._ticks + FIRST_CLEAN_SECONDS
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="collector", daemon=True)

    def __enter__(self) -> "Collector":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        if self._thread.ident is not None:
            self._thread.join(timeout=STOP_SECONDS)

    def published(self, found: Scan, at: datetime, alerts_only: bool) -> None:
        """The publisher's word on what is published now. From any thread; returns at once."""
        self._told.append(Told(found, at, alerts_only))

    def _run(self) -> None:
        try:
            if not self._keep_trying(self._prepare, whatever=True):
                return
            self._connection.subscribe([BATCHES], qos=1)
            self._connection.subscribe([STATUSES])
            self._connection.start()
            while not self._stopping.is_set():
                self._step()
        finally:
            self._connection.close()
            self._write_last()
            self._records.close_thread()

    def _prepare(self) -> None:
        self._records.prepare()
        self._reload()
        watch = self._records.watch(self._publisher)
        self._listened = watch.listened_seconds if watch else 0.0

    def _reload(self) -> None:
        self._intake = Intake(self._records.screens(retired=True), self._records.complete_to())

    def _keep_trying(self, do: Callable[..., None], *arguments: Any, whatever: bool = False) -> bool:
        """Do it, again and again while the database is away; false when we must stop.

        Meanwhile the queue fills and drops: the gaps are asked for later. `whatever`: also where trying again
        alone will not help, because publishing must go on and somebody will mend it. Raises RecordsError.
        """
        while not self._stopping.is_set():
            try:
                do(*arguments)
            except RecordsError as error:
                self._note_error(str(error))
                self.health.database_error, self.health.waiting = str(error), self._inbox.qsize()
                if not error.passing and not whatever:
                    raise
                self._stopping.wait(RETRY_SECONDS)
            else:
                self._note_error("")
                self.health.database_error = ""
                return True
        return False

    def _step(self) -> None:
        """Take in what has come, then do what is due."""
        self._take()
        ticks = self._clock.monotonic()
        self._count_listening(ticks)
        if self._connection.dropped != self.health.dropped:
            self.health.dropped = self._connection.dropped
            self._intake.reconnected()
            self._resubscribe_at = min(self._resubscribe_at, ticks + RESUBSCRIBE_SECONDS)
        if self._intake.batch and (ticks >= self._write_at or len(self._intake.batch) >= BATCH_ROWS):
            self._write(self._intake.batch_to_write())
        if ticks >= self._ask_at:
            self._ask_at = ticks + ASK_SECONDS
            for ask in self._intake.asks(ticks):
                self._ask(ask)
        looked_at = self._look_at - LOOK_SECONDS
        if ticks >= self._look_at or (self._told and ticks >= looked_at + LOOP_SECONDS):  # what is published, soon
            self._look_at = ticks + LOOK_SECONDS
            self._look()
        if ticks >= self._resubscribe_at:
            self._resubscribe_at = float("inf")
            self._connection.subscribe([STATUSES])
        self.health.connected, self.health.waiting = self._connection.connected, self._inbox.qsize()
        self.health.counts, self.health.gaps = dict(self._intake.counts), self._intake.gaps

    def _count_listening(self, ticks: float) -> None:
        if self._listening:
            self._listened += min(ticks - self._ticks, LONGEST_STEP_SECONDS)
        self._ticks = ticks

    def _take(self) -> None:
        try:
            self._handle(self._inbox.get(timeout=LOOP_SECONDS))
            while len(self._intake.batch) < BATCH_ROWS and not self._stopping.is_set():
                self._handle(self._inbox.get_nowait())
        except queue.Empty:
            pass

    def _handle(self, event: Any) -> None:
        match event:
            case Arrived(topic, None, _):
                self._intake.counts["refused-too-large"] += 1
                self._note_refusal("too-large", topic)
            case Arrived(topic, bytes() as payload, _):
                self._take_message(topic, payload)
            case Connected():
                log.info("collector: connected")
            case Subscribed(_, refused):
                self._intake.reconnected()
                self._listening = not refused
                self._note_error(f"broker 不许收屏幕的报告（{refused[0]}）；请看 broker 的 ACL" if refused else "")
            case Disconnected(why):
                self._listening = False
                self._note_error(f"collector: {why}")

    def _take_message(self, topic: str, payload: bytes) -> None:
        if not self._intake.batch:
            self._write_at = self._clock.monotonic() + BATCH_SECONDS
        try:
            self._intake.take(topic, payload, self._clock.now(), self._clock.monotonic(), self._listened)
        except Refused as refusal:
            self._note_refusal(str(refusal.reason), topic)

    def _note_refusal(self, reason: str, topic: str) -> None:
        """The first of its kind goes to the log; the metrics count the rest."""
        if self._intake.counts[f"refused-{reason}"] == 1:
            log.warning("collector: refused a report (%s) on %s", reason, topic[:120])

    def _write(self, batch: Batch) -> None:
        """Write a batch, however long that takes. One that the database will never take is dropped, not retried."""
        try:
            if self._keep_trying(self._records.store, batch, self._clock.now()):
                self.health.batches += 1
                self.health.rows += len(batch)
                self.health.last_batch = self._clock.now()
        except RecordsError as error:
            log.error("collector: a batch was not taken: %s", error)
            self._keep_trying(self._reload)  # what we believed to be stored is not

    def _write_last(self) -> None:
        try:
            self._records.store(self._intake.batch_to_write(), self._clock.now())
        except RecordsError as error:
            log.warning("collector: the last batch was not written, it will be asked for: %s", error)

    def _ask(self, ask: Ask) -> None:
        now = self._clock.now()
        command = question(ask, self._publisher, secrets.token_hex(16), now, now + ASK_LIFE)
        topic = COMMAND.of(screen=ask.screen)
        self._connection.publish(topic, self._key.sign(encode(command)), qos=1, retain=False)

    def _look(self) -> None:
        """Note what was published, keep our own word, and let the lookout see what is wrong; clean up."""
        now = self._clock.now()
        try:
            while self._told:
                told = self._told[0]
                self._lookout.published(told.found, told.at, alerts_only=told.alerts_only)
                self._told.popleft()
            self._records.note_watch(
                WatchState(
                    publisher=self._publisher,
                    at=now,
                    listened_seconds=self._listened,
                    connected=self._listening,
                    counts=dict(self._intake.counts),
                )
            )
            self.health.snapshot = self._lookout.look(now, self._listened, listening=self._listening)
            self._clean(now)
            self.health.database_error = ""
        except RecordsError as error:
            self.health.database_error = str(error)
            self._note_error(str(error))

    def _clean(self, now: datetime) -> None:
        """Once a day, drop what was over long ago."""
        if self._clock.monotonic() >= self._clean_at:
            self._clean_at = self._clock.monotonic() + CLEAN_SECONDS
            self._records.forget(now - KEPT)

    def _note_error(self, why: str) -> None:
        if why and why != self.health.last_error:
            log.warning("%s", why)
        self.health.last_error = why
