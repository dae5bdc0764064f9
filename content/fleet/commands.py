"""The admin's commands about screens: screens, coverage, watch, screen, recall. Parses arguments and prints; no state.

Django, rich and the rest are loaded inside: checking a folder must not wait for them.
"""

import argparse
import getpass
import os
import time
from collections.abc import Callable, Collection
from datetime import UTC, datetime
from functools import partial
from glob import escape as glob_escape
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from msgspec.structs import replace

from content.clock import SystemClock
from content.command_line import add_broker_options, broker_of, find, make_publisher
from content.errors import FolderError, FolderInUse, WindowError
from content.fleet.table import LOST_SECONDS, words_of
from content.manifest import zone
from content.recall import move_to_recalled
from content.signing import Key
from content.skeleton import read_village
from content.vouched import key_path

if TYPE_CHECKING:
    from content.commands import Command
    from content.fleet.coverage import Item
    from content.fleet.sight import Viewer
    from content.fleet.uploads import Uploads
    from content.reports import Status

VERBS = ("identify", "screenshot", "refresh", "restart-player", "reboot")
VERB_WORDS = {
    "identify": "在屏上大字显示它的编号和地点",
    "screenshot": "取回屏上真正显示的画面",
    "refresh": "重新取全部内容",
    "restart-player": "重启播放程序",
    "reboot": "重启整机",
}
DATABASE_VARIABLE = "WINDOW_DATABASE"
WAIT_SECONDS = 60.0
UPLOAD_SECONDS = 20.0
"""How long a picture may take after the screen said that it was sent."""
PROGRESS_SECONDS = 1.0


class Maker(Protocol):
    """How __main__ makes a command."""

    def __call__(self, name: str, run: Callable[[argparse.Namespace], int], text: str) -> argparse.ArgumentParser: ...


def register(command: Maker, revoked: Callable[[argparse.Namespace], Collection[str]]) -> None:
    """Add the commands of this module. `revoked`: the screens that the authority has shut out by now."""
    screens_command = command("screens", screens, "列出所有屏幕和它们的状态")
    screens_command.add_argument("--json", action="store_true", help="输出 JSON")
    screens_command.add_argument("--retire", metavar="SCREEN", help="这块屏已拆下：不再列出，直到它再报到")
    coverage_command = command("coverage", coverage, "一条通知或警报：谁显示了，谁没有；撤回的，谁撤下了")
    coverage_command.add_argument("id", metavar="ID", help="编号，即文件名去掉 .yaml")
    coverage_command.add_argument("--walk", action="store_true", help="打印走访清单：按微网格列出还没有显示的屏")
    coverage_command.add_argument("--json", action="store_true", help="输出 JSON")
    watch_command = command("watch", watch, "在终端里一直显示所有屏幕，每秒刷新；Ctrl-C 退出")
    watch_command.add_argument("--seconds", type=float, help="看这么多秒就退出")
    screen_command = command("screen", screen, "命令一块屏，并等它回话")
    screen_command.add_argument("screen", metavar="SCREEN", help="屏的编号")
    screen_command.add_argument(
        "verb", choices=VERBS, metavar="VERB", help="；".join(map(" ".join, VERB_WORDS.items()))
    )
    screen_command.add_argument("--wait", type=float, default=WAIT_SECONDS, help=f"等多少秒，默认 {WAIT_SECONDS:.0f}")
    screen_command.add_argument("--yes", action="store_true", help="正在显示警报的屏也重启")
    recall_command = command("recall", recall, "撤回：从所有屏幕上拿掉，逐屏核实；文件移到 recalled/")
    recall_command.add_argument("id", metavar="ID", help="编号，即文件名去掉 .yaml")
    recall_command.add_argument("--why", required=True, help="为什么撤回，记在文件里")
    recall_command.add_argument("--by", default="", help="谁撤回的，默认是本机用户名")
    recall_command.add_argument("--wait", type=float, default=30.0, help="看核实的进展多少秒，默认 30")
    for one in (screen_command, recall_command):
        add_broker_options(one)
    for one in (screens_command, coverage_command, watch_command, screen_command, recall_command):
        add_database_option(one)
    for one in (screens_command, coverage_command, watch_command, recall_command):
        one.add_argument("--authority", type=Path, help="证书机构的文件夹，默认 FOLDER/authority；看哪些屏已吊销")
        one.set_defaults(revoked=revoked)


