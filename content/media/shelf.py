"""What a content folder's media/ becomes: each file made ready for screens once, and remembered.

A picture that is fine already goes out as it is. Everything else is made by a process of its own (content.media.child)
and kept under the digest of the input and the recipe, so that nothing is made or sent twice. A publisher makes in the
background: an alert does not wait for a film.
"""

import contextlib
import hashlib
import itertools
import logging
import os
import queue
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from content.decoding import decoded
from content.files import fsync_folder, sha256_hex, write_atomic
from content.media.pictures import plain
from content.media.recipe import HEAD_BYTES, LIMITS, RECIPE, Answer, Kind, Order, kind_of
from content.notice import Media

log = logging.getLogger(__name__)

INLINE_BYTES = 64 * 2**20
"""A file of this size is hashed in a tenth of a second; a larger one is read in the background."""
POLL_SECONDS = 0.02
FAREWELL_SECONDS = 5.0
KEPT_SECONDS = 30 * 86_400.0
MOST_ANSWER_BYTES = 2**20
WORDS: dict[Kind, str] = {"picture": "图片", "pdf": "PDF", "film": "视频"}
PASSED_ON = ("PATH", "HOME", "LANG", "PYTHONPATH", "LD_LIBRARY_PATH")


class NotReady(Exception):
    """It is being made; ask again when the shelf has called."""


class Ready(Struct, frozen=True):
    """What screens get of one file, and where those bytes lie, by their sha256."""

    media: tuple[Media, ...]
    files: dict[str, Path]


class Wish(Struct, frozen=True):
    """One state of one file, and what of it is wanted."""

    path: Path
    modified: int
    size: int
    inode: int
    kind: Kind
    pages: tuple[int, int] | None
    keep_alpha: bool

    def key(self, digest: str) -> str:
        """The name of what is made of the bytes with this digest."""
        return sha256_hex(msgspec.json.encode((digest, RECIPE, self.kind, self.pages, self.keep_alpha)))

    def is_current(self) -> bool:
        """Is the file still in this state?"""
        with contextlib.suppress(OSError):
            stat = self.path.stat()
            return (stat.st_mtime_ns, stat.st_size, stat.st_ino) == (self.modified, self.size, self.inode)
        return False


