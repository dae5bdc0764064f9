"""What a picture costs: page layout, full redraw, page change, clock tick, against one memcpy of the frame."""

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path

import pygame

import content
from kiosk.__main__ import folder_view
from kiosk.canvas import Canvas
from kiosk.rotation import slides
from kiosk.scene import Geometry, compose, pages
from tests.bench.table import percentile, show

SAMPLE = Path(content.__file__).parent / "sample" / "baizhuang"
PLACE = "baizhuang/cuiyuan-north/w012/b3/u1"
SIZE = (1920, 1080)
RUNS = 40


def run() -> None:
    """Print the table."""
    view, _ = folder_view([SAMPLE], PLACE)
    notices = [notice for notice in view.notices if notice.id == "2025-07-10-water"]
    canvas = Canvas(pygame.Surface(SIZE, depth=32), lambda _: None)
    geometry, metrics = Geometry(*SIZE), canvas.metrics
    made = slides(view, notices, lambda notice: pages(notice, view, geometry, metrics))
    moment = datetime(2025, 7, 10, 9, 0)  # noqa: DTZ001 -- the village's local time
    frame = bytearray(canvas.surface.get_buffer().raw)
    target = bytearray(len(frame))

    def memcpy() -> None:
        target[:] = frame

    def layout() -> None:
        pages(notices[0], view, geometry, metrics)

    def full() -> None:
        canvas.forget()
        canvas.draw(compose(view, made[0], moment, geometry, metrics))

    minutes, turns = count(1), count(1)

    def tick() -> None:
        canvas.draw(compose(view, made[0], moment + timedelta(minutes=next(minutes)), geometry, metrics))

    def turn() -> None:
        canvas.draw(compose(view, made[next(turns) % len(made)], moment, geometry, metrics))

    base = timed(memcpy)
    rows = [("memcpy of the frame", base)]
    for name, what in (
        ("lay out one notice", layout),
        ("full redraw", full),
        ("clock tick", tick),
        ("page turn", turn),
    ):
        what()  # fonts, icons and pictures are loaded once
        rows.append((name, timed(what)))
    show(
        f"Drawing at {SIZE[0]}×{SIZE[1]} (median of {RUNS})",
        ["what", "CPU ms", "× memcpy"],
        [[name, f"{cost * 1000:.2f}", f"{cost / base:.1f}"] for name, cost in rows],
    )


def timed(what: Callable[[], None]) -> float:
    """CPU seconds of one call, the median."""
    costs = []
    for _ in range(RUNS):
        start = time.process_time()
        what()
        costs.append(time.process_time() - start)
    return percentile(costs, 0.5)
