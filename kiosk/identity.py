"""Which screen is this: its number and its place, as large as they can be, for somebody who stands in front. Pure."""

from kiosk.lcd.frame import frame
from kiosk.led.colours import BLACK, lamps
from kiosk.led.turns import spread
from kiosk.led.type import RATE, SIZES, SMALL, Set, fitted, gap, moved_on, scrolling
from kiosk.look import Look
from kiosk.shapes import Box, Dots, Geometry, Item, Rectangle, Scene
from kiosk.text import one_line, plain_spans
from kiosk.theme import THEMES
from kiosk.typography.typeset import label
from kiosk.view import View

WORDS = "本屏编号"


def identity(screen: str, view: View, look: Look, *, elapsed: float = 0.0) -> Scene:
    """The picture that answers `identify`, `elapsed` seconds after it came on."""
    geometry = look.geometry
    if isinstance(geometry, Dots):
        return on_led(screen, view, geometry, look, elapsed)
    return on_lcd(screen, view, geometry, look)


def place_words(view: View) -> str:
    """The names of the place, from the village down."""
    return " ".join(name for name in view.names if name)


def on_lcd(screen: str, view: View, geometry: Geometry, look: Look) -> Scene:
    theme, metrics = THEMES[look.theme], look.metrics
    areas = frame(geometry, theme)
    px, whole = areas.px, Box(0, 0, geometry.width, geometry.height)
    room = whole.inset(px(72), px(72))
    rows = (
        (WORDS, 0.12, px(80), theme.soft, False),
        (screen, 0.46, room.height, theme.ink, True),
        (place_words(view), 0.26, px(150), theme.ink, True),
        (view.place, 0.16, px(80), theme.soft, False),
    )
    items: list[Item] = [Rectangle(whole, theme.paper)]
    y = room.y
    for words, share, largest, colour, bold in rows:
        box = Box(room.x, y, room.width, round(room.height * share))
        y = box.bottom
        if words:
            lines = 1 if words == view.place else 2  # a path is not torn
            items += label(words, box, largest, colour, metrics, bold=bold, align="centre", most_lines=lines)
    return Scene(geometry, theme.paper, tuple(items))


def on_led(screen: str, view: View, panel: Dots, look: Look, elapsed: float) -> Scene:
    """The number, and below it the place where there is room. A number that does not fit scrolls."""
    lit, metrics = lamps(panel), look.metrics
    whole = Box(0, 0, panel.width, panel.height)
    rows: list[tuple[Set, str]] = []
    left = panel.height
    for words, colour, share in ((screen, lit.title, 0.7), (place_words(view), lit.text, 1.0)):
        for height in (round(left * share), left):
            found = fitted(plain_spans(words), panel.width, height, metrics, largest=48) if height >= SMALL else None
            if words and found:
                rows.append((found, colour))
                left -= found.height + gap(found.size)
                break
        if not rows:
            size = max(size for size in SIZES if size <= max(SMALL, min(32, panel.height)))
            moving = scrolling(one_line(plain_spans(screen), size, metrics), whole, size, lit.title, metrics)
            return Scene(panel, BLACK, (moved_on(moving, view.pace, elapsed),), RATE)
    return Scene(panel, BLACK, tuple(spread(rows, whole, metrics)))
