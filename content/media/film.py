"""A video from a phone or an office → a short film that the weakest screen can play, and its still picture.

The door to PyAV (FFmpeg) on the central side. H.264 in MP4, at most 1280×720, no sound: ground-floor flats are a few
metres from the screen. Runs in the preparing process only (content.media.child).
"""

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
import av.filter
from av.container import InputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream
from msgspec import Struct
from PIL import Image

from content.files import sha256_hex
from content.media.pictures import BROKEN, Encoded, NoPicture, detail, encoded, prepared
from content.media.recipe import MAX_FILM_BYTES, MAX_FILM_INPUT_PIXELS, check_film_length, film_rate, film_size
from content.notice import MAX_FILM_SECONDS, Film

CODECS = frozenset({"h264", "hevc", "mpeg4", "vp8", "vp9", "libdav1d", "av1", "mjpeg", "h263"})
ENCODER = {
    "preset": "fast", "x264-params": "8x8dct=0:mbtree=0", "tune": "fastdecode", "crf": "23", "maxrate": "2500k",
    "bufsize": "5000k", "g": "60", "bf": "0", "threads": "2",
}  # fmt: skip
"""Without B frames, CABAC, deblocking and 8×8 transforms it is of the Baseline profile, the quickest to decode (PyAV 14
does not take the profile by its name). At most 2.5 Mbit/s, 19 MB a minute. The same film becomes the same bytes,
else every screen would fetch it again: two threads, whatever the machine has, and no macroblock tree, which under a
bounded rate gave other bytes in up to one of five encodings on a busy machine (without it in none of 2,500)."""
OWN_WORDS = frozenset({"major_brand", "minor_version", "compatible_brands", "encoder"})
"""What FFmpeg writes into each MP4; a phone adds where the film was taken."""
STILLS = 6
"""So many frames are looked at for the still picture: a film often begins and ends in black."""
MOST_FRAMES = 20_000
TURNS = {-90: "transpose=clock", 90: "transpose=cclock", 180: "hflip,vflip", -180: "hflip,vflip"}
"""By the frame's rotation, which PyAV gives counter-clockwise."""
HOW_TO_CONVERT = "请用手机相册或剪映重新导出为 MP4（H.264，1080p 以内）"


class Made(Struct, frozen=True):
    """A film ready for screens."""

    content: bytes
    film: Film
    still: Encoded


def made(path: Path, workshop: Path) -> Made:
    """The film at `path`, made ready; `workshop` is a folder for what is made on the way. Raises NoPicture."""
    name = path.name
    try:
        with av.open(
            str(path), format=container(path), metadata_errors="ignore", options={"protocol_whitelist": "file"}
        ) as opened:
            stream = video_of(name, opened)
            stills = Stills(opened.duration / 1e6 if opened.duration else MAX_FILM_SECONDS)
            if is_ready(path, opened, stream):
                content, count, rate = path.read_bytes(), 0, Fraction(stream.average_rate or 25)
                for count, frame in enumerate(frames(name, opened, stream), 1):  # noqa: B007 -- counted
                    stills.offer(frame, frame.time or 0.0)
            else:
                target = workshop / "film.mp4"
                count, rate = transcoded(name, opened, stream, target, stills)
                content = target.read_bytes()
    except NoPicture:
        raise
    except (av.FFmpegError, *BROKEN) as error:
        raise NoPicture(f"视频 {name!r} 打不开，文件可能已损坏；{HOW_TO_CONVERT}") from error
    if stills.best is None or not count:
        raise NoPicture(f"视频 {name!r} 里没有画面；{HOW_TO_CONVERT}")
    if len(content) > MAX_FILM_BYTES:
        raise NoPicture(f"视频 {name!r} 转换后仍有 {len(content) / 2**20:.0f} MB，最多 24 MB；请剪短")
    film = Film(
        sha256=sha256_hex(content),
        size=len(content),
        seconds=min(MAX_FILM_SECONDS, round(count / float(rate), 2)),
        rate=round(float(rate), 3),
    )
    return Made(content, film, encoded(prepared(stills.best)))


def container(path: Path) -> str:
    """The format by its first bytes. FFmpeg must not choose: a playlist makes it read other files and the network."""
    with path.open("rb") as file:
        head = file.read(12)
    if head.startswith(b"\x1a\x45\xdf\xa3"):
        return "matroska"
    return "avi" if head.startswith(b"RIFF") else "mov"


def video_of(name: str, opened: InputContainer) -> VideoStream:
    """The moving picture in it, where it is one that we take. Raises NoPicture."""
    if not opened.streams.video:
        raise NoPicture(f"{name!r} 里没有画面，只有声音；屏幕不放声音")
    stream = opened.streams.video[0]
    codec = stream.codec_context
    if codec is None or codec.name not in CODECS:
        raise NoPicture(f"视频 {name!r} 的编码是 {codec.name if codec else '未知'}，不认识；{HOW_TO_CONVERT}")
    if not 0 < codec.width * codec.height <= MAX_FILM_INPUT_PIXELS:
        raise NoPicture(f"视频 {name!r} 是 {codec.width}×{codec.height} 像素，最多 4096×2304（4K）；{HOW_TO_CONVERT}")
    if opened.duration:
        check_length(name, opened.duration / 1e6)
    stream.thread_type = "AUTO"
    codec.thread_count = 2
    return stream


