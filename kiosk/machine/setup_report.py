"""What the reading of the card came to: told by `kiosk setup`, shown by the player, printed by the doctor. Values.

The file lies on tmpfs, and says nothing secret.
"""

from pathlib import Path
from typing import Literal

from content.display import DisplayConfig
from content.notice import Frozen
from kiosk.between import take

SETUP = "setup.json"
STORAGE = "storage.json"
MOST_PROBLEMS = 20
Source = Literal["card", "last", "none"]


class Mistake(Frozen, frozen=True):
    """One mistake on the card: file and line, what is wrong, what to do. Line 0: the file as a whole."""

    file: str
    what: str
    instead: str = ""
    line: int = 0

    @property
    def where(self) -> str:
        return f"{self.file} 第 {self.line} 行" if self.line else self.file


class SetupReport(Frozen, frozen=True):
    """`source`: which settings hold: the card's, the last good ones, or none at all."""

    source: Source
    mistakes: tuple[Mistake, ...] = ()
    screen: str = ""
    place: str = ""
    display: DisplayConfig = DisplayConfig()
    """Where there are no good settings: what of the display could be read, so that the words stand upright."""


class StorageReport(Frozen, frozen=True):
    """kiosk.machine.storage's word: `memory` where the card cannot be written."""

    where: str = "card"
    why: str = ""
    done: tuple[str, ...] = ()


def read_report(run_folder: Path) -> SetupReport | None:
    """None where nothing has read a card: on a PC."""
    return take(run_folder, SETUP, SetupReport)


def read_storage(run_folder: Path) -> StorageReport | None:
    return take(run_folder, STORAGE, StorageReport)


def headline(report: SetupReport) -> str:
    """The matter in a line."""
    if report.source == "none":
        return "存储卡上的设置不能用，本屏还不能工作"
    if report.mistakes:
        return "存储卡上的设置有误，正用上一次的设置" if report.source == "last" else "存储卡上的设置请看一下"
    return ""


def short(report: SetupReport) -> str:
    """The first mistake, in a line at the foot of the picture."""
    if not report.mistakes:
        return ""
    return f"设置有误：{report.mistakes[0].where}"
