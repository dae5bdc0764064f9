"""What people write in the content folder, and how it becomes what travels.

One struct for each kind of file and entry, with the names that content/README.md explains.
Times are written as people write them and parsed here; everything else is checked by the
constraints of content.notice.
"""

import re
from datetime import date, datetime, time, timedelta
from typing import Annotated, Any, ClassVar, TypeVar
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Meta, Struct, field

from content.decoding import decoded
from content.document import Document
from content.fleet.letters import NotifyEntry
from content.notice import (
    FIRST_YEAR,
    LAST_YEAR,
    MAX_BODY,
    MAX_MEDIA,
    MAX_TITLE,
    Alert,
    Card,
    Colour,
    DailyHours,
    Level,
    Line,
    Media,
    Phone,
    ServiceCode,
    Show,
    Topic,
)
from content.problem import Gate
from content.settings import Brightness, Coordinates, Hour, Hours, Pace, Settings, Theme

DAILY = re.compile(r"(\d{1,2}):(\d{2})\s*[-–—~～至]\s*(\d{1,2}):(\d{2})")
WEEKDAYS = "一二三四五六日"
LEVELS = "、".join(Level)
ACCEPTABLE = [one for one in Gate if one is not Gate.FORM]
Accepted = Annotated[
    str, Meta(pattern=rf"^({'|'.join(ACCEPTABLE)})\Z", description=f"可以写的提醒：{'、'.join(ACCEPTABLE)}")
]
"""A kind of warning that the author knows of and lets pass."""
Host = Annotated[
    str,
    Meta(
        pattern=r"^(\*\.)?[\w-]+(\.[\w-]+)+\Z",
        max_length=200,
        description="只写主机名，例如 service.example；写成 *.service.example 就包括它的下级",
    ),
]
DisplayName = Annotated[
    str,
    Meta(
        pattern=r"^(led )?\d{2,5}x\d{2,5}(@\d{1,3}(\.\d)?)?\Z",
        description="写成 1920x1080，1280x720@15.6（@ 后面是英寸），LED 屏写成 led 128x32",
    ),
]


class Entry(Struct, frozen=True, kw_only=True):
    """Something written by a person."""

    ELSEWHERE: ClassVar[dict[str, str]] = {}
    """Words that people write here and that belong elsewhere: what to do about each."""


class MediaEntry(Entry, frozen=True):
    """A picture, a video, or a PDF, of which `pages` (`2`, `1-3`) are chosen, with a caption."""

    file: str
    caption: Annotated[str, Meta(max_length=60)] = ""
    pages: Annotated[str, Meta(max_length=20)] = ""


class ReviewEntry(Entry, frozen=True):
    """Who read exactly this text, as which step (初审, 复审, 终审), and when."""

    by: Line
    step: Line
    at: str
    sha256: str


class ShowEntry(Entry, frozen=True):
    """When a notice is due; see content.notice.Show for what each means."""

    start: str = field(default="", name="from")
    until: str = ""
    daily: str = ""
    weekdays: tuple[str, ...] = ()
    rrule: Annotated[str, Meta(max_length=200)] = ""

    def parsed(self, document: Document[Any]) -> Show | None:
        """The Show, or None with every problem noted."""
        before = len(document.problems)
        start = document.check(("show", "from"), lambda: moment(self.start)) if self.start else None
        end = document.check(("show", "until"), lambda: moment(self.until, end=True)) if self.until else None
        daily = document.check(("show", "daily"), lambda: daily_hours(self.daily)) if self.daily else None
        weekdays = document.check(("show", "weekdays"), lambda: tuple(weekday(one) for one in self.weekdays))
        if len(document.problems) > before:
            return None
        where = "rrule" if self.rrule else "until"
        shown: Show | None = document.check(
            ("show", where),
            lambda: Show(start=start, end=end, daily=daily, weekdays=weekdays, rrule=self.rrule.removeprefix("RRULE:")),
        )
        return shown


class NoticeFile(Entry, frozen=True):
    """notices/<id>.yaml"""

    ELSEWHERE: ClassVar[dict[str, str]] = {"recalled": "这条撤回过；要重新发布，删去 recalled 和它下面几行"}
    title: Annotated[str, Meta(min_length=1, max_length=MAX_TITLE)]
    topic: str
    to: tuple[str, ...]
    show: ShowEntry = ShowEntry()
    body: Annotated[str, Meta(max_length=MAX_BODY)] = ""
    media: Annotated[tuple[str | MediaEntry, ...], Meta(max_length=MAX_MEDIA)] = ()
    review: tuple[ReviewEntry, ...] = ()
    accept: tuple[Accepted, ...] = ()

    def pictures(self) -> tuple[MediaEntry, ...]:
        """The media, each as an entry."""
        return tuple(MediaEntry(file=one) if isinstance(one, str) else one for one in self.media)


