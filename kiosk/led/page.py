"""A notice on an LED panel: its title, then its text, still and paged or scrolling line by line. Pure.

A passer-by of ten seconds gets the title whole, as large as it goes. Text stands still in pages as long as those
are few or hold enough; else a page would turn every second, and the text scrolls below a line that stays.
"""

from collections.abc import Iterable

from content.notice import Notice
from content.settings import Pace
from kiosk.lcd.page import Page
from kiosk.led.colours import Lamps, lamps, topic_colour
from kiosk.led.frame import Frame, frame, topic_label
from kiosk.led.table import row_sets
from kiosk.led.type import (
    RATE,
    SIZES,
    SMALL,
    USUAL,
    Set,
    chunks,
    fitted,
    gap,
    on_one_line,
    rows,
    scroll_seconds,
    scrolling,
    stack,
    tears,
    whole_words,
)
from kiosk.led.words import Row, joined, paragraphs, parts, stretches
from kiosk.look import Look
from kiosk.shapes import Box, Dots, Item, Scroll
from kiosk.text import Line, Metrics, lines, plain_spans, widest_stretch
from kiosk.typography.markup import Spans, plain
from kiosk.typography.wording import foot_words
from kiosk.view import View

LEAST_SECONDS, TO_FIND_SECONDS = 3.0, 1.0
"""A page stays at least so long; and so long beside the reading, for the eye to find the new page.

Dudek's rule for road signs is one second a word of four to eight letters, two an item (NCHRP Report 600,
chapter on changeable message signs): 4 Chinese characters are about as much as such a word, so `Pace` is slower.
"""
FEW_PAGES, ENOUGH, LEAST_HELD = 4, 24, 12
"""Text stands still on so many pages, or on any number of pages of so many characters each.

It is set larger than usual where that takes one page more at most, of LEAST_HELD characters or more."""
BODY_SIZES = (32, 28, 24, 22, 20, USUAL)
SCROLL_SECONDS = 30.0
"""About so long is one scrolling stretch; the next one begins after a sentence."""


def pages(notice: Notice, panel: Dots, view: View, look: Look) -> tuple[Page, ...]:
    """`notice` on as many pages as it needs."""
    setting = Setting(frame(panel), view.pace, lamps(panel), look.metrics, notice)
    body = notice.body if notice.body.strip() else captions(notice)
    texts = paragraphs(body)
    some_parts = stretches(parts(body))
    foot = (plain_spans(foot_words(notice)),) if foot_words(notice) else ()
    for some in ((*texts, *foot), texts):
        whole = setting.together(some) if texts else None
        if whole:
            return (whole,)
    made = setting.title_pages()
    for number, part in enumerate(some_parts, 1):
        if isinstance(part, Row):
            made += setting.row_pages(part)
        else:
            made += setting.body_pages(part, foot if number == len(some_parts) else ())
    return tuple(made)


def captions(notice: Notice) -> str:
    """What the pictures say, for a notice that is only pictures: no picture is drawn in dots."""
    return "\n\n".join(media.caption for media in notice.media if media.caption)


def page(items: Iterable[Item], around: tuple[Item, ...], count: int, pace: Pace) -> Page:
    """A page that stays as long as an elder needs to find and read it, or as its motion lasts."""
    found = tuple(items)
    moving = [scroll_seconds(item, pace) for item in found if isinstance(item, Scroll)]
    reading = min(pace.most_seconds, count / pace.characters_per_second + TO_FIND_SECONDS)
    return Page(found, around, count, seconds=round(max([LEAST_SECONDS, reading, *moving]), 1))


Lines = tuple[Line, ...]


