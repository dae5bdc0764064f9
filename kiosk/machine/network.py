"""`network:` of kiosk.yaml, and what NetworkManager and chrony are to be told of it. Pure.

Ethernet is always tried, and comes first; then Wi-Fi, then 4G. No password stands in kiosk.yaml: it is the one line of
a file beside it. The files' form: nm-settings-keyfile(5), and "sourcedir" of chrony.conf(5).
"""

import ipaddress
import re
import uuid
from collections.abc import Iterator
from typing import Annotated

from msgspec import Meta, Struct

NAMESPACE = uuid.UUID("8d5ae4a6-6b5b-5c0c-9d6c-0d2c5c1f5a10")
"""Ours, so that a connection keeps its UUID from boot to boot."""
METRICS = {"ethernet": 100, "wifi": 600, "gsm": 700}
"""NetworkManager's own order, written down."""
TIME_SERVERS = ("cn.pool.ntp.org", "ntp.ntsc.ac.cn")
"""Where kiosk.yaml names none: the pool's servers in China, and the National Time Service Center's."""
HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.:-]{0,251}[A-Za-z0-9])?")
APN = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]{0,98}[A-Za-z0-9])?")
PASSPHRASE, RAW_KEY = re.compile(r"[\x20-\x7e]{8,63}"), re.compile(r"[0-9a-fA-F]{64}")
MOST_NAME_BYTES = 32


def check_fixed(address: str, gateway: str, dns: tuple[str, ...]) -> None:
    """Raises ValueError for what a network would not take."""
    for written in (address, gateway, *dns):
        if "%" in written:  # a zone; ipaddress takes anything for one, line ends too, and so would the key file
            raise ValueError(f"{written!r} 有误：地址里不写 % 和网卡的名称")
    if not address:
        if gateway or dns:
            raise ValueError("写了 gateway 或 dns，却没有写 address；自动获取地址时三样都不写")
        return
    try:
        here = ipaddress.ip_interface(address)
    except ValueError as error:
        raise ValueError(f"address: {address!r} 有误，应写成 192.168.1.20/24（斜杠后是网络位数）") from error
    if "/" not in address:
        raise ValueError(f"address: {address!r} 缺网络位数，一般写成 {address}/24（即 255.255.255.0）")
    for name, written in (("gateway", gateway), *(("dns", one) for one in dns)):
        try:
            there = ipaddress.ip_address(written) if written else None
        except ValueError as error:
            raise ValueError(f"{name}: {written!r} 不是地址，应写成 192.168.1.1") from error
        if name == "gateway" and there and there not in here.network:
            raise ValueError(f"gateway: {written} 不在 {here.network} 里，到不了")


