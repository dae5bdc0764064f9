"""The one door to paho-mqtt: a connection that comes back by itself.

paho's thread subscribes again after a connect, and else only puts events into an inbox; whoever owns
the connection takes them out in its own loop. What is published while there is no connection is
dropped here on purpose: everything on this wire is state, and its owner sends it again on `Connected`.
"""

import contextlib
import queue
import random
import socket
import ssl
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.reasoncodes import ReasonCode

from content.address import BrokerAddress, Credentials
from content.errors import BrokerError
from content.manifest import MAX_PAYLOAD

CONNACK_SECONDS = 20.0
"""paho itself waits for a missing CONNACK for a whole keepalive."""
CONNECT_SECONDS = 15.0
"""For a TLS handshake with client certificates over a bad line; paho's default is 5."""
KEEPALIVE_SECONDS = 30
MOST_RECONNECT_SECONDS = 60.0
OUTBOX_SIZE = 100_000
"""Messages waiting for the broker; a village of 10,000 doorways has some 30,000 topics."""
INFLIGHT = 100
FILTERS_PER_PACKET = 100
FAREWELL_SECONDS = 2.0
GRANTED = 2
"""SUBACK codes above 2 say no (MQTT 3.1.1, 3.9.3); some brokers say yes and mean no."""


@dataclass(frozen=True)
class Arrived:
    """A message. `payload` is None where it was larger than MAX_PAYLOAD; `size` says how large."""

    topic: str
    payload: bytes | None
    size: int


@dataclass(frozen=True)
class Connected:
    """The broker has said yes; the filters are being subscribed to again."""


@dataclass(frozen=True)
class Subscribed:
    """The broker has answered for these filters."""

    filters: tuple[str, ...]
    refused: tuple[str, ...]


@dataclass(frozen=True)
class Disconnected:
    """No connection, or no longer; another try follows by itself."""

    why: str


Event = Arrived | Connected | Subscribed | Disconnected


def backoff(attempt: int, *, cap: float = MOST_RECONNECT_SECONDS, rng: Callable[[], float] = random.random) -> float:
    """Seconds before reconnect number `attempt` (from 1). Full jitter: a thousand screens that
    lost one broker do not come back in the same second."""
    return rng() * min(cap, 2.0 ** min(attempt, 10))


