"""Pages laid out when their turn comes, and remembered."""

from msgspec.structs import replace

from content.notice import TOPICS, Notice
from content.settings import Pace, Settings
from kiosk.layout import MOST_SUBJECTS, Layout
from kiosk.look import Look
from kiosk.shapes import Geometry
from tests.sample_views import FakeMetrics, view

LOOK = Look(Geometry(1280, 720), FakeMetrics())


class BrokenMetrics(FakeMetrics):
    """A font that fails at one character."""

    def advance(self, cluster: str, size: int, bold: bool) -> float:
        if "坏" in cluster:
            raise RuntimeError("no such glyph")
        return super().advance(cluster, size, bold)


def notice(title: str) -> Notice:
    return Notice(id="a", title=title, topic=TOPICS["活动"])


def test_a_notice_that_breaks_the_layout_has_no_slides_and_raises_nothing() -> None:
    layout, look = Layout(), replace(LOOK, metrics=BrokenMetrics())
    for title in ("好的", "坏的"):
        layout.lay_out(notice(title), view(), look)
    known = layout.known(view(), look)
    assert (len(known[notice("好的")]), known[notice("坏的")]) == (1, ())


def test_each_look_has_its_own_pages_and_finds_them_again() -> None:
    layout, dark = Layout(), replace(LOOK, theme="dark")
    layout.lay_out(notice("一"), view(), LOOK)
    assert notice("一") not in layout.known(view(), dark)
    assert notice("一") in layout.known(view(), LOOK)


def test_another_pace_makes_other_slides() -> None:
    layout, slow = Layout(), view(settings=Settings(pace=Pace(least_seconds=20)))
    layout.lay_out(notice("一"), view(), LOOK)
    assert notice("一") not in layout.known(slow, LOOK)
    layout.lay_out(notice("一"), slow, LOOK)
    assert layout.known(slow, LOOK)[notice("一")][0].seconds == 20


def test_what_is_remembered_is_bounded_and_the_newest_is_kept() -> None:
    layout = Layout()
    for number in range(MOST_SUBJECTS + 5):
        layout.lay_out(notice(f"第{number}条"), view(), LOOK)
    known = layout.known(view(), LOOK)
    assert len(known) == MOST_SUBJECTS
    assert notice(f"第{MOST_SUBJECTS + 4}条") in known


def test_a_long_notice_is_laid_out_in_pieces_which_make_the_same_pages() -> None:
    long = replace(notice("村规民约"), body="第一条　请大家一起商量，一起遵守。" * 60)
    whole, pieces = Layout(), Layout()
    whole.lay_out(long, view(), LOOK)
    count = 0
    while long not in pieces.known(view(), LOOK):
        pieces.lay_out(long, view(), LOOK, enough=lambda: True)
        count += 1
    assert count >= 5
    assert pieces.known(view(), LOOK) == whole.known(view(), LOOK)


def test_what_was_begun_for_another_place_is_begun_anew() -> None:
    layout, other = Layout(), replace(view(), names=("别的村", "别的小区", "9号楼"))
    long = replace(notice("村规民约"), body="第一条　请大家一起商量，一起遵守。" * 60)
    layout.lay_out(long, view(), LOOK, enough=lambda: True)
    layout.lay_out(long, other, LOOK)
    fresh = Layout()
    fresh.lay_out(long, other, LOOK)
    assert layout.known(other, LOOK) == fresh.known(other, LOOK)
