"""Every driver of LED panels keeps the same promises: the dots arrive, less light is less light, it ends dark."""

import io
import os
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pygame
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from content.display import DisplayConfig, LedOptions
from kiosk.display import open_display
from kiosk.display.lamps import dimmed, enlarged
from kiosk.display.lcd import DisplayError
from kiosk.display.led import LedDisplay
from kiosk.display.led_file import FileDriver
from kiosk.display.led_matrix import MatrixDriver, PiomatterDriver, address_lines, emulator, library
from kiosk.display.led_screen import HdmiDriver, WindowDriver
from kiosk.shapes import Box, Dots
from tests.fake_matrix import piomatter, rgbmatrix

PANEL = Dots(64, 32)
WHOLE = [Box(0, 0, 64, 32)]
Lit = Callable[[], Image.Image]


@pytest.fixture
def dummy_screen() -> Iterator[None]:
    """SDL without a screen, as its own variable says; the process's environment is left as it was."""
    before = os.environ.get("SDL_VIDEODRIVER")
    os.environ["SDL_VIDEODRIVER"] = "dummy"
    yield
    pygame.display.quit()
    if before is None:
        del os.environ["SDL_VIDEODRIVER"]
    else:
        os.environ["SDL_VIDEODRIVER"] = before


def on_screen(place: tuple[int, int], side: int) -> Image.Image:
    """What the screen shows of the panel, a pixel a dot."""
    screen = pygame.display.get_surface()
    assert screen
    whole = Image.frombytes("RGB", screen.get_size(), pygame.image.tobytes(screen, "RGB"))
    x, y = place
    return whole.crop((x, y, x + 64 * side, y + 32 * side)).resize((64, 32), Image.Resampling.NEAREST)


def by_emulator() -> tuple[LedDisplay, Lit]:
    driver = emulator(PANEL, LedOptions())
    adapter: Any = driver._frame.display_adapter
    return LedDisplay(PANEL, driver), lambda: Image.fromarray(adapter._last_frame())


def by_rgbmatrix() -> tuple[LedDisplay, Lit]:
    display = LedDisplay(PANEL, MatrixDriver(PANEL, LedOptions(module_columns=32, module_rows=16), rgbmatrix))
    matrix = rgbmatrix.RGBMatrix.made[-1]
    return display, lambda: dimmer(matrix.shown, matrix.brightness / 100)


def by_piomatter() -> tuple[LedDisplay, Lit]:
    display = LedDisplay(PANEL, PiomatterDriver(PANEL, LedOptions(), piomatter))
    matter = piomatter.PioMatter.made[-1]
    return display, lambda: dimmer(matter.shown, matter.brightness)


def dimmer(image: Image.Image | None, light: float) -> Image.Image:
    assert image
    return image.point(lambda value: round(value * light))


@pytest.fixture(params=["file", "hdmi", "window", "emulator", "rgbmatrix", "piomatter"])
def panel(request: pytest.FixtureRequest, tmp_path: Path, dummy_screen: None) -> tuple[LedDisplay, Lit]:
    """A panel and what is lit on it."""
    match request.param:
        case "file":
            path = tmp_path / "led.png"
            return LedDisplay(PANEL, FileDriver(path, 1)), lambda: Image.open(io.BytesIO(path.read_bytes())).convert(
                "RGB"
            )
        case "hdmi":
            return LedDisplay(PANEL, HdmiDriver((64, 32), (10, 20), (320, 240))), lambda: on_screen((10, 20), 1)
        case "window":
            return LedDisplay(PANEL, WindowDriver((64, 32), 2), asks=True), lambda: on_screen((0, 0), 2)
        case "emulator":
            return by_emulator()
        case "rgbmatrix":
            return by_rgbmatrix()
        case _:
            return by_piomatter()


def test_the_dots_that_are_drawn_are_the_dots_that_are_lit(panel: tuple[LedDisplay, Lit]) -> None:
    display, lit = panel
    assert display.geometry == PANEL
    assert display.surface.get_size() == (64, 32)
    display.surface.fill("#102030")
    display.surface.set_at((0, 0), "#ff0000")
    display.surface.set_at((63, 31), "#00ff00")
    display.present(WHOLE)
    found = [lit().getpixel(point) for point in ((0, 0), (63, 31), (63, 0), (31, 16))]
    assert found == [(255, 0, 0), (0, 255, 0), (16, 32, 48), (16, 32, 48)]
    display.surface.fill("#0000ff", pygame.Rect(0, 0, 8, 8))
    display.present([Box(0, 0, 8, 8)])
    assert [lit().getpixel(point) for point in ((0, 0), (63, 31))] == [(0, 0, 255), (0, 255, 0)]
    display.close()


def test_less_light_is_less_light_at_once_and_full_light_is_the_colour_itself(panel: tuple[LedDisplay, Lit]) -> None:
    display, lit = panel
    display.surface.fill("#ffb52e")
    display.present(WHOLE)
    seen = []
    for percent in (100, 50, 10, 1, 0, 100):
        display.brightness(percent)
        display.present(WHOLE)
        seen.append(sum(lit().getpixel((5, 5))))  # type: ignore[arg-type]
    assert seen[0] == seen[-1] == 255 + 181 + 46
    assert sorted(seen[:5], reverse=True) == seen[:5]
    assert seen[2] < seen[1] < seen[0]
    display.close()


