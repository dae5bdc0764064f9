"""The commands about screens, beside a publisher that is not running: clear words, never a traceback."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from content.__main__ import main
from content.errors import FolderError
from content.fleet.asking import require_power
from content.fleet.coverage import items_of
from content.fleet.intake import Batch
from content.fleet.records import Records, WatchState, default_url
from content.fleet.table import learned
from content.folder import scan
from content.manifest import encode
from content.reports import Heartbeat, Receipt, Status, item_digest
from content.signing import Key, Keyring, verify_keyring
from content.vouched import key_path
from tests.fakes import ALERT_YAML, NOTICE_YAML, OURS, write_folder

SERIES = "0123456789abcdef"
U1, U2 = "baizhuang/north/w012/b3/u1", "baizhuang/north/w012/b3/u2"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_folder(tmp_path / "v", {"notices/water.yaml": NOTICE_YAML, "alerts/storm.yaml": ALERT_YAML})


@pytest.fixture
def watched(folder: Path) -> Iterator[Path]:
    """Two screens, of which one shows the notice; the collector spoke just now."""
    now = datetime.now(UTC)
    village = scan(folder).village
    assert village is not None
    records = Records(default_url(folder))
    records.prepare()
    records.note_published(OURS, items_of(village, now), ("alert", "notice"), now)
    batch = Batch()
    for name, place in (("s1", U1), ("s2", U2)):
        status = Status(
            screen=name, online=True, place=place, at=now, clock_trusted=True, showing=Heartbeat(at=now, item="water"),
            receipts_series=SERIES,
        )  # fmt: skip
        screen = learned(None, status, now, 1000.0, fresh=True)
        assert screen is not None
        batch.screens[name] = screen
    batch.screens["s2"] = replace(batch.screens["s2"], heard_at=0.0)
    digest = item_digest(village.notices[0].notice)
    shown = Receipt(kind="notice", publisher=OURS, item="water", digest=digest, sequence=1, first_shown=now)
    batch.receipts.append(("s1", SERIES, shown))
    records.store(batch, now)
    records.note_watch(WatchState(publisher=OURS, at=now, listened_seconds=1000.0, connected=True))
    yield folder
    records.close_thread()


def run(*arguments: object) -> int:
    return main([str(one) for one in arguments])


@pytest.mark.parametrize("command", [("screens",), ("coverage", "water"), ("watch", "--seconds", "0.1")])
def test_without_records_people_are_told_what_to_do(
    folder: Path, command: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(command[0], folder, *command[1:]) == 1
    assert "先运行 python -m content serve" in capsys.readouterr().err


@pytest.mark.parametrize("command", [("screens",), ("coverage", "water")])
def test_a_broken_database_is_told_in_one_line(
    folder: Path, command: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / ".publisher").mkdir()
    (folder / ".publisher/records.sqlite3").write_bytes(b"rubbish" * 999)
    assert run(command[0], folder, *command[1:]) == 1
    errors = capsys.readouterr().err
    assert "记录数据库用不了" in errors
    assert "Traceback" not in errors


def test_the_table_says_who_is_lost_in_words(watched: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("screens", watched) == 0
    out = capsys.readouterr().out
    assert "共 2 块屏：失联 1、正常 1" in out
    lost, fine = (line for line in out.splitlines() if "单元" in line)
    assert "失联" in lost
    assert "s2" in lost
    assert "正常" in fine
    assert "north" not in out, "places by name, not by path"


def test_the_table_for_programs(watched: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("screens", watched, "--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert {one["screen"]: one["condition"] for one in found["screens"]} == {"s1": "online", "s2": "lost"}


def test_a_collector_that_stopped_is_said_and_its_last_moment_shown(
    watched: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    long_ago = datetime.now(UTC) - timedelta(hours=5)
    Records(default_url(watched)).note_watch(
        WatchState(publisher=OURS, at=long_ago, listened_seconds=1000.0, connected=True)
    )
    assert run("screens", watched) == 0
    out = capsys.readouterr().out
    assert "采集程序没有运行" in out
    assert "正常 1" in out


def test_coverage_names_the_missing_place_and_whom_to_call(watched: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("coverage", watched, "water") == 0
    out = capsys.readouterr().out
    assert "应显示 2 块屏，已显示 1，收到未显示 0，没有送到 1" in out
    (line,) = (line for line in out.splitlines() if "2单元" in line)
    assert "张三（示例）" in line
    assert "0391-0000000" in line
    assert run("coverage", watched, "water", "--walk") == 0
    assert "□ 北区 第12微网格 3号楼 2单元" in capsys.readouterr().out
    assert run("coverage", watched, "water", "--json") == 0
    assert json.loads(capsys.readouterr().out)["counts"] == {"shown": 1, "missing": 1}


def test_a_slip_in_the_id_gets_a_hint(watched: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("coverage", watched, "watr") == 1
    assert "是不是 'water'" in capsys.readouterr().err


def test_watch_shows_the_same_table(watched: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("watch", watched, "--seconds", "0.01") == 0
    assert "失联" in capsys.readouterr().out


def test_a_screen_that_was_taken_down_is_listed_no_more(watched: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("screens", watched, "--retire", "s2") == 0
    assert run("screens", watched, "--retire", "s9") == 1
    capsys.readouterr()
    assert run("screens", watched) == 0
    assert "共 1 块屏：正常 1" in capsys.readouterr().out


def test_one_that_the_list_still_names_is_listed_until_its_line_is_gone(
    watched: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (watched / "screens.yaml").write_text(f"screens:\n  s1: {U1}\n  s2: {U2}\n")
    assert run("screens", watched, "--retire", "s2") == 0
    assert "还列在 screens.yaml 里：删掉那一行" in capsys.readouterr().out
    assert run("screens", watched) == 0
    assert "共 2 块屏：从未上线 1、正常 1" in capsys.readouterr().out
    (watched / "screens.yaml").write_text(f"screens:\n  s1: {U1}\n")
    assert run("screens", watched) == 0
    assert "共 1 块屏：正常 1" in capsys.readouterr().out


def without_command(folder: Path) -> Key:
    """A folder from before there were commands."""
    main(["init", str(folder)])
    keyring = verify_keyring((folder / "keyring.json").read_bytes(), None)
    (own,) = keyring.publishers
    old = replace(keyring, publishers=(replace(own, may=("content", "alerts")),))
    assert isinstance(old, Keyring)
    (folder / "keyring.json").write_bytes(Key.load(folder / "keys/root.pem").sign(encode(old)))
    return Key.load(key_path(folder, OURS))


def test_an_old_folder_is_told_how_to_get_the_power_to_command_and_that_works(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    key = without_command(folder)
    with pytest.raises(FolderError) as error:
        require_power(folder, OURS, key)
    advice = str(error.value).splitlines()[1].split()
    assert advice[:3] == ["python", "-m", "content"]
    assert main(advice[3:]) == 0, capsys.readouterr().err
    require_power(folder, OURS, key)


def test_ones_own_powers_are_never_taken_away_by_trust(folder: Path) -> None:
    without_command(folder)
    before = (folder / "keyring.json").read_bytes()
    assert run("trust", folder, folder / f"keys/{OURS}.pub", "--scope", "baizhuang", "--may", "command") == 1
    assert run("trust", folder, folder / f"keys/{OURS}.pub", "--scope", "baizhuang/north", "--replace",
               "--may", "content,alerts,command") == 1  # fmt: skip
    assert (folder / "keyring.json").read_bytes() == before


def test_a_screen_cannot_be_commanded_to_do_just_anything(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        run("screen", folder, "s1", "rm -rf")
    with pytest.raises(SystemExit):
        run("recall", folder, "water")
    assert "--why" in capsys.readouterr().err


def test_check_tells_mistakes_in_the_list_of_screens(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "screens.yaml").write_text("screens:\n  s1: baizhuang/nort\n")
    assert run("check", folder, "--quick") == 1
    assert "screens.yaml:2: 没有地点 'baizhuang/nort'；是不是 'baizhuang/north'？" in capsys.readouterr().out


def test_brackets_that_a_screen_reports_are_only_brackets(watched: Path, capsys: pytest.CaptureFixture[str]) -> None:
    now, said = datetime.now(UTC), "[/x] [link=https://evil.example]y[/link]"
    status = Status(screen="s1", online=True, place=U1, at=now, showing=Heartbeat(at=now, item=said))
    batch = Batch()
    screen = learned(None, status, now, 1000.0, fresh=True)
    assert screen is not None
    batch.screens["s1"] = screen
    records = Records(default_url(watched))
    records.store(batch, now)
    records.close_thread()
    assert main(["screens", str(watched)]) == 0
    shown = "".join(capsys.readouterr().out.split())
    assert "[/x]" in shown
    assert "evil.example" in shown
