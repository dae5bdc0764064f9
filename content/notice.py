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

from content.place import building

MAX_TITLE = 80
MAX_BODY = 5_000
MAX_MEDIA = 12
MAX_BLOB_BYTES = 64 * 1024 * 1024

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


class Media(Frozen, frozen=True):
    """A picture that belongs to a notice or a card. `width` and `height` are pixels."""

    sha256: Digest
    size: Annotated[int, Meta(gt=0, le=MAX_BLOB_BYTES)]
    kind: str
    """The media type: image/jpeg, image/png or image/webp. A kind the screen cannot draw is left out there."""
    width: Annotated[int, Meta(gt=0, le=20_000)]
    height: Annotated[int, Meta(gt=0, le=20_000)]
    caption: Annotated[str, Meta(max_length=60)] = ""


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


class Pace(Frozen, frozen=True):
    """How long a page stays. Reading speed is what an elder manages aloud, not what a student skims."""

    characters_per_second: Annotated[float, Meta(gt=0, le=50)] = 5.0
    least_seconds: Annotated[float, Meta(ge=3, le=120)] = 8.0
    most_seconds: Annotated[float, Meta(ge=3, le=600)] = 30.0

    def __post_init__(self) -> None:
        if self.least_seconds > self.most_seconds:
            raise ValueError("least_seconds 不能大于 most_seconds")


class Settings(Frozen, frozen=True):
    """Per-place settings. A field that is not set here is taken from the place above."""

    pace: Pace | None = None


def text_digest(notice: Notice) -> str:
    """SHA-256 of exactly what a reviewer read: title, topic, body and media. A changed text ends its review."""
    parts = [notice.title, notice.topic.word, notice.body, *(media.sha256 for media in notice.media)]
    return hashlib.sha256(msgspec.json.encode(parts)).hexdigest()


RRULE_FREQUENCIES = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")
RRULE_PART = re.compile(r"([A-Z]+)=([A-Z0-9,+\-:TZ]+)")
RRULE_NAMES = frozenset("FREQ INTERVAL COUNT UNTIL WKST BYDAY BYMONTHDAY BYMONTH BYYEARDAY BYWEEKNO BYSETPOS".split())
RRULE_DAY_PARTS = frozenset({"BYDAY", "BYMONTHDAY", "BYYEARDAY", "BYWEEKNO"})


def rrule_parts(text: str) -> dict[str, str]:
    """`FREQ=MONTHLY;BYMONTHDAY=5` as a dict. Raises ValueError for what is not of that form."""
    parts: dict[str, str] = {}
    for piece in text.split(";"):
        match = RRULE_PART.fullmatch(piece)
        if not match:
            raise ValueError(f"rrule 里的 {piece!r} 看不懂，应为 名称=值，例如 FREQ=MONTHLY;BYMONTHDAY=5,15,25")
        if match[1] not in RRULE_NAMES:
            raise ValueError(f"rrule 不支持 {match[1]}，可用：{'、'.join(sorted(RRULE_NAMES))}")
        if match[1] in parts:
            raise ValueError(f"rrule 里 {match[1]} 写了两次")
        parts[match[1]] = match[2]
    return parts


RRULE_RANGES = {"BYMONTHDAY": 31, "BYMONTH": 12, "BYYEARDAY": 366, "BYWEEKNO": 53, "BYSETPOS": 366}
"""The largest absolute values of RFC 5545, 3.3.10; 0 is none of them. dateutil checks few of these."""
RRULE_WEEKDAY = re.compile(r"([+-]?[1-9]\d?)?(MO|TU|WE|TH|FR|SA|SU)")


def check_ranges(parts: dict[str, str]) -> None:
    """Raise ValueError for numbers that no calendar has."""
    for name, most in RRULE_RANGES.items():
        for text in parts[name].split(",") if name in parts else ():
            if (
                not re.fullmatch(r"[+-]?\d{1,3}", text)
                or not 1 <= abs(int(text)) <= most
                or (name == "BYMONTH" and int(text) < 0)
            ):
                raise ValueError(f"rrule 的 {name}={text} 不对，应在 1 到 {most} 之间")
    for name in ("INTERVAL", "COUNT"):
        if name in parts and not re.fullmatch(r"[1-9]\d{0,3}", parts[name]):
            raise ValueError(f"rrule 的 {name}={parts[name]} 不对，应为 1 到 9999 的整数")
    most_weeks = 5 if parts["FREQ"] == "MONTHLY" or "BYMONTH" in parts else 53
    for text in parts["BYDAY"].split(",") if "BYDAY" in parts else ():
        match = RRULE_WEEKDAY.fullmatch(text)
        if not match or (match[1] and abs(int(match[1])) > most_weeks):
            raise ValueError(f"rrule 的 BYDAY={text} 不对，应为 MO、TU … SU，或第几个如 1MO、-1FR")


def check_rrule(text: str, *, has_start: bool) -> None:
    """Raise ValueError unless `text` is a rule of whole days that means one thing.

    Sub-daily frequencies are refused (hours are `daily`'s business, and a rule by the second
    would cost the screen hours of arithmetic). A rule that RFC 5545 completes from DTSTART
    needs a `from`, or its days would be a matter of chance.
    """
    parts = rrule_parts(text)
    if parts.get("FREQ") not in RRULE_FREQUENCIES:
        raise ValueError(f"rrule 要有 FREQ，且为 {'、'.join(RRULE_FREQUENCIES)} 之一；每天的时段请写 daily")
    check_ranges(parts)
    anchored = parts["FREQ"] == "DAILY" or RRULE_DAY_PARTS & parts.keys()
    if not has_start and ({"INTERVAL", "COUNT"} & parts.keys() or not anchored):
        raise ValueError("这样的 rrule 从哪天算起不明确，请加上 from，或写明 BYDAY、BYMONTHDAY")
    from dateutil.rrule import rrulestr  # 40 ms to import: only screens with such notices pay

    try:
        if "UNTIL" in parts:
            datetime.strptime(parts["UNTIL"][:8], "%Y%m%d")  # noqa: DTZ007 -- local to the village by definition
        rrulestr(text, dtstart=datetime(2024, 1, 1), ignoretz=True)  # noqa: DTZ001 -- the same
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"rrule {text!r} 不合 RFC 5545：{error}") from error
