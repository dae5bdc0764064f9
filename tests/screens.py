"""A player with a cache of its own and a panel that is a surface: what its tests step through time."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pygame

from content.errors import WindowError
from content.manifest import Content, Manifest
from content.reports import Heartbeat, PowerSent
from kiosk.cache import Cache, Pointer
from kiosk.health import read_heartbeat
from kiosk.notify import Notifier
from kiosk.player import Player
from kiosk.shapes import Box, Dots, Geometry
from kiosk.visitor import Touch
from tests.fakes import DOORWAY, FakeClock, manifest, signed

SIZE = (1280, 720)


class FakeDisplay:
    """A panel that remembers what was presented on it; slow, or failing, when told."""

    def __init__(self, geometry: Geometry | Dots, clock: FakeClock) -> None:
        self.surface = pygame.Surface((geometry.width, geometry.height), depth=32)
        self.geometry = geometry
        self.clock = clock
        self.presented: list[list[Box]] = []
        self.percents: list[int] = []
        self.pending: list[Touch] = []
        self.slow_seconds = 0.0
        self.busy_seconds = 0.0
        """What a step takes before it draws, such as reading a full cache from a slow card."""
        self.broken = False

    def present(self, dirty: Sequence[Box]) -> None:
        if self.broken:
            self.broken = False
            raise WindowError("the panel has gone")
        self.clock.advance(self.slow_seconds)
        self.presented.append(list(dirty))

    def brightness(self, percent: int) -> None:
        self.percents.append(percent)

    def touches(self) -> Sequence[Touch]:
        self.clock.advance(self.busy_seconds)
        taken, self.pending = self.pending, []
        return taken

    def wait(self, seconds: float) -> bool:
        return True

    def wake(self) -> None: ...

    def close(self) -> None: ...

    def is_dark(self) -> bool:
        """Not one pixel shines."""
        return not any(self.surface.get_buffer().raw)


class FakeNotifier(Notifier):
    """Counts how often the watchdog was fed."""

    fed = 0

    def __init__(self) -> None:
        super().__init__(None)

    def alive(self) -> None:
        self.fed += 1


class FakeSwitch:
    """A panel's power that remembers what it was told."""

    def __init__(self) -> None:
        self.history: list[tuple[bool, int]] = []

    def want(self, *, lit: bool, percent: int) -> None:
        if self.history[-1:] != [(lit, percent)]:
            self.history.append((lit, percent))

    def sent(self) -> tuple[PowerSent, ...]:
        return ()

    def close(self) -> None: ...


class Screen:
    """A player with what it needs, and what it left behind."""

    def __init__(
        self,
        folder: Path,
        clock: FakeClock,
        geometry: Geometry | Dots | None = None,
        *,
        fades: bool = False,
        waits: bool = False,
    ) -> None:
        self.cache, self.clock, self.run, self.power = Cache(folder / "cache"), clock, folder / "run", FakeSwitch()
        self.notifier = FakeNotifier()
        self.display = FakeDisplay(geometry or Geometry(*SIZE), clock)
        self.cache.prepare()
        self.run.mkdir(exist_ok=True)
        self.player = Player(
            DOORWAY,
            self.cache,
            self.display,
            self.run,
            clock,
            notifier=self.notifier,
            touches=self.display.touches,
            power=self.power,
            fades=fades,
            waits=waits,
        )

    def hold(self, *manifests: Manifest) -> None:
        stacks: dict[str, tuple[str, ...]] = {one.topic: (self.cache.store_message(signed(one)),) for one in manifests}
        self.cache.flip(Pointer(place=DOORWAY, stacks=stacks))

    def step(self, seconds: float = 0.0, *touches: Touch) -> Heartbeat:
        """So much time passes, people touch the screen, then the player does what is due."""
        self.clock.advance(seconds)
        self.display.pending += touches
        self.player.step()
        beat = read_heartbeat(self.run)
        assert beat
        return beat

    def live(self, seconds: float) -> int:
        """As `run` does: every step when it is due, for so long; how many steps that took."""
        end, steps = self.clock.monotonic() + seconds, 0
        while self.clock.monotonic() < end:
            self.step(min(self.player.seconds_to_wait(), end - self.clock.monotonic()))
            steps += 1
        return steps


def content(*notices: Any, **more: Any) -> Manifest:
    """A manifest with these notices, and whatever else a place may have."""
    return manifest(Content(notices=notices, **more))
