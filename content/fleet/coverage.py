"""Who has got it, and where it is gone: receipts counted against the screens that should have one. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from enum import StrEnum

from content.fleet.table import Condition, Row, Screen, name_of, nearest_card
from content.notice import Frozen
from content.place import ancestry, is_within
from content.reports import Receipt, item_digest
from content.village import Place, Village

GRID_DEPTH = 3
"""village / block / **micro-grid**: one grid worker's round."""


class Item(Frozen, frozen=True):
    """A notice or an alert in one wording, as it was published."""

    publisher: str
    kind: str
    item: str
    digest: str
    title: str
    to: tuple[str, ...]
    published: datetime
    expires: datetime | None = None
    exercise: bool = False
    withdrawn: datetime | None = None
    recalled_by: str = ""
    why: str = ""
    reminded: int = 0
    reminded_at: datetime | None = None


class Held(Frozen, frozen=True):
    """A receipt with whose it is."""

    screen: str
    series: str
    receipt: Receipt


class Reach(StrEnum):
    """How far an item got at one screen. GONE and NEVER_HAD are the proofs of a withdrawal."""

    SHOWN = "shown"
    RECEIVED = "received"
    MISSING = "missing"
    GONE = "gone"
    NEVER_HAD = "never-had"
    STILL_THERE = "still-there"
    UNKNOWN = "unknown"

    @property
    def word(self) -> str:
        """For people."""
        return REACH_WORDS[self]


REACH_WORDS = {
    Reach.SHOWN: "已显示",
    Reach.RECEIVED: "收到未显示",
    Reach.MISSING: "没有送到",
    Reach.GONE: "已撤下",
    Reach.NEVER_HAD: "从未收到",
    Reach.STILL_THERE: "还没有撤下",
    Reach.UNKNOWN: "还没有回音",
}
PROOFS = frozenset({Reach.GONE, Reach.NEVER_HAD})


class Spot(Frozen, frozen=True):
    """One screen that should have it, or have it no more, and whom to send there."""

    screen: str
    place: str
    place_name: str
    grid: str
    grid_name: str
    worker: str
    phone: str
    reach: Reach
    condition: Condition
    at: datetime | None = None


class Coverage(Frozen, frozen=True):
    """An item at all its screens."""

    item: Item
    spots: tuple[Spot, ...]

    def count(self, *reaches: Reach) -> int:
        """How many spots are one of these."""
        return sum(spot.reach in reaches for spot in self.spots)

    @property
    def done(self) -> int:
        """Shown; of what was withdrawn: gone."""
        return self.count(*PROOFS) if self.item.withdrawn else self.count(Reach.SHOWN)

    @property
    def open(self) -> tuple[Spot, ...]:
        """The spots that are still to be done."""
        wanted = PROOFS if self.item.withdrawn else {Reach.SHOWN}
        return tuple(spot for spot in self.spots if spot.reach not in wanted)

    @property
    def complete(self) -> bool:
        return not self.open


def items_of(village: Village, now: datetime) -> list[Item]:
    """All that a village publishes now, the alerts first."""
    alerts = [
        Item(
            publisher=village.publisher,
            kind="alert",
            item=one.alert.id,
            digest=item_digest(one.alert),
            title=one.alert.headline,
            to=one.to,
            published=now,
            expires=one.alert.expires,
            exercise=one.alert.exercise,
        )
        for one in village.alerts
    ]
    notices = [
        Item(
            publisher=village.publisher,
            kind="notice",
            item=one.notice.id,
            digest=item_digest(one.notice),
            title=one.notice.title,
            to=one.to,
            published=now,
        )
        for one in village.notices
    ]
    return alerts + notices


def coverage(
    item: Item,
    held: Iterable[Held],
    rows: Sequence[Row],
    screens: Mapping[str, Screen],
    complete_to: Mapping[tuple[str, str], int],
    places: Mapping[str, Place],
    today: date,
) -> Coverage:
    """Where `item` has got to. `held` are the receipts of its publisher, kind and id, in every wording."""
    by_screen: dict[str, list[Held]] = defaultdict(list)
    for one in held:
        by_screen[one.screen].append(one)
    spots = []
    for row in rows:
        if not row.listed or not any(is_within(row.place, place) for place in item.to):
            continue
        screen = screens.get(row.screen)
        receipts = current_series(by_screen[row.screen], screen)
        if item.withdrawn is None:
            reach, at = reached(item, receipts)
        else:
            reach, at = removed(item.withdrawn, receipts, screen, complete_to)
        spots.append(spot_of(row, reach, at, places, today))
    return Coverage(item=item, spots=tuple(spots))


