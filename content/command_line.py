"""What commands share: the broker's options, a publisher made from them, and finding the file of an id."""

import argparse
import contextlib
import difflib
from pathlib import Path

import msgspec

from content.address import BrokerAddress, Credentials
from content.clock import SystemClock
from content.decoding import decoded
from content.errors import FolderError
from content.files import write_atomic
from content.publisher import STATE_FOLDER, Publisher

DEFAULT_BROKER = "mqtt://127.0.0.1:1883"
BROKER_FILE = "broker.json"
"""In `.publisher/`: the broker's options as `serve` was given them last."""


class BrokerOptions(msgspec.Struct, frozen=True):
    """Where the broker is and the files that prove who we are to it, all absolute; or none of these."""

    broker: str
    ca: str | None = None
    cert: str | None = None
    key: str | None = None


def add_broker_options(one: argparse.ArgumentParser) -> None:
    """--broker, and the files for TLS."""
    one.add_argument("--broker", help=f"MQTT 地址；不写就同 serve 上次的，没有则 {DEFAULT_BROKER}；正式使用 mqtts://")
    for name, text in (("ca", "broker 的 CA 证书"), ("cert", "本发布者的证书"), ("key", "本发布者证书的私钥")):
        one.add_argument(f"--{name}", type=Path, help=text)


def broker_of(options: argparse.Namespace) -> tuple[BrokerAddress, Credentials | None]:
    """The broker and how to prove who we are to it; those of `serve` where none are given.

    An alert must get out with `serve` down too, and nobody remembers four options then.
    Raises FolderError, BrokerError.
    """
    if not any((options.broker, options.ca, options.cert, options.key)):
        take_over(options)
    options.broker = options.broker or DEFAULT_BROKER
    files = (options.ca, options.cert, options.key)
    if any(files) and not all(files):
        raise FolderError("--ca、--cert、--key 要么都写，要么都不写")
    credentials = Credentials(*files) if all(files) else None
    if credentials and not options.broker.startswith("mqtts://"):
        raise FolderError(f"写了证书，但地址 {options.broker} 不加密；应为 mqtts://")
    return BrokerAddress.parse(options.broker), credentials


def take_over(options: argparse.Namespace) -> None:
    """Fill in what `serve` was given last, if it can be read."""
    with contextlib.suppress(OSError, ValueError, msgspec.MsgspecError):
        known = decoded((options.folder / STATE_FOLDER / BROKER_FILE).read_bytes(), BrokerOptions)
        options.broker = known.broker
        options.ca, options.cert, options.key = (
            Path(file) if file else None for file in (known.ca, known.cert, known.key)
        )


def leave_for_commands(options: argparse.Namespace) -> None:
    """Keep these options for the commands that are run beside `serve`, and after it."""
    files = (str(file.absolute()) if file else None for file in (options.ca, options.cert, options.key))
    kept = BrokerOptions(options.broker, *files)
    write_atomic(options.folder / STATE_FOLDER / BROKER_FILE, msgspec.json.encode(kept))


def make_publisher(options: argparse.Namespace) -> Publisher:
    """The publisher of a folder. Raises FolderInUse while `serve` runs, and the other errors of both."""
    if not options.folder.is_dir():
        raise FolderError(f"{options.folder}: 没有这个文件夹")
    address, credentials = broker_of(options)
    return Publisher(options.folder, address, SystemClock(), credentials=credentials)


def find(folder: Path, name: str) -> Path:
    """The file of a notice or alert. Raises FolderError with the likely id."""
    if not folder.is_dir():
        raise FolderError(f"{folder}: 没有这个文件夹")
    if list((folder / "drafts").glob(f"{name}.y*ml")) and name.isprintable() and "/" not in name and "*" not in name:
        raise FolderError(f"{name!r} 已经在 drafts/ 里，没有在发布")
    there = {path.stem: path for section in ("notices", "alerts") for path in (folder / section).glob("*.y*ml")}
    if name not in there:
        near = difflib.get_close_matches(name, there, n=1)
        raise FolderError(f"没有编号为 {name!r} 的通知或警报" + (f"；是不是 {near[0]!r}？" if near else ""))
    return there[name]
