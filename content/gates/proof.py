"""Gates that need the picture itself: glyphs, service codes that a phone can read, pages and their time.

The one door of `content` to `kiosk`, and only to kiosk.render, imported when it is asked for: the central side runs
without pygame, too, and then says that it has not looked. Each distinct picture is drawn once: a notice is laid out for
each display and not for each of 700 doorways, and a code is drawn with its longest address.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from importlib.util import find_spec
from math import hypot
from pathlib import Path
from typing import TYPE_CHECKING

from content.check import DOORWAY_DEPTH, written_at
from content.errors import WindowError
from content.gates.barcode import can_read, read_codes
from content.gates.proofread import on_line, texts_of
from content.gates.readable import MOST_ROUND_SECONDS, Round, long_notice, long_round, small_code, unknown_glyph
from content.manifest import Content, zone
from content.notice import Notice
from content.onair import on_air
from content.place import ancestry, depth
from content.problem import Finding, Gate, Lines, Problem, Severity
from content.problem import Path as Where
from content.village import Place, Village

if TYPE_CHECKING:
    from kiosk.render import Display, View

DISPLAYS = ("1920x1080", "1080x1920", "1280x720")
"""What is proved where village.yaml names no `displays`."""
DISPLAY = re.compile(r"(?P<led>led )?(?P<width>\d+)x(?P<height>\d+)(?:@(?P<inch>[\d.]+))?")
USUAL_INCH = 32.0
QUIET_MODULES = 4
"""White around a symbol, ISO/IEC 18004."""
DAYS_AHEAD = 7

Progress = Callable[[str, int, int], None]
"""What is being done, how far it is, and of how much."""
ReadBlob = Callable[[str], bytes | None]


class NotProved(WindowError):
    """The pictures cannot be drawn on this machine. Says why, and what to install."""


def proved(
    village: Village, lines: Lines, media: dict[str, Path], now: datetime, displays: tuple[str, ...], progress: Progress
) -> list[Problem]:
    """What is wrong with the pictures of `village`, without what the author lets pass. Raises NotProved."""
    if find_spec("pygame") is None or find_spec("segno") is None:
        raise NotProved("没有安装 pygame 和 segno，没有检查画面；请安装：pip install 'convenience-windows[device]'")
    names = displays or village.displays or DISPLAYS
    try:
        proof = Proof(village, lines, media, now, {name: display_of(name) for name in names}, progress)
        return sorted({*proof.glyphs(), *proof.codes(), *proof.turns()})
    except WindowError as error:  # a font is missing
        raise NotProved(f"没有检查画面：{error}") from error


def display_of(name: str) -> "Display":
    """`1920x1080`, `1280x720@15.6` (inches), `led 128x32`. Raises NotProved."""
    from kiosk.render import Dots, Geometry

    match = DISPLAY.fullmatch(name)
    if not match:
        raise NotProved(f"屏幕 {name!r} 应写成 1920x1080、1280x720@15.6（英寸）或 led 128x32")
    width, height = int(match["width"]), int(match["height"])
    if match["led"]:
        return Dots(width, height)
    return Geometry(width, height, diagonal_inch=float(match["inch"] or USUAL_INCH))


class Proof:
    """One look at a village. Holds what is drawn for, while it lasts."""

    def __init__(
        self,
        village: Village,
        lines: Lines,
        media: dict[str, Path],
        now: datetime,
        displays: "dict[str, Display]",
        progress: Progress,
    ) -> None:
        self._village, self._lines, self._media, self._now = village, lines, media, now
        self._displays, self._progress = displays, progress

    # Glyphs

    def glyphs(self) -> Iterator[Problem]:
        """Characters that are drawn as something else."""
        from kiosk.render import unprintable

        kinds = {"LED 屏" if name.startswith("led") else "屏幕": one for name, one in self._displays.items()}
        texts = list(self._texts())
        for kind, display in kinds.items():
            known: dict[str, dict[str, str]] = {}
            for number, (file, accept, where, text) in enumerate(texts):
                self._progress(f"{kind}字形", number, len(texts))
                if text not in known:
                    known[text] = unprintable(text, display)
                for written, drawn in known[text].items():
                    below = on_line(text, text.index(written)) if where == ("body",) else 0
                    finding = unknown_glyph(kind, written, drawn, where, below)
                    if finding.gate not in accept or finding.severity is Severity.ERROR:
                        yield self._lines.problem(file, finding)

    def _texts(self) -> Iterator[tuple[str, tuple[str, ...], Where, str]]:
        """(file, what its author lets pass, where, text) of everything that is drawn."""
        for one in self._village.notices:
            file = self._lines.file("notices", one.notice.id)
            yield from ((file, one.accept, where, text) for where, text in texts_of(one.notice).items())
        for warned in self._village.alerts:
            file = self._lines.file("alerts", warned.alert.id)
            yield from ((file, warned.accept, where, text) for where, text in texts_of(warned.alert).items())
        for place in self._village.places.values():
            accept = (*self._village.accept, *place.accept)
            for where, text in place_texts(place):
                yield "village.yaml", accept, (*written_at(place.path), *where), text

    # Service codes

    def codes(self) -> Iterator[Problem]:
        """Codes that a phone does not read, or reads as something else, or from too near."""
        places = self.coded()
        for number, (place, doorway) in enumerate(places.items()):
            for count, (name, display) in enumerate(self._displays.items()):
                self._progress("二维码", number * len(self._displays) + count, len(places) * len(self._displays))
                for finding in self._code_findings(name, display, place, doorway):
                    accept = (*self._village.accept, *self._village.places[place].accept)
                    if finding.gate not in accept or finding.severity is Severity.ERROR:
                        yield self._lines.problem("village.yaml", finding)

    def coded(self) -> dict[str, str]:
        """The places that have a code of their own, each with the doorway of its longest address."""
        longest: dict[str, str] = {}
        for path in self._village.places:
            if depth(path) != DOORWAY_DEPTH:
                continue
            owner = next((one for one in reversed(ancestry(path)) if self._place(one).service_code), None)
            if owner is None:
                continue
            code = self._place(owner).service_code
            if code and (owner not in longest or len(code.at(path)) > len(code.at(longest[owner]))):
                longest[owner] = path
        return longest

    def _code_findings(self, name: str, display: "Display", place: str, doorway: str) -> Iterator[Finding]:
        from kiosk import render

        view = self._view(doorway, ())
        drawn = render.codes(view, self._now, display)
        code = self._place(place).service_code
        if not drawn or code is None:
            return  # an LED panel may be too small for one; it shows the telephone instead
        where = written_at(place, "service_code")
        if can_read():
            found = read_codes(render.render(view, self._now, display, self._read, dots=4 if name[:3] == "led" else 1))
            if code.at(doorway) not in found:
                what = f"{name} 上的二维码扫不出来" if not found else f"{name} 上的二维码扫出来是 {found[0]}"
                instead = "缩短网址（例如去掉多余的参数）"
                yield Finding(Gate.CODE, (*where, "url"), what, instead, Severity.ERROR)
        if isinstance(display, render.Geometry):
            pixel = 25.4 * display.diagonal_inch / hypot(display.width, display.height)
            modules = drawn[0].box.width // drawn[0].module - 2 * QUIET_MODULES
            yield from small_code(name, modules, drawn[0].module * pixel, (*where, "url"))

    # Pages and their time

    def turns(self) -> Iterator[Problem]:
        """Notices that stay too long, or not long enough to be read; rounds that nobody waits for."""
        from kiosk import render

        seconds: dict[tuple[str, str], float] = {}
        notices, first = self._village.notices, self._first_doorways()
        for number, one in enumerate(notices):
            found: list[Finding] = []
            for name, display in self._displays.items():
                self._progress("排版", number, len(notices))
                view = self._view(first.get(one.notice.id, one.to[0]), ())
                made = render.turns(one.notice, view, display)
                seconds[one.notice.id, name] = sum(turn.seconds for turn in made)
                if not found and not isinstance(display, render.Dots):
                    most = view.pace.most_seconds
                    found = list(long_notice(one.notice, name, [(turn.seconds, turn.needed) for turn in made], most))
            file = self._lines.file("notices", one.notice.id)
            yield from (self._lines.problem(file, finding) for finding in found if finding.gate not in one.accept)
        yield from self._rounds(seconds)

    def _first_doorways(self) -> dict[str, str]:
        """For each notice a doorway at which it is shown."""
        found: dict[str, str] = {}
        for doorway, ids in self._shown_at().items():
            for name in ids:
                found.setdefault(name, doorway)
        return found

    def _shown_at(self) -> dict[str, tuple[str, ...]]:
        """Doorways with the ids of what is addressed to them, in the order of the files."""
        at: dict[str, list[str]] = defaultdict(list)
        for one in self._village.notices:
            for target in one.to:
                at[target].append(one.notice.id)
        doorways = [path for path in self._village.places if depth(path) == DOORWAY_DEPTH]
        return {path: tuple(name for above in ancestry(path) for name in at[above]) for path in doorways}

    def _rounds(self, seconds: dict[tuple[str, str], float]) -> Iterator[Problem]:
        """The longest round of the days ahead, where it is too long: told once.

        A notice whose author accepts that (the full text of the village's rules) is not counted; the others are.
        """
        by_id = {one.notice.id: one.notice for one in self._village.notices if Gate.ROUND not in one.accept}
        doorways: dict[tuple[str, ...], list[str]] = defaultdict(list)
        for path, ids in self._shown_at().items():
            doorways[ids].append(path)
        if Gate.ROUND in self._village.accept:
            return
        long: list[Round] = []
        for ids, paths in doorways.items():
            rounds = [
                Round({one.id: seconds[one.id, name] for one in due}, at, paths[0], name, len(paths))
                for at, due in self._days([by_id[one] for one in ids if one in by_id])
                for name in self._displays
            ]
            longest = max(rounds, key=lambda one: one.seconds, default=None)
            if longest and longest.seconds > MOST_ROUND_SECONDS:
                long.append(longest)
        if long:
            worst = max(long, key=lambda one: one.seconds)
            finding = long_round(worst, sum(one.doorways for one in long), written_at(worst.doorway))
            yield self._lines.problem("village.yaml", finding)

    def _days(self, notices: list[Notice]) -> Iterator[tuple[datetime, list[Notice]]]:
        """(from when, what is on air) in the days ahead."""
        moment, end = self._now, self._now + timedelta(days=DAYS_AHEAD)
        while moment < end:
            found = on_air(notices, moment, zone(self._village.timezone))
            yield moment.astimezone(zone(self._village.timezone)), list(found.due)
            moment = found.until

    # What all of them need

    def _place(self, path: str) -> Place:
        return self._village.places.get(path) or Place(path=path, name="")

    def _view(self, doorway: str, notices: tuple[Notice, ...]) -> "View":
        """What this village alone shows at `doorway`."""
        from kiosk.render import view_at

        contents = []
        for path in ancestry(doorway):
            place = self._place(path)
            content = Content(
                place_name=place.name,
                timezone=self._village.timezone,
                notices=notices if path == doorway else (),
                card=place.card,
                service_code=place.service_code,
                settings=place.settings,
            )
            contents.append((path, self._village.publisher, content))
        return view_at(doorway, contents)

    def _read(self, digest: str) -> bytes | None:
        path = self._media.get(digest)
        return path.read_bytes() if path and path.is_file() else None


def place_texts(place: Place) -> Iterator[tuple[Where, str]]:
    """What residents read of a place."""
    yield ("name",), place.name
    if place.card:
        yield ("card", "name"), place.card.name
        yield ("card", "duty"), place.card.duty
        yield ("card", "motto"), place.card.motto
    if place.service_code:
        yield ("service_code", "title"), place.service_code.title
        yield ("service_code", "hint"), place.service_code.hint
