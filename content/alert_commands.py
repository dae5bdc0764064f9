"""`content alert`: write an alert, update, confirm or end one, and send it at once. Parses arguments and prints.

Before anything is on a screen the person sees it once more, with the number of doorways, and says
yes: a wrong alert is the worst that can happen here, and one keystroke costs less than a second.
A drill is asked about too: it takes over the same screens, and the usual mistake is to forget --exercise.
"""

import argparse
import difflib
import re
import sys
import time
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

import msgspec

from content.alarms.desk import end
from content.alert_file import alert_text, ending, new_id
from content.alert_words import reach, shown_alert
from content.authored import AlertFile
from content.clock import SystemClock
from content.command_line import add_broker_options, make_publisher
from content.decoding import decoded
from content.document import read
from content.errors import FolderError, FolderInUse, Refused, WindowError
from content.files import write_atomic
from content.folder import Scan, judge_alert, scan_alerts
from content.manifest import parse_verified, zone
from content.notice import Alert
from content.problem import Problem
from content.publisher import STATE_FOLDER
from content.topics import ALERTS
from content.village import AddressedAlert, Village

REQUIRED = ("level", "event", "headline", "expires")
MISSING = re.compile(r"缺少 '(\w+)'")
TAKEN_OVER_SECONDS = 5.0
SECTIONS = ("alerts", "drafts", "ended", "recalled")


class Maker(Protocol):
    """How __main__ makes a command."""

    def __call__(self, name: str, run: "Run", text: str) -> argparse.ArgumentParser: ...


class Run(Protocol):
    """A command."""

    def __call__(self, options: argparse.Namespace, /) -> int: ...


def register(command: Maker) -> None:
    """Add the command of this module."""
    one = command("alert", alert, "发一条警报：写好文件、请您确认、马上发出；也用来更新、确认和解除")
    one.add_argument("--to", action="append", metavar="PLACE[,PLACE…]", help="发给哪些地点及其以下所有的屏")
    one.add_argument("--level", help="红、橙、黄、蓝")
    one.add_argument("--event", help="事件，例如 火情")
    one.add_argument("--headline", help="一句话，40 字以内")
    one.add_argument("--instruction", action="append", metavar="STEP", help="居民怎么做；每步写一次，最多三步为好")
    one.add_argument("--expires", help="何时自动结束：2h、90分钟、18:00 或 2025-07-10T18:00")
    one.add_argument("--contact", help="找谁，例如 “119 · 村值班室 0391-0000000”")
    one.add_argument("--exercise", action="store_true", help="这是演练，屏上会标明")
    which = one.add_mutually_exclusive_group()
    which.add_argument("--update", metavar="ID", help="改这一条：只写要改的几项")
    which.add_argument("--confirm", metavar="ID", help="drafts/ 里等人确认的这一条，现在上屏")
    which.add_argument("--cancel", metavar="ID", help="现在解除这一条；文件移到 ended/")
    one.add_argument("--yes", action="store_true", help="不再询问")
    add_broker_options(one)


def alert(options: argparse.Namespace) -> int:
    found = scan_alerts(options.folder)
    if found.village is None:
        raise FolderError("\n".join(str(problem) for problem in found.problems))
    if options.cancel:
        return cancel(options, found.village)
    if options.confirm:
        return confirm(options, found, found.village)
    now = SystemClock().now()
    path, text, problems = compose(options, found.village, now)
    addressed = judged(found, path, text.encode(), now, problems)
    show_and_ask(addressed, found.village, options.yes)
    path.parent.mkdir(exist_ok=True)
    write_atomic(path, text.encode())
    print(f"已写好 {path}")
    return send(options, found.village, path.stem, addressed)


def compose(options: argparse.Namespace, village: Village, now: datetime) -> tuple[Path, str, list[str]]:
    """The file, its text, and what of the options was not understood."""
    here = now.astimezone(zone(village.timezone)).replace(tzinfo=None, microsecond=0)
    problems: list[str] = []
    fields = given(options)
    if options.expires:
        try:
            fields["expires"] = ending(options.expires, here).isoformat()
        except (ValueError, OverflowError) as error:
            problems.append(f"--expires {error}")
            fields["expires"] = (here + timedelta(hours=1)).isoformat()  # so that the rest can be checked
    if options.update:
        path = file_of(options.folder, options.update)
        before = read_alert(path)
        written = msgspec.structs.replace(
            before, **fields, issued=here.isoformat(), updates=(*before.updates, before.issued)
        )
    else:
        name = new_id(options.event or "", here, taken(options.folder))
        path = options.folder / "alerts" / f"{name}.yaml"
        written = AlertFile(**dict.fromkeys(REQUIRED, "") | {"to": ()} | fields, issued=here.isoformat())
    return path, alert_text(written), problems


def given(options: argparse.Namespace) -> dict[str, Any]:
    """The fields that the options set."""
    fields: dict[str, Any] = {
        name: getattr(options, name) for name in ("level", "event", "headline", "contact", "expires")
    }
    fields["to"] = tuple(part.strip() for one in options.to for part in one.split(",")) if options.to else None
    fields["instruction"] = "\n".join(options.instruction) if options.instruction else None
    fields["exercise"] = options.exercise or None
    return {name: value for name, value in fields.items() if value is not None}


