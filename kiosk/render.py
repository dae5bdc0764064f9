"""One picture without a screen: what a display, LCD or LED, shows at a given moment, as PNG.

The same scenes and the same canvas as the player's, so that a preview is the screen's own
picture. Needs no window and no display.
"""

import io
from collections.abc import Iterable
from contextlib import closing
from datetime import datetime
from functools import lru_cache

import pygame
from msgspec import Struct
from pygame import Surface

from content.errors import WindowError
from content.manifest import Content
from content.notice import Card, Notice
from content.onair import active_alerts, on_air
from kiosk.canvas import Canvas, ReadBlob
from kiosk.display.lamps import enlarged
from kiosk.lcd.page import Page
from kiosk.led.fonts import fonts_for
from kiosk.light import light
from kiosk.rotation import SECONDS_PER_PICTURE, Slide, Subject, slides, slides_of
from kiosk.scene import Look, alert_begins, compose, compose_alert, in_turn, pages
from kiosk.shapes import Code, Dots, Geometry, Scene
from kiosk.typography.fonts import Fonts
from kiosk.typography.glyphs import drawable
from kiosk.typography.kinsoku import clusters
from kiosk.view import Offered, View, merge

FILM_PATIENCE_SECONDS = 20.0
"""A preview shows the very frame that was asked for."""


class NoSuchPage(WindowError):
    """The notice or page that was asked for is not on air. Says what is."""


class Row(Struct, frozen=True):
    """One notice or alert of the programme, in the order of the screen."""

    id: str
    title: str
    topic: str
    pages: int
    seconds: tuple[float, ...]
    """For each page; empty for an alert, which stays until it ends."""
    alert: bool = False


Display = tuple[int, int] | Geometry | Dots
"""What is drawn for: an LCD of so many pixels, one that is known better, or an LED panel."""


def render(
    view: View,
    now: datetime,
    display: Display,
    read_blob: ReadBlob,
    *,
    item: str | None = None,
    page: int = 1,
    elapsed: float = 0.0,
    dots: int = 1,
) -> bytes:
    """PNG of what `display` at `view` shows at `now` (aware), `elapsed` seconds after the page came on.

    Without `item` that is the first alert, or the first notice; `item` names another by its id, `card` and `code`
    those that have turns of their own on an LED panel. `dots`: pixels a dot of an LED panel, from 3 on round lamps.
    Raises NoSuchPage.
    """
    geometry = geometry_of(display)
    surface = Surface((geometry.width, geometry.height), 0, 32)
    with closing(Canvas(surface, read_blob, fonts_for(geometry), patience=FILM_PATIENCE_SECONDS)) as canvas:
        look = Look(geometry, canvas.metrics, theme=light(view.settings, now, view.zone).theme)
        canvas.draw(chosen(view, now, look, item, page, elapsed))
    out = io.BytesIO()
    pygame.image.save(enlarged(canvas.surface, dots) if dots > 1 else canvas.surface, out, "picture.png")
    return out.getvalue()


def geometry_of(display: Display) -> Geometry | Dots:
    """A pair of numbers is an LCD."""
    return Geometry(*display) if isinstance(display, tuple) else display


def chosen(view: View, now: datetime, look: Look, item: str | None, page: int, elapsed: float = 0.0) -> Scene:
    """The scene that was asked for."""
    moment = now.astimezone(view.zone)
    alerts = active_alerts(view.alerts, now)
    for number, alert in enumerate(alerts, 1):
        if item in (None, alert.id):
            begins = alert_begins(view, alert, look)
            if not 1 <= page <= len(begins):
                raise NoSuchPage(f"警报 {alert.id} 只有 {len(begins)} 页，没有第 {page} 页")
            at = begins[page - 1] + elapsed
            return compose_alert(view, alert, number, len(alerts), moment, look, elapsed=at)
    due = slides_at(view, now, look)
    if not due and item is None and page == 1:
        return compose(view, None, moment, look, elapsed=elapsed)
    wanted = [slide for slide in due if slide.id == (item or due[0].id)]
    if not wanted:
        ids = [*(alert.id for alert in alerts), *dict.fromkeys(slide.id for slide in due)]
        raise NoSuchPage(f"{item or '任何内容'} 此刻不在播出；正在播出：{'、'.join(ids) or '无'}")
    if not 1 <= page <= len(wanted):
        raise NoSuchPage(f"{wanted[0].id} 共 {len(wanted)} 页，没有第 {page} 页")
    return compose(view, wanted[page - 1], moment, look, elapsed=elapsed)


