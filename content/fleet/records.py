"""What screens have told, kept: the one door to the database (Django's ORM). Batches in, values out.

Writes are safe to repeat and to race: a receipt replaces another only if its sequence is
higher, decided by the database in the same statement. Everything of one batch is one transaction:
the receipts and `complete_to`, which says what need not be asked for again, are never apart.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
from django.db import Error as DatabaseTrouble
from django.db import InterfaceError, OperationalError, connections, transaction
from django.db.models import Count

from content.console.database import migrate, open_database, sqlite_path, sqlite_url
from content.console.upsert import upsert_newer
from content.decoding import decoded
from content.errors import FolderError, WindowError
from content.fleet.coverage import Held, Item
from content.fleet.inbound import newest_of
from content.fleet.intake import Batch
from content.fleet.table import Screen
from content.manifest import encode
from content.notice import Frozen
from content.reports import Receipt

STATE_FOLDER = ".publisher"
MOST_RECEIPTS, MOST_SERIES = 10_000, 10
"""Of one screen: five times what its own book holds; a new card begins a new series."""
RECEIPT_KEY = ("publisher", "kind", "item", "screen", "series", "digest")
RECEIPT_FIELDS = tuple(one.name for one in msgspec.structs.fields(Receipt))
SUPERSEDED = "改成了新的内容"
"""Why a wording is no more when another one took its place: nobody withdrew it."""
ITEM_FIELDS = tuple(one.name for one in msgspec.structs.fields(Item))


class RecordsError(WindowError):
    """The database cannot be used. `passing` where trying again may help: it is away, locked or full."""

    def __init__(self, why: str, *, passing: bool) -> None:
        super().__init__(why)
        self.passing = passing


class WatchState(Frozen, frozen=True):
    """The collector's own word: how long it has listened, and whether it does now."""

    publisher: str
    at: datetime
    listened_seconds: float
    connected: bool
    counts: dict[str, int] = {}


def default_url(folder: Path) -> str:
    """Where the records of a content folder lie unless told otherwise."""
    return sqlite_url(folder / STATE_FOLDER / "records.sqlite3")


