"""Alerts over a real broker: first before everything, by command, by HTTP, from a URL, and gone again."""

import contextlib
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import requests

from content.address import BrokerAddress
from content.manifest import parse_verified
from content.mqtt import Arrived, Connection, Subscribed
from content.topics import ALERTS
from tests.cap_samples import changed
from tests.system.rig import Village, until

NORTH = ALERTS.of(place="village/north", publisher="test-village")
NOTICES = 500
PLACES = ("village", "village/north", "village/south")
"""So many at one place would be refused (content.limits)."""
ALARMS = """\
alarms:
  senders: [qxt@weather.example]
  areas: {"410804": [village/north]}
  cameras: {cam-1: [village/north]}
"""


@contextmanager
def listening(village: Village) -> Iterator["queue.Queue[Any]"]:
    """A bare subscriber of everything under places."""
    inbox: queue.Queue[Any] = queue.Queue()
    connection = Connection(BrokerAddress.parse(village.broker.url), "listener", inbox)
    connection.subscribe(["window/v1/places/#"])
    connection.start()
    try:
        until("subscribed", lambda: any(isinstance(one, Subscribed) for one in drained(inbox)))
        with contextlib.suppress(queue.Empty):  # what was retained, and what the publisher just began with
            while True:
                inbox.get(timeout=1.0)
        yield inbox
    finally:
        connection.close()


def drained(inbox: "queue.Queue[Any]") -> list[Any]:
    found = []
    while not inbox.empty():
        found.append(inbox.get_nowait())
    return found


def content_command(village: Village, *arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "content", *arguments, "--broker", village.broker.url],
        capture_output=True, text=True, check=False,
    )  # fmt: skip


def headlines(inbox: "queue.Queue[Any]", wanted: list[str]) -> list[str] | None:
    """The headlines of the next message on the north's alerts, if they are these."""
    for one in drained(inbox):
        if isinstance(one, Arrived) and one.topic == NORTH and one.payload:
            alerts = parse_verified(one.payload).alerts
            assert alerts
            found = [alert.headline for alert in alerts.alerts]
            if found == wanted:
                return found or ["none"]
    return None


def alert_text(headline: str) -> str:
    return (
        f"level: 红\nevent: 火情\nheadline: {headline}\nto: [village/north]\n"
        f"issued: {datetime.now(UTC) - timedelta(hours=20):%Y-%m-%dT%H:%M}\nexpires: 2390-01-01\n"
    )


def serving(village: Village) -> None:
    (village.folder / "village.yaml").write_text((village.folder / "village.yaml").read_text() + ALARMS)
    for section in ("alerts", "drafts"):
        (village.folder / section).mkdir(exist_ok=True)
    village.start_publisher()
    url = f"http://127.0.0.1:{village.http}/metrics"

    def has_published() -> bool:
        try:
            return "window_publisher_messages_total 0.0" not in requests.get(url, timeout=5.0).text
        except requests.ConnectionError:
            return False

    until("the publisher has sent what it begins with", has_published)


def test_an_alert_that_is_saved_with_500_changed_notices_leaves_before_them(village: Village) -> None:
    for number in range(NOTICES):
        village.write_notice(f"n{number}", f"第{number}条", PLACES[number % 3], body="正文。" * 50)
    serving(village)
    with listening(village) as inbox:
        for number in range(NOTICES):
            village.write_notice(f"n{number}", f"第{number}条，改过", PLACES[number % 3], body="正文。" * 50)
        temporary = village.folder / "alerts" / ".tmp-fire"
        temporary.write_text(alert_text("着火了"))
        temporary.rename(village.folder / "alerts" / "fire.yaml")
        saved = time.monotonic()
        first = inbox.get(timeout=30.0)
        took = time.monotonic() - saved
        assert first.topic == NORTH
        contents = [first.topic]
        while not any("/content/" in topic for topic in contents):
            contents.append(inbox.get(timeout=30.0).topic)
        assert contents.index(NORTH) == 0
    assert took < 2.0  # tests/bench/alerts.py has the real figure


def test_the_command_sends_updates_and_ends_an_alert_through_the_publisher_that_runs(village: Village) -> None:
    serving(village)
    folder = str(village.folder)
    with listening(village) as inbox:
        done = content_command(
            village, "alert", folder, "--to", "village/north", "--level", "红", "--event", "火情",
            "--headline", "着火了", "--expires", "2h", "--yes",
        )  # fmt: skip
        assert (done.returncode, done.stderr) == (0, "")
        assert "发到 12 个门口：北区 12" in done.stdout
        assert done.stdout.splitlines()[-1] == "serve 已经发出"
        until("it is sent", lambda: headlines(inbox, ["着火了"]))
        name = next((village.folder / "alerts").glob("*.yaml")).stem
        assert name.endswith("-火情")
        assert (
            content_command(village, "alert", folder, "--update", name, "--headline", "火扑灭了", "--yes").returncode
            == 0
        )
        until("the update is sent", lambda: headlines(inbox, ["火扑灭了"]))
        done = content_command(village, "alert", folder, "--cancel", name, "--yes")
        assert done.stdout.splitlines()[-1] == "serve 已经发出"
        until("it is gone", lambda: headlines(inbox, []))
    assert (village.folder / "ended" / f"{name}.yaml").exists()


