"""The list of cards to make, as people write it in a spreadsheet: bytes in, rows or every mistake at once out. Rules.

UTF-8 with or without a mark, UTF-16 and GBK as Excel saves them; commas, tabs or semicolons; Chinese or English heads.
"""

import csv
import difflib
import re
from collections.abc import Callable
from dataclasses import dataclass, field

from content.errors import BadName, WindowError
from content.place import check_level, check_path

HEADS = {
    "screen": "screen 屏 屏编号 屏号 编号 屏幕 屏幕编号",
    "place": "place 地点 地点路径 路径",
    "spot": "spot 位置 地点名称 安装位置 名称",
    "wifi_name": "wifi_name wifi wifi名称 wifi名 无线名称 无线网络 无线名",
    "wifi_password": "wifi_password wifi密码 无线密码 密码",
    "note": "note 备注 说明",
}
"""Column → the heads by which it may go, without spaces, hyphens and capitals."""
NEEDED = ("screen", "place")
NAMES = {head.replace("_", ""): column for column, heads in HEADS.items() for head in heads.split()}
MOST_BYTES, MOST_ROWS = 4 * 2**20, 10_000
EXPONENT = re.compile(r"\d(\.\d+)?[eE]\+\d+")
WIFI_NAME_BYTES, PASSPHRASE = 32, range(8, 64)
"""IEEE 802.11: a name has up to 32 bytes, a WPA passphrase 8 to 63 characters."""


class CardsError(WindowError):
    """A list of cards that cannot be used. `problems` has one line for each mistake."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


@dataclass(frozen=True)
class Row:
    """One card to make. `spot` is the place in words, for the label; `line` is the row's in the file."""

    screen: str
    place: str
    spot: str = ""
    wifi_name: str = ""
    wifi_password: str = field(default="", repr=False)
    note: str = ""
    line: int = 0


def parse(content: bytes, what: str, speaks_against: Callable[[Row], str] = lambda _: "") -> list[Row]:
    """The rows of the file called `what`, in its order. Raises CardsError with everything that is wrong.

    `speaks_against` says what only the caller can know to be wrong with a row that is written as it should be, or "".
    """
    if len(content) > MOST_BYTES:
        raise CardsError([f"{what}：太大，不是卡的清单"])
    lines = decoded(content, what).splitlines()
    reader = csv.reader(lines, delimiter=separator(lines[0] if lines else ""))
    columns = columns_of(next(reader, []), what)
    problems: list[str] = []
    rows: list[Row] = []
    for cells in reader:
        if any(cell.strip() for cell in cells):
            row = row_of(columns, cells, reader.line_num)
            rows.append(row)
            found = wrong(row, len(cells), len(columns)) or [speaks_against(row)]
            problems += [f"{what}:{row.line}: {why}" for why in found if why]
    problems += [f"{what}:{line}: {why}" for line, why in repeated(rows)]
    if not rows:
        problems.append(f"{what}:2: 没有一张卡；表头下面每行写一块屏")
    if len(rows) > MOST_ROWS:
        problems.append(f"{what}:1: 超过 {MOST_ROWS} 行；请分成几个文件")
    if problems:
        raise CardsError(problems)
    return rows


def decoded(content: bytes, what: str) -> str:
    """Text in whichever of the encodings that spreadsheets write."""
    tries = ["utf-16"] if content.startswith((b"\xff\xfe", b"\xfe\xff")) else ["utf-8-sig", "gb18030"]
    for encoding in tries:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise CardsError([f"{what}：看不懂文件的编码；在 Excel 里请“另存为 → CSV UTF-8（逗号分隔）”"])


def separator(head: str) -> str:
    """What parts the columns: whatever stands most in the head."""
    return max(",\t;", key=head.count)


def columns_of(heads: list[str], what: str) -> list[str]:
    """The columns in their order; "" for one without a head. Raises CardsError."""
    columns = [NAMES.get(plain(head), "" if not head.strip() else "?" + head.strip()) for head in heads]
    problems = []
    for column in columns:
        if column.startswith("?"):
            near = difflib.get_close_matches(plain(column[1:]), NAMES, n=1, cutoff=0.5)
            hint = f"；是不是 {near[0]}？" if near else "；可用的：屏编号、地点、位置、无线名称、无线密码、备注"
            problems.append(f"{what}:1: 不认识的表头 {column[1:]!r}{hint}")
    problems += [f"{what}:1: 表头 {one} 出现两次" for one in HEADS if columns.count(one) > 1]
    problems += [f"{what}:1: 缺少表头 {one}（{HEADS[one].split()[1]}）" for one in NEEDED if one not in columns]
    if problems:
        raise CardsError(problems)
    return columns


def plain(head: str) -> str:
    """A head without what people write differently."""
    return re.sub(r"[\s_\-－—()（）]", "", head).lower()


def row_of(columns: list[str], cells: list[str], line: int) -> Row:
    """The row with these cells. A password keeps its inner blanks, and loses those that a spreadsheet added."""
    given = {name: cell.strip() for name, cell in zip(columns, cells, strict=False) if name}
    return Row(**{"screen": "", "place": "", **given}, line=line)  # a short row lacks its last cells


def wrong(row: Row, cells: int, columns: int) -> list[str]:
    """Everything that is wrong with one row."""
    problems = []
    if cells > columns:
        problems.append(f"有 {cells} 格，表头只有 {columns} 格；内容里有逗号的格子要用引号括起来")
    for what, value, check in (("屏编号", row.screen, check_level), ("地点", row.place, check_path)):
        if not value:
            problems.append(f"没有写{what}")
            continue
        try:
            check(value)
        except BadName as error:
            problems.append(f"{what} {error}")
    return problems + wrong_wifi(row)


def wrong_wifi(row: Row) -> list[str]:
    """What is wrong with the Wi-Fi columns. The password itself is never told."""
    problems = []
    password = row.wifi_password
    if password and not row.wifi_name:
        problems.append("写了无线密码，没有写无线名称")
    if len(row.wifi_name.encode()) > WIFI_NAME_BYTES:
        problems.append(f"无线名称太长，最多 {WIFI_NAME_BYTES} 字节（约 10 个汉字）")
    if EXPONENT.fullmatch(password):
        problems.append("无线密码被表格软件改成了科学计数；请把这一列设为“文本”格式后重新填写")
    elif password and not password.isascii():
        problems.append("无线密码里有全角或中文字符；请改成半角")
    elif password and len(password) not in PASSPHRASE:
        problems.append(f"无线密码有 {len(password)} 个字符，应为 8 到 63 个")
    return problems


def repeated(rows: list[Row]) -> list[tuple[int, str]]:
    """Screens that stand twice. (Two screens at one place are two panels at one doorway.)"""
    first: dict[str, int] = {}
    found = []
    for row in rows:
        if row.screen and row.screen in first:
            found.append((row.line, f"屏编号 {row.screen} 在第 {first[row.screen]} 行已经有了"))
        first.setdefault(row.screen, row.line)
    return found
