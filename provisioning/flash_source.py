"""An image file as a stream of its bytes, whether it is compressed or not, and what is known of it before it is read.

The size comes from the file, its block map or the frame's header; an .xz file is read through once. The one door to
zstandard and lzma. The file is compared with the checksum beside it (NAME.sha256 or SHA256SUMS) where there is one.
"""

import hashlib
import lzma
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

import zstandard
from msgspec import Struct

from content.errors import WindowError
from provisioning import mbr
from provisioning.disks import amount
from provisioning.flash_bmap import Bmap, parse

ZSTD, XZ = b"\x28\xb5\x2f\xfd", b"\xfd7zXZ\x00"
OTHERS = {b"PK\x03\x04": "zip", b"\x1f\x8b": "gzip", b"7z\xbc\xaf": "7z"}
HEAD = 1024
CHUNK = 4 * 2**20

Progress = Callable[[str, int, int], None]
"""Told now and then: what is being done, how many bytes of how many."""


class BadImage(WindowError):
    """An image file that must not be written to a card."""


class Source(Struct, frozen=True, kw_only=True):
    """An image: its file, its size once decompressed, where its first partition begins, and its map if there is one."""

    path: Path
    size: int
    boot_offset: int
    bmap: Bmap | None = None


def quiet(_what: str, _done: int, _total: int) -> None:
    """A progress that nobody looks at."""


def inspect(path: Path, progress: Progress = quiet) -> Source:
    """What can be known of the image at `path`. Raises BadImage, BadMap, NotACard, OSError."""
    with path.open("rb") as file:
        start = file.read(HEAD)
    other = next((kind for magic, kind in OTHERS.items() if start.startswith(magic)), None)
    if other:
        raise BadImage(f"{path}：这是 {other} 文件；请先解压，得到 .img、.img.zst 或 .img.xz")
    check_sum(path, progress)
    bmap = map_beside(path)
    size = bmap.size if bmap else size_of(path, start, progress)
    with stream(path) as image:
        sector = exactly(image, mbr.SECTOR, path)
    boot = mbr.boot_partition(sector, str(path))
    if max(one.start for one in mbr.partitions(sector, str(path))) > size:
        raise BadImage(f"{path}：比它的分区表短，没有下载完整；请重新下载")
    return Source(path=path, size=size, boot_offset=boot.start, bmap=bmap)


def map_beside(path: Path) -> Bmap | None:
    """NAME.bmap, or NAME without its compression .bmap."""
    names = (path.with_name(path.name + ".bmap"), path.with_suffix(".bmap"))
    there = next((name for name in names if name.is_file()), None)
    return parse(there.read_bytes(), str(there)) if there else None


def size_of(path: Path, start: bytes, progress: Progress) -> int:
    """Bytes of the image once decompressed. An .xz file is read to its end; a .zst must say it in its header."""
    if start.startswith(XZ):
        with stream(path) as image:
            total = 0
            while piece := image.read(CHUNK):
                total += len(piece)
                progress("量镜像的大小", total, 0)
        return total
    if start.startswith(ZSTD):
        size = zstandard.frame_content_size(start)
        if size < 0:
            raise BadImage(f"{path}：没有写明解压后的大小；请把同名的 .bmap 文件放在它旁边")
        return size
    return path.stat().st_size


def check_sum(path: Path, progress: Progress = quiet) -> None:
    """Compare the file with the checksum beside it, if any. Raises BadImage."""
    wanted = sum_beside(path)
    if wanted is None:
        return
    digest, done, total = hashlib.sha256(), 0, path.stat().st_size
    with path.open("rb") as file:
        while piece := file.read(CHUNK):
            digest.update(piece)
            done += len(piece)
            progress("核对镜像文件", done, total)
    if digest.hexdigest() != wanted:
        raise BadImage(f"{path}：与旁边的校验和不符，没有下载完整或被改过；请重新下载")


def sum_beside(path: Path) -> str | None:
    """The SHA-256 of `path` in NAME.sha256 or SHA256SUMS, lines like `DIGEST  NAME`."""
    for listed in (path.with_name(path.name + ".sha256"), path.with_name("SHA256SUMS")):
        if listed.is_file():
            for line in listed.read_text(errors="replace").splitlines():
                digest, _, name = line.strip().partition(" ")
                if name.strip().lstrip("*") in (path.name, "") and len(digest) == hashlib.sha256().digest_size * 2:
                    return digest.lower()
    return None


@contextmanager
def stream(path: Path) -> Iterator[BinaryIO]:
    """The image's bytes from the first on. Damage met while reading is a BadImage."""
    with path.open("rb") as file:
        start = file.read(len(XZ))
        file.seek(0)
        opened: BinaryIO = file
        if start.startswith(XZ):
            opened = cast(BinaryIO, lzma.LZMAFile(file))  # noqa: SIM115 -- `file` is what must be closed
        elif start.startswith(ZSTD):
            opened = cast(BinaryIO, zstandard.ZstdDecompressor().stream_reader(file, read_across_frames=True))
        try:
            yield opened
        except (EOFError, lzma.LZMAError, zstandard.ZstdError) as error:
            raise BadImage(f"{path}：解压出错（{error}），没有下载完整；请重新下载") from error


def exactly(image: BinaryIO, count: int, path: Path) -> bytes:
    """The next `count` bytes. Raises BadImage where the stream ends before."""
    pieces, missing = [], count
    while missing:
        piece = image.read(missing)
        if not piece:
            raise BadImage(f"{path}：内容到一半就没有了（少 {amount(missing)} 以上），没有下载完整；请重新下载")
        pieces.append(piece)
        missing -= len(piece)
    return b"".join(pieces)
