"""The picture before the first picture: the kernel's structs understood, every row whole, at any depth of colour."""

import gzip
import struct

import pytest

from kiosk.machine.splash import (
    DRAWING,
    FIXED,
    INK,
    PAPER,
    VARIABLE,
    Drawing,
    Field,
    Panel,
    drawing,
    panel_of,
    pixel,
    rows,
)

XRGB = (Field(16, 8), Field(8, 8), Field(0, 8))
RGB565 = (Field(11, 5), Field(5, 6), Field(0, 5))


def test_the_structs_are_as_long_as_in_the_kernel() -> None:
    """linux/fb.h on 64 bits: fb_var_screeninfo 160 bytes, fb_fix_screeninfo 80."""
    assert (VARIABLE.size, FIXED.size) == (160, 80 - 2)  # the last two bytes only round it up
    variable = struct.pack("@40I", 1920, 1080, 1920, 2160, 0, 1080, 32, 0, 16, 8, 0, 8, 8, 0, 0, 8, 0, *[0] * 23)
    fixed = FIXED.pack(b"vc4drmfb", 0, 8294400, 0, 0, 2, 1, 1, 0, 7680, 0, 0, 0, 0, 0, 0)
    assert panel_of(variable, fixed + bytes(2)) == Panel(1920, 1080, 32, 7680, 1080 * 7680, *XRGB)


def test_a_colour_is_written_as_the_panel_wants_it() -> None:
    assert pixel(Panel(1, 1, 32, 4, 0, *XRGB), (0x12, 0x34, 0x56)) == bytes.fromhex("56341200")
    assert pixel(Panel(1, 1, 16, 2, 0, *RGB565), (0xFF, 0x00, 0xFF)) == bytes.fromhex("1ff8")


@pytest.mark.parametrize(("width", "height", "bits"), [(1920, 1080, 32), (800, 480, 16), (440, 250, 32), (100, 40, 16)])
def test_every_row_of_every_panel_is_whole(width: int, height: int, bits: int) -> None:
    panel = Panel(width, height, bits, width * bits // 8, 0, *(XRGB if bits == 32 else RGB565))
    made = rows(panel, drawing(DRAWING.read_bytes()))
    assert len(made) == height
    assert {len(row) for row in made} == {width * bits // 8}
    assert made[0] == pixel(panel, PAPER) * width, "quiet at the edge"


def test_the_drawing_stands_in_the_middle_at_whole_multiples_of_its_size() -> None:
    panel = Panel(12, 8, 32, 48, 0, *XRGB)
    made = rows(panel, Drawing(2, 1, bytes([255, 0])))
    ink, paper = pixel(panel, INK), pixel(panel, PAPER)
    drawn = paper * 3 + ink * 3 + paper * 6
    assert made == [paper * 12] * 2 + [drawn] * 3 + [paper * 12] * 3


def test_what_is_no_drawing_is_refused() -> None:
    with pytest.raises(ValueError, match="PGM"):
        drawing(gzip.compress(b"P6 1 1 255\n\0\0\0"))
