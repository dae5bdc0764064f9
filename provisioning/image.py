"""The image as a list of named steps, each kept for the same inputs. What each is made of is decided elsewhere.

    native ─▶ debian ─┬─▶ system ────────────────┐
                      └─▶ parts ─┬─▶ initrd ─────┼─▶ card ─▶ packed: files beside each other in the output folder
                                 └─▶ program ─▶ layer

The root is two squashfs files, ours laid over Debian's: a change of our code makes only the small one again.
"""

import contextlib
import hashlib
import os
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec
from msgspec import Struct

from content.files import write_atomic
from provisioning import debian_tree, firmware, program_layer, sbom
from provisioning.card_image import make_card, only, slot_files, window_files
from provisioning.layout import SLOT_A, lay_out, table
from provisioning.mirror import Mirror
from provisioning.program_layer import Release
from provisioning.recipe import Recipe
from provisioning.root_tar import Entry, merge, take
from provisioning.run import feeding, need, run
from provisioning.step import Steps, only_one

SOURCE = Path(__file__).parent.parent
TREE, LINKS = "systemd/screen", "systemd/screen-links.conf"
"""In the source: a picture of the screen's root, and the symbolic links in it."""
PARTS = (
    "boot/vmlinuz-* boot/initrd.img-* usr/lib/linux-image-*/broadcom/*.dtb usr/lib/modules/*/dtb/broadcom/*.dtb "
    "usr/lib/raspi-firmware/bootcode.bin "
    "usr/lib/raspi-firmware/start*.elf usr/lib/raspi-firmware/fixup*.dat usr/share/doc/raspi-firmware/copyright "
    "var/lib/dpkg/status etc/passwd etc/group etc/shadow etc/gshadow"
).split()
SCRIPT = "scripts/window"
MODULES = "usr/lib/modprobe.d/convenience-window.conf"
"""Which modules stay out. In the initrd too: its udev would load the driver of a USB stick before the root is there."""
SQUASHFS = (
    *("-comp", "zstd", "-Xcompression-level", "15", "-b", "256K", "-no-progress", "-noappend", "-quiet"),
    *("-root-mode", "0755", "-root-uid", "0", "-root-gid", "0"),  # without these, everybody may write to /
)
PROGRAMS = "mmdebstrap mkfs.vfat mcopy sfdisk mksquashfs cpio zstd xz bmaptool systemd-sysusers".split()


class Order(Struct, frozen=True, kw_only=True):
    """What is to be built, and where."""

    recipe: Recipe
    mirror: Mirror
    version: str
    commit: str
    committed: int
    """Seconds since 1970."""
    cache: Path
    out: Path
    fresh: bool = False
    """Ask the archive again, for newer packages."""
    packing: str = "zstd"
    """zstd or xz."""


def build(order: Order, say: Callable[[str], None]) -> Path:
    """Build the image, with its map, list of packages and checksums beside it; the packed image's path."""
    need(*PROGRAMS)
    with only_one(order.cache, say):
        making = Making(order, say)
        debian, native = making.debian()
        origin = Origin(debian)
        parts = making.parts(origin)
        release = Release(order.version, order.commit, max(origin.made, order.committed))
        initrd = making.initrd(origin, parts)
        entries = making.program(release, native, parts)
        roots = making.system(origin), making.layer(entries, release)
        card = making.card(parts, initrd, roots, release)
        packed = making.packed(card, parts, release)
        return deliver(packed, order.out, f"{making.name}.img.{'xz' if order.packing == 'xz' else 'zst'}")


class Origin:
    """Debian's tree that the later steps take from; `made` is the moment of its newest package list."""

    def __init__(self, folder: Path) -> None:
        self.tree = folder / "root.tar"
        self.made = int((folder / "made").read_text())
        self.inputs = {"debian": folder.name, "made": str(self.made), "size": str(self.tree.stat().st_size)}
        """What tells one tree from another, in the inputs of a step."""


