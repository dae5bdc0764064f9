"""Screens that wait for an admin. Rules only: who is listed, who gives way, when a certificate is due.

Anybody can send an application, so nothing here trusts one: the list is bounded, those who fall silent leave it, and
when it is full the source with the most entries loses its oldest. So a flood from one address drives out itself only.
One from as many addresses as the list is long keeps nobody out either: who asked longest ago gives way.
Two that claim the same screen both stay: an admin sees both, and takes the one whose code stands on the panel.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address

from msgspec.structs import replace

from content.notice import Frozen

MOST_APPLICANTS = 200
SILENT = timedelta(minutes=15)
"""A screen asks every ten seconds or so; one that has not for so long waits no more."""
LIFE_SHARE, JITTER_SHARE = 2 / 3, 1 / 20
"""A certificate is renewed after two thirds of its life, some a twentieth of it earlier: not all on one day."""


class Applicant(Frozen, frozen=True):
    """One screen that waits. `key` is the SHA-256 of its public key; `source` the network it came from."""

    screen: str
    key: str
    request: str
    source: str
    first: datetime
    last: datetime

    @property
    def name(self) -> str:
        """Which entry of the list: a screen may be claimed by many keys."""
        return f"{self.screen} {self.key}"


def source_of(address: str) -> str:
    """The network of an address: of IPv6 the /64, which one machine has to itself."""
    try:
        found = ip_address(address)
    except ValueError:
        return "?"
    if isinstance(found, IPv6Address) and found.ipv4_mapped is None:
        return f"{IPv6Address(int(found) >> 64 << 64)}/64"
    return str(found)


def living(known: Iterable[Applicant], now: datetime) -> dict[str, Applicant]:
    """Those who have asked lately."""
    return {one.name: one for one in known if now - one.last < SILENT}


def admitted(known: Mapping[str, Applicant], one: Applicant) -> dict[str, Applicant]:
    """The list with `one` in it, who asks at `one.last`. Never longer than MOST_APPLICANTS."""
    listed = living(known.values(), one.last)
    before = listed.pop(one.name, None)
    if before is not None:
        return listed | {one.name: replace(one, first=before.first)}
    if len(listed) >= MOST_APPLICANTS:
        counts = Counter(each.source for each in listed.values())
        most = max(counts.values())
        greedy = {source for source, count in counts.items() if count == most}
        if 0 < counts[one.source] >= most - 1:  # with one more it would have the most
            greedy = {one.source}
        oldest = min((each for each in listed.values() if each.source in greedy), key=lambda each: each.last)
        del listed[oldest.name]
    return listed | {one.name: one}


def rivals(listed: Iterable[Applicant]) -> Counter[str]:
    """Screen → how many keys claim it; more than one is a conflict."""
    return Counter(one.screen for one in listed)


def is_due(issued: datetime, expires: datetime, now: datetime, key: str) -> bool:
    """Is it time for the next certificate? `key` spreads a village that was flashed on one day."""
    jitter = JITTER_SHARE * int(key[:8], 16) / 0xFFFFFFFF
    return now >= issued + (expires - issued) * (LIFE_SHARE - jitter)
