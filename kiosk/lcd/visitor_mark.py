"""The word on an LCD while somebody holds or enlarges the notice. Pure.

It takes the place of the line with the notice's source, in type in which a notice may be set: whoever touches the
screen is old, and has to see that something happened.
"""

from msgspec.structs import replace

from kiosk.lcd.frame import frame
from kiosk.lcd.panel import things_shown
from kiosk.look import Look
from kiosk.shapes import Box, Dots, Item, Rectangle, Scene, Text
from kiosk.text import one_line_width, plain_spans
from kiosk.theme import THEMES
from kiosk.typography.typeset import label, line_height, sizes
from kiosk.view import View

HIGH, MARKS = 68, 250
"""Units: of the foot with the space above it, and of the marks of progress on its right."""
LEADING, PAD = 1.3, 0.6


def marked(scene: Scene, words: str, view: View, look: Look) -> Scene:
    """`scene` with the words in the place of the line at the foot; as it is without words, or on an LED panel."""
    mark = visitor_mark(words, look, shown=things_shown(view))
    if not mark:
        return scene
    soft, pill = THEMES[look.theme].soft, mark[0].box
    foot = [item for item in scene.items if isinstance(item, Text) and item.colour == soft and item.box.touches(pill)]
    return replace(scene, items=(*(item for item in scene.items if item not in foot), *mark))


def visitor_mark(words: str, look: Look, *, shown: int = 2) -> list[Item]:
    """Nothing without words, and nothing on an LED panel, which nobody touches. `shown`: as in kiosk.lcd.frame."""
    geometry = look.geometry
    if not words or isinstance(geometry, Dots):
        return []
    areas, dress, metrics = frame(geometry, THEMES[look.theme], shown=shown), THEMES[look.theme], look.metrics
    box, spans = areas.notice, plain_spans(words)
    high = areas.px(HIGH)
    for size in sizes(areas.type.body):
        width = round(one_line_width(spans, size, metrics) + 2 * PAD * size)
        if width <= box.width - areas.px(MARKS) and line_height(size, LEADING, metrics) <= high:
            break
    high = min(high, line_height(size, LEADING, metrics))
    pill = Box(box.x, box.bottom - high, width, high)
    ground = Rectangle(pill, dress.ink, high // 2)
    return [ground, *label(words, pill, size, dress.paper, metrics, align="centre", leading=LEADING)]
