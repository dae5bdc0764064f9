"""The card's last partition, on a loop device with real file systems: what is good stays, what is broken is mended.

Needs root, loop devices and the right to mount; skips where the machine does not give them.
"""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.machine.storage import main

pytestmark = pytest.mark.system
MIB = 2**20
TABLE = "label: dos\nstart=8192, size=16384, type=c\nstart=24576, size=16384, type=c\nstart=40960, size=16384, type=c\n"


def run(*command: str | Path, words: str = "") -> str:
    done = subprocess.run(
        [str(part) for part in command], input=words, text=True, capture_output=True, check=False, timeout=120
    )
    if done.returncode:
        raise RuntimeError(f"{command}: {done.stdout} {done.stderr}")
    return done.stdout.strip()


class LoopCard:
    """An image file as a card in a loop device, with three partitions; and a place to mount the fourth."""

    def __init__(self, folder: Path) -> None:
        self.image, self.mounted, self.run = folder / "card.img", folder / "data", folder / "run"
        self.mounted.mkdir()
        with self.image.open("wb") as file:
            file.truncate(400 * MIB)
        run("sfdisk", "--quiet", self.image, words=TABLE)
        self.device = Path(run("losetup", "--find", "--show", "--partscan", self.image))

    @property
    def partition(self) -> Path:
        return Path(f"{self.device}p4")

    def boot(self) -> dict[str, object]:
        main(["--disk", str(self.device), "--mount", str(self.mounted), "--run", str(self.run)])
        found: dict[str, object] = json.loads((self.run / "storage.json").read_text())
        return found

    def off(self) -> None:
        run("umount", self.mounted)

    def first_three(self) -> list[dict[str, int]]:
        partitions = json.loads(run("sfdisk", "--json", self.device))["partitiontable"]["partitions"]
        return [{key: one[key] for key in ("start", "size")} for one in partitions[:3]]

    def damage(self, at: int, size: int) -> None:
        with self.partition.open("r+b") as file:
            file.seek(at)
            file.write(os.urandom(size))
            os.fsync(file.fileno())

    def beginning(self) -> bytes:
        with self.partition.open("rb") as file:
            return file.read(MIB)

    def close(self) -> None:
        if self.mounted.is_mount():
            self.off()
        subprocess.run(["partx", "--delete", "--nr", "4", str(self.device)], capture_output=True, check=False)
        run("losetup", "--detach", self.device)


@pytest.fixture
def card(tmp_path: Path) -> Iterator[LoopCard]:
    if os.geteuid() or not shutil.which("sfdisk") or not shutil.which("mkfs.ext4"):
        pytest.skip("needs root, sfdisk and mkfs.ext4")
    try:
        card = LoopCard(tmp_path)
    except RuntimeError as error:
        pytest.skip(f"no loop device here: {error}")
    try:
        if card.boot()["where"] != "card":
            pytest.skip(f"this machine does not let us mount: {(card.run / 'storage.json').read_text()}")
        card.off()
        yield card
    finally:
        card.close()


def test_made_on_the_first_boot_and_only_mounted_on_the_next(card: LoopCard) -> None:
    assert card.boot() == {"where": "card", "why": "", "done": []}
    usable = os.statvfs(card.mounted).f_blocks * os.statvfs(card.mounted).f_frsize
    assert usable > 300 * MIB
    options = next(line for line in Path("/proc/mounts").read_text().splitlines() if str(card.mounted) in line)
    assert {"nosuid", "nodev", "noexec", "noatime"} <= set(options.split()[3].split(","))


def test_what_is_there_outlives_damage_that_can_be_repaired(card: LoopCard) -> None:
    card.boot()
    (card.mounted / "kept").write_text("still here")
    card.off()
    card.damage(1024 + 8, 40)  # the superblock's counts; its magic number stays
    found = card.boot()
    assert (found["where"], found["done"]) == ("card", ["repair"])
    assert (card.mounted / "kept").read_text() == "still here"


def test_what_cannot_be_recognised_is_made_anew_and_the_other_partitions_stay(card: LoopCard) -> None:
    before = card.first_three()
    card.damage(0, 8 * MIB)
    assert card.boot()["done"] == ["format"]
    assert list(card.mounted.iterdir()) == [card.mounted / "lost+found"]
    assert card.first_three() == before


def test_a_file_system_of_somebody_else_is_not_formatted(card: LoopCard) -> None:
    if not shutil.which("mkfs.vfat"):
        pytest.skip("needs mkfs.vfat")
    run("mkfs.vfat", card.partition)
    before = card.beginning()
    assert "vfat" in str(card.boot()["why"])
    assert card.beginning() == before
    (card.mounted / "in memory").write_text("the screen works all the same")


def test_a_partition_in_use_is_left_alone(card: LoopCard, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    run("mount", card.partition, elsewhere)
    try:
        assert card.boot()["where"] == "memory"
    finally:
        run("umount", elsewhere)


def test_a_card_that_was_copied_to_a_larger_one_gets_the_rest_of_it(card: LoopCard) -> None:
    card.boot()
    (card.mounted / "kept").write_text("still here")
    card.off()
    with card.image.open("r+b") as file:
        file.truncate(600 * MIB)
    run("losetup", "--set-capacity", card.device)
    before = card.first_three()
    assert card.boot()["done"] == ["grown"]
    assert (card.mounted / "kept").read_text() == "still here"
    assert card.first_three() == before
    assert int(run("blockdev", "--getsize64", card.partition)) > 550 * MIB
    allowed = int(Path("/proc/self/status").read_text().split("CapEff:")[1].split()[0], 16) >> 24 & 1
    if not allowed:
        pytest.skip("the partition has grown; the file system cannot here, without CAP_SYS_RESOURCE")
    assert os.statvfs(card.mounted).f_blocks * os.statvfs(card.mounted).f_frsize > 500 * MIB
