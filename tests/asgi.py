"""An HTTP request to an application without a server, a socket or a thread that stays."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from starlette.applications import Starlette


@dataclass
class Answer:
    """What came back."""

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    unread: int = 0
    """Chunks that the application never asked for."""


def ask(
    app: Starlette,
    method: str,
    target: str,
    chunks: Sequence[bytes] = (b"",),
    headers: dict[str, str] | None = None,
    client: str = "test",
) -> Answer:
    """The answer to one request of a client at that address, whose body comes in these chunks."""
    path, _, query = target.partition("?")
    scope: dict[str, Any] = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "headers": [(name.lower().encode(), value.encode()) for name, value in (headers or {}).items()],
        "server": ("test", 80),
        "client": (client, 1),
    }
    waiting = [{"type": "http.request", "body": one, "more_body": True} for one in chunks]
    waiting[-1]["more_body"] = False
    answer = Answer()

    async def receive() -> dict[str, Any]:
        return waiting.pop(0) if waiting else {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        if message["type"] == "http.response.start":
            answer.status = message["status"]
            answer.headers = {name.decode(): value.decode() for name, value in message["headers"]}
        else:
            answer.body += message.get("body", b"")

    asyncio.run(app(scope, receive, send))
    answer.unread = len(waiting)
    return answer
