"""recipe.yaml: what the image is made of. Rules: the file's bytes in, a checked Recipe or every mistake out."""

import re
from typing import Any

from msgspec import Struct

from content.document import Document, read
from content.errors import WindowError

NAME = re.compile(r"[a-z0-9][a-z0-9+.-]+")
SUITE = re.compile(r"[a-z][a-z-]*")
HOSTNAME = re.compile(r"[a-z0-9]([a-z0-9-]{0,62})")
DISK_ID = re.compile(r"[0-9a-f]{8}")
ZONE = re.compile(r"[A-Za-z]+(/[A-Za-z_+0-9-]+)*")
SMALLEST_FAT32_MIB = 40
"""FAT32 needs 65,525 clusters; below this mkfs.vfat would have to make FAT16."""
LARGEST_MIB = 4096


class Sizes(Struct, frozen=True, kw_only=True):
    """Of partitions, in MiB."""

    window: int = 128
    slot: int = 768


class Recipe(Struct, frozen=True, kw_only=True):
    """recipe.yaml, checked."""

    release: str
    """Debian's name of the release."""
    kernel: str
    """The suite that the kernel comes from."""
    packages: tuple[str, ...]
    hostname: str = "window"
    timezone: str = "Asia/Shanghai"
    disk_id: str = "57494e44"
    """The MBR's signature, eight hexadecimal digits."""
    sizes: Sizes = Sizes()
    leave_out: tuple[str, ...] = ()
    """Patterns of paths that are not put into the root file system."""

    @property
    def include(self) -> tuple[str, ...]:
        """The packages as mmdebstrap is told them: the kernel with its suite."""
        foreign = self.kernel != self.release
        kernels = {name: f"{name}/{self.kernel}" for name in self.packages if name.startswith("linux-image-")}
        return tuple(kernels.get(name, name) if foreign else name for name in self.packages)

    @property
    def suites(self) -> tuple[str, ...]:
        """Of the main archive; the security archive has `RELEASE-security`."""
        foreign = (self.kernel,) if self.kernel != self.release else ()
        return (self.release, f"{self.release}-updates", *foreign)


class BadRecipe(WindowError):
    """A recipe that cannot be built; one line for each mistake."""


def read_recipe(file: str, text: bytes) -> Recipe:
    """The recipe in `text`. Raises BadRecipe with every mistake and its line."""
    document = read(file, text, Recipe)
    if document.value is not None:
        check(document, document.value)
    if document.problems or document.value is None:
        raise BadRecipe("\n".join(str(problem) for problem in document.problems))
    return document.value


def check(document: Document[Recipe], recipe: Recipe) -> None:
    """Note what a type cannot say."""
    for name, pattern, instead in (
        ("release", SUITE, "Debian 的代号，例如 trixie"),
        ("kernel", SUITE, "Debian 的代号，例如 trixie 或 trixie-backports"),
        ("hostname", HOSTNAME, "小写字母、数字和 -"),
        ("disk_id", DISK_ID, "八位十六进制数，小写"),
        ("timezone", ZONE, "例如 Asia/Shanghai"),
    ):
        value: Any = getattr(recipe, name)
        if value and not pattern.fullmatch(value):
            document.report((name,), f"{name!r} 不能是 {value!r}", instead)
    for position, package in enumerate(recipe.packages):
        if not NAME.fullmatch(package):
            document.report(("packages", position), f"没有叫 {package!r} 的软件包", "软件包名是小写字母、数字、+ - .")
    twice = sorted({name for name in recipe.packages if recipe.packages.count(name) > 1})
    if twice:
        document.report(("packages",), f"写了两次：{'、'.join(twice)}", "只留一个")
    if recipe.packages and not any(name.startswith("linux-image-") for name in recipe.packages):
        document.report(("packages",), "没有内核", "加上 linux-image-arm64")
    for name in ("window", "slot"):
        size = getattr(recipe.sizes, name)
        if not SMALLEST_FAT32_MIB <= size <= LARGEST_MIB:
            document.report(("sizes", name), f"{size} MiB 不行", f"{SMALLEST_FAT32_MIB} 到 {LARGEST_MIB}")