class Setting:
    """One notice on one panel: what all of its pages have in common."""

    def __init__(self, areas: Frame, pace: Pace, lit: Lamps, metrics: Metrics, notice: Notice) -> None:
        self.areas, self.pace, self.lit, self.metrics, self.notice = areas, pace, lit, metrics, notice
        panel = areas.panel
        self.around: tuple[Item, ...] = ()
        if areas.head:
            self.around = tuple(topic_label(notice.topic, areas.head, panel, metrics))
        self.title_colour = lit.title if self.around else topic_colour(notice.topic, panel)
        """Where no label has room, the title wears the topic's colour."""

    def together(self, texts: tuple[Spans, ...]) -> Page | None:
        """Title and text on one page, for a panel with room and a notice of few words."""
        box, metrics = self.areas.body, self.metrics
        for size in BODY_SIZES if box.height >= 3 * USUAL else ():
            found = Set(size, tuple(line for one in self.broken(texts, size) for line in one))
            between = gap(size) + 2
            high = box.height - found.height - between
            spans = plain_spans(self.notice.title, bold=True)
            title = fitted(spans, box.width, high, metrics, largest=min(48, size * 2), most_lines=2)
            if title is None or title.size < size:
                continue
            spare = (high - title.height) // 3
            top = Box(box.x, box.y + spare, box.width, title.height)
            below = Box(box.x, top.bottom + between + spare, box.width, found.height)
            items = stack(title, top, self.title_colour, metrics)
            is_one = len(found.lines) == 1
            items += stack(found, below, self.lit.text, metrics, centred=is_one, middle=False, bold=self.lit.strong)
            count = len(self.notice.title) + sum(len(plain(one)) for one in texts)
            return page(items, self.around, count, self.pace)
        return None

    def broken(self, texts: tuple[Spans, ...], size: int) -> list[Lines]:
        """Every paragraph in lines."""
        return [lines(one, size, self.areas.body.width, self.metrics, by_word=True) for one in texts]

    def title_pages(self) -> list[Page]:
        """The title by itself: whole on one page, else on two, else scrolling."""
        box, title = self.areas.body, self.notice.title
        spans = plain_spans(title, bold=True)
        found = fitted(spans, box.width, box.height, self.metrics)
        if found:
            return [page(stack(found, box, self.title_colour, self.metrics), self.around, len(title), self.pace)]
        for size in dict.fromkeys((type_for(box), SMALL)):
            cut = self.title_cut(spans, size)
            if cut:
                return self.still_pages(cut, size, self.title_colour)
        words = title if self.around else f"【{self.notice.topic.word}】{title}"
        return scroll_pages(words, self.areas, self.around, self.pace, self.title_colour, self.metrics)

    def title_cut(self, spans: Spans, size: int) -> list[Lines]:
        """The title on two pages, no word torn; nothing where that takes more, or the panel has but one line."""
        box = self.areas.body
        most = rows(size, box.height)
        found = whole_words(spans, size, box.width, self.metrics) if most > 1 else ()
        if not most < len(found) <= 2 * most or tears(spans, found):
            return []
        return [found[:most], found[most:]]

    def body_pages(self, texts: tuple[Spans, ...], foot: tuple[Spans, ...]) -> list[Page]:
        """The text, standing still where that serves; who says it and until when, where that costs no page more."""
        size = self.best_size(texts)
        if size:
            cut, longer = self.cut(texts, size), self.cut((*texts, *foot), size)
            return self.still_pages(longer if len(longer) == len(cut) else cut, size, self.lit.text)
        words = "　".join(plain(one) for one in (*texts, *foot))
        return scroll_pages(words, self.areas, self.over(), self.pace, self.lit.text, self.metrics)

    def over(self) -> tuple[Item, ...]:
        """What stands while a text scrolls."""
        has_line = self.areas.head is None and self.areas.body.height >= 2 * USUAL
        return self.standing_line() if has_line else self.around

    def row_pages(self, row: Row) -> list[Page]:
        """A row of a table: standing still, a field a line; scrolling where its words are too long for that."""
        box, lit = self.areas.body, self.lit
        found = row_sets(row, box, self.metrics, BODY_SIZES[0])
        if not found:
            return scroll_pages(plain(joined(row)), self.areas, self.over(), self.pace, lit.text, self.metrics)
        made = []
        for one in found:
            items = stack(one, box, lit.text, self.metrics, bold=lit.strong)
            made.append(page(items, self.around, sum(len(line.text) for line in one.lines), self.pace))
        return made

    def best_size(self, texts: tuple[Spans, ...]) -> int:
        """The largest size at which the text takes few pages, or pages that hold enough; 0: it must scroll."""
        box, small = self.areas.body, type_for(self.areas.body)
        least = len(self.cut(texts, small))
        for size in (*(size for size in BODY_SIZES if size > small), small):
            most = rows(size, box.height)
            holds = most * (box.width // size)
            if most < 1 or (size > small and holds < LEAST_HELD):
                continue
            if any(widest_stretch(one, size, self.metrics) > box.width for one in texts):
                continue
            count = len(self.cut(texts, size))
            if size > small and count > least + 1:
                continue
            if count == 1 or (most > 1 and (count <= FEW_PAGES or (size == small and holds >= ENOUGH))):
                return size
        return 0

    def cut(self, texts: tuple[Spans, ...], size: int) -> list[Lines]:
        """The lines of each page; a row of a table or an item of a list is not torn where it fits on a page."""
        most = rows(size, self.areas.body.height)
        made: list[list[Line]] = [[]]
        for found in self.broken(texts, size):
            if made[-1] and len(made[-1]) + len(found) > most >= len(found):
                made.append([])
            for line in found:
                if len(made[-1]) == most:
                    made.append([])
                made[-1].append(line)
        return [tuple(one) for one in made if one]

    def still_pages(self, cut: list[Lines], size: int, colour: str) -> list[Page]:
        """A page for each part of `cut`."""
        made = []
        alone = len(cut) == 1 and len(cut[0]) == 1
        for part in cut:
            items = stack(Set(size, part), self.areas.body, colour, self.metrics, centred=alone, bold=self.lit.strong)
            made.append(page(items, self.around, sum(len(line.text) for line in part), self.pace))
        return made

    def standing_line(self) -> tuple[Item, ...]:
        """Over a scrolling text on two lines: the title where it fits, else the topic's word."""
        panel = self.areas.panel
        top = Box(0, 0, panel.width, panel.height // 2)
        title = on_one_line(self.notice.title, top, self.metrics, largest=USUAL)
        if title:
            return tuple(stack(title, top, self.title_colour, self.metrics))
        return tuple(topic_label(self.notice.topic, top, panel, self.metrics))


def type_for(box: Box) -> int:
    """The usual size, or the small one on a panel lower than that."""
    return USUAL if box.height >= USUAL else SMALL


def scroll_pages(
    words: str, areas: Frame, around: tuple[Item, ...], pace: Pace, colour: str, metrics: Metrics
) -> list[Page]:
    """`words` in stretches that scroll one after the other: below what stands, or in the middle."""
    box = areas.body if around or areas.head is None else areas.whole
    if areas.head is None and around and box.height >= 2 * USUAL:
        box = Box(box.x, box.y + box.height // 2, box.width, box.height - box.height // 2)
    size = next((size for size in SIZES if size <= min(box.height, 32, box.width // 3)), SMALL)
    made = []
    for line in chunks(words, size, round(box.width + SCROLL_SECONDS * RATE), metrics):
        item = scrolling(line, box, size, colour, metrics)
        made.append(page([item], around, len(line.text), pace))
    return made
