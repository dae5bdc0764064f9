"""The content folder: what is good is shown, what is bad costs itself only and is told with its line."""

from pathlib import Path

import pytest

from content.compile import compile_village
from content.errors import FolderError
from content.files import sha256_hex
from content.folder import Scan, judge_alert, missing_secrets, scan, scan_alerts
from content.notice import TOPICS, text_digest
from content.problem import Severity
from tests.fakes import ALERT_YAML, NOTICE_YAML, VILLAGE_YAML, notice, png, write_folder


def lines(found: Scan) -> list[str]:
    return [str(problem) for problem in found.problems]


def notices(found: Scan) -> list[str]:
    assert found.village
    return [one.notice.id for one in found.village.notices]


def test_a_good_folder_is_a_village_without_problems(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "notices/water.yaml": NOTICE_YAML + "media: [valve.png]\n",
        "media/valve.png": png(8, 6),
        "alerts/storm.yaml": ALERT_YAML,
        "authority/ca.crt": "the village's own authority lies here",
    }
    found = scan(write_folder(tmp_path, files))
    assert lines(found) == []
    village = found.village
    assert village
    assert list(village.places) == [
        "baizhuang",
        "baizhuang/north",
        "baizhuang/north/w012",
        "baizhuang/north/w012/b3",
        "baizhuang/north/w012/b3/u1",
        "baizhuang/north/w012/b3/u2",
        "baizhuang/south",
    ]
    (water,), (storm,) = village.notices, village.alerts
    assert water.to == ("baizhuang/north",)
    assert (water.notice.id, water.notice.title, water.notice.topic) == ("water", "停水通知", TOPICS["停水停电"])
    assert (water.notice.body, water.notice.source) == ("明天停水", "示例村村委会")
    (valve,) = water.notice.media
    assert (valve.sha256, valve.width, valve.height, valve.kind) == (sha256_hex(png(8, 6)), 8, 6, "image/png")
    assert found.media == {valve.sha256: tmp_path / "media" / "valve.png"}
    assert (storm.alert.id, storm.to) == ("storm", ("baizhuang",))


MISTAKES: dict[str, str | bytes] = {
    "village.yaml": VILLAGE_YAML.replace(
        "      south: {name: 南区}", "      south: {name: 南区, unit: 2}\n      北区: {name: 北}"
    ),
    "notices/a-unknown-key.yaml": NOTICE_YAML + "titel: 又一个标题\n",
    "notices/b-no-title.yaml": "topic: 停水停电\nto: [baizhuang]\n",
    "notices/c-topic.yaml": NOTICE_YAML.replace("停水停电", "停水"),
    "notices/d-place.yaml": NOTICE_YAML.replace("baizhuang/north", "baizhuang/nroth"),
    "notices/e-media.yaml": NOTICE_YAML + "media:\n  - valv.png\n",
    "notices/f-until.yaml": NOTICE_YAML + "show:\n  from: 2025-07-10\n  until: 2025-07-09\n",
    "notices/g-daily.yaml": NOTICE_YAML + "show: {daily: 整天}\n",
    "notices/h-tab.yaml": "title: a\ntopic:\n\t停水停电\n",
    "notices/i-gbk.yaml": "title: 翠苑小区北区计划停水通知\n".encode("gbk"),
    "notices/j-empty.yaml": "",
    "notices/k-rrule.yaml": NOTICE_YAML + "show: {rrule: FREQ=HOURLY}\n",
    "notices/l-escape.yaml": NOTICE_YAML + "media: [../village.yaml]\n",
    "notices/m.txt": "停水",
    "notices/n-twice.yaml": NOTICE_YAML + "body: 后天停水\n",
    "notices/o-review.yaml": NOTICE_YAML + "review:\n  - {by: 李四, step: 初审, at: 2026-11-30, sha256: abc}\n",
    "notices/p-good.yaml": NOTICE_YAML,
    "alerts/a-level.yaml": ALERT_YAML.replace("红色\n", "紫色\n", 1),
    "alerts/b-zone.yaml": ALERT_YAML.replace("2026-12-01T20:00", "2026-12-01T20:00+08:00"),
    "media/valve.png": png(),
    "notice": "停水",
}


