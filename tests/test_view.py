"""What hangs at one doorway: lists are united, of single things the nearest wins."""

from datetime import datetime

from hypothesis import given
from hypothesis import strategies as st

from content.manifest import Content
from content.notice import Show
from content.place import ancestry
from content.settings import Pace, Settings
from kiosk.view import Offered, merge
from tests.fakes import BLOCK, DOORWAY, OURS, STREET, VILLAGE, alert, card, code, notice


def offered(place: str, by: str = OURS, **content: object) -> Offered:
    return Offered(place, by, Content(**content))  # type: ignore[arg-type]


def test_nothing_offered_is_an_empty_view_of_that_place() -> None:
    view = merge(DOORWAY, [])
    assert view.names == ("",) * 5
    assert (view.notices, view.alerts, view.card, view.service_code, view.pace) == ((), (), None, None, Pace())
    assert view.zone.key == "Asia/Shanghai"


def test_the_nearest_card_code_and_pace_win_each_for_itself() -> None:
    view = merge(
        DOORWAY,
        [
            offered(
                VILLAGE, card=card("村"), service_code=code("village"), settings=Settings(pace=Pace(least_seconds=9))
            ),
            offered(BLOCK, card=card("北区"), settings=Settings()),
            offered("baizhuang/north/w012", card=card("网格")),
            offered(DOORWAY),
        ],
    )
    assert view.card == card("网格")
    assert view.service_code == code("village")
    assert view.pace == Pace(least_seconds=9)


def test_the_cards_above_are_kept_the_nearest_first() -> None:
    hung = [offered(VILLAGE, card=card("村")), offered(BLOCK, card=card("北区")), offered(DOORWAY, card=card("单元"))]
    view = merge(DOORWAY, hung)
    assert (view.card, view.higher_cards) == (card("单元"), (card("北区"), card("村")))


def test_of_two_publishers_at_one_place_the_keyrings_first_wins() -> None:
    both = [
        offered(BLOCK, card=card("村"), place_name="北区"),
        offered(BLOCK, STREET, card=card("街道"), place_name="北"),
    ]
    assert merge(DOORWAY, both).card == card("村")
    assert merge(DOORWAY, both[::-1]).card == card("街道")
    assert merge(DOORWAY, both).names[1] == "北区"


def test_a_nearer_place_wins_over_a_publisher_that_comes_first() -> None:
    view = merge(DOORWAY, [offered(VILLAGE, card=card("村")), offered(BLOCK, STREET, card=card("街道"))])
    assert view.card == card("街道")


def test_what_hangs_elsewhere_is_not_shown() -> None:
    others = [offered("baizhuang/south"), offered(DOORWAY + "/x"), offered("baizhuang/nor"), offered("other")]
    named = [Offered(one.place, OURS, Content(notices=(notice(),), card=card(), place_name="x")) for one in others]
    assert merge(DOORWAY, named) == merge(DOORWAY, [])


def test_notices_are_united_the_nearest_place_first_and_the_newest_first_in_it() -> None:
    def at(name: str, day: int) -> object:
        return notice(name, show=Show(start=datetime(2026, 12, day)))  # noqa: DTZ001

    view = merge(
        DOORWAY,
        [
            offered(VILLAGE, notices=(at("v1", 9),)),
            offered(VILLAGE, STREET, notices=(at("s1", 20),)),
            offered(BLOCK, notices=(at("b1", 1), at("b2", 3), notice("2026-b3"), notice("2025-b4"))),
        ],
    )
    assert [one.id for one in view.notices] == ["b2", "b1", "2026-b3", "2025-b4", "v1", "s1"]


def test_one_id_of_two_publishers_is_two_notices() -> None:
    view = merge(DOORWAY, [offered(BLOCK, notices=(notice(),)), offered(BLOCK, STREET, notices=(notice(),))])
    assert len(view.notices) == 2


def test_names_run_from_the_root_to_the_doorway() -> None:
    view = merge(DOORWAY, [offered(DOORWAY, place_name="1单元"), offered(VILLAGE, place_name="白庄村")])
    assert view.names == ("白庄村", "", "", "", "1单元")


def test_the_time_zone_is_the_nearest_places() -> None:
    view = merge(DOORWAY, [offered(VILLAGE), offered(BLOCK, timezone="Asia/Urumqi")])
    assert view.zone.key == "Asia/Urumqi"


def test_alerts_are_all_there() -> None:
    assert merge(DOORWAY, [], [alert("a"), alert("b")]).alerts == (alert("a"), alert("b"))


@given(st.permutations([(place, by) for place in ancestry(DOORWAY) for by in (OURS, STREET)]))
def test_in_whatever_order_messages_came_the_nearest_card_wins(order: list[tuple[str, str]]) -> None:
    view = merge(DOORWAY, [offered(place, by, card=card(f"{place} {by}")) for place, by in order])
    first = next(by for place, by in order if place == DOORWAY)
    assert view.card == card(f"{DOORWAY} {first}")
