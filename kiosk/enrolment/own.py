"""Which screen this is, and its files: number, key, certificate. In a folder that only the agent may read.

    screen.id    the number of a screen that enrolled itself: its Pi's serial number, or a random one
    screen.key   its key, made here and never sent anywhere (0600)
    screen.crt   the newest certificate, whoever brought it; previous.crt is the one before

A card with its identity from flashing has the first two on the card, and only a renewed certificate here. A card
that enrolled itself keeps its identity in another Pi: the card is the screen.
"""

import contextlib
import logging
import re
import secrets
from pathlib import Path

from msgspec.structs import replace

from content.address import Credentials
from content.enrolment import Application, pairing_code
from content.errors import BadName
from content.files import remove_temporary_files, write_atomic
from content.place import check_level
from kiosk.config import Config
from kiosk.enrolment.device_key import BadKey, Certificate, checked, key_digest, new_key, request_for

log = logging.getLogger(__name__)

SERIAL = Path("/sys/firmware/devicetree/base/serial-number")
CPU = Path("/proc/cpuinfo")
SERIAL_NUMBER = re.compile(r"[0-9a-f]{8,32}")
LINE = re.compile(r"^Serial\s*:\s*(\S+)", re.MULTILINE)


def serial_number(serial: Path = SERIAL, cpu: Path = CPU) -> str:
    """The machine's own number, in small letters; "" where it does not say."""
    found = []
    with contextlib.suppress(OSError, UnicodeDecodeError):
        found.append(serial.read_text())
    with contextlib.suppress(OSError, UnicodeDecodeError):
        found += LINE.findall(cpu.read_text())
    plain = (text.strip("\0 \n").lower() for text in found)
    return next((text for text in plain if SERIAL_NUMBER.fullmatch(text) and text.strip("0")), "")


class Own:
    """The identity of one screen. `config` is kiosk.yaml's, with what only this folder knows. Raises OSError."""

    def __init__(self, folder: Path, config: Config, serial: str | None = None) -> None:
        """`serial` is the machine's number; by default it is asked for."""
        self._folder, self.config = folder, config
        self._kept, self._key = folder / "screen.crt", b""
        self.certificate: Certificate | None = None
        if config.enrols is not None:
            self._open_golden(config.enrols, serial_number() if serial is None else serial)
        elif config.credentials is not None:
            self._open_flashed(config.credentials)

    def _open_golden(self, authority: Path, serial: str) -> None:
        """Make what is missing: first the number, then the key; a power cut in between costs nothing."""
        self._prepare()
        screen = self._number(serial)
        path = self._folder / "screen.key"
        try:
            self._key = path.read_bytes()
            key_digest(self._key)
        except (FileNotFoundError, BadKey) as error:
            if path.exists():
                log.warning("screen.key: %s; a new key is made, an admin has to compare its code", error)
            self._key = new_key()
            write_atomic(path, self._key, mode=0o600)
        self.config = replace(self.config, screen=screen, credentials=Credentials(authority, self._kept, path))
        self.certificate = self._checked(self._kept)

    def _open_flashed(self, flashed: Credentials) -> None:
        """A renewed certificate here goes before the flashed one, if it fits the key on the card and lasts longer."""
        try:
            self._key = flashed.key.read_bytes()
            self._prepare()
        except OSError as error:  # the connection tells more about a card without a key
            log.warning("%s: %s", error.filename, error.strerror)
            return
        written, kept = self._checked(flashed.certificate), self._checked(self._kept)
        if written is not None and (kept is None or kept.ends <= written.ends):
            with contextlib.suppress(OSError):
                write_atomic(self._kept, flashed.certificate.read_bytes())
                kept = written
        self.certificate = kept or written
        if kept is not None:
            self.config = replace(self.config, credentials=replace_certificate(flashed, self._kept))

    def _prepare(self) -> None:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        remove_temporary_files(self._folder)

    def _number(self, serial: str) -> str:
        path = self._folder / "screen.id"
        with contextlib.suppress(OSError, UnicodeDecodeError, BadName):
            return check_level(path.read_text().strip())
        number = serial or f"x{secrets.token_hex(6)}"
        write_atomic(path, number.encode(), mode=0o600)
        return number

    def _checked(self, path: Path) -> Certificate | None:
        """The certificate in a file; None where it is missing or not ours."""
        assert self.config.credentials  # noqa: S101 -- nobody asks without
        try:
            authority = self.config.credentials.ca.read_bytes()
            return checked(path.read_bytes(), self._key, authority, self.config.screen)
        except FileNotFoundError:
            return None
        except (OSError, BadKey) as error:
            log.warning("%s: %s", path.name, error)
            return None

    @property
    def ready(self) -> bool:
        """May the agent begin? Not before a golden card's screen has its certificate."""
        return self.config.enrols is None or self.certificate is not None

    def code(self) -> str:
        """The pairing code of our key. Takes a Pi half a second."""
        return pairing_code(self.config.screen, key_digest(self._key))

    def application(self) -> Application | None:
        """What to send for a certificate; None for a screen without a key, which speaks without TLS."""
        if not self._key:
            return None
        serial = self.certificate.serial if self.certificate else ""
        try:
            return Application(
                screen=self.config.screen, request=request_for(self._key, self.config.screen), serial=serial
            )
        except BadKey as error:
            log.warning("screen.key: %s", error)
            return None

    def take(self, certificate: bytes) -> None:
        """Keep a certificate, if it is ours; the one before stays beside it. Raises BadKey, OSError."""
        assert self.config.credentials  # noqa: S101 -- nobody asks without
        authority = self.config.credentials.ca.read_bytes()
        found = checked(certificate, self._key, authority, self.config.screen)
        with contextlib.suppress(FileNotFoundError):
            write_atomic(self._folder / "previous.crt", self._kept.read_bytes())
        write_atomic(self._kept, certificate)
        self.certificate = found
        self.config = replace(self.config, credentials=replace_certificate(self.config.credentials, self._kept))


def replace_certificate(credentials: Credentials, certificate: Path) -> Credentials:
    return Credentials(credentials.ca, certificate, credentials.key)
