"""A card with a mistake, as its technician sees it: real `kiosk setup`, real player, the words on the panel."""

from pathlib import Path

import pytest
from PIL import Image

from kiosk.between import take
from kiosk.machine.setup_report import SETUP, SetupReport
from tests.system.rig import end, spawn, until

pytestmark = pytest.mark.system
YAML = """\
screen: test-1
place: village/north/w001/b1/u1
broker: mqtt://127.0.0.1:1
http: []
display: {{kind: file, size: 1280x720, frame: {frame}}}
"""


def drawn(frame: Path, before: bytes) -> bytes:
    """The picture on the panel, once it is another than `before`."""
    return until("a picture", lambda: found if (found := pixels(frame)) and found != before else None)


def pixels(frame: Path) -> bytes | None:
    if not frame.exists():
        return None
    with Image.open(frame) as picture:
        return picture.convert("RGB").tobytes()


def boot(folder: Path) -> tuple[int, SetupReport | None]:
    """`kiosk setup`, as the unit runs it."""
    places = {"card": "card", "config": "kept", "run": "run", "connections": "nm", "time-sources": "time"}
    options = [word for name, where in places.items() for word in (f"--{name}", str(folder / where))]
    process = spawn(folder / "setup.log", "kiosk", "setup", *options)
    return process.wait(30.0), take(folder / "run", SETUP, SetupReport)


def test_a_card_with_a_mistake_says_so_on_the_panel_and_a_mended_one_plays(tmp_path: Path) -> None:
    frame, card = tmp_path / "screen.png", tmp_path / "card"
    good = YAML.format(frame=frame)
    card.mkdir()
    (card / "keyring.json").write_text("{}")
    (card / "kiosk.yaml").write_bytes(good.replace("screen:", "scren:").replace("\n", "\r\n").encode("utf-16"))
    status, report = boot(tmp_path)
    assert (status, report and report.source) == (0, "none")

    folders = ["--cache", str(tmp_path / "cache"), "--run", str(tmp_path / "run")]
    arguments = ["kiosk", "player", str(tmp_path / "kept/current/kiosk.yaml"), *folders]
    player = spawn(tmp_path / "player.log", *arguments)
    try:
        told = drawn(frame, b"")
        assert b"\xb3\x26\x1e" in told, "something is wrong, in red"
    finally:
        end(player)

    (card / "kiosk.yaml").write_bytes(good.encode("gbk"))
    status, report = boot(tmp_path)
    assert (status, report and report.source) == (0, "card")
    player = spawn(tmp_path / "player.log", *arguments)
    try:
        assert b"\xb3\x26\x1e" not in drawn(frame, told), "the standby picture"
    finally:
        end(player)
