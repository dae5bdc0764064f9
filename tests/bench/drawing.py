"""What pictures cost: CPU of one frame, against one memcpy of the frame, and as a share of a core at its own pace.

The real layout, canvas and projector on a display that is a surface in memory: what SDL and the panel add is left
out, because it depends on the driver (measured.md's way: `beside_chromium` shows the whole under an X server).
"""

import io
import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path

import pygame
from msgspec.structs import replace

import content
from content.notice import Notice
from kiosk.__main__ import folder_view
from kiosk.canvas import Canvas
from kiosk.led.fonts import fonts_for
from kiosk.projector import Projector
from kiosk.rotation import Slide
from kiosk.scene import Look, compose, compose_alert, pages
from kiosk.shapes import Box, Dots, Geometry, Scroll
from kiosk.view import View
from tests.bench.table import percentile, show
from tests.pictures.cases import FIRE, moment_of

SAMPLE = Path(content.__file__).parent / "sample" / "baizhuang"
PLACE = "baizhuang/cuiyuan-north/w012/b3/u1"
RUNS = 40
MOMENT = datetime(2025, 7, 10, 9, 0)  # noqa: DTZ001 -- the village's local time
WATER, LONGEST = "2025-07-10-water", "village-rules"
Row = tuple[str, float, float]
"""What, CPU seconds of one, how many of them a second."""
FADE_RATE, LED_RATE = 30.0, 60.0
PER_MINUTE, PER_PAGE = 1 / 60, 1 / 8


class MemoryDisplay:
    """A panel in memory: what is presented is copied there."""

    def __init__(self, geometry: Geometry | Dots) -> None:
        self.geometry = geometry
        self.surface = pygame.Surface((geometry.width, geometry.height), depth=32)
        self._panel = self.surface.copy()

    def present(self, dirty: Sequence[Box]) -> None:
        for box in dirty:
            area = pygame.Rect(box.x, box.y, box.width, box.height)
            self._panel.blit(self.surface, area, area)

    def brightness(self, percent: int) -> None: ...

    def wait(self, seconds: float) -> bool:
        return True

    def wake(self) -> None: ...

    def close(self) -> None: ...


def run() -> None:
    """Print the tables."""
    view, blobs = folder_view([SAMPLE], PLACE)

    def read_blob(digest: str) -> bytes | None:
        return blobs[digest].read_bytes() if digest in blobs else None

    for size in ((1280, 720), (1920, 1080), (3840, 2160)):
        table(Geometry(*size), lcd_rows(Geometry(*size), view, read_blob))
    for panel in (Dots(128, 32), Dots(192, 64), Dots(320, 16)):
        table(panel, led_rows(panel, view))


def table(geometry: Geometry | Dots, rows: list[Row]) -> None:
    """One display's table."""
    kind = "LED" if isinstance(geometry, Dots) else "LCD"
    base = rows[0][1]
    show(
        f"{kind} {geometry.width}×{geometry.height}: CPU of one picture (median of {RUNS})",
        ["what", "CPU ms", "× memcpy", "a second", "% of a core"],
        [
            [name, f"{cost * 1000:.2f}", f"{cost / base:.1f}", f"{rate:.3g}" if rate else "", percent(cost * rate)]
            for name, cost, rate in rows
        ],
    )


def percent(share: float) -> str:
    return f"{100 * share:.2f}" if share else ""


def lcd_rows(geometry: Geometry, view: View, read_blob: Callable[[str], bytes | None]) -> list[Row]:
    """Everything that an LCD does."""
    display = MemoryDisplay(geometry)
    canvas = Canvas(display.surface, read_blob, fonts_for(geometry))
    look = Look(geometry, canvas.metrics)
    plain, fading = (Projector(display, canvas, fades=fades, monotonic=lambda: 0.0) for fades in (False, True))
    slides = [slide for name in (WATER, "ebike") for slide in slides_of(found(view, name), view, look)]
    minutes, turns = count(1), count(1)

    def full() -> None:
        plain.forget()
        plain.show(compose(view, slides[0], MOMENT, look), 0.0)

    def tick() -> None:
        plain.show(compose(view, slides[0], MOMENT + timedelta(minutes=next(minutes)), look), 0.0)

    def unchanged() -> None:
        plain.show(compose(view, slides[0], MOMENT, look), 0.0)

    def turn() -> None:
        plain.show(compose(view, slides[next(turns) % len(slides)], MOMENT, look), 0.0)

    def alert() -> None:
        plain.show(compose_alert(view, FIRE, 1, 1, moment_of(FIRE), look), 0.0)
        plain.show(compose(view, slides[0], MOMENT, look), 0.0)

    rows = memcpy(display.surface)
    rows += [(f"lay out {name}", timed(laying_out(found(view, name), view, look)), 0.0) for name in (WATER, LONGEST)]
    rows += [
        ("a look, nothing changed", timed(unchanged), 0.0),
        ("clock tick", timed(tick), PER_MINUTE),
        ("page change, a cut", timed(turn), PER_PAGE),
        ("full redraw", timed(full), 0.0),
        ("an alert comes and goes", timed(alert), 0.0),
    ]
    return [*rows, *fade_rows(fading, slides, view, look), *picture_rows(geometry, read_blob, view)]


