"""The part of `serve` that hears the screens: database, courier, lookout and collector, started and stopped together.

Publishing never depends on it: a database that is away keeps no notice from going out.
"""

from collections.abc import Callable, Collection
from contextlib import ExitStack
from pathlib import Path

from prometheus_client.registry import Collector as MetricSource
from starlette.routing import Route

from content.address import BrokerAddress, Credentials
from content.clock import SystemClock
from content.fleet.collector import Collector
from content.fleet.courier import Courier
from content.fleet.http import FleetMetrics, screenshot_route
from content.fleet.lookout import Lookout
from content.fleet.records import Records, default_url
from content.publisher import STATE_FOLDER, Publisher
from content.signing import Key
from content.vouched import key_path


class Fleet:
    """A context manager. `routes`, `metrics` and `health` are for the HTTP server."""

    def __init__(
        self,
        folder: Path,
        database: str,
        publisher: Publisher,
        broker: BrokerAddress,
        credentials: Credentials | None,
        revoked: Callable[[], Collection[str]],
    ) -> None:
        clock = SystemClock()
        records = Records(database or default_url(folder))
        self._courier = Courier(folder, records, clock)
        lookout = Lookout(folder, records, self._courier, publisher.remind, revoked)
        key = Key.load(key_path(folder, publisher.name))
        self._collector = Collector(records, broker, publisher.name, key, clock, lookout, credentials=credentials)
        publisher.on_published = self._collector.published
        self.routes: list[Route] = [screenshot_route(records, folder / STATE_FOLDER / "screenshots", clock)]
        self.metrics: list[MetricSource] = [FleetMetrics(self._collector.health)]
        self.health = {"collector": self._collector.health.report}
        self._running = ExitStack()

    def __enter__(self) -> "Fleet":
        self._running.enter_context(self._collector)
        self._running.enter_context(self._courier)
        return self

    def __exit__(self, *_: object) -> None:
        self._running.close()
