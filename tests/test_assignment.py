"""Assignments: screens.yaml signed, line by line; a screen believes those who may move it, and nothing older."""

from pathlib import Path

import pytest
from msgspec.structs import replace

from content.admission.assigning import Assignments
from content.assignment import Assignment, parse_verified_assignment
from content.display import DisplayConfig
from content.errors import Reason, Refused
from content.manifest import encode
from content.problem import Problem
from content.roster import Roster, RosterEntry
from content.signing import Key, Keyring, Power
from content.vouched import powerless
from kiosk.enrolment.assigned import Assigned, opened_assignment
from tests.fakes import DOORWAY, NOW, OURS, STREET, VILLAGE, key, keyring, publisher

ALL: tuple[Power, ...] = ("content", "alerts", "assignment")
SOUTH = "baizhuang/south"
RING = keyring(publisher(may=ALL), publisher(STREET, scope=(SOUTH,), may=ALL))


def assignment(place: str = SOUTH, revision: int = 5, by: str = OURS, screen: str = "s1") -> Assignment:
    return Assignment(screen=screen, place=place, publisher=by, revision=revision, issued=NOW)


def message(what: Assignment, by: str = "") -> bytes:
    return key(by or what.publisher).sign(encode(what))


def refusal(text: bytes, place: str = DOORWAY, ring: Keyring = RING) -> Reason:
    with pytest.raises(Refused) as refused:
        opened_assignment(text, ring, "s1", place)
    return refused.value.reason


def test_a_screen_believes_who_may_assign_where_it_hangs_and_where_it_goes() -> None:
    assert opened_assignment(message(assignment()), RING, "s1", DOORWAY) == assignment()
    assert opened_assignment(message(assignment(by=STREET)), RING, "s1", "") == assignment(by=STREET)
    assert opened_assignment(message(assignment(by=STREET)), RING, "s1", SOUTH) == assignment(by=STREET)


def test_nobody_pulls_a_screen_over_to_himself() -> None:
    assert refusal(message(assignment(by=STREET))) is Reason.OUT_OF_SCOPE
    assert refusal(message(assignment(place=VILLAGE, by=STREET)), SOUTH) is Reason.OUT_OF_SCOPE
    assert refusal(message(assignment(), by=STREET)) is Reason.OUT_OF_SCOPE
    assert refusal(message(assignment(), by="stranger")) is Reason.UNKNOWN_KEY
    assert refusal(message(assignment(screen="s2"))) is Reason.WRONG_TOPIC
    assert refusal(message(assignment()), ring=keyring(publisher())) is Reason.OUT_OF_SCOPE
    assert refusal(key(OURS).sign(b"{}")) is Reason.MALFORMED
    assert refusal(key(OURS).sign(encode(assignment()).replace(b"south", b"a/+"))) is Reason.MALFORMED
    forged = message(assignment()).replace(b'"sig":"', b'"sig":"AAAA')
    assert refusal(forged) is Reason.BAD_SIGNATURE


def test_an_older_assignment_is_refused_and_the_newest_survives_a_reboot(tmp_path: Path) -> None:
    path = tmp_path / "assignment.json"
    assigned = Assigned("s1", DOORWAY, path, RING)
    assert (assigned.place, assigned.offer(message(assignment()), RING), assigned.place) == (DOORWAY, True, SOUTH)
    assert not assigned.offer(message(assignment()), RING)
    for old in (assignment(VILLAGE, 4), assignment(VILLAGE, 5)):
        with pytest.raises(Refused) as refused:
            assigned.offer(message(old), RING)
        assert refused.value.reason is Reason.ROLLBACK
    again = Assigned("s1", DOORWAY, path, RING)
    assert (again.place, again.assignment) == (SOUTH, assignment())


