"""How the publisher is, for people and monitoring: /healthz and /metrics, told to those who may know.

Screens, and everybody in their network, reach the same port. What is wrong with which file, and which doorway has
lost its screen, is nobody's business there: they hear `ok` or not.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from types import MappingProxyType
from typing import Any, TypeAlias

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import Metric
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from content.errors import FolderError
from content.publisher import PublisherHealth

Network: TypeAlias = IPv4Network | IPv6Network
HERE: tuple[Network, ...] = (IPv4Network("127.0.0.0/8"), IPv6Network("::1"))
"""This machine itself."""


def network(text: str) -> Network:
    """An address or a network as people write it: 10.0.0.5, 10.0.0.0/24. Raises FolderError."""
    try:
        return ip_network(text, strict=False)
    except ValueError:
        raise FolderError(f"--monitors {text!r} 不是地址；应像 10.0.0.5 或 10.0.0.0/24") from None


def is_among(host: str, networks: Iterable[Network]) -> bool:
    """Is a client of that address in one of the networks?"""
    try:
        address = ip_address(host)
    except ValueError:
        return False
    address = getattr(address, "ipv4_mapped", None) or address  # as a socket for both writes it
    return any(address in one for one in networks)


def monitoring_routes(
    health: PublisherHealth,
    more_metrics: Sequence[Collector] = (),
    more_health: Mapping[str, Callable[[], dict[str, Any]]] = MappingProxyType({}),
    monitors: Sequence[Network] = (),
) -> list[Route]:
    """200 while all is well, 503 with what is wrong; Prometheus text.

    `more_health`: other parts' reports, each with an `ok` of its own. `monitors`: who may know, beside this machine.
    """
    registry = CollectorRegistry()
    for source in (HealthMetrics(health), *more_metrics):
        registry.register(source)

    def may_know(request: Request) -> bool:
        return request.client is not None and is_among(request.client.host, (*HERE, *monitors))

    async def healthz(request: Request) -> Response:
        report = health.report()
        parts = {name: part() for name, part in more_health.items()}
        ok = report["ok"] and all(part["ok"] for part in parts.values())
        told = report | parts | {"ok": ok} if may_know(request) else {"ok": ok}
        return JSONResponse(told, status_code=200 if ok else 503)

    async def metrics(request: Request) -> Response:
        if not may_know(request):
            return PlainTextResponse("只有本机能看；serve 加上 --monitors 地址\n", status_code=403)
        return Response(generate_latest(registry), media_type="text/plain; version=0.0.4; charset=utf-8")

    return [Route("/healthz", healthz), Route("/metrics", metrics)]


class HealthMetrics(Collector):
    """The publisher's health as Prometheus metrics, read when they are asked for."""

    def __init__(self, health: PublisherHealth) -> None:
        self._health = health

    def collect(self) -> Iterable[Metric]:
        health = self._health
        yield gauge("window_publisher_broker_connected", "1 while connected to the broker", health.connected)
        yield gauge("window_publisher_topics", "MQTT topics this publisher retains", health.topics)
        yield gauge("window_publisher_notices", "Notices in the folder that are good", health.notices)
        yield gauge("window_publisher_alerts", "Alerts in the folder that are good", health.alerts)
        yield gauge("window_publisher_problems", "Mistakes in the folder now", len(health.problems))
        yield gauge("window_publisher_warnings", "Warnings about the folder now", len(health.warnings))
        scanned = health.last_scan.timestamp() if health.last_scan else 0.0
        yield gauge("window_publisher_last_scan_timestamp_seconds", "When the folder was last read", scanned)
        yield counter("window_publisher_messages", "Messages handed to the broker", health.published)
        yield counter("window_publisher_scans", "Times the folder was read", health.scans)


def gauge(name: str, text: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, text, value=float(value))


def counter(name: str, text: str, value: float) -> CounterMetricFamily:
    return CounterMetricFamily(name, text, value=float(value))
