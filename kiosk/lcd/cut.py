"""One notice → its text cut into pages: at which size of type, and where each page ends. Pure.

A notice is set in the type that is read with ease from the panel's distance, or larger where that costs no page;
smaller only where it would else take more than FEW pages, and never below what can be read (kiosk.typography.legible).
"""

import math
from collections.abc import Iterable

from msgspec import Struct

from content.notice import Notice
from kiosk.lcd.body import strips
from kiosk.lcd.frame import Frame
from kiosk.lcd.strips import Column, Strip, evened, height, paged
from kiosk.lcd.table import AS_LINES
from kiosk.shapes import Box, Item
from kiosk.text import Line, Metrics, plain_spans
from kiosk.typography.markup import blocks
from kiosk.typography.typeset import headline, line_height
from kiosk.work import Work

BODY, TITLE = 55, 96
"""Sizes of type in units (1 px on a 1920×1080 display): what the proportions of the page were drawn for."""
LARGEST = 88
"""A short notice is set as large as this, in units."""
LARGER, LEAST_LARGER, SMALLER = 1.3, 1.12, 0.94
"""A step that somebody at the screen asks for, what of it must be, and the step between the sizes which are tried."""
FEW = 4
"""Pages that a notice may take before it is set smaller."""
MANY, MOST_PAGES = 4 / 3, 24
"""A notice that cannot stand on FEW pages has so many times the fewest, up to MOST_PAGES: readable type comes first."""
ORPHAN, STEPS_LOWER = 0.35, (0.94, 0.88)
"""A last page that is not even so full is saved by type this much smaller, where that is enough."""
LOW_TITLE = 1.3
"""A title's size against the text's where a larger one costs a page."""
TITLE_LEADING = 1.3
MARK_OUT = 0.55
"""Ems of ink that a mark hanging out of a line has outside."""


class Cut(Struct, frozen=True):
    """A notice at one size of type, cut into pages of strips."""

    size: int
    scale: float
    """The size against the design's."""
    title: tuple[Line, ...]
    title_size: int
    pages: tuple[tuple[Strip, ...], ...]
    used: int
    """Pixels of the first page that title and text take."""
    width: int
    waste: float = 0.0
    """How much of the only page, or of the emptiest but the last, is empty, of 1."""
    last: float = 1.0
    """How full the last page would be if all before it were filled, of 1."""
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


def cut_at(
    notice: Notice, size: int, page_sheet: Sheet, metrics: Metrics, *, part: float = 1.0, low: bool = False
) -> Cut:
    """`notice` with its body in ems of `size` pixels, in a column of `part` of the room's width.

    `low`: the title no larger than it must be.
    """
    areas, room = page_sheet.frame, page_sheet.room
    width = round(room.width * part)
    scale = size / areas.px(BODY)
    found = blocks(notice.body)
    highest = room.height if not found else round(room.height * 0.42)
    largest = areas.px(TITLE * (min(max(scale, 0.82), 1.3) if found else 1.25 * scale))
    largest = round(size * LOW_TITLE) if low else largest
    title_size, title = headline(
        plain_spans(notice.title, bold=True), width, highest, largest, metrics, leading=TITLE_LEADING
    )
    used = len(title) * line_height(title_size, TITLE_LEADING, metrics) + (areas.px(26) if found else 0)
    running = page_sheet.running_height
    column = Column(
        width=width,
        size=size,
        hang=size * MARK_OUT <= areas.hang,
        highest=max(1, min(room.height - used, room.height - running)),
        least=areas.type.body if size >= areas.type.body else areas.type.least,
        least_rows=max(areas.type.least, min(size, round(areas.type.body * STEPS_LOWER[-1]))),
        theme=areas.theme,
        topic=notice.topic.colour,
    )
    first, rest = room.height - used, room.height - running
    made = strips(found, column, metrics)
    cut, filled = evened(made, first, rest), paged(made, first, rest)
    fills = [(used if number == 0 else running) + height(page) for number, page in enumerate(cut[:-1] or cut)]
    return Cut(
        size=size,
        scale=scale,
        title=title,
        title_size=title_size,
        pages=tuple(tuple(page) for page in cut),
        used=used + (height(cut[0]) if cut else 0),
        width=width,
        waste=1 - min(fills, default=room.height) / room.height,
        last=height(filled[-1]) / rest if len(filled) > 1 else 1.0,
    )


def easy_sizes(areas: Frame) -> list[int]:
    """Ems in which a notice is read with ease, the largest first."""
    body = areas.type.body
    return steps(min(areas.type.most, max(areas.px(LARGEST), round(body * LARGER))), body)


def dense_sizes(areas: Frame) -> list[int]:
    """Smaller ones, for a notice of many pages; none where the panel is too small for its distance."""
    return steps(areas.type.body, areas.type.least)[1:]


def steps(largest: int, smallest: int) -> list[int]:
    """Sizes from `largest` down to `smallest`, both included."""
    found = []
    size = float(largest)
    while round(size) > smallest:
        found.append(round(size))
        size *= SMALLER
    return [*found, smallest]


