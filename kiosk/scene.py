"""What is on air + how this display looks → the whole picture. Pure; one language for LCD and LED.

Four pictures: a page of a notice, standby, an alert, darkness. On an LCD each has the same head and panel where
it has them at all, so that from one scene to the next only what changed has to be drawn.
`elapsed` is how long the page has been shown, in seconds: what moves, moves by it.
"""

from collections.abc import Sequence
from datetime import datetime

from content.notice import Alert, Card, Notice, ServiceCode
from kiosk.lcd.alert_scene import alert_items
from kiosk.lcd.frame import Frame, frame
from kiosk.lcd.header import header
from kiosk.lcd.page import Page
from kiosk.lcd.page import paging as lcd_paging
from kiosk.lcd.panel import panel, things_shown
from kiosk.lcd.standby import standby
from kiosk.lcd.today import with_today
from kiosk.led import scene as led_scene
from kiosk.look import Look
from kiosk.playing import played, rate_of
from kiosk.rotation import Slide, Subject
from kiosk.shapes import Box, Dots, Geometry, Item, Rectangle, Scene
from kiosk.text import Metrics
from kiosk.theme import THEMES
from kiosk.typography.typeset import label
from kiosk.view import View
from kiosk.work import Work, finished

MOST_MARKS = 6
"""More pages than this are told in figures alone."""


def pages(about: Subject, view: View, look: Look) -> tuple[Page, ...]:
    """`about` on as many pages as it needs."""
    return finished(paging(about, view, look))


def paging(about: Subject, view: View, look: Look) -> Work[tuple[Page, ...]]:
    """The same in pieces: of a long notice on an LCD one for each size of type that is tried."""
    geometry = look.geometry
    if isinstance(geometry, Dots):
        return led_scene.pages(about, geometry, view, look)
    if not isinstance(about, Notice):
        return ()
    return (yield from lcd_paging(about, areas_of(view, geometry, look), look.metrics, enlarged=look.enlarged))


def standing(view: View, moment: datetime | None, look: Look) -> tuple[Card | ServiceCode, ...]:
    """What has turns of its own among the notices: card and code on an LED panel, nothing on an LCD."""
    return led_scene.standing(view, moment) if isinstance(look.geometry, Dots) else ()


def in_turn(notices: Sequence[Notice], view: View, moment: datetime | None, look: Look) -> tuple[Subject, ...]:
    """Everything that has a turn, in its order: the notices, and what is `standing` evenly among them."""
    return led_scene.among(notices, standing(view, moment, look))


def compose(view: View, slide: Slide | None, moment: datetime | None, look: Look, *, elapsed: float = 0.0) -> Scene:
    """The picture by day: `slide`, or standby where nothing is on air.

    `moment` is the village's local time; None while the clock is not trusted: then no time is shown.
    """
    geometry, metrics = look.geometry, look.metrics
    if isinstance(geometry, Dots):
        return led_scene.compose(view, slide, moment, geometry, look, elapsed)
    areas = areas_of(view, geometry, look)
    items = header(view, moment if slide else None, areas, metrics)
    if slide is None:
        items += standby(view, moment, areas, metrics)
    else:
        items += [*slide.page.around, *with_today(slide.page.items, moment, areas)]
        items += progress(slide, areas, metrics)
    items += panel(view, moment, areas, metrics)
    return Scene(geometry, areas.theme.paper, tuple(played(items, elapsed)), rate_of(items))


def compose_alert(
    view: View, alert: Alert, number: int, count: int, moment: datetime | None, look: Look, *, elapsed: float = 0.0
) -> Scene:
    """`alert` over the whole picture; it is number `number` of `count` (from 1)."""
    geometry = look.geometry
    if isinstance(geometry, Dots):
        return led_scene.compose_alert(view, alert, number, count, geometry, look, elapsed)
    ground, items = alert_items(view, alert, number, count, moment, areas_of(view, geometry, look), look.metrics)
    return Scene(geometry, ground, tuple(items))


def alert_seconds(view: View, alert: Alert, look: Look) -> float:
    """How long `alert` needs to be told once: on an LED panel it tells one thing after the other. 0: at a glance."""
    geometry = look.geometry
    return led_scene.alert_seconds(view, alert, geometry, look) if isinstance(geometry, Dots) else 0.0


def areas_of(view: View, geometry: Geometry, look: Look) -> Frame:
    """Where the parts of an LCD's picture stand, and their colours."""
    return frame(geometry, THEMES[look.theme], shown=things_shown(view))


def alert_begins(view: View, alert: Alert, look: Look) -> tuple[float, ...]:
    """After how many seconds each picture of `alert` begins; an LCD has one."""
    geometry = look.geometry
    return led_scene.alert_begins(view, alert, geometry, look) if isinstance(geometry, Dots) else (0.0,)


def darkness(look: Look) -> Scene:
    """Nothing at all: the hours in which the screen must not shine."""
    return Scene(look.geometry, "#000000", ())


def progress(slide: Slide, areas: Frame, metrics: Metrics) -> list[Item]:
    """Which page of the notice this is: a mark a page, and in figures."""
    if slide.pages < 2:
        return []
    px, box = areas.px, areas.notice
    high = px(46)
    room = Box(box.right - px(230), box.bottom - high, px(230), high)
    words = f"{slide.number}/{slide.pages}"
    figures = label(words, room, areas.type.small, areas.theme.soft, metrics, align="right", leading=1.3)
    items: list[Item] = list(figures)
    if slide.pages > MOST_MARKS or not isinstance(slide.about, Notice):
        return items
    side, long, gap = px(14), px(34), px(9)
    accent = areas.theme.accent(slide.about.topic.colour)
    x = min(text.box.x for text in figures) - px(20)
    y = room.y + (high - side) // 2
    for number in range(slide.pages, 0, -1):
        width = long if number == slide.number else side
        colour = accent if number == slide.number else areas.theme.hairline
        x -= width
        items.append(Rectangle(Box(x, y, width, side), colour, side))
        x -= gap
    return items


__all__ = [
    "Geometry",
    "Look",
    "Page",
    "Scene",
    "Slide",
    "alert_begins",
    "alert_seconds",
    "compose",
    "compose_alert",
    "darkness",
    "in_turn",
    "pages",
    "paging",
    "standing",
]