class Connection:
    """An MQTT 3.1.1 connection with a clean session. Events come out of `inbox`."""

    def __init__(
        self,
        address: BrokerAddress,
        client_id: str,
        inbox: "queue.Queue[Any]",
        *,
        credentials: Credentials | None = None,
        will: tuple[str, bytes] | None = None,
    ) -> None:
        self._address, self._inbox = address, inbox
        self.dropped = 0
        """Events lost because the owner did not empty the inbox; reported in the status."""
        self._filters: dict[str, int] = {}
        self._wildcards = False
        self._unanswered: dict[int, tuple[str, ...]] = {}
        """The filters of each SUBSCRIBE, by its packet's number."""
        self._unconfirmed: deque[paho.MQTTMessageInfo] = deque()
        self._lock = threading.Lock()
        self._subscribed_again = False
        self._attempt = 0
        self._connack_timer: threading.Timer | None = None
        self._tls: ssl.SSLContext | None = None
        self._client = self._make_client(client_id, credentials, will)

    def _make_client(
        self, client_id: str, credentials: Credentials | None, will: tuple[str, bytes] | None
    ) -> paho.Client:
        client = paho.Client(
            CallbackAPIVersion.VERSION2, client_id=client_id, clean_session=True, protocol=paho.MQTTv311
        )
        client.connect_timeout = CONNECT_SECONDS
        client.max_queued_messages_set(OUTBOX_SIZE)
        client.max_inflight_messages_set(INFLIGHT)
        if self._address.tls:
            self._tls = tls_context(credentials)
            client.tls_set_context(self._tls)
        if will:
            client.will_set(will[0], will[1], qos=1, retain=True)
        client.on_connect = self._on_connect
        client.on_connect_fail = self._on_connect_fail
        client.on_disconnect = self._on_disconnect
        client.on_message = self._on_message
        client.on_subscribe = self._on_subscribe
        client.on_socket_open = self._on_socket_open
        return client

    def start(self) -> None:
        """Connect in the background, now and after every loss, until `close`."""
        self._client.connect_async(self._address.host, self._address.port, KEEPALIVE_SECONDS)
        self._client.loop_start()

    def renew(self, credentials: Credentials) -> None:
        """From the next connection on, show this certificate. Raises BrokerError, then it stays as it was."""
        if self._tls is not None:
            try:
                self._tls.load_cert_chain(credentials.certificate, credentials.key)
            except (OSError, ssl.SSLError) as error:
                raise BrokerError(f"证书文件有误：{error}") from error

    @property
    def connected(self) -> bool:
        """Connected, and all filters asked for.

        A broker takes one client's packets in order: whoever answers to what we publish from now on finds us
        subscribed. paho says yes a moment earlier, and in that moment a question to us was lost.
        """
        return self._subscribed_again and bool(self._client.is_connected())

    def subscribe(self, filters: Iterable[str], qos: int = 0) -> None:
        """Subscribe, now if connected, and again on every connect. Asking twice sends retained messages again."""
        wanted = dict.fromkeys(filters, qos)
        with self._lock:
            self._filters.update(wanted)
            self._wildcards = self._wildcards or any("#" in name or "+" in name for name in wanted)
            if self.connected:
                self._ask(wanted)

    def unsubscribe(self, filters: Iterable[str]) -> None:
        """Leave these filters for good."""
        with self._lock:
            gone = [name for name in filters if self._filters.pop(name, None) is not None]
        for start in range(0, len(gone) if self.connected else 0, FILTERS_PER_PACKET):
            self._client.unsubscribe(gone[start : start + FILTERS_PER_PACKET])

    def publish(self, topic: str, payload: bytes, *, qos: int, retain: bool) -> bool:
        """Hand a message to the broker; False where there is no connection now."""
        if not self.connected:
            return False
        info = self._client.publish(topic, payload, qos=qos, retain=retain)
        while self._unconfirmed and is_confirmed(self._unconfirmed[0]):
            self._unconfirmed.popleft()
        self._unconfirmed.append(info)
        return info.rc == paho.MQTT_ERR_SUCCESS

    def flush(self, seconds: float) -> bool:
        """Wait until the broker has confirmed all that was published; False if it has not in that time."""
        deadline = time.monotonic() + seconds
        for info in self._unconfirmed:
            with contextlib.suppress(ValueError, RuntimeError):  # paho: "not connected"; told by is_published
                info.wait_for_publish(timeout=max(0.0, deadline - time.monotonic()))
        return all(is_confirmed(info) for info in self._unconfirmed)

    def close(self, farewell: tuple[str, bytes] | None = None) -> None:
        """Say goodbye (a retained message, since a clean stop sends no will) and stop. May be called twice."""
        if farewell and self.publish(farewell[0], farewell[1], qos=1, retain=True):
            self.flush(FAREWELL_SECONDS)
        self._client.disconnect()
        self._client.loop_stop()
        self._stop_connack_timer()

    def _ask(self, filters: dict[str, int]) -> None:
        """Send SUBSCRIBE. Under the lock: the answer may come before paho's subscribe() returns."""
        asked = list(filters.items())
        for start in range(0, len(asked), FILTERS_PER_PACKET):
            part = asked[start : start + FILTERS_PER_PACKET]
            _, mid = self._client.subscribe(part)
            if mid is not None:
                self._unanswered[mid] = tuple(name for name, _ in part)

    def _put(self, event: Event) -> None:
        try:
            self._inbox.put_nowait(event)
        except queue.Full:
            self.dropped += 1

    # From here on: paho's thread. These methods subscribe, keep time and enqueue, and never raise: an
    # exception here would end paho's thread while is_connected() goes on saying yes.

    def _on_connect(self, _client: paho.Client, _data: Any, _flags: Any, reason: ReasonCode, _properties: Any) -> None:
        self._stop_connack_timer()
        if reason != 0:
            self._put(Disconnected(f"broker 拒绝连接：{reason}"))
            return
        self._attempt = 0
        with self._lock:
            self._unanswered.clear()
            self._ask(dict(self._filters))
            self._subscribed_again = True
        self._put(Connected())

    def _on_connect_fail(self, _client: paho.Client, _data: Any) -> None:
        self._wait_longer()
        self._put(Disconnected("连不上 broker"))

    def _on_disconnect(
        self, _client: paho.Client, _data: Any, _flags: Any, reason: ReasonCode, _properties: Any
    ) -> None:
        self._stop_connack_timer()
        self._subscribed_again = False
        self._wait_longer()
        self._put(Disconnected(str(reason)))

    def _on_message(self, _client: paho.Client, _data: Any, message: paho.MQTTMessage) -> None:
        size = len(message.payload)
        with contextlib.suppress(UnicodeDecodeError):  # a topic that is not UTF-8 is none of ours
            if not self._is_asked_for(message.topic):
                return
            self._put(Arrived(message.topic, bytes(message.payload) if size <= MAX_PAYLOAD else None, size))

    def _is_asked_for(self, topic: str) -> bool:
        """Have we subscribed to that? A hostile broker sends what it likes."""
        with self._lock:
            if topic in self._filters:
                return True
            wildcards = [name for name in self._filters if name[-1] == "#" or "+" in name] if self._wildcards else []
        return any(paho.topic_matches_sub(name, topic) for name in wildcards)

    def _on_subscribe(
        self, _client: paho.Client, _data: Any, mid: int, reasons: list[ReasonCode], _properties: Any
    ) -> None:
        with self._lock:
            filters = self._unanswered.pop(mid, ())
        refused = tuple(name for name, reason in zip(filters, reasons, strict=False) if reason.value > GRANTED)
        self._put(Subscribed(filters, refused))

    def _on_socket_open(self, _client: paho.Client, _data: Any, sock: Any) -> None:
        self._stop_connack_timer()
        timer = threading.Timer(CONNACK_SECONDS, give_up_on, [sock])
        timer.daemon = True
        self._connack_timer = timer
        timer.start()

    def _stop_connack_timer(self) -> None:
        timer, self._connack_timer = self._connack_timer, None
        if timer:
            timer.cancel()

    def _wait_longer(self) -> None:
        self._attempt += 1
        seconds = backoff(self._attempt)
        # With minimum = maximum paho's own doubling has nothing to double.
        self._client.reconnect_delay_set(seconds, seconds)  # type: ignore[arg-type]  # it takes fractions


def is_confirmed(info: paho.MQTTMessageInfo) -> bool:
    """Has the broker confirmed it? paho raises for a message that it could not even queue."""
    try:
        return bool(info.is_published())
    except (ValueError, RuntimeError):
        return False


def give_up_on(sock: Any) -> None:
    """Make paho notice that nobody answers on this socket."""
    with contextlib.suppress(OSError, ValueError):
        sock.shutdown(socket.SHUT_RDWR)


def tls_context(credentials: Credentials | None) -> ssl.SSLContext:
    """TLS 1.2 or later with the broker's name checked; our certificate if we have one. Raises BrokerError."""
    try:
        context = ssl.create_default_context(cafile=str(credentials.ca) if credentials else None)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        if credentials:
            context.load_cert_chain(credentials.certificate, credentials.key)
    except (OSError, ssl.SSLError) as error:
        raise BrokerError(f"证书文件有误：{error}") from error
    return context
