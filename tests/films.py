"""Films and documents as phones and offices make them, small ones. Values and builders only."""

import io
import struct
from fractions import Fraction
from functools import cache
from typing import cast

import av
import pypdfium2
from av.video.stream import VideoStream
from PIL import Image, ImageDraw


@cache
def film(
    width: int = 160,
    height: int = 90,
    *,
    rate: int = 10,
    seconds: float = 2.0,
    codec: str = "libx264",
    container: str = "mp4",
    black: int = 0,
    first_ground: str = "#204060",
) -> bytes:
    """A bar that goes from left to right on blue; the first `black` frames show nothing."""
    out = io.BytesIO()
    with av.open(out, "w", format=container) as opened:
        stream = cast(VideoStream, opened.add_stream(codec, rate=rate, options={"threads": "1"}))
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        count = round(rate * seconds)
        for number in range(count):
            picture = Image.new("RGB", (width, height), "black" if number < black else first_ground)
            if number >= black:
                x = width * number // count
                ImageDraw.Draw(picture).rectangle((x, 0, x + width // 10, height), fill="#e0b040")
            frame = av.VideoFrame.from_image(picture)  # type: ignore[no-untyped-call]
            frame.pts, frame.time_base = number, Fraction(1, rate)
            opened.mux(stream.encode(frame))
        opened.mux(stream.encode(None))
    return out.getvalue()


def turned(content: bytes) -> bytes:
    """The film as a phone held upright writes it: the same pixels, and a matrix that says: turn me clockwise."""
    at = content.index(b"tkhd") + 4
    at += 40 if content[at] == 0 else 52
    matrix = struct.pack(">9i", 0, 1 << 16, 0, -1 << 16, 0, 0, 0, 0, 1 << 30)
    return content[:at] + matrix + content[at + 36 :]


@cache
def pdf(pages: int = 1, width: float = 300, height: float = 200, ink: tuple[str, ...] = ("#c03030",)) -> bytes:
    """A document with a coloured square on each page."""
    document = pypdfium2.PdfDocument.new()
    for number in range(pages):
        page = document.new_page(width, height)
        square = io.BytesIO()
        Image.new("RGB", (8, 8), ink[number % len(ink)]).save(square, "JPEG")
        square.seek(0)
        image = pypdfium2.PdfImage.new(document)
        image.load_jpeg(square, inline=True)
        image.set_matrix(pypdfium2.PdfMatrix().scale(width / 3, height / 3).translate(width / 3, height / 3))
        page.insert_obj(image)
        page.gen_content()
    out = io.BytesIO()
    document.save(out)
    document.close()
    return out.getvalue()
