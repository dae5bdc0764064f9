"""Does the picture come in time? The real player's loop in real time, on a panel in memory that notes every picture.

A minute would be long to wait for, so the village's clock leaps ahead after each of its ticks: minutes of a few
seconds, many of which end together with a page. Told is how late the new time stood on the panel, how long one step of
the loop took that showed something, the most CPU of any step, and on an LED panel the longest pause between two frames
of a scroll.
"""

import os
import random
import tempfile
import threading
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pygame
from msgspec.structs import replace

from content.notice import Show
from content.settings import Pace, Settings
from kiosk.__main__ import folder_view
from kiosk.cache import Cache
from kiosk.notify import Notifier
from kiosk.player import Player
from kiosk.shapes import Box, Dots, Geometry
from kiosk.view import View
from tests.bench.drawing import PLACE, SAMPLE, MemoryDisplay
from tests.bench.table import percentile, show
from tests.camera import ReadBlob
from tests.prepared import hold

RUN_SECONDS = 60.0
PACE = Pace(characters_per_second=50, least_seconds=3, most_seconds=3)
WARM_UP = 5.0
"""The first pages open fonts and load libraries; they are not counted."""


class LeapingClock:
    """Wall time that can be set just before a minute's end; the seconds themselves are real."""

    def __init__(self) -> None:
        self._offset = timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) + self._offset

    def monotonic(self) -> float:
        return time.monotonic()

    def trusted(self) -> bool:
        return True

    def end_minute_in(self, seconds: float) -> float:
        """Leap; the ticks at which the next minute begins."""
        ticks, now = time.monotonic(), self.now()
        ahead = (60.0 - now.second - now.microsecond / 1e6 - seconds) % 60.0
        self._offset += timedelta(seconds=ahead)
        return ticks + seconds


class NotingDisplay(MemoryDisplay):
    """Notes when a picture came, and when the time on it was another."""

    def __init__(self, geometry: Geometry | Dots, clock: LeapingClock) -> None:
        super().__init__(geometry)
        self._clock, self._dice = clock, random.Random(3)  # noqa: S311 -- the same leaps in each run
        width, height = geometry.width, geometry.height
        self._corner = pygame.Rect(width * 86 // 100, 0, width * 11 // 100, height * 10 // 100)
        self._time, self._minute = b"", clock.end_minute_in(WARM_UP)
        self._woken = threading.Event()
        self.late: list[float] = []
        self.presented: list[float] = []

    def present(self, dirty: Sequence[Box]) -> None:
        super().present(dirty)
        now = time.monotonic()
        self.presented.append(now)
        time_shown = pygame.image.tobytes(self.surface.subsurface(self._corner), "RGB")
        if time_shown != self._time and now >= self._minute:
            self.late.append(now - self._minute)
            self._minute = self._clock.end_minute_in(self._dice.choice([2.9, 2.97, 3.0, 3.03, 3.4, 1.7]))
        self._time = time_shown

    def begin(self, *kept: list[float]) -> None:
        """From now on it counts."""
        for one in kept:
            one.clear()
        self.presented.clear()

    def wait(self, seconds: float) -> bool:
        self._woken.wait(seconds)
        self._woken.clear()
        return True

    def wake(self) -> None:
        self._woken.set()


class TimedPlayer(Player):
    """Notes how long each step took that showed something."""

    steps: list[float]
    work: list[float]
    """CPU of every step, also of those that only lay out: what others on this machine do does not count."""

    def step(self) -> None:
        frames, began, busy = self._projector.frames, time.monotonic(), time.thread_time()
        super().step()
        self.work.append(time.thread_time() - busy)
        if self._projector.frames > frames:
            self.steps.append(time.monotonic() - began)


def run() -> None:
    """Print the tables."""
    view, blobs = folder_view([SAMPLE], PLACE)
    notices = tuple(replace(notice, show=Show()) for notice in view.notices)
    view = replace(view, notices=notices, alerts=(), settings=Settings(pace=PACE))

    def read_blob(digest: str) -> bytes | None:
        return blobs[digest].read_bytes() if digest in blobs else None

    rows = [
        lcd_row(Geometry(1920, 1080), view, read_blob, fades=False),
        lcd_row(Geometry(1920, 1080), view, read_blob, fades=True),
        lcd_row(Geometry(3840, 2160), view, read_blob, fades=True),
    ]
    columns = ["display", "pictures", "ticks", "late ms p50", "max", "step ms p50", "p95", "max", "its CPU", "CPU %"]
    show(f"{len(notices)} notices in turn, a page every {PACE.least_seconds:.0f} s, {RUN_SECONDS:.0f} s", columns, rows)
    led = [led_row(Dots(*size), view, read_blob) for size in ((128, 32), (320, 16))]
    columns = ["panel", "frames", "frame gap ms p50", "p99", "max", "gaps above 50 ms", "CPU %"]
    show(f"The same on LED panels, {RUN_SECONDS:.0f} s, much of it scrolling", columns, led)


def lcd_row(geometry: Geometry, view: View, read_blob: ReadBlob, *, fades: bool) -> list[str]:
    player, display, cpu = played(geometry, view, read_blob, fades=fades)
    late, steps = display.late, player.steps
    name = f"{geometry.width}×{geometry.height}, {'fades' if fades else 'cuts'}"
    figures = [percentile(late, 0.5), max(late), *(percentile(steps, part) for part in (0.5, 0.95, 1.0))]
    figures.append(max(player.work))
    return [name, str(len(display.presented)), str(len(late)), *(f"{1000 * one:.0f}" for one in figures), f"{cpu:.1f}"]


def led_row(panel: Dots, view: View, read_blob: ReadBlob) -> list[str]:
    _, display, cpu = played(panel, view, read_blob, fades=False)
    gaps = [after - before for before, after in pairwise(display.presented)]
    moving = [gap for gap in gaps if gap < 1.0]  # longer ones are pages that stand still
    figures = [percentile(moving, 0.5), percentile(moving, 0.99), max(moving)]
    held = sum(0.05 < gap < 1.0 for gap in gaps)
    name = f"{panel.width}×{panel.height}"
    return [name, str(len(display.presented)), *(f"{1000 * one:.1f}" for one in figures), str(held), f"{cpu:.1f}"]


def played(
    geometry: Geometry | Dots, view: View, read_blob: ReadBlob, *, fades: bool
) -> tuple[TimedPlayer, NotingDisplay, float]:
    """Let a player run in this thread; what came of it, and its CPU in percent of a core."""
    with tempfile.TemporaryDirectory() as home:
        cache, clock = Cache(Path(home) / "cache"), LeapingClock()
        hold(cache, view, read_blob)
        (Path(home) / "run").mkdir()
        display = NotingDisplay(geometry, clock)
        player = TimedPlayer(
            PLACE,
            cache,
            display,
            Path(home) / "run",
            clock,
            notifier=Notifier(None),
            timezone=view.timezone,
            fades=fades,
        )
        player.steps, player.work = [], []
        timer = threading.Timer(RUN_SECONDS + WARM_UP, player.stop)
        timer.start()
        forget = threading.Timer(WARM_UP, display.begin, [player.steps, player.work])
        forget.start()
        before = os.times()
        player.run()
        after = os.times()
        timer.join()
    used = after.user + after.system - before.user - before.system
    return player, display, 100 * used / (RUN_SECONDS + WARM_UP)
