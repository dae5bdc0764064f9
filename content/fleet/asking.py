"""One command to one screen: signed, sent, and its outcome waited for. For `content screen`.

The outcome comes with the screen's status, over the same broker: no database and no `serve` are needed.
"""

import queue
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from content.address import BrokerAddress, Credentials
from content.clock import Clock
from content.commands import Command, Outcome, Verb
from content.errors import BrokerError, FolderError, Refused
from content.fleet.inbound import read_status
from content.manifest import encode
from content.mqtt import Arrived, Connected, Connection, Disconnected, Subscribed
from content.reports import Status
from content.signing import Key, verify_keyring
from content.topics import COMMAND, STATUS

CONNECT_PATIENCE_SECONDS = 20.0
STATUS_PATIENCE_SECONDS = 5.0
"""A retained status comes at once."""
LIFE = timedelta(seconds=120)


@dataclass(frozen=True)
class Answer:
    """What became of a command. `outcome` is None where the screen said nothing in time."""

    command: Command
    outcome: Outcome | None


def require_power(folder: Path, publisher: str, key: Key) -> None:
    """Raise FolderError, with what to do, where screens would not obey this publisher."""
    path = folder / "keyring.json"
    try:
        own = verify_keyring(path.read_bytes(), None).publisher(publisher)
    except (OSError, Refused) as error:
        raise FolderError(f"{path}: 读不出钥匙串（{error}）；先运行 python -m content init {folder}") from error
    if own is None or key.id not in own.keys:
        raise FolderError(f"{path}: 钥匙串里没有 {publisher} 的这把钥匙，屏幕不会听；请用根密钥重新签发")
    if "command" not in own.may:
        raise FolderError(
            f"{path}: 钥匙串没有给 {publisher} 命令屏幕的权（command）。请把根密钥放回 keys/root.pem，再运行：\n"
            f"  python -m content trust {folder} {folder}/keys/{publisher}.pub"
            f" --scope {','.join(own.scope)} --may {','.join([*own.may, 'command'])}"
        )


class Asking:
    """A connection for one command; a context manager."""

    def __init__(
        self, broker: BrokerAddress, publisher: str, key: Key, clock: Clock, credentials: Credentials | None
    ) -> None:
        self._publisher, self._key, self._clock = publisher, key, clock
        self._inbox: queue.Queue[Any] = queue.Queue(maxsize=100)
        name = f"command-{publisher}-{secrets.token_hex(3)}"
        self._where = f"{broker.host}:{broker.port}"
        self._connection = Connection(broker, name, self._inbox, credentials=credentials)
        self._why = "没有回应"

    def __enter__(self) -> "Asking":
        self._connection.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def status(self, screen: str) -> Status:
        """The screen's status as it is retained. Raises BrokerError, FolderError."""
        self._connection.subscribe([STATUS.of(screen=screen)], qos=1)
        self._next(CONNECT_PATIENCE_SECONDS, lambda event: isinstance(event, Connected | Subscribed) or None)
        if not self._connection.connected:
            raise BrokerError(
                f"没有连上 {self._where} 的 broker（{self._why}）；"
                "请检查网络，或 --broker、--ca、--cert、--key（应和 serve 的一样）"
            )
        status: Status | None = self._next(STATUS_PATIENCE_SECONDS, lambda event: status_in(event, screen))
        if status is None:
            raise FolderError(f"broker 上没有屏 {screen} 的状态；请看编号对不对：python -m content screens 内容文件夹")
        return status

    def make(self, screen: str, verb: Verb, upload: bool = False) -> Command:
        """A new command; with leave to `upload`, under a token that nobody can guess."""
        now, name = self._clock.now(), secrets.token_hex(16)
        return Command(
            screen=screen,
            publisher=self._publisher,
            id=name,
            verb=verb,
            issued=now,
            expires=now + LIFE,
            upload=f"screenshots/{name}" if upload else "",
            token=secrets.token_urlsafe(24) if upload else "",
        )

    def ask(self, command: Command, wait_seconds: float) -> Answer:
        """Send it, and wait until the screen's status tells what became of it. Raises BrokerError."""
        message = self._key.sign(encode(command))
        topic = COMMAND.of(screen=command.screen)
        sent = self._connection.publish(topic, message, qos=1, retain=False)
        if not sent or not self._connection.flush(CONNECT_PATIENCE_SECONDS):
            raise BrokerError("连接断开，broker 没有确认收到命令；请再试一次")
        outcome = self._next(wait_seconds, lambda event: outcome_in(event, command))
        return Answer(command, outcome)

    def _next(self, seconds: float, look: Callable[[Any], Any]) -> Any:
        """What `look` finds in the events of the next so many seconds; None where it finds nothing."""
        deadline = self._clock.monotonic() + seconds
        while (left := deadline - self._clock.monotonic()) > 0:
            try:
                event = self._inbox.get(timeout=left)
            except queue.Empty:
                break
            if isinstance(event, Disconnected):
                self._why = event.why
            found = look(event)
            if found:
                return found
        return None


def status_in(event: Any, screen: str) -> Status | None:
    """The status that arrived, if one did."""
    if isinstance(event, Arrived) and event.payload and event.topic == STATUS.of(screen=screen):
        try:
            return read_status(screen, event.payload)
        except Refused:
            return None
    return None


def outcome_in(event: Any, command: Command) -> Outcome | None:
    """The word on `command` in a status that arrived."""
    status = status_in(event, command.screen)
    return next((one for one in status.outcomes if one.id == command.id), None) if status else None
