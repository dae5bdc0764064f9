"""Nothing is on air: the village's name, the time, a quiet line. Pure."""

from datetime import datetime

from kiosk.lcd.frame import Frame
from kiosk.shapes import Box, Icon, Item
from kiosk.text import Metrics
from kiosk.typography.typeset import label
from kiosk.typography.wording import clock_words, day_words, weekday_words
from kiosk.view import View

QUIET = "暂无新通知"
AWAITED = "正在接收通知"


def standby(view: View, moment: datetime | None, areas: Frame, metrics: Metrics) -> list[Item]:
    """In the place of a notice. The head of the picture shows no time meanwhile: it stands here, large."""
    box, px, theme = areas.notice, areas.px, areas.theme
    village = next((name for name in view.names if name), "便民视窗")
    parts = [(village, px(130), px(92), theme.ink, True)]
    if moment:
        date = f"{day_words(moment)} {weekday_words(moment)}"
        parts = [(clock_words(moment), px(300), px(250), theme.ink, True), (date, px(84), px(54), theme.soft, False)]
    parts.append((AWAITED if view.awaited else QUIET, px(84), px(44), theme.soft, False))
    drawn = min(round(box.width * 0.22), px(300))  # the roofs below, a third as high as wide
    total = sum(part[1] for part in parts) + drawn
    shrink = min(1.0, box.height / total)
    y = box.y + (box.height - round(total * shrink)) // 2
    items: list[Item] = []
    for words, high, size, colour, bold in parts:
        room = Box(box.x, y, box.width, max(1, round(high * shrink)))
        items += label(words, room, size, colour, metrics, bold=bold, align="centre", most_lines=2)
        y += room.height
    high = max(1, round(drawn * shrink))
    wide = min(box.width, high * 4)
    return [*items, Icon(Box(box.x + (box.width - wide) // 2, y, wide, high), "village", theme.quiet)]