def test_check_names_every_mistake_with_its_file_and_line(tmp_path: Path) -> None:
    found = scan(write_folder(tmp_path, MISTAKES))
    digest = text_digest(notice("o-review", body="明天停水"))
    assert lines(found) == [
        "alerts/a-level.yaml:1: 级别 '紫色' 不对，应为 蓝、黄、橙、红 之一",
        "alerts/b-zone.yaml:6: 时间 '2026-12-01T20:00+08:00' 不要带时区，直接写当地时间",
        "notice:1: 不认识这个文件或文件夹，没有读它；是不是 'notices'？",
        "notices/a-unknown-key.yaml:5: 不认识 'titel'；是不是 'title'？",
        "notices/b-no-title.yaml:1: 缺少 'title'；加上一行 title: …",
        "notices/c-topic.yaml:2: 没有主题 '停水'；是不是 '停水停电'？",
        "notices/d-place.yaml:3: 没有地点 'baizhuang/nroth'；是不是 'baizhuang/north'？",
        "notices/e-media.yaml:6: media/ 里没有 'valv.png'；是不是 'valve.png'？",
        "notices/f-until.yaml:7: 结束时间 2025-07-10 00:00:00 不晚于开始时间 2025-07-10 00:00:00",
        "notices/g-daily.yaml:5: 时段 '整天' 看不懂，应写成 06:30-22:00（加引号）",
        "notices/h-tab.yaml:3: YAML 语法错误：用了 Tab 键缩进；改成空格",
        "notices/i-gbk.yaml:1: 不是 UTF-8 编码；在编辑器里另存为 UTF-8",
        "notices/j-empty.yaml:1: 文件是空的；至少写上必填的内容，参考 content/README.md",
        "notices/k-rrule.yaml:5: rrule 要有 FREQ，且为 DAILY、WEEKLY、MONTHLY、YEARLY 之一；每天的时段请写 daily",
        "notices/l-escape.yaml:5: 图片名 '../village.yaml' 不能带路径；把图片放进 media/，这里只写文件名",
        "notices/m.txt:1: 不是 .yaml 文件，没有读它；图片放进 media/",
        "notices/n-twice.yaml:5: 'body' 写了两次；只留一个",
        f"notices/o-review.yaml:6: 李四 初审之后，内容改过了，这次审核不再有效；请重新审核，再写上 sha256: {digest}",
        "village.yaml:16: 不认识 'unit'；是不是 'units'？",
        "village.yaml:17: '北区' 不能作名称：只用小写字母、数字和连字符，以字母或数字开头，最长 63 个字符",
    ]


def test_words_of_a_place_at_the_top_of_the_village_are_sent_there(tmp_path: Path) -> None:
    found = scan(write_folder(tmp_path, {"village.yaml": VILLAGE_YAML + "settings: {theme: dark}\n"}))
    assert lines(found) == [
        "village.yaml:17: 不认识 'settings'；移到 places: 里某个地点的下面，和它的 name 对齐",
    ]


def test_a_secret_of_notify_that_is_not_there_is_told_before_it_is_needed(tmp_path: Path) -> None:
    notify = "notify:\n  webhooks:\n    - {name: 值班群, url_file: keys/robot.url}\n"
    folder = write_folder(tmp_path, {"village.yaml": VILLAGE_YAML + notify})
    warned = missing_secrets(folder, scan(folder))
    assert [(str(one), one.severity) for one in warned] == [
        ("village.yaml:19: 读不到 keys/robot.url，通知发不出去；把密钥写进这个文件，只一行", Severity.WARNING),
    ]
    (folder / "keys").mkdir()
    (folder / "keys/robot.url").write_text("https://robot.example/?key=1\n")
    assert missing_secrets(folder, scan(folder)) == []


def test_a_bad_file_costs_itself_only(tmp_path: Path) -> None:
    found = scan(write_folder(tmp_path, MISTAKES))
    assert notices(found) == ["p-good"]
    assert found.village
    assert "baizhuang/south" in found.village.places


@pytest.mark.parametrize("name", ["nowhere", "."])
def test_a_folder_without_a_village_is_said_to_be_none(tmp_path: Path, name: str) -> None:
    with pytest.raises(FolderError, match=r"village\.yaml"):
        scan(tmp_path / name)


BAD_VILLAGES = {
    "an impossible publisher": (VILLAGE_YAML.replace("village-committee", "../x"), 1),
    "no such time zone": (VILLAGE_YAML + "timezone: Asia/Beijing\n", 17),
    "no places": ("publisher: a\nname: b\nplaces: {}\n", 3),
    "places that are a list": ("publisher: a\nname: b\nplaces: [c]\n", 3),
    "no name": ("publisher: a\nplaces: {a: {name: b}}\n", 1),
    "nothing": ("", 1),
}


