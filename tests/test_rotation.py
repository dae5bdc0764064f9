"""The order and the time of pages: whole histories, and what an admin's change does to them."""

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from content.notice import TOPICS, Notice, Pace
from kiosk.page import Page
from kiosk.rotation import Rotation, Slide, seconds_for, slides
from tests.sample_views import view


def notice(name: str, title: str = "标题") -> Notice:
    return Notice(id=name, title=title, topic=TOPICS["活动"])


def page(characters: int, pictures: int = 0) -> Page:
    return Page(items=(), around=(), characters=characters, pictures=pictures)


def slides_of(*named: tuple[Notice, int]) -> tuple[Slide, ...]:
    """Each notice with that many pages of ten seconds."""
    return tuple(Slide(one, number, page(50), pages, 10.0) for one, pages in named for number in range(1, pages + 1))


A, B, C = notice("a"), notice("b"), notice("c")


def shown(rotation: Rotation) -> tuple[str, int, float] | None:
    """Which page, and until when."""
    slide = rotation.current
    return (slide.notice.id, slide.number, rotation.until) if slide else None


def history(rotation: Rotation, until: float, step: float = 1.0) -> list[tuple[float, str, int]]:
    """Every change of the page up to `until`, with its time."""
    ticks = 0.0
    found: list[tuple[float, str, int]] = []
    while ticks <= until:
        rotation = rotation.advanced(ticks)
        slide = rotation.current
        assert slide is not None
        if not found or found[-1][1:] != (slide.notice.id, slide.number):
            found.append((ticks, slide.notice.id, slide.number))
        ticks += step
    return found


def test_pages_follow_each_other_and_begin_again() -> None:
    rotation = Rotation().replaced(slides_of((A, 2), (B, 1)), 0.0)
    assert history(rotation, 45.0) == [(0, "a", 1), (10, "a", 2), (20, "b", 1), (30, "a", 1), (40, "a", 2)]


def test_a_page_stays_as_long_as_it_takes_to_read() -> None:
    pace = Pace(characters_per_second=5, least_seconds=8, most_seconds=30)
    times = [seconds_for(page(*one), pace) for one in ((0, 0), (50, 0), (80, 0), (50, 1), (0, 2), (500, 0))]
    assert times == [8, 10, 16, 14, 8, 30]


def test_slides_are_all_pages_of_the_notices_in_their_order() -> None:
    pages = {A: [page(100), page(10)], B: [page(60, 1)]}
    assert [(s.notice.id, s.number, s.pages, s.seconds) for s in slides(view(), (A, B), pages.__getitem__)] == [
        ("a", 1, 2, 20.0),
        ("a", 2, 2, 8.0),
        ("b", 1, 1, 16.0),
    ]


def test_nothing_on_air_shows_nothing_and_waits_for_ever() -> None:
    empty = Rotation().replaced(slides_of((A, 1)), 0.0).replaced((), 3.0)
    assert (empty.current, empty.until, empty.advanced(1e9)) == (None, float("inf"), empty)


def test_the_page_stays_for_the_rest_of_its_time_when_others_go() -> None:
    rotation = Rotation().replaced(slides_of((A, 1), (B, 2), (C, 1)), 0.0).advanced(10.0).advanced(20.0)
    assert shown(rotation) == ("b", 2, 30.0)
    assert shown(rotation.replaced(slides_of((C, 1), (B, 2)), 24.0)) == ("b", 2, 30.0)


def test_a_new_notice_is_shown_at_once() -> None:
    rotation = Rotation().replaced(slides_of((A, 2)), 0.0)
    assert shown(rotation.replaced(slides_of((A, 2), (B, 1)), 4.0)) == ("b", 1, 14.0)


def test_a_changed_notice_is_shown_at_once_from_its_first_page() -> None:
    rotation = Rotation().replaced(slides_of((A, 1), (B, 3)), 0.0).advanced(10.0).advanced(20.0)
    changed = slides_of((A, 1), (notice("b", "新标题"), 3))
    assert shown(rotation.replaced(changed, 25.0)) == ("b", 1, 35.0)


def test_of_several_news_the_first_comes_first() -> None:
    rotation = Rotation().replaced(slides_of((A, 1)), 0.0).replaced(slides_of((B, 1), (A, 1), (C, 1)), 1.0)
    assert history(rotation, 32.0)[1:] == [(11, "a", 1), (21, "c", 1), (31, "b", 1)]


def test_what_is_withdrawn_goes_at_once_and_the_next_one_comes() -> None:
    rotation = Rotation().replaced(slides_of((A, 1), (B, 2), (C, 1)), 0.0).advanced(10.0)
    assert shown(rotation.replaced(slides_of((A, 1), (C, 1)), 12.0)) == ("c", 1, 22.0)


def test_after_the_last_one_is_withdrawn_the_first_comes() -> None:
    rotation = Rotation().replaced(slides_of((A, 1), (B, 1)), 0.0).advanced(10.0)
    assert shown(rotation.replaced(slides_of((A, 1)), 12.0)) == ("a", 1, 22.0)


def test_a_long_sleep_skips_no_page() -> None:
    rotation = Rotation().replaced(slides_of((A, 1), (B, 1), (C, 1)), 0.0)
    assert shown(rotation.advanced(10_000.0)) == ("b", 1, 10_010.0)


def test_a_quicker_pace_shortens_the_page_that_is_shown() -> None:
    rotation = Rotation().replaced(slides_of((A, 1)), 0.0)
    quick = tuple(replace(slide, seconds=3.0) for slide in slides_of((A, 1)))
    assert shown(rotation.replaced(quick, 1.0)) == ("a", 1, 4.0)


CONTENT = st.lists(st.tuples(st.sampled_from("abcd"), st.integers(0, 2), st.integers(1, 3)), max_size=4)


@given(st.lists(st.tuples(CONTENT, st.floats(0, 25)), max_size=12))
def test_any_sequence_of_changes_shows_what_is_on_air_and_moves_on_in_time(
    changes: list[tuple[list[tuple[str, int, int]], float]],
) -> None:
    rotation, ticks = Rotation(), 0.0
    for content, wait in changes:
        unique = {name: (notice(name, f"第{version}版"), pages) for name, version, pages in content}
        new = slides_of(*unique.values())
        before = {slide.notice for slide in rotation.slides}
        was, until = rotation.current, rotation.until
        rotation = rotation.replaced(new, ticks)
        news = [slide.notice for slide in new if slide.notice not in before]
        assert rotation.slides == new
        if not new:
            assert rotation.current is None
        elif news:
            assert rotation.current == next(slide for slide in new if slide.notice == news[0])
        elif was in new:
            assert (rotation.current, rotation.until) == (was, until)
        assert rotation == rotation.replaced(new, ticks)  # the same news again changes nothing
        ticks += wait
        rotation = rotation.advanced(ticks)
        assert not new or ticks < rotation.until <= ticks + 10.0
