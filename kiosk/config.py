"""kiosk.yaml: what a screen was told when its card was flashed. Read at every start.

Unknown keys are errors (they are typing mistakes), all problems are reported at once, and no
secret stands in it: keys and certificates are files beside it.
"""

import re
from pathlib import Path
from typing import Any

from msgspec import Struct

from content.address import BrokerAddress, Credentials
from content.display import DisplayConfig
from content.document import Document, read
from content.errors import BadName, BrokerError, ConfigError
from content.manifest import DEFAULT_ZONE, zone
from content.place import check_level, check_path
from kiosk.machine.network import NetworkConfig
from kiosk.shapes import Dots, Geometry


class TlsConfig(Struct, frozen=True, kw_only=True):
    """Files for mutual TLS, relative to kiosk.yaml. With `enrol: true` only `ca`: the screen makes its own key."""

    ca: str
    certificate: str = ""
    key: str = ""


class KioskConfig(Struct, frozen=True, kw_only=True):
    """kiosk.yaml as written. A golden card, the same everywhere, says `enrol: true`, and not which screen it is."""

    broker: str
    http: tuple[str, ...]
    screen: str = ""
    place: str = ""
    enrol: bool = False
    keyring: str = "keyring.json"
    display: DisplayConfig = DisplayConfig()
    timezone: str = DEFAULT_ZONE
    tls: TlsConfig | None = None
    network: NetworkConfig = NetworkConfig()


class Config(Struct, frozen=True):
    """kiosk.yaml, checked, with its files found. Of a golden card `screen` and `place` are "" until it is enrolled."""

    screen: str
    place: str
    broker: BrokerAddress
    http: tuple[str, ...]
    keyring: Path
    display: DisplayConfig
    frame: Path | None
    timezone: str
    credentials: Credentials | None
    """Files of a golden card's screen: kiosk.enrolment.own makes the certificate and the key."""
    enrols: Path | None = None
    """Of a golden card: the authority's certificate."""


def stand_in(display: DisplayConfig) -> Config:
    """What the player runs with where no settings are good: it belongs nowhere, and says why."""
    broker = BrokerAddress("localhost", 8883, tls=True)
    frame = Path(display.frame) if display.frame else None
    return Config("", "", broker, (), Path("keyring.json"), display, frame, DEFAULT_ZONE, None)


def load(path: Path) -> Config:
    """The configuration in `path`. Raises ConfigError with every problem."""
    try:
        text = path.read_bytes()
    except OSError as error:
        raise ConfigError(path, [f"读不了：{error.strerror}"]) from error
    document = read(path.name, text, KioskConfig)
    config = parsed(document, path.parent)
    if document.problems or config is None:
        raise ConfigError(path.parent, [str(problem) for problem in document.problems])
    return config


def parsed(document: Document[KioskConfig], folder: Path) -> Config | None:
    """The checked values, or None with the problems in `document`."""
    written = document.value
    if written is None:
        return None
    checks: dict[str, Any] = {
        "screen": lambda: check_level(written.screen),
        "place": lambda: check_path(written.place),
        "broker": lambda: BrokerAddress.parse(written.broker),
        "timezone": lambda: zone(written.timezone),
        "http": lambda: [check_url(url) for url in written.http],
    }
    for name, check in checks.items():
        if not getattr(written, name):
            continue  # told already
        try:
            check()
        except (BadName, BrokerError, ValueError) as error:
            document.report((name,), str(error))
    if written.tls and not written.broker.startswith("mqtts://"):
        document.report(("tls",), "写了证书，但 broker 地址不加密", "broker 改为 mqtts://")
    check_identity(written, document)
    if document.problems:
        return None
    tls = written.tls
    return Config(
        screen=written.screen,
        place=written.place,
        broker=BrokerAddress.parse(written.broker),
        http=tuple(url.rstrip("/") for url in written.http),
        keyring=folder / written.keyring,
        display=written.display,
        frame=folder / written.display.frame if written.display.frame else None,
        timezone=written.timezone,
        credentials=Credentials(folder / tls.ca, folder / tls.certificate, folder / tls.key)
        if tls and not written.enrol
        else None,
        enrols=folder / tls.ca if tls and written.enrol else None,
    )


def check_identity(written: KioskConfig, document: Document[KioskConfig]) -> None:
    """Either the card says which screen it is, or that the screen is to enrol itself; never half of each."""
    tls = written.tls
    if not written.enrol:
        for name in ("screen", "place"):
            if not getattr(written, name):
                document.report((name,), f"缺少 {name!r}", f"加上一行 {name}: …；通用卡（金卡）写 enrol: true")
        if tls and not (tls.certificate and tls.key):
            document.report(("tls",), "tls 要写明 certificate 和 key", "通用卡（金卡）写 enrol: true，只写 ca")
        return
    for name in ("screen", "place"):
        if getattr(written, name):
            document.report((name,), f"写了 enrol: true，就不要写 {name}", f"删去 {name}，或删去 enrol")
    if tls is None or tls.certificate or tls.key:
        document.report(("tls",) if tls else (), "enrol: true 的 tls 只写 ca", "tls: {ca: identity/ca.crt}")
    if not written.http:
        document.report(("http",), "enrol: true 要有 http 地址，屏幕从那里领证书", "http: [https://主机]")


def check_url(url: str) -> str:
    """`url`, if it is an http(s) address without a password in it. Raises ValueError."""
    if not re.fullmatch(r"https?://[^\s@]+", url):
        shown = url if "@" not in url else "（含用户名或密码，不显示）"
        raise ValueError(f"http 地址 {shown!r} 有误，应为 https://主机/ 开头，不带用户名和密码")
    return url


def dots_of(display: DisplayConfig) -> Dots:
    """The LED panel."""
    return Dots(display.columns, display.rows, display.colours)


def geometry_of(display: DisplayConfig, upright: tuple[int, int]) -> Geometry:
    """The panel of `upright` pixels, width and height as it hangs."""
    return Geometry(*upright, display.diagonal_inch, display.viewing_distance_m)
