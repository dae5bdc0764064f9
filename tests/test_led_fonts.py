"""Type of dots: no dot half lit, every character inside its cell, a scrolling strip the same as the text itself."""

from functools import cache
from pathlib import Path

import pygame
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from pygame import Surface

from kiosk.canvas import Canvas
from kiosk.led.fonts import DotFontMissing, DotMetrics, fonts_for
from kiosk.led.type import SIZES, line_items, scrolling
from kiosk.scrolled import MOST_PARTS, PART
from kiosk.shapes import Box, Code, Dots, Geometry, Run, Scene, Scroll, Text
from kiosk.text import one_line, plain_spans
from tests.sample_views import read_blob

METRICS = DotMetrics()
PANEL = Dots(192, 64)
BLACK, INK = pygame.Color("#000000"), pygame.Color("#ff0000")
WORDS = "翠苑小区北区停水7月12日 8:00—12:00，（请储水）jgpqy_|陈𬭎龚䶮①℃"


def drawn(item: Text | Scroll | Code, panel: Dots = PANEL) -> Surface:
    """The item on a panel of its own."""
    canvas = Canvas(Surface((panel.width, panel.height), 0, 32), read_blob, METRICS)
    canvas.draw(Scene(panel, "#000000", (item,)))
    return canvas.surface


def lit(surface: Surface) -> set[tuple[int, int]]:
    """The dots that are not black; each of them must be fully lit."""
    width, pixels = surface.get_pitch() // 4, memoryview(surface.get_buffer().raw).cast("I").tolist()
    black, ink = surface.map_rgb(BLACK), surface.map_rgb(INK)
    assert set(pixels) <= {black, ink}, "a dot is half lit"
    return {(at % width, at // width) for at, pixel in enumerate(pixels) if pixel == ink}


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("words", [WORDS[:7], WORDS[7:14], WORDS[14:30], WORDS[30:]])
def test_dots_are_lit_or_dark_and_lie_inside_the_line(size: int, words: str) -> None:
    for item in line_items(one_line(plain_spans(words), size, METRICS), 0, 0, size, "#ff0000", METRICS):
        found = lit(drawn(item, Dots(1000, 96)))
        assert found
        assert all(item.box.x <= x < item.box.right and 0 <= y < size for x, y in found)


@given(st.text(max_size=12), st.sampled_from(SIZES))
@settings(max_examples=60, deadline=None)
def test_no_text_lights_half_a_dot_or_breaks_the_drawing(text: str, size: int) -> None:
    for item in line_items(one_line(plain_spans(text), size, METRICS), 0, 0, size, "#ff0000", METRICS) if text else ():
        if item.text.strip():
            lit(drawn(item, Dots(300, 70)))


@pytest.mark.parametrize("size", SIZES)
def test_digits_have_one_width_and_chinese_is_square(size: int) -> None:
    assert len({METRICS.advance(digit, size, False) for digit in "0123456789"}) == 1
    assert {METRICS.advance(one, size, False) for one in "停水𬭎䶮"} == {size}
    assert METRICS.ascent(size) + METRICS.descent(size) == size


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("digit", "0123456789")
def test_a_dark_column_parts_the_digits_of_a_time_from_its_colon_and_from_each_other(size: int, digit: str) -> None:
    text = f"{digit}{digit}:{digit}"
    (item,) = line_items(one_line(plain_spans(text), size, METRICS), 0, 0, size, "#ff0000", METRICS)
    columns = {x for x, _ in lit(drawn(item, Dots(300, 70)))}
    assert len([x for x in columns if x + 1 not in columns]) == len(text)


@pytest.mark.parametrize("size", SIZES)
def test_a_dark_column_parts_the_hours_from_the_dash_between_them(size: int) -> None:
    (item,) = line_items(one_line(plain_spans("8—1"), size, METRICS), 0, 0, size, "#ff0000", METRICS)
    columns = {x for x, _ in lit(drawn(item, Dots(300, 70)))}
    assert len([x for x in columns if x + 1 not in columns]) == 3


def test_rare_characters_of_names_have_shapes_at_both_small_sizes() -> None:
    for size in (12, 16):
        shapes = set()
        for character in "陈𬭎䶮㛃〓":
            (item,) = line_items(one_line(plain_spans(character), size, METRICS), 0, 0, size, "#ff0000", METRICS)
            shapes.add(frozenset(lit(drawn(item, Dots(20, 20)))))
        assert len(shapes) == 5


@given(st.integers(0, 40), st.integers(0, 3 * PART), st.sampled_from([16, 24]))
@settings(max_examples=25, deadline=None)
def test_a_scrolling_line_shows_what_the_still_line_has_there(left: int, offset: int, size: int) -> None:
    line = one_line(plain_spans(WORDS * 4), size, METRICS)
    item = scrolling(line, Box(left, 10, 100, size), size, "#ff0000", METRICS)
    expected = {(x - offset + left, y + 10) for x, y in standing_still(size) if 0 <= x - offset < 100}
    assert lit(drawn(replace(item, offset=offset))) == expected


@cache
def standing_still(size: int) -> set[tuple[int, int]]:
    """The dots of the whole line, drawn in one go at the left edge."""
    item = scrolling(one_line(plain_spans(WORDS * 4), size, METRICS), Box(0, 0, 100, size), size, "#ff0000", METRICS)
    still = replace(item.text, box=replace(item.text.box, x=0, y=0))
    return lit(drawn(still, Dots(item.text.box.width + 10, size)))


def test_a_step_of_the_scroll_draws_its_window_alone_and_five_thousand_characters_are_drawn_in_parts() -> None:
    line = one_line(plain_spans("水" * 5000), 16, METRICS)
    window = Box(0, 16, 192, 16)
    item = scrolling(line, window, 16, "#ff0000", METRICS)
    title = Text(Box(0, 0, 64, 16), (Run(0, "停水停电", False),), 16, "#ff0000", METRICS.ascent(16))
    canvas = Canvas(Surface((192, 64), 0, 32), read_blob, METRICS)
    canvas.draw(Scene(PANEL, "#000000", (title, item)))
    for offset in (1, 2, 40_000, 79_800):
        assert canvas.draw(Scene(PANEL, "#000000", (title, replace(item, offset=offset)))) == [window]
    assert len(canvas._strips._parts) < 10
    assert any(x > 180 for x, _ in lit(canvas.surface))
    for offset in range(0, 79_800, PART):
        canvas.draw(Scene(PANEL, "#000000", (title, replace(item, offset=offset))))
    assert len(canvas._strips._parts) <= MOST_PARTS


def test_each_kind_of_display_has_its_type() -> None:
    assert isinstance(fonts_for(PANEL), DotMetrics)
    assert not isinstance(fonts_for(Geometry(640, 480)), DotMetrics)


def test_without_the_fonts_the_error_says_what_to_install(tmp_path: Path) -> None:
    with pytest.raises(DotFontMissing, match="apt-get install xfonts-wqy"):
        DotMetrics(pcf_folders=[str(tmp_path)])
    with pytest.raises(DotFontMissing, match="apt-get install fonts-unifont"):
        DotMetrics(unifont_folders=[str(tmp_path)])
