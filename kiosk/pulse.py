"""What the player leaves for the agent: its heartbeat, and the count of what was shown. On tmpfs, and still rarely."""

import logging
import math
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from msgspec.structs import replace

from content.clock import BUILD_TIME
from content.reports import Heartbeat
from kiosk.between import SHOWN, put_value, spool_here
from kiosk.health import write_heartbeat
from kiosk.reporting.tally import Name, Tally

log = logging.getLogger(__name__)

HEARTBEAT_SECONDS = 10.0
SPOOL_SECONDS, SPOOL_SELDOM_SECONDS = 5.0, 60.0
"""The count is written after another item was shown, and else once a minute; for an alert at once."""


class Pulse:
    """Used by the player's one thread."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._told, self._told_ticks = Heartbeat(at=BUILD_TIME), -math.inf
        self._tally, self._spooled_ticks = Tally(spool_here(folder)), -math.inf

    def see(self, names: Sequence[Name], turn: object, now: datetime | None, ticks: float) -> None:
        """These are on the panel now; count them, and write the count down where it is time."""
        tally = self._tally
        tally.see(names, turn, now, ticks)
        passed = ticks - self._spooled_ticks
        if tally.urgent or passed >= (SPOOL_SECONDS if tally.changed else SPOOL_SELDOM_SECONDS):
            self._spool(ticks)

    def _spool(self, ticks: float) -> None:
        self._spooled_ticks = ticks
        try:
            put_value(self._folder, SHOWN, self._tally.spool())
        except OSError as error:  # a full tmpfs is no reason to go dark; the count is cumulative
            log.warning("%s: %s", SHOWN, error)

    def beat(self, beat: Heartbeat, ticks: float) -> None:
        """Leave a sign of life: on every change, else every ten seconds."""
        told = self._told
        beat = replace(beat, since=told.since if beat.item == told.item and told.since else beat.at)
        same = replace(beat, at=told.at, frames=told.frames) == told
        if same and ticks - self._told_ticks < HEARTBEAT_SECONDS:
            return
        try:
            write_heartbeat(self._folder, beat)
        except OSError as error:
            log.warning("heartbeat: %s", error)
        self._told, self._told_ticks = beat, ticks

    def close(self) -> None:
        """The last count."""
        self._spool(self._spooled_ticks)
