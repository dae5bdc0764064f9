"""A mail server on loopback: SMTP with STARTTLS, or TLS from the first byte, and a login. aiosmtpd does the work."""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from content.admission.authority import Authority
from content.broker import free_port

USER, PASSWORD = "window", "geheim-wie-die-post"


class MailServer:
    """Takes mail from who has the password; refuses the first `refuse` mails for the moment (451)."""

    def __init__(self, home: Path, *, refuse: int = 0) -> None:
        self.mails: list[EmailMessage] = []
        self.logins: list[tuple[str, bool]] = []
        """(user, over TLS)"""
        self.refuse = refuse
        self._from_the_start = False
        authority = Authority.create(home / "mail-authority", "邮局", datetime.now(UTC))
        self.ca = authority.folder / "ca.crt"
        certificate, key = authority.issue_server(["127.0.0.1"], datetime.now(UTC))
        (home / "mail.crt").write_bytes(certificate)
        (home / "mail.key").write_bytes(key)
        self.tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        self.tls.load_cert_chain(home / "mail.crt", home / "mail.key")

    def authenticate(
        self, _server: SMTP, session: Session, _envelope: Envelope, _mechanism: str, given: Any
    ) -> AuthResult:
        assert isinstance(given, LoginPassword)
        self.logins.append((given.login.decode(), self._from_the_start or session.ssl is not None))
        right = (given.login.decode(), given.password.decode()) == (USER, PASSWORD)
        return AuthResult(success=right, handled=False)

    async def handle_DATA(  # noqa: N802 -- the name that aiosmtpd calls
        self, _server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        if self.refuse:
            self.refuse -= 1
            return "451 4.3.0 come again"
        assert isinstance(envelope.content, bytes)
        mail = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(mail, EmailMessage)
        self.mails.append(mail)
        return "250 OK"

    @contextmanager
    def starttls(self) -> Iterator[int]:
        """Runs; the port. Who does not ask for TLS can neither log in nor send."""
        yield from self._run(tls_context=self.tls, require_starttls=True)

    @contextmanager
    def plain(self) -> Iterator[int]:
        """Knows no TLS, as the server of a man in the middle."""
        yield from self._run()

    @contextmanager
    def smtps(self, port: int) -> Iterator[int]:
        """TLS from the first byte."""
        self._from_the_start = True
        yield from self._run(port, ssl_context=self.tls, auth_require_tls=False)

    def _run(self, port: int = 0, **options: Any) -> Iterator[int]:
        controller = Controller(
            self, hostname="127.0.0.1", port=port or free_port(), authenticator=self.authenticate,
            auth_required=True, **options,
        )  # fmt: skip
        controller.start()
        try:
            yield controller.port
        finally:
            controller.stop()
