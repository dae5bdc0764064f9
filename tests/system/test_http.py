"""Blobs over a real HTTP server: Range, ETag, resume, and servers that lie."""

import queue
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests
from starlette.applications import Starlette

from content.clock import SystemClock
from content.files import sha256_hex
from content.http import HttpServer
from content.monitoring import monitoring_routes
from content.publisher import PublisherHealth
from kiosk.cache import Cache
from kiosk.fetch import BlobArrived, Fetcher, FetchProblem, MirrorAnswered
from kiosk.plan import Wanted
from tests.system.rig import DOORWAYS, ScreenRig, Village, until

BLOB = bytes(range(256)) * 2000


@pytest.fixture
def served(village: Village) -> Village:
    village.write_notice("one", "通知", "village")
    village.start_publisher()
    until("HTTP answers", lambda: answers(village, "healthz"))
    blobs = village.folder / ".publisher" / "blobs"
    (blobs / sha256_hex(BLOB)).write_bytes(BLOB)
    return village


def answers(village: Village, path: str) -> "requests.Response | None":
    try:
        return requests.get(f"http://127.0.0.1:{village.http}/{path}", timeout=5.0)
    except requests.ConnectionError:
        return None


def health(village: Village) -> dict[str, Any]:
    answer = answers(village, "healthz")
    found: dict[str, Any] = {} if answer is None else answer.json()
    return found


def test_blobs_have_range_and_etag_and_nothing_else_is_served(served: Village) -> None:
    digest = sha256_hex(BLOB)
    url = f"http://127.0.0.1:{served.http}/blobs/{digest}"
    whole = requests.get(url, timeout=5.0)
    assert (whole.content, whole.headers["ETag"]) == (BLOB, f'"{digest}"')
    part = requests.get(url, timeout=5.0, headers={"Range": "bytes=1000-1999"})
    assert (part.status_code, part.content) == (206, BLOB[1000:2000])
    assert requests.get(url, timeout=5.0, headers={"If-None-Match": f'"{digest}"'}).status_code == 304
    for path in ("blobs/../published.json", "blobs/%2e%2e/lock", "keys/root.pem", "published.json", "blobs/x"):
        answer = answers(served, path)
        assert answer is not None
        assert answer.status_code == 404, path


