"""Draw the contact sheets: `python -m tests.pictures [KEY …]`, for instance `lcd-1920x1080-light led-64x32`."""

import argparse
import os
import shutil
import sys
import time
from concurrent.futures import ProcessPoolExecutor, as_completed
from functools import cache
from pathlib import Path

import content
from kiosk.view import View
from tests.pictures.index import page
from tests.pictures.sheets import Drawn, Sheet, all_sheets, save

SAMPLE = Path(content.__file__).parent / "sample"
PLACE = "baizhuang/cuiyuan-north/w012/b3/u1"
PICTURES = Path(__file__).parent.parent.parent / ".pictures"


def main() -> int:
    os.environ.setdefault("SDL_VIDEODRIVER", "dummy")
    os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")
    parser = argparse.ArgumentParser(prog="python -m tests.pictures", description="画出画面总览")
    parser.add_argument("keys", nargs="*", metavar="KEY", help="只画名字以此开头的，例如 lcd-1920x1080、led")
    parser.add_argument("--out", type=Path, default=PICTURES, help="放在哪个文件夹，默认 .pictures")
    options = parser.parse_args()
    sheets = [one for one in all_sheets() if not options.keys or one.key.startswith(tuple(options.keys))]
    if not sheets:
        print("没有这样的画面；有：" + "、".join(sorted(one.key for one in all_sheets())), file=sys.stderr)
        return 2
    if not options.keys:
        shutil.rmtree(options.out, ignore_errors=True)
    options.out.mkdir(parents=True, exist_ok=True)
    done = draw(sheets, options.out)
    (options.out / "index.html").write_text(page(sorted(done, key=order), options.out))
    print(f"请用浏览器打开 {options.out / 'index.html'}")
    return 0


def draw(sheets: list[Sheet], folder: Path) -> list[tuple[Sheet, list[Drawn]]]:
    """All of them, as many at a time as there are cores; says how far it is."""
    started, done = time.monotonic(), []
    with ProcessPoolExecutor() as pool:
        waiting = {pool.submit(one, sheet, folder): sheet for sheet in sheets}
        for number, future in enumerate(as_completed(waiting), 1):
            sheet, tiles = waiting[future], future.result()
            done.append((sheet, tiles))
            seconds = time.monotonic() - started
            print(f"{number:2}/{len(sheets)}  {seconds:5.1f} 秒  {sheet.title}：{len(tiles)} 种", flush=True)
            for tile in tiles:
                if tile.fault:
                    print(f"        画不出 {tile.name}（{tile.key}）：{tile.fault}", flush=True)
    return done


def one(sheet: Sheet, folder: Path) -> list[Drawn]:
    """One sheet, in a process of the pool."""
    view, media = sample()
    tiles = save(sheet, view, lambda digest: media[digest].read_bytes() if digest in media else None, folder)
    for tile in tiles:  # only their names go back; the page needs no more
        tile.pictures = [picture.resize((1, 1)) for picture in tile.pictures]
    return tiles


@cache
def sample() -> tuple[View, dict[str, Path]]:
    """What hangs at the doorway of the sample village."""
    from kiosk.__main__ import folder_view

    return folder_view([SAMPLE / "baizhuang", SAMPLE / "macun-street"], PLACE)


def order(shown: tuple[Sheet, list[Drawn]]) -> tuple[bool, int]:
    """LCD before LED, as they stand in the list of sizes."""
    return shown[0].led, [one.key for one in all_sheets()].index(shown[0].key)


if __name__ == "__main__":
    sys.exit(main())
