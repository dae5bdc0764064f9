"""What a reader notices: names on one line, columns that stand in line, headings that stay with their text."""

import pytest
from msgspec.structs import replace

from kiosk.frame import frame
from kiosk.page import pages
from kiosk.shapes import Geometry, Text
from tests.sample_views import CARD, WATER, view
from tests.test_scene import GEOMETRIES, METRICS, scenes, texts


def card_texts(geometry: Geometry, **changes: str) -> list[Text]:
    """What stands in the panel's card."""
    scene = scenes(WATER, geometry, card=replace(CARD, **changes))[0][1]
    return [text for text in texts(scene.items) if frame(geometry).panel.contains(text.box)]


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
    (page,) = pages(replace(WATER, body=body), view(), Geometry(1080, 1920), METRICS)
    sums = {text.text: text for text in texts(page.items)}
    assert sums["219,000"].box.x == sums["133,600"].box.x
    assert sums["120,000"].box.right == sums["33,650"].box.right


def test_in_a_column_of_times_only_times_are_bold() -> None:
    body = "| 村委会 | 0391-0000000 | 全天 |\n| 食堂 | 0391-0000100 | 8:00—18:00 |\n| 卫生室 | 0391-0000101 | 8:00 |"
    (page,) = pages(replace(WATER, body=body), view(), GEOMETRIES[0], METRICS)
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
        text.text for page in pages(replace(WATER, body=body), view(), geometry, METRICS) for text in texts(page.items)
    ]
    for whole in ("1—3号楼", "7月13日—14日", "8:00—12:00", "0391-0000012", "138 0000 0000"):
        assert any(whole in one for one in words)


def test_a_bold_line_is_not_the_last_of_its_page() -> None:
    asked = "**问：领取养老金的居民今年还没有做资格认证应该怎么办才好呢？**\n请带身份证来。" + "我们帮您办。" * 12
    made = pages(replace(WATER, body="\n\n".join([asked] * 20)), view(), GEOMETRIES[0], METRICS)
    assert len(made) > 2
    for page in made:
        assert not max(texts(page.items), key=lambda text: text.box.y).runs[0].bold


def test_a_heading_of_a_table_keeps_two_rows() -> None:
    rows = "\n".join(f"| 第{row}户 | {row}00元 |" for row in range(10, 40))
    for filling in range(1, 9):
        body = "请看。\n" * filling + "| 户 | 金额 |\n|---|---|\n" + rows
        for page in pages(replace(WATER, body=body), view(), GEOMETRIES[0], METRICS):
            words = [text.text for text in texts(page.items)]
            assert "金额" not in words or "第11户" in words