@pytest.mark.parametrize(("text", "line"), BAD_VILLAGES.values(), ids=BAD_VILLAGES.keys())
def test_a_village_that_cannot_be_used_is_none(tmp_path: Path, text: str, line: int) -> None:
    found = scan(write_folder(tmp_path, {"village.yaml": text, "notices/a.yaml": NOTICE_YAML}))
    assert found.village is None
    assert {(one.file, one.line) for one in found.problems} == {("village.yaml", line)}


def test_a_village_deeper_than_the_wire_loses_only_what_is_too_deep(tmp_path: Path) -> None:
    text = "publisher: p\nname: n\nplaces:\n  l1: {name: a"
    text += "".join(f", places: {{l{level}: {{name: a" for level in range(2, 11)) + "}}" * 9 + "}\n"
    found = scan(write_folder(tmp_path, {"village.yaml": text}))
    assert found.village
    assert len(found.village.places) == 8
    assert len(found.problems) == 1


def test_a_place_that_is_left_empty_is_told(tmp_path: Path) -> None:
    found = scan(write_folder(tmp_path, {"village.yaml": VILLAGE_YAML.replace("south: {name: 南区}", "south:")}))
    assert [(one.file, one.line) for one in found.problems] == [("village.yaml", 16)]


def test_a_notice_to_a_place_and_its_parent_goes_out_once(tmp_path: Path) -> None:
    to = "[baizhuang/north/w012, baizhuang/north, baizhuang/north, baizhuang/south]"
    found = scan(write_folder(tmp_path, {"notices/a.yaml": NOTICE_YAML.replace("[baizhuang/north]", to)}))
    assert found.village
    assert found.village.notices[0].to == ("baizhuang/north", "baizhuang/south")


def test_a_place_alone_needs_no_brackets(tmp_path: Path) -> None:
    found = scan(write_folder(tmp_path, {"notices/a.yaml": NOTICE_YAML.replace("[baizhuang/north]", "baizhuang")}))
    assert lines(found) == []
    assert found.village
    assert found.village.notices[0].to == ("baizhuang",)


@pytest.mark.parametrize("to", ["to: []\n", "to:\n", "to: ~\n"])
def test_a_notice_to_nobody_is_told(tmp_path: Path, to: str) -> None:
    found = scan(write_folder(tmp_path, {"notices/a.yaml": NOTICE_YAML.replace("to: [baizhuang/north]\n", to)}))
    assert [(one.file, one.line) for one in found.problems] in ([("notices/a.yaml", 3)], [("notices/a.yaml", 1)])
    assert notices(found) == []


def test_for_ever_costs_one_notice_and_not_the_folder(tmp_path: Path) -> None:
    files = {"notices/a.yaml": NOTICE_YAML + "show: {until: 9999-12-31}\n", "notices/b.yaml": NOTICE_YAML}
    found = scan(write_folder(tmp_path, files))
    assert notices(found) == ["b"]
    assert [(one.file, one.line) for one in found.problems] == [("notices/a.yaml", 5)]


@pytest.mark.parametrize("units", ['"["', "2025-13-45", "many", "-1", "100"])
def test_a_number_that_is_none_costs_itself_and_not_the_folder(tmp_path: Path, units: str) -> None:
    found = scan(write_folder(tmp_path, {"village.yaml": VILLAGE_YAML.replace("units: 2", f"units: {units}")}))
    assert [(one.file, one.line) for one in found.problems] == [("village.yaml", 15)]


def test_one_id_in_two_files_is_told_and_the_folder_goes_on(tmp_path: Path) -> None:
    found = scan(write_folder(tmp_path, {"notices/a.yaml": NOTICE_YAML, "notices/a.yml": NOTICE_YAML}))
    assert notices(found) == ["a"]
    assert [one.file for one in found.problems] == ["notices/a.yml"]
    assert found.village
    assert compile_village(found.village)


def test_a_file_name_with_a_space_is_told_as_that(tmp_path: Path) -> None:
    found = scan(write_folder(tmp_path, {"notices/a b.yaml": NOTICE_YAML, "alerts/c d.yaml": ALERT_YAML}))
    assert [(one.file, "文件名" in str(one)) for one in found.problems] == [
        ("alerts/c d.yaml", True),
        ("notices/a b.yaml", True),
    ]