class OriginEntry(Entry, frozen=True):
    """Where an alert came from, if not from a person's own hand. Written by content.alarms.desk, shown nowhere."""

    sender: str
    identifier: str
    sent: str
    references: tuple[str, ...] = ()
    words: dict[str, str] = {}
    """The original words, in full: screens show short ones."""


class AlertFile(Entry, frozen=True):
    """alerts/<id>.yaml"""

    level: str
    event: Annotated[str, Meta(min_length=1, max_length=20)]
    headline: Annotated[str, Meta(min_length=1, max_length=40)]
    to: tuple[str, ...]
    issued: str
    expires: str
    instruction: Annotated[str, Meta(max_length=400)] = ""
    contact: Annotated[str, Meta(max_length=60)] = ""
    exercise: bool = False
    updates: tuple[str, ...] = ()
    """When its earlier forms were issued, the first one first."""
    origin: OriginEntry | None = None
    accept: tuple[Accepted, ...] = ()

    def alert(self, document: Document[Any], name: str, zone: ZoneInfo, source: str) -> Alert | None:
        """The alert, or None with every problem noted."""
        level = document.check(("level",), lambda: alert_level(self.level)) if self.level else None
        issued = document.check(("issued",), lambda: moment(self.issued)) if self.issued else None
        expires = document.check(("expires",), lambda: moment(self.expires)) if self.expires else None
        if level is None or issued is None or expires is None:
            return None
        made: Alert | None = document.check(
            ("expires",),
            lambda: checked(
                Alert(
                    id=name,
                    level=level,
                    event=self.event,
                    headline=self.headline.strip(),
                    issued=issued.replace(tzinfo=zone),
                    expires=expires.replace(tzinfo=zone),
                    instruction=self.instruction.strip(),
                    contact=self.contact,
                    exercise=self.exercise,
                    source=source,
                )
            ),
        )
        return made


class CardEntry(Entry, frozen=True):
    """A grid worker's card."""

    name: Line
    phone: Phone
    duty: Annotated[str, Meta(max_length=60)] = ""
    motto: Annotated[str, Meta(max_length=40)] = "民有所呼，我必应"
    photo: str = ""
    until: str = ""

    def card(self, photo: Media | None) -> Card:
        """The card as it travels. Raises ValueError for a bad `until`."""
        until = day(self.until) if self.until else None
        return Card(name=self.name, phone=self.phone, duty=self.duty, motto=self.motto, photo=photo, until=until)


class TopicEntry(Entry, frozen=True):
    """A village's own topic."""

    colour: Colour
    icon: str = "notice"

    def topic(self, word: str) -> Topic:
        """The topic called `word`. Raises msgspec.ValidationError for a word that is too long."""
        return checked(Topic(word=word, colour=self.colour, icon=self.icon))


class BrightnessEntry(Entry, frozen=True):
    """`{from: "21:00", percent: 30}`"""

    start: Hour = field(name="from")
    percent: Annotated[int, Meta(ge=1, le=100)]


class SettingsEntry(Entry, frozen=True):
    """How a place shows what it shows; see content.settings.Settings for what each means."""

    pace: Pace | None = None
    theme: Theme | None = None
    hours: Hours | None = None
    brightness: Annotated[tuple[BrightnessEntry, ...], Meta(max_length=24)] = ()
    coordinates: Coordinates | None = None
    emblem: str = ""

    def settings(self, emblem: Media | None) -> Settings:
        """The settings as they travel."""
        return Settings(
            pace=self.pace,
            theme=self.theme,
            hours=self.hours,
            brightness=tuple(Brightness(start=one.start, percent=one.percent) for one in self.brightness),
            coordinates=self.coordinates,
            emblem=emblem,
        )


class PlaceEntry(Entry, frozen=True):
    """A place and those below it. `units: 3` is short for u1 1单元, u2 2单元, u3 3单元."""

    name: Annotated[str, Meta(min_length=1, max_length=40)]
    card: CardEntry | None = None
    service_code: ServiceCode | None = None
    settings: SettingsEntry | None = None
    places: dict[str, "PlaceEntry"] = {}
    units: Annotated[int, Meta(ge=0, le=99)] = 0
    accept: tuple[Accepted, ...] = ()

    def children(self) -> dict[str, "PlaceEntry"]:
        """The places right below, those of `units` first."""
        units = {f"u{number}": PlaceEntry(name=f"{number}单元") for number in range(1, self.units + 1)}
        return units | self.places


