"""Whom this screen believes: the keyring from flashing, and the newer ones that it led to."""

import logging
from pathlib import Path

from content.errors import ConfigError, Refused
from content.files import write_atomic
from content.signing import Keyring, verify_keyring

log = logging.getLogger(__name__)


class Trust:
    """The keyring in force. `path` is where a newer one than the flashed one is kept."""

    def __init__(self, flashed: Path, path: Path) -> None:
        """Raises ConfigError where the card has no keyring that can be believed."""
        self._path = path
        try:
            self._flashed = verify_keyring(flashed.read_bytes(), None)
        except OSError as error:
            raise ConfigError(flashed, [f"读不了钥匙串：{error.strerror}"]) from error
        except Refused as error:
            raise ConfigError(flashed, [f"钥匙串不可信：{error}"]) from error
        try:
            self.keyring = verify_keyring(path.read_bytes(), self._flashed)
        except (OSError, Refused):  # none yet, or rotten: the mirror has it
            self.keyring = self._flashed

    def offer(self, message: bytes) -> Keyring | None:
        """The newer keyring in the message, once it is kept; None where it brings nothing. Raises OSError."""
        try:
            keyring = verify_keyring(message, self.keyring)
            verify_keyring(message, self._flashed)  # else it would be refused at the next start
        except Refused as refusal:  # another village's, perhaps: its server may be in our list too
            log.info("keyring not taken: %s", refusal)
            return None
        if keyring.version <= self.keyring.version:
            return None
        write_atomic(self._path, message)
        log.info("keyring: version %d -> %d", self.keyring.version, keyring.version)
        self.keyring = keyring
        return keyring
