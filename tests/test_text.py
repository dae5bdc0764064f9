"""Line breaking: kinsoku, whole numbers, nothing lost, titles between words."""

from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kiosk.text import Line, balanced, by_sense_lines, lines, one_line, plain_spans
from kiosk.typography.kinsoku import BEGINNING, ENDING, clusters, kind
from kiosk.typography.markup import Span
from kiosk.typography.words import INSIDE_WORD, prices
from tests.sample_views import FakeMetrics

METRICS = FakeMetrics()
SIZE = 20


def broken(text: str, ems: float, *, hang: bool = False) -> list[str]:
    return [line.text for line in lines(plain_spans(text), SIZE, ems * SIZE, METRICS, hang=hang)]


def titled(text: str, ems: float) -> list[str]:
    return [line.text for line in balanced(plain_spans(text, bold=True), SIZE, ems * SIZE, METRICS)]


@pytest.mark.parametrize(
    ("text", "ems", "expected"),
    [
        ("请提前储水，谢谢配合。", 5, ["请提前储", "水，谢谢", "配合。"]),
        ("居民通知（第二批）如下所示", 5, ["居民通知", "（第二批）", "如下所示"]),
        ("通知他说“好的”再走", 4.5, ["通知他说", "“好的”", "再走"]),
        ("电话0391-0000000请记好", 7, ["电话", "0391-0000000", "请记好"]),
        ("请在7月12日—14日来", 7, ["请在", "7月12日—14日", "来"]),
        ("次日6:00恢复供水", 4, ["次日", "6:00恢", "复供水"]),
        ("拨打 138 0000 0000 报修", 7, ["拨打", "138 0000 0000", "报修"]),
        ("共有24 个车位", 3.6, ["共有", "24 个车", "位"]),
        ("一共换了 24 盏灯", 5, ["一共换了", "24 盏灯"]),
        ("请在 10 月 15 日前到 3 号楼", 7.5, ["请在", "10 月 15 日前到", "3 号楼"]),
    ],
)
def test_lines_are_broken_as_a_typesetter_would(text: str, ems: float, expected: list[str]) -> None:
    assert broken(text, ems) == expected


def test_a_full_stop_hangs_out_of_a_full_line() -> None:
    assert broken("明天上午停水。", 6) == ["明天上午停", "水。"] or broken("明天上午停水。", 6) == [
        "明天上午",
        "停水。",
    ]
    (line,) = lines(plain_spans("明天上午停水。"), SIZE, 6 * SIZE, METRICS, hang=True)
    assert (line.text, line.width) == ("明天上午停水。", 6 * SIZE)
    assert line.extent <= 6.6 * SIZE


def test_an_eighth_of_an_em_stands_between_chinese_and_latin_but_not_inside_a_date() -> None:
    assert one_line(plain_spans("用WiFi上网"), SIZE, METRICS).width == (1 + 2 + 2 + 2 / 8) * SIZE
    assert len(one_line(plain_spans("7月12日"), SIZE, METRICS).pieces) == 1


def test_a_word_wider_than_the_line_is_split_and_nothing_is_cut() -> None:
    url = "https://example.org/" + "a" * 100
    found = broken(f"见{url}。", 10)
    assert "".join(found) == f"见{url}。"
    assert found[0] == "见"
    assert all(len(line) <= 21 for line in found)


def test_the_last_line_of_a_paragraph_is_not_one_character() -> None:
    assert [len(line) for line in broken("一二三四五六七八九十甲", 5)] == [5, 4, 2]


