"""The command of the SD card's image: image. Parses arguments and prints; no state."""

import argparse
import os
from pathlib import Path
from typing import TYPE_CHECKING

from provisioning.command_line import command

if TYPE_CHECKING:
    from collections.abc import Mapping

    from provisioning.command_line import Commands
    from provisioning.mirror import Mirror

HERE = Path(__file__).parent
APT = Path("/etc/apt")


def add(commands: "Commands") -> None:
    """Add the commands of this family."""
    image = command(commands, "image", build_image, "做 SD 卡镜像：Debian 的软件包加上我们的程序")
    image.add_argument("--recipe", type=Path, default=HERE / "recipe.yaml", metavar="FILE", help="食谱")
    image.add_argument("--mirror", metavar="URL", help="Debian 软件源；默认用这台机器 apt 里的那个")
    image.add_argument(
        "--cache",
        type=Path,
        default=cache_in(os.environ, Path.home()),
        metavar="DIR",
        help="各步结果存在哪里；默认 %(default)s",
    )
    image.add_argument("--out", type=Path, default=Path(".image"), metavar="DIR", help="镜像放在哪里")
    image.add_argument("--fresh", action="store_true", help="重新向软件源要最新的软件包（慢）")
    image.add_argument("--packing", choices=("zstd", "xz"), default="zstd", help="压缩格式")


def cache_in(environment: "Mapping[str, str]", home: Path) -> Path:
    """Outside the source, so that another clone on this machine finds it: some 5 GB, safe to delete at any time."""
    return Path(environment.get("XDG_CACHE_HOME") or home / ".cache") / "convenience-windows/image"


def build_image(options: argparse.Namespace) -> int:
    """Build it, and say where it is and how large."""
    from provisioning.image import Order, build
    from provisioning.recipe import read_recipe

    recipe = read_recipe(str(options.recipe), options.recipe.read_bytes())
    version, commit, committed = this_source()
    made = build(
        Order(
            recipe=recipe,
            mirror=chosen_mirror(options.mirror),
            version=version,
            commit=commit,
            committed=committed,
            cache=options.cache,
            out=options.out,
            fresh=options.fresh,
            packing=options.packing,
        ),
        lambda line: print(line, flush=True),
    )
    print(f"镜像：{made}（{made.stat().st_size / 1e6:.0f} MB）；同一个文件夹里有块图、软件包清单和校验和")
    return 0


def chosen_mirror(address: str | None) -> "Mirror":
    """The one that was asked for, or this machine's."""
    from provisioning.mirror import given, mirror_of

    if address:
        return given(address)
    folder = APT / "sources.list.d"
    files = [APT / "sources.list", *(folder.glob("*.list") if folder.is_dir() else ()), *folder.glob("*.sources")]
    return mirror_of({str(path): path.read_text(errors="replace") for path in files if path.is_file()})


def this_source() -> tuple[str, str, int]:
    """(version, commit, its time) of the source that this is. SOURCE_DATE_EPOCH, where it is set, is the time."""
    import tomllib

    from provisioning.run import run

    root = HERE.parent
    version = tomllib.loads((root / "pyproject.toml").read_text())["project"]["version"]
    line = run("读 git", "git", "-C", root, "log", "-1", "--abbrev=12", "--format=%h %ct").decode().split()
    changed = run(
        "读 git", "git", "-C", root, "status", "--porcelain", "--", "kiosk", "content", "systemd", "provisioning"
    )
    commit = line[0] + ("+changes" if changed.strip() else "")
    return version, commit, int(os.environ.get("SOURCE_DATE_EPOCH", line[1]))
