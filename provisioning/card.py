"""What makes a card that screen's card: the files on the partition that a technician sees. Rules.

kiosk.yaml keyring.json identity/ca.crt identity/screen.crt identity/screen.key 说明.txt
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec

from content.display import DisplayConfig
from content.place import check_level, check_path

CONFIG, KEYRING, README = "kiosk.yaml", "keyring.json", "说明.txt"
CA, CERTIFICATE, KEY = "identity/ca.crt", "identity/screen.crt", "identity/screen.key"
SECRET = frozenset({KEY, "wifi.txt"})
"""Files that nobody but their owner may read."""

KIOSK = """\
# 这块屏的设置。可以在 Windows 里用记事本改；改错了不要紧，屏上会说错在哪一行，并先用上一次的
{who}
broker: {broker}
http: {http}
keyring: keyring.json
tls: {tls}
timezone: {timezone}
# 面板：竖挂写 rotate: 90 或 270；LED 屏写 {{kind: led, columns: 128, rows: 32, colours: red, driver: hdmi}}
display: {display}
"""
ONE = "screen: {screen}\nplace: {place}"
ONE_TLS = "{ca: identity/ca.crt, certificate: identity/screen.crt, key: identity/screen.key}"
GOLDEN = "enrol: true      # 通用卡：屏自己做钥匙，亮出配对码，由管理员安排地点"
GOLDEN_TLS = "{ca: identity/ca.crt}"
GOLDEN_GUIDE = """\
便民视窗：通用卡，所有的屏都一样，没有钥匙。屏第一次开机会亮出编号和配对码，报给管理员就行。
Windows 问要不要格式化别的分区：一律取消。
A golden card, the same for all screens: tell the office the code that the screen shows.
"""
GUIDE = """\
便民视窗：这是屏 {screen} 的卡，挂在 {place}。

可以改的：kiosk.yaml（设置，用记事本打开）、wifi.txt（无线密码）。改完存盘、弹出、插回屏上通电。
不要动的：identity 文件夹、keyring.json。identity 里是这块屏的钥匙，不要拷给别人，一张卡只用在一块屏上。
Windows 问要不要格式化别的分区：一律取消。

卡或屏丢了，请马上告诉管理员吊销：python -m provisioning revoke {screen}
This is the card of one screen. Edit only kiosk.yaml and wifi.txt. If it is lost, have it revoked.
"""


@dataclass(frozen=True)
class Card:
    """One screen's files: path on the partition → content. One of them is a private key, so they are never shown."""

    screen: str
    place: str
    files: dict[str, bytes] = field(repr=False)


@dataclass(frozen=True)
class Identity:
    """A screen's certificate and key, and the certificate that proves servers to it; PEM."""

    ca: bytes
    certificate: bytes
    key: bytes = field(repr=False)


def make_card(
    screen: str,
    place: str,
    identity: Identity,
    keyring: bytes,
    *,
    broker: str,
    http: Sequence[str],
    timezone: str,
    display: DisplayConfig | None = None,
) -> Card:
    """The card of `screen`. Raises BadName."""
    check_level(screen)
    check_path(place)
    settings = KIOSK.format(
        who=ONE.format(screen=quoted(screen), place=quoted(place)),
        broker=quoted(broker),
        http=quoted(list(http)),
        tls=ONE_TLS,
        timezone=quoted(timezone),
        display=written(display or DisplayConfig()),
    )
    files = {
        CONFIG: settings.encode(),
        KEYRING: keyring,
        CA: identity.ca,
        CERTIFICATE: identity.certificate,
        KEY: identity.key,
        README: for_notepad(GUIDE.format(screen=screen, place=place)),
    }
    return Card(screen, place, files)


def golden_card(
    ca: bytes,
    keyring: bytes,
    *,
    broker: str,
    http: Sequence[str],
    timezone: str,
    display: DisplayConfig | None = None,
) -> Card:
    """The card that is the same for all screens and holds no secret. Its screen and place are ""."""
    settings = KIOSK.format(
        who=GOLDEN,
        broker=quoted(broker),
        http=quoted(list(http)),
        tls=GOLDEN_TLS,
        timezone=quoted(timezone),
        display=written(display or DisplayConfig()),
    )
    files = {CONFIG: settings.encode(), KEYRING: keyring, CA: ca, README: for_notepad(GOLDEN_GUIDE)}
    return Card("", "", files)


def for_notepad(text: str) -> bytes:
    """With the mark and the line ends that Windows' Notepad of any age understands."""
    return ("\ufeff" + text.replace("\n", "\r\n")).encode()


def quoted(value: Any) -> str:
    """As JSON, which YAML reads: a name of digits stays a name."""
    return json.dumps(value, ensure_ascii=False)


def written(display: DisplayConfig) -> str:
    """A panel as kiosk.yaml writes it: its kind, and what is not the default."""
    told: dict[str, Any] = {"kind": display.kind}
    told |= differing(msgspec.to_builtins(display), msgspec.to_builtins(DisplayConfig()))
    return quoted(told)


def differing(one: dict[str, Any], default: dict[str, Any]) -> dict[str, Any]:
    """What of `one` is not as in `default`."""
    found = {name: value for name, value in one.items() if value != default[name]}
    return {
        name: differing(value, default[name]) if isinstance(value, dict) else value for name, value in found.items()
    }
