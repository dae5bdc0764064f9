"""The first contact after boot: a notice that was withdrawn meanwhile must not flash up. Pure.

The player leaves the notices out until the agent has heard what holds, but not for long: without a network
a screen goes on from its cache. The agent says so once for each boot, so that a player that is restarted alone
does not wait.
"""

from collections.abc import Collection, Mapping

from msgspec import Struct
from msgspec.structs import replace

from kiosk.view import View

PATIENCE_SECONDS = 5.0
"""From the agent's start on."""
AGENT_SECONDS = 10.0
"""How long the agent may take to start: it loads the crypto and network libraries, seconds on a Pi's cold card."""


class FirstContact(Struct, frozen=True):
    """How long to wait still. `over` stays so."""

    began: float
    agent_here: float | None = None
    over: bool = False

    def at(self, ticks: float, *, agent_here: bool, contact: bool) -> "FirstContact":
        """The state at `ticks`, after a look at the agent's word."""
        if self.over:
            return self
        seen = self.agent_here if self.agent_here is not None else ticks if agent_here else None
        known = replace(self, agent_here=seen)
        return replace(known, over=contact or ticks >= known.until)

    @property
    def until(self) -> float:
        """Ticks at which the waiting ends in any case."""
        return self.began + AGENT_SECONDS if self.agent_here is None else self.agent_here + PATIENCE_SECONDS


def without_notices(view: View) -> View:
    """What may be shown while the agent has not been heard: alerts, card, code and the place's names."""
    return replace(view, notices=(), awaited=True)


def in_contact(kept: Mapping[str, bool], heard: Collection[str]) -> bool:
    """Has the agent heard what holds? `kept`: the MQTT topics of which the cache holds something, and whether the
    newest of it is here (a head's content comes by HTTP). What is not kept cannot flash up."""
    return all(here and topic in heard for topic, here in kept.items())
