"""What the person at the card reader sees: the table of disks, a bar with rate and remaining time. The door to rich."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich import box
from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    TaskProgressColumn,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)
from rich.table import Column, Table

from provisioning.disks import Disk, Leave, amount, desktop_mounts, reasons

PLAIN_WIDTH = 120
"""Columns where the output is no terminal."""


def console() -> Console:
    """Where to print."""
    made = Console(highlight=False)
    return made if made.is_terminal else Console(highlight=False, width=PLAIN_WIDTH)


def print_disks(disks: list[Disk], image_size: int, leave: Leave) -> None:
    """Each disk, and why it may not be erased. Those that may come first."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for title in ("名称", "大小", "型号", "接口", "卷标", "能不能写"):
        table.add_column(title, overflow="fold")
    rows = [(one, reasons(one, image_size, leave)) for one in disks if one.kind == "disk"]
    for one, why in sorted(rows, key=lambda row: bool(row[1])):
        taken_off = desktop_mounts(one) and len(why) == 1
        word = "能（会先从桌面卸下）" if taken_off else "不能：" + "；".join(why) if why else "能"
        style = "dim" if why and not taken_off else "bold"
        table.add_row(
            one.name,
            amount(one.size),
            one.model or "—",
            one.bus or "—",
            "、".join(one.labels) or "—",
            word,
            style=style,
        )
    console().print(table)


@contextmanager
def bars() -> Iterator[Callable[[str, int, int], None]]:
    """A progress for flashing: one bar for each long step, with bytes, rate and the time that is left."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(bar_width=18),
        TaskProgressColumn(),
        DownloadColumn(table_column=Column(no_wrap=True)),
        TransferSpeedColumn(table_column=Column(no_wrap=True)),
        TextColumn("还要"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console()) as shown:
        tasks = {}

        def told(what: str, done: int, total: int) -> None:
            if what not in tasks:
                tasks[what] = shown.add_task(what, total=total or None)
            shown.update(tasks[what], completed=done)

        yield told
