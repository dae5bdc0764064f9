"""YAML as people write it: every mistake has a line, and no file can hang, fill or kill the publisher."""

import subprocess
import sys
from pathlib import Path
from typing import Annotated

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import Meta, Struct, field

from content.document import MAX_TEXT, Document, in_chinese, read
from content.problem import Problem
from tests.conftest import times


class Inner(Struct, frozen=True, kw_only=True):
    name: str
    count: Annotated[int, Meta(ge=0, le=9)] = 0
    inner: dict[str, "Inner"] = {}


class Outer(Struct, frozen=True, kw_only=True):
    title: Annotated[str, Meta(min_length=1, max_length=10)]
    to: tuple[str, ...] = ()
    start: str = field(default="", name="from")
    phone: str = ""
    colour: Annotated[str, Meta(pattern="^#", description="以 # 开头")] = "#0"
    speed: float = 1.0
    drill: bool = False
    one: Inner | None = None
    many: dict[str, Inner] = {}
    mixed: tuple[str | Inner, ...] = ()


def opened(text: str | bytes) -> Document[Outer]:
    return read("a.yaml", text.encode() if isinstance(text, str) else text, Outer)


def lines(text: str | bytes) -> list[str]:
    """The problems as printed."""
    return [str(problem) for problem in opened(text).problems]


def test_everything_good_is_read() -> None:
    document = opened("""\
title: 停水
to: [a, b]
from: 2025-07-10
phone: 0391-0000000
colour: "#123"
speed: 5
drill: true
one: {name: 甲, count: 3}
many: {x: {name: 乙}}
mixed: [p.jpg, {name: 丙}]
""")
    assert document.problems == []
    assert document.value == Outer(
        title="停水",
        to=("a", "b"),
        start="2025-07-10",
        phone="0391-0000000",
        colour="#123",
        speed=5.0,
        drill=True,
        one=Inner(name="甲", count=3),
        many={"x": Inner(name="乙")},
        mixed=("p.jpg", Inner(name="丙")),
    )


@pytest.mark.parametrize(
    "text", ["0391-0000000", "010", "18:00", "2025-07-10", "1e3", "yes", "0x10", "1_000", "12345678"]
)
def test_a_text_stays_as_it_was_written(text: str) -> None:
    """YAML 1.1 would make octal, sexagesimal and other numbers, dates and truth of these."""
    document = opened(f"title: a\nphone: {text}\n")
    assert document.value
    assert document.value.phone == text


def test_a_single_value_stands_for_a_list_of_one() -> None:
    document = opened("title: a\nto: baizhuang\n")
    assert document.value == Outer(title="a", to=("baizhuang",))
    assert document.problems == []


@pytest.mark.parametrize(("text", "count"), [("3", 3), ('"3"', 3), ("'3'", 3)])
def test_a_number_may_be_in_quotes(text: str, count: int) -> None:
    document = opened(f"title: a\none: {{name: b, count: {text}}}\n")
    assert document.problems == []
    assert document.value
    assert document.value.one == Inner(name="b", count=count)


BAD_NUMBERS = ['"["', '"{a"', '"@"', '"%"', "2025-13-45", "[1]", "many", '""', "1.5", "yes", "99", '"&a [*a]"']


@pytest.mark.parametrize("text", BAD_NUMBERS)
def test_what_is_no_number_is_a_problem_of_that_line(text: str) -> None:
    document = opened(f"title: a\none:\n  name: b\n  count: {text}\n")
    assert [problem.line for problem in document.problems] == [4]
    assert document.value
    assert document.value.one == Inner(name="b")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_any_editor_of_any_system_will_do(encoding: str, end: str) -> None:
    text = f"title: 停水{end}to:{end}  - a{end}  - b{end}".encode(encoding)
    assert opened(text).value == Outer(title="停水", to=("a", "b"))


def test_windows_line_ends_do_not_shift_the_lines() -> None:
    assert lines("title: a\r\nto: [b]\r\ntitel: c\r\n")[0].startswith("a.yaml:3: ")