def test_a_title_of_blanks_is_told_as_that(tmp_path: Path) -> None:
    found = scan(write_folder(tmp_path, {"notices/a.yaml": "topic: 停水停电\ntitle: '  '\nto: [baizhuang]\n"}))
    assert [(one.file, one.line) for one in found.problems] == [("notices/a.yaml", 2)]


def test_editors_and_half_done_copies_are_not_looked_at(tmp_path: Path) -> None:
    strangers = {
        "README.md": "x",
        ".git/config": "x",
        ".DS_Store": "x",
        "notices/.a.yaml.swp": "x",
        "notices/.tmp-1": "x",
    }
    found = scan(write_folder(tmp_path, {**strangers, "notices/README.md": "x", "drafts/bad.yaml": "["}))
    assert lines(found) == []


def test_a_review_of_exactly_this_text_is_no_problem(tmp_path: Path) -> None:
    digest = text_digest(notice("a", body="明天停水"))
    review = f"review:\n  - {{by: 李四, step: 初审, at: 2026-11-30, sha256: {digest}}}\n"
    folder = write_folder(tmp_path, {"notices/a.yaml": NOTICE_YAML + review})
    assert lines(scan(folder)) == []
    write_folder(folder, {"notices/a.yaml": NOTICE_YAML.replace("明天", "后天") + review})
    assert [(one.file, one.line) for one in scan(folder).problems] == [("notices/a.yaml", 6)]


def test_a_notice_without_a_title_is_told_its_other_mistakes_as_well(tmp_path: Path) -> None:
    text = "titel: 停水\ntopic: 停电停水\nto: [baizhuang/nroth]\nshow: {from: 2026-13-10, daily: '25:00-xx'}\n"
    found = scan(write_folder(tmp_path, {"notices/a.yaml": text}))
    assert [(one.line, one.what[:5]) for one in found.problems] == [
        (1, "不认识 '"),
        (1, "缺少 't"),
        (2, "没有主题 "),
        (3, "没有地点 "),
        (4, "时段 '2"),
        (4, "时间 '2"),
    ]


ALARMS_YAML = """\
alarms:
  senders: [a@x, {sender: b@x, speaks_for: [a@x]}]
  areas: {"410804": [baizhuang], 开发区: baizhuang/south}
  cameras: {cam-1: [baizhuang/north]}
"""


def test_what_alarms_mean_here_is_read_and_unknown_places_are_told(tmp_path: Path) -> None:
    found = scan(write_folder(tmp_path, {"village.yaml": VILLAGE_YAML + ALARMS_YAML}))
    assert lines(found) == []
    assert found.village
    assert found.village.alarms.senders == {"a@x": (), "b@x": ("a@x",)}
    assert found.village.alarms.areas == {"410804": ("baizhuang",), "开发区": ("baizhuang/south",)}
    wrong = VILLAGE_YAML + ALARMS_YAML.replace("cam-1: [baizhuang/north]", "cam-1: [baizhuang/nroth]")
    (line,) = lines(scan(write_folder(tmp_path, {"village.yaml": wrong})))
    assert line == "village.yaml:20: 没有地点 'baizhuang/nroth'；是不是 'baizhuang/north'？"


def test_alerts_can_be_read_without_the_notices_and_an_unchanged_village_is_not_read_again(tmp_path: Path) -> None:
    files = {"alerts/storm.yaml": ALERT_YAML, "notices/bad.yaml": "titel: x\n"}
    first = scan(write_folder(tmp_path, files))
    quick = scan_alerts(tmp_path, None, None, first.setting)
    assert quick.setting is first.setting
    assert first.village
    assert quick.village
    assert (quick.village.alerts, quick.village.notices) == (first.village.alerts, ())
    write_folder(tmp_path, {"village.yaml": VILLAGE_YAML + "# 改了\n"})
    assert scan_alerts(tmp_path, None, None, first.setting).setting is not first.setting


def test_the_text_of_an_alert_is_judged_as_the_folder_would(tmp_path: Path) -> None:
    found = scan_alerts(write_folder(tmp_path))
    good, problems = judge_alert(found, "alerts/x.yaml", ALERT_YAML.encode())
    assert problems == []
    assert good
    assert (good.alert.id, good.to) == ("x", ("baizhuang",))
    bad, problems = judge_alert(found, "alerts/x.yaml", ALERT_YAML.replace("红色", "绿色").encode())
    assert bad is None
    assert len(problems) == 1
