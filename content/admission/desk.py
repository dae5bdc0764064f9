"""Where applications arrive and certificates are picked up: files in `.publisher/enrolment`, and the authority.

    waiting.json           who waits, written by `serve`, read by `assign`
    granted/<key>.crt      the newest certificate of a key, to be fetched as often as its screen asks

An application is signed by the screen's key; a key that the authority's book names is thereby known for certain, so it
gets its certificate (again, or the next one) without any other proof, also where the old one has ended. Revoked keys
get nothing.
"""

import logging
import threading
from datetime import datetime, timedelta
from pathlib import Path

import msgspec

from content.admission.applicants import Applicant, admitted, is_due, living
from content.admission.authority import Authority, Issued
from content.admission.certificates import AuthorityError, digest_of, read_public_key
from content.decoding import decoded
from content.enrolment import Application, EnrolmentAnswer
from content.files import remove_temporary_files, write_atomic
from content.publisher import STATE_FOLDER

log = logging.getLogger(__name__)

FOLDER = "enrolment"
WRITE_SECONDS = timedelta(seconds=30)
"""That somebody asks again is written down no more often."""


class EnrolmentDesk:
    """Used by the threads of `serve`'s HTTP server, and, for what is granted, by `assign`."""

    def __init__(self, folder: Path, authority: Authority) -> None:
        self._folder = folder / STATE_FOLDER / FOLDER
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        (self._folder / "granted").mkdir(mode=0o700, exist_ok=True)
        self._path, self._authority = self._folder / "waiting.json", authority
        self._lock = threading.Lock()
        self._listed: dict[str, Applicant] | None = None
        self._written: datetime | None = None

    def apply(self, application: Application, source: str, now: datetime) -> EnrolmentAnswer:
        """What a golden card's screen gets: its certificate, or a place among those who wait. Raises OSError."""
        try:
            key = key_of(application)
            mine = self._issued(key)
            refuse_strange(mine, application.screen)
            if mine:
                return granted(self._certificate(application, key, now))
        except AuthorityError as error:
            return EnrolmentAnswer(state="refused", why=str(error)[:200])
        one = Applicant(
            screen=application.screen, key=key, request=application.request, source=source, first=now, last=now
        )
        self._list(one)
        return EnrolmentAnswer(state="waiting")

    def renew(self, application: Application, now: datetime) -> EnrolmentAnswer:
        """The next certificate, if it is time for it, or if the screen has not got the newest. Raises OSError."""
        try:
            key = key_of(application)
            mine = self._issued(key)
            refuse_strange(mine, application.screen)
            if not mine:
                raise AuthorityError("这把密钥没有证书，不能更新；请重新登记或烧卡")
            newest = mine[-1]
            if is_due(newest.issued, newest.expires, now, key):
                log.info("renewing the certificate of %s, which ends on %s", newest.name, newest.expires.date())
                return granted(self.issue(application.screen, application.request, now))
            if int(application.serial or "0", 16) != int(newest.serial, 16):
                return granted(self._certificate(application, key, now))
        except AuthorityError as error:
            return EnrolmentAnswer(state="refused", why=str(error)[:200])
        return EnrolmentAnswer(state="current")

    def issue(self, screen: str, request: str, now: datetime, place: str = "") -> bytes:
        """A new certificate for a key, laid out for its screen to fetch. Raises AuthorityError, OSError.

        Certificates of the same key live on side by side; those of another key of the screen are revoked.
        """
        key = digest_of(read_public_key(request.encode()))
        same = any(one.key == key for one in self._authority.valid("screen", screen))
        place = place or self._authority.place_of(screen)
        made = self._authority.issue_screen(screen, request.encode(), now, place=place, keep_old=same)
        write_atomic(self._granted(key), made, mode=0o600)
        return made

    def waiting(self, now: datetime) -> list[Applicant]:
        """Who waits now, the longest first; as written, for other processes than `serve`."""
        known = {one.key for one in self._authority.issued()}
        listed = living(self._read().values(), now - WRITE_SECONDS)
        return sorted((one for one in listed.values() if one.key not in known), key=lambda one: one.first)

    def why_not(self, applicant: Applicant) -> None:
        """Raises AuthorityError for a key that will get no certificate for that screen."""
        refuse_strange(self._issued(applicant.key), applicant.screen)

    def _issued(self, key: str) -> list[Issued]:
        """The certificates of a key, the newest last."""
        return [one for one in self._authority.issued() if one.key == key]

    def _granted(self, key: str) -> Path:
        return self._folder / "granted" / f"{key}.crt"

    def _certificate(self, application: Application, key: str, now: datetime) -> bytes:
        """The newest of a known key; made anew where it was not made here."""
        try:
            return self._granted(key).read_bytes()
        except FileNotFoundError:
            return self.issue(application.screen, application.request, now)

    def _list(self, one: Applicant) -> None:
        """Note who waits; on the disk where the list has changed, or after a while."""
        with self._lock:
            if self._listed is None:
                remove_temporary_files(self._folder)
                self._listed = self._read()
            before, self._listed = self._listed, admitted(self._listed, one)
            stale = self._written is None or one.last - self._written >= WRITE_SECONDS
            if stale or before.keys() != self._listed.keys():
                write_atomic(self._path, msgspec.json.encode(list(self._listed.values())), mode=0o600)
                self._written = one.last
            if one.name not in before:
                log.info("screen %s waits for an admin: python -m content assign --list", one.screen)

    def _read(self) -> dict[str, Applicant]:
        try:
            return {one.name: one for one in decoded(self._path.read_bytes(), list[Applicant])}
        except FileNotFoundError:
            return {}
        except msgspec.MsgspecError as error:  # those who still wait ask again
            log.warning("%s: %s", self._path, error)
            return {}


def key_of(application: Application) -> str:
    """The key that signed the request. Raises AuthorityError."""
    return digest_of(read_public_key(application.request.encode()))


def refuse_strange(mine: list[Issued], screen: str) -> None:
    """Raise AuthorityError for a key that was taken back, or that is another's."""
    if any(one.revoked for one in mine):
        raise AuthorityError("这块屏的证书已经吊销；要再用它，请重新烧卡")
    if any((one.kind, one.name) != ("screen", screen) for one in mine):
        raise AuthorityError("这张卡是从别的屏复制来的；请重新烧卡")


def granted(certificate: bytes) -> EnrolmentAnswer:
    return EnrolmentAnswer(state="granted", certificate=certificate.decode("ascii"))
