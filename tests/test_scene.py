"""The whole picture as values: every character once, inside its place, nothing over anything."""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from content.limits import check_body
from content.notice import TOPICS, Card, Level, Notice, ServiceCode
from kiosk.alert_icons import event_icon
from kiosk.lcd.alert_foot import BETWEEN_CALLS
from kiosk.lcd.frame import frame
from kiosk.lcd.page import Page
from kiosk.look import Look
from kiosk.rotation import Slide
from kiosk.scene import compose, compose_alert, pages
from kiosk.shapes import Box, Code, Geometry, Icon, Item, Picture, Rectangle, Scene, Text
from kiosk.typography.markup import blocks, characters
from tests.conftest import times
from tests.sample_views import CARD, DONE, DRILL, FIRE, LONG, MOVIE, NAMES, NOTICES, PLACE, WATER, FakeMetrics, view

pytestmark = pytest.mark.rules
METRICS = FakeMetrics()
MOMENT = datetime(2025, 7, 10, 9, 26)  # noqa: DTZ001 -- local to the village
SIZES = [(1920, 1080), (1080, 1920), (1280, 720), (720, 1280), (1024, 768), (1080, 1080), (3840, 2160), (2160, 3840)]
GEOMETRIES = [Geometry(*size) for size in SIZES]


def visible(text: str) -> Counter[str]:
    return Counter("".join(text.split()))


def texts(items: tuple[Item, ...]) -> list[Text]:
    return [item for item in items if isinstance(item, Text)]


def overlaps(found: Iterable[Item]) -> Iterator[tuple[Item, Item]]:
    """Two of `found` that share a pixel. Found by a sweep from the top."""
    near: list[Item] = []
    for one in sorted(found, key=lambda item: item.box.y):
        near = [other for other in near if other.box.bottom > one.box.y]
        yield from ((one, other) for other in near if one.box.touches(other.box))
        near.append(one)


@cache
def scenes(notice: Notice, geometry: Geometry, **changes: object) -> list[tuple[Page, Scene]]:
    """Every page of `notice`, composed."""
    shown = view(notice, **changes)
    made = pages(notice, shown, Look(geometry, METRICS))
    return [
        (page, compose(shown, Slide(notice, number, page, len(made), 8.0), MOMENT, Look(geometry, METRICS)))
        for number, page in enumerate(made, 1)
    ]


def check_scene(scene: Scene) -> None:
    """Everything on the picture, no text over another."""
    whole = Box(0, 0, scene.geometry.width, scene.geometry.height)
    for item in scene.items:
        assert whole.contains(item.box), item
    assert list(overlaps(texts(scene.items))) == []


def check_notice(notice: Notice, geometry: Geometry) -> None:
    made = scenes(notice, geometry)
    drawn: Counter[str] = Counter()
    areas = frame(geometry)
    room = Box(areas.notice.x, areas.notice.y, areas.notice.width + areas.hang, areas.notice.height)
    for page, scene in made:
        check_scene(scene)
        for text in texts(page.items):
            drawn += visible(text.text)
            assert room.contains(text.box), text.text
    captions = "".join(media.caption for media in notice.media)
    assert drawn == visible(notice.title + characters(blocks(notice.body)) + captions)


def accepted(body: str) -> bool:
    """May a notice say this? (content.limits)"""
    try:
        check_body(body)
    except ValueError:
        return False
    return True


ANY = st.one_of(
    st.characters(exclude_categories=["Cs"]),
    st.sampled_from("停水通知居民小区，。！？（）“”…—：1234:- 年月日\n\n|*𬭎䶮㛃𰻝\u0301😀"),
)
LINES = st.lists(
    st.one_of(
        st.text(ANY, max_size=60),
        st.sampled_from(
            [
                "",
                "| 1号楼 | 8:00—12:00 | 上午 |",
                "|---|---|---|",
                "- 带身份证",
                "1. 关好门窗",
                "**请注意：**",
                "a" * 150,
            ]
        ),
        st.integers(1, 300).map(lambda count: "请提前储水，谢谢配合。" * count),
        st.lists(st.text(ANY, max_size=40), min_size=1, max_size=8).map(lambda cells: f"| {' | '.join(cells)} |"),
    ),
    max_size=12,
)
BODIES = LINES.map(lambda found: "\n".join(found)[:5000]).filter(lambda body: accepted(body))
TITLES = st.one_of(
    st.text(ANY, min_size=1, max_size=80).filter(str.strip),
    st.text("翠苑小区计划停水通知", min_size=1, max_size=80),
    st.integers(1, 80).map(lambda count: "W" * count),
)


