"""The screen's commands: `python -m kiosk COMMAND`. Parses arguments, builds, runs; no state.

`render` alone may use the central side (content.folder and content.compile): it draws a content
folder without a broker, on a PC. On the Pi those modules' libraries are not even installed.
"""

import argparse
import logging
import math
import os
import re
import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from content.clock import SystemClock
from content.display import LEAST_COLUMNS, LEAST_ROWS, DisplayConfig
from content.errors import BadName, ConfigError, FolderError, WindowError
from content.manifest import Alerts, Content
from content.notice import FIRST_YEAR, LAST_YEAR
from content.place import ancestry, check_path
from content.process import exit_status, hold_signals, no_thread_dies_alone, stop_on_signals
from content.topics import parse
from kiosk.cache import Cache
from kiosk.config import load, stand_in
from kiosk.machine import setup_commands
from kiosk.machine.setup_report import read_report
from kiosk.notify import Notifier
from kiosk.shapes import Dots, Geometry
from kiosk.view import Offered, View, merge

if TYPE_CHECKING:
    from kiosk.config import Config
    from kiosk.display import Display

MOST_PIXELS = 40_000_000
FILE_RATE = 4.0
"""A picture file of a film is written no more often: packing a PNG takes longer than showing the frame."""
DEFAULT_CACHE = Path("/var/lib/convenience-window")
DEFAULT_RUN = Path("/run/convenience-window")


def main(arguments: list[str] | None = None) -> int:
    """Run one command; the exit status."""
    options = parser().parse_args(arguments)
    os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")
    logging.basicConfig(format="%(levelname)s %(message)s", level=logging.INFO)
    return exit_status(lambda: options.run(options))


def parser() -> argparse.ArgumentParser:
    """Every command and option."""
    top = argparse.ArgumentParser(prog="python -m kiosk", description="便民视窗：屏幕一侧的程序")
    commands = top.add_subparsers(required=True, metavar="COMMAND")
    for name, run, text in (
        ("agent", agent, "进程一：收消息、验签名、下载、写缓存"),
        ("player", player, "进程二：读缓存、轮播、画到屏幕上"),
    ):
        one = commands.add_parser(name, help=text, description=text)
        one.set_defaults(run=run)
        one.add_argument("config", type=Path, metavar="KIOSK_YAML")
        one.add_argument("--cache", type=Path, default=DEFAULT_CACHE, help=f"缓存文件夹，默认 {DEFAULT_CACHE}")
        if name == "agent":
            one.add_argument("--identity", type=Path, help="密钥和证书存在哪里，默认是缓存旁边的 identity 文件夹")
        one.add_argument("--run", dest="run_folder", type=Path, default=DEFAULT_RUN, help="内存里的文件夹")
        one.add_argument("--trust-clock", action="store_true", help="相信本机时钟（有电池的电脑；树莓派上不要用）")
    add_render(commands)
    setup_commands.add(commands)
    text = "在本机演示：broker、两个发布者、几块屏，和一个看得到它们的网页"
    one = commands.add_parser("demo", help=text, description=text)
    one.set_defaults(run=demo)
    one.add_argument("--folder", type=Path, default=Path(".demo"), help="演示用的文件夹，默认 .demo")
    one.add_argument(
        "--port", type=int, choices=range(65536), default=8700, metavar="0–65535", help="网页端口，默认 8700"
    )
    one.add_argument("--seconds", type=float, default=0.0, help="演示多久后自动结束；默认一直到 Ctrl-C")
    return top


