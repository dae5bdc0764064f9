"""The web page of the demonstration: every screen's picture, live, side by side. Loopback only."""

import contextlib
import json
import sys
import threading
from dataclasses import dataclass
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

PAGE = Path(__file__).with_name("demo.html")


@dataclass(frozen=True)
class ScreenOnPage:
    """A screen whose pictures are in the file `frame`."""

    name: str
    title: str
    size: tuple[int, int]
    frame: Path
    dots: str = ""
    """For an LED panel: how many it has; its picture shows each as a lamp."""

    def version(self) -> int:
        """Changes with each new picture; 0 before the first."""
        try:
            return self.frame.stat().st_mtime_ns
        except OSError:
            return 0


class PageHandler(BaseHTTPRequestHandler):
    """Answers `/`, `/state.json` and `/screens/<name>.png`."""

    def __init__(self, screens: list[ScreenOnPage], folder: Path, *arguments: object) -> None:
        self._screens, self._folder = screens, folder
        super().__init__(*arguments)  # type: ignore[arg-type]  # request, address, server, as socketserver passes them

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        if path == "/":
            self._answer("text/html; charset=utf-8", PAGE.read_bytes())
        elif path == "/state.json":
            self._answer("application/json", json.dumps(self._state()).encode())
        else:
            for screen in self._screens:
                if path == f"/screens/{screen.name}.png":
                    with contextlib.suppress(FileNotFoundError):
                        self._answer("image/png", screen.frame.read_bytes())
                        return
            self.send_error(404)

    def _state(self) -> dict[str, object]:
        return {
            "folder": str(self._folder),
            "python": sys.executable,
            "notices": sorted(path.name for path in (self._folder / "notices").glob("*.yaml")),
            "screens": [
                {
                    "name": s.name,
                    "title": s.title,
                    "width": s.size[0],
                    "height": s.size[1],
                    "dots": s.dots,
                    "version": str(s.version()),
                }
                for s in self._screens
            ],
        }

    def _answer(self, kind: str, body: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # the reader has gone on
            self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing: the terminal belongs to the demonstration."""


class PageServer:
    """The page's server in a thread; a context manager."""

    def __init__(self, port: int, screens: list[ScreenOnPage], folder: Path) -> None:
        try:
            self._server = ThreadingHTTPServer(("127.0.0.1", port), partial(PageHandler, screens, folder))
        except OSError:  # taken: another demonstration, perhaps; any port will do
            self._server = ThreadingHTTPServer(("127.0.0.1", 0), partial(PageHandler, screens, folder))
        self._server.daemon_threads = True
        self.port = int(self._server.server_address[1])
        self._thread = threading.Thread(target=self._server.serve_forever, name="page", daemon=True)

    def __enter__(self) -> "PageServer":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
