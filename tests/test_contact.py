"""After boot notices wait for the agent's first contact, for a few seconds and no longer."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from content.manifest import Alerts
from kiosk.between import WORD, Word, boot_id, put_value
from kiosk.contact import AGENT_SECONDS, PATIENCE_SECONDS, FirstContact, in_contact
from kiosk.lcd.standby import AWAITED, QUIET
from kiosk.shapes import Dots
from kiosk.word import AgentWord
from tests.fakes import FakeClock, alert, card, code, manifest, notice
from tests.screens import Screen, content

BOOT = "this-boot"


def says(folder: Path, *, contact: bool, boot: str = BOOT) -> None:
    put_value(folder, WORD, Word(boot=boot, contact=contact))


@pytest.fixture
def screen(tmp_path: Path) -> Screen:
    return Screen(tmp_path, FakeClock(), waits=True)


def tell(screen: Screen, *, contact: bool) -> None:
    says(screen.run, contact=contact, boot=boot_id())


def test_a_recalled_notice_does_not_flash_up_at_boot(screen: Screen) -> None:
    screen.hold(content(notice("recalled"), notice("good")))
    tell(screen, contact=False)
    items = [screen.step(0.0).item, screen.step(1.0).item]
    screen.hold(content(notice("good")))
    tell(screen, contact=True)
    items += [screen.step(0.5).item, screen.step(9.0).item, screen.step(9.0).item]
    assert items == ["", "", "good", "good", "good"]


def test_without_a_network_the_cache_is_shown_after_five_seconds(screen: Screen) -> None:
    screen.hold(content(notice("a")))
    tell(screen, contact=False)
    assert [screen.step(seconds).item for seconds in (0.0, PATIENCE_SECONDS - 0.1, 0.2)] == ["", "", "a"]


def test_without_an_agent_the_cache_is_shown_after_ten(screen: Screen) -> None:
    screen.hold(content(notice("a")))
    assert [screen.step(seconds).item for seconds in (0.0, AGENT_SECONDS - 0.1, 0.2)] == ["", "", "a"]


def test_an_alert_does_not_wait(screen: Screen) -> None:
    screen.hold(content(notice("a")), manifest(Alerts(alerts=(alert("fire"),))))
    assert screen.step().item == "fire"


def test_card_and_code_have_their_turns_on_an_led_panel_at_once(tmp_path: Path) -> None:
    screen = Screen(tmp_path, FakeClock(), Dots(192, 64), waits=True)
    screen.hold(content(notice("a"), card=card(), service_code=code()))
    assert screen.step().item in ("card", "code")


def test_a_player_that_is_restarted_alone_does_not_wait(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    says(tmp_path / "run", contact=True, boot=boot_id())
    screen = Screen(tmp_path, FakeClock(), waits=True)
    screen.hold(content(notice("a")))
    assert screen.step().item == "a"


def test_a_word_of_another_boot_means_nothing(tmp_path: Path) -> None:
    says(tmp_path, contact=True, boot="another")
    assert AgentWord(tmp_path, 0.0, waits=True, boot=lambda: BOOT).awaited


def test_while_it_waits_the_screen_does_not_say_that_there_is_nothing(screen: Screen) -> None:
    screen.hold(content(notice("a")))
    screen.step()
    words = [text.text for text in screen.player._projector.scene.texts]  # type: ignore[union-attr]
    assert AWAITED in words
    assert QUIET not in words


@given(st.lists(st.tuples(st.floats(0, 4), st.booleans(), st.booleans()), max_size=20))
def test_the_waiting_ends_once_and_in_time(looks: list[tuple[float, bool, bool]]) -> None:
    state, ticks = FirstContact(100.0), 100.0
    for seconds, here, contact in looks:
        before, ticks = state, ticks + seconds
        state = state.at(ticks, agent_here=here or contact, contact=contact)
        assert state.over >= before.over
        assert state.over or ticks < 100.0 + AGENT_SECONDS + PATIENCE_SECONDS
        assert state.over or not contact


def test_contact_means_that_all_that_is_kept_was_heard_and_is_here() -> None:
    assert in_contact({}, set())
    assert not in_contact({"a": True, "b": True}, {"a"})
    assert not in_contact({"a": False}, {"a"})
    assert in_contact({"a": True}, {"a", "b"})
