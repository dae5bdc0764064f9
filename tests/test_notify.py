"""Words to systemd, over a real datagram socket."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.notify import Notifier


@pytest.fixture
def systemd(tmp_path: Path) -> Iterator[tuple[str, socket.socket]]:
    """What stands for systemd: an address, and the socket behind it."""
    address = str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(address)
        listening.setblocking(False)
        yield address, listening


def test_systemd_hears_exactly_these_words(systemd: tuple[str, socket.socket]) -> None:
    address, listening = systemd
    notifier = Notifier(address)
    notifier.ready()
    notifier.alive()
    heard = [listening.recv(1000).decode() for _ in range(2)]
    assert heard == ["READY=1", "WATCHDOG=1"]


def test_an_abstract_socket_is_written_with_an_at_sign() -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind("")  # the kernel makes up an abstract name
        name: bytes = listening.getsockname()
        listening.setblocking(False)
        Notifier("@" + name[1:].decode()).alive()
        assert listening.recv(1000) == b"WATCHDOG=1"


def test_without_systemd_nothing_is_said() -> None:
    for address in (None, ""):
        notifier = Notifier(address)
        notifier.ready()
        notifier.alive()


def test_a_systemd_that_does_not_listen_is_no_reason_to_go_dark(tmp_path: Path) -> None:
    Notifier(str(tmp_path / "gone")).alive()
