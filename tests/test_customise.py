"""An image file for Raspberry Pi Imager: with one card's files in it, and the list that offers it."""

import hashlib
import json
from datetime import date
from pathlib import Path

import pytest

from provisioning.customise import customise
from provisioning.fat import Fat, FatFailed
from provisioning.flash_source import BadImage, inspect, stream
from provisioning.os_list import address_of, os_list
from tests.flashing import MIB, MISSING, SIZE, compressed, make_image

pytestmark = pytest.mark.skipif(bool(MISSING), reason=f"{MISSING} is not installed on this machine")
FILES = {"kiosk.yaml": b"screen: s-1\n", "identity/screen.key": b"not a real key"}


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_image(tmp_path_factory.mktemp("image"))


@pytest.mark.parametrize("name", ["s-1.img", "s-1.img.zst"])
def test_the_files_are_in_the_new_image_and_the_rest_is_as_it_was(image: Path, tmp_path: Path, name: str) -> None:
    out = tmp_path / name
    customise(inspect(compressed(image, "zstd")), out, FILES)
    assert inspect(out).size == SIZE
    with stream(out) as made:
        content = made.read(SIZE + 1)
    plain = tmp_path / "plain"
    plain.write_bytes(content)
    Fat(plain, MIB).check(FILES)
    assert content[5 * MIB :] == image.read_bytes()[5 * MIB :]
    assert out.stat().st_mode & 0o777 == 0o600
    assert {path.name for path in tmp_path.iterdir()} == {name, "plain"}


def test_a_failure_leaves_no_image_with_half_an_identity(image: Path, tmp_path: Path) -> None:
    with pytest.raises(FatFailed):
        customise(inspect(image), tmp_path / "s-1.img.zst", {"big": bytes(5 * MIB)})
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("there", ["s-1.img", "s-1.img.zst", "s-1.img.unpacked"])
def test_a_file_that_is_there_is_not_overwritten(image: Path, tmp_path: Path, there: str) -> None:
    (tmp_path / there).write_bytes(b"mine")
    with pytest.raises(FileExistsError):
        customise(inspect(image), tmp_path / there.replace(".unpacked", ".zst"), FILES)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {there: b"mine"}


def test_the_new_images_name_says_what_it_is(image: Path, tmp_path: Path) -> None:
    with pytest.raises(BadImage, match="名称要以"):
        customise(inspect(image), tmp_path / "s-1.iso", FILES)


def test_the_imagers_list_has_every_field_that_its_schema_requires(image: Path) -> None:
    packed = compressed(image, "xz")
    (entry,) = json.loads(os_list(inspect(packed), address_of(packed), date(2026, 12, 1)))["os_list"]
    required = "name description icon url extract_size extract_sha256 image_download_size release_date devices".split()
    assert set(required) <= set(entry)
    assert entry["extract_size"] == SIZE
    assert entry["extract_sha256"] == hashlib.sha256(image.read_bytes()).hexdigest()
    assert entry["image_download_size"] == packed.stat().st_size
    assert entry["release_date"] == "2026-12-01"
    assert entry["init_format"] == "none"
    assert entry["url"] == f"file://{packed}"
