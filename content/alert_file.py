"""Alert files that programs write: the text of one, its name, and when it ends. Pure.

They are as people write them (content.authored.AlertFile), so that a person can go on from there.
"""

import re
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from content.alarms.alarm import Alarm, Part
from content.alarms.text import clean
from content.authored import AlertFile, OriginEntry, moment
from content.nodes import yaml_text

LIFE = re.compile(r"(\d{1,4})\s*(m|min|分|分钟|h|小时|时|d|天)")
UNITS = {"m": 1, "min": 1, "分": 1, "分钟": 1, "h": 60, "小时": 60, "时": 60, "d": 1440, "天": 1440}
TIME_OF_DAY = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")
UNFIT = re.compile(r"[\s/\\]+")
ALARM_HEAD = "# 由程序按收到的报警写成；origin 是原话。可以改，但平台再来更新时会整个重写。\n"


def alert_text(alert: AlertFile) -> str:
    """The file. What is not set is not written."""
    fields: dict[str, Any] = {
        "level": alert.level,
        "event": alert.event,
        "headline": alert.headline,
        "instruction": alert.instruction,
        "contact": alert.contact,
        "to": list(alert.to),
        "issued": alert.issued,
        "expires": alert.expires,
        "exercise": alert.exercise,
        "updates": list(alert.updates),
        "origin": origin_fields(alert.origin) if alert.origin else None,
    }
    return yaml_text({name: value for name, value in fields.items() if value or name == "to"})


def origin_fields(origin: OriginEntry) -> dict[str, Any]:
    fields: dict[str, Any] = {"sender": origin.sender, "identifier": origin.identifier, "sent": origin.sent}
    more = {"references": list(origin.references), "words": dict(origin.words)}
    return fields | {name: value for name, value in more.items() if value}


def alarm_text(alarm: Alarm, part: Part, zone: ZoneInfo) -> str:
    """The file of one part of an alarm."""
    return ALARM_HEAD + alert_text(
        AlertFile(
            level=part.level.value,
            event=part.event,
            headline=part.headline,
            instruction=part.instruction,
            contact=part.contact,
            to=part.to,
            issued=local(part.issued, zone),
            expires=local(part.expires, zone),
            exercise=alarm.exercise,
            origin=OriginEntry(
                sender=alarm.sender,
                identifier=clean(alarm.identifier),
                sent=alarm.sent.isoformat(timespec="seconds"),
                references=tuple(
                    f"{one.sender},{one.identifier},{one.sent.isoformat(timespec='seconds')}"
                    for one in alarm.references
                ),
                words=part.words,
            ),
        )
    )


def local(when: datetime, zone: ZoneInfo) -> str:
    """A moment as people write it in the folder."""
    return when.astimezone(zone).replace(tzinfo=None, microsecond=0).isoformat()


def ending(text: str, now: datetime) -> datetime:
    """When `2h`, `90分钟`, `18:00` (today's or tomorrow's) or `2025-07-10T18:00` is. Local, as `now`.

    Raises ValueError.
    """
    life = LIFE.fullmatch(text.strip())
    if life:
        return now + timedelta(minutes=int(life[1]) * UNITS[life[2]])
    clock_time = TIME_OF_DAY.fullmatch(text.strip().replace("：", ":"))
    if clock_time:
        then = now.replace(hour=int(clock_time[1]), minute=int(clock_time[2]), second=0, microsecond=0)
        return then if then > now else then + timedelta(days=1)
    try:
        return moment(text)
    except ValueError as error:
        raise ValueError(f"{text!r} 看不懂，应写成 2h、90分钟、18:00 或 2025-07-10T18:00") from error


def new_id(event: str, day: datetime, taken: set[str]) -> str:
    """`2025-07-10-火情`, and -2, -3 … where that is taken."""
    word = UNFIT.sub("-", event.strip()).strip("-.")[:40]
    first = f"{day:%Y-%m-%d}-{word}" if word else f"{day:%Y-%m-%d}"
    return next(name for name in (first, *(f"{first}-{n}" for n in range(2, 10_000))) if name not in taken)
