"""What notices, cards and settings name in media/: found, made ready, counted. For one scan of a folder.

How a file is made ready is content.media.shelf's; here its name becomes what travels, or a problem where it is named.
"""

from functools import partial
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from content.authored import MediaEntry
from content.document import Document, likely
from content.media.recipe import page_range
from content.media.shelf import NotReady, Ready, Shelf
from content.notice import MAX_MEDIA, Media

Where = tuple[str | int, ...]
LONGEST_NAME = 200


class Attachments:
    """The media of one folder, as far as they are named. `files`: sha256 → where the bytes are."""

    def __init__(self, folder: Path, shelf: Shelf) -> None:
        self._folder, self._shelf = folder / "media", shelf
        self.files: dict[str, Path] = {}
        self.preparing: set[str] = set()
        """Names of files that are being made ready."""

    def of_notice(self, document: Document[Any], entries: tuple[MediaEntry, ...]) -> tuple[Media, ...] | None:
        """The pictures of a notice, of a PDF each page; None while one of them is being made ready."""
        found: list[Media] = []
        waits = False
        for position, entry in enumerate(entries):
            where: Where = ("media", position)
            pages = document.check((*where, "pages"), partial(page_range, entry.pages)) if entry.pages else None
            if entry.pages and pages is None:
                continue
            ready = self._ready(document, entry.file, where, pages)
            waits = waits or ready is None
            made = ready.media if ready else ()
            if any(one.film for one in made) and any(one.film for one in found):
                document.report(where, "一条通知最多一段视频", "其余的另写一条通知")
            found += [replace(one, caption=entry.caption if one is made[0] else "") for one in made]
        if len(found) > MAX_MEDIA:
            document.report(
                ("media",), f"图片和页数共 {len(found)} 张，最多 {MAX_MEDIA} 张", "用 pages 选页，或分成两条"
            )
        return None if waits else tuple(found)

    def picture(self, document: Document[Any], name: str, where: Where, *, keep_alpha: bool = False) -> Media | None:
        """The one picture of a card or of settings; None where there is none, or while it is being made ready."""
        if not name:
            return None
        ready = self._ready(document, name, where, keep_alpha=keep_alpha)
        if ready is None or not ready.media:
            return None
        if ready.media[0].film:
            document.report(where, f"{name!r} 是视频", "这里要一张图片")
            return None
        return ready.media[0]

    def _ready(
        self,
        document: Document[Any],
        name: str,
        where: Where,
        pages: tuple[int, int] | None = None,
        *,
        keep_alpha: bool = False,
    ) -> Ready | None:
        """The file, ready; nothing in it where something is wrong; None while it is being made."""
        nothing = Ready((), {})
        if "/" in name or "\\" in name or name.startswith("."):
            document.report(where, f"图片名 {name!r} 不能带路径", "把图片放进 media/，这里只写文件名")
            return nothing
        path = self._folder / name
        if not name or len(name) > LONGEST_NAME or not path.is_file():
            there = [one.name for one in self._folder.glob("*")]
            document.report(where, f"media/ 里没有 {name!r}", likely(name, there) if there else "把它放进 media/")
            return nothing
        try:
            found: Ready | None = document.check(where, partial(self._shelf.get, path, pages, keep_alpha=keep_alpha))
        except NotReady:
            self.preparing.add(name)
            return None
        ready = found or nothing  # with the problem noted
        self.files |= ready.files
        return ready
