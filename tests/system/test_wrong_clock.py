"""A time server that lies on the screen's network: the publisher's answers over https give it away.

Only the agent gets the wrong clock: with libfaketime's, time.sleep fails, and the player's watchdog thread sleeps. What
the player makes of the agent's word is in tests/test_player_word.py.
"""

import queue
import ssl
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from content.address import Credentials
from content.admission.certificates import Issuer, new_key, new_serial, public_half, self_signed
from content.clock import SystemClock
from content.reports import Status
from kiosk.cache import Cache
from kiosk.checked_clock import DatedAnswer
from kiosk.fetch import Fetcher, FetchProblem, MirrorAnswered
from tests.system import rig
from tests.system.control import ControlRoom
from tests.system.rig import DOORWAYS, until
from tests.system.village_tls import TlsVillage, done, with_tls

FAKETIME = next(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"), None)
TOLD_PATIENCE = 90.0
"""The publisher's server is first asked 23 to 38 s after the agent's start; a status comes every 45 to 75 s."""


DAY, NOW = timedelta(days=1), datetime.now(UTC).replace(microsecond=0)


@pytest.fixture
def tls(village: rig.Village, tmp_path: Path) -> Iterator[TlsVillage]:
    with with_tls(village, tmp_path) as made:
        yield made


@pytest.fixture
def room(tls: TlsVillage) -> Iterator[ControlRoom]:
    made = ControlRoom(tls.village)
    yield made
    made.close()


@pytest.mark.skipif(FAKETIME is None, reason="apt-get install faketime")
def test_a_clock_that_was_set_wrong_is_not_trusted_until_it_is_right(
    tls: TlsVillage, room: ControlRoom, tmp_path: Path
) -> None:
    tls.village.start_publisher()
    screen = tls.inserted(tls.card("north-1", DOORWAYS[0]))
    wall = tmp_path / "wall"
    wall.write_text("+1y")
    clock = {
        "LD_PRELOAD": str(FAKETIME), "FAKETIME_TIMESTAMP_FILE": str(wall), "FAKETIME_NO_CACHE": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    }  # fmt: skip
    folders = ["--cache", str(screen.home / "cache"), "--run", str(screen.home / "run"), "--trust-clock"]
    command = ["kiosk", "agent", str(screen.home / "kiosk.yaml"), *folders]
    screen.agent = rig.spawn(screen.home / "agent.log", *command, environment=clock)

    deceived = until("it believes its clock", lambda: told(room, trusted=True))
    assert deceived.at
    assert deceived.at - datetime.now(UTC) > timedelta(days=364)
    doubting = until("it does no longer", lambda: told(room, trusted=False), TOLD_PATIENCE)
    assert doubting.at
    assert abs(doubting.at - datetime.now(UTC)) < timedelta(seconds=30), "it counts by the publisher's clock"
    assert doubting.hardware
    assert doubting.hardware.clock_offset_seconds == pytest.approx(365 * 86_400, abs=5)
    until("the village is told", lambda: "比发布端快 365 天" in screens(tls))

    wall.write_text("+0")
    until("it believes its clock again", lambda: told(room, trusted=True), TOLD_PATIENCE)


def test_a_server_that_was_wrong_is_asked_again_soon(tls: TlsVillage, room: ControlRoom) -> None:
    """A power cut: the publisher's machine is back before its own time server is. In a village of which it is the only
    https server, every screen that asks just then has no clock until it asks again."""
    done("content", "publish", tls.village.folder, *tls.village.broker_options())  # the broker remembers: no silence
    screen = tls.inserted(tls.card("north-1", DOORWAYS[0]))
    assert tls.village.https
    with dated_server(*tls.village.https, NOW - DAY, tls.village.http):
        screen.start_agent()
        until("it doubts its clock", lambda: told(room, trusted=False), TOLD_PATIENCE)
    tls.village.start_publisher()
    until("it believes its clock again", lambda: told(room, trusted=True), 2 * TOLD_PATIENCE)


def told(room: ControlRoom, *, trusted: bool) -> Status | None:
    """The screen's status, once its clock is trusted, or is not."""
    room.hear()
    status = room.statuses.get("north-1")
    return status if status and status.online and status.clock_trusted == trusted else None


@contextmanager
def dated_server(certificate: Path, key: Path, date: datetime, port: int = 0) -> Iterator[str]:
    """An https server that has nothing, and says that it is `date`."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response_only(404)
            self.send_header("Date", format_datetime(date, usegmt=True))
            self.send_header("Content-Length", "0")
            self.end_headers()

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    with ThreadingHTTPServer(("127.0.0.1", port), Handler) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"https://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()


def certified(folder: Path, name: str = "127.0.0.1", until: datetime = NOW + DAY) -> Credentials:
    """The files of a server of that name, whose certificate ends then, and of the authority that signed it."""
    folder.mkdir()
    made = Credentials(folder / "ca.crt", folder / "server.crt", folder / "server.key")
    authority, key = new_key(), new_key()
    made.ca.write_bytes(self_signed(authority, "CA", NOW + 2 * DAY))
    signed = Issuer(made.ca.read_bytes(), authority).sign_server([name], public_half(key), new_serial(), until)
    made.certificate.write_bytes(signed)
    made.key.write_bytes(key)
    return made


def asked(urls: list[str], tls: Credentials, tmp_path: Path) -> list[Any]:
    """What a screen hears that asks all these servers for the keyring, until it has its answer."""
    inbox: queue.Queue[Any] = queue.Queue()
    fetcher = Fetcher(tuple(urls), Cache(tmp_path / "cache"), inbox, SystemClock(), tls=tls, rng=lambda: 0.0)
    fetcher.start()
    fetcher.ask("keyring.json")
    events: list[Any] = []
    try:
        while not events or not isinstance(events[-1], MirrorAnswered | FetchProblem):
            events.append(inbox.get(timeout=20.0))
    finally:
        fetcher.close()
    return events


def test_a_clock_set_beyond_the_end_of_the_servers_certificate_does_not_keep_the_screen_from_asking(
    tmp_path: Path,
) -> None:
    """To the screen such a certificate has ended. A lie of thirty years is not to be believed more than one of one."""
    files = certified(tmp_path / "ended", until=NOW - DAY)
    with dated_server(files.certificate, files.key, NOW) as url:
        dated, answer = asked([url], files, tmp_path)
    assert (dated.date, answer) == (NOW, MirrorAnswered("keyring.json", None))


@pytest.mark.parametrize("stranger", ["another name", "another authority"])
def test_a_server_that_is_not_the_publishers_is_not_asked(tmp_path: Path, stranger: str) -> None:
    files = certified(tmp_path / "a", "192.0.2.1" if stranger == "another name" else "127.0.0.1")
    ours = files if stranger == "another name" else certified(tmp_path / "b")
    believed = Credentials(ours.ca, files.certificate, files.key)
    with dated_server(files.certificate, files.key, NOW) as url:
        (problem,) = asked([url], believed, tmp_path)
    assert isinstance(problem, FetchProblem)
    assert "SSLError" in problem.why


@pytest.mark.parametrize("order", [(-1, 0, 1), (1, 0, -1), (0, 1, -1)])
def test_of_servers_that_contradict_one_another_the_earliest_counts(tmp_path: Path, order: tuple[int, ...]) -> None:
    """One that is ahead ends nothing early, and the clock does not go to and fro with each question."""
    files = certified(tmp_path / "a")
    with ExitStack() as stack:
        dates = [NOW + days * DAY for days in order]
        urls = [stack.enter_context(dated_server(files.certificate, files.key, date)) for date in dates]
        events = asked(urls, files, tmp_path)
    assert [one.date for one in events if isinstance(one, DatedAnswer)] == [NOW - DAY]


def screens(tls: TlsVillage) -> str:
    """What `content screens` prints."""
    command = [sys.executable, "-m", "content", "screens", str(tls.village.folder)]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout
