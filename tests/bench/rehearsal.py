"""An alert from the saved file to the panels of a block, and to the publisher's records; with what that takes.

Simulated screens are real agents without pictures, four full ones have real players; Mosquitto and one real publisher
on the same machine. Half of all screens are in the block. How many screens one machine can play is seen where the
figures leave the line: from there on it is the machine that is measured, not the system.
"""

import tempfile
import time
from pathlib import Path

import psutil

from content.errors import WindowError
from content.fleet.sight import Viewer
from tests.bench.table import percentile, show
from tests.system.rehearsal import Rehearsal, rehearsal
from tests.system.rig import until

SIZES = (50, 200, 600)
ROUNDS = 8
FULL = 4
IDLE_SECONDS = 10.0
BETWEEN_SECONDS = 3.0
Took = dict[str, list[float]]


def run() -> None:
    """Print both tables."""
    latencies, costs = [], []
    for size in SIZES:
        units = (size + FULL) // 30 + 1
        with tempfile.TemporaryDirectory() as home, rehearsal(Path(home), size, tuple(range(FULL)), units) as there:
            costs += [[str(size), *row] for row in cost(there)]
            for what, took in rounds(there).items():
                figures = [f"{percentile(took, part) * 1000:.0f}" for part in (0.5, 0.95, 0.99, 1.0)]
                latencies.append([str(size), what, str(len(took)), *figures])
    show(
        f"Save an alert to half of the screens → drawn, → all receipts stored ({ROUNDS} rounds)",
        ["simulated screens", "until", "samples", "p50 ms", "p95 ms", "p99 ms", "max ms"],
        latencies,
    )
    show(
        f"What the same takes at rest ({IDLE_SECONDS:.0f} s), all on one machine of {psutil.cpu_count()} cores",
        ["simulated screens", "who", "memory (PSS) MiB", "CPU % of a core"],
        costs,
    )


def rounds(there: Rehearsal) -> Took:
    """Seconds of every screen and round."""
    took: Took = {"drawn on a simulated screen": [], "drawn on a full screen": [], "known of all at the publisher": []}
    full = {one.place for one in there.full}
    viewer = Viewer(there.village.folder, None)
    for number in range(ROUNDS):
        name = f"alert-{number}"
        begun = time.monotonic()
        for place, seconds in there.alert(name, "village/north").items():
            took["drawn on a full screen" if place in full else "drawn on a simulated screen"].append(seconds)
        until("all receipts", lambda name=name: is_everywhere(viewer, name))  # type: ignore[misc]
        took["known of all at the publisher"].append(time.monotonic() - begun)
        there.end_alert(name)
        until("it is gone", lambda name=name: not there.showing(name))  # type: ignore[misc]
        time.sleep(BETWEEN_SECONDS)
    viewer.records.close_thread()
    return took


def is_everywhere(viewer: Viewer, name: str) -> bool:
    """Do the records say so?"""
    try:
        return viewer.coverage(viewer.item(name), viewer.look()).complete
    except WindowError:  # the alert itself is not recorded yet
        return False


def cost(there: Rehearsal) -> list[list[str]]:
    """[who, memory, CPU] of each kind of process."""
    groups = there.processes()
    before = {who: seconds(group) for who, group in groups.items()}
    time.sleep(IDLE_SECONDS)
    return [
        [
            f"{len(group)} × {who}" if len(group) > 1 else who,
            f"{sum(one.memory_full_info().pss for one in group) / 2**20:.0f}",
            f"{(seconds(group) - before[who]) / IDLE_SECONDS * 100:.1f}",
        ]
        for who, group in groups.items()
    ]


def seconds(group: list[psutil.Process]) -> float:
    """CPU time of all."""
    return sum(sum(one.cpu_times()[:2]) for one in group)
