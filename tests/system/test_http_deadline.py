"""HTTP clients that never finish hold no connection for long, and keep nobody out."""

import contextlib
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import pytest
import requests
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from content.admission.authority import Authority
from content.broker import listens
from content.http import HttpServer
from content.http_deadline import DeadlineProtocol
from tests.system.rig import until

SECONDS = {"asking": 0.6, "sending": 1.2, "answered": 2.0}
MOST = 30


class Hurried(DeadlineProtocol):
    seconds = SECONDS


async def echo(request: Request) -> Response:
    return PlainTextResponse(str(len(await request.body())))


async def large(_: Request) -> Response:
    return PlainTextResponse("x" * 20_000_000)


@pytest.fixture
def port() -> Iterator[int]:
    app = Starlette(routes=[Route("/echo", echo, methods=["GET", "POST"]), Route("/large", large)])
    with HttpServer(app, "127.0.0.1", 0, protocol=Hurried, most_connections=MOST) as server:
        until("it listens", lambda: listens(server.port))
        yield server.port


def seconds_until_cut(port: int, first: bytes, drip: bytes = b"") -> float:
    """How long the server bears one who sends this, and then one byte after another."""
    with socket.create_connection(("127.0.0.1", port)) as client:
        client.settimeout(0.1)
        client.sendall(first)
        begun = time.monotonic()
        try:
            while time.monotonic() - begun < 10.0:
                try:
                    if not client.recv(1):
                        break
                except TimeoutError:
                    client.sendall(drip)
        except (ConnectionResetError, BrokenPipeError):
            pass
        return time.monotonic() - begun


HEAD = b"POST /echo HTTP/1.1\r\nHost: x\r\n"


@pytest.mark.parametrize(
    ("first", "drip", "part"),
    [
        (b"", b"", "asking"),
        (HEAD, b"a", "asking"),
        (HEAD + b"Content-Length: 100\r\n\r\n", b"a", "sending"),
        (HEAD + b"Content-Length: 0\r\n\r\n" + HEAD, b"a", "asking"),
    ],
    ids=["says nothing", "head", "body", "head of the second request"],
)
def test_who_never_finishes_is_hung_up_on(port: int, first: bytes, drip: bytes, part: str) -> None:
    took = seconds_until_cut(port, first, drip)
    assert SECONDS[part] * 0.9 < took < SECONDS[part] + 2.0


def read_all(client: socket.socket) -> int:
    """Bytes until the end, or until we are hung up on."""
    got = 0
    with contextlib.suppress(ConnectionResetError):
        while part := client.recv(65_536):
            got += len(part)
    return got


def test_who_never_reads_is_hung_up_on(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port)) as client:
        client.sendall(b"GET /large HTTP/1.1\r\nHost: x\r\n\r\n")
        time.sleep(SECONDS["answered"] + 1.0)
        assert read_all(client) < 20_000_000


def test_who_reads_slowly_gets_the_whole_answer(port: int) -> None:
    """The answer is complete for the server as soon as it waits to go out."""
    with socket.create_connection(("127.0.0.1", port)) as client:
        client.sendall(b"GET /large HTTP/1.1\r\nHost: x\r\n\r\n")
        time.sleep(SECONDS["asking"] + 0.5)
        assert read_all(client) > 20_000_000


def test_many_who_wait_keep_nobody_out_for_long(port: int) -> None:
    with ExitStack() as stack:
        waiting = [stack.enter_context(socket.create_connection(("127.0.0.1", port))) for _ in range(2 * MOST)]
        for one in waiting:
            one.sendall(HEAD)
        time.sleep(SECONDS["asking"] + 0.5)
        answer = requests.post(f"http://127.0.0.1:{port}/echo", data=b"abc", timeout=5.0)
    assert answer.text == "3"


def test_who_comes_again_and_again_on_one_connection_is_served(port: int) -> None:
    with requests.Session() as session:
        for number in range(8):
            assert session.post(f"http://127.0.0.1:{port}/echo", data=b"x" * number, timeout=5.0).text == str(number)
            time.sleep(0.3)


@pytest.fixture
def tls(tmp_path: Path) -> tuple[Path, Path]:
    """A server's certificate and key."""
    authority = Authority.create(tmp_path / "authority", "v", datetime.now(UTC))
    files = tmp_path / "http.crt", tmp_path / "http.key"
    for path, content in zip(files, authority.issue_server(["127.0.0.1"], datetime.now(UTC)), strict=True):
        path.write_bytes(content)
    return files


def still_open(clients: list[socket.socket]) -> int:
    """How many of these the server has not hung up on."""
    count = 0
    for one in clients:
        one.settimeout(0.0)
        try:
            count += one.recv(1) != b""
        except BlockingIOError:
            count += 1
        except ConnectionResetError:
            pass
    return count


def test_a_machine_that_begins_no_handshake_keeps_no_other_out(tls: tuple[Path, Path], tmp_path: Path) -> None:
    app = Starlette(routes=[Route("/echo", echo, methods=["GET", "POST"])])
    with HttpServer(app, "127.0.0.1", 0, tls, most_connections=MOST) as server, ExitStack() as stack:
        until("it listens", lambda: listens(server.port))
        address = ("127.0.0.1", server.port)
        idle = [
            stack.enter_context(socket.create_connection(address, source_address=("127.0.0.2", 0)))
            for _ in range(3 * MOST)
        ]
        until("the limit holds", lambda: still_open(idle) <= MOST)
        answer = requests.get(
            f"https://127.0.0.1:{server.port}/echo", timeout=5.0, verify=str(tmp_path / "authority/ca.crt")
        )
        assert (answer.text, MOST - 2 <= still_open(idle) < MOST) == ("0", True)
