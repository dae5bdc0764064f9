"""The player in time: what moves, what fades, when it is dark, and who touches it."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from msgspec.structs import replace

from content.manifest import Alerts
from content.notice import Level
from content.settings import Brightness, Hours, Settings
from kiosk.lcd.visitor_mark import visitor_mark
from kiosk.look import Look
from kiosk.player import LOOK_SECONDS
from kiosk.shapes import Dots, Geometry
from kiosk.typography.fonts import FontMetrics
from kiosk.visitor import VISIT_SECONDS, Finger, Gesture
from tests.fakes import FakeClock, alert, manifest, notice
from tests.screens import SIZE, Screen, content

A, B, C = (notice(name, title=name * 3) for name in "abc")
LONG = notice("long", title="很长的一条", body="请在门口拿号排队，带好身份证。" * 60)


@pytest.fixture
def screen(tmp_path: Path) -> Screen:
    return Screen(tmp_path, FakeClock())


def evening(clock: str) -> FakeClock:
    """That time of a December day in the village."""
    hour, minute = (int(part) for part in clock.split(":"))
    return FakeClock(datetime(2026, 12, 1, hour - 8, minute, tzinfo=UTC))


# The first picture, and rest.


def test_the_first_picture_waits_for_one_notice_only_and_the_next_is_prepared_while_it_stands(screen: Screen) -> None:
    screen.hold(content(*(replace(LONG, id=f"n{number}") for number in range(30))))
    waits = []
    for _ in range(4):
        screen.step()
        waits.append(screen.player.seconds_to_wait())
    assert waits[0] < 0.1, "the next one is not laid out yet"
    assert min(waits[1:]) > 1.0, "and after it no more, until its turn comes"
    assert len(screen.display.presented) == 1


def test_the_first_picture_is_a_notice_however_long_the_cache_took_to_read(screen: Screen) -> None:
    screen.display.busy_seconds = 0.5
    screen.hold(content(notice("a")))
    assert screen.step().item == "a"
    assert len(screen.display.presented) == 1


def test_at_rest_nothing_is_drawn_and_the_player_sleeps(screen: Screen) -> None:
    screen.hold(content(notice("a")))
    screen.step()
    before = len(screen.display.presented)
    assert screen.live(600.0) <= 200
    assert len(screen.display.presented) - before <= 10, "ten ticks of the clock"


def test_what_moves_has_its_pictures_at_even_times_and_the_rest_of_the_player_is_as_calm_as_ever(
    tmp_path: Path,
) -> None:
    screen = Screen(tmp_path, FakeClock(), Dots(64, 16))
    screen.hold(content(notice("a", title="这一条比屏长，要从右往左走过去才看得完")))
    screen.step()
    screen.live(1.0)
    before, written = len(screen.display.presented), (screen.run / "heartbeat.json").stat().st_mtime_ns
    fed = screen.notifier.fed
    steps = screen.live(2.0)
    drawn = len(screen.display.presented) - before
    assert drawn >= 40, "a line that is longer than the panel scrolls"
    assert drawn <= steps <= 150
    assert (screen.run / "heartbeat.json").stat().st_mtime_ns == written, "no heartbeat a picture"
    assert 1 <= screen.notifier.fed - fed <= 3, "and the watchdog is not fed with each"


# Fades.


def test_slides_fade_and_the_clock_and_alerts_do_not(tmp_path: Path) -> None:
    screen = Screen(tmp_path, FakeClock(), fades=True)
    screen.hold(content(A, B))
    screen.step()
    assert len(screen.display.presented) == 1, "the first picture is there at once"
    screen.step(8.0)
    screen.live(0.5)
    fading = len(screen.display.presented) - 1
    assert 8 <= fading <= 12, "a third of a second at 30 pictures a second"
    assert screen.player.seconds_to_wait() > 1.0
    screen.hold(content(A, B), manifest(Alerts(alerts=(alert(hours=0.01),))))
    before = len(screen.display.presented)
    screen.step(LOOK_SECONDS)
    assert len(screen.display.presented) == before + 1
    screen.step(36.0)
    assert len(screen.display.presented) == before + 2


def test_after_a_fade_the_picture_is_the_very_same_as_after_a_cut(tmp_path: Path) -> None:
    pictures = []
    for fades in (True, False):
        (tmp_path / str(fades)).mkdir()
        screen = Screen(tmp_path / str(fades), FakeClock(), fades=fades)
        screen.hold(content(A, B))
        screen.step()
        screen.step(8.0)
        screen.live(0.4)
        pictures.append(screen.display.surface.get_buffer().raw)
    assert pictures[0] == pictures[1]


def test_a_tick_of_the_clock_ends_a_fade_and_is_not_late(tmp_path: Path) -> None:
    screen = Screen(tmp_path, FakeClock(), fades=True)
    screen.clock.step_wall(51.9)
    screen.hold(content(A, B))
    screen.step()
    screen.step(8.0)
    assert 0.0 < screen.player.seconds_to_wait() < 0.05
    screen.step(0.11)
    assert screen.player.seconds_to_wait() > 1.0


def test_while_pictures_fade_nothing_is_laid_out_in_advance(tmp_path: Path) -> None:
    screen = Screen(tmp_path, FakeClock(), fades=True)
    screen.hold(content(A, B, C))
    screen.step()
    screen.step(0.01)  # the second is prepared
    while screen.player.seconds_to_wait() > 0.05:
        screen.step(screen.player.seconds_to_wait())
    waits: list[float] = []
    while len(waits) < 40 and screen.player.seconds_to_wait() < 0.05:
        waits.append(screen.player.seconds_to_wait())
        screen.step(waits[-1])
    assert min(waits[:8]) > 0.03, "a frame of the fade after another, and no step between them"
    assert waits[-1] < 0.03, "the next page is prepared when it is over"


def test_before_the_minute_ends_nothing_is_laid_out_in_advance(screen: Screen) -> None:
    screen.clock.step_wall(59.2 - screen.clock.now().second)
    screen.hold(content(*(replace(LONG, id=f"n{number}") for number in range(4))))
    screen.step()
    assert screen.player.seconds_to_wait() == pytest.approx(0.8), "it waits for the tick of the clock"
    presented = len(screen.display.presented)
    screen.step(0.8)
    assert len(screen.display.presented) == presented + 1, "the new time"
    assert screen.player.seconds_to_wait() < 0.05, "now there is time for the next notice"
    screen.step(0.01)
    assert screen.player.seconds_to_wait() > 1.0


def test_a_minute_that_began_while_a_picture_was_drawn_is_shown_at_once(screen: Screen) -> None:
    screen.hold(content(A))
    screen.clock.step_wall(59.9 - screen.clock.now().second)
    screen.display.slow_seconds = 0.3
    screen.step()
    assert screen.player.seconds_to_wait() < 0.05


def test_where_a_frame_takes_too_long_pictures_change_by_a_cut(tmp_path: Path) -> None:
    screen = Screen(tmp_path, FakeClock(), fades=True)
    screen.hold(content(A, B))
    screen.step()
    screen.display.slow_seconds = 0.1
    counts = []
    for _ in range(5):
        before = len(screen.display.presented)
        screen.live(8.5)
        counts.append(len(screen.display.presented) - before)
    assert counts == [3, 3, 3, 1, 1], "two frames and the whole picture, three times; then no more fades"


# Hours.

NIGHT = Settings(hours=Hours(on="06:30", off="22:00"), brightness=(Brightness(start="20:00", percent=30),))


def test_outside_the_hours_the_screen_is_dark_and_its_panel_is_told_so(tmp_path: Path) -> None:
    screen = Screen(tmp_path, evening("21:59"))
    screen.hold(content(A, settings=NIGHT))
    before = screen.step()
    screen.live(61.0)
    after = screen.step()
    assert ((before.lit, before.item), (after.lit, after.item)) == ((True, "a"), (False, ""))
    assert screen.display.is_dark()
    assert screen.power.history == [(True, 30), (False, 30)]
    presented = len(screen.display.presented)
    screen.live(3600.0)
    assert len(screen.display.presented) == presented


def test_in_the_morning_the_screen_is_there_on_the_minute(tmp_path: Path) -> None:
    screen = Screen(tmp_path, FakeClock(datetime(2026, 11, 30, 22, 29, 30, tzinfo=UTC)))
    screen.hold(content(A, settings=NIGHT))
    screen.step()
    assert screen.display.is_dark()
    screen.live(31.0)
    assert not screen.display.is_dark()
    assert screen.power.history == [(False, 30), (True, 30)]


@pytest.mark.parametrize(("level", "is_dark"), [(Level.RED, False), (Level.YELLOW, True)])
def test_a_red_alert_wakes_a_dark_screen_and_a_yellow_one_does_not(tmp_path: Path, level: Level, is_dark: bool) -> None:
    screen = Screen(tmp_path, evening("23:00"))
    storm = alert(level=level, issued=screen.clock.now(), hours=1.0)
    screen.hold(content(A, settings=NIGHT))
    screen.step()
    assert screen.display.is_dark()
    screen.hold(content(A, settings=NIGHT), manifest(Alerts(alerts=(storm,))))
    beat = screen.step(LOOK_SECONDS)
    assert screen.display.is_dark() == is_dark
    assert screen.power.history[1:] == ([] if is_dark else [(True, 100)])
    assert (beat.lit, beat.item) == ((False, "") if is_dark else (True, "storm"))
    screen.step(3600.0)
    assert screen.display.is_dark()


def test_a_wrong_clock_never_makes_the_screen_dark(tmp_path: Path) -> None:
    clock = evening("23:00")
    clock.step_wall(0.0, trusted=False)
    screen = Screen(tmp_path, clock)
    screen.hold(content(A, settings=NIGHT))
    assert (screen.step().item, screen.power.history) == ("a", [(True, 100)])
    clock.step_wall(0.0, trusted=True)
    assert not screen.step(10.0).lit


def test_brightness_goes_to_the_display_before_the_picture(tmp_path: Path) -> None:
    screen = Screen(tmp_path, evening("20:30"), Dots(64, 32))
    screen.hold(content(A, settings=NIGHT))
    screen.step()
    assert (screen.display.percents, len(screen.display.presented)) == ([30], 1)


def test_a_dark_theme_makes_another_picture_of_the_same_page(tmp_path: Path) -> None:
    screen = Screen(tmp_path, evening("12:00"))
    screen.hold(content(A))
    assert screen.step().theme == "light"
    light = screen.display.surface.get_at((3, 3))
    screen.hold(replace(content(A, settings=Settings(theme="dark")), revision=2))
    beat = screen.step(LOOK_SECONDS)
    assert (beat.theme, beat.item) == ("dark", "a")
    assert screen.display.surface.get_at((3, 3)) != light


# Hands.


def tap(screen: Screen, x: float) -> str:
    screen.step(0.4, Finger(x, 0.5, down=True))
    return screen.step(0.1, Finger(x, 0.5, down=False)).item


def test_a_tap_turns_the_page_and_half_a_minute_later_everything_goes_on(screen: Screen) -> None:
    screen.hold(content(A, B, C))
    assert screen.step().item == "c"
    assert [tap(screen, 0.9), tap(screen, 0.9), tap(screen, 0.1)] == ["b", "a", "b"]
    beat = screen.step(VISIT_SECONDS - 1.0)
    assert (beat.item, beat.held) == ("b", True)
    beat = screen.step(1.1)
    assert (beat.item, beat.held) == ("a", False)


def test_a_tap_in_the_middle_holds_the_notice_and_says_so_at_the_foot(screen: Screen) -> None:
    screen.hold(content(A, B))
    screen.step()
    place = visitor_mark("已停住", Look(Geometry(*SIZE), FontMetrics()), shown=0)[0].box
    mark = screen.display.surface.subsurface((place.x, place.y, place.width, place.height))
    quiet = mark.copy().get_buffer().raw
    assert tap(screen, 0.5) == "b"
    assert mark.copy().get_buffer().raw != quiet
    screen.live(29.0)
    assert screen.step().item == "b"
    screen.live(1.5)
    assert screen.step().item == "a"
    assert mark.copy().get_buffer().raw == quiet


def test_a_long_press_enlarges_the_type_and_it_returns(screen: Screen) -> None:
    screen.hold(content(LONG))
    normal = screen.step().pages
    screen.step(0.1, Finger(0.5, 0.5, down=True))
    enlarged = screen.step(1.0, Finger(0.5, 0.5, down=False)).pages
    assert enlarged > normal
    screen.live(VISIT_SECONDS + 0.1)
    assert screen.step().pages == normal


def test_keys_do_the_same(screen: Screen) -> None:
    screen.hold(content(A, B, C))
    screen.step()
    assert [screen.step(1.0, gesture).item for gesture in (Gesture.NEXT, Gesture.BACK)] == ["b", "c"]


def test_during_an_alert_hands_only_turn_from_one_alert_to_the_next(screen: Screen) -> None:
    screen.hold(content(A), manifest(Alerts(alerts=(alert("one"), alert("two", Level.ORANGE)))))
    items = [screen.step().item]
    items += [screen.step(1.0, gesture).item for gesture in (Gesture.NEXT, Gesture.HOLD, Gesture.BACK, Gesture.ENLARGE)]
    assert items == ["one", "two", "two", "one", "one"]
    assert screen.step(10.1).item == "two"


def test_a_dark_screen_is_not_woken_by_hands(tmp_path: Path) -> None:
    screen = Screen(tmp_path, evening("23:00"))
    screen.hold(content(A, settings=NIGHT))
    screen.step()
    beat = screen.step(1.0, Gesture.NEXT, Gesture.HOLD)
    assert (beat.held, screen.display.is_dark()) == (False, True)


def test_a_child_that_hammers_the_screen_stops_neither_the_clock_nor_the_rotation(screen: Screen) -> None:
    screen.hold(content(A, B, C))
    screen.step()
    seen = set()
    for _ in range(600):  # ten minutes
        beat = screen.step(1.0, *[Gesture.HOLD] * 32)
        seen.add((beat.item, screen.clock.monotonic() > 200.0))
    assert {(name, True) for name in "abc"} <= seen
    screen.step(11.0)
    item = screen.step().item
    assert screen.step(1.0, Gesture.NEXT).item != item, "left in peace for ten seconds it listens again"


def test_a_new_alert_comes_before_those_that_were_seen(screen: Screen) -> None:
    screen.hold(content(A), manifest(Alerts(alerts=(alert("one"), alert("two")))))
    assert screen.step().item == "one"
    screen.hold(
        content(A), manifest(Alerts(alerts=(alert("one"), alert("two"), alert("new", Level.ORANGE))), revision=2)
    )
    assert screen.step(LOOK_SECONDS).item == "new"
