"""What holds for every test: no thread outlives it, and properties have no deadline on a slow machine."""

import threading
from collections.abc import Iterator

import pytest
from hypothesis import settings

settings.register_profile("house", deadline=None, derandomize=True, max_examples=60)
settings.load_profile("house")

FAREWELL_SECONDS = 2.0
"""A thread that was asked to stop may take so long; join() returns at once where there is none."""


@pytest.fixture(autouse=True)
def no_thread_is_leaked() -> Iterator[None]:
    """Fails the test that leaves a thread behind."""
    before = set(threading.enumerate())
    yield
    started = [thread for thread in threading.enumerate() if thread not in before]
    for thread in started:
        thread.join(timeout=FAREWELL_SECONDS)
    left = [thread.name for thread in started if thread.is_alive()]
    assert left == [], f"threads still running: {left}"
