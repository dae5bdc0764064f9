"""A time server that lies on the screen's network: the publisher's answers over https give it away.

Only the agent gets the wrong clock: with libfaketime's, time.sleep fails, and the player's watchdog thread sleeps. What
the player makes of the agent's word is in tests/test_player_word.py.
"""

import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from content.reports import Status
from tests.system import rig
from tests.system.control import ControlRoom
from tests.system.rig import DOORWAYS, until
from tests.system.village_tls import TlsVillage, with_tls

FAKETIME = next(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"), None)
TOLD_PATIENCE = 90.0
"""The publisher's server is first asked 23 to 38 s after the agent's start; a status comes every 45 to 75 s."""


@pytest.fixture
def tls(village: rig.Village, tmp_path: Path) -> Iterator[TlsVillage]:
    with with_tls(village, tmp_path) as made:
        village.start_publisher()
        yield made


@pytest.fixture
def room(tls: TlsVillage) -> Iterator[ControlRoom]:
    made = ControlRoom(tls.village)
    yield made
    made.close()


@pytest.mark.skipif(FAKETIME is None, reason="apt-get install faketime")
def test_a_clock_that_was_set_wrong_is_not_trusted_until_it_is_right(
    tls: TlsVillage, room: ControlRoom, tmp_path: Path
) -> None:
    screen = tls.inserted(tls.card("north-1", DOORWAYS[0]))
    wall = tmp_path / "wall"
    wall.write_text("+1y")
    clock = {
        "LD_PRELOAD": str(FAKETIME), "FAKETIME_TIMESTAMP_FILE": str(wall), "FAKETIME_NO_CACHE": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    }  # fmt: skip
    folders = ["--cache", str(screen.home / "cache"), "--run", str(screen.home / "run"), "--trust-clock"]
    command = ["kiosk", "agent", str(screen.home / "kiosk.yaml"), *folders]
    screen.agent = rig.spawn(screen.home / "agent.log", *command, environment=clock)

    def told(*, trusted: bool) -> Status | None:
        room.hear()
        status = room.statuses.get("north-1")
        return status if status and status.online and status.clock_trusted == trusted else None

    deceived = until("it believes its clock", lambda: told(trusted=True))
    assert deceived.at
    assert deceived.at - datetime.now(UTC) > timedelta(days=364)
    doubting = until("it does no longer", lambda: told(trusted=False), TOLD_PATIENCE)
    assert doubting.at
    assert abs(doubting.at - datetime.now(UTC)) < timedelta(seconds=30), "it counts by the publisher's clock"
    assert doubting.hardware
    assert doubting.hardware.clock_offset_seconds == pytest.approx(365 * 86_400, abs=5)
    until("the village is told", lambda: "比发布端快 365 天" in screens(tls))

    wall.write_text("+0")
    until("it believes its clock again", lambda: told(trusted=True), TOLD_PATIENCE)


def screens(tls: TlsVillage) -> str:
    """What `content screens` prints."""
    command = [sys.executable, "-m", "content", "screens", str(tls.village.folder)]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout
