"""What the player decides: which alerts hold, and what the cache shows."""

from datetime import timedelta
from itertools import permutations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from content.clock import BUILD_TIME, FlooredClock
from content.files import sha256_hex
from content.manifest import Alerts, Blob, Content, Manifest, encode
from content.notice import Level
from content.onair import active_alerts
from kiosk.cache import Cache, Pointer
from kiosk.loaded import load
from kiosk.view import merge
from tests.fakes import (
    BLOCK,
    DOORWAY,
    NOW,
    STREET,
    VILLAGE,
    FakeClock,
    alert,
    card,
    manifest,
    media,
    notice,
    png,
    signed,
)

HOUR = timedelta(hours=1)


def test_an_alert_holds_from_its_issue_to_its_end_and_not_a_moment_longer() -> None:
    storm = alert(issued=NOW, hours=2)
    tick = timedelta(microseconds=1)
    moments = [NOW - tick, NOW, NOW + 2 * HOUR - tick, NOW + 2 * HOUR]
    assert [len(active_alerts([storm], now, clock_trusted=True)) for now in moments] == [0, 1, 1, 0]


def test_while_the_clock_is_doubted_an_alert_from_the_future_holds() -> None:
    ahead = alert(issued=NOW + HOUR)
    assert active_alerts([ahead], NOW, clock_trusted=False) == [ahead]
    assert active_alerts([ahead], NOW, clock_trusted=True) == []


def test_the_most_severe_comes_first_then_the_newest() -> None:
    ordered = [
        alert("red", Level.RED, NOW - HOUR),
        alert("red-old", Level.RED, NOW - 2 * HOUR, hours=9),
        alert("orange", Level.ORANGE, NOW),
        alert("blue", Level.BLUE, NOW),
    ]
    for some in permutations(ordered):
        assert active_alerts(some, NOW, clock_trusted=True) == ordered


@given(st.lists(st.builds(alert, st.sampled_from("abc"), st.sampled_from(Level), hours=st.floats(0.5, 5)), max_size=5))
def test_no_alert_that_holds_is_lost_and_none_that_does_not_is_shown(alerts: list[object]) -> None:
    some = [one for one in alerts if hasattr(one, "expires")]
    now = NOW + HOUR
    holding = active_alerts(some, now, clock_trusted=True)  # type: ignore[arg-type]
    assert sorted(map(repr, holding)) == sorted(repr(one) for one in some if one.expires > now)


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    made = Cache(tmp_path)
    made.prepare()
    return made


def hold(cache: Cache, *stacks: tuple[Manifest, ...], place: str = DOORWAY) -> None:
    """What the agent leaves: for each topic its messages, the newest first."""
    pointer = {stack[0].topic: tuple(cache.store_message(signed(one)) for one in stack) for stack in stacks}
    cache.flip(Pointer(place=place, stacks=pointer))


def test_an_empty_cache_is_an_empty_view_at_the_place_of_kiosk_yaml(cache: Cache) -> None:
    loaded = load(cache, DOORWAY)
    assert (loaded.view, loaded.pointer, loaded.newest) == (merge(DOORWAY, []), "", BUILD_TIME)


def test_the_place_of_the_pointer_is_where_the_screen_hangs(cache: Cache) -> None:
    hold(cache, place=BLOCK)
    assert load(cache, DOORWAY).view.place == BLOCK


def test_the_view_is_what_both_publishers_say_in_the_order_of_the_pointer(cache: Cache) -> None:
    street = manifest(Content(card=card("街道"), notices=(notice("s"),)), by=STREET, place=VILLAGE)
    ours = manifest(Content(card=card("村"), place_name="白庄村", notices=(notice("v"),)), place=VILLAGE)
    hold(cache, (ours,), (street,), (manifest(Alerts(alerts=(alert(),)), place=BLOCK),))
    view = load(cache, DOORWAY).view
    assert (view.card, view.names[0]) == (card("村"), "白庄村")
    assert [one.id for one in view.notices] == ["v", "s"]
    assert view.alerts == (alert(),)


