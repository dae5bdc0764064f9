"""Other programs, run for us: the only door to subprocess in provisioning. Never through a shell.

A program that is missing is named with the line that installs it; one that fails is told with what we wanted of it
and its own last words. Nothing that we hand over here may be a secret: arguments can be read by every user.
"""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from content.errors import WindowError

PACKAGE_OF = {
    "arch-test": "arch-test",
    "bmaptool": "bmap-tools",
    "cpio": "cpio",
    "e2fsck": "e2fsprogs",
    "mcopy": "mtools",
    "mdel": "mtools",
    "mdir": "mtools",
    "mkfs.ext4": "e2fsprogs",
    "mkfs.vfat": "dosfstools",
    "mksquashfs": "squashfs-tools",
    "mmdebstrap": "mmdebstrap",
    "mmd": "mtools",
    "mosquitto": "mosquitto",
    "mtype": "mtools",
    "qemu-aarch64-static": "qemu-user-static",
    "setpriv": "util-linux",
    "sfdisk": "fdisk",
    "sqfstar": "squashfs-tools",
    "systemd-sysusers": "systemd",
    "unshare": "util-linux",
    "unsquashfs": "squashfs-tools",
    "xz": "xz-utils",
    "zstd": "zstd",
}
"""Which Debian package a program is in, where that is not its name."""
SBIN = "/usr/local/sbin:/usr/sbin:/sbin"
"""Debian keeps these off the path of users who are not root; mkfs and sfdisk work on files for everybody."""
LAST_WORDS = 12
"""Lines of a program's own that are shown when it fails."""


class ProgramsMissing(WindowError):
    """Programs that this machine lacks, and the line that installs them."""


class ProgramFailed(WindowError):
    """A program ended with an error. Says what we wanted, its status and its last words."""

    def __init__(self, what: str, program: str, why: str, said: str = "") -> None:
        words = "\n".join(f"    {line}" for line in said.strip().splitlines()[-LAST_WORDS:])
        super().__init__(f"{what}没有成功：{program} {why}" + (f"\n{words}" if words else ""))


def find(program: str) -> str | None:
    """The path of `program`, also where only root looks."""
    return shutil.which(program) or shutil.which(program, path=SBIN)


def need(*programs: str) -> None:
    """Raise ProgramsMissing unless all of these are installed."""
    missing = [program for program in programs if find(program) is None]
    if missing:
        packages = sorted({PACKAGE_OF.get(program, program) for program in missing})
        raise ProgramsMissing(
            f"缺少程序：{'、'.join(missing)}。请先安装：\n"
            f"    sudo apt-get install --no-install-recommends {' '.join(packages)}"
        )


def run(
    what: str,
    *command: str | Path,
    feed: bytes | None = None,
    environment: Mapping[str, str] | None = None,
    folder: Path | None = None,
    log: Path | None = None,
    seconds: float | None = None,
) -> bytes:
    """Run `command` to its end; what it printed. Raises ProgramsMissing, ProgramFailed.

    `what` says in Chinese what it is for. `feed` is its standard input, `environment` is added to ours, `log` takes
    everything it says while it runs, `seconds` is the longest that it may take.
    """
    program = found(command)
    spool = log.open("w+b") if log else tempfile.TemporaryFile()  # noqa: SIM115 -- closed below, whichever it is
    with spool:
        try:
            done = subprocess.run(
                program,
                input=b"" if feed is None else feed,
                stdout=spool if log else subprocess.PIPE,
                stderr=subprocess.STDOUT if log else spool,
                env={**os.environ, "LC_ALL": "C.UTF-8", **(environment or {})},
                cwd=folder,
                timeout=seconds,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise ProgramFailed(what, str(command[0]), f"{seconds:.0f} 秒还没有结束", words(spool)) from error
        if done.returncode != 0:
            said = words(spool) or (done.stdout or b"").decode(errors="replace")
            raise ProgramFailed(what, str(command[0]), f"退出码 {done.returncode}", said)
    return done.stdout or b""


@contextmanager
def feeding(what: str, *command: str | Path, environment: Mapping[str, str] | None = None) -> Iterator[IO[bytes]]:
    """The standard input of `command`, for more than memory holds. At the end it must have succeeded."""
    with tempfile.TemporaryFile() as spool:
        process = subprocess.Popen(
            found(command),
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=spool,
            env={**os.environ, "LC_ALL": "C.UTF-8", **(environment or {})},
        )
        assert process.stdin is not None  # noqa: S101 -- asked for above
        broken = False
        try:
            with process.stdin:
                yield process.stdin
        except BrokenPipeError:
            broken = True  # it ended first; its own words say why
        except BaseException:
            process.kill()
            process.wait()
            raise
        if process.wait() != 0 or broken:
            raise ProgramFailed(what, str(command[0]), f"退出码 {process.returncode}", words(spool))


def found(command: tuple[str | Path, ...]) -> list[str]:
    """The command with the program's whole path. Raises ProgramsMissing."""
    name = str(command[0])
    need(name)
    return [find(name) or name, *(str(part) for part in command[1:])]


def words(spool: IO[bytes]) -> str:
    """What a program said there."""
    spool.seek(0)
    return spool.read().decode(errors="replace")
