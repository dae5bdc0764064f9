"""What stands for time, for a village and for its messages in the tests. Values and builders only."""

import io
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from msgspec.structs import replace
from PIL import Image

from content.files import sha256_hex
from content.manifest import Alerts, Blob, Content, Manifest, encode
from content.notice import TOPICS, Alert, Card, Level, Media, Notice, ServiceCode
from content.signing import Key, Keyring, Power, Publisher

NOW = datetime(2026, 12, 1, 1, 0, tzinfo=UTC)  # nine in the morning in the village
VILLAGE = "baizhuang"
BLOCK = "baizhuang/north"
DOORWAY = "baizhuang/north/w012/b3/u1"
OURS, STREET = "village-committee", "street-office"


class FakeClock:
    """Wall time and monotonic time that move only when told to."""

    def __init__(self, now: datetime = NOW, *, trusted: bool = True) -> None:
        self._now, self._ticks, self._trusted = now, 0.0, trusted

    def now(self) -> datetime:
        return self._now

    def monotonic(self) -> float:
        return self._ticks

    def trusted(self) -> bool:
        return self._trusted

    def advance(self, seconds: float) -> None:
        """So much time passes."""
        self._ticks += seconds
        self._now += timedelta(seconds=seconds)

    def step_wall(self, seconds: float, *, trusted: bool = True) -> None:
        """NTP arrives; nobody waited."""
        self._now += timedelta(seconds=seconds)
        self._trusted = trusted


def png(width: int = 4, height: int = 3, colour: str = "#446688") -> bytes:
    """A picture file."""
    out = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(out, "PNG")
    return out.getvalue()


def media(blob: bytes, width: int = 4, height: int = 3) -> Media:
    """The facts about the picture `blob`."""
    return Media(sha256=sha256_hex(blob), size=len(blob), kind="image/png", width=width, height=height)


def notice(name: str = "water", title: str = "停水通知", **more: Any) -> Notice:
    """A notice that is always due, unless `more` says otherwise."""
    return replace(Notice(id=name, title=title, topic=TOPICS["停水停电"]), **more)


def alert(name: str = "storm", level: Level = Level.RED, issued: datetime = NOW, hours: float = 2.0) -> Alert:
    """An alert that holds for so many hours."""
    expires = issued + timedelta(hours=hours)
    return Alert(id=name, level=level, event="暴雨", headline="暴雨红色预警", issued=issued, expires=expires)


def card(name: str = "张三（示例）") -> Card:
    return Card(name=name, phone="0391-0000000")


def code(name: str = "a") -> ServiceCode:
    return ServiceCode(url=f"https://{name}.example/b?w={{building}}")


@cache
def key(name: str) -> Key:
    """The private key of that name: the same one all through a run."""
    return Key.generate()


def publisher(
    name: str = OURS, scope: tuple[str, ...] = (VILLAGE,), may: tuple[Power, ...] = ("content", "alerts")
) -> Publisher:
    """An entry of a keyring, with the key of that name."""
    return Publisher(id=name, name=name, keys={key(name).id: key(name).public}, scope=scope, may=may)


def keyring(*publishers: Publisher, version: int = 1, root: str = "root") -> Keyring:
    """A keyring of that root; without publishers, of our own village's."""
    return Keyring(
        version=version,
        root_keys={key(root).id: key(root).public},
        publishers=publishers or (publisher(),),
    )


def manifest(
    body: Content | Alerts | Blob | None = None, revision: int = 1, place: str = DOORWAY, by: str = OURS
) -> Manifest:
    """A manifest with that body; without one, with one notice."""
    body = Content(place_name="1单元", notices=(notice(),)) if body is None else body
    return Manifest(
        kind="alerts" if isinstance(body, Alerts) else "content",
        place=place,
        publisher=by,
        revision=revision,
        issued=NOW,
        content=body if isinstance(body, Content) else None,
        head=body if isinstance(body, Blob) else None,
        alerts=body if isinstance(body, Alerts) else None,
    )


def signed(what: Manifest | Keyring, by: str | None = None) -> bytes:
    """The signed message: by the publisher that it names, or by the key of the name `by`."""
    name = by or (what.publisher if isinstance(what, Manifest) else "root")
    return key(name).sign(encode(what))


VILLAGE_YAML = """\
publisher: village-committee
name: 示例村村委会
places:
  baizhuang:
    name: 白庄村
    card: {name: 张三（示例）, phone: 0391-0000000}
    service_code: {url: "https://code.example/b?w={building}"}
    places:
      north:
        name: 北区
        places:
          w012:
            name: 第12微网格
            places:
              b3: {name: 3号楼, units: 2}
      south: {name: 南区}
"""
NOTICE_YAML = """\
title: 停水通知
topic: 停水停电
to: [baizhuang/north]
body: 明天停水
"""
ALERT_YAML = """\
level: 红色
event: 暴雨
headline: 暴雨红色预警
to: [baizhuang]
issued: 2026-12-01T08:00
expires: 2026-12-01T20:00
"""


def write_folder(folder: Path, files: Mapping[str, str | bytes] | None = None) -> Path:
    """A content folder with a small village and these files beside (or instead of) it."""
    everything: dict[str, str | bytes] = {"village.yaml": VILLAGE_YAML, **(files or {})}
    for name, text in everything.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(text.encode() if isinstance(text, str) else text)
    return folder
