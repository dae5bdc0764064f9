"""Scenes → pictures → one contact sheet for each display and theme."""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from content.settings import ThemeName
from kiosk.look import Look
from kiosk.shapes import Dots, Geometry
from kiosk.typography.fonts import FONT_FOLDERS, SIMPLIFIED_CHINESE
from kiosk.view import View
from tests.camera import LAMP, ReadBlob, canvas_for, drawn, lamps
from tests.pictures.cases import chosen

SHEET_WIDTH, TILE_AREA, GAP, LABEL = 3000, 190_000, 18, 34
GROUND, INK, FAULT = "#3a3a3a", "#f0f0f0", "#ff8a7a"
LCD_SIZES = ((1920, 1080), (1080, 1920), (1280, 720), (1024, 768), (1080, 1080), (3840, 2160))
LED_SIZES = ((64, 32), (128, 32), (192, 64), (64, 64), (320, 16))
LAMPS_WIDE, MOST_PICTURES = 960, 6
COLOURS: dict[str, str] = {"red": "单色", "red-green": "双色", "full": "全彩"}
THEMES: dict[ThemeName, str] = {"light": "浅色", "dark": "深色", "festive": "节日"}


@dataclass(frozen=True)
class Sheet:
    """One display in one theme, and which cases are drawn on it."""

    geometry: Geometry | Dots
    theme: ThemeName = "light"
    themed_only: bool = False

    @property
    def led(self) -> bool:
        return isinstance(self.geometry, Dots)

    @property
    def lamp(self) -> int:
        """Pixels a dot: as many as let a few tiles stand side by side."""
        return min(LAMP, max(3, LAMPS_WIDE // self.geometry.width))

    @property
    def key(self) -> str:
        size = f"{self.geometry.width}x{self.geometry.height}"
        if isinstance(self.geometry, Dots):
            return f"led-{size}-{self.geometry.colours}"
        return f"lcd-{size}-{self.theme}"

    @property
    def title(self) -> str:
        size = f"{self.geometry.width}×{self.geometry.height}"
        if isinstance(self.geometry, Dots):
            return f"LED {size} · {COLOURS[self.geometry.colours]}"
        return f"LCD {size} · {THEMES[self.theme]}"


@dataclass
class Drawn:
    """One tile: its files are named by `key`; `fault` says why it could not be drawn."""

    key: str
    name: str
    pictures: list[Image.Image] = field(default_factory=list)
    fault: str = ""


def all_sheets() -> list[Sheet]:
    """Every LCD geometry by day, some in the other themes, every LED panel in every colour. The dearest first."""
    lcd = [Sheet(Geometry(*size)) for size in LCD_SIZES]
    for theme in ("dark", "festive"):
        lcd += [Sheet(Geometry(*size), theme, themed_only=True) for size in LCD_SIZES[:2]]
    led = [Sheet(Dots(*size, colours)) for size in LED_SIZES for colours in COLOURS]  # type: ignore[arg-type]
    return sorted([*lcd, *led], key=lambda one: -one.geometry.width * one.geometry.height)


def tiles_of(sheet: Sheet, view: View, read_blob: ReadBlob) -> Iterator[Drawn]:
    """Every case of `sheet`; one that cannot be drawn says why."""
    canvas = canvas_for(sheet.geometry, read_blob)
    look = Look(sheet.geometry, canvas.metrics, sheet.theme)
    for case in chosen(view, led=sheet.led, themed_only=sheet.themed_only):
        tile = Drawn(case.key, case.name)
        try:
            found = [drawn(scene, canvas) for scene in islice(case.scenes(view, look), MOST_PICTURES)]
            tile.pictures = [lamps(one, sheet.lamp) for one in found] if sheet.led else found
        except Exception as error:  # noqa: BLE001 -- a sheet with one empty tile is worth more than none
            tile.fault = f"{type(error).__name__}: {error}"
        if tile.pictures or tile.fault:
            yield tile


def contact_sheet(sheet: Sheet, tiles: list[Drawn], progress: str) -> Image.Image:
    """All tiles with their names."""
    width, height = tile_size(sheet)
    columns = max(1, min(len(tiles), SHEET_WIDTH // (width + GAP)))
    rows = [tiles[at : at + columns] for at in range(0, len(tiles), columns)]
    deep = [LABEL + max(1, *(len(tile.pictures) for tile in row)) * (height + GAP // 3) + GAP for row in rows]
    out = Image.new("RGB", (GAP + columns * (width + GAP), 3 * LABEL + sum(deep)), GROUND)
    pen = ImageDraw.Draw(out)
    pen.text((GAP, GAP), f"{sheet.title}　{progress}", INK, type_of(40))
    for row, tiles_of_row in enumerate(rows):
        for column, tile in enumerate(tiles_of_row):
            place = GAP + column * (width + GAP), 3 * LABEL + sum(deep[:row])
            paste(out, tile, f"{row * columns + column + 1} {tile.name}", place, (width, height))
    return out


def tile_size(sheet: Sheet) -> tuple[int, int]:
    """Pixels of one picture on the sheet: lamps whole, LCD pictures all with the same area."""
    geometry = sheet.geometry
    if sheet.led:
        return geometry.width * sheet.lamp, geometry.height * sheet.lamp
    width = round(math.sqrt(TILE_AREA * geometry.width / geometry.height))
    return width, round(width * geometry.height / geometry.width)


def paste(out: Image.Image, tile: Drawn, name: str, place: tuple[int, int], size: tuple[int, int]) -> None:
    """One tile: its name, under it its pictures or what went wrong."""
    x, y = place
    pen = ImageDraw.Draw(out)
    pen.text((x, y), name, INK, type_of(24))
    for number, image in enumerate(tile.pictures):
        small = image if image.size == size else image.resize(size, Image.Resampling.LANCZOS)
        out.paste(small, (x, y + LABEL + number * (size[1] + GAP // 3)))
    if tile.fault:
        pen.rectangle((x, y + LABEL, x + size[0] - 1, y + LABEL + size[1] - 1), outline=FAULT)
        pen.text((x + 6, y + LABEL + 6), wrapped(tile.fault, size[0] // 13), FAULT, type_of(20))


def wrapped(text: str, columns: int) -> str:
    return "\n".join(text[at : at + columns] for at in range(0, min(len(text), columns * 6), columns))


def type_of(size: int) -> ImageFont.FreeTypeFont:
    """The labels' type."""
    path = next(path for folder in FONT_FOLDERS if (path := Path(folder) / "NotoSansCJK-Regular.ttc").is_file())
    return ImageFont.truetype(str(path), size, index=SIMPLIFIED_CHINESE)


def save(sheet: Sheet, view: View, read_blob: ReadBlob, folder: Path) -> list[Drawn]:
    """Draw `sheet` and each of its pictures into `folder`; the tiles without their pictures."""
    tiles = list(tiles_of(sheet, view, read_blob))
    (folder / sheet.key).mkdir(parents=True, exist_ok=True)
    for tile in tiles:
        for path, image in zip(paths(folder / sheet.key, tile), tile.pictures, strict=True):
            image.save(path, compress_level=1)
    faults = sum(bool(tile.fault) for tile in tiles)
    title = f"{len(tiles)} 种画面" + (f"，{faults} 种画不出" if faults else "")
    contact_sheet(sheet, tiles, title).save(folder / f"{sheet.key}.png", compress_level=4)
    return tiles


def paths(folder: Path, tile: Drawn) -> Iterable[Path]:
    """One file a picture."""
    return [folder / f"{tile.key}{f'-{number}' if number else ''}.png" for number in range(len(tile.pictures))]
