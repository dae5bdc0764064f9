"""`content cap-import`, `cap-export` and `alarm-token`: the doors to other systems. Parses arguments and prints."""

import argparse
import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from content.alert_commands import Maker, ask, file_of, read_alert, send
from content.alert_words import shown_alert
from content.authored import moment
from content.clock import SystemClock
from content.command_line import add_broker_options
from content.errors import FolderError
from content.files import write_atomic
from content.folder import Scan, judge_alert, scan_alerts
from content.manifest import zone
from content.publisher import STATE_FOLDER
from content.village import Village

if TYPE_CHECKING:
    from content.alarms.alarm import Alarm

IMPORT_DOOR = "cap-import"


def register(command: Maker) -> None:
    """Add the commands of this module."""
    taking = command("cap-import", cap_import, "收一条 CAP 1.2 消息（文件或网址），按它更新警报")
    taking.add_argument("source", metavar="FILE-or-URL", help="文件，或 https:// 的地址")
    taking.add_argument("--draft", action="store_true", help="先放进 drafts/，不上屏")
    taking.add_argument("--yes", action="store_true", help="不再询问")
    add_broker_options(taking)
    giving = command("cap-export", cap_export, "把一条警报写成 CAP 1.2；已解除的写成 Cancel")
    giving.add_argument("id", metavar="ID", help="警报的编号")
    giving.add_argument("--sender", default="", help="CAP 的 sender，默认是 village.yaml 的 publisher")
    giving.add_argument("--out", type=Path, help="写到这个文件；不写就打印出来")
    token = command("alarm-token", alarm_token, "给报警平台一个 HTTP 令牌（只显示一次）；不写名称就列出已有的")
    token.add_argument("name", metavar="NAME", nargs="?", help="平台的名称，例如 camera-platform")
    token.add_argument(
        "--publish", choices=("at-once", "draft"), default="draft", help="马上上屏，还是先进 drafts/ 等人确认（默认）"
    )
    token.add_argument("--sender", action="append", default=[], help="只许替这个 CAP 发送者发；可写多次")
    token.add_argument("--remove", action="store_true", help="作废这个令牌")


def cap_import(options: argparse.Namespace) -> int:
    from content.alarms.cap import parse_cap
    from content.alarms.desk import AlarmDesk, Door
    from content.alarms.from_cap import Ignored, judge_cap  # only this command pays for loading it

    document = document_from(options.source)
    found, village = scanned(options.folder)
    clock = SystemClock()
    alarm = judge_cap(parse_cap(document), village, clock.now())
    if not isinstance(alarm, Ignored):
        preview(alarm, found, village)
        ask("放进 drafts/ 吗？" if options.draft else "现在照办吗？", options.yes)
    answer = AlarmDesk(options.folder, clock, print).take_cap(document, Door(IMPORT_DOOR, draft=options.draft))
    words = {"shown": "上屏", "draft": "在 drafts/ 里", "ended": "已解除", "expired": "已失效，撤下"}
    words |= {"duplicate": "以前收过了，没有改", "ignored": "不上屏"}
    print("；".join([words.get(answer.state, answer.state) + "".join(f" {one}" for one in answer.alerts), *answer.why]))
    if answer.state not in ("shown", "ended", "expired"):
        return 0
    addressed = next((one for one in scanned(options.folder)[1].alerts if one.alert.id in answer.alerts), None)
    return send(options, village, addressed.alert.id if addressed else "", addressed)


def preview(alarm: "Alarm", found: Scan, village: Village) -> None:
    """What it comes to, for the person who decides."""
    from content.alert_file import alarm_text

    for part in alarm.parts:
        text = alarm_text(alarm, part, zone(village.timezone))
        addressed, _ = judge_alert(found, "alerts/preview.yaml", text.encode())
        if addressed:
            print("\n".join(shown_alert(addressed.alert, addressed.to, village, zone(village.timezone))))
    if alarm.act == "cancel":
        print(f"解除 {alarm.sender} 的 {'、'.join(one.identifier for one in alarm.references)}")
    for remark in alarm.remarks:
        print(f"  注意：{remark}")


def document_from(source: str) -> bytes:
    """The bytes of a file or of what lies at a URL."""
    from content.alarms.cap_xml import MAX_BYTES
    from content.alarms.download import fetched

    if "://" in source:
        return fetched(source, MAX_BYTES)
    with Path(source).open("rb") as file:
        return file.read(MAX_BYTES + 1)


def scanned(folder: Path) -> tuple[Scan, Village]:
    found = scan_alerts(folder)
    if found.village is None:
        raise FolderError("\n".join(str(problem) for problem in found.problems))
    return found, found.village


def cap_export(options: argparse.Namespace) -> int:
    from content.alarms.cap_out import as_cancel, as_cap, encode_cap

    found, village = scanned(options.folder)
    has_ended = not list((options.folder / "alerts").glob(f"{options.id}.y*ml"))
    path = file_of(options.folder, options.id, "ended" if has_ended else "alerts")
    addressed, problems = judge_alert(found, f"alerts/{path.stem.partition('.')[0]}.yaml", path.read_bytes())
    if addressed is None:
        raise FolderError("\n".join(str(problem) for problem in problems))
    here = zone(village.timezone)
    updates = tuple(moment(one).replace(tzinfo=here) for one in read_alert(path).updates)
    sender = options.sender or village.publisher
    if has_ended:
        now: datetime = SystemClock().now().replace(microsecond=0)
        message = as_cancel(addressed.alert, sender, updates, now.astimezone(here))
    else:
        message = as_cap(addressed.alert, {one: village.places[one].name for one in addressed.to}, sender, updates)
    document = encode_cap(message)
    if options.out:
        write_atomic(options.out, document)
        print(f"写好 {options.out}")
    else:
        sys.stdout.write(document.decode())
    return 0


def alarm_token(options: argparse.Namespace) -> int:
    from content.alarms.tokens import load_tokens, make_token, remove_token

    _, village = scanned(options.folder)
    state = options.folder / STATE_FOLDER
    if options.name is None:
        for one in load_tokens(state):
            how = "马上上屏" if one.publish == "at-once" else "进 drafts/ 等人确认"
            print(f"{one.name}  {how}  {'、'.join(one.senders) or '所有许可的发送者'}  {one.made:%Y-%m-%d}")
        return 0
    if options.remove:
        remove_token(state, options.name)
        print(f"{options.name} 的令牌已作废")
        return 0
    unknown = [one for one in options.sender if one not in village.alarms.senders]
    if unknown:
        raise FolderError(f"village.yaml 的 alarms: senders: 里没有 {'、'.join(unknown)}；请先写上")
    secret = make_token(state, options.name, options.publish, tuple(options.sender), SystemClock().now())
    print(f"{secret}\n这个令牌只显示这一次，请交给平台的人：请求时带上 Authorization: Bearer 令牌")
    return 0
