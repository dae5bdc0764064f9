"""provisioning.flash on files that stand for cards: it returns only when the card is right."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec.structs import replace

from content.errors import WindowError
from provisioning import flash_source
from provisioning.fat import Fat, FatFailed
from provisioning.flash import HEAD_BYTES, compare, flash, write
from provisioning.flash_bmap import BadMap, parse
from provisioning.flash_device import Device, FlashFailed
from provisioning.flash_source import BadImage
from provisioning.mbr import NotACard
from tests.flashing import MIB, MISSING, SIZE, bmap_of, compressed, make_card, make_image

pytestmark = pytest.mark.skipif(bool(MISSING), reason=f"{MISSING} is not installed on this machine")
FILES = {
    "kiosk.yaml": "screen: 屏\n".encode(),
    "identity/screen.key": b"not a real key\n",
    "identity/ca.crt": b"x" * 900,
    "说明.txt": "这张卡是 3 栋 1 单元的".encode(),
}


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_image(tmp_path_factory.mktemp("image"))


@pytest.fixture
def card(tmp_path: Path) -> Path:
    return make_card(tmp_path / "card")


def no_partitions(card: Path) -> bool:
    return card.read_bytes()[:HEAD_BYTES] == bytes(HEAD_BYTES)


def same_but_for_the_first_partition(card: Path, image: Path) -> bool:
    made, wanted = card.read_bytes(), image.read_bytes()
    return made[:MIB] == wanted[:MIB] and made[5 * MIB : SIZE] == wanted[5 * MIB :]


def test_a_card_is_the_image_with_its_own_files(image: Path, card: Path) -> None:
    told: list[tuple[str, int, int]] = []
    times = flash(flash_source.inspect(image), card, FILES, lambda *one: told.append(one))
    assert same_but_for_the_first_partition(card, image)
    assert {name: Fat(card, MIB).read(name) for name in FILES} == FILES
    assert times.count == SIZE
    assert told[-1] == ("读回比较", SIZE, SIZE)
    assert ("写入", SIZE, SIZE) in told


@pytest.mark.parametrize("tool", ["zstd", "xz"])
def test_a_compressed_image_makes_the_same_card(image: Path, card: Path, tool: str) -> None:
    source = flash_source.inspect(compressed(image, tool))
    assert source.size == SIZE
    flash(source, card, FILES)
    assert same_but_for_the_first_partition(card, image)


def test_what_an_earlier_village_left_behind_the_image_is_wiped(image: Path, card: Path) -> None:
    """An old file system where the data partition begins would be taken for this card's own."""
    flash(flash_source.inspect(image), card, {})
    made = card.read_bytes()
    assert made[SIZE : SIZE + 8 * MIB] == bytes(8 * MIB)
    assert made[-MIB:] == bytes(MIB)


def test_with_a_block_map_holes_are_not_written(image: Path, card: Path, tmp_path: Path) -> None:
    mapped = tmp_path / "window.img"
    mapped.write_bytes(image.read_bytes())
    (tmp_path / "window.img.bmap").write_bytes(bmap_of(image))
    source = flash_source.inspect(mapped)
    times = flash(source, card, FILES)
    assert times.count < SIZE / 4
    assert Fat(card, 5 * MIB).read("kernel8.img") == Fat(image, 5 * MIB).read("kernel8.img")
    Fat(card, MIB).check(FILES)


def test_an_image_that_does_not_fit_its_block_map_makes_no_card(image: Path, card: Path, tmp_path: Path) -> None:
    mapped = tmp_path / "window.img"
    content = bytearray(image.read_bytes())
    content[6 * MIB] ^= 1
    mapped.write_bytes(content)
    (tmp_path / "window.img.bmap").write_bytes(bmap_of(image))
    with pytest.raises(BadImage, match="校验和不符"):
        flash(flash_source.inspect(mapped), card, FILES)
    assert no_partitions(card)


def test_one_wrong_bit_on_the_card_is_found_and_it_never_gets_its_partitions(image: Path, card: Path) -> None:
    source = flash_source.inspect(image)
    with Device(card) as device:
        written = write(source, device)
    content = bytearray(card.read_bytes())
    content[6 * MIB] ^= 0x40
    card.write_bytes(content)
    with Device(card) as device, pytest.raises(FlashFailed, match="读回来的和写进去的不一样"):
        compare(device, written)
    assert no_partitions(card)


def test_a_card_that_ends_before_it_says_is_found(image: Path, card: Path) -> None:
    source = flash_source.inspect(image)
    with Device(card) as device:
        written = write(source, device)
    os.truncate(card, 10 * MIB)
    with Device(card) as device, pytest.raises(FlashFailed, match="容量可能是假的"):
        compare(device, written)


def test_a_card_that_is_too_small_is_not_touched(image: Path, tmp_path: Path) -> None:
    small = make_card(tmp_path / "small", 10 * MIB)
    with pytest.raises(FlashFailed, match=r"太小：10\.5 MB，镜像要 12\.6 MB"):
        flash(flash_source.inspect(image), small, FILES)
    assert small.read_bytes() == b"\xa5" * (10 * MIB)


