"""The LED panel's promises for any words on any panel: every character once, on whole dots, to its end.

Sizes and colours of panels are those that are sold (content/README.md names them); any words, and any pace.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from itertools import combinations, pairwise

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from content.limits import MAX_ROWS
from content.notice import Card, Level, Notice, ServiceCode, Show
from content.settings import Pace, Settings
from kiosk.lcd.page import Page
from kiosk.look import Look
from kiosk.rotation import Slide, Subject
from kiosk.scene import alert_seconds, compose, compose_alert, pages
from kiosk.shapes import Box, Dots, Item, Scene, Scroll, Text
from kiosk.typography.markup import blocks, characters
from kiosk.typography.wording import foot_words
from kiosk.view import View
from tests.conftest import times
from tests.sample_views import FIRE, NOTICES, WATER, FakeMetrics, view
from tests.test_properties_picture import ALLOWED
from tests.test_scene import NAMES_ANY, TITLES, visible

pytestmark = pytest.mark.rules
METRICS = FakeMetrics()
MOMENT = datetime(2025, 7, 10, 9, 26)  # noqa: DTZ001 -- local to the village
SIZES = [
    *((64, 32), (128, 32), (192, 64), (64, 64), (320, 16), (96, 16), (128, 64), (256, 64), (192, 96), (32, 64)),
    *((64, 16), (160, 32), (96, 48), (384, 128), (48, 192)),
]
LOOKS = st.builds(
    lambda size, colours: Look(Dots(size[0], size[1], colours), METRICS),
    st.sampled_from(SIZES),
    st.sampled_from(["red", "red-green", "full"]),
)
PACES = st.sampled_from([Pace(), Pace(characters_per_second=2.5, most_seconds=60.0), Pace(characters_per_second=20.0)])
MOST_SECONDS = 60.0
"""Of motion on one page: nobody stands longer at a door."""
STRIDE = 11
"""Frames from one that is looked at to the next."""


def told(item: Item) -> Text | None:
    """The words of an item, whether they stand still or move."""
    if isinstance(item, Scroll):
        return item.text
    return item if isinstance(item, Text) else None


def reached(item: Item) -> Box:
    """Where the words of `item` are drawn in the course of time."""
    if isinstance(item, Scroll):
        return Box(item.box.x, item.text.box.y, item.box.width, item.text.box.height)
    return item.box


def words(items: tuple[Item, ...]) -> Counter[str]:
    return visible("".join(text.text for item in items if (text := told(item))))


def slides(about: Subject, shown: View, look: Look) -> list[Slide]:
    made = pages(about, shown, look)
    return [Slide(about, number, page, len(made), page.seconds or 8.0) for number, page in enumerate(made, 1)]


def check_scene(scene: Scene) -> None:
    """Everything inside the panel, no words over others, a window of its own for what moves."""
    whole = Box(0, 0, scene.geometry.width, scene.geometry.height)
    assert [item for item in scene.items if not whole.contains(item.box)] == []
    spoken = [reached(item) for item in scene.items if told(item)]
    assert [(one, other) for one, other in combinations(spoken, 2) if one.touches(other)] == []


def moving(page: Page) -> list[Scroll]:
    return [item for item in page.items if isinstance(item, Scroll)]


def check_motion(slide: Slide, shown: View, look: Look) -> None:
    """What moves begins at its beginning, never goes back or leaps, and is seen to its end in the page's time."""
    starts = moving(slide.page)
    if not starts:
        return
    assert slide.seconds <= MOST_SECONDS
    frames = [scrolls(slide, shown, look, number / 60) for number in range(0, round(slide.seconds * 60) + 1, STRIDE)]
    for at in range(len(starts)):
        offsets = [found[at].offset for found in frames]
        window, text = starts[at].box, starts[at].text.box
        assert offsets[0] == 0
        assert starts[at].text.box.x >= window.x
        assert offsets[-1] >= text.right - window.right
        steps = [after - before for before, after in pairwise(offsets)]
        assert min(steps) >= 0
        assert max(steps) <= STRIDE * most_dots_a_frame(starts[at], shown.pace)


def most_dots_a_frame(scroll: Scroll, pace: Pace) -> int:
    """No faster than the pace reads, but one dot a frame is the least that moves evenly."""
    return max(1, int(pace.characters_per_second * scroll.text.size / 60))


def scrolls(slide: Slide, shown: View, look: Look, elapsed: float) -> list[Scroll]:
    scene = compose(shown, slide, MOMENT, look, elapsed=elapsed)
    check_scene(scene) if elapsed in (0.0, slide.seconds) else None
    return [item for item in scene.items if isinstance(item, Scroll)]


def only_letters(found: Counter[str]) -> Counter[str]:
    """Without marks and spaces: a table's rules and a list's bullets become words on a panel."""
    return Counter({one: count for one, count in found.items() if one.isalnum()})


def said_besides(notice: Notice) -> Counter[str]:
    """What a panel may say beside a notice's words: who says it and until when, numbers, names of columns."""
    return only_letters(visible(notice.topic.word + foot_words(notice) + "0123456789" * 300 + notice.body * 60))


