"""What an admin feels: from saving a file to the caches of real agents, over real everything."""

import tempfile
import time
from pathlib import Path

from content.watch import QUIET_SECONDS
from tests.bench.table import percentile, show
from tests.system.rig import DOORWAYS, until, village

ROUNDS = 20
SCREENS = 8


def run() -> None:
    """Print the table."""
    took: list[float] = []
    with tempfile.TemporaryDirectory() as home, village(Path(home)) as made:
        made.write_notice("one", "第0稿", "village")
        made.start_publisher()
        screens = [made.screen(place) for place in DOORWAYS[:SCREENS]]
        for screen in screens:
            screen.start_agent()
        until("the first draft", lambda: all(screen.notices() == {"one"} for screen in screens))
        for draft in range(1, ROUNDS + 1):
            made.write_notice("one", f"第{draft}稿", "village")
            start = time.monotonic()
            waiting = list(screens)
            while waiting:
                waiting = [s for s in waiting if [n.title for n in s.loaded().view.notices] != [f"第{draft}稿"]]
                time.sleep(0.005)
            took.append(time.monotonic() - start)
    show(
        f"Save a notice → in the caches of all {SCREENS} real agents ({ROUNDS} rounds)",
        ["of which the folder's quiet time", "p50 ms", "max ms"],
        [[f"{QUIET_SECONDS * 1000:.0f} ms", f"{percentile(took, 0.5) * 1000:.0f}", f"{max(took) * 1000:.0f}"]],
    )