def current_series(held: list[Held], screen: Screen | None) -> list[Receipt]:
    """The receipts of the card that is in the screen now; one that was changed does not vouch for the new one."""
    series = screen.status.receipts_series if screen else ""
    return [one.receipt for one in held if not series or one.series == series]


def reached(item: Item, receipts: list[Receipt]) -> tuple[Reach, datetime | None]:
    """How far this very wording got."""
    mine = [one for one in receipts if one.digest == item.digest]
    shown = [one.first_shown for one in mine if one.first_shown or one.shown_times]
    if shown:
        return Reach.SHOWN, min((at for at in shown if at), default=None)
    got = [one for one in mine if one.present]
    return (Reach.RECEIVED, got[0].received) if got else (Reach.MISSING, None)


def removed(
    withdrawn: datetime,
    receipts: list[Receipt],
    screen: Screen | None,
    complete_to: Mapping[tuple[str, str], int],
) -> tuple[Reach, datetime | None]:
    """Is it gone? Every wording that the screen ever had must be.

    A screen without any receipt for it never had it, once it has spoken after the withdrawal and all
    receipts that it counts are here.
    """
    if receipts:
        if any(one.present for one in receipts):
            return Reach.STILL_THERE, None
        return Reach.GONE, max((one.gone for one in receipts if one.gone), default=None)
    if screen is None or screen.heard <= withdrawn:
        return Reach.UNKNOWN, None
    status = screen.status
    here = complete_to.get((screen.screen, status.receipts_series), 0)
    return (Reach.NEVER_HAD, screen.heard) if here >= status.receipts_newest else (Reach.UNKNOWN, None)


def spot_of(row: Row, reach: Reach, at: datetime | None, places: Mapping[str, Place], today: date) -> Spot:
    """The screen of `row` with its place's names and grid worker."""
    card = nearest_card(row.place, places, today)
    grid = ancestry(row.place)[:GRID_DEPTH][-1]
    return Spot(
        screen=row.screen,
        place=row.place,
        place_name=row.place_name,
        grid=grid,
        grid_name=name_of(grid, places),
        worker=card.name if card else "",
        phone=card.phone if card else "",
        reach=reach,
        condition=row.condition,
        at=at,
    )


def by_grid(spots: Iterable[Spot]) -> dict[str, list[Spot]]:
    """Micro-grid → its spots, in order: one round on foot each."""
    grids: dict[str, list[Spot]] = defaultdict(list)
    for spot in spots:
        grids[spot.grid].append(spot)
    return dict(sorted(grids.items()))


def by_worker(spots: Iterable[Spot]) -> dict[tuple[str, str], list[Spot]]:
    """(name, phone) of the grid worker → the spots to see to."""
    workers: dict[tuple[str, str], list[Spot]] = defaultdict(list)
    for spot in spots:
        workers[spot.worker, spot.phone].append(spot)
    return dict(sorted(workers.items()))


def walking_list(covered: Coverage, printed: datetime) -> list[str]:
    """For paper: every open spot with a box to tick, grouped by micro-grid, the grid worker and phone above."""
    what = "警报" if covered.item.kind == "alert" else "通知"
    verb = "还没有撤下" if covered.item.withdrawn else "还没有显示"
    lines = [
        f"走访清单：{what}「{covered.item.title}」{verb}的屏，共 {len(covered.open)} 块",
        f"（编号 {covered.item.item}，{printed:%Y-%m-%d %H:%M} 打印；共 {len(covered.spots)} 块屏）",
    ]
    for spots in by_grid(covered.open).values():
        lines += ["", f"■ {spots[0].grid_name}（{len(spots)} 块）"]
        for (worker, phone), theirs in by_worker(spots).items():
            lines.append(f"  网格员：{worker} {phone}" if worker else "  网格员：（没有公示牌）")
            lines += [
                f"    □ {spot.place_name}  屏 {spot.screen}  {spot.reach.word}，屏幕{spot.condition.word}"
                for spot in theirs
            ]
    return lines
