"""A content folder once read and found good: the place tree, and what is to be shown where.

Values only. content.folder makes one from files; content.compile makes manifests from one.
"""

from msgspec import Struct

from content.notice import Alert, Card, Notice, ServiceCode
from content.settings import Settings


class Place(Struct, frozen=True, kw_only=True):
    """A node of the tree and what the folder says of it."""

    path: str
    name: str
    card: Card | None = None
    service_code: ServiceCode | None = None
    settings: Settings | None = None
    accept: tuple[str, ...] = ()
    """Warnings about this place that the author lets pass, by content.problem.Gate."""


class AddressedNotice(Struct, frozen=True):
    """A notice and the places it goes to, each with all below it."""

    notice: Notice
    to: tuple[str, ...]
    accept: tuple[str, ...] = ()
    """Warnings that the author lets pass, by content.problem.Gate."""


class AddressedAlert(Struct, frozen=True):
    """An alert and the places it goes to."""

    alert: Alert
    to: tuple[str, ...]
    accept: tuple[str, ...] = ()


class AlarmRules(Struct, frozen=True, kw_only=True):
    """From whom alarms may come, and what their areas and cameras mean here (`alarms:` in village.yaml)."""

    senders: dict[str, tuple[str, ...]] = {}
    """CAP sender → the other senders whose alerts it may update and cancel."""
    areas: dict[str, tuple[str, ...]] = {}
    """行政区划代码 or a name → places."""
    cameras: dict[str, tuple[str, ...]] = {}


class Village(Struct, frozen=True, kw_only=True):
    """All that one publisher has to say. `places` in the order of village.yaml, parents first."""

    publisher: str
    name: str
    timezone: str
    places: dict[str, Place]
    notices: tuple[AddressedNotice, ...] = ()
    alerts: tuple[AddressedAlert, ...] = ()
    alarms: AlarmRules = AlarmRules()
    hosts: tuple[str, ...] = ()
    """To which web addresses service codes and texts may lead; any, while there are none."""
    displays: tuple[str, ...] = ()
    """For which panels the pictures are proved."""
    accept: tuple[str, ...] = ()