@pytest.mark.parametrize(
    ("title", "ems", "expected"),
    [
        ("今天上午免费健康义诊", 6, ["今天上午", "免费健康义诊"]),
        ("翠苑小区北区计划停水", 7, ["翠苑小区北区", "计划停水"]),
        ("今晚八点广场放电影", 5, ["今晚八点", "广场放电影"]),
        ("电动车请勿上楼充电", 6, ["电动车", "请勿上楼充电"]),
        ("高空不抛物，楼下有亲人", 7, ["高空不抛物，", "楼下有亲人"]),
        ("10月三件事办结公示（示例）", 9, ["10月三件事", "办结公示（示例）"]),
        ("停水通知", 4, ["停水通知"]),
        ("门口的坡道给轮椅和婴儿车", 7, ["门口的坡道", "给轮椅和婴儿车"]),
        ("每月15日，给老人量血压、测血糖", 11, ["每月15日，", "给老人量血压、测血糖"]),
        ("6月10日会上，大家提了五件事，都已分派：", 15, ["6月10日会上，", "大家提了五件事，都已分派："]),
        ("38、39号楼网格员", 5, ["38、39号楼", "网格员"]),
        ("值班电话 0391-0000000；火警 119；急救 120", 15, ["值班电话 0391-0000000；", "火警 119；急救 120"]),
    ],
)
def test_titles_are_broken_between_words(title: str, ems: float, expected: list[str]) -> None:
    assert titled(title, ems) == expected


