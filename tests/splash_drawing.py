"""Makes kiosk/machine/splash.pgm.gz: `python -m tests.splash_drawing`. Needs the fonts that a screen has."""

import gzip
from contextlib import closing
from pathlib import Path

from pygame import Surface

from kiosk.canvas import Canvas
from kiosk.led.fonts import fonts_for
from kiosk.shapes import Box, Geometry, Icon, Item, Scene
from kiosk.typography.typeset import label

OUT = Path(__file__).parent.parent / "kiosk" / "machine" / "splash.pgm.gz"
WIDTH, HEIGHT = 440, 250


def main() -> None:
    """Draw in white on black, and keep one colour of it."""
    geometry = Geometry(WIDTH, HEIGHT)
    surface = Surface((WIDTH, HEIGHT), 0, 32)
    with closing(Canvas(surface, lambda _: None, fonts_for(geometry))) as canvas:
        items: list[Item] = [Icon(Box(60, 10, 320, 80), "village", "#ffffff")]
        items += label("便民视窗", Box(0, 104, WIDTH, 86), 72, "#ffffff", canvas.metrics, bold=True, align="centre")
        items += label("正在启动", Box(0, 198, WIDTH, 46), 32, "#b0b0b0", canvas.metrics, align="centre")
        canvas.draw(Scene(geometry, "#000000", tuple(items)))
        ink = bytes(surface.get_at((x, y))[0] for y in range(HEIGHT) for x in range(WIDTH))
    OUT.write_bytes(gzip.compress(f"P5 {WIDTH} {HEIGHT} 255\n".encode() + ink, mtime=0))


if __name__ == "__main__":
    main()
