"""What the player shows to the technician: mistakes on the card after the start, and how the screen is when asked."""

from itertools import groupby
from pathlib import Path

import pygame
import pytest

from content.manifest import Alerts
from content.settings import Hours, Settings
from kiosk.between import put_value
from kiosk.machine.setup_report import SETUP, SetupReport
from kiosk.shapes import Dots
from kiosk.technician import FRESH_SECONDS, REMINDED_EVERY_SECONDS, TOLD_SECONDS
from kiosk.visitor import STATUS_SECONDS, Finger, Gesture
from tests.fakes import FakeClock, alert, manifest, notice
from tests.screens import Screen, content
from tests.technician_views import MISTAKES


def screen_of(
    folder: Path, report: SetupReport | None, *, since_boot: float = 0.0, geometry: Dots | None = None
) -> Screen:
    """A screen whose card `kiosk setup` has read, so long after the start of the machine."""
    if report:
        (folder / "run").mkdir(parents=True, exist_ok=True)
        put_value(folder / "run", SETUP, report)
    clock = FakeClock()
    clock.advance(since_boot)
    screen = Screen(folder, clock, geometry)
    screen.hold(content(notice("a")))
    return screen


def picture(screen: Screen) -> bytes:
    return bytes(screen.display.surface.get_buffer().raw)


def test_mistakes_fill_the_panel_for_two_minutes_after_the_start_then_leave_a_line(tmp_path: Path) -> None:
    screen = screen_of(tmp_path, SetupReport("last", MISTAKES), since_boot=30.0)
    assert screen.step().item == "", "the page about the card"
    assert screen.player.seconds_to_wait() <= TOLD_SECONDS
    told = picture(screen)
    assert screen.step(TOLD_SECONDS - 30.0).item == "a"
    marked = picture(screen)
    assert marked != told
    clean = screen_of(tmp_path / "clean", SetupReport("card"), since_boot=TOLD_SECONDS)
    clean.step()
    assert picture(clean) != marked, "a line says that something is wrong"


def test_an_led_panel_which_has_no_foot_says_now_and_then_that_something_is_wrong(tmp_path: Path) -> None:
    screen = screen_of(tmp_path, SetupReport("last", MISTAKES), since_boot=TOLD_SECONDS, geometry=Dots(128, 32))
    history = [screen.step().item]
    while screen.clock.monotonic() < 2 * REMINDED_EVERY_SECONDS:
        history.append(screen.step(max(1.0, screen.player.seconds_to_wait())).item)
    turns = [name for name, _ in groupby(history)]
    assert turns == ["a", "", "a", ""]
    clean = screen_of(tmp_path / "clean", SetupReport("card"), since_boot=0.0, geometry=Dots(128, 32))
    assert clean.step(REMINDED_EVERY_SECONDS).item == "a"


def test_no_line_about_the_card_lights_an_led_panel_by_night(tmp_path: Path) -> None:
    screen = screen_of(tmp_path, SetupReport("last", MISTAKES), since_boot=TOLD_SECONDS, geometry=Dots(128, 32))
    screen.hold(content(notice("a"), settings=Settings(hours=Hours(on="00:00", off="00:01"))))
    assert screen.step(REMINDED_EVERY_SECONDS - TOLD_SECONDS).lit is False
    assert set(pygame.image.tobytes(screen.display.surface, "RGB")) == {0}


def test_a_player_that_starts_again_later_goes_straight_to_the_notices(tmp_path: Path) -> None:
    assert screen_of(tmp_path, SetupReport("last", MISTAKES), since_boot=TOLD_SECONDS + 1).step().item == "a"


@pytest.mark.parametrize("report", [None, SetupReport("card")], ids=["a PC", "a good card"])
def test_without_mistakes_nothing_is_in_the_way(tmp_path: Path, report: SetupReport | None) -> None:
    assert screen_of(tmp_path, report).step().item == "a"


def test_without_any_settings_the_page_stays(tmp_path: Path) -> None:
    screen = screen_of(tmp_path, SetupReport("none", MISTAKES))
    assert [screen.step(seconds).item for seconds in (0.0, TOLD_SECONDS, 86_400.0)] == ["", "", ""]


def test_an_alert_comes_before_every_page_for_the_technician(tmp_path: Path) -> None:
    screen = screen_of(tmp_path, SetupReport("last", MISTAKES))
    screen.hold(content(notice("a")), manifest(Alerts(alerts=(alert(hours=1.0),))))
    assert screen.step().item == alert().id
    screen.display.pending.append(Gesture.STATUS)
    assert screen.step(1.0).item == alert().id


def test_a_finger_resting_in_the_head_brings_the_page_and_the_next_touch_takes_it_away(tmp_path: Path) -> None:
    screen = screen_of(tmp_path, None)
    screen.step()
    screen.display.pending.append(Finger(0.5, 0.05, down=True))
    assert screen.step(0.1).item == "a"
    assert screen.player.seconds_to_wait() <= 5.0
    assert screen.step(5.0).item == "", "nobody has to lift the finger first"
    screen.display.pending.append(Finger(0.5, 0.05, down=False))
    assert screen.step(1.0).item == ""
    screen.display.pending.append(Gesture.HOLD)
    assert screen.step(2.0).item == "a"


def test_the_page_is_kept_fresh_and_goes_by_itself(tmp_path: Path) -> None:
    screen = screen_of(tmp_path, None)
    screen.step()
    screen.display.pending.append(Gesture.STATUS)
    assert screen.step(1.0).item == ""
    first, drawn = picture(screen), len(screen.display.presented)
    assert screen.player.seconds_to_wait() <= FRESH_SECONDS
    put_value(tmp_path / "run", SETUP, SetupReport("last", MISTAKES))
    screen.step(FRESH_SECONDS)
    assert picture(screen) != first
    assert len(screen.display.presented) > drawn
    assert screen.step(STATUS_SECONDS).item == "a"
