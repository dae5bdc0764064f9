"""What is drawn on a contact sheet: each kind of page once, from the sample village. Values only.

A case names itself in Chinese and makes its scenes for any look: mostly one, several where a page moves.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

from msgspec.structs import replace

from content.notice import TOPICS, Alert, Level, Notice, Topic
from kiosk.lcd.visitor_mark import marked
from kiosk.look import Look
from kiosk.rotation import Slide, Subject
from kiosk.scene import alert_seconds, compose, compose_alert, darkness, pages, standing
from kiosk.shapes import Dots, Scene
from kiosk.view import View

MOMENT = datetime(2025, 7, 10, 9, 26)  # noqa: DTZ001 -- local to the village
LONGEST, SHORTEST = "village-rules", "no-throwing"
STILL_SECONDS, CLOCK_RATE = 8.0, 1.0
MOVING = (0.0, 0.45, 0.9)
"""Parts of a page's time at which a page that moves is drawn."""


@dataclass(frozen=True)
class Case:
    """One kind of page. `key` names its files; `themed` ones are drawn in every theme."""

    key: str
    name: str
    scenes: Callable[[View, Look], Iterator[Scene]]
    themed: bool = False
    panels: str = "lcd led"


def of_notice(identity: str, number: int = 1, **changes: object) -> Callable[[View, Look], Iterator[Scene]]:
    """Page `number` of a notice of the sample; -1 is the last. `changes` are of the view."""

    def scenes(view: View, look: Look) -> Iterator[Scene]:
        shown = replace(view, **changes)
        return of_subject(found(view, identity), number, shown, look)

    return scenes


def found(view: View, identity: str) -> Notice:
    return next(notice for notice in view.notices if notice.id == identity)


def of_subject(about: Subject, number: int, view: View, look: Look) -> Iterator[Scene]:
    """Page `number` of `about`; at several moments where it moves."""
    made = laid_out(about, view, look)
    at = min(number, len(made)) if number > 0 else len(made)
    if made:
        slide = Slide(about, at, made[at - 1], len(made), made[at - 1].seconds or STILL_SECONDS)
        yield from at_moments(lambda elapsed: compose(view, slide, MOMENT, look, elapsed=elapsed), slide.seconds)


laid_out = lru_cache(maxsize=16)(pages)
"""The longest notice is wanted several times over, and takes its time."""


def at_moments(scene_at: Callable[[float], Scene], seconds: float) -> Iterator[Scene]:
    """The first picture, and two more where more moves than a clock."""
    first = scene_at(0.0)
    yield first
    if first.rate > CLOCK_RATE and isinstance(first.geometry, Dots):
        for part in MOVING[1:]:
            yield scene_at(part * seconds)


def standing_by(**changes: object) -> Callable[[View, Look], Iterator[Scene]]:
    """Nothing on air."""

    def scenes(view: View, look: Look) -> Iterator[Scene]:
        moment = None if changes.get("unset") else MOMENT
        known = {name: value for name, value in changes.items() if name != "unset"}
        yield compose(replace(view, **known), None, moment, look)

    return scenes


def of_alert(number: int, *alerts: Alert, **changes: object) -> Callable[[View, Look], Iterator[Scene]]:
    """Alert `number` (from 1) of several."""

    def scenes(view: View, look: Look) -> Iterator[Scene]:
        shown = replace(view, alerts=alerts, **changes)

        def scene_at(elapsed: float) -> Scene:
            return compose_alert(
                shown, alerts[number - 1], number, len(alerts), moment_of(alerts[0]), look, elapsed=elapsed
            )

        return at_moments(scene_at, alert_seconds(shown, alerts[number - 1], look))

    return scenes


def moment_of(alert: Alert) -> datetime:
    """A few minutes after it was issued, local."""
    return (alert.issued + timedelta(hours=8, minutes=3)).replace(tzinfo=None)


