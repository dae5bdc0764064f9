"""Where pixels go: a panel that hangs upright, and a file that stands for a panel."""

from pathlib import Path

import pygame
import pytest
from hypothesis import given
from hypothesis import strategies as st

from content.display import DisplayConfig
from kiosk.display import open_display
from kiosk.display.file import FileDisplay
from kiosk.display.lcd import turned
from kiosk.shapes import Box, Geometry

SIZES = st.tuples(st.integers(1, 300), st.integers(1, 300))


@st.composite
def boxes(draw: st.DrawFn) -> tuple[Box, tuple[int, int]]:
    """A box, and the upright surface that it lies on."""
    width, height = draw(SIZES)
    x, y = draw(st.integers(0, width - 1)), draw(st.integers(0, height - 1))
    return Box(x, y, draw(st.integers(1, width - x)), draw(st.integers(1, height - y))), (width, height)


def panel(size: tuple[int, int], degrees: int) -> tuple[int, int]:
    return size if degrees in (0, 180) else (size[1], size[0])


@given(boxes(), st.sampled_from([0, 90, 180, 270]))
def test_a_turned_box_lies_on_the_panel_with_the_same_area(box_on: tuple[Box, tuple[int, int]], degrees: int) -> None:
    box, size = box_on
    there = turned(box, size, degrees)
    assert Box(0, 0, *panel(size, degrees)).contains(there)
    assert there.width * there.height == box.width * box.height


@given(boxes(), st.sampled_from([90, 180, 270]))
def test_turned_all_the_way_round_it_is_where_it_was(box_on: tuple[Box, tuple[int, int]], degrees: int) -> None:
    box, size = box_on
    assert turned(turned(box, size, degrees), panel(size, degrees), 360 - degrees) == box


@given(boxes())
def test_twice_a_quarter_is_a_half(box_on: tuple[Box, tuple[int, int]]) -> None:
    box, size = box_on
    assert turned(turned(box, size, 90), panel(size, 90), 90) == turned(box, size, 180)


@pytest.mark.parametrize("degrees", [0, 90, 180, 270])
def test_a_box_goes_where_its_pixels_go(degrees: int) -> None:
    """Against pygame's own rotation of the whole surface, which counts the other way round."""
    size, box = (7, 5), Box(1, 2, 3, 2)
    surface = pygame.Surface(size)
    surface.fill("white", pygame.Rect(box.x, box.y, box.width, box.height))
    whole = pygame.transform.rotate(surface, -degrees)
    there = turned(box, size, degrees)
    assert whole.get_size() == panel(size, degrees)
    lit = {(x, y) for x in range(whole.get_width()) for y in range(whole.get_height()) if whole.get_at((x, y))[0]}
    assert lit == {(x, y) for x in range(there.x, there.right) for y in range(there.y, there.bottom)}


def test_a_file_holds_the_newest_picture_whole(tmp_path: Path) -> None:
    path = tmp_path / "screen.png"
    display = FileDisplay(Geometry(8, 6), path)
    display.surface.fill("red")
    display.present([Box(0, 0, 8, 6)])
    first = pygame.image.load(path)
    assert (first.get_size(), first.get_at((3, 3))) == ((8, 6), pygame.Color("red"))
    display.surface.fill("blue")
    display.present([Box(0, 0, 1, 1)])
    assert pygame.image.load(path).get_at((3, 3)) == pygame.Color("blue")
    assert [one.name for one in tmp_path.iterdir()] == ["screen.png"]


def test_nothing_changed_is_nothing_written(tmp_path: Path) -> None:
    display = FileDisplay(Geometry(8, 6), tmp_path / "screen.png")
    display.present([])
    assert list(tmp_path.iterdir()) == []


def test_a_wake_ends_a_wait_even_if_it_came_before(tmp_path: Path) -> None:
    display = FileDisplay(Geometry(8, 6), tmp_path / "screen.png")
    display.wake()
    display.wake()
    assert display.wait(3600.0)
    assert display.wait(0.0)
    display.close()
    display.close()


def test_the_display_that_kiosk_yaml_names_is_opened(tmp_path: Path) -> None:
    config = DisplayConfig(kind="file", size="640x480", frame="screen.png")
    display = open_display(config, tmp_path / "screen.png")
    assert isinstance(display, FileDisplay)
    assert display.surface.get_size() == (640, 480)
