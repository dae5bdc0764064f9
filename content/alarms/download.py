"""One small document from a URL: over https (plain http from loopback only), bounded in size and time."""

import ipaddress
from urllib.parse import urlsplit

import requests

from content.errors import FolderError

SECONDS = 10.0


def fetched(url: str, most_bytes: int) -> bytes:
    """The document. Raises FolderError. Redirects are not followed: they could lead anywhere."""
    parts = urlsplit(url)
    if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(parts.hostname or "")):
        raise FolderError(f"{url}: 只从 https:// 的地址取（本机可用 http://127.0.0.1）")
    try:
        with requests.get(url, timeout=SECONDS, stream=True, allow_redirects=False) as answer:
            if answer.status_code != requests.codes.ok:
                raise FolderError(f"{url}: 服务器回答 {answer.status_code}，不是 200")
            content = bytearray()
            for part in answer.iter_content(65_536):
                content += part
                if len(content) > most_bytes:
                    raise FolderError(f"{url}: 超过 {most_bytes} 字节")
    except requests.RequestException as error:
        raise FolderError(f"{url}: 取不到（{type(error).__name__}）") from error
    return bytes(content)


def is_loopback(host: str) -> bool:
    """Is that this machine itself?"""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
