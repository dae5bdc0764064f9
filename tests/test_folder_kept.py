"""What goes on while a file is bad or half copied: each notice and the village as they last were good."""

import threading
from pathlib import Path

import pytest

from content.folder import Scan, scan
from content.media.shelf import Shelf
from tests.fakes import ALERT_YAML, NOTICE_YAML, VILLAGE_YAML, png, write_folder
from tests.films import pdf


def lines(found: Scan) -> list[str]:
    return [str(problem) for problem in found.problems]


def titles(found: Scan) -> list[str]:
    assert found.village
    return [one.notice.title for one in found.village.notices]


def test_a_slip_of_the_keyboard_takes_nothing_off_the_screen(tmp_path: Path) -> None:
    folder, good = write_folder(tmp_path, {"notices/a.yaml": NOTICE_YAML}), tmp_path / ".publisher" / "good"
    history = [titles(scan(folder, good))]
    for text in (NOTICE_YAML.replace("title: ", "title："), NOTICE_YAML.replace("停水通知", "停电通知"), "", "["):
        write_folder(folder, {"notices/a.yaml": text})
        history.append(titles(scan(folder, good)))
    assert history == [["停水通知"], ["停水通知"], ["停电通知"], ["停电通知"], ["停电通知"]]


def test_a_bad_village_goes_on_as_it_last_was_good(tmp_path: Path) -> None:
    folder, good = write_folder(tmp_path, {"notices/a.yaml": NOTICE_YAML}), tmp_path / ".publisher" / "good"
    before = scan(folder, good).village
    write_folder(folder, {"village.yaml": VILLAGE_YAML.replace("places:", "place:", 1)})
    found = scan(folder, good)
    assert found.problems
    assert found.village == before


def test_deleting_the_file_withdraws_the_notice_even_while_it_is_bad(tmp_path: Path) -> None:
    folder, good = write_folder(tmp_path, {"notices/a.yaml": NOTICE_YAML}), tmp_path / ".publisher" / "good"
    scan(folder, good)
    write_folder(folder, {"notices/a.yaml": "["})
    assert titles(scan(folder, good)) == ["停水通知"]
    (folder / "notices/a.yaml").unlink()
    assert titles(scan(folder, good)) == []
    write_folder(folder, {"notices/a.yaml": "["})
    assert titles(scan(folder, good)) == []


def test_an_alert_that_is_spoilt_goes_on_and_one_that_is_deleted_ends(tmp_path: Path) -> None:
    folder, good = write_folder(tmp_path, {"alerts/a.yaml": ALERT_YAML}), tmp_path / ".publisher" / "good"
    scan(folder, good)
    write_folder(folder, {"alerts/a.yaml": "level: ["})
    found = scan(folder, good)
    assert found.village
    assert [one.alert.id for one in found.village.alerts] == ["a"]
    (folder / "alerts/a.yaml").unlink()
    found = scan(folder, good)
    assert found.village
    assert found.village.alerts == ()


@pytest.mark.parametrize("content", [None, b"", png(200, 200)[:90]], ids=["deleted", "emptied", "half copied"])
def test_a_notice_whose_picture_is_being_replaced_stays_on_the_screen(tmp_path: Path, content: bytes | None) -> None:
    folder = write_folder(tmp_path, {"notices/a.yaml": NOTICE_YAML + "media: [a.png]\n", "media/a.png": png(200, 200)})
    good = tmp_path / ".publisher" / "good"
    assert titles(scan(folder, good)) == ["停水通知"]
    if content is None:
        (folder / "media/a.png").unlink()
    else:
        (folder / "media/a.png").write_bytes(content)
    found = scan(folder, good)
    assert [one.file for one in found.problems] == ["notices/a.yaml"]
    assert titles(found) == ["停水通知"]


def test_check_looks_at_the_files_and_not_at_copies(tmp_path: Path) -> None:
    folder, good = write_folder(tmp_path, {"notices/a.yaml": NOTICE_YAML}), tmp_path / ".publisher" / "good"
    scan(folder, good)
    write_folder(folder, {"notices/a.yaml": "["})
    assert titles(scan(folder)) == []


def test_while_media_are_made_ready_a_notice_waits_and_its_earlier_form_stays(tmp_path: Path) -> None:
    folder = write_folder(tmp_path, {"notices/a.yaml": NOTICE_YAML})
    good, called = tmp_path / ".publisher" / "good", threading.Event()
    shelf = Shelf(tmp_path / ".publisher" / "media", called.set)
    history = [titles(scan(folder, good, shelf))]
    newer = NOTICE_YAML.replace("停水通知", "停水通知（有图）") + "media: [a.pdf]\n"
    write_folder(folder, {"notices/a.yaml": newer, "notices/b.yaml": NOTICE_YAML, "media/a.pdf": pdf()})
    found = scan(folder, good, shelf)
    assert (lines(found), found.preparing) == ([], ("a.pdf",))
    history.append(titles(found))
    shelf.start()
    assert called.wait(60)
    found = scan(folder, good, shelf)
    shelf.close()
    assert (lines(found), found.preparing) == ([], ())
    history.append(titles(found))
    assert history == [["停水通知"], ["停水通知", "停水通知"], ["停水通知（有图）", "停水通知"]]
