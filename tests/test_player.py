"""The player, step by step, on a surface of its own: no window, no waiting, a clock that moves when told."""

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pygame
import pytest
from msgspec.structs import replace

from content.errors import WindowError
from content.manifest import Alerts, Content, Manifest
from content.notice import Show
from kiosk.cache import Cache, Pointer
from kiosk.health import Heartbeat, read_heartbeat
from kiosk.notify import Notifier
from kiosk.player import HEARTBEAT_SECONDS, LOOK_SECONDS, Player
from kiosk.shapes import Box
from tests.fakes import DOORWAY, NOW, STREET, FakeClock, alert, manifest, notice, signed

SIZE = (1280, 720)


class FakeDisplay:
    """A panel that remembers what was presented on it; fails when told."""

    def __init__(self) -> None:
        self.surface = pygame.Surface(SIZE, depth=32)
        self.presented: list[list[Box]] = []
        self.broken = False

    def present(self, dirty: Sequence[Box]) -> None:
        if self.broken:
            self.broken = False
            raise WindowError("the panel has gone")
        self.presented.append(list(dirty))

    def wait(self, seconds: float) -> bool:
        return True

    def wake(self) -> None: ...

    def close(self) -> None: ...


class Screen:
    """A player with what it needs, and what it left behind."""

    def __init__(self, folder: Path, clock: FakeClock) -> None:
        self.cache, self.display, self.clock, self.run = Cache(folder / "cache"), FakeDisplay(), clock, folder / "run"
        self.cache.prepare()
        self.run.mkdir()
        self.player = Player(DOORWAY, self.cache, self.display, self.run, clock, notifier=Notifier(None))

    def hold(self, *manifests: Manifest) -> None:
        stacks: dict[str, tuple[str, ...]] = {one.topic: (self.cache.store_message(signed(one)),) for one in manifests}
        self.cache.flip(Pointer(place=DOORWAY, stacks=stacks))

    def step(self, seconds: float = 0.0) -> Heartbeat:
        """So much time passes, then the player does what is due."""
        self.clock.advance(seconds)
        self.player.step()
        beat = read_heartbeat(self.run)
        assert beat
        return beat


@pytest.fixture
def screen(tmp_path: Path) -> Screen:
    return Screen(tmp_path, FakeClock())


def content(*notices: Any) -> Manifest:
    return manifest(Content(notices=notices))


def test_two_notices_take_turns_and_nothing_is_drawn_in_between(screen: Screen) -> None:
    screen.hold(content(notice("a", title="甲"), notice("b", title="乙")))
    history = [(screen.step(seconds).item, len(screen.display.presented)) for seconds in (0, 3, 5.1, 3, 5.1)]
    assert history == [("b", 1), ("b", 1), ("a", 2), ("a", 2), ("b", 3)]


def test_an_alert_takes_the_screen_and_gives_it_back_when_it_ends(screen: Screen) -> None:
    screen.hold(content(notice("a")))
    screen.step()
    quiet = screen.display.surface.copy()
    screen.hold(content(notice("a")), manifest(Alerts(alerts=(alert(hours=1.0),))))
    screen.step(LOOK_SECONDS)
    assert screen.display.surface.get_at((5, SIZE[1] // 2)) != quiet.get_at((5, SIZE[1] // 2))
    assert screen.player.seconds_to_wait() > 1.0, "an alert must not keep the processor busy"
    screen.step(3600.0)
    assert screen.display.surface.get_at((5, SIZE[1] // 2)) == quiet.get_at((5, SIZE[1] // 2))


def test_a_change_that_no_event_told_of_is_seen_all_the_same(screen: Screen) -> None:
    screen.hold(content(notice("a")))
    screen.step()
    screen.hold(replace(content(notice("news")), revision=2))
    assert [screen.step(LOOK_SECONDS / 2).item, screen.step(LOOK_SECONDS / 2 + 0.1).item] == ["a", "news"]


def test_a_clock_that_steps_back_brings_back_what_is_due_again(screen: Screen) -> None:
    local = (NOW + timedelta(hours=8)).replace(tzinfo=None)  # Asia/Shanghai
    screen.hold(content(notice("today", show=Show(end=local + timedelta(days=1)))))
    screen.clock.step_wall(9 * 86_400.0)
    assert screen.step().item == ""
    screen.clock.step_wall(-9 * 86_400.0)
    assert screen.step(1.0).item == "today"


def test_a_clock_that_steps_back_does_not_stop_the_heart(screen: Screen) -> None:
    screen.hold(content(notice("a")))
    screen.step()
    screen.clock.step_wall(-9 * 86_400.0)
    before = read_heartbeat(screen.run)
    assert screen.step(HEARTBEAT_SECONDS + 0.1) != before


def test_an_untrusted_clock_is_not_shown_and_hides_nothing(tmp_path: Path) -> None:
    clock = FakeClock()
    clock.step_wall(-20 * 365 * 86_400.0, trusted=False)
    screen = Screen(tmp_path, clock)
    screen.hold(content(notice("old", show=Show(end=(NOW - timedelta(days=30)).replace(tzinfo=None)))))
    assert screen.step().item == "old"


def test_what_cannot_be_shown_costs_itself_and_the_next_is_shown(screen: Screen) -> None:
    screen.hold(content(notice("a"), notice("b")))
    screen.display.broken = True
    assert screen.step().error == "the panel has gone"
    assert screen.step(HEARTBEAT_SECONDS).error == ""
    assert screen.display.presented


def test_only_the_first_publisher_moves_the_time_of_a_clock_that_nobody_trusts(tmp_path: Path) -> None:
    """Or one with a small scope could end every alert of the village."""
    clock = FakeClock()
    clock.step_wall(-86_400.0, trusted=False)
    screen = Screen(tmp_path, clock)
    far = replace(manifest(Content(), by=STREET), issued=NOW + timedelta(days=3650))
    screen.hold(content(notice("a")), far)
    assert screen.step().at < NOW + timedelta(days=1)
