"""Type on an LED panel: which sizes there are, what fits still, what scrolls and how fast. Pure.

A text that fits stands still: moving text is harder to read for everybody, hardest for the old. What does not fit
in few pages scrolls, at one speed, by whole dots a frame, so that nothing trembles.
"""

from collections.abc import Sequence
from itertools import groupby

from msgspec import Struct

from content.settings import Pace
from kiosk.shapes import Box, Item, Run, Scroll, Text
from kiosk.text import Line, Metrics, balanced, lines, one_line, plain_spans, widest_stretch
from kiosk.typography.break_prices import worst_break
from kiosk.typography.kinsoku import clusters
from kiosk.typography.markup import Spans, plain
from kiosk.typography.words import INSIDE_WORD, prices

USUAL, SMALL = 16, 12
SIZES = (64, 56, 48, 44, 40, 36, 32, 28, 26, 24, 22, 20, USUAL, SMALL)
"""Dots. The two smallest are bitmap fonts; see kiosk.led.fonts."""
RATE = 60.0
"""Frames a second while a text moves."""
BEFORE, AFTER = 1.0, 1.5
"""Seconds that a scrolling line stands at its beginning and at its end: the eye finds it, and finishes it."""
LEAST_VISIBLE = 0.8
"""Seconds for which each character of a scrolling line is on the panel at least."""


class Set(Struct, frozen=True):
    """Words at one size, in lines."""

    size: int
    lines: tuple[Line, ...]

    @property
    def height(self) -> int:
        return stacked(self.size, len(self.lines))


def gap(size: int) -> int:
    """Dots between two lines, so that they do not touch."""
    return 2 if size >= SMALL else 1


def least_gap(size: int, count: int) -> int:
    """As `gap`; but two lines of bitmap type, which keeps a dot clear in its cell, fill a panel of 32."""
    return 0 if size == USUAL and count == 2 else gap(size)


def stacked(size: int, count: int) -> int:
    """How high so many lines are."""
    return count * size + max(0, count - 1) * least_gap(size, count)


def rows(size: int, height: int) -> int:
    """How many lines stand one above the other in so many dots."""
    most = (height + gap(size)) // (size + gap(size))
    return max(most, 2) if stacked(size, 2) <= height else most


def fitted(
    spans: Spans,
    width: int,
    height: int,
    metrics: Metrics,
    *,
    largest: int = SIZES[0],
    least: int = SMALL,
    most_lines: int = 99,
    care: float = 1.0,
    torn: bool = False,
) -> Set | None:
    """`spans` standing still: large, but a little smaller where that saves a line or breaks it better.

    None where it does not fit at any size without a break inside a word, unless it may be `torn`.
    `care`: for lines and words, against the size.
    """
    best: tuple[float, Set] | None = None
    first = 0
    for size in SIZES:
        most = min(most_lines, rows(size, height))
        if not least <= size <= largest or most < 1 or (best and size < first * 0.6):
            continue
        if widest_stretch(spans, size, metrics) > width:  # a telephone number is not broken, it scrolls
            continue
        found = whole_words(spans, size, width, metrics)
        if len(found) > most or (not torn and tears(spans, found)):
            continue
        first = first or size
        score = size / first - care * (0.1 * len(found) + min(0.4, worst_break(found) / 45))
        if best is None or score > best[0]:
            best = (score, Set(size, found))
        if len(found) == 1:
            break
    return best[1] if best else None


def tears(spans: Spans, found: Sequence[Line]) -> bool:
    """Is a known word parted between two of these lines? What a space parts is not."""
    text = " ".join(plain(spans).split())
    price = prices(text)
    at = 0
    for line in found[:-1]:
        at += len(line.text)
        if at < len(text) and text[at] == " ":
            at += 1
        elif at < len(text) and price[at] >= INSIDE_WORD:
            return True
    return False


def whole_words(spans: Spans, size: int, width: int, metrics: Metrics) -> tuple[Line, ...]:
    """`spans` in few lines; in one more or two where that keeps every word whole."""
    found = few = balanced(spans, size, width, metrics)
    for more in (1, 2):
        if not tears(spans, found):
            return found
        found = balanced(spans, size, width, metrics, more=more)
    return few if tears(spans, found) else found


def width_of(text: str, size: int, metrics: Metrics) -> int:
    """Dots that `text` takes on one line."""
    line = one_line(plain_spans(text), size, metrics)
    return round(max(line.width, line.extent))


def on_one_line(text: str, box: Box, metrics: Metrics, *, largest: int = SIZES[0]) -> Set | None:
    """`text` unbroken at the largest size that fits; None where none does."""
    for size in SIZES:
        if size <= min(largest, box.height):
            line = one_line(plain_spans(text), size, metrics)
            if max(line.width, line.extent) <= box.width:
                return Set(size, (line,))
    return None


