"""content.fleet.coverage: who has got it and where it is gone, counted against the screens that should have it."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from content.fleet.coverage import Coverage, Held, Item, Reach, coverage, items_of, walking_list
from content.fleet.table import Screen, learned, table
from content.reports import Heartbeat, Receipt, Status, item_digest
from content.village import AddressedAlert, AddressedNotice, Place, Village
from tests.fakes import NOW, OURS, alert, card, notice

SERIES, OTHER = "0123456789abcdef", "fedcba9876543210"
DIGEST, OLD = "a" * 16, "b" * 16
PLACES = {
    path: Place(path=path, name=name, card=card(worker) if worker else None)
    for path, name, worker in (
        ("v", "白庄村", ""),
        ("v/n", "北区", ""),
        ("v/n/w1", "第1微网格", "甲（示例）"),
        ("v/n/w1/b1", "1号楼", ""),
        ("v/n/w1/b1/u1", "1单元", ""),
        ("v/n/w1/b1/u2", "2单元", ""),
        ("v/n/w2", "第2微网格", "乙（示例）"),
        ("v/n/w2/b2", "2号楼", ""),
        ("v/n/w2/b2/u1", "1单元", ""),
        ("v/s", "南区", ""),
    )
}
U1, U2, U3 = "v/n/w1/b1/u1", "v/n/w1/b1/u2", "v/n/w2/b2/u1"
ITEM = Item(publisher=OURS, kind="alert", item="fire", digest=DIGEST, title="着火", to=("v/n",), published=NOW)
GONE = replace(ITEM, withdrawn=NOW + timedelta(seconds=100), recalled_by="甲", why="误报")


def screen(name: str, place: str, *, after: float = 0.0, newest: int = 0, series: str = SERIES) -> Screen:
    at = NOW + timedelta(seconds=after)
    status = Status(
        screen=name, online=True, place=place, at=at, clock_trusted=True, showing=Heartbeat(at=at),
        receipts_series=series, receipts_newest=newest,
    )  # fmt: skip
    made = learned(None, status, at, after, fresh=True)
    assert made is not None
    return made


def held(name: str, series: str = SERIES, digest: str = DIGEST, **more: Any) -> Held:
    values: dict[str, Any] = {
        "kind": "alert",
        "publisher": OURS,
        "item": "fire",
        "digest": digest,
        "sequence": 1,
        "received": NOW,
    }
    return Held(screen=name, series=series, receipt=Receipt(**(values | more)))


def covered(
    item: Item, screens: list[Screen], receipts: list[Held], complete_to: dict[tuple[str, str], int] | None = None
) -> Coverage:
    rows = table(screens, {}, PLACES, NOW, 0.0)
    known = {one.screen: one for one in screens}
    return coverage(item, receipts, rows, known, complete_to or {}, PLACES, NOW.date())


def test_only_screens_at_or_below_its_places_count() -> None:
    screens = [screen("s1", U1), screen("s2", "v/s"), screen("s3", "elsewhere/x")]
    assert [spot.screen for spot in covered(ITEM, screens, []).spots] == ["s1"]


def test_shown_received_and_missing_each_with_its_grid_worker() -> None:
    screens = [screen("s1", U1), screen("s2", U2), screen("s3", U3)]
    receipts = [held("s1", first_shown=NOW, shown_times=1), held("s2")]
    found = covered(ITEM, screens, receipts)
    assert [(spot.screen, spot.reach, spot.worker) for spot in found.spots] == [
        ("s1", Reach.SHOWN, "甲（示例）"), ("s2", Reach.RECEIVED, "甲（示例）"), ("s3", Reach.MISSING, "乙（示例）")
    ]  # fmt: skip
    assert (found.done, found.complete, [spot.screen for spot in found.open]) == (1, False, ["s2", "s3"])


def test_another_wording_or_another_card_of_the_screen_does_not_count() -> None:
    screens = [screen("s1", U1), screen("s2", U2)]
    receipts = [held("s1", digest=OLD, first_shown=NOW), held("s2", series=OTHER, first_shown=NOW)]
    assert covered(ITEM, screens, receipts).count(Reach.MISSING) == 2


def test_an_alert_that_was_shown_and_is_over_was_shown() -> None:
    receipts = [held("s1", first_shown=NOW, present=False, gone=NOW)]
    assert covered(ITEM, [screen("s1", U1)], receipts).complete


def test_shown_without_a_trusted_clock_counts_too() -> None:
    assert covered(ITEM, [screen("s1", U1)], [held("s1", received=None, shown_times=1)]).complete


def test_a_recall_is_proved_when_every_wording_is_gone() -> None:
    both = [held("s1", digest=OLD), held("s1", present=False, gone=NOW)]
    assert covered(GONE, [screen("s1", U1)], both).count(Reach.STILL_THERE) == 1
    both[0] = held("s1", digest=OLD, present=False, gone=NOW)
    assert covered(GONE, [screen("s1", U1)], both).complete


@pytest.mark.parametrize(
    ("after", "complete_to", "reach"),
    [(0, 5, Reach.UNKNOWN), (200, 4, Reach.UNKNOWN), (200, 5, Reach.NEVER_HAD)],
    ids=["not heard since", "not all receipts here", "heard since, all receipts here"],
)
def test_a_screen_without_a_receipt_never_had_it_only_if_it_said_so_since(
    after: float, complete_to: int, reach: Reach
) -> None:
    one = screen("s1", U1, after=after, newest=5)
    assert [spot.reach for spot in covered(GONE, [one], [], {("s1", SERIES): complete_to}).spots] == [reach]


def test_a_screen_that_is_listed_and_never_came_is_not_reached() -> None:
    rows = table([], {"s9": U1}, PLACES, NOW, 0.0)
    found = coverage(ITEM, [], rows, {}, {}, PLACES, NOW.date())
    assert [(spot.screen, spot.reach) for spot in found.spots] == [("s9", Reach.MISSING)]


def test_the_walking_list_is_one_round_for_each_micro_grid() -> None:
    screens = [screen("s1", U1), screen("s2", U2), screen("s3", U3)]
    assert walking_list(covered(ITEM, screens, [held("s1", first_shown=NOW)]), NOW) == [
        "走访清单：警报「着火」还没有显示的屏，共 2 块",
        "（编号 fire，2026-12-01 01:00 打印；共 3 块屏）",
        "",
        "■ 北区 第1微网格（1 块）",
        "  网格员：甲（示例） 0391-0000000",
        "    □ 北区 第1微网格 1号楼 2单元  屏 s2  没有送到，屏幕正常",
        "",
        "■ 北区 第2微网格（1 块）",
        "  网格员：乙（示例） 0391-0000000",
        "    □ 北区 第2微网格 2号楼 1单元  屏 s3  没有送到，屏幕正常",
    ]


def test_what_a_village_publishes_are_items_with_the_digest_that_screens_tell() -> None:
    village = Village(
        publisher=OURS, name="村", timezone="Asia/Shanghai", places=PLACES,
        notices=(AddressedNotice(notice(), ("v",)),), alerts=(AddressedAlert(alert(), ("v/n",)),),
    )  # fmt: skip
    found = [(one.kind, one.item, one.to, one.digest) for one in items_of(village, NOW)]
    assert found == [
        ("alert", "storm", ("v/n",), item_digest(alert())),
        ("notice", "water", ("v",), item_digest(notice())),
    ]
    assert len(item_digest(notice())) == 16


receipts_of = st.builds(
    held,
    st.sampled_from(["s1", "s2", "s3"]),
    st.sampled_from([SERIES, OTHER]),
    st.sampled_from([DIGEST, OLD]),
    first_shown=st.none() | st.just(NOW),
    present=st.booleans(),
)


@given(st.lists(receipts_of, max_size=12), st.sampled_from([ITEM, GONE]), st.integers(0, 5))
def test_every_screen_is_counted_once_and_done_and_open_add_up(receipts: list[Held], item: Item, to: int) -> None:
    screens = [screen("s1", U1, newest=3), screen("s2", U2, after=200.0), screen("s3", U3, series="")]
    found = covered(item, screens, receipts, {("s1", SERIES): to})
    assert [spot.screen for spot in found.spots] == ["s1", "s2", "s3"]
    assert sum(found.count(reach) for reach in Reach) == 3
    assert found.done + len(found.open) == 3
    assert found.complete == (found.done == 3)
