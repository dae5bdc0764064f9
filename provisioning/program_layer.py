"""Our own files on the screen: the program, the units and settings, the users, the release's facts.

Reads the source tree and Debian's account files; gives a mapping of paths to entries that `root_tar` lays over
Debian's tree. The program is installed as its wheel would be, byte-compiled: the root is read-only, and a Pi Zero
would compile for seconds at every boot.
"""

import json
import shutil
import tempfile
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path

from msgspec import Struct

from content.errors import WindowError
from provisioning.recipe import Recipe
from provisioning.root_tar import Entry, folder, link
from provisioning.run import run

SITE = "usr/lib/python3/dist-packages"
ACCOUNT_FILES = {"etc/passwd": 0o644, "etc/group": 0o644, "etc/shadow": 0o640, "etc/gshadow": 0o640}
SHADOW_GROUP = 42
"""Debian's fixed number of the group shadow."""
ZRAM = """\
# Swap in compressed memory only: swapping wears a card out. Half of a Zero 2 W's 512 MB holds three times as much.
[zram0]
zram-size = ram / 2
compression-algorithm = zstd
"""


class Release(Struct, frozen=True):
    """Which program this is. `built` in seconds since 1970; also the earliest time that a screen's clock may show."""

    version: str
    commit: str
    built: int

    @property
    def moment(self) -> datetime:
        return datetime.fromtimestamp(self.built, UTC)


def program_files(source: Path) -> dict[str, bytes]:
    """The program: all of kiosk with the splash's drawing, and of content what is no console and no sample.

    Paths as in the source tree.
    """
    found = {}
    for package in ("kiosk", "content"):
        for path in sorted((*(source / package).rglob("*.py"), *(source / package).rglob("*.pgm.gz"))):
            name = path.relative_to(source)
            if not {"console", "sample", "__pycache__"} & set(name.parts):
                found[str(name)] = path.read_bytes()
    return found


def mirrored(tree: Path) -> dict[str, Entry]:
    """A folder that is a picture of the screen's root: files, symbolic links, empty folders; modes 0644 or 0755."""
    found = {}
    for path in sorted(tree.rglob("*")):
        name = str(path.relative_to(tree))
        if path.is_symlink():
            found[name] = link(str(path.readlink()))
        elif path.is_file():
            found[name] = Entry(content=path.read_bytes(), mode=0o755 if path.stat().st_mode & 0o100 else 0o644)
        elif not any(path.iterdir()):
            found[name] = folder()
    return found


def links(configuration: str) -> dict[str, Entry]:
    """The symbolic links that a tmpfiles.d(5) file of nothing else names. Raises WindowError."""
    found = {}
    for line in configuration.splitlines():
        match line.split():
            case []:
                pass
            case ["L+", path, "-", "-", "-", "-", target] if path.startswith("/"):
                found[path.removeprefix("/")] = link(target)
            case [word, *_] if not word.startswith("#"):
                raise WindowError(f"systemd/screen-links.conf：看不懂 {line!r}；应为 L+ /路径 - - - - 目标")
    return found


def settled(recipe: Recipe, release: Release, partition_table: str) -> dict[str, Entry]:
    """What follows from the recipe and the release alone."""
    facts = {
        "version": release.version,
        "built": release.moment.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "commit": release.commit,
        "disk_id": recipe.disk_id,
    }
    return {
        "usr/lib/convenience-window/release.json": Entry(content=json.dumps(facts, indent=1).encode() + b"\n"),
        "usr/lib/convenience-window/partitions": Entry(content=partition_table.encode()),
        # systemd sets a clock that is behind this file's time to it, before anything else runs.
        "usr/lib/clock-epoch": Entry(),
        # Nothing in /etc or /var has to be brought up to date with /usr at the first boot, which here is every boot.
        "etc/.updated": Entry(),
        "var/.updated": Entry(),
        # Empty and read-only: systemd makes one in memory at every boot, so no two screens of one image share it.
        "etc/machine-id": Entry(),
        "etc/hostname": Entry(content=f"{recipe.hostname}\n".encode()),
        "etc/hosts": Entry(
            content=f"127.0.0.1 localhost {recipe.hostname}\n::1 localhost ip6-localhost ip6-loopback\n".encode()
        ),
        "etc/localtime": link(f"/usr/share/zoneinfo/{recipe.timezone}"),
        "etc/timezone": Entry(content=f"{recipe.timezone}\n".encode()),
        "etc/locale.conf": Entry(content=b"LANG=C.UTF-8\n"),
        "etc/default/locale": link("../locale.conf"),
        "usr/lib/systemd/zram-generator.conf": Entry(content=ZRAM.encode()),
        "boot/window": folder(0o700),
        "data": folder(),
    }