BROKEN = {
    "empty": ("", "a.yaml:1: 文件是空的"),
    "only a comment": ("# 停水\n", "a.yaml:1: 文件是空的"),
    "only blanks": ("  \n\n", "a.yaml:1: 文件是空的"),
    "GBK, as old Notepad writes": ("title: 翠苑小区北区计划停水通知\n".encode("gbk"), "a.yaml:1: 不是 UTF-8 编码"),
    "GBK in the third line": (b"# a\n# b\n" + "# 翠苑小区".encode("gbk"), "a.yaml:3: 不是 UTF-8 编码"),
    "UTF-16": ("title: 停水\n".encode("utf-16"), "a.yaml:1: 不是 UTF-8 编码"),
    "a word": ("停水\n", "a.yaml:1: 这里应为“名称: 值”的若干行"),
    "a list": ("- a\n- b\n", "a.yaml:1: 这里应为“名称: 值”的若干行"),
    "nothing but null": ("~\n", "a.yaml:1: "),
    "a tab": ("title: a\nto:\n\t- b\n", "a.yaml:3: YAML 语法错误"),
    "two documents": ("title: a\n---\ntitle: b\n", "a.yaml:2: YAML 语法错误"),
    "a quote that is not closed": ('title: "a\nto: [b]\n', "a.yaml:"),
    "a NUL byte": (b"title: a\0\n", "a.yaml:"),
    "a picture": (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "a.yaml:1: 不是 UTF-8 编码"),
}


@pytest.mark.parametrize(("text", "line"), BROKEN.values(), ids=BROKEN.keys())
def test_a_file_that_cannot_be_read_says_why_and_where(text: str | bytes, line: str) -> None:
    assert [one[: len(line)] for one in lines(text)] == [line]
    assert opened(text).value is None


@pytest.mark.parametrize("text", ["title：停水\n", "title：停水\nto: [a]\n", "title: a\nfrom：2025-07-10\n"])
def test_a_full_width_colon_is_named_as_what_is_wrong(text: str) -> None:
    """The commonest slip of a Chinese keyboard; 'mapping values are not allowed here' helps nobody."""
    assert any("：" in line.removeprefix("YAML 语法错误：") and "半角" in line for line in lines(text))


def test_a_file_of_5_megabytes_is_refused_unparsed() -> None:
    text = b"title: a\nphone: |\n  " + b"x" * 5_000_000
    assert lines(text) == [f"a.yaml:1: 文件太大；最多 {MAX_TEXT} 字节"]


def test_every_problem_is_told_at_once() -> None:
    assert lines("""\
titel: a
to: {b: c}
phone: [1]
phone: 2
colour: red
one: {count: 10, nam: 乙}
many: [x]
""") == [
        "a.yaml:4: 'phone' 写了两次；只留一个",
        "a.yaml:1: 不认识 'titel'；是不是 'title'？",
        "a.yaml:2: 0 应为一个值；现在是 若干“名称: 值”",
        "a.yaml:3: 'phone' 应为一个值；现在是 一个列表",
        "a.yaml:5: 'colour'：以 # 开头；现在写的是 'red'",
        "a.yaml:6: 'count'：太大，最多 9；现在写的是 '10'",
        "a.yaml:6: 不认识 'nam'；是不是 'name'？",
        "a.yaml:6: 缺少 'name'；加上一行 name: …",
        "a.yaml:7: 这里应为“名称: 值”的若干行；现在是 一个列表",
        "a.yaml:1: 缺少 'title'；加上一行 title: …",
    ]


def test_what_is_good_is_used_though_something_else_is_bad() -> None:
    document = opened("title: a\nphone: 1\ncolour: red\nmany: {x: {name: 甲}, y: {nam: 乙}}\n")
    assert len(document.problems) == 3
    assert document.value == Outer(title="a", phone="1", many={"x": Inner(name="甲")})


@pytest.mark.parametrize("nothing", ["", " ~", " null", " #123456"])
def test_a_required_value_that_is_left_empty_is_missing(nothing: str) -> None:
    """`title:` and nothing more; or a colour without quotes, which YAML takes for a comment."""
    assert lines(f"title:{nothing}\n") == ["a.yaml:1: 缺少 'title'；加上一行 title: …"]
    assert lines(f"title: a\nmany:\n  x:\n    name:{nothing}\n") == ["a.yaml:4: 缺少 'name'；加上一行 name: …"]


def test_an_entry_that_is_left_empty_is_missing_and_not_passed_over() -> None:
    """`north:` and nothing more would take a whole block of the village away without a word."""
    assert [line[:9] for line in lines("title: a\nmany:\n  x: {name: 甲}\n  y:\n")] == ["a.yaml:4:"]


def test_an_optional_value_may_be_left_empty() -> None:
    assert opened("title: a\nphone:\nto:\none:\nmany:\n").value == Outer(title="a")


def test_a_tag_runs_nothing_and_makes_no_object(tmp_path: Path) -> None:
    opened(f"title: !!python/object/apply:os.mkdir ['{tmp_path}/pwned']\n")
    opened(f"title: a\none: {{name: b, count: !!python/object/apply:os.mkdir ['{tmp_path}/pwned']}}\n")
    opened(f"title: a\none: {{name: b, count: \"!!python/object/apply:os.mkdir ['{tmp_path}/pwned']\"}}\n")
    assert list(tmp_path.iterdir()) == []


