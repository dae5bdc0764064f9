"""What is well-formed and would not do at the doorway."""

import time
from datetime import UTC, datetime, timedelta
from datetime import time as clock
from pathlib import Path

import pytest
from msgspec.structs import replace

from content.check import warnings
from content.folder import scan
from content.notice import DailyHours, Notice, Show
from content.problem import Gate, Lines
from content.village import AddressedAlert, AddressedNotice, Place, Village
from tests.fakes import (
    ALERT_YAML,
    DOORWAY,
    NOTICE_YAML,
    NOW,
    OURS,
    VILLAGE_YAML,
    alert,
    card,
    code,
    notice,
    write_folder,
)

SAMPLE = Path(__file__).parent.parent / "content" / "sample"
SAMPLE_NOW = datetime(2026, 11, 23, 1, tzinfo=UTC)

# Local times have no zone here by definition.
# ruff: noqa: DTZ001

ABOVE = {"a": Place(path="a", name="村", card=card(), service_code=code())}


def village(*notices: Notice, places: dict[str, Place] = ABOVE, alerts: tuple[AddressedAlert, ...] = ()) -> Village:
    addressed = tuple(AddressedNotice(one, ("a",)) for one in notices)
    return Village(
        publisher=OURS,
        name="n",
        timezone="Asia/Shanghai",
        places=places,
        notices=addressed,
        alerts=alerts,
        hosts=("a.example",),
    )


def files(whole: Village) -> list[str]:
    return [f"{problem.file}: {problem.what}" for problem in warnings(whole, Lines(), NOW)]


