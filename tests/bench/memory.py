"""Memory (PSS) and CPU of a real agent and a real player that show the sample village."""

import tempfile
import time
from pathlib import Path

import psutil

from tests.bench.table import show
from tests.system.rig import DOORWAYS, until, village

STEADY_SECONDS = 20.0


def run() -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as home, village(Path(home)) as made:
        for number in range(12):
            made.write_notice(f"n{number}", f"第{number}条通知", "village", body="正文一段。" * 30)
        made.start_publisher()
        screen = made.screen(DOORWAYS[0], size="1920x1080")
        screen.start_agent()
        screen.start_player()
        until("all notices", lambda: len(screen.notices()) == 12)
        until("a picture", screen.picture)
        time.sleep(3.0)
        assert screen.agent
        assert screen.player
        processes = {"agent": psutil.Process(screen.agent.pid), "player": psutil.Process(screen.player.pid)}
        before = {name: sum(process.cpu_times()[:2]) for name, process in processes.items()}
        time.sleep(STEADY_SECONDS)
        rows = []
        for name, process in processes.items():
            cpu = (sum(process.cpu_times()[:2]) - before[name]) / STEADY_SECONDS
            rows.append([name, f"{process.memory_full_info().pss / 2**20:.0f}", f"{100 * cpu:.2f}"])
        floor = psutil.Process().memory_full_info().pss / 2**20
    rows.append(["(this benchmark itself)", f"{floor:.0f}", ""])
    show(
        "Memory and CPU, 12 notices in rotation at 1920×1080 (the player writes each picture as PNG here)",
        ["process", "PSS MiB", "CPU %"],
        rows,
    )
