"""screens.yaml: which screens there are, and where each hangs. The truth: a line changed there moves a screen.

Not needed where every card was given its place at flashing: a screen makes itself known. With the list, a screen that
never reported is missed, one that is not in it counts for nothing, and the publisher tells every listed screen where
it hangs (content.admission.assigning). Written by people, and by `content assign` line by line: their comments stay.
"""

import re
from dataclasses import dataclass, field
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from content.display import DisplayConfig
from content.document import MAX_TEXT, likely, read
from content.errors import BadName, FolderError
from content.files import write_atomic
from content.place import check_level
from content.problem import Problem
from content.village import Place

FILE = "screens.yaml"
FIRST_LINES = "# 屏的编号: 它挂在哪里。改一行、存盘，屏就换地方；见 content/README.md\nscreens:\n"
SECTION = re.compile(r"screens\s*:\s*(\{\s*\})?\s*(#.*)?")


class RosterEntry(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One screen: `编号: 地点`, or with a display that overrides its kiosk.yaml's."""

    place: str
    display: DisplayConfig | None = None


class ScreensFile(Struct, frozen=True, kw_only=True):
    """screens.yaml"""

    screens: dict[str, str | RosterEntry]


@dataclass(frozen=True)
class Roster:
    """The good lines of screens.yaml, and every problem."""

    entries: dict[str, RosterEntry] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    @property
    def places(self) -> dict[str, str]:
        """Screen → place."""
        return {screen: entry.place for screen, entry in self.entries.items()}


def read_screens(folder: Path, places: dict[str, Place]) -> Roster:
    """What screens.yaml says. Empty where there is no such file."""
    path = folder / FILE
    try:
        with path.open("rb") as file:
            document = read(FILE, file.read(MAX_TEXT + 1), ScreensFile)
    except FileNotFoundError:
        return Roster()
    except OSError as error:
        return Roster({}, [Problem(FILE, 1, f"读不了：{error.strerror}", "检查文件权限")])
    entries = {}
    for screen, written in (document.value.screens if document.value else {}).items():
        entry = RosterEntry(place=written) if isinstance(written, str) else written
        try:
            check_level(screen)
        except BadName as error:
            document.report(("screens", screen), str(error))
            continue
        if entry.place not in places:
            document.report(("screens", screen), f"没有地点 {entry.place!r}", likely(entry.place, places))
            continue
        entries[screen] = entry
    return Roster(entries, document.problems)


def read_roster(folder: Path, places: dict[str, Place]) -> tuple[dict[str, str], list[Problem]]:
    """Screen → place, and every problem."""
    roster = read_screens(folder, places)
    return roster.places, roster.problems


def with_screen(text: str, screen: str, place: str, replaces: str = "") -> str:
    """The file's `text` with `screen` at `place`, in the line of `replaces` if that is given. Pure.

    Every other line stays as it is. What comes out is read back: raises FolderError where it does not say what it
    should, because the file is not written line by line as people write it.
    """
    before = listed(text)
    if replaces and screen in before:
        text = without_line(text, screen)
    lines = (text or FIRST_LINES).splitlines(keepends=True)
    if lines[-1][-1:] != "\n":
        lines[-1] += "\n"
    number = line_of(lines, replaces or screen)
    if number is not None:
        known = before[replaces or screen]
        was = known if isinstance(known, str) else known.place
        lines[number] = re.sub(r"^(\s*)[^\s:]+(\s*:)", lambda m: f"{m[1]}{screen}{m[2]}", lines[number])
        for at in range(number, len(lines)):  # on the line itself, or below where the entry has lines of its own
            changed = re.sub(rf"(?<![\w/-]){re.escape(was)}(?![\w/-])(?!\s*:)", place, lines[at], count=1)
            if changed != lines[at] or was == place:
                lines[at] = changed
                break
    else:
        number = next((n for n, line in enumerate(lines) if SECTION.fullmatch(line.strip())), len(lines))
        lines[number:number] = ["screens:\n"] if number == len(lines) else []
        lines[number] = re.sub(r"\{\s*\}", "", lines[number])
        lines.insert(last_line(lines, number) + 1, f"{indent_of(lines, number)}{screen}: {place}\n")
    made = "".join(lines)
    wanted = {name: at for name, at in before.items() if name not in (screen, replaces)}
    known = before.get(replaces or screen, place)
    wanted[screen] = place if isinstance(known, str) else replace(known, place=place)
    if listed(made) != wanted:
        raise FolderError(f"{FILE}: 写法特别，不敢自动改；请手工把 {replaces or screen} 那一行改成 {screen}: {place}")
    return made


def listed(text: str) -> dict[str, str | RosterEntry]:
    """The entries of a file as written; raises FolderError for one with mistakes."""
    if not text.strip() or all(not line.strip() or line.lstrip().startswith("#") for line in text.splitlines()):
        return {}
    if re.fullmatch(r"(\s*(#.*)?\n)*screens\s*:\s*(\{\s*\})?\s*(#.*)?(\n\s*(#.*)?)*", text):
        return {}
    document = read(FILE, text.encode(), ScreensFile)
    if document.value is None or document.problems:
        raise FolderError("\n".join(str(problem) for problem in document.problems))
    return document.value.screens


def line_of(lines: list[str], screen: str) -> int | None:
    """The number of the line on which that screen's entry begins."""
    return next((n for n, line in enumerate(lines) if re.match(rf"\s+{re.escape(screen)}\s*:", line)), None)


def without_line(text: str, screen: str) -> str:
    """`text` without the entry of a screen, which stands on one line."""
    lines = text.splitlines(keepends=True)
    number = line_of(lines, screen)
    return "".join(lines[:number] + lines[number + 1 :]) if number is not None else text


def last_line(lines: list[str], head: int) -> int:
    """The last line of what stands under line `head`; blank lines and comments after it do not count."""
    last = head
    for number in range(head + 1, len(lines)):
        if lines[number].strip() and not lines[number].lstrip().startswith("#"):
            if not lines[number][0].isspace():
                break
            last = number
    return last


def indent_of(lines: list[str], head: int) -> str:
    """How the entries under line `head` are indented."""
    below = (re.match(r"(\s+)[^\s#]", line) for line in lines[head + 1 :])
    return next((found[1] for found in below if found), "  ")


def write_screen(folder: Path, screen: str, place: str, replaces: str = "") -> None:
    """Change screens.yaml so. Raises FolderError, OSError."""
    path = folder / FILE
    text = path.read_bytes().decode("utf-8-sig") if path.exists() else ""
    write_atomic(path, with_screen(text, screen, place, replaces).encode())
