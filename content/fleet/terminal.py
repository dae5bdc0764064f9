"""The fleet on a terminal and as JSON. The one door to rich. Every colour has its word beside it."""

import json
import time
from datetime import datetime, timedelta
from typing import Any

from rich import box
from rich.cells import cell_len
from rich.console import Console, Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from content.fleet.coverage import Coverage, Reach
from content.fleet.sight import Sight, Viewer
from content.fleet.table import Condition, Row, counted

WIDE = 110
"""Columns of a terminal that has room for everything; the usual one has 80."""
PLACE_COLUMNS = 28
NOTICE_PATIENCE = timedelta(minutes=5)
"""What is news of a notice waits up to 225 s at the screen (kiosk.reporting.reporter)."""
PLAIN_WIDTH = 150
"""Columns where the output is no terminal."""
COLOURS = {
    Condition.NEVER: "magenta",
    Condition.LOST: "bold red",
    Condition.LATE: "yellow",
    Condition.FROZEN: "bold red",
    Condition.WRONG_CLOCK: "yellow",
    Condition.REFUSING: "yellow",
    Condition.DARK: "blue",
    Condition.ONLINE: "green",
}
WATCH_SECONDS = 1.0


def console() -> Console:
    """Where to print: as wide as the terminal, or wide enough for a file.

    Without rich's markup: what screens report is printed, and to it a bracket could be an error or a false link.
    """
    made = Console(highlight=False, markup=False)
    if not made.is_terminal:
        made = Console(highlight=False, markup=False, width=PLAIN_WIDTH)
    return made


def print_screens(viewer: Viewer, sight: Sight) -> None:
    """The table of `content screens`."""
    console().print(screens_view(viewer, sight))


def watch_screens(viewer: Viewer, seconds: float | None) -> None:
    """Show the table until Ctrl-C, or for so long."""
    until = time.monotonic() + seconds if seconds is not None else None
    with Live(console=console(), screen=seconds is None, auto_refresh=False) as live:
        while until is None or time.monotonic() < until:
            live.update(screens_view(viewer, viewer.look()), refresh=True)
            time.sleep(WATCH_SECONDS)


def screens_view(viewer: Viewer, sight: Sight) -> Group:
    """Counts, warnings, and a line for each screen: those that need somebody first."""
    wide = console().width >= WIDE
    listed = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    places = [row.place_name for row in sight.rows]
    for title in ("状态", "屏", "地点", "从何时", *(("正在显示", "版本") if wide else ()), "说明"):
        whole = title in ("状态", "从何时") or (title == "地点" and fits(places))
        listed.add_column(title, overflow="fold", no_wrap=whole)
    for row in sorted(sight.rows, key=lambda one: list(Condition).index(one.condition)):
        said = "；".join(part for part in (row.why, row.remark) if part)
        since = shown(viewer.local(row.since), sight.at.astimezone(viewer.zone))
        word = Text(row.condition.word, style=COLOURS[row.condition])
        more = (row.item, row.version) if wide else ()
        listed.add_row(word, row.screen, row.place_name or "？", since, *more, said)
    return Group(*heading(viewer, sight), listed)


def heading(viewer: Viewer, sight: Sight) -> list[Text]:
    """How many are what, as of when, and what keeps the table from being true."""
    at = f"{sight.at.astimezone(viewer.zone):%Y-%m-%d %H:%M:%S}"
    parts = [f"{state.word} {count}" for state, count in counted(sight.rows).items() if count]
    lines = [Text(f"{viewer.village.name}  共 {len(sight.rows)} 块屏：{'、'.join(parts) or '还没有屏报到'}    {at}")]
    if sight.stale:
        lines.append(Text(f"采集程序没有运行（content serve），下面是它停下时（{at}）的情况", style="bold red"))
    elif not sight.connected:
        lines.append(Text("采集程序没有连上 broker，下面可能不是最新的", style="bold red"))
    return [*lines, *(Text(str(problem), style="yellow") for problem in viewer.problems)]


def shown(moment: datetime | None, now: datetime) -> str:
    """A moment, short."""
    if moment is None:
        return ""
    return f"{moment:%H:%M:%S}" if moment.date() == now.date() else f"{moment:%m-%d %H:%M}"