def slides_at(view: View, now: datetime, look: Look) -> tuple[Slide, ...]:
    """The rotation at `now`."""

    def pages_of(about: Subject) -> tuple[Page, ...]:
        return pages(about, view, look)

    moment = now.astimezone(view.zone).replace(tzinfo=None)
    due = in_turn(on_air(view.notices, now, view.zone).due, view, moment, look)
    return slides(view, due, pages_of)


def programme(view: View, now: datetime, display: Display) -> list[Row]:
    """What is on air at `now`, in order: alerts, which suspend the notices while they last, then notices."""
    geometry = geometry_of(display)
    look = Look(geometry, fonts_for(geometry))
    rows = [
        Row(
            alert.id,
            alert.headline,
            f"{alert.level.value}色预警",
            len(alert_begins(view, alert, look)),
            (),
            alert=True,
        )
        for alert in active_alerts(view.alerts, now)
    ]
    found: dict[str, list[Slide]] = {}
    for slide in slides_at(view, now, look):
        found.setdefault(slide.id, []).append(slide)
    for notice_id, shown in found.items():
        title, topic = named(shown[0].about)
        rows.append(Row(notice_id, title, topic, len(shown), tuple(one.seconds for one in shown)))
    return rows


def named(about: Subject) -> tuple[str, str]:
    """Title and topic in words."""
    if isinstance(about, Notice):
        return about.title, about.topic.word
    return (about.name, "网格员") if isinstance(about, Card) else (about.title, "优居码")


class Turn(Struct, frozen=True):
    """One page of a notice: how long it stays, and how long an elder needs to read it."""

    seconds: float
    needed: float


def view_at(place: str, offered: Iterable[tuple[str, str, Content]]) -> View:
    """What hangs at `place`, of (place, publisher, content)."""
    return merge(place, [Offered(*one) for one in offered])


def turns(notice: Notice, view: View, display: Display) -> tuple[Turn, ...]:
    """The pages of `notice` on `display` at `view`, whether it is on air or not."""
    geometry = geometry_of(display)
    look = Look(geometry, proving_fonts(isinstance(geometry, Dots)))
    made = slides_of(notice, pages(notice, view, look), view.pace)
    pace = view.pace.characters_per_second
    return tuple(
        Turn(one.seconds, one.page.seconds or one.page.characters / pace + SECONDS_PER_PICTURE * one.page.pictures)
        for one in made
    )


def codes(view: View, now: datetime, display: Display) -> tuple[Code, ...]:
    """The QR codes on the picture that `render` makes of the same."""
    geometry = geometry_of(display)
    look = Look(geometry, proving_fonts(isinstance(geometry, Dots)))
    return tuple(item for item in chosen(view, now, look, None, 1).items if isinstance(item, Code))


def unprintable(text: str, display: Display) -> dict[str, str]:
    """What the fonts of `display` have no shape for, and what is drawn instead ("" for nothing)."""
    fonts = proving_fonts(isinstance(geometry_of(display), Dots))
    found = {}
    for cluster in clusters(text):
        drawn = fonts.shown(cluster)
        if drawn != drawable(cluster):
            found[cluster] = drawn
    return found


@lru_cache(maxsize=2)
def proving_fonts(is_led: bool) -> Fonts:
    """Opened once: a whole village is proved in one go."""
    return fonts_for(Dots(64, 32) if is_led else Geometry(1920, 1080))


__all__ = [
    "Display",
    "Dots",
    "Geometry",
    "NoSuchPage",
    "Row",
    "Turn",
    "View",
    "codes",
    "geometry_of",
    "programme",
    "render",
    "turns",
    "unprintable",
    "view_at",
]