@settings(max_examples=times(8))
@given(TITLES, BODIES, st.sampled_from(GEOMETRIES), st.sampled_from(NOTICES))
def test_every_character_is_drawn_once_in_its_place_and_nothing_overlaps(
    title: str, body: str, geometry: Geometry, like: Notice
) -> None:
    check_notice(replace(like, title=title, body=body), geometry)


@pytest.mark.parametrize("geometry", GEOMETRIES, ids=lambda one: f"{one.width}x{one.height}")
def test_the_sample_notices_in_every_geometry(geometry: Geometry) -> None:
    for notice in NOTICES:
        check_notice(notice, geometry)


@pytest.mark.parametrize(
    "body", ["停" * 5000, "a" * 5000, "停\n" * 2500, ("| 停 " * 8 + "|\n") * 60, "。" * 5000, "| 停 |\n\n" * 12]
)
def test_the_longest_bodies_end(body: str) -> None:
    notice = replace(WATER, title="长" * 80, body=body[:5000])
    check_notice(notice, Geometry(1280, 720))
    assert len(scenes(notice, Geometry(1280, 720))) < 600


NAMES_ANY = st.text(ANY, min_size=1, max_size=40).filter(str.strip)


@settings(max_examples=times(8))
@given(
    geometry=st.sampled_from(GEOMETRIES),
    names=st.lists(st.one_of(st.just(""), NAMES_ANY), min_size=1, max_size=6),
    card=st.one_of(
        st.none(),
        st.builds(
            Card,
            name=NAMES_ANY,
            phone=st.from_regex(r"[0-9+][0-9 \-]{2,24}", fullmatch=True),
            duty=st.text(ANY, max_size=60),
            motto=st.text(ANY, max_size=40),
        ),
    ),
    code=st.one_of(
        st.none(),
        st.builds(
            ServiceCode,
            url=st.integers(1, 270).map(lambda length: "https://example.org/" + "a" * length),
            title=NAMES_ANY,
            hint=st.text(ANY, max_size=40),
        ),
    ),
    moment=st.one_of(st.none(), st.just(MOMENT)),
    slide=st.booleans(),
)
def test_head_and_panel_hold_any_words(
    geometry: Geometry,
    names: list[str],
    card: Card | None,
    code: ServiceCode | None,
    moment: datetime | None,
    slide: bool,
) -> None:
    shown = replace(view(WATER, card=card, service_code=code), names=tuple(names))
    page = pages(WATER, shown, Look(geometry, METRICS))[0]
    scene = compose(shown, Slide(WATER, 1, page, 1, 8.0) if slide else None, moment, Look(geometry, METRICS))
    check_scene(scene)
    drawn = visible("".join(text.text for text in texts(scene.items)))
    if card:
        said = visible(card.name + card.phone + card.duty)  # the motto goes first where there is no room
        assert Counter({one: said[one] for one in said if one not in "·、"}) <= drawn  # none stands at a line's end
    if code:
        assert visible(code.title + code.hint) <= drawn
        (symbol,) = [item for item in scene.items if isinstance(item, Code)]
        assert (symbol.url, symbol.module >= 2) == (code.at(PLACE), True)


