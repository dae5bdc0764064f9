"""Receipts of real screens over a real broker: on the screen since when, gone for sure, and nothing lost by kills."""

import shutil
import signal
import time
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from PIL import Image

from content.files import sha256_hex
from content.reports import Receipt
from kiosk.between import SHOWN, Reader
from kiosk.health import read_heartbeat
from kiosk.reporting.tally import Spool
from tests.system.control import ControlRoom, publish_alert
from tests.system.line import Line
from tests.system.rig import DOORWAYS, ScreenRig, Village, end, until


@pytest.fixture
def room(village: Village) -> Iterator[ControlRoom]:
    made = ControlRoom(village)
    yield made
    made.close()


def running(village: Village, place: str = DOORWAYS[0]) -> ScreenRig:
    screen = village.screen(place)
    screen.start_agent()
    screen.start_player()
    return screen


def counted(screen: ScreenRig, item: str) -> int:
    """How often the screen's players have shown it, by their own count."""
    spool = Reader(screen.home / "run", SHOWN, Spool).news()
    return sum(one.times for one in spool.shown if one.item == item) if spool else 0


def shown(room: ControlRoom, screen: ScreenRig, item: str) -> Receipt | None:
    return next((one for one in room.receipts(screen, item) if one.shown_times), None)


def test_an_alert_is_receipted_at_once_and_says_when_it_was_on_the_screen(village: Village, room: ControlRoom) -> None:
    village.write_notice("a", "平常的通知", "village")
    village.start_publisher()
    screen = running(village)
    until("the notice is drawn", lambda: screen.drawn("a"))
    begun = datetime.now(UTC)
    publish_alert(village, "fire", "village/north")
    until("the alert is on the screen", lambda: screen.drawn("fire"))
    drawn = datetime.now(UTC)
    receipt = until("the receipt", lambda: shown(room, screen, "fire"))
    assert receipt.received is not None
    assert receipt.first_shown is not None
    assert begun < receipt.received < receipt.first_shown < drawn
    (village.folder / "alerts" / "fire.yaml").unlink()
    until("the alert is gone", lambda: all(not one.present for one in room.receipts(screen, "fire")))
    assert (screen.home / "run" / "shown.json").exists()


def test_a_recalled_notice_is_gone_from_the_picture_and_from_the_card_and_that_is_proven(
    village: Village, room: ControlRoom
) -> None:
    picture = village.folder / "media" / "p.png"
    Image.effect_noise((400, 300), 60).convert("RGB").save(picture)
    digest = sha256_hex(picture.read_bytes())
    village.write_notice("wrong", "写错了的通知", "village", media="p.png")
    village.write_notice("right", "对的通知", "village")
    village.start_publisher()
    screen = running(village)
    until(
        "both are here, with the picture", lambda: screen.notices() == {"wrong", "right"} and screen.cache.has(digest)
    )
    blobs = {path.name for path in (screen.home / "cache" / "blobs").iterdir()}
    until("it was drawn once", lambda: screen.drawn("wrong"))

    (village.folder / "notices" / "wrong.yaml").unlink()
    gone = until("the proof", lambda: [one for one in room.receipts(screen, "wrong") if not one.present])
    assert all(not one.present for one in room.receipts(screen, "wrong"))
    assert gone[0].gone is not None
    beat = read_heartbeat(screen.home / "run")
    assert beat
    assert beat.item != "wrong"
    assert {path.name for path in (screen.home / "cache" / "blobs").iterdir()} < blobs


