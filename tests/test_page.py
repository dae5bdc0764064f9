"""What a reader notices: names on one line, columns that stand in line, headings that stay with their text."""

import math

import pytest
from msgspec.structs import replace

from content.settings import Settings
from kiosk.lcd.cut import FEW, MANY, best_cut, cut_at, dense_sizes
from kiosk.lcd.frame import frame
from kiosk.lcd.page import sheet
from kiosk.look import Look
from kiosk.scene import compose, pages
from kiosk.shapes import Code, Geometry, Picture, Text
from kiosk.work import finished
from tests.sample_views import CARD, NAMES, WATER, media, view
from tests.test_scene import GEOMETRIES, METRICS, scenes, texts


def card_texts(geometry: Geometry, **changes: str) -> list[Text]:
    """What stands in the panel's card."""
    scene = scenes(WATER, geometry, card=replace(CARD, **changes))[0][1]
    panel = frame(geometry).panel
    return [text for text in texts(scene.items) if panel and panel.contains(text.box)]


@pytest.mark.parametrize("geometry", GEOMETRIES, ids=lambda one: f"{one.width}x{one.height}")
def test_the_name_stays_on_one_line_and_no_dot_hangs_in_the_duty(geometry: Geometry) -> None:
    found = card_texts(geometry, name="张建国（示例）", duty="3、4号楼网格员 · 楼栋党小组长")
    words = [text.text for text in found]
    assert "张建国（示例）" in words
    assert {"3、4号楼网格员", "楼栋党小组长"} <= set(words) or "3、4号楼网格员 · 楼栋党小组长" in words
    assert not any(one.strip("·、 ") != one for one in words)
    large, small = (next(text.size for text in found if text.text.startswith(one)) for one in ("张建国", "0391"))
    assert 0.55 * small < large


def test_a_long_duty_stands_under_the_face_with_room_to_breathe() -> None:
    duty = "第12微网格网格员、3—9号楼楼栋党小组长、村务监督委员会成员、义务巡逻队队长、调解员"
    for geometry in GEOMETRIES:
        found = card_texts(geometry, duty=duty)
        lines = [text for text in found if text.text.strip("、") in duty and len(text.text) > 3]
        assert len(lines) > 1
        assert not any(text.text.endswith("、") for text in lines)


def test_two_tables_of_one_notice_share_their_columns() -> None:
    body = (
        "| 收入 | 金额（元） |\n|---|---|\n| 上级拨付 | 120,000 |\n| **合计** | **219,000** |\n\n"
        "| 支出 | 金额（元） |\n|---|---|\n| 路灯和管网维修 | 33,650 |\n| **合计** | **133,600** |"
    )
    (page,) = pages(replace(WATER, body=body), view(), Look(Geometry(1080, 1920), METRICS))
    sums = {text.text: text for text in texts(page.items)}
    assert sums["219,000"].box.x == sums["133,600"].box.x
    assert sums["120,000"].box.right == sums["33,650"].box.right


def test_in_a_column_of_times_only_times_are_bold() -> None:
    body = "| 村委会 | 0391-0000000 | 全天 |\n| 食堂 | 0391-0000100 | 8:00—18:00 |\n| 卫生室 | 0391-0000101 | 8:00 |"
    (page,) = pages(replace(WATER, body=body), view(), Look(GEOMETRIES[0], METRICS))
    bold = {text.text: text.runs[0].bold for text in texts(page.items)}
    assert (bold["8:00—18:00"], bold["0391-0000000"], bold["全天"], bold["村委会"]) == (True, True, False, False)


@pytest.mark.parametrize("geometry", GEOMETRIES, ids=lambda one: f"{one.width}x{one.height}")
def test_no_number_is_torn_in_a_table_of_many_columns(geometry: Geometry) -> None:
    body = (
        "| 楼栋 | 日期 | 时间 | 内容 | 负责人 | 电话 |\n|---|---|---|---|---|---|\n"
        "| 1—3号楼 | 7月12日 | 8:00—12:00 | 更换楼道灯、检查消火栓和灭火器 | 张建国（示例） | 0391-0000012 |\n"
        "| 4号楼 | 7月13日—14日 | 全天 | 疏通下水道 | 陈𬭎（示例） | 138 0000 0000 |"
    )
    words = [
        text.text
        for page in pages(replace(WATER, body=body), view(), Look(geometry, METRICS))
        for text in texts(page.items)
    ]
    for whole in ("1—3号楼", "7月13日—14日", "8:00—12:00", "0391-0000012", "138 0000 0000"):
        assert any(whole in one for one in words)


def test_a_day_and_its_weekday_stay_on_one_line() -> None:
    body = "| 日期 | 时间 | 哪几栋 |\n|---|---|---|\n" + "".join(
        f"| 7月1{day}日 周{name} | 13:30—17:30 | 1—24号楼（冲洗管道） |\n" for day, name in enumerate("四五六")
    )
    for geometry in (Geometry(1920, 1080), Geometry(1024, 768), Geometry(1080, 1080)):
        made = pages(replace(WATER, body=body), view(), Look(geometry, METRICS))
        words = [text.text for page in made for text in texts(page.items)]
        assert {"7月10日 周四", "7月11日 周五", "7月12日 周六"} <= set(words)


