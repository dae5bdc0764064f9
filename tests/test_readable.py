"""What the measurements of a picture mean: a letter lost, a code too dense, a page too short, a round too long."""

from datetime import datetime

import pytest

from content.gates.readable import Round, long_notice, long_round, small_code, unknown_glyph
from content.problem import Gate, Severity
from tests.fakes import notice


def test_a_letter_that_is_lost_is_an_error_and_a_picture_sign_a_warning_told_with_what_is_drawn() -> None:
    drawn = {"ཀ": "〓", "😀": "·", "\u0301": ""}
    lost, dot, gone = (unknown_glyph("屏幕", written, instead, ("body",), 2) for written, instead in drawn.items())
    assert [one.severity for one in (lost, dot, gone)] == [Severity.ERROR, Severity.WARNING, Severity.WARNING]
    assert lost.what == "屏幕的字体里没有“ཀ”（U+0F40），会画成“〓”"
    assert dot.what == "屏幕的字体里没有“😀”，会画成“·”"
    assert gone.what.endswith("不会画出来")
    assert {one.below for one in (lost, dot, gone)} == {2}


@pytest.mark.parametrize("modules", [25, 57])
@pytest.mark.parametrize(("module_mm", "is_told"), [(2.4, False), (2.3, True)])
def test_a_code_must_be_read_from_sixty_centimetres(modules: int, module_mm: float, is_told: bool) -> None:
    """measured.md: symbol width ≥ distance / 10 × modules / 25: 2.4 mm a module, however many there are."""
    assert bool(small_code("1920x1080", modules, module_mm, ("url",))) == is_told


def test_more_than_four_pages_are_told_with_their_seconds() -> None:
    (found,) = long_notice(notice(body="x"), "1280x720", [(20.0, 20.0)] * 5, 30.0)
    assert (found.gate, found.where) == (Gate.LONG, ("body",))
    assert "5 页、100 秒" in found.what
    assert long_notice(notice(body="x"), "1280x720", [(20.0, 20.0)] * 4, 30.0) == []


def test_a_page_that_goes_before_it_is_read_is_told() -> None:
    (found,) = long_notice(notice(body="x"), "1280x720", [(8.0, 3.0), (30.0, 38.0)], 30.0)
    assert "要读 38 秒，只停 30 秒" in found.what
    assert long_notice(notice(body="x"), "1280x720", [(8.0, 3.0), (30.0, 37.0)], 30.0) == []


def test_a_long_round_names_what_makes_it_long() -> None:
    worst = Round({"rules": 480.0, "water": 20.0}, datetime(2026, 11, 29, 9, 5), "a/b/c/d/e", "1280x720", 3)  # noqa: DTZ001
    assert long_round(worst, 7, ()).what == (
        "a/b/c/d/e 11月29日 9:05 一轮 2 条要 8.3 分钟（1280x720；7 个门口超过 8 分钟）；最长的是 rules，480 秒"
    )


@pytest.mark.parametrize("written", ["\U000323af", "\ue863"])
def test_a_rare_character_that_even_python_does_not_know_is_a_letter_too(written: str) -> None:
    assert unknown_glyph("屏幕", written, "·", ("name",), 0).severity is Severity.ERROR
