"""Notifications to real servers: mail by SMTP with TLS and a login, robots and gateways by HTTP as the guide says."""

import http.server
import json
import re
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from content.authored import VillageFile
from content.document import read
from content.fleet.courier import NotSent, deliver
from content.fleet.letters import EmailEntry, Event, Letter, NotifyEntry, letters
from content.fleet.troubles import Addressee
from tests.system.mail import PASSWORD, USER, MailServer
from tests.system.rig import DOORWAYS, VILLAGE, Village, spawn, until
from tests.system.simulated import SimulatedScreen
from tests.system.test_fleet import counts, digest, write_alert

pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH")  # aiosmtpd does not know of the TLS below it
LETTER = Letter(
    channel="email", facts={"title": "【测试村】屏幕失联", "text": "北区的屏没有消息", "time": "2026-11-28 09:00"}
)
MAIL_YAML = """\
notify:
  remind_minutes: 0.1
  email: {{host: 127.0.0.1, port: {port}, from: window@test.example, to: [a@test.example, b@test.example], user: window,
    password_file: keys/smtp}}
"""


@pytest.fixture
def post(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> MailServer:
    """A mail server whose certificate this machine believes, and the password in a file."""
    server = MailServer(tmp_path)
    (tmp_path / "smtp").write_text(f"{PASSWORD}\n")
    monkeypatch.setenv("SSL_CERT_FILE", str(server.ca))
    return server


def email(port: int, user: str = USER) -> NotifyEntry:
    entry = EmailEntry(
        host="127.0.0.1", port=port, sender="便民视窗 <window@test.example>",
        to=("a@test.example", "b@test.example"), user=user, password_file="smtp",  # noqa: S106 -- a file's name
    )  # fmt: skip
    return NotifyEntry(email=entry)


def test_mail_goes_to_all_after_a_login_over_tls(post: MailServer, tmp_path: Path) -> None:
    with post.starttls() as port:
        deliver(LETTER, email(port), tmp_path)
    (mail,) = post.mails
    assert post.logins == [(USER, True)]
    assert (mail["Subject"], mail["To"]) == ("【测试村】屏幕失联", "a@test.example, b@test.example")
    assert mail.get_content() == "北区的屏没有消息\r\n\r\n2026-11-28 09:00\r\n"
    assert mail["From"] == "便民视窗 <window@test.example>"
    assert abs(mail["Date"].datetime - datetime.now(UTC)) < timedelta(minutes=1)
    assert re.fullmatch(r"<[^<>@]+@test\.example>", mail["Message-ID"])


def test_mail_with_tls_from_the_first_byte(post: MailServer, tmp_path: Path) -> None:
    try:
        with post.smtps(465) as port:
            deliver(LETTER, email(port), tmp_path)
    except PermissionError:
        pytest.skip("ports below 1024 are root's")
    assert (len(post.mails), post.logins) == (1, [(USER, True)])


def test_no_password_goes_to_a_server_that_is_not_the_right_one(
    post: MailServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with post.plain() as port, pytest.raises(NotSent, match="SMTPNotSupportedError"):
        deliver(LETTER, email(port), tmp_path)
    monkeypatch.delenv("SSL_CERT_FILE")
    with post.starttls() as port, pytest.raises(NotSent, match="SSLCertVerificationError"):
        deliver(LETTER, email(port), tmp_path)
    assert (post.logins, post.mails) == ([], [])


def test_a_wrong_password_is_told_and_stands_in_no_error(post: MailServer, tmp_path: Path) -> None:
    with post.starttls() as port, pytest.raises(NotSent, match="SMTPAuthenticationError") as told:
        deliver(LETTER, email(port, user="somebody"), tmp_path)
    assert PASSWORD not in str(told.value)
    assert post.mails == []


def test_people_are_mailed_once_when_something_is_wrong_and_once_when_it_is_over(
    village: Village, tmp_path: Path
) -> None:
    post = MailServer(tmp_path, refuse=1)
    (village.folder / "keys/smtp").write_text(f"{PASSWORD}\n")
    screen = SimulatedScreen("s1", DOORWAYS[0], village.broker.url, village.folder / "keyring.json", "test-village")
    with post.starttls() as port:
        (village.folder / "village.yaml").write_text(VILLAGE + MAIL_YAML.format(port=port))
        village.publisher = spawn(
            village.home / "publisher.log", "content", "serve", str(village.folder), "--broker", village.broker.url,
            *("--listen", f"127.0.0.1:{village.http}"), environment={"SSL_CERT_FILE": str(post.ca)},
        )  # fmt: skip
        screen.start()
        try:
            write_alert(village)
            until("one screen lacks it", lambda: counts(village, "fire") == {"missing": 1})
            until("the mail, though it was refused once", lambda: len(post.mails) == 1, patience=60.0)
            screen.shown_once("fire", kind="alert", digest=digest(village))
            until("the end is told", lambda: len(post.mails) == 2, patience=60.0)
        finally:
            screen.stop()
        village.stop()
    assert [mail["Subject"] for mail in post.mails] == [
        "【测试村村委会】警报没有全部显示",
        "【测试村村委会】已解除：警报没有全部显示",
    ]
    assert "北区 第1微网格 1号楼 1单元" in post.mails[0].get_content()
    assert {over_tls for _, over_tls in post.logins} == {True}
    log = (village.home / "publisher.log").read_text()
    assert "SMTPDataError" in log
    assert PASSWORD not in log


class Gateway(http.server.ThreadingHTTPServer):
    """Takes every POST; a robot's refusal comes with HTTP 200, as WeChat-Work sends it."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answer)
        self.got: list[tuple[str, str, Any]] = []
        self.says = b'{"errcode": 0, "errmsg": "ok"}'


class Answer(http.server.BaseHTTPRequestHandler):
    server: Gateway

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.got.append((self.path, self.headers.get("Authorization", ""), body))
        self.send_response(200)
        self.send_header("Content-Length", str(len(self.server.says)))
        self.end_headers()
        for piece in (self.server.says[:5], self.server.says[5:]):
            time.sleep(0.1)  # so that they come apart, as over a long way
            self.wfile.write(piece)

    def log_message(self, *arguments: Any) -> None:
        """Not on the test's output."""


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    with Gateway() as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join(5.0)


def guide(port: int) -> NotifyEntry:
    """What content/README.md says under 通知网格员, its addresses turned to loopback."""
    text = (Path(__file__).parents[2] / "content/README.md").read_text()
    found = re.search(r"```yaml\n(notify:\n.*?)```", text, re.DOTALL)
    assert found
    local = re.sub(r"https://sms\.example", f"http://127.0.0.1:{port}", found[1])
    document = read("village.yaml", (VILLAGE + local).encode(), VillageFile)
    assert document.value
    assert document.problems == []
    return document.value.notify


def test_the_guides_robot_and_gateway_take_what_is_sent(
    gateway: Gateway, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    notify = guide(gateway.server_port)
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys/robot.url").write_text(f"http://127.0.0.1:{gateway.server_port}/cgi-bin/webhook/send?key=k\n")
    monkeypatch.setenv("SMS_TOKEN", "geheim")
    places = (Addressee(place_name="3号楼 1单元", worker="张三", phone="0391-0000000"),)
    event = Event(incident=7, kind="alert", ended=False, text="警报「着火」没有显示在 1 块屏上", places=places)
    sent = [one for one in letters([event], notify, "白庄村", datetime.now(UTC)) if one.channel != "email"]
    for one in sent:
        deliver(one, notify, tmp_path)
    said = "【白庄村】警报没有全部显示：警报「着火」没有显示在 1 块屏上"
    assert gateway.got == [
        ("/cgi-bin/webhook/send?key=k", "", {"msgtype": "text", "text": {"content": said}}),
        ("/send", "Bearer geheim", {"phone": "0391-0000000", "params": ["张三", "3号楼 1单元", "发生"]}),
    ]
    gateway.says = b'{"errcode": 93000, "errmsg": "invalid webhook url"}'
    with pytest.raises(NotSent, match="errcode 93000") as told:
        deliver(sent[0], notify, tmp_path)
    assert "key=k" not in str(told.value)
