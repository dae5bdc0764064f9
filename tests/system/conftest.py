"""Fixtures of the system tests; every test here is marked `system`."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.system import rig


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark everything in this folder."""
    for item in items:
        if "tests/system" in str(item.path):
            item.add_marker(pytest.mark.system)


@pytest.fixture
def village(tmp_path: Path) -> Iterator[rig.Village]:
    """A small village: one publisher (not started), 24 doorways in two blocks."""
    with rig.village(tmp_path) as made:
        yield made
