"""Which disks may be erased: each reason against it, all at once."""

import json
from typing import Any

import pytest

from provisioning.disks import Leave, NoSuchDisk, amount, desktop_mounts, find, parse, reasons

IMAGE = 2 * 10**9


def listed(**changes: Any) -> dict[str, Any]:
    """A 32 GB card in a USB reader, as lsblk tells it."""
    card = {
        "name": "sdb", "path": "/dev/sdb", "type": "disk", "size": 31_914_983_424, "model": "STORAGE DEVICE ",
        "serial": "000", "tran": "usb", "rm": True, "hotplug": True, "ro": False, "label": None, "fstype": None,
        "mountpoints": [None],
    }  # fmt: skip
    return {**card, **changes}


def part(at: str | None = None, **changes: Any) -> dict[str, Any]:
    return listed(name="sdb1", path="/dev/sdb1", type="part", mountpoints=[at], **changes)


def why(leave: Leave | None = None, **changes: Any) -> list[str]:
    (disk,) = parse(json.dumps({"blockdevices": [listed(**changes)]}).encode())
    return reasons(disk, IMAGE, leave or Leave())


def test_a_card_in_a_reader_may_be_erased() -> None:
    assert why() == []


REFUSALS = {
    "the system's disk": ({"children": [part("/")]}, "这台电脑正从它运行（/dev/sdb1 在 /）"),
    "its swap": ({"children": [part("[SWAP]")]}, "这台电脑正从它运行"),
    "mounted": ({"children": [part("/mnt/backup")]}, "它还挂着（/dev/sdb1 在 /mnt/backup）；请先用 umount 卸下"),
    "mounted by the desktop": ({"children": [part("/media/me/WINDOW")]}, "它还挂着"),
    "part of a volume group": (
        {"children": [part(children=[listed(name="v", path="/dev/mapper/v", type="lvm")])]},
        "它是 /dev/mapper/v 的一部分",
    ),
    "write protected": ({"ro": True}, "它是只读的；SD 卡套侧面有个小锁"),
    "an empty reader": ({"size": 0}, "读卡器里没有卡"),
    "too small": ({"size": 2 * 10**9}, "太小：2 GB，至少要 2.54 GB"),
    "too large": ({"size": 500 * 10**9}, "太大：500 GB，不像 SD 卡；真要写，请加 --large"),
    "larger than a partition table can say": ({"size": 4 * 10**12}, "太大：4 TB，卡的分区表最多管 2 TiB"),
    "fixed": ({"rm": False, "hotplug": False, "tran": "nvme"}, "它不是可拔出的盘；真要写，请加 --fixed"),
}


@pytest.mark.parametrize(("changes", "words"), REFUSALS.values(), ids=REFUSALS.keys())
def test_each_reason_alone_refuses(changes: dict[str, Any], words: str) -> None:
    (told,) = why(**changes)
    assert told.startswith(words)


def test_all_reasons_are_told_at_once() -> None:
    told = why(ro=True, rm=False, hotplug=False, tran="sata", size=500 * 10**9, children=[part("/"), part("/srv")])
    assert len(told) == 5


def test_what_a_person_said_lifts_its_own_guard_and_no_other() -> None:
    assert why(Leave(large=True), size=500 * 10**9) == []
    assert why(Leave(fixed=True), rm=False, hotplug=False, tran="sata") == []
    assert len(why(Leave(large=True, fixed=True), size=4 * 10**12)) == 1
    assert len(why(Leave(large=True, fixed=True), children=[part("/")])) == 1


def test_only_what_a_desktop_mounted_may_be_taken_off() -> None:
    card, backup = (
        parse(json.dumps({"blockdevices": [listed(children=[part("/media/me/A"), part(at)])]}).encode())[0]
        for at in (None, "/mnt/b")
    )
    assert [one.at for one in desktop_mounts(card)] == ["/media/me/A"]
    assert desktop_mounts(backup) == []


def test_a_card_slot_of_the_machine_is_one_too() -> None:
    assert why(name="mmcblk0", path="/dev/mmcblk0", tran="mmc", rm=False, hotplug=False) == []


def test_a_name_that_is_not_there_gets_the_names_that_are() -> None:
    disks = parse(json.dumps({"blockdevices": [listed(), listed(name="zram0", path="/dev/zram0")]}).encode())
    assert [one.name for one in disks] == ["sdb"]
    assert find(disks, "/dev/sdb") == find(disks, "sdb")
    with pytest.raises(NoSuchDisk, match=r"没有叫 sdc 的盘。现有的盘：sdb"):
        find(disks, "sdc")
    with pytest.raises(NoSuchDisk, match="sdb1 是分区，要写整个盘 sdb"):
        find(disks, "sdb1")


@pytest.mark.parametrize("said", [b"", b"[]", b"{}", b'{"blockdevices": [{}]}', b'{"blockdevices": 3}'])
def test_an_answer_that_is_none_is_told(said: bytes) -> None:
    with pytest.raises(NoSuchDisk, match="util-linux"):
        parse(said)


@pytest.mark.parametrize(
    ("size", "text"),
    [(0, "0 B"), (31_914_983_424, "31.9 GB"), (999, "999 B"), (2**31, "2.15 GB"), (5 * 10**15, "5000 TB")],
)
def test_sizes_are_told_as_they_stand_on_a_card(size: int, text: str) -> None:
    assert amount(size) == text
