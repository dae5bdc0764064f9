"""Gates before publishing: what is well-formed and yet would not do at the doorway. Pure.

Mistakes in the files themselves, and the errors of content.gates.proofread, are found by content.folder while it
reads: their files are not published. Here are the warnings, and what only the whole village shows. None of it needs a
picture, so that the publisher asks all of it at every change; the gates that draw are content.gates.proof's.
"""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime

from msgspec.structs import replace

from content.gates.proofread import (
    alert_warnings,
    card_warnings,
    code_warnings,
    links,
    notice_warnings,
    poor_shape,
    texts_of,
)
from content.limits import check_amount
from content.manifest import zone
from content.notice import Show
from content.onair import HORIZON, state_at
from content.place import ancestry, depth, is_within
from content.problem import Finding, Gate, Lines, Path, Problem, Severity
from content.village import AddressedNotice, Place, Village

DOORWAY_DEPTH = 5
MOST_CHANGES = 400
"""How many changes of two notices are followed to see whether they are ever shown together."""


def findings_of(village: Village, lines: Lines, now: datetime) -> list[Problem]:
    """What the author should know, in the order of the files; without what he lets pass by `accept`."""
    return sorted([*of_notices(village, lines, now), *of_alerts(village, lines, now), *of_places(village, lines, now)])


def warnings(village: Village, lines: Lines, now: datetime) -> list[Problem]:
    """As `findings_of`, without the errors: those keep a place from being published, and are told by who publishes."""
    return [one for one in findings_of(village, lines, now) if one.severity is Severity.WARNING]


def of_notices(village: Village, lines: Lines, now: datetime) -> Iterator[Problem]:
    """Each notice by itself, then those that stand in each other's way."""
    local = now.astimezone(zone(village.timezone)).replace(tzinfo=None)
    twice = twins(village, local)
    for one in village.notices:
        found = [*late(one.notice.show, local), *notice_warnings(one.notice, local), *unreached(one.to, village)]
        if one.notice.id in twice:
            found.append(twice[one.notice.id])
        file = lines.file("notices", one.notice.id)
        yield from (lines.problem(file, finding) for finding in found if finding.gate not in one.accept)


def of_alerts(village: Village, lines: Lines, now: datetime) -> Iterator[Problem]:
    local = now.astimezone(zone(village.timezone))
    for one in village.alerts:
        found = [*alert_warnings(one.alert, local), *unreached(one.to, village)]
        if one.alert.expires <= now:
            found.append(Finding(Gate.LATE, ("expires",), "已经失效", "可以删除"))
        file = lines.file("alerts", one.alert.id)
        yield from (lines.problem(file, finding) for finding in found if finding.gate not in one.accept)


def of_places(village: Village, lines: Lines, now: datetime) -> Iterator[Problem]:
    """What village.yaml says of the places."""
    today = now.astimezone(zone(village.timezone)).date()
    found = [*bare(village), *open_to_all(village), *too_much(village)]
    for place in village.places.values():
        found += [one for one in of_place(place, today) if one.gate not in place.accept]
    for one in found:
        if one.gate not in village.accept or one.severity is Severity.ERROR:
            yield lines.problem("village.yaml", one)


def of_place(place: Place, today: date) -> Iterator[Finding]:
    """Its card, its service code and its emblem."""
    if place.card:
        yield from (moved(one, written_at(place.path, "card")) for one in card_warnings(place.card, today))
    if place.service_code:
        yield from (moved(one, written_at(place.path, "service_code")) for one in code_warnings(place.service_code))
    if place.settings and place.settings.emblem:
        yield from poor_shape(place.settings.emblem, written_at(place.path, "settings", "emblem"))


def written_at(place: str, *more: str) -> Path:
    """Where village.yaml speaks of a place."""
    return (*(part for level in place.split("/") for part in ("places", level)), *more)


def moved(finding: Finding, around: Path) -> Finding:
    """`finding`, in what stands at `around`."""
    return replace(finding, where=(*around, *finding.where))


