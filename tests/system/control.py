"""A control room for system tests: hears what screens tell, keeps it as a publisher does, sends commands."""

import json
import queue
import secrets
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from content.address import BrokerAddress
from content.commands import Command, Verb
from content.manifest import DEFAULT_ZONE, encode, parse
from content.mqtt import Arrived, Connection
from content.reports import Receipt, Receipts, Status
from content.signing import Key
from content.topics import COMMAND, ROOT
from content.vouched import key_path
from tests.system.rig import ScreenRig, Village, until

PUBLISHER = "test-village"


class ControlRoom:
    """Listens from its making to `close`."""

    def __init__(self, village: Village) -> None:
        self.statuses: dict[str, Status] = {}
        self.rows: dict[tuple[str, str, str, str], Receipt] = {}
        """(screen, series, item, digest) → the newest receipt."""
        self.arrivals: list[tuple[datetime, Receipts]] = []
        self._key = Key.load(key_path(village.folder, PUBLISHER))
        self._inbox: queue.Queue[Any] = queue.Queue()
        self._connection = Connection(
            BrokerAddress.parse(village.url), "control-room", self._inbox, credentials=village.credentials
        )
        self._connection.subscribe([f"{ROOT}/screens/+/status", f"{ROOT}/screens/+/receipts"], qos=1)
        self._connection.start()
        until("the control room is connected", lambda: self._connection.connected)

    def close(self) -> None:
        self._connection.close()

    def hear(self) -> None:
        """Take in what has come."""
        while not self._inbox.empty():
            event = self._inbox.get_nowait()
            if isinstance(event, Arrived) and event.payload:
                if event.topic.endswith("/status"):
                    status = parse(event.payload, Status)
                    self.statuses[status.screen] = status
                else:
                    self._keep(parse(event.payload, Receipts))

    def _keep(self, batch: Receipts) -> None:
        self.arrivals.append((datetime.now(UTC), batch))
        for one in batch.receipts:
            key = (batch.screen, batch.series, one.item, one.digest)
            if key not in self.rows or self.rows[key].sequence < one.sequence:
                self.rows[key] = one

    def status(self, screen: ScreenRig) -> Status | None:
        self.hear()
        return self.statuses.get(screen.name)

    def receipts(self, screen: ScreenRig, item: str) -> list[Receipt]:
        """What the screen said of every wording of an item."""
        self.hear()
        return [row for key, row in self.rows.items() if key[0] == screen.name and key[2] == item]

    def order(self, screen: ScreenRig, verb: Verb, **more: Any) -> Command:
        """Sign and send a command."""
        now = datetime.now(UTC)
        values: dict[str, Any] = {"id": secrets.token_hex(16), "issued": now, "expires": now + timedelta(seconds=60)}
        one = Command(screen=screen.name, publisher=PUBLISHER, verb=verb, **(values | more))
        self.send(screen, self._key.sign(encode(one)))
        return one

    def send(self, screen: ScreenRig, message: bytes) -> None:
        assert self._connection.publish(COMMAND.of(screen=screen.name), message, qos=1, retain=False)
        assert self._connection.flush(10.0)

    def outcome(self, screen: ScreenRig, command: Command) -> str | None:
        """What the status says became of it: its words, with 没有 in front where it was not done."""
        status = self.status(screen)
        found = [one for one in status.outcomes if one.id == command.id] if status else []
        return ("" if found[0].done else "没有：") + found[0].what if found else None


def publish_alert(village: Village, name: str, to: str, minutes: float = 60.0) -> None:
    """Save an alert as an editor does."""
    folder = village.folder / "alerts"
    folder.mkdir(exist_ok=True)
    now = datetime.now(ZoneInfo(DEFAULT_ZONE))
    text = {
        "level": "红", "event": "火情", "headline": "3号楼起火，请立即撤离", "to": [to],
        "issued": (now - timedelta(minutes=1)).strftime("%Y-%m-%dT%H:%M:%S"),
        "expires": (now + timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M:%S"),
    }  # fmt: skip
    temporary = folder / f".{name}.tmp"
    temporary.write_text(json.dumps(text, ensure_ascii=False))
    temporary.rename(folder / f"{name}.yaml")