def of_standing(which: int) -> Callable[[View, Look], Iterator[Scene]]:
    """What has a turn of its own: card and service code on LED panels."""

    def scenes(view: View, look: Look) -> Iterator[Scene]:
        subjects = standing(view, MOMENT, look)
        if which < len(subjects):
            for number in range(1, len(laid_out(subjects[which], view, look)) + 1):
                yield next(of_subject(subjects[which], number, view, look))

    return scenes


def enlarged(identity: str) -> Callable[[View, Look], Iterator[Scene]]:
    """One step larger, because somebody asked for it."""

    def scenes(view: View, look: Look) -> Iterator[Scene]:
        return of_subject(found(view, identity), 1, view, replace(look, enlarged=True))

    return scenes


def touched(view: View, look: Look) -> Iterator[Scene]:
    """Held and enlarged by somebody at the screen."""
    return (marked(scene, "已停住 · 已放大 · 25秒后继续", view, look) for scene in enlarged("ebike")(view, look))


def past_its_day(view: View, look: Look) -> Iterator[Scene]:
    """A card that gave way to whom to ask."""
    assert view.card
    shown = replace(view, card=replace(view.card, until=date(2025, 7, 9)))
    return of_subject(found(view, "ebike"), 1, shown, look)


def dark(view: View, look: Look) -> Iterator[Scene]:
    yield darkness(look)


def alert(level: Level, event: str, headline: str, instruction: str, source: str = "白庄村村委会") -> Alert:
    """An alert of the sample village, as the committee would write it."""
    issued = datetime(2025, 7, 10, 6, 32, tzinfo=UTC)
    return Alert(
        id=event,
        level=level,
        event=event,
        headline=headline,
        instruction=instruction,
        issued=issued,
        expires=issued + timedelta(hours=6),
        contact="村值班电话 0391-0000000",
        source=source,
    )


FIRE = alert(
    Level.RED, "火灾", "3号楼发生火情", "走楼梯向下撤离，不乘电梯\n湿毛巾捂口鼻，弯腰前行\n到南广场集合，等候清点"
)
RAIN = alert(
    Level.ORANGE,
    "暴雨",
    "暴雨橙色预警，低洼楼栋居民请转移到白庄小学",
    "关好门窗，切断电源\n带好身份证、常用药和手机\n跟网格员走，到体育馆登记",
    source="马村街道办事处",
)
WIND = alert(Level.YELLOW, "大风", "今晚有8级大风", "收好阳台上的花盆和衣架\n不在广告牌、大树下停车\n夜里尽量不出门")
COLD = alert(Level.BLUE, "寒潮", "寒潮蓝色预警：明早最低零下9℃", "老人孩子添衣保暖\n水管水表包一包")
DRILL = replace(RAIN, id="drill", exercise=True, headline="大雨要来，请往小学操场走")
WORDY = replace(
    FIRE,
    id="wordy",
    headline="翠苑小区北区3号楼1单元五楼发生火情，2号楼、4号楼请一并疏散",
    instruction="1. 听到警铃立即走楼梯向下撤离，不乘电梯，不回屋取东西\n2. 烟大时用湿毛巾捂住口鼻，弯腰沿墙走\n"
    "3. 走不了的，关好房门、用湿布塞住门缝，到窗口挥衣服呼救\n4. 到南广场找网格员登记，少了谁马上说",
    contact="火警 119　村值班 0391-0000000　网格员 0391-0000012",
)


def topics(view: View) -> Iterator[tuple[Topic, str]]:
    """Each topic that the doorway has a notice of, and that notice's id."""
    named = [*TOPICS.values(), *(notice.topic for notice in view.notices)]
    for topic in dict.fromkeys(named):
        ids = [notice.id for notice in view.notices if notice.topic == topic and notice.id not in (LONGEST, SHORTEST)]
        if ids:
            yield topic, min(ids, key=lambda identity: (TYPICAL.get(identity, 1), ids.index(identity)))


TYPICAL = dict.fromkeys(("2025-07-10-water", "2025-q2-accounts", "elderly-health", "movie-2025-07", "phones"), 0)


