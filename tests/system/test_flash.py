"""`python -m provisioning flash` on real block devices: loop devices over files, read back past the page cache.

They need root and /dev/loop-control; where there are none, the tests say so and are left out. The same rules on plain
files are in tests/test_flash.py.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from provisioning.fat import Fat
from tests.flashing import MIB, MISSING, SIZE, bmap_of, compressed, make_card, make_image

ROOM = 600 * MIB
"""A card must leave room for notices: 512 MiB beyond the image."""


def why_not() -> str:
    if MISSING:
        return f"{MISSING} is not installed on this machine"
    if os.geteuid() != 0 or not Path("/dev/loop-control").exists() or not shutil.which("losetup"):
        return "no loop devices here: they need root and /dev/loop-control"
    return ""


pytestmark = [pytest.mark.system, pytest.mark.skipif(bool(why_not()), reason=why_not())]


@contextmanager
def loop(backing: Path, *options: str) -> Iterator[str]:
    """A loop device over `backing`, taken away at the end."""
    made = subprocess.run(
        ["losetup", "--find", "--show", *options, backing], capture_output=True, text=True, check=False
    )
    if made.returncode:
        pytest.skip(f"losetup: {made.stderr.strip()}")
    device = made.stdout.strip()
    try:
        yield device
    finally:
        subprocess.run(["losetup", "--detach", device], check=True)


def provisioning(*arguments: str | Path, typed: str = "") -> tuple[int, str]:
    """The command's exit status, and all it said."""
    command = [sys.executable, "-m", "provisioning", *map(str, arguments)]
    done = subprocess.run(command, input=typed, capture_output=True, text=True, timeout=120, check=False)
    return done.returncode, done.stdout + done.stderr


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_image(tmp_path_factory.mktemp("image"))


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """The folders of two screens' cards."""
    for screen in ("s-1", "s-2"):
        (tmp_path / "cards" / screen / "identity").mkdir(parents=True)
        (tmp_path / "cards" / screen / "kiosk.yaml").write_text(f"screen: {screen}\nplace: v/b\n")
        (tmp_path / "cards" / screen / "identity" / "screen.key").write_text("not a real key")
    return tmp_path / "cards"


@pytest.fixture
def card(tmp_path: Path) -> Iterator[str]:
    with loop(big(make_card(tmp_path / "card"))) as device:
        yield device


def big(backing: Path) -> Path:
    os.truncate(backing, SIZE + ROOM)
    return backing


def is_blank(device: str) -> bool:
    with Path(device).open("rb") as disk:
        return disk.read(4096) == bytes(4096)


def test_a_card_is_written_read_back_and_has_its_files(image: Path, files: Path, card: str, tmp_path: Path) -> None:
    packed = tmp_path / "window.img.zst"
    packed.write_bytes(compressed(image, "zstd").read_bytes())
    (tmp_path / "window.img.bmap").write_bytes(bmap_of(image))
    status, said = provisioning("flash", packed, "--card", files / "s-1", "--fixed", "--disk", card, typed=f"{card}\n")
    assert status == 0, said
    assert "读回比较" in said
    assert "完全一致" in said
    assert Fat(Path(card), MIB).read("kiosk.yaml") == b"screen: s-1\nplace: v/b\n"
    assert Fat(Path(card), 5 * MIB).read("kernel8.img") == Fat(image, 5 * MIB).read("kernel8.img")
    table = subprocess.run(["sfdisk", "-d", card], capture_output=True, text=True, check=True).stdout
    assert table.count("type=c") == 3