def add_database_option(one: argparse.ArgumentParser) -> None:
    """--database, for every command that reads or writes records."""
    one.add_argument(
        "--database",
        default=os.environ.get(DATABASE_VARIABLE, ""),
        help="记录存在哪里，例如 postgresql://用户:密码@主机/库名；默认是内容文件夹里的 .publisher/records.sqlite3。"
        f"也可以写在环境变量 {DATABASE_VARIABLE} 里（密码不会出现在进程列表里）",
    )


def viewer_of(options: argparse.Namespace) -> "Viewer":
    from content.fleet.sight import Viewer

    return Viewer(options.folder, options.database or None, partial(options.revoked, options))


def screens(options: argparse.Namespace) -> int:
    from content.fleet.terminal import print_screens, screens_json

    viewer = viewer_of(options)
    if options.retire:
        if options.retire not in viewer.records.screens(retired=True):
            raise FolderError(
                f"没有收到过屏 {options.retire!r} 的消息；编号见 python -m content screens {options.folder}"
            )
        viewer.records.retire(options.retire, datetime.now(UTC))
        still = "还列在 screens.yaml 里：删掉那一行，就" if options.retire in viewer.roster else ""
        print(f"屏 {options.retire} {still}不再列出；它再报到就会回来")
        return 0
    sight = viewer.look()
    if options.json:
        print(screens_json(viewer, sight))
    else:
        print_screens(viewer, sight)
    return 0


def coverage(options: argparse.Namespace) -> int:
    from content.fleet.coverage import walking_list
    from content.fleet.terminal import coverage_json, print_coverage

    viewer = viewer_of(options)
    item = viewer.item(options.id)
    sight = viewer.look()
    covered = viewer.coverage(item, sight)
    if options.json:
        print(coverage_json(covered))
    elif options.walk:
        print("\n".join(walking_list(covered, sight.at.astimezone(viewer.zone))))
    else:
        print_coverage(viewer, sight, covered)
    return 0


def watch(options: argparse.Namespace) -> int:
    from content.fleet.terminal import watch_screens

    try:
        watch_screens(viewer_of(options), options.seconds)
    except KeyboardInterrupt:
        return 0
    return 0


def screen(options: argparse.Namespace) -> int:
    from content.fleet.asking import Asking, require_power

    publisher = read_village(options.folder).publisher
    key = Key.load(key_path(options.folder, publisher))
    require_power(options.folder, publisher, key)
    address, credentials = broker_of(options)
    with Asking(address, publisher, key, SystemClock(), credentials) as asking:
        status = asking.status(options.screen)
        require_willing(options, status)
        command = asking.make(options.screen, options.verb, upload=options.verb == "screenshot")
        uploads = leave_for_picture(options, publisher, command) if command.upload else None
        print(f"已发给屏 {options.screen}：{VERB_WORDS[options.verb]}；等它回话 …", flush=True)
        answer = asking.ask(command, options.wait)
    outcome = answer.outcome
    if outcome is None:
        hint = "整机重启后要一两分钟才会再报到" if options.verb == "reboot" else "它可能刚断线；稍后再试"
        raise FolderError(f"{options.wait:.0f} 秒内屏 {options.screen} 没有回话；{hint}")
    print(f"{'完成' if outcome.done else '没有做成'}：{outcome.what or VERB_WORDS[options.verb]}")
    if uploads is not None and outcome.done:
        print(picture_path(uploads, command.id))
    return 0 if outcome.done else 1


