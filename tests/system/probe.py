"""Clients that try what they may not: bare bytes of MQTT 3.1.1 where connecting is the question, paho for the rest."""

import contextlib
import socket
import ssl
import struct
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion

from tests.system.rig import until

HANDSHAKE_SECONDS = 10.0
ACCEPTED = 0


class Files(NamedTuple):
    """What proves a client, and how it knows the broker."""

    ca: Path
    certificate: Path | None = None
    key: Path | None = None

    def context(self, newest: ssl.TLSVersion = ssl.TLSVersion.TLSv1_3) -> ssl.SSLContext:
        made = ssl.create_default_context(cafile=str(self.ca))
        made.maximum_version = newest
        if self.certificate:
            made.load_cert_chain(self.certificate, self.key)
        return made


def connect_packet(client: str, keepalive: int = 60, user: str = "", will: str = "") -> bytes:
    """CONNECT with a clean session (MQTT 3.1.1, 3.1)."""
    flags = 0x02 | (0x80 if user else 0) | (0x0C if will else 0)  # a will has QoS 1
    rest = b"\x00\x04MQTT\x04" + bytes([flags]) + struct.pack(">H", keepalive)
    for text in (client, *((will, "forged") if will else ()), *((user,) if user else ())):
        rest += struct.pack(">H", len(text)) + text.encode()
    assert len(rest) < 0x4000
    return bytes([0x10, len(rest) % 128 | 0x80, len(rest) // 128]) + rest


@contextlib.contextmanager
def line(port: int, context: ssl.SSLContext | None, session: ssl.SSLSession | None = None) -> Iterator[socket.socket]:
    """A connection with TLS, or without. Raises OSError (ssl.SSLError too)."""
    with socket.create_connection(("127.0.0.1", port), HANDSHAKE_SECONDS) as plain:
        if context is None:
            yield plain
            return
        with context.wrap_socket(plain, server_hostname="127.0.0.1", session=session) as secure:
            yield secure


def knock(
    port: int, context: ssl.SSLContext | None, packet: bytes, session: ssl.SSLSession | None = None
) -> tuple[int | None, ssl.SSLSession | None]:
    """CONNACK's code, None where there came none; and the TLS session that came with it."""
    with contextlib.suppress(OSError), line(port, context, session) as opened:
        opened.sendall(packet)
        answer = opened.recv(4)
        if len(answer) == 4 and answer[0] == 0x20:
            return answer[3], getattr(opened, "session", None)
    return None, None


class Probe:
    """A client that is connected, and everything that it got. It does not come back when it is put out."""

    def __init__(self, port: int, files: Files, client: str) -> None:
        self.history: list[tuple[str, bytes]] = []
        self.lost: list[float] = []
        self.answered: list[int] = []
        self._client = paho.Client(CallbackAPIVersion.VERSION2, client, clean_session=True, reconnect_on_failure=False)
        self._client.tls_set_context(files.context())
        self._client.max_inflight_messages_set(100)
        self._client.on_message = self._on_message
        self._client.on_disconnect = self._on_disconnect
        self._client.on_subscribe = self._on_subscribe
        self._client.connect("127.0.0.1", port)
        self._client.loop_start()
        until(f"{client} is connected", self._client.is_connected)

    def _on_message(self, _client: Any, _data: Any, message: paho.MQTTMessage) -> None:
        self.history.append((message.topic, bytes(message.payload)))

    def _on_disconnect(self, *_: Any) -> None:
        self.lost.append(time.monotonic())

    def _on_subscribe(self, _client: Any, _data: Any, mid: int, *_: Any) -> None:
        self.answered.append(mid)

    def subscribe(self, *filters: str, qos: int = 0) -> None:
        """Each by itself, so that one that is refused takes no other along; returns when all are answered."""
        for one in filters:
            _, mid = self._client.subscribe(one, qos)
            until(f"{one} is answered", partial(self._is_answered, mid))

    def _is_answered(self, mid: int | None) -> bool:
        return mid in self.answered

    def publish(self, topic: str, payload: bytes, *, retain: bool = False) -> None:
        """With QoS 1; returns at once."""
        self._client.publish(topic, payload, qos=1, retain=retain)

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()
