"""The pictures of a notice: with its text on one page, or on pages of their own. Pure."""

from itertools import product

from msgspec.structs import replace

from content.notice import Media, Notice
from kiosk.lcd.cut import Cut, Sheet, cut_at
from kiosk.playing import picture
from kiosk.shapes import Box, Item
from kiosk.text import Metrics, line_count, plain_spans
from kiosk.typography.typeset import label, line_height
from kiosk.work import Work

DRAWABLE = frozenset({"image/jpeg", "image/png", "image/webp"})
LEADING, CAPTION_GAP = 1.3, 8
TELLING_SHARE = 0.45
"""A film or a page of a document has so much of the room beside its notice's text, or a page to itself."""


def drawable(notice: Notice) -> list[Media]:
    """The media that can be drawn."""
    return [media for media in notice.media if media.kind in DRAWABLE]


def with_hero(notice: Notice, media: Media, page_sheet: Sheet, metrics: Metrics) -> Work[Cut | None]:
    """Text and picture on one page, the picture below or beside; None where one of them would be too small."""
    areas, room = page_sheet.frame, page_sheet.room
    best: tuple[float, Cut] | None = None
    for scale in (1.22, 1.08, 1.0):
        size = min(areas.type.most, round(areas.type.body * scale))
        for part, low in product((1.0, 0.6, 0.54) if areas.wide else (1.0,), (False, True)):
            cut = cut_at(notice, size, page_sheet, metrics, part=part, low=low)
            yield
            if len(cut.pages) > 1:
                continue
            hero = hero_box(cut, media, page_sheet, metrics)
            share = hero.width * hero.height / (room.width * room.height)
            if best is None or share * scale > best[0]:
                best = (share * scale, replace(cut, hero=hero))
        if best and best[0] >= (TELLING_SHARE if tells(media) else 0.22):
            break
    return best[1] if best and best[0] >= (TELLING_SHARE if tells(media) else 0.14) else None


def tells(media: Media) -> bool:
    """Is there something to read or to follow in it: a page of a document, a film?"""
    return media.film is not None or "#" in media.source


def caption_height(media: Media, width: int, page_sheet: Sheet, metrics: Metrics) -> int:
    """Room under the picture for the caption, on two lines where one is not enough."""
    small, gap = page_sheet.frame.type.small, page_sheet.frame.px(CAPTION_GAP)
    lines = min(2, line_count(plain_spans(media.caption), small, width, metrics)) if media.caption else 0
    return lines * line_height(small, LEADING, metrics) + gap if lines else 0


def hero_box(cut: Cut, media: Media, page_sheet: Sheet, metrics: Metrics) -> Box:
    """The picture's box on the page of `cut`: below a full column, beside a narrow one."""
    areas, room = page_sheet.frame, page_sheet.room
    if cut.width == room.width:
        caption = caption_height(media, room.width, page_sheet, metrics)
        top = room.y + cut.used + areas.px(28)
        free = Box(room.x, top, room.width, max(1, room.bottom - top - caption))
        return fit_into(media, free, align="left")
    left = room.x + cut.width + areas.px(64)
    caption = caption_height(media, room.right - left, page_sheet, metrics)
    free = Box(left, areas.notice.y, room.right - left, max(1, room.bottom - areas.notice.y - caption))
    box = fit_into(media, free, align="top")
    return box.moved(0, (free.height - box.height) // 3)


def fit_into(media: Media, free: Box, *, align: str = "centre") -> Box:
    """The largest box of the picture's proportions inside `free`, at most twice the picture's own pixels."""
    factor = min(free.width / media.width, free.height / media.height, 2.0)
    width, high = max(1, round(media.width * factor)), max(1, round(media.height * factor))
    width, high = min(width, free.width), min(high, free.height)
    x = free.x if align == "left" else free.x + (free.width - width) // 2
    y = free.y + (free.height - high) // 2 if align == "centre" else free.y
    return Box(x, y, width, high)


def with_caption(media: Media, box: Box, page_sheet: Sheet, metrics: Metrics) -> list[Item]:
    """The picture in `box` and its caption under it."""
    areas = page_sheet.frame
    items: list[Item] = [picture(box, media, areas.px(12))]
    if media.caption:
        width, gap = areas.notice.right - box.x, areas.px(CAPTION_GAP)
        high = min(caption_height(media, width, page_sheet, metrics), page_sheet.room.bottom - box.bottom) - gap
        room = Box(box.x, box.bottom + gap, width, max(1, high))
        items += label(media.caption, room, areas.type.small, areas.theme.soft, metrics, most_lines=2, leading=LEADING)
    return items


def alone(media: Media, page_sheet: Sheet, metrics: Metrics) -> list[Item]:
    """A picture with a page to itself, under the running title; its caption beside it where there is room."""
    areas, room = page_sheet.frame, page_sheet.room
    top = room.y + page_sheet.running_height
    free = Box(room.x, top, room.width, max(1, room.bottom - top))
    box = fit_into(media, free, align="left")
    beside = room.right - box.right - areas.px(48)
    if media.caption and beside >= areas.px(280):
        place = Box(box.right + areas.px(48), box.y, beside, box.height)
        size = areas.type.body
        words = label(media.caption, place, size, areas.theme.ink, metrics, most_lines=12, leading=1.4)
        return [picture(box, media, areas.px(12)), *words]
    caption = caption_height(media, room.width, page_sheet, metrics)
    box = fit_into(media, Box(free.x, free.y, free.width, max(1, free.height - caption)), align="top")
    box = box.moved(0, (free.height - caption - box.height) // 3)
    return with_caption(media, box, page_sheet, metrics)
