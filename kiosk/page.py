"""One notice → pages: the size of its type, its title, its text and its pictures. Pure.

A short notice is set larger, a long one a little smaller before it takes another page. The
number of pages is always finite and at least one, and every character of the notice stands on
exactly one of them; what is repeated on each page (label, running title, foot line) is `around`.
"""

from msgspec import Struct
from msgspec.structs import replace

from content.notice import Media, Notice
from kiosk.body import strips
from kiosk.frame import Frame, frame
from kiosk.markup import Table, blocks
from kiosk.palette import INK, SOFT, WHITE
from kiosk.shapes import Box, Geometry, Icon, Item, Picture, Rectangle
from kiosk.strips import Column, Strip, evened, height, placed
from kiosk.text import Line, Metrics, plain_spans
from kiosk.typeset import fitted, headline, label, line_height, listed, stack
from kiosk.view import View
from kiosk.wording import foot_words

BODY, TITLE, SMALL, LABEL = 55, 96, 34, 40
"""Sizes of type in units (1 px on a 1920×1080 display)."""
SCALES = (1.6, 1.5, 1.4, 1.3, 1.22, 1.15, 1.08, 1.0, 0.94, 0.88, 0.83, 0.78, 0.72)
"""What the body's size is multiplied by: never below 0.72, three quarters of what an elder reads with ease."""
GENTLE = 0.88
"""A notice is set this much smaller to save a page; more only to stay within FEW pages."""
FOR_ONE_PAGE = 0.83
"""And this much to stand on one: who passes by sees one page."""
FOR_A_TABLE = 0.78
"""And this much so that a table is seen whole."""
FEW = 4
TITLE_LEADING = 1.28
DRAWABLE = frozenset({"image/jpeg", "image/png", "image/webp"})


class Page(Struct, frozen=True):
    """One pictureful. `characters` are those that have to be read here."""

    items: tuple[Item, ...]
    around: tuple[Item, ...]
    characters: int
    pictures: int = 0


class Cut(Struct, frozen=True):
    """A notice at one size of type, cut into pages of strips."""

    scale: float
    title: tuple[Line, ...]
    title_size: int
    pages: tuple[tuple[Strip, ...], ...]
    used: int
    """Pixels of the first page that title and text take."""
    width: int
    waste: float = 0.0
    """How much of the only page, or of the emptiest but the last, is empty, of 1."""
    hero: Box | None = None
    """Where on the only page the first picture stands."""


class Sheet(Struct, frozen=True):
    """The room for a notice in one geometry: between label and foot line."""

    frame: Frame
    room: Box
    foot: tuple[Item, ...]
    running: tuple[Item, ...]
    """The title once more, small, at the head of every page but the first."""
    running_height: int


def pages(notice: Notice, view: View, geometry: Geometry, metrics: Metrics) -> tuple[Page, ...]:  # noqa: ARG001
    """`notice` on as many pages as it needs. `view` is not asked today: settings may name sizes one day."""
    page_sheet = sheet(notice, frame(geometry), metrics)
    images = [media for media in notice.media if media.kind in DRAWABLE]
    cut = with_hero(notice, images[0], page_sheet, metrics) if images else None
    cut = cut or best_cut(notice, page_sheet, metrics)
    rest = images[1:] if cut.hero else images
    made = [text_page(notice, cut, number, page_sheet, metrics) for number in range(max(1, len(cut.pages)))]
    if cut.hero:
        made[0] = with_picture(made[0], images[0], cut.hero, page_sheet, metrics)
    made += [picture_page(notice, media, page_sheet, metrics) for media in rest]
    return tuple(made)


