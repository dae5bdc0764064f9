"""How large type must be to be read from where people stand. Pure.

The size of an em follows from the viewing distance, after JIS S 0032 and ISO 24509, whose worked example (age 64,
good light) gives 14 pt at 50 cm: 4.94 mm in 500 mm, one hundredth. So a notice is set in ems of 1/100 of the
distance or more, and smaller only before it would take more pages than anybody waits for; never below 1/150.
"""

import math

from msgspec import Struct

from kiosk.shapes import Box, Geometry

EASY, LEAST = 1 / 100, 1 / 150
"""Em ÷ viewing distance."""
FEWEST_IN_LINE = 8
"""A line of fewer characters breaks every word: where the panel is too small for its distance, this is the end."""
MOST_IN_LINE = 30
"""In a line of more, the eye loses the next one: on a panel larger than its distance asks for, type grows too."""
LINES_OF_PANEL = 8
"""So many ems high is the room of a notice at least."""
SMALL_UNITS, MOST_SMALL_UNITS = 36, 46
"""Foot line, date and hints, in units of kiosk.lcd.frame: what the design asks for, and what their places can hold."""


class TypeSizes(Struct, frozen=True):
    """Ems in pixels."""

    body: int
    """A notice is set in this or larger …"""
    least: int
    """… and never in less than this."""
    most: int
    """What a notice's room can hold at all."""
    small: int
    """Foot line, date, hints."""


def millimetres(geometry: Geometry) -> float:
    """One pixel of the panel."""
    return 25.4 * geometry.diagonal_inch / math.hypot(geometry.width, geometry.height)


def em(geometry: Geometry, part: float) -> int:
    """Whole pixels of an em that is `part` of the viewing distance, or a little more."""
    return math.ceil(geometry.viewing_distance_m * 1000 * part / millimetres(geometry) - 1e-6)


def type_sizes(geometry: Geometry, room: Box, unit: float) -> TypeSizes:
    """The sizes for a notice in `room`; `unit` is one pixel of the design."""
    most = largest_em(room)
    body = min(most, max(em(geometry, EASY), room.width // MOST_IN_LINE))
    least = min(body, em(geometry, LEAST))
    small = min(max(least, round(SMALL_UNITS * unit)), round(MOST_SMALL_UNITS * unit))
    return TypeSizes(body=body, least=least, most=most, small=max(1, small))


def largest_em(room: Box) -> int:
    """The largest em at which a notice can still be set in `room`."""
    return max(1, min(room.width // FEWEST_IN_LINE, room.height // LINES_OF_PANEL))


def read_up_to_m(geometry: Geometry, room: Box) -> float:
    """From how far a notice in `room` can be read with ease: with a greater `viewing_distance_m` the type no longer
    grows, and a larger panel is needed."""
    return math.floor(largest_em(room) * millimetres(geometry) / EASY / 100) / 10
