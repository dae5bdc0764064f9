"""The door to the broker, as far as it needs no broker: addresses, pauses, and what goes into the inbox."""

import queue
from pathlib import Path
from typing import Any

import paho.mqtt.client as paho
import pytest
from hypothesis import given
from hypothesis import strategies as st
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.reasoncodes import ReasonCode

from content.address import BrokerAddress, Credentials
from content.errors import BrokerError
from content.manifest import MAX_PAYLOAD
from content.mqtt import (
    Arrived,
    Connected,
    Connection,
    Disconnected,
    Subscribed,
    backoff,
    tls_context,
)

GOOD_ADDRESSES = {
    "mqtts://broker.example": BrokerAddress("broker.example", 8883, tls=True),
    "mqtts://broker.example:8884": BrokerAddress("broker.example", 8884, tls=True),
    "mqtt://127.0.0.1": BrokerAddress("127.0.0.1", 1883, tls=False),
    "mqtt://[::1]:1884": BrokerAddress("::1", 1884, tls=False),
}


@pytest.mark.parametrize(("url", "address"), GOOD_ADDRESSES.items())
def test_a_broker_address_has_its_scheme_port(url: str, address: BrokerAddress) -> None:
    assert BrokerAddress.parse(url) == address


@pytest.mark.parametrize(
    "url", ["", "broker.example", "http://broker.example", "mqtt://", "mqtt://a:port", "mqtt://a:99999", "mqtt://[::1"]
)
def test_what_is_no_broker_address_is_said_to_be_none(url: str) -> None:
    with pytest.raises(BrokerError, match="broker 地址"):
        BrokerAddress.parse(url)


def test_a_password_in_the_address_is_refused_and_does_not_reach_the_log() -> None:
    with pytest.raises(BrokerError) as error:
        BrokerAddress.parse("mqtts://window:hunter2@broker.example")
    assert "hunter2" not in str(error.value)


@given(st.integers(1, 10_000), st.floats(0, 1, exclude_max=True), st.floats(1, 1000))
def test_a_pause_is_never_longer_than_the_cap(attempt: int, chance: float, cap: float) -> None:
    assert 0 <= backoff(attempt, cap=cap, rng=lambda: chance) <= cap


def test_pauses_double_up_to_the_cap_and_are_spread_over_all_of_it() -> None:
    assert [backoff(attempt, rng=lambda: 1.0) for attempt in range(1, 9)] == [2, 4, 8, 16, 32, 60, 60, 60]
    assert [backoff(attempt, rng=lambda: 0.0) for attempt in range(1, 9)] == [0.0] * 8


