"""A PostgreSQL of our own for the system tests: a private cluster on a Unix socket, gone afterwards."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


def programs() -> Path | None:
    """Where initdb and pg_ctl are; Debian keeps them by version."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    found = shutil.which("createdb")
    return folders[-1] if folders else Path(found).parent if found else None


class Postgresql:
    """A running server with an empty database at `url`."""

    def __init__(self, there: Path, home: Path) -> None:
        self.url = f"postgresql://window@/window?host={home}"
        self._there, self._home = there, home
        self._cluster = str(home / "cluster")
        self._user = "postgres" if os.geteuid() == 0 else None  # it refuses to run as root
        if self._user:
            shutil.chown(home, self._user)
        self._run("initdb", "-D", self._cluster, "-U", "window", "--auth=trust", "--encoding=UTF8", "--no-locale")
        self.start()
        self._run("createdb", "-h", str(home), "-U", "window", "window")

    def _run(self, program: str, *arguments: str) -> None:
        subprocess.run(
            [str(self._there / program), *arguments], check=True, capture_output=True, user=self._user, cwd=self._home
        )

    def start(self) -> None:
        options = f"-c listen_addresses='' -c unix_socket_directories={self._home}"
        self._run("pg_ctl", "-D", self._cluster, "-w", "-l", str(self._home / "log"), "-o", options, "start")

    def stop(self) -> None:
        self._run("pg_ctl", "-D", self._cluster, "-w", "-m", "immediate", "stop")


@contextmanager
def postgresql() -> Iterator[Postgresql]:
    """A server. Skips the test where PostgreSQL is not installed."""
    there = programs()
    if there is None:
        pytest.skip("PostgreSQL is not installed: apt-get install postgresql")
    home = Path(tempfile.mkdtemp(prefix="pg-"))
    try:
        server = Postgresql(there, home)
        try:
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(home, ignore_errors=True)
