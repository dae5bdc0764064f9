"""The card as one file: the partition table, and what lies on each partition before the card is somebody's.

No mounts, so that any user can do this. Where a partition lies is decided in layout.py, what the Pi's firmware reads
in firmware.py.
"""

import os
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO

from content.errors import WindowError
from provisioning import firmware
from provisioning.layout import SLOT_A, SLOT_B, WINDOW, Layout, Place, table
from provisioning.run import run

BOARDS = ("bcm2837-rpi-", "bcm2711-rpi-", "bcm2712-")
"""Beginnings of device trees: Zero 2 W and 3, 4, 5."""
COPY_BYTES = 4 * 2**20


def only(folder: Path, pattern: str) -> Path:
    """The one file that the pattern names."""
    found = sorted(folder.glob(pattern))
    if len(found) != 1:
        raise WindowError(f"Debian 的文件里应该正好有一个 {pattern}，现在有 {len(found)} 个；请检查食谱里的内核")
    return found[0]


def slot_files(parts: Path, initrd: Path, roots: tuple[Path, ...], layout: Layout) -> dict[str, Path | bytes]:
    """What a slot holds: name → a file, or bytes."""
    trees = [path for path in sorted(parts.rglob("*.dtb")) if path.name.startswith(BOARDS)]
    lacking = [one for one in BOARDS if not any(path.name.startswith(one) for path in trees)]
    if lacking:
        raise WindowError(f"内核里没有这些板子的设备树：{'、'.join(lacking)}；请检查食谱里的 kernel")
    blobs = sorted((parts / "usr/lib/raspi-firmware").glob("[sf]*"))
    return {
        "config.txt": firmware.CONFIG.encode(),
        "cmdline.txt": firmware.command_line(layout, SLOT_A).encode(),
        "LICENCE.raspi-firmware": parts / "usr/share/doc/raspi-firmware/copyright",
        **{path.name: path for path in (*blobs, *trees)},
        "vmlinuz": only(parts, "boot/vmlinuz-*"),
        "initrd.img": initrd / "initrd.img",
        **{path.name: path for root in roots for path in root.glob("*.squashfs")},
    }


def window_files(parts: Path) -> dict[str, Path | bytes]:
    """What the first partition holds before a card is somebody's."""
    return {
        "autoboot.txt": firmware.AUTOBOOT.encode(),
        "bootcode.bin": parts / "usr/lib/raspi-firmware/bootcode.bin",
    }


def make_card(
    layout: Layout, slot: Mapping[str, Path | bytes], window: Mapping[str, Path | bytes], when: int, to: Path
) -> None:
    """The whole card as card.img, with holes where nothing is. No mounts: any user can do this."""
    card = to / "card.img"
    with card.open("wb") as file:
        file.truncate(layout.size)
    run("写分区表", "sfdisk", "--quiet", "--no-reread", "--no-tell-kernel", card, feed=table(layout).encode())
    for number, files in ((WINDOW, window), (SLOT_A, slot), (SLOT_B, {})):
        place = layout.place(number)
        path = to / f"{place.label}.fat"
        make_fat(place, layout.volume_id(number), files, when, path)
        with path.open("rb") as source, card.open("r+b") as file:
            file.seek(place.start)
            for block in blocks(source):
                if block.strip(b"\0"):
                    file.write(block)
                else:
                    file.seek(len(block), os.SEEK_CUR)
        path.unlink()


def blocks(file: IO[bytes]) -> Iterator[bytes]:
    """The file in pieces."""
    while block := file.read(COPY_BYTES):
        yield block


def make_fat(place: Place, volume: str, files: Mapping[str, Path | bytes], when: int, path: Path) -> None:
    """A FAT32 file system with these files. Their times are the build's."""
    size = sum(one.stat().st_size if isinstance(one, Path) else len(one) for one in files.values())
    if size > place.size * 0.97:
        raise WindowError(
            f"{place.label} 放不下：要 {size // 2**20} MiB，分区是 {place.size // 2**20} MiB；"
            "请在食谱里加大 sizes，或减少软件包"
        )
    with path.open("wb") as file:
        file.truncate(place.size)
    moment = {"SOURCE_DATE_EPOCH": str(when), "TZ": "UTC", "MTOOLSRC": "/dev/null"}
    run("建 FAT", "mkfs.vfat", "-F", "32", "--invariant", "-n", place.label, "-i", volume, path, environment=moment)
    staged = path.with_suffix(".files")
    staged.mkdir()
    for name, one in files.items():
        if isinstance(one, Path):
            shutil.copyfile(one, staged / name)
        else:
            (staged / name).write_bytes(one)
        os.utime(staged / name, (when, when))
    if files:
        run("装 FAT", "mcopy", "-m", "-i", path, *(staged / name for name in files), "::", environment=moment)
    shutil.rmtree(staged)
