"""Downloads over HTTP, in a thread of their own. The one door to requests.

Blobs are fetched with Range resume, bounded by the size that the signed manifest names, and
are believed only when their sha256 is right. The publisher's mirror of retained messages is
asked here too, and the dates of its answers are told. Whatever becomes of a job goes into the
owner's inbox; a failed one is tried again, later and later, until the owner calls it off.
"""

import contextlib
import hashlib
import os
import queue
import random
import shutil
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from typing import Any

import requests
from urllib3.exceptions import HTTPError

from content.clock import Clock
from content.errors import FetchFailed
from content.files import fsync_folder
from content.manifest import MAX_PAYLOAD
from content.mqtt import backoff
from kiosk.cache import Cache
from kiosk.checked_clock import DatedAnswer, date_of
from kiosk.deadline import Cut, CutAdapter
from kiosk.plan import Wanted

TIMEOUT = (10.0, 30.0)
"""Seconds to connect, and of silence between two pieces."""
CHUNK = 64 * 1024
PATIENCE_SECONDS = 60.0
LEAST_BYTES_PER_SECOND = 2_000
"""A server that gives a byte now and then must not hold the only download for ever."""
RESERVE_BYTES = 256 * 1024
"""Room that downloads leave on the disk, so that messages can still be stored."""
MOST_RETRY_SECONDS = 120.0
IDLE_SECONDS = 3600.0


@dataclass(frozen=True)
class BlobArrived:
    """A blob is in the cache, whole and checked."""

    sha256: str


@dataclass(frozen=True)
class MirrorAnswered:
    """What the publisher's HTTP server has on a topic (or at a path); None for nothing."""

    path: str
    message: bytes | None


@dataclass(frozen=True)
class FetchProblem:
    """A job that did not work this time."""

    what: str
    why: str


@dataclass
class Job:
    """One thing to fetch, and when to try (again)."""

    wanted: Wanted | None
    """The blob; None where the mirror is asked for a message."""
    path: str
    due: float
    attempt: int = 0

    @property
    def key(self) -> str:
        return self.path if self.wanted is None else self.wanted.sha256


class TooLong(FetchFailed):
    """More bytes than the signed manifest promised."""


