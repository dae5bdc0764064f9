"""An end to HTTP clients that never finish: uvicorn's own protocol with a deadline for each part of an exchange.

uvicorn limits the silence after an answer only. Who sends a request byte by byte, or none, would hold a connection
for ever, and a thousand of them the publisher's HTTP server. With TLS the protocol hears of a connection only after its
handshake, for which asyncio waits a minute, with 300 KB for each: so they are counted where they are accepted.
"""

import asyncio
import contextlib
import socket
from collections import Counter
from typing import Any

from uvicorn.protocols.http.h11_impl import H11Protocol

from content.admission.applicants import source_of

SECONDS = {"asking": 20.0, "sending": 120.0, "answered": 3600.0}
"""For the request's head, for its body (a screenshot over a bad line), for the answer (a film over a worse one; who is
cut off goes on with Range)."""
MOST_CONNECTIONS = 400
"""Each may be sent a file, which is open beside it; a process may usually open 1,024, and paho's select() ends there.
Who is hung up on tries again."""


class Listener(socket.socket):
    """A listening TCP socket with at most `most` connections; of one loop.

    When it is full, the network with the most of them loses its oldest: a flood from one machine drives out itself.
    """

    def __init__(self, family: socket.AddressFamily, most: int) -> None:
        super().__init__(family, socket.SOCK_STREAM)
        self._most = most
        self._open: dict[socket.socket, str] = {}

    def accept(self) -> tuple[socket.socket, Any]:
        """Raises ConnectionAbortedError for one too many, which loops take for a client that has gone."""
        connection, address = super().accept()
        source = source_of(address[0])
        if len(self._open) >= self._most:
            self._open = {one: where for one, where in self._open.items() if one.fileno() >= 0}
        if len(self._open) >= self._most and not self._makes_room(source):
            connection.close()
            raise ConnectionAbortedError
        self._open[connection] = source
        return connection, address

    def close(self) -> None:
        """Also what its loop left behind: it forgets handshakes that had not ended when it did."""
        for one in self._open:
            one.close()
        super().close()

    def _makes_room(self, source: str) -> bool:
        """For one more from there, if others have more than it has."""
        counts = Counter(self._open.values())
        greedy, most = counts.most_common(1)[0]
        if counts[source] >= most:
            return False
        oldest = next(one for one, where in self._open.items() if where == greedy)
        with contextlib.suppress(OSError):
            oldest.shutdown(socket.SHUT_RDWR)  # its loop sees the end and closes it
        del self._open[oldest]
        return True


class DeadlineProtocol(H11Protocol):
    """One connection. Belongs to the server's loop, like all of uvicorn."""

    seconds = SECONDS
    _phase = ""
    _timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self._arm()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self._arm()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self._arm()

    def connection_lost(self, exc: Exception | None) -> None:
        self._disarm()
        super().connection_lost(exc)

    def _arm(self) -> None:
        """Begin the deadline of a part that has just begun; one that goes on keeps its own."""
        cycle = self.cycle
        under_way = cycle is not None and not cycle.response_complete
        phase = ("sending" if cycle.more_body else "answered") if under_way else "asking"
        if phase != self._phase:
            self._disarm()
            self._phase = phase
            self._timer = self.loop.call_later(self.seconds[phase], self._over)

    def _over(self) -> None:
        """Hang up. What is still on its way out of the last answer has as long as any answer."""
        if self._phase == "asking" and self.transport.get_write_buffer_size():
            self._phase = "answered"
            self._timer = self.loop.call_later(self.seconds["answered"], self.transport.abort)
        else:
            self.transport.abort()

    def _disarm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer, self._phase = None, ""
