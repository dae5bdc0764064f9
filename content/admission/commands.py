"""`content assign`: screens that wait, and their places. Parses arguments and prints; no state."""

import argparse
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from content.command_line import add_broker_options, make_publisher
from content.errors import FolderError, FolderInUse, WindowError
from content.fleet.commands import Maker, add_database_option
from content.fleet.table import words_of

if TYPE_CHECKING:
    from content.admission.assign import AssignDesk


def register(command: Maker) -> None:
    """Add the commands of this module."""
    one = command("assign", assign, "给一块屏安排地点：核对配对码、发证书；也用来换屏、挪屏")
    one.add_argument("screen", nargs="?", metavar="SERIAL", help="屏的编号，显示在屏上")
    one.add_argument("place", nargs="?", default="", metavar="PLACE", help="地点；--replaces 时不写就是旧屏的地点")
    one.add_argument("--code", default="", metavar="XXXX-XXXX", help="屏上显示的配对码，当面或电话里核对")
    one.add_argument("--replaces", default="", metavar="OLD", help="代替这块坏了的屏：接它的地点，吊销它的证书")
    one.add_argument("--list", action="store_true", help="列出正在等待登记的屏")
    one.add_argument("--authority", type=Path, metavar="DIR", help="证书机构的文件夹，默认 FOLDER/authority")
    add_broker_options(one)
    add_database_option(one)


def assign(options: argparse.Namespace) -> int:
    from content.admission.assign import AssignDesk

    if not options.folder.is_dir():
        raise FolderError(f"{options.folder}: 没有这个文件夹")
    desk, now = AssignDesk(options.folder, options.authority), datetime.now(UTC)
    if options.list or options.screen is None:
        return print_waiting(options.folder, desk, now)
    given = desk.assign(options.screen, options.place, options.code, now, replaces=options.replaces)
    print(f"屏 {given.screen} → {given.place}（已写进 screens.yaml）")
    if not given.moved:
        print("证书已签发，屏幕十几秒内自己来领")
    if options.replaces:
        no_longer_list(options, now)
        print(f"旧屏 {options.replaces} 的证书已吊销（{given.revoked} 张）。broker 装在这台机器上的，自己会重读名单")
        print("broker 在别的机器上，或者旧屏还通着电：再运行一条，照它说的做")
        print(
            f"  python -m provisioning revoke {options.replaces} --village {options.folder}{authority_option(options)}"
        )
    return publish(options)


def no_longer_list(options: argparse.Namespace, now: datetime) -> None:
    """Take the replaced screen out of the fleet's table; what was assigned stays, also where that fails."""
    from content.admission.assign import retire
    from content.fleet.records import RecordsError

    try:
        retire(options.folder, options.database, options.replaces, now)
    except RecordsError as error:
        print(f"旧屏还列在 content screens 里（{error}）。稍后运行：")
        print(f"  python -m content screens {options.folder} --retire {options.replaces}")


def authority_option(options: argparse.Namespace) -> str:
    return f" --authority {options.authority}" if options.authority else ""


def publish(options: argparse.Namespace) -> int:
    """Have the publisher tell the screen where it hangs: `serve` does so by itself."""
    try:
        publisher = make_publisher(options)
    except FolderInUse:
        return 0
    try:
        publisher.publish_once()
    except WindowError as error:
        raise FolderError(
            f"地点已写好，但还没有发布：{error}\n稍后运行 python -m content publish {options.folder}"
        ) from error
    print("serve 没有运行：地点已发布，但屏幕要等 serve 运行才能领到证书")
    return 0


def print_waiting(folder: Path, desk: "AssignDesk", now: datetime) -> int:
    """One line a screen. The codes are for comparing with the panel, not instead of it."""
    waiting = desk.waiting(now)
    for one in waiting:
        seconds = (now - one.applicant.first).total_seconds()
        conflict = f"  【冲突：另有 {one.rivals} 个请求用同一编号，只放行屏上显示的那个配对码】" if one.rivals else ""
        where = one.applicant.source
        print(f"{one.applicant.screen}  配对码 {one.code}  等了 {words_of(seconds)}  来自 {where}{conflict}")
    if waiting:
        print(f"核对屏上的配对码以后：python -m content assign {folder} 编号 地点 --code 配对码")
    else:
        print("没有屏在等待登记")
    return 0