class Shelf:
    """Ready media, in a folder of its own. For one thread.

    With `call` – told from another thread when something has become ready – it works in the background, once it was
    started; without, `get` waits.
    """

    def __init__(self, folder: Path, call: Callable[[], None] | None = None) -> None:
        self._folder, self._call = folder, call
        self._known: dict[Wish, Answer] = {}
        self._plain: set[Wish] = set()
        self._ordered: set[Wish] = set()
        self._orders: queue.PriorityQueue[tuple[int, int, Wish | None]] = queue.PriorityQueue()
        self._done: queue.SimpleQueue[tuple[Wish, Answer | None]] = queue.SimpleQueue()
        self._numbers = itertools.count()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def get(self, path: Path, pages: tuple[int, int] | None = None, *, keep_alpha: bool = False) -> Ready:
        """The file at `path`, of several pages only `pages`. Raises ValueError in the admin's words, and NotReady."""
        self._take_in()
        wish = wish_for(path, pages, keep_alpha=keep_alpha)
        answer = self._known.get(wish)
        if answer is None or not self._is_here(wish, answer):
            answer = self._at_once(wish)
            if answer is None and self._call is not None:
                self._order(wish)
                raise NotReady(path.name)
            answer = answer or make(wish, self._folder, self._stopping) or Answer(problem=f"{path.name!r} 正在变化")
            self._known[wish] = answer
        if answer.problem:
            raise ValueError(answer.problem)
        there = {name: path if wish in self._plain else self._folder / name for name in names_of(answer)}
        return Ready(answer.media, there)

    def _take_in(self) -> None:
        """What the background has made since."""
        with contextlib.suppress(queue.Empty):
            while True:
                wish, answer = self._done.get_nowait()
                self._ordered.discard(wish)
                if answer is not None:
                    self._known[wish] = answer

    def _is_here(self, wish: Wish, answer: Answer) -> bool:
        """Are the files still where they were put?"""
        return wish in self._plain or all((self._folder / name).is_file() for name in names_of(answer))

    def _at_once(self, wish: Wish) -> Answer | None:
        """What takes no making: a picture that is fine, or what was made before."""
        if wish.size > INLINE_BYTES:
            return None
        try:
            content = wish.path.read_bytes()
        except OSError as error:
            raise ValueError(f"读不到 {wish.path.name!r}：{error.strerror}") from error
        if wish.kind == "picture" and wish.pages is None:
            found = plain(content, keep_alpha=wish.keep_alpha)
            if found is not None:
                self._plain.add(wish)
                return Answer(media=(found,))
        return remembered(self._folder, wish.key(sha256_hex(content)))

    def _order(self, wish: Wish) -> None:
        """Have it made in the background, the small ones first."""
        if wish in self._ordered:
            return
        self._ordered.add(wish)
        self._orders.put((wish.size, next(self._numbers), wish))

    def start(self) -> None:
        """Begin to make what is ordered. Called once."""
        self._thread = threading.Thread(target=self._work, name="media", daemon=True)
        self._thread.start()

    def _work(self) -> None:
        """The background: one file after the other."""
        while not self._stopping.is_set():
            _, _, wish = self._orders.get()
            if wish is not None and not self._stopping.is_set():
                self._done.put((wish, make(wish, self._folder, self._stopping)))
                if self._call is not None:
                    self._call()

    def close(self) -> None:
        """Stop making; what is half made is made again another time. May be called twice."""
        self._stopping.set()
        thread, self._thread = self._thread, None
        if thread is not None:
            self._orders.put((-1, -1, None))
            thread.join(timeout=FAREWELL_SECONDS)

    def clean(self, *, older_than: float = KEPT_SECONDS) -> None:
        """Delete what was made longer ago and nobody has asked for since this shelf began."""
        asked = {name for answer in self._known.values() for name in names_of(answer)}
        for path in self._folder.glob("*"):
            with contextlib.suppress(OSError, msgspec.MsgspecError):  # another command may clean as well
                old = time.time() - path.stat().st_mtime >= older_than
                names = names_of(answer_in(path)) if old and path.suffix == ".json" else {path.name}
                if old and not names & asked:
                    path.unlink() if path.is_file() else shutil.rmtree(path)


def shelf_for_commands() -> Shelf:
    """Where commands keep what they make: not in the content folder, which may be another user's."""
    place = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "convenience-window" / "media"
    shelf = Shelf(place)
    shelf.clean()
    return shelf


def wish_for(path: Path, pages: tuple[int, int] | None, *, keep_alpha: bool) -> Wish:
    """The file as it is now. Raises ValueError for what no screen can show."""
    try:
        stat = path.stat()
        with path.open("rb") as file:
            kind = kind_of(path.name, file.read(HEAD_BYTES))
    except OSError as error:
        raise ValueError(f"读不到 {path.name!r}：{error.strerror}") from error
    most = LIMITS[kind].input_bytes
    if stat.st_size > most:
        raise ValueError(
            f"{WORDS[kind]} {path.name!r} 有 {stat.st_size / 2**20:.0f} MB，最多 {most // 2**20} MB；请压缩或缩小后再用"
        )
    if pages is not None and kind == "film":
        raise ValueError(f"{path.name!r} 是视频，不用写 pages")
    return Wish(path, stat.st_mtime_ns, stat.st_size, stat.st_ino, kind, pages, keep_alpha)


def names_of(answer: Answer) -> set[str]:
    """The digests of its files."""
    return {one.sha256 for media in answer.media for one in media.files}


