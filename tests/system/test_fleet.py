"""From a notice or an alert to the list of who has it, over a real broker; recalls, reminders, commands."""

import http.server
import json
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from content.commands import Command, Outcome
from content.errors import WindowError
from content.fleet.records import Records, default_url
from content.fleet.sight import Viewer
from content.fleet.terminal import coverage_json
from content.folder import scan
from content.manifest import encode, parse_verified
from content.mqtt import Arrived
from content.reports import Status, item_digest
from content.topics import ALERTS, STATUS
from tests.fakes import png
from tests.system.rig import DOORWAYS, Village, until
from tests.system.simulated import SimulatedScreen

PUBLISHER = "test-village"


@pytest.fixture
def screens(village: Village) -> Iterator[list[SimulatedScreen]]:
    made = [
        SimulatedScreen(f"s{n:02d}", DOORWAYS[n], village.broker.url, village.folder / "keyring.json", PUBLISHER)
        for n in range(20)
    ]
    yield made
    for screen in made:
        screen.stop()


def content(village: Village, *arguments: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "content", arguments[0], str(village.folder), *arguments[1:]]
    return subprocess.run(command, capture_output=True, text=True, timeout=120)


def coverage(village: Village, item: str) -> dict[str, Any]:
    """What `content coverage ID --json` prints; asked in this process, for each start of Python is a second's work."""
    viewer = None
    try:
        viewer = Viewer(village.folder, None)
        found: dict[str, Any] = json.loads(coverage_json(viewer.coverage(viewer.item(item), viewer.look())))
    except WindowError:  # nothing is recorded yet
        return {}
    finally:
        if viewer is not None:
            viewer.records.close_thread()
    return found


def counts(village: Village, item: str) -> dict[str, int]:
    return dict(coverage(village, item).get("counts", {}))


def digest(village: Village) -> str:
    found = scan(village.folder).village
    assert found is not None
    return item_digest(found.alerts[0].alert if found.alerts else found.notices[0].notice)


class Gateway(http.server.ThreadingHTTPServer):
    """An SMS gateway that refuses the first message."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answer)
        self.got: list[tuple[str, Any]] = []
        self.refused = 0


class Answer(http.server.BaseHTTPRequestHandler):
    server: Gateway

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if not self.server.refused:
            self.server.refused = 1
            self.send_response(500)
        else:
            self.server.got.append((self.headers["Authorization"], body))
            self.send_response(200)
        self.end_headers()

    def log_message(self, *arguments: Any) -> None:
        """Not on the test's output."""


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    server = Gateway()
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join(5.0)


NOTIFY = """\
notify:
  remind_minutes: 0.1
  reminders: 2
  webhooks:
    - name: 短信
      url: http://127.0.0.1:{port}/send
      secret_file: keys/sms.token
      headers: {{Authorization: "Bearer {{secret}}"}}
      per: worker
      kinds: [alert]
      body: |
        {{"to": "{{phone}}", "who": "{{worker}}", "phase": "{{phase}}", "places": "{{places}}"}}
"""


def write_alert(village: Village) -> None:
    now = datetime.now(UTC) + timedelta(hours=8)
    (village.folder / "alerts").mkdir(exist_ok=True)
    (village.folder / "alerts/fire.yaml").write_text(
        f"level: 红\nevent: 火情\nheadline: 1号楼起火\nto: [village/north/w001/b1]\n"
        f"issued: {now - timedelta(minutes=1):%Y-%m-%dT%H:%M}\nexpires: {now + timedelta(hours=1):%Y-%m-%dT%H:%M}\n"
    )


BUILDING_ALERTS = ALERTS.of(place="village/north/w001/b1", publisher=PUBLISHER)


class Hearing(SimulatedScreen):
    """A screen that also keeps the messages with alerts in them."""

    def __init__(self, name: str, place: str, broker: str, keyring: Path, publisher: str) -> None:
        super().__init__(name, place, broker, keyring, publisher)
        self.heard: list[bytes] = []

    def _handle(self, event: Any) -> None:
        if isinstance(event, Arrived) and event.topic == BUILDING_ALERTS and event.payload:
            alerts = parse_verified(event.payload).alerts
            self.heard += [event.payload] if alerts and alerts.alerts else []
        else:
            super()._handle(event)


