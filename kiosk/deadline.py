"""The screen's way to HTTP servers. An end to requests that are answered byte by byte: sockets are cut from outside.

requests and urllib3 limit the silence between two bytes only, so a server that sends one now and then may hold a
thread for ever, in the TLS handshake and in the headers as well. The door to what lies under requests.
"""

import contextlib
import os
import socket
import threading
from collections.abc import Iterator
from typing import Any
from weakref import WeakSet

from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.util.ssl_ import create_urllib3_context

NO_CHECK_TIME = 0x200000
"""X509_V_FLAG_NO_CHECK_TIME of OpenSSL, which Python does not name. A server is proved by its key and its name, not by
dates: by a clock that a false time server has set years ahead every certificate has ended, and this server is the one
that could tell (kiosk.checked_clock). What somebody with an old certificate could forge is nothing: content is signed.
"""


class Cut:
    """The sockets of one session, which another thread may cut. A cut request fails as if the server had gone."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._handles: WeakSet[Handle] = WeakSet()

    def hold(self, handle: "Handle") -> None:
        with self._lock:
            self._handles.add(handle)

    def now(self) -> None:
        """Cut every connection there is; those made later are whole."""
        with self._lock:
            for handle in self._handles:
                handle.shut()

    @contextlib.contextmanager
    def after(self, seconds: float) -> Iterator[None]:
        """Cut what is still under way after so many seconds."""
        timer = threading.Timer(seconds, self.now)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()
            timer.join()


class Handle:
    """A second handle on a connection's socket: the first is not to be had while TLS is being agreed upon."""

    def __init__(self, sock: socket.socket) -> None:
        self._socket = socket.socket(fileno=os.dup(sock.fileno()))

    def shut(self) -> None:
        with contextlib.suppress(OSError):  # it has ended by itself
            self._socket.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self._socket.close()


class CutAdapter(HTTPAdapter):
    """requests' transport, whose connections `cut` can end. No clock keeps it from a server."""

    def __init__(self, cut: Cut) -> None:
        self._cut = cut
        super().__init__()

    def init_poolmanager(self, *arguments: Any, **named: Any) -> None:
        context = create_urllib3_context()
        context.verify_flags |= NO_CHECK_TIME
        super().init_poolmanager(*arguments, ssl_context=context, **named)
        cut = self._cut

        class Held:
            """Beside a connection class of urllib3: holds the socket from its first moment to its last."""

            _handle: Handle | None = None

            def _new_conn(self) -> socket.socket:
                made: socket.socket = super()._new_conn()  # type: ignore[misc]
                self._handle = Handle(made)
                cut.hold(self._handle)
                return made

            def close(self) -> None:
                if self._handle is not None:
                    self._handle.close()
                super().close()  # type: ignore[misc]

        class Http(HTTPConnectionPool):
            ConnectionCls = type("HeldHttp", (Held, HTTPConnection), {})

        class Https(HTTPSConnectionPool):
            ConnectionCls = type("HeldHttps", (Held, HTTPSConnection), {})

        self.poolmanager.pool_classes_by_scheme = {"http": Http, "https": Https}
