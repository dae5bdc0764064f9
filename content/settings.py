"""How a place shows what it shows: pace, colours, hours and light. Set for a place, and for all below it.

Values that travel inside manifests. A field that is not set is taken from the place above, each
by itself (kiosk.view). What they mean at a given moment says kiosk.light.
"""

from typing import Annotated, Literal

from msgspec import Meta

from content.notice import Frozen, Media

ThemeName = Literal["light", "dark", "festive"]
Theme = Literal["light", "dark", "festive", "auto"]
"""`auto` is dark from sunset to sunrise where the coordinates are known, else light."""

Hour = Annotated[
    str,
    Meta(
        pattern=r"^(([01]\d|2[0-3]):[0-5]\d|24:00|(sunrise|sunset)([+-]\d{1,3})?)\Z",
        description='写成 "06:30"（加引号），或 sunrise、sunset，可加减分钟：sunset+30',
    ),
]
"""A time of day, local: `06:30`, `24:00`, or relative to the sun in minutes: `sunrise-15`, `sunset+30`."""


class Pace(Frozen, frozen=True):
    """How long a page stays. Reading speed is what an elder manages aloud, not what a student skims."""

    characters_per_second: Annotated[float, Meta(gt=0, le=50)] = 5.0
    least_seconds: Annotated[float, Meta(ge=3, le=120)] = 8.0
    most_seconds: Annotated[float, Meta(ge=3, le=600)] = 30.0

    def __post_init__(self) -> None:
        if self.least_seconds > self.most_seconds:
            raise ValueError("least_seconds 不能大于 most_seconds")


class Hours(Frozen, frozen=True):
    """The screen is lit from `on` to `off` each day; where `off` is not after `on` it is the next day's."""

    on: Hour
    off: Hour


class Brightness(Frozen, frozen=True):
    """From this time of day on, until the next entry, so much light. The last entry holds past midnight."""

    start: Hour
    percent: Annotated[int, Meta(ge=1, le=100)]


class Coordinates(Frozen, frozen=True):
    """Where the place lies, for sunrise and sunset; degrees, north and east positive (WGS 84)."""

    latitude: Annotated[float, Meta(ge=-90, le=90)]
    longitude: Annotated[float, Meta(ge=-180, le=180)]


class Settings(Frozen, frozen=True):
    """Per-place settings. A field that is not set here is taken from the place above."""

    pace: Pace | None = None
    theme: Theme | None = None
    hours: Hours | None = None
    brightness: Annotated[tuple[Brightness, ...], Meta(max_length=24)] = ()
    coordinates: Coordinates | None = None
    emblem: Media | None = None
    """The village's mark in the header: a picture, best with a transparent ground."""
