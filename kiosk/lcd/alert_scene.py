"""The whole picture of an emergency: band, message and foot together. Pure."""

from datetime import datetime

from content.notice import Alert
from kiosk.alert_icons import event_icon
from kiosk.lcd.alert_foot import foot_strip
from kiosk.lcd.alert_page import exercise_band, exercise_frame, message
from kiosk.lcd.frame import Frame
from kiosk.shapes import Box, Icon, Item, Rectangle
from kiosk.text import Metrics
from kiosk.theme import ALERTS, AlertColours
from kiosk.typography.typeset import label
from kiosk.typography.wording import issued_words
from kiosk.view import View

LEVEL, ISSUED = 62, 46
"""Sizes of type in units (1 px on a 1920×1080 display)."""
BAND, EXERCISE_BAND = 128, 108
"""How high the strips with the level and with 演练 are, in units."""
LEADING = 1.3


def alert_items(
    view: View, alert: Alert, number: int, count: int, moment: datetime | None, areas: Frame, metrics: Metrics
) -> tuple[str, list[Item]]:
    """The ground's colour and everything on it. `number` of `count` alerts, when there are several."""
    colours = ALERTS[alert.level.value]
    px, width = areas.px, areas.geometry.width
    items: list[Item] = []
    top = areas.edge
    if alert.exercise:
        items += exercise_band(Box(0, top, width, px(EXERCISE_BAND)), areas, metrics)
        top += px(EXERCISE_BAND)
    band = Box(0, top, width, px(BAND))
    foot = foot_strip(alert, view, moment, areas, metrics)
    bottom = min((item.box.y for item in foot), default=areas.geometry.height)
    if alert.exercise:
        items += exercise_frame(Box(0, band.bottom, width, bottom - band.bottom), areas)
    room = Box(px(72), band.bottom + px(24), width - px(144), bottom - band.bottom - px(48))
    told = message(alert, room, colours, areas, metrics)
    drawn = any(isinstance(item, Icon) for item in told)
    items += level_band(view, alert, band, colours, number, count, moment, areas, metrics, large=drawn)
    return colours.ground, [*items, *foot, *told]


def level_band(
    view: View,
    alert: Alert,
    box: Box,
    colours: AlertColours,
    number: int,
    count: int,
    moment: datetime | None,
    areas: Frame,
    metrics: Metrics,
    *,
    large: bool,
) -> list[Item]:
    """▲ 红色预警 · 特别严重, when it was issued and what time it is now, and by whom.

    Where no `large` drawing says what happens, a small one does.
    """
    px = areas.px
    icon = px(84)
    left, right = px(72), box.right - px(72)
    issued = issued_words(alert.issued.astimezone(view.zone), moment)
    level = f"{alert.level.value}色预警 · {alert.level.word}"
    turn = f"{number}/{count}" if count > 1 else ""
    source = " · ".join(part for part in (alert.source, turn) if part)
    room = right - left - icon - px(24) - px(40)
    share = round(room * (0.46 if areas.wide else 0.5))
    words = Box(left + icon + px(24), box.y, share, box.height)
    when = Box(right - (room - share), box.y + px(6), room - share, box.height - px(12))
    half = Box(when.x, when.y, when.width, when.height // 2)
    large_type = max(px(ISSUED), areas.type.small)
    told = [(issued, half, large_type), (source, half.moved(0, half.height), areas.type.small)]
    told = told if source else [(issued, when, large_type)]
    return [
        Rectangle(box if alert.exercise else Box(box.x, 0, box.width, box.bottom), colours.band),
        Icon(
            Box(left, box.y + (box.height - icon) // 2, icon, icon),
            "warning" if large else event_icon(alert),
            colours.band_ink,
        ),
        *label(level, words, px(LEVEL), colours.band_ink, metrics, bold=True, leading=LEADING),
        *(
            item
            for text, place, size in told
            for item in label(
                text, place, size, colours.band_ink, metrics, align="right", most_lines=2, leading=LEADING
            )
        ),
    ]
