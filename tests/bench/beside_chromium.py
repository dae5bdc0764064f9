"""One page, twice: by our player and by Chromium in kiosk mode, on the same X server without a GPU, in one run.

The page is the sample village's water cut: the same words, the same font, photo and code; Chromium's is one static
HTML file whose clock a few lines of JavaScript keep. Memory is PSS (/proc/PID/smaps_rollup) of the whole process
tree; CPU is that of the tree alone, the X server's stands beside it. On a Pi with a GPU both draw otherwise.

Needs `apt-get install --no-install-recommends chromium xvfb`; without them it says so and does nothing.
"""

import base64
import mmap
import os
import shutil
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psutil
from msgspec.structs import replace

import content
from content.notice import Show
from content.settings import Settings
from kiosk.__main__ import folder_view
from kiosk.code import modules
from kiosk.view import View
from tests.bench.table import show
from tests.prepared import player_arguments, prepare
from tests.system.rig import end, until

PLACE, NOTICE = "baizhuang/cuiyuan-north/w012/b3/u1", "2025-07-10-water"
SIZE = (1920, 1080)
SETTLE_SECONDS, STEADY_SECONDS = 10.0, 30.0
PAPER_SHARE, INK_SHARE = 0.25, 0.01
"""A picture is there when so much of the screen is light and so much is ink: neither black nor a blank page."""
NEEDED = ("Xvfb", "chromium")
"""Programs, by the names of their commands."""


def run() -> None:
    """Print the table, or why there is none."""
    lacking = [name for name in NEEDED if shutil.which(name) is None]
    if lacking:
        print(f"\n### Beside Chromium: skipped, no {' and no '.join(lacking)} here")
        print("apt-get install --no-install-recommends chromium xvfb\n")
        return
    with tempfile.TemporaryDirectory() as name:
        home = Path(name)
        view, blobs = sample()
        page = home / "page.html"
        page.write_text(html(view, blobs))

        def read_blob(digest: str) -> bytes | None:
            return blobs[digest].read_bytes() if digest in blobs else None

        size = f"{SIZE[0]}x{SIZE[1]}"
        prepare(home / "window", view, f"kind: window, size: {size}", read_blob)
        prepare(home / "file", view, f"kind: file, size: {size}, frame: {home}/file/screen.png", read_blob)
        browser = ["chromium", "--kiosk", "--no-first-run", "--no-sandbox", f"--user-data-dir={home}/profile"]
        browser += [f"--window-size={SIZE[0]},{SIZE[1]}", "--window-position=0,0", "--hide-scrollbars", page.as_uri()]
        python = [sys.executable, "-m"]
        rows = [
            measured("player, window", [*python, *player_arguments(home / "window")], home),
            measured("player, PNG file", [*python, *player_arguments(home / "file")], home, home / "file/screen.png"),
            measured("Chromium", browser, home),
        ]
    ours, theirs = float(rows[0][1]), float(rows[-1][1])
    rows.append(["player ÷ Chromium", f"{ours / theirs:.2f}", "", "", "", ""])
    show(
        f"One page at {size}, {STEADY_SECONDS:.0f} s after {SETTLE_SECONDS:.0f} s of rest, X server without a GPU",
        ["process", "PSS MiB", "processes", "CPU %", "X server CPU %", "first picture s"],
        rows,
    )


def sample() -> tuple[View, dict[str, Path]]:
    """The sample doorway with one notice that is always due, at whatever hour; and where its pictures lie."""
    view, blobs = folder_view([Path(content.__file__).parent / "sample" / "baizhuang"], PLACE)
    (notice,) = [replace(one, show=Show()) for one in view.notices if one.id == NOTICE]
    return replace(view, notices=(notice,), alerts=(), settings=Settings(theme="light")), blobs


def measured(name: str, command: list[str], home: Path, frame: Path | None = None) -> list[str]:
    """One row: start it on an X server of its own, wait for the picture, let it rest, look."""
    with x_server(home) as (display, pixels, server), (home / "log").open("ab") as log:
        started = time.monotonic()
        child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=os.environ | display)
        try:
            until(f"{name}: a picture", lambda: frame.exists() if frame else is_there(pixels))
            first = time.monotonic() - started
            time.sleep(SETTLE_SECONDS)
            before, before_server = cpu(child.pid), cpu(server)
            time.sleep(STEADY_SECONDS)
            used, used_server = cpu(child.pid) - before, cpu(server) - before_server
            tree = family(child.pid)
            memory = sum(process.memory_full_info().pss for process in tree) / 2**20
        finally:
            end(child)
    parts = [f"{100 * seconds / STEADY_SECONDS:.2f}" for seconds in (used, used_server)]
    return [name, f"{memory:.0f}", str(len(tree)), *parts, f"{first:.2f}"]


def family(pid: int) -> list[psutil.Process]:
    """A process and all that it has started."""
    parent = psutil.Process(pid)
    return [parent, *parent.children(recursive=True)]


def cpu(pid: int) -> float:
    """Seconds of CPU that a process, its children and those of them that have ended have used."""
    return sum(sum(process.cpu_times()[:4]) for process in family(pid))