def add_render(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    text = "不用 broker，直接画出某块屏在某一时刻的画面"
    one = commands.add_parser("render", help=text, description=text)
    one.set_defaults(run=render)
    one.add_argument("--content", type=Path, required=True, action="append", help="内容文件夹；可写多次，合在一块屏上")
    one.add_argument("--place", required=True, help="地点，例如 baizhuang/cuiyuan-north/w012/b3/u1")
    one.add_argument("--at", required=True, type=moment, help="时刻，例如 2025-07-10T09:00+08:00")
    one.add_argument("--size", default="1920x1080", help="宽x高，默认 1920x1080；LED 屏是点数，例如 192x64")
    one.add_argument("--led", choices=["red", "red-green", "full"], help="画 LED 屏：单红、红绿双色或全彩")
    one.add_argument(
        "--dots", type=int, choices=range(1, 33), default=1, metavar="1–32", help="LED 屏每点画几个像素；3 以上画成圆灯"
    )
    one.add_argument("--elapsed", type=float, default=0.0, help="这一页出现几秒以后（滚动的字到了哪里），默认 0")
    one.add_argument("--out", type=Path, help="写到哪个 PNG 文件")
    one.add_argument("--item", help="画这条通知（编号）；默认画轮播的第一条")
    one.add_argument("--page", type=int, default=1, help="第几页，默认 1")
    one.add_argument("--dump-json", action="store_true", help="列出正在显示的内容、顺序和每页秒数")


def moment(text: str) -> datetime:
    """A moment on the command line."""
    try:
        return datetime.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"时刻 {text!r} 看不懂，应写成 2025-07-10T09:00+08:00") from error


def agent(options: argparse.Namespace) -> int:
    hold_signals()
    from kiosk.agent import Agent  # loads the crypto library, which the player must not wait for
    from kiosk.enrolment.enrol import Enrolment
    from kiosk.enrolment.own import Own

    no_thread_dies_alone()
    config = load(options.config)
    options.run_folder.mkdir(parents=True, exist_ok=True)
    clock, notifier = SystemClock(assume_trusted=options.trust_clock), Notifier.from_environment()
    own = Own(options.identity or options.cache.parent / "identity", config)
    enrolment = Enrolment(own, config, options.run_folder, clock, notifier=notifier)
    running: list[Agent] = []

    def stop() -> None:
        enrolment.stop()
        for one in running:
            one.stop()

    stop_on_signals(stop)
    if enrolment.run():
        running.append(Agent(own.config, Cache(options.cache), options.run_folder, clock, notifier=notifier, own=own))
        if not enrolment.stopped:  # else the signal came before there was an agent to stop
            running[0].run()
    return 0


def player(options: argparse.Namespace) -> int:
    hold_signals()  # before numpy, which pygame loads where it is installed: its threads would take the signals
    from kiosk.display import Touchable
    from kiosk.keys import Keys
    from kiosk.machine.power import PowerSwitch, ways
    from kiosk.player import Player

    no_thread_dies_alone()
    config = settings(options.config, options.run_folder)
    options.run_folder.mkdir(parents=True, exist_ok=True)
    clock, cache = SystemClock(assume_trusted=options.trust_clock), Cache(options.cache)
    assigned = cache.assigned_display()
    panel, display = opened(config, assigned, options.config.parent)
    keys = Keys(display.wake)
    running = Player(
        config.place,
        cache,
        display,
        options.run_folder,
        clock,
        notifier=Notifier.from_environment(),
        timezone=config.timezone,
        touches=display.touches if isinstance(display, Touchable) else keys.touches,
        power=PowerSwitch(ways(panel.power) if panel.kind == "lcd" else (), clock),
        fades=panel.kind in ("lcd", "window"),
        waits=True,
        most_rate=FILE_RATE if panel.kind == "file" else math.inf,
        assigned=assigned,
    )
    stop_on_signals(running.stop)
    if panel.driver in ("rgbmatrix", "piomatter"):  # not on a PC: it would take the keyboard for itself
        keys.start()
    try:
        running.run()
    finally:
        keys.close()
    return 0


def settings(path: Path, run_folder: Path) -> "Config":
    """kiosk.yaml; where the card brought none that is good, enough to say so on the panel. Raises ConfigError."""
    try:
        return load(path)
    except ConfigError:
        report = read_report(run_folder)
        if report is None or report.source != "none":
            raise
        return stand_in(report.display)


