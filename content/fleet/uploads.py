"""Leave to upload one picture: given with a command, good once, for a few minutes. Only the token's digest is kept."""

import hmac
from datetime import datetime, timedelta

from content.files import sha256_hex
from content.fleet.records import Records

TOKEN_LIFE = timedelta(minutes=3)


class Uploads:
    """The leaves in a database. The command gives one in its process, the HTTP server takes it in another."""

    def __init__(self, records: Records) -> None:
        self._records, self._model = records, records.models.Upload

    def grant(self, command: str, screen: str, token: str, now: datetime) -> None:
        """Let whoever has `token` upload the picture that `command` asks for."""
        with self._records.whole():
            rows = self._records.rows(self._model)
            rows.filter(expires__lt=now - timedelta(days=1), path="").delete()
            rows.create(
                command=command, screen=screen, token_digest=sha256_hex(token.encode()), expires=now + TOKEN_LIFE
            )

    def screen_of(self, command: str, token: str, now: datetime) -> str | None:
        """Whose picture it will be; None where there is no such leave, or no more."""
        with self._records.errors():
            row = self._records.rows(self._model).filter(command=command, used__isnull=True, expires__gt=now).first()
        if row is None or not hmac.compare_digest(row.token_digest, sha256_hex(token.encode())):
            return None
        return str(row.screen)

    def claim(self, command: str, now: datetime) -> bool:
        """Use the leave up; false for all but one who try."""
        with self._records.whole():
            rows = self._records.rows(self._model).filter(command=command, used__isnull=True, expires__gt=now)
            return bool(rows.update(used=now))

    def arrived(self, command: str, path: str) -> None:
        """Note where the picture lies."""
        with self._records.whole():
            self._records.rows(self._model).filter(command=command).update(path=path)

    def path_of(self, command: str) -> str:
        """Where the picture lies; empty while it is not here."""
        with self._records.errors():
            row = self._records.rows(self._model).filter(command=command).first()
        return str(row.path) if row else ""