class Fixed(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Ethernet: by DHCP where nothing is written; else a fixed address such as 192.168.1.20/24."""

    address: str = ""
    gateway: str = ""
    dns: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        check_fixed(self.address, self.gateway, self.dns)


class Wifi(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A network in the air; open where `password_file` is not written."""

    name: Annotated[str, Meta(min_length=1)]
    password_file: str = ""
    hidden: bool = False
    address: str = ""
    gateway: str = ""
    dns: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if len(self.name.encode()) > MOST_NAME_BYTES:
            raise ValueError(f"name: {self.name!r} 太长：Wi-Fi 名称最多 {MOST_NAME_BYTES} 字节（一个汉字 3 字节）")
        check_fixed(self.address, self.gateway, self.dns)


class NetworkConfig(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`network:`; nothing written means Ethernet with DHCP."""

    ethernet: Fixed = Fixed()
    wifi: Wifi | None = None
    apn: str = ""
    """4G: the access point name of the SIM card's network, such as cmnet; `auto` lets the modem choose."""
    time: tuple[str, ...] = ()
    """Time servers; for a village without the internet, its own."""

    def __post_init__(self) -> None:
        if self.apn and not APN.fullmatch(self.apn):
            raise ValueError(f"apn: {self.apn!r} 有误，应为运营商给的接入点名称，例如 cmnet、3gnet、ctnet")
        for host in self.time:
            if not HOST.fullmatch(host):
                raise ValueError(f"time: {host!r} 不是主机名或地址")


def password_problem(password: str) -> str:
    """What is wrong with a Wi-Fi password; "" where nothing is. The password itself is never repeated."""
    if PASSPHRASE.fullmatch(password) or RAW_KEY.fullmatch(password):
        return ""
    if not password:
        return "密码是空的"
    if not password.isascii():
        return "密码里有汉字或全角符号，Wi-Fi 密码只能是半角字母、数字和符号"
    return f"密码应为 8–63 个字符，现在是 {len(password)} 个"


def connections(network: NetworkConfig, password: str = "") -> dict[str, str]:
    """File name → what is in it, for NetworkManager's folder of connections. Hold secrets: 0600."""
    files = {"window-ethernet": ethernet(network.ethernet)}
    if network.wifi:
        files["window-wifi"] = wifi(network.wifi, password)
    if network.apn:
        files["window-4g"] = mobile(network.apn)
    return {f"{name}.nmconnection": text for name, text in files.items()}


def ethernet(fixed: Fixed) -> str:
    head = connection("window-ethernet", "ethernet", "multi-connect=3")  # several adapters: each its own
    return "\n".join([*head, "", *addresses(fixed, METRICS["ethernet"])]) + "\n"


def wifi(written: Wifi, password: str) -> str:
    name = "".join(f"{byte};" for byte in written.name.encode())  # as bytes, nothing in it can mean anything else
    rows = [*connection("window-wifi", "wifi", "auth-retries=0"), "", "[wifi]", "mode=infrastructure", f"ssid={name}"]
    rows += ["hidden=true"] if written.hidden else []
    if password:
        rows += ["", "[wifi-security]", "key-mgmt=wpa-psk", f"psk={escaped(password)}"]
    return "\n".join([*rows, "", *addresses(written, METRICS["wifi"])]) + "\n"


def mobile(apn: str) -> str:
    how = "auto-config=true" if apn == "auto" else f"apn={apn}"
    rows = [*connection("window-4g", "gsm"), "", "[gsm]", how, "", *addresses(Fixed(), METRICS["gsm"])]
    return "\n".join(rows) + "\n"


def connection(name: str, kind: str, *more: str) -> Iterator[str]:
    """It is tried for ever: nobody is there to click on "connect" again."""
    yield from ("[connection]", f"id={name}", f"uuid={uuid.uuid5(NAMESPACE, name)}", f"type={kind}")
    yield from ("autoconnect=true", "autoconnect-retries=0", *more)


def addresses(written: Fixed | Wifi, metric: int) -> Iterator[str]:
    """The sections [ipv4] and [ipv6]."""
    own = ipaddress.ip_interface(written.address).version if written.address else 0
    for version in (4, 6):
        yield f"[ipv{version}]"
        if own == version:
            gateway = f",{written.gateway}" if written.gateway else ""
            yield from ("method=manual", f"address1={written.address}{gateway}")
        else:
            yield "method=auto"
        servers = [one for one in written.dns if ipaddress.ip_address(one).version == version]
        if servers:
            yield f"dns={''.join(f'{one};' for one in servers)}"
        yield f"route-metric={metric}"
        yield ""


def escaped(value: str) -> str:
    """A value as GLib's key files want it: a backslash doubled, spaces at the ends kept."""
    text = value.replace("\\", "\\\\")
    inner = text.strip(" ")
    before, after = len(text) - len(text.lstrip(" ")), len(text) - len(text.rstrip(" "))
    return text if not inner else "\\s" * before + inner + "\\s" * after


def time_sources(network: NetworkConfig) -> str:
    """A file for chrony's sourcedir."""
    return "".join(f"server {host} iburst\n" for host in network.time or TIME_SERVERS)
