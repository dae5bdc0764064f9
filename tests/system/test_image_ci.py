"""How CI ends in time: what it starts is ended with everything below it, and what was not tried is said."""

import subprocess
import sys
import time
from pathlib import Path

import pytest

from provisioning.mirror import archives, given
from provisioning.recipe import read_recipe
from tests.system.image_ci import ROOT, archive_trouble, tried, within
from tests.system.rig import until


def test_a_command_that_hangs_is_ended_with_all_that_it_started(tmp_path: Path) -> None:
    child = tmp_path / "child"
    script = f"trap '' TERM; sleep 600 & echo $! > {child}; wait"
    assert within(2.0, ["sh", "-c", script], {}) is None
    number = child.read_text().strip()
    until("the child is gone", lambda: not running(number))


def test_what_a_command_leaves_behind_is_ended_with_it(tmp_path: Path) -> None:
    child = tmp_path / "child"
    script = f"(trap '' TERM; exec sleep 600) & echo $! > {child}; sleep 1"
    assert within(30.0, ["sh", "-c", script], {}) == 0
    until("the child is gone", lambda: not running(child.read_text().strip()))


def running(number: str) -> bool:
    """Is there such a process, that is not dead and only waiting to be told of?"""
    try:
        return Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_the_status_of_a_command_that_ends_is_its_own() -> None:
    assert within(30.0, ["sh", "-c", 'exit "$STATUS"'], {"STATUS": "3"}) == 3


@pytest.mark.parametrize(("least", "expected"), [(1.0, (0, 2)), (100.0, (7, 1))], ids=["time is left", "no time"])
def test_what_fails_is_tried_once_more_where_time_is_left(
    least: float, expected: tuple[int, int], tmp_path: Path
) -> None:
    log = tmp_path / "log"
    script = f"echo tried >> {log}; test $(wc -l < {log}) -gt 1 || exit 7"
    status = tried("it", ["sh", "-c", script], {}, time.monotonic() + 30.0, least)
    assert (status, len(log.read_text().splitlines())) == expected


def test_what_fails_twice_has_failed(tmp_path: Path) -> None:
    log = tmp_path / "log"
    assert tried("it", ["sh", "-c", f"echo tried >> {log}; exit 7"], {}, time.monotonic() + 30.0, 1.0) == 7
    assert log.read_text() == "tried\n" * 2


def test_an_archive_out_of_reach_is_told_from_one_that_answers(tmp_path: Path) -> None:
    path = ROOT / "provisioning/recipe.yaml"
    recipe = read_recipe(path.name, path.read_bytes())
    archive = f"file://{tmp_path}/debian"
    assert "InRelease" in archive_trouble(recipe, archive)
    for address, suite in archives(given(archive), recipe):
        release = Path(address.removeprefix("file://")) / "dists" / suite / "InRelease"
        release.parent.mkdir(parents=True)
        release.write_text("Date: Sat, 06 Sep 2025 09:14:51 UTC\n")
    assert archive_trouble(recipe, archive) == ""


def test_too_little_time_is_said_and_is_no_failure() -> None:
    command = [sys.executable, "-m", "tests.system.image_ci", "--seconds", "10"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60.0)
    assert (done.returncode, "SMALLER FORM" in done.stdout, done.stderr) == (0, True, "")