def test_what_the_keyring_no_longer_vouches_for_is_forgotten_at_the_next_start(tmp_path: Path) -> None:
    path = tmp_path / "assignment.json"
    Assigned("s1", DOORWAY, path, RING).offer(message(assignment()), RING)
    assert Assigned("s1", DOORWAY, path, keyring(publisher())).place == DOORWAY
    assert not path.exists()
    path.write_bytes(b"rotten")
    assert Assigned("s1", DOORWAY, path, RING).place == DOORWAY


# The publisher's side.


def roster(**places: str) -> Roster:
    return Roster({screen: RosterEntry(place=place) for screen, place in places.items()})


def topic(screen: str) -> str:
    return f"window/v1/screens/{screen}/assignment"


def made(tmp_path: Path) -> Assignments:
    return Assignments(tmp_path, OURS, key(OURS))


def test_each_line_is_signed_once_and_a_changed_line_again(tmp_path: Path) -> None:
    ours = made(tmp_path)
    assert ours.update(roster(a=DOORWAY, b=SOUTH), RING, NOW).changed == [topic("a"), topic("b")]
    assert made(tmp_path).update(roster(a=DOORWAY, b=SOUTH), RING, NOW).changed == []
    turned = Roster({"a": RosterEntry(place=DOORWAY), "b": RosterEntry(place=SOUTH, display=DisplayConfig(rotate=90))})
    assert ours.update(turned, RING, NOW).changed == [topic("b")]
    found = opened_assignment(ours.messages[topic("b")], RING, "b", SOUTH)
    assert (found.place, found.display, found.revision) == (
        SOUTH,
        DisplayConfig(rotate=90),
        int(NOW.timestamp()) + 1,
    )


def test_a_list_with_mistakes_changes_nothing_and_one_without_power_says_so(tmp_path: Path) -> None:
    ours = made(tmp_path)
    ours.update(roster(a=DOORWAY), RING, NOW)
    before = dict(ours.messages)
    broken = Roster({}, [Problem("screens.yaml", 2, "错", "改")])
    assert (ours.update(broken, RING, NOW).changed, ours.emptied, ours.messages) == ([], set(), before)
    weak = keyring(publisher())
    assert ours.update(roster(b=SOUTH), weak, NOW).changed == []
    assert "assignment" in powerless(roster(b=SOUTH), weak, OURS, key(OURS))[0]
    assert powerless(roster(b=SOUTH), RING, OURS, key(OURS)) == []
    assert powerless(Roster(), weak, OURS, key(OURS)) == []


def test_of_a_screen_that_left_the_list_the_broker_keeps_nothing(tmp_path: Path) -> None:
    ours = made(tmp_path)
    ours.update(roster(a=DOORWAY, b=SOUTH), RING, NOW)
    gone = ours.update(roster(b=SOUTH), RING, NOW)
    assert gone.emptied == [topic("a"), "window/v1/screens/a/status"]
    assert ours.update(roster(a=DOORWAY, b=SOUTH), RING, NOW).emptied == []


def test_after_the_loss_of_its_state_a_publisher_outgrows_what_the_broker_has(tmp_path: Path) -> None:
    ours = made(tmp_path)
    ours.update(roster(a=DOORWAY), RING, NOW)
    newer = key(OURS).sign(encode(assignment(SOUTH, 2**40, screen="a")))
    ours.outgrow({topic("a"): newer, topic("x"): newer, "window/v1/places/x/content/y": b"nonsense"}, NOW)
    found = parse_verified_assignment(ours.messages[topic("a")])
    assert (found.place, found.revision) == (DOORWAY, 2**40 + 1)
    same = dict(ours.messages)
    ours.outgrow(same, NOW)
    assert ours.messages == same


def test_after_a_change_of_keys_everything_is_signed_again(tmp_path: Path) -> None:
    made(tmp_path).update(roster(a=DOORWAY), RING, NOW)
    other = Key.generate()
    changed = Assignments(tmp_path, OURS, other)
    entry = replace(RING.publishers[0], keys={other.id: other.public})
    assert changed.update(roster(a=DOORWAY), replace(RING, publishers=(entry,)), NOW).changed == [topic("a")]
