"""Screens that wait: the list is bounded, a flood drives out itself, rivals both stay; certificates are due in time."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from content.admission.applicants import MOST_APPLICANTS, SILENT, Applicant, admitted, is_due, living, rivals, source_of
from tests.conftest import times
from tests.fakes import NOW


def applicant(screen: str = "s1", key: str = "k1", source: str = "192.0.2.1", seconds: float = 0.0) -> Applicant:
    at = NOW + timedelta(seconds=seconds)
    return Applicant(screen=screen, key=key, request="", source=source, first=at, last=at)


def full(source: str) -> dict[str, Applicant]:
    many = [applicant(f"s{number}", source=source, seconds=number / 1000) for number in range(MOST_APPLICANTS)]
    return {one.name: one for one in many}


def test_who_asks_again_keeps_the_place_in_the_row() -> None:
    listed = admitted(admitted({}, applicant()), applicant(source="192.0.2.9", seconds=60))
    (one,) = listed.values()
    assert (one.first, one.last, one.source) == (NOW, NOW + timedelta(seconds=60), "192.0.2.9")


def test_who_falls_silent_leaves_the_list() -> None:
    listed = admitted({}, applicant())
    assert living(listed.values(), NOW + SILENT - timedelta(seconds=1)) == listed
    assert living(listed.values(), NOW + SILENT) == {}


def test_a_flood_from_one_network_drives_out_itself() -> None:
    listed = admitted({}, applicant("real", source="198.51.100.7"))
    for number in range(2 * MOST_APPLICANTS):
        listed = admitted(listed, applicant(f"x{number}", seconds=number / 100))
    assert len(listed) == MOST_APPLICANTS
    assert "real k1" in listed
    late = admitted(listed, applicant("late", source="198.51.100.8", seconds=60))
    assert (len(late), "late k1" in late, "real k1" in late) == (MOST_APPLICANTS, True, True)


def test_a_flood_from_as_many_networks_as_the_list_is_long_keeps_nobody_out() -> None:
    many = [applicant(f"x{n}", source=f"2001:db8:0:{n:x}::/64", seconds=n / 1000) for n in range(MOST_APPLICANTS)]
    listed = admitted({one.name: one for one in many}, applicant("real", source="198.51.100.7", seconds=60))
    assert list(listed) == [*(one.name for one in many[1:]), "real k1"]


def test_two_keys_that_claim_one_screen_are_both_listed() -> None:
    listed = admitted(admitted({}, applicant(key="k1")), applicant(key="k2"))
    assert rivals(listed.values()) == {"s1": 2}


@given(st.lists(st.tuples(st.integers(0, 300), st.sampled_from("abc"), st.integers(0, 2000)), max_size=times(30)))
def test_the_list_is_never_longer_than_it_may_be_and_holds_who_asked_last(asked: list[tuple[int, str, int]]) -> None:
    listed = full("a")
    moment = 0.0
    for number, source, seconds in asked:
        moment += seconds
        one = applicant(f"n{number}", source=source, seconds=moment)
        listed = admitted(listed, one)
        assert len(listed) <= MOST_APPLICANTS
        assert one.name in listed


@pytest.mark.parametrize(
    ("address", "network"),
    [("192.0.2.1", "192.0.2.1"), ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"), ("testclient", "?"), ("", "?"),
     ("::ffff:192.0.2.1", "::ffff:c000:201")],
)  # fmt: skip
def test_one_machine_is_one_source(address: str, network: str) -> None:
    assert source_of(address) == network


def test_a_certificate_is_renewed_after_two_thirds_of_its_life_and_not_all_on_one_day() -> None:
    year = timedelta(days=365)
    ends = NOW + 3 * year
    assert not is_due(NOW, ends, NOW + 1.8 * year, "ffffffff")
    assert is_due(NOW, ends, NOW + 1.86 * year, "ffffffff")
    assert not is_due(NOW, ends, NOW + 1.99 * year, "00000000")
    assert is_due(NOW, ends, NOW + 2 * year, "00000000")
    assert is_due(NOW, ends, ends + year, "00000000"), "also where it has ended"
