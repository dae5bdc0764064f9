"""What of a page moves by itself, and how often it needs a new picture. Pure."""

from collections.abc import Iterable

from msgspec.structs import replace

from content.notice import Media
from kiosk.shapes import Box, Clip, Item, Picture

PLAYABLE = frozenset({"video/mp4"})
MOST_RATE = 30.0
"""Frames a second. An LCD shows 60, so that each frame of such a film has two."""
LINE_PIXELS = 16
"""A film is as wide as a multiple of this (see kiosk.video)."""


def picture(box: Box, media: Media, radius: int) -> Picture | Clip:
    """The picture in `box`; where it stands for a film that can be played, the film."""
    film = media.film
    if film is None or film.kind not in PLAYABLE:
        return Picture(box, media.sha256, radius)
    wide = max(LINE_PIXELS, box.width // LINE_PIXELS * LINE_PIXELS)
    box = Box(box.x, box.y, wide, max(1, min(box.height, round(wide * media.height / media.width))))
    return Clip(box, film.sha256, media.sha256, 0.0, radius, film.seconds, min(MOST_RATE, film.rate))


def play_seconds(media: Media) -> float:
    """How long one play of its film takes; 0 for what stands still."""
    return media.film.seconds if media.film and media.film.kind in PLAYABLE else 0.0


def played(items: Iterable[Item], elapsed: float) -> list[Item]:
    """`items` as they are `elapsed` seconds after the page came on."""
    return [replace(item, seconds=elapsed) if isinstance(item, Clip) else item for item in items]


def rate_of(items: Iterable[Item]) -> float:
    """So many new pictures a second; 0 where nothing moves."""
    return max((item.rate for item in items if isinstance(item, Clip)), default=0.0)
