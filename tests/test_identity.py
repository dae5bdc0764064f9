"""`identify`, seen: the screen's number is there, large, inside the picture, on every kind of panel."""

import pytest

from kiosk.identity import identity
from kiosk.look import Look
from kiosk.shapes import Box, Dots, Geometry, Scroll, Text
from kiosk.view import View
from tests.sample_views import NAMES, PLACE, FakeMetrics

VIEW = View(place=PLACE, names=NAMES)
PANELS = [Geometry(1920, 1080), Geometry(1080, 1920), Geometry(800, 480), Geometry(3840, 2160, 55.0, 5.0),
          Dots(192, 64), Dots(128, 32, "red"), Dots(320, 16), Dots(64, 32), Dots(64, 12)]  # fmt: skip


@pytest.mark.parametrize("panel", PANELS, ids=lambda panel: f"{panel.width}x{panel.height}")
@pytest.mark.parametrize("screen", ["b3-u1", "baizhuang-cuiyuan-north-w012-b3-u1", "x" * 63])
def test_the_number_is_in_the_picture_and_inside_it(panel: Geometry | Dots, screen: str) -> None:
    look = Look(panel, FakeMetrics())
    scene = identity(screen, VIEW, look)
    texts = [item.text if isinstance(item, Scroll) else item for item in scene.items if isinstance(item, Text | Scroll)]
    assert screen in "".join(text.text for text in texts).replace("\n", "")
    whole = Box(0, 0, panel.width, panel.height)
    assert all(whole.contains(item.box) for item in scene.items)


def test_a_place_that_nobody_has_named_leaves_no_hole() -> None:
    scene = identity("b3-u1", View(place=PLACE, names=("",) * 5), Look(Geometry(1920, 1080), FakeMetrics()))
    assert any(PLACE in text.text for text in scene.texts)
