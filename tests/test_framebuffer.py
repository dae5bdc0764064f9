"""The frame buffer gets the picture's pixels in its own form, the right way up, and only where something changed."""

from pathlib import Path

import pygame
import pytest

from content.display import DisplayConfig
from kiosk.display import framebuffer
from kiosk.display.framebuffer import FrameBufferDisplay, await_panel
from kiosk.display.lcd import DisplayError
from kiosk.machine.splash import Field, Panel
from kiosk.shapes import Box

XRGB = Panel(6, 4, 32, 32, 8, Field(16, 8), Field(8, 8), Field(0, 8))
RGB565 = Panel(6, 4, 16, 12, 0, Field(11, 5), Field(5, 6), Field(0, 5))


def display(panel: Panel, rotate: int = 0) -> tuple[FrameBufferDisplay, bytearray]:
    memory = bytearray(panel.start + panel.stride * panel.height)
    return FrameBufferDisplay(DisplayConfig(rotate=rotate), panel, memory, lambda: None), memory


def at(memory: bytearray, panel: Panel, x: int, y: int) -> bytes:
    begin = panel.start + y * panel.stride + x * panel.bits // 8
    return bytes(memory[begin : begin + panel.bits // 8])


@pytest.mark.parametrize(("panel", "red"), [(XRGB, "0000ff00"), (RGB565, "00f8")], ids=["32 bits", "16 bits"])
def test_a_pixel_arrives_in_the_panel_s_own_form_and_nothing_else_changes(panel: Panel, red: str) -> None:
    shown, memory = display(panel)
    shown.surface.fill("#ff0000")
    shown.present([Box(2, 1, 3, 2)])
    written = {(x, y) for x in range(6) for y in range(4) if at(memory, panel, x, y) == bytes.fromhex(red)}
    assert written == {(x, y) for x in (2, 3, 4) for y in (1, 2)}
    assert sum(memory[: panel.start]) == 0


@pytest.mark.parametrize(("rotate", "corner"), [(0, (0, 0)), (90, (5, 0)), (180, (5, 3)), (270, (0, 3))])
def test_the_picture_is_turned_as_the_panel_hangs(rotate: int, corner: tuple[int, int]) -> None:
    shown, memory = display(XRGB, rotate)
    assert shown.surface.get_size() == ((6, 4) if rotate in (0, 180) else (4, 6))
    pygame.Surface.set_at(shown.surface, (0, 0), "#0000ff")
    shown.present([Box(0, 0, *shown.surface.get_size())])
    lit = [(x, y) for x in range(6) for y in range(4) if at(memory, XRGB, x, y) == bytes.fromhex("ff000000")]
    assert lit == [corner]


def test_the_panel_s_driver_is_waited_for_and_not_for_ever(tmp_path: Path) -> None:
    (tmp_path / "card0").mkdir()
    assert not await_panel(tmp_path, seconds=0.0)
    (tmp_path / "card1-HDMI-A-1").mkdir()
    assert await_panel(tmp_path, seconds=0.0)


def test_a_frame_buffer_that_is_none_is_an_error_in_words(tmp_path: Path) -> None:
    with pytest.raises(DisplayError, match="fb0"):
        framebuffer.open_framebuffer(DisplayConfig(), tmp_path / "fb0")
