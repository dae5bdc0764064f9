"""The colours of the picture. Every pair of ink and ground here has a contrast of 4.5:1 or more (WCAG 1.4.3)."""

from typing import NamedTuple

PAPER = "#f5f1e8"
CARD = "#ffffff"
INK = "#1b1c22"
SOFT = "#56534b"
HAIRLINE = "#d3ccbc"
WHITE = "#ffffff"
FACE_GROUND = "#dfe5e6"
FACE = "#8a9aa2"
EMPTY_GROUND = "#e6e0d2"
"""Where a picture should be and is not."""
EMPTY_INK = "#a39b88"


class AlertColours(NamedTuple):
    ground: str
    band: str
    """Darker than the ground, or lighter: the strip with the level."""
    ink: str
    band_ink: str


ALERTS = {
    "蓝": AlertColours("#0b4f9e", "#083b78", "#ffffff", "#ffffff"),
    "黄": AlertColours("#ffd21f", "#1b1c22", "#1b1c22", "#ffd21f"),
    "橙": AlertColours("#f28a0f", "#1b1c22", "#1b1c22", "#ffb04d"),
    "红": AlertColours("#c40f2a", "#8c0a1d", "#ffffff", "#ffffff"),
}
EXERCISE = AlertColours("#f5f1e8", "#1b1c22", "#1b1c22", "#ffffff")