def test_a_broken_certificate_is_said_to_be_broken(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("nothing")
    files = Credentials(tmp_path / "ca.pem", tmp_path / "own.pem", tmp_path / "own.key")
    with pytest.raises(BrokerError, match="证书"):
        tls_context(files)
    with pytest.raises(BrokerError, match="证书"):
        tls_context(Credentials(tmp_path / "none.pem", tmp_path / "own.pem", tmp_path / "own.key"))


class Inbox:
    """A connection that was never started, and all that it put into its inbox."""

    def __init__(self, size: int = 100) -> None:
        self._queue: queue.Queue[Any] = queue.Queue(maxsize=size)
        self.connection = Connection(BrokerAddress("127.0.0.1", 1, tls=False), "screen", self._queue)
        self.client = paho.Client(CallbackAPIVersion.VERSION2)

    def arrives(self, topic: bytes, payload: bytes) -> None:
        message = paho.MQTTMessage(topic=topic)
        message.payload = payload
        self.connection._on_message(self.client, None, message)

    @property
    def events(self) -> list[Any]:
        """All events so far; taken out."""
        found = []
        while not self._queue.empty():
            found.append(self._queue.get_nowait())
        return found


def suback(*codes: int) -> list[ReasonCode]:
    return [ReasonCode(PacketTypes.SUBACK, identifier=code) for code in codes]


CONNACK_OK = ReasonCode(PacketTypes.CONNACK, "Success")
CONNACK_NO = ReasonCode(PacketTypes.CONNACK, "Not authorized")
LOST = ReasonCode(PacketTypes.DISCONNECT, "Unspecified error")


def test_messages_come_out_in_the_order_in_which_they_came() -> None:
    inbox = Inbox()
    inbox.connection.subscribe(["window/v1/#"])
    inbox.arrives(b"window/v1/a", b"1")
    inbox.arrives("window/v1/北".encode(), b"")
    assert inbox.events == [Arrived("window/v1/a", b"1", 1), Arrived("window/v1/北", b"", 0)]


def test_a_message_of_10_megabytes_is_told_and_not_kept() -> None:
    inbox = Inbox()
    inbox.connection.subscribe(["a"])
    inbox.arrives(b"a", bytes(10_000_000))
    inbox.arrives(b"a", bytes(MAX_PAYLOAD))
    first, second = inbox.events
    assert first == Arrived("a", None, 10_000_000)
    assert second.payload == bytes(MAX_PAYLOAD)


def test_a_topic_that_is_not_text_does_not_kill_the_thread() -> None:
    inbox = Inbox()
    inbox.arrives(b"\xff\xfe", b"1")
    assert inbox.events == []


def test_a_flood_is_counted_and_neither_waits_nor_grows() -> None:
    inbox = Inbox(size=3)
    inbox.connection.subscribe(["a"])
    for number in range(10):
        inbox.arrives(b"a", bytes([number]))
    assert [event.payload for event in inbox.events] == [b"\0", b"\1", b"\2"]
    assert inbox.connection.dropped == 7


def test_the_owner_hears_yes_no_and_lost() -> None:
    inbox = Inbox()
    connection, client = inbox.connection, inbox.client
    connection._on_connect(client, None, None, CONNACK_NO, None)
    connection._on_connect(client, None, None, CONNACK_OK, None)
    connection._on_disconnect(client, None, None, LOST, None)
    connection._on_connect_fail(client, None)
    assert inbox.events == [
        Disconnected("broker 拒绝连接：Not authorized"),
        Connected(),
        Disconnected("Unspecified error"),
        Disconnected("连不上 broker"),
    ]


class Paho:
    """A client whose broker has just said yes. Notes what its owner knew when the filters were asked for."""

    def __init__(self, inbox: Inbox) -> None:
        self.inbox, self.asked = inbox, list[tuple[list[tuple[str, int]], bool, list[Any]]]()

    def subscribe(self, filters: list[tuple[str, int]]) -> tuple[int, int]:
        self.asked.append((filters, self.inbox.connection.connected, self.inbox.events))
        return 0, len(self.asked)

    def is_connected(self) -> bool:
        return True

    def reconnect_delay_set(self, *_: float) -> None:
        """Nothing waits here."""


def test_the_filters_are_asked_for_before_anything_can_be_published_so_that_no_answer_is_lost() -> None:
    inbox = Inbox()
    connection = inbox.connection
    connection.subscribe(["command"])
    client = Paho(inbox)
    connection._client = client  # type: ignore[assignment]  # says yes, as paho does before it calls on_connect
    for _ in range(2):
        assert connection.connected is False
        connection._on_connect(inbox.client, None, None, CONNACK_OK, None)
        assert (connection.connected, inbox.events) == (True, [Connected()])
        connection._on_disconnect(inbox.client, None, None, LOST, None)
        inbox.events.clear()
    assert client.asked == [([("command", 0)], False, [])] * 2


def test_the_filters_that_the_broker_refused_are_named() -> None:
    inbox = Inbox()
    inbox.connection._unanswered[7] = ("a", "b", "c")
    inbox.connection._on_subscribe(inbox.client, None, 7, suback(0, 128, 1), None)
    inbox.connection._on_subscribe(inbox.client, None, 8, suback(0), None)
    assert inbox.events == [Subscribed(("a", "b", "c"), ("b",)), Subscribed((), ())]


def test_without_a_connection_nothing_is_queued_for_later() -> None:
    connection = Inbox().connection
    assert not connection.connected
    assert connection.publish("a", b"1", qos=1, retain=True) is False
    assert connection.flush(0.0)


def test_a_connection_that_never_was_can_be_closed_twice() -> None:
    connection = Inbox().connection
    connection.subscribe(["a", "b"])
    connection.unsubscribe(["a", "never asked for"])
    connection.close(("status", b"bye"))
    connection.close()


def test_a_broker_that_never_answers_is_given_up_on_in_time() -> None:
    """paho has no limit of its own: ours starts with the socket and ends with the first answer."""
    inbox = Inbox()
    inbox.connection._on_socket_open(inbox.client, None, object())
    assert inbox.connection._connack_timer is not None
    inbox.connection._on_connect(inbox.client, None, None, CONNACK_OK, None)
    assert inbox.connection._connack_timer is None


def test_what_nobody_asked_for_takes_no_room() -> None:
    """A hostile broker may send any topic."""
    inbox = Inbox()
    inbox.connection.subscribe(["window/v1/a"])
    inbox.arrives(b"window/v1/ab", b"1")
    inbox.arrives(b"window/v1/a/b", b"1")
    assert inbox.events == []
