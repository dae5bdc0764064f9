"""Films, decoded while they are shown: the one door to PyAV (FFmpeg) on the screen.

A decoder is a thread of its own that stays a few frames ahead and keeps no more; it ends when its page goes. A film
that cannot be played costs itself: the page shows its still picture. PyAV is loaded with the first film, so a screen
without films never loads it. Written for 14.2 (Debian 13) to 18 (PyPI).
"""

import io
import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

from msgspec import Struct
from pygame import Surface

from kiosk.shapes import Clip

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.video.frame import VideoFrame
    from av.video.reformatter import VideoReformatter

log = logging.getLogger(__name__)

ReadBlob = Callable[[str], bytes | None]
Key = tuple[str, int, int]

MOST_BYTES = 32 * 2**20
MOST_PIXELS = 1920 * 1088
"""The publisher sends 1280×720; a Pi's memory must survive somebody else's mistake."""
AHEAD, AHEAD_BYTES = 4, 16 * 2**20
FIRST_FRAME_SECONDS = 0.1
"""So long a page may wait for its film to begin; then it begins with the still picture."""
LEAST_SIGN_SECONDS = 0.15
"""On a board too slow for the film one frame in so many seconds is shown all the same, however late it is."""
FAREWELL_SECONDS = 1.0
MOST_BROKEN = 100
LINE_PIXELS = 16
"""FFmpeg's scaler writes 64 bytes at a time, beyond the end of a line of any other length: into the next one, which
another of its threads has finished already. A box of another width loses up to 15 columns; the layout gives none."""


class CannotPlay(Exception):
    """No film, or one that is too much for a screen."""


class Films:
    """The films of the scene that is shown. Used by one thread.

    `patience`: how many seconds each frame is waited for. Without it the newest one that is there is taken at once,
    as a screen must that goes on ticking.
    """

    def __init__(self, read_blob: ReadBlob, patience: float | None = None) -> None:
        self._read_blob, self._patience = read_blob, patience
        self._reels: dict[Key, Reel] = {}
        self._broken: dict[str, None] = {}

    def frame(self, item: Clip) -> Surface | None:
        """The film's picture for this moment, in the size of its box; None where its still picture must do."""
        if item.sha256 in self._broken:
            return None
        patience = self._patience or 0.0
        if key_of(item) not in self._reels:
            content = self._read_blob(item.sha256)
            if content is None:
                return None
            self._reels[key_of(item)] = Reel(content, (item.box.width, item.box.height), item.length)
            patience = self._patience or FIRST_FRAME_SECONDS
        try:
            return self._reels[key_of(item)].at(item.seconds, patience)
        except CannotPlay as error:
            log.warning("film %s cannot be played (%s); its still picture is shown", item.sha256[:12], error)
            while len(self._broken) >= MOST_BROKEN:
                del self._broken[next(iter(self._broken))]
            self._broken[item.sha256] = None
            self._reels.pop(key_of(item)).close()
            return None

    def keep_only(self, items: Iterable[Clip]) -> None:
        """End the decoders of all other films."""
        wanted = {key_of(item) for item in items}
        for key in [key for key in self._reels if key not in wanted]:
            self._reels.pop(key).close()

    def close(self) -> None:
        """May be called twice."""
        self.keep_only(())


def key_of(item: Clip) -> Key:
    return item.sha256, item.box.width, item.box.height


class Frame(Struct, frozen=True):
    """One picture, and from when to when it is shown: seconds since the first play began."""

    begins: float
    ends: float
    surface: Surface


class Rewound(Exception):
    """Another moment is wanted than those that come next, or none any more."""


