"""Files that survive a power cut.

The cut is real: a child process watches every call of its own into C (sys.setprofile, no
patch) and ends itself, without any cleaning up, before the n-th one.
"""

import subprocess
import sys
from pathlib import Path

import pytest

from content.files import fsync_folder, remove_temporary_files, sha256_hex, write_atomic

INTERESTING = {"write", "flush", "fchmod", "fsync", "replace", "mkstemp"}


def test_the_digest_of_bytes_is_64_small_hexadecimal_digits() -> None:
    assert sha256_hex(b"") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


def test_a_file_is_replaced_whole_and_readable_by_the_player(tmp_path: Path) -> None:
    path = tmp_path / "current.json"
    for content in (b"old", b"", b"new" * 100_000):
        write_atomic(path, content)
        assert path.read_bytes() == content
    assert path.stat().st_mode & 0o777 == 0o644
    assert [one.name for one in tmp_path.iterdir()] == ["current.json"]


def test_a_secret_is_readable_by_its_owner_alone(tmp_path: Path) -> None:
    write_atomic(tmp_path / "key", b"secret", mode=0o600)
    assert (tmp_path / "key").stat().st_mode & 0o777 == 0o600


def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(OSError, match="folder"):
        write_atomic(tmp_path / "folder", b"new")
    assert [one.name for one in tmp_path.iterdir()] == ["folder"]
    with pytest.raises(OSError, match="nowhere"):
        write_atomic(tmp_path / "nowhere" / "file", b"new")


def test_the_bytes_are_on_disk_before_the_name_and_the_name_before_we_say_done(tmp_path: Path) -> None:
    calls: list[str] = []

    def note(_frame: object, event: str, called: object) -> None:
        name = getattr(called, "__name__", "")
        if event == "c_call" and name in INTERESTING:
            calls.append(name)

    sys.setprofile(note)
    try:
        write_atomic(tmp_path / "current.json", b"new")
    finally:
        sys.setprofile(None)
    assert calls == ["write", "flush", "fchmod", "fsync", "replace", "fsync"]


CUT = """
import os, sys
from pathlib import Path
from content.files import remove_temporary_files, write_atomic

folder = Path(sys.argv[1])
path = folder / "current.json"
write_atomic(path, b"old")
states, step, finished = [], 0, False
while not finished:
    child = os.fork()
    if child == 0:
        left = step
        def cut(_frame, event, _called):
            global left
            if event == "c_call":
                if left == 0:
                    os._exit(9)
                left -= 1
        sys.setprofile(cut)
        write_atomic(path, b"new")
        sys.setprofile(None)
        os._exit(0)
    finished = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    states.append(path.read_text())
    remove_temporary_files(folder)
    assert [one.name for one in folder.iterdir()] == ["current.json"]
    if not finished:
        write_atomic(path, b"old")
    step += 1
print(" ".join(states))
"""


def test_a_power_cut_at_any_step_leaves_the_old_bytes_or_the_new(tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, "-c", CUT, str(tmp_path)], capture_output=True, text=True, check=True)
    states = done.stdout.split()
    turned = states.index("new")
    assert len(states) > 10
    assert states == ["old"] * turned + ["new"] * (len(states) - turned)
    assert turned > 5


def test_what_a_power_cut_left_is_swept_and_nothing_else_is(tmp_path: Path) -> None:
    for name in (".tmp-abc", ".tmp-", "blob", "tmp-not-ours"):
        (tmp_path / name).write_bytes(b"x")
    remove_temporary_files(tmp_path)
    assert sorted(one.name for one in tmp_path.iterdir()) == ["blob", "tmp-not-ours"]


def test_a_folder_that_is_none_cannot_be_synced(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(NotADirectoryError):
        fsync_folder(tmp_path / "file")
