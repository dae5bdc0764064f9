"""The shelf of ready media: made once, in a process of its own, and never at the cost of anything else."""

import shutil
import threading
import time
from pathlib import Path

import pytest

from content.files import sha256_hex
from content.media.recipe import kind_of
from content.media.shelf import NotReady, Ready, Shelf
from content.notice import TOPICS, Notice, text_digest
from tests.fakes import png
from tests.films import film, pdf
from tests.test_pictures import bomb

PATIENCE_SECONDS = 60.0


def write(folder: Path, name: str, content: bytes) -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def whole(ready: Ready) -> bool:
    """Are all files there, and what they are named?"""
    names = [one.sha256 for media in ready.media for one in media.files]
    return bool(names) and all(sha256_hex(ready.files[name].read_bytes()) == name for name in names)


@pytest.fixture(scope="module")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A shelf's folder, with what became of two documents and a film."""
    folder = tmp_path_factory.mktemp("made")
    shelf = Shelf(folder / "shelf")
    for number, content in enumerate((pdf(), pdf(2), film())):
        shelf.get(write(folder, f"{number}.{'mp4' if number == 2 else 'pdf'}", content))
    return folder / "shelf"


@pytest.fixture
def kept(made_once: Path, tmp_path: Path) -> Path:
    """The same, for one test."""
    return shutil.copytree(made_once, tmp_path / "shelf")


def test_a_picture_that_is_fine_is_sent_from_where_it_lies(tmp_path: Path) -> None:
    path = write(tmp_path, "a.png", png())
    ready = Shelf(tmp_path / "shelf").get(path)
    assert ready.files == {sha256_hex(png()): path}
    assert ready.media[0].source == ""
    assert not (tmp_path / "shelf").exists()


def test_everything_else_is_made_once_and_kept(tmp_path: Path, kept: Path) -> None:
    document, video = write(tmp_path, "a.pdf", pdf(2)), write(tmp_path, "b.mp4", film())
    made = {path: path.stat().st_mtime_ns for path in kept.iterdir()}
    shelf = Shelf(kept)
    pages, played = shelf.get(document), shelf.get(video)
    assert (len(pages.media), len(played.media), len(played.files)) == (2, 1, 2)
    assert whole(pages)
    assert whole(played)
    assert {path: path.stat().st_mtime_ns for path in kept.iterdir()} == made


def test_what_was_lost_is_made_again(tmp_path: Path, kept: Path) -> None:
    path, shelf = write(tmp_path, "a.pdf", pdf()), Shelf(kept)
    before = shelf.get(path)
    for one in kept.iterdir():
        one.unlink()
    assert shelf.get(path) == before
    assert whole(before)


def test_a_file_that_changes_is_made_anew(tmp_path: Path, kept: Path) -> None:
    shelf = Shelf(kept)
    first = shelf.get(write(tmp_path, "a.pdf", pdf(2)))
    second = shelf.get(write(tmp_path, "a.pdf", pdf(3)))
    assert (len(first.media), len(second.media)) == (2, 3)


def test_a_review_is_of_the_file_in_the_folder_and_not_of_what_a_library_made_of_it(tmp_path: Path, kept: Path) -> None:
    path, shelf = write(tmp_path, "a.pdf", pdf(2)), Shelf(kept)
    media = shelf.get(path).media
    assert [one.source for one in media] == [f"{sha256_hex(path.read_bytes())}#{number}" for number in (1, 2)]

    def digest(*pages: int) -> str:
        return text_digest(Notice(id="a", title="a", topic=TOPICS["活动"], media=tuple(media[page] for page in pages)))

    assert len({digest(0), digest(1), digest(0, 1)}) == 3


REFUSED = {
    "bomb.png": (bomb(60_000, 60_000), "像素"),
    "broken.pdf": (b"%PDF-1.7 nothing", "损坏"),
    "letter.docx": (b"PK\3\4", "PDF"),
    "clip.wmv": (b"0&\xb2u", "MP4"),
    "noise.mp3": (b"ID3", "格式不认识"),
    "film.mp4": (b"\0\0\0\x20ftypisom and no more", "损坏"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_shown_is_told_with_what_to_do(tmp_path: Path, name: str) -> None:
    content, why = REFUSED[name]
    with pytest.raises(ValueError, match=f"{name}.*{why}.*|.*{why}.*{name}"):
        Shelf(tmp_path / "shelf").get(write(tmp_path, name, content))


def test_an_endless_file_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    with path.open("wb") as file:
        file.write(film()[:40])
        file.truncate(2**33)
    with pytest.raises(ValueError, match=r"8192 MB，最多 1024 MB"):
        Shelf(tmp_path / "shelf").get(path)


def test_a_publisher_goes_on_while_a_film_is_made(tmp_path: Path) -> None:
    called = threading.Event()
    shelf = Shelf(tmp_path / "shelf", called.set)
    path = write(tmp_path, "a.mp4", film(640, 360, container="mov"))
    began = time.monotonic()
    with pytest.raises(NotReady):
        shelf.get(path)
    with pytest.raises(NotReady):  # asked twice is ordered once
        shelf.get(path)
    assert time.monotonic() - began < 1.0
    shelf.start()
    assert called.wait(PATIENCE_SECONDS)
    assert whole(shelf.get(path))
    shelf.close()
    shelf.close()


def test_a_shelf_that_is_closed_ends_what_it_is_making(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path / "shelf", lambda: None)
    with pytest.raises(NotReady):
        shelf.get(write(tmp_path, "a.mp4", film(640, 360, container="mov")))
    shelf.start()
    began = time.monotonic()
    shelf.close()
    assert time.monotonic() - began < 5.0
    assert not list((tmp_path / "shelf").glob("*.json"))


def test_what_nobody_asks_for_is_cleaned_away(tmp_path: Path, kept: Path) -> None:
    path, shelf = write(tmp_path, "b.mp4", film()), Shelf(kept)
    asked = shelf.get(path)
    shelf.clean(older_than=-1.0)
    there = {path.name for path in kept.iterdir()}
    assert {name for name in there if not name.endswith(".json")} == set(asked.files)
    assert len(there) == len(asked.files) + 1
    assert Shelf(kept).get(path) == asked


HEADS = {
    "a.pdf": (b"%PDF-1.7", "pdf"),
    "scan": (b"\xef\xbb\xbf\n%PDF-1.3", "pdf"),
    "a.mp4": (b"\0\0\0\x20ftypisom", "film"),
    "a.mov": (b"\0\0\0\x20ftypqt  ", "film"),
    "a.heic": (b"\0\0\0\x20ftypheic", "picture"),
    "a.webm": (b"\x1a\x45\xdf\xa3", "film"),
    "a.avi": (b"RIFF\0\0\0\0AVI ", "film"),
    "a.webp": (b"RIFF\0\0\0\0WEBP", "picture"),
    "a.jpg": (b"\xff\xd8\xff", "picture"),
}


@pytest.mark.parametrize("name", HEADS)
def test_a_file_is_what_its_first_bytes_say(name: str) -> None:
    head, kind = HEADS[name]
    assert kind_of(name, head) == kind