class Making:
    """The steps of one build: each method is a step (`debian` two), and gives the folder of its result."""

    def __init__(self, order: Order, say: Callable[[str], None]) -> None:
        self._order, self._recipe = order, order.recipe
        self._layout = lay_out(order.recipe)
        self._steps = Steps(order.cache.resolve(), 9, say)
        self.name = f"convenience-window-{order.version}-{order.recipe.release}-arm64"

    def debian(self) -> tuple[Path, Path]:
        """Debian's tree, and this machine's own programs with which it was made."""
        order, recipe = self._order, self._recipe
        native = self._steps.step(
            "native",
            "本机架构的工具",
            {"release": recipe.release, "packages": " ".join(debian_tree.NATIVE_PACKAGES)},
            lambda to: debian_tree.make_native(order.mirror, recipe, to, debian_tree.NATIVE_PACKAGES),
        )
        archives = order.cache.resolve() / "archives"
        debian = self._steps.step(
            "debian",
            "Debian 软件包（第一次要十几分钟）",
            debian_tree.inputs(recipe),
            lambda to: debian_tree.make_tree(order.mirror, recipe, native, archives, to),
            again=order.fresh,
        )
        return debian, native

    def parts(self, origin: Origin) -> Path:
        """What does not go into the root, or must be read by us."""
        inputs = {**origin.inputs, "parts": "\n".join(PARTS)}
        return self._steps.step("parts", "内核、固件、软件包清单", inputs, lambda to: take_out(origin.tree, to))

    def initrd(self, origin: Origin, parts: Path) -> Path:
        """Debian's initrd with our files."""
        own = {
            SCRIPT: (SOURCE / "provisioning/initramfs/window").read_bytes(),
            MODULES: (SOURCE / TREE / MODULES).read_bytes(),
        }
        inputs: dict[str, str | bytes] = {**origin.inputs, **own}
        return self._steps.step("initrd", "initrd", inputs, lambda to: make_initrd(parts, own, origin.made, to))

    def program(self, release: Release, native: Path, parts: Path) -> Mapping[str, Entry]:
        """Everything of ours on the root; byte-compiled once for the same source."""
        files = program_layer.program_files(SOURCE)
        inputs: dict[str, str | bytes] = {**files, " python": native.name}
        code = self._steps.step(
            "program",
            "我们的程序",
            inputs,
            lambda to: keep(program_layer.compiled(files, debian_tree.python_of(native)), to / "entries"),
        )
        entries = msgspec.msgpack.decode((code / "entries").read_bytes(), type=dict[str, Entry])
        entries |= program_layer.mirrored(SOURCE / TREE)
        entries |= program_layer.links((SOURCE / LINKS).read_text())
        entries |= program_layer.installed(release)
        entries |= program_layer.settled(self._recipe, release, table(self._layout))
        return entries | program_layer.accounts(parts, entries, release.built)

    def system(self, origin: Origin) -> Path:
        """Debian's part of the root."""
        without = self._recipe.leave_out
        return self._steps.step(
            "system",
            "Debian 的只读文件系统（两三分钟）",
            {**origin.inputs, "without": "\n".join(without), "how": " ".join(SQUASHFS)},
            lambda to: make_squashfs(origin.tree, {}, without, origin.made, to / "system.squashfs"),
        )

    def layer(self, entries: Mapping[str, Entry], release: Release) -> Path:
        """Our part of the root."""
        return self._steps.step(
            "layer",
            "我们的只读文件系统",
            {**program_layer.digestible(entries), " how": " ".join(SQUASHFS), " when": str(release.built)},
            lambda to: make_squashfs(None, entries, (), release.built, to / "program.squashfs"),
        )

    def card(self, parts: Path, initrd: Path, roots: tuple[Path, ...], release: Release) -> Path:
        """The whole card, not packed."""
        layout = self._layout
        inputs = {
            "roots": " ".join(root.name for root in roots),
            "initrd": initrd.name,
            "parts": parts.name,
            "table": table(layout),
            "config": firmware.CONFIG,
            "line": firmware.command_line(layout, SLOT_A),
            "autoboot": firmware.AUTOBOOT,
        }
        return self._steps.step(
            "card",
            "分区和镜像",
            inputs,
            lambda to: make_card(
                layout, slot_files(parts, initrd, roots, layout), window_files(parts), release.built, to
            ),
        )

    def packed(self, card: Path, parts: Path, release: Release) -> Path:
        """What is delivered."""
        packing = self._order.packing
        return self._steps.step(
            "packed",
            f"压缩（{packing}）、块图、清单、校验和",
            {"card": card.name, "release": release.commit, "packing": packing, "name": self.name},
            lambda to: pack(card, parts, self.name, release, self._order, to),
        )