def test_the_mirror_serves_what_the_broker_retains(served: Village) -> None:
    path = f"window/v1/places/{DOORWAYS[0]}/content/test-village"
    answer = answers(served, path)
    assert answer is not None
    assert answer.status_code == 200
    again = requests.get(answer.url, timeout=5.0, headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304


def test_health_and_metrics_tell_of_a_bad_file(served: Village) -> None:
    until("all is well", lambda: health(served).get("ok"))
    (served.folder / "notices" / "bad.yaml").write_text("titel: x\n")
    problems = until("it is told", lambda: health(served).get("problems"))
    assert any("bad.yaml:1" in line and "'title'" in line for line in problems)
    told = answers(served, "healthz")
    assert told is not None
    assert told.status_code == 503
    metrics = answers(served, "metrics")
    assert metrics is not None
    assert f"window_publisher_problems {len(problems)}.0" in metrics.text


@pytest.mark.parametrize("address", ["127.0.0.1", "::1", "::"])
def test_a_stranger_behind_a_proxy_on_this_machine_is_none_of_us(address: str) -> None:
    """`::` hears IPv4 too, and then writes 127.0.0.1 as ::ffff:127.0.0.1."""
    health = PublisherHealth(publisher="village", connected=True)
    app = Starlette(routes=monitoring_routes(health))
    with HttpServer(app, address, 0) as server:
        url = f"http://{'[::1]' if address == '::1' else '127.0.0.1'}:{server.port}/metrics"

        def status(**headers: str) -> int:
            try:
                return requests.get(url, headers=headers, timeout=5.0).status_code
            except requests.ConnectionError:
                return 0

        until("this machine itself is told", lambda: status() == 200)
        strangers = ("10.0.0.6", "127.0.0.1, 10.0.0.6", "::1, fd00::6")
        assert [status(**{"X-Forwarded-For": one}) for one in strangers] == [403, 403, 403]


@contextmanager
def raw_server(reply: Any) -> Iterator[str]:
    """An HTTP server that answers each connection with whatever bytes `reply(request)` gives, then hangs up."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.2)
        stopping = threading.Event()

        def run() -> None:
            while not stopping.is_set():
                try:
                    connection, _ = listener.accept()
                except TimeoutError:
                    continue
                with connection:
                    connection.sendall(reply(connection.recv(65536).decode()))

        thread = threading.Thread(target=run)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            stopping.set()
            thread.join()


def fetched(url: str, tmp_path: Path, wanted: Wanted, events: int, patience: float = 60.0) -> list[Any]:
    """The first events of fetching `wanted` from `url`."""
    cache = Cache(tmp_path / "cache")
    cache.prepare()
    inbox: queue.Queue[Any] = queue.Queue()
    fetcher = Fetcher((url,), cache, inbox, SystemClock(), rng=lambda: 0.0, patience=patience)
    fetcher.start()
    fetcher.want({wanted})
    try:
        return [inbox.get(timeout=20.0) for _ in range(events)]
    finally:
        fetcher.close()


def test_a_date_over_plain_http_proves_nothing(tmp_path: Path) -> None:
    def reply(request: str) -> bytes:
        return b"HTTP/1.1 404 Not Found\r\nDate: Tue, 01 Dec 2026 01:00:00 GMT\r\nContent-Length: 0\r\n\r\n"

    cache = Cache(tmp_path / "cache")
    cache.prepare()
    inbox: queue.Queue[Any] = queue.Queue()
    with raw_server(reply) as url:
        fetcher = Fetcher((url,), cache, inbox, SystemClock(), rng=lambda: 0.0)
        fetcher.start()
        fetcher.ask("keyring.json")
        assert inbox.get(timeout=20.0) == MirrorAnswered("keyring.json", None)
        fetcher.close()


def test_a_download_that_broke_off_goes_on_where_it_stopped(tmp_path: Path) -> None:
    asked: list[str] = []

    def reply(request: str) -> bytes:
        start = next((line for line in request.splitlines() if line.lower().startswith("range:")), "")
        asked.append(start.partition("=")[2])
        first = int(start.partition("=")[2].rstrip("-")) if start else 0
        status = "206 Partial Content" if start else "200 OK"
        head = f"HTTP/1.1 {status}\r\nContent-Length: {len(BLOB) - first}\r\n\r\n".encode()
        return head + BLOB[first : first + 200_000]  # then it hangs up

    wanted = Wanted(sha256_hex(BLOB), len(BLOB))
    with raw_server(reply) as url:
        events = fetched(url, tmp_path, wanted, 3)
    assert [type(event) for event in events] == [FetchProblem, FetchProblem, BlobArrived]
    assert asked == ["", *asked[1:]]
    assert all(one.endswith("-") and int(one[:-1]) > 0 for one in asked[1:])
    assert Cache(tmp_path / "cache").blob(wanted.sha256) == BLOB


@pytest.mark.parametrize(
    ("name", "body"),
    [("other bytes", b"y" * len(BLOB)), ("too long", BLOB + b"more"), ("an error page", b"<html>login</html>")],
)
def test_a_server_that_lies_leaves_nothing_in_the_cache(tmp_path: Path, name: str, body: bytes) -> None:
    def reply(_: str) -> bytes:
        return f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body

    wanted = Wanted(sha256_hex(BLOB), len(BLOB))
    with raw_server(reply) as url:
        (event,) = fetched(url, tmp_path, wanted, 1)
    assert isinstance(event, FetchProblem), name
    assert not Cache(tmp_path / "cache").has(wanted.sha256)


ANSWERS = {
    "packed": b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nabcd",
    "elsewhere": b"HTTP/1.1 302 Found\r\nLocation: file:///etc/passwd\r\nContent-Length: 0\r\n\r\n",
    "not HTTP": b"\x00\x01\x02",
    "hung up": b"",
    "an error": b"HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n",
    "a range that was not asked for": b"HTTP/1.1 206 Partial Content\r\nContent-Length: 4\r\n\r\nabcd",
}


@pytest.mark.parametrize("answer", ANSWERS.values(), ids=ANSWERS.keys())
def test_a_strange_answer_costs_one_try_and_nothing_else(tmp_path: Path, answer: bytes) -> None:
    wanted = Wanted(sha256_hex(BLOB), len(BLOB))
    with raw_server(lambda _: answer) as url:
        first, second = fetched(url, tmp_path, wanted, 2)
    assert [type(first), type(second)] == [FetchProblem, FetchProblem]
    assert not Cache(tmp_path / "cache").has(wanted.sha256)


DRIPS = {
    "in the headers": b"HTTP/1.1 200 OK\r\nX-Slow: ",
    "in the body": b"HTTP/1.1 200 OK\r\nContent-Length: 512000\r\n\r\n",
    "in a body of chunks": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfffff\r\n",
}


@pytest.mark.parametrize("head", DRIPS.values(), ids=DRIPS.keys())
def test_a_server_that_drips_holds_a_download_no_longer_than_our_patience(tmp_path: Path, head: bytes) -> None:
    stopping = threading.Event()

    def drip(connection: socket.socket) -> None:
        with connection:
            connection.recv(65536)
            connection.sendall(head)
            while not stopping.wait(0.05):
                try:
                    connection.sendall(b"x")
                except OSError:
                    return

    with socket.create_server(("127.0.0.1", 0)) as listener:
        threads = [threading.Thread(target=lambda: drip(listener.accept()[0]), daemon=True) for _ in range(2)]
        for thread in threads:
            thread.start()
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        try:
            events = fetched(url, tmp_path, Wanted(sha256_hex(BLOB), len(BLOB)), 2, patience=0.5)
        finally:
            stopping.set()
    for thread in threads:
        thread.join()
    assert [type(event) for event in events] == [FetchProblem, FetchProblem]


def test_the_doctor_of_a_screen_whose_broker_is_blocked_says_that_it_lives_on_http(served: Village) -> None:
    screen = served.screen(DOORWAYS[0])
    served.broker.stop()
    screen.start_agent()
    until("the notice came by HTTP", lambda: screen.notices() == {"one"}, 120.0)
    until("the doctor knows", lambda: "由 HTTP 收到" in doctor(screen), 120.0)
    row = next(line for line in doctor(screen).splitlines() if "消息" in line)
    assert f"127.0.0.1:{served.broker.port} 连不上" in row


def doctor(screen: ScreenRig) -> str:
    """What `kiosk doctor` prints."""
    folders = ("--cache", str(screen.home / "cache"), "--run", str(screen.home / "run"))
    command = [sys.executable, "-m", "kiosk", "doctor", *folders]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout
