"""content.fleet.table: every screen is in exactly one state, and the reason is true."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from content.fleet.table import (
    FROZEN_BEAT_SECONDS,
    LATE_SECONDS,
    LOST_SECONDS,
    Condition,
    Screen,
    condition,
    counted,
    learned,
    name_of,
    nearest_card,
    table,
)
from content.notice import Card
from content.reports import Hardware, Heartbeat, Status
from content.village import Place
from tests.fakes import NOW, card

PLACES = {
    path: Place(path=path, name=name, card=worker)
    for path, name, worker in (
        ("v", "白庄村", None),
        ("v/n", "北区", card("李四（示例）")),
        ("v/n/w1", "第1微网格", None),
        ("v/n/w1/b1", "1号楼", None),
        ("v/n/w1/b1/u1", "1单元", None),
        ("v/n/w1/b1/u2", "2单元", None),
    )
}
U1, U2 = "v/n/w1/b1/u1", "v/n/w1/b1/u2"


def beat(at: datetime = NOW, **more: Any) -> Heartbeat:
    values: dict[str, Any] = {"at": at, "item": "one", "pages": 2, "frames": 1} | more
    return Heartbeat(**values)


def status(at: datetime = NOW, **more: Any) -> Status:
    values: dict[str, Any] = {
        "screen": "s1",
        "online": True,
        "place": U1,
        "at": at,
        "clock_trusted": True,
        "showing": beat(at),
    } | more
    return Status(**values)


def heard(*statuses: tuple[float, Status], fresh: bool = True) -> Screen:
    """The screen after these statuses came, each so many seconds after NOW."""
    screen: Screen | None = None
    for seconds, one in statuses:
        screen = learned(screen, one, NOW + timedelta(seconds=seconds), seconds, fresh=fresh) or screen
    assert screen is not None
    return screen


def state(screen: Screen, seconds: float = 0.0) -> Condition:
    return condition(screen, NOW + timedelta(seconds=seconds), seconds)[0]


@pytest.mark.parametrize(
    ("silent", "expected"),
    [
        (0, Condition.ONLINE),
        (LATE_SECONDS, Condition.ONLINE),
        (LATE_SECONDS + 1, Condition.LATE),
        (LOST_SECONDS, Condition.LATE),
        (LOST_SECONDS + 1, Condition.LOST),
    ],
)
def test_silence_makes_late_then_lost(silent: float, expected: Condition) -> None:
    assert state(heard((0, status())), silent) is expected


def test_nobody_is_lost_while_nobody_listened() -> None:
    screen = heard((0, status()))
    assert condition(screen, NOW + timedelta(hours=9), listened=10.0)[0] is Condition.ONLINE


def test_a_last_will_makes_late_at_once_and_lost_only_by_silence() -> None:
    screen = heard((0, status()), (10, Status(screen="s1", online=False)))
    assert (screen.place, screen.status.receipts_newest) == (U1, 0)
    assert state(screen, 10) is Condition.LATE
    assert state(screen, LOST_SECONDS + 1) is Condition.LOST
    back = learned(screen, screen.status, NOW + timedelta(seconds=20), 20.0, fresh=True)
    assert back is not None
    assert state(back, 20) is Condition.ONLINE


def test_a_retained_status_of_a_dead_screen_does_not_make_it_alive() -> None:
    old = status(NOW - timedelta(hours=3))
    screen = learned(None, old, NOW, 0.0, fresh=False)
    assert screen is not None
    assert state(screen) is Condition.LOST
    assert screen.heard == NOW - timedelta(hours=3)
    again = learned(screen, old, NOW + timedelta(seconds=60), 60.0, fresh=True)
    assert again is None, "the same status once more is no news"


def test_the_last_will_of_a_screen_never_heard_is_a_lost_screen() -> None:
    screen = learned(None, Status(screen="s1", online=False), NOW, 50.0, fresh=False)
    assert screen is not None
    assert condition(screen, NOW + timedelta(seconds=1), 51.0)[0] is Condition.LOST


@pytest.mark.parametrize("trusted", [True, False])
def test_a_player_that_stops_is_frozen_within_two_minutes_of_statuses(trusted: bool) -> None:
    """Statuses 75 s apart are the slowest there are. Without a trusted clock it takes one more."""
    stopped = beat(NOW, frames=9)
    times = [5, 80] if trusted else [5, 80, 155]
    statuses = [(t, status(NOW + timedelta(seconds=t), showing=stopped, clock_trusted=trusted)) for t in (0, *times)]
    assert state(heard(*statuses[:2]), 5) is not Condition.FROZEN
    assert state(heard(*statuses), times[-1]) is Condition.FROZEN
    assert FROZEN_BEAT_SECONDS + 75 < 120


def test_no_player_at_all_is_frozen_once_it_had_time_to_start() -> None:
    first, later = status(showing=None), status(NOW + timedelta(seconds=60), showing=None)
    assert state(heard((0, first))) is Condition.ONLINE
    assert state(heard((0, first), (60, later)), 60) is Condition.FROZEN


@pytest.mark.parametrize(
    ("pages", "dark", "expected"),
    [(2, False, Condition.FROZEN), (1, False, Condition.ONLINE), (2, True, Condition.DARK)],
)
def test_a_beat_without_new_frames_is_frozen_where_something_should_move(
    pages: int, dark: bool, expected: Condition
) -> None:
    statuses = [
        (t, status(NOW + timedelta(seconds=t), showing=beat(NOW + timedelta(seconds=t), pages=pages, lit=not dark)))
        for t in (0, 60, 120, 180)
    ]
    assert state(heard(*statuses), 180) is expected


def test_a_clock_that_is_not_trusted_or_far_off_is_wrong_since_the_first_time() -> None:
    for wrong in ({"clock_trusted": False}, {"at": NOW + timedelta(minutes=5)}):
        screen = heard((0, status(**wrong)))
        assert condition(screen, NOW, 0.0)[:2] == (Condition.WRONG_CLOCK, NOW)
    screen = heard((0, status(NOW - timedelta(minutes=5))))
    assert "慢 5 分钟" in condition(screen, NOW, 0.0)[2]


def test_a_clock_that_contradicts_the_publishers_is_told_with_whom_to_ask() -> None:
    """Such a screen counts by the publisher's clock, so that its status seems to be on time."""
    screen = heard((0, status(clock_trusted=False, hardware=Hardware(clock_offset_seconds=86_400 * 400))))
    why = condition(screen, NOW, 0.0)[2]
    assert "比发布端快 400 天" in why
    assert "请查那里的时间服务器" in why