def print_coverage(viewer: Viewer, sight: Sight, covered: Coverage) -> None:
    """The table of `content coverage`: the counts, then who is missing, with whom to call."""
    item, local = covered.item, sight.at.astimezone(viewer.zone)
    out = console()
    out.print(summary(covered))
    if item.withdrawn is not None:
        by = f"，{item.recalled_by}" if item.recalled_by else ""
        out.print(f"撤回：{shown(viewer.local(item.withdrawn), local)}{by}" + (f"，{item.why}" if item.why else ""))
    else:
        reminded = f"，已再次提醒 {item.reminded} 次" if item.reminded else ""
        out.print(f"发布：{shown(viewer.local(item.published), local)}{reminded}")
    for line in heading(viewer, sight)[1:]:
        out.print(line)
    if covered.open:
        out.print(open_spots(covered, wide=out.width >= WIDE))
        if item.kind == "notice" and item.withdrawn is None and sight.at - item.published < NOTICE_PATIENCE:
            out.print("通知的回执几分钟报一次（警报的马上报），刚发布的请等五分钟再看")


def open_spots(covered: Coverage, *, wide: bool) -> Table:
    """A line for each screen that is still to be done; on a narrow terminal the phone stands below its grid worker."""
    listed = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    places = [spot.place_name for spot in covered.open]
    for title in ("地点", "屏", "到哪一步", "屏幕状态", "网格员", *(("电话",) if wide else ())):
        whole = title in ("到哪一步", "屏幕状态") or (title == "地点" and fits(places))
        listed.add_column(title, overflow="fold", no_wrap=whole)
    for spot in covered.open:
        state = Text(spot.condition.word, style=COLOURS[spot.condition])
        person = (spot.worker or "—", spot.phone or "—") if wide else (f"{spot.worker}\n{spot.phone}".strip() or "—",)
        listed.add_row(spot.place_name, spot.screen, spot.reach.word, state, *person)
    return listed


def fits(places: list[str]) -> bool:
    """Are the names short enough to stand in one line each? A Chinese character is two columns wide."""
    return max(map(cell_len, places), default=0) <= PLACE_COLUMNS


def summary(covered: Coverage) -> str:
    """One line: 警报「…」：应显示 20 块屏，已显示 17，收到未显示 1，没有送到 2."""
    item, total = covered.item, len(covered.spots)
    what = (
        f"{'演练' if item.exercise else ''}{'警报' if item.kind == 'alert' else '通知'}「{item.title}」（{item.item}）"
    )
    if item.withdrawn is not None:
        rest = [
            f"{reach.word} {covered.count(reach)}"
            for reach in (Reach.STILL_THERE, Reach.UNKNOWN)
            if covered.count(reach)
        ]
        return f"{what}：已撤下 {covered.done}/{total}" + ("，" + "，".join(rest) if rest else "，全部核实")
    counts = [f"{reach.word} {covered.count(reach)}" for reach in (Reach.SHOWN, Reach.RECEIVED, Reach.MISSING)]
    return f"{what}：应显示 {total} 块屏，{'，'.join(counts)}"


def screens_json(viewer: Viewer, sight: Sight) -> str:
    """For programs."""
    return dumped(
        {
            "at": sight.at,
            "stale": sight.stale,
            "connected": sight.connected,
            "counts": {state.value: count for state, count in counted(sight.rows).items()},
            "problems": [str(problem) for problem in viewer.problems],
            "screens": [row_json(row) for row in sight.rows],
        }
    )


def row_json(row: Row) -> dict[str, Any]:
    return {name: getattr(row, name) for name in row.__struct_fields__}


def coverage_json(covered: Coverage) -> str:
    """For programs."""
    item = {name: getattr(covered.item, name) for name in covered.item.__struct_fields__}
    return dumped(
        {
            "item": item,
            "total": len(covered.spots),
            "done": covered.done,
            "complete": covered.complete,
            "counts": {reach.value: covered.count(reach) for reach in Reach if covered.count(reach)},
            "screens": [{name: getattr(one, name) for name in one.__struct_fields__} for one in covered.spots],
        }
    )


def dumped(value: Any) -> str:
    """JSON for people's eyes too."""
    return json.dumps(value, ensure_ascii=False, indent=2, default=lambda one: one.isoformat())
