"""Hours, brightness and theme: what the village wrote, and what it means at a moment."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from content.notice import Level
from content.settings import Brightness, Coordinates, Hours, Settings
from kiosk.light import Light, light
from kiosk.stage import staged
from kiosk.sun import sun
from kiosk.view import View
from tests.fakes import alert

ZONE = ZoneInfo("Asia/Shanghai")
JIAOZUO = Coordinates(latitude=35.24, longitude=113.24)
TROMSO = Coordinates(latitude=69.65, longitude=18.96)
NOON = datetime(2026, 7, 10, 12, tzinfo=ZONE)


def at(settings: Settings, clock: str, day: str = "2026-07-10", zone: ZoneInfo = ZONE) -> Light:
    """The light at that time of day."""
    return light(settings, datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=zone), zone)


def lit(on: str, off: str, *clocks: str, where: Coordinates | None = None) -> list[bool]:
    settings = Settings(hours=Hours(on=on, off=off), coordinates=where)
    return [at(settings, clock).lit for clock in clocks]


def test_the_screen_is_lit_from_on_to_off_and_dark_on_the_minute() -> None:
    assert lit("06:30", "22:00", "06:29:59", "06:30", "21:59:59", "22:00", "00:00") == [False, True, True, False, False]


def test_hours_that_end_before_they_begin_last_past_midnight() -> None:
    assert lit("17:00", "01:00", "16:59", "17:00", "23:59", "00:59", "01:00") == [False, True, True, True, False]


@pytest.mark.parametrize("hours", [("00:00", "24:00"), ("06:00", "06:00"), ("24:00", "00:00")])
def test_hours_that_leave_no_gap_are_all_day(hours: tuple[str, str]) -> None:
    assert lit(*hours, "00:00", "05:59", "06:00", "23:59:59") == [True] * 4


def test_hours_follow_the_sun_of_the_place() -> None:
    """Sunrise at Jiaozuo on 10 July: 5:20, sunset 19:43 (NOAA's solar calculator says 5:21 and 19:44)."""
    assert lit("sunrise-15", "sunset+30", "05:04", "05:06", "20:12", "20:15", where=JIAOZUO) == [
        False,
        True,
        True,
        False,
    ]


def test_without_coordinates_and_without_a_sunrise_six_and_eighteen_stand_in() -> None:
    assert lit("sunrise", "sunset", "05:59", "06:00", "17:59", "18:00") == [False, True, True, False]
    assert lit("sunrise", "sunset", "05:59", "06:00", "17:59", "18:00", where=TROMSO) == [False, True, True, False]


def test_a_mistake_in_the_hours_never_makes_the_screen_dark_for_good() -> None:
    hours = Settings(hours=Hours(on="sunset+999", off="sunrise-999"), coordinates=JIAOZUO)
    assert any(light(hours, NOON + timedelta(minutes=ten * 10), ZONE).lit for ten in range(144))


def test_brightness_goes_by_the_hour_and_the_last_entry_lasts_past_midnight() -> None:
    settings = Settings(brightness=(Brightness(start="07:00", percent=90), Brightness(start="20:30", percent=35)))
    told = [at(settings, clock).percent for clock in ("06:59", "07:00", "20:29", "20:30", "23:59", "00:00")]
    assert told == [35, 90, 90, 35, 35, 35]


def test_brightness_in_any_order_and_by_the_sun() -> None:
    settings = Settings(
        brightness=(Brightness(start="sunset", percent=40), Brightness(start="sunrise", percent=100)),
        coordinates=JIAOZUO,
    )
    assert [at(settings, clock).percent for clock in ("05:19", "05:22", "19:42", "19:45")] == [40, 100, 100, 40]


def test_without_settings_the_screen_is_lit_bright_and_light() -> None:
    found = at(Settings(), "03:00")
    assert (found.lit, found.percent, found.theme) == (True, 100, "light")


def test_auto_is_dark_from_sunset_to_sunrise_and_light_where_nobody_knows_the_sun() -> None:
    settings = Settings(theme="auto", coordinates=JIAOZUO)
    themes = [at(settings, clock).theme for clock in ("05:19", "05:22", "19:42", "19:45", "23:59")]
    assert themes == ["dark", "light", "light", "dark", "dark"]
    assert at(Settings(theme="auto"), "03:00").theme == "light"


def test_polar_day_is_light_and_polar_night_is_dark() -> None:
    settings, oslo = Settings(theme="auto", coordinates=TROMSO), ZoneInfo("Europe/Oslo")
    themes = [at(settings, "12:00", day, oslo).theme for day in ("2026-06-21", "2026-12-21")]
    assert themes == ["light", "dark"]
    assert at(settings, "00:00", "2026-06-21", oslo).theme == "light"


def test_a_clock_that_nobody_trusts_never_makes_a_screen_dark() -> None:
    """A Pi without a battery wakes at any hour of any year."""
    dark = Settings(
        hours=Hours(on="08:00", off="08:01"),
        brightness=(Brightness(start="00:00", percent=1),),
        theme="auto",
        coordinates=JIAOZUO,
    )
    assert light(dark, None, ZONE) == Light(lit=True, percent=100, theme="light", until=None)


def test_a_theme_that_was_chosen_needs_no_clock() -> None:
    assert [light(Settings(theme=one), None, ZONE).theme for one in ("festive", "dark")] == ["festive", "dark"]


@given(st.dates(), st.floats(-90, 90), st.floats(-180, 180), st.sampled_from(["Asia/Shanghai", "Pacific/Kiritimati"]))
def test_the_sun_has_an_answer_everywhere_and_always(day: date, north: float, east: float, zone: str) -> None:
    sun(day, Coordinates(latitude=north, longitude=east), ZoneInfo(zone))


HOURS = st.one_of(
    st.builds("{:02}:{:02}".format, st.integers(0, 23), st.integers(0, 59)),
    st.just("24:00"),
    st.builds("{}{:+d}".format, st.sampled_from(["sunrise", "sunset"]), st.integers(-999, 999)),
)
SETTINGS = st.builds(
    Settings,
    hours=st.none() | st.builds(Hours, on=HOURS, off=HOURS),
    brightness=st.lists(st.builds(Brightness, start=HOURS, percent=st.integers(1, 100)), max_size=3).map(tuple),
    theme=st.sampled_from([None, "auto", "dark"]),
    coordinates=st.sampled_from([None, JIAOZUO, TROMSO, Coordinates(latitude=-90, longitude=0)]),
)
ZONES = st.sampled_from([ZONE, ZoneInfo("Europe/Oslo"), ZoneInfo("Australia/Lord_Howe"), ZoneInfo("America/Santiago")])
MOMENTS = st.integers(0, 2 * 365 * 86_400).map(
    lambda seconds: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
)


@given(SETTINGS, MOMENTS, st.floats(0, 1), ZONES)
def test_the_answer_holds_until_it_says_it_expires(
    settings: Settings, now: datetime, part: float, zone: ZoneInfo
) -> None:
    first = light(settings, now, zone)
    assert first.until
    assert now < first.until <= now + timedelta(hours=25), "at the latest at midnight, of the longest day of the year"
    later = light(settings, now + (first.until - now) * part * 0.999, zone)
    assert (later.lit, later.percent, later.theme) == (first.lit, first.percent, first.theme)


# What takes the screen, and how bright.

NIGHT = Settings(
    hours=Hours(on="06:30", off="22:00"),
    brightness=(Brightness(start="20:00", percent=30), Brightness(start="07:00", percent=80)),
)


def stage_at(clock: str, *levels: Level, exercise: bool = False, trusted: bool = True) -> tuple[str, bool, int]:
    """The levels that take the screen, is it lit, how bright."""
    now = datetime.fromisoformat(f"2026-07-10T{clock}").replace(tzinfo=ZONE)
    alerts = [replace(alert(level, level, now - timedelta(hours=1), 9.0), exercise=exercise) for level in levels]
    stage = staged(View("a", ("甲",), alerts=tuple(alerts), settings=NIGHT), now, clock_trusted=trusted)
    return "".join(one.level for one in stage.alerts), stage.light.lit, stage.light.percent


def test_red_and_orange_wake_the_screen_with_all_its_light() -> None:
    assert [stage_at("03:00", level) for level in (Level.RED, Level.ORANGE)] == [("红", True, 100), ("橙", True, 100)]


def test_blue_and_yellow_and_exercises_wait_for_the_morning() -> None:
    """Residents sleep a few metres away."""
    assert [stage_at("03:00", level) for level in (Level.BLUE, Level.YELLOW)] == [("", False, 30)] * 2
    assert stage_at("03:00", Level.RED, exercise=True) == ("", False, 30)
    assert stage_at("08:00", Level.BLUE) == ("蓝", True, 80)
    assert stage_at("20:30", Level.YELLOW) == ("黄", True, 30)


def test_a_red_alert_by_night_brings_no_others_with_it_and_is_bright_in_the_evening() -> None:
    assert stage_at("03:00", Level.YELLOW, Level.RED) == ("红", True, 100)
    assert stage_at("20:30", Level.YELLOW, Level.RED) == ("红黄", True, 100)


def test_while_the_clock_is_not_trusted_every_alert_is_shown() -> None:
    assert stage_at("03:00", Level.BLUE, trusted=False) == ("蓝", True, 100)


@given(
    st.lists(st.tuples(st.sampled_from(list(Level)), st.integers(-600, 600), st.integers(1, 900)), max_size=4), MOMENTS
)
def test_what_takes_the_screen_holds_until_it_says_so(alerts: list[tuple[Level, int, int]], now: datetime) -> None:
    some = tuple(
        alert(f"a{number}", level, now + timedelta(minutes=begin), minutes / 60)
        for number, (level, begin, minutes) in enumerate(alerts)
    )
    view = View("a", ("甲",), alerts=some, settings=NIGHT)
    first = staged(view, now, clock_trusted=True)
    assert first.until
    last = first.until - timedelta(microseconds=1)
    assert first.holds(last, trusted=True)
    assert not first.holds(first.until, trusted=True)
    then = staged(view, last, clock_trusted=True)
    assert (then.alerts, then.light.lit, then.light.percent) == (first.alerts, first.light.lit, first.light.percent)
