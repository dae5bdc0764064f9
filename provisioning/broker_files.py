"""Writing a broker's folder: everything gathered from the village and its authority, and nobody's work overwritten.

What was written is remembered by digest in the folder itself. A file that is not as we left it is somebody else's:
nothing at all is written then, unless its owner says so, and even so the old file stays beside the new one.
"""

import sys
from datetime import datetime, timedelta
from pathlib import Path

import msgspec

from content.admission.authority import Authority
from content.admission.certificates import serves
from content.decoding import decoded
from content.errors import FolderError
from content.files import sha256_hex, write_atomic
from content.signing import Keyring, verify_keyring
from provisioning import mosquitto, nats
from provisioning.broker_plan import Plan
from provisioning.broker_units import MOSQUITTO, NATS, Kind, files
from provisioning.enrol import keyring_bytes, village_of
from provisioning.site import Site

RECORD = ".written.json"
RENEW_BEFORE = timedelta(days=3 * 365)
"""A server's certificate that ends sooner is made anew: this command is run rarely, and a broker hangs for years."""
KEY = "server.key"
KEPT = ".yours"
"""What a file of somebody else's is called once ours has taken its name."""


def plan_of(village: Path, authority: Path, site: Site, at: Path, data: Path, connections: int) -> Plan:
    """Raises FolderError for a path that a unit's line or a shell would read as something else."""
    plan = Plan(
        folder=at,
        data=data,
        screens=site.door,
        publishers=site.publishers_door,
        connections=connections,
        authority=authority.resolve(),
        village=village.resolve(),
        python=sys.executable,
    )
    for path in (plan.folder, plan.data, plan.authority, plan.village, Path(plan.python)):
        if not path.is_absolute() or set(str(path)) & set(" \t\n\"'$%\\;&|<>(){}*?`#"):
            raise FolderError(f"{path}: 要写绝对路径，里面不能有空格、引号和 $ % 之类的符号")
    return plan


def content_of(
    kind: Kind, plan: Plan, authority: Authority, keyring: Keyring, server: tuple[bytes, bytes]
) -> dict[str, bytes]:
    """Every file of the folder, by name. Raises FolderError where the site does not suit the broker."""
    certificate, key = server
    same_door = plan.screens.port == plan.publishers.port
    if kind is MOSQUITTO:
        if same_door:
            raise FolderError("site.yaml: Mosquitto 要给屏幕和发布端各开一个门：broker 和 publishers 请写不同的端口")
        made = {
            "mosquitto.conf": mosquitto.configuration(plan).encode(),
            "acl": mosquitto.access_list(keyring.publishers).encode(),
            "ca.crt": authority.certificate,
            "publishers.crt": authority.publishers_certificate,
        }
    else:
        if not same_door:
            raise FolderError("site.yaml: NATS 只有一个 MQTT 端口：publishers 请写和 broker 一样的端口")
        made = {
            "nats.conf": nats.configuration(plan).encode(),
            "clients.crt": authority.certificate + authority.publishers_certificate,
        }
    made |= {"server.crt": certificate} | lists_of(kind, authority, keyring)
    units = files(kind, plan, tuple(made))
    return made | {name: text.encode() for name, text in units.items()} | {KEY: key}


def lists_of(kind: Kind, authority: Authority, keyring: Keyring) -> dict[str, bytes]:
    """The files that change with every certificate that is taken back; for NATS, with every one."""
    if kind is NATS:
        return {"users.conf": nats.users(authority.issued(), keyring.publishers).encode()}
    return {"crl.pem": authority.crl(), "publishers.crl.pem": authority.publishers_crl()}


def server_certificate(folder: Path, authority: Authority, names: list[str], now: datetime) -> tuple[bytes, bytes]:
    """The one that lies there, if it is good for these names and years to come; else a new one."""
    try:
        certificate, key = (folder / "server.crt").read_bytes(), (folder / KEY).read_bytes()
    except FileNotFoundError:
        return authority.issue_server(names, now)
    if serves(certificate, key, authority.certificate, names, now + RENEW_BEFORE):
        return certificate, key
    return authority.issue_server(names, now)


def keyring_in(village: Path) -> Keyring:
    """Raises FolderError."""
    return verify_keyring(keyring_bytes(village, village_of(village)), None)


def write_folder(folder: Path, made: dict[str, bytes], free: tuple[str, ...], *, overwrite: bool) -> list[str]:
    """Bring the folder up to date; the names of what changed. `free`: files that others may write too.

    Raises FolderError, then nothing has been written; OSError.
    """
    before = {name: (folder / name).read_bytes() for name in made if (folder / name).is_file()}
    changed = [name for name, content in made.items() if before.get(name) != content]
    record = read_record(folder)
    foreign = [
        name for name in changed if name in before and name not in free and sha256_hex(before[name]) != record.get(name)
    ]
    if foreign and not overwrite:
        raise FolderError(
            f"{folder}: {'、'.join(foreign)} 不是本命令写的，或者写好以后有人改过；一个文件也没有动。\n"
            f"要换成新的请加 --overwrite，原来的会留作 文件名{KEPT}"
        )
    for name in foreign:
        write_atomic(folder / (name + KEPT), before[name], mode=0o600)
    for name in changed:
        (folder / name).parent.mkdir(mode=0o755, parents=True, exist_ok=True)
        write_atomic(folder / name, made[name], mode=0o600 if name == KEY else 0o644)
    digests = {name: sha256_hex(content) for name, content in made.items()}
    if digests != record:
        write_atomic(folder / RECORD, msgspec.json.encode(digests))
    return changed


def read_record(folder: Path) -> dict[str, str]:
    """What we wrote last time, by digest; a damaged record makes every file somebody else's."""
    try:
        return decoded((folder / RECORD).read_bytes(), dict[str, str])
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
        return {}


def write_broker(
    folder: Path,
    kind: Kind,
    plan: Plan,
    authority: Authority,
    now: datetime,
    *,
    overwrite: bool = False,
) -> list[str]:
    """The whole folder; the names of what changed. Raises FolderError, OSError."""
    keyring = keyring_in(Path(plan.village))
    folder.mkdir(mode=0o755, parents=True, exist_ok=True)
    made = content_of(kind, plan, authority, keyring, server_certificate(folder, authority, plan.names, now))
    return write_folder(folder, made, kind.lists, overwrite=overwrite)


def write_lists(folder: Path, kind: Kind, authority: Authority, village: Path) -> None:
    """Renew the lists alone. Its unit notices, and has the broker read them. Raises FolderError, OSError."""
    if not (folder / kind.configuration).exists():
        raise FolderError(
            f"{folder}: 这里没有 broker 的配置；先运行 python -m provisioning broker --{kind.option} {folder}"
        )
    for name, content in lists_of(kind, authority, keyring_in(village)).items():
        path = folder / name
        if not path.exists() or path.read_bytes() != content:  # else the unit that waits for a change runs for ever
            write_atomic(path, content)
