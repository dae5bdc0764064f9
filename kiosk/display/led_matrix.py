"""LED modules on the Pi's own pins (HUB75): hzeller's rgbmatrix, Adafruit's piomatter for the Pi 5, and an emulator.

The libraries are not in Debian. They are imported here when kiosk.yaml asks for them, or handed in by a test.
Written to the documented interfaces; no real panel has been lit by this code yet.
"""

import contextlib
import importlib
import json
import tempfile
from pathlib import Path
from typing import Any

import pygame
from pygame import Surface

from content.display import LedOptions
from kiosk.display.lcd import DisplayError
from kiosk.shapes import Dots

INSTALL = {
    "rgbmatrix": "请按 https://github.com/hzeller/rpi-rgb-led-matrix 的说明编译安装它的 Python 绑定",
    "adafruit_blinka_raspberry_pi5_piomatter": (
        "请安装：pip install adafruit-blinka-raspberry-pi5-piomatter（只用于树莓派 5）"
    ),
    "RGBMatrixEmulator": "请安装：pip install RGBMatrixEmulator（只用于开发）",
    "PIL.Image": "请安装：sudo apt-get install python3-pil",
}


def library(name: str) -> Any:
    """The module of that name. Raises DisplayError that says how to get it."""
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise DisplayError(f"找不到 LED 屏的程序库 {name}（{error}）；{INSTALL[name]}") from error


class MatrixDriver:
    """hzeller's rgbmatrix, or what has the same interface."""

    def __init__(self, panel: Dots, options: LedOptions, module: Any, *, named: str = "rgbmatrix") -> None:
        self._image = library("PIL.Image")
        written = module.RGBMatrixOptions()
        for name, value in matrix_options(panel, options).items():
            if named == "rgbmatrix" or hasattr(written, name):
                setattr(written, name, value)
        self._matrix = module.RGBMatrix(options=written)
        found = (self._matrix.width, self._matrix.height)
        if found != (panel.width, panel.height):
            raise DisplayError(
                f"程序库说 LED 屏是 {found[0]}×{found[1]}，配置是 {panel.width}×{panel.height}；"
                "请检查 module_columns、module_rows 和 pixel_mapper"
            )
        self._frame = self._matrix.CreateFrameCanvas()

    def show(self, dots: Surface) -> None:
        size, raw = dots.get_size(), dots.get_buffer().raw
        image = self._image.frombuffer("RGB", size, raw, "raw", "BGRX", dots.get_pitch(), 1)
        self._frame.SetImage(image)
        self._frame = self._matrix.SwapOnVSync(self._frame)

    def dim(self, percent: int) -> bool:
        self._matrix.brightness = percent
        return True

    def is_open(self) -> bool:
        return True

    def close(self) -> None:
        self._matrix.Clear()


def matrix_options(panel: Dots, options: LedOptions) -> dict[str, object]:
    """kiosk.yaml's words → the library's. Modules in a row are a chain, rows of them are parallel outputs."""
    return {
        "cols": options.module_columns,
        "rows": options.module_rows,
        "chain_length": panel.width // options.module_columns,
        "parallel": panel.height // options.module_rows,
        "hardware_mapping": options.mapping,
        "multiplexing": options.multiplexing,
        "row_address_type": options.row_address_type,
        "panel_type": options.panel_type,
        "pixel_mapper_config": options.pixel_mapper,
        "led_rgb_sequence": options.rgb_sequence,
        "gpio_slowdown": options.slowdown,
        "pwm_bits": options.pwm_bits,
        "drop_privileges": False,  # else it becomes the user `daemon`, who may not read the cache
    }


class PiomatterDriver:
    """Adafruit's library: a buffer of three bytes a dot, which it reads when it is told."""

    def __init__(self, panel: Dots, options: LedOptions, module: Any) -> None:
        pinout = "AdafruitMatrixBonnet" if options.mapping == "regular" else options.mapping
        if not hasattr(module.Pinout, pinout):
            raise DisplayError(f"mapping: {pinout!r} 不是 piomatter 的接线方式，例如 AdafruitMatrixBonnet、Active3")
        self._buffer = bytearray(3 * panel.width * panel.height)
        self._seen = pygame.image.frombuffer(self._buffer, (panel.width, panel.height), "RGB")
        geometry = module.Geometry(
            width=panel.width, height=panel.height, n_addr_lines=address_lines(options.module_rows)
        )
        self._matter = module.PioMatter(
            colorspace=module.Colorspace.RGB888Packed,
            pinout=getattr(module.Pinout, pinout),
            framebuffer=self._buffer,
            geometry=geometry,
        )

    def show(self, dots: Surface) -> None:
        self._seen.blit(dots, (0, 0))
        self._matter.show()

    def dim(self, percent: int) -> bool:
        if not hasattr(self._matter, "brightness"):  # the library's first versions
            return percent == 100
        self._matter.brightness = percent / 100
        return True

    def is_open(self) -> bool:
        return True

    def close(self) -> None:
        self._seen.fill("#000000")
        self._matter.show()


def address_lines(rows: int) -> int:
    """A module of 32 rows lights two at once: 16 pairs, 4 lines."""
    return (rows // 2 - 1).bit_length()


EMULATOR = {
    "pixel_outline": 0,
    "pixel_size": 1,
    "pixel_style": "square",
    "pixel_glow": 0,
    "display_adapter": "raw",
    "allow_adapter_fallback": False,
    "icon_path": None,
    "emulator_title": None,
    "browser": {"port": 8888, "target_fps": 60},
    "log_level": "error",
}
"""Its raw adapter keeps frames in memory. The browser's would listen on all interfaces: it must not stand in."""


def emulator(panel: Dots, options: LedOptions) -> MatrixDriver:
    """RGBMatrixEmulator. It reads and writes its configuration in the working folder: so that is one of our own."""
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        Path("emulator_config.json").write_text(json.dumps(EMULATOR))
        module = library("RGBMatrixEmulator")
        whole = LedOptions(module_columns=panel.width, module_rows=panel.height, pwm_bits=options.pwm_bits)
        return MatrixDriver(panel, whole, module, named="emulator")
