"""Debian's part of the image, the slow one: packages unpacked and configured for arm64 on this machine.

mmdebstrap does the work. Where this machine is no arm64 itself, maintainer scripts run emulated, and the heavy programs
among them as this machine's own (debian/native-in): measured 4 times faster than all of it emulated.
"""

import os
import platform
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from pathlib import Path
from urllib.request import urlopen

from content.errors import WindowError
from provisioning.mirror import Mirror, archives, release_date, sources_list
from provisioning.recipe import Recipe
from provisioning.run import need, run

HOOKS = Path(__file__).parent / "debian"
NATIVE_PACKAGES = (
    "dash bash sed grep mawk findutils gzip tar dpkg perl-base coreutils diffutils libc6 "
    "python3-minimal libpython3-stdlib"
).split()
QEMU_PACKAGES = ("qemu-system-arm", "qemu-system-data", "ipxe-qemu")
LEFT_PACKED = (
    "/usr/share/doc/* /usr/share/man/* /usr/share/info/* /usr/share/locale/* /usr/share/lintian/* /usr/share/bug/* "
    "/etc/kernel/postinst.d/z50-raspi-firmware /etc/initramfs/post-update.d/z50-raspi-firmware"
).split()
UNPACKED = ("/usr/share/doc/*/copyright", "/usr/share/locale/locale.alias")
"""Licences go with what they cover."""
BINFMT = Path("/proc/sys/fs/binfmt_misc")
EMULATOR = Path("/usr/lib/binfmt.d/qemu-aarch64.conf")
FETCH_SECONDS = 60.0


class CannotEmulate(WindowError):
    """This machine cannot run arm64 programs."""


def inputs(recipe: Recipe) -> Mapping[str, str | bytes]:
    """All that decides what is built, but the archive's own state on that day: see `--fresh`."""
    hooks = {f"hook {path.name}": path.read_bytes() for path in sorted(HOOKS.iterdir())}
    return {
        "packages": "\n".join(recipe.include),
        "suites": "\n".join(recipe.suites),
        "options": "\n".join((*LEFT_PACKED, *UNPACKED)),
        **hooks,
    }


def archive_date(mirror: Mirror, recipe: Recipe) -> int:
    """When the newest of the suites was published, seconds since 1970: the moment of all that the build makes."""
    moments = []
    for address, suite in archives(mirror, recipe):
        place = f"{address}/dists/{suite}/InRelease"
        try:
            with urlopen(place, timeout=FETCH_SECONDS) as answer:  # noqa: S310 -- checked by mirror.given, or apt's own
                date = release_date(answer.read(65536).decode(errors="replace"))
        except OSError as error:
            raise WindowError(f"读不了软件源 {place}：{error}；请检查网络，或用 --mirror 换一个") from error
        if date:
            moments.append(int(parsedate_to_datetime(date).timestamp()))
    if not moments:
        raise WindowError(f"{mirror.main} 不像 Debian 的软件源：没有 Release 日期")
    return max(moments)


def foreign() -> bool:
    """Must arm64 be emulated here?"""
    return platform.machine() not in ("aarch64", "arm64")


def can_emulate() -> None:
    """Let the kernel hand arm64 programs to qemu. Raises CannotEmulate."""
    if not foreign() or (BINFMT / "qemu-aarch64").exists():
        return
    need("qemu-aarch64-static")
    if os.geteuid() != 0:
        raise CannotEmulate("内核还不会运行 arm64 程序。请运行：sudo systemctl restart systemd-binfmt")
    if not (BINFMT / "register").exists():
        run("挂载 binfmt_misc", "mount", "-t", "binfmt_misc", "binfmt_misc", BINFMT)
    (BINFMT / "register").write_text(EMULATOR.read_text())


