"""The order and the time of pages: whole histories, and what an admin's change does to them."""

import math
from collections import Counter

from hypothesis import example, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from content.notice import TOPICS, Notice
from content.settings import Pace
from kiosk.lcd.page import Page
from kiosk.rotation import BURST_SECONDS, Rotation, Slide, Subject, seconds_for, slides
from tests.conftest import times
from tests.sample_views import view


def notice(name: str, title: str = "标题") -> Notice:
    return Notice(id=name, title=title, topic=TOPICS["活动"])


def page(characters: int, pictures: int = 0) -> Page:
    return Page(items=(), around=(), characters=characters, pictures=pictures)


Pages = dict[Subject, tuple[Slide, ...]]


def laid_out(*named: tuple[Notice, int], seconds: float = 10.0) -> Pages:
    """Each notice with that many pages of ten seconds; with none, one that cannot be laid out."""
    return {one: tuple(Slide(one, n, page(50), pages, seconds) for n in range(1, pages + 1)) for one, pages in named}


A, B, C = notice("a"), notice("b"), notice("c")


class Screen:
    """A rotation with its pages, as a player keeps them."""

    def __init__(self, *named: tuple[Notice, int]) -> None:
        self.rotation, self.known = Rotation(), Pages()
        self.change(0.0, *named)

    def change(self, ticks: float, *named: tuple[Notice, int], seconds: float = 10.0) -> "Screen":
        """These are on air from now."""
        pages = laid_out(*named, seconds=seconds)
        self.known |= pages
        self.rotation = self.rotation.replaced(tuple(pages), ticks)
        return self.at(ticks)

    def at(self, ticks: float) -> "Screen":
        """The player's step at that time."""
        self.rotation = self.rotation.advanced(ticks, self.known)
        return self

    def turn(self, by: int, ticks: float) -> "Screen":
        self.rotation = self.rotation.turned(by, self.known)
        return self.at(ticks)

    @property
    def shown(self) -> tuple[str, int, float] | None:
        """Which page, and until when."""
        slide = self.rotation.current(self.known)
        return (slide.id, slide.number, self.rotation.due()) if slide else None

    def history(self, until: float, since: float = 0.0) -> list[tuple[float, str, int]]:
        """Every change of the page up to `until`, with its time."""
        found: list[tuple[float, str, int]] = []
        for ticks in range(int(since), int(until) + 1):
            shown = self.at(float(ticks)).shown
            assert shown is not None
            if not found or found[-1][1:] != shown[:2]:
                found.append((ticks, *shown[:2]))
        return found


def test_pages_follow_each_other_and_begin_again() -> None:
    screen = Screen((A, 2), (B, 1))
    assert screen.history(45) == [(0, "a", 1), (10, "a", 2), (20, "b", 1), (30, "a", 1), (40, "a", 2)]


def test_a_page_stays_as_long_as_it_takes_to_read() -> None:
    pace = Pace(characters_per_second=5, least_seconds=8, most_seconds=30)
    times = [seconds_for(page(*one), pace) for one in ((0, 0), (50, 0), (80, 0), (50, 1), (0, 2), (500, 0))]
    assert times == [8, 10, 16, 14, 8, 30]


def test_slides_are_all_pages_of_the_notices_in_their_order() -> None:
    pages: dict[Subject, list[Page]] = {A: [page(100), page(10)], B: [page(60, 1)]}
    assert [(s.id, s.number, s.pages, s.seconds) for s in slides(view(), (A, B), pages.__getitem__)] == [
        ("a", 1, 2, 20.0),
        ("a", 2, 2, 8.0),
        ("b", 1, 1, 16.0),
    ]


def test_nothing_on_air_shows_nothing_and_waits_for_ever() -> None:
    empty = Screen((A, 1)).change(3.0).rotation
    assert (empty.current({}), empty.due(), empty.advanced(1e9, {})) == (None, math.inf, empty)


def test_the_page_stays_for_the_rest_of_its_time_when_others_go() -> None:
    screen = Screen((A, 1), (B, 2), (C, 1)).at(10.0).at(20.0)
    assert screen.shown == ("b", 2, 30.0)
    assert screen.change(24.0, (C, 1), (B, 2)).shown == ("b", 2, 30.0)


def test_a_new_notice_is_shown_at_once() -> None:
    assert Screen((A, 2)).change(4.0, (A, 2), (B, 1)).shown == ("b", 1, 14.0)


def test_after_the_news_the_page_that_it_interrupted_has_the_rest_of_its_time() -> None:
    screen = Screen((A, 1), (B, 2), (C, 1)).at(10.0).at(20.0).change(24.0, (notice("n"), 1), (A, 1), (B, 2), (C, 1))
    assert screen.history(45, since=24) == [(24, "n", 1), (34, "b", 2), (40, "c", 1)]