class SenderEntry(Entry, frozen=True):
    """One who may send CAP alerts, and the others for whom it may speak."""

    sender: Line
    speaks_for: tuple[Line, ...] = ()


class AlarmsEntry(Entry, frozen=True):
    """What alarms from outside mean here; see content.village.AlarmRules."""

    senders: tuple[str | SenderEntry, ...] = ()
    areas: dict[str, tuple[str, ...]] = {}
    cameras: dict[str, tuple[str, ...]] = {}

    def speakers(self) -> dict[str, tuple[str, ...]]:
        """Each sender with those for whom it may speak."""
        entries = [SenderEntry(sender=one) if isinstance(one, str) else one for one in self.senders]
        return {entry.sender: entry.speaks_for for entry in entries}


class VillageFile(Entry, frozen=True):
    """village.yaml"""

    ELSEWHERE: ClassVar[dict[str, str]] = dict.fromkeys(
        ("card", "service_code", "settings"), "移到 places: 里某个地点的下面，和它的 name 对齐"
    )
    publisher: str
    name: Annotated[str, Meta(min_length=1, max_length=40)]
    places: dict[str, PlaceEntry]
    timezone: str = "Asia/Shanghai"
    topics: dict[str, TopicEntry] = {}
    alarms: AlarmsEntry = AlarmsEntry()
    notify: NotifyEntry = NotifyEntry()
    hosts: Annotated[tuple[Host, ...], Meta(max_length=100)] = ()
    """To which web addresses service codes and texts may lead; any, while there are none."""
    displays: Annotated[tuple[DisplayName, ...], Meta(max_length=12)] = ()
    """For which panels `check` draws."""
    accept: tuple[Accepted, ...] = ()


def moment(text: str, *, end: bool = False) -> datetime:
    """`2025-07-10` or `2025-07-10T18:00`, local. As an end, a day alone means to the end of that day."""
    cleaned = text.strip().replace("/", "-").replace("：", ":")
    is_day = len(cleaned) <= len("2025-07-10")
    try:
        parsed = datetime.combine(date.fromisoformat(cleaned), time.min) if is_day else datetime.fromisoformat(cleaned)
    except ValueError as error:
        raise ValueError(f"时间 {text!r} 看不懂，应写成 2025-07-10 或 2025-07-10T18:00") from error
    if parsed.tzinfo:
        raise ValueError(f"时间 {text!r} 不要带时区，直接写当地时间")
    if is_day and not FIRST_YEAR <= parsed.year <= LAST_YEAR:  # as written, before a day is added
        raise ValueError(f"年份 {parsed.year} 不在 {FIRST_YEAR}—{LAST_YEAR} 之间；长期有效的不用写")
    return parsed + timedelta(days=1) if is_day and end else parsed


def day(text: str) -> date:
    """`2025-07-10`."""
    try:
        return date.fromisoformat(text.strip())
    except ValueError as error:
        raise ValueError(f"日期 {text!r} 看不懂，应写成 2025-07-10") from error


def daily_hours(text: str) -> DailyHours:
    """`06:30-22:00`, `22:00-06:00` (past midnight), `08:00-24:00`."""
    match = DAILY.fullmatch(text.strip().replace("：", ":"))
    if not match:
        raise ValueError(f"时段 {text!r} 看不懂，应写成 06:30-22:00（加引号）")
    hours = [int(part) for part in match.groups()]
    if hours[2:] == [24, 0]:
        hours[2] = 0
    try:
        return DailyHours(start=time(hours[0], hours[1]), end=time(hours[2], hours[3]))
    except ValueError as error:
        raise ValueError(f"时段 {text!r} 里没有这样的钟点") from error


def weekday(text: str) -> int:
    """0 for 周一 or 星期一 to 6 for 周日 or 星期天."""
    last = text.strip().removeprefix("星期").removeprefix("周").replace("天", "日")
    if len(last) != 1 or last not in WEEKDAYS:
        raise ValueError(f"星期 {text!r} 看不懂，应写成 周一、周二 … 周日")
    return WEEKDAYS.index(last)


def alert_level(text: str) -> Level:
    """红, 橙, 黄 or 蓝, with or without 色."""
    try:
        return Level(text.strip().removesuffix("预警").removesuffix("色"))
    except ValueError as error:
        raise ValueError(f"级别 {text!r} 不对，应为 {LEVELS} 之一") from error


Checked = TypeVar("Checked", bound=Struct)


def checked(value: Checked) -> Checked:
    """`value` again, through the checks that its bytes will meet at the screen."""
    return decoded(msgspec.json.encode(value), type(value))
