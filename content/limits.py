"""How much one notice and one place may hold. Pure.

A manifest comes from outside, and a screen is a small computer: whatever a rogue or clumsy publisher sends must be
decoded, sorted by time and laid out without the picture standing still. The figures leave several times what a village
needs; `tests/test_limits.py` holds the worst that they allow to a second on a PC (a Pi Zero 2 W is 3.4 times slower).
"""

import re
from collections.abc import Iterable

MAX_NOTICES = 200
"""Of one publisher at one place. In turns of eight seconds that is a round of half an hour."""
MAX_PLACE_CHARACTERS = 200_000
"""In all titles and bodies of one publisher at one place: eleven hours of reading aloud."""
MAX_COLUMNS, MAX_ROWS, MAX_TABLES = 8, 60, 12
"""Of a notice's tables; rows of all of them together. Laying out a table asks every other one for its widths: 700
tables of one row each took 40 s; the worst of these takes two or three."""

TABLE_ROW = re.compile(r"\s*\|.*[^|\s].*\|\s*")
"""A line that kiosk.typography.markup takes for a row of a table."""


def check_body(body: str) -> None:
    """Raise ValueError for a body with tables that no screen can hold."""
    rows = tables = 0
    in_table = False
    for line in body.splitlines():
        is_row = TABLE_ROW.fullmatch(line) is not None
        if is_row:
            columns = line.strip().count("|") - 1
            if columns > MAX_COLUMNS:
                raise ValueError(f"表格有 {columns} 列，屏上放不下；最多 {MAX_COLUMNS} 列")
        rows += is_row
        tables += is_row and not in_table
        in_table = is_row
    if rows > MAX_ROWS:
        raise ValueError(f"表格共 {rows} 行，太长；最多 {MAX_ROWS} 行，请分成几条通知")
    if tables > MAX_TABLES:
        raise ValueError(f"一条通知里有 {tables} 个表格；最多 {MAX_TABLES} 个，请合并或分成几条通知")


def check_amount(texts: Iterable[str], notices: int) -> None:
    """Raise ValueError for more notices, or longer ones, than one publisher may show at one place."""
    if notices > MAX_NOTICES:
        raise ValueError(f"有 {notices} 条通知；一个地点最多 {MAX_NOTICES} 条")
    characters = sum(len(text) for text in texts)
    if characters > MAX_PLACE_CHARACTERS:
        raise ValueError(f"通知共 {characters} 字；一个地点最多 {MAX_PLACE_CHARACTERS} 字")
