"""Asking for a certificate over HTTPS: the card's ca.crt proves the server; every answer is bounded."""

import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from content.admission.authority import Authority
from content.enrolment import Application
from kiosk.enrolment.asking import ask
from kiosk.enrolment.device_key import new_key, request_for

APPLICATION = Application(screen="pi1", request=request_for(new_key(), "pi1"))


@contextmanager
def server(authority: Authority, folder: Path, answer: bytes, code: int = 200) -> Iterator[str]:
    """An HTTPS server with a certificate of that authority; its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(code)
            self.send_header("Location", "http://127.0.0.1:9/")
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None: ...

    certificate, key = authority.issue_server(["127.0.0.1"], datetime.now(UTC))
    (folder / "server.pem").write_bytes(certificate + key)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "server.pem")
    with HTTPServer(("127.0.0.1", 0), Handler) as made:
        made.socket = context.wrap_socket(made.socket, server_side=True)
        thread = threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield f"https://127.0.0.1:{made.server_port}"
        made.shutdown()
        thread.join()


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority.create(tmp_path / "authority", "村", datetime.now(UTC))


@pytest.mark.parametrize(
    ("answer", "code", "trouble"),
    [
        (b"not json", 200, "看不懂"),
        (b'{"state":"' + b"x" * 100_000, 200, "看不懂"),
        (b"", 302, "HTTP 302"),
        (b"", 404, "没有开启屏幕登记"),
        (b"", 503, "正忙"),
    ],
)
def test_what_a_server_may_say_is_bounded(
    authority: Authority, tmp_path: Path, answer: bytes, code: int, trouble: str
) -> None:
    with server(authority, tmp_path, answer, code) as url:
        reply = ask((url,), "enrolment", APPLICATION, authority.folder / "ca.crt")
    assert reply.answer is None
    assert trouble in reply.trouble


def test_the_first_server_that_brings_something_counts(authority: Authority, tmp_path: Path) -> None:
    with server(authority, tmp_path, b'{"state":"waiting"}') as url:
        for urls in (("https://127.0.0.1:9", url), (url, "https://127.0.0.1:9")):
            reply = ask(urls, "enrolment", APPLICATION, authority.folder / "ca.crt")
            assert reply.answer
            assert reply.answer.state == "waiting"
    reply = ask(("https://127.0.0.1:9",), "enrolment", APPLICATION, authority.folder / "ca.crt")
    assert "连不上 127.0.0.1:9" in reply.trouble


def test_a_server_of_another_authority_is_not_asked(authority: Authority, tmp_path: Path) -> None:
    other = Authority.create(tmp_path / "other", "别村", datetime.now(UTC))
    with server(other, tmp_path, b'{"state":"waiting"}') as url:
        reply = ask((url,), "enrolment", APPLICATION, authority.folder / "ca.crt")
    assert "证书不对" in reply.trouble
