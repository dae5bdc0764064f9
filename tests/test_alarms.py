"""A set of alarms means the same in whatever order it came, and however often."""

from collections.abc import Sequence
from datetime import timedelta
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from content.alarms.alarm import KEPT_FOR, Alarm, alert_ids, thread_of, with_alarm
from tests.cap_samples import alarm
from tests.fakes import NOW

DAY = "2026-12-01"
ALERT, UPDATE, CANCEL = alarm("a", "alert", 0), alarm("u", "update", 5, "a"), alarm("c", "cancel", 9, "a")


def shown(alarms: Sequence[Alarm]) -> dict[str, str]:
    """Id → headline of all that stands once these have come in this order."""
    kept: tuple[Alarm, ...] = ()
    for one in alarms:
        kept = with_alarm(kept, one)
    found: dict[str, str] = {}
    for one in kept:
        thread = thread_of(kept, one)
        parts = thread.standing(NOW + timedelta(minutes=30))
        found |= {name: part.headline for name, part in zip(alert_ids(thread, DAY, len(parts)), parts, strict=True)}
    return found


@pytest.mark.parametrize("order", list(permutations((ALERT, UPDATE, CANCEL))))
def test_a_cancelled_alert_is_gone_whatever_came_first(order: tuple[Alarm, ...]) -> None:
    assert shown(order) == {}
    assert shown((*order, *order)) == {}


@pytest.mark.parametrize("order", [(ALERT, UPDATE), (UPDATE, ALERT), (UPDATE, ALERT, ALERT, UPDATE)])
def test_an_updated_alert_is_one_alert_with_the_newer_words(order: tuple[Alarm, ...]) -> None:
    assert list(shown(order).values()) == ["u"]
    assert shown(order).keys() == shown((ALERT,)).keys()


def test_a_cancel_alone_keeps_the_alert_out_that_comes_after_it() -> None:
    assert shown((CANCEL, ALERT)) == {}


def test_a_cancel_of_the_first_message_ends_the_update_that_replaced_it() -> None:
    assert shown((ALERT, UPDATE, alarm("c", "cancel", 9, "a"))) == {}
    assert shown((ALERT, UPDATE, alarm("c", "cancel", 9, "u"))) == {}


def test_an_update_after_the_cancel_stands() -> None:
    assert list(shown((ALERT, CANCEL, alarm("v", "update", 20, "a"))).values()) == ["v"]


def test_at_the_same_second_the_cancel_holds() -> None:
    assert shown((ALERT, alarm("c", "cancel", 5, "a"), alarm("u", "update", 5, "a"))) == {}


def test_a_message_that_uses_its_identifier_again_continues_itself() -> None:
    assert shown((ALERT, alarm("a", "cancel", 3))) == {}
    assert list(shown((alarm("a", "alert", 7), ALERT)).values()) == ["a"]


def test_a_drill_never_ends_what_is_real() -> None:
    drill = alarm("c", "cancel", 9, "a", exercise=True)
    assert list(shown((ALERT, drill)).values()) == ["a"]
    assert list(shown((drill, ALERT)).values()) == ["a"]
    assert list(shown((ALERT, alarm("a", "cancel", 9, exercise=True))).values()) == ["a"]


def test_another_senders_message_of_the_same_name_is_another() -> None:
    assert sorted(shown((ALERT, alarm("a", "alert", 3, sender="b@x"))).values()) == ["a", "a"]


def test_an_update_of_two_alerts_replaces_both_and_a_third_stays() -> None:
    both = alarm("u", "update", 9, "a", "b")
    found = shown((ALERT, alarm("b", "alert", 2), alarm("z", "alert", 3), both))
    assert sorted(found.values()) == ["u", "z"]


MESSAGES = st.lists(
    st.builds(
        alarm,
        st.sampled_from("abcd"),
        st.sampled_from(["alert", "update", "cancel"]),
        st.integers(0, 20),
        st.sampled_from("abcd"),
        sender=st.sampled_from(["a@x", "b@x"]),
        exercise=st.booleans(),
    ),
    max_size=7,
    unique_by=lambda one: (one.node, one.sent),
)


@given(MESSAGES, st.randoms(use_true_random=False))
def test_order_and_repetition_never_matter(messages: list[Alarm], random: "random.Random") -> None:  # type: ignore[name-defined]  # noqa: F821
    again = [*messages, *random.sample(messages, len(messages) // 2)]
    random.shuffle(again)
    assert shown(again) == shown(messages)


def test_messages_are_forgotten_after_a_month() -> None:
    late = replace(alarm("z", "alert", 0), received=NOW + KEPT_FOR + timedelta(seconds=1))
    assert with_alarm((ALERT, UPDATE), late) == (late,)
