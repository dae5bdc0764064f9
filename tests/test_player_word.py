"""What the player tells the agent and does for it: counts, identify, a picture of the panel, a restart."""

import io
from datetime import timedelta
from pathlib import Path

import pygame
import pytest

from content.assignment import Assignment
from content.display import DisplayConfig
from content.manifest import Alerts, Content, encode
from kiosk.between import SHOWN, WORD, Identify, Pairing, Word, boot_id, put_value, screenshot_path, take
from kiosk.checked_clock import DatedAnswer
from kiosk.orders.screenshot import MOST_BYTES, png
from kiosk.reporting.tally import Spool
from tests.fakes import DOORWAY, NOW, OURS, STREET, FakeClock, alert, key, manifest, notice
from tests.screens import Screen, content


@pytest.fixture
def screen(tmp_path: Path) -> Screen:
    return Screen(tmp_path, FakeClock())


def counted(screen: Screen) -> dict[tuple[str, str], tuple[int, float]]:
    spool = take(screen.run, SHOWN, Spool)
    assert spool
    return {(one.publisher, one.item): (one.times, one.seconds) for one in spool.shown}


def says(screen: Screen, **news: object) -> None:
    put_value(screen.run, WORD, Word(boot=boot_id(), **news))  # type: ignore[arg-type]
    screen.player._wake()


def test_an_alert_is_told_in_the_step_that_shows_it(screen: Screen) -> None:
    screen.hold(content(notice("a")))
    screen.step()
    screen.hold(content(notice("a")), manifest(Alerts(alerts=(alert("fire"),))))
    screen.player._wake()
    screen.step(0.1)
    assert counted(screen)[OURS, "fire"] == (1, 0.0)


def test_turns_and_seconds_are_counted_for_the_publisher_who_says_it(screen: Screen) -> None:
    screen.hold(content(notice("a")), manifest(Content(notices=(notice("b"),)), by=STREET))
    screen.live(32.5)
    screen.player._pulse.close()
    found = counted(screen)
    assert sorted(times for times, _ in found.values()) == [2, 3]
    assert found.keys() == {(OURS, "a"), (STREET, "b")}
    assert sum(seconds for _, seconds in found.values()) == pytest.approx(32.0, abs=1.0)


def test_what_two_publishers_say_word_for_word_is_counted_for_both(screen: Screen) -> None:
    screen.hold(content(notice("a")), manifest(Content(notices=(notice("a"),)), by=STREET))
    screen.step()
    assert counted(screen).keys() == {(OURS, "a"), (STREET, "a")}


def test_a_time_server_that_lies_takes_no_alert_from_the_screen_once_the_agent_knows_better(screen: Screen) -> None:
    screen.hold(content(notice("a")), manifest(Alerts(alerts=(alert("fire"),))))
    screen.clock.step_wall(365 * 86_400.0)
    assert screen.step().item == "a"
    says(screen, dated=DatedAnswer(NOW, screen.clock.monotonic()))
    beat = screen.step(1.0)
    assert (beat.item, beat.at) == ("fire", NOW + timedelta(seconds=1))


def test_what_cannot_be_drawn_is_not_counted(screen: Screen) -> None:
    screen.hold(content(notice("a")))
    screen.display.broken = True
    screen.step()
    assert counted(screen) == {}


def test_the_heartbeat_says_since_when(screen: Screen) -> None:
    screen.hold(content(notice("a")))
    first = screen.step()
    later = screen.step(11.0)
    assert first.since == first.at == later.since
    assert later.at > first.at


def test_identify_takes_the_picture_for_its_time_but_not_from_an_alert(screen: Screen) -> None:
    screen.hold(content(notice("a")))
    screen.step()
    says(screen, identify=Identify(screen="north-b3-u1", until=screen.clock.monotonic() + 60.0))
    assert screen.step(1.0).item == ""
    words = [text.text for text in screen.player._projector.scene.texts]  # type: ignore[union-attr]
    assert "north-b3-u1" in words
    assert screen.player.seconds_to_wait() <= 60.0
    screen.hold(content(notice("a")), manifest(Alerts(alerts=(alert("fire"),))))
    screen.player._wake()
    assert screen.step(1.0).item == "fire"
    screen.hold(content(notice("a")))
    screen.player._wake()
    assert [screen.step(1.0).item, screen.step(60.0).item] == ["", "a"]


def test_a_picture_is_what_the_panel_shows_and_is_given_once(screen: Screen) -> None:
    screen.hold(content(notice("a")))
    screen.step()
    says(screen, screenshot="a" * 32)
    screen.step(0.1)
    path = screenshot_path(screen.run, "a" * 32)
    shown = pygame.image.load(io.BytesIO(path.read_bytes()), "panel.png")
    assert pygame.image.tobytes(shown, "RGB") == pygame.image.tobytes(screen.display.surface, "RGB")
    path.unlink()
    screen.step(10.0)
    assert not path.exists()


def test_a_restart_is_obeyed_once_and_what_was_asked_before_the_start_is_done(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    put_value(tmp_path / "run", WORD, Word(boot=boot_id(), restart="a" * 32))
    screen = Screen(tmp_path, FakeClock())
    screen.step()
    assert not screen.player._stopping.is_set()
    says(screen, restart="b" * 32)
    screen.step(1.0)
    assert screen.player._stopping.is_set()


def test_a_picture_of_a_huge_panel_still_fits() -> None:
    import random

    surface = pygame.Surface((2048, 1600), depth=32)
    noise = random.Random(1).randbytes(2048 * 1600 * 4)  # noqa: S311
    surface.get_buffer().write(noise)
    made = png(surface)
    assert len(made) <= MOST_BYTES
    assert made.startswith(b"\x89PNG")
    assert made.endswith(b"IEND\xaeB`\x82")


def test_rubbish_in_the_shared_folder_stops_nobody(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    for name in (WORD, SHOWN):
        (tmp_path / "run" / name).write_bytes(b"[" * 100_000)
    screen = Screen(tmp_path, FakeClock())
    screen.hold(content(notice("a")))
    assert screen.step().item == "a"


def test_a_screen_without_a_place_shows_its_code_until_it_has_one_and_an_alert_goes_before(screen: Screen) -> None:
    says(screen, pairing=Pairing(screen="pi1", code="7K3M-X9QA", said="等待"))
    assert screen.step().item == ""
    paired = png(screen.display.surface)
    screen.hold(content(notice("a")), manifest(Alerts(alerts=(alert("fire"),))))
    screen.player._wake()
    assert screen.step(1.0).item == "fire"
    screen.hold(content(notice("a")), manifest(Alerts(), revision=2))
    says(screen)
    assert screen.step(1.0).item == "a"
    assert png(screen.display.surface) != paired


def test_an_assignment_with_another_panel_ends_the_player(screen: Screen) -> None:
    screen.hold(content(notice("a")))
    screen.step()
    assert not screen.player._stopping.is_set()
    for display, ends in ((None, False), (DisplayConfig(rotate=90), True)):
        one = Assignment(screen="s1", place=DOORWAY, publisher=OURS, revision=1, issued=NOW, display=display)
        screen.player._cache.assignment_path.write_bytes(key(OURS).sign(encode(one)))
        screen.player._wake()
        screen.step(1.0)
        assert screen.player._stopping.is_set() is ends
