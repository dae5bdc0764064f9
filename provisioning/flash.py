"""One card: write the image, read it back, put the card's own files on, and make it a card only then.

The first sectors, with the partition table, are written last. A card on which anything went wrong before has no
partitions: it cannot start a Pi, and nobody takes it for a good one. The person's leave to erase is asked elsewhere.
"""

import hashlib
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import BinaryIO

from msgspec import Struct

from provisioning.disks import amount
from provisioning.fat import Fat
from provisioning.flash_bmap import Span
from provisioning.flash_device import BUFFER, Device, FlashFailed
from provisioning.flash_source import BadImage, Progress, Source, exactly, quiet, stream

HEAD_BYTES = 4096
"""Written last: the partition table. The first partition begins behind it."""
WIPED_BEHIND = 8 * 2**20
"""Zeroed behind the image: an old file system there must not be taken for this card's."""
WIPED_END = 2**20
"""Zeroed at the card's end: the copy of another partition table (GPT) that may lie there."""


class Written(Struct, frozen=True):
    """What a card was given: which bytes, their SHA-256 in order with zeros for the head, and the head itself."""

    spans: tuple[Span, ...]
    sha256: str
    head: bytes

    @property
    def count(self) -> int:
        """Bytes written."""
        return sum(one.end - one.start for one in self.spans)


class Times(Struct, frozen=True):
    """How long the two long steps took in seconds, and how many bytes each moved."""

    count: int
    write_seconds: float
    compare_seconds: float


def flash(
    source: Source,
    disk: Path,
    files: Mapping[str, bytes],
    progress: Progress = quiet,
    clock: Callable[[], float] = time.monotonic,
) -> Times:
    """Make the card in `disk` from `source`, with `files` on its first partition.

    Returns only when everything was read back and was right. Raises FlashFailed, FatFailed, BadImage.
    """
    if source.boot_offset < HEAD_BYTES:
        raise BadImage(f"{source.path}：第一个分区太靠前，不是便民视窗的镜像")
    began = clock()
    with Device(disk) as device:
        if device.size < source.size:
            raise FlashFailed(f"{disk}：太小：{amount(device.size)}，镜像要 {amount(source.size)}")
        written = write(source, device, progress)
    wrote = clock()
    with Device(disk) as device:
        compare(device, written, progress)
    compared = clock()
    fat = Fat(disk, source.boot_offset)
    fat.put(files)
    with Device(disk) as device:
        device.flush()  # and forget: what mtools reads next comes from the card
    fat.check(files)
    with Device(disk) as device:
        seal(device, written)
    return Times(written.count, wrote - began, compared - wrote)


def write(source: Source, device: Device, progress: Progress = quiet) -> Written:
    """Write all but the head, and zeros where something old could be mistaken for ours."""
    spans = source.bmap.spans if source.bmap else (Span(0, source.size),)
    total, done, head = sum(one.end - one.start for one in spans), 0, bytes(HEAD_BYTES)
    digest = hashlib.sha256()
    device.discard()
    device.write(0, bytes(HEAD_BYTES))
    with stream(source.path) as image:
        position = 0
        for span in spans:
            skip(image, span.start - position, source.path)
            own = hashlib.sha256()
            for offset in range(span.start, span.end, BUFFER):
                piece = exactly(image, min(BUFFER, span.end - offset), source.path)
                own.update(piece)
                if offset == 0:
                    head, piece = piece[:HEAD_BYTES], bytes(min(HEAD_BYTES, len(piece))) + piece[HEAD_BYTES:]
                digest.update(piece)
                device.write(offset, piece)
                done += len(piece)
                progress("写入", done, total)
            if span.sha256 and own.hexdigest() != span.sha256:
                raise BadImage(f"{source.path}：与 .bmap 里的校验和不符，没有下载完整；请重新下载镜像和 .bmap")
            position = span.end
        skip(image, source.size - position, source.path)
        if image.read(1):
            raise BadImage(f"{source.path}：比它说的 {amount(source.size)} 长，文件坏了；请重新下载")
    wipe(device, source.size)
    device.flush()
    return Written(spans, digest.hexdigest(), head)


def skip(image: BinaryIO, count: int, path: Path) -> None:
    """Pass over a hole of the image."""
    while count > 0:
        step = min(count, BUFFER)
        exactly(image, step, path)
        count -= step


def wipe(device: Device, end: int) -> None:
    """Zeros behind the image, and at the very end of the card."""
    start = -(-end // HEAD_BYTES) * HEAD_BYTES
    last = device.size // HEAD_BYTES * HEAD_BYTES
    for first, behind in ((start, min(start + WIPED_BEHIND, last)), (max(start, last - WIPED_END), last)):
        for offset in range(first, behind, BUFFER):
            device.write(offset, bytes(min(BUFFER, behind - offset)))


def compare(device: Device, written: Written, progress: Progress = quiet) -> None:
    """Read everything back from the card. Raises FlashFailed unless it is what was written."""
    digest, done = hashlib.sha256(), 0
    for span in written.spans:
        for offset in range(span.start, span.end, BUFFER):
            piece = device.read(offset, min(BUFFER, span.end - offset))
            digest.update(piece)
            done += len(piece)
            progress("读回比较", done, written.count)
    if digest.hexdigest() != written.sha256:
        raise FlashFailed(f"{device.path}：读回来的和写进去的不一样；这张卡坏了或容量是假的，请换一张卡")


def seal(device: Device, written: Written) -> None:
    """Write the head: from now on it is a card."""
    device.write(0, written.head)
    device.flush()
    if device.read(0, HEAD_BYTES) != written.head:
        raise FlashFailed(f"{device.path}：分区表没有写上；这张卡坏了，请换一张卡")
