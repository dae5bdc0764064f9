"""What the player shows to the one who put the screen up: mistakes on the card, and on request how everything stands.

A card with mistakes: the page for two minutes after the start of the machine, when somebody still stands there; then
a line at the foot, on an LED panel by itself now and then. No settings at all: the page, for ever. The status page is
asked for at the screen (kiosk.visitor).
"""

import math
from collections.abc import Callable
from datetime import tzinfo
from pathlib import Path

from content.clock import Clock
from kiosk.look import Look
from kiosk.machine.doctor import examined
from kiosk.machine.facts import facts
from kiosk.machine.setup_report import SetupReport, headline, read_report, short
from kiosk.plain_page import Row, State, plain_page
from kiosk.shapes import Dots, Scene

TOLD_SECONDS = 120.0
"""After the start of the machine."""
REMINDED_SECONDS, REMINDED_EVERY_SECONDS = 12.0, 600.0
"""An LED panel has no foot: the line comes by itself for so long, so often."""
FRESH_SECONDS = 5.0
"""So old the facts on the status page may be."""
SAVED = "改好存储卡上的文件，重新上电就生效"
LEAVE = "碰一下返回"


class Technician:
    """Used by the player's one thread."""

    def __init__(self, cache: Path, run_folder: Path, clock: Clock) -> None:
        self._cache, self._run_folder, self._clock = cache, run_folder, clock
        self._report = read_report(run_folder)  # written once a boot, before the player starts
        self._rows: tuple[Row, ...] = ()
        self._fresh = -math.inf

    @property
    def lost(self) -> bool:
        """Are there no settings at all?"""
        return self._report is not None and self._report.source == "none"

    def tells(self, ticks: float) -> bool:
        """Is the page about the card to be shown now?"""
        return self._report is not None and (self.lost or (bool(self._report.mistakes) and ticks < TOLD_SECONDS))

    def reminds(self, ticks: float, look: Look) -> bool:
        """Is the line at the foot to be shown by itself now, on a panel without a foot?"""
        return bool(self.mark) and isinstance(look.geometry, Dots) and ticks % REMINDED_EVERY_SECONDS < REMINDED_SECONDS

    def due(self, ticks: float) -> float:
        """Ticks at which that ends or begins, or facts on the panel grow old."""
        ends = TOLD_SECONDS if self.tells(ticks) and not self.lost else math.inf
        if self.mark:
            begun = ticks // REMINDED_EVERY_SECONDS * REMINDED_EVERY_SECONDS
            edges = (begun + REMINDED_SECONDS, begun + REMINDED_EVERY_SECONDS)
            ends = min([ends, *(edge for edge in edges if edge > ticks)])
        return min(ends, self._fresh + FRESH_SECONDS if self._fresh > ticks - FRESH_SECONDS else math.inf)

    @property
    def mark(self) -> str:
        """A line at the foot of the notices."""
        return short(self._report) if self._report else ""

    def told(self, look: Look) -> Callable[[float], Scene]:
        """The page about the card."""
        report = self._report or SetupReport("card")
        rows = [Row(one.where, one.what, State.WRONG, one.instead) for one in report.mistakes]
        return lambda passed: plain_page(headline(report), rows, look, foot=SAVED, elapsed=passed)

    def reminded(self, look: Look) -> Callable[[float], Scene]:
        """The line at the foot, by itself."""
        return lambda passed: plain_page(self.mark, (), look, elapsed=passed)

    def status(self, look: Look, zone: tzinfo, ticks: float) -> Callable[[float], Scene]:
        """How everything stands."""
        if ticks >= self._fresh + FRESH_SECONDS:
            self._fresh = ticks
            self._rows = examined(facts(self._cache, self._run_folder, self._clock, zone))
        return lambda passed: plain_page("本屏的情况", self._rows, look, foot=LEAVE, elapsed=passed)
