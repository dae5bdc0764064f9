"""The whole picture on an LED panel: pages, card, code, alerts and standby, as they stand at one moment. Pure."""

from datetime import datetime
from itertools import accumulate

from msgspec.structs import replace

from content.notice import Alert, Card, Notice, ServiceCode
from kiosk.lcd.page import Page
from kiosk.lcd.panel import current_card
from kiosk.led import alert as led_alert
from kiosk.led.colours import BLACK
from kiosk.led.frame import bar, frame
from kiosk.led.page import pages as notice_pages
from kiosk.led.turns import among, card_pages, code_pages, standby_items, standing
from kiosk.led.type import RATE, USUAL, moved_on, moves
from kiosk.look import Look
from kiosk.rotation import Slide, Subject
from kiosk.shapes import Box, Dots, Item, Rectangle, Scene, Scroll
from kiosk.view import View


def pages(about: Subject, panel: Dots, view: View, look: Look) -> tuple[Page, ...]:
    """`about` on as many pages as it needs."""
    if isinstance(about, Notice):
        return notice_pages(about, panel, view, look)
    if isinstance(about, Card):
        return card_pages(about, panel, view, look)
    return code_pages(about, panel, view, look)


def compose(view: View, slide: Slide | None, moment: datetime | None, panel: Dots, look: Look, elapsed: float) -> Scene:
    """The picture by day."""
    if slide is None:
        return Scene(panel, BLACK, tuple(standby_items(view, moment, panel, look.metrics)))
    if isinstance(slide.about, ServiceCode):
        slide = with_a_card_that_holds(view, slide, moment, panel, look)
    standing_items = list(slide.page.around)
    moving = [moved_on(item, view.pace, elapsed) for item in slide.page.items]
    head = head_items(view, slide, moment, panel, look, elapsed)
    rate = RATE if moves(slide.page.items) else 1.0 if head else 0.0
    return Scene(panel, BLACK, (*standing_items, *head, *moving), rate)


def with_a_card_that_holds(view: View, slide: Slide, moment: datetime | None, panel: Dots, look: Look) -> Slide:
    """The code's pages name the grid worker's number: not that of a card past its day."""
    card = current_card(view, moment)
    if card == view.card:
        return slide
    made = (
        code_pages(slide.about, panel, replace(view, card=card), look) if isinstance(slide.about, ServiceCode) else ()
    )
    return replace(slide, page=made[min(slide.number, len(made)) - 1] if made else Page((), (), 0, seconds=3.0))


def head_items(
    view: View, slide: Slide, moment: datetime | None, panel: Dots, look: Look, elapsed: float
) -> list[Item]:
    """What the head holds beside the topic: time and number by turns. Also beside a label over a scrolling line."""
    around, items = slide.page.around, slide.page.items
    box, held = frame(panel).head, around
    if panel.height < 2 * USUAL:
        box, held = Box(0, 0, panel.width, panel.height), (*around, *items)
    elif box is None and around and isinstance(around[0], Rectangle):
        box = Box(0, 0, panel.width, panel.height // 2)
    if box is None or not isinstance(slide.about, Notice) or any(isinstance(item, Scroll) for item in held):
        return []
    taken = max((item.box.right for item in held), default=0)
    return bar(view, moment, box, taken + 3, panel, look.metrics, elapsed)


def compose_alert(view: View, alert: Alert, number: int, count: int, panel: Dots, look: Look, elapsed: float) -> Scene:
    """`alert` over everything."""
    return led_alert.scene(view, alert, number, count, panel, look, elapsed)


def alert_seconds(view: View, alert: Alert, panel: Dots, look: Look) -> float:
    """How long `alert` needs to be told once."""
    return sum(one.seconds for one in led_alert.pictures(alert, 1, 2, panel, view.pace, view.timezone, look.metrics))


def alert_begins(view: View, alert: Alert, panel: Dots, look: Look) -> tuple[float, ...]:
    """When each picture of `alert` begins."""
    seconds = [one.seconds for one in led_alert.pictures(alert, 1, 1, panel, view.pace, view.timezone, look.metrics)]
    return tuple(accumulate(seconds[:-1], initial=0.0))


__all__ = ["alert_begins", "alert_seconds", "among", "compose", "compose_alert", "pages", "standing"]
