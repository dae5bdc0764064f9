"""Who may post alarms over HTTP: tokens, of which the folder keeps only the digests, and how often.

Without a token in `.publisher/alarm-tokens.json` the interface is closed.
"""

import hmac
import re
import secrets
from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from content.decoding import decoded
from content.errors import FolderError
from content.files import sha256_hex, write_atomic
from content.notice import Digest, Frozen

FILE = "alarm-tokens.json"
NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
MOST_TOKENS = 100

Publish = Literal["at-once", "draft"]


class AlarmToken(Frozen, frozen=True):
    """One who may post. `draft`: a person confirms before anything is on a screen."""

    name: Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9-]{0,39}\Z")]
    sha256: Digest
    made: Annotated[datetime, Meta(tz=True)]
    publish: Publish = "draft"
    senders: tuple[str, ...] = ()
    """The CAP senders for whom it is good; empty means all that village.yaml allows."""


def load_tokens(state: Path) -> tuple[AlarmToken, ...]:
    """Raises FolderError for a file that cannot be read: closed is not the same as forgotten."""
    try:
        return decoded((state / FILE).read_bytes(), tuple[AlarmToken, ...])
    except FileNotFoundError:
        return ()
    except (OSError, msgspec.MsgspecError) as error:
        raise FolderError(f"{state / FILE}: 读不出（{error}）；可以删除它，再用 alarm-token 重新发令牌") from error


def make_token(state: Path, name: str, publish: Publish, senders: tuple[str, ...], now: datetime) -> str:
    """A new token for `name`, in place of an older one. It is told once and kept nowhere."""
    if not NAME.fullmatch(name):
        raise FolderError(f"名称 {name!r} 只能用小写字母、数字和连字符，最长 40 个字符")
    others = tuple(one for one in load_tokens(state) if one.name != name)
    if len(others) >= MOST_TOKENS:
        raise FolderError(f"已经有 {MOST_TOKENS} 个令牌，请先用 --remove 去掉不用的")
    secret = secrets.token_urlsafe(32)
    one = AlarmToken(name=name, sha256=digest_of(secret), made=now, publish=publish, senders=senders)
    save_tokens(state, (*others, one))
    return secret


def remove_token(state: Path, name: str) -> None:
    """From now on it opens nothing. Raises FolderError where there is none."""
    tokens = load_tokens(state)
    if name not in {one.name for one in tokens}:
        raise FolderError(f"没有叫 {name!r} 的令牌")
    save_tokens(state, tuple(one for one in tokens if one.name != name))


def save_tokens(state: Path, tokens: tuple[AlarmToken, ...]) -> None:
    state.mkdir(mode=0o700, exist_ok=True)
    write_atomic(state / FILE, msgspec.json.encode(tokens), mode=0o600)


def digest_of(secret: str) -> str:
    """SHA-256 without salt or stretching: a token has 256 bits of randomness, no dictionary holds it."""
    return sha256_hex(secret.encode())


def token_for(tokens: tuple[AlarmToken, ...], secret: str) -> AlarmToken | None:
    """The token whose secret that is. Compares with every one, each in the same time."""
    presented = digest_of(secret)
    found = [one for one in tokens if hmac.compare_digest(one.sha256, presented)]
    return found[0] if found else None


class Allowance:
    """So many at once, and then one every so many seconds. Time is an argument."""

    def __init__(self, burst: int, seconds_each: float) -> None:
        self._burst, self._each = float(burst), seconds_each
        self._left, self._at = float(burst), 0.0

    def take(self, now: float) -> bool:
        """May one more pass at `now` (monotonic)?"""
        self._left = min(self._burst, self._left + (now - self._at) / self._each)
        self._at = now
        if self._left < 1.0:
            return False
        self._left -= 1.0
        return True
