"""What a film costs: 30 frames a second of 1280×720, decoded, scaled and blitted as the player does, in real time.

CPU counts the decoder's thread too; the memcpy is one of the same box. A late frame is one that was asked for and
not there: the one before it stayed. A film of a camera is imitated by a drawing over moving noise, at the bit rate
which the publisher allows.
"""

import ctypes
import io
import time
from fractions import Fraction

import av
import psutil
from msgspec.structs import replace
from PIL import Image, ImageChops
from pygame import Surface

from content.files import sha256_hex
from content.media.film import ENCODER
from kiosk.canvas import Canvas
from kiosk.shapes import Box, Clip, Geometry, Scene
from tests.bench.table import percentile, show

RATE, SECONDS = 30, 6
PLAYS = 1.5
"""It passes its end once."""
BOXES = {
    "1280×720, 1:1": (1280, 720),
    "1152×648 of a 1920×1080 panel": (1152, 648),
    "592×333, beside the text": (592, 333),
    "2304×1296 of a 3840×2160 panel": (2304, 1296),
}


def camera_film() -> bytes:
    """Six seconds that are as hard to decode as the publisher lets through."""
    noise = Image.effect_noise((1400, 840), 40).convert("RGB")
    scenery = Image.blend(noise, Image.linear_gradient("L").resize(noise.size).convert("RGB"), 0.6)
    out = io.BytesIO()
    with av.open(out, "w", format="mp4") as opened:
        stream = opened.add_stream("libx264", rate=RATE, options=ENCODER)
        stream.width, stream.height, stream.pix_fmt = 1280, 720, "yuv420p"
        for number in range(RATE * SECONDS):
            picture = ImageChops.offset(scenery, number * 2 % 120, number % 120).crop((60, 60, 1340, 780))
            frame = av.VideoFrame.from_image(picture)  # type: ignore[no-untyped-call]
            frame.pts, frame.time_base = number, Fraction(1, RATE)
            opened.mux(stream.encode(frame))
        opened.mux(stream.encode(None))
    return out.getvalue()


def memcpy_ms(size: int) -> float:
    """Copying so many bytes, the best of many."""
    one, other = ctypes.create_string_buffer(size), ctypes.create_string_buffer(size)
    best = 1e9
    for _ in range(50):
        began = time.perf_counter()
        ctypes.memmove(one, other, size)
        best = min(best, time.perf_counter() - began)
    return 1000 * best


def run() -> None:
    content = camera_film()
    rows = [measured(name, size, content) for name, size in BOXES.items()]
    show(
        f"Film: 1280×720, {RATE} frames a second, {len(content) * 8 / SECONDS / 1e6:.1f} Mbit/s",
        [
            "box",
            "CPU ms a frame",
            "of one core",
            "× memcpy",
            "draw p50 / p99 ms",
            "first frame ms",
            "late",
            "memory MB",
        ],
        rows,
    )


def measured(name: str, size: tuple[int, int], content: bytes) -> list[str]:
    """One row: a film in one box."""
    surface, process = Surface(size, 0, 32), psutil.Process()
    canvas = Canvas(surface, {sha256_hex(content): content}.get)
    geometry = Geometry(*size)
    clip = Clip(Box(0, 0, *size), sha256_hex(content), "", 0.0, 0, SECONDS, RATE)
    memory = process.memory_info().rss
    began = time.perf_counter()
    canvas.draw(Scene(geometry, "#000000", (clip,)))
    first = time.perf_counter() - began
    start, cpu = time.perf_counter(), time.process_time()
    times: list[float] = []
    late, before, most = 0, b"", memory
    for number in range(1, int(RATE * SECONDS * PLAYS)):
        time.sleep(max(0.0, start + number / RATE - time.perf_counter()))
        began = time.perf_counter()
        canvas.draw(Scene(geometry, "#000000", (replace(clip, seconds=number / RATE),)))
        times.append(time.perf_counter() - began)
        now = bytes(surface.get_buffer().raw[:40_000:997])
        late, before = late + (now == before), now
        most = max(most, process.memory_info().rss)
    used = (time.process_time() - cpu) / len(times)
    canvas.close()
    return [
        name,
        f"{1000 * used:.1f}",
        f"{used * RATE:.0%}",
        f"{1000 * used / memcpy_ms(4 * size[0] * size[1]):.0f}",
        f"{1000 * percentile(times, 0.5):.1f} / {1000 * percentile(times, 0.99):.1f}",
        f"{1000 * first:.0f}",
        f"{late} of {len(times)}",
        f"{(most - memory) / 2**20:.0f}",
    ]