def test_a_changed_notice_is_shown_at_once_from_its_first_page() -> None:
    screen = Screen((A, 1), (B, 3)).at(10.0).at(20.0)
    assert screen.change(25.0, (A, 1), (notice("b", "新标题"), 3)).shown == ("b", 1, 35.0)


def test_of_several_news_the_first_comes_first() -> None:
    screen = Screen((A, 1)).change(1.0, (B, 1), (A, 1), (C, 1))
    assert screen.history(32, since=1) == [(1, "b", 1), (11, "c", 1), (21, "a", 1), (30, "c", 1)]


def test_what_is_withdrawn_goes_at_once_and_the_next_one_comes() -> None:
    screen = Screen((A, 1), (B, 2), (C, 1)).at(10.0)
    assert screen.change(12.0, (A, 1), (C, 1)).shown == ("c", 1, 22.0)


def test_after_the_last_one_is_withdrawn_the_first_comes() -> None:
    assert Screen((A, 1), (B, 1)).at(10.0).change(12.0, (A, 1)).shown == ("a", 1, 22.0)


def test_a_long_sleep_skips_no_page() -> None:
    assert Screen((A, 1), (B, 1), (C, 1)).at(10_000.0).shown == ("b", 1, 10_010.0)


def test_a_quicker_pace_shortens_the_page_that_is_shown() -> None:
    assert Screen((A, 1)).change(1.0, (A, 1), seconds=3.0).shown == ("a", 1, 4.0)


def test_the_first_picture_needs_one_notice_laid_out_and_then_one_more_at_a_time() -> None:
    rotation, known = Rotation().replaced((A, B, C), 0.0), Pages()
    wanted = [rotation.wanted(known, 0.0)]
    for one in (A, B):
        known |= laid_out((one, 1))
        rotation = rotation.advanced(0.0, known)
        wanted.append(rotation.wanted(known, 0.0))
    assert wanted == [A, B, None]


def test_a_notice_that_cannot_be_laid_out_costs_its_own_turn_only() -> None:
    assert Screen((A, 0), (B, 1), (C, 0)).history(12) == [(0, "b", 1)]
    assert Screen((A, 1), (B, 0), (C, 1)).history(22) == [(0, "a", 1), (10, "c", 1), (20, "a", 1)]


def test_where_nothing_can_be_laid_out_nothing_is_wanted() -> None:
    screen = Screen((A, 0), (B, 0)).at(50.0)
    assert (screen.shown, screen.rotation.wanted(screen.known, 50.0)) == (None, None)


def test_the_very_same_notice_from_two_publishers_is_shown_once() -> None:
    """Else the rotation would find the first of the two again and never come past it."""
    rotation = Rotation().replaced((A, B, A, C), 0.0)
    assert rotation.subjects == (A, B, C)


# Nobody holds the screen with news.


def test_what_is_new_to_the_screen_alone_waits_for_its_turn() -> None:
    screen = Screen((A, 1), (B, 1))
    screen.known |= laid_out((C, 1))
    screen.rotation = screen.rotation.replaced((C, A, B), 4.0, no_news={C})
    assert screen.history(31, since=4) == [(4, "a", 1), (10, "b", 1), (20, "c", 1), (30, "a", 1)]


def test_an_edited_notice_is_true_at_once_and_does_not_begin_again_within_a_minute() -> None:
    screen = Screen((A, 1), (B, 1)).change(2.0, (A, 1), (notice("b", "一"), 1))
    assert screen.shown == ("b", 1, 12.0)
    screen.change(8.0, (A, 1), (notice("b", "二"), 1))
    subject = screen.rotation.subject
    assert isinstance(subject, Notice)
    assert (subject.title, screen.shown) == ("二", ("b", 1, 12.0))


def test_a_few_pieces_of_news_come_at_once_and_the_next_ones_wait_for_the_others() -> None:
    everything = [(notice(name), 1) for name in "abcdefg"]
    screen, came = Screen(*everything), []
    for number in range(8):
        everything.append((notice(f"n{number}"), 1))
        shown = screen.change(20.0 * number, *everything).shown
        came.append(shown is not None and shown[0] == f"n{number}")
        screen.history(20 * number + 19, since=20 * number)
    assert came == [True, True, True, True, False, True, False, False]


def test_news_over_news_goes_on_where_the_first_interrupted_the_list() -> None:
    screen = Screen((A, 2), (B, 1)).change(4.0, (A, 2), (B, 1), (C, 3))
    screen.change(10.0, (A, 2), (B, 1), (C, 3), (notice("d"), 1))
    assert screen.history(31, since=10) == [(10, "d", 1), (20, "a", 1), (26, "a", 2)]


