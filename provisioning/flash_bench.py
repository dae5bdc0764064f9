"""The talk at the card reader: which disk, may it be erased, the next card, what is done. Asking and telling are given.

A disk is erased only after a person has typed its name, and never while there is any reason against it.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Protocol

from msgspec import Struct

from content.errors import WindowError
from provisioning.cards_csv import Row
from provisioning.disks import Disk, Leave, Mount, desktop_mounts, find, reasons
from provisioning.flash_record import Made, Record

STOP, SKIP = frozenset(("q", "Q", "退出")), frozenset(("s", "S", "跳过"))


class Refused(WindowError):
    """This disk is not erased. Every reason is told."""


class Stopped(WindowError):
    """The person does not want to go on."""


class Bench(Protocol):
    """What the talk needs of the world."""

    def ask(self, question: str) -> str:
        """The person's answer, without blanks around it."""

    def tell(self, text: str) -> None:
        """A line for the person."""

    def show(self, disks: list[Disk]) -> None:
        """The table of disks."""

    def disks(self) -> list[Disk]:
        """The disks as they are now."""

    def unmount(self, mounts: list[Mount]) -> None:
        """Take them off."""

    def screen_on(self, disk: Disk) -> str:
        """Whose card it is already, or ""."""


class Job(Struct, frozen=True, kw_only=True):
    """One card that is wanted: for which row, and where it stands in the list."""

    row: Row
    number: int = 1
    of: int = 1


def choose(bench: Bench, image_size: int, leave: Leave, wanted: str = "", made: frozenset[str] = frozenset()) -> Disk:
    """The disk that the person has named and that may be erased. Raises Refused, NoSuchDisk, Stopped."""
    if wanted:
        question = f"要擦掉整个 {wanted}。确认请再输入一次它的名称 {wanted}（回车放弃）："
    else:
        bench.show(bench.disks())
        question = "要写哪个盘？输入它的名称（整张卡会被擦掉；回车放弃）："
    typed = bench.ask(question)
    if not typed or (wanted and typed.removeprefix("/dev/") != wanted.removeprefix("/dev/")):
        raise Stopped("没有确认，什么也没有写")
    one = cleared(bench, typed, image_size, leave, asked=True)
    owner = bench.screen_on(one)
    if owner:
        just = "，刚才烧好的，是不是忘了换卡" if owner in made else ""
        if bench.ask(f"这已经是屏 {owner} 的卡{just}。要改烧，请输入 {owner}（回车放弃）：") != owner:
            raise Stopped(f"{owner} 的卡没有动")
    return one


def cleared(bench: Bench, name: str, image_size: int, leave: Leave, *, asked: bool) -> Disk:
    """The disk `name`, if nothing speaks against it. What a desktop mounted is taken off if a person agrees."""
    one = find(bench.disks(), name)
    why = reasons(one, image_size, leave)
    mounts = desktop_mounts(one)
    if (
        asked
        and mounts
        and len(why) == 1
        and bench.ask(f"桌面打开了这张卡（{mounts[0].at}）。卸下它？（回车=好，n=不）：") != "n"
    ):
        bench.unmount(mounts)
        one = find(bench.disks(), name)
        why = reasons(one, image_size, leave)
    if why:
        raise Refused(f"不能擦 {one.path}：" + "".join(f"\n  - {reason}" for reason in why))
    return one


def run_list(
    bench: Bench,
    rows: Sequence[Row],
    record: Record,
    pick: Callable[[str, frozenset[str]], Disk],
    make: Callable[[Row, Disk], None],
    now: Callable[[], datetime],
) -> list[Row]:
    """Make the cards of all rows that have none yet, one after the other; those that are left when the person stops.

    A card that failed is told and tried again with the next one that is put in; nothing but success is recorded.
    """
    left = [row for row in rows if not record.has(row.screen, row.place)]
    done = len(rows) - len(left)
    if done:
        bench.tell(f"{len(rows)} 张里已经烧好 {done} 张，接着烧剩下的 {len(left)} 张")
    disk = ""
    skipped: list[Row] = []
    while left:
        row = left[0]
        which = f"第 {rows.index(row) + 1} 张，共 {len(rows)} 张：{row.screen}  {row.spot or row.place}"
        answer = bench.ask(f"\n{which}\n把卡插进读卡器，按回车（s 跳过这一张，q 停下）：")
        if answer in STOP:
            break
        if answer in SKIP:
            skipped.append(left.pop(0))
            continue
        try:
            chosen = pick(disk, frozenset(record.made))
            disk = chosen.name
            make(row, chosen)
        except WindowError as error:
            bench.tell(f"没有烧成：{error}")
            continue
        record.add(Made(row.screen, row.place, now(), chosen.model or chosen.name))
        bench.tell(f"烧好了：{row.screen}。现在可以拔卡，贴上标签")
        left.pop(0)
    return skipped + left
