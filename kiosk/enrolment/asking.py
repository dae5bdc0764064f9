"""Asking the publisher's server for a certificate, over HTTP. One question, bounded in time and size.

The server is proved by the authority's certificate on the card; we show none of our own, for it may have ended. What
proves us is the signature in the request.
"""

import logging
import queue
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests
from urllib3.exceptions import HTTPError

from content.decoding import decoded
from content.enrolment import Application, EnrolmentAnswer
from content.manifest import encode
from kiosk.deadline import Cut, CutAdapter

log = logging.getLogger(__name__)

TIMEOUT = (10.0, 10.0)
WHOLE_SECONDS = 20.0
MOST_BYTES = 16 * 1024
WORDS = {404: "发布端没有开启屏幕登记", 429: "发布端正忙", 503: "发布端正忙"}


@dataclass(frozen=True)
class Reply:
    """What became of a question: the answer, or in words why there is none."""

    answer: EnrolmentAnswer | None
    trouble: str = ""


def ask(urls: tuple[str, ...], path: str, application: Application, authority: Path) -> Reply:
    """The first server's answer that brings something; else what the last one said."""
    best = Reply(None, "kiosk.yaml 里没有 http 地址")
    for url in urls:
        found = ask_one(f"{url}/{path}", application, authority)
        if found.answer is not None and found.answer.state == "granted":
            return found
        if found.answer is not None or best.answer is None:
            best = found
    return best


def ask_one(url: str, application: Application, authority: Path) -> Reply:
    """What this server says."""
    cut = Cut()
    host = url.split("/")[2]
    with requests.Session() as session:
        session.trust_env = False  # no proxy from the environment, no ~/.netrc
        session.verify = str(authority)
        for scheme in ("http://", "https://"):
            session.mount(scheme, CutAdapter(cut))
        headers = {"Content-Type": "application/json", "Accept-Encoding": "identity"}
        try:
            with (
                cut.after(WHOLE_SECONDS),
                session.post(
                    url, data=encode(application), headers=headers, timeout=TIMEOUT, allow_redirects=False, stream=True
                ) as answer,
            ):
                if answer.status_code != requests.codes.ok:
                    why = WORDS.get(answer.status_code, f"HTTP {answer.status_code}")
                    return Reply(None, f"{host}：{why}")
                return Reply(decoded(answer.raw.read(MOST_BYTES), EnrolmentAnswer))
        except requests.exceptions.SSLError:
            return Reply(None, f"{host} 的证书不对：请核对卡上的 ca.crt 和 http 地址")
        except (requests.RequestException, HTTPError):
            return Reply(None, f"连不上 {host}，请检查网络")
        except (ValueError, OSError) as error:  # msgspec's errors are ValueErrors
            return Reply(None, f"{host} 的回答看不懂（{type(error).__name__}）")


class Question:
    """One question in a thread of its own; `Reply` comes into `inbox`."""

    def __init__(
        self, urls: tuple[str, ...], path: str, application: Application, authority: Path, inbox: "queue.Queue[Any]"
    ) -> None:
        self._ask = (urls, path, application, authority)
        self._inbox = inbox
        threading.Thread(target=self._run, name="asking", daemon=True).start()

    def _run(self) -> None:
        self._inbox.put(ask(*self._ask))
