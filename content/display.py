"""The panel of a screen, as kiosk.yaml and screens.yaml write it and an assignment carries it. Checks itself.

How each kind is driven is the screen's business (kiosk.display).
"""

import re
from typing import Annotated, Literal

from msgspec import Meta, Struct

SIZE = re.compile(r"(\d{3,5})\s*[x×X*]\s*(\d{3,5})")
SIZE_WRITTEN = r"^(auto|\d{3,5}\s*[x×X*]\s*\d{3,5})\Z"
OFFSET = re.compile(r"(\d{1,4})\s*,\s*(\d{1,4})")
LEAST_COLUMNS, LEAST_ROWS, MOST_DOTS = 64, 12, 2_000_000


class LedOptions(Struct, frozen=True, kw_only=True):
    """What the drivers of LED panels want to know; each has its own, and refuses the others' (see LED_OPTIONS)."""

    offset: str = "0,0"
    """hdmi: where on the HDMI picture the sending card begins to read, `x,y`."""
    screen: Annotated[str, Meta(pattern=SIZE_WRITTEN, description="写 auto 或 1920x1080")] = "auto"
    """hdmi: the HDMI picture's size."""
    dots: Annotated[int, Meta(ge=1, le=32)] = 1
    """window, file: pixels a dot; from 3 on each is drawn as a round lamp."""
    mapping: str = "regular"
    """rgbmatrix: how the panels are wired to the Pi (`hardware_mapping`); piomatter: the pinout."""
    module_columns: Annotated[int, Meta(ge=8, le=512)] = 64
    module_rows: Annotated[int, Meta(ge=8, le=128)] = 32
    """rgbmatrix, piomatter: the dots of one module; the panel is made of equal ones."""
    multiplexing: Annotated[int, Meta(ge=0, le=30)] = 0
    row_address_type: Annotated[int, Meta(ge=0, le=5)] = 0
    panel_type: str = ""
    pixel_mapper: str = ""
    rgb_sequence: Annotated[str, Meta(pattern=r"^[RGB]{3}\Z", description="三个字母，例如 RGB、RBG")] = "RGB"
    slowdown: Annotated[int, Meta(ge=0, le=10)] = 2
    pwm_bits: Annotated[int, Meta(ge=1, le=11)] = 11
    """rgbmatrix: as in that library's documentation."""

    @property
    def place(self) -> tuple[int, int]:
        """`offset` as numbers."""
        x, _, y = self.offset.partition(",")
        return int(x), int(y)

    @property
    def screen_pixels(self) -> tuple[int, int] | None:
        """`screen` in pixels, or None for auto."""
        return pixels(self.screen)


LED_OPTIONS = {
    "hdmi": {"offset", "screen"},
    "window": {"dots"},
    "file": {"dots"},
    "emulator": set[str](),
    "piomatter": {"mapping", "module_columns", "module_rows"},
    "rgbmatrix": {
        *("mapping module_columns module_rows multiplexing row_address_type panel_type pixel_mapper".split()),
        *("rgb_sequence slowdown pwm_bits".split()),
    },
}
"""Which options each driver of an LED panel knows."""
LED_ONLY = ("columns", "rows", "colours", "driver", "options")
LCD_ONLY = ("size", "rotate", "diagonal_inch", "viewing_distance_m", "power")


