"""Shutting a screen out: an end to the connection that there is, once its certificate is revoked.

Mosquitto reads its lists at its start and on SIGHUP, and does not look at those who are connected again. So after the
reload we connect at the publishers' door under the screen's client id: the broker ends the older connection of
the two, and the screen's next one is refused.
"""

import contextlib
import queue
import tempfile
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from content.address import Credentials
from content.admission.authority import Authority
from content.files import write_atomic
from content.mqtt import Connected, Connection, Disconnected
from provisioning.site import Site

EVICTOR = "evictor"
EVICTOR_LIFE = timedelta(days=1)
CONNECT_SECONDS = 20.0
ROUNDS = (0.0, 5.0, 10.0)
"""Seconds before each eviction: a screen that came back before the broker had read its list is put out again."""


def evict(authority: Authority, site: Site, screen: str, now: datetime) -> bool:
    """End the connection of `screen`, if there is one; False where the broker could not be reached."""
    reached = False
    with evictors_files(authority, now) as credentials:
        for seconds in ROUNDS:
            time.sleep(seconds)
            inbox: queue.Queue[Any] = queue.Queue(maxsize=100)
            connection = Connection(site.publishers_door, screen, inbox, credentials=credentials)
            connection.start()
            try:
                reached = connects(inbox) or reached
            finally:
                connection.close()
            if not reached:
                break
    return reached


def connects(inbox: "queue.Queue[Any]") -> bool:
    """Does the connection come up?"""
    deadline = time.monotonic() + CONNECT_SECONDS
    while (left := deadline - time.monotonic()) > 0:
        with contextlib.suppress(queue.Empty):
            event = inbox.get(timeout=left)
            if isinstance(event, Connected):
                return True
            if isinstance(event, Disconnected):
                return False
    return False


@contextlib.contextmanager
def evictors_files(authority: Authority, now: datetime) -> Iterator[Credentials]:
    """A certificate of a publisher that may do nothing but connect, for a day; its files for as long as needed."""
    certificate, key = authority.issue_publisher(EVICTOR, now, EVICTOR_LIFE)
    with tempfile.TemporaryDirectory(prefix="evictor-") as name:
        folder = Path(name)
        files = {"ca": authority.certificate, "certificate": certificate, "key": key}
        for stem, content in files.items():
            write_atomic(folder / stem, content, mode=0o600)
        yield Credentials(*(folder / stem for stem in files))