def line_items(line: Line, x: float, y: int, size: int, colour: str, metrics: Metrics, *, bold: str = "") -> list[Text]:
    """`line` with its top left corner at x, y; bold stretches in the colour `bold`: dots have no second weight."""
    items: list[Text] = []
    ascent = metrics.ascent(size)
    for is_bold, pieces in groupby(line.pieces, key=lambda piece: piece.bold and bool(bold)):
        runs = tuple((x + piece.x, piece.text) for piece in pieces)
        left = max(0, round(runs[0][0]))
        last = runs[-1]
        right = last[0] + sum(metrics.advance(one, size, False) for one in clusters(last[1]))
        box = Box(left, y, max(1, min(round(right), round(x + line.extent)) - left), size)
        placed = tuple(Run(round(at) - left, text, False) for at, text in runs)
        items.append(Text(box, placed, size, bold if is_bold else colour, ascent))
    return items


def stack(
    found: Set, box: Box, colour: str, metrics: Metrics, *, centred: bool = True, middle: bool = True, bold: str = ""
) -> list[Item]:
    """The lines one above the other in `box`: in its middle or at its top, centred or from the left."""
    count = len(found.lines)
    spare = max(0, box.height - found.height)
    between = least_gap(found.size, count)
    if count > 1 and middle:
        share = max(spare // (count + 1), min(spare // (count - 1), gap(found.size) - between))
        between += min(share, found.size // 4)
    high = count * found.size + max(0, count - 1) * between
    y = box.y + (max(0, box.height - high) // 2 if middle else 0)
    items: list[Item] = []
    for line in found.lines:
        x = box.x + (max(0, round((box.width - line.width) / 2)) if centred else 0)
        items += line_items(line, x, y, found.size, colour, metrics, bold=bold)
        y += found.size + between
    return items


def chunks(text: str, size: int, longest: int, metrics: Metrics) -> tuple[Line, ...]:
    """`text` as lines of at most `longest` dots, to scroll one after the other; cut between sentences if possible."""
    made: list[Line] = []
    sentence = ""
    for part in sentences(text):
        if sentence and width_of(sentence + part, size, metrics) > longest:
            made += lines(plain_spans(sentence), size, longest, metrics, by_word=True)
            sentence = ""
        sentence += part
    if sentence:
        made += lines(plain_spans(sentence), size, longest, metrics, by_word=True)
    return tuple(made)


def sentences(text: str) -> list[str]:
    """`text` cut after each mark that ends a sentence."""
    found = [""]
    for character in text:
        if found[-1] and found[-1][-1] in "。！？；\n" and character not in "。！？；”’）":
            found.append("")
        found[-1] += character
    return [one for one in found if one]


def scrolling(line: Line, box: Box, size: int, colour: str, metrics: Metrics) -> Scroll:
    """`line` to be seen through `box`, in the middle of its height, standing at its beginning."""
    y = box.y + (box.height - size) // 2
    runs = tuple(Run(round(piece.x), piece.text, False) for piece in line.pieces)
    text = Text(Box(box.x, y, max(1, round(line.extent)), size), runs, size, colour, metrics.ascent(size))
    return Scroll(box, text, 0)


def travel(scroll: Scroll) -> int:
    """Dots that the text moves until its end is seen."""
    return max(0, scroll.text.box.width - scroll.box.width)


def step(scroll: Scroll, pace: Pace) -> int:
    """Dots a frame: as fast as an elder reads, in whole dots, so never faster than that and often slower.

    5 characters a second (`Pace`) are 80 dots a second at 16 dots: one a frame, 60 a second, is 3.75 characters.
    On a train's LED sign of eight characters of 16×16 dots, 2 to 6 characters a second were read well from 0.7
    and from 2.5 m, 8 significantly worse (Jpn. J. Ergonomics 52-6, 2016, p. 237); readers like about 6 best
    (Front. Psychol. 8:1390, 2017). Those readers were young. Each character stays in sight for LEAST_VISIBLE.
    """
    by_reading = pace.characters_per_second * scroll.text.size / RATE
    by_window = (scroll.box.width - scroll.text.size) / LEAST_VISIBLE / RATE
    return max(1, int(min(by_reading, by_window)))


def scroll_seconds(scroll: Scroll, pace: Pace) -> float:
    """Until the end has been seen."""
    return round(BEFORE + travel(scroll) / step(scroll, pace) / RATE + AFTER, 2)


def moved_on(item: Item, pace: Pace, elapsed: float) -> Item:
    """`item` as it stands after `elapsed` seconds."""
    if not isinstance(item, Scroll):
        return item
    frames = max(0, int((elapsed - BEFORE) * RATE + 1e-6))
    return Scroll(item.box, item.text, min(travel(item), frames * step(item, pace)))


def moves(items: Sequence[Item]) -> bool:
    return any(isinstance(item, Scroll) and travel(item) for item in items)
