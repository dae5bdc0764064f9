"""Who may read and write what at the broker, as MQTT filters: the wire's table (content.topics) turned round. Rules.

Each broker's configuration writes these down in its own words. Content is signed, so what a broker lets through
cannot change a picture; it keeps screens from speaking for each other, and strangers from reading along.
"""

from dataclasses import dataclass

from content.place import MAX_DEPTH, depth
from content.signing import Publisher
from content.topics import ASSIGNMENT, BY_KIND, COMMAND, RECEIPTS, ROOT, STATUS

EVERY = "+"


@dataclass(frozen=True)
class Rights:
    """The filters that one user may read, and those that it may write."""

    reads: tuple[str, ...]
    writes: tuple[str, ...]


def of_screen(screen: str) -> Rights:
    """What places are told, and its own four topics. `screen` may be what a broker writes for "this user's name"."""
    own = (ASSIGNMENT, COMMAND)
    return Rights(
        reads=(f"{ROOT}/places/#", *(topic.pattern.format(screen=screen) for topic in own)),
        writes=tuple(topic.pattern.format(screen=screen) for topic in (STATUS, RECEIPTS)),
    )


def of_publisher(publisher: Publisher) -> Rights:
    """What the keyring lets this publisher send, which it also reads back; and what screens tell.

    Who may assign places may write statuses: of a screen that has left the list the retained one is taken away.
    """
    manifests = [
        BY_KIND[kind].pattern.format(place=places, publisher=publisher.id)
        for kind in BY_KIND
        if kind in publisher.may
        for scope in publisher.scope
        for places in below(scope)
    ]
    assignments = [ASSIGNMENT.pattern.format(screen=EVERY)] if "assignment" in publisher.may else []
    commands = [COMMAND.pattern.format(screen=EVERY)] if "command" in publisher.may else []
    told = [topic.pattern.format(screen=EVERY) for topic in (STATUS, RECEIPTS)]
    return Rights(
        reads=(*manifests, *assignments, *told),
        writes=(*manifests, *assignments, *(told[:1] if assignments else ()), *commands),
    )


def below(scope: str) -> list[str]:
    """Filters for a place and all below it: MQTT has no wildcard for "any number of levels" but at the end."""
    return [scope + f"/{EVERY}" * more for more in range(MAX_DEPTH - depth(scope) + 1)]
