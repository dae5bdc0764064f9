"""kiosk.yaml: what a screen was told when its card was flashed. Read at every start.

Unknown keys are errors (they are typing mistakes), all problems are reported at once, and no
secret stands in it: keys and certificates are files beside it.
"""

import re
from pathlib import Path
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

from content.address import BrokerAddress, Credentials
from content.document import Document, read
from content.errors import BadName, BrokerError, ConfigError
from content.manifest import DEFAULT_ZONE, zone
from content.place import check_level, check_path

SIZE = re.compile(r"(\d{3,5})\s*[x×X*]\s*(\d{3,5})")


class DisplayConfig(Struct, frozen=True, kw_only=True):
    """The panel. `size` is `auto` (what the panel reports) or like 1920x1080, before `rotate` degrees clockwise."""

    kind: Literal["lcd", "window", "file"] = "lcd"
    size: Annotated[str, Meta(pattern=r"^(auto|\d{3,5}\s*[x×X*]\s*\d{3,5})\Z", description="写 auto 或 1920x1080")] = (
        "auto"
    )
    rotate: int = 0
    frame: str = ""
    """For kind `file`: the PNG that holds the newest picture; relative to kiosk.yaml."""

    def __post_init__(self) -> None:
        if self.rotate not in (0, 90, 180, 270):
            raise ValueError(f"rotate: {self.rotate} 应为 0、90、180 或 270")
        if self.kind != "lcd" and self.size == "auto":
            raise ValueError(f"kind: {self.kind} 要写明 size，例如 1920x1080")
        if self.kind == "file" and not self.frame:
            raise ValueError("kind: file 要写明 frame，例如 frame: screen.png")

    @property
    def pixels(self) -> tuple[int, int] | None:
        """Width and height in pixels, or None for auto."""
        match = SIZE.fullmatch(self.size)
        return (int(match[1]), int(match[2])) if match else None


class TlsConfig(Struct, frozen=True, kw_only=True):
    """Files for mutual TLS, relative to kiosk.yaml."""

    ca: str
    certificate: str
    key: str


class KioskConfig(Struct, frozen=True, kw_only=True):
    """kiosk.yaml as written."""

    screen: str
    place: str
    broker: str
    http: tuple[str, ...]
    keyring: str = "keyring.json"
    display: DisplayConfig = DisplayConfig()
    timezone: str = DEFAULT_ZONE
    tls: TlsConfig | None = None


class Config(Struct, frozen=True):
    """kiosk.yaml, checked, with its files found."""

    screen: str
    place: str
    broker: BrokerAddress
    http: tuple[str, ...]
    keyring: Path
    display: DisplayConfig
    frame: Path | None
    timezone: str
    credentials: Credentials | None


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
        credentials=Credentials(folder / tls.ca, folder / tls.certificate, folder / tls.key) if tls else None,
    )


def check_url(url: str) -> str:
    """`url`, if it is an http(s) address without a password in it. Raises ValueError."""
    if not re.fullmatch(r"https?://[^\s@]+", url):
        shown = url if "@" not in url else "（含用户名或密码，不显示）"
        raise ValueError(f"http 地址 {shown!r} 有误，应为 https://主机/ 开头，不带用户名和密码")
    return url
