"""The agent: process one, network and disk. From signed messages to a cache that the player reads.

verify → plan → fetch → cache. One loop owns everything; MQTT and downloads put events into its
inbox from their threads. Whatever is wrong with a message or a download, what is on the screen
stays; it is counted and told in the status.
"""

import contextlib
import logging
import queue
import random
import threading
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from content.clock import BUILD_TIME, Clock, FlooredClock
from content.errors import Refused
from content.manifest import encode
from content.mqtt import Arrived, Connected, Connection, Disconnected, Subscribed
from content.reports import Status
from content.signing import Keyring
from content.topics import ASSIGNMENT, COMMAND, RECEIPTS, STATUS
from kiosk.agent_state import AgentState, write_state
from kiosk.between import Pairing
from kiosk.cache import Cache
from kiosk.checked_clock import CheckedClock, DatedAnswer
from kiosk.config import Config
from kiosk.contact import in_contact
from kiosk.enrolment.asking import Reply
from kiosk.enrolment.assigned import Assigned
from kiosk.enrolment.own import Own
from kiosk.enrolment.renewal import Renewal
from kiosk.fetch import BlobArrived, Fetcher, FetchProblem, MirrorAnswered
from kiosk.health import Refusals, software_version
from kiosk.holdings import Holdings
from kiosk.machine.hardware import Machine
from kiosk.notify import Notifier
from kiosk.orders.deeds import Asked, Deeds
from kiosk.orders.obey import opened
from kiosk.orders.upload import Uploaded
from kiosk.reporting.witness import Witness
from kiosk.silence import SILENCE_SECONDS, SILENT_TOPIC_SECONDS, Silence
from kiosk.trust import Trust

log = logging.getLogger(__name__)

STATUS_SECONDS = 60.0
STATUS_LEAST_SECONDS = 1.0
MIRROR_SECONDS = 60.0
"""How often the mirror is asked while there is no broker, or while its clock and ours contradict each other."""
KEYRING_SECONDS = 3600.0
LOOP_SECONDS = 5.0
INBOX_SIZE = 500
"""Events; at 128 KiB each a flood can take 64 MB and no more."""
MOST_EVENTS = 100
KEYRING_PATH = "keyring.json"


