"""Which disks this machine has, and every reason not to erase one of them.

Rules: what `lsblk` said in, disks and reasons out. Asking it is `provisioning.flash_disk`'s matter. An empty list
of reasons is the only leave to write.
"""

from collections.abc import Iterator
from typing import Any

import msgspec
from msgspec import Struct

from content.errors import WindowError
from provisioning.layout import SMALLEST_DATA

LSBLK = (
    "lsblk --json --bytes --output NAME,PATH,TYPE,SIZE,MODEL,SERIAL,TRAN,RM,HOTPLUG,RO,LABEL,FSTYPE,MOUNTPOINTS"
).split()
SYSTEM_MOUNTS = frozenset(("/", "/boot", "/boot/efi", "/boot/firmware", "/usr", "/var", "/home", "/opt", "[SWAP]"))
"""What a computer runs from. Anything else that is mounted can be taken off first."""
DESKTOP_MOUNTS = ("/media/", "/run/media/")
"""Where desktops mount a card by themselves as soon as it is put in."""
PLUGGED = frozenset(("usb", "mmc"))
USED_BY = frozenset(("crypt", "lvm", "raid0", "raid1", "raid5", "raid6", "raid10", "linear", "mpath", "dm"))
LARGE = 256 * 10**9
"""No screen needs a larger card; a backup disk is."""
LARGEST = 2 * 2**40
"""What an MBR can address (2^32 sectors of 512 bytes)."""


class NoSuchDisk(WindowError):
    """The disk that was named is not there, or is none."""


class Mount(Struct, frozen=True):
    """A partition of a disk, and the folder at which it is mounted."""

    device: str
    at: str


class Disk(Struct, frozen=True, kw_only=True):
    """A whole disk. `size` in bytes, 0 where a reader holds no card."""

    name: str
    path: str
    size: int
    model: str = ""
    bus: str = ""
    labels: tuple[str, ...] = ()
    kind: str = "disk"
    removable: bool = False
    read_only: bool = False
    mounts: tuple[Mount, ...] = ()
    used_by: tuple[str, ...] = ()
    """Mapped devices that are made of it: LVM, RAID, encryption."""


class Leave(Struct, frozen=True):
    """What a person said that they mean to do, against a guard that is on by default."""

    large: bool = False
    fixed: bool = False
    room: int = SMALLEST_DATA


GUARDED = Leave()


def parse(said: bytes) -> list[Disk]:
    """The disks in the answer of LSBLK: real ones and loop devices. Raises NoSuchDisk where it is no such answer."""
    try:
        listed = msgspec.json.decode(said)["blockdevices"]
        return [disk(one) for one in listed if one["type"] in ("disk", "loop") and not one["name"].startswith("zram")]
    except (msgspec.DecodeError, KeyError, TypeError, ValueError) as error:
        raise NoSuchDisk(f"看不懂 lsblk 的回答（{error}）；请更新 util-linux 到 2.37 以上") from None


def disk(one: dict[str, Any]) -> Disk:
    """One entry of lsblk with all that is on it."""
    parts = list(whole(one))
    mounts = [Mount(part["path"], at) for part in parts for at in part.get("mountpoints") or () if at]
    bus = (one["tran"] or "").lower()
    return Disk(
        name=one["name"],
        path=one["path"],
        size=int(one["size"] or 0),
        model=(one["model"] or "").strip(),
        bus=bus,
        labels=tuple(part["label"] for part in parts if part["label"]),
        kind=one["type"],
        removable=bool(one["rm"]) or bool(one["hotplug"]) or bus in PLUGGED,
        read_only=bool(one["ro"]),
        mounts=tuple(mounts),
        used_by=tuple(part["path"] for part in parts if part["type"] in USED_BY),
    )


def whole(one: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """A block device and everything below it."""
    yield one
    for child in one.get("children") or ():
        yield from whole(child)


def find(disks: list[Disk], wanted: str) -> Disk:
    """The disk called `sdb` or `/dev/sdb`. Raises NoSuchDisk with the names that there are."""
    for one in disks:
        if wanted in (one.name, one.path):
            return one
    names = "、".join(one.name for one in disks if one.kind == "disk") or "一个也没有"
    whole_disk = next((one for one in disks if wanted.removeprefix("/dev/").startswith(one.name)), None)
    hint = f"；{wanted} 是分区，要写整个盘 {whole_disk.name}" if whole_disk else ""
    raise NoSuchDisk(f"没有叫 {wanted} 的盘{hint}。现有的盘：{names}；刚插上的卡请等几秒再试")


def reasons(one: Disk, image_size: int, leave: Leave = GUARDED) -> list[str]:
    """Every reason not to erase `one` for an image of `image_size` bytes; none means go."""
    system = [mount for mount in one.mounts if mount.at in SYSTEM_MOUNTS]
    other = [mount for mount in one.mounts if mount.at not in SYSTEM_MOUNTS]
    least = image_size + leave.room
    checks = (
        (bool(system), f"这台电脑正从它运行（{told(system)}）"),
        (bool(other), f"它还挂着（{told(other)}）；请先用 umount 卸下"),
        (bool(one.used_by), f"它是 {'、'.join(one.used_by)} 的一部分"),
        (one.read_only, "它是只读的；SD 卡套侧面有个小锁，请拨到另一头"),
        (not one.size, "读卡器里没有卡"),
        (0 < one.size < least, f"太小：{amount(one.size)}，至少要 {amount(least)}"),
        (one.size > LARGEST, f"太大：{amount(one.size)}，卡的分区表最多管 2 TiB"),
        (
            LARGE < one.size <= LARGEST and not leave.large,
            f"太大：{amount(one.size)}，不像 SD 卡；真要写，请加 --large",
        ),
        (not one.removable and not leave.fixed, "它不是可拔出的盘；真要写，请加 --fixed"),
    )
    return [why for wrong, why in checks if wrong]


def desktop_mounts(one: Disk) -> list[Mount]:
    """Those mounts that a desktop made by itself and that may be taken off: none, if there is any other."""
    ours = [mount for mount in one.mounts if mount.at.startswith(DESKTOP_MOUNTS)]
    return ours if len(ours) == len(one.mounts) else []


def told(mounts: list[Mount]) -> str:
    """Where, in one line."""
    return "、".join(f"{mount.device} 在 {mount.at}" for mount in mounts)


def amount(size: int) -> str:
    """Bytes as they stand on a card: 31.9 GB."""
    for unit, step in (("TB", 10**12), ("GB", 10**9), ("MB", 10**6), ("KB", 10**3)):
        if size >= step:
            return f"{size / step:.3g} {unit}" if size < 1000 * step else f"{size / step:.0f} {unit}"
    return f"{size} B"
