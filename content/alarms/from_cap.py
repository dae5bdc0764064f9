"""What to do about a CAP message: who may send it, how bad it is, for whom, until when. Pure.

| status   | what happens |
|----------|---|
| Actual   | an alert |
| Exercise | an alert that is marked 演练 |
| Test, System, Draft | taken, logged, shown nowhere |

| severity | level | |
|----------|----|---|
| Extreme  | 红 | |
| Severe   | 橙 | |
| Moderate | 黄 | |
| Minor    | 蓝 | |
| Unknown, or any other word | 黄 | never silent |

One level less where certainty is Unlikely or urgency is Past; 蓝 where the response is AllClear.
But a colour of the sender's own wins: in an eventCode or a parameter (`预警级别` = 橙色,
`awareness_level` = `3; orange; Severe`), as the severity, or in the words (暴雨橙色预警).
"""

import re
from collections.abc import Iterable, Iterator
from datetime import datetime

from content.alarms.alarm import DEFAULT_LIFE, MOST_AHEAD, MOST_LIFE, MOST_PARTS, Act, Alarm, Named, Part, lasting
from content.alarms.cap import CapAlert, CapArea, CapInfo
from content.alarms.places import places_of
from content.alarms.text import clean, one_line, shortened, steps
from content.errors import AlarmReason, AlarmRefused
from content.notice import Frozen, Level
from content.village import Village

MOST_EVENT, MOST_HEADLINE, MOST_INSTRUCTION, MOST_CONTACT = 20, 40, 400, 60
"""As content.notice.Alert has them."""
ACTS: dict[str, Act] = {"Alert": "alert", "Update": "update", "Cancel": "cancel"}
BY_SEVERITY = {"Extreme": Level.RED, "Severe": Level.ORANGE, "Moderate": Level.YELLOW, "Minor": Level.BLUE}
UNKNOWN_LEVEL = Level.YELLOW
COLOURS = {
    **{word: level for level in Level for word in (level.value, f"{level.value}色")},
    "red": Level.RED,
    "orange": Level.ORANGE,
    "yellow": Level.YELLOW,
    "blue": Level.BLUE,
}
COLOUR_VALUE = re.compile(r"(?<![\w])(red|orange|yellow|blue)(?![\w])|([红橙黄蓝])(?:色|$)", re.IGNORECASE)
LEVEL_NAME = re.compile(r"colou?r|level|severity|颜色|级别|等级", re.IGNORECASE)
WARNING_COLOUR = re.compile(r"([红橙黄蓝])色(?=.{0,4}(?:预警|警报|信号)|$)")


class Ignored(Frozen, frozen=True):
    """A message that is in order and changes nothing."""

    why: str


def judge_cap(message: CapAlert, village: Village, now: datetime) -> Alarm | Ignored:
    """What the message comes to. Raises AlarmRefused with the reason for the sender."""
    if message.sender not in village.alarms.senders:
        raise AlarmRefused(
            AlarmReason.UNKNOWN_SENDER, f"发送者 {message.sender[:60]!r} 不在 village.yaml 的 alarms: senders: 里"
        )
    if message.message in ("Ack", "Error"):
        return Ignored(why=f"{message.message} 是给系统看的回执，不显示")
    if message.status in ("Test", "System", "Draft"):
        return Ignored(why=f"状态是 {message.status}，只作记录，不上屏")
    if message.scope != "Public":
        raise AlarmRefused(AlarmReason.NOT_PUBLIC, f"scope 是 {message.scope}，不能上公共屏幕")
    if message.sent > now + MOST_AHEAD:
        raise AlarmRefused(AlarmReason.WRONG_TIME, f"sent {message.sent.isoformat()} 在将来，请检查发送方的时钟")
    act = ACTS[message.message]
    return Alarm(
        sender=message.sender,
        identifier=message.identifier,
        sent=message.sent,
        act=act,
        received=now,
        references=references(message, village, act),
        exercise=message.status == "Exercise",
        parts=() if act == "cancel" else parts(message, village, now),
        remarks=tuple(remarks(message, act)),
    )


def remarks(message: CapAlert, act: Act) -> Iterator[str]:
    """What of it was taken otherwise than written."""
    yield from message.remarks
    if act == "update" and not message.references:
        yield "Update 没有写 references，当作新的警报"
    for info in message.infos if act != "cancel" else ():
        if info.expires is None:
            yield f"没有写 expires，按 {DEFAULT_LIFE.total_seconds() / 3600:.0f} 小时处理"
        elif info.expires > (info.effective or message.sent) + MOST_LIFE:
            yield f"有效期超过 {MOST_LIFE.days} 天，先显示 {MOST_LIFE.days} 天；要延长请发 Update"


def references(message: CapAlert, village: Village, act: Act) -> tuple[Named, ...]:
    """Those of its references for which the sender may speak."""
    may = {message.sender, *village.alarms.senders[message.sender]}
    allowed = [one for one in message.references if one.sender in may]
    if act == "cancel" and not allowed:
        why = "没有写解除哪一条" if not message.references else "只能解除自己发的；代别人解除要写在 speaks_for 里"
        raise AlarmRefused(AlarmReason.NO_REFERENCE, f"Cancel 的 references {why}")
    return tuple(Named(sender=one.sender, identifier=one.identifier, sent=one.sent) for one in allowed)


