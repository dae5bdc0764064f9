"""The root file system as a stream: Debian's tar, without what a screen never opens, with our own files over it.

Streams only, no mounts and no root: owners and modes are numbers in the tar. Our files replace Debian's of the same
path; their times are the build's one moment, so that the same inputs give the same bytes.
"""

import contextlib
import io
import re
import tarfile
from collections.abc import Iterable, Iterator, Mapping
from fnmatch import translate
from typing import IO

from msgspec import Struct

FOLDER, FILE, LINK = "folder", "file", "link"


class Entry(Struct, frozen=True):
    """One file of ours. `content` is a file's bytes, `target` where a link points."""

    kind: str = FILE
    content: bytes = b""
    target: str = ""
    mode: int = 0o644
    owner: int = 0
    group: int = 0


def folder(mode: int = 0o755) -> Entry:
    """An empty folder of root's."""
    return Entry(FOLDER, mode=mode)


def link(target: str) -> Entry:
    """A symbolic link."""
    return Entry(LINK, target=target, mode=0o777)


def plain(name: str) -> str:
    """A tar member's path without ./ before it and / after it."""
    return name.removeprefix("./").strip("/")


def left_out(patterns: Iterable[str]) -> re.Pattern[str]:
    """Matches every path that one of the shell patterns names, or that lies below such a path."""
    return re.compile("|".join(f"(?:{translate(one)[:-2]})(?:/.*)?" for one in patterns) or "(?!)", re.DOTALL)


def merge(
    debian: IO[bytes] | None, ours: Mapping[str, Entry], without: Iterable[str], when: int, out: IO[bytes]
) -> None:
    """Write Debian's tree, if there is one, with ours over it. `when` is the time of our files, seconds since 1970."""
    unwanted = left_out(without)
    with (
        tarfile.open(fileobj=debian, mode="r|") if debian else contextlib.nullcontext(()) as old,
        tarfile.open(fileobj=out, mode="w|", format=tarfile.PAX_FORMAT) as new,
    ):
        there = set()
        for member in old:
            path = plain(member.name)
            if unwanted.fullmatch(path) or (path in ours and not (member.isdir() and ours[path].kind == FOLDER)):
                continue
            if member.islnk() and (unwanted.fullmatch(plain(member.linkname)) or plain(member.linkname) in ours):
                raise ValueError(f"{path} is a hard link to {member.linkname}, which is left out")
            there.add(path)
            new.addfile(member, content_of(old, member))
        for path, entry in sorted(with_parents(ours)):
            if not (entry.kind == FOLDER and path in there):
                new.addfile(member_of(path, entry, when), io.BytesIO(entry.content))


def content_of(old: object, member: tarfile.TarInfo) -> IO[bytes] | None:
    """A regular file's bytes."""
    return old.extractfile(member) if isinstance(old, tarfile.TarFile) and member.isreg() else None


def with_parents(ours: Mapping[str, Entry]) -> Iterator[tuple[str, Entry]]:
    """Our files, and the folders that they lie in."""
    parents = {"/".join(path.split("/")[:depth]) for path in ours for depth in range(1, path.count("/") + 1)}
    yield from ((path, folder()) for path in parents - set(ours))
    yield from ours.items()


def member_of(path: str, entry: Entry, when: int) -> tarfile.TarInfo:
    """The head of one of our files."""
    member = tarfile.TarInfo(f"./{path}")
    member.mode, member.uid, member.gid, member.mtime = entry.mode, entry.owner, entry.group, when
    member.type = {FOLDER: tarfile.DIRTYPE, LINK: tarfile.SYMTYPE}.get(entry.kind, tarfile.REGTYPE)
    member.linkname, member.size = entry.target, len(entry.content)
    return member


def take(debian: IO[bytes], patterns: Iterable[str]) -> Iterator[tuple[str, bytes]]:
    """(path, bytes) of the files that one of the patterns names."""
    wanted = left_out(patterns)
    with tarfile.open(fileobj=debian, mode="r|") as old:
        for member in old:
            if member.isreg() and wanted.fullmatch(plain(member.name)):
                content = old.extractfile(member)
                if content is not None:
                    yield plain(member.name), content.read()