def fade_rows(fading: Projector, slides: list[Slide], view: View, look: Look) -> list[Row]:
    """A cross-fade between two pages: its first frame, which draws the new page, and those between."""
    firsts: list[float] = []
    others: list[float] = []
    for number in range(RUNS // 4):
        ticks = float(number)
        scene = compose(view, slides[number % len(slides)], MOMENT, look)
        firsts.append(once(lambda: fading.show(scene, ticks, fading=True)))  # noqa: B023 -- called at once
        others += [
            once(lambda: fading.show(scene, ticks + frame / FADE_RATE))  # noqa: B023 -- called at once
            for frame in range(1, 10)
        ]
    return [
        ("page change, first frame of a fade", percentile(firsts, 0.5), PER_PAGE),
        ("frame of a fade", percentile(others, 0.5), 9 * PER_PAGE),
    ]


def picture_rows(geometry: Geometry, read_blob: Callable[[str], bytes | None], view: View) -> list[Row]:
    """A picture file decoded and scaled: once for each page that has one."""
    media = next(one for notice in view.notices for one in notice.media)
    data = read_blob(media.sha256) or b""

    def decode() -> None:
        loaded = pygame.image.load(io.BytesIO(data))
        plain = pygame.Surface(loaded.get_size(), pygame.SRCALPHA, 32)
        plain.blit(loaded, (0, 0))
        pygame.transform.smoothscale(plain, (geometry.width * 2 // 5, geometry.height * 2 // 5))

    return [(f"decode a picture of {media.width}×{media.height}", timed(decode), 0.0)]


def led_rows(panel: Dots, view: View) -> list[Row]:
    """What moves on an LED panel, sixty times a second."""
    display = MemoryDisplay(panel)
    canvas = Canvas(display.surface, lambda _: None, fonts_for(panel))
    look = Look(panel, canvas.metrics)
    projector = Projector(display, canvas, fades=False, monotonic=lambda: 0.0)
    words = replace(found(view, LONGEST), title="请提前储水，谢谢配合。" * 14, body="")
    moving = next(slide for slide in slides_of(words, view, look) if isinstance(slide.page.items[0], Scroll))
    frames, alarm = count(60), count(60)

    def scroll() -> None:
        projector.show(compose(view, moving, MOMENT, look, elapsed=next(frames) / LED_RATE), 0.0)

    def alert() -> None:
        moment = moment_of(FIRE)
        projector.show(compose_alert(view, FIRE, 1, 1, moment, look, elapsed=next(alarm) / LED_RATE), 0.0)

    rows = memcpy(display.surface)
    rows += [(f"lay out {name}", timed(laying_out(found(view, name), view, look), 3), 0.0) for name in (WATER, LONGEST)]
    return [
        *rows,
        ("frame of a scroll", timed(scroll, 600), LED_RATE),
        ("frame of an alert", timed(alert, 600), LED_RATE),
    ]


def memcpy(surface: pygame.Surface) -> list[Row]:
    """The floor: the frame's bytes, copied once."""
    frame = bytearray(surface.get_buffer().raw)
    target = bytearray(len(frame))

    def copy() -> None:
        target[:] = frame

    return [("memcpy of the frame", timed(copy, 200), 0.0)]


def found(view: View, identity: str) -> Notice:
    return next(notice for notice in view.notices if notice.id == identity)


def slides_of(notice: Notice, view: View, look: Look) -> list[Slide]:
    made = pages(notice, view, look)
    return [Slide(notice, number, page, len(made), 8.0) for number, page in enumerate(made, 1)]


def laying_out(notice: Notice, view: View, look: Look) -> Callable[[], None]:
    def lay_out() -> None:
        pages(notice, view, look)

    return lay_out


def timed(what: Callable[[], None], runs: int = RUNS) -> float:
    """CPU seconds of one call, the median; fonts, icons and pictures are loaded by one before."""
    what()
    return percentile([once(what) for _ in range(runs)], 0.5)


def once(what: Callable[[], object]) -> float:
    start = time.process_time()
    what()
    return time.process_time() - start