class Reel:
    """One film, decoded ahead by a thread of its own, play after play of `length` seconds."""

    def __init__(self, content: bytes, size: tuple[int, int], length: float) -> None:
        self._content, self._size, self._length = content, size, max(0.1, length)
        self._ahead = max(2, min(AHEAD, AHEAD_BYTES // (4 * size[0] * size[1])))
        self._changed = threading.Condition()
        self._ready: deque[Frame] = deque()
        self._shown: Frame | None = None
        self._wanted, self._back = 0.0, False
        self._failure, self._stopping = "", False
        self._thread = threading.Thread(target=self._run, name="film", daemon=True)
        self._thread.start()

    def at(self, seconds: float, patience: float) -> Surface | None:
        """The picture of that moment, or the newest before it; None while there is none. Raises CannotPlay."""
        with self._changed:
            if seconds < self._wanted:
                self._back, self._shown = True, None
                self._ready.clear()
            self._wanted = seconds
            self._changed.notify_all()
            self._changed.wait_for(self._advanced, patience)
            if self._failure:
                raise CannotPlay(self._failure)
            return self._shown.surface if self._shown else None

    def _advanced(self) -> bool:
        """Take the newest frame that has begun. Is it the one that is wanted?"""
        while self._ready and self._ready[0].begins <= self._wanted:
            self._shown = self._ready.popleft()
            self._changed.notify_all()
        return bool(self._failure) or (self._shown is not None and self._shown.ends > self._wanted)

    def close(self) -> None:
        """End the thread; it is over within a frame."""
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
        self._thread.join(timeout=FAREWELL_SECONDS)

    def _run(self) -> None:
        """The thread: until it is stopped, or the film breaks."""
        try:
            play = 0
            while not self._stopping:
                play = self._next_play(play)
                try:
                    self._decode(play)
                except Rewound:
                    continue
                play += 1
        except CannotPlay as error:
            self._fail(str(error))
        except ImportError:
            self._fail("PyAV is not installed")
        except Exception as error:  # noqa: BLE001 -- what FFmpeg raises for bytes that are no film is a long list
            self._fail(f"{type(error).__name__}: {error}")

    def _next_play(self, play: int) -> int:
        """Which play of the film to decode: the next one, unless another is wanted by now."""
        with self._changed:
            asked = int(self._wanted // self._length)
            play = asked if self._back else max(play, asked)
            self._back = False
            return play

    def _fail(self, why: str) -> None:
        with self._changed:
            self._failure = why
            self._changed.notify_all()

    def _decode(self, play: int) -> None:
        """One play from its beginning to its end. Raises Rewound, CannotPlay and whatever FFmpeg raises."""
        from av.video.reformatter import VideoReformatter

        reformatter, start, seen = VideoReformatter(), play * self._length, time.monotonic()
        with opened(self._content) as container:
            for begins, ends, frame in timed(container, self._length):
                if self._has_room_for(start + ends, play) or time.monotonic() - seen > LEAST_SIGN_SECONDS:
                    self._hand_over(Frame(start + begins, start + ends, surface_of(frame, self._size, reformatter)))
                    seen = time.monotonic()

    def _has_room_for(self, ends: float, play: int) -> bool:
        """Wait until the next frame may come. False for one whose time has passed already. Raises Rewound."""

        def strayed() -> bool:
            return self._stopping or self._back or self._wanted >= (play + 1) * self._length

        with self._changed:
            self._changed.wait_for(lambda: strayed() or len(self._ready) < self._ahead)
            if strayed():
                raise Rewound
            return ends > self._wanted

    def _hand_over(self, frame: Frame) -> None:
        with self._changed:
            if not self._back:
                self._ready.append(frame)
            self._changed.notify_all()


def opened(content: bytes) -> "InputContainer":
    """The film, looked at before anything is decoded. Raises CannotPlay, and what FFmpeg raises."""
    import av  # takes 0.2 s on a PC, and only a screen with a film needs it

    if len(content) > MOST_BYTES:
        raise CannotPlay(f"{len(content)} bytes")
    container = av.open(io.BytesIO(content), "r", format="mp4", metadata_errors="ignore")
    codec = container.streams.video[0].codec_context if container.streams.video else None
    if codec is None or codec.name != "h264":
        raise CannotPlay("not H.264")
    if not 0 < codec.width * codec.height <= MOST_PIXELS:
        raise CannotPlay(f"{codec.width}×{codec.height} pixels")
    return container


def timed(container: "InputContainer", length: float) -> "Iterator[tuple[float, float, VideoFrame]]":
    """Each frame with the seconds from when to when it is shown; the last one to the end. Raises CannotPlay."""
    first = 0.0
    before: tuple[float, VideoFrame] | None = None
    for frame in container.decode(video=0):
        if frame.time is None:
            continue
        first = frame.time if before is None else first
        begins = frame.time - first
        if begins >= length:
            break
        if before is not None:
            yield before[0], begins, before[1]
        before = begins, frame
    if before is None:
        raise CannotPlay("no frames")
    yield before[0], length, before[1]


def surface_of(frame: "VideoFrame", size: tuple[int, int], reformatter: "VideoReformatter") -> Surface:
    """The frame as a surface of that size, in the pixel order of the screen: a blit is then a copy."""
    wide, high = size
    even = -(-wide // LINE_PIXELS) * LINE_PIXELS
    scaled = reformatter.reformat(frame, even, high, "bgra", interpolation="BILINEAR")
    plane = scaled.planes[0]
    whole = Surface((plane.line_size // 4, high), 0, 32)  # FFmpeg may pad its lines
    whole.get_buffer().write(bytes(plane)[: plane.line_size * high])
    return whole.subsurface((0, 0, wide, high))
