"""Screens that are threads: the real wire, content.reports and signed commands, no pictures. Hundreds on one machine.

Each keeps its receipts as a screen does – rows with a sequence – sends those above the last it sent, and sends
again what the command `report` asks for. What it holds is what the publisher's records must hold in the end.
"""

import contextlib
import queue
import random
import secrets
import threading
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from content.address import BrokerAddress
from content.commands import Command, Outcome
from content.errors import Refused
from content.manifest import encode, parse, parse_envelope
from content.mqtt import Arrived, Connected, Connection
from content.reports import MAX_RECEIPTS, Heartbeat, Receipt, Receipts, Status
from content.signing import verified_payload, verify_keyring
from content.topics import COMMAND, RECEIPTS, STATUS

Key = tuple[str, str, str, str]


class SimulatedScreen:
    """One screen. `run` in a thread until `stop`."""

    def __init__(self, name: str, place: str, broker: str, keyring: Path, publisher: str) -> None:
        self.name, self.place, self.publisher = name, place, publisher
        self.series = secrets.token_hex(8)
        self.rows: dict[Key, Receipt] = {}
        self.newest = self.sent = 0
        self.outcomes: tuple[Outcome, ...] = ()
        self.commands: list[Command] = []
        self.frames = 0
        self.frozen_at: datetime | None = None
        self.status_seconds, self.batch_seconds = 1.0, 0.2
        self._keyring = keyring
        self._lock = threading.Lock()
        self._inbox: queue.Queue[Any] = queue.Queue(maxsize=1000)
        will = encode(Status(screen=name, online=False))
        self.connection = Connection(
            BrokerAddress.parse(broker), name, self._inbox, will=(STATUS.of(screen=name), will)
        )
        self._status_at = self._batch_at = 0.0
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"screen-{name}", daemon=True)

    def start(self) -> None:
        self.connection.subscribe([COMMAND.of(screen=self.name)])
        self.connection.start()
        self._thread.start()

    def stop(self) -> None:
        """Leave with a word, as an agent does."""
        self._stopping.set()
        if self._thread.ident is not None:
            self._thread.join(10.0)
        self.connection.close((STATUS.of(screen=self.name), encode(Status(screen=self.name, online=False))))

    def change(self, item: str, *, kind: str = "notice", digest: str = "0" * 16, **values: Any) -> None:
        """Something happened to an item: its row changes and gets the next sequence."""
        with self._lock:
            self.newest += 1
            key = (self.publisher, kind, item, digest)
            row = self.rows.get(key) or Receipt(
                kind="alert" if kind == "alert" else "notice", publisher=self.publisher, item=item, digest=digest,
                sequence=1, received=datetime.now(UTC),
            )  # fmt: skip
            self.rows[key] = replace(row, sequence=self.newest, **values)

    def shown_once(self, item: str, **names: Any) -> None:
        """The item was on the screen once more."""
        key = (self.publisher, names.get("kind", "notice"), item, names.get("digest", "0" * 16))
        row = self.rows.get(key)
        first = row.first_shown if row and row.first_shown else datetime.now(UTC)
        times = (row.shown_times if row else 0) + 1
        self.change(item, **names, first_shown=first, shown_times=times, shown_seconds=8.0 * times)

    def status(self) -> Status:
        now = datetime.now(UTC)
        self.frames += 1
        beat = Heartbeat(at=self.frozen_at or now, item="one", pages=3, frames=self.frames)
        return Status(
            screen=self.name, online=True, place=self.place, at=now, clock_trusted=True, showing=beat,
            receipts_series=self.series, receipts_newest=self.newest, outcomes=self.outcomes, version="sim",
        )  # fmt: skip

    def _run(self) -> None:
        while not self._stopping.is_set():
            with contextlib.suppress(queue.Empty):
                self._handle(self._inbox.get(timeout=0.05))
            now = time.monotonic()
            if not self.connection.connected:
                continue
            if now >= self._status_at:
                self._status_at = now + self.status_seconds * random.uniform(0.75, 1.25)  # noqa: S311
                self.tell()
            if now >= self._batch_at:
                self._batch_at = now + self.batch_seconds * random.uniform(0.75, 1.25)  # noqa: S311
                self.sent = self._send_after(self.sent)

    def tell(self) -> None:
        self.connection.publish(STATUS.of(screen=self.name), encode(self.status()), qos=1, retain=True)

    def _send_after(self, after: int, *, once: bool = False) -> int:
        """Send the rows changed after `after`, in batches; how far that went."""
        while True:
            with self._lock:
                later = sorted((row for row in self.rows.values() if row.sequence > after), key=lambda r: r.sequence)
                newest = self.newest
            part = tuple(later[:MAX_RECEIPTS])
            if not part:
                return after
            batch = Receipts(screen=self.name, series=self.series, receipts=part, newest=newest, after=after)
            if not self.connection.publish(RECEIPTS.of(screen=self.name), encode(batch), qos=1, retain=False):
                return after
            after = batch.up_to

    def _handle(self, event: Any) -> None:
        if isinstance(event, Connected):
            self._status_at = 0.0
        if isinstance(event, Arrived) and event.payload:
            with contextlib.suppress(Refused):
                self._obey(event.payload)

    def _obey(self, message: bytes) -> None:
        envelope = parse_envelope(message)
        own = verify_keyring(self._keyring.read_bytes(), None).publisher(self.publisher)
        assert own is not None
        command = parse(verified_payload(envelope, own.keys, own.threshold), Command)
        assert command.screen == self.name
        assert "command" in own.may
        self.commands.append(command)
        if command.verb == "report":
            if command.series == self.series:
                self._send_after(command.after)
        else:
            done = self.do(command)
            self.outcomes = (*self.outcomes, done)[-5:]
            self.tell()

    def do(self, command: Command) -> Outcome:
        return Outcome(id=command.id, verb=command.verb, done=True, at=datetime.now(UTC), what="好")