def opened(config: "Config", assigned: DisplayConfig | None, folder: Path) -> "tuple[DisplayConfig, Display]":
    """The display that an assignment names; kiosk.yaml's where there is none, or where that one cannot be opened.

    An assigned picture file lies beside kiosk.yaml, wherever the assignment would have it.
    """
    from kiosk.display import open_display

    if assigned is not None:
        try:
            return assigned, open_display(assigned, folder / Path(assigned.frame).name if assigned.frame else None)
        except (WindowError, ValueError) as error:
            logging.getLogger(__name__).warning("the assigned display cannot be opened: %s", error)
    return config.display, open_display(config.display, config.frame)


def render(options: argparse.Namespace) -> int:
    from kiosk.render import programme
    from kiosk.render import render as draw

    display = display_of(options)
    if not FIRST_YEAR <= options.at.year <= LAST_YEAR:
        raise FolderError(f"--at 的年份应在 {FIRST_YEAR} 到 {LAST_YEAR} 之间")
    if options.at.tzinfo is None:
        raise FolderError(f"--at {options.at.isoformat()} 没有时区，请写成 {options.at.isoformat()}+08:00")
    if not options.out and not options.dump_json:
        raise FolderError("请写 --out 图片.png 或 --dump-json")
    view, blobs = folder_view(options.content, check_path(options.place))

    def read_blob(digest: str) -> bytes | None:
        return blobs[digest].read_bytes() if digest in blobs else None

    if options.out:
        how = {"item": options.item, "page": options.page, "elapsed": max(0.0, options.elapsed), "dots": options.dots}
        options.out.write_bytes(draw(view, options.at, display, read_blob, **how))
        print(options.out, file=sys.stderr)
    if options.dump_json:
        rows = msgspec.json.format(msgspec.json.encode(programme(view, options.at, display)), indent=2)
        print(rows.decode())
    return 0


def display_of(options: argparse.Namespace) -> Geometry | Dots:
    """The display that --size and --led name. Raises FolderError."""
    size = re.fullmatch(r"(\d{2,5})\s*[x×X*]\s*(\d{2,5})", options.size)
    if not size:
        raise FolderError(f"--size {options.size!r} 应写成 1920x1080，LED 屏例如 192x64")
    width, height = int(size[1]), int(size[2])
    if width * height * options.dots**2 > MOST_PIXELS:
        raise FolderError(f"--size {options.size} 太大，最多 {MOST_PIXELS // 1_000_000} 百万像素")
    if options.led is None:
        if options.dots > 1:
            raise FolderError("--dots 只用于 LED 屏，请加上 --led full（全彩）、red（单红）或 red-green（双色）")
        return Geometry(width, height)
    if width < LEAST_COLUMNS or height < LEAST_ROWS:
        raise FolderError(f"--size {options.size} 太小，LED 屏至少 {LEAST_COLUMNS}x{LEAST_ROWS}")
    return Dots(width, height, options.led)


def folder_view(folders: list[Path], place: str) -> tuple[View, dict[str, Path]]:
    """What these content folders show at `place`, and where the media lie. Raises FolderError."""
    from content.compile import compile_village
    from content.folder import scan

    offered: list[Offered] = []
    alerts: list[Alerts] = []
    blobs: dict[str, Path] = {}
    known = False
    for folder in folders:
        found = scan(folder)
        for problem in found.problems:
            print(f"{folder.name}/{problem}", file=sys.stderr)
        if found.village is None:
            raise FolderError(f"{folder}: village.yaml 有误，先改好它")
        known = known or place in found.village.places
        blobs |= found.media
        for topic, body in compile_village(found.village).items():
            at = parse(topic).place
            if at not in ancestry(place):
                continue
            if isinstance(body, Content):
                offered.append(Offered(at, found.village.publisher, body))
            else:
                alerts.append(body)
    if not known:
        raise BadName(f"没有地点 {place!r}；用 python -m content places {folders[0]} 看全部地点")
    return merge(place, offered, [alert for one in alerts for alert in one.alerts]), blobs


def demo(options: argparse.Namespace) -> int:
    from kiosk.demo import run_demo

    return run_demo(options.folder, options.port, options.seconds)


if __name__ == "__main__":
    sys.exit(main())
