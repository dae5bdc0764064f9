"""The status and the heartbeat."""

from pathlib import Path

import msgspec
import pytest

from content.errors import Reason, Refused
from content.manifest import encode
from content.reports import Heartbeat, PowerSent, Status
from kiosk.health import HEARTBEAT, Refusals, read_heartbeat, write_heartbeat
from tests.fakes import NOW

BEAT = Heartbeat(at=NOW, pointer="abc", item="water", page=1, pages=3, frames=7)


def test_the_agent_reads_what_the_player_wrote(tmp_path: Path) -> None:
    assert read_heartbeat(tmp_path) is None
    write_heartbeat(tmp_path, Heartbeat(at=NOW))
    write_heartbeat(tmp_path, BEAT)
    assert read_heartbeat(tmp_path) == BEAT
    assert [path.name for path in tmp_path.iterdir()] == [HEARTBEAT]


def test_darkness_and_what_was_sent_to_the_panel_reach_the_status(tmp_path: Path) -> None:
    sent = PowerSent(way="cec", word="关", at=NOW, outcome="已发出")
    beat = Heartbeat(at=NOW, lit=False, brightness=30, theme="dark", held=False, power=(sent,))
    write_heartbeat(tmp_path, beat)
    status = Status(screen="s1", online=True, showing=read_heartbeat(tmp_path))
    assert msgspec.json.decode(encode(status), type=Status).showing == beat


def test_a_heartbeat_of_an_older_or_a_newer_player_is_read(tmp_path: Path) -> None:
    (tmp_path / HEARTBEAT).write_bytes(b'{"at":"2026-12-01T01:00:00Z","item":"a","mood":"good"}')
    assert read_heartbeat(tmp_path) == Heartbeat(at=NOW, item="a")


@pytest.mark.parametrize("rot", [b"", b"{", b"[]", b'{"at":"now"}', b"\xff\xfe", b'{"at":"\xff"}', b"[" * 100_000])
def test_half_a_heartbeat_is_none_and_no_crash(tmp_path: Path, rot: bytes) -> None:
    (tmp_path / HEARTBEAT).write_bytes(rot)
    assert read_heartbeat(tmp_path) is None


def test_refusals_are_counted_by_reason_and_the_last_one_is_told() -> None:
    refusals = Refusals()
    for reason in (Reason.ROLLBACK, Reason.UNKNOWN_KEY, Reason.ROLLBACK):
        refusals.note(Refused(reason, "why"))
    refusals.note_too_large(10_000_000)
    assert refusals.counts == {"rollback": 2, "unknown-key": 1, "too-large": 1}
    assert refusals.last == "too-large: 10000000 bytes"


def test_an_attacker_cannot_make_the_status_long() -> None:
    refusals = Refusals()
    refusals.note(Refused(Reason.MALFORMED, "x" * 100_000))
    assert len(refusals.last) <= 200


def test_a_status_survives_the_wire() -> None:
    status = Status(
        screen="s1", online=True, at=NOW, revisions={"a": 1}, refusals={"rollback": 2}, showing=BEAT, clock_trusted=True
    )
    assert msgspec.json.decode(encode(status), type=Status) == status


def test_the_last_will_says_offline_and_nothing_that_could_be_stale() -> None:
    assert msgspec.json.decode(encode(Status(screen="s1", online=False))) == {"screen": "s1", "online": False}
