"""The technician's and the admin's whole way, by the commands of the guide: from an empty folder to a lit doorway, a
replaced screen, a lost card. Broker, publisher, agents and players are real; the panel is a file.
"""

import json
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from content.reports import Status
from tests.system import rig
from tests.system.control import ControlRoom, publish_alert
from tests.system.rig import DOORWAYS, ScreenRig, until
from tests.system.village_tls import TlsVillage, done, run, waits, with_tls

NORTH, SOUTH = DOORWAYS[0], DOORWAYS[-1]
LISTED = "north-b1-u1"
MINUTE = 60.0


@pytest.fixture(params=["mosquitto", "nats"])
def tls(village: rig.Village, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[TlsVillage]:
    village.write_notice("north", "北区的通知", "village/north", body="给北区。")
    village.write_notice("south", "南区的通知", "village/south", body="给南区。")
    with with_tls(village, tmp_path, request.param) as made:
        village.start_publisher()
        yield made


def lit(screen: ScreenRig, notice: str) -> None:
    """Start it and wait for the picture."""
    screen.start_agent()
    screen.start_player()
    until(f"{screen.name} shows {notice}", lambda: screen.drawn(notice), 2 * MINUTE)


def told(tls: TlsVillage, screen: str) -> str:
    """The line that `content screens` prints about a screen."""
    text = done("content", "screens", tls.village.folder)
    return next((line for line in text.splitlines() if screen in line), "")


def covered(tls: TlsVillage, item: str) -> bool:
    """Does `content coverage` know that the one screen there shows it?"""
    counts = json.loads(done("content", "coverage", tls.village.folder, item, "--json"))["counts"]
    return bool(counts == {"shown": 1})


def heard(room: ControlRoom, screen: str) -> Status | None:
    room.hear()
    return room.statuses.get(screen)


@pytest.fixture
def room(tls: TlsVillage) -> Iterator[ControlRoom]:
    made = ControlRoom(tls.village)
    yield made
    made.close()


def test_from_an_empty_folder_to_a_lit_doorway_and_a_lost_card(tls: TlsVillage, room: ControlRoom) -> None:
    screen = hang_a_listed_one(tls, room)
    hang_a_golden_one_and_replace_it(tls)
    lose_the_card_of(tls, room, screen)


def hang_a_listed_one(tls: TlsVillage, room: ControlRoom) -> ScreenRig:
    """Enrol writes the very files that flashing puts on the card."""
    screen = tls.inserted(tls.card(LISTED, NORTH))
    tls.broker.read_lists()
    lit(screen, "north")
    until("its status is at the publisher", lambda: (s := heard(room, LISTED)) and s.place == NORTH)
    until("the fleet lists it as well", lambda: "正常" in told(tls, LISTED), 2 * MINUTE)
    assert "完成：屏上显示编号" in identify(tls).stdout
    publish_alert(tls.village, "fire", NORTH)
    until("its receipt is there", lambda: room.receipts(screen, "fire"))
    until("the publisher has it as well", lambda: covered(tls, "fire"), 2 * MINUTE)
    assert "没有做成：屏上正在显示警报 fire" in identify(tls).stdout
    return screen


def hang_a_golden_one_and_replace_it(tls: TlsVillage) -> None:
    """By the codes on their panels."""
    golden, other = tls.golden("golden"), tls.golden("other")
    name = tls.enrol(golden, SOUTH)
    tls.broker.read_lists()  # NATS hears of a new certificate like this
    until("the golden one shows", lambda: golden.drawn("south"), 2 * MINUTE)
    golden.stop()
    other.start_agent()
    other.start_player()
    pairing = until("it waits", lambda: waits(other))
    given = tls.assign(pairing.screen, "--replaces", name, "--code", pairing.code)
    assert given.returncode == 0, given.stderr
    assert f"provisioning revoke {name} --village {tls.village.folder}" in given.stdout, "the one command"
    mark = len(tls.broker.said())
    tls.broker.read_lists()
    until("it shows what the other showed", lambda: other.drawn("south"), 2 * MINUTE)
    golden.start_agent()
    until("the replaced one is refused", lambda: refused(tls, name, mark))
    golden.stop()


def lose_the_card_of(tls: TlsVillage, room: ControlRoom, screen: ScreenRig) -> None:
    """While it is on: out within a minute, by the list and the one command."""
    start, mark = time.monotonic(), len(tls.broker.said())
    revoke = ("provisioning", "revoke", LISTED, "--village", tls.village.folder, *tls.office())
    assert "吊销了" in done(*map(str, revoke), "--no-evict")
    tls.broker.read_lists()
    assert "断开" in done(*map(str, revoke))
    until("it is put out, and refused when it comes back", lambda: refused(tls, LISTED, mark), MINUTE)
    assert time.monotonic() - start < MINUTE
    if tls.kind == "mosquitto":
        until("its last will is published", lambda: (s := heard(room, LISTED)) and not s.online)
    assert "已吊销" in told(tls, LISTED)
    # NATS sometimes publishes the last will, and sometimes forgets what it retained of a certificate that is gone.
    command = identify(tls)
    assert command.returncode == 1
    assert "不在线" in command.stderr or f"没有屏 {LISTED} 的状态" in command.stderr, command
    assert screen.notices() == {"north"}, "its picture stays"


def identify(tls: TlsVillage) -> "subprocess.CompletedProcess[str]":
    """`content screen … identify`: the listed screen is asked, and answers."""
    return run("content", "screen", tls.village.folder, LISTED, "identify", *tls.village.broker_options())


def refused(tls: TlsVillage, screen: str, mark: int) -> bool:
    """Has the broker, since its log was so long, refused a certificate (Mosquitto does not say whose)?"""
    said = tls.broker.said()[mark:]
    return f'"{screen}" - authentication error' in said if tls.kind == "nats" else "certificate verify failed" in said
