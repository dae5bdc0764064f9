"""Where the broker listens, and the files that prove who we are to it.

Apart from content.mqtt because the player reads these in kiosk.yaml and must not load an MQTT library.
"""

import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from content.errors import BrokerError

HOST = re.compile(r"[a-z0-9_-]+(\.[a-z0-9_-]+)*\.?|[0-9a-f:.]*:[0-9a-f:.]*")
"""A name or an address of either kind; anything else makes the resolver raise errors of its own."""


@dataclass(frozen=True)
class BrokerAddress:
    """From `mqtt://host:port` or `mqtts://host:port`."""

    host: str
    port: int
    tls: bool

    @classmethod
    def parse(cls, url: str) -> "BrokerAddress":
        """Raises BrokerError for what is not such an address; a password has no place in it, nor in the error."""
        shown = url if "@" not in url else "（含用户名或密码，不显示）"
        example = "应像 mqtts://broker.example:8883 或 mqtt://127.0.0.1:1883"
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError as error:
            raise BrokerError(f"broker 地址 {shown!r} 有误，{example}") from error
        host = parts.hostname or ""
        if parts.scheme not in ("mqtt", "mqtts") or not HOST.fullmatch(host) or "@" in url:
            raise BrokerError(f"broker 地址 {shown!r} 有误，{example}")
        tls = parts.scheme == "mqtts"
        return cls(host, port or (8883 if tls else 1883), tls)


@dataclass(frozen=True)
class Credentials:
    """The files for mutual TLS: the broker's CA, our certificate and our key."""

    ca: Path
    certificate: Path
    key: Path