def test_an_old_retained_status_says_nothing_of_the_clock() -> None:
    screen = learned(None, status(NOW - timedelta(seconds=140)), NOW, 500.0, fresh=False)
    assert screen is not None
    assert screen.clock_wrong_since is None


def running(minutes: float, up_minutes: float) -> tuple[float, Status]:
    """A status so many minutes after NOW, of a machine that was started so long before it."""
    hardware = Hardware(uptime_seconds=int(60 * up_minutes))
    return 60 * minutes, status(NOW + timedelta(minutes=minutes), hardware=hardware)


TAKING_TURNS = [running(n / 2, (900 if n % 2 else 30) + n / 2) for n in range(8)]


@pytest.mark.parametrize(
    ("statuses", "minutes", "doubled"),
    [
        (TAKING_TURNS, 4, True),
        (TAKING_TURNS, 15, False),  # one of the two was switched off
        (TAKING_TURNS[:5], 4, False),
        ([running(n, 1) for n in range(20)], 20, False),  # it starts again and again
        ([running(n, 900 + n) for n in range(20)], 20, False),
        ([running(n, (20 if n % 20 == 0 else 40) + n) for n in range(61)], 61, False),  # a late one now and then
    ],
)
def test_a_copied_card_is_told_by_the_starts_of_two_machines(
    statuses: list[tuple[float, Status]], minutes: float, doubled: bool
) -> None:
    (row,) = table([heard(*statuses)], {}, PLACES, NOW + timedelta(minutes=minutes), 60 * minutes)
    assert ("两张同样的卡" in row.remark) == doubled


def test_a_retained_status_says_nothing_of_when_a_machine_was_started() -> None:
    screen = learned(None, running(0, 900)[1], NOW + timedelta(hours=9), 0.0, fresh=False)
    assert screen is not None
    assert screen.starts.started is None


def test_refusals_are_shown_while_they_are_new() -> None:
    screen = heard((0, status()), (60, status(NOW + timedelta(seconds=60), refusals={"unknown-key": 3})))
    assert state(screen, 60) is Condition.REFUSING
    quiet = heard(
        *((t, status(NOW + timedelta(seconds=t), refusals={"unknown-key": 3}, showing=beat(NOW + timedelta(seconds=t),
          frames=t))) for t in (0, 600, 1000))
    )  # fmt: skip
    assert state(quiet, 1000) is Condition.ONLINE


def test_the_table_has_listed_screens_that_never_came_and_marks_strangers() -> None:
    screens = [heard((0, status())), heard((0, status(screen="s2", place="w/x")))]
    rows = table(screens, {"s1": U2, "s3": U2}, PLACES, NOW, 0.0)
    found = {row.screen: (row.condition, row.listed, bool(row.remark)) for row in rows}
    assert found == {
        "s1": (Condition.ONLINE, True, True),  # it says u1, the list says u2
        "s2": (Condition.ONLINE, False, True),
        "s3": (Condition.NEVER, True, False),
    }
    assert [row.place_name for row in rows if row.screen == "s1"] == ["北区 第1微网格 1号楼 1单元"]


