"""The named steps of a build, each done once for the same inputs. Owns the cache folder.

A step's result is a folder named by the step and a digest of everything that it is made of. It is made under another
name and renamed when whole, so a build that is cut off leaves nothing that looks finished.
"""

import fcntl
import hashlib
import os
import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

KEPT = 3
"""Results of one step that are kept: today's, and those of the branches that one goes back and forth between."""


def digest_of(inputs: Mapping[str, str | bytes]) -> str:
    """The name of a result, 16 hexadecimal digits: equal for equal inputs, whatever their order."""
    total = hashlib.sha256()
    for name in sorted(inputs):
        value = inputs[name]
        content = value.encode() if isinstance(value, str) else value
        total.update(f"{name}\0{len(content)}\0".encode() + content)
    return total.hexdigest()[:16]


def kept(cache: Path, name: str, inputs: Mapping[str, str | bytes]) -> bool:
    """Has that step been done for these inputs?"""
    return (cache / f"{name}-{digest_of(inputs)}").is_dir()


@contextmanager
def only_one(cache: Path, say: Callable[[str], None]) -> Iterator[None]:
    """One build at a time in a cache, which several clones share; another one is waited for. Ends with the process."""
    cache.mkdir(parents=True, exist_ok=True)
    with (cache / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say(f"另一个构建正在用 {cache}，等它完成 …")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


class Steps:
    """A build that tells its progress to `say`."""

    def __init__(self, cache: Path, total: int, say: Callable[[str], None]) -> None:
        self._cache, self._total, self._say = cache, total, say
        self._number = 0
        cache.mkdir(parents=True, exist_ok=True)

    def step(
        self,
        name: str,
        title: str,
        inputs: Mapping[str, str | bytes],
        make: Callable[[Path], None],
        *,
        again: bool = False,
    ) -> Path:
        """The folder that `make` fills from these inputs: made now, or kept from before unless `again`."""
        self._number += 1
        head = f"[{self._number}/{self._total}] {title}"
        folder = self._cache / f"{name}-{digest_of(inputs)}"
        if folder.is_dir() and not again:
            os.utime(folder)
            self._say(f"{head}：没有变化，用上次的")
            return folder
        self._say(f"{head} …")
        begun = time.monotonic()
        unfinished = self._cache / f".{folder.name}.unfinished"
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir()
        make(unfinished)
        shutil.rmtree(folder, ignore_errors=True)
        unfinished.rename(folder)
        self._say(f"{head}：{time.monotonic() - begun:.0f} 秒")
        self._sweep(name)
        return folder

    def _sweep(self, name: str) -> None:
        """Remove the oldest results of this step."""
        results = [one for one in self._cache.glob(f"{name}-*") if len(one.name) == len(name) + 17]
        for old in sorted(results, key=lambda one: one.stat().st_mtime, reverse=True)[KEPT:]:
            shutil.rmtree(old, ignore_errors=True)
