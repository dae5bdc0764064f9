"""The card's partitions and the firmware's texts."""

import pytest

from provisioning import firmware
from provisioning.layout import ALIGNMENT, MIB, SECTOR, SLOT_A, SLOT_B, WINDOW, lay_out, table
from provisioning.recipe import Recipe, Sizes


def recipe(window: int = 128, slot: int = 768) -> Recipe:
    sizes = Sizes(window=window, slot=slot)
    return Recipe(release="trixie", kernel="trixie", packages=("linux-image-arm64",), sizes=sizes)


@pytest.mark.parametrize(("window", "slot"), [(128, 768), (41, 333), (40, 4096)])
def test_partitions_are_aligned_and_never_overlap(window: int, slot: int) -> None:
    layout = lay_out(recipe(window, slot))
    assert [one.size for one in layout.places] == [window * MIB, slot * MIB, slot * MIB]
    assert all(one.start % ALIGNMENT == 0 for one in layout.places)
    ends = [one.start + one.size for one in layout.places]
    assert all(end <= after.start for end, after in zip(ends, layout.places[1:], strict=False))
    assert layout.size == ends[-1]
    assert layout.size < 2**32 * SECTOR


def test_both_slots_have_the_same_size_so_that_either_can_be_written_over_the_other() -> None:
    layout = lay_out(recipe())
    assert layout.place(SLOT_A).size == layout.place(SLOT_B).size


def test_the_image_fits_a_card_of_four_gigabytes_with_room_for_the_cache() -> None:
    assert lay_out(recipe()).smallest_card < 3_900_000_000


def test_the_table_leaves_the_fourth_partition_to_the_screen() -> None:
    lines = table(lay_out(recipe())).splitlines()
    assert lines[0] == "label: dos"
    assert lines[1] == "label-id: 0x57494e44"
    assert [line for line in lines if line.startswith("start=")] == [
        "start=8192, size=262144, type=0c, bootable",
        "start=270336, size=1572864, type=0c",
        "start=1843200, size=1572864, type=0c",
    ]


def test_no_two_partitions_have_the_same_serial_number() -> None:
    layout = lay_out(recipe())
    assert len({layout.volume_id(one.number) for one in layout.places}) == 3
    assert all(len(layout.volume_id(one.number)) == 8 for one in layout.places)


def test_each_slot_boots_its_own_root_quietly_and_restarts_after_a_panic() -> None:
    layout = lay_out(recipe())
    a, b = (firmware.command_line(layout, slot).split() for slot in (SLOT_A, SLOT_B))
    assert "window.slot=PARTUUID=57494e44-02" in a
    assert "window.slot=PARTUUID=57494e44-03" in b
    assert [one for one in a if one not in b] == ["window.slot=PARTUUID=57494e44-02"]
    assert {"boot=window", "quiet", "panic=10"} <= set(a)
    assert not any(one.startswith(("root=", "init=", "cma=")) for one in a)
    assert not any("tty1" in one or "serial" in one for one in a)
    assert firmware.command_line(layout, SLOT_A).count("\n") == 1  # the firmware reads one line


def test_the_firmware_boots_slot_a_and_tries_b_only_when_told() -> None:
    assert len(firmware.AUTOBOOT) <= 512
    assert firmware.AUTOBOOT.splitlines() == [
        "[all]", "tryboot_a_b=1", f"boot_partition={SLOT_A}", "[tryboot]", f"boot_partition={SLOT_B}",
    ]  # fmt: skip
    assert WINDOW == 1  # where the firmware looks first


def test_config_txt_names_the_files_of_the_slot() -> None:
    lines = firmware.CONFIG.splitlines()
    assert "kernel=vmlinuz" in lines
    assert "initramfs initrd.img followkernel" in lines
    assert all(len(line) <= 98 or line.startswith("#") for line in lines)  # the firmware's limit
