"""The cache: what is rotten is as good as missing, and never shown."""

from pathlib import Path

import pytest

from content.files import sha256_hex
from content.manifest import Alerts, Blob, Content, encode
from kiosk.cache import Cache, Pointer, Version
from tests.fakes import DOORWAY, alert, manifest, media, notice, png, signed

TOPIC = manifest().topic


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    made = Cache(tmp_path / "cache")
    made.prepare()
    return made


def put(cache: Cache, blob: bytes) -> str:
    """A blob as the fetcher leaves it."""
    digest = sha256_hex(blob)
    cache.blob_path(digest).write_bytes(blob)
    return digest


def test_a_new_cache_holds_nothing(cache: Cache) -> None:
    assert cache.pointer() == (None, "")
    assert cache.message_digests() == []
    assert cache.version("0" * 64) is None
    assert cache.blob("0" * 64) is None
    assert cache.message("0" * 64) is None
    assert not cache.has("0" * 64)


def test_a_player_that_is_first_finds_folders_to_watch(tmp_path: Path) -> None:
    made = Cache(tmp_path / "deep" / "cache")
    made.prepare_for_reading()
    assert made.pointer() == (None, "")
    assert (made.folder / "blobs").is_dir()


def test_a_message_comes_back_as_it_was_signed(cache: Cache) -> None:
    digest = cache.store_message(signed(manifest()))
    assert cache.store_message(signed(manifest())) == digest
    assert cache.message(digest) == signed(manifest())
    assert cache.version(digest) == Version(digest, manifest(), manifest().content)
    assert cache.message_digests() == [digest]


def test_alerts_have_no_content(cache: Cache) -> None:
    alerts = manifest(Alerts(alerts=(alert(),)))
    version = cache.version(cache.store_message(signed(alerts)))
    assert version
    assert (version.manifest, version.content) == (alerts, None)


@pytest.mark.parametrize("rot", [b"", b"rotten", signed(manifest(revision=2)), b"\xff" * 500])
def test_a_rotten_message_is_none(cache: Cache, rot: bytes) -> None:
    digest = cache.store_message(signed(manifest()))
    (cache.folder / "messages" / digest).write_bytes(rot)
    assert cache.version(digest) is None
    assert cache.stack((digest,)) == []


def test_of_a_stack_with_a_rotten_message_the_others_are_left(cache: Cache) -> None:
    digests = tuple(cache.store_message(signed(manifest(revision=number))) for number in (3, 2, 1))
    (cache.folder / "messages" / digests[0]).write_bytes(b"rotten")
    assert [version.manifest.revision for version in cache.stack(digests)] == [2, 1]


@pytest.mark.parametrize("rot", [b"", b"rotten", png(9, 9)])
def test_a_rotten_blob_is_none(cache: Cache, rot: bytes) -> None:
    digest = put(cache, png())
    assert cache.blob(digest) == png()
    cache.blob_path(digest).write_bytes(rot)
    assert cache.blob(digest) is None


@pytest.mark.parametrize(
    "rot", [b"", b"{", b"[]", b"null", b'{"place":1}', b"\xff", b'{"place":"a","stacks":{"t":[1]}}']
)
def test_a_rotten_pointer_is_none(cache: Cache, rot: bytes) -> None:
    cache.flip(Pointer(place=DOORWAY, stacks={TOPIC: ("0" * 64,)}))
    (cache.folder / "current.json").write_bytes(rot)
    assert cache.pointer() == (None, "")


def test_each_state_has_a_name_of_its_own(cache: Cache) -> None:
    names = []
    states: list[dict[str, tuple[str, ...]]] = [{}, {TOPIC: ("0" * 64,)}, {TOPIC: ("1" * 64, "0" * 64)}, {}]
    for stacks in states:
        pointer = Pointer(place=DOORWAY, stacks=stacks)
        cache.flip(pointer)
        found, name = cache.pointer()
        assert found == pointer
        names.append(name)
    assert names[0] == names[3]
    assert len(set(names)) == 3


def test_the_content_of_a_head_is_there_when_its_blob_is(cache: Cache) -> None:
    content = Content(notices=(notice(),))
    blob = encode(content)
    digest = cache.store_message(signed(manifest(Blob(sha256=sha256_hex(blob), size=len(blob)))))
    history = [cache.version(digest)]
    put(cache, blob)
    history.append(cache.version(digest))
    cache.blob_path(sha256_hex(blob)).write_bytes(b"rotten")
    history.append(cache.version(digest))
    assert [version.content if version else "gone" for version in history] == [None, content, None]


def test_a_head_that_names_bytes_which_are_no_content_has_none(cache: Cache) -> None:
    blob = b'{"timezone":"Mars"}'
    put(cache, blob)
    version = cache.version(cache.store_message(signed(manifest(Blob(sha256=sha256_hex(blob), size=len(blob))))))
    assert version
    assert version.content is None


def test_what_nothing_names_is_removed_and_the_rest_is_kept(cache: Cache) -> None:
    kept, gone = put(cache, png(1, 1)), put(cache, png(2, 2))
    message, old = (cache.store_message(signed(manifest(revision=number))) for number in (2, 1))
    cache.part_path(kept).write_bytes(b"half")
    cache.part_path(gone).write_bytes(b"half")
    assert cache.remove_unused({message}, {kept}) == 3
    assert cache.message_digests() == [message]
    assert cache.has(kept)
    assert not cache.has(gone)
    assert cache.part_path(kept).exists()
    assert not cache.part_path(gone).exists()
    assert cache.message(old) is None


def test_the_start_sweeps_what_a_power_cut_left_and_keeps_half_a_download(cache: Cache) -> None:
    for folder in ("", "blobs", "messages"):
        (cache.folder / folder / ".tmp-x").write_bytes(b"half")
    cache.part_path("0" * 64).write_bytes(b"half")
    cache.prepare()
    assert sorted(path.name for path in cache.folder.rglob("*") if path.is_file()) == [f".part-{'0' * 64}"]


def test_a_picture_is_named_by_its_digest_alone(cache: Cache) -> None:
    assert cache.blob_path(media(png()).sha256).name == sha256_hex(png())