class Fetcher:
    """A thread that downloads. `want` and `ask` may be called from any thread."""

    def __init__(
        self,
        urls: tuple[str, ...],
        cache: Cache,
        inbox: "queue.Queue[Any]",
        clock: Clock,
        *,
        tls: Any = None,
        rng: Callable[[], float] = random.random,
        patience: float = PATIENCE_SECONDS,
    ) -> None:
        self._patience = patience
        self._urls, self._cache, self._inbox, self._clock, self._rng = urls, cache, inbox, clock, rng
        self._jobs: dict[str, Job] = {}
        self._changed = threading.Condition()
        self._stopping = False
        self._session = requests.Session()
        self._session.trust_env = False  # no proxy from the environment, no ~/.netrc
        self._session.headers["Accept-Encoding"] = "identity"
        self._cut = Cut()
        for scheme in ("http://", "https://"):
            self._session.mount(scheme, CutAdapter(self._cut))
        if tls is not None:
            self._session.verify = str(tls.ca)
            self._session.cert = (str(tls.certificate), str(tls.key))
        self._thread = threading.Thread(target=self._run, name="fetch", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        """Stop; a download under way is left for the next start to resume. May be called twice."""
        with self._changed:
            self._stopping = True
            self._changed.notify()
        self._cut.now()
        if self._thread.is_alive():
            self._thread.join(timeout=2.0)
        self._session.close()

    def want(self, wanted: set[Wanted]) -> None:
        """Fetch these blobs, and call off the others."""
        # Two publishers may name one blob with different sizes; the digest decides, the size only bounds.
        names = {one.sha256: one for one in sorted(wanted, key=lambda one: one.size)}
        with self._changed:
            for name in [name for name, job in self._jobs.items() if job.wanted and name not in names]:
                del self._jobs[name]
            for name, one in names.items():
                self._jobs.setdefault(name, Job(one, f"blobs/{name}", self._clock.monotonic()))
            self._changed.notify()

    def ask(self, path: str, *, within: float = 0.0) -> None:
        """Ask the mirror for the message at `path`, at a random moment in the next `within` seconds."""
        with self._changed:
            self._jobs.setdefault(path, Job(None, path, self._clock.monotonic() + self._rng() * within))
            self._changed.notify()

    def _run(self) -> None:
        while (job := self._next()) is not None:
            events: Sequence[BlobArrived | MirrorAnswered | FetchProblem]
            try:
                events = self._fetch(job)
                with self._changed:
                    self._jobs.pop(job.key, None)
            except (FetchFailed, OSError) as error:
                events = [FetchProblem(job.path, str(error))]
                self._postpone(job)
            for event in events:
                self._inbox.put(event)

    def _next(self) -> Job | None:
        """The first job that is due; None to stop."""
        with self._changed:
            while not self._stopping:
                first = min(self._jobs.values(), key=lambda job: job.due, default=None)
                wait = first.due - self._clock.monotonic() if first else IDLE_SECONDS
                if first and wait <= 0:
                    return first
                self._changed.wait(min(wait, IDLE_SECONDS))
        return None

    def _postpone(self, job: Job) -> None:
        job.attempt += 1
        job.due = self._clock.monotonic() + 0.5 + backoff(job.attempt, cap=MOST_RETRY_SECONDS, rng=self._rng)
        if job.wanted is None and job.attempt > 1:
            with self._changed:
                self._jobs.pop(job.key, None)  # the owner asks the mirror again in its own rhythm

    def _fetch(self, job: Job) -> list[BlobArrived | MirrorAnswered]:
        """A blob of the first server that has it; a message of each, for one of them may lie.

        Raises FetchFailed of the last server, or OSError of the disk.
        """
        answers: list[BlobArrived | MirrorAnswered] = []
        dates: list[DatedAnswer] = []
        problem: FetchFailed | None = None if self._urls else FetchFailed(job.path, "kiosk.yaml 里没有 http 地址")
        for url in self._urls:
            try:
                if job.wanted is not None:
                    self._blob(f"{url}/{job.path}", job.wanted)
                    return [BlobArrived(job.wanted.sha256)]
                message = self._message(f"{url}/{job.path}", dates)
                if message is not None:
                    answers.append(MirrorAnswered(job.path, message))
            except FetchFailed as error:
                problem = error
        if dates:  # where servers contradict one another, the earliest: one that lies then ends nothing early
            self._inbox.put(min(dates, key=lambda one: one.moment(0.0)))
        if problem and not answers:
            raise problem
        return answers or [MirrorAnswered(job.path, None)]

    @contextlib.contextmanager
    def _answer(self, url: str, headers: dict[str, str] | None = None) -> Iterator[requests.Response]:
        """A GET, its body not read yet. Redirects are not followed, packed bodies not taken. Raises FetchFailed."""
        try:
            with self._cut.after(self._patience):
                answer = self._session.get(url, timeout=TIMEOUT, stream=True, headers=headers, allow_redirects=False)
            with answer:
                if answer.headers.get("Content-Encoding", "identity") != "identity":
                    raise FetchFailed(url, "服务器压缩了内容")  # a few bytes may unpack to gigabytes
                yield answer
        except (requests.RequestException, HTTPError, HTTPException, ValueError) as error:  # ValueError: bad headers
            raise FetchFailed(url, type(error).__name__) from error

    def _pieces(self, url: str, answer: requests.Response, most: int) -> Iterator[bytes]:
        """The body, piece by piece as it comes, at most `most` bytes. Raises TooLong, FetchFailed."""
        began, got = self._clock.monotonic(), 0
        while piece := answer.raw.read1(CHUNK, decode_content=False):  # read() would wait until a chunk is full
            got += len(piece)
            if got > most:
                raise TooLong(url, "比声明的长")
            if self._stopping:
                raise FetchFailed(url, "正在停止")
            yield piece
            if self._clock.monotonic() - began > self._patience + got / LEAST_BYTES_PER_SECOND:
                raise FetchFailed(url, "太慢")

    def _message(self, url: str, dates: list[DatedAnswer]) -> bytes | None:
        """The message at `url`; None for 404. What time it is by the server goes to `dates`. Raises FetchFailed."""
        with self._answer(url) as answer:
            date = date_of(answer.headers) if url.startswith("https:") else None  # plain http proves nothing
            if date is not None:
                dates.append(DatedAnswer(date, self._clock.monotonic()))
            if answer.status_code == requests.codes.not_found:
                return None
            if answer.status_code != requests.codes.ok:
                raise FetchFailed(url, f"HTTP {answer.status_code}")
            return b"".join(self._pieces(url, answer, MAX_PAYLOAD))

    def _blob(self, url: str, wanted: Wanted) -> None:
        """Get the blob into the cache, going on where an earlier try stopped. Raises FetchFailed, OSError."""
        part = self._cache.part_path(wanted.sha256)
        have = part.stat().st_size if part.exists() else 0
        if have < wanted.size:
            self._download(url, wanted, part, have)
        if part.stat().st_size < wanted.size:
            raise FetchFailed(url, "没有传完就断开了")  # what came is kept
        digest = sha256_of(part)
        if digest != wanted.sha256:
            part.unlink()
            raise FetchFailed(url, f"sha256 是 {digest[:12]}…，应为 {wanted.sha256[:12]}…")
        fsync_file(part)  # also what came before a kill: it may be in the page cache only
        part.rename(self._cache.blob_path(wanted.sha256))
        fsync_folder(part.parent)

    def _download(self, url: str, wanted: Wanted, part: Path, have: int) -> None:
        """Add to `part` what is missing of the blob; what came is kept, unless it is too long."""
        if shutil.disk_usage(part.parent).free < wanted.size - have + RESERVE_BYTES:
            raise FetchFailed(url, f"存储空间不够放下 {wanted.size} 字节")
        with self._answer(url, {"Range": f"bytes={have}-"} if have else None) as answer:
            if answer.status_code == requests.codes.requested_range_not_satisfiable:
                part.unlink(missing_ok=True)
                raise TooLong(url, "服务器上的文件比已下载的还短")
            if answer.status_code not in (requests.codes.ok, requests.codes.partial_content):
                raise FetchFailed(url, f"HTTP {answer.status_code}")
            resumed = answer.status_code == requests.codes.partial_content
            try:
                with part.open("ab" if resumed else "wb") as file:
                    for piece in self._pieces(url, answer, wanted.size - (have if resumed else 0)):
                        file.write(piece)
            except TooLong:
                part.unlink(missing_ok=True)
                raise


def fsync_file(path: Path) -> None:
    """Bring the bytes of a file to the disk."""
    with path.open("rb") as file:
        os.fsync(file.fileno())


def sha256_of(path: Path) -> str:
    """The digest of a file, read in pieces."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
    return digest.hexdigest()