def test_without_a_publisher_the_command_sends_it_itself_and_says_when_it_cannot(village: Village) -> None:
    with listening(village) as inbox:
        fire = ("--to", "village/north", "--level", "红", "--event", "火情", "--expires", "2h", "--yes")
        done = content_command(village, "alert", str(village.folder), *fire, "--headline", "着火了")
        assert done.stdout.splitlines()[-1] == "已发到 broker"
        until("it is sent", lambda: headlines(inbox, ["着火了"]))


def test_a_platform_posts_an_alarm_and_takes_it_back_over_http(village: Village) -> None:
    serving(village)
    url = f"http://127.0.0.1:{village.http}/alarms"
    assert requests.post(url, json={}, timeout=5.0).status_code == 404
    made = subprocess.run(
        [sys.executable, "-m", "content", "alarm-token", str(village.folder), "camera", "--publish", "at-once"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    headers = {"Authorization": f"Bearer {made.stdout.splitlines()[0]}"}
    alarm = {"reference": "r1", "event": "火情", "headline": "着火了", "level": "红", "camera": "cam-1", "minutes": 30}
    with listening(village) as inbox:
        answer = requests.post(url, json=alarm, headers=headers, timeout=5.0)
        assert (answer.status_code, answer.json()["state"]) == (201, "shown")
        until("it is sent", lambda: headlines(inbox, ["着火了"]))
        assert requests.post(url, json=alarm, headers=headers, timeout=5.0).json()["state"] == "duplicate"
        assert requests.delete(f"{url}/r1", headers=headers, timeout=5.0).json()["state"] == "ended"
        until("it is gone", lambda: headlines(inbox, []))
    metrics = requests.get(f"http://127.0.0.1:{village.http}/metrics", timeout=5.0).text
    assert 'window_alarms_total{outcome="shown"} 1.0' in metrics


def test_a_draft_goes_out_when_a_person_confirms_it(village: Village) -> None:
    serving(village)
    made = subprocess.run(
        [sys.executable, "-m", "content", "alarm-token", str(village.folder), "camera"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    headers = {"Authorization": f"Bearer {made.stdout.splitlines()[0]}"}
    alarm = {"reference": "r1", "event": "火情", "headline": "着火了", "level": "红", "camera": "cam-1", "minutes": 30}
    with listening(village) as inbox:
        answer = requests.post(f"http://127.0.0.1:{village.http}/alarms", json=alarm, headers=headers, timeout=5.0)
        (name,) = answer.json()["alerts"]
        assert answer.json()["state"] == "draft"
        time.sleep(1.0)
        assert headlines(inbox, ["着火了"]) is None
        done = content_command(village, "alert", str(village.folder), "--confirm", name, "--yes")
        assert done.stdout.splitlines()[-1] == "serve 已经发出"
        until("it is sent", lambda: headlines(inbox, ["着火了"]))


def test_a_cap_warning_is_fetched_from_a_url_and_its_cancel_ends_it(village: Village) -> None:
    serving(village)
    now = datetime.now(UTC)
    times = [
        (f"2026-12-01T{hour}:00+08:00", f"{now + timedelta(minutes=minutes):%Y-%m-%dT%H:%M:%S}-00:00")
        for hour, minutes in (("08:50", -10), ("09:30", -8), ("12:00", -5), ("14:50", 60))
    ]
    documents = {
        "/rain.xml": changed("rain", *(times[i] for i in (0, 3))),
        "/cancel.xml": changed("rain-cancel", *(times[i] for i in (0, 1, 2))),
        "/endless.xml": b" " * 2_000_000,
    }

    class Weather(BaseHTTPRequestHandler):
        def do_GET(self) -> None:  # the name that the library wants
            self.send_response(200 if self.path in documents else 302)
            self.send_header("Location", "/rain.xml")
            self.end_headers()
            self.wfile.write(documents.get(self.path, b""))

        def log_message(self, *_: Any) -> None:
            """Silent."""

    with HTTPServer(("127.0.0.1", 0), Weather) as server, listening(village) as inbox:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            base = f"http://127.0.0.1:{server.server_port}"
            done = content_command(village, "cap-import", str(village.folder), f"{base}/rain.xml", "--yes")
            assert (done.returncode, done.stderr) == (0, "")
            until("it is sent", lambda: headlines(inbox, ["某区气象台发布暴雨橙色预警[Ⅱ级/严重]"]))
            done = content_command(village, "cap-import", str(village.folder), f"{base}/cancel.xml", "--yes")
            assert (done.returncode, done.stderr) == (0, "")
            until("it is gone", lambda: headlines(inbox, []))
            for path, why in (("/endless.xml", "超过"), ("/moved.xml", "302")):
                done = content_command(village, "cap-import", str(village.folder), f"{base}{path}", "--yes")
                assert done.returncode == 1
                assert why in done.stderr
        finally:
            server.shutdown()
            thread.join()
