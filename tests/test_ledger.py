"""The ledger: revisions only grow, whatever is lost, and only what changed is signed again."""

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from content.compile import Body
from content.errors import FolderError
from content.files import sha256_hex
from content.ledger import Ledger, TooMuch
from content.manifest import INLINE_LIMIT, MAX_CONTENT, MAX_PAYLOAD, Alerts, Content, Manifest, encode, parse_content
from content.signing import verify_manifest
from tests.fakes import DOORWAY, NOW, OURS, alert, key, keyring, manifest, media, notice, png, signed

HERE = f"window/v1/places/{DOORWAY}/content/{OURS}"
THERE = f"window/v1/places/baizhuang/content/{OURS}"
ALARM = f"window/v1/places/{DOORWAY}/alerts/{OURS}"
FIRST = int(NOW.timestamp())


def ledger(folder: Path) -> Ledger:
    folder.mkdir(exist_ok=True)
    return Ledger(folder, OURS, key(OURS))


def one(name: str = "water", **more: Any) -> Content:
    return Content(notices=(notice(name, **more),))


def believed(book: Ledger, topic: str) -> Manifest:
    """What a screen makes of the newest message on `topic`."""
    return verify_manifest(topic, book.messages[topic], keyring())


def revisions(book: Ledger) -> dict[str, int]:
    return {topic: believed(book, topic).revision for topic in book.messages}


def test_what_is_new_is_signed_and_what_is_not_is_left_alone(tmp_path: Path) -> None:
    book = ledger(tmp_path)
    history = [
        book.update({HERE: one(), THERE: one()}, {}, NOW),
        book.update({HERE: one(), THERE: one()}, {}, NOW),
        book.update({HERE: one(title="改了"), THERE: one()}, {}, NOW),
    ]
    assert history == [[HERE, THERE], [], [HERE]]
    assert revisions(book) == {HERE: FIRST + 1, THERE: FIRST}
    assert believed(book, HERE).content == one(title="改了")


def test_alerts_go_first(tmp_path: Path) -> None:
    assert ledger(tmp_path).update({HERE: one(), ALARM: Alerts(), THERE: one()}, {}, NOW) == [ALARM, HERE, THERE]


def test_a_restart_signs_nothing_anew(tmp_path: Path) -> None:
    first = ledger(tmp_path)
    first.update({HERE: one()}, {}, NOW)
    again = ledger(tmp_path)
    assert again.messages == first.messages
    assert again.update({HERE: one()}, {}, NOW + timedelta(days=1)) == []


def test_revisions_go_on_growing_after_the_clock_went_back(tmp_path: Path) -> None:
    book = ledger(tmp_path)
    book.update({HERE: one("a")}, {}, NOW)
    book.update({HERE: one("b")}, {}, NOW - timedelta(days=3650))
    assert revisions(book) == {HERE: FIRST + 1}


def test_revisions_go_on_growing_after_the_ledger_was_lost(tmp_path: Path) -> None:
    book = ledger(tmp_path / "old")
    for name in "abc":
        book.update({HERE: one(name)}, {}, NOW)
    new = ledger(tmp_path / "new")
    new.update({HERE: one("d")}, {}, NOW + timedelta(minutes=1))
    assert revisions(book)[HERE] < revisions(new)[HERE]


def test_revisions_outgrow_what_the_broker_kept_after_ledger_and_clock_were_lost(tmp_path: Path) -> None:
    book = ledger(tmp_path / "old")
    book.update({HERE: one("a")}, {}, NOW)
    kept = book.messages[HERE]
    new = ledger(tmp_path / "new")
    new.update({HERE: one("b")}, {}, NOW - timedelta(days=100))
    new.outgrow({HERE: kept}, NOW - timedelta(days=100))
    assert revisions(new) == {HERE: FIRST + 1}
    assert believed(new, HERE).content == one("b")
    assert revisions(ledger(tmp_path / "new")) == {HERE: FIRST + 1}


def test_a_forgery_on_the_broker_cannot_drive_the_revisions_up(tmp_path: Path) -> None:
    book = ledger(tmp_path)
    book.update({HERE: one()}, {}, NOW)
    before = dict(book.messages)
    forged = signed(manifest(revision=2**53 - 1), by="stranger")
    replayed = signed(manifest(revision=2**53 - 1, place="baizhuang"))
    for message in (forged, replayed, b"", b"{}", before[HERE]):
        book.outgrow({HERE: message}, NOW)
    assert book.messages == before


