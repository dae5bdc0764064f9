"""The gates that draw: glyphs, service codes and time are judged by the screen's own picture, each drawn once."""

import json
from datetime import datetime
from pathlib import Path

import pytest

from content.__main__ import main
from content.folder import scan
from content.gates.barcode import read_codes
from content.gates.proof import NotProved, Proof, display_of, proved
from content.manifest import Content
from content.problem import Problem
from kiosk.render import render, unprintable, view_at
from tests.fakes import NOTICE_YAML, NOW, VILLAGE_YAML, png, write_folder

SAMPLE = Path(__file__).parent.parent / "content" / "sample"
HOSTS = "hosts: [code.example]\n"


def quiet(what: str, done: int, of: int) -> None:
    """No progress is shown."""


def proof(folder: Path, files: dict[str, str | bytes], *displays: str, village: str = VILLAGE_YAML) -> list[Problem]:
    """What is wrong with the pictures of a small village with these files."""
    found = scan(write_folder(folder, {"village.yaml": village + HOSTS, **files}))
    assert found.village
    assert found.problems == []
    return proved(found.village, found.lines, found.media, NOW, displays or ("1280x720",), quiet)


def told(problems: list[Problem]) -> list[tuple[str, int, str, str]]:
    return [(one.file, one.line, one.severity.value, one.gate.value) for one in problems]


# Glyphs


@pytest.mark.parametrize("name", ["陈𬭎", "龚䶮", "李㛃", "欧阳菁菁", "①②③℃㎡→√★☎", "é café", "（示例）——“”…"])
def test_names_and_signs_that_the_fonts_have_pass(name: str) -> None:
    for display in ("1920x1080", "led 128x32"):
        assert unprintable(name, display_of(display)) == {}


def test_what_the_fonts_lack_is_told_once_with_what_is_drawn_instead() -> None:
    text = "好😀😀 家👨‍👩‍👧 电话📞 ཀ"
    assert unprintable(text, display_of("1920x1080")) == {
        "😀": "·",
        "👨‍👩‍👧": "·",
        "📞": "☎",
        "ཀ": "〓",
    }


def test_a_lost_letter_is_an_error_at_its_line_and_an_emoji_a_warning(tmp_path: Path) -> None:
    body = NOTICE_YAML.replace("body: 明天停水", "body: |\n  第一行😀\n  张\U000323af")
    card = VILLAGE_YAML.replace("张三（示例）", "张\U000323af")
    assert told(proof(tmp_path, {"notices/x.yaml": body}, village=card)) == [
        ("notices/x.yaml", 5, "warning", "字形"),
        ("notices/x.yaml", 6, "error", "字形"),
        ("village.yaml", 6, "error", "字形"),
    ]


def test_an_author_may_accept_an_emoji_and_never_a_lost_letter(tmp_path: Path) -> None:
    body = NOTICE_YAML.replace("明天停水", "好😀 \U000323af") + "accept: [字形]\n"
    assert [one.severity.value for one in proof(tmp_path, {"notices/x.yaml": body})] == ["error"]


# Service codes


def test_the_code_on_the_picture_leads_where_village_yaml_says(tmp_path: Path) -> None:
    sizes = ("1920x1080", "1080x1920", "1280x720")
    assert proof(tmp_path, {"notices/x.yaml": NOTICE_YAML}, *sizes) == []


def test_a_code_too_dense_for_its_panel_is_told_at_the_url(tmp_path: Path) -> None:
    long = VILLAGE_YAML.replace("https://code.example/b?w={building}", "https://code.example/" + "x" * 270)
    (found,) = proof(tmp_path, {}, "1280x720@10", village=long)
    assert told([found]) == [("village.yaml", 7, "warning", "二维码")]
    assert "米能扫" in found.what


def test_a_code_that_no_phone_can_read_is_an_error(tmp_path: Path) -> None:
    """On a very small panel nothing is left of the modules."""
    long = VILLAGE_YAML.replace("https://code.example/b?w={building}", "https://code.example/" + "x" * 270)
    found = proof(tmp_path, {}, "160x120", village=long)
    assert ("village.yaml", 7, "error", "二维码") in told(found)


def test_each_code_is_drawn_once_with_the_longest_of_its_addresses(tmp_path: Path) -> None:
    more = VILLAGE_YAML.replace(
        "b3: {name: 3号楼, units: 2}", "b3: {name: x, units: 2}\n              b1000: {name: y, units: 9}"
    )
    found = scan(write_folder(tmp_path, {"village.yaml": more + HOSTS}))
    assert found.village
    drawn: list[str] = []
    proof = Proof(
        found.village, found.lines, {}, NOW, {"1280x720": display_of("1280x720")}, lambda *told: drawn.append(told[0])
    )
    assert list(proof.codes()) == []
    assert drawn == ["二维码"]
    assert proof.coded() == {"baizhuang": "baizhuang/north/w012/b1000/u1"}


