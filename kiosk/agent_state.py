"""What the agent says of itself for those who stand in front of the screen: a file on tmpfs. Values.

The status goes to the village; this stays here, and is there also when nothing reaches the village.
"""

from datetime import datetime
from pathlib import Path

from content.notice import Frozen
from content.reports import Status
from kiosk.between import put_value, take

STATE = "state.json"


class AgentState(Frozen, frozen=True):
    """`ticks`: monotonic seconds at which it was written; both processes have the same since boot."""

    status: Status
    ticks: float
    connected: bool
    broker: str
    last_contact: datetime | None = None
    """When the broker was last there; None where it has not been since boot."""
    mirrored: float | None = None
    """Monotonic seconds at which the publisher's HTTP server last answered; None where it has not since the start."""


def write_state(run_folder: Path, state: AgentState) -> None:
    """Raises OSError."""
    put_value(run_folder, STATE, state)


def read_state(run_folder: Path) -> AgentState | None:
    """None where no agent has run since boot."""
    return take(run_folder, STATE, AgentState)
