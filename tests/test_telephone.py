"""Telephone numbers: what can be dialled in China passes as people write it, what cannot is found in a text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from content.gates.telephone import can_be_dialled, mistake, mistyped

GOOD = (
    "13912345678 139-1234-5678 +8613912345678 0391-0000000 0391-1234567 (0391)12345678 010-12345678 02112345678 "
    "3912345 110 119 120 12345 10086 95598 96519 400-123-4567 8001234567 0391-1234567-801 0391-1234567转801"
).split()
BAD = {
    "1391234567": "像手机号，但有 10 位，手机号是 11 位",
    "139123456789": "像手机号，但有 12 位，手机号是 11 位",
    "0391-123456": "区号 0391 后面有 6 位，应为 7 或 8 位",
    "010-1234567": "区号 010 后面有 7 位，应为 8 位",
    "400-12-4567": "400 电话应为 10 位，现在 9 位",
}


@pytest.mark.parametrize("number", [*GOOD, "+86 391 0000000", "139 1234 5678"])
def test_a_number_of_the_plan_can_be_dialled_however_it_is_written(number: str) -> None:
    assert can_be_dialled(number)
    assert mistake(number) == ""


@pytest.mark.parametrize("number", BAD)
def test_a_digit_too_few_or_too_many_is_told_with_the_right_count(number: str) -> None:
    assert not can_be_dialled(number)
    assert mistake(number) == BAD[number]


def test_a_short_number_of_a_company_is_unusual_and_not_surely_wrong() -> None:
    assert not can_be_dialled("6688")
    assert mistake("6688") == ""


@pytest.mark.parametrize("number", BAD)
@pytest.mark.parametrize("around", ["电话：{}。", "请打 {} 报名", "| 物业 | 电话{} |", "（咨询 {}）"])
def test_a_mistyped_number_is_found_wherever_it_stands(number: str, around: str) -> None:
    assert [one.number for one in mistyped(around.format(number))] == [number]


@pytest.mark.parametrize("number", GOOD)
def test_a_good_number_in_a_text_is_left_alone(number: str) -> None:
    assert list(mistyped(f"咨询电话：{number}，或 12345。")) == []


NOT_TELEPHONES = [
    "7月10日 8:00—12:00，1—12号楼",
    "2025-07-10 至 2025-07-12",
    "合计 133,600 元，结余 85,400 元",
    "身份证 410811194712310012",
    "值班 2025—2026",
    "电话 6688",
    "联系 3号楼 24 盏",
    "https://a.example/?t=1391234567",
    "李四 139 1234 5678 王五 13812345678",
]


@pytest.mark.parametrize("text", NOT_TELEPHONES)
def test_other_figures_are_no_telephone_numbers(text: str) -> None:
    assert list(mistyped(text)) == []


@given(st.text(max_size=300) | st.text(alphabet="0123456789-—()（） +转电话1", max_size=300))
def test_any_text_can_be_looked_at(text: str) -> None:
    for one in mistyped(text):
        assert text[one.at :].startswith(one.number)
        assert one.why
