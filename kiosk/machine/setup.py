"""The technician's settings, from the card to where agent and player read them. Runs once in every boot, as root.

Read from the FAT partition, which anybody may have edited; checked as a whole; kept on the data partition as one
generation, with the pointer `current` flipped last. Whatever is wrong, the last good generation stays in use and the
report says what to mend. What is right and wrong is decided in kiosk.config, kiosk.machine.network and
kiosk.machine.windows_text.
"""

import contextlib
import logging
import os
import pwd
import shutil
import ssl
from pathlib import Path, PurePosixPath
from typing import Literal

import msgspec
from msgspec import Struct

from content.decoding import decoded
from content.display import DisplayConfig
from content.document import Document, read
from content.files import fsync_folder, sha256_hex, write_atomic
from kiosk.between import put, put_value
from kiosk.config import KioskConfig, parsed
from kiosk.machine.network import NetworkConfig, connections, password_problem, time_sources
from kiosk.machine.setup_report import MOST_PROBLEMS, SETUP, Mistake, SetupReport, Source
from kiosk.machine.windows_text import UnclearText, text_of

log = logging.getLogger(__name__)

KIOSK_YAML, CURRENT, PASSWORD_FILE = "kiosk.yaml", "current", "password_file"
MOST_BYTES = 1024 * 1024
OTHER_NAMES = ("kiosk.yaml.txt", "kiosk.yml", "kiosk.txt", "kiosk.yaml.yaml")
"""What Windows, which hides the ends of names, makes of kiosk.yaml."""
AGENT = "window-agent"


class Gathered(Struct):
    """Everything that was read from one folder, and what is wrong with it."""

    mistakes: list[Mistake] = []
    files: dict[str, bytes] = {}
    """By path below the folder; kiosk.yaml as UTF-8, the others as they are."""
    keys: set[str] = set()
    """Private keys, for the agent alone."""
    passwords: set[str] = set()
    """For nobody but root."""
    network: NetworkConfig = NetworkConfig()
    password: str = ""
    screen: str = ""
    place: str = ""
    display: DisplayConfig = DisplayConfig()

    def __repr__(self) -> str:
        return f"Gathered({sorted(self.files)})"

    def reader(self, name: str) -> Literal["root", "agent", "all"]:
        """Who may read that file: by what it is for, whatever its name."""
        return "root" if name in self.passwords else "agent" if name in self.keys else "all"

    @property
    def digest(self) -> str:
        return sha256_hex(b"".join(f"{name}\0{sha256_hex(self.files[name])}\n".encode() for name in sorted(self.files)))


def set_up(card: Path, kept: Path, run_folder: Path, connection_folder: Path, time_folder: Path) -> SetupReport:
    """Read the card, keep what is good, tell the network and the clock. Raises OSError only where memory is full."""
    offered, current = gather(card), kept / CURRENT
    if not offered.mistakes and not same(current, offered):
        offered.mistakes += unusable(card, offered)
    source: Source = "none"
    used = Gathered()
    if not offered.mistakes:
        source, used = "card", offered
        offered.mistakes += keep(kept, offered)
    if (offered.mistakes or source == "none") and (current / KIOSK_YAML).exists():
        last = gather(current)
        if not last.mistakes:
            source, used = "last", last
    for name, text in connections(used.network, used.password).items():
        put_secret(connection_folder, name, text)
    time_folder.mkdir(parents=True, exist_ok=True)
    put(time_folder, "kiosk.sources", time_sources(used.network).encode())
    mistakes = tuple(offered.mistakes[:MOST_PROBLEMS])
    display = offered.display if source == "none" else DisplayConfig()
    report = SetupReport(source, mistakes, used.screen, used.place, display)
    run_folder.mkdir(parents=True, exist_ok=True)
    put_value(run_folder, SETUP, report)
    return report