def test_after_long_news_the_others_have_as_long_before_there_is_more() -> None:
    others = [(notice(name), 1) for name in "abcdefghijkl"]
    screen = Screen(*others).change(1.0, *others, (notice("n"), 19))  # until 191; as much again is owed
    screen.history(194, since=1)
    shown = screen.change(195.0, *others, (notice("o"), 1)).history(400, since=195)
    assert next(ticks for ticks, name, _ in shown if name == "o") == 210, "the first end of a turn after 381 - 180"


@settings(max_examples=times(15))
@example(every=2, pages=2, seconds=100.0, new_ids=False, grows=False)
@given(
    every=st.integers(2, 90),
    pages=st.integers(1, 4),
    seconds=st.sampled_from([3.0, 10.0, 30.0, 100.0]),
    new_ids=st.booleans(),
    grows=st.booleans(),
)
def test_whoever_edits_all_the_time_does_not_keep_the_others_from_the_screen(
    every: int, pages: int, seconds: float, new_ids: bool, grows: bool
) -> None:
    others = [(notice(name), 2) for name in "abc"]
    screen, seen = Screen(*others), Counter[str]()
    for ticks in range(3600):
        if ticks % every == 0:
            flood = notice(f"z{ticks}" if new_ids else "z", f"第{ticks}版")
            length = 1 + ticks // every % pages if grows else pages
            screen.change(float(ticks), (flood, length), *others, seconds=seconds)
        shown = screen.at(float(ticks)).shown
        assert shown
        seen[f"{shown[0][0]}{shown[1]}"] += 1
    pages_of_others = [seen[f"{name}{number}"] for name in "abc" for number in (1, 2)]
    assert min(pages_of_others) >= 60, seen
    assert sum(pages_of_others) >= 3600 / 4, seen


# Somebody stands at the screen.


def test_pages_are_turned_by_hand_both_ways() -> None:
    screen = Screen((A, 2), (B, 0), (C, 2))
    turned = [screen.turn(by, float(ticks)).shown for ticks, by in enumerate((1, 1, 1, 1, -1, -1, -1), 1)]
    assert [one[:2] for one in turned if one] == [
        ("a", 2), ("c", 1), ("c", 2), ("a", 1), ("c", 2), ("c", 1), ("a", 2),
    ]  # fmt: skip


def test_back_to_a_notice_that_is_not_laid_out_yet_goes_to_its_last_page() -> None:
    screen = Screen((A, 1), (B, 3))
    pages = screen.known.pop(B)
    screen.turn(-1, 1.0)
    assert (screen.shown, screen.rotation.wanted(screen.known, 1.0)) == (None, B)
    screen.known[B] = pages
    assert screen.at(1.0).shown == ("b", 3, 11.0)


def test_a_page_that_is_held_stays_and_news_waits_for_it() -> None:
    screen = Screen((A, 1), (B, 1))
    screen.rotation = replace(screen.rotation, held=30.0)
    assert screen.at(12.0).change(15.0, (A, 1), (B, 1), (C, 1)).shown == ("a", 1, 30.0)
    assert screen.at(30.0).shown == ("c", 1, 40.0)


def test_what_is_withdrawn_goes_at_once_even_while_it_is_held() -> None:
    screen = Screen((A, 1), (B, 1))
    screen.rotation = replace(screen.rotation, held=30.0)
    shown = screen.change(5.0, (B, 1)).shown
    assert shown
    assert shown[0] == "b"


CONTENT = st.lists(st.tuples(st.sampled_from("abcd"), st.integers(0, 2), st.integers(1, 3)), max_size=4)


@given(st.lists(st.tuples(CONTENT, st.floats(0, 25)), max_size=12))
def test_any_sequence_of_changes_shows_what_is_on_air_and_moves_on_in_time(
    changes: list[tuple[list[tuple[str, int, int]], float]],
) -> None:
    rotation, ticks, known = Rotation(), 0.0, Pages()
    for content, wait in changes:
        pages = laid_out(*{name: (notice(name, f"第{version}版"), pages) for name, version, pages in content}.values())
        known |= pages
        new = tuple(pages)
        was, until = rotation, rotation.until
        may_come_first = ticks >= was.paid - BURST_SECONDS and was.interrupted is None
        rotation = rotation.replaced(new, ticks).advanced(ticks, known)
        news = [one for one in new if one not in was.subjects]
        slide = rotation.current(known)
        assert rotation.subjects == new
        if not new:
            assert slide is None
        elif was.subjects and news and may_come_first:
            assert slide == known[news[0]][0]
        elif was.subject in new and was.subject and slide and slide.about not in news:
            number = min(was.number, len(known[was.subject]))  # of another number of pages, perhaps
            assert slide == known[was.subject][number - 1]
            assert until - 10.0 <= rotation.until <= until
        assert slide is None or slide.about in new
        assert rotation == rotation.replaced(new, ticks).advanced(ticks, known)  # the same again changes nothing
        ticks += wait
        rotation = rotation.advanced(ticks, known)
        assert not new or ticks < rotation.due() <= ticks + 10.0