def test_a_revoked_screen_is_not_to_be_looked_for_and_one_that_still_speaks_is_to_be_shut_out_again() -> None:
    screens = [
        heard((0, status())),
        heard((0, status(screen="s2", place=U2))),
        heard((900, status(NOW + timedelta(seconds=900), screen="s3"))),
    ]
    rows = table(screens, {"s4": U1}, PLACES, NOW + timedelta(seconds=900), 900.0, revoked={"s2", "s3", "s4"})
    found = {row.screen: (row.condition, row.revoked, row.why, row.remark) for row in rows}
    assert "请看电源" in found["s1"][2]
    assert found["s2"][:2] == (Condition.LOST, True)
    assert "已吊销" in found["s2"][2]
    assert "电源" not in found["s2"][2]
    assert found["s3"][:2] == (Condition.ONLINE, True)
    assert "却还连着" in found["s3"][3]
    assert found["s4"][:2] == (Condition.NEVER, True)
    assert "已吊销" in found["s4"][2]
    assert ["--retire" in found[name][2] for name in ("s2", "s4")] == [True, False], "s4 is in the list only"
    assert all("删掉 screens.yaml" in found[name][2] for name in ("s2", "s4"))


def test_no_number_that_a_screen_says_makes_a_long_line() -> None:
    screen = heard((0, status(clock_trusted=False, hardware=Hardware(clock_offset_seconds=1e308))))
    assert "快 一百年以上" in condition(screen, NOW, 0.0)[2]


def test_the_nearest_card_that_is_still_true_is_called() -> None:
    assert nearest_card(U1, PLACES, NOW.date()) == card("李四（示例）")
    retired = Card(name="王五（示例）", phone="0391-0000001", until=NOW.date() - timedelta(days=1))
    places = PLACES | {"v/n/w1": replace_place(PLACES["v/n/w1"], retired)}
    assert nearest_card(U1, places, NOW.date()) == card("李四（示例）")
    assert nearest_card("", places, NOW.date()) is None
    assert name_of("v", PLACES) == "白庄村"
    assert name_of("x/y", PLACES) == "x/y"


def replace_place(place: Place, worker: Card) -> Place:
    return Place(path=place.path, name=place.name, card=worker)


moments = st.integers(-5000, 5000).map(lambda seconds: NOW + timedelta(seconds=seconds))
beats = st.builds(
    Heartbeat, at=moments, pages=st.integers(0, 3), frames=st.integers(0, 5), lit=st.booleans(), item=st.just("one")
)
statuses_of = st.builds(
    Status,
    screen=st.sampled_from(["s1", "s2", "s3"]),
    online=st.booleans(),
    place=st.sampled_from(["", U1, U2, "elsewhere"]),
    at=st.none() | moments,
    clock_trusted=st.booleans(),
    showing=st.none() | beats,
    refusals=st.dictionaries(st.just("malformed"), st.integers(0, 4)),
)


@given(
    st.lists(st.tuples(st.floats(0, 400), statuses_of, st.booleans()), max_size=12),
    st.floats(0, 2000),
    st.dictionaries(st.sampled_from(["s1", "s4"]), st.sampled_from([U1, U2])),
)
def test_every_screen_is_in_exactly_one_state_and_the_counts_add_up(
    story: list[tuple[float, Status, bool]], later: float, roster: dict[str, str]
) -> None:
    screens: dict[str, Screen] = {}
    now, listened = NOW, 0.0
    for seconds, one, fresh in story:
        now, listened = now + timedelta(seconds=seconds), listened + seconds
        screen = learned(screens.get(one.screen), one, now, listened, fresh=fresh)
        if screen is not None:
            screens[one.screen] = screen
    now, listened = now + timedelta(seconds=later), listened + later
    rows = table(screens.values(), roster, PLACES, now, listened)
    assert sorted(row.screen for row in rows) == sorted({one.screen for _, one, _ in story} | set(roster))
    counts = counted(rows)
    assert set(counts) == set(Condition)
    assert sum(counts.values()) == len(rows)
    for row in rows:
        assert row.condition is not Condition.NEVER or row.screen not in screens
        assert row.since is None or row.since <= now
        silent = listened - screens[row.screen].heard_at if row.screen in screens else 0.0
        assert (row.condition is Condition.LOST) == (silent > LOST_SECONDS)
        assert replace(row) == row
