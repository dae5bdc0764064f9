"""Real faults beside kill -9: a full disk, a broker that dies, a rotten card."""

import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from kiosk.health import read_heartbeat
from tests.system.rig import DOORWAYS, ScreenRig, Village, end, until


@pytest.fixture
def small_disk(village: Village) -> Iterator[ScreenRig]:
    """A screen whose cache lies on a disk of 1 MB."""
    screen = village.screen(DOORWAYS[0])
    cache = screen.home / "cache"
    cache.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(cache)], check=True)
    yield screen
    screen.stop()
    subprocess.run(["umount", str(cache)], check=True)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may mount a small disk")
def test_a_picture_that_does_not_fit_costs_itself_and_what_is_on_the_screen_stays(
    village: Village, small_disk: ScreenRig
) -> None:
    screen = small_disk
    village.write_notice("one", "小卡上的通知", "village")
    village.start_publisher()
    screen.start_agent()
    screen.start_player()
    before = until("the notice", lambda: screen.drawn("one"))

    Image.effect_noise((1800, 1200), 90).save(village.folder / "media" / "large.png")
    village.write_notice("one", "带大图的新版", "village", media="large.png")
    until("the agent says what is wrong", lambda: "存储空间" in (screen.home / "agent.log").read_text())
    assert screen.picture() == before
    village.write_notice("two", "后来的一条照样到", "village")
    until("the later notice", lambda: screen.notices() == {"one", "two"})
    assert {n.title for n in screen.loaded().view.notices} == {"小卡上的通知", "后来的一条照样到"}


def test_a_broker_killed_and_started_again_brings_everybody_back(village: Village) -> None:
    village.write_notice("one", "第一版", "village")
    village.start_publisher()
    screens = [village.screen(place) for place in DOORWAYS[:3]]
    for screen in screens:
        screen.start_agent()
    until("the notice", lambda: all(screen.notices() == {"one"} for screen in screens))
    assert village.broker.pid
    os.kill(village.broker.pid, signal.SIGKILL)
    village.broker.stop()
    village.write_notice("one", "第二版", "village")
    village.broker.start()
    titles = {"第二版"}
    until("the second", lambda: all({n.title for n in s.loaded().view.notices} == titles for s in screens), 90.0)


@pytest.mark.parametrize("rotten", ["current.json", "messages", "blobs"])
def test_a_rotten_card_heals_itself(village: Village, rotten: str) -> None:
    Image.new("RGB", (600, 400), "#446688").save(village.folder / "media" / "a.png")
    village.write_notice("one", "卡坏了也会好", "village", media="a.png")
    village.start_publisher()
    screen = village.screen(DOORWAYS[0])
    screen.start_agent()
    screen.start_player()
    before = until("the notice", lambda: screen.drawn("one"))
    screen.stop(signal.SIGKILL)
    place = screen.home / "cache" / rotten
    for path in [place] if place.is_file() else place.iterdir():
        flip_a_bit(path)
    (screen.home / "run" / "heartbeat.json").unlink()
    screen.start_player()
    until("the player lives", lambda: read_heartbeat(screen.home / "run"))
    screen.start_agent()
    assert until("the picture is right again", lambda: screen.drawn("one")) is not None
    until("to the pixel", lambda: screen.picture() == before)


def flip_a_bit(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def test_everything_stops_cleanly_on_sigterm(village: Village) -> None:
    village.write_notice("one", "一", "village")
    village.start_publisher()
    screen = village.screen(DOORWAYS[0])
    screen.start_agent()
    screen.start_player()
    until("the notice", lambda: screen.drawn("one"))
    for process in (screen.player, screen.agent, village.publisher):
        end(process)
        assert process
        assert process.poll() == 0
    for log in (screen.home / "player.log", screen.home / "agent.log", village.home / "publisher.log"):
        assert "Traceback" not in log.read_text()