class DisplayConfig(Struct, frozen=True, kw_only=True):
    """The panel. `size` is `auto` (what the panel reports) or like 1920x1080, before `rotate` degrees clockwise.

    An LED panel is told by its dots instead: `columns` and `rows`, their `colours`, and which `driver` feeds it.
    """

    kind: Literal["lcd", "window", "file", "led"] = "lcd"
    size: Annotated[str, Meta(pattern=SIZE_WRITTEN, description="写 auto 或 1920x1080")] = "auto"
    rotate: int = 0
    diagonal_inch: Annotated[float, Meta(ge=1, le=200)] = 32.0
    viewing_distance_m: Annotated[float, Meta(ge=0.3, le=30)] = 2.0
    """From where people read it: the size of the type follows from both."""
    frame: str = ""
    """For kind `file`, or driver `file`: the PNG that holds the newest picture; relative to kiosk.yaml."""
    power: Literal["auto", "none", "backlight", "cec", "vcgencmd", "framebuffer"] = "auto"
    """lcd: how the panel is switched off outside its hours; see kiosk.machine.power."""
    columns: int = 0
    rows: int = 0
    colours: Literal["red", "red-green", "full"] = "full"
    driver: Literal["", "hdmi", "rgbmatrix", "piomatter", "emulator", "window", "file"] = ""
    options: LedOptions = LedOptions()

    def __post_init__(self) -> None:
        if self.kind == "led":
            self._check_led()
            return
        for name in LED_ONLY:
            if self._is_set(name):
                raise ValueError(f"{name} 只用于 LED 屏；是 LED 屏请写 kind: led，不是就删去 {name}")
        if self.rotate not in (0, 90, 180, 270):
            raise ValueError(f"rotate: {self.rotate} 应为 0、90、180 或 270")
        if self.kind != "lcd" and self.size == "auto":
            raise ValueError(f"kind: {self.kind} 要写明 size，例如 1920x1080")
        if self.kind == "file" and not self.frame:
            raise ValueError("kind: file 要写明 frame，例如 frame: screen.png")

    def _is_set(self, name: str) -> bool:
        """Is it something else than what it is where nothing is written?"""
        fields = DisplayConfig.__struct_fields__
        return bool(getattr(self, name) != DisplayConfig.__struct_defaults__[fields.index(name)])

    def _check_led(self) -> None:
        for name in LCD_ONLY:
            if self._is_set(name):
                raise ValueError(f"{name} 只用于液晶屏；LED 屏写 columns（列数）和 rows（行数），请删去 {name}")
        if not self.driver:
            raise ValueError("kind: led 要写明 driver：hdmi、rgbmatrix、piomatter、emulator、window 或 file")
        if not (self.columns >= LEAST_COLUMNS and self.rows >= LEAST_ROWS):
            raise ValueError(
                f"kind: led 要写明 columns 和 rows（一共多少列、多少行灯），至少 {LEAST_COLUMNS}×{LEAST_ROWS}，"
                f"例如 columns: 128, rows: 32；现在是 {self.columns}×{self.rows}"
            )
        if self.columns * self.rows > MOST_DOTS:
            raise ValueError(f"columns: {self.columns}, rows: {self.rows} 太大，最多 {MOST_DOTS} 点")
        if (self.driver == "file") != bool(self.frame):
            raise ValueError("driver: file 要写明 frame，例如 frame: screen.png；别的 driver 不写 frame")
        self._check_options()

    def _check_options(self) -> None:
        known = LED_OPTIONS[self.driver]
        strange = [
            name for name in LedOptions.__struct_fields__ if getattr(self.options, name) != getattr(LedOptions(), name)
        ]
        strange = [name for name in strange if name not in known]
        if strange:
            right = "、".join(sorted(known)) or "没有选项"
            raise ValueError(f"driver: {self.driver} 不认识选项 {'、'.join(strange)}；它的选项：{right}")
        if not OFFSET.fullmatch(self.options.offset):
            raise ValueError(f'offset: {self.options.offset!r} 应写成 "x,y"，例如 "0,0"')
        columns, rows = self.options.module_columns, self.options.module_rows
        if "module_columns" in known and (self.columns % columns or self.rows % rows):
            raise ValueError(
                f"columns: {self.columns}, rows: {self.rows} 不是整块模组拼成的：每块 {columns}×{rows}"
                f"（options 里的 module_columns、module_rows）"
            )

    @property
    def pixels(self) -> tuple[int, int] | None:
        """Width and height in pixels, or None for auto."""
        return pixels(self.size)


def pixels(size: str) -> tuple[int, int] | None:
    """1920x1080 as numbers; None for auto."""
    match = SIZE.fullmatch(size)
    return (int(match[1]), int(match[2])) if match else None