def test_what_no_screen_will_show_again_is_named() -> None:
    shows = {
        "over": Show(end=datetime(2026, 12, 1, 8)),
        "on": Show(),
        "soon": Show(start=datetime(2027, 6, 1)),
        "monthly": Show(rrule="FREQ=MONTHLY;BYMONTHDAY=5"),
        "never": Show(rrule="FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"),
        "closed-now": Show(daily=DailyHours(start=clock(20), end=clock(22))),
    }
    assert files(village(*(notice(name, title=name, show=show) for name, show in shows.items()))) == [
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


def test_of_many_bare_doorways_the_first_is_named_and_how_many() -> None:
    """A village that has not written its cards yet would drown all else in a thousand lines."""
    paths = [f"a/b/c/d{number}/u1" for number in range(300)]
    found = files(village(places={path: Place(path=path, name="x", service_code=code()) for path in paths}))
    assert found == ["village.yaml: a/b/c/d0/u1 等 300 个门口 没有网格员公示牌 card"]


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


def sent(one: Notice, *to: str, accept: tuple[str, ...] = ()) -> AddressedNotice:
    return AddressedNotice(one, to, accept)


def titles_twice(*notices: AddressedNotice) -> list[str]:
    whole = replace(village(), notices=notices)
    return [problem.file for problem in warnings(whole, Lines(), NOW) if problem.gate == Gate.TWICE]


def test_the_same_title_twice_on_one_screen_at_one_time_is_told() -> None:
    assert titles_twice(sent(notice("x"), "a"), sent(notice("y"), "a/north")) == ["notices/y.yaml"]


def test_the_same_title_elsewhere_or_at_another_time_is_right() -> None:
    """The canteen's menus of the week have one title; so have the notices of two areas."""
    assert titles_twice(sent(notice("x"), "a/south"), sent(notice("y"), "a/north")) == []
    menus = [notice(str(days), show=Show(weekdays=days)) for days in ((0, 3), (1, 4), (2, 5))]
    assert titles_twice(*(sent(one, "a") for one in menus)) == []
    overlapping = notice("more", show=Show(weekdays=(5, 6)))
    assert titles_twice(*(sent(one, "a") for one in (*menus, overlapping))) == ["notices/more.yaml"]


def test_a_notice_that_no_doorway_shows_is_told() -> None:
    places = ABOVE | {path: Place(path=path, name="x") for path in ("a/n", "a/n/w/b/u1", "a/s")}
    whole = replace(village(places=places), notices=(sent(notice("x"), "a/s"), sent(notice("y", title="b"), "a/n")))
    assert files(whole) == ["notices/x.yaml: a/s 下面一个单元门口也没有，谁也看不到"]


def test_a_street_office_that_knows_no_doorways_is_not_asked_for_them() -> None:
    assert files(village(notice("x"))) == []


def test_a_village_without_hosts_is_told_once() -> None:
    many = ABOVE | {"a/b": Place(path="a/b", name="x", service_code=code())}
    open_ = replace(village(notice("x", body="www.b.example"), places=many), hosts=())
    assert files(open_) == ["village.yaml: 没有写 hosts：网址被改到别处也不会拦下"]
    silent = replace(village(notice("x"), places={"a": Place(path="a", name="x")}), hosts=())
    assert files(silent) == []


ACCEPTS: tuple[tuple[str, ...], ...] = ((), ("过期",), ("过期", "题目"))


def test_what_an_author_accepts_is_not_told_and_nothing_else_is_hidden() -> None:
    over = notice("x", title="停水停电通知", show=Show(end=datetime(2026, 12, 1, 8)))
    whole = {accept: replace(village(), notices=(sent(over, "a", accept=accept),)) for accept in ACCEPTS}
    gates = {accept: {one.gate for one in warnings(whole[accept], Lines(), NOW)} for accept in ACCEPTS}
    assert gates == {(): {Gate.TITLE, Gate.LATE}, ("过期",): {Gate.TITLE}, ("过期", "题目"): set()}


def test_what_a_place_accepts_holds_for_that_place() -> None:
    gone = replace(card(), until=NOW.date() - timedelta(days=1))
    places = ABOVE | {
        "a/x": Place(path="a/x", name="x", card=gone, accept=("公示牌",)),
        "a/y": Place(path="a/y", name="y", card=gone),
    }
    assert len(files(village(places=places))) == 1


def test_problems_stand_on_the_line_of_what_is_wrong(tmp_path: Path) -> None:
    notice_file = NOTICE_YAML.replace("body: 明天停水", "body: |\n  第一行\n  12月12日 星期五\n  电话：1391234567")
    folder = write_folder(
        tmp_path,
        {
            "village.yaml": VILLAGE_YAML.replace("phone: 0391-0000000", "phone: 0391-0000000, until: 2026-12-05"),
            "notices/x.yml": notice_file + "show: {from: 2026-12-01, until: 2027-01-01}\n",
            "alerts/y.yaml": ALERT_YAML.replace("2026-12-01T20:00", "2026-12-20T20:00"),
        },
    )
    found = scan(folder)
    assert found.village
    assert found.problems == []
    told = [(one.file, one.line, one.gate) for one in warnings(found.village, found.lines, NOW)]
    assert told == [
        ("alerts/y.yaml", 6, Gate.TERM),
        ("notices/x.yml", 6, Gate.DATE),
        ("notices/x.yml", 7, Gate.PHONE),
        ("village.yaml", 6, Gate.CARD),
        ("village.yaml", 7, Gate.LINK),
    ]


def test_an_error_keeps_its_file_from_being_published_and_the_last_good_version_stands(tmp_path: Path) -> None:
    hosts = VILLAGE_YAML + "hosts: [code.example]\n"
    folder = write_folder(tmp_path / "f", {"village.yaml": hosts, "notices/x.yaml": NOTICE_YAML})
    good = tmp_path / "good"
    first = scan(folder, good)
    (folder / "notices/x.yaml").write_text(NOTICE_YAML.replace("明天停水", "上 www.evil.com 领补贴"))
    second = scan(folder, good)
    assert first.village
    assert second.village
    assert [one.notice.body for one in second.village.notices] == ["明天停水"]
    assert [str(one) for one in second.problems] == [
        "notices/x.yaml:4: 网址 www.evil.com 不在 village.yaml 的 hosts 里；"
        "确认是自己的网址，再把 www.evil.com 加到 hosts；否则删掉"
    ]


def test_a_last_good_version_that_leads_where_the_village_no_longer_allows_does_not_stand_in(tmp_path: Path) -> None:
    linked = NOTICE_YAML.replace("明天停水", "见 www.old.example")
    folder = write_folder(tmp_path / "f", {"notices/x.yaml": linked})
    good = tmp_path / "good"
    first = scan(folder, good)
    assert first.village
    assert len(first.village.notices) == 1
    (folder / "village.yaml").write_text(VILLAGE_YAML + "hosts: [code.example]\n")
    second = scan(folder, good)
    assert second.village
    assert second.village.notices == ()


def test_a_service_code_that_leads_elsewhere_and_a_card_nobody_answers_are_not_published(tmp_path: Path) -> None:
    bad = VILLAGE_YAML.replace("0391-0000000", "1391234567") + "hosts: [village.example]\n"
    found = scan(write_folder(tmp_path, {"village.yaml": bad}))
    assert found.village
    root = found.village.places["baizhuang"]
    assert (root.card, root.service_code) == (None, None)
    assert [(one.line, one.gate) for one in found.problems] == [(6, Gate.PHONE), (7, Gate.LINK)]


@pytest.mark.parametrize("name", ["baizhuang", "macun-street"])
def test_the_sample_villages_have_nothing_to_be_told(name: str) -> None:
    found = scan(SAMPLE / name)
    assert found.village
    assert [str(one) for one in found.problems] == []
    assert [str(one) for one in warnings(found.village, found.lines, SAMPLE_NOW)] == []


def test_all_of_it_is_asked_within_a_tenth_of_the_second_that_a_publisher_has() -> None:
    """At every save of a file, of a village with 727 places and 51 notices. Processor time."""
    found = scan(SAMPLE / "baizhuang")
    assert found.village
    begun = time.process_time()
    warnings(found.village, found.lines, SAMPLE_NOW)
    assert time.process_time() - begun < 0.3


def test_every_gate_is_explained_to_the_admin() -> None:
    guide = (SAMPLE.parent / "README.md").read_text()
    assert [gate for gate in Gate if f"| {gate}" not in guide] == []
