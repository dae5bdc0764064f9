"""What was on the panel, how often and for how long: the player's count of it. Pure.

Counts only grow, from boot on: a player that was restarted goes on where the file of the one before ended.
The agent makes receipts of them (kiosk.reporting.receipts).
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Annotated, Literal, NamedTuple

from msgspec import Meta
from msgspec.structs import replace

from content.files import sha256_hex
from content.manifest import encode
from content.notice import Alert, Frozen, Notice

MOST_NAMES = 1_000
"""Of more, those that were on the panel longest ago are forgotten."""
MOST_STEP_SECONDS = 120.0
"""Between two looks at the panel; the player looks every minute. What was on it longer is not vouched for."""
DIGEST_LENGTH = 16


class Name(NamedTuple):
    """Which wording of which item of whom."""

    publisher: str
    kind: Literal["notice", "alert"]
    item: str
    digest: str


def name_of(publisher: str, said: Notice | Alert) -> Name:
    """The name of what `publisher` says."""
    digest = sha256_hex(encode(said))[:DIGEST_LENGTH]
    return Name(publisher, "alert" if isinstance(said, Alert) else "notice", said.id, digest)


class Shown(Frozen, frozen=True):
    """How one item was shown since boot. `first` is None while the clock was not trusted."""

    publisher: str
    kind: Literal["notice", "alert"]
    item: str
    digest: str
    first: datetime | None = None
    times: int = 0
    seconds: float = 0.0

    @property
    def name(self) -> Name:
        return Name(self.publisher, self.kind, self.item, self.digest)


class Spool(Frozen, frozen=True):
    """The player's count as a file on tmpfs. `series`: another one means that the counts began anew."""

    series: Annotated[str, Meta(pattern=r"^[0-9a-f]{16}\Z")]
    shown: tuple[Shown, ...] = ()


class Tally:
    """Counts what `see` is told. `urgent`: an alert came on that the last `spool` does not tell of."""

    def __init__(self, before: Spool) -> None:
        """Go on from `before`."""
        self._series = before.series
        self._shown = {one.name: one for one in before.shown}
        self._on: frozenset[Name] = frozenset()
        self._turn: object = None
        self._ticks = 0.0
        self._untimed: dict[Name, float] = {}
        self.urgent = self.changed = False

    def see(self, names: Iterable[Name], turn: object, now: datetime | None, ticks: float) -> None:
        """These are on the panel at this moment; `now` is None while the clock is not trusted.

        Another `turn` of the same is another time.
        """
        before, self._on = self._on, frozenset(names)
        passed = min(ticks - self._ticks, MOST_STEP_SECONDS)
        for name in before:
            one = self._shown[name]
            self._shown[name] = replace(one, seconds=one.seconds + max(0.0, passed))
        for name in self._on if turn != self._turn else self._on - before:
            self._begin(name, now, ticks)
        if now:
            self._date(now, ticks)
        self._turn, self._ticks = turn, ticks

    def _begin(self, name: Name, now: datetime | None, ticks: float) -> None:
        """It comes on the panel."""
        one = self._shown.pop(name, None) or Shown(
            publisher=name.publisher, kind=name.kind, item=name.item, digest=name.digest
        )
        if one.times == 0:
            one = replace(one, first=now)
            if now is None:
                self._untimed[name] = ticks
        self._shown[name] = replace(one, times=one.times + 1)
        self.changed = True
        self.urgent = self.urgent or name.kind == "alert"
        for old in [old for old in self._shown if old not in self._on][: max(0, len(self._shown) - MOST_NAMES)]:
            del self._shown[old]
            self._untimed.pop(old, None)

    def _date(self, now: datetime, ticks: float) -> None:
        """The clock can be trusted: say when what came before was."""
        for name, then in self._untimed.items():
            self._shown[name] = replace(self._shown[name], first=now - timedelta(seconds=ticks - then))
            self.changed = True
        self._untimed.clear()

    def spool(self) -> Spool:
        """All counts, to be written down now."""
        self.urgent = self.changed = False
        rounded: Sequence[Shown] = [replace(one, seconds=round(one.seconds, 1)) for one in self._shown.values()]
        return Spool(series=self._series, shown=tuple(rounded))
