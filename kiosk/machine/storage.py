"""The card's last partition: made, grown, checked, repaired, and mounted. Runs once, early in every boot, as root.

`python3 -m kiosk.machine.storage` loads little but the standard library: everything waits for it. What to do is
decided in kiosk.machine.partition. A card that cannot be used at all gives way to memory: the screen then shows what
the broker sends, forgets it at the next boot, and says so (storage.json).
"""

import argparse
import json
import logging
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from kiosk.machine.partition import LABEL, NUMBER, Checked, Entry, NotOurs, Step, Table, Wish, checked, steps, wish

log = logging.getLogger("storage")

SECTOR = 512
"""What sfdisk counts in on our cards, and BLKPG always."""
OPTIONS = "nosuid,nodev,noexec,noatime,errors=remount-ro"
IN_MEMORY = "nosuid,nodev,noexec,mode=0755,size=25%"
CARD_LABEL = Path("/dev/disk/by-label/WINDOW")
STORAGE = "storage.json"
PROGRAM_SECONDS = 60.0
CHECK_SECONDS = 600.0
WIPED_BYTES = 1024 * 1024
"""At the beginning of a new partition: ext4's superblock and group descriptors lie there."""
KEPT_JOURNALS = 2
FIRST_COPY = 32768
"""The block of the superblock's first copy, where blocks have 4096 bytes, as ours have (mke2fs(8))."""
MAKE = ("mkfs.ext4", "-q", "-F", "-b", "4096", "-i", "65536", "-m", "1", "-L", LABEL, "-E", "nodiscard")


class StorageError(Exception):
    """The card cannot be used. Says why, for people."""


def run(*command: str, seconds: float = PROGRAM_SECONDS, words: str = "") -> "subprocess.CompletedProcess[str]":
    """Run a program to its end; its status is the caller's business. Raises StorageError."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=seconds, check=False, input=words)
    except (OSError, subprocess.SubprocessError) as error:
        raise StorageError(f"{command[0]}：{error}") from error
    if done.returncode:
        log.info("%s: %d: %s", " ".join(command), done.returncode, said(done))
    return done


def run_well(*command: str, words: str = "") -> str:
    """The same, of a program that must succeed; what it prints. Raises StorageError."""
    done = run(*command, words=words)
    if done.returncode:
        raise StorageError(f"{command[0]}：{said(done)}")
    return done.stdout


def said(done: "subprocess.CompletedProcess[str]") -> str:
    return " ".join((done.stderr or done.stdout).split())[-200:]


class Card:
    """A disk, by its device file: /dev/mmcblk0, /dev/vda."""

    def __init__(self, device: Path) -> None:
        self.device = device

    @property
    def partition(self) -> Path:
        """The last partition: mmcblk0p4, vda4."""
        middle = "p" if self.device.name[-1].isdigit() else ""
        return self.device.with_name(f"{self.device.name}{middle}{NUMBER}")

    def table(self) -> Table:
        """The partition table as it is on the card. Raises StorageError."""
        size = int(run_well("blockdev", "--getsize64", str(self.device)))
        try:
            found = json.loads(run_well("sfdisk", "--json", str(self.device)))["partitiontable"]
            return Table(found["label"], size, tuple(entry(one) for one in found.get("partitions", ())))
        except (ValueError, KeyError, TypeError) as error:
            raise StorageError(f"分区表读不懂：{error}") from error

    def write(self, wished: Wish) -> None:
        """Put the last partition's entry into the table, one sector; the others stay. Raises StorageError."""
        if wished.made:  # nothing of an earlier life of this card is to be taken for ours
            wipe(self.device, wished.start)
        line = f"start={wished.start // SECTOR}, size={wished.size // SECTOR}, type=83\n"
        quietly = ("--force", "--no-reread", "--no-tell-kernel", "--quiet", "--wipe", "never")
        run_well("sfdisk", *quietly, "-N", str(NUMBER), str(self.device), words=line)
        # The card is in use: the kernel is told of this one partition alone.
        run_well("partx", "--update", "--nr", str(NUMBER), str(self.device))
        if shutil.which("udevadm"):  # the partition's device file has another owner by now
            run("udevadm", "settle", "--timeout=5")

    def kind(self) -> str:
        """What file system blkid finds on the last partition; "" where it finds none. Raises StorageError."""
        done = run("blkid", "--probe", "--match-tag", "TYPE", "--output", "value", str(self.partition))
        if done.returncode not in (0, 2):  # 2: nothing found; 8: several at once
            raise StorageError(f"数据分区读不懂：{said(done)}")
        return done.stdout.strip()


def entry(one: dict[str, object]) -> Entry:
    """A partition as sfdisk tells it."""
    node = str(one["node"])
    digits = node[len(node.rstrip("0123456789")) :]
    return Entry(int(digits), int(str(one["start"])) * SECTOR, int(str(one["size"])) * SECTOR)


def wipe(device: Path, start: int) -> None:
    """Write zeros where the new partition begins. Raises StorageError."""
    try:
        handle = os.open(device, os.O_WRONLY)
        try:
            os.pwrite(handle, bytes(WIPED_BYTES), start)
            os.fsync(handle)
        finally:
            os.close(handle)
    except OSError as error:
        raise StorageError(f"写不了存储卡：{error.strerror}") from error