def test_a_wake_ends_a_wait_even_if_it_came_before(panel: tuple[LedDisplay, Lit]) -> None:
    display, _ = panel
    display.wake()
    assert display.wait(3600.0)
    waker = threading.Timer(0.0, display.wake)
    waker.start()
    assert display.wait(3600.0)
    waker.join()
    assert display.wait(0.0)
    display.close()
    display.close()


def test_the_emulator_writes_nothing_and_listens_nowhere(tmp_path: Path) -> None:
    before = os.getcwd()  # noqa: PTH109
    driver = emulator(PANEL, LedOptions())
    driver.show(pygame.Surface((64, 32), 0, 32))
    assert os.getcwd() == before  # noqa: PTH109
    assert not Path("emulator_config.json").exists()
    with socket.socket() as probe:  # its browser adapter's port is free
        probe.bind(("0.0.0.0", 8888))  # noqa: S104


def test_modules_in_a_row_are_a_chain_and_rows_of_them_are_parallel() -> None:
    MatrixDriver(Dots(128, 64), LedOptions(module_columns=64, module_rows=32, rgb_sequence="RBG"), rgbmatrix)
    options: Any = rgbmatrix.RGBMatrix.made[-1].options
    assert (options.cols, options.rows, options.chain_length, options.parallel) == (64, 32, 2, 2)
    assert (options.led_rgb_sequence, options.drop_privileges) == ("RBG", False)


@pytest.mark.parametrize(("rows", "lines"), [(16, 3), (32, 4), (64, 5)])
def test_a_module_has_as_many_address_lines_as_it_has_pairs_of_rows(rows: int, lines: int) -> None:
    assert address_lines(rows) == lines
    PiomatterDriver(Dots(64, rows), LedOptions(module_rows=rows), piomatter)
    assert piomatter.PioMatter.made[-1].geometry.n_addr_lines == lines


def test_wrong_wiring_is_told() -> None:
    with pytest.raises(DisplayError, match="不是 piomatter 的接线方式"):
        PiomatterDriver(PANEL, LedOptions(mapping="nonsense"), piomatter)


@pytest.mark.parametrize("name", ["rgbmatrix", "adafruit_blinka_raspberry_pi5_piomatter"])
def test_a_library_that_is_missing_is_named_with_what_to_do(name: str) -> None:
    with pytest.raises(DisplayError, match=rf"找不到 LED 屏的程序库 {name}.*请"):
        library(name)


def test_a_panel_beyond_the_edge_of_the_hdmi_picture_is_told(dummy_screen: None) -> None:
    with pytest.raises(DisplayError, match="放不下 64×32"):
        HdmiDriver((64, 32), (5000, 0), (320, 240))


def test_a_lamp_is_round_and_an_unlit_one_can_be_seen() -> None:
    dots = pygame.Surface((2, 1), 0, 32)
    dots.set_at((0, 0), "#ff0000")
    lamps = enlarged(dots, 9)
    assert lamps.get_size() == (18, 9)
    lit, unlit, corner = (lamps.get_at(point) for point in ((4, 4), (13, 4), (0, 0)))
    assert lit.r > 200 > 60 > unlit.r > corner.r


@given(st.integers(1, 100), st.integers(1, 100))
def test_half_the_light_is_half_the_light_after_the_panels_gamma(percent: int, value: int) -> None:
    dots = pygame.Surface((1, 1), 0, 32)
    dots.fill((2 * value, 0, 0))
    found = dimmed(dots, percent).get_at((0, 0)).r
    assert abs((found / 255) ** 2.2 - (2 * value / 255) ** 2.2 * percent / 100) < 0.02


def test_a_file_is_not_written_for_every_frame_but_the_last_one_is(tmp_path: Path) -> None:
    class Counting(FileDriver):
        shown = 0

        def show(self, dots: pygame.Surface) -> None:
            self.shown += 1
            super().show(dots)

    ticks = [0.0]
    driver = Counting(tmp_path / "led.png", 1)
    display = LedDisplay(PANEL, driver, least_seconds=0.1, monotonic=lambda: ticks[0])
    for value in range(60):
        display.surface.fill((value, 0, 0))
        display.present(WHOLE)
        ticks[0] += 1 / 60
        display.wait(0.0)
    assert 9 <= driver.shown <= 11
    display.close()
    assert Image.open(tmp_path / "led.png").convert("RGB").getpixel((0, 0)) == (59, 0, 0)


@pytest.mark.parametrize("driver", ["file", "window", "hdmi", "emulator"])
def test_the_panel_that_kiosk_yaml_names_is_opened(tmp_path: Path, driver: Any, dummy_screen: None) -> None:
    frame = "led.png" if driver == "file" else ""
    config = DisplayConfig(kind="led", columns=64, rows=32, colours="red", driver=driver, frame=frame)
    display = open_display(config, tmp_path / "led.png")
    assert display.geometry == Dots(64, 32, "red")
    display.present(WHOLE)
    display.close()