def gather(folder: Path) -> Gathered:
    """Everything that kiosk.yaml in `folder` needs, read and checked but for what takes long."""
    gathered = Gathered()
    written = settings(folder, gathered)
    if written is None:
        return gathered
    gathered.network, gathered.screen, gathered.place = written.network, written.screen, written.place
    tls, wifi = written.tls, written.network.wifi
    wanted = [("keyring", written.keyring)]
    if tls:
        wanted += [("ca", tls.ca), ("certificate", tls.certificate), ("key", tls.key)]
        gathered.keys.add(tls.key)
    for what, name in wanted:
        if name:  # a golden card has no certificate yet
            take_file(folder, what, name, gathered)
    if wifi and wifi.password_file and take_file(folder, PASSWORD_FILE, wifi.password_file, gathered):
        gathered.passwords.add(wifi.password_file)
        take_password(wifi.password_file, gathered)
    return gathered


def settings(folder: Path, gathered: Gathered) -> KioskConfig | None:
    """kiosk.yaml as written, once it has no mistake."""
    try:
        text = text_of(read_bounded(folder / KIOSK_YAML))
    except FileNotFoundError:
        gathered.mistakes.append(missing(folder))
        return None
    except OSError as error:
        gathered.mistakes.append(Mistake(KIOSK_YAML, f"读不了：{error.strerror}", "把存储卡插到电脑上检查，或换一张卡"))
        return None
    except UnclearText as error:
        gathered.mistakes.append(Mistake(KIOSK_YAML, error.what, error.instead, error.line))
        return None
    gathered.files[KIOSK_YAML] = text.encode()
    document: Document[KioskConfig] = read(KIOSK_YAML, gathered.files[KIOSK_YAML], KioskConfig)
    config = parsed(document, folder)
    gathered.mistakes += [Mistake(one.file, one.what, one.instead, one.line) for one in document.problems]
    if document.value is not None:
        gathered.display = document.value.display
    return document.value if config is not None and not document.problems else None


def missing(folder: Path) -> Mistake:
    """There is no kiosk.yaml. Perhaps it is there by another name."""
    with contextlib.suppress(OSError):
        names = {path.name.lower() for path in folder.iterdir()}
        for other in OTHER_NAMES:
            if other in names:
                return Mistake(other, "文件名不对", "改名为 kiosk.yaml（在“查看”里打开“文件扩展名”才看得到结尾）")
        if names:
            return Mistake(KIOSK_YAML, "存储卡的 WINDOW 盘里没有这个文件", "重新烧卡，或把它放回去")
    return Mistake("WINDOW 盘", "读不到", "把存储卡插到电脑上，看得到名叫 WINDOW 的盘吗？看不到就重新烧卡")


def take_file(folder: Path, what: str, name: str, gathered: Gathered) -> bool:
    """Read a file that kiosk.yaml names into `gathered`; False with the mistake noted."""
    parts, shown, instead = PurePosixPath(name).parts, name, "放上它，或改文件名"
    if what == PASSWORD_FILE and not name.lower().endswith(".txt"):  # the password itself, perhaps: passers-by read it
        shown, instead = "******", "password_file 写文件名 wifi.txt；密码写在那个文件里"
    if not parts or name.startswith("/") or ".." in parts or "\\" in name or ":" in name:
        gathered.mistakes.append(
            Mistake(KIOSK_YAML, f"{what} 写的 {shown!r} 不是这张卡上的文件", "写文件名，例如 identity/ca.crt")
        )
        return False
    try:
        gathered.files[name] = read_bounded(folder / name)
    except FileNotFoundError:
        gathered.mistakes.append(Mistake(shown, f"卡上没有这个文件（kiosk.yaml 的 {what} 要用它）", instead))
        return False
    except OSError as error:
        gathered.mistakes.append(Mistake(shown, f"读不了：{error.strerror}", "重新放上这个文件"))
        return False
    return True


def take_password(name: str, gathered: Gathered) -> None:
    """The one line of the file; what is wrong with it."""
    try:
        lines = [line.strip() for line in text_of(gathered.files[name]).splitlines() if line.strip()]
    except UnclearText as error:
        gathered.mistakes.append(Mistake(name, error.what, error.instead, error.line))
        return
    wrong = f"应只有一行密码，现在有 {len(lines)} 行" if len(lines) > 1 else password_problem("".join(lines))
    if wrong:
        gathered.mistakes.append(Mistake(name, wrong, "改好后重新上电"))
    else:
        gathered.password = "".join(lines)


