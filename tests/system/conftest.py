"""Fixtures of the system tests; every test here is marked `system`, or `image` where it boots an image."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.system import rig
from tests.system.broker_world import SETTLE, World, broker_world


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark everything in this folder."""
    for item in items:
        if "tests/system" in str(item.path):
            booted = item.path.name == "test_image.py"
            item.add_marker(pytest.mark.image if booted else pytest.mark.system)


@pytest.fixture
def village(tmp_path: Path) -> Iterator[rig.Village]:
    """A small village: one publisher (not started), 24 doorways in two blocks."""
    with rig.village(tmp_path) as made:
        yield made


@pytest.fixture(scope="module", params=["mosquitto", "nats"])
def made(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A broker of each kind for all tests of a module."""
    with broker_world(request.param, tmp_path_factory.mktemp(request.param)) as world:
        yield world


@pytest.fixture
def world(made: World) -> Iterator[World]:
    """That broker, and nobody connected after the test."""
    yield made
    made.close()
    time.sleep(SETTLE)