def test_the_pointer_that_was_loaded_is_named(cache: Cache) -> None:
    hold(cache, (manifest(),))
    loaded = load(cache, DOORWAY)
    assert loaded.pointer == cache.pointer()[1] != ""
    assert loaded.newest == NOW


def test_a_new_form_waits_for_its_picture_while_the_old_one_goes_on(cache: Cache) -> None:
    old = manifest(Content(notices=(notice(title="旧"),)))
    new = manifest(Content(notices=(notice(title="新", media=(media(png()),)),)), revision=2)
    hold(cache, (new, old))
    before = [one.title for one in load(cache, DOORWAY).view.notices]
    cache.blob_path(sha256_hex(png())).write_bytes(png())
    assert (before, [one.title for one in load(cache, DOORWAY).view.notices]) == (["旧"], ["新"])


def test_a_head_whose_content_is_not_here_leaves_what_was_there(cache: Cache) -> None:
    content = Content(notices=(notice(title="新"),))
    head = manifest(Blob(sha256=sha256_hex(encode(content)), size=len(encode(content))), revision=2)
    hold(cache, (head, manifest(Content(notices=(notice(title="旧"),)))))
    before = [one.title for one in load(cache, DOORWAY).view.notices]
    cache.blob_path(sha256_hex(encode(content))).write_bytes(encode(content))
    assert (before, [one.title for one in load(cache, DOORWAY).view.notices]) == (["旧"], ["新"])


def test_alerts_that_were_replaced_are_gone_though_they_are_in_the_stack(cache: Cache) -> None:
    hold(cache, (manifest(Alerts(), revision=2), manifest(Alerts(alerts=(alert(),)))))
    assert load(cache, DOORWAY).view.alerts == ()


def test_a_rotten_message_shows_the_one_before(cache: Cache) -> None:
    hold(cache, (manifest(Content(notices=(notice(title="新"),)), revision=2), manifest()))
    pointer, _ = cache.pointer()
    assert pointer
    (cache.folder / "messages" / pointer.stacks[manifest().topic][0]).write_bytes(b"rotten")
    assert [one.title for one in load(cache, DOORWAY).view.notices] == ["停水通知"]


def test_messages_that_are_all_gone_are_an_empty_view_and_no_crash(cache: Cache) -> None:
    hold(cache, (manifest(),))
    for path in (cache.folder / "messages").iterdir():
        path.unlink()
    assert load(cache, DOORWAY).view == merge(DOORWAY, [])


def test_a_newer_issue_moves_the_moment_that_has_passed(cache: Cache) -> None:
    later = replace(manifest(Alerts()), issued=NOW + HOUR)
    hold(cache, (manifest(),), (later,))
    assert load(cache, DOORWAY).newest == NOW + HOUR


# The floor under the wall clock.


def test_a_pi_without_network_never_says_an_earlier_time_than_one_that_has_passed() -> None:
    asleep = FakeClock(BUILD_TIME - timedelta(days=3000), trusted=False)
    clock = FlooredClock(asleep, BUILD_TIME)
    history = [clock.now()]
    asleep.advance(60)
    history.append(clock.now())
    clock.raise_floor(NOW)
    asleep.advance(60)
    clock.raise_floor(NOW)
    history.append(clock.now())
    asleep.step_wall(10_000 * 86_400, trusted=False)
    history.append(clock.now())
    minute = timedelta(seconds=60)
    assert history[:3] == [BUILD_TIME, BUILD_TIME + minute, NOW + minute]
    assert history[3] == asleep.now()


def test_a_clock_that_ntp_has_set_is_believed_even_backwards() -> None:
    ahead = FakeClock(NOW + timedelta(days=400), trusted=False)
    clock = FlooredClock(ahead, BUILD_TIME)
    clock.raise_floor(NOW + timedelta(days=300))
    ahead.step_wall(-400 * 86_400, trusted=True)
    assert clock.now() == NOW
    assert clock.trusted()
    assert clock.monotonic() == 0.0
