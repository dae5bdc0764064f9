"""Two hundred simulated screens and five full ones: an alert to one block, three screens without power, the list."""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from content.fleet.sight import Viewer
from content.fleet.terminal import coverage_json
from tests.system.crowd import phone, worker
from tests.system.rehearsal import Rehearsal, rehearsal, start_full
from tests.system.rig import until

SIMULATED, UNITS = 200, 7
FULL = (0, 22, 50, 104, 105)
"""Four full screens in the north, in the micro-grids 1, 2, 3 and 5, and one in the south."""
UNPLUGGED = (0, 1, 3)
"""Of the full ones: micro-grids 1, 2 and 5."""
SETTLE_SECONDS = 2.0
GENEROUS_SECONDS = 20.0
"""From saving to the last panel, on a busy machine; the benchmark `rehearsal` has the real figure, about one second."""


def covered(there: Rehearsal, item: str) -> dict[str, Any]:
    """What `content coverage ID --json` prints."""
    viewer = Viewer(there.village.folder, None)
    try:
        found: dict[str, Any] = json.loads(coverage_json(viewer.coverage(viewer.item(item), viewer.look())))
        return found
    finally:
        viewer.records.close_thread()


def counts(there: Rehearsal, item: str) -> dict[str, int]:
    return dict(covered(there, item)["counts"])


def content(there: Rehearsal, command: str, *arguments: str) -> str:
    """What a command prints."""
    whole = [sys.executable, "-m", "content", command, str(there.village.folder), *arguments]
    done = subprocess.run(whole, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def walk(there: Rehearsal, item: str) -> list[str]:
    """The lines of the walking list that name a place or a person."""
    lines = content(there, "coverage", item, "--walk").splitlines()
    return [line.strip().split("  ")[0] for line in lines if "□" in line or "网格员：" in line]


def test_an_alert_is_on_exactly_its_screens_and_those_that_miss_it_are_listed_until_they_have_it(
    tmp_path: Path,
) -> None:
    with rehearsal(tmp_path, SIMULATED, FULL, UNITS) as there:
        north = set(there.within("village/north"))
        assert (len(there.screens), len(north)) == (205, 105)
        drawn = there.alert("first", "village/north")
        assert set(drawn) == north
        assert max(drawn.values()) < GENEROUS_SECONDS
        until("its receipts", lambda: counts(there, "first") == {"shown": 105})
        time.sleep(SETTLE_SECONDS)
        assert there.showing("first") == north
        there.end_alert("first")
        until("it is gone", lambda: not there.showing("first"))

        dark = [there.full[number] for number in UNPLUGGED]
        for screen in dark:
            screen.stop(signal.SIGKILL)
            (screen.home / "run" / "heartbeat.json").unlink()  # tmpfs
        drawn = there.alert("second", "village/north", without={screen.place for screen in dark})
        assert set(drawn) == north - {screen.place for screen in dark}
        until("102 receipts", lambda: counts(there, "second") == {"shown": 102, "missing": 3})
        missing = [one for one in covered(there, "second")["screens"] if one["reach"] == "missing"]
        assert [(one["screen"], one["worker"], one["phone"]) for one in missing] == [
            (screen.name, worker(grid), phone(grid)) for screen, grid in zip(dark, (1, 2, 5), strict=True)
        ]
        assert walk(there, "second") == [
            f"网格员：{worker(1)} {phone(1)}", "□ 北区 第1微网格 1号楼 1单元",
            f"网格员：{worker(2)} {phone(2)}", "□ 北区 第2微网格 1号楼 2单元",
            f"网格员：{worker(5)} {phone(5)}", "□ 北区 第5微网格 3号楼 7单元",
        ]  # fmt: skip

        for screen in dark:
            start_full(screen)
        until("they are back", lambda: counts(there, "second") == {"shown": 105})
        assert walk(there, "second") == []
        assert there.showing("second") == north


def test_a_recall_while_two_of_twenty_are_away_has_eighteen_proofs_then_twenty(tmp_path: Path) -> None:
    with rehearsal(tmp_path, 18, (0, 1), 1) as there:
        for screen in there.full:
            screen.stop(signal.SIGKILL)
            (screen.home / "run" / "heartbeat.json").unlink()
        broker = ("--broker", there.village.broker.url)
        said = content(there, "recall", "one", "--why", "日期写错了", "--by", "李四", "--wait", "0", *broker)
        assert "serve 正在运行，正从所有屏幕上撤下" in said
        assert "李四" in (there.village.folder / "recalled/one.yaml").read_text()
        until("eighteen proofs", lambda: counts(there, "one").get("gone") == 18)
        said = content(there, "coverage", "one")
        assert "已撤下 18/20" in said
        assert "李四，日期写错了" in said
        away = {screen.name for screen in there.full}
        assert {one["screen"] for one in covered(there, "one")["screens"] if one["reach"] != "gone"} == away
        assert {one.name for one in there.screens.values() if "one" in one.notices()} == away
        for screen in there.full:
            start_full(screen)
        until("twenty proofs", lambda: covered(there, "one")["complete"])
        assert covered(there, "one")["done"] == 20
        assert not any("one" in screen.notices() for screen in there.screens.values())