class Records:
    """A database. Usable from any thread: each gets a connection of its own and leaves it by `close_thread`."""

    def __init__(self, url: str) -> None:
        self._alias = open_database(url)
        self._path = sqlite_path(url)
        from content.console import models  # Django must be ready before they are made

        self.models = models

    def prepare(self) -> None:
        """Make the tables, or bring them up to date. Raises RecordsError."""
        with self.errors():
            if self._path is not None:
                self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            migrate(self._alias)

    def require(self) -> None:
        """Raise FolderError where nothing was ever recorded."""
        if self._path is not None and not self._path.is_file():
            raise FolderError(
                f"还没有屏幕的记录（{self._path}）；先运行 python -m content serve 内容文件夹，等屏幕报到"
            )

    @contextmanager
    def errors(self) -> Iterator[None]:
        """The database's errors become ours. A connection that broke is left: the next use makes a new one."""
        try:
            yield
        except (DatabaseTrouble, OSError) as error:  # OSError: no folder for the file
            self.close_thread()
            why = (str(error).strip() or type(error).__name__).splitlines()[0]
            passing = isinstance(error, OperationalError | InterfaceError | OSError)
            raise RecordsError(f"记录数据库用不了：{why}；请看 --database 地址、磁盘和权限", passing=passing) from error

    @contextmanager
    def whole(self) -> Iterator[None]:
        """What is written within is written all or not at all."""
        with self.errors(), transaction.atomic(using=self._alias):
            yield

    def close_thread(self) -> None:
        """Close this thread's connection."""
        connections[self._alias].close()

    def rows(self, model: Any) -> Any:
        """The rows of one of `models`."""
        return model.objects.using(self._alias)

    def save(self, row: Any) -> None:
        """Write one row."""
        row.save(using=self._alias)

    def store(self, batch: Batch, now: datetime) -> None:
        """Write a batch whole. Raises RecordsError; then nothing of it was written."""
        models = self.models
        receipts = [
            {"screen": screen, "series": series, "stored": now} | {name: getattr(one, name) for name in RECEIPT_FIELDS}
            for screen, series, one in newest_of(batch.receipts)
        ]
        complete = [
            {"screen": screen, "series": series, "complete_to": to}
            for (screen, series), to in sorted(batch.complete_to.items())
        ]
        with self.whole():
            self._store_screens(batch)
            upsert_newer(self._alias, models.Receipt, receipts, RECEIPT_KEY, "sequence")
            upsert_newer(self._alias, models.Series, complete, ("screen", "series"), "complete_to")

    def _store_screens(self, batch: Batch) -> None:
        models = self.models
        rows = [
            models.Screen(screen=name, place=one.place, online=one.online, heard=one.heard, state=encode(one).decode())
            for name, one in sorted(batch.screens.items())
        ]
        if rows:
            changed = ["place", "online", "heard", "state"]
            self.rows(models.Screen).bulk_create(
                rows, update_conflicts=True, update_fields=changed, unique_fields=["screen"]
            )
        for name in sorted(batch.fresh):
            self.rows(models.Retired).filter(screen=name, at__lt=batch.screens[name].heard).delete()

    def screens(self, *, retired: bool = False) -> dict[str, Screen]:
        """Every screen that was heard; with `retired`, also those that were taken down."""
        with self.errors():
            rows = self.rows(self.models.Screen)
            rows = rows if retired else rows.exclude(screen__in=self.rows(self.models.Retired).values("screen"))
            states = list(rows.values_list("state", flat=True))
        screens = {}
        for state in states:
            with suppress(msgspec.MsgspecError):  # of an older version: its next status replaces it
                one = decoded(state, Screen)
                screens[one.screen] = one
        return screens

    def retire(self, screen: str, now: datetime) -> None:
        """No longer count a screen that was taken down, until it speaks after `now`.

        Also where nothing of it is written yet: the collector may hold its last words in a batch.
        """
        with self.errors():
            self.rows(self.models.Retired).update_or_create(screen=screen, defaults={"at": now})

    def complete_to(self) -> dict[tuple[str, str], int]:
        """(screen, series) → the sequence up to which no receipt is missing."""
        with self.errors():
            rows = list(self.rows(self.models.Series).values_list("screen", "series", "complete_to"))
        return {(screen, series): to for screen, series, to in rows}

    def held(self, publisher: str, kind: str, item: str) -> list[Held]:
        """All receipts for an item, in every wording."""
        with self.errors():
            rows = self.rows(self.models.Receipt).filter(publisher=publisher, kind=kind, item=item)
            found = list(rows.values("screen", "series", *RECEIPT_FIELDS))
        return [Held(screen=one.pop("screen"), series=one.pop("series"), receipt=Receipt(**one)) for one in found]

    def forget(self, before: datetime) -> None:
        """Drop what was over long ago: items withdrawn before then, with their receipts, and closed incidents.

        Of a screen with more receipts or series than any honest one has, the oldest go, too.
        """
        models = self.models
        with self.whole():
            old = self.rows(models.Item).filter(withdrawn__lt=before)
            for publisher, kind, item, digest in list(old.values_list("publisher", "kind", "item", "digest")):
                rows = self.rows(models.Receipt).filter(publisher=publisher, kind=kind, item=item, digest=digest)
                rows.filter(present=False).delete()
            old.delete()
            self.rows(models.Receipt).filter(present=False, stored__lt=before).delete()
            self.rows(models.Incident).filter(ended__lt=before).delete()
            self.rows(models.Letter).filter(made__lt=before).delete()
            self.rows(models.Upload).filter(expires__lt=before).delete()
            self._crop(models.Receipt, MOST_RECEIPTS, "-stored")
            self._crop(models.Series, MOST_SERIES, "-id")

    def _crop(self, model: Any, most: int, newest_first: str) -> None:
        """Leave every screen its newest rows only."""
        rows = self.rows(model)
        counted = rows.values("screen").annotate(rows=Count("id")).filter(rows__gt=most)
        for screen in list(counted.values_list("screen", flat=True)):
            newest = rows.filter(screen=screen).order_by(newest_first, "-id").values("id")[:most]
            rows.filter(screen=screen).exclude(id__in=newest).delete()

    def receipt_count(self) -> int:
        with self.errors():
            return int(self.rows(self.models.Receipt).count())

    def items(self, publisher: str) -> list[Item]:
        """All that was ever published from the folder, each wording, the newest last."""
        with self.errors():
            rows = list(self.rows(self.models.Item).filter(publisher=publisher).order_by("published", "id"))
        return [item_of(row) for row in rows]

    def note_published(self, publisher: str, current: Iterable[Item], kinds: tuple[str, ...], now: datetime) -> None:
        """Note what of these `kinds` is published now, and that the rest is not any more.

        What is known keeps its first moment.
        """
        wanted = {(one.kind, one.item, one.digest): one for one in current if one.kind in kinds}
        ids = {key[:2] for key in wanted}
        with self.whole():
            rows = self.rows(self.models.Item)
            listed = rows.filter(publisher=publisher, kind__in=kinds)
            known = {(row.kind, row.item, row.digest): row for row in listed}
            for key, row in known.items():
                if key in wanted:
                    self._note_again(row, wanted[key], now)
                elif row.withdrawn is None:
                    row.withdrawn, row.why = now, SUPERSEDED if key[:2] in ids else row.why
                    self.save(row)
            fresh = [self._item_row(one) for key, one in wanted.items() if key not in known]
            rows.bulk_create(fresh, ignore_conflicts=True)

    def _note_again(self, row: Any, item: Item, now: datetime) -> None:
        """An item that was noted before is published (still, or again)."""
        to = msgspec.json.encode(item.to).decode()
        if row.withdrawn is None and (row.title, row.to) == (item.title, to):
            return
        if row.withdrawn is not None:
            if now <= row.withdrawn:
                return  # seen in the folder before somebody withdrew it
            row.published, row.withdrawn, row.recalled_by, row.why = now, None, "", ""
            row.reminded, row.reminded_at = 0, None
        row.title, row.to = item.title, to
        self.save(row)

    def note_recall(self, item: Item) -> None:
        """Note who withdrew an item and why, in all its wordings; one never noted is noted now."""
        with self.whole():
            rows = self.rows(self.models.Item).filter(publisher=item.publisher, kind=item.kind, item=item.item)
            if not rows.filter(digest=item.digest).exists():
                self.save(self._item_row(item))
            rows.filter(withdrawn__isnull=True).update(withdrawn=item.withdrawn)
            rows.update(recalled_by=item.recalled_by, why=item.why)

    def note_reminded(self, item: Item, now: datetime) -> None:
        """Count one more reminder."""
        with self.whole():
            rows = self.rows(self.models.Item).filter(
                publisher=item.publisher, kind=item.kind, item=item.item, digest=item.digest
            )
            rows.update(reminded=item.reminded + 1, reminded_at=now)

    def _item_row(self, item: Item) -> Any:
        values = {name: getattr(item, name) for name in ITEM_FIELDS}
        return self.models.Item(**values | {"to": msgspec.json.encode(item.to).decode()})

    def note_watch(self, state: WatchState) -> None:
        """Keep the collector's word."""
        values = {name: getattr(state, name) for name in ("at", "listened_seconds", "connected")}
        counts = msgspec.json.encode(state.counts).decode()
        with self.whole():
            self.rows(self.models.Watch).update_or_create(
                publisher=state.publisher, defaults={**values, "counts": counts}
            )

    def watch(self, publisher: str) -> WatchState | None:
        """The collector's last word."""
        with self.errors():
            row = self.rows(self.models.Watch).filter(publisher=publisher).first()
        if row is None:
            return None
        counts = decoded(row.counts, dict[str, int])
        return WatchState(
            publisher=publisher,
            at=row.at,
            listened_seconds=row.listened_seconds,
            connected=row.connected,
            counts=counts,
        )


def item_of(row: Any) -> Item:
    """The value of a row."""
    values = {name: getattr(row, name) for name in ITEM_FIELDS}
    return Item(**values | {"to": decoded(row.to, tuple[str, ...])})
