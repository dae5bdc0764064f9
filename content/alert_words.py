"""What a person reads before an alert goes out: what it says, how long, and at how many doorways. Pure."""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from content.notice import Alert
from content.place import ancestry, is_within
from content.village import Village

BLOCK_DEPTH = 2
"""village / **block**: the level by which the doorways are counted."""
MOST_BLOCKS = 12


def doorways(village: Village, to: Iterable[str]) -> list[str]:
    """The places with nothing below them that `to` reaches: where screens hang."""
    above = {one for path in village.places for one in ancestry(path)[:-1]}
    targets = tuple(to)
    return [path for path in village.places if path not in above and any(is_within(path, one) for one in targets)]


def by_block(village: Village, paths: Iterable[str]) -> dict[str, int]:
    """How many of them lie in each block, by its name, in the order of the tree."""
    counted: Counter[str] = Counter()
    for path in paths:
        block = ancestry(path)[:BLOCK_DEPTH][-1]
        counted[village.places[block].name if block in village.places else block] += 1
    return dict(counted)


def reach(village: Village, to: Iterable[str]) -> str:
    """`6 个门口：北区 4、南区 2`"""
    paths = doorways(village, to)
    blocks = by_block(village, paths)
    told = "、".join(f"{name} {count}" for name, count in list(blocks.items())[:MOST_BLOCKS])
    more = f" 等 {len(blocks)} 个街区" if len(blocks) > MOST_BLOCKS else ""
    return f"{len(paths)} 个门口：{told}{more}"


def shown_alert(alert: Alert, to: Iterable[str], village: Village, zone: ZoneInfo) -> Iterator[str]:
    """The alert as the person at the keyboard should see it once more."""
    kind = "演练" if alert.exercise else "真实警报"
    yield f"〔{kind}〕{alert.level}色（{alert.level.word}） {alert.event}：{alert.headline}"
    for line in alert.instruction.splitlines():
        yield f"    {line}"
    if alert.contact:
        yield f"    {alert.contact}"
    yield f"  从 {clock_time(alert.issued, zone)} 到 {clock_time(alert.expires, zone)}，到时自动结束"
    yield f"  发到 {reach(village, to)}"


def clock_time(when: datetime, zone: ZoneInfo) -> str:
    return f"{when.astimezone(zone):%Y-%m-%d %H:%M}"
