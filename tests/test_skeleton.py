"""A new content folder is good as it is, has keys, and nothing is ever overwritten."""

from pathlib import Path

import pytest

from content.__main__ import main
from content.errors import FolderError, WindowError
from content.folder import scan
from content.signing import Key, verify_keyring
from content.skeleton import create
from content.vouched import keyring_problems
from tests.fakes import VILLAGE_YAML, write_folder

FILES = [
    "village.yaml",
    "notices/welcome.yaml",
    ".gitignore",
    "keys/root.pem",
    "keys/{}-publisher.pem",
    "keys/{}-publisher.pub",
    "keyring.json",
]


def test_a_new_folder_has_everything_and_no_problem(tmp_path: Path) -> None:
    made = create(tmp_path / "baizhuang")
    assert made == [name.format("baizhuang") for name in FILES]
    found = scan(tmp_path / "baizhuang")
    assert found.problems == []
    assert found.village
    assert [one.notice.id for one in found.village.notices] == ["welcome"]


@pytest.mark.parametrize(
    "name", ["白庄", "content", "alerts", "My Village 2", "-x-", "a" * 60, "a" * 63, "b" * 200, "1.5"]
)
def test_a_folder_of_any_name_is_a_good_one(tmp_path: Path, name: str) -> None:
    create(tmp_path / name)
    found = scan(tmp_path / name)
    assert [str(problem) for problem in found.problems] == []
    assert found.village
    keyring = verify_keyring((tmp_path / name / "keyring.json").read_bytes(), None)
    assert keyring.publishers_for(next(iter(found.village.places)), "content")


def test_the_folder_that_every_server_has_gives_each_a_publisher_of_its_own(tmp_path: Path) -> None:
    for server in ("one", "other"):
        create(tmp_path / server / "village")
    one, other = (scan(tmp_path / server / "village").village for server in ("one", "other"))
    assert one
    assert other
    assert one.publisher != other.publisher


def test_a_village_whose_first_place_was_renamed_is_told_a_command_that_mends_its_keyring(tmp_path: Path) -> None:
    folder = tmp_path / "hill"
    create(folder)
    text = (folder / "village.yaml").read_text()
    (folder / "village.yaml").write_text(text.replace("\n  hill:\n", "\n  dale:\n"))
    (problem,) = keyring_problems(folder, scan(folder).village)
    command = str(problem).partition("python -m content ")[2]
    assert main(command.split()) == 0
    assert keyring_problems(folder, scan(folder).village) == []


def test_private_keys_are_their_owners_alone_and_kept_out_of_git(tmp_path: Path) -> None:
    create(tmp_path / "a")
    keys = tmp_path / "a" / "keys"
    assert keys.stat().st_mode & 0o777 == 0o700
    assert {path.name: path.stat().st_mode & 0o777 for path in keys.iterdir()} == {
        "root.pem": 0o600,
        "a-publisher.pem": 0o600,
        "a-publisher.pub": 0o644,
    }
    assert "keys/" in (tmp_path / "a" / ".gitignore").read_text().splitlines()


def test_the_keyring_lets_the_publisher_publish_in_its_own_village(tmp_path: Path) -> None:
    create(tmp_path / "a")
    keyring = verify_keyring((tmp_path / "a" / "keyring.json").read_bytes(), None)
    own = Key.load(tmp_path / "a" / "keys" / "a-publisher.pem")
    (entry,) = keyring.publishers
    assert (entry.id, entry.scope, entry.keys) == ("a-publisher", ("a",), {own.id: own.public})
    assert set(entry.may) == {"content", "alerts", "assignment", "command"}
    assert list(keyring.root_keys) == [Key.load(tmp_path / "a" / "keys" / "root.pem").id]


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_second_time_makes_and_changes_nothing(tmp_path: Path) -> None:
    create(tmp_path)
    before = contents(tmp_path)
    assert create(tmp_path) == []
    assert contents(tmp_path) == before


def test_what_is_missing_is_made_and_the_rest_is_left_alone(tmp_path: Path) -> None:
    create(tmp_path / "a")
    before = contents(tmp_path / "a")
    (tmp_path / "a" / "keyring.json").unlink()
    (tmp_path / "a" / "keys" / "a-publisher.pub").unlink()
    assert create(tmp_path / "a") == ["keys/a-publisher.pub", "keyring.json"]
    after = contents(tmp_path / "a")
    assert {name for name in before if after[name] != before[name]} == set()


def test_a_village_that_is_there_gets_keys_only(tmp_path: Path) -> None:
    write_folder(tmp_path)
    assert create(tmp_path) == [
        "keys/root.pem",
        "keys/village-committee.pem",
        "keys/village-committee.pub",
        "keyring.json",
    ]
    assert (tmp_path / "village.yaml").read_text() == VILLAGE_YAML


def test_a_folder_with_other_things_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "photo.jpg").write_bytes(b"x")
    with pytest.raises(FolderError, match="不是空的"):
        create(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["photo.jpg"]


@pytest.mark.parametrize("publisher", ["../../evil", "{tmp_path}/evil", "a/b", "Village"])
def test_a_publishers_name_cannot_lead_its_key_out_of_the_folder(tmp_path: Path, publisher: str) -> None:
    folder, publisher = tmp_path / "one" / "two", publisher.format(tmp_path=tmp_path)
    write_folder(folder, {"village.yaml": VILLAGE_YAML.replace("village-committee", publisher)})
    with pytest.raises(WindowError):
        create(folder)
    assert [path for path in tmp_path.rglob("*.p*") if path.is_file()] == []


def test_a_village_with_a_mistake_is_told_and_gets_no_keys(tmp_path: Path) -> None:
    write_folder(tmp_path, {"village.yaml": "publisher: a\nnam: b\n"})
    with pytest.raises(FolderError, match=r"village\.yaml:2"):
        create(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["village.yaml"]
