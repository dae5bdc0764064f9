"""Commands to real screens over a real broker: done once where they are good, not at all where they are not."""

import contextlib
import secrets
import signal
import socket
import tempfile
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageChops

from content.commands import Command
from content.errors import WindowError
from content.fleet.sight import Viewer
from content.fleet.table import Condition
from content.manifest import encode
from content.signing import Key
from content.vouched import key_path
from kiosk.health import read_heartbeat
from tests.system.control import PUBLISHER, ControlRoom
from tests.system.rig import DOORWAYS, Process, ScreenRig, Village, until


@pytest.fixture
def room(village: Village) -> Iterator[ControlRoom]:
    made = ControlRoom(village)
    yield made
    made.close()


@pytest.fixture
def screen(village: Village) -> ScreenRig:
    """A screen that shows a notice."""
    village.write_notice("a", "平常的通知", "village")
    village.start_publisher()
    made = village.screen(DOORWAYS[0])
    made.start_agent()
    made.start_player()
    until("the notice is drawn", lambda: made.drawn("a"))
    return made


class Desk:
    """Takes uploads, as the publisher's server does."""

    def __init__(self) -> None:
        self.taken: list[tuple[str, str, bytes]] = []
        desk = self

        class Taking(BaseHTTPRequestHandler):
            def do_PUT(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                desk.taken.append((self.path, self.headers["Authorization"], body))
                self.send_response(201)
                self.end_headers()

            def do_GET(self) -> None:
                self.send_error(404)

            def log_message(self, *_: Any) -> None: ...

        self._server = HTTPServer(("127.0.0.1", 0), Taking)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5.0)


def test_identify_shows_the_screens_number_and_then_the_notice_again(room: ControlRoom, screen: ScreenRig) -> None:
    before = screen.picture()
    command = room.order(screen, "identify")
    what = until("the outcome", lambda: room.outcome(screen, command))
    assert "60 秒" in what
    assert before is not None
    until("another picture", lambda: differs(before, screen.picture()))


def differs(one: Image.Image, other: Image.Image | None) -> bool:
    return other is not None and ImageChops.difference(one, other).getbbox() is not None


