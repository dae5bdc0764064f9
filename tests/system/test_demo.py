"""The README's first command: it starts by itself, shows every screen on one page, and follows an edit."""

import json
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.system.rig import end, until

START_PATIENCE = 90.0


def state(port: str) -> dict[str, Any]:
    found: dict[str, Any] = requests.get(f"http://127.0.0.1:{port}/state.json", timeout=5.0).json()
    return found


def versions(port: str) -> dict[str, str]:
    return {screen["name"]: screen["version"] for screen in state(port)["screens"]}


NORTH = "window/v1/places/baizhuang/cuiyuan-north/content/baizhuang-village"


def settled(seconds: float, folder: Path, names: set[str]) -> bool:
    """Have these screens heard of the block, and has none of their caches changed for so long?"""
    pointers = [folder / "screens" / name / "cache" / "current.json" for name in names]
    heard = all(NORTH in json.loads(path.read_text())["stacks"] for path in pointers)
    return heard and all(time.time() - path.stat().st_mtime > seconds for path in pointers)


@pytest.fixture
def demo(tmp_path: Path):  # type: ignore[no-untyped-def]  # a generator of (process, port)
    log = tmp_path / "demo.log"
    with log.open("wb") as file:
        process = subprocess.Popen(
            [sys.executable, "-u", "-m", "kiosk", "demo", "--folder", str(tmp_path / "demo"), "--port", "0"],
            stdin=subprocess.DEVNULL, stdout=file, stderr=file,
        )  # fmt: skip
    try:
        until("the demonstration is ready", lambda: "看屏幕变化" in log.read_text(), patience=START_PATIENCE)
        found = re.search(r"http://127\.0\.0\.1:(\d+)/", log.read_text())
        assert found
        yield process, found[1], tmp_path / "demo"
    finally:
        end(process)


def test_the_demonstration_shows_every_screen_and_follows_an_edit(demo: Any) -> None:
    process, port, folder = demo
    page = requests.get(f"http://127.0.0.1:{port}/", timeout=5.0)
    assert "便民视窗" in page.content.decode()
    assert all(version != "0" for version in versions(port).values())
    for name in versions(port):
        picture = requests.get(f"http://127.0.0.1:{port}/screens/{name}.png", timeout=5.0)
        assert picture.content.startswith(b"\x89PNG")
    north = {screen["name"] for screen in state(port)["screens"] if screen["name"].startswith("north")}

    until("all that was published before has arrived", lambda: settled(3.0, folder, north), START_PATIENCE)
    notices = Path(state(port)["folder"]) / "notices"
    (notices / "hello.yaml").write_text("title: 刚写的一条\ntopic: 便民信息\nto: [baizhuang/cuiyuan-north]\n")
    items = {name: folder / "screens" / name / "run-player" / "heartbeat.json" for name in north}
    seen: set[str] = set()

    def all_have_shown_it() -> bool:
        seen.update(name for name, path in items.items() if json.loads(path.read_text()).get("item") == "hello")
        return seen == north  # an LED panel shows so short a notice for three seconds

    until("the new notice is on the screens of the north", all_have_shown_it)
    process.send_signal(signal.SIGINT)
    assert process.wait(30.0) == 0
