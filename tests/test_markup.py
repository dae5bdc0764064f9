"""Body text → blocks: the few marks that are known, and that nothing else is touched."""

from hypothesis import given
from hypothesis import strategies as st

from kiosk.typography.markup import ListItem, Paragraph, Span, Table, blocks, characters, plain


def test_each_typed_line_is_a_line_and_an_empty_one_a_gap() -> None:
    assert blocks("各位居民：\n请看通知。\n\n谢谢。") == (
        Paragraph((Span("各位居民："),)),
        Paragraph((Span("请看通知。"),)),
        Paragraph((Span("谢谢。"),), apart=True),
    )


def test_lists_with_dashes_and_numbers() -> None:
    assert blocks("- 带身份证\n1. 关门窗\n2、断电源\n10. 走楼梯") == (
        ListItem((Span("带身份证"),)),
        ListItem((Span("关门窗"),), number="1"),
        ListItem((Span("断电源"),), number="2"),
        ListItem((Span("走楼梯"),), number="10"),
    )


def test_a_heading_is_a_line_in_bold_and_copied_bullets_are_a_list() -> None:
    assert blocks("## 怎么交？\n•带身份证\n● 带户口本\n#3楼\n# ") == (
        Paragraph((Span("怎么交？", bold=True),)),
        ListItem((Span("带身份证"),)),
        ListItem((Span("带户口本"),)),
        Paragraph((Span("#3楼"),)),
        Paragraph((Span("#"),)),
    )


def test_a_number_with_a_point_in_it_begins_no_list() -> None:
    assert blocks("1.5公里外\n2025.7.10 起\n-不是列表") == (
        Paragraph((Span("1.5公里外"),)),
        Paragraph((Span("2025.7.10 起"),)),
        Paragraph((Span("-不是列表"),)),
    )


def test_a_table_with_a_rule_has_a_heading_and_one_without_has_none() -> None:
    heading = blocks("| 楼栋 | 时间 |\n|---|:--:|\n| 1号楼 | 8:00 |")
    assert heading == (Table(((cell("1号楼"), cell("8:00")),), heading=(cell("楼栋"), cell("时间"))),)
    assert blocks("| 1号楼 | 8:00 |\n| 2号楼 | 9:00 | 上午 |") == (
        Table(((cell("1号楼"), cell("8:00"), ()), (cell("2号楼"), cell("9:00"), cell("上午")))),
    )


def cell(text: str) -> tuple[Span, ...]:
    return (Span(text),)


def test_bold_needs_two_pairs_of_stars_on_one_line() -> None:
    assert blocks("请于 **7月31日前** 办理") == (
        Paragraph((Span("请于 "), Span("7月31日前", bold=True), Span(" 办理"))),
    )
    for text in ("** 办理", "**办理", "5 ** 3", "****", "a*b*c", "第一**行"):
        assert blocks(text) == (Paragraph((Span(text),)),)


def test_lonely_bars_are_text() -> None:
    assert blocks("|\n||\n| | |\na | b") == tuple(Paragraph((Span(text),)) for text in ("|", "||", "| | |", "a | b"))


@given(st.text(alphabet=st.characters(exclude_characters="|*-.、．#•●▪", exclude_categories=["Cs"]), max_size=300))
def test_text_without_marks_keeps_every_character(text: str) -> None:
    assert "".join(characters(blocks(text)).split()) == "".join(text.split())


@given(st.text(alphabet="|-*: \n1.、a中", max_size=200))
def test_any_marks_give_blocks_and_every_other_character_stays(text: str) -> None:
    found = blocks(text)
    assert [one for one in characters(found) if one in "a中"] == [one for one in text if one in "a中"]
    for block in found:
        if isinstance(block, Table):
            assert len({len(row) for row in (block.heading or block.rows[0], *block.rows)}) == 1
        else:
            assert plain(block.spans).strip()
