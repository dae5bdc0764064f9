"""Nothing is on air: the village's name, the time, a quiet line. Pure."""

from datetime import datetime

from kiosk.frame import Frame
from kiosk.palette import HAIRLINE, INK, SOFT
from kiosk.shapes import Box, Item, Rectangle
from kiosk.text import Metrics
from kiosk.typeset import label
from kiosk.view import View
from kiosk.wording import clock_words, day_words, weekday_words

QUIET = "暂无新通知"


def standby(view: View, moment: datetime | None, areas: Frame, metrics: Metrics) -> list[Item]:
    """In the place of a notice. The head of the picture shows no time meanwhile: it stands here, large."""
    box = areas.notice
    village = next((name for name in view.names if name), "便民视窗")
    px = areas.px
    parts = [(village, px(120), px(84), INK, True)]
    if moment:
        date = f"{day_words(moment)} {weekday_words(moment)}"
        parts = [(clock_words(moment), px(330), px(260), INK, True), (date, px(76), px(52), SOFT, False)]
    parts.append((QUIET, px(76), px(44), SOFT, False))
    total = sum(part[1] for part in parts) + px(50)
    shrink = min(1.0, box.height / total)
    y = box.y + (box.height - round(total * shrink)) * 2 // 5
    items: list[Item] = []
    for number, (words, high, size, colour, bold) in enumerate(parts):
        if number == len(parts) - 1:
            items.append(Rectangle(Box(box.x + (box.width - px(120)) // 2, y + px(12), px(120), px(3)), HAIRLINE))
            y += round(px(50) * shrink)
        room = Box(box.x, y, box.width, max(1, round(high * shrink)))
        items += label(words, room, size, colour, metrics, bold=bold, align="centre", most_lines=2)
        y += room.height
    return items
