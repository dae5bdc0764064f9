"""From the publisher's hand to the screens' caches, against a bare subscriber of the same bytes.

Simulated screens: the real connection, signature check, plan and cache (on tmpfs), without a
process each. Half of the clients are bare: they only note when the bytes came. Both kinds share
one broker and one machine, so the difference between them is what a screen adds.
"""

import multiprocessing
import queue
import resource
import tempfile
import time
from datetime import UTC, datetime
from multiprocessing.queues import Queue
from pathlib import Path
from typing import Any

from content.address import BrokerAddress
from content.broker import LocalBroker
from content.manifest import Content, Manifest, encode
from content.mqtt import Arrived, Connection, Subscribed
from content.notice import TOPICS, Notice
from content.signing import Key, Keyring, Publisher
from content.topics import CONTENT
from kiosk.cache import Cache
from kiosk.health import Refusals
from kiosk.holdings import Holdings
from tests.bench.table import percentile, show

PLACE, PUBLISHER = "village", "bench"
TOPIC = CONTENT.of(place=PLACE, publisher=PUBLISHER)
WORKERS = 10
"""paho waits with select(2), which takes no descriptor above 1,023: some 330 clients a process."""
ROUNDS = 5
MEMORY = Path("/dev/shm")  # noqa: S108 -- tmpfs, so that a thousand caches do not queue for one disk


def run() -> None:
    """Print the table."""
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))  # 2,000 clients and their broker in a few processes
    rows = []
    for screens in (1, 100, 1000):
        bare, cached = measure(screens)
        for name, values in (("bare subscriber", bare), ("screen's cache", cached)):
            rows.append(
                [str(screens), name, str(len(values))]
                + [f"{percentile(values, part) * 1000:.0f}" for part in (0.5, 0.95, 1.0)]
                + [f"{percentile(values, 0.5) / percentile(bare, 0.5):.1f}"]
            )
    show(
        f"Publish → cache over Mosquitto, {ROUNDS} rounds, one machine plays all parts",
        ["screens", "measured at", "samples", "p50 ms", "p95 ms", "max ms", "× bare p50"],
        rows,
    )


def measure(screens: int) -> tuple[list[float], list[float]]:
    """Seconds from publish to arrival, and to the cache, for so many screens and as many bare subscribers."""
    key, root = Key.generate(), Key.generate()
    publisher = Publisher(id=PUBLISHER, name="bench", keys={key.id: key.public}, scope=(PLACE,), may=("content",))
    keyring = Keyring(version=1, root_keys={root.id: root.public}, publishers=(publisher,))
    context = multiprocessing.get_context("spawn")
    results: Queue[Any] = context.Queue()
    with LocalBroker() as broker, tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as folder:
        shares = [screens // WORKERS + (i < screens % WORKERS) for i in range(WORKERS)]
        workers = [
            context.Process(target=work, args=(broker.url, share, Path(folder) / str(i), encode(keyring), results))
            for i, share in enumerate(shares)
            if share
        ]
        for worker in workers:
            worker.start()
        for _ in workers:
            assert results.get(timeout=60.0) == "ready"
        found = publish_rounds(broker.url, key, results, screens)
        for worker in workers:
            worker.terminate()
            worker.join()
    return found


def publish_rounds(url: str, key: Key, results: "Queue[Any]", screens: int) -> tuple[list[float], list[float]]:
    inbox: queue.Queue[Any] = queue.Queue()
    connection = Connection(BrokerAddress.parse(url), "bench-publisher", inbox)
    connection.start()
    while not connection.connected:
        time.sleep(0.01)
    bare: list[float] = []
    cached: list[float] = []
    for revision in range(1, ROUNDS + 1):
        message = key.sign(encode(manifest(revision)))
        start = time.monotonic()
        connection.publish(TOPIC, message, qos=1, retain=True)
        for _ in range(2 * screens):
            kind, moment = results.get(timeout=60.0)
            (bare if kind == "bare" else cached).append(moment - start)
    connection.close()
    return bare, cached


def manifest(revision: int) -> Manifest:
    """Ten notices of a usual length: about 8 KB."""
    notices = tuple(
        Notice(id=f"n{i}", title=f"第{i}条通知，第{revision}版", topic=TOPICS["便民信息"], body="正文一段。" * 40)
        for i in range(10)
    )
    return Manifest(
        kind="content", place=PLACE, publisher=PUBLISHER, revision=revision, issued=datetime.now(UTC),
        content=Content(place_name="村", notices=notices),
    )  # fmt: skip


def work(url: str, screens: int, folder: Path, keyring: bytes, results: "Queue[Any]") -> None:
    """One process that plays `screens` screens and as many bare subscribers."""
    from content.manifest import parse

    address = BrokerAddress.parse(url)
    bare_inbox: queue.Queue[Any] = queue.Queue()
    connections = []
    holdings: list[tuple[Holdings, queue.Queue[Any]]] = []
    for number in range(screens):
        cache = Cache(folder / str(number))
        cache.prepare()
        inbox: queue.Queue[Any] = queue.Queue()
        holdings.append((Holdings(PLACE, cache, parse(keyring, Keyring), Refusals()), inbox))
        connections.append(Connection(address, f"screen-{folder.name}-{number}", inbox))
        connections.append(BareConnection(address, f"bare-{folder.name}-{number}", bare_inbox, results))
    for connection in connections:
        connection.subscribe([TOPIC])
        connection.start()
        time.sleep(0.005)  # the broker's listen backlog is 100
    subscribed = 0
    while subscribed < len(connections):
        for inbox in [bare_inbox, *(one for _, one in holdings)]:
            subscribed += sum(isinstance(event, Subscribed) for event in drained(inbox))
        time.sleep(0.01)
    results.put("ready")
    while True:
        busy = False
        for one, inbox in holdings:
            for event in drained(inbox):
                if isinstance(event, Arrived) and event.payload and one.offer(event.topic, event.payload):
                    one.settle()
                    results.put(("screen", time.monotonic()))
                    busy = True
        if not busy:
            time.sleep(0.001)


class BareConnection(Connection):
    """Notes when a message came, in paho's own thread, and does nothing else."""

    def __init__(self, address: BrokerAddress, name: str, inbox: "queue.Queue[Any]", results: "Queue[Any]") -> None:
        super().__init__(address, name, inbox)
        self._results = results

    def _put(self, event: Any) -> None:
        if isinstance(event, Arrived):
            self._results.put(("bare", time.monotonic()))
        else:
            super()._put(event)


def drained(inbox: "queue.Queue[Any]") -> list[Any]:
    """All that is in the inbox now."""
    events = []
    while True:
        try:
            events.append(inbox.get_nowait())
        except queue.Empty:
            return events
