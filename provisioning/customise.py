"""An image file with one card's files in it, for Raspberry Pi Imager and other programs that only write images.

The result holds the screen's private key: it is made with mode 0600, is for one card only, and is thrown away after.
"""

import errno
import os
from collections.abc import Mapping
from pathlib import Path

import zstandard

from provisioning.fat import Fat
from provisioning.flash_source import BadImage, Progress, Source, exactly, quiet, stream

CHUNK = 4 * 2**20
LEVEL = 3
"""Of zstd: it is written once and read once."""


def customise(source: Source, out: Path, files: Mapping[str, bytes], progress: Progress = quiet) -> None:
    """Write `out` (.img or .img.zst): the image with `files` on its first partition, read back.

    Raises BadImage, FatFailed, FileExistsError. A failure leaves nothing behind.
    """
    if out.suffix not in (".img", ".zst"):
        raise BadImage(f"{out}：新镜像的名称要以 .img 或 .img.zst 结尾")
    raw = out if out.suffix == ".img" else out.with_suffix(".unpacked")
    for path in (out, raw):
        if path.exists():  # somebody's, not to be removed below
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(path))
    try:
        unpack(source, raw, progress)
        fat = Fat(raw, source.boot_offset)
        fat.put(files)
        fat.check(files)
        if raw != out:
            pack(raw, out, source.size, progress)
    except BaseException:
        out.unlink(missing_ok=True)
        raise
    finally:
        if raw != out:
            raw.unlink(missing_ok=True)


def private(path: Path) -> int:
    """A new file for its owner alone. Raises FileExistsError."""
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)


def unpack(source: Source, raw: Path, progress: Progress) -> None:
    """The image's bytes into a file with holes where there are zeros."""
    with os.fdopen(private(raw), "wb") as file, stream(source.path) as image:
        for start in range(0, source.size, CHUNK):
            piece = exactly(image, min(CHUNK, source.size - start), source.path)
            if piece.strip(b"\0"):
                file.seek(start)
                file.write(piece)
            progress("展开镜像", start + len(piece), source.size)
        if image.read(1):
            raise BadImage(f"{source.path}：比它说的长，文件坏了；请重新下载")
        file.truncate(source.size)


def pack(raw: Path, out: Path, size: int, progress: Progress) -> None:
    """Compress, with the size in the header."""
    with os.fdopen(private(out), "wb") as file, raw.open("rb") as image:
        packer = zstandard.ZstdCompressor(level=LEVEL, threads=-1)
        with packer.stream_writer(file, size=size, closefd=False) as packed:
            done = 0
            while piece := image.read(CHUNK):
                packed.write(piece)
                done += len(piece)
                progress("压缩镜像", done, size)
        file.flush()
        os.fsync(file.fileno())
