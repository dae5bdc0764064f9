"""The card's last partition: made where there is none, grown where there is room, never made where something is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from kiosk.machine.partition import (
    ALIGNMENT,
    LEAST_BYTES,
    NUMBER,
    Checked,
    Entry,
    NotOurs,
    Step,
    Table,
    Wish,
    checked,
    steps,
    wish,
)

MIB = 2**20
THREE = (Entry(1, 4 * MIB, 128 * MIB), Entry(2, 132 * MIB, 1024 * MIB), Entry(3, 1156 * MIB, 1024 * MIB))
CARD = Table("dos", 16_000 * MIB, THREE)


def test_on_the_first_boot_the_rest_of_the_card_is_ours() -> None:
    assert wish(CARD) == Wish(2180 * MIB, (16_000 - 2180 - 1) * MIB, made=True)


def test_a_partition_that_fills_the_card_is_left_alone() -> None:
    found = wish(CARD)
    assert found
    assert wish(replace(CARD, entries=(*THREE, Entry(NUMBER, found.start, found.size)))) is None


def test_a_tiny_one_from_the_image_grows_where_it_stands() -> None:
    tiny = replace(CARD, entries=(*THREE, Entry(NUMBER, 2180 * MIB, 8 * MIB)))
    assert wish(tiny) == Wish(2180 * MIB, (16_000 - 2180 - 1) * MIB, made=False)


@pytest.mark.parametrize(
    "table",
    [
        replace(CARD, label="gpt"),
        replace(CARD, label=""),
        replace(CARD, entries=()),
        replace(CARD, entries=(*THREE, Entry(5, 2180 * MIB, MIB))),
        replace(CARD, entries=(*THREE, Entry(NUMBER, 1200 * MIB, 100 * MIB))),
        replace(CARD, card_bytes=2200 * MIB),
    ],
    ids=["gpt", "no table", "nothing on it", "a logical partition", "overlapping", "no room"],
)
def test_a_card_that_is_not_laid_out_as_ours_is_not_touched(table: Table) -> None:
    with pytest.raises(NotOurs):
        wish(table)


@given(st.integers(1, 4000), st.integers(0, 300_000))
def test_what_is_made_lies_behind_the_others_and_on_the_card(begin_mib: int, room_mib: int) -> None:
    table = Table("dos", (begin_mib + room_mib) * MIB + 12345 * 512, (Entry(1, 4 * MIB, begin_mib * MIB),))
    try:
        found = wish(table)
    except NotOurs:
        assert room_mib < 2 * LEAST_BYTES // MIB
        return
    assert found
    assert found.start % ALIGNMENT == 0
    assert table.entries[0].end <= found.start
    assert found.start + found.size <= table.card_bytes
    assert wish(replace(table, entries=(*table.entries, Entry(NUMBER, found.start, found.size)))) is None


def test_a_file_system_that_is_there_is_formatted_only_when_every_repair_has_failed() -> None:
    assert steps("ext4", made=False) == (Step.CHECK, Step.REPAIR, Step.BACKUP, Step.FORMAT)
    assert steps("", made=False) == (Step.FORMAT,)
    assert steps("vfat", made=True) == (Step.FORMAT,), "of the card's earlier life: we have just made the partition"


@pytest.mark.parametrize("kind", ["vfat", "ntfs", "btrfs", "LVM2_member"])
def test_what_somebody_else_keeps_there_is_not_formatted(kind: str) -> None:
    with pytest.raises(NotOurs):
        steps(kind, made=False)


def test_only_e2fsck_s_own_word_of_damage_counts_as_damage() -> None:
    statuses = {0: Checked.GOOD, 1: Checked.REPAIRED, 2: Checked.REPAIRED, 4: Checked.DAMAGED, 8: Checked.DAMAGED}
    unknown = dict.fromkeys((16, 32, 128, -9), Checked.UNKNOWN)
    assert {status: checked(status) for status in statuses | unknown} == statuses | unknown
