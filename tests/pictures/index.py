"""The page that shows all sheets in a browser, in Chinese."""

from html import escape
from pathlib import Path

from tests.pictures.sheets import Drawn, Sheet, paths

HEAD = """<!doctype html>
<html lang="zh-CN"><meta charset="utf-8"><title>便民视窗 · 画面总览</title>
<style>
body {{ margin: 0; background: #2b2b2b; color: #eee; font: 16px/1.5 "Noto Sans CJK SC", sans-serif }}
nav {{ position: sticky; top: 0; background: #1b1b1b; padding: .6em 1em; z-index: 1 }}
nav a {{ margin-right: 1em; white-space: nowrap; display: inline-block }}
a {{ color: #9fd0ff }} section {{ padding: 1em }} h2 {{ margin: .3em 0; font-weight: 600 }}
.tiles {{ display: flex; flex-wrap: wrap; gap: 14px }}
figure {{ margin: 0 }} img {{ display: block; margin-top: 3px; background: #000 }}
.fault {{ color: #ff8a7a; max-width: 24em }}
</style>
<nav><b>便民视窗 · 画面总览</b>　{links}</nav>
"""
SECTION = (
    '<section id="{key}"><h2>{title}</h2><p><a href="{key}.png">整张大图</a>；点小图看原大。</p><div class="tiles">'
)
HIGH = 230
"""Pixels of a tile on the page; an LED panel keeps its lamps whole."""


def page(shown: list[tuple[Sheet, list[Drawn]]], folder: Path) -> str:
    """The whole page."""
    links = "".join(f'<a href="#{sheet.key}">{escape(sheet.title)}</a>' for sheet, _ in shown)
    return HEAD.format(links=links) + "".join(section(sheet, tiles, folder) for sheet, tiles in shown) + "</html>\n"


def section(sheet: Sheet, tiles: list[Drawn], folder: Path) -> str:
    figures = "".join(figure(sheet, tile, folder) for tile in tiles)
    return SECTION.format(key=sheet.key, title=escape(sheet.title)) + figures + "</div></section>\n"


def figure(sheet: Sheet, tile: Drawn, folder: Path) -> str:
    """One tile: its name and its pictures, each a link to itself at full size."""
    high = HIGH if not sheet.led else sheet.geometry.height * sheet.lamp
    wide = round(high * sheet.geometry.width / sheet.geometry.height)
    found = [path.relative_to(folder).as_posix() for path in paths(folder / sheet.key, tile)]
    images = "".join(
        f'<a href="{escape(path)}"><img loading="lazy" src="{escape(path)}" width="{wide}" height="{high}" alt=""></a>'
        for path in found
    )
    fault = f'<p class="fault">{escape(tile.fault)}</p>' if tile.fault else ""
    return f"<figure><figcaption>{escape(tile.name)}</figcaption>{images}{fault}</figure>"
