"""The colours of lamps: which of them a panel has, and which of those says what. Pure.

Lamps on black: amber for what is read (the brightest that a red-green panel has; white lamps glare at night and
need three times the power), the topic's hue for its label. A colour never says anything that a word does not.
"""

import colorsys

from msgspec import Struct

from content.notice import Colour, Level, Topic
from kiosk.shapes import Dots

BLACK = "#000000"
RED, GREEN, AMBER = "#ff0000", "#00ff00", "#ffff00"
"""What a red-green panel can show: one lamp, the other, both. A drawing shows both as yellow; the eye sees amber."""
PALE, WARM, QUIET = "#fff1d6", "#ffb52e", "#b9a27a"
"""On a full-colour panel: titles, text, what stands aside."""
LEVELS = {Level.RED: "#ff1a12", Level.ORANGE: "#ff7a00", Level.YELLOW: "#ffd400", Level.BLUE: "#2f74ff"}
LEAST_LUMINANCE = 0.2
"""Of a label: 5:1 against black (WCAG 2.2, 1.4.3 asks 4.5:1)."""


class Lamps(Struct, frozen=True):
    """What each kind of words is lit in."""

    title: Colour
    text: Colour
    strong: Colour
    """Stretches in **bold**: dots have no second weight."""
    quiet: Colour
    number: Colour
    """A telephone number, the time."""
    white: Colour
    """The light modules of a QR code."""


def lamps(panel: Dots) -> Lamps:
    """The colours of words on this panel."""
    match panel.colours:
        case "red":
            return Lamps(RED, RED, RED, RED, RED, RED)
        case "red-green":
            return Lamps(title=AMBER, text=AMBER, strong=GREEN, quiet=GREEN, number=GREEN, white=AMBER)
        case _:
            return Lamps(title=PALE, text=WARM, strong=PALE, quiet=QUIET, number=PALE, white="#ffffff")


def topic_colour(topic: Topic, panel: Dots) -> Colour:
    """The label's ground, its word black on it; on a red-green panel the nearest of what it has."""
    if panel.colours == "red":
        return RED
    hue, _, saturation = colorsys.rgb_to_hls(*channels(topic.colour))
    if panel.colours == "red-green":
        if saturation < 0.15:
            return AMBER
        return RED if hue < 0.04 or hue > 0.9 else GREEN if 0.2 < hue < 0.75 else AMBER
    return lit(topic.colour)


def lit(colour: Colour) -> Colour:
    """The same hue as a lamp: full on, and paler only as far as it must be to stand out from black."""
    hue, _, saturation = colorsys.rgb_to_hsv(*channels(colour))
    while luminance(found := colorsys.hsv_to_rgb(hue, saturation, 1.0)) < LEAST_LUMINANCE:
        saturation *= 0.95
    return named(*found)


def level_colour(level: Level, panel: Dots) -> Colour:
    """The warning's colour. A panel of two colours has red for what is urgent, amber for the rest: green says safe.

    Which of the four it is says the word."""
    if panel.colours == "red":
        return RED
    if panel.colours == "red-green":
        return RED if level in (Level.RED, Level.ORANGE) else AMBER
    return LEVELS[level]


def ink_on(ground: Colour, panel: Dots) -> Colour:
    """Words on a lit ground: dark ones, but white on the dark colours of a full-colour panel."""
    if panel.colours == "full" and luminance(channels(ground)) < 0.3:
        return "#ffffff"
    return BLACK


def channels(colour: Colour) -> tuple[float, float, float]:
    """Red, green and blue, 0 to 1."""
    red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return red, green, blue


def named(red: float, green: float, blue: float) -> Colour:
    return "#" + "".join(f"{round(one * 255):02x}" for one in (red, green, blue))


def luminance(rgb: tuple[float, float, float]) -> float:
    """Relative luminance, WCAG 2.2."""
    red, green, blue = (one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in rgb)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
