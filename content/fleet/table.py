"""The state of every screen, from what it last told. Pure: statuses, places and a moment in; one condition each out.

Silence is measured in seconds that the collector listened, not in wall time: while it was stopped,
or the broker away, nobody was silent. `heard` is a moment for people; `heard_at` is what counts.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime, timedelta
from enum import StrEnum

from msgspec.structs import replace

from content.fleet.twins import Starts
from content.notice import Card, Frozen
from content.place import ancestry
from content.reports import Status
from content.village import Place

LATE_SECONDS = 150.0
"""A status comes every 60 s ± 25 %, so at most 75 s apart: this is two in a row that did not come."""
LOST_SECONDS = 300.0
"""Four in a row. A screen that reboots, or comes back to a broker with all the others (60 s of jitter), is not lost."""
FROZEN_BEAT_SECONDS = 40.0
"""The player's heartbeat is written every 10 s and looked at by the agent with each status: with the 75 s
between statuses, a player that stopped is known within 115 s. Drawing a large picture takes a Pi 3 s, not 40."""
FROZEN_PICTURE_SECONDS = 150.0
"""No frame for so long although there is more than one page: the header's clock alone is a frame a minute."""
FROZEN_PAGE_SECONDS = 660.0
"""The same while that clock is not shown, because it is not trusted: a page stays 600 s at most (content.settings)."""
CLOCK_SECONDS = 120.0
"""Notices begin and end by the minute; a message's way takes seconds, under a flood of them perhaps a minute."""
MOST_SECONDS = 3_155_760_000.0
"""A century."""
REFUSAL_SECONDS = 900.0
"""How long after the last refused message a screen is shown as refusing."""


class Condition(StrEnum):
    """What a screen is, the gravest first. Every screen is exactly one of these."""

    NEVER = "never"
    LOST = "lost"
    LATE = "late"
    FROZEN = "frozen"
    WRONG_CLOCK = "wrong-clock"
    REFUSING = "refusing"
    DARK = "dark"
    ONLINE = "online"

    @property
    def word(self) -> str:
        """For people."""
        return WORDS[self]


WORDS = {
    Condition.NEVER: "从未上线",
    Condition.LOST: "失联",
    Condition.LATE: "迟到",
    Condition.FROZEN: "画面停住",
    Condition.WRONG_CLOCK: "时钟不准",
    Condition.REFUSING: "拒收内容",
    Condition.DARK: "夜间熄屏",
    Condition.ONLINE: "正常",
}


class Screen(Frozen, frozen=True):
    """One screen as it was last heard. `status` is its last own word; a last will changes `online` only."""

    screen: str
    status: Status
    place: str
    online: bool
    first_heard: datetime
    heard: datetime
    heard_at: float
    """The collector's listened seconds then."""
    moved: datetime
    """When frames were last seen to grow."""
    beaten: datetime
    """When the player's heartbeat was last seen to change."""
    offset_seconds: float | None = None
    """Screen's clock minus ours, where a status came fresh."""
    clock_wrong_since: datetime | None = None
    refused: datetime | None = None
    starts: Starts = Starts()


class Row(Frozen, frozen=True):
    """A line of the table."""

    screen: str
    place: str
    place_name: str
    condition: Condition
    since: datetime | None
    why: str
    heard: datetime | None = None
    item: str = ""
    version: str = ""
    offset_seconds: float | None = None
    """Screen's clock minus ours."""
    listed: bool = True
    """Counts in coverage: its place is ours and, where there is a list of screens, it is in it."""
    remark: str = ""
    revoked: bool = False
    """Every certificate of it was taken back: it cannot come again, and nobody need look for it."""


def learned(before: Screen | None, status: Status, now: datetime, listened: float, *, fresh: bool) -> Screen | None:
    """`before` with what `status` says; None where it says nothing new.

    `fresh` is false for the first message of a screen since we subscribed: that one may be
    retained, and as old as may be. Its own time then says when it was said, if its clock may be believed.
    """
    if before is not None and status == before.status and before.online:
        return None
    if not status.online:
        return gone_offline(before, status, now, listened)
    said = status.at if status.at is not None and status.clock_trusted else now
    heard = now if fresh else min(said, now)
    age = (now - heard).total_seconds() if before is None else 0.0
    offset = (status.at - now).total_seconds() if fresh and status.at else before.offset_seconds if before else None
    wrong = not status.clock_trusted or (offset is not None and abs(offset) > CLOCK_SECONDS)
    starts = before.starts if before else Starts()
    wrong_before = before.clock_wrong_since if before else None
    return Screen(
        screen=status.screen,
        status=status,
        place=status.place or (before.place if before else ""),
        online=True,
        first_heard=before.first_heard if before else heard,
        heard=heard,
        heard_at=listened - age,
        moved=heard if before is None or frames(status) != frames(before.status) else before.moved,
        beaten=heard if before is None or status.showing != before.status.showing else before.beaten,
        offset_seconds=offset,
        clock_wrong_since=(wrong_before or heard) if wrong else None,
        refused=heard if has_refused(before, status) else before.refused if before else None,
        starts=starts.heard(status, now) if fresh else starts,
    )