@settings(max_examples=times(8))
@given(
    geometry=st.sampled_from(GEOMETRIES),
    headline=st.text(ANY, min_size=1, max_size=40).filter(str.strip),
    instruction=st.lists(st.text(ANY, max_size=80), max_size=200).map(lambda found: "\n".join(found)[:400]),
    contact=st.text(ANY, max_size=60),
    source=st.text(ANY, max_size=40),
    level=st.sampled_from(list(Level)),
    exercise=st.booleans(),
    bare=st.booleans(),
)
def test_an_alert_of_any_words_is_whole(
    geometry: Geometry,
    headline: str,
    instruction: str,
    contact: str,
    source: str,
    level: Level,
    exercise: bool,
    bare: bool,
) -> None:
    alert = replace(
        FIRE,
        headline=headline,
        instruction=instruction,
        contact=contact,
        source=source,
        level=level,
        exercise=exercise,
    )
    shown = view(card=None, service_code=None) if bare else view()
    scene = compose_alert(shown, alert, 1, 2, MOMENT, Look(geometry, METRICS))
    check_scene(scene)
    drawn = visible("".join(text.text for text in texts(scene.items)))
    called = contact.translate(dict.fromkeys(map(ord, BETWEEN_CALLS)))  # what parts two numbers stands between lines
    assert visible(headline + called + source + level.word) <= drawn


def words_of(scene: Scene) -> str:
    return " ".join(text.text for text in texts(scene.items))


def composed(**changes: object) -> Scene:
    return scenes(WATER, GEOMETRIES[0], **changes)[0][1]


def test_without_a_trusted_clock_no_time_and_no_date_is_shown() -> None:
    page = pages(WATER, view(), Look(GEOMETRIES[0], METRICS))[0]
    trusted, untrusted = (
        compose(view(), Slide(WATER, 1, page, 1, 8.0), moment, Look(GEOMETRIES[0], METRICS))
        for moment in (MOMENT, None)
    )
    assert {text.text for text in texts(trusted.items)} - {text.text for text in texts(untrusted.items)} == {
        "7月10日",
        "星期四",
        "09:26",
    }
    standby = compose(view(), None, None, Look(GEOMETRIES[0], METRICS))
    assert "暂无新通知" in words_of(standby)
    assert "09:26" not in words_of(standby)


def test_a_tick_of_the_clock_changes_only_the_time() -> None:
    page = pages(WATER, view(), Look(GEOMETRIES[0], METRICS))[0]
    before, after = (
        set(compose(view(), Slide(WATER, 1, page, 1, 8.0), moment, Look(GEOMETRIES[0], METRICS)).items)
        for moment in (MOMENT, MOMENT.replace(minute=27))
    )
    assert {item.text for item in before ^ after if isinstance(item, Text)} == {"09:26", "09:27"}
    assert len(before ^ after) == 2


def test_a_card_past_its_day_gives_way_to_whom_to_ask() -> None:
    until = replace(CARD, until=date(2025, 7, 9))
    assert CARD.name not in words_of(composed(card=until))
    assert "请联系村委会" in words_of(composed(card=until)).replace(" ", "")
    assert CARD.name in words_of(composed(card=replace(CARD, until=date(2025, 7, 10))))


@pytest.mark.parametrize("geometry", GEOMETRIES, ids=lambda one: f"{one.width}x{one.height}")
def test_on_a_festival_no_word_of_the_head_lies_on_the_fret(geometry: Geometry) -> None:
    scene = compose(view(), None, MOMENT, Look(geometry, METRICS, "festive"))
    fret = [item for item in scene.items if isinstance(item, Icon) and item.name == "fret"]
    assert fret
    drawn = [text.box for text in texts(scene.items)]
    feet = [Box(box.x, box.y, box.width, round(box.height * 0.9)) for box in drawn]  # the ink ends above the box
    assert not any(foot.touches(mark.box) for foot in feet for mark in fret)


