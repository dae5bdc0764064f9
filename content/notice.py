"""What people read: notices, alerts, the grid worker's card and the service code.

These are the structs that travel inside manifests. They check themselves: decoding bytes
gives a good value or an error, never half of one. Unknown fields are ignored, because a
newer publisher may say more. Times are local to the village and have no zone of their own;
the content that carries a notice names the time zone once (content.manifest).
"""

import hashlib
import re
from datetime import date, datetime, time
from enum import StrEnum
from typing import Annotated
from urllib.parse import urlsplit

import msgspec
from msgspec import Meta, Struct

from content.limits import check_body
from content.place import building
from content.rrule import check_rrule

MAX_TITLE = 80
MAX_BODY = 5_000
MAX_MEDIA = 12
MAX_BLOB_BYTES = 64 * 1024 * 1024
MAX_FILM_SECONDS = 60.0
"""People pass by in 5 to 20 seconds; a longer film keeps the other notices off the screen."""

NoticeId = Annotated[
    str, Meta(pattern=r"^[^\s/\\.][^\s/\\]{0,99}\Z", description="文件名不能有空格和斜杠，不能以点开头")
]
"""The file's name without `.yaml`: any letters (Chinese too), no spaces or slashes, no leading dot."""
Digest = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}\Z")]
Colour = Annotated[
    str, Meta(pattern=r"^#[0-9a-fA-F]{6}\Z", description='颜色写成 "#RRGGBB"，例如 "#0b5cad"（要加引号）')
]
Phone = Annotated[
    str, Meta(pattern=r"^[0-9+][0-9 \-]{2,24}\Z", description="电话只用数字、空格和连字符，例如 0391-0000000")
]
Line = Annotated[str, Meta(min_length=1, max_length=120)]
"""One short line of text: a name, a duty, a hint."""


