"""A panel's picture as a person and a phone see it: drawn, lit by lamps, photographed askew. For tests and sheets.

The phone is made with Pillow: fewer pixels, a turn, a tilt, blur, uneven light and noise from a fixed seed.
That is not a camera. What fails here surely fails at a doorway; what passes here still has to be tried there.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass

import pygame
import zxingcpp
from PIL import Image, ImageChops, ImageFilter

from kiosk.canvas import Canvas
from kiosk.display.lamps import enlarged
from kiosk.led.fonts import fonts_for
from kiosk.shapes import Dots, Geometry, Scene

ReadBlob = Callable[[str], bytes | None]

LAMP = 6
"""Pixels a dot: a lamp and the dark around it."""


def nothing(digest: str) -> bytes | None:
    """No media."""
    return None


def drawn(scene: Scene, canvas: Canvas) -> Image.Image:
    """`scene` in the panel's own pixels or dots."""
    canvas.forget()
    canvas.draw(scene)
    return image_of(canvas.surface)


def image_of(surface: pygame.Surface) -> Image.Image:
    """The same pixels for Pillow."""
    return Image.frombuffer("RGB", surface.get_size(), pygame.image.tobytes(surface, "RGB"), "raw", "RGB", 0, 1)


def canvas_for(geometry: Geometry | Dots, read_blob: ReadBlob = nothing) -> Canvas:
    """A canvas for that display, with the type that it is read in."""
    surface = pygame.Surface((geometry.width, geometry.height), depth=32)
    return Canvas(surface, read_blob, fonts_for(geometry))


def lamps(picture: Image.Image, side: int = LAMP) -> Image.Image:
    """Each pixel of `picture` as a round lamp, `side` pixels apart, with the dark panel between them."""
    dots = pygame.image.frombuffer(picture.convert("RGB").tobytes(), picture.size, "RGB")
    return image_of(enlarged(dots, side))


@dataclass(frozen=True)
class Shot:
    """How a phone takes the picture. Nothing is changed by default."""

    glow: float = 0.0
    """How far light spreads before it reaches the sensor, in pixels of the picture: lamps bloom, lenses are soft."""
    scale: float = 1.0
    degrees: float = 0.0
    tilt: float = 0.0
    """By how much of its height the right edge is shorter than the left: the phone is held from the side."""
    blur: float = 0.0
    """Radius of the blur in pixels of the photograph."""
    shade: float = 0.0
    """How much darker the right edge is than the left, of 1."""
    noise: float = 0.0
    """Sensor noise, of the whole range of light."""

    def of(self, picture: Image.Image) -> Image.Image:
        """The photograph."""
        photo = exposed(picture.convert("L"))
        if self.glow:
            photo = photo.filter(ImageFilter.GaussianBlur(self.glow))
        if self.scale != 1.0:
            size = round(photo.width * self.scale), round(photo.height * self.scale)
            photo = photo.resize(size, Image.Resampling.BICUBIC, reducing_gap=3.0)
        if self.tilt:
            photo = tilted(photo, self.tilt)
        if self.degrees:
            photo = photo.rotate(self.degrees, Image.Resampling.BICUBIC, expand=True, fillcolor=90)
        if self.blur:
            photo = photo.filter(ImageFilter.GaussianBlur(self.blur))
        if self.shade:
            photo = ImageChops.multiply(photo, ramp(photo.size, 1 - self.shade))
        return noisy(photo, self.noise) if self.noise else photo


SHOTS = {
    "straight": Shot(),
    "half": Shot(scale=0.5),
    "turned": Shot(degrees=7),
    "half, turned, blurred": Shot(scale=0.5, degrees=7, blur=0.8),
    "from the side": Shot(scale=0.7, degrees=7, tilt=0.25, blur=0.7),
    "in bad light": Shot(scale=0.6, degrees=-7, tilt=0.12, blur=0.8, shade=0.55, noise=0.1),
}


def exposed(photo: Image.Image) -> Image.Image:
    """As bright as the camera makes it: its brightest point is white, also where a panel has red lamps only."""
    _, high = photo.getextrema()
    assert isinstance(high, int)
    return photo.point([min(255, level * 255 // max(1, high)) for level in range(256)])


def tilted(photo: Image.Image, share: float) -> Image.Image:
    """Seen from the left: the right edge is shorter, and all of it narrower."""
    width, height = photo.size
    narrow, short = width * (1 - share / 2), height * share / 2
    corners = [(0.0, 0.0), (narrow, short), (narrow, height - short), (0.0, float(height))]
    plain = [(0.0, 0.0), (float(width), 0.0), (float(width), float(height)), (0.0, float(height))]
    data = perspective(corners, plain)
    return photo.transform((round(narrow), height), Image.Transform.PERSPECTIVE, data, Image.Resampling.BICUBIC)


def perspective(there: list[tuple[float, float]], here: list[tuple[float, float]]) -> list[float]:
    """The eight numbers with which Pillow fetches the corners `there` from `here`: a linear system, eliminated."""
    rows: list[list[float]] = []
    for (x, y), (u, v) in zip(there, here, strict=True):
        rows.append([x, y, 1, 0, 0, 0, -u * x, -u * y, u])
        rows.append([0, 0, 0, x, y, 1, -v * x, -v * y, v])
    for column in range(8):
        pivot = max(range(column, 8), key=lambda row: abs(rows[row][column]))
        rows[column], rows[pivot] = rows[pivot], rows[column]
        rows[column] = [value / rows[column][column] for value in rows[column]]
        for row in range(8):
            if row != column:
                factor = rows[row][column]
                rows[row] = [a - factor * b for a, b in zip(rows[row], rows[column], strict=True)]
    return [row[8] for row in rows]


def ramp(size: tuple[int, int], darkest: float) -> Image.Image:
    """Light that falls from full on the left to `darkest` on the right."""
    line = Image.new("L", (256, 1))
    line.putdata([round(255 - x * (1 - darkest)) for x in range(256)])
    return line.resize(size, Image.Resampling.BILINEAR)


def noisy(photo: Image.Image, share: float) -> Image.Image:
    """`photo` with even noise of so much of the range; the same for the same size."""
    grain = Image.frombytes("L", photo.size, random.Random(7).randbytes(photo.width * photo.height))  # noqa: S311
    return Image.blend(photo, grain, share)


def read(photo: Image.Image) -> list[str]:
    """What the codes on `photo` say."""
    return [found.text for found in zxingcpp.read_barcodes(photo)]
