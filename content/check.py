"""Gates before publishing: what is well-formed and yet would not do at the doorway. Pure.

Mistakes in the files themselves are content.folder's; these are warnings about the whole, and
stop nobody from publishing.
"""

from collections.abc import Iterator
from datetime import datetime

from content.document import Problem
from content.manifest import zone
from content.onair import HORIZON, state_at
from content.place import ancestry, depth
from content.village import Village

DOORWAY_DEPTH = 5


def warnings(village: Village, now: datetime) -> list[Problem]:
    """What the admin should know, in the order of the files."""
    return sorted([*late(village, now), *bare(village)])


def late(village: Village, now: datetime) -> Iterator[Problem]:
    """Notices and alerts that no screen will show again."""
    local = now.astimezone(zone(village.timezone)).replace(tzinfo=None)
    for one in village.notices:
        due, changes = state_at(one.notice.show, local)
        if not due and changes >= local + HORIZON:
            yield Problem(
                f"notices/{one.notice.id}.yaml", 1, "今后一年不会再显示", "过期的可以删除或移到 drafts/，否则检查 show"
            )
    for alert in village.alerts:
        if alert.alert.expires <= now:
            yield Problem(f"alerts/{alert.alert.id}.yaml", 1, "已经失效", "可以删除")


def bare(village: Village) -> Iterator[Problem]:
    """Doorways without a service code or a grid worker, their own or of a place above."""
    for path in village.places:
        if depth(path) != DOORWAY_DEPTH:
            continue
        above = [village.places[place] for place in ancestry(path) if place in village.places]
        missing = [
            word
            for word, there in (
                ("网格员公示牌 card", any(place.card for place in above)),
                ("优居码 service_code", any(place.service_code for place in above)),
            )
            if not there
        ]
        for word in missing:
            yield Problem("village.yaml", 1, f"{path} 没有{word}", "在它或它上面任何一级写上即可")
