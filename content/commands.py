"""What a publisher may ask of a screen: a fixed list, no shell. The structs of both sides.

A command travels signed, like everything that goes to a screen, on a topic that is not
retained. It expires, and one that comes twice is done once: the screen remembers `id`.
"""

from datetime import datetime
from typing import Annotated, Literal

from msgspec import Meta

from content.notice import Frozen

Verb = Literal["identify", "screenshot", "refresh", "restart-player", "reboot", "report"]
"""`report`: send the receipts after `after` (content.reports)."""
LONGEST_LIFE_SECONDS = 600


class Command(Frozen, frozen=True, tag_field="kind", tag="command"):
    """One command. `kind`, `screen` and `publisher` must agree with the topic it came on and the keyring."""

    screen: str
    publisher: str
    id: Annotated[str, Meta(pattern=r"^[0-9a-f]{32}\Z")]
    verb: Verb
    issued: Annotated[datetime, Meta(tz=True)]
    expires: Annotated[datetime, Meta(tz=True)]
    after: int = 0
    series: str = ""
    upload: str = ""
    """For `screenshot`: the path under the publisher's HTTP server to PUT the PNG to."""
    token: str = ""
    """For `screenshot`: good for one upload."""

    def __repr__(self) -> str:
        return f"Command({self.verb} for {self.screen}, {self.id})"


class Outcome(Frozen, frozen=True):
    """A screen's word on a command, part of its status: the last few."""

    id: str
    verb: Verb
    done: bool
    at: datetime | None = None
    what: str = ""
    """In words, for people: what was done, or why not."""
