"""LED panels as they are sold, and what is read of a picture on one. For the tests of pages, turns and alerts."""

from datetime import datetime
from itertools import combinations

from hypothesis import strategies as st

from content.notice import TOPICS, Notice
from kiosk.lcd.page import Page
from kiosk.led.colours import AMBER, BLACK, GREEN, RED
from kiosk.look import Look
from kiosk.rotation import Slide, Subject
from kiosk.scene import compose, pages
from kiosk.shapes import Box, Code, Dots, Item, Rectangle, Scene, Scroll, Text
from tests.sample_views import NOTICES, FakeMetrics, view

SIZES = [
    (64, 32),
    (128, 32),
    (192, 64),
    (64, 64),
    (320, 16),
    (96, 16),
    (256, 128),
    (64, 12),
    (64, 16),
    (512, 24),
    (96, 48),
]
COLOURS = ["red", "red-green", "full"]
PANELS = [Dots(*size, colours) for size in SIZES for colours in COLOURS]  # type: ignore[arg-type]
SHAPES = [Dots(*size) for size in SIZES]
"""Where words stand does not depend on the colours that there are."""
MOMENT = datetime(2025, 7, 10, 9, 26)  # noqa: DTZ001 -- local to the village
METRICS = FakeMetrics()
TEXT = st.text(max_size=300) | st.text("停水通知，。（）“”12:0-ab \n|*·、", max_size=900)
TITLES = TEXT.map(lambda text: text.strip()[:80] or "题")


def look(panel: Dots) -> Look:
    return Look(panel, METRICS)


def notice(title: str, body: str = "") -> Notice:
    return Notice(id="n", title=title, topic=TOPICS["停水停电"], body=body)


def texts(items: tuple[Item, ...]) -> list[Text]:
    """What is read of these items."""
    found = [item.text if isinstance(item, Scroll) else item for item in items]
    return [item for item in found if isinstance(item, Text)]


def read(made: tuple[Page, ...]) -> str:
    """The characters of all pages, spaces aside."""
    return "".join("".join(text.text for text in texts(page.items)) for page in made).translate(SPACES)


SPACES = {ord(one): None for one in " \u3000"}


def bare(text: str) -> str:
    return "".join(text.split())


def scene(panel: Dots, about: Subject | None, number: int = 1, elapsed: float = 0.0) -> Scene:
    """The picture of one page."""
    shown = view(*NOTICES)
    if about is None:
        return compose(shown, None, MOMENT, look(panel))
    made = pages(about, shown, look(panel))
    slide = Slide(about, number, made[number - 1], len(made), made[number - 1].seconds)
    return compose(shown, slide, MOMENT, look(panel), elapsed=elapsed)


def is_inside(panel: Dots, item: Item) -> bool:
    box = item.box
    return Box(0, 0, panel.width, panel.height).contains(box)


def colours_of(made: Scene) -> set[str]:
    found = {made.paper}
    for item in made.items:
        found |= {text.colour for text in texts((item,))}
        if isinstance(item, Rectangle):
            found.add(item.colour)
        if isinstance(item, Code):
            found.add(item.light)
    return found


def assert_drawable(made: Scene) -> None:
    """Inside the panel, one beside the other, in colours that it has."""
    panel = made.geometry
    assert isinstance(panel, Dots)
    assert all(is_inside(panel, item) for item in made.items)
    words = [item.box for item in made.items if isinstance(item, Text | Scroll | Code)]
    assert not any(one.touches(other) for one, other in combinations(words, 2))
    has = {"red": {BLACK, RED}, "red-green": {BLACK, RED, GREEN, AMBER}}.get(panel.colours)
    assert has is None or colours_of(made) <= has
