"""A small image laid out as the real one, and files that stand for a card. For the tests of flashing."""

import hashlib
import random
import shutil
import subprocess
from pathlib import Path

MIB = 2**20
SIZE = 12 * MIB
LAYOUT = """label: dos
start=2048, size=8192, type=c
start=10240, size=6144, type=c
start=16384, size=6144, type=c
"""
"""4 MiB from 1 MiB on, 3 MiB, 3 MiB, and 1 MiB behind, in sectors of 512 bytes."""
PARTS = (("WINDOW", MIB, 4 * MIB), ("SLOT-A", 5 * MIB, 3 * MIB), ("SLOT-B", 8 * MIB, 3 * MIB))
MISSING = next((tool for tool in ("sfdisk", "mkfs.vfat", "mcopy", "zstd", "xz") if not shutil.which(tool)), "")
"""A tool that these tests need and this machine has not; they say so and are left out."""


def run(*command: str | Path, feed: bytes = b"") -> None:
    subprocess.run(command, input=feed, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


def make_image(folder: Path) -> Path:
    """A raw image with three FAT partitions and something to read in the second."""
    image = folder / "window.img"
    with image.open("wb") as file:
        file.truncate(SIZE)
    run("sfdisk", "-q", image, feed=LAYOUT.encode())
    for label, start, size in PARTS:
        part = folder / label
        with part.open("wb") as file:
            file.truncate(size)
        run("mkfs.vfat", "-n", label, part)
        if label == "SLOT-A":
            run("mcopy", "-i", part, "-", "::kernel8.img", feed=random.Random(5).randbytes(MIB))  # noqa: S311
        with image.open("r+b") as file:
            file.seek(start)
            file.write(part.read_bytes())
        part.unlink()
    return image


def compressed(image: Path, tool: str) -> Path:
    """`image` as .zst or .xz beside it, as people make them; made once."""
    packed = image.with_name(f"{image.name}.{'zst' if tool == 'zstd' else 'xz'}")
    if not packed.exists():
        run(tool, "-1", "-q", "-k", image)
    return packed


def bmap_of(image: Path, block: int = 4096) -> bytes:
    """The block map of `image`: every block that holds something, with digests."""
    content = image.read_bytes()
    full = [bool(content[at : at + block].strip(b"\0")) for at in range(0, len(content), block)]
    ranges, first = [], None
    for number, used in enumerate([*full, False]):
        if used and first is None:
            first = number
        elif not used and first is not None:
            digest = hashlib.sha256(content[first * block : number * block]).hexdigest()
            ranges.append(f'<Range chksum="{digest}"> {first}-{number - 1} </Range>')
            first = None
    return (
        f'<?xml version="1.0" ?>\n<bmap version="2.0"><ImageSize> {len(content)} </ImageSize>'
        f"<BlockSize> {block} </BlockSize><BlocksCount> {len(full)} </BlocksCount>"
        f"<ChecksumType> sha256 </ChecksumType><BlockMap>{''.join(ranges)}</BlockMap></bmap>"
    ).encode()


def make_card(path: Path, size: int = 24 * MIB) -> Path:
    """A file that stands for a card, full of what was on it before."""
    path.write_bytes(b"\xa5" * size)
    return path
