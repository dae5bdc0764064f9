"""Words to systemd (sd_notify(3)): ready, and alive."""

import contextlib
import os
import socket


class Notifier:
    """Sends to the socket that systemd names in NOTIFY_SOCKET; silent where there is none."""

    def __init__(self, address: str | None) -> None:
        self._address = address

    @classmethod
    def from_environment(cls) -> "Notifier":
        """The notifier of this process."""
        return cls(os.environ.get("NOTIFY_SOCKET"))

    def ready(self) -> None:
        self._send("READY=1")

    def alive(self) -> None:
        """Feed the watchdog. Call it only after the work that proves life."""
        self._send("WATCHDOG=1")

    def _send(self, message: str) -> None:
        if not self._address:
            return
        # An abstract socket's name begins with a zero byte, which systemd writes as @.
        address = "\0" + self._address[1:] if self._address.startswith("@") else self._address
        with (
            socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as sock,
            contextlib.suppress(OSError),  # systemd does not listen: no reason to go dark
        ):
            sock.sendto(message.encode(), address)