@contextmanager
def x_server(home: Path) -> Iterator[tuple[dict[str, str], mmap.mmap, int]]:
    """A fresh Xvfb: the variables for its clients, its picture (an XWD file that it keeps in memory), its pid."""
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(dir=home))
        reads, writes = os.pipe()
        screen = f"{SIZE[0]}x{SIZE[1]}x24"
        options = ["-screen", "0", screen, "-nolisten", "tcp", "-fbdir", folder, "-displayfd", str(writes)]
        server = subprocess.Popen(["Xvfb", *options], pass_fds=[writes], stderr=subprocess.DEVNULL)
        stack.callback(end, server)
        os.close(writes)
        with os.fdopen(reads) as told:
            number = told.readline().strip()
        with (Path(folder) / "Xvfb_screen0").open("rb") as file:
            pixels = stack.enter_context(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
        variables = {"DISPLAY": f":{number}", "SDL_VIDEODRIVER": "x11", "SDL_FRAMEBUFFER_ACCELERATION": "0"}
        yield variables, pixels, server.pid


def is_there(pixels: mmap.mmap) -> bool:
    """Is there a page on the X server's screen: light paper and dark ink? Looks at every 16th row."""
    header, colours = struct.unpack_from(">I", pixels, 0)[0], struct.unpack_from(">I", pixels, 76)[0]
    start, stride = header + colours * 12, SIZE[0] * 4
    greens = [pixels[start + row * stride + 1 : start + (row + 1) * stride : 32] for row in range(0, SIZE[1], 16)]
    found = b"".join(greens)
    light, dark = sum(one > 225 for one in found) / len(found), sum(one < 80 for one in found) / len(found)
    return light > PAPER_SHARE and INK_SHARE < dark < 0.5


CSS = """
* { margin: 0; box-sizing: border-box }
body { width: 1920px; height: 1080px; background: #f6f1e7; color: #1d1b18; font-family: "Noto Sans CJK SC";
  overflow: hidden; cursor: none }
header { display: flex; justify-content: space-between; align-items: center; height: 126px; margin: 0 64px;
  border-bottom: 2px solid #d8d0c0; font-size: 42px }
#clock { font-size: 76px; font-weight: 700 }
main { position: absolute; left: 64px; top: 156px; width: 1264px }
.label { display: inline-block; background: #0b5cad; color: #fff; font-size: 40px; font-weight: 700;
  padding: 8px 26px; border-radius: 10px }
h1 { font-size: 84px; line-height: 1.28; margin: 20px 0 } p, td { font-size: 46px; line-height: 1.45 }
td { padding-right: 40px; border-bottom: 2px solid #d8d0c0 }
aside { position: absolute; right: 64px; top: 156px; width: 468px; text-align: center; font-size: 34px }
aside div { background: #fff; border-radius: 22px; padding: 18px; margin-bottom: 24px }
aside b { font-size: 48px } img { height: 220px; border-radius: 14px }
footer { position: absolute; left: 64px; bottom: 44px; font-size: 34px; color: #6a6458 }
"""
JAVASCRIPT = """
const clock = document.getElementById("clock");
function tick() {
  const now = new Date().toTimeString().slice(0, 5);
  if (clock.textContent !== now) clock.textContent = now;
}
tick(); setInterval(tick, 1000);
"""


def html(view: View, blobs: dict[str, Path]) -> str:
    """The page for the browser."""
    (notice,) = view.notices
    card, code = view.card, view.service_code
    assert card
    assert code
    photo = base64.b64encode(blobs[card.photo.sha256].read_bytes()).decode() if card.photo else ""
    body = "".join(block(line) for line in notice.body.splitlines() if line.strip())
    return f"""<!doctype html><html lang="zh-CN"><meta charset="utf-8"><style>{CSS}</style>
<header><span>{" ".join(view.names)}</span><span id="clock"></span></header>
<main><span class="label">{notice.topic.word}</span><h1>{notice.title}</h1><table>{body}</table></main>
<aside><div><b>{code.title}</b>{svg(code.at(view.place))}{code.hint}</div>
<div><img src="data:image/png;base64,{photo}"><br><b>{card.name}</b><br>{card.duty}<br><b>{card.phone}</b></div></aside>
<footer>{notice.source}</footer><script>{JAVASCRIPT}</script></html>
"""


def block(line: str) -> str:
    """A row of the table, or a paragraph across it."""
    if line.startswith("|"):
        cells = [cell.strip() for cell in line.strip("| ").split("|")]
        return "" if set(line) <= set("|-: ") else f"<tr>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>"
    return f'<tr><td colspan="9">{line}</td></tr>'


def svg(url: str) -> str:
    """The code, eight pixels a module."""
    rows = modules(url)
    side = len(rows) + 8
    squares = "".join(f"M{x + 4} {y + 4}h1v1h-1z" for y, row in enumerate(rows) for x, black in enumerate(row) if black)
    return f'<svg viewBox="0 0 {side} {side}" width="330" shape-rendering="crispEdges"><path d="{squares}"/></svg>'
