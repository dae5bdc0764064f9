"""Sends letters: webhooks (the door to requests on the central side) and mail. In a thread of its own.

It takes from the casebook what is due and marks what has gone, so it blocks nobody and survives a
restart. Secrets are read from the files and variables that village.yaml names, each time, and stand in no log: not
in errors either, which is why the words of requests' exceptions (they hold the address) are not used.
"""

import logging
import os
import random
import smtplib
import ssl
import threading
import time
from email.message import EmailMessage
from email.utils import formatdate, make_msgid, parseaddr
from pathlib import Path
from urllib.parse import urlsplit

import msgspec
import requests
from urllib3.exceptions import HTTPError

from content.clock import Clock
from content.errors import WindowError
from content.fleet.casebook import Casebook
from content.fleet.letters import EmailEntry, Letter, NotifyEntry, WebhookEntry, filled, parsed_body, refusal_code
from content.fleet.records import Records, RecordsError

log = logging.getLogger(__name__)

LOOK_SECONDS = 1.0
CONNECT_SECONDS, ANSWER_SECONDS = 5.0, 10.0
STOP_SECONDS = CONNECT_SECONDS + ANSWER_SECONDS + 5.0
MOST_ANSWER_BYTES = 64 * 1024
SMTPS_PORTS = frozenset({465, 994})
"""TLS from the first byte; 994 is NetEase's (163.com). Elsewhere STARTTLS."""


class NotSent(WindowError):
    """A letter did not go; it is tried again. Holds no secret."""


class Courier:
    """Sends until stopped; a context manager. `notify` may be replaced at any time."""

    def __init__(self, folder: Path, records: Records, clock: Clock) -> None:
        self.notify = NotifyEntry()
        self._folder, self._records, self._clock = folder, records, clock
        self._casebook = Casebook(records)
        self._stopping = threading.Event()
        self._error = ""
        self._thread = threading.Thread(target=self._run, name="courier", daemon=True)

    def __enter__(self) -> "Courier":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        if self._thread.ident is not None:
            self._thread.join(timeout=STOP_SECONDS)

    def _run(self) -> None:
        while not self._stopping.wait(LOOK_SECONDS):
            try:
                self.send_due()
                self._tell("")
            except RecordsError as error:  # tried again a second later
                self._tell(str(error))
        self._records.close_thread()

    def _tell(self, why: str) -> None:
        if why and why != self._error:
            log.warning("courier: %s", why)
        self._error = why

    def send_due(self) -> None:
        """Send what is due now."""
        for waiting in self._casebook.due(self._clock.now()):
            if self._stopping.is_set():
                return
            try:
                deliver(waiting.letter, self.notify, self._folder)
            except NotSent as error:
                if waiting.tries == 0:
                    log.warning("通知没有发出，稍后再试：%s", error)
                self._casebook.failed(waiting, str(error), self._clock.now(), random.random)
            else:
                self._casebook.sent(waiting, self._clock.now())


def deliver(letter: Letter, notify: NotifyEntry, folder: Path) -> None:
    """Send one letter now. Raises NotSent."""
    kind, _, name = letter.channel.partition(":")
    if kind == "email" and notify.email is not None:
        send_mail(letter, notify.email, folder)
        return
    webhook = next((one for one in notify.webhooks if kind == "webhook" and one.name == name), None)
    if webhook is None:
        raise NotSent(f"village.yaml 的 notify 里已经没有 {letter.channel}")
    send_webhook(letter, webhook, folder)


def send_webhook(letter: Letter, webhook: WebhookEntry, folder: Path) -> None:
    """POST the filled template. A redirect is not followed: it could carry the secret elsewhere."""
    url = webhook.url or secret(folder, webhook.url_file, webhook.url_env)
    key = secret(folder, webhook.secret_file, webhook.secret_env)
    ends = time.monotonic() + ANSWER_SECONDS
    values = letter.facts | {"secret": key}
    try:
        body = msgspec.json.encode(filled(parsed_body(webhook.body), values))
        headers = {"Content-Type": "application/json; charset=utf-8"} | filled(dict(webhook.headers), values)
        with requests.post(
            url,
            data=body,
            headers=headers,
            timeout=(CONNECT_SECONDS, ANSWER_SECONDS),
            allow_redirects=False,
            stream=True,
        ) as answer:
            status, said = answer.status_code, body_of(answer, ends)
    except (requests.RequestException, HTTPError, ValueError, OSError) as error:
        raise NotSent(f"{webhook.name}（{host_of(url)}）：{type(error).__name__}") from None
    if not 200 <= status < 300:
        raise NotSent(f"{webhook.name}（{host_of(url)}）：HTTP {status}")
    code = refusal_code(said)
    if code:
        raise NotSent(f"{webhook.name}（{host_of(url)}）：errcode {code}")


def body_of(answer: requests.Response, ends: float) -> bytes:
    """What the server says, in however many pieces; what came by `ends` (monotonic) of one that never ends."""
    said = b""
    while len(said) < MOST_ANSWER_BYTES:
        piece = answer.raw.read1(MOST_ANSWER_BYTES, decode_content=True)
        said += piece
        if not piece or time.monotonic() > ends:
            break
    return said


def send_mail(letter: Letter, email: EmailEntry, folder: Path) -> None:
    """One mail to all recipients. Never without TLS."""
    message = EmailMessage()
    try:
        message["Subject"] = letter.facts["title"]
        message["From"], message["To"] = email.sender, ", ".join(email.to)
        domain = parseaddr(email.sender)[1].rpartition("@")[2]  # of "名字 <who@where>", too
        message["Date"], message["Message-ID"] = formatdate(localtime=True), make_msgid(domain=domain)
        message.set_content(f"{letter.facts['text']}\n\n{letter.facts['time']}\n")
        password = secret(folder, email.password_file, email.password_env)
        context = ssl.create_default_context()
        if email.port in SMTPS_PORTS:
            server: smtplib.SMTP = smtplib.SMTP_SSL(email.host, email.port, timeout=ANSWER_SECONDS, context=context)
        else:
            server = smtplib.SMTP(email.host, email.port, timeout=ANSWER_SECONDS)
        with server:
            if email.port not in SMTPS_PORTS:
                server.starttls(context=context)
            if email.user:
                server.login(email.user, password)
            server.send_message(message)
    except (smtplib.SMTPException, OSError, ValueError) as error:
        raise NotSent(f"邮件（{email.host}）：{type(error).__name__}") from None


def secret(folder: Path, file: str, variable: str) -> str:
    """What stands in the file (from the content folder) or the environment variable. Raises NotSent."""
    if variable and variable in os.environ:
        return os.environ[variable].strip()
    if file:
        try:
            return (folder / file).read_text().strip()
        except (OSError, UnicodeDecodeError) as error:
            raise NotSent(f"读不了 {file}（{type(error).__name__}）") from None
    if variable:
        raise NotSent(f"没有环境变量 {variable}")
    return ""


def host_of(url: str) -> str:
    """The server's name: what may be told of an address."""
    try:
        return urlsplit(url).hostname or "?"
    except ValueError:
        return "?"