def take_out(tree: Path, to: Path) -> None:
    """The files of Debian's tree that do not go into the root, or that we must read."""
    with tree.open("rb") as stream:
        for name, content in take(stream, PARTS):
            (to / name).parent.mkdir(parents=True, exist_ok=True)
            (to / name).write_bytes(content)


def make_initrd(parts: Path, own: Mapping[str, bytes], when: int, to: Path) -> None:
    """Debian's initrd with our files in an archive before it, so that a change of them needs no arm64 program."""
    for name, content in own.items():
        path = to / "own" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    inside = sorted((to / "own").rglob("*"))
    for one in inside:
        os.utime(one, (when, when))
    names = "".join(f"{one.relative_to(to / 'own')}\n" for one in inside).encode()
    packed = run(
        "打包 initrd",
        "cpio",
        "--create",
        "--format=newc",
        "--reproducible",
        "--owner=+0:+0",
        "--quiet",
        feed=names,
        folder=to / "own",
    )
    shutil.rmtree(to / "own")
    (to / "initrd.img").write_bytes(packed + only(parts, "boot/initrd.img-*").read_bytes())


def keep(entries: Mapping[str, Entry], path: Path) -> None:
    """Write the entries for another day."""
    path.write_bytes(msgspec.msgpack.encode(entries))


def make_squashfs(
    debian: Path | None, entries: Mapping[str, Entry], without: tuple[str, ...], when: int, to: Path
) -> None:
    """Debian's tree, or ours, as a squashfs. Every time in it is of the inputs: the same inputs, the same bytes."""
    told = {"SOURCE_DATE_EPOCH": str(when)}
    with (
        debian.open("rb") if debian else contextlib.nullcontext() as stream,
        feeding("压缩文件系统", "mksquashfs", "-", to, "-tar", *SQUASHFS, environment=told) as out,
    ):
        merge(stream, entries, without, when, out)


def pack(card: Path, parts: Path, name: str, release: Release, order: Order, to: Path) -> None:
    """The packed image, its block map, its list of packages, and the checksums of all three and of what is inside."""
    image = card / "card.img"
    status = (parts / "var/lib/dpkg/status").read_text()
    document = sbom.document(
        name, release.version, release.commit, release.moment, order.recipe.release, sbom.packages(status)
    )
    (to / f"{name}.spdx.json").write_bytes(msgspec.json.format(msgspec.json.encode(document), indent=1))
    (to / f"{name}.img.bmap").write_bytes(run("块图", "bmaptool", "--quiet", "create", image))
    if order.packing == "xz":
        packed = to / f"{name}.img.xz"
        with packed.open("wb") as file:
            file.write(run("压缩", "xz", "--threads=0", "--stdout", "-1", image))
    else:
        packed = to / f"{name}.img.zst"
        run("压缩", "zstd", "--quiet", "--threads=0", "-6", image, "-o", packed)
    sums = {one.name: digest(one) for one in sorted(to.iterdir())} | {f"{name}.img": digest(image)}
    (to / "SHA256SUMS").write_text("".join(f"{sums[one]}  {one}\n" for one in sorted(sums)))
    (to / f"{name}.img").symlink_to(image)


def digest(path: Path) -> str:
    """SHA-256 of a file of any size."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def deliver(packed: Path, out: Path, main: str) -> Path:
    """Put the results into the output folder; the packed image's path there. The plain image is a hard link."""
    out.mkdir(parents=True, exist_ok=True)
    for one in packed.iterdir():
        target = out / one.name
        source = one.resolve()
        if target.is_symlink() or target.exists():
            target.unlink()
        if one.name == "SHA256SUMS":
            write_atomic(target, source.read_bytes())
            continue
        try:
            target.hardlink_to(source)
        except OSError:  # another file system
            shutil.copyfile(source, target)
    return out / main
