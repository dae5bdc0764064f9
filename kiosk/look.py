"""How pictures are made on this screen: for which display, with which type, in which colours. Values only.

One value goes through all of the layout, so that a new property of the display is one field here.
"""

from msgspec import Struct

from content.settings import ThemeName
from kiosk.shapes import Dots, Geometry
from kiosk.text import Metrics


class Look(Struct, frozen=True):
    """Two equal looks give equal pages."""

    geometry: Geometry | Dots
    metrics: Metrics
    theme: ThemeName = "light"
    """Already decided; `auto` is kiosk.light's business."""
    enlarged: bool = False
    """One step larger, because somebody at the screen asked for it."""
