"""The commands at the card reader: disks, flash, labels, customise, os-list. Parses arguments and prints; no state."""

import argparse
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from content.errors import WindowError
from provisioning import cards_csv
from provisioning.card_files import with_wifi
from provisioning.cards_csv import Row
from provisioning.command_line import command
from provisioning.disks import Disk, Leave, Mount, amount

if TYPE_CHECKING:
    from provisioning.command_line import Commands

PAPERS = ("a4", "roll")


class Missing(WindowError):
    """An option that is needed with another one, or files that are not there."""


def add(commands: "Commands") -> None:
    """Add the commands of this family."""
    command(commands, "disks", run_disks, "列出磁盘，以及哪些不能写、为什么")
    flash = command(commands, "flash", run_flash, "把镜像写到 SD 卡，读回比较，再放上这块屏的文件")
    flash.add_argument("image", type=Path, help="镜像：.img、.img.zst 或 .img.xz；旁边有 .bmap 就跳过空白处")
    flash.add_argument("--card", type=Path, help="一张卡的文件夹（kiosk.yaml、keyring.json、identity/…）")
    flash.add_argument(
        "--cards", type=Path, help="清单（CSV）：屏编号、地点、位置、无线名称、无线密码；连续烧多张，可以中断后接着烧"
    )
    flash.add_argument("--files", type=Path, help="与 --cards 同用：各屏文件夹所在的文件夹")
    flash.add_argument("--screen", help="与 --cards 同用：只烧清单里的这一块屏，烧过也再烧")
    flash.add_argument("--disk", default="", help="写哪个盘，例如 sdb；还会请您再输入一次确认")
    flash.add_argument("--erase", default="", metavar="DISK", help="给脚本用：写这个盘，不再询问")
    flash.add_argument("--large", action="store_true", help="允许大于 256 GB 的盘")
    flash.add_argument("--fixed", action="store_true", help="允许不可拔出的盘")
    flash.add_argument("--labels", type=Path, help="同时保存标签（PDF）")
    labels = command(commands, "labels", run_labels, "按清单做标签（PDF）")
    labels.add_argument("cards", type=Path, help="清单（CSV）")
    labels.add_argument("--out", type=Path, default=Path("labels.pdf"), help="默认 labels.pdf")
    for one in (flash, labels):
        one.add_argument("--paper", choices=PAPERS, default="a4", help="a4：3×8 张 70×37 mm；roll：60×40 mm 标签机")
        one.add_argument("--page", default="{screen}", help="二维码里的网址，{screen} 换成屏编号；不写就只有屏编号")
        one.add_argument("--skip", type=int, default=0, help="第一页先空出几张（用过一部分的标签纸）")
    made = command(commands, "customise", run_customise, "把一张卡的文件放进镜像文件，给 Raspberry Pi Imager 用")
    made.add_argument("image", type=Path, help="镜像")
    made.add_argument("--card", type=Path, required=True, help="这张卡的文件夹")
    made.add_argument("--out", type=Path, required=True, help="新镜像：.img 或 .img.zst；里面有私钥，用完请删去")
    offered = command(commands, "os-list", run_os_list, "写 Raspberry Pi Imager 的 os_list（JSON）")
    offered.add_argument("image", type=Path, help="镜像")
    offered.add_argument("--url", default="", help="镜像的下载地址；不写就是本机的这个文件")
    offered.add_argument("--out", type=Path, default=Path("os_list.json"), help="默认 os_list.json")
    offered.add_argument("--date", type=date.fromisoformat, help="发布日期，默认今天")


def run_disks(_options: argparse.Namespace) -> int:
    """The table of disks, as for the smallest image."""
    from provisioning.flash_disk import list_disks
    from provisioning.flash_view import print_disks

    print_disks(list_disks(), 0, Leave())
    return 0


class Terminal:
    """The person at this terminal, and the disks of this machine."""

    def __init__(self, image_size: int, leave: Leave) -> None:
        self._size, self._leave = image_size, leave

    def ask(self, question: str) -> str:
        try:
            return input(question).strip()
        except EOFError:
            return "q"

    def tell(self, text: str) -> None:
        print(text)

    def show(self, disks: list[Disk]) -> None:
        from provisioning.flash_view import print_disks

        print_disks(disks, self._size, self._leave)

    def disks(self) -> list[Disk]:
        from provisioning.flash_disk import list_disks

        return list_disks()

    def unmount(self, mounts: list[Mount]) -> None:
        from provisioning.flash_disk import unmount

        unmount(mounts)

    def screen_on(self, disk: Disk) -> str:
        from provisioning.flash_disk import screen_on

        return screen_on(disk)