def judged(found: Scan, path: Path, text: bytes, now: datetime, before: Sequence[str] = ()) -> AddressedAlert:
    """What the text would be in the folder. Raises FolderError with every problem, those from `before` too."""
    addressed, problems = judge_alert(found, f"alerts/{path.name}", text)
    told = [*before, *map(told_to_the_writer, problems)]
    if addressed is not None and addressed.alert.expires <= now:
        told.append("结束时间已经过去；请写 --expires")
    if told or addressed is None:
        raise FolderError("\n".join(told))
    return addressed


def told_to_the_writer(problem: Problem) -> str:
    """A problem of the file in terms of the options."""
    missing = MISSING.fullmatch(problem.what)
    if missing:
        return f"缺少 --{missing[1]}"
    return f"{problem.what}；{problem.instead}" if problem.instead else problem.what


def show_and_ask(addressed: AddressedAlert, village: Village, yes: bool) -> None:
    for line in shown_alert(addressed.alert, addressed.to, village, zone(village.timezone)):
        print(line)
    ask("现在上屏吗？", yes)


def ask(question: str, yes: bool) -> None:
    """Go on only after a yes. Raises FolderError otherwise; nothing has been done by then."""
    if yes:
        return
    if not sys.stdin.isatty():
        raise FolderError("这里没有终端可以确认，什么也没有做；确定无误请加 --yes")
    if input(f"{question} [y/N] ").strip().lower() not in ("y", "yes", "是"):
        raise FolderError("没有发出，什么也没有改")


def confirm(options: argparse.Namespace, found: Scan, village: Village) -> int:
    path = file_of(options.folder, options.confirm, "drafts")
    addressed = judged(found, path, path.read_bytes(), SystemClock().now())
    show_and_ask(addressed, village, options.yes)
    target = options.folder / "alerts" / f"{path.stem}.yaml"
    target.parent.mkdir(exist_ok=True)
    write_atomic(target, path.read_bytes())
    path.unlink()
    print(f"{path} → {target}")
    return send(options, village, target.stem, addressed)


def cancel(options: argparse.Namespace, village: Village) -> int:
    path = file_of(options.folder, options.cancel)
    addressed = next((one for one in village.alerts if one.alert.id == path.stem), None)
    if addressed:
        word = "演练" if addressed.alert.exercise else "警报"
        print(f"解除{word}：{addressed.alert.headline}\n  从 {reach(village, addressed.to)}")
    ask("现在解除吗？", options.yes)
    now = SystemClock().now().astimezone(zone(village.timezone))
    print(f"{path} → {end(path, f'{now:%Y-%m-%dT%H:%M:%S} 已解除')}")
    return send(options, village, path.stem, addressed, gone=True)


def send(
    options: argparse.Namespace, village: Village, name: str, addressed: AddressedAlert | None, *, gone: bool = False
) -> int:
    """Publish what was written: by the publisher that runs, or by one of our own."""
    try:
        publisher = make_publisher(options)
    except FolderInUse:
        done = addressed is None or taken_over(options.folder, village, name, addressed, gone=gone)
        print("serve 已经发出" if done else f"serve 正在运行，但 {TAKEN_OVER_SECONDS:.0f} 秒内没有发出；请看 /healthz")
        return 0 if done else 1
    try:
        publisher.publish_once()
    except WindowError as error:
        retry = f"python -m content publish {options.folder}"
        raise FolderError(f"文件已写好，但还没有发出：{error}\n稍后运行 {retry}") from error
    print("已发到 broker")
    return 0


def taken_over(folder: Path, village: Village, name: str, addressed: AddressedAlert, *, gone: bool) -> bool:
    """Does the publisher that runs say, within a few seconds, exactly this? It signs right before it sends."""
    topic = ALERTS.of(place=addressed.to[0], publisher=village.publisher)
    deadline = time.monotonic() + TAKEN_OVER_SECONDS
    while time.monotonic() < deadline:
        there = next((one for one in signed_alerts(folder, topic) if one.id == name), None)
        if (there is None) if gone else (there == addressed.alert):
            return True
        time.sleep(0.05)
    return False


def signed_alerts(folder: Path, topic: str) -> tuple[Alert, ...]:
    """The alerts of the newest message on `topic`."""
    try:
        messages = decoded((folder / STATE_FOLDER / "published.json").read_bytes(), dict[str, bytes])
        manifest = parse_verified(messages[topic])
    except (OSError, KeyError, msgspec.MsgspecError, Refused):
        return ()
    return manifest.alerts.alerts if manifest.alerts else ()


def file_of(folder: Path, name: str, section: str = "alerts") -> Path:
    """The alert's file. Raises FolderError with the likely id."""
    there = {path.stem: path for path in (folder / section).glob("*.y*ml")}
    if name not in there:
        near = difflib.get_close_matches(name, there, n=1)
        raise FolderError(f"{section}/ 里没有编号为 {name!r} 的警报" + (f"；是不是 {near[0]!r}？" if near else ""))
    return there[name]


def read_alert(path: Path) -> AlertFile:
    """The file as written. Raises FolderError with its problems."""
    document = read(f"{path.parent.name}/{path.name}", path.read_bytes(), AlertFile)
    if document.value is None or document.problems:
        raise FolderError("\n".join(str(problem) for problem in document.problems))
    return document.value


def taken(folder: Path) -> set[str]:
    """The ids that were ever used: one that is used again would mix up who has seen what."""
    return {path.stem.partition(".")[0] for section in SECTIONS for path in (folder / section).glob("*.y*ml")}
