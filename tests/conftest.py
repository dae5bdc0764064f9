"""What holds for every test: no thread outlives it, and properties have no deadline on a slow machine."""

import gc
import os
import threading
from collections.abc import Iterator

import pytest
from hypothesis import settings

settings.register_profile("house", deadline=None, derandomize=True, max_examples=30)
settings.register_profile("thorough", deadline=None, max_examples=2_000, print_blob=True)
THOROUGH = os.environ.get("PROPERTIES") == "thorough"
"""Set by `make properties`: many more examples, and other ones each time."""
settings.load_profile("thorough" if THOROUGH else "house")


def times(examples: int) -> int:
    """So many examples of a property that is slow to try; a hundred times as many when there is time."""
    return examples * 100 if THOROUGH else examples


def pytest_collection_finish() -> None:
    """What is in memory now stays to the end: the garbage collector need not walk through it again and again."""
    gc.freeze()


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
