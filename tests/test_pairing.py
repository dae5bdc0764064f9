"""A new screen's picture: its code and number are there, large, inside the picture, on every kind of panel."""

import io
import os
from pathlib import Path

import pygame
import pytest
from PIL import Image, ImageChops
from pygame import Surface

from kiosk.between import Pairing
from kiosk.canvas import Canvas
from kiosk.led.fonts import fonts_for
from kiosk.look import Look
from kiosk.pairing import pairing_scene
from kiosk.shapes import Box, Dots, Geometry, Scene, Scroll, Text
from tests.sample_views import FakeMetrics

GOLDEN = Path(__file__).parent / "golden"
WAITING = Pairing(screen="10000000abcd1234", code="7K3M-X9QA", said="已经连上发布端，正在等待管理员核对")
LOST = Pairing(screen="10000000abcd1234", code="7K3M-X9QA", trouble="连不上 publisher.example，请检查网络")
NO_PLACE = Pairing(screen="10000000abcd1234", said="证书已经领到，正在等待安排地点")
PANELS = [Geometry(1920, 1080), Geometry(1080, 1920), Geometry(800, 480), Geometry(3840, 2160, 55.0, 5.0),
          Dots(192, 64), Dots(128, 32, "red"), Dots(320, 16), Dots(64, 32), Dots(64, 12)]  # fmt: skip
PICTURES: dict[str, tuple[Pairing, Geometry | Dots, float]] = {
    "pairing-1920x1080": (WAITING, Geometry(1920, 1080), 0.0),
    "pairing-lost-1080x1920": (LOST, Geometry(1080, 1920), 0.0),
    "pairing-no-place-1280x720": (NO_PLACE, Geometry(1280, 720), 0.0),
    "pairing-led-192x64-full": (WAITING, Dots(192, 64), 0.0),
    "pairing-led-128x32-red": (WAITING, Dots(128, 32, "red"), 5.5),
}


def words(scene: Scene) -> str:
    """All that stands on it, what a panel has broken put together again."""
    texts = [item.text if isinstance(item, Scroll) else item for item in scene.items if isinstance(item, Text | Scroll)]
    return "".join(text.text for text in texts).replace("\n", "")


@pytest.mark.parametrize("panel", PANELS, ids=lambda panel: f"{panel.width}x{panel.height}")
@pytest.mark.parametrize("pairing", [WAITING, LOST, NO_PLACE], ids=["waiting", "lost", "no-place"])
def test_everything_is_told_in_one_turn_and_nothing_stands_outside(panel: Geometry | Dots, pairing: Pairing) -> None:
    look = Look(panel, FakeMetrics())
    moments = range(60) if isinstance(panel, Dots) else (0,)
    scenes = [pairing_scene(pairing, look, elapsed=float(moment)) for moment in moments]
    told = " ".join(words(scene) for scene in scenes)
    for what in (pairing.screen, pairing.code, pairing.trouble or pairing.said):
        assert what.replace(" ", "") in told.replace(" ", "")
    whole = Box(0, 0, panel.width, panel.height)
    assert all(whole.contains(item.box) for scene in scenes for item in scene.items)


def test_the_code_is_the_largest_word_on_an_lcd() -> None:
    scene = pairing_scene(WAITING, Look(Geometry(1920, 1080), FakeMetrics()))
    sizes = {item.text: item.size for item in scene.items if isinstance(item, Text)}
    assert max(sizes, key=lambda text: sizes[text]) == WAITING.code


@pytest.mark.parametrize("panel", PANELS, ids=lambda panel: f"{panel.width}x{panel.height}")
def test_a_screen_without_a_place_says_what_is_to_be_done(panel: Geometry | Dots) -> None:
    look = Look(panel, FakeMetrics())
    moments = range(60) if isinstance(panel, Dots) else (0,)
    told = " ".join(words(pairing_scene(NO_PLACE, look, elapsed=float(moment))) for moment in moments)
    assert ("报给村管理员" if isinstance(panel, Dots) else "联系村里的管理员，报出本屏编号") in told
    assert "配对码" not in told


@pytest.mark.parametrize("pairing", [WAITING, LOST, NO_PLACE], ids=["waiting", "lost", "no-place"])
@pytest.mark.parametrize("panel", PANELS[:4], ids=lambda panel: f"{panel.width}x{panel.height}")
def test_the_numbers_of_the_steps_stand_one_under_the_other(panel: Geometry, pairing: Pairing) -> None:
    items = pairing_scene(pairing, Look(panel, FakeMetrics())).items
    steps = [item for item in items if isinstance(item, Text) and item.text[:2] in ("1.", "2.", "3.")]
    assert len(steps) == 3
    assert len({item.box.x + item.runs[0].x for item in steps}) == 1
    assert len({item.size for item in steps}) == 1


@pytest.mark.parametrize("name", PICTURES)
def test_the_picture_is_the_golden_one(name: str, tmp_path: Path) -> None:
    """`UPDATE_GOLDEN=1 pytest tests/test_pairing.py` draws them anew; look at them before committing."""
    pairing, panel, elapsed = PICTURES[name]
    canvas = Canvas(Surface((panel.width, panel.height), 0, 32), lambda _: None, fonts_for(panel))
    canvas.draw(pairing_scene(pairing, Look(panel, canvas.metrics), elapsed=elapsed))
    out = io.BytesIO()
    pygame.image.save(canvas.surface, out, "picture.png")
    golden, actual = GOLDEN / f"{name}.png", tmp_path / f"{name}.png"
    actual.write_bytes(out.getvalue())
    if os.environ.get("UPDATE_GOLDEN"):
        Image.open(actual).convert("RGB").save(golden, optimize=True)
    difference = ImageChops.difference(Image.open(golden).convert("RGB"), Image.open(actual).convert("RGB"))
    tile = 24 if isinstance(panel, Geometry) else 8
    assert max(difference.convert("L").reduce(tile).tobytes()) < 10, f"{actual} differs from {golden}"
