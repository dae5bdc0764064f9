"""The admin's commands: `python -m content COMMAND FOLDER`. Parses arguments and prints; no state."""

import argparse
import logging
import os
import shutil
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from content import alert_commands
from content.admission import commands as admission_commands
from content.alarms import commands as alarm_commands
from content.broker import LocalBroker
from content.check import findings_of
from content.clock import SystemClock
from content.command_line import (
    DEFAULT_BROKER,
    add_broker_options,
    broker_of,
    find,
    leave_for_commands,
    make_publisher,
)
from content.errors import BrokerError, FolderError, FolderInUse, Refused, WindowError
from content.files import write_atomic
from content.fleet import commands as fleet_commands
from content.folder import Scan, missing_secrets, scan
from content.manifest import encode, parse
from content.place import check_path, depth, is_within
from content.problem import Problem, Severity
from content.process import exit_status, hold_signals, no_thread_dies_alone, signalled_within, stop_on_signals
from content.roster import read_roster
from content.signing import Key, PublicHalf, Publisher, verify_keyring, with_publisher
from content.skeleton import create, read_village
from content.village import Village
from content.vouched import keyring_problems

if TYPE_CHECKING:
    from content.admission.http import EnrolmentInterface

DEFAULT_LISTEN = "127.0.0.1:8600"
MONITORS_HELP = "除本机外，谁能看 /metrics 和 /healthz 的详情：地址或网段，例如 10.0.0.5，可写多次"


def main(arguments: list[str] | None = None) -> int:
    """Run one command; the exit status."""
    options = parser().parse_args(arguments)
    logging.basicConfig(format="%(levelname)s %(message)s", level=logging.INFO if options.verbose else logging.WARNING)
    return exit_status(lambda: options.run(options))


def parser() -> argparse.ArgumentParser:
    """Every command and option."""
    top = argparse.ArgumentParser(prog="python -m content", description="便民视窗：编写、检查和发布通知")
    top.add_argument("-v", "--verbose", action="store_true", help="显示运行过程")
    commands = top.add_subparsers(required=True, metavar="COMMAND")

    def command(name: str, run: Callable[[argparse.Namespace], int], text: str) -> argparse.ArgumentParser:
        one = commands.add_parser(name, help=text, description=text)
        one.set_defaults(run=run)
        if name != "broker":
            one.add_argument("folder", type=Path, metavar="FOLDER", help="内容文件夹")
        return one

    command("init", init, "新建内容文件夹和密钥（不覆盖已有的文件）")
    check_command = command("check", check, "发布前检查：一次列出所有错误和提醒；有错误时退出码为 1")
    check_command.add_argument("--strict", action="store_true", help="有提醒时退出码也是 1")
    check_command.add_argument("--json", action="store_true", help="按 JSON 输出，给程序读")
    check_command.add_argument("--quick", action="store_true", help="不画画面：不检查字形、二维码、页数")
    check_command.add_argument(
        "--size",
        action="append",
        default=[],
        metavar="WxH",
        help="按哪种屏检查，可写多次：1920x1080、1280x720@15.6（英寸）、'led 128x32'；默认按 village.yaml 的 displays",
    )
    check_command.add_argument("--at", type=datetime.fromisoformat, metavar="TIME", help="当作是这个时刻，默认现在")
    for name, run, text in (
        ("publish", publish, "发布一次"),
        ("serve", serve, "一直发布：文件一改就发，并提供 HTTP 下载"),
        ("withdraw", withdraw, "撤回一条通知或警报：文件移到 drafts/，从所有屏幕上拿掉"),
    ):
        one = command(name, run, text)
        add_broker_options(one)
        if name == "serve":
            one.add_argument("--listen", default=DEFAULT_LISTEN, help=f"HTTP 地址，默认 {DEFAULT_LISTEN}")
            for option, text in (("cert", "证书"), ("key", "私钥")):
                one.add_argument(f"--http-{option}", type=Path, help=f"HTTP 服务器的{text}：写了就只说 https")
            one.add_argument("--monitors", action="append", default=[], metavar="ADDRESS", help=MONITORS_HELP)
            fleet_commands.add_database_option(one)
            one.add_argument("--authority", type=Path, help="证书机构的文件夹，默认 FOLDER/authority；没有就不登记新屏")
        if name == "withdraw":
            one.add_argument("id", metavar="ID", help="通知的编号，即文件名去掉 .yaml")
    places_command = command("places", places, "列出所有地点")
    places_command.add_argument("--tree", action="store_true", help="画成树")
    trust_command = command("trust", trust, "在钥匙串里加上另一个发布者（用根密钥签名）")
    trust_command.add_argument("public", type=Path, metavar="PUBLIC", help="对方的 keys/<代号>.pub 文件")
    trust_command.add_argument("--scope", required=True, help="可以发到哪些地点及其以下，逗号分隔")
    trust_command.add_argument("--may", default="content,alerts", help="可以发什么，默认 content,alerts")
    trust_command.add_argument("--replace", action="store_true", help="对方换了钥匙：用新的代替旧的")
    alert_commands.register(command)
    alarm_commands.register(command)
    fleet_commands.register(command, revoked)
    admission_commands.register(command)
    broker_command = command("broker", broker, "在本机起一个试用的 broker（只听 127.0.0.1）")
    broker_command.add_argument("--port", type=int, choices=range(1, 65536), default=1883, metavar="1–65535")
    broker_command.add_argument("--keep", type=Path, help="保留消息存在哪个文件夹")
    return top


