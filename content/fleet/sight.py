"""What the commands see: the folder and the records, at one moment. Read only; works beside a running `serve`."""

import difflib
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from content.errors import FolderError
from content.fleet.coverage import Coverage, Item, coverage, items_of
from content.fleet.records import Records, default_url
from content.fleet.table import Row, Screen, table
from content.folder import scan
from content.manifest import zone
from content.roster import read_roster
from content.village import Village

STALE_SECONDS = 30.0
"""The collector gives its word every 5 s; so long without it, it does not run."""


@dataclass(frozen=True)
class Sight:
    """The fleet as it is, or was when the collector last spoke."""

    at: datetime
    stale: bool
    connected: bool
    rows: tuple[Row, ...]
    screens: dict[str, Screen]


class Viewer:
    """Looks again and again with one scan of the folder."""

    def __init__(self, folder: Path, url: str | None, revoked: Callable[[], Collection[str]] = tuple) -> None:
        """`revoked`: the screens that the authority has shut out by now."""
        self._revoked = revoked
        found = scan(folder)
        if found.village is None:
            raise FolderError("\n".join(str(problem) for problem in found.problems))
        self.village: Village = found.village
        self.zone: ZoneInfo = zone(found.village.timezone)
        self.records = Records(url or default_url(folder))
        self.records.require()
        self.roster, self.problems = read_roster(folder, found.village.places)

    def look(self) -> Sight:
        """The fleet now. Raises FolderError before the collector ever ran, RecordsError."""
        watch = self.records.watch(self.village.publisher)
        if watch is None:
            raise FolderError("采集程序还没有运行过；先运行 python -m content serve 内容文件夹，等屏幕报到")
        now = datetime.now(UTC)
        since = now - watch.at
        stale = since > timedelta(seconds=STALE_SECONDS)
        at = watch.at if stale else now
        listened = watch.listened_seconds + (since.total_seconds() if watch.connected and not stale else 0.0)
        screens = self.records.screens()
        rows = tuple(table(screens.values(), self.roster, self.village.places, at, listened, self._revoked()))
        return Sight(at, stale, watch.connected, rows, screens)

    def item(self, name: str) -> Item:
        """The newest item of that id: published now, or else withdrawn last. Raises FolderError."""
        known = self.records.items(self.village.publisher)
        fresh = items_of(self.village, datetime.now(UTC))
        digests = {(one.kind, one.digest) for one in known}
        known += [one for one in fresh if (one.kind, one.digest) not in digests]
        mine = [one for one in known if one.item == name]
        if not mine:
            near = difflib.get_close_matches(name, {one.item for one in known}, n=1)
            raise FolderError(f"没有编号为 {name!r} 的通知或警报" + (f"；是不是 {near[0]!r}？" if near else ""))
        current = [one for one in mine if one.withdrawn is None]
        return current[-1] if current else max(mine, key=lambda one: one.withdrawn or one.published)

    def coverage(self, item: Item, sight: Sight) -> Coverage:
        """Where it has got to."""
        held = self.records.held(item.publisher, item.kind, item.item)
        complete_to = self.records.complete_to()
        today = sight.at.astimezone(self.zone).date()
        return coverage(item, held, sight.rows, sight.screens, complete_to, self.village.places, today)

    def local(self, moment: datetime | None) -> datetime | None:
        """In the village's time."""
        return moment.astimezone(self.zone) if moment else None
