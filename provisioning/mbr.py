"""Where the partitions of a card lie, from the first 512 bytes of it (MBR). Rules: bytes in, numbers out."""

import struct

from msgspec import Struct

from content.errors import WindowError

SECTOR = 512
TABLE, ENTRY, ENTRIES = 446, 16, 4
FAT_TYPES = frozenset((0x0B, 0x0C, 0x06, 0x0E))
"""FAT32 and FAT16, by CHS and by LBA."""


class NotACard(WindowError):
    """These bytes are no image of a card of ours."""


class Partition(Struct, frozen=True):
    """One of the four, `number` from 1; start and size in bytes."""

    number: int
    kind: int
    start: int
    size: int

    @property
    def end(self) -> int:
        """The first byte after it."""
        return self.start + self.size


def partitions(sector: bytes, what: str) -> list[Partition]:
    """The partitions in use. Raises NotACard, naming `what`."""
    if len(sector) < SECTOR or sector[510:512] != b"\x55\xaa":
        raise NotACard(f"{what}：开头没有分区表，不是 SD 卡的镜像；请检查文件是否选对、是否下载完整")
    found = []
    for number in range(1, ENTRIES + 1):
        kind, start, count = struct.unpack_from("<4xB3xII", sector, TABLE + (number - 1) * ENTRY)
        if kind and count:
            found.append(Partition(number, kind, start * SECTOR, count * SECTOR))
    return found


def boot_partition(sector: bytes, what: str) -> Partition:
    """The first partition, which Windows shows and which holds the card's settings. Raises NotACard."""
    first = next((one for one in partitions(sector, what) if one.number == 1), None)
    if first is None or first.kind not in FAT_TYPES:
        raise NotACard(f"{what}：第一个分区不是 FAT，不是便民视窗的镜像")
    return first