def init(options: argparse.Namespace) -> int:
    made = create(options.folder)
    for name in made:
        print(f"新建 {options.folder / name}")
    if not made:
        print(f"{options.folder} 已经齐全，什么也没有改")
    else:
        print(f"下一步：python -m content check {options.folder}")
        print("请把 keys/root.pem 另存到安全的地方（例如锁起来的 U 盘）：它决定屏幕相信谁。")
    return 0


def check(options: argparse.Namespace) -> int:
    if options.folder.name == "village.yaml":
        options.folder = options.folder.parent
    found = scan(options.folder)
    problems = [*found.problems, *keyring_problems(options.folder, found.village)]
    if found.village:
        problems += read_roster(options.folder, found.village.places)[1]
    unseen = ""
    if found.village:
        now = options.at or datetime.now(UTC)
        if now.tzinfo is None:
            raise FolderError(f"--at {now.isoformat()} 没有时区，请写成 {now.isoformat()}+08:00")
        problems += [*findings_of(found.village, found.lines, now), *missing_secrets(options.folder, found)]
        if not options.quick:
            more, unseen = pictures(found, now, tuple(options.size))
            problems += more
    return report(found.village, sorted(problems), unseen, options)


def pictures(found: Scan, now: datetime, sizes: tuple[str, ...]) -> tuple[list[Problem], str]:
    """What is wrong with the pictures; and what could not be looked at, and why."""
    from content.gates.barcode import can_read
    from content.gates.proof import NotProved, proved  # draws: loads pygame

    os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")
    assert found.village  # noqa: S101 -- the caller has looked
    try:
        problems = proved(found.village, found.lines, found.media, now, sizes, progress)
    except NotProved as error:
        return [], str(error)
    finally:
        progress("", 0, 0)
    missing = "没有安装 zxing-cpp，没有试扫二维码；请安装：pip install 'convenience-windows[central]'"
    return problems, "" if can_read() else missing


def progress(what: str, done: int, of: int) -> None:
    """One line on a terminal, written over and over; nothing elsewhere."""
    if sys.stderr.isatty():
        print(f"\r\033[K{what} {done + 1}/{of}" if of else "\r\033[K", end="", file=sys.stderr, flush=True)


def report(village: Village | None, problems: list[Problem], unseen: str, options: argparse.Namespace) -> int:
    """Print what was found; the exit status."""
    warned = [one for one in problems if one.severity is Severity.WARNING]
    wrong = len(problems) - len(warned)
    if options.json:
        counts = {"errors": wrong, "warnings": len(warned)}
        told = {"problems": problems, "unseen": unseen, **counts}
        print(msgspec.json.format(msgspec.json.encode(told), indent=2).decode())
    else:
        for one in problems:
            print(f"{one}  （提醒）" if one.severity is Severity.WARNING else one)
        if unseen:
            print(unseen)
        if village:
            print(
                f"{len(village.notices)} 条通知、{len(village.alerts)} 条警报、{len(village.places)} 个地点可以发布；"
                f"{wrong} 处错误，{len(warned)} 处提醒"
            )
    return 1 if wrong or (options.strict and warned) else 0


