"""The colours of the picture by day, at night and on a festival, and what a topic's colour becomes in each. Pure.

Every pair of text and ground has a contrast of 4.5:1 or more (WCAG 2.2, 1.4.3; tests/test_theme.py walks whole
pictures). Topic colours come from people who chose them for white paper: `accent` and `label` make them readable here.
"""

import colorsys
from functools import lru_cache
from typing import NamedTuple

from msgspec import Struct

from content.notice import Colour
from content.settings import ThemeName

LEAST_CONTRAST = 4.5
DARK_PAPER = 0.18


class Theme(Struct, frozen=True):
    """One dress of the picture."""

    paper: Colour
    card: Colour
    ink: Colour
    soft: Colour
    """For what is read second: source, date, hints."""
    hairline: Colour
    head: Colour
    """The ground of the picture's head."""
    head_ink: Colour
    head_soft: Colour
    rule: Colour
    """The line under the head."""
    face_ground: Colour
    face: Colour
    """Head and shoulders of a grid worker without a photo."""
    coat: Colour
    hair: Colour
    quiet: Colour
    """Drawings that are not to be read: roofs on the standby picture."""
    is_dark: bool = False
    is_festive: bool = False

    def accent(self, topic: Colour) -> Colour:
        """The topic's colour for numbers and marks on this paper."""
        return readable(topic, self.paper)

    def label(self, topic: Colour) -> tuple[Colour, Colour]:
        """Ground and ink of the topic's label. At night the label is the light thing and its word the dark one."""
        ground = self.accent(topic) if self.is_dark else topic
        inks = (self.paper, "#ffffff") if self.is_dark else ("#ffffff", self.ink)
        found = next((ink for ink in inks if contrast(ink, ground) >= LEAST_CONTRAST), "")
        return ground, found or max(("#ffffff", "#000000"), key=lambda ink: contrast(ink, ground))


LIGHT = Theme(
    paper="#f5f1e8",
    card="#ffffff",
    ink="#1b1c22",
    soft="#56534b",
    hairline="#d3ccbc",
    head="#f5f1e8",
    head_ink="#1b1c22",
    head_soft="#56534b",
    rule="#1b1c22",
    face_ground="#e4ebe6",
    face="#e2b793",
    coat="#4f7d6d",
    hair="#3d342e",
    quiet="#e6e0d2",
)
DARK = Theme(
    paper="#14161a",
    card="#20242a",
    ink="#e9e5db",
    soft="#a6a49b",
    hairline="#3b3f46",
    head="#14161a",
    head_ink="#e9e5db",
    head_soft="#a6a49b",
    rule="#55585d",
    face_ground="#3a434b",
    face="#b08d70",
    coat="#4f7468",
    hair="#14161a",
    quiet="#25292f",
    is_dark=True,
)
"""For the night: little light, nothing glaring but the service code, which telephones read black on white."""
FESTIVE = Theme(
    paper="#fbf4e6",
    card="#ffffff",
    ink="#2a1613",
    soft="#6a4a3f",
    hairline="#e2cda9",
    head="#a3131f",
    head_ink="#fff0cf",
    head_soft="#ffdfa3",
    rule="#d8a441",
    face_ground="#f7e6c8",
    face="#e2b68c",
    coat="#a3131f",
    hair="#3d2a20",
    quiet="#f1e0bf",
    is_festive=True,
)
"""Spring Festival and National Day: red and gold at the head, and a civic sign below it."""
THEMES: dict[ThemeName, Theme] = {"light": LIGHT, "dark": DARK, "festive": FESTIVE}


def absent(paper: Colour) -> tuple[Colour, Colour]:
    """Ground and ink of the place where a picture should be and is not."""
    return ("#25292f", "#555a61") if luminance(paper) < DARK_PAPER else ("#e6e0d2", "#a39b88")


class AlertColours(NamedTuple):
    """An emergency looks the same by day and by night."""

    ground: Colour
    band: Colour
    """Darker than the ground, or lighter: the strip with the level."""
    ink: Colour
    band_ink: Colour


ALERTS = {
    "蓝": AlertColours("#0b4f9e", "#083b78", "#ffffff", "#ffffff"),
    "黄": AlertColours("#ffd21f", "#1b1c22", "#1b1c22", "#ffd21f"),
    "橙": AlertColours("#f28a0f", "#1b1c22", "#1b1c22", "#ffb04d"),
    "红": AlertColours("#c40f2a", "#8c0a1d", "#ffffff", "#ffffff"),
}
EXERCISE = AlertColours("#f5f1e8", "#1b1c22", "#1b1c22", "#ffffff")


@lru_cache(maxsize=256)
def luminance(colour: Colour) -> float:
    """Relative luminance, WCAG 2.2: 0 for black, 1 for white."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: Colour, other: Colour) -> float:
    """The contrast of two colours, WCAG 2.2: 1 to 21."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@lru_cache(maxsize=256)
def readable(colour: Colour, ground: Colour) -> Colour:
    """`colour`, made lighter on a dark ground and darker on a light one until it can be read there; its hue stays."""
    hue, light, strength = colorsys.rgb_to_hls(*(int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)))
    step = 0.02 if luminance(ground) < DARK_PAPER else -0.02
    while contrast(colour, ground) < LEAST_CONTRAST and 0 < light < 1:
        light = min(1.0, max(0.0, light + step))
        mixed = colorsys.hls_to_rgb(hue, light, min(strength, 0.75))
        colour = "#" + "".join(f"{round(part * 255):02x}" for part in mixed)
    return colour