def gone_offline(before: Screen | None, status: Status, now: datetime, listened: float) -> Screen | None:
    """The broker's word, or the screen's goodbye. Of a screen that we never heard, nobody knows since when."""
    if before is not None:
        return replace(before, online=False) if before.online else None
    said = min(status.at or now, now)
    return Screen(
        screen=status.screen,
        status=status,
        place=status.place,
        online=False,
        first_heard=said,
        heard=said,
        heard_at=listened - LOST_SECONDS,
        moved=said,
        beaten=said,
    )


def frames(status: Status) -> tuple[int, str, int] | None:
    """What moves while a player lives."""
    beat = status.showing
    return (beat.frames, beat.item, beat.page) if beat else None


def has_refused(before: Screen | None, status: Status) -> bool:
    """Were messages refused since `before`? Counts begin anew when the agent does."""
    count = sum(status.refusals.values())
    return count > 0 and (before is None or count != sum(before.status.refusals.values()))


def condition(screen: Screen, now: datetime, listened: float) -> tuple[Condition, datetime | None, str]:
    """What it is, since when, and why in words. The gravest that holds."""
    silent = listened - screen.heard_at
    if silent > LOST_SECONDS:
        return Condition.LOST, screen.heard, f"{words_of(silent)}没有消息；请看电源和网络"
    if silent > LATE_SECONDS or not screen.online:
        why = f"{words_of(silent)}没有消息" if silent > LATE_SECONDS else "与 broker 的连接断了，可能会自己回来"
        return Condition.LATE, screen.heard, why
    frozen = frozen_since(screen)
    if frozen is not None:
        return Condition.FROZEN, *frozen
    if screen.clock_wrong_since is not None:
        return Condition.WRONG_CLOCK, screen.clock_wrong_since, why_wrong(screen)
    if screen.refused is not None and now - screen.refused < timedelta(seconds=REFUSAL_SECONDS):
        return Condition.REFUSING, screen.refused, f"最近一次：{screen.status.last_refusal[:80] or '未说明'}"
    if screen.status.showing is not None and not screen.status.showing.lit:
        return Condition.DARK, None, "不在开屏时段，红色、橙色警报仍会亮屏"
    return Condition.ONLINE, None, ""


def frozen_since(screen: Screen) -> tuple[datetime, str] | None:
    """Since when nothing moves although the agent speaks, and why we think so.

    A heartbeat's age is told by the screen's own clock. While that is not trusted, agent and player may differ
    about it, and the heartbeat is watched from here: it must change between two statuses.
    """
    status, beat = screen.status, screen.status.showing
    unchanged = (screen.heard - screen.beaten).total_seconds()
    if beat is None:
        return (screen.beaten, "播放程序没有运行") if unchanged > FROZEN_BEAT_SECONDS else None
    believed = status.clock_trusted and status.at is not None
    age = (status.at - beat.at).total_seconds() if believed and status.at else unchanged
    if age > FROZEN_BEAT_SECONDS:
        return (min(beat.at, screen.heard) if believed else screen.beaten), "播放程序停住了，看门狗应会重启它"
    still = (screen.heard - screen.moved).total_seconds()
    limit = FROZEN_PICTURE_SECONDS if status.clock_trusted else FROZEN_PAGE_SECONDS
    if beat.pages > 1 and beat.lit and still > limit:
        return screen.moved, f"{words_of(still)}没有画出新画面"
    return None


def why_wrong(screen: Screen) -> str:
    trusted, told = screen.status.clock_trusted, screen.status.hardware and screen.status.hardware.clock_offset_seconds
    if told and abs(told) > CLOCK_SECONDS and not trusted:  # it does not believe its own clock, nor count by it
        far = f"它的时钟比发布端{'快' if told > 0 else '慢'} {words_of(abs(told))}，已不作数"
        return f"{far}；请查那里的时间服务器（每块屏都这样，就查发布端的时钟）"
    if not trusted:
        return "还没有对上时间；请看它能不能访问时间服务器"
    offset = screen.offset_seconds or 0.0
    return f"比发布端{'快' if offset > 0 else '慢'} {words_of(abs(offset))}"