def publish(options: argparse.Namespace) -> int:
    publisher = make_publisher(options)
    sent = publisher.publish_once()
    for problem in publisher.health.problems:
        print(problem, file=sys.stderr)
    print(f"broker 上共 {publisher.health.topics} 个地点主题，本次更新 {sent} 个")
    return 1 if publisher.health.problems else 0


def serve(options: argparse.Namespace) -> int:
    from content.alarms.http import AlarmInterface  # only this command pays for loading these
    from content.fleet.service import Fleet
    from content.http import HttpServer, application
    from content.monitoring import monitoring_routes, network

    logging.getLogger().setLevel(logging.INFO)
    logging.getLogger("uvicorn").setLevel(logging.WARNING)
    host, _, port = options.listen.rpartition(":")
    if not port.isdigit() or not 0 <= int(port) < 65536:
        raise FolderError(f"--listen {options.listen!r} 应写成 主机:端口，例如 {DEFAULT_LISTEN}")
    if (options.http_cert is None) != (options.http_key is None):
        raise FolderError("--http-cert、--http-key 要么都写，要么都不写")
    monitors = [network(one) for one in options.monitors]
    options.broker = options.broker or DEFAULT_BROKER  # what it is started with, not what it was
    hold_signals()
    no_thread_dies_alone()
    publisher = make_publisher(options)
    leave_for_commands(options)
    stop_on_signals(publisher.stop)
    address, credentials = broker_of(options)
    fleet = Fleet(options.folder, options.database, publisher, address, credentials, partial(revoked, options))
    alarms = AlarmInterface(options.folder, SystemClock())
    routes, metrics = [*fleet.routes, *alarms.routes()], [*fleet.metrics, alarms.metrics]
    authority = authority_of(options)
    if options.authority or authority.is_dir():
        enrolment = enrolment_of(options.folder, authority)
        routes, metrics = [*routes, *enrolment.routes()], [*metrics, enrolment.metrics]
    routes += monitoring_routes(publisher.health, metrics, fleet.health, monitors)
    app = application(publisher, options.folder / "keyring.json", routes)
    tls = (options.http_cert, options.http_key) if options.http_cert else None
    with fleet, HttpServer(app, host.strip("[]") or "127.0.0.1", int(port), tls) as server:
        said = "HTTPS" if tls else "HTTP"
        print(f"正在发布 {options.folder} → {options.broker}；{said} 端口 {server.port}；Ctrl-C 停止", flush=True)
        publisher.serve()
    return 0


def authority_of(options: argparse.Namespace) -> Path:
    """The folder of the authority, whether there is one or not."""
    folder: Path | None = options.authority
    return folder or options.folder / "authority"


def revoked(options: argparse.Namespace) -> frozenset[str]:
    """The screens that the authority has shut out by now."""
    from content.admission.authority import revoked_screens

    return revoked_screens(authority_of(options))


def enrolment_of(folder: Path, authority: Path) -> "EnrolmentInterface":
    """The doors for screens without a certificate; only where there is an authority."""
    from content.admission.authority import Authority
    from content.admission.desk import EnrolmentDesk
    from content.admission.http import EnrolmentInterface

    return EnrolmentInterface(EnrolmentDesk(folder, Authority.load(authority)), SystemClock())


def withdraw(options: argparse.Namespace) -> int:
    path = find(options.folder, options.id)
    broker_of(options)  # before anything is moved
    (options.folder / "drafts").mkdir(exist_ok=True)
    target = options.folder / "drafts" / path.name
    if target.exists():
        raise FolderError(f"{target} 已经存在；请先改名或删除它")
    shutil.move(path, target)
    print(f"{path} → {target}")
    try:
        publisher = make_publisher(options)
    except FolderInUse:
        print("serve 正在运行，马上会从所有屏幕上撤下")
        return 0
    try:
        publisher.publish_once()
    except WindowError as error:
        raise FolderError(
            f"文件已移走，但还没有发布：{error}\n稍后运行 python -m content publish {options.folder}"
        ) from error
    print("已从 broker 撤下")
    return 0


