"""What can be read at the doorway, from where people stand and while they stand there. Pure: numbers in, findings out.

content.gates.proof draws and measures; here is what the measurements mean.
"""

from datetime import datetime

from msgspec import Struct

from content.notice import Notice
from content.problem import Finding, Gate, Path, Severity

SCAN_M = 0.6
"""How far from the panel a phone is held: people step up to it and stretch out an arm (between 0.3 and 1 m)."""
SCAN_RATIO, SCAN_MODULES = 10, 25
"""A symbol of 25 modules is read from ten times its width; a denser one must be wider in proportion."""
UNKNOWN = "〓"
"""What the display draws for a letter that its fonts do not have; for a sign, a quiet dot or what says the same."""
RARE_IDEOGRAPHS, PRIVATE = range(0x20000, 0x40000), range(0xE000, 0xF900)
"""Planes 2 and 3 hold the rare characters of names, some newer than this Python's tables; before they were encoded,
police and banks used the private area for them."""
MOST_PAGES = 4
HURRIED = 1.25
"""By how much the time to read a page may be longer than it stays: the reading speed is an estimate, and tables are
looked up, not read."""
MOST_ROUND_SECONDS = 480.0
"""A judgement: fifteen usual notices take six to seven minutes (the sample village); in a longer round, who passes for
ten seconds sees the one that matters by chance only."""


class Round(Struct, frozen=True):
    """All that is on air at one doorway at one moment, on one display."""

    notices: dict[str, float]
    """Seconds, by id."""
    at: datetime
    doorway: str
    display: str
    doorways: int
    """How many show the same."""

    @property
    def seconds(self) -> float:
        return sum(self.notices.values())


def unknown_glyph(kind: str, written: str, drawn: str, where: Path, below: int) -> Finding:
    """A letter that is lost, perhaps of a name, is an error; a picture sign that becomes a dot, a warning."""
    if drawn == UNKNOWN or ord(written[0]) in RARE_IDEOGRAPHS or ord(written[0]) in PRIVATE:
        what = f"{kind}的字体里没有“{written}”（U+{ord(written[0]):04X}），会画成“{drawn}”"
        return Finding(Gate.GLYPH, where, what, "换一个写法，例如同音常用字加说明", Severity.ERROR, below)
    instead = f"会画成“{drawn}”" if drawn else "不会画出来"
    return Finding(Gate.GLYPH, where, f"{kind}的字体里没有“{written}”，{instead}", "删掉，或用文字写出来", below=below)


def small_code(name: str, modules: int, module_mm: float, where: Path) -> list[Finding]:
    """A symbol of so many modules, each so wide, that is read only from nearer than people hold their phones."""
    reach = module_mm * SCAN_RATIO * SCAN_MODULES / 1000
    if reach >= SCAN_M:
        return []
    what = (
        f"{name} 上的二维码宽 {modules * module_mm:.0f} 毫米、{modules} 格，最远 {reach:.2f} 米能扫（应到 {SCAN_M} 米）"
    )
    return [Finding(Gate.CODE, where, what, "缩短网址，码就稀了；或换大一点的屏")]


def long_notice(notice: Notice, name: str, turns: list[tuple[float, float]], most: float) -> list[Finding]:
    """More pages than anybody waits for, or a page that goes before it has been read. Turns are (shown, needed)."""
    if len(turns) > MOST_PAGES:
        total = sum(seconds for seconds, _ in turns)
        what = f"在 {name} 上要 {len(turns)} 页、{total:.0f} 秒，没有人会站着看完"
        where: Path = ("body",) if notice.body else ("media",)
        return [Finding(Gate.LONG, where, what, f"缩短到 {MOST_PAGES} 页以内，全文放到优居码的网页里")]
    hurried = max((needed for seconds, needed in turns if needed > HURRIED * seconds), default=0.0)
    if hurried:
        what = f"在 {name} 上有一页要读 {hurried:.0f} 秒，只停 {most:.0f} 秒"
        return [Finding(Gate.LONG, ("body",), what, "缩短正文，或把 pace 的 most_seconds 调大")]
    return []


def long_round(worst: Round, doorways: int, where: Path) -> Finding:
    """The longest round, and what makes it so."""
    longest = max(worst.notices, key=lambda name: worst.notices[name])
    when = f"{worst.at.month}月{worst.at.day}日 {worst.at.hour}:{worst.at.minute:02}"
    what = (
        f"{worst.doorway} {when} 一轮 {len(worst.notices)} 条要 {worst.seconds / 60:.1f} 分钟（{worst.display}；"
        f"{doorways} 个门口超过 {MOST_ROUND_SECONDS / 60:.0f} 分钟）；"
        f"最长的是 {longest}，{worst.notices[longest]:.0f} 秒"
    )
    return Finding(Gate.ROUND, where, what, "撤回过时的，缩短最长的，或用 weekdays 错开")
