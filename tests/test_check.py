"""What is well-formed and would not do at the doorway."""

from datetime import datetime, time, timedelta

from content.check import warnings
from content.notice import DailyHours, Notice, Show
from content.village import AddressedAlert, AddressedNotice, Place, Village
from tests.fakes import DOORWAY, NOW, OURS, alert, card, code, notice

# Local times have no zone here by definition.
# ruff: noqa: DTZ001

ABOVE = {"a": Place(path="a", name="村", card=card(), service_code=code())}


def village(*notices: Notice, places: dict[str, Place] = ABOVE, alerts: tuple[AddressedAlert, ...] = ()) -> Village:
    addressed = tuple(AddressedNotice(one, ("a",)) for one in notices)
    return Village(publisher=OURS, name="n", timezone="Asia/Shanghai", places=places, notices=addressed, alerts=alerts)


def files(whole: Village) -> list[str]:
    return [f"{problem.file}: {problem.what}" for problem in warnings(whole, NOW)]


def test_what_no_screen_will_show_again_is_named() -> None:
    shows = {
        "over": Show(end=datetime(2026, 12, 1, 8)),
        "on": Show(),
        "soon": Show(start=datetime(2027, 6, 1)),
        "monthly": Show(rrule="FREQ=MONTHLY;BYMONTHDAY=5"),
        "never": Show(rrule="FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"),
        "closed-now": Show(daily=DailyHours(start=time(20), end=time(22))),
    }
    assert files(village(*(notice(name, show=show) for name, show in shows.items()))) == [
        "notices/never.yaml: 今后一年不会再显示",
        "notices/over.yaml: 今后一年不会再显示",
    ]


def test_times_are_those_of_the_village_and_not_of_the_machine() -> None:
    """NOW is 09:00 there, 01:00 in UTC."""
    assert files(village(notice("a", show=Show(end=datetime(2026, 12, 1, 9))))) != []
    assert files(village(notice("a", show=Show(end=datetime(2026, 12, 1, 9, 1))))) == []


def test_an_alert_that_is_over_is_named() -> None:
    over = AddressedAlert(alert("over", issued=NOW - timedelta(hours=3)), ("a",))
    on = AddressedAlert(alert("on"), ("a",))
    assert files(village(alerts=(over, on))) == ["alerts/over.yaml: 已经失效"]


def test_a_doorway_without_a_card_or_a_code_is_named() -> None:
    bare = {path: Place(path=path, name="x") for path in ("baizhuang", DOORWAY)}
    assert files(village(places=bare)) == [
        f"village.yaml: {DOORWAY} 没有优居码 service_code",
        f"village.yaml: {DOORWAY} 没有网格员公示牌 card",
    ]


def test_a_card_anywhere_above_will_do() -> None:
    root = Place(path="baizhuang", name="x", card=card(), service_code=code())
    assert files(village(places={"baizhuang": root, DOORWAY: Place(path=DOORWAY, name="x")})) == []


def test_a_card_of_a_place_that_only_begins_alike_will_not_do() -> None:
    other = Place(path="baizhuang/nor", name="x", card=card(), service_code=code())
    assert len(files(village(places={other.path: other, DOORWAY: Place(path=DOORWAY, name="x")}))) == 2


def test_each_doorway_is_looked_at_with_the_few_places_above_it_and_not_with_all() -> None:
    """Of 10,000 doorways that would be 100 million comparisons at every save of a file."""
    doorways = [f"a/north/w/b{number}/u1" for number in range(300)]
    places = ABOVE | {path: Place(path=path, name="x") for path in doorways}
    looked: list[str] = []

    class Counting(dict[str, Place]):
        def __iter__(self):  # type: ignore[no-untyped-def]
            for path in super().__iter__():
                looked.append(path)
                yield path

    assert files(village(places=Counting(places))) == []
    assert len(looked) <= 2 * len(places)
