"""Which commands are done: signed by somebody who may, for this screen, now, and once."""

from datetime import timedelta
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from content.commands import Command, Outcome, Verb
from content.errors import Reason, Refused
from content.manifest import encode
from content.signing import sign
from kiosk.orders.obey import LIFE, MOST_OUTCOMES, MOST_REMEMBERED, NEEDS_TIME, Memory, is_old_news, opened, why_not
from tests.fakes import BLOCK, DOORWAY, NOW, OURS, STREET, VILLAGE, key, keyring, manifest, publisher, signed

SCREEN = "north-b3-u1"
MINUTE = timedelta(minutes=1)
KEYRING = keyring(
    publisher(OURS, may=("content", "alerts", "command")),
    publisher(STREET, scope=(BLOCK,), may=("content", "command")),
    publisher("shop", may=("content",)),
    publisher("south", scope=("baizhuang/south",), may=("command",)),
)


def command(verb: Verb = "identify", **more: Any) -> Command:
    name = more.pop("id", "0" * 32)
    return replace(Command(screen=SCREEN, publisher=OURS, id=name, verb=verb, issued=NOW, expires=NOW + MINUTE), **more)


def message(one: Command, by: str | None = None) -> bytes:
    return key(by or one.publisher).sign(encode(one))


@pytest.mark.parametrize("who", [OURS, STREET])
def test_a_command_of_somebody_who_may_is_opened(who: str) -> None:
    one = command(publisher=who)
    assert opened(message(one), KEYRING, SCREEN, DOORWAY) == one


BAD = {
    "unknown key": (message(command(), "stranger"), Reason.UNKNOWN_KEY),
    "no leave to command": (message(command(publisher="shop")), Reason.OUT_OF_SCOPE),
    "another place": (message(command(publisher="south")), Reason.OUT_OF_SCOPE),
    "another screen": (message(command(screen="north-b3-u2")), Reason.WRONG_TOPIC),
    "in another's name": (message(command(publisher=OURS), STREET), Reason.OUT_OF_SCOPE),
    "a manifest": (signed(manifest()), Reason.MALFORMED),
    "unknown verb": (key(OURS).sign(encode(command()).replace(b"identify", b"shell -c")), Reason.MALFORMED),
    "no JSON": (key(OURS).sign(b"\xff"), Reason.MALFORMED),
    "nothing": (b"", Reason.MALFORMED),
    "too large": (b"x" * 200_000, Reason.TOO_LARGE),
}


@pytest.mark.parametrize(("bad", "reason"), BAD.values(), ids=BAD.keys())
def test_a_bad_command_is_refused_with_its_reason(bad: bytes, reason: Reason) -> None:
    with pytest.raises(Refused) as caught:
        opened(bad, KEYRING, SCREEN, DOORWAY)
    assert caught.value.reason == reason


def test_one_flipped_bit_is_refused() -> None:
    good = bytearray(message(command()))
    for place in range(0, len(good), 7):
        bad = bytearray(good)
        bad[place] ^= 1
        with pytest.raises(Refused):
            opened(bytes(bad), KEYRING, SCREEN, DOORWAY)


def test_two_signatures_are_needed_where_the_keyring_says_so() -> None:
    two = replace(publisher(OURS, may=("command",)), threshold=2)
    both = replace(two, keys={key(name).id: key(name).public for name in (OURS, STREET)})
    with pytest.raises(Refused):
        opened(message(command()), keyring(both), SCREEN, DOORWAY)
    assert opened(sign(encode(command()), [key(OURS), key(STREET)]), keyring(both), SCREEN, DOORWAY) == command()


def test_a_publisher_whose_scope_ends_above_the_place_may_command() -> None:
    assert opened(message(command()), KEYRING, SCREEN, VILLAGE) == command()


@pytest.mark.parametrize("verb", get_args(Verb))
def test_what_has_expired_is_not_done_and_the_sender_is_told(verb: Verb) -> None:
    assert "过期" in why_not(command(verb), NOW + MINUTE, trusted=True)


