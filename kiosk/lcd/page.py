"""One notice → pages: its label, its title, its text and its pictures, and the line at the foot. Pure.

The number of pages is always finite and at least one, and every character of the notice stands on exactly one of
them; what is repeated on each page (label, running title, a table's heading, foot line) is `around`.
"""

from msgspec import Struct

from content.notice import Notice
from kiosk.lcd.cut import BODY, TITLE_LEADING, Cut, Sheet, best_cut
from kiosk.lcd.frame import Frame
from kiosk.lcd.page_pictures import alone, drawable, with_caption, with_hero
from kiosk.lcd.strips import opening, placed
from kiosk.playing import play_seconds
from kiosk.shapes import Box, Icon, Item, Rectangle
from kiosk.text import Line, Metrics, balanced, one_line_width, plain_spans
from kiosk.typography.typeset import fitted, label, line_height, sizes, stack
from kiosk.typography.wording import foot_words, show_words
from kiosk.work import Work

LABEL = 42
"""Size of type in units (1 px on a 1920×1080 display)."""
FOOT_LEADING, MOST_FOOT = 1.32, 3
LOOSER = 30
"""Units more above and under the title of a short notice."""


class Page(Struct, frozen=True):
    """One pictureful. `characters` are those that have to be read here."""

    items: tuple[Item, ...]
    around: tuple[Item, ...]
    characters: int
    pictures: int = 0
    seconds: float = 0.0
    """How long its motion takes, where it has one: a text that scrolls."""
    play_seconds: float = 0.0
    """How long one play of its film takes; the page stays for whole plays."""


def paging(notice: Notice, areas: Frame, metrics: Metrics, *, enlarged: bool = False) -> Work[tuple[Page, ...]]:
    """`notice` on as many pages as it needs in `areas`."""
    page_sheet = sheet(notice, areas, metrics)
    images = drawable(notice)
    cut = (yield from with_hero(notice, images[0], page_sheet, metrics)) if images and not enlarged else None
    if cut is None:
        cut = yield from best_cut(notice, page_sheet, metrics, enlarged=enlarged)
    made = [text_page(notice, cut, number, page_sheet, metrics) for number in range(max(1, len(cut.pages)))]
    if cut.hero:
        first = made[0]
        items = (*first.items, *with_caption(images[0], cut.hero, page_sheet, metrics))
        count = first.characters + len(images[0].caption)
        made[0] = Page(items, first.around, count, pictures=1, play_seconds=play_seconds(images[0]))
    around = (*topic_label(notice, areas, metrics), *page_sheet.foot, *page_sheet.running)
    rest = images[1:] if cut.hero else images
    for media in rest:
        items = tuple(alone(media, page_sheet, metrics))
        made.append(Page(items, around, len(media.caption), pictures=1, play_seconds=play_seconds(media)))
    return tuple(made)


def sheet(notice: Notice, areas: Frame, metrics: Metrics) -> Sheet:
    """The room that label and foot line leave."""
    box, small = areas.notice, areas.type.small
    foot: list[Item] = []
    deep = areas.px(46)
    width = box.width - areas.px(250)  # the progress marks stand on the right
    size, found = foot_lines(notice, width, small, metrics)
    if found:
        deep = len(found) * line_height(size, FOOT_LEADING, metrics)
        place = Box(box.x, box.bottom - deep, width, deep)
        foot += stack(found, place, size, areas.theme.soft, metrics, leading=FOOT_LEADING)
    top = box.y + areas.px(76 + 26)
    room = Box(box.x, top, box.width, box.bottom - deep - areas.px(24) - top)
    title = plain_spans(notice.title, bold=True)
    largest = max(areas.px(BODY * 0.82), areas.type.small)
    size, found = fitted(title, room.width, room.height // 3, largest, metrics, leading=TITLE_LEADING)
    running = stack(found, room, size, areas.theme.soft, metrics, leading=TITLE_LEADING)
    high = len(found) * line_height(size, TITLE_LEADING, metrics) + areas.px(26)
    return Sheet(frame=areas, room=room, foot=tuple(foot), running=tuple(running), running_height=high)


def foot_lines(notice: Notice, width: int, largest: int, metrics: Metrics) -> tuple[int, tuple[Line, ...]]:
    """Who says so and until when, on one line where it fits, else one under the other on at most MOST_FOOT."""
    parts = [foot_words(notice)]
    if one_line_width(plain_spans(parts[0]), largest, metrics) > width:
        parts = [part for part in (notice.source, show_words(notice.show)) if part]
    for size in sizes(largest):
        found = tuple(line for part in parts for line in balanced(plain_spans(part), size, width, metrics))
        if len(found) <= MOST_FOOT:
            break
    return size, found


def topic_label(notice: Notice, areas: Frame, metrics: Metrics) -> list[Item]:
    """The topic as a coloured label: its icon and always its word."""
    box = areas.notice
    high, icon, pad = areas.px(76), areas.px(54), areas.px(20)
    ground, ink = areas.theme.label(notice.topic.colour)
    room = Box(box.x + pad + icon + areas.px(14), box.y, box.width - 2 * pad - icon, high)
    words = label(notice.topic.word, room, areas.px(LABEL), ink, metrics, bold=True)
    width = max((text.box.right for text in words), default=box.x) - box.x + areas.px(26)
    return [
        Rectangle(Box(box.x, box.y, width, high), ground, areas.px(10)),
        Icon(Box(box.x + pad, box.y + (high - icon) // 2, icon, icon), notice.topic.icon, ink),
        *words,
    ]


def text_page(notice: Notice, cut: Cut, number: int, page_sheet: Sheet, metrics: Metrics) -> Page:
    """Page `number` (from 0) of the text."""
    areas, room = page_sheet.frame, page_sheet.room
    around = [*topic_label(notice, areas, metrics), *page_sheet.foot]
    page = cut.pages[number] if cut.pages else ()
    count = sum(strip.characters for strip in page)
    if number:
        top = room.y + page_sheet.running_height
        around += [*page_sheet.running, *opening(page, room.x, top)]
        return Page(items=tuple(placed(page, room.x, top)), around=tuple(around), characters=count)
    spare = room.height - cut.used if len(cut.pages) <= 1 and not cut.hero else 0
    # The title stays with its label, and a little further from its text where there is room; alone it is a poster.
    more = min(spare // 5, areas.px(LOOSER)) if page else 0
    top = room.y + (more if page else spare * 2 // 5)
    place = Box(room.x, top, cut.width, room.height)
    title = stack(cut.title, place, cut.title_size, areas.theme.ink, metrics, leading=TITLE_LEADING)
    below = top + len(cut.title) * line_height(cut.title_size, TITLE_LEADING, metrics) + areas.px(26) + more
    body = placed(page, room.x, below)
    return Page(items=(*title, *body), around=tuple(around), characters=count + len(notice.title))
