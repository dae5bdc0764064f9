"""Type follows from the viewing distance: JIS S 0032 and ISO 24509, one hundredth of it for an em."""

from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from content.notice import Notice
from kiosk.lcd.cut import FEW, LARGER, LEAST_LARGER, ORPHAN, cut_at
from kiosk.lcd.frame import frame, reading_distance_m
from kiosk.lcd.page import Page, sheet
from kiosk.lcd.table import WHOLE_ROWS_FROM
from kiosk.look import Look
from kiosk.scene import pages
from kiosk.shapes import Geometry, Text
from kiosk.typography.legible import EASY, LEAST, em, millimetres
from tests.sample_views import LONG, NOTICES, WATER, FakeMetrics, view

pytestmark = pytest.mark.rules
METRICS = FakeMetrics()
SIZES = [(1920, 1080), (1080, 1920), (1280, 720), (1024, 768), (1080, 1080), (3840, 2160), (2160, 3840)]


def texts(page: Page) -> list[Text]:
    return [item for item in page.items if isinstance(item, Text)]


def body_sizes(found: tuple[Page, ...], notice: Notice) -> list[int]:
    """The sizes of what is not the title."""
    title = "".join(notice.title.split())
    return [text.size for page in found for text in texts(page) if text.text.strip() and text.text.strip() not in title]


@cache
def shown(notice: Notice, geometry: Geometry, *, enlarged: bool = False) -> tuple[Page, ...]:
    return pages(notice, view(), Look(geometry, METRICS, enlarged=enlarged))


def test_the_worked_example_of_the_standard() -> None:
    """14 pt at 50 cm for somebody of 64: a panel of 0.1 mm pixels at that distance needs ems of 50."""
    panel = Geometry(3000, 4000, diagonal_inch=5000 * 0.1 / 25.4, viewing_distance_m=0.5)
    assert millimetres(panel) == pytest.approx(0.1)
    assert em(panel, EASY) * 0.1 == pytest.approx(14 / 72 * 25.4, rel=0.02)


def test_the_usual_panel_at_two_metres() -> None:
    sizes = frame(Geometry(1920, 1080)).type
    assert (sizes.body, sizes.least) == (55, 37)
    assert sizes.body * millimetres(Geometry(1920, 1080)) >= 20
    assert frame(Geometry(3840, 2160)).type.body == 109


@pytest.mark.parametrize("size", SIZES[:5], ids=str)
@pytest.mark.parametrize("metres", [1.0, 2.0, 3.0])
def test_a_notice_is_set_in_a_hundredth_of_the_distance_unless_that_takes_four_pages_or_an_empty_one(
    size: tuple[int, int], metres: float
) -> None:
    areas = frame(Geometry(*size, viewing_distance_m=metres))
    for notice in NOTICES:
        found = shown(replace(notice, media=()), areas.geometry)
        # A table may be an eighth smaller where that keeps its rows or days on one line.
        expected = round(areas.type.body * WHOLE_ROWS_FROM) if "|" in notice.body else areas.type.body
        if min(body_sizes(found, notice), default=areas.type.body) < expected:
            place = sheet(notice, areas, METRICS)
            usual = cut_at(notice, areas.type.body, place, METRICS, low=True)
            assert len(usual.pages) > FEW or (usual.last < ORPHAN and len(found) < len(usual.pages))


def test_a_last_page_that_would_stand_nearly_empty_is_saved_by_slightly_smaller_type() -> None:
    geometry = Geometry(1920, 1080)
    body = "".join(f"- 北区{number}号门：装了两盏路灯，已办结\n" for number in range(6))
    notice = replace(
        WATER, title="6月居民提的五件事，件件有回音", body=body + "五件事都回访过了，还有不到位的，请扫码。"
    )
    areas = frame(geometry)
    usual = cut_at(notice, areas.type.body, sheet(notice, areas, METRICS), METRICS, low=True)
    assert len(usual.pages) == 2
    assert usual.last < ORPHAN
    (page,) = shown(notice, geometry)
    assert 0.85 * areas.type.body < min(body_sizes((page,), notice)) < areas.type.body


def test_a_title_gives_way_before_a_list_is_torn() -> None:
    torn = 0
    for count in range(2, 14):
        body = "".join(f"{number}. 雨水管破了：换新管 46 米，10月28日办结，已经回访\n" for number in range(1, count))
        notice = replace(WATER, title="10月居民提的三件事，件件有回音", body=body)
        first, *rest = shown(notice, Geometry(1920, 1080))
        torn += bool(rest)
        title = next(text for text in texts(first) if text.text.startswith("10月"))
        assert not rest or title.size <= 1.4 * max(body_sizes((first,), notice))
    assert torn


@pytest.mark.parametrize("size", SIZES[:5], ids=str)
def test_not_even_the_longest_notice_is_set_below_a_hundred_and_fiftieth(size: tuple[int, int]) -> None:
    geometry = Geometry(*size)
    found = shown(replace(LONG, body=(LONG.body * 8)[:5000]), geometry)
    assert min(text.size for page in found for text in texts(page)) >= em(geometry, LEAST)


def test_a_long_notice_is_set_smaller_before_it_takes_more_than_four_pages() -> None:
    geometry = Geometry(1920, 1080)
    twice = replace(LONG, body=LONG.body * 2)
    assert len(shown(LONG, geometry)) <= FEW
    assert min(body_sizes(shown(twice, geometry), twice)) < frame(geometry).type.body


@pytest.mark.parametrize("size", SIZES[:5], ids=str)
def test_somebody_at_the_screen_gets_it_one_step_larger(size: tuple[int, int]) -> None:
    geometry = Geometry(*size)
    for notice in NOTICES:
        notice = replace(notice, media=())
        usual, large = (
            max(body_sizes(shown(notice, geometry, enlarged=one), notice), default=0) for one in (False, True)
        )
        step = (
            LEAST_LARGER if "|" in notice.body or "\n" in notice.body else LARGER
        )  # a smaller one keeps a table whole
        assert large >= min(round(usual * step) - 1, frame(geometry).type.most)


def test_a_panel_too_small_for_its_distance_says_from_how_far_it_is_read() -> None:
    small = Geometry(1920, 1080, diagonal_inch=15.6, viewing_distance_m=4.0)
    usual = Geometry(1920, 1080)
    assert reading_distance_m(small) < small.viewing_distance_m
    assert reading_distance_m(usual) >= 3.0
    assert reading_distance_m(replace(usual, diagonal_inch=64.0)) == pytest.approx(
        2 * reading_distance_m(usual), abs=0.2
    )


@given(
    st.sampled_from(SIZES),
    st.floats(7, 120),
    st.floats(0.3, 30),
)
def test_any_panel_at_any_distance_has_room_for_its_type(size: tuple[int, int], inch: float, metres: float) -> None:
    geometry = Geometry(*size, diagonal_inch=inch, viewing_distance_m=metres)
    areas = frame(geometry)
    sizes = areas.type
    assert 1 <= sizes.least <= sizes.body <= sizes.most
    assert areas.notice.width >= 8 * sizes.most
    if metres <= reading_distance_m(geometry):
        assert sizes.body * millimetres(geometry) >= metres * 1000 * EASY - 1e-6
    found = shown(WATER, geometry)
    assert 1 <= len(found) < 100