def unusable(card: Path, offered: Gathered) -> list[Mistake]:
    """Certificates and keyring that are there, and no use. Asked when they are new: it takes a Pi a second."""
    mistakes = []
    written = as_written(offered)
    if written.tls:
        mistakes += wrong_certificates(card, written.tls.ca, written.tls.certificate, written.tls.key)
    try:
        decoded(offered.files[written.keyring], dict)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        mistakes.append(Mistake(written.keyring, "不是钥匙串文件", "从村里的内容文件夹重新复制 keyring.json"))
    return mistakes


def as_written(offered: Gathered) -> KioskConfig:
    """kiosk.yaml, known to be right."""
    written = read(KIOSK_YAML, offered.files[KIOSK_YAML], KioskConfig).value
    assert written is not None  # noqa: S101 -- it was checked by `settings`
    return written


def wrong_certificates(folder: Path, ca: str, certificate: str, key: str) -> list[Mistake]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    try:
        context.load_verify_locations(folder / ca)
    except (OSError, ssl.SSLError):
        return [Mistake(ca, "不是证书文件", "重新给这块屏做卡")]
    if not certificate or not key:
        return []
    try:
        context.load_cert_chain(folder / certificate, folder / key)
    except (OSError, ssl.SSLError):
        return [Mistake(certificate, f"不是证书，或和 {key} 不是一对", "两个文件要来自同一次登记：重新给这块屏做卡")]
    return []


def read_bounded(path: Path) -> bytes:
    """Raises OSError; also for what is too large to be one of ours."""
    with path.open("rb") as file:
        content = file.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise OSError(0, "文件太大")
    return content


def same(current: Path, offered: Gathered) -> bool:
    """Does the last good generation hold the very same files?"""
    return current.exists() and current.resolve().name == generation(offered)


def generation(gathered: Gathered) -> str:
    return f"g-{gathered.digest[:16]}"


def keep(kept: Path, offered: Gathered) -> list[Mistake]:
    """Make these files the last good generation, all at once; what stands against it."""
    try:
        folder = kept / generation(offered)
        if not folder.exists():
            write_generation(folder, offered)
        if not same(kept / CURRENT, offered):
            point(kept, folder.name)
        for old in kept.iterdir():
            if old.name not in (CURRENT, folder.name):
                remove(old)
    except OSError as error:
        return [Mistake("数据分区", f"设置存不下来：{error.strerror}", "换一张存储卡")]
    return []


def write_generation(folder: Path, offered: Gathered) -> None:
    """Everything into a folder beside it, then the name: a folder with this name is whole. Raises OSError."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    unfinished = folder.with_name(f".{folder.name}")
    remove(unfinished)
    unfinished.mkdir()
    for name, content in offered.files.items():
        path = unfinished / name
        path.parent.mkdir(parents=True, exist_ok=True)
        reader = offered.reader(name)
        write_atomic(path, content, mode=0o644 if reader == "all" else 0o400)
        if reader == "agent":
            give_to_agent(path)
    unfinished.rename(folder)
    fsync_folder(folder.parent)


def give_to_agent(path: Path) -> None:
    """The agent alone reads the screen's key. On a PC there is no such user."""
    with contextlib.suppress(KeyError, PermissionError):
        os.chown(path, pwd.getpwnam(AGENT).pw_uid, -1)


def point(kept: Path, name: str) -> None:
    """Flip the pointer. Raises OSError."""
    temporary = kept / f".{CURRENT}"
    temporary.unlink(missing_ok=True)
    temporary.symlink_to(name)
    temporary.replace(kept / CURRENT)
    fsync_folder(kept)


def remove(path: Path) -> None:
    if path.is_symlink() or path.is_file():
        path.unlink(missing_ok=True)
    else:
        shutil.rmtree(path, ignore_errors=True)


def put_secret(folder: Path, name: str, text: str) -> None:
    """A file that only root may read, from its first byte on. On tmpfs: nothing to sync. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    temporary = folder / f".{name}"
    temporary.unlink(missing_ok=True)
    with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
    temporary.replace(folder / name)
