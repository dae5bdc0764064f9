"""content.fleet.inbound: any bytes give a good report or are refused, and a screen speaks for itself only."""

import contextlib
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from content.errors import Reason, Refused
from content.fleet.inbound import newest_of, read_receipts, read_status, screen_topic
from content.manifest import encode
from content.reports import Hardware, Heartbeat, Receipt, Receipts, Status
from content.topics import RECEIPTS, STATUS
from tests.fakes import NOW, OURS

SERIES = "0123456789abcdef"


def receipt(sequence: int = 1, item: str = "water", **more: Any) -> Receipt:
    values: dict[str, Any] = {
        "kind": "notice",
        "publisher": OURS,
        "item": item,
        "digest": "a" * 16,
        "sequence": sequence,
    } | more
    return Receipt(**values)


def test_the_topics_of_reports_are_read_back() -> None:
    assert screen_topic(STATUS.of(screen="s1")) == ("s1", "status")
    assert screen_topic(RECEIPTS.of(screen="s1")) == ("s1", "receipts")


@pytest.mark.parametrize(
    "topic", ["", "window/v1/screens/s1", "window/v1/screens/S1/status", "window/v1/screens/a/b/status",
              "window/v1/screens/s1/command", "window/v2/screens/s1/status", "window/v1/screens//status"],
)  # fmt: skip
def test_other_topics_are_refused(topic: str) -> None:
    with pytest.raises(Refused) as refusal:
        screen_topic(topic)
    assert refusal.value.reason is Reason.WRONG_TOPIC


def test_a_screen_cannot_report_in_the_name_of_another() -> None:
    for read, message in (
        (read_status, encode(Status(screen="s2", online=True))),
        (read_receipts, encode(Receipts(screen="s2", series=SERIES, receipts=(), newest=0))),
    ):
        with pytest.raises(Refused) as refusal:
            read("s1", message)
        assert refusal.value.reason is Reason.WRONG_TOPIC


BAD = {
    "place": {"screen": "s1", "online": True, "place": "../x"},
    "newest": {"screen": "s1", "online": True, "receipts_newest": -1},
    "huge": {"screen": "s1", "online": True, "receipts_newest": 2**60},
    "counts": {"screen": "s1", "online": True, "refusals": {"x": -1}},
}


@pytest.mark.parametrize("status", BAD.values(), ids=BAD.keys())
def test_a_status_that_cannot_be_is_refused(status: dict[str, Any]) -> None:
    with pytest.raises(Refused):
        read_status("s1", msgspec.json.encode(status))


def test_what_a_screen_says_gives_no_order_to_an_admins_terminal() -> None:
    said, left = "\x1b[2J\x9b31mx\u202e", "[2J31mx"
    beat, hardware = Heartbeat(at=NOW, item=said), Hardware(model=said)
    status = Status(screen="s1", online=True, last_refusal=said, refusals={said: 2}, showing=beat, hardware=hardware)
    assert read_status("s1", encode(status)) == replace(
        status,
        last_refusal=left,
        refusals={left: 2},
        showing=replace(beat, item=left),
        hardware=replace(hardware, model=left),
    )


BAD_RECEIPTS = {
    "publisher": {"publisher": "A B"},
    "digest": {"digest": "zz"},
    "nul": {"item": "a\x00b"},
    "times": {"shown_times": -1},
    "seconds": {"shown_seconds": 1e300},
    "sequence": {"sequence": 2**60},
}


@pytest.mark.parametrize("values", BAD_RECEIPTS.values(), ids=BAD_RECEIPTS.keys())
def test_a_receipt_that_no_database_could_keep_is_refused(values: dict[str, Any]) -> None:
    batch = Receipts(screen="s1", series=SERIES, receipts=(receipt(**values),), newest=1)
    with pytest.raises(Refused):
        read_receipts("s1", encode(batch))


def test_a_time_without_zone_or_out_of_this_world_is_no_time() -> None:
    naive, ancient = datetime(2026, 1, 1), datetime(1, 1, 1, tzinfo=UTC)  # noqa: DTZ001 -- the very mistake
    batch = Receipts(screen="s1", series=SERIES, receipts=(receipt(received=naive, gone=ancient),), newest=1)
    (found,) = read_receipts("s1", encode(batch)).receipts
    assert (found.received, found.gone) == (None, None)


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(payload: bytes) -> None:
    for read in (read_status, read_receipts):
        with contextlib.suppress(Refused):
            read("s1", payload)


@given(st.lists(st.tuples(st.sampled_from("ab"), st.integers(1, 9)), max_size=20))
def test_of_each_row_the_newest_is_left_in_the_order_of_the_keys(rows: list[tuple[str, int]]) -> None:
    found = newest_of(("s1", SERIES, receipt(sequence, item)) for item, sequence in rows)
    wanted = {item: max(sequence for one, sequence in rows if one == item) for item, _ in rows}
    assert [(one.item, one.sequence) for _, _, one in found] == sorted(wanted.items())


def test_a_batch_says_how_far_it_is_complete() -> None:
    batch = Receipts(screen="s1", series=SERIES, receipts=(receipt(4), receipt(9, "b")), newest=12, after=3)
    assert batch.up_to == 9
    assert Receipts(screen="s1", series=SERIES, receipts=(), newest=12, after=12).up_to == 12
    assert read_receipts("s1", encode(batch)) == batch
