"""The HTTP doors for screens that have no certificate yet, or want the next: POST /enrolment, POST /renewal.

Open to everybody, for a new screen has nothing to prove itself with. So: small bodies, read within seconds; few a
second from one network, and in all; a short list (content.admission.applicants); and nothing happens but that an admin
sees it.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable

import msgspec
from prometheus_client.core import Metric
from prometheus_client.metrics_core import CounterMetricFamily
from prometheus_client.registry import Collector as MetricSource
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from content.admission.applicants import source_of
from content.admission.desk import EnrolmentDesk
from content.alarms.tokens import Allowance
from content.clock import Clock
from content.decoding import decoded
from content.enrolment import ENROLMENT, MOST_BYTES, RENEWAL, Application, EnrolmentAnswer
from content.errors import FolderError
from content.manifest import encode

BODY_SECONDS = 10.0
BODY_BYTES = 2 * MOST_BYTES
BURST, SECONDS_EACH = 40, 0.25
"""Of one network: a village whose forty screens come back behind one address after a power cut."""
WHOLE_BURST, WHOLE_SECONDS_EACH = 200, 0.02
"""Of all: each costs some milliseconds."""
MOST_SOURCES = 2000


class EnrolmentInterface:
    """The routes, over a desk whose work is done in worker threads."""

    def __init__(self, desk: EnrolmentDesk, clock: Clock) -> None:
        self._desk, self._clock = desk, clock
        self._allowances: dict[str, Allowance] = {}
        self._whole = Allowance(WHOLE_BURST, WHOLE_SECONDS_EACH)
        self._busy = asyncio.Semaphore(4)
        self.outcomes: Counter[str] = Counter()
        self.metrics = EnrolmentMetrics(self.outcomes)

    def routes(self) -> list[Route]:
        return [
            Route(f"/{ENROLMENT}", self._bounded(self._enrol), methods=["POST"]),
            Route(f"/{RENEWAL}", self._bounded(self._renew), methods=["POST"]),
        ]

    async def _enrol(self, application: Application, source: str) -> EnrolmentAnswer:
        return await run_in_threadpool(self._desk.apply, application, source, self._clock.now())

    async def _renew(self, application: Application, _: str) -> EnrolmentAnswer:
        return await run_in_threadpool(self._desk.renew, application, self._clock.now())

    def _may(self, source: str) -> bool:
        """One more from there?"""
        if source not in self._allowances and len(self._allowances) >= MOST_SOURCES:
            self._allowances.clear()  # a flood from everywhere: the whole's allowance holds it
        now = self._clock.monotonic()
        mine = self._allowances.setdefault(source, Allowance(BURST, SECONDS_EACH))
        return mine.take(now) and self._whole.take(now)

    def _bounded(
        self, act: Callable[[Application, str], Awaitable[EnrolmentAnswer]]
    ) -> Callable[[Request], Awaitable[Response]]:
        async def bounded(request: Request) -> Response:
            source = source_of(request.client.host if request.client else "")
            if not self._may(source):
                return self._no(429, "too often")
            body = await small_body(request)
            if body is None:
                return self._no(413, "too large or too slow")
            try:
                application = decoded(body, Application)
            except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
                return self._no(400, "not an application")
            try:
                async with self._busy:
                    answer = await act(application, source)
            except (FolderError, OSError):
                return self._no(503, "not now")
            self.outcomes[answer.state] += 1
            return Response(encode(answer), media_type="application/json")

        return bounded

    def _no(self, code: int, why: str) -> Response:
        self.outcomes[why.replace(" ", "-")] += 1
        return PlainTextResponse(why + "\n", status_code=code, headers={"Retry-After": "10"} if code != 413 else None)


async def small_body(request: Request) -> bytes | None:
    """The whole body; None where it is too large or does not come."""

    async def read() -> bytes | None:
        gathered = bytearray()
        async for chunk in request.stream():
            gathered += chunk
            if len(gathered) > BODY_BYTES:
                return None
        return bytes(gathered)

    try:
        return await asyncio.wait_for(read(), BODY_SECONDS)
    except (TimeoutError, ClientDisconnect):
        return None


class EnrolmentMetrics(MetricSource):
    """What became of applications: a flood is seen here."""

    def __init__(self, outcomes: Counter[str]) -> None:
        self._outcomes = outcomes

    def collect(self) -> Iterable[Metric]:
        found = CounterMetricFamily("window_enrolments", "Applications by what became of them", labels=["outcome"])
        for outcome, count in sorted(dict(self._outcomes).items()):
            found.add_metric([outcome], count)
        yield found
