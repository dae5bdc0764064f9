"""A content folder once read and found good: the place tree, and what is to be shown where.

Values only. content.folder makes one from files; content.compile makes manifests from one.
"""

from msgspec import Struct

from content.notice import Alert, Card, Notice, ServiceCode, Settings


class Place(Struct, frozen=True, kw_only=True):
    """A node of the tree and what the folder says of it."""

    path: str
    name: str
    card: Card | None = None
    service_code: ServiceCode | None = None
    settings: Settings | None = None


class AddressedNotice(Struct, frozen=True):
    """A notice and the places it goes to, each with all below it."""

    notice: Notice
    to: tuple[str, ...]


class AddressedAlert(Struct, frozen=True):
    """An alert and the places it goes to."""

    alert: Alert
    to: tuple[str, ...]


class Village(Struct, frozen=True, kw_only=True):
    """All that one publisher has to say. `places` in the order of village.yaml, parents first."""

    publisher: str
    name: str
    timezone: str
    places: dict[str, Place]
    notices: tuple[AddressedNotice, ...] = ()
    alerts: tuple[AddressedAlert, ...] = ()