@settings(max_examples=times(12))
@given(TITLES, ALLOWED, LOOKS, PACES, st.sampled_from(NOTICES))
def test_any_words_are_told_whole_on_any_panel(title: str, body: str, look: Look, pace: Pace, like: Notice) -> None:
    notice = replace(like, title=title, body=body)
    shown = view(notice, settings=Settings(pace=pace))
    made = slides(notice, shown, look)
    assert made
    drawn: Counter[str] = Counter()
    for slide in made:
        check_scene(compose(shown, slide, MOMENT, look))
        drawn += words(slide.page.items)
    told_of = characters(blocks(body)) if body.strip() else "".join(media.caption for media in notice.media)
    wanted = only_letters(visible(title + told_of))
    assert wanted - drawn == Counter()
    assert only_letters(drawn) - wanted - said_besides(notice) == Counter()
    for slide in (made[0], made[-1]):
        check_motion(slide, shown, look)


@settings(max_examples=times(12))
@given(st.lists(st.text("停水通知居民小区，。a1", min_size=1, max_size=200), max_size=20), LOOKS)
def test_a_plain_text_is_told_exactly_once(paragraphs: list[str], look: Look) -> None:
    body = "\n".join(f"请{one}们" for one in paragraphs)
    notice = replace(WATER, body=body, source="", show=Show())
    drawn = sum((words(slide.page.items) for slide in slides(notice, view(notice), look)), Counter[str]())
    extra = only_letters(visible(WATER.topic.word))  # before a title that scrolls
    assert drawn - only_letters(drawn) - Counter("【】") <= visible(WATER.title + body)
    assert only_letters(drawn) - extra <= only_letters(visible(WATER.title + body)) <= only_letters(drawn)


@settings(max_examples=times(8))
@given(st.integers(1, 5000), st.sampled_from(["停", "停水。", "a1 ", "停\n", "| 停 | 1 |\n"]), LOOKS)
def test_the_pages_are_as_few_as_the_words_ask_for(count: int, pattern: str, look: Look) -> None:
    notice = replace(WATER, body=(pattern * min(count, MAX_ROWS if "|" in pattern else count))[:5000])
    made = slides(notice, view(notice), look)
    event(f"{len(made).bit_length()} bits of pages")
    assert len(made) <= 2 + sum(len(line) for line in notice.body.splitlines()) + notice.body.count("\n")
    assert all(3.0 <= slide.seconds <= MOST_SECONDS for slide in made)


@settings(max_examples=times(20))
@given(
    LOOKS,
    st.builds(
        Card,
        name=NAMES_ANY,
        phone=st.from_regex(r"[0-9+][0-9 \-]{2,24}", fullmatch=True),
        duty=st.text("网格员·、3号楼", max_size=60),
    ),
    st.builds(
        ServiceCode,
        url=st.integers(1, 270).map(lambda length: "https://a.cn/" + "a" * length),
        title=NAMES_ANY,
        hint=st.text("报修 ·反映问题", max_size=40),
    ),
)
def test_card_and_code_hold_any_words_and_the_number_is_never_broken(look: Look, card: Card, code: ServiceCode) -> None:
    shown = view(card=card, service_code=code)
    for about in (card, code):  # a code that can neither be scanned nor typed has no turn
        for slide in slides(about, shown, look):
            check_scene(compose(shown, slide, MOMENT, look))
            check_motion(slide, shown, look)
    lines = [text.text for slide in slides(card, shown, look) for item in slide.page.items if (text := told(item))]
    still = [item.text for slide in slides(card, shown, look) for item in slide.page.items if isinstance(item, Text)]
    assert "".join(card.phone.split()) in "".join("".join(still).split())
    assert visible(card.name + card.phone) <= visible("".join(lines))


@settings(max_examples=times(15))
@given(
    look=LOOKS,
    headline=st.text("暴雨红色预警，请转移到小学a1", min_size=1, max_size=40),
    instruction=st.lists(st.text("走楼梯，不乘电梯", max_size=60), max_size=8).map("\n".join),
    contact=st.one_of(st.just(""), st.text("村值班电话", max_size=20).map(lambda name: f"{name} 0391-0000000")),
    level=st.sampled_from(list(Level)),
    exercise=st.booleans(),
)
def test_an_alert_is_told_whole_and_its_number_is_never_broken(
    look: Look, headline: str, instruction: str, contact: str, level: Level, exercise: bool
) -> None:
    alert = replace(
        FIRE, headline=headline, instruction=instruction, contact=contact, level=level, exercise=exercise, source=""
    )
    shown = view(alerts=(alert,))
    seconds = alert_seconds(shown, alert, look)
    assert 0 < seconds <= 300
    scenes = [compose_alert(shown, alert, 1, 2, MOMENT, look, elapsed=at) for at in moments(seconds)]
    seen: dict[tuple[str, Box], None] = {}
    for scene in scenes:
        check_scene(scene)
        seen.update(dict.fromkeys((text.text, text.box) for item in scene.items if (text := told(item))))
    lines = [line for line, _ in seen]
    assert visible(headline + contact + level.value) <= visible("".join(lines))
    assert not contact or "0391-0000000" in "".join(lines)
    assert not exercise or all("演" in said(scene) for scene in scenes)


def said(scene: Scene) -> str:
    return "".join(text.text for item in scene.items if (text := told(item)))


def moments(seconds: float) -> Iterator[float]:
    """Every half second."""
    return (number / 2 for number in range(int(seconds * 2)))


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def test_the_sample_notices_on_every_panel(size: tuple[int, int]) -> None:
    look = Look(Dots(*size), METRICS)
    for notice in NOTICES:
        for slide in slides(notice, view(notice), look):
            check_scene(compose(view(notice), slide, MOMENT, look))
            check_motion(slide, view(notice), look)