def late(show: Show, local: datetime) -> Iterator[Finding]:
    """What no screen will show again."""
    due, changes = state_at(show, local)
    if not due and changes >= local + HORIZON:
        what, instead = "今后一年不会再显示", "过期的可以删除或移到 drafts/，否则检查 show"
        yield Finding(Gate.LATE, ("show", "until" if show.end and show.end <= local else "rrule"), what, instead)


def unreached(to: tuple[str, ...], village: Village) -> Iterator[Finding]:
    """Places without a doorway. A publisher that knows no doorway at all (a street office) is not asked."""
    doorways = [path for path in village.places if depth(path) == DOORWAY_DEPTH]
    for number, target in enumerate(to):
        if doorways and not any(is_within(doorway, target) for doorway in doorways):
            what = f"{target} 下面一个单元门口也没有，谁也看不到"
            yield Finding(Gate.REACH, ("to", number), what, "检查 to，或在 village.yaml 里补上楼栋和单元")


def twins(village: Village, local: datetime) -> dict[str, Finding]:
    """Notices of one title that are on air at one place at one time: the later file of the two."""
    titled: dict[str, list[AddressedNotice]] = defaultdict(list)
    for one in village.notices:
        titled["".join(one.notice.title.split())].append(one)
    found: dict[str, Finding] = {}
    for alike in titled.values():
        for number, one in enumerate(alike):
            for other in alike[:number]:
                if shares_place(one, other) and shown_together(one.notice.show, other.notice.show, local):
                    what = f"和 {other.notice.id} 题目一样，同一块屏会同时播"
                    found[one.notice.id] = Finding(Gate.TWICE, ("title",), what, "撤回旧的一条，或改题目")
    return found


def shares_place(one: AddressedNotice, other: AddressedNotice) -> bool:
    """Is there a place that both reach?"""
    return any(is_within(a, b) or is_within(b, a) for a in one.to for b in other.to)


def shown_together(one: Show, other: Show, local: datetime) -> bool:
    """Are both on air at some moment from now on?"""
    end, moment = local + HORIZON, local
    for _ in range(MOST_CHANGES):
        (first, first_changes), (second, second_changes) = state_at(one, moment), state_at(other, moment)
        if first and second:
            return True
        moment = min(first_changes, second_changes)
        if moment >= end:
            break
    return False


def bare(village: Village) -> Iterator[Finding]:
    """Doorways without a service code or a grid worker, their own or of a place above: the first, and how many."""
    missing: dict[str, list[str]] = {"网格员公示牌 card": [], "优居码 service_code": []}
    for path in village.places:
        if depth(path) != DOORWAY_DEPTH:
            continue
        above = [village.places[place] for place in ancestry(path) if place in village.places]
        if not any(place.card for place in above):
            missing["网格员公示牌 card"].append(path)
        if not any(place.service_code for place in above):
            missing["优居码 service_code"].append(path)
    for word, paths in missing.items():
        if paths:
            which = paths[0] if len(paths) == 1 else f"{paths[0]} 等 {len(paths)} 个门口"
            yield Finding(Gate.BARE, written_at(paths[0]), f"{which} 没有{word}", "在它或它上面任何一级写上即可")


def open_to_all(village: Village) -> Iterator[Finding]:
    """No list of hosts: nobody would notice a code that leads elsewhere."""
    if village.hosts:
        return
    codes = [place for place in village.places.values() if place.service_code]
    texts = (text for one in village.notices for text in texts_of(one.notice).values())
    if codes or any(True for text in texts for _ in links(text)):
        where = written_at(codes[0].path, "service_code") if codes else ()
        what = "没有写 hosts：网址被改到别处也不会拦下"
        yield Finding(Gate.LINK, where, what, "在 village.yaml 里写上自己的，例如 hosts: [service.example]")


def too_much(village: Village) -> Iterator[Finding]:
    """More than a screen takes at one place: it keeps what it had."""
    at: dict[str, list[AddressedNotice]] = defaultdict(list)
    for one in village.notices:
        for target in one.to:
            at[target].append(one)
    for path, notices in at.items():
        try:
            check_amount((text for one in notices for text in (one.notice.title, one.notice.body)), len(notices))
        except ValueError as error:
            what = f"发到 {path} 的{error}"
            yield Finding(Gate.AMOUNT, written_at(path), what, "撤回过期的，或发到下级的地点", Severity.ERROR)
