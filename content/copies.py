"""Files as they last were good, kept by a publisher: what stands in while a file is broken."""

from pathlib import Path
from typing import TypeVar

import msgspec

from content.decoding import decoded
from content.files import write_atomic

Item = TypeVar("Item")


def remembered(copy: Path, item: Item | None, kind: type[Item]) -> Item | None:
    """`item`, kept for later; without one, what was kept last."""
    if item is not None:
        keep(copy, msgspec.json.encode(item))
        return item
    try:
        return decoded(copy.read_bytes(), kind)
    except (OSError, msgspec.MsgspecError):  # never good, or kept by an older version of ours
        return None


def keep(copy: Path, content: bytes) -> None:
    """Write a copy, unless it is there already."""
    if copy.is_file() and copy.read_bytes() == content:
        return
    copy.parent.mkdir(parents=True, exist_ok=True)
    write_atomic(copy, content, mode=0o600)


def forget_deleted(copies: Path, names: set[str]) -> None:
    """Drop the copies of files that are there no more: deleting a file is how a notice is taken back."""
    for copy in copies.glob("*"):
        if copy.stem not in names:
            copy.unlink()