def test_a_full_first_partition_is_told_and_makes_no_card(image: Path, card: Path) -> None:
    with pytest.raises(FatFailed, match=r"第一个分区只剩 \d+ KB，这张卡的文件要 \d+ KB"):
        flash(flash_source.inspect(image), card, {**FILES, "big.bin": bytes(5 * MIB)})
    assert no_partitions(card)


def test_a_file_that_reads_back_otherwise_is_told(image: Path, card: Path) -> None:
    flash(flash_source.inspect(image), card, FILES)
    with pytest.raises(FatFailed, match=r"不一样：kiosk.yaml；这张卡坏了"):
        Fat(card, MIB).check({**FILES, "kiosk.yaml": b"other"})


def test_files_go_over_older_ones_and_leave_the_others(image: Path, card: Path) -> None:
    flash(flash_source.inspect(image), card, FILES)
    fat = Fat(card, MIB)
    fat.put({"identity/screen.key": b"new"})
    fat.check({**FILES, "identity/screen.key": b"new"})
    assert "kiosk.yaml" in fat
    assert "autoboot.txt" not in fat


def half(path: Path) -> Path:
    cut = path.with_name("cut" + "".join(path.suffixes))
    cut.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    return cut


def as_it_is(path: Path) -> Path:
    return path


PACKED: dict[str, Callable[[Path], Path]] = {
    "raw": as_it_is,
    "zst": lambda path: compressed(path, "zstd"),
    "xz": lambda path: compressed(path, "xz"),
}


@pytest.mark.parametrize("pack", PACKED.values(), ids=PACKED.keys())
def test_half_an_image_makes_no_card(image: Path, card: Path, tmp_path: Path, pack: Callable[[Path], Path]) -> None:
    with pytest.raises((BadImage, FlashFailed), match="重新下载"):
        flash(flash_source.inspect(half(pack(image))), card, FILES)
    assert card.read_bytes()[:HEAD_BYTES] in (bytes(HEAD_BYTES), b"\xa5" * HEAD_BYTES)


def test_an_image_longer_than_its_header_says_makes_no_card(image: Path, card: Path) -> None:
    source = replace(flash_source.inspect(image), size=SIZE - MIB)
    with pytest.raises(BadImage, match="长，文件坏了"):
        flash(source, card, FILES)
    assert no_partitions(card)


@pytest.mark.parametrize(
    ("content", "error", "words"),
    [
        (b"PK\x03\x04" + bytes(600), BadImage, "这是 zip 文件；请先解压"),
        (b"\x1f\x8b" + bytes(600), BadImage, "这是 gzip 文件；请先解压"),
        (b"", BadImage, "没有下载完整"),
        (bytes(4096), NotACard, "开头没有分区表"),
        (bytes(510) + b"\x55\xaa", NotACard, "第一个分区不是 FAT"),
    ],
)
def test_what_is_no_image_is_refused_in_words(
    tmp_path: Path, content: bytes, error: type[WindowError], words: str
) -> None:
    path = tmp_path / "x.img"
    path.write_bytes(content)
    with pytest.raises(error, match=words):
        flash_source.inspect(path)


def test_a_file_unlike_its_checksum_is_refused(image: Path, tmp_path: Path) -> None:
    copy = tmp_path / "window.img"
    copy.write_bytes(image.read_bytes())
    (tmp_path / "SHA256SUMS").write_text(f"{'0' * 64}  other.img\n{'1' * 64}  window.img\n")
    with pytest.raises(BadImage, match="校验和不符"):
        flash_source.inspect(copy)


MAPS = {
    "no XML": b"\xff",
    "a list without blocks": b"<bmap><ImageSize>1</ImageSize><BlockSize>4096</BlockSize></bmap>",
    "beyond the image": b"<bmap><ImageSize>1</ImageSize><BlockSize>4096</BlockSize><BlockMap><Range>0</Range>"
    b"<Range>4-9</Range></BlockMap></bmap>",
    "without the partition table": b"<bmap><ImageSize>99999</ImageSize><BlockSize>4096</BlockSize><BlockMap>"
    b"<Range>1-2</Range></BlockMap></bmap>",
    "backwards": b"<bmap><ImageSize>99999</ImageSize><BlockSize>4096</BlockSize><BlockMap><Range>0-3</Range>"
    b"<Range>2-4</Range></BlockMap></bmap>",
    "an entity": b'<!DOCTYPE x [<!ENTITY a "b">]><bmap>&a;</bmap>',
}


@pytest.mark.parametrize("text", MAPS.values(), ids=MAPS.keys())
def test_a_map_that_cannot_be_used_is_told(text: bytes) -> None:
    with pytest.raises(BadMap, match="可以删去它"):
        parse(text, "x.bmap")
