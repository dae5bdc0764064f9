"""screens.yaml: every kind of line is read, and `assign` changes one line and no other."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from content.display import DisplayConfig
from content.errors import FolderError
from content.folder import scan
from content.roster import RosterEntry, listed, read_roster, read_screens, with_screen
from tests.fakes import write_folder

TEXT = """\
# 名单，请按楼号排
screens:
  a1: village/north/b1/u1   # 门厅左边
  a2: {place: village/north/b1/u2, display: {rotate: 90}}

  # 新楼
  a3:
    place: village/north/b2/u1
    display: {kind: led, columns: 128, rows: 32, driver: hdmi}
# 末尾的话
"""


def test_a_screen_is_moved_by_one_line_and_comments_stay() -> None:
    for screen, was in (("a1", "north/b1/u1"), ("a2", "north/b1/u2"), ("a3", "north/b2/u1")):
        assert with_screen(TEXT, screen, "village/south") == TEXT.replace(f"village/{was}", "village/south")


def test_a_replacement_takes_the_line_of_the_old_screen_with_its_display() -> None:
    assert with_screen(TEXT, "n9", "village/north/b2/u1", "a3") == TEXT.replace("  a3:", "  n9:")
    assert with_screen(TEXT, "n9", "village/north/b1/u1", "a1") == TEXT.replace("  a1:", "  n9:")


def test_a_spare_that_hung_elsewhere_leaves_its_own_line() -> None:
    made = with_screen(TEXT, "a1", "village/north/b1/u2", "a2")
    assert list(listed(made)) == ["a1", "a3"]
    assert "# 新楼" in made


def test_a_new_screen_stands_below_the_others() -> None:
    lines = with_screen(TEXT, "b1", "village").splitlines()
    assert lines.index("  b1: village") == TEXT.splitlines().index("# 末尾的话")
    assert [line for line in lines if line != "  b1: village"] == TEXT.splitlines()


@pytest.mark.parametrize("text", ["", "# 空的\n", "screens:\n", "screens: {}\n", "screens:  # 还没有\n"])
def test_a_file_without_screens_gets_its_first(text: str) -> None:
    made = with_screen(text, "b1", "village/north")
    assert listed(made) == {"b1": "village/north"}
    assert "#" not in text or "# " in made


@pytest.mark.parametrize("text", ["screens: {a1: village/north}\n", "screens:\n  a1: [x\n", "screen:\n  a1: x\n"])
def test_a_file_that_is_written_otherwise_is_left_alone(text: str) -> None:
    with pytest.raises(FolderError):
        with_screen(text, "b1", "village")


NAMES = st.sampled_from(["a", "b", "ab", "a-b", "pi1"])
PLACES = st.sampled_from(["v", "v/a", "v/a-b", "v/a/b", "a"])


@given(st.dictionaries(NAMES, PLACES, max_size=4), NAMES, PLACES)
def test_whatever_the_list_only_that_screen_changes(screens: dict[str, str], screen: str, place: str) -> None:
    text = "screens:\n" + "".join(f"  {name}: {at}  # {at}\n" for name, at in screens.items())
    assert listed(with_screen(text, screen, place)) == screens | {screen: place}


def test_a_display_is_read_and_checked_with_its_line(tmp_path: Path) -> None:
    text = "screens:\n  a1: {place: baizhuang/north, display: {rotate: 90}}\n  a2: {place: baizhuang/south, wrong: 1}\n"
    folder = write_folder(tmp_path, {"screens.yaml": text})
    village = scan(folder).village
    assert village
    roster = read_screens(folder, village.places)
    assert roster.entries["a1"] == RosterEntry(place="baizhuang/north", display=DisplayConfig(rotate=90))
    assert [str(one)[:15] for one in roster.problems] == ["screens.yaml:3:"]
    assert read_roster(folder, village.places)[0] == {"a1": "baizhuang/north", "a2": "baizhuang/south"}