def test_a_bold_line_is_not_the_last_of_its_page() -> None:
    asked = "**问：领取养老金的居民今年还没有做资格认证应该怎么办才好呢？**\n请带身份证来。" + "我们帮您办。" * 12
    made = pages(replace(WATER, body="\n\n".join([asked] * 20)), view(), Look(GEOMETRIES[0], METRICS))
    assert len(made) > 2
    for page in made:
        assert not max(texts(page.items), key=lambda text: text.box.y).runs[0].bold


def test_a_heading_of_a_table_keeps_two_rows() -> None:
    rows = "\n".join(f"| 第{row}户 | {row}00元 |" for row in range(10, 40))
    for filling in range(1, 9):
        body = "请看。\n" * filling + "| 户 | 金额 |\n|---|---|\n" + rows
        for page in pages(replace(WATER, body=body), view(), Look(GEOMETRIES[0], METRICS)):
            words = [text.text for text in texts(page.items)]
            assert "金额" not in words or "第11户" in words


def test_a_table_that_fits_a_page_is_not_divided_to_fill_the_next() -> None:
    rows = "".join(f"| 电话{number} | 0391-000000{number} | 全天 |\n" for number in range(5))
    body = (
        f"| 找谁 | 电话 | 时间 |\n|---|---|---|\n{rows}\n着火打 119，急病打 120，报警打 110，说清楚是哪个小区、几号楼。"
    )
    made = pages(replace(WATER, title="常用电话", body=body), view(), Look(Geometry(1920, 1080), METRICS))
    assert [sum(text.text.startswith("0391") for text in texts(page.items)) for page in made] == [5, 0]


@pytest.mark.parametrize("paragraphs", range(46, 66, 4))
def test_a_long_notice_takes_no_more_pages_than_a_third_over_the_fewest(paragraphs: int) -> None:
    rules = ["租房的邻居请到村委会登记，住满一年的可以报名。"] * paragraphs
    notice = replace(WATER, body="\n\n".join(rules))
    areas = frame(Geometry(1024, 768))
    on = sheet(notice, areas, METRICS)
    fewest = len(cut_at(notice, dense_sizes(areas)[-1], on, METRICS).pages)
    assert FEW < len(finished(best_cut(notice, on, METRICS)).pages) <= math.ceil(fewest * MANY)


def test_a_table_that_goes_on_says_its_heading_again_on_every_page() -> None:
    rows = "\n".join(f"| 第{row}户 | {row}00元 |" for row in range(10, 40))
    made = pages(replace(WATER, body=f"请看。\n| 户 | 金额 |\n|---|---|\n{rows}"), view(), Look(GEOMETRIES[0], METRICS))
    assert len(made) > 2
    for page in made[1:]:
        said = [text for text in texts(page.around) if text.text in ("户", "金额")]
        assert [text.text for text in said] == ["户", "金额"]
        first = min(text.box.y for text in texts(page.items))
        assert all(text.box.bottom <= first for text in said)
        column = next(text.box for text in texts(page.items) if text.text.endswith("元"))
        assert column.right == said[1].box.right


@pytest.mark.parametrize("geometry", GEOMETRIES, ids=lambda one: f"{one.width}x{one.height}")
def test_what_the_panel_has_not_to_show_is_room_for_the_notice(geometry: Geometry) -> None:
    def room(**changes: object) -> int:
        page, scene = scenes(WATER, geometry, **changes)[0]
        marks = [item for item in scene.items if item in page.items]
        return max(item.box.right for item in marks) * max(item.box.bottom for item in marks)

    nothing = frame(geometry, shown=0)
    assert nothing.panel is None
    assert (
        nothing.notice.width * nothing.notice.height
        > 1.2 * frame(geometry).notice.width * frame(geometry).notice.height
    )
    assert room(card=None, service_code=None) > room()


@pytest.mark.parametrize("geometry", GEOMETRIES, ids=lambda one: f"{one.width}x{one.height}")
def test_a_code_alone_is_larger_than_beside_a_card(geometry: Geometry) -> None:
    def module(**changes: object) -> int:
        scene = scenes(WATER, geometry, **changes)[0][1]
        return next(item.module for item in scene.items if isinstance(item, Code))

    assert module(card=None) >= module()
    assert "网格员调整中" not in "".join(text.text for text in texts(scenes(WATER, geometry, card=None)[0][1].items))