def answer_in(path: Path) -> Answer:
    """Raises OSError, MsgspecError."""
    with path.open("rb") as file:
        return decoded(file.read(MOST_ANSWER_BYTES), Answer)


def remembered(folder: Path, key: str) -> Answer | None:
    """What was made under `key`, where all of it is still in `folder`."""
    try:
        answer = answer_in(folder / f"{key}.json")
        whole = all((folder / one.sha256).stat().st_size == one.size for media in answer.media for one in media.files)
    except (OSError, msgspec.MsgspecError):
        return None
    return answer if whole and answer.media else None


def make(wish: Wish, folder: Path, stopping: threading.Event) -> Answer | None:
    """Make it and keep it in `folder`. None where it was not to be: the file is another by now, or we stop."""
    name = wish.path.name
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        digest = digest_of(wish.path)
        key = wish.key(digest)
        found = remembered(folder, key)
        if found is not None:
            return found
        with tempfile.TemporaryDirectory(dir=folder, prefix="work-") as work:
            answer = answer_of_child(wish, Path(work), stopping)
            if answer is None or not wish.is_current():
                return None
            for media in answer.media:
                for one in media.files:
                    store(Path(work) / one.sha256, folder, one.sha256)
        if answer.media:
            answer = replace(answer, media=with_source(answer.media, wish, digest))
            fsync_folder(folder)
            write_atomic(folder / f"{key}.json", msgspec.json.encode(answer))
    except OSError as error:
        return Answer(problem=f"{name!r} 没能准备好（{error.strerror or error}）；检查磁盘空间和权限，再存一次")
    return answer


def with_source(made: tuple[Media, ...], wish: Wish, digest: str) -> tuple[Media, ...]:
    """`made`, each saying from which file it comes, and from which of its pages."""
    first = wish.pages[0] if wish.pages else 1
    many = wish.kind == "pdf" or wish.pages is not None or len(made) > 1
    return tuple(
        replace(one, source=f"{digest}#{number}" if many else digest) for number, one in enumerate(made, first)
    )


def store(made: Path, folder: Path, digest: str) -> None:
    """Keep one file. Raises OSError; the child is not believed."""
    content = made.read_bytes()
    if sha256_hex(content) != digest:
        raise OSError(f"the preparing process wrote something else as {digest[:12]}")
    write_atomic(folder / digest, content)


def digest_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def answer_of_child(wish: Wish, work: Path, stopping: threading.Event) -> Answer | None:
    """Let a process of its own do it, within limits. None where we are stopped."""
    name, seconds = f"{WORDS[wish.kind]} {wish.path.name!r}", LIMITS[wish.kind].seconds
    order = Order(str(wish.path.absolute()), str(work.absolute()), wish.kind, wish.pages, wish.keep_alpha)
    with (work / "answer").open("wb") as said, (work / "errors").open("wb") as errors:
        process = subprocess.Popen(
            [sys.executable, "-m", "content.media.child", msgspec.json.encode(order).decode()],
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=errors,
            cwd=Path(__file__).parents[2],
            env={key: os.environ[key] for key in PASSED_ON if key in os.environ},
        )
        deadline = time.monotonic() + seconds
        while process.poll() is None and time.monotonic() < deadline and not stopping.wait(POLL_SECONDS):
            pass
        late = process.poll() is None
        if late:
            process.kill()
        code = process.wait()
    if stopping.is_set():
        return None
    if late:
        return Answer(problem=f"{name} 处理了 {seconds:.0f} 秒还没有完成；请缩小、剪短或重新导出")
    if code != 0:
        log.warning("%s: the preparing process ended with %d: %s", wish.path.name, code, tail(work / "errors"))
        return Answer(problem=f"{name} 处理不了，文件可能已损坏，或太大、太复杂；请重新导出")
    return answer_in(work / "answer")


def tail(path: Path) -> str:
    return path.read_bytes()[-300:].decode(errors="replace").replace("\n", " ")