class Frozen(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A value: compared by content, never changed, its defaults not written on the wire."""


class Topic(Frozen, frozen=True):
    """A notice's subject as the screen shows it: the word always, the colour and icon beside it."""

    word: Annotated[str, Meta(min_length=1, max_length=12)]
    colour: Colour
    icon: str = "notice"


TOPICS: dict[str, Topic] = {
    topic.word: topic
    for topic in (
        # Each colour has a contrast of at least 4.5:1 against white (WCAG 2.2, 1.4.3): the word on the label is white.
        Topic(word="政策通知", colour="#9b2226", icon="policy"),
        Topic(word="便民信息", colour="#0b6e79", icon="life"),
        Topic(word="停水停电", colour="#0b5cad", icon="water"),
        Topic(word="财务公开", colour="#6b4e16", icon="accounts"),
        Topic(word="工作评议", colour="#5b3a8e", icon="review"),
        Topic(word="整治通报", colour="#a3450e", icon="report"),
        Topic(word="办结公示", colour="#2a6a2f", icon="done"),
        Topic(word="安全提示", colour="#b3261e", icon="safety"),
        Topic(word="活动", colour="#8a2f6b", icon="event"),
        Topic(word="红榜", colour="#b01030", icon="honour"),
        Topic(word="助老服务", colour="#1b7a48", icon="elderly"),
    )
}
"""The usual subjects of a village (see content/README.md); `topics:` in village.yaml adds others or restyles these."""


class Film(Frozen, frozen=True):
    """A short video without sound. It belongs to a picture, which stands for it where it cannot be played."""

    sha256: Digest
    size: Annotated[int, Meta(gt=0, le=MAX_BLOB_BYTES)]
    seconds: Annotated[float, Meta(gt=0, le=MAX_FILM_SECONDS)]
    """How long one play of it takes."""
    rate: Annotated[float, Meta(ge=1, le=60)]
    """Frames a second."""
    kind: str = "video/mp4"
    """H.264 in MP4. A screen that cannot play a kind shows the picture."""


class Media(Frozen, frozen=True):
    """A picture that belongs to a notice or a card. `width` and `height` are pixels."""

    sha256: Digest
    size: Annotated[int, Meta(gt=0, le=MAX_BLOB_BYTES)]
    kind: str
    """The media type: image/jpeg, image/png or image/webp. A kind the screen cannot draw is left out there."""
    width: Annotated[int, Meta(gt=0, le=20_000)]
    height: Annotated[int, Meta(gt=0, le=20_000)]
    caption: Annotated[str, Meta(max_length=60)] = ""
    film: Film | None = None
    """Where it is the still picture of a video: the video."""
    source: Annotated[str, Meta(pattern=r"^([0-9a-f]{64}(#[0-9]{1,5})?)?\Z")] = ""
    """Where it was made from another file: that file's digest, and the page. A review is of this, for the next version
    of a library makes other bytes of the same picture."""

    @property
    def files(self) -> "tuple[Media | Film, ...]":
        """The picture's own file, and its film's."""
        return (self, self.film) if self.film else (self,)


class DailyHours(Frozen, frozen=True):
    """From `start` to `end` each day, `end` excluded. Where `end` is not after `start` it is the next day's."""

    start: time
    end: time

    def __post_init__(self) -> None:
        if self.start.tzinfo or self.end.tzinfo:
            raise ValueError("每日时段用当地时间，不带时区")


FIRST_YEAR, LAST_YEAR = 2000, 2390
"""Years that a notice may name: content.onair moves rules by multiples of 400 years."""


def check_year(moment: datetime) -> None:
    """Raise ValueError for a year that no notice may name."""
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        raise ValueError(f"年份 {moment.year} 不在 {FIRST_YEAR}—{LAST_YEAR} 之间")


class Show(Frozen, frozen=True):
    """When a notice is due. All conditions must hold; with none it is always due.

    `start` ≤ now < `end`; `daily` hours; `weekdays` (Monday is 0) or `rrule` (RFC 5545, whole
    days) say on which days the daily hours begin.
    """

    start: datetime | None = None
    end: datetime | None = None
    daily: DailyHours | None = None
    weekdays: tuple[Annotated[int, Meta(ge=0, le=6)], ...] = ()
    rrule: Annotated[str, Meta(max_length=200)] = ""

    def __post_init__(self) -> None:
        for moment in (self.start, self.end):
            if moment and moment.tzinfo:
                raise ValueError("起止时间用当地时间，不带时区")
            if moment:
                check_year(moment)
        if self.start and self.end and self.end <= self.start:
            raise ValueError(f"结束时间 {self.end} 不晚于开始时间 {self.start}")
        if self.weekdays and self.rrule:
            raise ValueError("weekdays 和 rrule 只能写一个")
        if self.rrule:
            check_rrule(self.rrule, has_start=self.start is not None)


class Notice(Frozen, frozen=True):
    """One notice. `source` is the publisher's name as residents know it."""

    id: NoticeId
    title: Annotated[str, Meta(min_length=1, max_length=MAX_TITLE)]
    topic: Topic
    body: Annotated[str, Meta(max_length=MAX_BODY)] = ""
    """Plain text with a little Markdown: paragraphs, `- ` lists, `|` tables, `**bold**`."""
    show: Show = Show()
    media: Annotated[tuple[Media, ...], Meta(max_length=MAX_MEDIA)] = ()
    source: Annotated[str, Meta(max_length=40)] = ""

    def __post_init__(self) -> None:
        check_body(self.body)


class Level(StrEnum):
    """The four colours of a Chinese warning, the least severe first (突发事件应对法: 一级红 … 四级蓝)."""

    BLUE = "蓝"
    YELLOW = "黄"
    ORANGE = "橙"
    RED = "红"

    @property
    def severity(self) -> int:
        """1 for 蓝 (一般) to 4 for 红 (特别严重)."""
        return list(Level).index(self) + 1

    @property
    def word(self) -> str:
        """What the colour says in words."""
        return {"蓝": "一般", "黄": "较重", "橙": "严重", "红": "特别严重"}[self.value]


class Alert(Frozen, frozen=True):
    """An emergency that takes the screen over until `expires`. Both times are aware instants."""

    id: NoticeId
    level: Level
    event: Annotated[str, Meta(min_length=1, max_length=20)]
    headline: Annotated[str, Meta(min_length=1, max_length=40)]
    issued: Annotated[datetime, Meta(tz=True)]
    expires: Annotated[datetime, Meta(tz=True)]
    instruction: Annotated[str, Meta(max_length=400)] = ""
    """What to do, one step a line."""
    contact: Annotated[str, Meta(max_length=60)] = ""
    exercise: bool = False
    source: Annotated[str, Meta(max_length=40)] = ""

    def __post_init__(self) -> None:
        check_year(self.issued)
        check_year(self.expires)
        if self.expires <= self.issued:
            raise ValueError(f"失效时间 {self.expires} 不晚于发布时间 {self.issued}")


class Card(Frozen, frozen=True):
    """The grid worker's card. A card past `until` is not shown: a retired worker must not be called."""

    name: Line
    phone: Phone
    duty: Annotated[str, Meta(max_length=60)] = ""
    motto: Annotated[str, Meta(max_length=40)] = "民有所呼，我必应"
    photo: Media | None = None
    until: date | None = None
    """The last day on which the card is true."""


class ServiceCode(Frozen, frozen=True):
    """The building's QR code (优居码). `{building}` in the URL is filled with the doorway's building."""

    url: Annotated[str, Meta(min_length=8, max_length=300)]
    title: Line = "扫码 马上办"
    hint: Annotated[str, Meta(max_length=40)] = "报修 · 反映问题 · 求助"

    def __post_init__(self) -> None:
        parts = urlsplit(self.url)
        if parts.scheme not in ("https", "http") or not parts.hostname or not re.fullmatch(r"[!-?A-~]+", self.url):
            raise ValueError(f"{self.url!r} 不是网址，请写 https://… 开头的完整地址（只用 ASCII 字符，没有空格和 @）")
        if self.url.count("{building}") > 1:
            raise ValueError("网址里 {building} 只能出现一次，否则二维码太密，扫不出来")

    def at(self, place: str) -> str:
        """The URL to encode at the doorway `place`."""
        return self.url.replace("{building}", building(place))


def text_digest(notice: Notice) -> str:
    """SHA-256 of exactly what a reviewer read: title, topic, body and media. A changed text ends its review."""
    parts = [notice.title, notice.topic.word, notice.body, *(media.source or media.sha256 for media in notice.media)]
    return hashlib.sha256(msgspec.json.encode(parts)).hexdigest()
