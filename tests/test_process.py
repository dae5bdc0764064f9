"""content.process: how a command ends, as the shell that started it sees it."""

import errno
import os
import subprocess
import sys
from collections.abc import Callable

import pytest

from content.errors import FolderError
from content.process import exit_status


def raising(mistake: BaseException) -> Callable[[], int]:
    def command() -> int:
        raise mistake

    return command


def test_a_command_ends_with_its_own_status(capsys: pytest.CaptureFixture[str]) -> None:
    assert [exit_status(lambda: 0), exit_status(lambda: 3)] == [0, 3]
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    ("mistake", "status", "said"),
    [
        (FolderError("没有这个文件夹"), 1, "没有这个文件夹\n"),
        (PermissionError(errno.EACCES, "Permission denied", "/x"), 1, "/x: Permission denied；请检查路径和权限\n"),
        (OSError(errno.ENOSPC, "No space left on device"), 1, "No space left on device；请检查路径和权限\n"),
        (KeyboardInterrupt(), 130, ""),
    ],
)
def test_what_went_wrong_is_told_in_words(
    mistake: BaseException, status: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert exit_status(raising(mistake)) == status
    assert capsys.readouterr() == ("", said)


def test_a_mistake_of_ours_keeps_its_traceback() -> None:
    with pytest.raises(ZeroDivisionError):
        exit_status(lambda: 1 // 0)


def test_nothing_is_said_when_the_reader_of_our_output_has_had_enough() -> None:
    """`content places FOLDER | head -1`"""
    read, write = os.pipe()
    os.close(read)
    program = "import sys; from content.process import exit_status; sys.exit(exit_status(lambda: print('x' * 100_000)))"
    done = subprocess.run([sys.executable, "-c", program], stdout=write, stderr=subprocess.PIPE, text=True, check=False)
    os.close(write)
    assert (done.returncode, done.stderr) == (141, "")


def test_a_command_that_was_started_without_an_output_does_its_work_all_the_same() -> None:
    """`content publish FOLDER >&-`"""
    program = "import sys; from content.process import exit_status; sys.exit(exit_status(lambda: print('x') or 3))"
    closed = ["sh", "-c", 'exec "$0" -c "$1" >&-', sys.executable, program]
    done = subprocess.run(closed, stderr=subprocess.PIPE, text=True, check=False)
    assert (done.returncode, done.stderr) == (3, "")
