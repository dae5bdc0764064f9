"""Files on the FAT partition of an image or a card, put there and read back with mtools: no mount, no root for files.

Contents travel by standard input and output, so that a private key never lies in a temporary file. Whole files go
over what was there; nothing else on the partition is touched.
"""

import re
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from content.errors import WindowError
from provisioning.run import ProgramFailed, run

SECONDS = 120.0
"""A slow card takes some seconds for its few files; a broken one must not hold the person for ever."""
FREE = re.compile(rb"([\d ]+) bytes free")
CLUSTER = 32 * 2**10
"""The largest cluster that a FAT partition of this size has: what a file may take beyond its bytes."""
TOOL = {"MTOOLS_SKIP_CHECK": "1", "MTOOLSRC": "/dev/null"}


class FatFailed(WindowError):
    """The files could not be put onto the card's first partition, or they are not there as they were put."""


class Fat:
    """The FAT file system that begins at byte `offset` of `path`, an image file or a disk."""

    def __init__(self, path: Path, offset: int) -> None:
        self._path, self._at = path, f"{path}@@{offset}"

    def put(self, files: Mapping[str, bytes]) -> None:
        """Write these files, with the folders in their names. Raises FatFailed, also where there is no room."""
        need = sum(len(content) + CLUSTER for content in files.values())
        free = self.free()
        if need > free:
            raise FatFailed(
                f"{self._path}：第一个分区只剩 {free // 1024} KB，这张卡的文件要 {need // 1024} KB；"
                "请删去卡上多余的文件，或换用新镜像"
            )
        try:
            for folder in folders(files):
                if folder not in self:
                    self._run("建文件夹", "mmd", f"::{folder}")
            for name, content in files.items():
                self._run(f"写入 {name} ", "mcopy", "-D", "o", "-", f"::{name}", feed=content)
        except ProgramFailed as error:
            raise FatFailed(f"{self._path}：{error}\n请把卡重新插好再试；还不行就换一张卡") from error

    def read(self, name: str) -> bytes:
        """The content of the file `name`. Raises FatFailed."""
        try:
            return self._run(f"读 {name} ", "mcopy", f"::{name}", "-")
        except ProgramFailed as error:
            raise FatFailed(f"{self._path}：读不出 {name}（{error}）") from error

    def check(self, files: Mapping[str, bytes]) -> None:
        """Raise FatFailed unless each of these files is there, byte for byte."""
        wrong = [name for name, content in files.items() if name not in self or self.read(name) != content]
        if wrong:
            raise FatFailed(f"{self._path}：写好后读出来不一样：{'、'.join(wrong)}；这张卡坏了，请换一张")

    def __contains__(self, name: str) -> bool:
        """Is there a file or folder of this name?"""
        try:
            self._run(f"找 {name} ", "mdir", "-b", f"::{name}")
        except ProgramFailed:
            return False
        return True

    def free(self) -> int:
        """Bytes that are free. Raises FatFailed where there is no FAT file system."""
        try:
            said = FREE.search(self._run("查看第一个分区", "mdir", "::"))
        except ProgramFailed as error:
            raise FatFailed(f"{self._path}：第一个分区读不出来（{error}）；请重新烧这张卡") from error
        return int(said[1].replace(b" ", b"")) if said else 0

    def _run(self, what: str, tool: str, *names: str, feed: bytes | None = None) -> bytes:
        return run(what, tool, "-i", self._at, *names, feed=feed, environment=TOOL, seconds=SECONDS)


def folders(files: Mapping[str, bytes]) -> list[str]:
    """The folders that these names need, each after the one above it."""
    above = {str(folder) for name in files for folder in PurePosixPath(name).parents if str(folder) != "."}
    return sorted(above, key=lambda folder: (folder.count("/"), folder))
