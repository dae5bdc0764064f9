"""The command that writes a broker's configuration: broker. Parses arguments and prints; no state."""

import argparse
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from provisioning.authority_commands import add_folders, authority_folder
from provisioning.command_line import command

if TYPE_CHECKING:
    from provisioning.command_line import Commands

AT, DATA = Path("/etc/convenience-window/broker"), Path("/var/lib/convenience-window-broker")
CONNECTIONS, MOST_CONNECTIONS = 10_000, 200_000


def add(commands: "Commands") -> None:
    """Add the commands of this family."""
    one = command(commands, "broker", broker, "写出 broker 的全套配置；再运行一次就是更新")
    which = one.add_mutually_exclusive_group(required=True)
    which.add_argument("--mosquitto", type=Path, metavar="DIR", help="Mosquitto 的，写到这个文件夹")
    which.add_argument("--nats", type=Path, metavar="DIR", help="NATS 的，写到这个文件夹")
    add_folders(one)
    one.add_argument("--at", type=Path, default=AT, metavar="PATH", help=f"在 broker 的机器上放在哪里，默认 {AT}")
    one.add_argument("--data", type=Path, default=DATA, metavar="PATH", help=f"broker 把消息存在哪里，默认 {DATA}")
    one.add_argument(
        "--connections", type=int, default=CONNECTIONS, metavar="N", help=f"最多多少块屏同时连接，默认 {CONNECTIONS}"
    )
    one.add_argument("--lists", action="store_true", help="只重写名单：谁的证书吊销了，NATS 还有谁的有效")
    one.add_argument("--overwrite", action="store_true", help="别人改过的文件也换成新的，原来的留作 .yours")


def broker(options: argparse.Namespace) -> int:
    from content.admission.authority import Authority
    from content.errors import FolderError
    from provisioning.broker_files import plan_of, write_broker, write_lists
    from provisioning.broker_units import MOSQUITTO, NATS
    from provisioning.site import read_site

    if not 1 <= options.connections <= MOST_CONNECTIONS:
        raise FolderError(f"--connections {options.connections}: 应为 1 到 {MOST_CONNECTIONS}")
    kind, folder = (MOSQUITTO, options.mosquitto) if options.mosquitto else (NATS, options.nats)
    authority = Authority.load(authority_folder(options))
    if options.lists:
        write_lists(folder, kind, authority, options.village)
        return 0
    site = read_site(authority.folder)
    plan = plan_of(options.village, authority.folder, site, options.at, options.data, options.connections)
    changed = write_broker(folder, kind, plan, authority, datetime.now(UTC), overwrite=options.overwrite)
    if not changed:
        print(f"{folder}：没有变化")
        return 0
    print(f"写好 {folder}：{'、'.join(changed)}")
    print("server.key 是私钥，只给 broker 的机器。下一步（详见里面的 说明.txt）：")
    if folder.resolve() != options.at:
        print(f"  把 {folder} 整个拷到 broker 的机器上，在那里运行  sudo sh {folder.name}/install.sh")
    else:
        print(f"  sudo sh {folder}/install.sh")
    return 0
