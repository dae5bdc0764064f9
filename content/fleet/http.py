"""What the HTTP server does for the fleet: takes screenshots in, tells Prometheus about screens and coverage.

PUT /screenshots/<command id>   a PNG, with the command's one-use token: Authorization: Bearer <token>
"""

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from prometheus_client.core import Metric
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.registry import Collector as MetricSource
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from content.clock import Clock
from content.files import write_atomic
from content.fleet.collector import CollectorHealth
from content.fleet.coverage import Reach
from content.fleet.lookout import LATENCY_BUCKETS
from content.fleet.records import Records, RecordsError
from content.fleet.table import counted
from content.fleet.uploads import Uploads

MOST_BYTES = 8 * 1024 * 1024
PNG_START = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"
PNG_END = b"IEND\xaeB`\x82"
MOST_KEPT = 200
"""Screenshots in the folder; the oldest go first."""


def screenshot_route(records: Records, folder: Path, clock: Clock) -> Route:
    """The door for screenshots; they are put into `folder`."""
    desk = ScreenshotDesk(records, folder)

    async def screenshot(request: Request) -> Response:
        command = request.path_params["command"]
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        try:
            screen = await run_in_threadpool(desk.screen_of, command, token, clock.now())
            if scheme.lower() != "bearer" or screen is None:
                return PlainTextResponse("no such leave, or used, or too late\n", status_code=403)
            picture = await body_of(request)
            if picture is None:
                return PlainTextResponse(f"at most {MOST_BYTES} bytes\n", status_code=413)
            if not picture.startswith(PNG_START) or not picture.endswith(PNG_END):
                return PlainTextResponse("not a PNG\n", status_code=415)
            if not await run_in_threadpool(desk.keep, command, screen, picture, clock.now()):
                return PlainTextResponse("used already\n", status_code=403)
        except ClientDisconnect:
            return PlainTextResponse("broken off\n", status_code=400)
        except RecordsError:
            return PlainTextResponse("no database now\n", status_code=503, headers={"Retry-After": "5"})
        return PlainTextResponse("kept\n", status_code=201)

    return Route("/screenshots/{command}", screenshot, methods=["PUT"])


async def body_of(request: Request) -> bytes | None:
    """The whole body; None where it is larger than allowed, without reading the rest."""
    declared = request.headers.get("Content-Length", "0")
    if not declared.isdigit() or int(declared) > MOST_BYTES:
        return None
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > MOST_BYTES:
            return None
    return bytes(body)


class ScreenshotDesk:
    """The part that waits for database and disk; in worker threads."""

    def __init__(self, records: Records, folder: Path) -> None:
        self._records, self._uploads, self._folder = records, Uploads(records), folder

    def screen_of(self, command: str, token: str, now: datetime) -> str | None:
        """Whose picture this leave is for."""
        try:
            return self._uploads.screen_of(command, token, now)
        finally:
            self._records.close_thread()

    def keep(self, command: str, screen: str, picture: bytes, now: datetime) -> bool:
        """Put the picture away; false where somebody was faster."""
        try:
            if not self._uploads.claim(command, now):
                return False
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            path = self._folder / f"{screen}-{now:%Y%m%dT%H%M%SZ}-{command[:8]}.png"
            write_atomic(path, picture, mode=0o600)
            self._uploads.arrived(command, str(path))
            for old in sorted(self._folder.glob("*.png"), key=lambda one: one.stat().st_mtime)[:-MOST_KEPT]:
                old.unlink(missing_ok=True)
            return True
        finally:
            self._records.close_thread()


class FleetMetrics(MetricSource):
    """What the collector saw last, as Prometheus metrics. Reads no database."""

    def __init__(self, health: CollectorHealth) -> None:
        self._health = health

    def collect(self) -> Iterable[Metric]:
        health, seen = self._health, self._health.snapshot
        yield gauge("window_collector_connected", "1 while the collector hears screens", health.connected)
        yield gauge(
            "window_collector_error", "1 while something is wrong, such as the database", bool(health.last_error)
        )
        yield gauge("window_collector_waiting", "Reports in the queue: the collector's lag", health.waiting)
        yield gauge(
            "window_collector_database_error", "1 while the database takes nothing", bool(health.database_error)
        )
        yield gauge("window_collector_gaps", "Screens of which receipts are missing and asked for", health.gaps)
        written = health.last_batch.timestamp() if health.last_batch else 0.0
        yield gauge("window_collector_last_batch_timestamp_seconds", "When reports were last written", written)
        yield counter("window_collector_batches", "Batches written to the database", health.batches)
        yield counter("window_collector_rows", "Rows written to the database", health.rows)
        yield counter("window_collector_dropped", "Reports lost in a full queue (asked for again)", health.dropped)
        events = CounterMetricFamily(
            "window_collector_events", "Reports by what became of them, and questions asked", labels=["event"]
        )
        for name, count in sorted(health.counts.items()):
            events.add_metric([name], count)
        yield events
        yield gauge("window_receipts_stored", "Receipts in the database", seen.receipts)
        yield from self._screens()
        yield from self._alerts()

    def _screens(self) -> Iterable[Metric]:
        seen = self._health.snapshot
        screens = GaugeMetricFamily("window_screens", "Screens by state", labels=["state"])
        for state, count in counted(seen.rows).items():
            screens.add_metric([state.value], count)
        yield screens
        offsets = GaugeMetricFamily(
            "window_screen_clock_offset_seconds", "Screen's clock minus the publisher's, message's way included",
            labels=["screen"],
        )  # fmt: skip
        for row in seen.rows:
            if row.offset_seconds is not None:
                offsets.add_metric([row.screen], row.offset_seconds)
        yield offsets
        letters = GaugeMetricFamily("window_notifications", "Notifications by what became of them", labels=["state"])
        for name, count in seen.letters.items():
            letters.add_metric([name], count)
        yield letters

    def _alerts(self) -> Iterable[Metric]:
        seen = self._health.snapshot
        ratio = GaugeMetricFamily(
            "window_alert_coverage_ratio", "Screens that show the alert, of those that should", labels=["alert"]
        )
        missing = GaugeMetricFamily("window_alert_missing", "Screens that do not show the alert", labels=["alert"])
        for one in seen.alerts:
            ratio.add_metric([one.item.item], one.count(Reach.SHOWN) / len(one.spots) if one.spots else 1.0)
            missing.add_metric([one.item.item], len(one.open))
        yield ratio
        yield missing
        open_recalls = GaugeMetricFamily("window_recall_missing", "Screens without proof of a recall", labels=["item"])
        for one in seen.recalls:
            open_recalls.add_metric([one.item.item], len(one.open))
        yield open_recalls
        buckets, total = [], 0
        for edge, count in zip((*map(str, LATENCY_BUCKETS), "+Inf"), seen.latency.buckets, strict=True):
            total += count
            buckets.append((edge, total))
        yield HistogramMetricFamily(
            "window_alert_latency_seconds",
            "From publishing an alert to its first frame on a screen",
            buckets=buckets,
            sum_value=seen.latency.total,
        )


def gauge(name: str, text: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, text, value=float(value))


def counter(name: str, text: str, value: float) -> CounterMetricFamily:
    return CounterMetricFamily(name, text, value=float(value))