def check_length(name: str, seconds: float) -> None:
    try:
        check_film_length(name, seconds)
    except ValueError as error:
        raise NoPicture(str(error)) from error


def frames(name: str, opened: InputContainer, stream: VideoStream) -> Iterator[VideoFrame]:
    """Its frames, as many as we take. What the header says of the length may be a lie."""
    first: float | None = None
    for number, frame in enumerate(opened.decode(stream)):
        if frame.time is None:
            continue
        first = frame.time if first is None else first
        check_length(name, max(frame.time - first, number - MOST_FRAMES))
        yield frame


def is_ready(path: Path, opened: InputContainer, stream: VideoStream) -> bool:
    """Can it go out as it is? Made by FFmpeg, for screens, and telling nothing of its maker."""
    codec, rate = stream.codec_context, float(stream.average_rate or 0)
    size = (codec.width, codec.height)
    return (
        opened.metadata.get("major_brand", "").startswith(("isom", "mp4"))
        and codec.name == "h264"
        and codec.pix_fmt == "yuv420p"
        and size == film_size(*size)
        and rate == film_rate(rate)
        and len(opened.streams) == 1
        and set(opened.metadata) <= OWN_WORDS
        and str(opened.metadata.get("encoder", "")).startswith("Lavf")
        and path.stat().st_size <= MAX_FILM_BYTES
        and (stream.sample_aspect_ratio or 1) == 1
    )


def transcoded(
    name: str, opened: InputContainer, stream: VideoStream, target: Path, stills: "Stills"
) -> tuple[int, Fraction]:
    """Write the film to `target`; how many frames it has, and how many a second."""
    rate = Fraction(film_rate(float(stream.average_rate or stream.guessed_rate or 25))).limit_denominator(1001)
    graph: av.filter.Graph | None = None
    count = 0
    with av.open(str(target), "w", format="mp4", options={"movflags": "+faststart"}) as out:
        encoder: VideoStream | None = None
        for frame in with_end(frames(name, opened, stream)):
            if frame is not None and graph is None:
                graph, size = graph_for(frame, stream, rate)
                encoder = out.add_stream("libx264", rate=rate, options=ENCODER)
                encoder.width, encoder.height = size
                encoder.pix_fmt = "yuv420p"
            if graph is None or encoder is None:
                break
            for done in filtered(graph, frame):
                stills.offer(done, count / rate)
                done.pts, done.time_base, done.pict_type = count, 1 / rate, 0
                out.mux(encoder.encode(done))
                count += 1
        if encoder is not None:
            out.mux(encoder.encode(None))
    return count, rate


def with_end(found: Iterator[VideoFrame]) -> Iterator[VideoFrame | None]:
    """`found`, then None: what FFmpeg wants to hear at the end."""
    yield from found
    yield None


def graph_for(frame: VideoFrame, stream: VideoStream, rate: Fraction) -> tuple[av.filter.Graph, tuple[int, int]]:
    """The steps from a frame of the source to one of the film, and the film's size.

    In the colours of BT.601, which every player takes for granted where a film does not say.
    """
    turn = TURNS.get(round(frame.rotation / 90) * 90)
    wide = frame.width * float(stream.sample_aspect_ratio or 1)
    upright = (frame.height, wide) if turn and "transpose" in turn else (wide, frame.height)
    size = film_size(*upright)
    steps = [
        f"fps={rate}",
        *(turn.split(",") if turn else []),
        f"scale={size[0]}:{size[1]}:out_color_matrix=bt601",
        "setsar=1",
        "format=yuv420p",
    ]
    graph = av.filter.Graph()
    nodes = [graph.add_buffer(width=frame.width, height=frame.height, format=frame.format, time_base=stream.time_base)]
    nodes += [graph.add(*step.split("=", 1)) for step in steps]
    nodes.append(graph.add("buffersink"))
    graph.link_nodes(*nodes).configure()
    return graph, size


def filtered(graph: av.filter.Graph, frame: VideoFrame | None) -> Iterator[VideoFrame]:
    """What comes out when `frame` goes in."""
    graph.vpush(frame)
    while True:
        try:
            yield graph.vpull()
        except (BlockingIOError, EOFError):
            return


class Stills:
    """Looks at some frames of a film and keeps the one on which there is most to see."""

    def __init__(self, seconds: float) -> None:
        self._step = max(0.04, seconds / STILLS)
        self._next, self._most = self._step / 2, -1.0
        self.best: Image.Image | None = None

    def offer(self, frame: VideoFrame, seconds: float | Fraction) -> None:
        """The next frame of the film."""
        if self.best is not None and seconds < self._next:
            return
        self._next += self._step if seconds >= self._next else 0.0
        picture: Image.Image = frame.to_image()  # type: ignore[no-untyped-call]
        if (seen := detail(picture)) > self._most:
            self._most, self.best = seen, picture
