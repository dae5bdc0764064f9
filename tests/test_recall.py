"""content.recall and content.roster: a recalled file keeps who and why; the list of screens is checked."""

from datetime import datetime
from pathlib import Path

import pytest
import yaml

from content.errors import FolderError
from content.folder import scan
from content.recall import move_to_recalled
from content.roster import read_roster
from tests.fakes import NOTICE_YAML, write_folder

AT = datetime(2026, 12, 1, 9, 30)  # noqa: DTZ001 -- local, as written in files


def test_the_file_goes_to_recalled_with_who_when_and_why(tmp_path: Path) -> None:
    folder = write_folder(tmp_path, {"notices/water.yaml": NOTICE_YAML})
    target = move_to_recalled(folder, folder / "notices/water.yaml", by='李"四', why="日期: 写错了\n第二行", at=AT)
    assert target == folder / "recalled/water.yaml"
    assert not (folder / "notices/water.yaml").exists()
    text = target.read_text()
    assert text.startswith(NOTICE_YAML)
    assert yaml.safe_load(text)["recalled"] == {"by": '李"四', "at": AT, "why": "日期: 写错了\n第二行"}


def test_a_folder_with_recalled_notices_is_in_order_and_they_are_not_published(tmp_path: Path) -> None:
    folder = write_folder(tmp_path, {"notices/water.yaml": NOTICE_YAML})
    move_to_recalled(folder, folder / "notices/water.yaml", by="甲", why="误发", at=AT)
    found = scan(folder)
    assert found.problems == []
    assert found.village is not None
    assert found.village.notices == ()


def test_a_recalled_notice_that_is_put_back_says_what_to_delete(tmp_path: Path) -> None:
    folder = write_folder(tmp_path, {"notices/water.yaml": NOTICE_YAML})
    recalled = move_to_recalled(folder, folder / "notices/water.yaml", by="甲", why="误发", at=AT)
    recalled.rename(folder / "notices/water.yaml")
    assert [str(problem) for problem in scan(folder).problems] == [
        "notices/water.yaml:5: 不认识 'recalled'；这条撤回过；要重新发布，删去 recalled 和它下面几行",
    ]


def test_a_second_recall_of_the_same_name_keeps_the_first(tmp_path: Path) -> None:
    folder = write_folder(tmp_path, {"notices/water.yaml": NOTICE_YAML})
    for why in ("一", "二", "三"):
        (folder / "notices/water.yaml").write_text(NOTICE_YAML)
        move_to_recalled(folder, folder / "notices/water.yaml", by="甲", why=why, at=AT)
    found = {path.name: yaml.safe_load(path.read_text())["recalled"]["why"] for path in (folder / "recalled").iterdir()}
    assert found == {"water.yaml": "一", "water.2.yaml": "二", "water.3.yaml": "三"}


def test_what_cannot_be_read_stays_where_it_is(tmp_path: Path) -> None:
    with pytest.raises(FolderError, match="没有撤回"):
        move_to_recalled(tmp_path, tmp_path / "notices/none.yaml", by="甲", why="x", at=AT)


def roster(tmp_path: Path, text: str) -> tuple[dict[str, str], list[str]]:
    folder = write_folder(tmp_path, {"screens.yaml": text})
    village = scan(folder).village
    assert village is not None
    found, problems = read_roster(folder, village.places)
    return found, [str(problem) for problem in problems]


def test_the_list_of_screens_is_read(tmp_path: Path) -> None:
    text = "screens:\n  b3-u1: baizhuang/north/w012/b3/u1\n  b3-u2: baizhuang/north/w012/b3/u2\n"
    assert roster(tmp_path, text) == (
        {"b3-u1": "baizhuang/north/w012/b3/u1", "b3-u2": "baizhuang/north/w012/b3/u2"}, []
    )  # fmt: skip
    assert scan(tmp_path).problems == []


def test_mistakes_in_it_cost_their_line_only(tmp_path: Path) -> None:
    text = "screens:\n  B3: baizhuang/north\n  b4: baizhuang/nord\n  b5: baizhuang/north\n"
    found, problems = roster(tmp_path, text)
    assert found == {"b5": "baizhuang/north"}
    assert [problem.split(":")[:2] for problem in problems] == [["screens.yaml", "2"], ["screens.yaml", "3"]]
    assert "baizhuang/north" in problems[1]


def test_without_the_list_there_is_none(tmp_path: Path) -> None:
    assert read_roster(tmp_path, {}) == ({}, [])