def words_of(seconds: float) -> str:
    """A length of time, roughly; whoever reports says any number."""
    if seconds > MOST_SECONDS:
        return "一百年以上"
    if seconds < 120:
        return f"{seconds:.0f} 秒"
    if seconds < 7200:
        return f"{seconds / 60:.0f} 分钟"
    return f"{seconds / 3600:.0f} 小时" if seconds < 172_800 else f"{seconds / 86_400:.0f} 天"


def table(
    screens: Iterable[Screen],
    roster: Mapping[str, str],
    places: Mapping[str, Place],
    now: datetime,
    listened: float,
    revoked: Collection[str] = (),
) -> list[Row]:
    """Every screen that was heard or is listed, each once, in the order of the places.

    `roster` (screen → place) is screens.yaml; without one, a screen exists once it was heard. `revoked` are screens
    that the authority has shut out.
    """
    known = {screen.screen: screen for screen in screens}
    rows = [row_of(screen, roster, places, now, listened) for screen in known.values()]
    rows += [
        Row(
            screen=name,
            place=place,
            place_name=name_of(place, places),
            condition=Condition.NEVER,
            since=None,
            why="列在 screens.yaml 里，还没有报到过",
        )
        for name, place in roster.items()
        if name not in known
    ]
    rows = [shut_out(row) if row.screen in revoked else row for row in rows]
    order = {path: number for number, path in enumerate(places)}
    return sorted(rows, key=lambda row: (order.get(row.place, len(order)), row.place, row.screen))


def row_of(
    screen: Screen, roster: Mapping[str, str], places: Mapping[str, Place], now: datetime, listened: float
) -> Row:
    """The line of one screen that was heard."""
    state, since, why = condition(screen, now, listened)
    place = screen.place or roster.get(screen.screen, "")
    remark = ""
    if screen.starts.are_of_two(now):
        remark = "可能有两张同样的卡，轮流把对方挤下线：拔掉复制的那张，给那块屏单独烧卡"
    elif place not in places:
        remark = f"地点 {place or '（没有说）'} 不在 village.yaml 里"
    elif roster and screen.screen not in roster:
        remark = "没有登记在 screens.yaml 里"
    elif roster and roster[screen.screen] != place:
        remark = f"登记的地点是 {roster[screen.screen]}，它说自己在 {place}"
    beat = screen.status.showing
    return Row(
        screen=screen.screen,
        place=place,
        place_name=name_of(place, places),
        condition=state,
        since=since,
        why=why,
        heard=screen.heard,
        item=beat.item if beat else "",
        version=screen.status.version,
        offset_seconds=screen.offset_seconds,
        listed=place in places and (not roster or screen.screen in roster),
        remark=remark,
    )


def shut_out(row: Row) -> Row:
    """The line of a revoked screen: its silence is as it should be, its voice is not."""
    if row.condition in (Condition.LOST, Condition.LATE, Condition.NEVER):
        down = "" if row.condition is Condition.NEVER else "--retire，"  # nothing but the list tells of it
        why = (
            f"证书已吊销，连不上是对的，不用去看；补卡：provisioning enrol，拆下了：{down}删掉 screens.yaml 里它那一行"
        )
        return replace(row, revoked=True, why=why)
    return replace(row, revoked=True, remark="证书已吊销，却还连着：再运行一次 provisioning revoke")


def name_of(place: str, places: Mapping[str, Place]) -> str:
    """The names from the block down, as people say them: 北区 第12微网格 3号楼 1单元."""
    names = [places[one].name for one in ancestry(place) if one in places] if place else []
    return " ".join(names[1:] or names) or place


def nearest_card(place: str, places: Mapping[str, Place], today: date) -> Card | None:
    """The grid worker of a place: the card of the nearest place above it that is still true."""
    cards = (places[one].card for one in reversed(ancestry(place)) if one in places) if place else ()
    return next((card for card in cards if card and (card.until is None or today <= card.until)), None)


def counted(rows: Iterable[Row]) -> dict[Condition, int]:
    """How many screens are what; every condition is named."""
    counts = dict.fromkeys(Condition, 0)
    for row in rows:
        counts[row.condition] += 1
    return counts
