"""How it stands with a screen: every trouble is named, with what to do; a healthy one says so; nothing secret."""

from datetime import UTC, datetime

import pytest
from msgspec.structs import replace

from content.reports import Hardware, Status
from kiosk.between import Pairing
from kiosk.machine.doctor import Facts, examined, span, wrong
from kiosk.machine.setup_report import SetupReport, StorageReport
from kiosk.plain_page import Row, State
from tests.technician_views import AGENT, BAD, GOOD, HARDWARE, MISTAKES, STATUS


def telling(status: Status) -> Facts:
    return replace(GOOD, agent=replace(AGENT, status=status))


def row(facts: Facts, label: str) -> Row:
    return next(one for one in examined(facts) if one.label == label)


def test_a_healthy_screen_has_nothing_to_complain_of() -> None:
    assert {one.state for one in examined(GOOD)} == {State.GOOD}
    assert not wrong(examined(GOOD))


def test_a_screen_of_which_nothing_is_known_does_not_fail_the_doctor() -> None:
    rows = examined(Facts(datetime(2025, 1, 1, tzinfo=UTC), 0.0, Hardware()))
    assert wrong(rows)
    assert [one.label for one in rows] == ["本屏", "网络", "消息", "时钟", "内容", "画面", "机器", "存储卡", "版本"]


@pytest.mark.parametrize(
    ("facts", "label", "state", "told"),
    [
        (replace(GOOD, setup=SetupReport("last", MISTAKES)), "设置", State.WRONG, "第 1 行"),
        (replace(GOOD, setup=SetupReport("none", MISTAKES)), "设置", State.WRONG, "没有能用的"),
        (replace(GOOD, addresses=()), "网络", State.WRONG, "没有网络地址"),
        (replace(GOOD, gateway=""), "网络", State.NOTE, "没有网关"),
        (replace(GOOD, hardware=replace(HARDWARE, signal_dbm=-82)), "网络", State.NOTE, "-82"),
        (replace(GOOD, agent=None), "消息", State.WRONG, "没有运行"),
        (replace(GOOD, agent=replace(AGENT, ticks=800.0)), "消息", State.WRONG, "停住了"),
        (replace(GOOD, agent=replace(AGENT, connected=False)), "消息", State.WRONG, "连不上"),
        (replace(GOOD, agent=replace(AGENT, connected=False, mirrored=900.0)), "消息", State.NOTE, "由 HTTP 收到"),
        (replace(GOOD, agent=replace(AGENT, connected=False, mirrored=700.0)), "消息", State.WRONG, "连不上"),
        (replace(GOOD, agent=replace(AGENT, connected=False), addresses=()), "消息", State.NOTE, "连不上"),
        (replace(GOOD, pairing=Pairing("serial-1", "AB12")), "消息", State.NOTE, "登记"),
        (replace(GOOD, pairing=Pairing("serial-1", trouble="连不上发布端")), "消息", State.WRONG, "连不上发布端"),
        (replace(GOOD, clock_trusted=False), "时钟", State.NOTE, "没有校准"),
        (replace(GOOD, clock_error_seconds=90.0), "时钟", State.NOTE, "90"),
        (telling(replace(STATUS, hardware=Hardware(clock_offset_seconds=7200))), "时钟", State.NOTE, "发布端差 2 小时"),
        (telling(replace(STATUS, refusals={"rollback": 2})), "内容", State.NOTE, "拒收 2"),
        (telling(replace(STATUS, revisions={})), "内容", State.NOTE, "还没有收到"),
        (replace(GOOD, beat=None), "画面", State.WRONG, "没有运行"),
        (replace(GOOD, beat_age_seconds=61.0), "画面", State.WRONG, "61"),
        (replace(GOOD, hardware=replace(HARDWARE, temperature_c=83.0)), "机器", State.WRONG, "83"),
        (replace(GOOD, hardware=replace(HARDWARE, temperature_c=76.0)), "机器", State.NOTE, "76"),
        (replace(GOOD, hardware=replace(HARDWARE, under_voltage=True)), "机器", State.NOTE, "电压"),
        (replace(GOOD, hardware=replace(HARDWARE, throttled=True)), "机器", State.NOTE, "降过频"),
        (replace(GOOD, storage=StorageReport("memory", "坏了")), "存储卡", State.WRONG, "坏了"),
        (replace(GOOD, hardware=replace(HARDWARE, disk_free_mib=100)), "存储卡", State.NOTE, "0.1"),
        (replace(GOOD, hardware=replace(HARDWARE, disk_wear_percent=90.0)), "存储卡", State.NOTE, "90"),
    ],
)  # fmt: skip
def test_every_trouble_is_named_with_what_to_do(facts: Facts, label: str, state: State, told: str) -> None:
    found = row(facts, label)
    assert (found.state, told in found.value) == (state, True), found
    assert found.advice
    assert wrong(examined(facts)) or state is State.NOTE


def test_everything_wrong_at_once_is_told_in_ten_rows() -> None:
    assert len(examined(BAD)) == 10


def test_a_long_time_is_told_in_two_words() -> None:
    assert [span(seconds) for seconds in (59, 3600, 7380, 273_600)] == [
        "0 分钟",
        "1 小时 0 分",
        "2 小时 3 分",
        "3 天 4 小时",
    ]