def test_a_screenshot_is_what_the_panel_shows_and_comes_with_its_token(village: Village, room: ControlRoom) -> None:
    desk = Desk()
    village.write_notice("a", "平常的通知", "village")
    village.start_publisher()
    made = village.screen(DOORWAYS[0])
    config = made.home / "kiosk.yaml"
    config.write_text(config.read_text().replace("http: [", f"http: ['{desk.url}', "))
    made.start_agent()
    made.start_player()
    until("the notice is drawn", lambda: made.drawn("a"))
    name, token = secrets.token_hex(16), secrets.token_urlsafe(24)
    command = room.order(made, "screenshot", id=name, upload=f"screenshots/{name}", token=token)
    assert until("the outcome", lambda: room.outcome(made, command)) == "截图已经送到"
    ((path, leave, png),) = desk.taken
    assert (path, leave) == (f"/screenshots/{name}", f"Bearer {token}")
    shown = made.picture()
    assert shown is not None
    with Image.open(BytesIO(png)) as picture:
        sent = picture.convert("RGB").crop((0, picture.height // 6, picture.width, picture.height))
    assert not differs(sent, shown)
    assert not list((made.home / "run").glob("screenshot*"))
    desk.close()


def test_refresh_and_reboot_and_restart_are_done(room: ControlRoom, screen: ScreenRig) -> None:
    command = room.order(screen, "refresh")
    assert until("refreshed", lambda: room.outcome(screen, command))
    command = room.order(screen, "restart-player")
    assert until("the outcome", lambda: room.outcome(screen, command))
    assert screen.player
    assert screen.player.wait(10.0) == 0, "systemd starts it again"
    screen.start_player()
    time.sleep(3.0)
    assert screen.player.poll() is None, "it is not told twice"
    command = room.order(screen, "reboot")
    assert until("told before it is done", lambda: room.outcome(screen, command)) == "就要重启"
    until("the trigger", lambda: (screen.home / "run" / "reboot").exists())


def test_a_command_is_done_once_even_if_it_comes_again_after_the_agent_was_killed(
    village: Village, room: ControlRoom, screen: ScreenRig
) -> None:
    trigger = screen.home / "run" / "reboot"
    message = signed_by_publisher(village, screen)
    room.send(screen, message)
    until("done", trigger.exists)
    trigger.unlink()
    room.send(screen, message)
    screen.stop(signal.SIGKILL)
    screen.start_agent()
    until("here again", lambda: room.status(screen) is not None and (screen.home / "run" / "agent.json").exists())
    time.sleep(3.0)
    room.send(screen, message)
    room.send(screen, message)
    time.sleep(4.0)
    assert not trigger.exists()


def signed_by_publisher(village: Village, screen: ScreenRig, **more: Any) -> bytes:
    return Key.load(key_path(village.folder, PUBLISHER)).sign(encode(order(screen, **more)))


def order(screen: ScreenRig, **more: Any) -> Command:
    now = datetime.now(UTC)
    values: dict[str, Any] = {"issued": now, "expires": now + timedelta(seconds=120), "screen": screen.name,
                              "publisher": PUBLISHER, "verb": "reboot", "id": secrets.token_hex(16)}  # fmt: skip
    return Command(**(values | more))


def test_forged_expired_and_strangers_commands_do_nothing_and_are_told(
    village: Village, room: ControlRoom, screen: ScreenRig
) -> None:
    now = datetime.now(UTC)
    room.send(screen, Key.generate().sign(encode(order(screen))))
    room.send(screen, signed_by_publisher(village, village.screen(DOORWAYS[1])))
    room.send(screen, signed_by_publisher(village, screen)[:-20])
    room.send(screen, signed_by_publisher(village, screen, expires=now + timedelta(days=1)))
    late = room.order(screen, "reboot", issued=now - timedelta(seconds=120), expires=now - timedelta(seconds=60))
    assert "过期" in until("the sender is told", lambda: room.outcome(screen, late))
    until(
        "counted",
        lambda: (
            (status := room.status(screen)) is not None
            and status.refusals == {"unknown-key": 1, "wrong-topic": 1, "malformed": 1}
        ),
    )
    time.sleep(3.0)
    assert not (screen.home / "run" / "reboot").exists()


# The watchdog.


def test_a_frozen_player_is_reported_frozen_within_two_minutes(village: Village, screen: ScreenRig) -> None:
    viewer = until("the fleet is known", lambda: viewer_of(village))
    try:
        until("all is well", lambda: conditions(viewer) == {screen.name: Condition.ONLINE})
        assert screen.player
        screen.player.send_signal(signal.SIGSTOP)
        until("it is told", lambda: conditions(viewer) == {screen.name: Condition.FROZEN}, patience=120.0)
        screen.player.send_signal(signal.SIGCONT)
        until("all is well again", lambda: conditions(viewer) == {screen.name: Condition.ONLINE}, patience=90.0)
    finally:
        viewer.records.close_thread()


def viewer_of(village: Village) -> Viewer | None:
    """What the commands see, once the collector has begun."""
    with contextlib.suppress(WindowError):
        viewer = Viewer(village.folder, None)
        viewer.look()
        return viewer
    return None


def conditions(viewer: Viewer) -> dict[str, Condition]:
    """What `content screens` says of each."""
    return {row.screen: row.condition for row in viewer.look().rows}


WATCHDOG_SECONDS = 15.0
"""A player at rest sleeps for ten seconds."""


def test_what_systemd_does_with_the_watchdog_brings_a_frozen_player_back(village: Village, screen: ScreenRig) -> None:
    """Type=notify, WatchdogSec=, Restart=always: killed where WATCHDOG=1 does not come in time, then started again."""
    screen.stop()
    supervisor = Supervisor(screen)
    try:
        supervisor.start()
        until("ready and drawn", lambda: supervisor.ready and screen.drawn("a"))
        time.sleep(1.3 * WATCHDOG_SECONDS)
        assert supervisor.starts == 1, "a player that lives is left alone"
        supervisor.process.send_signal(signal.SIGSTOP)
        until("killed and started again", lambda: supervisor.starts == 2)
        beat = read_heartbeat(screen.home / "run")
        until("drawing again", lambda: (now := read_heartbeat(screen.home / "run")) and beat and now.at > beat.at)
        assert screen.drawn("a") or until("drawn", lambda: screen.drawn("a"))
    finally:
        supervisor.close()


class Supervisor:
    """What systemd does for one unit."""

    process: Process

    def __init__(self, screen: ScreenRig) -> None:
        self._screen, self.starts, self.ready = screen, 0, False
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._folder = (
            tempfile.TemporaryDirectory()
        )  # a socket's path has 107 bytes at most, a test's folder often more
        self._path = Path(self._folder.name) / "notify"
        self._socket.bind(str(self._path))
        self._socket.settimeout(0.1)
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def start(self) -> None:
        self._run()
        self._thread.start()

    def _run(self) -> None:
        self.ready, self.starts = False, self.starts + 1
        self._fed = time.monotonic()
        self._screen.start_player(environment={"NOTIFY_SOCKET": str(self._path)})
        assert self._screen.player
        self.process = self._screen.player

    def _watch(self) -> None:
        while not self._stopping.is_set():
            try:
                word = self._socket.recv(1000)
            except TimeoutError:
                word = b""
            if word:
                self._fed = time.monotonic()
                self.ready = self.ready or b"READY=1" in word
            if self.ready and time.monotonic() - self._fed > WATCHDOG_SECONDS:
                self.process.kill()
            if self.process.poll() is not None and not self._stopping.is_set():
                self._run()

    def close(self) -> None:
        self._stopping.set()
        self._thread.join(5.0)
        self._socket.close()
        self._folder.cleanup()