def nobody_uses(partition: Path) -> None:
    """Raises StorageError where the partition is mounted, say: then nothing must be repaired or formatted."""
    try:
        os.close(os.open(partition, os.O_RDWR | os.O_EXCL))
    except OSError as error:
        raise StorageError(f"{partition.name} 打不开：{error.strerror}") from error


def attempt(step: Step, partition: str) -> bool:
    """Try one step; True where the file system is good after it. Raises StorageError."""
    match step:
        case Step.FORMAT:
            run_well(*MAKE, partition)
            return True
        case Step.CHECK:
            done = run("e2fsck", "-p", partition, seconds=CHECK_SECONDS)
        case Step.REPAIR:
            done = run("e2fsck", "-f", "-y", partition, seconds=CHECK_SECONDS)
        case Step.BACKUP:
            done = run("e2fsck", "-f", "-y", "-b", str(FIRST_COPY), "-B", "4096", partition, seconds=CHECK_SECONDS)
    found = checked(done.returncode)
    if found is Checked.UNKNOWN:
        raise StorageError(f"e2fsck 没有说数据分区好不好：{done.returncode} {said(done)}")
    return found is not Checked.DAMAGED


def mounted_from(point: Path) -> Path | None:
    """The disk of the partition that is mounted there; None where nothing is."""
    found = None
    for line in Path("/proc/self/mountinfo").read_text().splitlines():
        fields = line.split()
        if fields[4] == str(point):
            found = fields[2]
    return disk_of(Path("/sys/dev/block") / found) if found else None


def disk_of(device: Path) -> Path | None:
    """The whole disk's device file, of a partition in /sys; None for what is no partition."""
    here = device.resolve()
    return Path("/dev") / here.parent.name if (here / "partition").exists() else None


def card_of(points: Sequence[Path]) -> Card:
    """The card from which we run. Raises StorageError."""
    for point in points:
        disk = mounted_from(point)
        if disk:
            return Card(disk)
    if CARD_LABEL.exists():
        disk = disk_of(Path("/sys/class/block") / CARD_LABEL.resolve().name)
        if disk:
            return Card(disk)
    raise StorageError("找不到存储卡")


def prepared(card: Card) -> list[str]:
    """Make the last partition good; what had to be done. Raises StorageError and NotOurs."""
    wished = wish(card.table())
    if wished:
        card.write(wished)
    nobody_uses(card.partition)
    done = ["made" if wished.made else "grown"] if wished else []
    for step in steps(card.kind(), made=wished is not None and wished.made):
        if attempt(step, str(card.partition)):
            return done if step is Step.CHECK else [*done, str(step)]
    raise StorageError("数据分区修不好")  # the last step raises by itself


def mount(card: Card, point: Path) -> None:
    """Mount it, and let the file system fill the partition. Raises StorageError."""
    run_well("mount", "-t", "ext4", "-o", OPTIONS, str(card.partition), str(point))
    run("resize2fs", str(card.partition))  # at once where there is nothing to do; else while it is in use


def forget_journals(folder: Path) -> None:
    """journald keeps to its limit within one machine's folder only; a machine that changed its id left another."""
    here = [path for path in folder.glob("*") if path.is_dir()]
    for old in sorted(here, key=lambda path: path.stat().st_mtime, reverse=True)[KEPT_JOURNALS:]:
        shutil.rmtree(old, ignore_errors=True)


def main(arguments: Sequence[str] | None = None) -> int:
    """Prepare and mount; 0 also where it is memory that is mounted."""
    parser = argparse.ArgumentParser(prog="python3 -m kiosk.machine.storage", description="便民视窗：存储卡的数据分区")
    parser.add_argument("--beside", type=Path, action="append", default=[], help="同一张卡上已经挂载的地方；可写多次")
    parser.add_argument("--disk", type=Path, help="直接写明是哪张卡，例如 /dev/mmcblk0")
    parser.add_argument("--mount", type=Path, required=True, help="挂到哪里")
    parser.add_argument("--run", type=Path, required=True, help="内存里的文件夹，写下结果")
    options = parser.parse_args(arguments)
    logging.basicConfig(format="%(message)s", level=logging.INFO)
    if options.mount.is_mount():
        return 0
    where, why, done = "card", "", list[str]()
    try:
        card = Card(options.disk) if options.disk else card_of(options.beside)
        done = prepared(card)
        mount(card, options.mount)
        forget_journals(options.mount / "journal")
    except (StorageError, NotOurs) as error:
        where, why = "memory", str(error)
        log.warning("%s；内容只在内存里", error)
        run("mount", "-t", "tmpfs", "-o", IN_MEMORY, "window-data", str(options.mount))
    options.run.mkdir(parents=True, exist_ok=True)
    (options.run / STORAGE).write_text(json.dumps({"where": where, "why": why, "done": done}, ensure_ascii=False))
    if done:
        log.info("%s: %s", options.mount, ", ".join(done))
    return 0


if __name__ == "__main__":
    sys.exit(main())
