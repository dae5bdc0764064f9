"""What one notice and one place may hold: told well to authors, kept at the door of every screen, and cheap enough."""

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from content.check import findings_of
from content.errors import Refused
from content.files import sha256_hex
from content.folder import scan
from content.limits import MAX_COLUMNS, MAX_NOTICES, MAX_PLACE_CHARACTERS, MAX_ROWS, MAX_TABLES, check_body
from content.manifest import Blob, Content, encode, parse_content, parse_manifest, zone
from content.notice import MAX_BODY, TOPICS, Media, Notice, Show
from content.onair import on_air
from kiosk.typography.markup import Table, blocks
from tests.fakes import NOTICE_YAML, NOW, manifest, notice, write_folder

# Local times have no zone here by definition.
# ruff: noqa: DTZ001

ROW = st.lists(st.sampled_from(["", "a", " ", "停水", "-"]), min_size=1, max_size=12).map(
    lambda cells: f"|{'|'.join(cells)}|"
)
LINES = st.lists(ROW | st.sampled_from(["", "text", "- item", "| half"]), max_size=120)
BAD_BODIES = {
    f"表格有 {MAX_COLUMNS + 1} 列": "|" + "a|" * (MAX_COLUMNS + 1),
    f"表格共 {MAX_ROWS + 1} 行": "|a|b|\n" * (MAX_ROWS + 1),
    f"一条通知里有 {MAX_TABLES + 1} 个表格": "|a|b|\n\n" * (MAX_TABLES + 1),
}


@given(LINES)
def test_no_body_that_is_let_in_has_more_tables_than_a_screen_can_lay_out(lines: list[str]) -> None:
    body = "\n".join(lines)
    try:
        check_body(body)
    except ValueError:
        return
    tables = [one for one in blocks(body) if isinstance(one, Table)]
    assert len(tables) <= MAX_TABLES
    assert all(one.columns <= MAX_COLUMNS for one in tables)
    assert sum(len(one.rows) for one in tables) <= MAX_ROWS


@pytest.mark.parametrize("body", BAD_BODIES.values(), ids=BAD_BODIES.keys())
def test_a_screen_refuses_such_a_notice(body: str) -> None:
    good = msgspec.to_builtins(notice())
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(msgspec.json.encode(good | {"body": body}), type=Notice)


@pytest.mark.parametrize("what", BAD_BODIES)
def test_an_author_is_told_at_the_body_what_is_too_much(what: str, tmp_path: Path) -> None:
    folder = write_folder(tmp_path, {"notices/a.yaml": with_body(BAD_BODIES[what])})
    (problem,) = scan(folder).problems
    assert (problem.file, problem.line) == ("notices/a.yaml", 4)
    assert problem.what.startswith(what)
    assert "最多" in str(problem)


def with_body(body: str) -> str:
    indented = "".join(f"  {line}\n" for line in body.splitlines())
    return NOTICE_YAML.replace("body: 明天停水\n", f"body: |\n{indented}")


def crowded(count: int, characters: int) -> Content:
    return Content(notices=tuple(notice(f"n{number}", body="水" * characters) for number in range(count)))


@pytest.mark.parametrize("content", [crowded(MAX_PLACE_CHARACTERS // 5000 + 1, 5000), crowded(MAX_NOTICES + 1, 1)])
def test_a_screen_refuses_more_than_it_can_sort(content: Content) -> None:
    blob = encode(content)
    with pytest.raises(Refused):
        parse_manifest(encode(manifest(content)))
    with pytest.raises(Refused):
        parse_content(blob, Blob(sha256=sha256_hex(blob), size=len(blob)))


def test_an_author_is_told_which_place_has_too_much(tmp_path: Path) -> None:
    long = with_body("水" * 5000)
    files = {f"notices/n{number}.yaml": long for number in range(MAX_PLACE_CHARACTERS // 5000 + 1)}
    found = scan(write_folder(tmp_path, files))
    assert found.village
    told = [str(one) for one in findings_of(found.village, found.lines, NOW) if one.gate == "数量"]
    assert told == [
        "village.yaml:9: 发到 baizhuang/north 的通知共 205164 字；一个地点最多 200000 字；撤回过期的，或发到下级的地点"
    ]


SLOWEST_RULE = "FREQ=YEARLY;BYYEARDAY=" + ",".join(str(day) for day in range(300, 336)) + ";BYSETPOS=366"


def test_the_worst_that_is_let_in_costs_less_than_a_second() -> None:
    """Decoding and asking what is on air: the slowest of the shapes tried. Processor time, not the clock's."""
    picture = Media(sha256="0" * 64, size=1, kind="image/png", width=1, height=1, caption="字" * 60)
    body = ("| 字 | 字 |\n" * MAX_ROWS + "字\n" * MAX_BODY)[: MAX_PLACE_CHARACTERS // MAX_NOTICES - 80]
    worst = Content(
        notices=tuple(
            Notice(
                id=f"{number:0100}",
                title="字" * 80,
                topic=TOPICS["活动"],
                body=body,
                show=Show(start=datetime(2000, 1, 1) + timedelta(days=number), rrule=SLOWEST_RULE),
                media=(picture,) * 12,
            )
            for number in range(MAX_NOTICES)
        )
    )
    blob = encode(worst)
    begun = time.process_time()
    content = parse_content(blob, Blob(sha256=sha256_hex(blob), size=len(blob)))
    on_air(content.notices, datetime(2026, 12, 1, tzinfo=UTC), zone("Asia/Shanghai"))
    assert time.process_time() - begun < 1.0
