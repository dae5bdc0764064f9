"""Pictures, documents and films of a content folder: taken from media/ alone, and told where they are named."""

from pathlib import Path

import pytest

from content.compile import compile_village
from content.folder import Scan, scan
from content.manifest import Content
from content.media.shelf import Shelf
from tests.fakes import NOTICE_YAML, VILLAGE_YAML, png, write_folder
from tests.films import film, pdf
from tests.test_pictures import bomb


def lines(found: Scan) -> list[str]:
    return [str(problem) for problem in found.problems]


NO_PICTURES: dict[str, bytes] = {
    "empty": b"",
    "text": "停水".encode(),
    "cut short, as of a copy under way": png(200, 200)[:90],
    "200 million pixels": bomb(20_000, 10_000),
}


@pytest.mark.parametrize("content", NO_PICTURES.values(), ids=NO_PICTURES.keys())
def test_a_picture_that_a_screen_cannot_draw_is_told_where_it_is_named(tmp_path: Path, content: bytes) -> None:
    with_photo = VILLAGE_YAML.replace("phone: 0391-0000000", "phone: 0391-0000000, photo: a.png")
    files: dict[str, str | bytes] = {
        "village.yaml": with_photo,
        "notices/a.yaml": NOTICE_YAML + "media: [a.png]\n",
        "media/a.png": content,
    }
    found = scan(write_folder(tmp_path, files))
    assert [(one.file, one.line) for one in found.problems] == [("notices/a.yaml", 5), ("village.yaml", 6)]
    assert all("图片" in line for line in lines(found))
    assert found.village
    card = found.village.places["baizhuang"].card
    assert card
    assert card.photo is None


@pytest.mark.parametrize(
    "name", ["../village.yaml", "/etc/passwd", "..\\a.png", ".hidden.png", "a/b.png", "", "a" * 300]
)
def test_a_picture_is_never_taken_from_elsewhere(tmp_path: Path, name: str) -> None:
    found = scan(write_folder(tmp_path, {"notices/a.yaml": NOTICE_YAML + f"media: ['{name}']\n", ".hidden.png": png()}))
    assert [(one.file, one.line) for one in found.problems] == [("notices/a.yaml", 5)]
    assert found.media == {}


def test_a_picture_that_is_replaced_is_another_picture(tmp_path: Path) -> None:
    folder = write_folder(tmp_path, {"notices/a.yaml": NOTICE_YAML + "media: [a.png]\n", "media/a.png": png(4, 4)})
    first = set(scan(folder).media)
    write_folder(folder, {"media/a.png": png(5, 4)})
    assert set(scan(folder).media).isdisjoint(first)


# Documents and films.


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Shelf:
    """One for all: what has the same bytes is made once."""
    return Shelf(tmp_path_factory.mktemp("shelf"))


def test_the_pages_of_a_document_and_the_film_are_the_notices_pictures(tmp_path: Path, shelf: Shelf) -> None:
    files: dict[str, str | bytes] = {
        "notices/a.yaml": NOTICE_YAML + "media:\n  - {file: a.pdf, pages: 2-3, caption: 流程}\n  - film.mp4\n",
        "media/a.pdf": pdf(3, ink=("#c03030", "#30c030", "#3030c0")),
        "media/film.mp4": film(),
    }
    found = scan(write_folder(tmp_path, files), shelf=shelf)
    assert lines(found) == []
    assert found.village
    pictures = found.village.notices[0].notice.media
    assert [(one.caption, one.source[64:], bool(one.film)) for one in pictures] == [
        ("流程", "#2", False),
        ("", "#3", False),
        ("", "", True),
    ]
    bodies = compile_village(found.village).values()
    wanted = {one.sha256 for body in bodies if isinstance(body, Content) for one in body.media()}
    assert wanted == set(found.media)
    assert len(wanted) == 4


MEDIA_MISTAKES = {
    "too many": (f"[{{file: a.pdf, pages: 1-3}}, {', '.join(['a.png'] * 10)}]", "共 13 张，最多 12 张"),
    "pages of a film": ("[{file: film.mp4, pages: 1}]", "不用写 pages"),
    "pages of a picture": ("[{file: a.png, pages: 1}]", "不用写 pages"),
    "two films": ("[film.mp4, other.mp4]", "最多一段视频"),
    "no such pages": ("[{file: a.pdf, pages: 3-1}]", "从小到大"),
}


@pytest.mark.parametrize(("media", "why"), MEDIA_MISTAKES.values(), ids=MEDIA_MISTAKES.keys())
def test_what_is_wrong_with_media_is_told_where_it_is_named(tmp_path: Path, shelf: Shelf, media: str, why: str) -> None:
    files: dict[str, str | bytes] = {
        "notices/a.yaml": NOTICE_YAML + f"media: {media}\n",
        "media/a.pdf": pdf(12),
        "media/film.mp4": film(),
        "media/other.mp4": film(seconds=1.0),
        "media/a.png": png(),
    }
    found = scan(write_folder(tmp_path, files), shelf=shelf)
    assert [(one.file, one.line) for one in found.problems] == [("notices/a.yaml", 5)]
    assert why in lines(found)[0]
    assert found.village
    assert found.village.notices == ()


def test_a_card_takes_no_film_for_a_photo(tmp_path: Path, shelf: Shelf) -> None:
    with_photo = VILLAGE_YAML.replace("phone: 0391-0000000", "phone: 0391-0000000, photo: a.mp4")
    folder = write_folder(tmp_path, {"village.yaml": with_photo, "media/a.mp4": film()})
    found = scan(folder, shelf=shelf)
    assert [(one.file, one.line) for one in found.problems] == [("village.yaml", 6)]
