"""Commands carried out: what the player and the system are asked for, and what the sender is told."""

import queue
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from content.address import BrokerAddress
from content.commands import Command, Verb
from content.display import DisplayConfig
from kiosk.between import REBOOT, WORD, Word, put, screenshot_path, take
from kiosk.checked_clock import DatedAnswer
from kiosk.config import Config
from kiosk.orders.deeds import COMMANDS, IDENTIFY_SECONDS, PICTURE_SECONDS, REBOOT_SECONDS, Asked, Deeds
from kiosk.orders.upload import Uploaded
from tests.fakes import DOORWAY, NOW, OURS, FakeClock

SCREEN = "north-b3-u1"


class Desk:
    """Deeds with folders, and a note of what the agent's parts were asked."""

    def __init__(self, folder: Path, *, trusted: bool = True) -> None:
        self.card, self.run = folder / "cache", folder / "run"
        self.card.mkdir()
        self.run.mkdir()
        self.clock = FakeClock(trusted=trusted)
        self.asked: list[Any] = []
        self.alert = ""
        self.inbox: queue.Queue[Any] = queue.Queue()
        self.config = Config(
            screen=SCREEN, place=DOORWAY, broker=BrokerAddress.parse("mqtt://127.0.0.1:1"), http=(), keyring=folder,
            display=DisplayConfig(), frame=None, timezone="Asia/Shanghai", credentials=None,
        )  # fmt: skip
        self.start()

    def start(self) -> None:
        asked = Asked(
            refresh=lambda: self.asked.append("refresh"),
            report=lambda series, after: self.asked.append((series, after)),
            changed=lambda: None,
            alert=lambda: self.alert,
        )
        self.deeds = Deeds(self.config, self.card, self.run, self.clock, self.inbox, asked)
        self.deeds.begin()

    def order(self, verb: Verb, number: int = 1, **more: Any) -> Command:
        now = self.clock.now()
        one = Command(screen=SCREEN, publisher=OURS, id=f"{number:032x}", verb=verb, issued=now,
                      expires=now + timedelta(seconds=60), **more)  # fmt: skip
        self.deeds.obey(one)
        return one

    @property
    def word(self) -> Word:
        found = take(self.run, WORD, Word)
        assert found
        return found

    @property
    def outcomes(self) -> list[tuple[str, bool]]:
        return [(one.verb, one.done) for one in self.deeds.memory.outcomes]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_identify_asks_the_player_for_a_minute(desk: Desk) -> None:
    desk.clock.advance(100.0)
    desk.order("identify")
    assert desk.word.identify
    assert (desk.word.identify.screen, desk.word.identify.until) == (SCREEN, 100.0 + IDENTIFY_SECONDS)
    assert desk.outcomes == [("identify", True)]


def test_a_number_that_an_alert_keeps_from_the_panel_is_not_said_to_be_shown(desk: Desk) -> None:
    desk.alert = "fire"
    desk.order("identify")
    assert desk.word.identify is None
    assert desk.outcomes == [("identify", False)]
    assert "警报 fire" in desk.deeds.memory.outcomes[0].what


def test_a_reboot_is_told_first_and_asked_of_the_system_then_and_once(desk: Desk) -> None:
    one = desk.order("reboot")
    desk.deeds.look()
    assert desk.outcomes == [("reboot", True)]
    assert not (desk.run / REBOOT).exists()
    desk.clock.advance(REBOOT_SECONDS)
    desk.deeds.look()
    assert (desk.run / REBOOT).read_text() == one.id
    (desk.run / REBOOT).unlink()
    for _ in range(2):
        desk.deeds.obey(one)
        desk.start()  # after the reboot the card remembers it
        desk.deeds.obey(one)
        desk.clock.advance(REBOOT_SECONDS)
        desk.deeds.look()
    assert not (desk.run / REBOOT).exists()
    assert desk.outcomes == [("reboot", True)]


def test_a_reboot_that_cannot_be_remembered_is_not_done(desk: Desk) -> None:
    (desk.card / COMMANDS).mkdir()
    desk.order("reboot")
    desk.clock.advance(REBOOT_SECONDS)
    desk.deeds.look()
    assert desk.outcomes == [("reboot", False)]
    assert not (desk.run / REBOOT).exists()


def test_without_a_clock_a_reboot_waits_and_the_sender_is_told(tmp_path: Path) -> None:
    desk = Desk(tmp_path, trusted=False)
    desk.order("reboot")
    desk.order("identify", 2)
    assert desk.outcomes == [("reboot", False), ("identify", True)]
    assert "时钟" in desk.deeds.memory.outcomes[0].what


def test_the_player_is_told_the_publishers_time_once_and_again_only_where_it_is_another(desk: Desk) -> None:
    first = DatedAnswer(NOW, 10.0)
    desk.deeds.date(first)
    desk.deeds.date(DatedAnswer(NOW + timedelta(seconds=61), 70.0))
    assert desk.word.dated == first
    desk.start()
    assert desk.deeds.dated == first, "an agent that starts again in this boot knows it still"
    other = DatedAnswer(NOW + timedelta(hours=1), 80.0)
    desk.deeds.date(other)
    assert desk.word.dated == other


def test_a_report_writes_nothing_to_the_card_and_is_no_outcome(desk: Desk) -> None:
    one = desk.order("report", series="a" * 16, after=7)
    desk.deeds.obey(one)
    assert desk.asked == [("a" * 16, 7)]
    assert desk.outcomes == []
    assert not (desk.card / COMMANDS).exists()


def test_a_picture_that_the_player_does_not_give_is_told(desk: Desk) -> None:
    desk.order("screenshot", upload="screenshots/1", token="t" * 32)
    desk.clock.advance(PICTURE_SECONDS)
    desk.deeds.look()
    assert desk.outcomes == [("screenshot", False)]
    assert desk.deeds.due() == float("inf")


def test_a_picture_goes_out_and_is_not_kept(desk: Desk) -> None:
    one = desk.order("screenshot", upload="screenshots/1", token="t" * 32)
    assert desk.word.screenshot == one.id
    put(desk.run, screenshot_path(desk.run, one.id).name, b"png")
    desk.deeds.look()
    event = desk.inbox.get(timeout=5.0)  # there is no server in this kiosk.yaml
    assert event == Uploaded(one.id, "kiosk.yaml 里没有 http 地址")
    desk.deeds.uploaded(event)
    assert desk.outcomes == [("screenshot", False)]
    assert not screenshot_path(desk.run, one.id).exists()


def test_the_agents_word_outlives_the_agent_but_not_the_boot(desk: Desk) -> None:
    desk.deeds.in_contact()
    desk.order("restart-player")
    desk.start()
    assert desk.deeds.contact
    assert desk.word.restart == f"{1:032x}"
    put(desk.run, WORD, b'{"boot": "another", "contact": true}')
    desk.start()
    assert not desk.deeds.contact