def sheet(notice: Notice, areas: Frame, metrics: Metrics) -> Sheet:
    """The room that label and foot line leave."""
    box = areas.notice
    words = foot_words(notice)
    foot: list[Item] = []
    deep = areas.px(46)
    if words:
        width = box.width - areas.px(250)  # the progress marks stand on the right
        size, found = fitted(plain_spans(words), width, areas.px(92), areas.px(SMALL), metrics, leading=1.32)
        deep = len(found) * line_height(size, 1.32, metrics)
        place = Box(box.x, box.bottom - deep, width, deep)
        foot += stack(listed(found, size, metrics), place, size, SOFT, metrics, leading=1.32)
    top = box.y + areas.px(76 + 26)
    room = Box(box.x, top, box.width, box.bottom - deep - areas.px(24) - top)
    title = plain_spans(notice.title, bold=True)
    size, found = fitted(title, room.width, room.height // 3, areas.px(BODY * 0.82), metrics, leading=TITLE_LEADING)
    running = stack(found, room, size, SOFT, metrics, leading=TITLE_LEADING)
    high = len(found) * line_height(size, TITLE_LEADING, metrics) + areas.px(26)
    return Sheet(frame=areas, room=room, foot=tuple(foot), running=tuple(running), running_height=high)


def topic_label(notice: Notice, areas: Frame, metrics: Metrics) -> list[Item]:
    """The topic as a coloured label: its icon and always its word."""
    box = areas.notice
    high, icon, pad = areas.px(76), areas.px(48), areas.px(22)
    words = label(
        notice.topic.word,
        Box(box.x + pad + icon + areas.px(14), box.y, box.width - 2 * pad - icon, high),
        areas.px(LABEL),
        WHITE,
        metrics,
        bold=True,
    )
    width = max((text.box.right for text in words), default=box.x) - box.x + areas.px(26)
    return [
        Rectangle(Box(box.x, box.y, width, high), notice.topic.colour, areas.px(10)),
        Icon(Box(box.x + pad, box.y + (high - icon) // 2, icon, icon), notice.topic.icon, WHITE),
        *words,
    ]


def cut_at(notice: Notice, scale: float, page_sheet: Sheet, metrics: Metrics, *, part: float = 1.0) -> Cut:
    """`notice` with its body at `scale`, in a column of `part` of the room's width."""
    areas, room = page_sheet.frame, page_sheet.room
    width = round(room.width * part)
    size = areas.px(BODY * scale)
    found = blocks(notice.body)
    highest = room.height if not found else round(room.height * 0.42)
    largest = areas.px(TITLE * (min(max(scale, 0.82), 1.3) if found else 1.25 * scale))
    title_size, title = headline(
        plain_spans(notice.title, bold=True), width, highest, largest, metrics, leading=TITLE_LEADING
    )
    gap = areas.px(26)
    used = len(title) * line_height(title_size, TITLE_LEADING, metrics) + (gap if found else 0)
    running = page_sheet.running_height
    column = Column(
        width=width,
        size=size,
        hang=True,
        highest=min(room.height - used, room.height - running),
        accent=notice.topic.colour,
    )
    cut = evened(strips(found, column, metrics), room.height - used, room.height - running)
    fills = [(used if number == 0 else running) + height(page) for number, page in enumerate(cut[:-1] or cut)]
    return Cut(
        scale=scale,
        title=title,
        title_size=title_size,
        pages=tuple(tuple(page) for page in cut),
        used=used + (height(cut[0]) if cut else 0),
        width=width,
        waste=1 - min(fills, default=room.height) / room.height,
    )


def best_cut(notice: Notice, page_sheet: Sheet, metrics: Metrics) -> Cut:
    """The fewest pages that a gentle shrinking gives, and on them the largest type."""
    made: dict[float, Cut] = {}

    def cut(scale: float) -> Cut:
        if scale not in made:
            made[scale] = cut_at(notice, scale, page_sheet, metrics)
        return made[scale]

    least = FOR_A_TABLE if any(isinstance(block, Table) for block in blocks(notice.body)) else FOR_ONE_PAGE
    few = 1 if len(cut(least).pages) <= 1 else len(cut(GENTLE).pages)
    if few > FEW:
        few = max(FEW, len(cut(SCALES[-1]).pages))
    low, high = 0, len(SCALES) - 1  # the number of pages grows with the scale, so search by halves
    while low < high:
        middle = (low + high) // 2
        if len(cut(SCALES[middle]).pages) <= few:
            high = middle
        else:
            low = middle + 1
    roomy = [scale for scale in SCALES[low:] if scale >= min(GENTLE, SCALES[low])]
    return min((cut(scale) for scale in roomy), key=faults, default=cut(SCALES[low]))


TORN_TABLE, TORN_CELL, TORN_WORD, WASTE, FAIR = 1.0, 0.12, 0.1, 3.0, 0.42
LOOSE, LOOSE_FROM = 0.8, 0.15
"""What these weigh against the scale: a word is torn rather than the type made a tenth smaller."""


def faults(cut: Cut) -> float:
    """How badly a notice is cut: lines too many in cells, tables torn by the end of a page, torn words, small type."""
    tables = sum(TORN_TABLE for page in cut.pages[1:] if page and page[0].row)
    tables += WASTE * max(0.0, cut.waste - FAIR) if len(cut.pages) > 1 else LOOSE * max(0.0, cut.waste - LOOSE_FROM)
    return (
        tables
        + sum(TORN_CELL * strip.cramped + TORN_WORD * strip.torn for page in cut.pages for strip in page)
        - cut.scale
    )


def text_page(notice: Notice, cut: Cut, number: int, page_sheet: Sheet, metrics: Metrics) -> Page:
    """Page `number` (from 0) of the text."""
    areas, room = page_sheet.frame, page_sheet.room
    around = [*topic_label(notice, areas, metrics), *page_sheet.foot]
    page = cut.pages[number] if cut.pages else ()
    count = sum(strip.characters for strip in page)
    if number:
        around += page_sheet.running
        body = placed(page, room.x, room.y + page_sheet.running_height)
        return Page(items=tuple(body), around=tuple(around), characters=count)
    spare = room.height - cut.used if len(cut.pages) <= 1 and not cut.hero else 0
    top = room.y + (min(spare // 4, areas.px(80)) if page else spare * 2 // 5)
    title = stack(
        cut.title,
        Box(room.x, top, cut.width, room.height),
        cut.title_size,
        INK,
        metrics,
        leading=TITLE_LEADING,
    )
    below = top + len(cut.title) * line_height(cut.title_size, TITLE_LEADING, metrics) + areas.px(26)
    body = placed(page, room.x, below)
    return Page(items=(*title, *body), around=tuple(around), characters=count + len(notice.title))


def with_hero(notice: Notice, media: Media, page_sheet: Sheet, metrics: Metrics) -> Cut | None:
    """Text and picture on one page, the picture below or beside; None where one of them would be too small."""
    areas, room = page_sheet.frame, page_sheet.room
    best: tuple[float, Cut] | None = None
    for scale in (1.22, 1.08, 1.0, 0.94, GENTLE, FOR_ONE_PAGE):
        for part in (1.0, 0.6, 0.54) if areas.wide else (1.0,):
            cut = cut_at(notice, scale, page_sheet, metrics, part=part)
            if len(cut.pages) > 1:
                continue
            hero = hero_box(cut, media, page_sheet)
            share = hero.width * hero.height / (room.width * room.height)
            if best is None or share * scale > best[0]:
                best = (share * scale, replace(cut, hero=hero))
        if best and best[0] >= 0.22:
            break
    return best[1] if best and best[0] >= 0.14 else None


def hero_box(cut: Cut, media: Media, page_sheet: Sheet) -> Box:
    """The picture's box on the page of `cut`: below a full column, beside a narrow one."""
    areas, room = page_sheet.frame, page_sheet.room
    caption = areas.px(54) if media.caption else 0
    if cut.width == room.width:
        top = room.y + cut.used + areas.px(28)
        free = Box(room.x, top, room.width, max(1, room.bottom - top - caption))
        return fit_into(media, free, align="left")
    left = room.x + cut.width + areas.px(64)
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


def with_picture(page: Page, media: Media, box: Box, page_sheet: Sheet, metrics: Metrics) -> Page:
    """`page` with the picture in `box` and its caption under it."""
    areas = page_sheet.frame
    items: list[Item] = [Picture(box, media.sha256, areas.px(12))]
    if media.caption:
        wide = max(box.width, areas.px(300))
        room = Box(box.x, box.bottom + areas.px(6), min(wide, areas.notice.right - box.x), areas.px(48))
        items += label(media.caption, room, areas.px(SMALL), SOFT, metrics, most_lines=2, leading=1.28)
    count = page.characters + len(media.caption)
    return Page((*page.items, *items), page.around, count, page.pictures + 1)


def picture_page(notice: Notice, media: Media, page_sheet: Sheet, metrics: Metrics) -> Page:
    """A picture with a page to itself, under the running title; its caption beside it where there is room."""
    areas, room = page_sheet.frame, page_sheet.room
    top = room.y + page_sheet.running_height
    around = (*topic_label(notice, areas, metrics), *page_sheet.foot, *page_sheet.running)
    free = Box(room.x, top, room.width, max(1, room.bottom - top))
    box = fit_into(media, free, align="left")
    beside = room.right - box.right - areas.px(48)
    if media.caption and beside >= areas.px(280):
        place = Box(box.right + areas.px(48), box.y, beside, box.height)
        words = label(media.caption, place, areas.px(BODY), INK, metrics, most_lines=12, leading=1.4)
        return Page((Picture(box, media.sha256, areas.px(12)), *words), around, len(media.caption), 1)
    caption = areas.px(54) if media.caption else 0
    box = fit_into(media, Box(free.x, free.y, free.width, max(1, free.height - caption)), align="top")
    box = box.moved(0, (free.height - caption - box.height) // 3)
    return with_picture(Page((), around, 0), media, box, page_sheet, metrics)
