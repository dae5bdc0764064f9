"""Somebody stands at the screen: what fingers and keys mean, and how long the screen listens to them. Pure.

A tap on the right third turns to the next page, on the left third back; in the middle it holds the notice, twice
there or a long press enlarges the type. Keys do the same. A finger that rests in the head of the picture for five
seconds asks how the screen itself is. Half a minute after the last touch everything goes on as
before. A broken touch panel touches itself all day, and so do children: after three minutes the screen
goes its own way until nobody has touched it for ten seconds.
"""

import math
from enum import StrEnum

from msgspec import Struct
from msgspec.structs import replace

VISIT_SECONDS = 30.0
LONGEST_VISIT_SECONDS = 180.0
PEACE_SECONDS = 10.0
"""After too long a visit the screen listens again when it was left in peace for so long."""
BETWEEN_SECONDS = 0.25
"""What comes quicker after what was taken is a flood, or a finger that trembles."""
LONG_PRESS_SECONDS = 0.7
DOUBLE_TAP_SECONDS = 0.6
STATUS_PRESS_SECONDS, STATUS_WITHIN = 5.0, 0.15
"""How long a finger rests for the page about the screen itself, and how far down, in parts of the height: residents
touch the notice, and not for so long."""
STATUS_SECONDS = 60.0
SWIPE = 0.12
"""A finger that moved so much of the width meant to push the page aside."""
SIDE = 1 / 3
COUNT_SECONDS = 10.0
"""The mark counts down in such steps: seconds that tick would draw everybody's eye."""


class Gesture(StrEnum):
    """What somebody wants."""

    NEXT = "next"
    BACK = "back"
    HOLD = "hold"
    ENLARGE = "enlarge"
    STATUS = "status"
    """How the screen itself is: for the technician."""


class Finger(Struct, frozen=True):
    """A finger (or a mouse's button) goes down or is lifted, there: in parts of the upright picture's sides."""

    x: float
    y: float
    down: bool


Touch = Finger | Gesture
"""What a display reports: a finger, or a key that means a gesture already."""


class Hand(Struct, frozen=True):
    """What fingers have done so far."""

    pressed: Finger | None = None
    since: float = -math.inf
    tapped: float = -math.inf
    """Ticks of the last tap in the middle: a second one soon after is a double tap."""

    def felt(self, touch: Touch, ticks: float) -> tuple["Hand", Gesture | None]:
        """The hand after `touch`, and what it means, if anything yet."""
        if isinstance(touch, Gesture):
            return Hand(), touch
        if touch.down:
            return replace(self, pressed=touch, since=ticks), None
        if self.pressed is None:
            return self, None
        if ticks >= self.due():  # and nobody has looked in between
            return Hand(), Gesture.STATUS
        moved = touch.x - self.pressed.x
        if abs(moved) >= SWIPE:
            return Hand(), Gesture.NEXT if moved < 0 else Gesture.BACK
        if ticks - self.since >= LONG_PRESS_SECONDS:
            return Hand(), Gesture.ENLARGE
        if touch.x < SIDE:
            return Hand(), Gesture.BACK
        if touch.x > 1 - SIDE:
            return Hand(), Gesture.NEXT
        if ticks - self.tapped <= DOUBLE_TAP_SECONDS:
            return Hand(), Gesture.ENLARGE
        return Hand(tapped=ticks), Gesture.HOLD

    def due(self) -> float:
        """Ticks at which a finger that is still there means something; inf for none."""
        resting = self.pressed is not None and self.pressed.y < STATUS_WITHIN
        return self.since + STATUS_PRESS_SECONDS if resting else math.inf

    def at(self, ticks: float) -> tuple["Hand", Gesture | None]:
        """The hand as time passes, and what it means by now."""
        return (Hand(), Gesture.STATUS) if ticks >= self.due() else (self, None)


class Visit(Struct, frozen=True):
    """What the person at the screen has asked for. Without one, the screen goes its own way."""

    until: float = -math.inf
    """Ticks at which everything returns."""
    since: float = -math.inf
    taken: float = -math.inf
    """Ticks of the last gesture that was followed."""
    heard: float = -math.inf
    """Ticks of the last gesture at all."""
    held: bool = False
    enlarged: bool = False
    deaf: bool = False
    status: bool = False
    """The page about the screen itself is on the panel; any touch takes it away."""

    def felt(self, gesture: Gesture, ticks: float, *, pages_only: bool = False) -> tuple["Visit", int]:
        """The visit after `gesture`, and by how many pages to turn. `pages_only`: during an alert."""
        begins = ticks - self.heard >= (PEACE_SECONDS if self.deaf else VISIT_SECONDS)
        now = replace(Visit(since=ticks) if begins else self, heard=ticks)
        if now.deaf or ticks - now.since > LONGEST_VISIT_SECONDS:
            return Visit(since=now.since, heard=ticks, deaf=True), 0
        if ticks - now.taken < BETWEEN_SECONDS or (pages_only and gesture not in (Gesture.NEXT, Gesture.BACK)):
            return now, 0
        now = replace(now.at(ticks), taken=ticks, until=ticks + VISIT_SECONDS)
        match gesture:
            case _ if now.status:
                return replace(now, status=False, until=ticks), 0
            case Gesture.STATUS:
                until = min(ticks + STATUS_SECONDS, now.since + LONGEST_VISIT_SECONDS + VISIT_SECONDS)
                return replace(now, status=True, held=False, enlarged=False, until=until), 0
            case Gesture.HOLD if now.held:  # again: let it go
                return replace(now, held=False, enlarged=False, until=ticks), 0
            case Gesture.HOLD:
                return replace(now, held=True), 0
            case Gesture.ENLARGE:
                return replace(now, enlarged=not now.enlarged), 0
            case _:
                return now, 1 if gesture is Gesture.NEXT else -1

    def at(self, ticks: float) -> "Visit":
        """The visit as it stands; nothing of it is left when its time is over."""
        return self if ticks < self.until else replace(self, held=False, enlarged=False, status=False)

    def words(self, ticks: float) -> str:
        """What the screen says of it: 已停住 · 30秒后继续; "" where there is nothing to say."""
        if ticks >= self.until or not (self.held or self.enlarged):
            return ""
        state = " · ".join(word for word, true in (("已停住", self.held), ("已放大", self.enlarged)) if true)
        return f"{state} · {self._steps(ticks) * COUNT_SECONDS:.0f}秒后继续"

    def _steps(self, ticks: float) -> int:
        return math.ceil((self.until - ticks) / COUNT_SECONDS)

    def due(self, ticks: float) -> float:
        """Ticks at which the words change, or the visit ends; inf without one."""
        if ticks >= self.until:
            return math.inf
        return self.until - (self._steps(ticks) - 1) * COUNT_SECONDS if self.words(ticks) else self.until