def test_an_alert_that_is_not_everywhere_is_sent_again_and_the_grid_worker_is_told(
    village: Village, screens: list[SimulatedScreen], gateway: Gateway
) -> None:
    text = (village.folder / "village.yaml").read_text() + NOTIFY.format(port=gateway.server_port)
    (village.folder / "village.yaml").write_text(text)
    (village.folder / "keys/sms.token").write_text("geheim\n")
    village.start_publisher()
    hearing = Hearing("hearing", "elsewhere", village.broker.url, village.folder / "keyring.json", PUBLISHER)
    heard = hearing.heard
    screens.append(hearing)  # to be stopped with them
    hearing.connection.subscribe([BUILDING_ALERTS])
    for screen in screens:
        screen.start()
    write_alert(village)
    until("the alert is known", lambda: coverage(village, "fire"))
    wording = digest(village)
    for screen in screens[:5]:
        screen.shown_once("fire", kind="alert", digest=wording)
    until("all but one show it", lambda: counts(village, "fire") == {"shown": 5, "missing": 1})
    until("the same message again, twice", lambda: len(heard) >= 3, patience=60.0)
    assert len(set(heard)) == 1
    until("the gateway is told, though it refused once", lambda: len(gateway.got) >= 1, patience=60.0)
    place = "北区 第1微网格 1号楼 6单元"
    expected = {"to": "0391-0000000", "who": "张三（示例）", "phase": "发生", "places": place}
    assert gateway.got == [("Bearer geheim", expected)]
    walk = content(village, "coverage", "fire", "--walk").stdout
    assert f"□ {place}" in walk
    screens[5].shown_once("fire", kind="alert", digest=wording)
    until("the end is told", lambda: len(gateway.got) == 2, patience=60.0)
    assert gateway.got[1][1]["phase"] == "解除"
    time.sleep(8.0)  # two more reminders' time: nobody is reminded of what is done
    assert len(heard) == 3
    assert len(gateway.got) == 2
    assert coverage(village, "fire")["item"]["reminded"] == 2
    assert "geheim" not in (village.home / "publisher.log").read_text()


def test_a_screen_that_was_dead_before_we_listened_is_lost_and_told_of(
    village: Village, screens: list[SimulatedScreen]
) -> None:
    dead, alive = screens[:2]
    old = datetime.now(UTC) - timedelta(hours=2)
    alive.start()
    until("connected", lambda: alive.connection.connected)
    status = Status(screen=dead.name, online=True, place=dead.place, at=old, clock_trusted=True)
    alive.connection.publish(STATUS.of(screen=dead.name), encode(status), qos=1, retain=True)
    village.start_publisher()

    def states() -> dict[str, str]:
        done = content(village, "screens", "--json")
        rows = json.loads(done.stdout)["screens"] if done.returncode == 0 else []
        return {row["screen"]: row["condition"] for row in rows}

    until("one lost, one online", lambda: states() == {dead.name: "lost", alive.name: "online"})


class Camera(SimulatedScreen):
    """A screen that uploads `picture` when asked, to `port`."""

    picture, port = png(), 0

    def put(self, command: Command, picture: bytes, token: str = "") -> int:
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/{command.upload}", data=picture, method="PUT",
            headers={"Authorization": f"Bearer {token or command.token}"},
        )  # fmt: skip
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
                return int(answer.status)
        except urllib.error.HTTPError as error:
            return error.code
        except OSError:  # the server did not wait for the end of what is too large
            return 413

    def do(self, command: Command) -> Outcome:
        codes = []
        if command.verb == "screenshot":
            codes = [
                self.put(command, self.picture, "wrong"),
                self.put(command, b"<html>"),
                self.put(command, self.picture[:30] + b"\0" * (9 * 1024 * 1024)),
                self.put(command, self.picture),
                self.put(command, self.picture),
            ]
        what = ",".join(map(str, codes))
        return Outcome(id=command.id, verb=command.verb, done=True, at=datetime.now(UTC), what=what)


def test_commands_are_obeyed_and_a_screenshot_comes_once(village: Village) -> None:
    village.start_publisher()
    screen = Camera("cam", DOORWAYS[0], village.broker.url, village.folder / "keyring.json", PUBLISHER)
    screen.port = village.http
    screen.start()
    records = Records(default_url(village.folder))
    try:
        until("it is known", lambda: content(village, "screens", "--json").returncode == 0)
        broker = ("--broker", village.broker.url)
        done = content(village, "screen", "cam", "identify", *broker)
        assert (done.returncode, [one.verb for one in screen.commands]) == (0, ["identify"]), done.stderr
        done = content(village, "screen", "cam", "screenshot", *broker)
        assert done.returncode == 0, done.stderr
        assert "403,415,413,201,403" in done.stdout
        path = Path(done.stdout.splitlines()[-1])
        assert path.parent == village.folder / ".publisher/screenshots"
        assert path.read_bytes() == screen.picture
        assert path.stat().st_mode & 0o077 == 0
    finally:
        screen.stop()
        records.close_thread()
    done = content(village, "screen", "cam", "reboot", *broker)
    assert done.returncode == 1
    assert "不在线" in done.stderr


class ShowsAlert(SimulatedScreen):
    """A screen whose page is the alert's."""

    def status(self) -> Status:
        one = super().status()
        assert one.showing
        return replace(one, showing=replace(one.showing, item="fire"))


def test_a_screen_that_shows_an_alert_is_not_rebooted_without_a_word(village: Village) -> None:
    write_alert(village)
    screen = ShowsAlert("s1", DOORWAYS[0], village.broker.url, village.folder / "keyring.json", PUBLISHER)
    screen.start()
    try:
        until("connected", lambda: screen.connection.connected)
        time.sleep(1.0)
        broker = ("--broker", village.broker.url)
        done = content(village, "screen", "s1", "reboot", *broker)
        assert (done.returncode, screen.commands) == (1, [])
        assert "--yes" in done.stderr
        assert content(village, "screen", "s1", "reboot", "--yes", *broker).returncode == 0
        assert [one.verb for one in screen.commands] == ["reboot"]
    finally:
        screen.stop()
