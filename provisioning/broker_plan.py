"""What a broker's configuration is made from: where it will lie, where it listens, how much it takes. Rules."""

import ipaddress
from dataclasses import dataclass
from pathlib import PurePath

from content.address import BrokerAddress
from content.manifest import MAX_PAYLOAD

MOST_MESSAGE = MAX_PAYLOAD
"""Bytes of a payload."""
PUBLISHERS_CONNECTIONS = 200
"""A publisher has a handful: serve has two, each command one for as long as it runs."""


@dataclass(frozen=True)
class Plan:
    """`folder` and `data` are paths on the broker's machine, absolute. `authority` and `village`: on this one; where
    the broker runs beside them it fetches its lists itself. `python` is the interpreter that has this package.
    """

    folder: PurePath
    data: PurePath
    screens: BrokerAddress
    publishers: BrokerAddress
    connections: int
    authority: PurePath
    village: PurePath
    python: str

    @property
    def names(self) -> list[str]:
        """The broker's host names, for its certificate."""
        return list(dict.fromkeys((self.screens.host, self.publishers.host)))


def own_address(door: BrokerAddress) -> str:
    """The address to listen on where nobody but this machine may connect; "" where everybody may."""
    if door.host == "localhost":
        return "127.0.0.1"
    try:
        return door.host if ipaddress.ip_address(door.host).is_loopback else ""
    except ValueError:
        return ""
