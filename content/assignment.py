"""The assignment: which place a screen hangs at, and what its panel is. Signed and retained; state, not an event.

It overrides place and display of the screen's kiosk.yaml. What makes a screen believe one is in
kiosk.enrolment.assigned, what a publisher says is in content.admission.assigning.
"""

from datetime import datetime
from typing import Annotated, Literal

from msgspec import Meta

from content.display import DisplayConfig
from content.errors import BadName
from content.manifest import parse, parse_envelope
from content.notice import Frozen
from content.place import check_level, check_path


class Assignment(Frozen, frozen=True, tag_field="kind", tag="assignment"):
    """`kind`, `screen` and `publisher` must agree with the topic it came on and the keyring."""

    screen: str
    place: str
    publisher: str
    revision: Annotated[int, Meta(ge=0, lt=2**53)]
    """Only grows, over all publishers: it never falls below the wall clock in seconds."""
    issued: Annotated[datetime, Meta(tz=True)]
    display: DisplayConfig | None = None
    """None: what kiosk.yaml says."""
    format: Literal[1] = 1

    def __post_init__(self) -> None:
        try:
            check_level(self.screen)
            check_level(self.publisher)
            check_path(self.place)
        except BadName as error:
            raise ValueError(str(error)) from error


def parse_verified_assignment(message: bytes) -> Assignment:
    """The assignment in a message whose signature was checked before. Raises Refused."""
    return parse(parse_envelope(message).payload_bytes(), Assignment)
