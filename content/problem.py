"""What is wrong, where, and what to write instead: values only, for the person who made the mistake.

An error is never published, and the last good version stands. A warning is published, and told.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from msgspec import Struct

Path = tuple[str | int, ...]
"""Where in a document a value stands: keys and list positions."""


class Severity(StrEnum):
    """What harms at the doorway is an error; what may be meant so is a warning."""

    ERROR = "error"
    WARNING = "warning"


class Gate(StrEnum):
    """What is looked at before publishing, in the word with which `accept:` lets a warning pass."""

    FORM = "写法"
    LATE = "过期"
    BARE = "缺牌"
    CARD = "公示牌"
    TERM = "期限"
    EXERCISE = "演练"
    LINK = "链接"
    PHONE = "电话"
    DATE = "日期"
    TITLE = "题目"
    TWICE = "重复"
    REACH = "地点"
    PICTURE = "图片"
    GLYPH = "字形"
    CODE = "二维码"
    LONG = "太长"
    ROUND = "轮播"
    AMOUNT = "数量"


@dataclass(frozen=True, order=True)
class Problem:
    """One mistake, for the person who made it: where, what is wrong, what to write instead."""

    file: str
    line: int
    what: str
    instead: str = ""
    severity: Severity = Severity.ERROR
    gate: Gate = Gate.FORM

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.what}" + (f"；{self.instead}" if self.instead else "")


class Finding(Struct, frozen=True):
    """One mistake in a file that is yet to be named: at the value `where`, `below` lines under its key."""

    gate: Gate
    where: Path
    what: str
    instead: str
    severity: Severity = Severity.WARNING
    below: int = 0


def errors(findings: Iterable[Finding]) -> list[Finding]:
    """Those that keep their file from being published."""
    return [one for one in findings if one.severity is Severity.ERROR]


def line_at(lines: Mapping[Path, int], path: Path) -> int:
    """The line of the value at `path`, or of the nearest thing around it."""
    while path and path not in lines:
        path = path[:-1]
    return lines.get(path, 1)


@dataclass
class Lines:
    """In which file, and on which line of it, each value of a folder stands."""

    files: dict[str, Mapping[Path, int]] = field(default_factory=dict)

    def file(self, section: str, name: str) -> str:
        """The file of the notice or alert `name`."""
        return next(
            (path for end in ("yaml", "yml") if (path := f"{section}/{name}.{end}") in self.files),
            f"{section}/{name}.yaml",
        )

    def problem(self, file: str, finding: Finding) -> Problem:
        """`finding` where it stands in `file`."""
        line = line_at(self.files.get(file, {}), finding.where) + finding.below
        return Problem(file, line, finding.what, finding.instead, finding.severity, finding.gate)
