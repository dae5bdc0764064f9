"""The pairing code: of this key and this screen, easily read and typed; and what an application may say."""

import hashlib

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from content.enrolment import ALPHABET, Application, pairing_code, plain_code

KEY, OTHER = hashlib.sha256(b"a").hexdigest(), hashlib.sha256(b"b").hexdigest()


def test_the_code_is_eight_letters_that_nobody_confuses() -> None:
    code = pairing_code("10000000abcd1234", KEY)
    assert len(code) == 9
    assert code[4] == "-"
    assert set(code) <= {*ALPHABET, "-"}
    assert not set("ILOU") & set(ALPHABET)
    assert code == pairing_code("10000000abcd1234", KEY) == "EVTN-JDYS"


def test_another_key_or_another_screen_has_another_code() -> None:
    assert len({pairing_code("a", KEY), pairing_code("a", OTHER), pairing_code("b", KEY)}) == 3


@settings(max_examples=50)
@given(st.text(ALPHABET, min_size=8, max_size=8))
def test_a_code_is_understood_however_it_is_typed(letters: str) -> None:
    wanted = f"{letters[:4]}-{letters[4:]}"
    alike = letters.lower().replace("0", "o").replace("1", "l")
    for typed in (wanted, letters, letters.lower(), f" {letters[:2]} {letters[2:]} ", alike):
        assert plain_code(typed) == wanted


@pytest.mark.parametrize("typed", ["", "1234-567", "1234-56789", "1234-567U", "1234_5678", "一二三四五六七八"])
def test_what_is_no_code_is_none(typed: str) -> None:
    assert plain_code(typed) == ""


@pytest.mark.parametrize("screen", ["", "A", "a/b", "#", "a" * 64])
def test_an_application_names_a_screen_that_the_wire_can_carry(screen: str) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(msgspec.json.encode({"screen": screen, "request": ""}), type=Application)