def test_the_emblem_stands_whole_in_the_head_before_the_name() -> None:
    for width, height in ((300, 300), (900, 200), (100, 400)):
        emblem = media(width, height)
        for geometry in GEOMETRIES:
            scene = scenes(WATER, geometry, settings=Settings(emblem=emblem))[0][1]
            (mark,) = [item for item in scene.items if isinstance(item, Picture) and item.sha256 == emblem.sha256]
            assert frame(geometry).header.contains(mark.box)
            assert mark.box.width / mark.box.height == pytest.approx(width / height, rel=0.1)
            name = next(text for text in texts(scene.items) if text.text == NAMES[0])
            assert mark.box.right < name.box.x


def test_the_doorway_keeps_house_and_stair_beside_an_emblem() -> None:
    scene = scenes(WATER, Geometry(1080, 1920), settings=Settings(emblem=media(300, 300)))[0][1]
    assert any(text.text.endswith("3号楼 1单元") for text in texts(scene.items))


@pytest.mark.parametrize("duty", ["网格员", "3、4号楼网格员 · 楼栋党小组长"])
@pytest.mark.parametrize("geometry", GEOMETRIES, ids=lambda one: f"{one.width}x{one.height}")
def test_the_motto_gives_way_before_it_touches_the_number(geometry: Geometry, duty: str) -> None:
    found = card_texts(geometry, duty=duty, motto="民有所呼，我必应")
    number = next(text for text in found if text.text == CARD.phone)
    for motto in (text for text in found if text.text.startswith("民有所呼")):
        foot_of_figures = number.box.y + number.ascent
        assert motto.box.y + motto.ascent - motto.size * 0.88 - foot_of_figures >= 0.3 * motto.size


@pytest.mark.parametrize("geometry", GEOMETRIES, ids=lambda one: f"{one.width}x{one.height}")
def test_a_face_stays_inside_its_card(geometry: Geometry) -> None:
    shown = replace(view(card=replace(CARD, photo=media(780, 1000))), service_code=None)
    panel = frame(geometry, shown=1).panel
    faces = [item for item in compose(shown, None, None, Look(geometry, METRICS)).items if isinstance(item, Picture)]
    assert [panel is not None and panel.contains(face.box) for face in faces] == [True]


def test_the_room_of_a_table_goes_where_it_saves_lines() -> None:
    """Shared evenly, each row takes two lines."""
    body = "| 问题 | 谁来办 | 期限 |\n|---|---|---|\n" + "".join(
        f"| {what} | {who} | {when} |\n"
        for what, who, when in (
            ("北区东门没有路灯", "物业", "长期，雪后撒盐铲雪"),
            ("东湖滑梯螺丝松了", "物业", "6月20日"),
            ("南区车棚充电不够", "村委会", "6月12日"),
            ("老街水道夜里反味", "村委会", "7月5日"),
        )
    )
    (page,) = pages(replace(WATER, body=body), view(), Look(Geometry(1080, 1920), METRICS))
    words = {text.text for text in texts(page.items)}
    assert {"北区东门没有路灯", "东湖滑梯螺丝松了", "南区车棚充电不够", "老街水道夜里反味"} < words
    assert {"物业", "村委会", "6月20日", "长期，"} < words


def test_days_of_a_table_stay_whole_in_type_a_little_smaller_than_the_text() -> None:
    body = "请提前储水，给您添麻烦了。\n| 日期 | 时间 | 哪几栋 |\n|---|---|---|\n" + "".join(
        f"| 7月1{day}日 周{name} | 13:30—17:30 | 1—24号楼（冲洗管道） |\n" for day, name in enumerate("四五六")
    )
    (page,) = pages(replace(WATER, body=body), view(), Look(Geometry(1080, 1920), METRICS))
    sizes = {text.text: text.size for text in texts(page.items)}
    assert 0.88 <= sizes["7月10日 周四"] / frame(Geometry(1080, 1920)).type.body < 1.0


def test_telephone_numbers_stand_flush_left_under_their_heading_and_sums_flush_right() -> None:
    body = (
        "| 找谁 | 电话 | 金额（元） |\n|---|---|---|\n"
        "| 食堂 | 0391-0000100 | 1,600.00 |\n| 卫生室 | 0391-0000101 | 9,600.00 |"
    )
    (page,) = pages(replace(WATER, body=body), view(), Look(GEOMETRIES[0], METRICS))
    boxes = {text.text: text.box for text in texts(page.items)}
    assert boxes["电话"].x == boxes["0391-0000100"].x
    assert boxes["金额（元）"].right == boxes["1,600.00"].right


def test_an_enlarged_notice_keeps_its_table_with_the_line_that_announces_it() -> None:
    rows = "".join(f"| {number}号楼 | 8:00—12:0{number} |\n" for number in range(5))
    notice = replace(WATER, body="因更换主管阀门，北区分两天施工。" * 4 + f"\n以下时段停水：\n{rows}")
    made = pages(notice, view(), Look(Geometry(1080, 1920), METRICS, enlarged=True))
    assert {"以下时段停水：", *(f"8:00—12:0{number}" for number in range(5))} < {
        text.text for text in texts(made[-1].items)
    }
    assert len(made) == 2