@settings(max_examples=40)
@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(-10_000, 10_000), st.booleans()), max_size=8))
def test_no_history_of_clocks_and_restarts_lowers_a_revision(
    tmp_path_factory: pytest.TempPathFactory, history: list[tuple[str, int, bool]]
) -> None:
    folder = tmp_path_factory.mktemp("ledger")
    book, seen = ledger(folder), [0]
    for name, minutes, restart in history:
        book = ledger(folder) if restart else book
        if book.update({HERE: one(name)}, {}, NOW + timedelta(minutes=minutes)):
            seen.append(revisions(book)[HERE])
    assert seen == sorted(set(seen))


def test_a_place_that_is_no_more_is_told_so_and_not_forgotten(tmp_path: Path) -> None:
    book = ledger(tmp_path)
    book.update({HERE: one(), THERE: one(), ALARM: Alerts(alerts=(alert(),))}, {}, NOW)
    assert book.update({THERE: one()}, {}, NOW) == [ALARM, HERE]
    assert believed(book, HERE).content == Content()
    assert believed(book, ALARM).alerts == Alerts()
    assert book.update({THERE: one()}, {}, NOW) == []
    assert book.update({HERE: one(), THERE: one()}, {}, NOW) == [HERE]
    assert revisions(book)[HERE] == FIRST + 2


def large(name: str = "long") -> Content:
    """Content above 16 KiB."""
    content = Content(notices=tuple(notice(f"{name}{number}", body="水" * 5000) for number in range(2)))
    assert len(encode(content)) > INLINE_LIMIT
    return content


def test_content_above_16_kib_travels_as_a_head(tmp_path: Path) -> None:
    book = ledger(tmp_path)
    book.update({HERE: large()}, {}, NOW)
    head = believed(book, HERE).head
    assert head
    assert len(book.messages[HERE]) < 2000
    blob = (book.blobs / head.sha256).read_bytes()
    assert len(blob) == head.size
    assert parse_content(blob, head) == large()
    assert book.update({HERE: large()}, {}, NOW) == []
    assert ledger(tmp_path).update({HERE: large()}, {}, NOW) == []


def test_alerts_are_never_a_head(tmp_path: Path) -> None:
    book = ledger(tmp_path)
    many = Alerts(alerts=tuple(alert(f"a{number}") for number in range(50)))
    book.update({ALARM: many}, {}, NOW)
    assert believed(book, ALARM).alerts == many
    assert believed(book, ALARM).head is None


def test_a_large_contents_blob_that_is_lost_is_made_again(tmp_path: Path) -> None:
    book = ledger(tmp_path)
    book.update({HERE: large()}, {}, NOW)
    for blob in book.blobs.iterdir():
        blob.unlink()
    assert book.update({HERE: large()}, {}, NOW) == [HERE]
    head = believed(book, HERE).head
    assert head
    assert (book.blobs / head.sha256).is_file()


def test_a_large_contents_blob_that_is_rotten_is_made_again(tmp_path: Path) -> None:
    book = ledger(tmp_path)
    book.update({HERE: large()}, {}, NOW)
    head = believed(book, HERE).head
    assert head
    (book.blobs / head.sha256).write_bytes(b"rotten")
    again = ledger(tmp_path)
    again.update({HERE: large()}, {}, NOW)
    assert sha256_hex((again.blobs / head.sha256).read_bytes()) == head.sha256


def test_a_picture_that_is_rotten_is_copied_again_at_the_next_start(tmp_path: Path) -> None:
    source = tmp_path / "valve.png"
    source.write_bytes(png())
    picture = media(png())
    ledger(tmp_path / "book").update({HERE: one(media=(picture,))}, {picture.sha256: source}, NOW)
    (tmp_path / "book" / "blobs" / picture.sha256).write_bytes(b"rotten")
    again = ledger(tmp_path / "book")
    again.update({HERE: one(media=(picture,))}, {picture.sha256: source}, NOW)
    assert (again.blobs / picture.sha256).read_bytes() == png()


def test_pictures_are_kept_by_their_digest_and_swept_when_nothing_names_them(tmp_path: Path) -> None:
    book = ledger(tmp_path)
    (tmp_path / "valve.png").write_bytes(png())
    picture = media(png())
    book.update({HERE: one(media=(picture,)), THERE: large()}, {picture.sha256: tmp_path / "valve.png"}, NOW)
    head = believed(book, THERE).head
    assert head
    assert {blob.name for blob in book.blobs.iterdir()} == {picture.sha256, head.sha256}
    book.remove_unused_blobs()
    assert {blob.name for blob in book.blobs.iterdir()} == {picture.sha256, head.sha256}
    book.update({HERE: one(), THERE: one()}, {}, NOW)
    book.remove_unused_blobs()
    assert list(book.blobs.iterdir()) == []


