"""What drawings are made of: shapes in a square of 100 × 100, in one colour, with holes. Values only."""

import math

from msgspec import Struct

Point = tuple[float, float]


class Polygon(Struct, frozen=True):
    points: tuple[Point, ...]
    hole: bool = False


class Disc(Struct, frozen=True):
    centre: Point
    radius: float
    hole: bool = False


class Stroke(Struct, frozen=True):
    """A line through `points` with round ends and joints."""

    points: tuple[Point, ...]
    width: float
    hole: bool = False


class Slab(Struct, frozen=True):
    """A rectangle with rounded corners."""

    corner: Point
    width: float
    height: float
    radius: float
    hole: bool = False


Shape = Polygon | Disc | Stroke | Slab


def star(x: float, y: float, radius: float, *, hole: bool = False) -> Polygon:
    """A five-pointed star, standing upright."""
    spots = []
    for step in range(10):
        reach = radius if step % 2 == 0 else radius * 0.42
        angle = math.pi * step / 5
        spots.append((x + reach * math.sin(angle), y - reach * math.cos(angle)))
    return Polygon(tuple(spots), hole)


def drop(x: float, y: float, radius: float) -> tuple[Shape, ...]:
    """A drop of water: a disc with a point on top, tangent to it."""
    reach = radius * 2.1
    angle = math.acos(radius / reach)
    dx, dy = radius * math.sin(angle), radius * math.cos(angle)
    return Disc((x, y), radius), Polygon(((x, y - reach), (x + dx, y - dy), (x - dx, y - dy)))


def arc(x: float, y: float, radius: float, start: float, end: float, width: float, *, hole: bool = False) -> Stroke:
    """Part of a circle, in degrees clockwise from three o'clock."""
    angles = [math.radians(start + (end - start) * step / 16) for step in range(17)]
    return Stroke(tuple((x + radius * math.cos(a), y + radius * math.sin(a)) for a in angles), width, hole)


def wave(y: float, width: float, *, height: float = 5.0, left: float = 6.0, right: float = 94.0) -> Stroke:
    """Two crests of water from edge to edge."""
    steps = 32
    spots = [
        (left + (right - left) * step / steps, y - height * math.sin(4 * math.pi * step / steps))
        for step in range(steps + 1)
    ]
    return Stroke(tuple(spots), width)


def curve(points: tuple[Point, ...], *, hole: bool = False) -> Polygon:
    """A closed shape that runs smoothly through `points` (Catmull–Rom)."""
    count, spots = len(points), []
    for number in range(count):
        before, here, there, after = (points[(number + step) % count] for step in (-1, 0, 1, 2))
        for step in range(8):
            t = step / 8
            spots.append(
                (spline(before[0], here[0], there[0], after[0], t), spline(before[1], here[1], there[1], after[1], t))
            )
    return Polygon(tuple(spots), hole)


def spline(before: float, here: float, there: float, after: float, t: float) -> float:
    """Between `here` and `there`, at `t` from 0 to 1."""
    return here + 0.5 * t * (
        there - before + t * (2 * before - 5 * here + 4 * there - after + t * (3 * (here - there) + after - before))
    )
