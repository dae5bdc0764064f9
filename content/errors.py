"""Every error we raise on purpose, split by who must act.

Programmer errors stay ValueError, TypeError or assert. Messages carry the values.
"""

from enum import StrEnum


class WindowError(Exception):
    """Anything we raise on purpose; caught at the top of a loop or of a command."""


class BadName(WindowError):
    """A place path, place level, publisher id or screen id that the wire cannot carry."""


class Reason(StrEnum):
    """Why a screen refused a message; each is counted in the screen's status."""

    MALFORMED = "malformed"
    TOO_LARGE = "too-large"
    UNKNOWN_KEY = "unknown-key"
    BAD_SIGNATURE = "bad-signature"
    OUT_OF_SCOPE = "out-of-scope"
    WRONG_TOPIC = "wrong-topic"
    ROLLBACK = "rollback"


class Refused(WindowError):
    """A message that must not change what is on the screen. Keep playing, count it, report it."""

    def __init__(self, reason: Reason, why: str) -> None:
        super().__init__(f"{reason}: {why}")
        self.reason = reason


class FolderError(WindowError):
    """A content folder that cannot be used at all: missing, or without a readable village.yaml or key."""


class FolderInUse(FolderError):
    """Another process publishes this folder already; it sees changes by itself."""


class ConfigError(WindowError):
    """A kiosk.yaml that cannot be used. `problems` has one line for each mistake."""

    def __init__(self, path: object, problems: list[str]) -> None:
        super().__init__("\n".join(f"{path}: {problem}" for problem in problems))
        self.problems = problems


class BlobCorrupt(WindowError):
    """Bytes that do not match their digest. Delete and fetch again."""

    def __init__(self, expected: str, actual: str) -> None:
        super().__init__(f"blob {expected[:12]}… has sha256 {actual[:12]}…")


class FetchFailed(WindowError):
    """A download that did not work this time; it is tried again."""

    def __init__(self, what: str, why: str) -> None:
        super().__init__(f"{what}: {why}")


class AlarmReason(StrEnum):
    """Why an alarm from outside is shown nowhere; each is counted in the metrics."""

    MALFORMED = "malformed"
    TOO_LARGE = "too-large"
    UNKNOWN_SENDER = "unknown-sender"
    NOT_PUBLIC = "not-public"
    NO_CONTENT = "no-content"
    NO_PLACE = "no-place"
    NO_REFERENCE = "no-reference"
    EXPIRED = "expired"
    WRONG_TIME = "wrong-time"
    TOO_MANY = "too-many"


class AlarmRefused(WindowError):
    """An alarm from outside that must not reach a screen. The message is for the one who sent it."""

    def __init__(self, reason: AlarmReason, why: str) -> None:
        super().__init__(why)
        self.reason = reason


class BrokerError(WindowError):
    """The broker cannot be reached, or the local one cannot be started. Says what to do."""