def test_what_is_read_from_a_picture_is_what_the_screen_shows() -> None:
    found = scan(SAMPLE / "baizhuang")
    assert found.village
    place = found.village.places["baizhuang"]
    view = view_at("baizhuang", [("baizhuang", "p", Content(place_name="村", service_code=place.service_code))])
    picture = render(view, NOW, (1280, 720), lambda digest: None)
    assert read_codes(picture) == ["https://mashangban.example/b?w=baizhuang"]


# Pages and their time


def test_a_notice_of_too_many_pages_is_told_once_and_may_be_accepted(tmp_path: Path) -> None:
    long = NOTICE_YAML.replace("明天停水", "水" * 2000)
    files: dict[str, str | bytes] = {"notices/x.yaml": long, "notices/y.yaml": long + "accept: [太长, 轮播]\n"}
    found = proof(tmp_path, files, "1280x720", "1920x1080")
    assert [one for one in told(found) if one[0] != "village.yaml"] == [("notices/x.yaml", 4, "warning", "太长")]


def test_a_round_that_nobody_waits_for_is_told_once_for_all_doorways(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        f"notices/n{number}.yaml": NOTICE_YAML.replace("停水通知", f"第{number}条").replace("明天停水", "水" * 140)
        for number in range(20)
    }
    (found,) = proof(tmp_path, files)
    assert told([found]) == [("village.yaml", 15, "warning", "轮播")]
    assert "一轮 20 条" in found.what
    assert "2 个门口" in found.what


# Displays


@pytest.mark.parametrize("name", ["1920", "1920*1080", "led", "1920x1080@", "x"])
def test_a_display_that_is_none_is_told(name: str) -> None:
    with pytest.raises(NotProved, match="1920x1080"):
        display_of(name)


def test_village_yaml_says_for_which_panels_is_drawn(tmp_path: Path) -> None:
    shown: list[str] = []
    named = VILLAGE_YAML + "displays: [1024x768, led 64x32]\n"
    found = scan(write_folder(tmp_path, {"village.yaml": named + HOSTS, "notices/x.yaml": NOTICE_YAML}))
    assert found.village
    assert proved(found.village, found.lines, found.media, NOW, (), lambda what, done, of: shown.append(what)) == []
    assert "LED 屏字形" in shown


# The command


def run(*arguments: object) -> int:
    return main([str(one) for one in arguments])


def test_warnings_alone_fail_only_when_asked_to(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    emoji = NOTICE_YAML.replace("明天停水", "好😀")
    folder = write_folder(tmp_path, {"village.yaml": VILLAGE_YAML + HOSTS, "notices/x.yaml": emoji})
    assert run("check", folder, "--size", "1280x720") == 0
    assert run("check", folder, "--size", "1280x720", "--strict") == 1
    assert run("check", folder, "--quick", "--strict") == 0
    assert capsys.readouterr().out.splitlines()[:2] == [
        "notices/x.yaml:4: 屏幕的字体里没有“😀”，会画成“·”；删掉，或用文字写出来  （提醒）",
        "1 条通知、0 条警报、7 个地点可以发布；0 处错误，1 处提醒",
    ]


def test_the_console_reads_the_same_as_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bad = NOTICE_YAML.replace("明天停水", "www.evil.com")
    folder = write_folder(tmp_path, {"village.yaml": VILLAGE_YAML + HOSTS, "notices/x.yaml": bad})
    assert run("check", folder, "--json", "--size", "1280x720") == 1
    captured = capsys.readouterr()
    assert captured.err == ""
    told = json.loads(captured.out)
    assert {name: told[name] for name in ("errors", "warnings", "unseen")} == {"errors": 1, "warnings": 0, "unseen": ""}
    (problem,) = told["problems"]
    assert (problem["file"], problem["line"], problem["severity"], problem["gate"]) == (
        "notices/x.yaml",
        4,
        "error",
        "链接",
    )


def test_the_street_office_s_folder_passes_with_nothing_to_be_told(capsys: pytest.CaptureFixture[str]) -> None:
    """The village's own, which takes longer, in tests/system."""
    arguments = ("--strict", "--size", "1920x1080", "--at", "2026-11-23T09:00+08:00")
    status = run("check", SAMPLE / "macun-street", *arguments)
    assert (status, capsys.readouterr().out.count("提醒）")) == (0, 0)


def test_a_check_as_of_another_day_needs_a_time_zone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("check", write_folder(tmp_path), "--at", datetime(2026, 1, 1).isoformat()) == 1  # noqa: DTZ001
    assert "时区" in capsys.readouterr().err


def test_a_picture_of_a_notice_does_not_stand_in_the_way(tmp_path: Path) -> None:
    shown = NOTICE_YAML + "media: [a.png]\n"
    assert proof(tmp_path, {"notices/x.yaml": shown, "media/a.png": png(1280, 720)}) == []