class Agent:
    """One screen's agent. Made, run and closed by one thread."""

    def __init__(
        self,
        config: Config,
        cache: Cache,
        run_folder: Path,
        clock: Clock,
        *,
        notifier: Notifier,
        own: Own | None = None,
        rng: Callable[[], float] = random.random,
    ) -> None:
        """`own`: the screen's key and certificate, where it has any; it gets the next one in time."""
        self._config, self._cache, self._run_folder, self._rng = config, cache, run_folder, rng
        self._checked = CheckedClock(clock, lambda: self._deeds.dated)
        self._clock = FlooredClock(self._checked, BUILD_TIME)
        self._notifier = notifier
        self._inbox: queue.Queue[Any] = queue.Queue(maxsize=INBOX_SIZE)
        self._dropped = 0
        self._refusals = Refusals()
        self._last_error = ""
        self._contacted: datetime | None = None
        self._mirrored: float | None = None
        self._stopping = threading.Event()
        self._status_topic = STATUS.of(screen=config.screen)
        self._command_topic, self._assignment_topic = (
            COMMAND.of(screen=config.screen),
            ASSIGNMENT.of(screen=config.screen),
        )
        self._receipts_topic = RECEIPTS.of(screen=config.screen)
        cache.prepare()
        self._trust = Trust(config.keyring, cache.keyring_path)
        self._assigned = Assigned(config.screen, config.place, cache.assignment_path, self._trust.keyring)
        self._holdings = Holdings(self._assigned.place, cache, self._trust.keyring, self._refusals)
        self._clock.raise_floor(self._holdings.newest_issued())
        self._unsettled = True
        will = encode(Status(screen=config.screen, online=False))
        self._connection = Connection(
            config.broker, config.screen, self._inbox, credentials=config.credentials, will=(self._status_topic, will)
        )
        self._fetcher = Fetcher(config.http, cache, self._inbox, self._clock, tls=config.credentials)
        self._renewal = Renewal(own, self._connection, self._inbox, self._clock, rng)
        self._silence = Silence()
        self._alarms = {"status": 0.0, "mirror": self._in(5.0), "keyring": self._in(30.0)}
        self._machine = Machine(cache.folder)
        self._witness = Witness(config.screen, cache, run_folder, self._clock, rng, self._send_receipts)
        self._counted = self._witness.newest
        asked = Asked(self._refresh, self._witness.report, self._status_soon, self._witness.alert)
        self._deeds = Deeds(config, cache.folder, run_folder, self._clock, self._inbox, asked)

    def run(self) -> None:
        """Work until `stop`."""
        self._deeds.begin()
        self._tell_pairing()
        self._fetcher.start()
        self._connection.subscribe(self._holdings.topics)  # first what is to be shown
        self._connection.subscribe((self._command_topic, self._assignment_topic))
        self._connection.start()
        self._notifier.ready()
        try:
            while not self._stopping.is_set():
                self._step()
        finally:
            self.close()

    def stop(self) -> None:
        """End `run` soon. From any thread."""
        self._stopping.set()
        with contextlib.suppress(queue.Full):  # a full inbox wakes the loop as well
            self._inbox.put_nowait(None)

    def close(self) -> None:
        """Leave the broker with a word, stop the threads. May be called twice."""
        self._witness.close()
        goodbye = encode(Status(screen=self._config.screen, online=False, place=self._assigned.place))
        self._connection.close((self._status_topic, goodbye))
        self._fetcher.close()

    def _in(self, seconds: float) -> float:
        """The monotonic moment in about `seconds`, so that a thousand screens do not act as one."""
        return self._clock.monotonic() + seconds * (0.75 + 0.5 * self._rng())

    def _step(self) -> None:
        """Take in what has come, then do what is due."""
        due = min(self._silence.due, self._witness.due(), self._deeds.due(), self._renewal.due, *self._alarms.values())
        wait = min(LOOP_SECONDS, due - self._clock.monotonic())
        try:
            self._handle(self._inbox.get(timeout=max(0.01, wait)))
            for _ in range(MOST_EVENTS):  # a flood must not keep us from the rest
                if self._stopping.is_set():
                    break
                self._handle(self._inbox.get_nowait())
        except queue.Empty:
            pass
        if self._connection.dropped != self._dropped:  # perhaps the very message we need: ask again
            self._dropped = self._connection.dropped
            self._silence.begin(self._in(SILENCE_SECONDS))
        if self._unsettled:
            self._settle()
        self._look()
        for name, due in list(self._alarms.items()):
            if due <= self._clock.monotonic():
                self._ring(name)
        self._notifier.alive()

    def _ring(self, name: str) -> None:
        match name:
            case "status":
                self._tell_status()
            case "mirror":
                self._alarms["mirror"] = self._in(MIRROR_SECONDS)
                if not self._connection.connected:
                    self._ask_mirror([*self._holdings.topics, self._assignment_topic])
                elif not self._assigned.place:
                    self._ask_mirror([self._assignment_topic])
                if self._checked.in_doubt():  # it may be the server that was wrong, and is right by now
                    self._fetcher.ask(KEYRING_PATH)
            case "keyring":
                self._alarms["keyring"] = self._in(KEYRING_SECONDS)
                self._fetcher.ask(KEYRING_PATH)

    def _handle(self, event: Any) -> None:
        match event:
            case Arrived(topic, None, size):
                self._refusals.note_too_large(size)
                self._status_soon()
            case Arrived(topic, bytes() as payload, _):
                self._take(topic, payload)
            case BlobArrived():
                self._unsettled = True
            case MirrorAnswered(path, message):
                self._mirrored = self._clock.monotonic()
                self._take_from_mirror(path, message)
            case Uploaded():
                self._deeds.uploaded(event)
            case Reply():
                self._note_error(self._renewal.take(event) or self._last_error)
            case DatedAnswer():
                self._deeds.date(event)
            case FetchProblem(what, why):
                self._note_error(f"{what}: {why}")
            case _:
                self._follow(event)

    def _follow(self, event: Any) -> None:
        """The connection comes and goes."""
        match event:
            case Connected():
                log.info("broker: connected")
                self._last_error = ""
                self._silence.begin()
                self._alarms["status"] = self._clock.monotonic()
                self._witness.connected()
            case Subscribed(_, refused):
                if refused:
                    self._note_error(f"broker 不许订阅 {refused[0]}")
                self._contact()
                self._silence.subscribed(self._clock.monotonic())
            case Disconnected(why):
                self._silence.disconnected()
                self._note_error(why)
                self._status_soon()

    def _take(self, topic: str, message: bytes) -> None:
        """A message came, by whatever way: use it, know it, or refuse it."""
        try:
            if topic == self._command_topic:
                screen, place = self._config.screen, self._assigned.place
                self._deeds.obey(opened(message, self._holdings.keyring, screen, place))
            if topic == self._assignment_topic:
                self._take_assignment(message)
            if topic not in self._holdings.topics:
                return
            news = self._holdings.offer(topic, message)
            self._silence.heard.add(topic)  # a forgery is no word from the publisher
            self._contact()
            if news:
                log.info("took revision %d of %s", self._holdings.revisions()[topic], topic)
                self._clock.raise_floor(self._holdings.newest_issued())
                self._unsettled = True
        except Refused as refusal:
            if not self._refusals.counts[str(refusal.reason)]:  # the status counts the rest
                log.warning("%s on %s", refusal, topic)
            self._refusals.note(refusal)
            self._status_soon()
        except OSError as error:
            self._note_disk_error(error)

    def _take_from_mirror(self, path: str, message: bytes | None) -> None:
        if message is None:
            return
        if path != KEYRING_PATH:
            self._take(path, message)
            return
        try:
            keyring = self._trust.offer(message)
        except OSError as error:
            self._note_disk_error(error)
            return
        if keyring is not None:
            self._change_keyring(keyring)

    def _take_assignment(self, message: bytes) -> None:
        """Hang where it says; the player follows by itself. An empty one: nobody assigns us any more, and we stay."""
        if not message or not self._assigned.offer(message, self._holdings.keyring):
            return
        before = self._holdings.topics
        self._holdings.move(self._assigned.place)
        self._listen_anew(before)
        self._tell_pairing()

    def _tell_pairing(self) -> None:
        """Of a screen with a certificate and without a place, the panel says so."""
        said = "证书已经领到，正在等待安排地点"
        self._deeds.pair(None if self._assigned.place else Pairing(screen=self._config.screen, said=said))

    def _change_keyring(self, keyring: Keyring) -> None:
        """Believe the new keyring, and no longer what only the old one vouched for."""
        before = self._holdings.topics
        self._holdings.believe(keyring)
        self._listen_anew(before)

    def _listen_anew(self, before: tuple[str, ...]) -> None:
        """Other topics than `before` are ours now."""
        self._unsettled = True
        self._connection.unsubscribe([topic for topic in before if topic not in self._holdings.topics])
        self._connection.subscribe(self._holdings.topics)

    def _settle(self) -> None:
        """Make what was taken hold, and fetch what it lacks."""
        since = self._clock.monotonic()
        try:
            self._fetcher.want(self._holdings.settle())
            self._unsettled = False
            self._witness.settled(self._holdings, since)
            self._contact()
        except OSError as error:
            self._note_disk_error(error)
        self._status_soon()

    def _note_disk_error(self, error: OSError) -> None:
        """A full disk: what is on the screen stays. Make room; the next subscription brings the message again."""
        self._note_error(f"不能保存：{error.strerror}")
        self._witness.clean(self._holdings)
        self._silence.begin(self._in(MIRROR_SECONDS))

    def _contact(self) -> None:
        """Tell the player, once a boot, that the cache holds what the publishers say now."""
        kept = self._holdings.kept()
        if not self._deeds.contact and not self._unsettled and in_contact(kept, self._silence.heard):
            self._deeds.in_contact()

    def _look(self) -> None:
        """See to what is due beside messages: the player's doings, commands under way, topics that are silent."""
        self._deeds.look()
        self._renewal.look()
        try:
            if self._witness.look(self._holdings, settled=not self._unsettled):
                log.warning("the player shows no sign of life")
                self._status_soon()
        except OSError as error:
            self._note_error(f"回执不能保存：{error.strerror}")
        if self._witness.newest != self._counted:  # whoever missed the batch sees by the status what to ask for
            self._counted = self._witness.newest
            self._status_soon()
        if self._silence.due <= self._clock.monotonic():
            if not self._connection.connected:
                self._silence.disconnected()
                return
            silent, by_http = self._silence.broken(self._holdings.topics, self._in(SILENT_TOPIC_SECONDS))
            if by_http:
                self._ask_mirror(silent)
            elif silent:
                self._connection.subscribe(silent)

    def _send_receipts(self, batch: bytes) -> bool:
        return self._connection.publish(self._receipts_topic, batch, qos=1, retain=False)

    def _refresh(self) -> None:
        """Ask for everything once more, by both ways."""
        self._silence.begin()
        self._connection.subscribe(self._holdings.topics)
        self._ask_mirror([*self._holdings.topics, self._assignment_topic])
        self._fetcher.ask(KEYRING_PATH)

    def _ask_mirror(self, topics: tuple[str, ...] | list[str]) -> None:
        for topic in topics:
            self._fetcher.ask(topic, within=SILENCE_SECONDS)

    def _status_soon(self) -> None:
        self._alarms["status"] = min(self._alarms["status"], self._clock.monotonic() + STATUS_LEAST_SECONDS)

    def _tell_status(self) -> None:
        self._alarms["status"] = self._in(STATUS_SECONDS)
        status, connected, now = self.status(), self._connection.connected, self._clock.now()
        self._contacted = now if connected else self._contacted
        with contextlib.suppress(OSError):  # for those at the screen; the village hears it below
            address = f"{self._config.broker.host}:{self._config.broker.port}"
            state = AgentState(status, self._clock.monotonic(), connected, address, self._contacted, self._mirrored)
            write_state(self._run_folder, state)
        if connected:
            self._connection.publish(self._status_topic, encode(status), qos=1, retain=True)

    def status(self) -> Status:
        """What the screen would say of itself now."""
        return Status(
            screen=self._config.screen,
            online=True,
            place=self._assigned.place,
            at=self._clock.now(),
            version=software_version(),
            revisions=self._holdings.revisions(),
            missing_blobs=len(self._holdings.missing()),
            refusals=dict(self._refusals.counts),
            last_refusal=self._refusals.last,
            dropped_messages=self._connection.dropped,
            clock_trusted=self._clock.trusted(),
            keyring_version=self._holdings.keyring.version,
            showing=self._witness.heartbeat(),
            last_error=self._last_error,
            receipts_series=self._witness.series,
            receipts_newest=self._witness.newest,
            outcomes=self._deeds.memory.outcomes,
            hardware=self._machine.hardware(self._checked.offset_seconds()),
        )

    def _note_error(self, why: str) -> None:
        if why != self._last_error:
            log.warning("%s", why)
        self._last_error = why
        self._status_soon()