def places(options: argparse.Namespace) -> int:
    found = scan(options.folder)
    if found.village is None:
        raise FolderError("\n".join(str(problem) for problem in found.problems))
    lines = tree_lines(found.village) if options.tree else path_lines(found.village)
    print("\n".join(lines))
    return 0


def path_lines(village: Village) -> list[str]:
    return [f"{place.path}  {place.name}" for place in village.places.values()]


def tree_lines(village: Village) -> list[str]:
    """The tree with its lines drawn."""
    paths = list(village.places)
    children: dict[str, list[str]] = {}
    for path in paths:
        children.setdefault(path.rpartition("/")[0], []).append(path)
    lines: list[str] = []

    def draw(path: str, before: str, last: bool) -> None:
        place = village.places[path]
        top = depth(path) == 1
        lines.append(("" if top else before + ("└─ " if last else "├─ ")) + f"{place.name}  {path.rpartition('/')[2]}")
        below = children.get(path, [])
        for child in below:
            draw(child, "" if top else before + ("   " if last else "│  "), child == below[-1])

    for root in children.get("", []):
        draw(root, "", last=True)
    return lines


def trust(options: argparse.Namespace) -> int:
    path = options.folder / "keyring.json"
    if not path.is_file():
        raise FolderError(f"{path}: 还没有钥匙串；先运行 python -m content init {options.folder}")
    keyring = verify_keyring(path.read_bytes(), None)
    try:
        half = parse(options.public.read_bytes(), PublicHalf)
    except Refused as error:
        raise FolderError(f"{options.public}: 不是 .pub 文件；请向对方要他的 keys/<代号>.pub") from error
    known = keyring.publisher(half.id)
    if known is not None and half.keyid not in known.keys and not options.replace:
        raise FolderError(f"钥匙串里的 {half.id} 用的是另一把钥匙；确认对方真的换了钥匙，再加 --replace")
    scope = tuple(check_path(one.strip()) for one in options.scope.split(","))
    powers = tuple(one.strip() for one in options.may.split(","))
    unknown = set(powers) - {"content", "alerts", "assignment", "command"}
    if unknown:
        raise FolderError(f"--may 里不认识 {'、'.join(sorted(unknown))}；可用：content、alerts、assignment、command")
    after = with_publisher(keyring, half, scope, powers)
    if half.id == read_village(options.folder).publisher and not is_more(known, half, scope, powers):
        raise FolderError(
            f"{half.id} 就是本文件夹的发布者，只能给它加权；两个文件夹代号相同时，请对方改 publisher 后重新 init"
        )
    if after == keyring:
        print("钥匙串里已经是这样，没有改")
        return 0
    message = Key.load(options.folder / "keys" / "root.pem").sign(encode(after))
    verify_keyring(message, keyring)  # with another root key, no screen would believe it
    write_atomic(path, message)
    print(f"{half.name}（{half.id}）现在可以向 {options.scope} 发布 {options.may}；钥匙串第 {after.version} 版")
    return 0


def is_more(known: Publisher | None, half: PublicHalf, scope: tuple[str, ...], may: tuple[str, ...]) -> bool:
    """The same key as before, with nothing taken from it?"""
    return (
        known is not None
        and half.keyid in known.keys
        and set(known.may) <= set(may)
        and all(any(is_within(place, one) for one in scope) for place in known.scope)
    )


def broker(options: argparse.Namespace) -> int:
    with LocalBroker(options.port, options.keep) as running:
        hold_signals()  # not earlier: the broker would inherit it
        print(f"broker 在 {running.url}；Ctrl-C 停止", flush=True)
        while not signalled_within(1.0):
            if not running.running:
                raise BrokerError("broker 自己停了；请看它的日志")
    return 0


if __name__ == "__main__":
    sys.exit(main())