def make_native(mirror: Mirror, recipe: Recipe, folder: Path, packages: list[str] | tuple[str, ...]) -> None:
    """This machine's own builds of some packages of that release, unpacked only, into `folder`/tree."""
    sources = folder / "sources.list"
    sources.write_text(sources_list(mirror, recipe))
    run(
        "解开本机架构的软件包",
        *("mmdebstrap", f"--mode={mode()}", "--variant=extract", f"--include={','.join(packages)}"),
        *(recipe.release, folder / "tree", sources),
        log=folder / "log",
    )


def make_tree(mirror: Mirror, recipe: Recipe, native: Path, archives_folder: Path, folder: Path) -> None:
    """Debian's whole tree as `folder`/root.tar, and `folder`/made, the moment that its files are of at the latest."""
    need("arch-test")
    can_emulate()
    when = archive_date(mirror, recipe)
    archives_folder.mkdir(parents=True, exist_ok=True)
    sources, scratch = folder / "sources.list", folder / "scratch"
    sources.write_text(sources_list(mirror, recipe))
    scratch.mkdir()
    run(
        "安装 Debian 软件包",
        *(*alone(), "mmdebstrap", f"--mode={mode()}", "--arch=arm64", "--variant=essential", "--format=tar"),
        *("--aptopt=Apt::Install-Recommends false", "--aptopt=Acquire::Languages none"),
        *(f"--dpkgopt=path-exclude={path}" for path in LEFT_PACKED),
        *(f"--dpkgopt=path-include={path}" for path in UNPACKED),
        "--dpkgopt=force-unsafe-io",
        *hooks(archives_folder),
        *(f"--include={','.join(recipe.include)}", "--verbose", recipe.release, folder / "root.tar", sources),
        environment={
            "SOURCE_DATE_EPOCH": str(when),
            "NATIVE": str(native / "tree"),
            "MODULES": str(HOOKS / "modules"),
            "TMPDIR": str(scratch),
        },
        log=folder / "log",
    )
    scratch.rmdir()
    sources.unlink()
    (folder / "made").write_text(f"{when}\n")


def mode() -> str:
    """Root builds in a mount name space of its own; anybody else in a user name space."""
    return "root" if os.geteuid() == 0 else "unshare"


def alone() -> list[str]:
    """Before a command of root's: what a broken build leaves mounted or running is gone with its name spaces.

    They end with us, even where we are killed.
    """
    if os.geteuid() != 0:
        return []
    return "setpriv --pdeathsig KILL unshare --mount --propagation private --pid --mount-proc --kill-child".split()


def hooks(archives_folder: Path) -> list[str]:
    """mmdebstrap's hooks in their order. Downloaded packages are kept from build to build."""
    kept = "/var/cache/apt/archives"
    quick = foreign() and os.geteuid() == 0
    return [
        *("--skip=download/empty", "--skip=essential/unlink", "--skip=cleanup/apt/cache"),
        f'--setup-hook=mkdir -p "$1"{kept}',
        f"--setup-hook=sync-in {archives_folder} {kept}",
        f"--setup-hook={HOOKS / 'no-firmware'}",
        *([f"--essential-hook={HOOKS / 'native-in'}", f"--customize-hook={HOOKS / 'native-out'}"] if quick else []),
        f"--customize-hook={HOOKS / 'initrd'}",
        f'--customize-hook=rm -rf "$1"{kept}/lock "$1"{kept}/partial',
        f"--customize-hook=sync-out {kept} {archives_folder}",
        f'--customize-hook=rm -f "$1"{kept}/*.deb "$1"/var/cache/apt/*.bin',
    ]


def python_of(native: Path) -> list[str]:
    """The command that runs the release's own Python from the unpacked tree, without a chroot."""
    return ["env", f"PYTHONHOME={native / 'tree/usr'}", *program_of(native, "usr/bin/python3")]


def program_of(native: Path, path: str) -> list[str]:
    """The command that runs a program of the unpacked tree with that tree's own loader and libraries."""
    tree = native / "tree"
    libraries = next((tree / "usr/lib").glob("*/libc.so.6")).parent
    loader = next(libraries.glob("ld-linux-*.so.*"))
    return [str(loader), "--library-path", str(libraries), str((tree / path).resolve())]
