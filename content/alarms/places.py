"""Where is that here? Areas of a CAP alert, and cameras → places of the village. Pure.

In this order of trust: a place that is named itself; 行政区划代码 by the table in village.yaml;
polygons and circles against the places' own coordinates; and only for an area that has none of
these, its name. What matches nothing goes nowhere: an alert is never sent to all for want of an address.
"""

import math
import re
from collections.abc import Iterable, Iterator
from itertools import pairwise

from content.alarms.cap import CapArea, CapCircle, CapPair, Point
from content.alarms.cap_out import PLACE_GEOCODE
from content.place import ancestry, is_within
from content.village import AlarmRules, Place, Village

ADMINISTRATIVE = re.compile(r"\d{2}|\d{4}|\d{6}|\d{9}|\d{12}")
"""GB/T 2260 (province, city, county: 2, 4 or 6 digits) and GB/T 10114 (street 9, village 12)."""
FOREIGN_CODES = frozenset({"SAME", "FIPS6", "FIPS", "UGC", "ZIP"})
"""valueNames of codes that look like ours and are not."""
EARTH_KM = 6_371.0


def places_of(areas: Iterable[CapArea], village: Village) -> tuple[str, ...]:
    """The places that these areas cover, none below another, in the order of the tree."""
    found = {place for area in areas for place in places_in(area, village)}
    return without_those_below(place for place in village.places if place in found)


def places_in(area: CapArea, village: Village) -> Iterator[str]:
    """The places of one area."""
    for code in area.geocodes:
        yield from places_coded(code, village)
    for path, place in village.places.items():
        if place.settings and place.settings.coordinates:
            here = (place.settings.coordinates.latitude, place.settings.coordinates.longitude)
            if any(inside(here, one) for one in area.polygons) or any(within(here, one) for one in area.circles):
                yield path
    if not (area.geocodes or area.polygons or area.circles):
        yield from places_called(area.description, village)


def places_coded(code: CapPair, village: Village) -> Iterator[str]:
    """The places for one geocode."""
    if code.name == PLACE_GEOCODE:
        yield from [code.value] if code.value in village.places else []
        return
    if code.name.upper() in FOREIGN_CODES:
        return
    for known, places in village.alarms.areas.items():
        if known == code.value or lies_in(known, code.value):
            yield from places


def lies_in(known: str, code: str) -> bool:
    """Is the area `known` a part of the area `code`, by their administrative codes?

    410804 lies in 410800 and in 41; what lies in it is not the same as it, for the alert may
    be for the street next door.
    """
    if not (ADMINISTRATIVE.fullmatch(known) and ADMINISTRATIVE.fullmatch(code)):
        return False
    whole = significant(code)
    return len(whole) >= 2 and significant(known).startswith(whole)


def significant(code: str) -> str:
    """An administrative code without the zeros that stand for "all of it"."""
    for end in (12, 9):
        if len(code) == end and code.endswith("000"):
            code = code[:-3]
    while len(code) in (2, 4, 6) and code.endswith("00"):
        code = code[:-2]
    return code


def places_called(description: str, village: Village) -> Iterator[str]:
    """The places whose full name (白庄村北区) a description ends in, and what the table says of its words."""
    for word in re.split(r"[、，,；;\s]+", description):
        if not word:
            continue
        yield from village.alarms.areas.get(word, ())
        for path in village.places:
            if word.endswith(full_name(path, village.places)):
                yield path


def full_name(path: str, places: dict[str, Place]) -> str:
    """The names from the root down, as people write an address."""
    return "".join(places[one].name for one in ancestry(path) if one in places)


def without_those_below(places: Iterable[str]) -> tuple[str, ...]:
    """The places without those below another of them."""
    listed = tuple(dict.fromkeys(places))
    return tuple(one for one in listed if not any(one != other and is_within(one, other) for other in listed))


def inside(here: Point, corners: tuple[Point, ...]) -> bool:
    """Is the point inside the polygon? By the even-odd rule, on the plate: exact enough below a hundred kilometres.

    Twelve lines instead of a geometry library with a compiled core: it is all of geometry that we need.
    """
    odd = False
    for (lat1, lon1), (lat2, lon2) in pairwise(corners):
        if (lat1 > here[0]) != (lat2 > here[0]):
            crossing = lon1 + (here[0] - lat1) / (lat2 - lat1) * (lon2 - lon1)
            odd ^= here[1] < crossing
    return odd


def within(here: Point, circle: CapCircle) -> bool:
    """Is the point in the circle? By the haversine formula."""
    lat1, lon1, lat2, lon2 = (math.radians(one) for one in (*here, *circle.centre))
    half = math.sin((lat2 - lat1) / 2) ** 2 + math.cos(lat1) * math.cos(lat2) * math.sin((lon2 - lon1) / 2) ** 2
    return 2 * EARTH_KM * math.asin(min(1.0, math.sqrt(half))) <= circle.radius_km


def camera_places(camera: str, rules: AlarmRules) -> tuple[str, ...]:
    """The places that a camera watches."""
    return without_those_below(rules.cameras.get(camera, ()))
