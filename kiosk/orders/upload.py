"""One picture on its way to the publisher's server, in a thread of its own: downloads under way do not delay it."""

import queue
import threading
from dataclasses import dataclass
from typing import Any

import requests

TIMEOUT = (10.0, 30.0)


@dataclass(frozen=True)
class Uploaded:
    """What became of the picture that a command asked for; `why` is empty where it arrived."""

    command: str
    why: str


class Upload:
    """Puts the picture to the first server that takes it. The answer comes as an event into `inbox`."""

    def __init__(
        self,
        urls: tuple[str, ...],
        command: str,
        path: str,
        token: str,
        png: bytes,
        inbox: "queue.Queue[Any]",
        tls: Any,
    ) -> None:
        self._urls, self._command, self._path, self._token = urls, command, path, token
        self._png, self._inbox, self._tls = png, inbox, tls
        threading.Thread(target=self._run, name="upload", daemon=True).start()

    def _run(self) -> None:
        why = "kiosk.yaml 里没有 http 地址"
        with requests.Session() as session:
            session.trust_env = False  # no proxy from the environment, no ~/.netrc
            if self._tls is not None:
                session.verify = str(self._tls.ca)
                session.cert = (str(self._tls.certificate), str(self._tls.key))
            for url in self._urls:
                why = self._put(session, url)
                if not why:
                    break
        self._inbox.put(Uploaded(self._command, why))

    def _put(self, session: requests.Session, url: str) -> str:
        """Try one server; why it did not work, or an empty word."""
        headers = {"Authorization": f"Bearer {self._token}", "Content-Type": "image/png"}
        address = f"{url}/{self._path}"
        try:
            with session.put(
                address, data=self._png, headers=headers, timeout=TIMEOUT, allow_redirects=False, stream=True
            ) as answer:
                return "" if answer.status_code == requests.codes.created else f"{url}：HTTP {answer.status_code}"
        except (requests.RequestException, ValueError) as error:
            return f"{url}：{type(error).__name__}"