def test_what_lives_too_long_is_not_done_or_it_would_have_to_be_remembered_for_ever() -> None:
    assert why_not(command(expires=NOW + LIFE), NOW, trusted=True) == ""
    assert why_not(command(expires=NOW + LIFE + MINUTE), NOW, trusted=True)
    assert why_not(command(issued=NOW + MINUTE), NOW, trusted=True)
    far = NOW + timedelta(days=1)
    assert why_not(command(issued=far, expires=far + MINUTE), NOW, trusted=True)


@pytest.mark.parametrize("verb", get_args(Verb))
def test_without_a_clock_only_what_does_no_harm_is_done(verb: Verb) -> None:
    one = command(verb, upload="screenshots/" + "0" * 32, token="t" * 32)
    for moment in (NOW - timedelta(days=400), NOW, NOW + timedelta(days=400)):
        assert bool(why_not(one, moment, trusted=False)) == (verb in NEEDS_TIME)


@pytest.mark.parametrize(
    ("upload", "token"),
    [("", "t" * 32), ("screenshots/x", ""), ("../keys", "t" * 32), ("//evil.example/x", "t" * 32),
     ("http://evil.example/x", "t" * 32), ("screenshots/x?y=1", "t" * 32), ("screenshots/x", "t\r\nHost: evil")],
)  # fmt: skip
def test_a_screenshot_goes_only_below_the_servers_of_kiosk_yaml(upload: str, token: str) -> None:
    assert why_not(command("screenshot", upload=upload, token=token), NOW, trusted=True)


def test_what_was_done_is_old_news_and_so_is_what_nobody_waits_for() -> None:
    one = command()
    memory = Memory().noting(one, NOW)
    assert is_old_news(one, memory, NOW, trusted=True)
    assert not is_old_news(one, Memory(), NOW, trusted=True)
    assert is_old_news(one, Memory(), NOW + MINUTE + LIFE, trusted=True)
    assert not is_old_news(one, Memory(), NOW + MINUTE + LIFE, trusted=False)


def test_more_commands_than_fit_are_not_done_and_none_is_forgotten() -> None:
    memory = Memory()
    for number in range(MOST_REMEMBERED):
        memory = memory.noting(command(id=f"{number:032x}"), NOW)
    assert memory.is_full(command(id="f" * 32), NOW)
    assert not memory.is_full(command(id="f" * 32), NOW + MINUTE + LIFE)


def test_only_the_last_outcomes_are_told_and_one_for_each_command() -> None:
    memory = Memory()
    for number in range(9):
        memory = memory.telling(Outcome(id=str(number), verb="identify", done=False))
    memory = memory.telling(Outcome(id="8", verb="identify", done=True))
    assert [(one.id, one.done) for one in memory.outcomes] == [(str(number), number == 8) for number in range(4, 9)]
    assert len(memory.outcomes) == MOST_OUTCOMES


@given(st.lists(st.tuples(st.integers(0, 5), st.floats(0, 400)), max_size=40))
def test_no_order_of_repetitions_does_a_command_twice(arrivals: list[tuple[int, float]]) -> None:
    memory, now, done = Memory(), NOW, []
    for number, seconds in arrivals:
        now += timedelta(seconds=seconds)
        one = command(id=f"{number:032x}", issued=NOW, expires=NOW + LIFE)
        if is_old_news(one, memory, now, trusted=True) or memory.is_full(one, now):
            continue
        memory = memory.noting(one, now)
        if not why_not(one, now, trusted=True):
            done.append(number)
    assert len(done) == len(set(done))


@given(st.binary(max_size=300))
def test_any_bytes_are_refused(noise: bytes) -> None:
    with pytest.raises(Refused):
        opened(noise, KEYRING, SCREEN, DOORWAY)
    with pytest.raises(Refused):
        opened(key(OURS).sign(noise), KEYRING, SCREEN, DOORWAY)
