"""`content alert` and its neighbours, as far as they need no broker: what is asked, refused, written and printed."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from content.__main__ import main, parser
from content.alarms.cap import parse_cap
from content.alert_commands import compose
from content.alert_file import alert_text, ending, new_id
from content.alert_words import by_block, doorways, reach
from content.authored import AlertFile
from content.document import read
from content.folder import scan
from tests.cap_samples import ALARM_VILLAGE, FOLDER, changed
from tests.fakes import ALERT_YAML, NOW, write_folder

FIRE = [
    "--to", "baizhuang/north", "--level", "红", "--event", "火情", "--headline", "3号楼发生火情",
    "--instruction", "走楼梯向下撤离，不乘电梯", "--instruction", "湿毛巾捂口鼻", "--expires", "2h",
]  # fmt: skip


def run(*arguments: object) -> int:
    return main([str(one) for one in arguments])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_folder(tmp_path / "village", {"village.yaml": ALARM_VILLAGE, "alerts/storm.yaml": ALERT_YAML})


def files(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*.yaml"))


BEFORE = ["alerts/storm.yaml", "village.yaml"]


def test_without_a_terminal_and_without_yes_nothing_is_done(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("alert", folder, *FIRE) == 1
    captured = capsys.readouterr()
    assert "〔真实警报〕红色（特别严重） 火情：3号楼发生火情" in captured.out
    assert "发到 2 个门口：北区 2" in captured.out
    assert "--yes" in captured.err
    assert files(folder) == BEFORE


def test_a_drill_is_asked_about_too_and_says_that_it_is_one(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("alert", folder, *FIRE, "--exercise") == 1
    assert "〔演练〕" in capsys.readouterr().out
    assert files(folder) == BEFORE


def test_every_mistake_is_told_at_once(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    wrong = ["--to", "baizhuang/nroth,baizhuang", "--level", "绿", "--headline", "长" * 41, "--expires", "soon"]
    assert run("alert", folder, *wrong, "--yes") == 1
    told = capsys.readouterr().err
    for word in ("--expires 'soon'", "缺少 --event", "太长，最多 40", "没有地点 'baizhuang/nroth'", "级别 '绿'"):
        assert word in told
    assert files(folder) == BEFORE


@pytest.mark.parametrize("expires", ["2020-01-01T10:00", "0m", "999999天"])
def test_an_end_that_has_passed_or_never_comes_is_refused(folder: Path, expires: str) -> None:
    assert run("alert", folder, *FIRE[:-1], expires, "--yes") == 1
    assert files(folder) == BEFORE


def composed(folder: Path, *arguments: str) -> AlertFile:
    """The file that `content alert` would write."""
    village = scan(folder).village
    assert village
    _, text, problems = compose(parser().parse_args(["alert", str(folder), *arguments]), village, NOW)
    assert problems == []
    document = read("x", text.encode(), AlertFile)
    assert document.problems == []
    assert document.value
    return document.value


def test_an_alert_is_written_in_local_time_with_a_step_a_line(folder: Path) -> None:
    fire = composed(folder, *FIRE)
    assert (fire.issued, fire.expires) == ("2026-12-01T09:00:00", "2026-12-01T11:00:00")
    assert fire.instruction == "走楼梯向下撤离，不乘电梯\n湿毛巾捂口鼻"
    assert (fire.to, fire.exercise, fire.origin) == (("baizhuang/north",), False, None)


def test_an_update_changes_what_is_named_and_remembers_when_it_was_issued(folder: Path) -> None:
    first = composed(folder, "--update", "storm", "--headline", "雨小了", "--level", "黄")
    assert (first.headline, first.level, first.event, first.to) == ("雨小了", "黄", "暴雨", ("baizhuang",))
    assert (first.issued, first.updates) == ("2026-12-01T09:00:00", ("2026-12-01T08:00",))
    (folder / "alerts/storm.yaml").write_text(alert_text(first))
    second = composed(folder, "--update", "storm", "--expires", "21:00")
    assert second.updates == ("2026-12-01T08:00", "2026-12-01T09:00:00")
    assert second.expires == "2026-12-01T21:00:00"


def test_an_id_that_is_none_names_the_likely_one(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for option in ("--cancel", "--update"):
        assert run("alert", folder, option, "strom", "--yes") == 1
        assert "是不是 'storm'？" in capsys.readouterr().err
    assert run("alert", folder, "--confirm", "storm", "--yes") == 1
    assert "drafts/ 里没有" in capsys.readouterr().err


def test_ends_are_written_as_people_say_them() -> None:
    here = NOW.replace(tzinfo=None)
    for text, minutes in (("2h", 120), ("90m", 90), ("90分钟", 90), ("2小时", 120), ("1d", 1440), ("02:00", 60)):
        assert (ending(text, here) - here).total_seconds() == minutes * 60
    assert ending("00:30", here).day == here.day + 1
    for text in ("", "h", "2 Stunden", "25:00", "soon"):
        with pytest.raises(ValueError, match="看不懂"):
            ending(text, here)


def test_a_new_id_is_the_day_and_the_event_and_was_never_used() -> None:
    day = NOW.replace(tzinfo=None)
    assert new_id("火情", day, set()) == "2026-12-01-火情"
    assert new_id("火情", day, {"2026-12-01-火情", "2026-12-01-火情-2"}) == "2026-12-01-火情-3"
    assert new_id(" ../a b\\", day, set()) == "2026-12-01-a-b"
    assert new_id("/", day, set()) == "2026-12-01"


def test_doorways_are_counted_where_screens_hang(folder: Path) -> None:
    village = scan(folder).village
    assert village
    assert doorways(village, ["baizhuang/north/w012", "baizhuang/south"]) == [
        "baizhuang/north/w012/b3/u1",
        "baizhuang/north/w012/b3/u2",
        "baizhuang/south",
    ]
    assert by_block(village, doorways(village, ["baizhuang"])) == {"北区": 2, "南区": 1}
    assert reach(village, ["baizhuang"]) == "3 个门口：北区 2、南区 1"


def test_a_cap_file_can_be_put_among_the_drafts(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    now = datetime.now(UTC)
    times = (("2026-12-01T08:50:00+08:00", now), ("2026-12-01T14:50:00+08:00", now + timedelta(hours=6)))
    message = changed("rain", *((before, f"{after:%Y-%m-%dT%H:%M:%S}-00:00") for before, after in times))
    (folder / "rain.xml").write_bytes(message)
    assert run("cap-import", folder, folder / "rain.xml", "--draft") == 1  # nobody said yes
    assert "暴雨橙色预警" in capsys.readouterr().out
    assert files(folder) == BEFORE
    assert run("cap-import", folder, folder / "rain.xml", "--draft", "--yes") == 0
    assert len(files(folder)) == len(BEFORE) + 1
    assert run("cap-import", folder, folder / "rain.xml", "--draft", "--yes") == 0
    assert "以前收过了" in capsys.readouterr().out


def test_a_cap_file_is_shown_before_anybody_is_asked(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("cap-import", folder, FOLDER / "oasis-thunderstorm.xml", "--yes") == 1
    assert "KSTO@NWS.NOAA.GOV" in capsys.readouterr().err
    assert run("cap-import", folder, folder / "village.yaml", "--yes") == 1
    assert "XML" in capsys.readouterr().err
    assert files(folder) == BEFORE


@pytest.mark.parametrize("url", ["http://weather.example/x.xml", "ftp://127.0.0.1/x", "file:///etc/passwd"])
def test_a_url_must_be_https(folder: Path, capsys: pytest.CaptureFixture[str], url: str) -> None:
    assert run("cap-import", folder, url, "--yes") == 1
    assert "https" in capsys.readouterr().err


def test_an_alert_is_exported_and_an_ended_one_as_its_cancel(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("cap-export", folder, "storm") == 0
    message = parse_cap(capsys.readouterr().out.encode())
    assert (message.message, message.sender, message.infos[0].severity) == ("Alert", "village-committee", "Extreme")
    (folder / "ended").mkdir()
    (folder / "alerts/storm.yaml").rename(folder / "ended/storm.yaml")
    assert run("cap-export", folder, "storm", "--out", folder / "x.xml", "--sender", "me") == 0
    ended = parse_cap((folder / "x.xml").read_bytes())
    assert (ended.message, [one.identifier for one in ended.references]) == ("Cancel", ["storm"])


def test_tokens_are_made_listed_and_removed(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("alarm-token", folder, "camera") == 0
    secret = capsys.readouterr().out.splitlines()[0]
    assert run("alarm-token", folder) == 0
    listed = capsys.readouterr().out
    assert "camera  进 drafts/ 等人确认" in listed
    assert secret not in listed
    assert run("alarm-token", folder, "camera", "--remove") == 0
    assert run("alarm-token", folder, "Camera 1") == 1
    assert run("alarm-token", folder, "fire", "--sender", "stranger@x") == 1
    assert "senders" in capsys.readouterr().err
