"""One state of the cache, as the player sees it: the view of its doorway, and the pointer that names the state."""

from datetime import datetime

from msgspec import Struct

from content.clock import BUILD_TIME
from content.manifest import DEFAULT_ZONE, Content
from content.notice import Alert, Notice
from kiosk.cache import Cache
from kiosk.plan import showable
from kiosk.view import Offered, View, merge


class Loaded(Struct, frozen=True):
    """One state of the cache. `pointer` is the digest that names it."""

    view: View
    pointer: str
    newest: datetime
    """The newest `issued` of the first publisher: that moment has passed, whatever the clock says."""
    sources: dict[tuple[str, str], tuple[Notice, ...]] = {}
    """What each publisher says at each place, shown already or still waiting for its media."""

    def first_heard(self, before: "Loaded") -> frozenset[Notice]:
        """The notices from whom we knew nothing `before`: new to us, and no news to anybody."""
        return frozenset(one for source, said in self.sources.items() if source not in before.sources for one in said)


def load(cache: Cache, place: str, timezone: str = DEFAULT_ZONE) -> Loaded:
    """What the cache holds for the screen; an empty view at `place` where it holds nothing."""
    pointer, digest = cache.pointer()
    offered: list[Offered] = []
    alerts: list[tuple[str, Alert]] = []
    sources: dict[tuple[str, str], tuple[Notice, ...]] = {}
    newest, first = BUILD_TIME, ""
    for versions in (cache.stack(digests) for digests in (pointer.stacks.values() if pointer else ())):
        for version in versions[:1]:
            first = first or version.manifest.publisher  # stacks stand in the keyring's order
            if version.manifest.publisher == first:
                newest = max(newest, version.manifest.issued)
            said = version.manifest.alerts.alerts if version.manifest.alerts else ()
            alerts += [(version.manifest.publisher, alert) for alert in said]
        contents: list[Content] = [version.content for version in versions if version.content]
        shown = showable(contents, cache.has)
        if shown:
            sources[versions[0].manifest.place, versions[0].manifest.publisher] = contents[0].notices
            offered.append(Offered(versions[0].manifest.place, versions[0].manifest.publisher, shown))
    view = merge(pointer.place if pointer else place, offered, timezone=timezone, alerts_of=alerts)
    return Loaded(view, digest, newest, sources)