def test_kills_of_agent_and_player_lose_no_count_and_take_none_back(village: Village, room: ControlRoom) -> None:
    for name in ("a", "b"):
        village.write_notice(name, f"通知{name}", "village")
    village.start_publisher()
    screen = running(village)
    until("something is drawn", lambda: screen.drawn("a") or screen.drawn("b"))
    publish_alert(village, "fire", "village")
    until("receipted", lambda: shown(room, screen, "fire"))
    for number in range(8):
        time.sleep(1.0)
        if number % 2:
            end(screen.agent, signal.SIGKILL)
            screen.start_agent()
        else:
            end(screen.player, signal.SIGKILL)
            drawn_before = counted(screen, "fire")
            screen.start_player()
            until("it is drawn once more", lambda: counted(screen, "fire") > drawn_before)  # noqa: B023 -- at once
    (village.folder / "alerts" / "fire.yaml").unlink()
    until("gone", lambda: [one for one in room.receipts(screen, "fire") if not one.present])
    series = {batch.series for _, batch in room.arrivals}
    assert len(series) == 1
    sequences: dict[int, Receipt] = {}
    rows: dict[tuple[str, str], Receipt] = {}
    for _, batch in room.arrivals:
        for one in batch.receipts:
            assert sequences.setdefault(one.sequence, one) == one
            before = rows.get((one.item, one.digest))
            if before and before.sequence < one.sequence:
                assert (one.shown_times, one.shown_seconds) >= (before.shown_times, before.shown_seconds)
            rows[one.item, one.digest] = one
    (last,) = room.receipts(screen, "fire")
    assert last.shown_times == counted(screen, "fire") >= 5, "every player that was started showed it once more"


def test_what_a_screen_told_while_nobody_listened_is_sent_again_when_asked_for(
    village: Village, room: ControlRoom
) -> None:
    village.write_notice("a", "通知", "village")
    village.start_publisher()
    screen = running(village)
    publish_alert(village, "fire", "village")
    until("receipted", lambda: shown(room, screen, "fire"))
    status = until("the status counts it", lambda: newer(room, screen))
    room.rows.clear()
    room.order(screen, "report", after=0, series=status)
    until("sent again", lambda: shown(room, screen, "fire"))


def newer(room: ControlRoom, screen: ScreenRig) -> str | None:
    status = room.status(screen)
    return status.receipts_series if status and status.receipts_newest else None


def test_a_recalled_notice_is_never_drawn_after_a_reboot_with_the_network_up(village: Village) -> None:
    for name in ("wrong", "right"):
        village.write_notice(name, f"通知{name}", "village")
    village.start_publisher()
    screen = running(village)
    until("drawn once", lambda: screen.drawn("wrong"))
    screen.stop(signal.SIGKILL)
    shutil.rmtree(screen.home / "run")  # tmpfs
    (village.folder / "notices" / "wrong.yaml").unlink()
    time.sleep(3.0)
    assert "wrong" in screen.notices(), "it is still in the cache"

    screen.start_player()
    until("the first picture", lambda: read_heartbeat(screen.home / "run"))
    screen.start_agent()
    drawn = [""]
    deadline = time.monotonic() + 20.0
    while time.monotonic() < deadline and "right" not in drawn:
        beat = read_heartbeat(screen.home / "run")
        if beat and drawn[-1:] != [beat.item]:
            drawn.append(beat.item)
        time.sleep(0.01)
    assert drawn == ["", "right"]


def test_a_screen_that_was_cut_off_drops_a_recalled_notice_within_a_second_of_reconnecting(village: Village) -> None:
    for name in ("wrong", "right"):
        village.write_notice(name, f"通知{name}", "village")
    village.start_publisher()
    screen = village.screen(DOORWAYS[0])
    lines = {port: Line(port) for port in (village.broker.port, village.http)}  # it would ask over HTTP, too
    try:
        config = screen.home / "kiosk.yaml"
        for port, line in lines.items():
            config.write_text(config.read_text().replace(f":{port}", f":{line.port}"))
        screen.start_agent()
        screen.start_player()
        until("drawn", lambda: screen.drawn("wrong"))
        for line in lines.values():
            line.cut()
        (village.folder / "notices" / "wrong.yaml").unlink()
        time.sleep(3.0)
        assert "wrong" in screen.notices()
        lines[village.broker.port].mend()
        until("dropped", lambda: "wrong" not in screen.notices(), patience=90.0)
        until("not drawn any more", lambda: screen.drawn("right"))
        connected = lines[village.broker.port].connected_at
        assert connected
        assert time.monotonic() - connected < 1.0
    finally:
        screen.stop()
        for line in lines.values():
            line.close()
