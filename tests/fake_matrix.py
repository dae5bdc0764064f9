"""The two libraries that light LED modules on a Pi, as far as their documentation goes; they remember what was lit.

rgbmatrix: hzeller/rpi-rgb-led-matrix, bindings/python. piomatter: docs.circuitpython.org/projects/piomatter.
"""

from types import SimpleNamespace
from typing import Any

from PIL import Image

KNOWN = frozenset(
    "rows cols chain_length parallel hardware_mapping multiplexing row_address_type panel_type pixel_mapper_config "
    "led_rgb_sequence gpio_slowdown pwm_bits drop_privileges brightness".split()
)


class RGBMatrixOptions:
    """Every option is an attribute; unknown ones are refused, as by the Cython class."""

    def __setattr__(self, name: str, value: object) -> None:
        if name not in KNOWN:
            raise AttributeError(name)
        super().__setattr__(name, value)


class FrameCanvas:
    def __init__(self, width: int, height: int) -> None:
        self.width, self.height = width, height
        self.image = Image.new("RGB", (width, height))

    def SetImage(self, image: Image.Image, offset_x: int = 0, offset_y: int = 0, unsafe: bool = True) -> None:  # noqa: N802
        if image.mode != "RGB":
            raise Exception("Currently, only RGB mode is supported for SetImage().")
        self.image.paste(image, (offset_x, offset_y))


class RGBMatrix:
    made: "list[RGBMatrix]" = []

    def __init__(self, rows: int = 0, chains: int = 0, parallel: int = 0, options: Any = None) -> None:
        assert options is not None
        self.options, self.brightness = options, 100
        self.width, self.height = options.cols * options.chain_length, options.rows * options.parallel
        self.shown: Image.Image | None = None
        self._front = FrameCanvas(self.width, self.height)
        self.made.append(self)

    def CreateFrameCanvas(self) -> FrameCanvas:  # noqa: N802
        return FrameCanvas(self.width, self.height)

    def SwapOnVSync(self, canvas: FrameCanvas, framerate_fraction: int = 1) -> FrameCanvas:  # noqa: N802
        old, self._front = self._front, canvas
        self.shown = canvas.image.copy()
        return old

    def Clear(self) -> None:  # noqa: N802
        self.shown = Image.new("RGB", (self.width, self.height))


rgbmatrix = SimpleNamespace(RGBMatrixOptions=RGBMatrixOptions, RGBMatrix=RGBMatrix)


class Geometry:
    def __init__(self, width: int, height: int, n_addr_lines: int, serpentine: bool = True) -> None:
        if (width * height) % (2 << n_addr_lines):
            raise RuntimeError("Total pixel count must be a multiple of the number of distinct row addresses")
        self.width, self.height, self.n_addr_lines = width, height, n_addr_lines


class PioMatter:
    made: "list[PioMatter]" = []

    def __init__(self, colorspace: str, pinout: str, framebuffer: Any, geometry: Geometry) -> None:
        size = geometry.width * geometry.height * 3
        if memoryview(framebuffer).nbytes != size or colorspace != "packed":
            raise RuntimeError(f"Framebuffer size must be {size} bytes")
        self.framebuffer, self.geometry, self.pinout, self.brightness = framebuffer, geometry, pinout, 1.0
        self.shown: Image.Image | None = None
        self.made.append(self)

    def show(self) -> None:
        size = (self.geometry.width, self.geometry.height)
        self.shown = Image.frombytes("RGB", size, bytes(self.framebuffer))


piomatter = SimpleNamespace(
    Geometry=Geometry,
    PioMatter=PioMatter,
    Colorspace=SimpleNamespace(RGB888Packed="packed", RGB888="padded", RGB565="short"),
    Pinout=SimpleNamespace(AdafruitMatrixBonnet="bonnet", Active3="active3"),
)