LIMITED = """
import resource, sys
resource.setrlimit(resource.RLIMIT_CPU, (3, 3))
resource.setrlimit(resource.RLIMIT_AS, (2**30, 2**30))
resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
from content.authored import VillageFile
from content.document import read
for problem in read("a.yaml", sys.stdin.buffer.read(), VillageFile).problems[:3]:
    print(problem)
"""
HEADER = "publisher: p\nname: n\nplaces:\n"


def laughs(levels: int) -> str:
    """Places that hold the places before them nine times over."""
    text = HEADER + "  p0: &a0 {name: x}\n"
    for level in range(1, levels):
        inside = ", ".join(f"q{number}: *a{level - 1}" for number in range(9))
        text += f"  p{level}: &a{level} {{name: x, places: {{{inside}}}}}\n"
    return text


ATTACKS = {
    "a billion laughs": laughs(12),
    "an anchor inside itself": HEADER + "  a: &a {name: x, places: {b: *a, c: *a, d: *a}}\n",
    "a hundred thousand open brackets": "publisher: " + "[" * 100_000 + "]" * 100_000,
    "a hundred thousand dashes": "publisher:\n" + "- " * 100_000,
    "a hundred thousand braces": "publisher: " + "{a: " * 100_000 + "}" * 100_000,
    "ten thousand places inside each other": HEADER + "  a: " + "{name: x, places: {a: " * 10_000 + "}}" * 10_000,
    "a number of brackets": HEADER + '  a: {name: x, units: "' + "[" * 100_000 + '"}\n',
}


@pytest.mark.parametrize("text", ATTACKS.values(), ids=ATTACKS.keys())
def test_no_file_takes_all_time_or_memory_or_the_process(text: str) -> None:
    """In a process of its own with 3 s and 1 GiB, since a crash there would be a crash here."""
    done = subprocess.run([sys.executable, "-c", LIMITED], input=text.encode(), capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()[-300:]
    assert done.stdout.decode().startswith("a.yaml:")


@settings(max_examples=times(80))
@given(st.text(max_size=80) | st.binary(max_size=80))
def test_any_file_gives_a_value_or_problems(text: str | bytes) -> None:
    document = opened(text)
    assert document.value is not None or document.problems


WORDS = 'title one many count name : [ ] { } " # *a 2025-13-45 a 1 ~ << ， ： @ %'.split()
BLANKS = [": ", "\n", "\n  ", "- ", "'", "&a ", "!!int ", "|\n", "? ", "\t", "\0", "---\n", "!!binary "]
PIECES = st.sampled_from(WORDS + BLANKS)


@settings(max_examples=times(100))
@given(st.lists(PIECES, max_size=20).map("".join))
def test_any_heap_of_yaml_gives_a_value_or_problems_with_lines_in_the_file(tail: str) -> None:
    text = "title: a\n" + tail
    document = opened(text)
    assert document.value is not None or document.problems
    assert all(1 <= problem.line <= text.count("\n") + 2 for problem in document.problems)


def test_a_problem_says_file_line_what_and_what_instead() -> None:
    assert str(Problem("a.yaml", 3, "错了", "改成这样")) == "a.yaml:3: 错了；改成这样"
    assert str(Problem("a.yaml", 3, "错了")) == "a.yaml:3: 错了"


def test_the_line_of_what_is_not_there_is_that_of_what_is_around_it() -> None:
    document = opened("title: a\nmany:\n  x: {name: 甲}\n")
    assert document.line("many", "x", "count") == 3
    assert document.line("phone") == 1


@pytest.mark.parametrize(
    ("english", "chinese"),
    [
        ("Expected `str` of length <= 80 - at `$.title`", "太长，最多 80"),
        ("Expected `str` of length >= 1", "不能为空"),
        ("Expected `int` >= 0", "太小，至少 0"),
        ("Expected `float` <= 50.0", "太大，最多 50.0"),
        ("Expected `int`, got `str`", "应为整数"),
        ("Expected `bool`, got `int`", "应为 true 或 false"),
        ("时间看不懂", "时间看不懂"),
    ],
)
def test_the_admin_reads_chinese(english: str, chinese: str) -> None:
    assert in_chinese(english) == chinese


@pytest.mark.parametrize("text", ['title: "a\\0b"', 'title: "a\\eb"', 'title: "a\\u202eb"', "title: a\u2066b"])
def test_characters_that_nobody_sees_are_told(text: str) -> None:
    """A mark that turns the direction of writing can make a phone number read backwards."""
    assert lines(text) == ["a.yaml:1: 'title' 里有看不见的控制字符；删掉重新输入，不要从网页或聊天里直接粘贴"]