def test_a_list_of_cards_with_a_wrong_answer_and_a_forgotten_change(
    image: Path, files: Path, card: str, tmp_path: Path
) -> None:
    listed = tmp_path / "cards.csv"
    listed.write_bytes("屏编号,地点,无线名称,无线密码\ns-1,v/b,村委会,12345678\ns-2,v/b,,\n".encode("gbk"))
    arguments = ("flash", image, "--cards", listed, "--files", files, "--fixed", "--labels", tmp_path / "l.pdf")
    # the first card; then the same one is still in the reader: the person is asked for its name, and declines
    typed = f"\n{card}\n\n{Path(card).name}\n\nq\n"
    status, said = provisioning(*arguments, typed=typed)
    assert status == 1
    assert "烧好了：s-1" in said
    assert "s-1 的卡没有动" in said
    assert "还有 1 张没有烧：s-2" in said
    assert b"12345678" not in said.encode()
    assert Fat(Path(card), MIB).read("wifi.txt") == b"12345678\n"
    assert (tmp_path / "l.pdf").read_bytes().startswith(b"%PDF")
    status, said = provisioning(*arguments, typed=f"\n{card}\ns-1\n")
    assert (status, "2 张全部烧好" in said) == (0, True), said
    assert b"screen: s-2" in Fat(Path(card), MIB).read("kiosk.yaml")


def test_a_fixed_disk_is_refused(image: Path, files: Path, card: str) -> None:
    status, said = provisioning("flash", image, "--card", files / "s-1", "--erase", card)
    assert status == 1
    assert f"不能擦 {card}：\n  - 它不是可拔出的盘" in said


def test_all_reasons_are_told_at_once_on_a_real_disk(image: Path, files: Path, tmp_path: Path) -> None:
    small = make_card(tmp_path / "small", 10 * MIB)
    with loop(small, "--read-only") as device:
        status, said = provisioning("flash", image, "--card", files / "s-1", "--erase", device)
    assert status == 1
    assert [word in said for word in ("只读", "太小", "不是可拔出的盘")] == [True] * 3
    assert small.read_bytes() == b"\xa5" * (10 * MIB)


def test_a_mounted_disk_is_refused_and_the_kernel_says_so_too(image: Path, files: Path, tmp_path: Path) -> None:
    backing = tmp_path / "mounted"
    with backing.open("wb") as file:
        file.truncate(SIZE + ROOM)
    subprocess.run(["mkfs.ext4", "-q", "-L", "FOTOS", backing], check=True, stdout=subprocess.DEVNULL)
    at = tmp_path / "at"
    at.mkdir()
    with loop(backing) as device:
        if subprocess.run(["mount", device, at], capture_output=True, check=False).returncode:
            pytest.skip("this machine cannot mount")
        try:
            status, said = provisioning("flash", image, "--card", files / "s-1", "--fixed", "--erase", device)
        finally:
            subprocess.run(["umount", at], check=True)
    assert status == 1
    assert f"它还挂着（{device} 在 {at}）" in said


def test_the_systems_own_disk_is_refused(image: Path, files: Path) -> None:
    root = subprocess.run(["findmnt", "-no", "SOURCE", "/"], capture_output=True, text=True, check=False).stdout.strip()
    if not root.startswith("/dev/"):
        pytest.skip(f"the root file system is no disk here: {root}")
    top = subprocess.run(["lsblk", "-nspo", "NAME", root], capture_output=True, text=True, check=True).stdout
    disk = top.split()[-1].lstrip("└─")
    status, said = provisioning("flash", image, "--card", files / "s-1", "--fixed", "--large", "--erase", disk)
    assert status == 1
    assert "这台电脑正从它运行" in said


def test_a_card_that_stops_taking_data_in_the_middle_makes_no_card(image: Path, files: Path, tmp_path: Path) -> None:
    """The card says 612 MiB; behind it is a file system of 8: from there on every write fails, as on one torn out."""
    at = tmp_path / "at"
    at.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8m", "none", at], check=False).returncode:
        pytest.skip("this machine cannot mount")
    try:
        backing = at / "card"
        backing.touch()
        with loop(big(backing)) as device:
            status, said = provisioning("flash", image, "--card", files / "s-1", "--fixed", "--erase", device)
            assert is_blank(device)
    finally:
        subprocess.run(["umount", at], check=True)
    assert status == 1
    assert f"{device}：写" in said
    assert "烧好了" not in said
    assert "请" in said
