"""What is wrong now that somebody must be told of, and what is to be said. Pure."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from content.fleet.coverage import Coverage, Spot
from content.fleet.table import Condition, Row, nearest_card
from content.notice import Frozen
from content.village import Village

RECALL_SECONDS = 600.0
"""A screen that is on takes a recall within seconds; ten minutes leave time for one reboot."""
FROZEN_SECONDS = 600.0
"""The watchdog restarts a frozen player within a minute or two; longer, it does not help."""
RECALL_FORGOTTEN_DAYS = 30
"""After that a screen that never answered is a lost screen, and no news about the recall."""
MOST_NAMED = 20
"""Places named in one message; a text message is short."""

WORDS = {
    "lost": "屏幕失联",
    "frozen": "屏幕画面停住",
    "recall": "撤回没有完成",
    "alert": "警报没有全部显示",
}


class Addressee(Frozen, frozen=True):
    """A place that somebody must go to, and who is responsible there."""

    place_name: str
    worker: str = ""
    phone: str = ""


class Trouble(Frozen, frozen=True):
    """One thing that is wrong. `kind` and `subject` say which; while it lasts, people are told once."""

    kind: str
    subject: str
    text: str
    places: tuple[Addressee, ...] = ()


def troubles(
    rows: Sequence[Row], covered: Iterable[Coverage], village: Village, now: datetime, remind_seconds: float
) -> list[Trouble]:
    """All that is wrong at `now`."""
    found = [screen_trouble(row, village, now) for row in rows if row.listed and is_trouble(row, now)]
    for one in covered:
        item = one.item
        if one.complete or not is_counted(one, now, remind_seconds):
            continue
        kind, verb = ("recall", "还在") if item.withdrawn else ("alert", "没有显示在")
        what = f"{'【演练】' if item.exercise else ''}{'撤回' if item.withdrawn else '警报'}「{item.title}」"
        text = f"{what}{verb} {len(one.open)} 块屏上（共 {len(one.spots)} 块）：{named(one.open)}"
        found.append(Trouble(kind=kind, subject=item.item, text=text, places=addressees(one.open)))
    return list({(one.kind, one.subject): one for one in found}.values())


def is_trouble(row: Row, now: datetime) -> bool:
    """Is the screen lost, or frozen for longer than its watchdog needs?"""
    if row.condition is Condition.LOST:
        return not row.revoked
    return (
        row.condition is Condition.FROZEN
        and row.since is not None
        and now - row.since >= timedelta(seconds=FROZEN_SECONDS)
    )


def is_counted(covered: Coverage, now: datetime, remind_seconds: float) -> bool:
    """Has there been time enough, and does it still matter?"""
    item = covered.item
    if item.withdrawn is not None:
        age = now - item.withdrawn
        return timedelta(seconds=RECALL_SECONDS) <= age < timedelta(days=RECALL_FORGOTTEN_DAYS)
    return is_reminded(covered, now) and now - item.published >= timedelta(seconds=remind_seconds)


def is_reminded(covered: Coverage, now: datetime) -> bool:
    """Is it an alert that holds?"""
    item = covered.item
    return item.kind == "alert" and item.withdrawn is None and (item.expires is None or now < item.expires)


def is_reminder_due(covered: Coverage, now: datetime, remind_seconds: float, most: int) -> bool:
    """Is it time to publish the alert once more? Every `remind_seconds` while a screen lacks it, `most` times."""
    item = covered.item
    last = item.reminded_at or item.published
    waited = now - last >= timedelta(seconds=remind_seconds)
    return is_reminded(covered, now) and not covered.complete and item.reminded < most and waited


def screen_trouble(row: Row, village: Village, now: datetime) -> Trouble:
    """A lost or frozen screen."""
    card = nearest_card(row.place, village.places, now.date())
    place = Addressee(place_name=row.place_name, worker=card.name if card else "", phone=card.phone if card else "")
    kind = "lost" if row.condition is Condition.LOST else "frozen"
    text = f"{row.place_name} 的屏（{row.screen}）{row.condition.word}：{row.why}"
    return Trouble(kind=kind, subject=row.screen, text=text, places=(place,))


def addressees(spots: Iterable[Spot]) -> tuple[Addressee, ...]:
    return tuple(Addressee(place_name=one.place_name, worker=one.worker, phone=one.phone) for one in spots)


def named(spots: Sequence[Spot]) -> str:
    """The places by name, not too many."""
    names = [spot.place_name for spot in spots[:MOST_NAMED]]
    return "、".join(names) + (f" 等 {len(spots)} 处" if len(spots) > MOST_NAMED else "")


def end_of(kind: str, subject: str, rows: Iterable[Row], covered: Iterable[Coverage]) -> str:
    """What to say when a trouble is over."""
    if kind in ("lost", "frozen"):
        row = next((one for one in rows if one.screen == subject), None)
        if row is None:
            return f"屏 {subject} 已停用"
        return f"{row.place_name} 的屏（{subject}）现在：{'已吊销' if row.revoked else row.condition.word}"
    one = next((one for one in covered if one.item.item == subject), None)
    if one is None:
        return f"{subject} 已经结束"
    if one.complete:
        done = "从全部" if one.item.withdrawn else "在全部"
        return f"「{one.item.title}」已{done} {len(one.spots)} 块屏{'撤下' if one.item.withdrawn else '显示'}"
    return f"「{one.item.title}」已经结束，仍有 {len(one.open)} 块屏没有{'回音' if one.item.withdrawn else '显示过'}"
