"""The wire is one table, and no name can leave its topic."""

import pytest

from content.errors import BadName
from content.topics import ALERTS, ASSIGNMENT, BY_KIND, COMMAND, CONTENT, RECEIPTS, STATUS
from tests.fakes import DOORWAY, OURS


def test_the_table_is_the_one_that_was_decided() -> None:
    table = {
        CONTENT.of(place=DOORWAY, publisher=OURS): (1, True),
        ALERTS.of(place=DOORWAY, publisher=OURS): (1, True),
        ASSIGNMENT.of(screen="s1"): (1, True),
        COMMAND.of(screen="s1"): (1, False),
        STATUS.of(screen="s1"): (1, True),
        RECEIPTS.of(screen="s1"): (1, False),
    }
    assert table == {
        f"window/v1/places/{DOORWAY}/content/{OURS}": (CONTENT.qos, CONTENT.retain),
        f"window/v1/places/{DOORWAY}/alerts/{OURS}": (ALERTS.qos, ALERTS.retain),
        "window/v1/screens/s1/assignment": (ASSIGNMENT.qos, ASSIGNMENT.retain),
        "window/v1/screens/s1/command": (COMMAND.qos, COMMAND.retain),
        "window/v1/screens/s1/status": (STATUS.qos, STATUS.retain),
        "window/v1/screens/s1/receipts": (RECEIPTS.qos, RECEIPTS.retain),
    }


def test_a_command_is_never_retained_or_it_would_run_again() -> None:
    assert not COMMAND.retain


def test_only_content_and_alerts_carry_manifests() -> None:
    assert BY_KIND == {"content": CONTENT, "alerts": ALERTS}


@pytest.mark.parametrize("name", ["", "+", "#", "a/b", "a.b", "A", "a b", "../x", "{screen}"])
def test_a_name_that_would_reach_other_topics_is_refused(name: str) -> None:
    with pytest.raises(BadName):
        STATUS.of(screen=name)
    with pytest.raises(BadName):
        CONTENT.of(place=DOORWAY, publisher=name)
    if name != "a/b":
        with pytest.raises(BadName):
            CONTENT.of(place=name, publisher=OURS)


def test_a_place_named_like_a_part_of_the_topic_is_refused() -> None:
    with pytest.raises(BadName):
        CONTENT.of(place="baizhuang/content/x", publisher=OURS)
