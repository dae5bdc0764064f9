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
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from content.clock import BUILD_TIME, Clock, FlooredClock
from content.errors import ConfigError, Refused
from content.files import write_atomic
from content.manifest import encode
from content.mqtt import Arrived, Connected, Connection, Disconnected, Subscribed
from content.signing import Keyring, verify_keyring
from content.topics import STATUS
from kiosk.cache import Cache
from kiosk.config import Config
from kiosk.fetch import BlobArrived, Fetcher, FetchProblem, MirrorAnswered
from kiosk.health import Refusals, Status, read_heartbeat
from kiosk.holdings import Holdings
from kiosk.notify import Notifier

log = logging.getLogger(__name__)

STATUS_SECONDS = 60.0
STATUS_LEAST_SECONDS = 1.0
SILENCE_SECONDS = 10.0
"""A topic that says nothing for so long after SUBACK is subscribed to again, then asked for over HTTP."""
SILENT_TOPIC_SECONDS = 3600.0
"""How often a topic that has never said anything is asked for over HTTP."""
MIRROR_SECONDS = 60.0
"""How often the mirror is asked while there is no broker."""
KEYRING_SECONDS = 3600.0
CLEAN_SECONDS = 600.0
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
        rng: Callable[[], float] = random.random,
    ) -> None:
        self._config, self._cache, self._run_folder, self._rng = config, cache, run_folder, rng
        self._clock = FlooredClock(clock, BUILD_TIME)
        self._notifier = notifier
        self._inbox: queue.Queue[Any] = queue.Queue(maxsize=INBOX_SIZE)
        self._dropped = 0
        self._refusals = Refusals()
        self._last_error = ""
        self._stopping = threading.Event()
        self._status_topic = STATUS.of(screen=config.screen)
        cache.prepare()
        self._holdings = Holdings(config.place, cache, self._load_keyring(), self._refusals)
        self._clock.raise_floor(self._holdings.newest_issued())
        self._unsettled = True
        will = encode(Status(screen=config.screen, online=False))
        self._connection = Connection(
            config.broker, config.screen, self._inbox, credentials=config.credentials, will=(self._status_topic, will)
        )
        self._fetcher = Fetcher(config.http, cache, self._inbox, self._clock, tls=config.credentials)
        self._heard: set[str] = set()
        self._silence_rounds = 0
        self._alarms = {"status": 0.0, "silence": float("inf"), "mirror": self._in(5.0), "keyring": self._in(30.0)}
        self._alarms["clean"] = self._in(CLEAN_SECONDS)

    def run(self) -> None:
        """Work until `stop`."""
        self._fetcher.start()
        self._connection.subscribe(self._holdings.topics)
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
        goodbye = encode(Status(screen=self._config.screen, online=False, place=self._config.place))
        self._connection.close((self._status_topic, goodbye))
        self._fetcher.close()

    def _in(self, seconds: float) -> float:
        """The monotonic moment in about `seconds`, so that a thousand screens do not act as one."""
        return self._clock.monotonic() + seconds * (0.75 + 0.5 * self._rng())

    def _step(self) -> None:
        """Take in what has come, then do what is due."""
        wait = min([LOOP_SECONDS, *(due - self._clock.monotonic() for due in self._alarms.values())])
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
            self._heard.clear()
            self._silence_rounds = 0
            self._alarms["silence"] = self._in(SILENCE_SECONDS)
        if self._unsettled:
            self._settle()
        for name, due in list(self._alarms.items()):
            if due <= self._clock.monotonic():
                self._ring(name)
        self._notifier.alive()

    def _ring(self, name: str) -> None:
        match name:
            case "status":
                self._tell_status()
            case "silence":
                self._break_silence()
            case "mirror":
                self._alarms["mirror"] = self._in(MIRROR_SECONDS)
                if not self._connection.connected:
                    self._ask_mirror(self._holdings.topics)
            case "keyring":
                self._alarms["keyring"] = self._in(KEYRING_SECONDS)
                self._fetcher.ask(KEYRING_PATH)
            case "clean":
                self._clean()

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
                self._take_from_mirror(path, message)
            case FetchProblem(what, why):
                self._note_error(f"{what}: {why}")
            case Connected():
                log.info("broker: connected")
                self._last_error = ""
                self._heard.clear()
                self._silence_rounds = 0
                self._alarms["status"] = self._clock.monotonic()
            case Subscribed(_, refused):
                if refused:
                    self._note_error(f"broker 不许订阅 {refused[0]}")
                self._alarms["silence"] = self._clock.monotonic() + SILENCE_SECONDS
            case Disconnected(why):
                self._alarms["silence"] = float("inf")
                self._note_error(why)

    def _take(self, topic: str, message: bytes) -> None:
        """A message came, by whatever way: use it, know it, or refuse it."""
        if topic not in self._holdings.topics:
            return
        try:
            news = self._holdings.offer(topic, message)
            self._heard.add(topic)  # a forgery is no word from the publisher
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
            keyring = verify_keyring(message, self._holdings.keyring)
            verify_keyring(message, self._flashed)  # else it would be refused at the next start
        except Refused as refusal:  # another village's, perhaps: its server may be in our list too
            log.info("keyring not taken: %s", refusal)
            return
        if keyring.version > self._holdings.keyring.version:
            try:
                write_atomic(self._cache.keyring_path, message)
            except OSError as error:
                self._note_disk_error(error)
                return
            self._change_keyring(keyring)

    def _change_keyring(self, keyring: Keyring) -> None:
        """Believe the new keyring, and no longer what only the old one vouched for."""
        log.info("keyring: version %d -> %d", self._holdings.keyring.version, keyring.version)
        before = self._holdings.topics
        self._holdings.believe(keyring)
        self._unsettled = True
        self._connection.unsubscribe([topic for topic in before if topic not in self._holdings.topics])
        self._connection.subscribe(self._holdings.topics)

    def _load_keyring(self) -> Keyring:
        """The keyring from flashing, or the newer one that it led to. Raises ConfigError."""
        try:
            keyring = verify_keyring(self._config.keyring.read_bytes(), None)
        except OSError as error:
            raise ConfigError(self._config.keyring, [f"读不了钥匙串：{error.strerror}"]) from error
        except Refused as error:
            raise ConfigError(self._config.keyring, [f"钥匙串不可信：{error}"]) from error
        self._flashed = keyring
        try:
            return verify_keyring(self._cache.keyring_path.read_bytes(), keyring)
        except (OSError, Refused):  # none yet, or rotten: the mirror has it
            return keyring

    def _settle(self) -> None:
        """Make what was taken hold, and fetch what it lacks."""
        try:
            self._fetcher.want(self._holdings.settle())
            self._unsettled = False
        except OSError as error:
            self._note_disk_error(error)
        self._status_soon()

    def _note_disk_error(self, error: OSError) -> None:
        """A full disk: what is on the screen stays. Make room; the next subscription brings the message again."""
        self._note_error(f"不能保存：{error.strerror}")
        self._clean()
        self._alarms["silence"] = self._in(MIRROR_SECONDS)
        self._heard.clear()
        self._silence_rounds = 0

    def _clean(self) -> None:
        """Delete what nothing names, once the player has drawn the state that names it no more."""
        self._alarms["clean"] = self._in(CLEAN_SECONDS)
        _, digest = self._cache.pointer()
        heartbeat = read_heartbeat(self._run_folder)
        if heartbeat is None or heartbeat.pointer == digest:
            self._holdings.clean()

    def _break_silence(self) -> None:
        """Some topics said nothing since we subscribed: ask again, then ask over HTTP."""
        self._alarms["silence"] = float("inf")
        silent = [topic for topic in self._holdings.topics if topic not in self._heard]
        if not silent or not self._connection.connected:
            return
        self._silence_rounds += 1
        if self._silence_rounds == 1:
            self._connection.subscribe(silent)
        else:
            self._ask_mirror(silent)
            self._alarms["silence"] = self._in(SILENT_TOPIC_SECONDS)

    def _ask_mirror(self, topics: tuple[str, ...] | list[str]) -> None:
        for topic in topics:
            self._fetcher.ask(topic, within=SILENCE_SECONDS)

    def _status_soon(self) -> None:
        self._alarms["status"] = min(self._alarms["status"], self._clock.monotonic() + STATUS_LEAST_SECONDS)

    def _tell_status(self) -> None:
        self._alarms["status"] = self._in(STATUS_SECONDS)
        if self._connection.connected:
            self._connection.publish(self._status_topic, encode(self.status()), qos=1, retain=True)

    def status(self) -> Status:
        """What the screen would say of itself now."""
        return Status(
            screen=self._config.screen,
            online=True,
            place=self._config.place,
            at=self._clock.now(),
            version=software_version(),
            revisions=self._holdings.revisions(),
            missing_blobs=len(self._holdings.missing()),
            refusals=dict(self._refusals.counts),
            last_refusal=self._refusals.last,
            dropped_messages=self._connection.dropped,
            clock_trusted=self._clock.trusted(),
            keyring_version=self._holdings.keyring.version,
            showing=read_heartbeat(self._run_folder),
            last_error=self._last_error,
        )

    def _note_error(self, why: str) -> None:
        if why != self._last_error:
            log.warning("%s", why)
        self._last_error = why
        self._status_soon()


def software_version() -> str:
    """The version of the installed package."""
    try:
        return version("convenience-windows")
    except PackageNotFoundError:
        return "unknown"
