"""What to do about an offered manifest, and what can be shown of what is here. Pure.

Bytes and digests in, decisions out: no disk, no network, no clock.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from msgspec import Struct

from content.errors import Reason, Refused
from content.manifest import Content, Manifest
from content.notice import Card, Notice
from content.place import ancestry
from content.topics import BY_KIND

if TYPE_CHECKING:  # the player uses these rules too, and must not load the crypto library
    from content.signing import Keyring, Power

Have = Callable[[str], bool]
"""Is the blob of this digest here?"""


class Wanted(Struct, frozen=True):
    """A blob to fetch, and how many bytes it must have."""

    sha256: str
    size: int


def topics_for(place: str, keyring: Keyring) -> tuple[str, ...]:
    """Every MQTT topic that can hold something for a screen at `place`: alerts first, then by precedence.

    For a screen that hangs nowhere yet (""), none.
    """
    if not place:
        return ()
    kinds: tuple[Power, ...] = ("alerts", "content")
    return tuple(
        BY_KIND[kind].of(place=step, publisher=publisher.id)
        for kind in kinds
        for step in ancestry(place)
        for publisher in keyring.publishers_for(step, kind)
    )


def is_newer(current: Manifest | None, offered: Manifest) -> bool:
    """Take it (True), or leave it because it is what we have (False). Raises Refused for a rollback."""
    if current is None or offered.revision > current.revision:
        return True
    if offered.revision < current.revision:
        raise Refused(Reason.ROLLBACK, f"revision {offered.revision}, have {current.revision} of {offered.topic}")
    if offered != current:
        raise Refused(Reason.ROLLBACK, f"another message with revision {offered.revision} of {offered.topic}")
    return False


def missing(manifest: Manifest, content: Content | None, have: Have) -> tuple[Wanted, ...]:
    """The blobs that must be fetched before all of `manifest` can be shown. A head's own blob comes first."""
    if manifest.head is not None and content is None:
        # A blob that is here and yet gives no content would be the same if it were fetched again.
        return () if have(manifest.head.sha256) else (Wanted(manifest.head.sha256, manifest.head.size),)
    if content is None:
        return ()
    return tuple(Wanted(media.sha256, media.size) for media in content.media() if not have(media.sha256))


def showable(versions: Sequence[Content], have: Have) -> Content | None:
    """What can be shown of the newest content, given older versions of it (the newest first).

    A notice whose media are not all here is shown as it was in the newest older version that is
    whole, and not at all if there is none. A notice that the newest does not name is gone.
    """
    if not versions:
        return None
    newest = versions[0]
    shown = [form for notice in newest.notices if (form := whole_form(notice, versions, have))]
    return Content(
        place_name=newest.place_name,
        timezone=newest.timezone,
        notices=tuple(shown),
        card=with_photo_that_is_here(newest.card, have),
        service_code=newest.service_code,
        settings=newest.settings,
    )


def whole_form(notice: Notice, versions: Sequence[Content], have: Have) -> Notice | None:
    """The newest form of `notice` whose media are all here."""
    forms = (form for content in versions for form in content.notices if form.id == notice.id)
    return next((form for form in forms if all(have(one.sha256) for media in form.media for one in media.files)), None)


def with_photo_that_is_here(card: Card | None, have: Have) -> Card | None:
    """A card does not wait for its photo: the phone number matters more."""
    if card is None or card.photo is None or have(card.photo.sha256):
        return card
    return Card(name=card.name, phone=card.phone, duty=card.duty, motto=card.motto, until=card.until)


def living(versions: Sequence[Content]) -> Iterator[Content]:
    """What may still be shown of these versions (the newest first): of the older ones, what the newest still names.

    So a notice that was withdrawn lives no longer, though an older version waits for the media of another notice.
    """
    for number, content in enumerate(versions):
        ids = {notice.id for notice in versions[0].notices}
        older = [notice for notice in content.notices if notice.id in ids]
        yield content if number == 0 else Content(timezone=content.timezone, notices=tuple(older))


def used_blobs(heads: Iterable[Manifest], contents: Iterable[Content]) -> set[str]:
    """The digests that these name."""
    used = {manifest.head.sha256 for manifest in heads if manifest.head}
    used.update(media.sha256 for content in contents for media in content.media())
    return used
