"""Taking a notice back for good: the file goes to recalled/, with who, when and why written under it.

First the copy is on disk, then the original goes: after a power cut in between, the notice is still
published, and `recall` once more finishes it.
"""

import json
from datetime import datetime
from pathlib import Path

from content.errors import FolderError
from content.files import fsync_folder, write_atomic

FOLDER = "recalled"


def move_to_recalled(folder: Path, path: Path, *, by: str, why: str, at: datetime) -> Path:
    """Move the file of a notice or alert; where it is now. Raises FolderError."""
    target_folder = folder / FOLDER
    if not target_folder.is_dir():
        target_folder.mkdir(exist_ok=True)
        fsync_folder(folder)
    try:
        text = path.read_bytes()
    except OSError as error:
        raise FolderError(f"{path}: 读不了（{error.strerror}），没有撤回") from error
    content = text.rstrip() + b"\n" + footer(by, why, at).encode()
    target = free_name(target_folder, path.stem)
    write_atomic(target, content)
    path.unlink()
    fsync_folder(path.parent)
    return target


def footer(by: str, why: str, at: datetime) -> str:
    """The lines below the notice. JSON's strings are YAML's too, and quote everything that could mislead it."""
    quoted = [json.dumps(one, ensure_ascii=False) for one in (by, why)]
    return f"recalled:\n  by: {quoted[0]}\n  at: {at:%Y-%m-%dT%H:%M:%S}\n  why: {quoted[1]}\n"


def free_name(folder: Path, name: str) -> Path:
    """`name`.yaml, or with a number where something of that name was recalled before."""
    target, number = folder / f"{name}.yaml", 2
    while target.exists():
        target, number = folder / f"{name}.{number}.yaml", number + 1
    return target
