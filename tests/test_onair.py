"""What is on air: the answer is right, and it holds until it says that it expires."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr
from hypothesis import example, given, settings
from hypothesis import strategies as st

from content.notice import FIRST_YEAR, DailyHours, Show
from content.onair import HORIZON, on_air, state_at
from content.rrule import rule_days
from tests.conftest import times

# Local times have no zone here by definition.
# ruff: noqa: DTZ001

SHANGHAI = ZoneInfo("Asia/Shanghai")
SUMMER_TIME = [
    ZoneInfo(name) for name in ("Europe/London", "America/New_York", "Australia/Lord_Howe", "America/Sao_Paulo")
]
MINUTE = timedelta(minutes=1)

MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31)).map(
    lambda one: one.replace(second=0, microsecond=0)
)
HOURS = st.builds(
    DailyHours,
    start=st.times().map(lambda one: one.replace(second=0, microsecond=0)),
    end=st.times().map(lambda one: one.replace(second=0, microsecond=0)),
)
MONTHLY = st.lists(st.integers(1, 31), min_size=1, max_size=3).map(
    lambda days: "FREQ=MONTHLY;BYMONTHDAY=" + ",".join(map(str, days))
)
WEEKLY = st.lists(st.sampled_from("MO TU WE TH FR SA SU".split()), min_size=1, max_size=3).map(
    lambda days: "FREQ=WEEKLY;BYDAY=" + ",".join(days)
)
EVERY_FEW = st.tuples(st.sampled_from(["DAILY", "WEEKLY", "MONTHLY"]), st.integers(1, 9)).map(
    lambda two: f"FREQ={two[0]};INTERVAL={two[1]}"
)
NTH = st.tuples(st.sampled_from([-5, -1, 1, 2, 5]), st.sampled_from(["MO", "SU"])).map(
    lambda two: f"FREQ=MONTHLY;BYDAY={two[0]}{two[1]}"
)
RULES = st.one_of(MONTHLY, WEEKLY, NTH, st.just("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29"))


@st.composite
def shows(draw: st.DrawFn) -> Show:
    """Any Show that checks out."""
    start = draw(st.none() | MOMENTS)
    length = draw(st.none() | st.integers(1, 60 * 24 * 60).map(lambda minutes: timedelta(minutes=minutes)))
    end = None if length is None else (start or draw(MOMENTS)) + length
    days = draw(st.sampled_from(["every", "weekdays", "rule"]))
    return Show(
        start=start,
        end=end,
        daily=draw(st.none() | HOURS),
        weekdays=tuple(draw(st.sets(st.integers(0, 6), min_size=1))) if days == "weekdays" else (),
        rrule=draw(RULES | EVERY_FEW if start else RULES) if days == "rule" else "",
    )


@dataclass(frozen=True)
class Slot:
    """Something with a show."""

    name: str
    show: Show


SLOTS = st.lists(shows(), max_size=3).map(lambda found: [Slot(str(number), one) for number, one in enumerate(found)])


def begins_on(show: Show, day: date) -> bool:
    """Does `show` begin its hours on that day? Said once more, in another way than the code."""
    if show.rrule:
        start = datetime.combine(show.start.date() if show.start else date(FIRST_YEAR, 1, 1), time.min)
        midnight = datetime.combine(day, time.min)
        rule = rrulestr(show.rrule, dtstart=start, ignoretz=True)
        return rule.before(midnight, inc=True) == midnight
    return not show.weekdays or day.weekday() in show.weekdays


def is_due(show: Show, local: datetime) -> bool:
    """The docstring of Show, taken at its word."""
    if (show.start and local < show.start) or (show.end and local >= show.end):
        return False
    today, yesterday = local.date(), local.date() - timedelta(days=1)
    if show.daily is None:
        return begins_on(show, today)
    clock = local.time()
    if show.daily.end > show.daily.start:
        return begins_on(show, today) and show.daily.start <= clock < show.daily.end
    return (begins_on(show, today) and clock >= show.daily.start) or (
        begins_on(show, yesterday) and clock < show.daily.end
    )


@settings(max_examples=times(30))
@given(shows(), MOMENTS)
def test_a_notice_is_due_exactly_when_its_file_says(show: Show, local: datetime) -> None:
    assert state_at(show, local)[0] == is_due(show, local)


@settings(max_examples=times(30))
@given(shows(), MOMENTS, st.integers(1, 400 * 24 * 60))
def test_nothing_changes_before_the_change_that_was_announced(show: Show, local: datetime, minutes: int) -> None:
    due, changes = state_at(show, local)
    assert local < changes <= local + HORIZON
    then = local + timedelta(minutes=minutes)
    if then < changes:
        assert is_due(show, then) == due
    assert is_due(show, changes - MINUTE) == due


@settings(max_examples=times(30))
@given(SLOTS, MOMENTS, st.integers(0, 400 * 24 * 60))
def test_the_answer_holds_until_it_says_it_expires(slots: list[Slot], local: datetime, minutes: int) -> None:
    now = local.replace(tzinfo=SHANGHAI)
    answer = on_air(slots, now, SHANGHAI)
    then = now + timedelta(minutes=minutes)
    assert answer.until > now
    if then < answer.until:
        assert on_air(slots, then, SHANGHAI).due == answer.due


@settings(max_examples=times(30))
@example([Slot("ended", Show(end=datetime(2026, 10, 25, 1, 30)))], SUMMER_TIME[0], datetime(2026, 10, 25, 0, 40), 40)
@example(
    [Slot("opens in the hour that is left out", Show(daily=DailyHours(start=time(1, 30), end=time(5))))],
    SUMMER_TIME[0],
    datetime(2026, 3, 29, 0, 30),
    45,
)
@given(
    SLOTS,
    st.sampled_from(SUMMER_TIME),
    st.sampled_from(
        [datetime(2026, 3, 8, 6), datetime(2026, 3, 29, 0), datetime(2026, 10, 25, 0), datetime(2026, 11, 1, 5)]
    ).flatmap(lambda near: st.integers(-180, 180).map(lambda minutes: near + timedelta(minutes=minutes))),
    st.integers(0, 48 * 60),
)
def test_the_answer_holds_across_summer_time_too(
    slots: list[Slot], zone: ZoneInfo, moment: datetime, minutes: int
) -> None:
    now = moment.replace(tzinfo=UTC)
    answer = on_air(slots, now, zone)
    then = now + timedelta(minutes=minutes)
    assert answer.until > now
    if then < answer.until:
        assert on_air(slots, then, zone).due == answer.due


@given(SLOTS, MOMENTS)
def test_what_is_due_keeps_the_order_given(slots: list[Slot], local: datetime) -> None:
    due = on_air(slots, local.replace(tzinfo=SHANGHAI), SHANGHAI).due
    assert list(due) == [slot for slot in slots if slot in due]


@given(SLOTS, MOMENTS)
def test_a_clock_that_nobody_trusts_never_empties_the_screen(slots: list[Slot], local: datetime) -> None:
    now = local.replace(tzinfo=SHANGHAI)
    trusted = on_air(slots, now, SHANGHAI)
    doubted = on_air(slots, now, SHANGHAI, clock_trusted=False)
    assert doubted.due == (trusted.due or tuple(slots))
    assert doubted.until == trusted.until


def test_the_night_shift_lasts_past_midnight_of_its_last_weekday() -> None:
    friday_night = Show(daily=DailyHours(start=time(22), end=time(6)), weekdays=(4,))
    history = [
        state_at(friday_night, datetime(2026, 12, day, hour)) for day, hour in ((4, 21), (4, 23), (5, 5), (5, 6))
    ]
    assert history == [
        (False, datetime(2026, 12, 4, 22)),
        (True, datetime(2026, 12, 5, 6)),
        (True, datetime(2026, 12, 5, 6)),
        (False, datetime(2026, 12, 11, 22)),
    ]


def test_the_supervision_days_of_the_month_are_5_15_25() -> None:
    show = Show(rrule="FREQ=MONTHLY;BYMONTHDAY=5,15,25")
    local, edges = datetime(2026, 12, 1), []
    for _ in range(6):
        local = state_at(show, local)[1]
        edges.append((local.month, local.day))
    assert edges == [(12, 5), (12, 6), (12, 15), (12, 16), (12, 25), (12, 26)]


def test_an_answer_for_hours_that_meet_at_midnight_does_not_stop_there() -> None:
    all_day = Show(daily=DailyHours(start=time(0), end=time(0)), end=datetime(2026, 12, 9))
    assert state_at(all_day, datetime(2026, 12, 1, 9)) == (True, datetime(2026, 12, 9))


def test_nothing_on_air_is_an_answer_too() -> None:
    now = datetime(2026, 12, 1, tzinfo=UTC)
    answer = on_air(list[Slot](), now, SHANGHAI)
    assert answer.due == ()
    assert answer.until > now


@settings(max_examples=40)
@example("MONTHLY", {}, (60, "MO"))
@example("YEARLY", {"BYMONTH": 12}, (53, "MO"))
@given(
    st.sampled_from(["WEEKLY", "MONTHLY", "YEARLY"]),
    st.dictionaries(
        st.sampled_from(["INTERVAL", "BYMONTHDAY", "BYMONTH", "BYYEARDAY", "BYWEEKNO", "BYSETPOS"]),
        st.integers(-60, 60),
        max_size=2,
    ),
    st.none() | st.tuples(st.integers(-60, 60), st.sampled_from(["MO", "FR", "SU"])),
)
def test_a_rule_that_was_let_in_can_be_answered(freq: str, parts: dict[str, int], nth: tuple[int, str] | None) -> None:
    """Or one signed notice would put every player into a circle of crashes."""
    pieces = [f"FREQ={freq}", *(f"{name}={value}" for name, value in parts.items())]
    pieces += [f"BYDAY={nth[0] or ''}{nth[1]}"] if nth else []
    try:
        show = Show(rrule=";".join(pieces), start=datetime(2026, 1, 5))
    except ValueError:
        return
    local = datetime(2026, 12, 5, 9)
    assert state_at(show, local)[1] > local


def test_until_ends_a_rule_on_that_very_day() -> None:
    days = list(rule_days("FREQ=DAILY;UNTIL=20260103", None, date(2026, 1, 1), date(2026, 2, 1)))
    assert days == [date(2026, 1, 1), date(2026, 1, 2), date(2026, 1, 3)]
