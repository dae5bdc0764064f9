"""The commands for the one on the ladder: `setup`, which every boot runs, and `doctor`. They print."""

import argparse
import sys
from pathlib import Path
from typing import Any

from content.clock import SystemClock
from content.manifest import DEFAULT_ZONE, zone


def add(commands: "argparse._SubParsersAction[Any]") -> None:
    """Their arguments."""
    text = "读存储卡上的设置：好的留下，坏的说明错在哪里（每次开机由系统运行）"
    one = commands.add_parser("setup", help=text, description=text)
    one.set_defaults(run=setup)
    one.add_argument("--card", type=Path, default=Path("/boot/window"), help="存储卡上 WINDOW 盘挂在哪里")
    one.add_argument("--config", type=Path, default=Path("/data/config"), help="上一次的好设置放在哪里")
    one.add_argument("--run", dest="run_folder", type=Path, default=Path("/run/convenience-window"))
    one.add_argument("--connections", type=Path, default=Path("/run/NetworkManager/system-connections"))
    one.add_argument("--time-sources", type=Path, default=Path("/run/window-time"))

    text = "这块屏怎么样：网络、消息、时钟、画面、温度、存储卡；不对的地方该怎么办。有不对时退出码是 1"
    one = commands.add_parser("doctor", help=text, description=text)
    one.set_defaults(run=doctor)
    one.add_argument("--cache", type=Path, default=Path("/data/window"), help="缓存文件夹")
    one.add_argument("--run", dest="run_folder", type=Path, default=Path("/run/convenience-window"))
    one.add_argument("--timezone", default=DEFAULT_ZONE)


def setup(options: argparse.Namespace) -> int:
    """0 also where the card's settings are wrong: the screen works on, and says so."""
    from kiosk.machine.setup import set_up

    report = set_up(options.card, options.config, options.run_folder, options.connections, options.time_sources)
    for one in report.mistakes:
        print(f"{one.where}：{one.what}" + (f"；{one.instead}" if one.instead else ""), file=sys.stderr)
    words = {"card": "用存储卡上的设置", "last": "用上一次的设置", "none": "没有能用的设置"}
    print(f"{words[report.source]}  {report.screen}  {report.place}".rstrip())
    return 0


MARKS = {"good": "✓", "note": "·", "wrong": "✗"}


def doctor(options: argparse.Namespace) -> int:
    from kiosk.machine.doctor import examined, wrong
    from kiosk.machine.facts import facts

    rows = examined(facts(options.cache, options.run_folder, SystemClock(), zone(options.timezone)))
    for row in rows:
        print(f"{MARKS[row.state]} {row.label}\t{row.value}")
        if row.advice:
            print(f"  \t→ {row.advice}")
    return 1 if wrong(rows) else 0
