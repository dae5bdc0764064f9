"""Where this village's broker and publisher are: authority/site.yaml, written once by `ca init`, edited by people."""

import json
from pathlib import Path
from urllib.parse import urlsplit

from msgspec import Struct

from content.address import BrokerAddress
from content.document import read
from content.errors import BrokerError, FolderError
from content.files import write_atomic

FILE = "site.yaml"
TEXT = """\
# broker 和发布端在哪里。写进每张卡；改了以后，已经挂出去的卡要在卡上改 kiosk.yaml
broker: {broker}          # 屏幕连接 broker 的地址
publishers: {publishers}      # 发布端连接 broker 的地址：另一个端口（用 NATS 时是同一个）
http: {http}     # 屏幕从这里下载图片
"""
PUBLISHERS_PORT = 8884


class Site(Struct, frozen=True, kw_only=True):
    """site.yaml. Addresses with TLS only: `mqtts://host:port`, `https://host`."""

    broker: str
    publishers: str
    http: tuple[str, ...]

    def check(self) -> None:
        """Raise ValueError for what no card may carry."""
        for name, url in (("broker", self.broker), ("publishers", self.publishers)):
            try:
                address = BrokerAddress.parse(url)
            except BrokerError as error:
                raise ValueError(f"{name}: {error}") from error
            if not address.tls:
                raise ValueError(f"{name}: {url} 不加密；应为 mqtts://")
        for url in self.http:
            if not url.startswith("https://") or not urlsplit(url).hostname or "@" in url:
                raise ValueError(f"http: {url if '@' not in url else '（含密码，不显示）'} 应为 https://主机/")
        if not self.http:
            raise ValueError("http: 至少写一个 https:// 地址")

    @property
    def door(self) -> BrokerAddress:
        """Where screens connect."""
        return BrokerAddress.parse(self.broker)

    @property
    def publishers_door(self) -> BrokerAddress:
        """Where publishers connect."""
        return BrokerAddress.parse(self.publishers)

    @property
    def http_names(self) -> list[str]:
        """The HTTP servers' host names."""
        return list(dict.fromkeys(urlsplit(url).hostname or "" for url in self.http))


def site_of(broker: str, http: tuple[str, ...], publishers: str = "") -> Site:
    """A site from what was typed. Raises FolderError."""
    try:
        if not publishers:
            host = BrokerAddress.parse(broker).host
            publishers = f"mqtts://{f'[{host}]' if ':' in host else host}:{PUBLISHERS_PORT}"
        site = Site(broker=broker, publishers=publishers, http=http)
        site.check()
    except (ValueError, BrokerError) as error:
        raise FolderError(str(error)) from error
    return site


def write_site(folder: Path, site: Site) -> None:
    """Write site.yaml into the authority's folder."""
    quoted = {name: json.dumps(getattr(site, name)) for name in ("broker", "publishers", "http")}
    write_atomic(folder / FILE, TEXT.format(**quoted).encode())


def read_site(folder: Path) -> Site:
    """site.yaml of the authority's folder. Raises FolderError with its problems."""
    path = folder / FILE
    try:
        document = read(str(path), path.read_bytes(), Site)
    except OSError as error:
        raise FolderError(f"{path}: 读不了：{error.strerror}；它由 python -m provisioning ca init 写出") from error
    if document.value is None or document.problems:
        raise FolderError("\n".join(str(problem) for problem in document.problems))
    try:
        document.value.check()
    except ValueError as error:
        raise FolderError(f"{path}: {error}") from error
    return document.value