@given(st.text(alphabet="停水通知居民小区安全服务甲乙丙丁", min_size=2, max_size=80), st.integers(3, 30))
def test_a_title_never_leaves_one_character_alone_and_takes_no_more_lines(title: str, ems: int) -> None:
    found = titled(title, ems)
    assert "".join(found) == title
    assert all(2 <= len(line) <= ems for line in found)
    assert len(found) == -(-len(title) // ems)


ANY = st.text(
    alphabet=st.one_of(
        st.characters(exclude_categories=["Cs"]),
        st.sampled_from("停水通知𬭎䶮㛃𰻝，。！？（）“”…—1234:-年月日 \u3000\n\u0301\u200d😀👍🏽العربية"),
    ),
    max_size=200,
)


def gathered(found: tuple[Line, ...]) -> str:
    return "".join("".join(line.text for line in found).split())


@given(ANY, st.floats(1.0, 40.0), st.booleans())
@example("\u0301" * 100, 2.0, False)
@example("（" * 60, 5.0, True)
@example("，" * 60, 5.0, True)
@example("👩‍👩‍👧‍👦" * 10, 1.0, False)
def test_no_character_is_lost_or_wider_than_the_line(text: str, ems: float, hang: bool) -> None:
    for found in (
        lines(plain_spans(text), SIZE, ems * SIZE, METRICS, hang=hang),
        by_sense_lines(plain_spans(text), SIZE, ems * SIZE, METRICS, hang=hang),
        balanced(plain_spans(text), SIZE, ems * SIZE, METRICS),
        balanced(plain_spans(text), SIZE, ems * SIZE, METRICS, more=1),
    ):
        assert gathered(found) == "".join(text.split())
        for line in found:
            assert line.width <= ems * SIZE + 0.01
            assert line.extent <= (ems + 0.6) * SIZE
            xs = [piece.x for piece in line.pieces]
            assert xs == sorted(xs)


WORDS = st.lists(
    st.sampled_from(
        ["停水", "通知", "居民", "7月12日", "0391-00", "WiFi", "（第二批）", "“好”", "，", "。", "！", " "]
    ),
    max_size=60,
).map(lambda words: "。".join("".join(words).split("。。")).replace("，，", "，").replace("，。", "。"))


def runs_of_marks(text: str) -> int:
    longest = run = 0
    for one in text:
        run = run + 1 if kind(one) in ENDING | BEGINNING else 0
        longest = max(longest, run)
    return longest


@given(WORDS.filter(lambda text: runs_of_marks(text) <= 3), st.integers(12, 40), st.booleans())
def test_kinsoku_holds_wherever_it_can(text: str, ems: int, hang: bool) -> None:
    for found in (
        lines(plain_spans(text), SIZE, ems * SIZE, METRICS, hang=hang),
        by_sense_lines(plain_spans(text), SIZE, ems * SIZE, METRICS, hang=hang),
        balanced(plain_spans(text), SIZE, ems * SIZE, METRICS),
        balanced(plain_spans(text), SIZE, ems * SIZE, METRICS, more=1),
    ):
        for above, below in pairwise(found):
            assert kind(below.text[0]) not in ENDING
            assert kind(above.text[-1]) not in BEGINNING


@given(ANY)
def test_clusters_are_the_text(text: str) -> None:
    assert "".join(clusters(text)) == text


def test_a_family_a_flag_and_an_accent_are_one_cluster_each() -> None:
    assert clusters("👩‍👩‍👧‍👦🇨🇳e\u0301䶮") == ["👩‍👩‍👧‍👦", "🇨🇳", "e\u0301", "䶮"]


def test_bold_stretches_are_pieces_of_their_line() -> None:
    (line,) = lines((Span("请于"), Span("明天", bold=True), Span("办理")), SIZE, 400, METRICS)
    assert [(piece.x, piece.text, piece.bold) for piece in line.pieces] == [
        (0, "请于", False),
        (2 * SIZE, "明天", True),
        (4 * SIZE, "办理", False),
    ]


@pytest.mark.parametrize("text", ["停", "，", "（", "😀", "a停b"])
def test_a_column_narrower_than_a_character_still_gets_every_character(text: str) -> None:
    assert "".join(broken(text, 0.2)) == text


def test_a_short_paragraph_breaks_after_a_comma_that_is_near_the_margin() -> None:
    spans = plain_spans("主管道换阀门，需要分片停水，给您添麻烦了。")
    found = by_sense_lines(spans, SIZE, 15 * SIZE, METRICS, hang=True)
    assert [line.text for line in found] == ["主管道换阀门，需要分片停水，", "给您添麻烦了。"]


def test_a_short_paragraph_leaves_no_line_half_empty_for_a_comma() -> None:
    spans = plain_spans("因更换主管阀门，以下时段停水，请提前储水：")
    for ems in (14, 15, 16, 18, 20):
        first, *_ = by_sense_lines(spans, SIZE, ems * SIZE, METRICS, hang=True)
        assert first.width > 0.6 * ems * SIZE


def test_a_title_takes_a_line_more_where_that_keeps_words_whole() -> None:
    spans = plain_spans("演练：暴雨橙色预警，低洼楼栋居民请转移到白庄小学", bold=True)
    found = balanced(spans, SIZE, 8 * SIZE, METRICS, more=1)
    assert [line.text for line in found] == ["演练：", "暴雨橙色预警，", "低洼楼栋居民", "请转移到白庄小学"]


def test_running_text_keeps_words_whole_where_that_costs_little() -> None:
    text = "两个单元的邻居扫码反映楼道灯不亮，物业查看后一起换新"
    assert "反映" in "|".join(line.text for line in lines(plain_spans(text), SIZE, 10 * SIZE, METRICS, by_word=True))
    assert "反映" not in "|".join(line.text for line in lines(plain_spans(text), SIZE, 10 * SIZE, METRICS))


def test_the_empty_half_of_a_bracket_is_not_set_at_the_edges_of_a_line() -> None:
    line = one_line(plain_spans("（示例）"), SIZE, METRICS)
    assert line.pieces[0].x == pytest.approx(-0.45 * SIZE)
    assert line.width == pytest.approx(3.1 * SIZE)
    assert one_line(plain_spans("张（示例）张"), SIZE, METRICS).width == 6 * SIZE


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("米饭、土豆炖鸡、清炒冬瓜", "土豆炖鸡"),
        ("姓名 张建国（示例）", "张建国"),
        ("组长：和志远（示例）", "示例"),
        ("晚上九点半以后不跳舞", "九点半"),
    ],
)
def test_a_few_characters_between_marks_are_one_word(text: str, whole: str) -> None:
    at = text.index(whole)
    assert {price >= INSIDE_WORD for price in prices(text)[at + 1 : at + len(whole)]} == {True}


def test_the_building_of_a_number_does_not_swallow_the_beginning_of_the_next_word() -> None:
    text = "3号楼楼道灯全部换成了声控灯"
    found = [at for at, price in enumerate(prices(text)) if price < INSIDE_WORD]
    assert [text[start:end] for start, end in pairwise([*found, len(text)])] == [
        "3号楼",
        "楼道灯",
        "全部",
        "换成",
        "了",
        "声控灯",
    ]
