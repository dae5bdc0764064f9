"""The disks of this machine, asked of lsblk; taking a card off the desktop; whose card it is already."""

import re
from pathlib import Path

from provisioning.disks import LSBLK, Disk, Mount, parse
from provisioning.fat import Fat, FatFailed
from provisioning.mbr import SECTOR, NotACard, boot_partition
from provisioning.run import run

SCREEN = re.compile(rb"^screen:\s*['\"]?([a-z0-9-]+)", re.MULTILINE)
SECONDS = 30.0


def list_disks() -> list[Disk]:
    """Every disk and loop device, as they are now."""
    return parse(run("列出磁盘", *LSBLK, seconds=SECONDS))


def unmount(mounts: list[Mount]) -> None:
    """Take these off. Raises ProgramFailed where a program still has a file open there."""
    for one in mounts:
        run(f"卸下 {one.device} ", "umount", one.at, seconds=SECONDS)


def screen_on(disk: Disk) -> str:
    """The screen whose card this is already, or ""."""
    try:
        with Path(disk.path).open("rb") as file:
            offset = boot_partition(file.read(SECTOR), disk.path).start
        found = SCREEN.search(Fat(Path(disk.path), offset).read("kiosk.yaml"))
        return found[1].decode() if found else ""
    except (OSError, NotACard, FatFailed):
        return ""  # whatever it was: it is going to be erased
