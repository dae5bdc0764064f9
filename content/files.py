"""Files that survive a power cut, and digests of bytes. The one place that writes state."""

import contextlib
import hashlib
import os
import tempfile
from pathlib import Path

TEMPORARY_PREFIX = ".tmp-"


def sha256_hex(content: bytes) -> str:
    """The name of a blob: its SHA-256 in lower-case hexadecimal, 64 characters."""
    return hashlib.sha256(content).hexdigest()


def write_atomic(path: Path, content: bytes, *, mode: int = 0o644) -> None:
    """Replace `path` so that a power cut leaves the old bytes or the new, never a mix.

    The order is what makes it true: bytes on disk, then the name, then the folder.
    Raises OSError (a full disk, say); `path` is then as it was and nothing is left behind.
    """
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=TEMPORARY_PREFIX)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fchmod(file.fileno(), mode)  # mkstemp made it 0600; the player is another user
            os.fsync(file.fileno())
        os.replace(temporary, path)  # noqa: PTH105 -- beside the os calls whose order is the point
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(temporary)  # noqa: PTH108
        raise
    fsync_folder(path.parent)


def fsync_folder(folder: Path) -> None:
    """Make the names in `folder` survive a power cut."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def remove_temporary_files(folder: Path) -> None:
    """Sweep away what a power cut in the middle of `write_atomic` left behind."""
    for leftover in folder.glob(f"{TEMPORARY_PREFIX}*"):
        leftover.unlink(missing_ok=True)


def same_bytes(path: Path, content: bytes) -> bool:
    """Does the file hold exactly that?"""
    try:
        return path.read_bytes() == content
    except OSError:
        return False