def run_flash(options: argparse.Namespace) -> int:
    """One card, or those of a list that are not made yet."""
    from provisioning.flash import flash
    from provisioning.flash_bench import choose, cleared, run_list
    from provisioning.flash_record import Made, Record
    from provisioning.flash_source import inspect
    from provisioning.flash_view import bars

    rows, files_of = cards_of(options)  # every mistake of the list first, before anything takes time
    with bars() as progress:
        source = inspect(options.image, progress)
    leave = Leave(large=options.large, fixed=options.fixed)
    bench = Terminal(source.size, leave)

    def make(row: Row, disk: Disk) -> None:
        with bars() as progress:
            times = flash(source, Path(disk.path), files_of(row), progress)
        print(
            f"写入 {amount(times.count)} 用了 {times.write_seconds:.0f} 秒"
            f"（{amount(int(times.count / max(times.write_seconds, 0.01)))}/s），"
            f"读回比较 {times.compare_seconds:.0f} 秒，完全一致"
        )

    def pick(wanted: str, made: frozenset[str]) -> Disk:
        if options.erase:
            return cleared(bench, options.erase, source.size, leave, asked=False)
        return choose(bench, source.size, leave, options.disk or wanted, made)

    if options.labels:
        save_labels(rows, options, options.labels)
    if not options.cards or options.screen:
        make(rows[0], pick("", frozenset()))
        if options.cards:
            Record(record_of(options.cards)).add(Made(rows[0].screen, rows[0].place, datetime.now(UTC), ""))
        print("烧好了，可以拔卡")
        return 0
    left = run_list(bench, rows, Record(record_of(options.cards)), pick, make, lambda: datetime.now(UTC))
    if left:
        print(f"还有 {len(left)} 张没有烧：{'、'.join(row.screen for row in left)}。再运行同一条命令就接着烧")
    else:
        print(f"{len(rows)} 张全部烧好")
    return 1 if left else 0


def record_of(cards: Path) -> Path:
    """Where it is written which cards of a list are made."""
    return cards.with_name(cards.name + ".done.json")


def cards_of(options: argparse.Namespace) -> tuple[list[Row], Callable[[Row], dict[str, bytes]]]:
    """The rows to make, and the files of each. Raises Missing, CardsError."""
    if bool(options.card) == bool(options.cards):
        raise Missing("请写 --card 文件夹（烧一张），或 --cards 清单.csv --files 文件夹（连续烧多张）")
    if options.card:
        files = read_files(options.card)
        return [Row(options.card.name, "")], lambda _row: files
    if options.erase and not options.screen:
        raise Missing("--erase 不等人换卡；与 --cards 同用时要写 --screen，一次烧一张")
    if not options.files:
        raise Missing("--cards 要与 --files 同用：各屏文件夹所在的文件夹")
    rows = cards_csv.parse(options.cards.read_bytes(), str(options.cards))
    if options.screen:
        rows = [row for row in rows if row.screen == options.screen]
        if not rows:
            raise Missing(f"{options.cards}：没有屏 {options.screen}")
    lacking = [row for row in rows if not (options.files / row.screen / "kiosk.yaml").is_file()]
    if lacking:
        told = "{}:{}: {} 里没有 kiosk.yaml；请先登记（enrol {}）"
        problems = [told.format(options.cards, row.line, options.files / row.screen, row.screen) for row in lacking]
        raise cards_csv.CardsError(problems)
    return rows, lambda row: with_wifi(read_files(options.files / row.screen), row)


def read_files(folder: Path) -> dict[str, bytes]:
    """Everything in a card's folder, by its name on the card. Raises Missing."""
    files = {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.name.startswith(".")
    }
    if "kiosk.yaml" not in files:
        raise Missing(f"{folder}：没有 kiosk.yaml，不是一张卡的文件夹；请先登记这块屏（enrol）")
    return files


def run_labels(options: argparse.Namespace) -> int:
    """The labels of a list."""
    rows = cards_csv.parse(options.cards.read_bytes(), str(options.cards))
    save_labels(rows, options, options.out)
    return 0


def save_labels(rows: list[Row], options: argparse.Namespace, out: Path) -> None:
    """Write the PDF and say how to print it."""
    from provisioning.labels import PAPERS, Label, sheet

    labels = [
        Label(row.screen, row.spot or row.place, row.place, options.page.replace("{screen}", row.screen))
        for row in rows
    ]
    out.write_bytes(sheet(labels, PAPERS[options.paper], options.skip))
    print(f"标签在 {out}：{len(labels)} 张；打印时请选“实际大小（100%）”")


def run_customise(options: argparse.Namespace) -> int:
    """An image file with a card's files in it."""
    from provisioning.customise import customise
    from provisioning.flash_source import inspect
    from provisioning.flash_view import bars

    files = read_files(options.card)
    with bars() as progress:
        customise(inspect(options.image, progress), options.out, files, progress)
    print(f"{options.out} 只用于这一块屏，里面有它的私钥：烧好后请删去")
    return 0


def run_os_list(options: argparse.Namespace) -> int:
    """The JSON for Raspberry Pi Imager."""
    from provisioning.flash_source import inspect
    from provisioning.flash_view import bars
    from provisioning.os_list import address_of, os_list

    released = options.date or datetime.now(UTC).date()
    with bars() as progress:
        source = inspect(options.image, progress)
        said = os_list(source, options.url or address_of(options.image), released, progress=progress)
    options.out.write_bytes(said)
    print(f"{options.out}：rpi-imager --repo {address_of(options.out)}")
    return 0
