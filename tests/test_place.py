"""Places: what a path may be, and how two relate."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from content.errors import BadName
from content.place import ancestry, building, check_level, check_path, depth, is_within
from tests.fakes import DOORWAY

LEVELS = st.builds(str.__add__, st.sampled_from("abz059"), st.text("abz059-", max_size=20))
PATHS = st.lists(LEVELS, min_size=1, max_size=8).map("/".join)

BAD_LEVELS = {
    "empty": "",
    "a separator": "a/b",
    "a wildcard for one level": "+",
    "a wildcard for the rest": "#",
    "a dot, which NATS refuses": "a.b",
    "up one folder": "..",
    "a space": "a b",
    "a capital": "B3",
    "Chinese": "北区",
    "a hyphen first": "-a",
    "a new line at the end": "a\n",
    "a digit of another script": "b３",
    "a NUL": "a\0",
    "too long": "a" * 64,
    "a system topic": "$SYS",
}


@pytest.mark.parametrize("name", BAD_LEVELS.values(), ids=BAD_LEVELS.keys())
def test_a_level_that_the_wire_cannot_carry_is_refused(name: str) -> None:
    with pytest.raises(BadName):
        check_level(name)


BAD_PATHS = {
    "empty": "",
    "a slash first": "/baizhuang",
    "a slash last": "baizhuang/",
    "two slashes": "baizhuang//north",
    "the word content": "baizhuang/content/b1",
    "the word alerts": "alerts",
    "nine levels": "/".join("abcdefghi"),
    "up one folder": "baizhuang/../other",
}


@pytest.mark.parametrize("path", BAD_PATHS.values(), ids=BAD_PATHS.keys())
def test_a_path_that_could_escape_its_topic_is_refused(path: str) -> None:
    with pytest.raises(BadName):
        check_path(path)


@given(PATHS)
def test_a_good_path_is_given_back_unchanged(path: str) -> None:
    assert check_path(path) == path


@given(st.text(max_size=100))
def test_any_text_is_a_path_or_bad_name(text: str) -> None:
    with contextlib.suppress(BadName):
        assert check_path(text) == text


@given(PATHS)
def test_ancestry_runs_from_the_root_to_the_place_itself(path: str) -> None:
    steps = ancestry(path)
    assert [depth(step) for step in steps] == list(range(1, depth(path) + 1))
    assert steps[-1] == path
    assert all(is_within(path, step) for step in steps)


@given(PATHS, PATHS)
def test_a_place_is_within_exactly_its_ancestry(path: str, other: str) -> None:
    assert is_within(path, other) == (other in ancestry(path))


def test_a_name_that_only_begins_alike_is_another_place() -> None:
    assert not is_within("baizhuang/north2", "baizhuang/north")


def test_the_building_of_a_doorway_is_the_fourth_level() -> None:
    assert building(DOORWAY) == "baizhuang/north/w012/b3"
    assert building("baizhuang/north") == "baizhuang/north"
