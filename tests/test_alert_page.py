"""An emergency on an LCD: what an old man on the stairs has to read is large, and whom to call is on one line."""

from itertools import pairwise

import pytest
from msgspec.structs import replace

from content.notice import Level
from kiosk.lcd.alert_foot import calls
from kiosk.lcd.frame import frame
from kiosk.look import Look
from kiosk.scene import compose_alert
from kiosk.shapes import Code, Geometry, Rectangle, Scene, Text
from kiosk.theme import contrast
from tests.sample_views import FIRE, view
from tests.test_scene import GEOMETRIES, METRICS, MOMENT, texts

OBLONG = [one for one in GEOMETRIES if one.width != one.height]


def shown(geometry: Geometry, **changes: object) -> Scene:
    alert = replace(FIRE, **changes)
    return compose_alert(view(alerts=(alert,)), alert, 1, 1, MOMENT, Look(geometry, METRICS))


def said(scene: Scene, words: str) -> Text:
    return next(text for text in texts(scene.items) if words in text.text)


@pytest.mark.parametrize("geometry", OBLONG, ids=lambda one: f"{one.width}x{one.height}")
def test_steps_are_eight_hundredths_of_the_picture(geometry: Geometry) -> None:
    assert said(shown(geometry), "湿毛巾").size >= 0.079 * min(geometry.width, geometry.height)


def test_a_step_is_broken_after_a_mark_rather_than_set_a_little_larger() -> None:
    alone = {"service_code": None, "card": None}
    for width in range(1000, 1200, 20):
        geometry = Geometry(width, 1920)
        scene = compose_alert(view(alerts=(FIRE,), **alone), FIRE, 1, 1, MOMENT, Look(geometry, METRICS))
        assert [text.text for text in texts(scene.items) if "不乘电梯" in text.text] == ["不乘电梯"]


def test_on_a_tall_picture_one_number_stands_beside_the_code() -> None:
    scene = compose_alert(view(card=None), FIRE, 1, 1, MOMENT, Look(Geometry(1080, 1920), METRICS))
    code = next(item for item in scene.items if isinstance(item, Code))
    assert code.box.y <= said(scene, "0391-0000000").box.y < code.box.bottom


def foot_height(scene: Scene) -> int:
    bottom = scene.geometry.height
    return next(item.box.height for item in scene.items if isinstance(item, Rectangle) and item.box.bottom == bottom)


def test_the_foot_leaves_five_sixths_to_the_message_and_the_edge() -> None:
    geometry = Geometry(1920, 1080)
    scene = shown(geometry)
    ground = next(item for item in scene.items if isinstance(item, Rectangle) and item.box.bottom == 1080)
    assert ground.box.height - frame(geometry).edge <= 1080 / 6


@pytest.mark.parametrize(
    ("contact", "parts"),
    [
        ("火警 119 村值班 0391-0000000", ("火警 119", "村值班 0391-0000000")),
        ("村值班0391-0000000，火警119。", ("火警119", "村值班0391-0000000")),
        ("值班电话 138 0000 0000（24小时）", ("值班电话 138 0000 0000（24小时）",)),
        ("请听广播", ("请听广播",)),
        ("", ()),
    ],
)
def test_each_number_stays_with_its_name_and_119_comes_first(contact: str, parts: tuple[str, ...]) -> None:
    assert calls(contact) == parts


WIDE = [one for one in GEOMETRIES if one.width > one.height]
THREE = "村值班 0391-0000000 火警 119 物业 0391-0000008"


@pytest.mark.parametrize(
    "geometry", [one for one in GEOMETRIES if one not in WIDE], ids=lambda one: f"{one.width}x{one.height}"
)
def test_names_and_numbers_to_call_are_a_line_each_and_119_the_largest(geometry: Geometry) -> None:
    scene = shown(geometry, contact=THREE)
    found = [said(scene, words) for words in ("火警 119", "村值班 0391-0000000", "物业 0391-0000008")]
    assert [text.text for text in found] == ["火警 119", "村值班 0391-0000000", "物业 0391-0000008"]
    assert found[0].box.bottom <= found[1].box.y < found[2].box.y
    assert found[0].size > found[1].size == found[2].size


@pytest.mark.parametrize("geometry", WIDE, ids=lambda one: f"{one.width}x{one.height}")
def test_on_a_wide_picture_each_number_stands_below_its_name_119_first_and_the_strip_is_no_higher(
    geometry: Geometry,
) -> None:
    scene, single = shown(geometry, contact=THREE), shown(geometry, contact="村值班 0391-0000000")
    names = [said(scene, words) for words in ("火警", "村值班", "物业")]
    numbers = [said(scene, words) for words in ("119", "0391-0000000", "0391-0000008")]
    assert all(name.box.bottom <= number.box.y for name, number in zip(names, numbers, strict=True))
    assert all(before.box.right < after.box.x for before, after in pairwise(numbers))
    assert len({number.size for number in numbers}) == 1
    assert numbers[0].size >= 0.045 * geometry.height
    assert foot_height(scene) == foot_height(single)


@pytest.mark.parametrize("contact", ["村值班 0391-0000000 请听广播", "村值班 0391-0000000 " * 9, "请听广播"])
def test_what_has_no_room_side_by_side_stands_in_lines(contact: str) -> None:
    scene = shown(Geometry(1920, 1080), contact=contact)
    assert "".join(contact.split()) in "".join("".join(text.text for text in texts(scene.items)).split())


def test_an_alert_says_when_it_was_issued_and_what_time_it_is_now_if_that_is_known() -> None:
    def line(moment: object) -> str:
        scene = compose_alert(view(), FIRE, 1, 1, moment, Look(Geometry(1920, 1080), METRICS))  # type: ignore[arg-type]
        return said(scene, "发布").text

    assert line(MOMENT.replace(hour=14, minute=40)) == "14:32 发布 · 现在 14:40"
    assert line(MOMENT.replace(day=11)) == "7月10日 14:32 发布 · 现在 09:26"
    assert line(None) == "7月10日 14:32 发布"
    scene = shown(Geometry(1920, 1080))
    assert said(scene, FIRE.source).size < said(scene, "发布").size


@pytest.mark.parametrize("level", list(Level))
def test_at_night_the_foot_is_dark_and_only_the_code_is_white(level: Level) -> None:
    alert = replace(FIRE, level=level)
    scene = compose_alert(view(), alert, 1, 1, MOMENT, Look(Geometry(1920, 1080), METRICS, "dark"))
    (code,) = [item for item in scene.items if isinstance(item, Code)]
    foot = [item for item in scene.items if isinstance(item, Rectangle) and item.box.touches(code.box)]
    assert len(foot) == 1
    assert contrast(foot[0].colour, "#000000") < 2
    assert code.light == "#ffffff"


@pytest.mark.parametrize("geometry", OBLONG, ids=lambda one: f"{one.width}x{one.height}")
def test_what_happens_is_larger_than_what_to_do(geometry: Geometry) -> None:
    headline = "翠苑小区北区3号楼1单元五楼发生火情，2号楼、4号楼请一并疏散"
    scene = shown(geometry, headline=headline, instruction="听到警铃立即走楼梯向下撤离，不乘电梯，不回屋取东西\n" * 4)
    assert said(scene, "翠苑小区").size >= 1.2 * said(scene, "听到警铃").size


def test_a_number_that_the_alert_gives_is_not_given_twice() -> None:
    scene = shown(Geometry(1920, 1080), contact="火警 119 网格员 0391-0000000")
    assert [text.text for text in texts(scene.items) if "0391" in text.text] == ["0391-0000000"]
