"""What is on air + the display's geometry → the whole picture. Pure.

Three pictures: a page of a notice, standby, an alert. Each has the same head and panel where
it has them at all, so that from one scene to the next only what changed has to be drawn.
"""

from datetime import datetime

from content.notice import Alert
from kiosk.alert_page import alert_items
from kiosk.frame import Frame, frame
from kiosk.header import header
from kiosk.page import Page, pages
from kiosk.palette import HAIRLINE, PAPER, SOFT
from kiosk.panel import panel
from kiosk.rotation import Slide
from kiosk.shapes import Box, Geometry, Item, Rectangle, Scene
from kiosk.standby import standby
from kiosk.text import Metrics
from kiosk.typeset import label
from kiosk.view import View

MOST_MARKS = 8
"""More pages than this are told in figures alone."""


def compose(view: View, slide: Slide | None, moment: datetime | None, geometry: Geometry, metrics: Metrics) -> Scene:
    """The picture by day: `slide`, or standby where nothing is on air.

    `moment` is the village's local time; None while the clock is not trusted: then no time is shown.
    """
    areas = frame(geometry)
    items = header(view, moment if slide else None, areas, metrics)
    if slide is None:
        items += standby(view, moment, areas, metrics)
    else:
        items += [*slide.page.around, *slide.page.items]
        items += progress(slide, areas, metrics)
    items += panel(view, moment, areas, metrics)
    return Scene(geometry, PAPER, tuple(items))


def compose_alert(
    view: View, alert: Alert, number: int, count: int, moment: datetime | None, geometry: Geometry, metrics: Metrics
) -> Scene:
    """`alert` over the whole picture; it is number `number` of `count` (from 1)."""
    ground, items = alert_items(view, alert, number, count, moment, frame(geometry), metrics)
    return Scene(geometry, ground, tuple(items))


def progress(slide: Slide, areas: Frame, metrics: Metrics) -> list[Item]:
    """Which page of the notice this is: a mark a page, and in figures."""
    if slide.pages < 2:
        return []
    px, box = areas.px, areas.notice
    high = px(46)
    room = Box(box.right - px(230), box.bottom - high, px(230), high)
    words = f"{slide.number}/{slide.pages}"
    figures = label(words, room, px(34), SOFT, metrics, align="right", leading=1.3)
    items: list[Item] = list(figures)
    if slide.pages > MOST_MARKS:
        return items
    side, long, gap = px(14), px(34), px(9)
    x = min(text.box.x for text in figures) - px(20)
    y = room.y + (high - side) // 2
    for number in range(slide.pages, 0, -1):
        width = long if number == slide.number else side
        colour = slide.notice.topic.colour if number == slide.number else HAIRLINE
        x -= width
        items.append(Rectangle(Box(x, y, width, side), colour, side))
        x -= gap
    return items


__all__ = ["Geometry", "Page", "Scene", "Slide", "compose", "compose_alert", "pages"]