def cut_off(scene: Scene) -> list[Item]:
    """Words and codes of which a television shows not all that cuts a fortieth off each edge."""
    geometry = scene.geometry
    seen = Box(0, 0, geometry.width, geometry.height).inset(geometry.width // 40, geometry.height // 40)
    words = {
        text: Box(text.box.x, text.box.y + text.ascent - round(0.88 * text.size), text.box.width, text.size)
        for text in texts(scene.items)
    }
    codes = {code: code.box.inset(4 * code.module) for code in scene.items if isinstance(code, Code)}
    return [item for item, ink in (words | codes).items() if not seen.contains(ink)]


@pytest.mark.parametrize("geometry", GEOMETRIES, ids=lambda one: f"{one.width}x{one.height}")
def test_a_television_that_cuts_the_edges_cuts_no_word_and_no_code(geometry: Geometry) -> None:
    shown = view()
    drawn = [made for notice in NOTICES for _, made in scenes(notice, geometry)]
    drawn += [compose(shown, None, MOMENT, Look(geometry, METRICS, theme)) for theme in ("light", "festive")]
    drawn += [compose_alert(shown, alert, 1, 2, MOMENT, Look(geometry, METRICS)) for alert in (FIRE, DRILL)]
    assert [cut_off(scene) for scene in drawn] == [[]] * len(drawn)


@pytest.mark.parametrize("geometry", GEOMETRIES, ids=lambda one: f"{one.width}x{one.height}")
def test_captions_and_who_says_an_alert_are_no_smaller_than_can_be_read(geometry: Geometry) -> None:
    least = frame(geometry).type.least
    alert = compose_alert(view(), FIRE, 1, 1, MOMENT, Look(geometry, METRICS))
    assert next(text.size for text in texts(alert.items) if text.text == FIRE.source) >= least
    for notice in (DONE, MOVIE):
        caption = notice.media[0].caption
        shown = [text for page, _ in scenes(notice, geometry) for text in texts(page.items) if text.text in caption]
        assert "".join(text.text for text in shown) == caption
        assert min(text.size for text in shown) >= least


def test_when_a_card_is_past_its_day_the_next_one_above_is_called() -> None:
    retired, elsewhere = replace(CARD, until=date(2025, 7, 9)), replace(CARD, name="赵示例", until=date(2025, 7, 8))
    above = replace(CARD, name="王示例", phone="0391-0000009")
    shown = words_of(composed(card=retired, higher_cards=(elsewhere, above)))
    assert "王示例" in shown
    assert "0391-0000009" in shown
    assert CARD.name not in shown
    assert "赵示例" not in shown
    assert CARD.name in words_of(composed(higher_cards=(above,)))


def test_the_phone_number_is_on_one_line() -> None:
    for geometry in GEOMETRIES:
        for phone in ("0391-0000000", "+86 138 0000 0000 00 00 00"):
            scene = scenes(WATER, geometry, card=replace(CARD, phone=phone))[0][1]
            assert [text.text for text in texts(scene.items) if text.text == phone] == [phone]


def test_the_doorway_keeps_its_nearest_name_when_there_is_no_room_for_all() -> None:
    assert "翠苑小区北区 第12微网格 3号楼 1单元" in words_of(scenes(WATER, Geometry(1920, 1080))[0][1])
    assert "3号楼 1单元" in words_of(scenes(WATER, Geometry(1080, 1920))[0][1])
    assert NAMES[0] in words_of(scenes(WATER, Geometry(1080, 1920))[0][1])


@pytest.mark.parametrize("size", [(1080, 1920), (1080, 1080), (720, 1280), (1024, 768)])
def test_the_compound_stays_in_the_head_and_the_grid_goes_first(size: tuple[int, int]) -> None:
    assert "翠苑小区北区 3号楼 1单元" in words_of(scenes(WATER, Geometry(*size))[0][1]).replace("第12微网格 ", "")


def test_two_lines_are_not_left_alone_on_the_last_page() -> None:
    made = pages(LONG, view(), Look(GEOMETRIES[0], METRICS))
    lines = [len({text.box.y for text in texts(page.items)}) for page in made]
    assert len(made) > 1
    assert min(lines) >= 3


def test_a_table_row_is_not_cut_by_the_page() -> None:
    rows = "\n".join(f"| 第{row}户 | 8:00 | {'说明' * 20} |" for row in range(40))
    made = pages(replace(WATER, body=rows), view(), Look(GEOMETRIES[0], METRICS))
    assert len(made) > 1
    for page in made:
        rules = [item.box.y for item in page.items if isinstance(item, Rectangle)]
        assert max(text.box.y for text in texts(page.items)) < max(rules)


def test_a_picture_stands_with_its_text_or_on_a_page_of_its_own() -> None:
    (page,) = pages(DONE, view(), Look(Geometry(1920, 1080), METRICS))
    assert [item.sha256 for item in page.items if isinstance(item, Picture)] == [DONE.media[0].sha256]
    long = pages(replace(LONG, media=(*DONE.media, *MOVIE.media)), view(), Look(Geometry(1920, 1080), METRICS))
    found = [[item.sha256 for item in page.items if isinstance(item, Picture)] for page in long]
    assert found[-2:] == [[DONE.media[0].sha256], [MOVIE.media[0].sha256]]
    assert not any(found[:-2])
    clip = replace(DONE.media[0], kind="video/mp4")
    assert not any(
        isinstance(item, Picture)
        for item in pages(replace(DONE, media=(clip,)), view(), Look(GEOMETRIES[0], METRICS))[0].items
    )


def test_progress_marks_one_page_of_several() -> None:
    made = scenes(LONG, GEOMETRIES[0])
    assert [text for _, scene in made for text in words_of(scene).split() if "/" in text] == [
        f"{number}/{len(made)}" for number in range(1, len(made) + 1)
    ]
    assert "1/1" not in words_of(composed())


def test_the_label_has_an_icon_and_the_word() -> None:
    for topic in TOPICS.values():
        (page, *_) = pages(replace(WATER, topic=topic), view(), Look(GEOMETRIES[0], METRICS))
        assert [item.name for item in page.around if isinstance(item, Icon)] == [topic.icon]
        assert topic.word in [text.text for text in texts(page.around)]


@pytest.mark.parametrize("geometry", GEOMETRIES, ids=lambda one: f"{one.width}x{one.height}")
def test_an_alert_draws_what_happens(geometry: Geometry) -> None:
    for event, headline, drawing in (
        ("火灾", "3号楼发生火情", "fire"),
        ("大风", "大风蓝色预警", "wind"),
        ("防汛", "暴雨橙色预警", "flood"),
        ("燃气泄漏", "东湖小区燃气泄漏", "gas"),
        ("气象", "暴雪黄色预警", "snow"),
        ("通知", "请注意", "warning"),
    ):
        alert = replace(FIRE, event=event, headline=headline)
        assert event_icon(alert) == drawing
        scene = compose_alert(view(), alert, 1, 1, MOMENT, Look(geometry, METRICS))
        drawn = {item.name: item for item in scene.items if isinstance(item, Icon)}
        assert drawing in drawn
        assert not any(text.box.touches(drawn[drawing].box) for text in texts(scene.items))


def test_an_exercise_cannot_be_taken_for_an_alert() -> None:
    scene = compose_alert(view(), DRILL, 1, 1, MOMENT, Look(GEOMETRIES[0], METRICS))
    assert "演练 · 这不是真实警报" in words_of(scene)
    assert "演练：暴雨橙色预警" in words_of(scene).replace(" ", "").replace("演练·", "")
    assert "演练" not in words_of(compose_alert(view(), FIRE, 1, 1, MOMENT, Look(GEOMETRIES[0], METRICS)))


def test_an_alert_says_its_level_in_words_its_steps_and_whom_to_call() -> None:
    alert = replace(FIRE, instruction="1. 走楼梯\n2. 捂口鼻")
    found = [
        text.text for text in texts(compose_alert(view(), alert, 1, 1, MOMENT, Look(GEOMETRIES[0], METRICS)).items)
    ]
    for words in ("红色预警 · 特别严重", "3号楼发生火情", "走楼梯", "捂口鼻", "1", "2", "14:32 发布 · 现在 09:26"):
        assert words in found
    assert "0391-0000000" in " ".join(found)


def test_a_scene_is_the_same_for_the_same_question() -> None:
    assert composed() == composed()


def test_a_cell_that_fits_its_column_exactly_stays_on_one_line() -> None:
    table = "| 1号楼 | 7月12日 8:00—12:00 | 上午。 |\n| 12号楼 | 7月13日 13:00—18:00 | 下午。 |"
    for geometry in GEOMETRIES:
        found = [
            text.text for text in texts(pages(replace(WATER, body=table), view(), Look(geometry, METRICS))[0].items)
        ]
        assert {"上午。", "下午。", "1号楼", "12号楼"} <= set(found)