def parts(message: CapAlert, village: Village, now: datetime) -> tuple[Part, ...]:
    """An alert for each info, in the language of choice, that is about places of ours."""
    if not message.infos:
        raise AlarmRefused(AlarmReason.NO_CONTENT, "没有 info，不知道要显示什么")
    found: list[Part] = []
    for info in preferred(message.infos):
        to = places_of(info.areas or every_area(message.infos), village)
        if to:
            found.append(part(message, info, to, now))
    if not found:
        raise AlarmRefused(AlarmReason.NO_PLACE, no_place(message))
    if len(found) > MOST_PARTS:
        raise AlarmRefused(AlarmReason.TOO_LARGE, f"涉及本村的 info 有 {len(found)} 个，最多 {MOST_PARTS} 个")
    if message.message == "Alert" and all(one.expires <= now for one in found):
        latest = max(one.expires for one in found)
        raise AlarmRefused(AlarmReason.EXPIRED, f"已在 {latest.isoformat()} 失效，不再显示")
    return tuple(found)


def preferred(infos: tuple[CapInfo, ...]) -> list[CapInfo]:
    """The infos in one language: zh-CN, else any Chinese, else that of the first."""

    def speaking(language: str) -> list[CapInfo]:
        return [info for info in infos if info.language.lower().startswith(language)]

    return speaking("zh-cn") or speaking("zh") or speaking(infos[0].language.lower())


def every_area(infos: Iterable[CapInfo]) -> tuple[CapArea, ...]:
    return tuple(area for info in infos for area in info.areas)


def no_place(message: CapAlert) -> str:
    """Why it is shown nowhere, and what to do about that."""
    areas = every_area(message.infos)
    codes = sorted({code.value for area in areas for code in area.geocodes})
    what = [f"区域编码 {'、'.join(codes[:6])}"] if codes else []
    if any(area.polygons or area.circles for area in areas):
        what.append("多边形或圆（与各地点 settings 里的 coordinates 比较）")
    what += [f"区域名 {area.description[:40]!r}" for area in areas[:3] if area.description]
    told = "；".join([*what, *message.remarks]) or "没有写区域"
    return f"不涉及本村的任何地点：{told}。要显示，请在 village.yaml 的 alarms: areas: 里写上对应的地点"


def part(message: CapAlert, info: CapInfo, to: tuple[str, ...], now: datetime) -> Part:
    """One info as our alert."""
    begins = info.effective or message.sent
    # A sender's clock that is some minutes ahead must not hold an alert back; a start that it names does.
    issued = begins if begins > message.sent else min(begins, now)
    instruction = steps(info.instruction) or steps(info.description)
    return Part(
        level=level_of(info),
        event=shortened(one_line(info.event), MOST_EVENT) or "警报",
        headline=shortened(one_line(info.headline) or one_line(info.event), MOST_HEADLINE) or "警报",
        to=to,
        issued=issued,
        expires=lasting(issued, info.expires),
        instruction=shortened(instruction, MOST_INSTRUCTION),
        contact=shortened(one_line(info.contact), MOST_CONTACT),
        words=dict(original_words(info)),
    )


def level_of(info: CapInfo) -> Level:
    """The colour, by the table above."""
    named = colours(info)
    if named:
        return max(named, key=lambda level: level.severity)
    if any(one.lower() == "allclear" for one in info.response_types):
        return Level.BLUE
    level = BY_SEVERITY.get(info.severity, UNKNOWN_LEVEL)
    lower = info.severity in BY_SEVERITY and (info.certainty == "Unlikely" or info.urgency == "Past")
    return list(Level)[max(0, level.severity - 2)] if lower else level


def colours(info: CapInfo) -> list[Level]:
    """The colours that the sender names, of the first kind of place where there is one."""
    pairs = [*info.event_codes, *info.parameters]
    told = [match for one in pairs if LEVEL_NAME.search(one.name) for match in COLOUR_VALUE.finditer(one.value.strip())]
    told = told or [match for one in pairs for match in WARNING_COLOUR.finditer(one.value)]
    told = told or list(COLOUR_VALUE.finditer(info.severity))
    told = told or list(WARNING_COLOUR.finditer(one_line(info.event)))
    told = told or list(WARNING_COLOUR.finditer(one_line(info.headline)))
    return [COLOURS[next(group for group in match.groups() if group).lower()] for match in told]


def original_words(info: CapInfo) -> Iterator[tuple[str, str]]:
    """All that the info says, under CAP's names, for the file."""
    told = {
        "language": info.language,
        "category": " ".join(info.categories),
        "event": info.event,
        "urgency": info.urgency,
        "severity": info.severity,
        "certainty": info.certainty,
        "onset": info.onset.isoformat() if info.onset else "",
        "senderName": info.sender_name,
        "headline": info.headline,
        "description": info.description,
        "instruction": info.instruction,
        "contact": info.contact,
        "areaDesc": "；".join(area.description for area in info.areas if area.description),
        "eventCode": "；".join(f"{one.name}={one.value}" for one in info.event_codes),
        "parameter": "；".join(f"{one.name}={one.value}" for one in info.parameters),
    }
    for name, words in told.items():
        if clean(words):
            yield name, clean(words)