def cases(view: View) -> Iterator[Case]:
    """Every kind of page."""
    for topic, identity in topics(view):
        yield Case(f"topic-{topic.word}", f"栏目 {topic.word}", of_notice(identity), themed=True)
    yield from NOTICES
    yield from SHORT_OF_SOMETHING
    yield from ALERTS
    yield Case("enlarged", "放大一级", enlarged("2025-07-10-water"), panels="lcd")
    yield Case("enlarged-long", "放大一级：长文", enlarged("grid-duties"), panels="lcd")
    yield Case("held", "停住并放大", touched, themed=True, panels="lcd")
    yield Case("card", "网格员（单独一页）", of_standing(0), panels="led")
    yield Case("code", "优居码（单独一页）", of_standing(1), panels="led")
    yield Case("dark", "熄屏时段", dark)


NOTICES = (
    Case("shortest", "最短：只有标题", of_notice(SHORTEST), themed=True),
    Case("one-line", "一句话通知", of_notice("u1-ramp")),
    Case("longest-1", "最长：第1页", of_notice(LONGEST), themed=True),
    Case("longest-2", "最长：第2页", of_notice(LONGEST, 2), themed=True),
    Case("longest-last", "最长：末页", of_notice(LONGEST, -1)),
    Case("long-1", "1300字：第1页", of_notice("medical-insurance-2027")),
    Case("long-2", "1300字：第2页", of_notice("medical-insurance-2027", 2)),
    Case("table", "表格：账目", of_notice("2026-q3-accounts")),
    Case("table-menu", "表格：菜单和图", of_notice("canteen-mon-thu")),
    Case("table-phones", "表格：电话", of_notice("phones"), themed=True),
    Case("list", "列表", of_notice("2026-10-closed")),
    Case("list-duties", "列表：网格员职责", of_notice("grid-duties")),
    Case("picture", "图片：横", of_notice("ebike"), themed=True),
    Case("picture-tall", "图片：海报", of_notice("movie-2025-07")),
    Case("picture-2", "图片：第2页", of_notice("flood-route", 2)),
    Case("rare", "生僻字姓名", of_notice("2025-q2-honours")),
    Case("street", "街道的通知", of_notice("2025-07-flood-season")),
)
SHORT_OF_SOMETHING = (
    Case("no-code", "没有优居码", of_notice("ebike", service_code=None)),
    Case("no-card", "没有网格员", of_notice("ebike", card=None)),
    Case("card-past", "公示牌过期", past_its_day),
    Case("bare", "码和牌都没有", of_notice("ebike", service_code=None, card=None)),
    Case("standby", "待机", standing_by(), themed=True),
    Case("standby-bare", "待机：什么都没有", standing_by(card=None, service_code=None)),
    Case("standby-unset", "待机：时钟未校准", standing_by(unset=True)),
)
ALERTS = (
    Case("alert-red", "红色警报", of_alert(1, FIRE), themed=True),
    Case("alert-orange", "橙色警报", of_alert(1, RAIN)),
    Case("alert-yellow", "黄色警报", of_alert(1, WIND)),
    Case("alert-blue", "蓝色警报", of_alert(1, COLD)),
    Case("alert-drill", "演练", of_alert(1, DRILL)),
    Case("alert-1-of-2", "两条警报之一", of_alert(1, FIRE, RAIN)),
    Case("alert-2-of-2", "两条警报之二", of_alert(2, FIRE, RAIN)),
    Case("alert-wordy", "文字多的警报", of_alert(1, WORDY)),
    Case("alert-bare", "警报：没有码和牌", of_alert(1, FIRE, card=None, service_code=None)),
)


def chosen(view: View, *, led: bool, themed_only: bool) -> Iterable[Case]:
    """The cases of one sheet."""
    panel = "led" if led else "lcd"
    return [case for case in cases(view) if panel in case.panels.split() and (case.themed or not themed_only)]