def require_willing(options: argparse.Namespace, status: "Status") -> None:
    """Raise FolderError for a screen that is away, or that must not be disturbed now."""
    if not status.online:
        raise FolderError(f"屏 {options.screen} 现在不在线，命令没有发；命令不会保存，等它上线再发")
    silent = (datetime.now(UTC) - status.at).total_seconds() if status.at and status.clock_trusted else 0.0
    if silent > LOST_SECONDS:
        raise FolderError(f"屏 {options.screen} 已经 {words_of(silent)}没有消息，命令没有发；请看它的电源和网络")
    showing = status.showing.item if status.showing else ""
    is_alert = bool(showing) and any((options.folder / "alerts").glob(f"{glob_escape(showing)}.y*ml"))
    if options.verb in ("restart-player", "reboot") and is_alert and not options.yes:
        raise FolderError(f"屏 {options.screen} 正在显示警报 {showing}，没有重启；确实要重启就加 --yes")


def leave_for_picture(options: argparse.Namespace, publisher: str, command: "Command") -> "Uploads":
    """Let the screen upload its picture to `serve`, which must run for that."""
    from content.fleet.records import Records, default_url
    from content.fleet.sight import STALE_SECONDS
    from content.fleet.uploads import Uploads

    records = Records(options.database or default_url(options.folder))
    records.require()
    watch, now = records.watch(publisher), datetime.now(UTC)
    if watch is None or (now - watch.at).total_seconds() > STALE_SECONDS:
        raise FolderError(f"截图要由 serve 接收，而它没有运行；先运行 python -m content serve {options.folder}")
    uploads = Uploads(records)
    uploads.grant(command.id, command.screen, command.token, now)
    return uploads


def picture_path(uploads: "Uploads", command: str) -> str:
    """Where the picture lies, once it is here. Raises FolderError."""
    deadline = time.monotonic() + UPLOAD_SECONDS
    while time.monotonic() < deadline:
        path = uploads.path_of(command)
        if path:
            return path
        time.sleep(0.2)
    raise FolderError("屏幕说已经传出截图，但没有收到；请看它的 http 地址是不是这台机器的 serve")


def recall(options: argparse.Namespace) -> int:
    path = find(options.folder, options.id)
    broker_of(options)  # before anything is moved
    by = options.by or getpass.getuser()
    known = known_item(options)
    now = datetime.now(UTC)
    local = now.astimezone(zone(read_village(options.folder).timezone))
    target = move_to_recalled(options.folder, path, by=by, why=options.why, at=local)
    print(f"{path} → {target}")
    if known is not None:
        viewer, item = known
        viewer.records.note_recall(replace(item, withdrawn=now, recalled_by=by, why=options.why))
    try:
        publisher = make_publisher(options)
    except FolderInUse:
        print("serve 正在运行，正从所有屏幕上撤下")
    else:
        try:
            publisher.publish_once()
        except WindowError as error:
            raise FolderError(
                f"文件已移走，但还没有发布：{error}\n稍后运行 python -m content publish {options.folder}"
            ) from error
        print("已从 broker 撤下。serve 没有运行，收不到屏幕的核实；它运行后再看：")
        print(f"  python -m content coverage {options.folder} {options.id}")
        return 0
    if known is None:
        print("没有屏幕的记录，不能逐屏核实")
        return 0
    return follow_recall(options)


def known_item(options: argparse.Namespace) -> "tuple[Viewer, Item] | None":
    """The item as the records know it; None where there are no records."""
    try:
        viewer = viewer_of(options)
        return viewer, viewer.item(options.id)
    except FolderError:  # serve never ran, or the file was never good
        return None


def follow_recall(options: argparse.Namespace) -> int:
    """Show how many screens have proved it, until all have or the time is over."""
    from content.fleet.terminal import print_coverage

    viewer = viewer_of(options)
    deadline, told = time.monotonic() + options.wait, ""
    while True:
        sight = viewer.look()
        covered = viewer.coverage(viewer.item(options.id), sight)
        line = f"已撤下 {covered.done}/{len(covered.spots)}"
        if line != told:
            print(line, flush=True)
            told = line
        if covered.complete and covered.item.withdrawn:
            return 0
        if time.monotonic() >= deadline:
            break
        time.sleep(PROGRESS_SECONDS)
    print_coverage(viewer, sight, covered)
    print(f"没有回音的屏上线后一秒内也会撤下；以后再看：python -m content coverage {options.folder} {options.id}")
    return 0
