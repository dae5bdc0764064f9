"""Hostile messages on a real broker: the picture does not change, and each is counted with its reason."""

import base64
import json
import queue
import random
from datetime import UTC, datetime
from typing import Any

import pytest

from content.address import BrokerAddress
from content.errors import Reason
from content.manifest import Content, Manifest, encode, parse_verified
from content.mqtt import Connection
from content.notice import TOPICS, Notice
from content.signing import Key
from content.topics import CONTENT, STATUS
from content.vouched import key_path
from tests.system.rig import DOORWAYS, ScreenRig, Village, statuses, until

PUBLISHER = "test-village"
MUTATIONS = 500


class Attacker:
    """Somebody with the broker's password: may publish anything anywhere, and listens to all."""

    def __init__(self, village: Village) -> None:
        self.inbox: queue.Queue[Any] = queue.Queue()
        self.events: list[Any] = []
        self._connection = Connection(BrokerAddress.parse(village.broker.url), "attacker", self.inbox)
        self._connection.subscribe(["window/v1/#"])
        self._connection.start()
        until("the attacker is connected", lambda: self._connection.connected)

    def send(self, topic: str, message: bytes) -> None:
        assert self._connection.publish(topic, message, qos=1, retain=True)
        assert self._connection.flush(10.0)

    def newest(self) -> list[Any]:
        while not self.inbox.empty():
            self.events.append(self.inbox.get_nowait())
        return self.events

    def refusals(self, screen: ScreenRig) -> dict[str, int]:
        found = statuses(self.newest()).get(screen.name, {})
        counts: dict[str, int] = found.get("refusals", {})
        return counts

    def close(self) -> None:
        self._connection.close()


def forged(key: Key, place: str, revision: int) -> bytes:
    notice = Notice(id="evil", title="不该出现的内容", topic=TOPICS["便民信息"])
    manifest = Manifest(
        kind="content", place=place, publisher=PUBLISHER, revision=revision, issued=datetime.now(UTC),
        content=Content(place_name="坏人村", notices=(notice,)),
    )  # fmt: skip
    return key.sign(encode(manifest))


@pytest.fixture
def attacked(village: Village):  # type: ignore[no-untyped-def]  # a generator of three
    village.write_notice("one", "真的通知", "village", body="正文。")
    village.start_publisher()
    screen = village.screen(DOORWAYS[0])
    screen.start_agent()
    screen.start_player()
    until("the notice", lambda: screen.notices() == {"one"})
    picture = until("the picture", lambda: screen.drawn("one"))
    attacker = Attacker(village)
    until("the first status", lambda: statuses(attacker.newest()).get(screen.name, {}).get("revisions"))
    yield screen, attacker, picture, Key.load(key_path(village.folder, PUBLISHER))
    attacker.close()


def counted(attacker: Attacker, screen: ScreenRig, reason: Reason, number: int) -> None:
    until(f"{number} × {reason}", lambda: attacker.refusals(screen).get(str(reason), 0) >= number)


def test_no_forged_message_changes_the_picture_and_each_is_counted(attacked: Any) -> None:
    screen, attacker, picture, key = attacked
    topic = CONTENT.of(place="village", publisher=PUBLISHER)
    (version,) = [
        screen.cache.version(d) for t, ds in screen.cache.pointer()[0].stacks.items() if t == topic for d in ds
    ]
    good, revision = screen.cache.message(version.digest), version.manifest.revision

    attacker.send(topic, forged(Key.generate(), "village", revision + 1))
    counted(attacker, screen, Reason.UNKNOWN_KEY, 1)

    attacker.send(topic, forged(key, "village/north", revision + 1))
    counted(attacker, screen, Reason.WRONG_TOPIC, 1)

    attacker.send(topic, forged(key, "village", revision - 1))
    counted(attacker, screen, Reason.ROLLBACK, 1)

    attacker.send(topic, one_byte_changed(good))
    counted(attacker, screen, Reason.BAD_SIGNATURE, 1)

    attacker.send(topic, b"x" * 10_000_000)
    counted(attacker, screen, Reason.TOO_LARGE, 1)

    attacker.send(topic, b"")
    counted(attacker, screen, Reason.MALFORMED, 1)

    before = sum(attacker.refusals(screen).values())
    sent = 0
    for message in mutations(good, MUTATIONS):
        attacker.send(topic, message)
        sent += 1
    until("every mutation is counted", lambda: sum(attacker.refusals(screen).values()) >= before + sent)
    assert sum(attacker.refusals(screen).values()) == before + sent
    assert screen.notices() == {"one"}
    assert screen.drawn("one") == picture


def one_byte_changed(good: bytes) -> bytes:
    """The good envelope with one letter of the title in its payload changed."""
    envelope = json.loads(good)
    payload = base64.b64decode(envelope["payload"]).replace("真的通知".encode(), "假的通知".encode())
    envelope["payload"] = base64.b64encode(payload).decode()
    return json.dumps(envelope).encode()


def mutations(good: bytes, number: int) -> list[bytes]:
    """`number` messages that differ from the good one in what they say: bytes changed, cut, doubled, moved."""
    rng = random.Random(20261123)  # noqa: S311 -- the same 500 each time
    meaning = parse_verified(good), sorted(json.loads(good)["signatures"], key=str)
    made: list[bytes] = []
    while len(made) < number:
        mutant = bytearray(good)
        for _ in range(rng.choice((1, 1, 1, 2, 8))):
            at = rng.randrange(len(mutant))
            match rng.randrange(4):
                case 0:
                    mutant[at] = rng.randrange(256)
                case 1:
                    del mutant[at : at + rng.choice((1, 10, 200))]
                case 2:
                    mutant[at:at] = mutant[at : at + rng.choice((1, 10, 200))]
                case _:
                    mutant[at] ^= 1 << rng.randrange(8)
        if bytes(mutant) != good and not says_the_same(bytes(mutant), meaning):
            made.append(bytes(mutant))
    return made


def says_the_same(mutant: bytes, meaning: Any) -> bool:
    """White space, or bits of base64 that carry nothing: such a message is the good one."""
    try:
        return bool((parse_verified(mutant), sorted(json.loads(mutant)["signatures"], key=str)) == meaning)
    except Exception:  # noqa: BLE001 -- any failure means that it is not the same
        return False


def test_somebody_elses_status_topic_is_not_read_by_screens(attacked: Any) -> None:
    screen, attacker, picture, _ = attacked
    attacker.send(STATUS.of(screen=screen.name), b'{"screen":"x","online":false}')
    assert screen.drawn("one") == picture
