"""Words to a panel's power: through whatever there is, never in the way of the picture, told as sent."""

import os
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from kiosk.machine.power import Backlight, FrameBuffer, PowerSwitch, Program, Wanted, ways
from tests.fakes import NOW, FakeClock

PATIENCE_SECONDS = 5.0


class FakeWay:
    """Remembers what was sent; answers as slowly, or fails, as told."""

    name = "fake"

    def __init__(self, *, fails: bool = False) -> None:
        self.history: list[tuple[bool, int]] = []
        self.may_answer, self.was_asked, self.fails = threading.Event(), threading.Semaphore(0), fails
        self.may_answer.set()

    def send(self, wanted: Wanted) -> None:
        self.history.append((wanted.lit, wanted.percent))
        self.was_asked.release()
        assert self.may_answer.wait(PATIENCE_SECONDS)
        if self.fails:
            raise OSError(16, os.strerror(16))


class Signalled:
    """Another way, and a word when it has been gone."""

    def __init__(self, way: Program) -> None:
        self.name, self._way, self.done = way.name, way, threading.Semaphore(0)

    def send(self, wanted: Wanted) -> None:
        try:
            self._way.send(wanted)
        finally:
            self.done.release()


@pytest.fixture
def backlight(tmp_path: Path) -> Path:
    """/sys/class with a backlight of 255 steps."""
    folder = tmp_path / "backlight" / "10-0045"
    folder.mkdir(parents=True)
    for name, value in (("max_brightness", "255\n"), ("brightness", "255\n"), ("bl_power", "0\n")):
        (folder / name).write_text(value)
    return folder


def read(folder: Path) -> tuple[str, str]:
    return (folder / "bl_power").read_text().strip(), (folder / "brightness").read_text().strip()


def test_a_backlight_is_switched_and_dimmed(backlight: Path) -> None:
    light, states = Backlight(backlight), []
    for wanted in (Wanted(True, 40), Wanted(False, 40), Wanted(True, 1), Wanted(True, 100)):
        light.send(wanted)
        states.append(read(backlight))
    assert states == [("0", "102"), ("4", "102"), ("0", "2"), ("0", "255")]


def test_the_ways_are_those_that_the_system_offers(backlight: Path, tmp_path: Path) -> None:
    (tmp_path / "graphics" / "fb0").mkdir(parents=True)
    blank = tmp_path / "graphics" / "fb0" / "blank"
    blank.write_text("")
    found = {way.name for way in ways("auto", sys=tmp_path, dev=tmp_path)}
    assert {"backlight", "framebuffer"} <= found
    assert [way.name for way in ways("backlight", sys=tmp_path, dev=tmp_path)] == ["backlight"]
    assert ways("none", sys=tmp_path, dev=tmp_path) == []
    FrameBuffer(blank).send(Wanted(lit=False, percent=100))
    assert blank.read_text() == "4"


def switched(way: FakeWay, act: Callable[[PowerSwitch], None], again: float = 60.0) -> PowerSwitch:
    """A switch over `way` that `act` has used, closed."""
    switch = PowerSwitch([way], FakeClock(), again_seconds=again)
    try:
        act(switch)
    finally:
        way.may_answer.set()
        switch.close()
    return switch


def test_the_same_wish_is_sent_once_and_told_as_sent() -> None:
    way = FakeWay()

    def act(switch: PowerSwitch) -> None:
        for _ in range(5):
            switch.want(lit=False, percent=30)
        assert way.was_asked.acquire(timeout=PATIENCE_SECONDS)

    (sent,) = switched(way, act).sent()
    assert way.history == [(False, 30)]
    assert (sent.way, sent.word, sent.outcome, sent.at) == ("fake", "关", "已发出", NOW)


def test_a_panel_that_does_not_answer_holds_nobody_up_and_hears_the_newest_wish() -> None:
    way = FakeWay()
    way.may_answer.clear()

    def act(switch: PowerSwitch) -> None:
        switch.want(lit=False, percent=100)
        assert way.was_asked.acquire(timeout=PATIENCE_SECONDS)
        for percent in (10, 20, 30):
            switch.want(lit=True, percent=percent)  # returns at once, though the way still waits
        way.may_answer.set()
        assert way.was_asked.acquire(timeout=PATIENCE_SECONDS)

    switched(way, act)
    assert way.history == [(False, 100), (True, 30)]


def test_a_word_is_said_again_because_it_may_have_been_lost() -> None:
    way = FakeWay()

    def act(switch: PowerSwitch) -> None:
        switch.want(lit=True, percent=100)
        for _ in range(2):
            assert way.was_asked.acquire(timeout=PATIENCE_SECONDS)

    switched(way, act, again=0.01)
    assert way.history == [(True, 100), (True, 100)]


def test_what_could_not_be_sent_is_told_and_costs_nothing_else() -> None:
    way = FakeWay(fails=True)

    def act(switch: PowerSwitch) -> None:
        switch.want(lit=False, percent=100)
        assert way.was_asked.acquire(timeout=PATIENCE_SECONDS)

    (sent,) = switched(way, act).sent()
    assert sent.outcome == f"没有发出：{os.strerror(16)}"


@pytest.mark.parametrize(
    ("command", "outcome"),
    [
        (("true",), "已发出"),
        (("sh", "-c", "echo no adapter >&2; exit 3"), "没有发出：退出码 3 no adapter"),
        (("no-such-program",), f"没有发出：{os.strerror(2)}"),
    ],
)
def test_a_program_is_told_of_by_what_became_of_it(command: tuple[str, ...], outcome: str) -> None:
    way = Signalled(Program("cec", command, command))
    switch = PowerSwitch([way], FakeClock())
    switch.want(lit=True, percent=100)
    assert way.done.acquire(timeout=PATIENCE_SECONDS)
    switch.close()
    assert [sent.outcome for sent in switch.sent()] == [outcome]


def test_a_switch_without_ways_begins_no_thread_and_may_be_closed_twice() -> None:
    switch = PowerSwitch([], FakeClock())
    switch.want(lit=False, percent=100)
    switch.close()
    switch.close()
    assert switch.sent() == ()
