"""The player, step by step, on a surface of its own: no window, no waiting, a clock that moves when told."""

from datetime import timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from content.manifest import Alerts, Content
from content.notice import Show
from kiosk.health import read_heartbeat
from kiosk.player import LOOK_SECONDS
from kiosk.pulse import HEARTBEAT_SECONDS
from tests.fakes import NOW, STREET, FakeClock, alert, manifest, notice
from tests.screens import SIZE, Screen, content


@pytest.fixture
def screen(tmp_path: Path) -> Screen:
    return Screen(tmp_path, FakeClock())


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
