"""What screens tell: status and receipts. The structs of both sides; who sends and who stores them is elsewhere.

Both are state, not events. A status is the newest word on a screen's health. A receipt is the
newest word on one item at one screen: its counts only grow and its `sequence` says which of two
is newer, so a receipt that comes twice counts once, and one that was lost is made good by the next.
The status names the newest sequence; whoever has less asks for what is missing (content.commands).
"""

from datetime import datetime
from typing import Annotated, Literal

from msgspec import Meta

from content.commands import Outcome
from content.files import sha256_hex
from content.manifest import encode
from content.notice import Alert, Frozen, Notice, NoticeId

DIGEST_LENGTH = 16
MAX_RECEIPTS = 200
"""Receipts in one message: 128 KiB hold them even with the longest ids."""


class Receipt(Frozen, frozen=True):
    """One notice or alert at one screen. Times are aware; None while the screen's clock was not to be trusted or
    the thing has not happened."""

    kind: Literal["notice", "alert"]
    publisher: str
    item: NoticeId
    digest: str
    """`item_digest` of it: an edited notice is another one."""
    sequence: Annotated[int, Meta(ge=1)]
    """Grows with every change of any receipt of this screen's series."""
    received: datetime | None = None
    first_shown: datetime | None = None
    shown_times: int = 0
    shown_seconds: float = 0.0
    gone: datetime | None = None
    """When it was on the screen no more, and its blobs were deleted from the disk."""
    present: bool = True
    """False from then on: the proof of a withdrawal."""


class Receipts(Frozen, frozen=True):
    """A batch, on `window/v1/screens/<screen>/receipts`."""

    screen: str
    series: Annotated[str, Meta(pattern=r"^[0-9a-f]{16}\Z")]
    """Random, made when the screen's store of receipts was begun: a new card begins to count anew."""
    receipts: Annotated[tuple[Receipt, ...], Meta(max_length=MAX_RECEIPTS)]
    newest: int
    """The newest sequence of the series, whether in this batch or not."""
    after: Annotated[int, Meta(ge=0)] = 0
    """The batch has every receipt whose sequence is above this, up to the highest in the batch. So whoever
    stores it knows whether something in between never came: the highest that it has says nothing of that."""

    @property
    def up_to(self) -> int:
        """The highest sequence in the batch; nothing between `after` and it is missing."""
        return max((one.sequence for one in self.receipts), default=self.after)


class PowerSent(Frozen, frozen=True):
    """A word to a panel's power: sent, which is not obeyed. `word` is 开 or 关, `outcome` what became of sending it."""

    way: str
    word: str
    at: datetime
    outcome: str = ""


class Heartbeat(Frozen, frozen=True):
    """The player's sign of life. `pointer` is the digest of the cache state that it has drawn."""

    at: datetime
    pointer: str = ""
    item: str = ""
    since: datetime | None = None
    """Since when `item` has been on the screen."""
    page: int = 0
    pages: int = 0
    frames: int = 0
    error: str = ""
    lit: bool = True
    """False outside the hours: the picture is black."""
    brightness: int = 100
    theme: str = ""
    held: bool = False
    """Somebody at the screen holds the page, turns pages or has enlarged the type."""
    power: tuple[PowerSent, ...] = ()
    """The last word through each way to the panel's power."""


class Hardware(Frozen, frozen=True):
    """What the machine says of itself; None where it does not say."""

    model: str = ""
    uptime_seconds: int | None = None
    temperature_c: float | None = None
    under_voltage: bool | None = None
    """Seen since boot (hwmon rpi_volt)."""
    throttled: bool | None = None
    memory_available_mib: int | None = None
    disk_free_mib: int | None = None
    disk_wear_percent: float | None = None
    """Of the card's life, where it tells (eMMC life_time, ext4 lifetime writes do not: SD cards seldom tell)."""
    network: str = ""
    """The interface in use, such as eth0 or wlan0."""
    signal_dbm: int | None = None
    clock_offset_seconds: float | None = None
    """Its clock minus that of the publisher's server, which told its own over https."""


class Status(Frozen, frozen=True):
    """A screen's retained health report. Also, with `online` false, its last will."""

    screen: str
    online: bool
    place: str = ""
    at: datetime | None = None
    version: str = ""
    revisions: dict[str, int] = {}
    missing_blobs: int = 0
    refusals: dict[str, int] = {}
    last_refusal: str = ""
    dropped_messages: int = 0
    clock_trusted: bool = False
    keyring_version: int = 0
    showing: Heartbeat | None = None
    last_error: str = ""
    receipts_series: str = ""
    receipts_newest: int = 0
    """The newest sequence of this screen's receipts: who has less asks with the command `report`."""
    outcomes: tuple[Outcome, ...] = ()
    """What became of the last commands, the newest last."""
    hardware: Hardware | None = None


def item_digest(item: Notice | Alert) -> str:
    """How both sides name one wording of a notice or alert: the start of the sha256 of its encoding."""
    return sha256_hex(encode(item))[:DIGEST_LENGTH]