def compiled(files: Mapping[str, bytes], python: list[str]) -> dict[str, Entry]:
    """The program where Debian's Python looks, with its byte code made by `python`, which is of the same release.

    `unchecked-hash`: the code is not compared with the source's time, which nothing on a read-only root can change.
    """
    with tempfile.TemporaryDirectory(prefix="window-program-") as scratch:
        site = Path(scratch) / SITE
        for name, content in files.items():
            path = site / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        run(
            "编译程序",
            *python,
            *("-m", "compileall", "-q", "--invalidation-mode", "unchecked-hash", "-s", scratch, "-p", "/", site),
            environment={"PYTHONHASHSEED": "0"},
        )
        return mirrored(Path(scratch))


def installed(release: Release) -> dict[str, Entry]:
    """What `importlib.metadata` and people read of the installed program."""
    head = f"Metadata-Version: 2.1\nName: convenience-windows\nVersion: {release.version}\n"
    place = f"{SITE}/convenience_windows-{release.version}.dist-info"
    return {
        f"{place}/METADATA": Entry(content=head.encode()),
        f"{place}/INSTALLER": Entry(content=b"image\n"),
        f"{place}/top_level.txt": Entry(content=b"content\nkiosk\n"),
    }


def accounts(debian: Path, ours: Mapping[str, Entry], when: int) -> dict[str, Entry]:
    """Debian's account files in `debian`, with the users that our sysusers.d files name. Nobody has a password."""
    with tempfile.TemporaryDirectory(prefix="window-users-") as scratch:
        root = Path(scratch)
        for name in ACCOUNT_FILES:
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(debian / name, root / name)
        configuration = root / "usr/lib/sysusers.d"
        configuration.mkdir(parents=True)
        for number, entry in enumerate(ours_of(ours)):
            (configuration / f"{number}.conf").write_bytes(entry.content)
        run("建用户", "systemd-sysusers", f"--root={root}", environment={"SOURCE_DATE_EPOCH": str(when)})
        made = {
            name: Entry(content=(root / name).read_bytes(), mode=mode, group=SHADOW_GROUP if mode == 0o640 else 0)
            for name, mode in ACCOUNT_FILES.items()
        }
    missing = unmade(made["etc/passwd"].content.decode(), [one.content.decode() for one in ours_of(ours)])
    if missing:  # systemd-sysusers leaves out a line that it does not like, and says that all is well
        raise WindowError(f"没有建成用户 {'、'.join(missing)}；请检查 systemd/screen/usr/lib/sysusers.d")
    shadow = locked(made["etc/shadow"].content.decode())
    return {**made, "etc/shadow": Entry(content=shadow.encode(), mode=0o640, group=SHADOW_GROUP)}


def ours_of(entries: Mapping[str, Entry]) -> list[Entry]:
    """Our files for systemd-sysusers."""
    return [entry for name, entry in sorted(entries.items()) if name.startswith("usr/lib/sysusers.d/")]


def unmade(passwd: str, configurations: Iterable[str]) -> list[str]:
    """The users that the configurations name, where /etc/passwd does not have them with their number."""
    there = {tuple(line.split(":")[index] for index in (0, 2)) for line in passwd.splitlines() if ":" in line}
    wanted = [line.split()[1:3] for text in configurations for line in text.splitlines() if line.startswith("u ")]
    return [name for name, numbers in wanted if (name, numbers.partition(":")[0]) not in there]


def locked(shadow: str) -> str:
    """/etc/shadow with every password, root's too, made impossible, and the date of its making left out."""
    lines = []
    for line in shadow.splitlines():
        name, _, _, *rest = line.split(":")
        lines.append(":".join([name, "!*", "", *rest]))
    return "\n".join(lines) + "\n"


def digestible(entries: Mapping[str, Entry]) -> dict[str, bytes]:
    """Each entry as bytes, to know whether anything has changed."""
    return {
        name: f"{one.kind} {one.mode:o} {one.owner} {one.group} {one.target}\n".encode() + one.content
        for name, one in entries.items()
    }
