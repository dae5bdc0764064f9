"""What to do about the card's last partition, which holds all that a screen keeps. Pure.

The first three are the flashing's and the updates'; never is anything written to their entries. A partition with a
file system that is healthy, or can be repaired, is never formatted; nor is one that is not ours.
"""

from enum import StrEnum

from msgspec import Struct

NUMBER = 4
ALIGNMENT = 4 * 1024 * 1024
"""Bytes: partitions begin at a multiple, as cards come from the factory (SD specification: allocation units)."""
LEAST_BYTES = 64 * 1024 * 1024
"""A cache below this is of no use."""
WORTH_GROWING = 16 * 1024 * 1024
"""Bytes at the end of the card that are left alone."""
SPARE = 1024 * 1024
LABEL = "WINDOW-DATA"


class Entry(Struct, frozen=True):
    """A partition, in bytes."""

    number: int
    start: int
    size: int

    @property
    def end(self) -> int:
        return self.start + self.size


class Table(Struct, frozen=True):
    """A card's partition table. `label` is the kind: dos or gpt."""

    label: str
    card_bytes: int
    entries: tuple[Entry, ...]

    def entry(self, number: int) -> Entry | None:
        return next((one for one in self.entries if one.number == number), None)


class Wish(Struct, frozen=True):
    """The entry that the last partition is to have. `made`: there was none before, so nothing can be lost."""

    start: int
    size: int
    made: bool


class NotOurs(ValueError):
    """A card that is not laid out as ours: nothing is written to it. Says why, for people."""


def wish(table: Table) -> Wish | None:
    """What to write into the table; None where it is right as it is. Raises NotOurs."""
    if table.label != "dos":
        raise NotOurs(f"分区表是 {table.label or '空的'}，不是本项目的存储卡")
    others = [one for one in table.entries if one.number != NUMBER]
    if not others or any(one.number > NUMBER for one in others):
        raise NotOurs("分区和本项目的存储卡不一样")
    end = table.card_bytes - SPARE
    first_free = -(-max(one.end for one in others) // ALIGNMENT) * ALIGNMENT
    here = table.entry(NUMBER)
    if here is None:
        if end - first_free < LEAST_BYTES:
            raise NotOurs(f"存储卡太小，放不下数据分区：还剩 {max(0, end - first_free) // 2**20} MB")
        return Wish(first_free, whole(end - first_free), made=True)
    if here.start < max(one.end for one in others):
        raise NotOurs("数据分区和别的分区重叠")
    if end - here.end < WORTH_GROWING:
        return None
    return Wish(here.start, whole(end - here.start), made=False)


def whole(size: int) -> int:
    """`size` rounded down to whole mebibytes."""
    return size // 2**20 * 2**20


class Checked(StrEnum):
    """What e2fsck's exit status means (e2fsck(8), "EXIT CODE")."""

    GOOD = "good"
    REPAIRED = "repaired"
    DAMAGED = "damaged"
    UNKNOWN = "unknown"
    """It has not said: killed, called wrongly, not working. No reason to format."""


def checked(status: int) -> Checked:
    """0: no errors; 1: corrected; 2: corrected, restart, which only a mounted root needs; 4: left; 8: not readable."""
    if status == 0:
        return Checked.GOOD
    if status in (1, 2, 3):
        return Checked.REPAIRED
    return Checked.DAMAGED if 0 < status < 16 else Checked.UNKNOWN


class Step(StrEnum):
    """What to do next about the file system."""

    CHECK = "check"
    """Replay the journal, and repair what is safe to repair."""
    REPAIR = "repair"
    """Repair everything, by whatever is lost."""
    BACKUP = "backup"
    """The same by a copy of the superblock."""
    FORMAT = "format"


def steps(kind: str, *, made: bool) -> tuple[Step, ...]:
    """What to try, one after the other, until one leaves the file system good. Raises NotOurs.

    `kind` is what blkid finds on the partition; empty where it finds nothing. `made`: we have just made the
    partition, so what blkid finds there is of a card's earlier life.
    """
    if made:
        return (Step.FORMAT,)
    if kind == "ext4":
        return (Step.CHECK, Step.REPAIR, Step.BACKUP, Step.FORMAT)
    if kind == "":  # a copy of the superblock may be of a card's earlier life: what is lost comes again by itself
        return (Step.FORMAT,)
    raise NotOurs(f"数据分区里是 {kind}，不是本项目的存储卡")
