"""A card in a reader, as bytes at offsets: past the page cache, so that what is read back came from the card.

The one place that opens a disk for writing, and only one that nothing else uses (O_EXCL). What the kernel says about
a card that is torn out or broken becomes words for the person at the reader.
"""

import contextlib
import errno
import fcntl
import mmap
import os
import stat
import struct
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

from content.errors import WindowError
from provisioning.disks import amount
from provisioning.mbr import SECTOR

BUFFER = 4 * 2**20
"""Bytes in one go; a page-aligned buffer, as O_DIRECT demands."""
BLKDISCARD, BLKFLSBUF = 0x1277, 0x1261
"""linux/fs.h"""
WHY = {
    errno.EBUSY: "有别的程序正在用它；请关掉文件管理器里的这张卡，再试一次",
    errno.EACCES: "没有权限；请在命令前加 sudo",
    errno.EPERM: "没有权限；请在命令前加 sudo",
    errno.EROFS: "它是只读的；SD 卡套侧面有个小锁，请拨到另一头",
    errno.ENOENT: "它不见了；请把卡重新插好",
    errno.ENODEV: "它不见了；请把卡重新插好",
    errno.ENXIO: "它不见了；请把卡重新插好",
    errno.ENOMEDIUM: "读卡器里没有卡；请把卡重新插好",
    errno.ENOSPC: "它装不下；卡的容量可能是假的，请换一张卡",
}
TORN = "卡松了、被拔掉了，或者坏了；请重新插好再烧一次，还不行就换一张卡"

Answer = TypeVar("Answer")


class FlashFailed(WindowError):
    """A card that was not written, or not written rightly. It must not be used."""


class Device:
    """A disk, or a plain file that stands for one, open for us alone until the end of `with`."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._block = stat.S_ISBLK(self._asked("打开", path.stat).st_mode)
        self._fd = self._asked("打开", self._open)
        self._buffer = mmap.mmap(-1, BUFFER)
        self.size = self._asked("打开", lambda: os.lseek(self._fd, 0, os.SEEK_END))

    def _open(self) -> int:
        flags = os.O_RDWR | os.O_CLOEXEC | (os.O_EXCL if self._block else 0)
        try:
            return os.open(self.path, flags | os.O_DIRECT)
        except OSError as error:
            if error.errno != errno.EINVAL:
                raise
        return os.open(self.path, flags)  # a file on a file system without direct I/O, in tests

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        os.close(self._fd)
        self._buffer.close()

    def write(self, offset: int, content: bytes) -> None:
        """Put `content`, at most BUFFER bytes, at `offset`; an odd end is filled up with zeros."""
        count = -(-len(content) // SECTOR) * SECTOR
        self._buffer[:count] = content.ljust(count, b"\0")
        with memoryview(self._buffer) as whole, whole[:count] as part:
            done = self._asked(f"写到 {amount(offset)} 处", lambda: os.pwrite(self._fd, part, offset))
        if done != count:
            raise FlashFailed(f"{self.path}：写到 {amount(offset)} 处：{WHY[errno.ENOSPC]}")

    def read(self, offset: int, count: int) -> bytes:
        """`count` bytes at `offset`, from the card itself; at most BUFFER."""
        whole_sectors = -(-count // SECTOR) * SECTOR
        with memoryview(self._buffer) as whole, whole[:whole_sectors] as part:
            done = self._asked(f"读回 {amount(offset)} 处", lambda: os.preadv(self._fd, [part], offset))
            if done < count:
                raise FlashFailed(f"{self.path}：读回 {amount(offset)} 处：后面没有了；{WHY[errno.ENOSPC]}")
            return bytes(part[:count])

    def discard(self) -> None:
        """Let the card forget all that was on it, where the reader can: nothing of an earlier village stays."""
        if self._block:
            with contextlib.suppress(OSError):
                fcntl.ioctl(self._fd, BLKDISCARD, struct.pack("QQ", 0, self.size))

    def flush(self) -> None:
        """Everything is on the card, and nothing of it is kept in memory."""
        self._asked("写完", lambda: os.fsync(self._fd))
        if self._block:
            self._asked("写完", lambda: fcntl.ioctl(self._fd, BLKFLSBUF, 0))
        os.posix_fadvise(self._fd, 0, 0, os.POSIX_FADV_DONTNEED)

    def _asked(self, what: str, call: Callable[[], Answer]) -> Answer:
        """What the kernel answers; its refusal in words."""
        try:
            return call()
        except OSError as error:
            raise FlashFailed(f"{self.path}：{what}：{WHY.get(error.errno or 0, TORN)}（{error.strerror}）") from error
