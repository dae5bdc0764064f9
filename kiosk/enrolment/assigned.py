"""Where this screen hangs: the assignment that it believes, over what kiosk.yaml says. Kept across reboots.

A screen that hangs somewhere is moved only by one who may assign both there and at the new place: else a publisher
with a small scope could pull every screen over to himself.
"""

import logging
from pathlib import Path

from content.assignment import Assignment
from content.errors import Reason, Refused
from content.files import write_atomic
from content.manifest import parse, parse_envelope
from content.signing import Keyring, signers_of, verified_payload

log = logging.getLogger(__name__)


def opened_assignment(message: bytes, keyring: Keyring, screen: str, place: str) -> Assignment:
    """The assignment in a message, if somebody signed it who may move this screen, now at `place`. Raises Refused.

    `place` is "" for a screen that hangs nowhere yet. Nothing inside the payload is looked at before its signature
    has been checked: the key names the publisher.
    """
    envelope = parse_envelope(message)
    for signer in signers_of(envelope, keyring, "an assignment"):
        found = parse(verified_payload(envelope, signer.keys, signer.threshold), Assignment)
        if found.publisher != signer.id:
            continue
        if found.screen != screen:
            raise Refused(Reason.WRONG_TOPIC, f"an assignment for {found.screen[:80]}")
        if "assignment" not in signer.may or not signer.covers(found.place) or (place and not signer.covers(place)):
            raise Refused(Reason.OUT_OF_SCOPE, f"{signer.id} may not move us from {place or '-'} to {found.place}")
        return found
    raise Refused(Reason.OUT_OF_SCOPE, "an assignment in the name of somebody else")


def is_news(current: Assignment | None, offered: Assignment) -> bool:
    """Take it (True), or leave it because it is what we have (False). Raises Refused for an older one."""
    if current is None or offered.revision > current.revision:
        return True
    if offered != current:
        raise Refused(Reason.ROLLBACK, f"assignment {offered.revision}, have {current.revision}")
    return False


class Assigned:
    """The place of one screen. `path` is where the newest assignment is kept, as it came."""

    def __init__(self, screen: str, written: str, path: Path, keyring: Keyring) -> None:
        """`written` is the place in kiosk.yaml, "" where it names none."""
        self._screen, self._written, self._path = screen, written, path
        self.assignment = self._kept(keyring)

    def _kept(self, keyring: Keyring) -> Assignment | None:
        """What was believed before the restart; it was allowed to move us then, so only its own place is asked."""
        try:
            return opened_assignment(self._path.read_bytes(), keyring, self._screen, "")
        except FileNotFoundError:
            return None
        except (OSError, Refused) as error:  # the publisher's retained message, or the mirror, brings it again
            log.warning("the kept assignment is not believed: %s", error)
            self._path.unlink(missing_ok=True)
            return None

    @property
    def place(self) -> str:
        """Where the screen hangs; "" where nobody has said."""
        return self.assignment.place if self.assignment else self._written

    def offer(self, message: bytes, keyring: Keyring) -> bool:
        """Take an assignment if it is news, and keep it. Raises Refused, OSError (then nothing has changed)."""
        found = opened_assignment(message, keyring, self._screen, self.place)
        if not is_news(self.assignment, found):
            return False
        write_atomic(self._path, message)
        log.info("assignment: %s -> %s (revision %d)", self.place or "-", found.place, found.revision)
        self.assignment = found
        return True
