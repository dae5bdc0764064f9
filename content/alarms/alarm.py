"""What a set of alarms from outside comes to: which alerts stand, and which have ended. Pure.

Alarms are kept as a set, and the answer is a function of the set: the order in which messages
came, and how often, cannot matter. Messages that name one another (CAP `references`; the same
identifier) make a thread, and the newest of a thread is what holds. So a Cancel that overtakes
its Alert ends it all the same. (CAP 1.2 lets an Update replace only the messages that it names; senders
who go on naming only the first one mean the thread, and so do we.)
"""

import hashlib
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Annotated, Literal, NamedTuple

from msgspec import Meta
from msgspec.structs import replace

from content.errors import AlarmReason, AlarmRefused
from content.notice import Frozen, Level

DEFAULT_LIFE = timedelta(hours=6)
"""Of an alert that does not say when it expires; CAP 1.2, 3.2.2 leaves that to the recipient."""
MOST_LIFE = timedelta(days=7)
"""What a stranger may take a screen over for; an Update may prolong it."""
KEPT_FOR = timedelta(days=30)
"""How long a message is remembered, so that a Cancel may come that long before its Alert."""
MOST_KEPT = 5_000
MOST_AHEAD = timedelta(hours=24)
"""A `sent` further in the future is a wrong clock, and would be the newest of its thread for ever."""
MOST_PARTS = 8

Act = Literal["alert", "update", "cancel"]
RANK: dict[Act, int] = {"alert": 0, "update": 1, "cancel": 2}


class Node(NamedTuple):
    """What a message is called. An exercise can never touch what is real."""

    sender: str
    identifier: str
    exercise: bool


class Named(Frozen, frozen=True):
    """An earlier message that is referred to."""

    sender: str
    identifier: str
    sent: datetime


class Part(Frozen, frozen=True):
    """One alert as a screen is to show it, and where. `words` are the original ones, in full."""

    level: Level
    event: str
    headline: str
    to: tuple[str, ...]
    issued: datetime
    expires: datetime
    instruction: str = ""
    contact: str = ""
    words: dict[str, str] = {}


class Alarm(Frozen, frozen=True):
    """One message, translated. `parts` is empty for a cancel; there is one for each area with words of its own."""

    sender: str
    identifier: str
    sent: Annotated[datetime, Meta(tz=True)]
    act: Act
    received: Annotated[datetime, Meta(tz=True)]
    references: tuple[Named, ...] = ()
    exercise: bool = False
    draft: bool = False
    """Waits for a person."""
    via: str = ""
    """The token, or the command, that it came by."""
    digest: str = ""
    """Of the whole request, where the sender gives no `sent`: says whether it came again."""
    stamped: bool = False
    """`sent` is when it came, by our own clock."""
    parts: Annotated[tuple[Part, ...], Meta(max_length=MOST_PARTS)] = ()
    remarks: tuple[str, ...] = ()
    """What the sender should know of how it was understood."""

    @property
    def node(self) -> Node:
        return Node(self.sender, self.identifier, self.exercise)

    def nodes(self) -> set[Node]:
        """Its own name and those that it refers to."""
        return {self.node} | {Node(one.sender, one.identifier, self.exercise) for one in self.references}

    @property
    def order(self) -> tuple[datetime, int, str, str]:
        """Of two messages of a thread the greater one holds; at the same second, the cancel."""
        return (self.sent, RANK[self.act], self.identifier, self.sender)


class Thread(Frozen, frozen=True):
    """Messages that speak of one thing."""

    nodes: frozenset[Node]
    alarms: tuple[Alarm, ...]
    """In the order in which they were sent."""
    begun: datetime
    root: Node

    @property
    def newest(self) -> Alarm:
        return self.alarms[-1]

    def standing(self, now: datetime) -> tuple[Part, ...]:
        """What of it is to be shown."""
        return tuple(part for part in self.newest.parts if part.expires > now)


def lasting(issued: datetime, expires: datetime | None) -> datetime:
    """Until when an alert is shown. Raises AlarmRefused where it would end before it begins."""
    end = min(expires or issued + DEFAULT_LIFE, issued + MOST_LIFE)
    if end <= issued:
        raise AlarmRefused(
            AlarmReason.EXPIRED, f"在 {end.isoformat()} 失效，不晚于生效时间 {issued.isoformat()}，不显示"
        )
    return end


def same_message(one: Alarm, other: Alarm) -> bool:
    """CAP 1.2, 3.2.1: identifier, sender and sent name a message."""
    return one.node == other.node and one.sent == other.sent


def is_known(new: Alarm, alarms: Iterable[Alarm]) -> bool:
    """Has it come before: the very message, or, from a sender that gives no times, the same request as last?"""
    same_name = [one for one in alarms if one.node == new.node]
    if not new.stamped:
        return any(same_message(one, new) for one in same_name)
    return bool(new.digest and same_name and max(same_name, key=lambda one: one.order).digest == new.digest)


def in_order(new: Alarm, alarms: Iterable[Alarm]) -> Alarm:
    """`new`, later than all of its name where only our clock says when it was sent: that may have been set back."""
    others = [one.sent for one in alarms if one.node == new.node]
    if not new.stamped or not others or max(others) < new.sent:
        return new
    return replace(new, sent=max(others) + timedelta(microseconds=1))


def with_alarm(alarms: Iterable[Alarm], new: Alarm) -> tuple[Alarm, ...]:
    """The set with `new` in it, what is too old or too much left out."""
    kept = [one for one in alarms if not same_message(one, new) and one.received > new.received - KEPT_FOR]
    return tuple(sorted([*kept, new], key=lambda one: one.received)[-MOST_KEPT:])


def thread_of(alarms: Iterable[Alarm], one: Alarm) -> Thread:
    """The thread that `one`, a member of `alarms`, belongs to."""
    left, nodes = list(alarms), one.nodes()
    joined: list[Alarm] = []
    while True:
        more = [alarm for alarm in left if alarm.nodes() & nodes]
        if not more:
            break
        left = [alarm for alarm in left if not alarm.nodes() & nodes]
        joined += more
        nodes = nodes.union(*(alarm.nodes() for alarm in more))
    begun: dict[Node, datetime] = {}
    for alarm in joined:
        for named in alarm.references:
            node = Node(named.sender, named.identifier, alarm.exercise)
            begun[node] = min(begun.get(node, named.sent), named.sent)
    for alarm in sorted(joined, key=lambda each: each.sent, reverse=True):  # its own word is better than another's
        begun[alarm.node] = alarm.sent
    root = min(nodes, key=lambda node: (begun[node], node))
    ordered = tuple(sorted(joined, key=lambda each: each.order))
    return Thread(nodes=frozenset(nodes), alarms=ordered, begun=begun[root], root=root)


def mark(node: Node) -> str:
    """What in a file's name tells which message it came from."""
    return hashlib.sha256("\n".join((node.sender, node.identifier, str(node.exercise))).encode()).hexdigest()[:10]


def alert_ids(thread: Thread, local_day: str, parts: int) -> list[str]:
    """The ids of the alerts of a thread: the same whichever of its messages came first."""
    first = f"{local_day}-{mark(thread.root)}"
    return [first if number == 0 else f"{first}-{number + 1}" for number in range(parts)]