class Tries:
    """One notice, cut at each size of type once; `low` as in `cut_at`."""

    def __init__(self, notice: Notice, page_sheet: Sheet, metrics: Metrics) -> None:
        self.low = False
        self._made: dict[tuple[int, bool], Cut] = {}
        self._notice, self._sheet, self._metrics = notice, page_sheet, metrics

    def cut(self, size: int, *, low: bool = False) -> Work[Cut]:
        """A piece of work where it is not there yet."""
        key = (size, low or self.low)
        if key not in self._made:
            self._made[key] = cut_at(self._notice, size, self._sheet, self._metrics, low=key[1])
            yield
        return self._made[key]


def best_cut(notice: Notice, page_sheet: Sheet, metrics: Metrics, *, enlarged: bool = False) -> Work[Cut]:
    """The fewest pages in type that is easy to read, and on them the largest; `enlarged`: that and one step more."""
    tries, areas = Tries(notice, page_sheet, metrics), page_sheet.frame
    sizes, body = easy_sizes(areas), areas.type.body
    others: list[Cut] = []
    tighter = yield from tries.cut(body)
    few = max(1, len(tighter.pages))
    if few > 1:
        tighter = yield from tries.cut(body, low=True)
        tries.low = len(tighter.pages) < few
        others = [tighter] if len(tighter.pages) == few else []
        few = min(few, len(tighter.pages))
    if few <= FEW and not enlarged:
        saved = yield from without_orphan_page(tries, few, tighter, areas)
        if saved:
            return saved
    if few > FEW:
        sizes += dense_sizes(areas)
        fewest = len((yield from tries.cut(sizes[-1])).pages)
        few = FEW if fewest <= FEW else max(fewest, min(few, MOST_PAGES, math.ceil(fewest * MANY)))
    largest = yield from largest_on(few, sizes, tries)
    roomy = [size for size in sizes[largest:] if size >= min(body, sizes[largest])]
    others = [one for one in others if len(one.pages) <= few]
    best = min([*(yield from each(roomy, tries)), *others], key=faults)
    return (yield from larger(best, tries, areas)) if enlarged else best


def each(sizes: Iterable[int], tries: Tries, *, low: bool = False) -> Work[list[Cut]]:
    """The notice at every one of `sizes`."""
    made = []
    for size in sizes:
        cut = yield from tries.cut(size, low=low)
        made.append(cut)
    return made


def largest_on(few: int, sizes: list[int], tries: Tries) -> Work[int]:
    """The index of the largest size that takes `few` pages; that number grows with the size, so search by halves."""
    low, high = 0, len(sizes) - 1
    while low < high:
        middle = (low + high) // 2
        cut = yield from tries.cut(sizes[middle])
        low, high = (low, middle) if len(cut.pages) <= few else (middle + 1, high)
    return low


def larger(best: Cut, tries: Tries, areas: Frame) -> Work[Cut]:
    """One step larger than `best`, or as much of it as keeps together what belongs together; the title is not: what it
    is about has the room."""
    parts = steps(round(100 * LARGER), round(100 * LEAST_LARGER))
    sizes = dict.fromkeys(max(best.size, min(areas.type.most, round(best.size * part / 100))) for part in parts)
    return min((yield from each(sizes, tries, low=True)), key=coming_apart)


def coming_apart(cut: Cut) -> int:
    """How often a page ends inside a table, or before one that was announced, a row has no columns, and a page ends
    half empty."""
    announced = sum(page[0].tied or page[0].row for page in cut.pages[1:] if page)
    rows = sum(strip.cramped >= AS_LINES for page in cut.pages for strip in page)
    return announced + rows + (cut.waste > FAIR)


def without_orphan_page(tries: Tries, few: int, tighter: Cut, areas: Frame) -> Work[Cut | None]:
    """A page less, a step or two smaller, where the last would stand nearly empty; None where that does not help."""
    if few == 1 or tighter.last >= ORPHAN:
        return None
    for part in STEPS_LOWER:
        size = round(areas.type.body * part)
        if size < areas.type.least:
            break
        lower = yield from tries.cut(size, low=True)
        if len(lower.pages) < few:
            return lower
    return None


TORN_TABLE, TORN_LIST, TORN_CELL, TORN_WORD, WASTE, FAIR = 1.0, 0.45, 0.12, 0.1, 3.0, 0.42
LOOSE, LOOSE_FROM = 0.8, 0.15
UPSIDE_DOWN, PUSHING = 4.0, 1.5
"""What these weigh against the scale: a word is torn rather than the type made a tenth smaller."""


def faults(cut: Cut) -> float:
    """How badly a notice is cut: lines too many in cells, tables and lists torn by a page, torn words, small type, a
    title smaller than its text, and one so large that it pushes a list or a table apart."""
    firsts = [page[0] for page in cut.pages[1:] if page]
    tables = sum(TORN_TABLE * first.row + TORN_LIST * first.in_list for first in firsts)
    tables += PUSHING * max(0.0, cut.title_size / cut.size - LOW_TITLE) if tables else 0.0
    tables += WASTE * max(0.0, cut.waste - FAIR) if len(cut.pages) > 1 else LOOSE * max(0.0, cut.waste - LOOSE_FROM)
    return (
        tables
        + sum(TORN_CELL * strip.cramped + TORN_WORD * strip.torn for page in cut.pages for strip in page)
        + UPSIDE_DOWN * max(0.0, cut.size / cut.title_size - 1)
        - cut.scale
    )
