"""The interface for alarm platforms: POST /alarms (JSON) and /alarms/cap, behind a bearer token.

    POST   /alarms                 an alarm as JSON (content.alarms.from_json)
    DELETE /alarms/<reference>     its end
    POST   /alarms/cap             a CAP 1.2 message
    GET    /alarms/openapi.json    the description of all this

Closed, as if it were not there, until a token has been made. HTTP only: TLS is the reverse
proxy's in front. Reading a body is bounded in size and time, and nothing is read without a good token.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from pathlib import Path

import msgspec
from prometheus_client.core import Metric
from prometheus_client.metrics_core import CounterMetricFamily
from prometheus_client.registry import Collector as MetricSource
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from content.alarms.cap_xml import MAX_BYTES
from content.alarms.desk import AlarmDesk, Door
from content.alarms.from_json import AlarmAnswer, openapi
from content.alarms.tokens import AlarmToken, Allowance, load_tokens, token_for
from content.clock import Clock
from content.errors import AlarmReason, AlarmRefused, FolderError
from content.publisher import STATE_FOLDER

BODY_SECONDS = 10.0
BURST, SECONDS_EACH = 30, 1.0
"""Of one token: a platform with a hundred cameras on a bad day. What is beyond waits for its next try."""
BAD_BURST, BAD_SECONDS_EACH = 20, 2.0
"""Of all who come with a bad token. A good one is never held up by them."""
STATUS_CODES = {
    AlarmReason.MALFORMED: 400,
    AlarmReason.TOO_LARGE: 413,
    AlarmReason.UNKNOWN_SENDER: 403,
    AlarmReason.NOT_PUBLIC: 403,
    AlarmReason.TOO_MANY: 429,
}
UNPROCESSABLE = 422
CREATED_STATES = {"shown", "draft"}

Act = Callable[[Request, AlarmToken], Awaitable[AlarmAnswer]]


class AlarmInterface:
    """The routes, over a desk. Belongs to the HTTP server's thread; the desk's work is done in worker threads."""

    def __init__(self, folder: Path, clock: Clock, desk: AlarmDesk | None = None) -> None:
        self._state, self._clock = folder / STATE_FOLDER, clock
        self._desk = desk or AlarmDesk(folder, clock)
        self.metrics = AlarmMetrics(self._desk)
        self._allowances: dict[str, Allowance] = {}
        self._bad = Allowance(BAD_BURST, BAD_SECONDS_EACH)
        self._description = openapi()

    def routes(self) -> list[Route]:
        return [
            Route("/alarms", self._guarded(self._post), methods=["POST"]),
            Route("/alarms/cap", self._guarded(self._cap), methods=["POST"]),
            Route("/alarms/openapi.json", self._openapi, methods=["GET"]),
            Route("/alarms/{reference}", self._guarded(self._delete), methods=["DELETE"]),
        ]

    async def _post(self, request: Request, token: AlarmToken) -> AlarmAnswer:
        return await run_in_threadpool(self._desk.take_post, await body(request), door(token))

    async def _cap(self, request: Request, token: AlarmToken) -> AlarmAnswer:
        return await run_in_threadpool(self._desk.take_cap, await body(request), door(token))

    async def _delete(self, request: Request, token: AlarmToken) -> AlarmAnswer:
        exercise = request.query_params.get("exercise", "false").lower() in ("true", "1")
        reference = request.path_params["reference"]
        if len(reference) > 200:
            raise AlarmRefused(AlarmReason.MALFORMED, "编号太长")
        return await run_in_threadpool(self._desk.cancel, reference, door(token), exercise=exercise)

    async def _openapi(self, _: Request) -> Response:
        if not load_tokens(self._state):
            return closed()
        return JSONResponse(self._description)

    def _guarded(self, act: Act) -> Callable[[Request], Awaitable[Response]]:
        """`act` for those with a token, as often as they may, its outcome as an answer."""

        async def guarded(request: Request) -> Response:
            tokens = load_tokens(self._state)
            if not tokens:
                return closed()
            scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
            token = token_for(tokens, secret.strip()) if scheme.lower() == "bearer" else None
            now = self._clock.monotonic()
            if token is None:
                if not self._bad.take(now):
                    return refused(429, "太频繁", retry_after=BAD_SECONDS_EACH)
                return refused(401, "没有令牌或令牌不对", challenge=True)
            if not self._allowances.setdefault(token.name, Allowance(BURST, SECONDS_EACH)).take(now):
                self._desk.outcomes["too-often"] += 1
                return refused(429, "太频繁", retry_after=SECONDS_EACH)
            try:
                answer = await act(request, token)
            except AlarmRefused as error:
                return refused(STATUS_CODES.get(error.reason, UNPROCESSABLE), str(error))
            except FolderError as error:
                return refused(503, f"本机的内容文件夹有误，请联系管理员：{error}")
            return encoded(answer, 201 if answer.state in CREATED_STATES else 200)

        return guarded


class AlarmMetrics(MetricSource):
    """What became of alarms, for Prometheus: a platform that is refused every minute must not go unnoticed."""

    def __init__(self, desk: AlarmDesk) -> None:
        self._desk = desk

    def collect(self) -> Iterable[Metric]:
        alarms = CounterMetricFamily("window_alarms", "Alarms from outside by what became of them", labels=["outcome"])
        for outcome, count in sorted(dict(self._desk.outcomes).items()):
            alarms.add_metric([outcome], count)
        yield alarms


def door(token: AlarmToken) -> Door:
    return Door(name=token.name, draft=token.publish == "draft", senders=token.senders)


async def body(request: Request) -> bytes:
    """The whole body. Raises AlarmRefused for one that is too large or too slow."""

    async def read() -> bytes:
        gathered = bytearray()
        async for chunk in request.stream():
            gathered += chunk
            if len(gathered) > MAX_BYTES:
                raise AlarmRefused(AlarmReason.TOO_LARGE, f"最多 {MAX_BYTES} 字节")
        return bytes(gathered)

    try:
        return await asyncio.wait_for(read(), BODY_SECONDS)
    except (TimeoutError, ClientDisconnect) as error:
        raise AlarmRefused(AlarmReason.MALFORMED, f"{BODY_SECONDS:.0f} 秒内没有收完") from error


def closed() -> Response:
    return PlainTextResponse("Not Found\n", status_code=404)


def refused(code: int, why: str, *, retry_after: float = 0.0, challenge: bool = False) -> Response:
    answer = encoded(AlarmAnswer(accepted=False, state="refused", why=(why,)), code)
    if retry_after:
        answer.headers["Retry-After"] = f"{max(1.0, retry_after):.0f}"
    if challenge:
        answer.headers["WWW-Authenticate"] = "Bearer"
    return answer


def encoded(answer: AlarmAnswer, code: int) -> Response:
    return Response(msgspec.json.encode(answer), status_code=code, media_type="application/json")
