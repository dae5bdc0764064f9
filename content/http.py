"""The publisher's HTTP server: blobs, and a mirror of every retained message.

All that screens fetch here is signed or named by its digest, so the way it comes does not
matter. The door to uvicorn, with content.http_deadline; routes of others (content.monitoring, content.fleet.http,
content.alarms.http, content.admission.http) are handed in.

    /blobs/<sha256>                 a media file or a large manifest's content; Range, ETag, kept for ever
    /window/v1/places/…             the message that is retained on this MQTT topic
    /window/v1/screens/…/assignment likewise
    /keyring.json                   the newest keyring, signed by the root key
"""

import re
import socket
import threading
from collections.abc import Sequence
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import Route

from content.errors import BrokerError
from content.files import sha256_hex
from content.http_deadline import MOST_CONNECTIONS, DeadlineProtocol, Listener
from content.publisher import Publisher
from content.topics import ROOT

DIGEST = re.compile(r"[0-9a-f]{64}")
FOR_EVER = "public, max-age=31536000, immutable"
STOP_SECONDS = 10.0
PROXIES = ["127.0.0.0/8", "::1", "::ffff:127.0.0.0/104"]
"""Whose X-Forwarded-For is believed: a reverse proxy's on this machine, by either protocol; never a stranger's."""


def application(
    publisher: Publisher,
    keyring: Path,
    more_routes: Sequence[Route] = (),
) -> Starlette:
    """The routes, over a publisher that runs in another thread. Only reads; others come as `more_routes`."""

    async def blob(request: Request) -> Response:
        return immutable_file(request, publisher.ledger.blobs, request.path_params["digest"])

    async def mirror(request: Request) -> Response:
        message = publisher.retained().get(request.url.path.lstrip("/"))
        if message is None:
            return PlainTextResponse("nothing is retained here\n", status_code=404)
        return signed_json(request, message)

    async def keyring_file(request: Request) -> Response:
        try:
            return signed_json(request, keyring.read_bytes())
        except OSError:
            return PlainTextResponse("no keyring\n", status_code=404)

    return Starlette(
        routes=[
            Route("/blobs/{digest}", blob),
            Route(f"/{ROOT}/places/{{path:path}}", mirror),
            Route(f"/{ROOT}/screens/{{screen}}/assignment", mirror),
            Route("/keyring.json", keyring_file),
            *more_routes,
        ]
    )


def immutable_file(request: Request, folder: Path, digest: str) -> Response:
    """The file that is named by its digest, unless the client has it."""
    path = folder / digest
    if not DIGEST.fullmatch(digest) or not path.is_file():
        return PlainTextResponse("no such blob\n", status_code=404)
    headers = {"ETag": f'"{digest}"', "Cache-Control": FOR_EVER}
    if request.headers.get("If-None-Match") == headers["ETag"]:
        return Response(status_code=304, headers=headers)
    return FileResponse(path, media_type="application/octet-stream", headers=headers)


def signed_json(request: Request, message: bytes) -> Response:
    """A signed message, or 304 for one who has it."""
    headers = {"ETag": f'"{sha256_hex(message)}"', "Cache-Control": "no-cache"}
    if request.headers.get("If-None-Match") == headers["ETag"]:
        return Response(status_code=304, headers=headers)
    return Response(message, media_type="application/json", headers=headers)


class HttpServer:
    """The application in a thread of its own; a context manager."""

    def __init__(
        self,
        app: Starlette,
        host: str,
        port: int,
        tls: tuple[Path, Path] | None = None,
        protocol: type[DeadlineProtocol] = DeadlineProtocol,
        most_connections: int = MOST_CONNECTIONS,
    ) -> None:
        """`tls`: the files of its certificate and key; without them it speaks plainly. Raises BrokerError."""
        config = uvicorn.Config(
            app,
            http=protocol,
            log_config=None,
            access_log=False,
            timeout_graceful_shutdown=2,
            forwarded_allow_ips=PROXIES,
        )
        if tls:
            config.ssl_certfile, config.ssl_keyfile = tls
        try:
            config.load()
        except OSError as error:  # ssl.SSLError is one
            raise BrokerError(f"HTTPS 的证书或私钥读不了：{error}；请检查 --http-cert、--http-key") from error
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._socket = Listener(family, most_connections)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            self._socket.bind((host, port))
        except OSError as error:
            self._socket.close()
            raise BrokerError(f"HTTP 端口 {host}:{port} 用不了（{error.strerror}）；请换 --listen") from error
        self.port: int = self._socket.getsockname()[1]
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(
            target=self._server.run, kwargs={"sockets": [self._socket]}, name="http", daemon=True
        )

    def __enter__(self) -> "HttpServer":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.should_exit = True
        self._thread.join(timeout=STOP_SECONDS)
        self._socket.close()