def test_a_picture_that_changed_since_the_scan_is_not_kept_under_a_wrong_name(tmp_path: Path) -> None:
    book = ledger(tmp_path)
    (tmp_path / "valve.png").write_bytes(png(9, 9))
    picture = media(png())
    book.update({HERE: one(media=(picture,))}, {picture.sha256: tmp_path / "valve.png"}, NOW)
    assert list(book.blobs.iterdir()) == []


def test_messages_larger_than_the_wire_are_not_signed(tmp_path: Path) -> None:
    book = ledger(tmp_path)
    too_many = Alerts(alerts=tuple(alert(f"{number}{'长' * 90}") for number in range(50)))
    roomy = Content(notices=tuple(notice(f"n{number}", body="水" * 5000) for number in range(290)))
    assert len(encode(roomy)) > MAX_CONTENT
    with pytest.raises(FolderError, match=DOORWAY):
        book.update({HERE: roomy}, {}, NOW)
    message = book.update({ALARM: too_many}, {}, NOW) and book.messages[ALARM]
    assert len(message) <= MAX_PAYLOAD


@pytest.mark.parametrize("size", [501, 600])
def test_what_every_screen_would_refuse_is_not_signed(tmp_path: Path, size: int) -> None:
    """The publisher could not read it back either, and would not start again."""
    crowded = Content(notices=tuple(notice(f"n{number}") for number in range(size)))
    with pytest.raises(FolderError, match=DOORWAY):
        ledger(tmp_path).update({HERE: crowded}, {}, NOW)
    assert ledger(tmp_path).update({HERE: one()}, {}, NOW) == [HERE]


def test_one_place_with_too_much_does_not_keep_the_others_waiting(tmp_path: Path) -> None:
    """Least of all an alert: it must go out now, or with the next scan at the latest."""
    book = ledger(tmp_path)
    roomy = Content(notices=tuple(notice(f"n{number}", body="水" * 5000) for number in range(290)))
    bodies: dict[str, Body] = {ALARM: Alerts(alerts=(alert(),)), HERE: roomy}
    with pytest.raises(TooMuch, match=DOORWAY) as error:
        book.update(bodies, {}, NOW)
    assert error.value.signed == [ALARM]
    assert believed(book, ALARM).alerts == bodies[ALARM]
    assert book.update(bodies | {HERE: one()}, {}, NOW) == [HERE]


def test_a_ledger_that_cannot_be_read_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "published.json").write_bytes(b"{")
    with pytest.raises(FolderError, match=r"published\.json.*可以删除"):
        ledger(tmp_path)


def test_the_ledger_is_its_owners_alone_and_survives_whole(tmp_path: Path) -> None:
    book = ledger(tmp_path)
    book.update({HERE: one()}, {}, NOW)
    path = tmp_path / "published.json"
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(json.loads(path.read_bytes())) == [HERE]
    (tmp_path / ".tmp-power-cut").write_bytes(b"half")
    ledger(tmp_path)
    assert not (tmp_path / ".tmp-power-cut").exists()


def test_the_moment_of_signing_is_told(tmp_path: Path) -> None:
    book = ledger(tmp_path)
    book.update({HERE: one()}, {}, NOW)
    issued: datetime = believed(book, HERE).issued
    assert issued == NOW
    assert book.manifest(HERE) == believed(book, HERE)
    assert book.manifest(THERE) is None


def test_a_publisher_that_was_renamed_is_told_what_to_do(tmp_path: Path) -> None:
    """Its old notices hang under its old name, which the new one cannot sign for."""
    ledger(tmp_path).update({HERE: one()}, {}, NOW)
    with pytest.raises(FolderError, match=OURS):
        Ledger(tmp_path, "another-name", key(OURS))


def test_a_full_disk_at_the_publisher_loses_no_publication(tmp_path: Path) -> None:
    """What could not be written down has not been published: the next scan tries again."""
    book = ledger(tmp_path)
    (tmp_path / "published.json").mkdir()  # a file cannot replace a folder: an OSError, as from a full disk
    with pytest.raises(OSError, match="directory"):
        book.update({HERE: one()}, {}, NOW)
    (tmp_path / "published.json").rmdir()
    assert book.update({HERE: one()}, {}, NOW) == [HERE]
    assert ledger(tmp_path).messages == book.messages


def test_alerts_are_signed_alone_and_leave_the_rest_as_it_is(tmp_path: Path) -> None:
    book = ledger(tmp_path)
    book.update({HERE: one(), ALARM: Alerts()}, {}, NOW)
    before = book.messages[HERE]
    assert book.update({ALARM: Alerts(alerts=(alert(),))}, {}, NOW, partial=True) == [ALARM]
    assert book.messages[HERE] == before
