"""From a file in a folder to the pictures at the doorways, over a real Mosquitto."""

import subprocess
import sys
import time
from datetime import UTC, datetime

from PIL import Image

from kiosk.render import render
from tests.system.rig import DOORWAYS, ScreenRig, Village, until

SETTLE_SECONDS = 1.0
GENEROUS_SECONDS = 8.0
"""For 24 agents on a busy machine; the benchmark `spread` has the real figure, some 0.4 s."""
NORTH = {place for place in DOORWAYS if place.startswith("village/north/")}


def where(village: Village, notice: str) -> set[str]:
    """The places whose screens may show `notice` now."""
    return {place for place, screen in village.screens.items() if notice in screen.notices()}


def expected_picture(screen: ScreenRig, notice: str) -> Image.Image:
    """What the screen must show for `notice`, drawn from its cache by the preview's function."""
    png = screen.home / "expected.png"
    png.write_bytes(render(screen.loaded().view, datetime.now(UTC), (1280, 720), screen.cache.blob, item=notice))
    with Image.open(png) as picture:
        return picture.convert("RGB").crop((0, picture.height // 6, picture.width, picture.height))


def test_a_saved_notice_is_at_its_places_and_nowhere_else_and_withdrawing_takes_it_back(village: Village) -> None:
    village.write_notice("everywhere", "全村都能看到", "village")
    village.start_publisher()
    for place in DOORWAYS:
        village.screen(place).start_agent()
    seen = village.screens[DOORWAYS[0]]
    seen.start_player()
    until("the first notice is everywhere", lambda: where(village, "everywhere") == set(DOORWAYS))
    until("the player draws it", lambda: seen.picture() == expected_picture(seen, "everywhere"))

    village.write_notice("north-only", "北区今天停水", "village/north", body="请提前储水。")
    until("the north has it", lambda: where(village, "north-only") == NORTH, GENEROUS_SECONDS)
    time.sleep(SETTLE_SECONDS)
    assert where(village, "north-only") == NORTH
    until("the player draws it at once", lambda: seen.picture() == expected_picture(seen, "north-only"))

    done = subprocess.run(
        [sys.executable, "-m", "content", "withdraw", str(village.folder), "north-only"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert "serve 正在运行" in done.stdout
    until("it is gone everywhere", lambda: not where(village, "north-only"))
    assert where(village, "everywhere") == set(DOORWAYS)
    until("the player draws the other again", lambda: seen.picture() == expected_picture(seen, "everywhere"))


def test_two_edits_within_the_same_second_both_arrive_in_order(village: Village) -> None:
    village.write_notice("one", "第一稿", "village")
    village.start_publisher()
    screen = village.screen(DOORWAYS[0])
    screen.start_agent()
    until("the first draft", lambda: "one" in screen.notices())
    for draft in ("第二稿", "第三稿"):
        village.write_notice("one", draft, "village")
        until(draft, lambda draft=draft: [n.title for n in screen.loaded().view.notices] == [draft])  # type: ignore[misc]


def test_a_broken_edit_leaves_what_is_on_the_screens(village: Village) -> None:
    village.write_notice("one", "好好的一条", "village")
    village.start_publisher()
    screen = village.screen(DOORWAYS[0])
    screen.start_agent()
    until("the notice", lambda: "one" in screen.notices())
    before = screen.loaded().pointer
    (village.folder / "notices" / "one.yaml").write_text("title: [写到一半")
    village.write_notice("two", "另一条", "village")
    until("the other notice", lambda: screen.notices() == {"one", "two"})
    assert screen.loaded().pointer != before
    assert {n.title for n in screen.loaded().view.notices} == {"好好的一条", "另一条"}
