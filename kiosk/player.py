"""The player: process two, pixels. From the cache to the panel, with or without a network.

It reads what the agent left in the cache, asks what is to be seen (stage, rotation), and draws when something
changes. The watchdog is fed only after a step that left the right picture on the panel.
"""

import logging
import math
import threading
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from msgspec.structs import replace

from content.clock import BUILD_TIME, Clock, FlooredClock
from content.display import DisplayConfig
from content.manifest import DEFAULT_ZONE
from content.notice import Alert, Notice
from content.reports import Heartbeat
from kiosk.cache import Cache
from kiosk.canvas import Canvas
from kiosk.checked_clock import CheckedClock
from kiosk.contact import without_notices
from kiosk.display import Display
from kiosk.identity import identity
from kiosk.lcd.visitor_mark import marked
from kiosk.led.fonts import fonts_for
from kiosk.loaded import Loaded, load
from kiosk.machine.power import NoSwitch, Switch
from kiosk.motion import Motion
from kiosk.notify import Notifier
from kiosk.orders.screenshot import png
from kiosk.pairing import pairing_scene
from kiosk.programme import Programme
from kiosk.projector import Projector
from kiosk.pulse import HEARTBEAT_SECONDS, Pulse
from kiosk.reporting.tally import Name, name_of
from kiosk.scene import Look, Scene, alert_seconds, compose, compose_alert, darkness
from kiosk.stage import AlertTurn, Stage, staged
from kiosk.technician import Technician
from kiosk.view import merge
from kiosk.visitor import Gesture, Hand, Touch, Visit
from kiosk.watch import CacheWatch
from kiosk.word import AgentWord

log = logging.getLogger(__name__)

ALIVE_SECONDS = 1.0
"""The watchdog is fed no more often, however many pictures a second there are."""
AFTER_ERROR_SECONDS = 1.0
LOOK_SECONDS = 20.0
"""How often the cache is looked at without an event."""
TICK_IN_PEACE_SECONDS = 1.0
"""So long before the minute ends no notice is laid out in advance: a long one takes most of that on a Pi."""
LEAST_WAIT_SECONDS, LEAST_FRAME_SECONDS = 0.01, 0.001


def nobody() -> Sequence[Touch]:
    """The touches of a display that cannot be touched."""
    return ()


def minute_of(now: datetime) -> datetime:
    return now.replace(second=0, microsecond=0)


class Player:
    """One screen's player. Made, run and closed by one thread."""

    def __init__(
        self,
        place: str,
        cache: Cache,
        display: Display,
        run_folder: Path,
        clock: Clock,
        *,
        notifier: Notifier,
        timezone: str = DEFAULT_ZONE,
        touches: Callable[[], Sequence[Touch]] = nobody,
        power: Switch | None = None,
        fades: bool = False,
        waits: bool = False,
        most_rate: float = math.inf,
        assigned: DisplayConfig | None = None,
    ) -> None:
        """`waits`: after boot, hold notices back until the agent has heard what holds, or for some seconds.

        `assigned`: the panel that an assignment named when `display` was opened; with another one, this player ends.
        `most_rate`: so many pictures a second the display can take of what moves.
        """
        self._most_rate, self._assigned = most_rate, assigned
        self._place, self._cache, self._display, self._run_folder = place, cache, display, run_folder
        self._clock = FlooredClock(CheckedClock(clock, lambda: self._word.dated), BUILD_TIME)
        self._notifier, self._timezone, self._touches, self._power = notifier, timezone, touches, power or NoSwitch()
        canvas = Canvas(display.surface, cache.blob, fonts_for(display.geometry))
        self._projector = Projector(display, canvas, fades=fades, monotonic=clock.monotonic)
        self._look = Look(display.geometry, canvas.metrics)
        self._programme = Programme(clock.monotonic)
        self._loaded = Loaded(merge(place, (), timezone=timezone), "", BUILD_TIME)
        self._blobs: frozenset[tuple[str, int]] = frozenset()
        self._stage: Stage | None = None
        self._alert_turn = AlertTurn()
        self._hand, self._visit = Hand(), Visit()
        self._shown: object = None
        """Which turn of what is on the panel: when it changes, what moves begins anew."""
        self._motion = Motion()
        self._telling = ("", 0, 0)
        """What the heartbeat says of it: which notice or alert, which page of how many."""
        self._said: Notice | Alert | None = None
        self._said_turn: object = None
        """What is counted as shown: which turn of what."""
        self._named: tuple[object, object, tuple[Name, ...]] = (None, None, ())
        self._look_again = 0.0
        self._minute = BUILD_TIME
        """The minute of the last step: until the panel has seen a step in the new one, its clock is behind."""
        self._error = ""
        self._word = AgentWord(run_folder, clock.monotonic(), waits=waits)
        self._pulse = Pulse(run_folder)
        self._technician = Technician(cache.folder, run_folder, self._clock)
        self._fed_ticks = -math.inf
        self._stopping = threading.Event()
        self._changed = threading.Event()
        self._changed.set()

    def run(self) -> None:
        """Show until `stop`."""
        self._cache.prepare_for_reading()
        log.info("player: %s at %d×%d", self._place, self._look.geometry.width, self._look.geometry.height)
        watch = CacheWatch(self._cache.folder, self._wake, word=self._run_folder)
        watch.start()
        try:
            self.step()
            self._notifier.ready()
            while not self._stopping.is_set() and self._display.wait(self.seconds_to_wait()):
                self.step()
        finally:
            watch.close()
            self._pulse.close()
            self._power.close()
            self._projector.close()
            self._display.close()

    def stop(self) -> None:
        """End `run` soon. From any thread."""
        self._stopping.set()
        self._display.wake()

    def _wake(self) -> None:
        """The cache has changed, or the agent has spoken. Called by the watch's thread."""
        self._changed.set()
        self._display.wake()

    def step(self) -> None:
        """Bring the panel up to this moment."""
        ticks = self._clock.monotonic()
        self._listen(ticks)
        if self._changed.is_set() or ticks >= self._look_again:  # events are hints and may be lost
            self._changed.clear()
            self._look_again = ticks + LOOK_SECONDS
            self._reload()
        now = self._clock.now()
        stage = self._staged(now)
        self._feel(stage, ticks)
        self._show(stage, now, ticks)
        self._minute = minute_of(now)
        self._give_picture()
        self._power.want(lit=stage.light.lit, percent=stage.light.percent)
        self._beat(stage, now, ticks)
        if ticks - self._fed_ticks >= ALIVE_SECONDS:
            self._fed_ticks = ticks
            self._notifier.alive()

    def _listen(self, ticks: float) -> None:
        """Hear what the agent says."""
        if self._word.listen(ticks, now=self._changed.is_set()):
            self._changed.set()  # the notices are awaited no longer
        if self._word.restart:
            log.info("asked to start again")
            self.stop()

    def _give_picture(self) -> None:
        """What the panel shows, for the agent that asks for it."""
        if self._word.picture_wanted:
            try:
                self._word.give_picture(png(self._display.surface))
            except OSError as error:
                log.warning("screenshot: %s", error)

    def _reload(self) -> None:
        """Read the cache; what has not changed goes on undisturbed."""
        if self._cache.assigned_display() != self._assigned:
            log.info("assigned another panel: starting again")
            self.stop()
        loaded = load(self._cache, self._place, self._timezone)
        if self._word.awaited:
            loaded = replace(loaded, view=without_notices(loaded.view))
        self._clock.raise_floor(loaded.newest)
        if loaded.view != self._loaded.view:
            self._stage = None
            self._programme.changed()
        self._programme.add_no_news(loaded.first_heard(self._loaded))
        self._loaded = loaded
        blobs = self._cache.blobs_here()
        if blobs != self._blobs:  # a picture that could not be drawn may be here now
            self._blobs = blobs
            self._projector.forget()

    def _staged(self, now: datetime) -> Stage:
        trusted = self._clock.trusted()
        if self._stage is None or not self._stage.holds(now, trusted):
            self._stage = staged(self._loaded.view, now, clock_trusted=trusted)
        ticks = self._clock.monotonic()
        if self._word.pairing or self._word.identify(ticks) or self._technician.tells(ticks):
            return replace(self._stage, light=replace(self._stage.light, lit=True))
        return self._stage

    def _feel(self, stage: Stage, ticks: float) -> None:
        """What people at the screen have done since the last step. A dark screen feels nothing."""
        for touch in self._touches():
            self._hand, gesture = self._hand.felt(touch, ticks)
            if gesture and stage.light.lit:
                self._follow(gesture, stage, ticks)
        self._hand, gesture = self._hand.at(ticks)
        if gesture and stage.light.lit:
            self._follow(gesture, stage, ticks)
        self._visit = self._visit.at(ticks)

    def _follow(self, gesture: Gesture, stage: Stage, ticks: float) -> None:
        self._visit, by = self._visit.felt(gesture, ticks, pages_only=bool(stage.alerts))
        if stage.alerts:
            self._alert_turn = self._alert_turn.turned(by, ticks, self._alert_seconds) if by else self._alert_turn
            return
        self._programme.turn(by, self._visit.until, self._loaded.view, self._look)

    def _show(self, stage: Stage, now: datetime, ticks: float) -> None:
        """Choose, lay out, draw. What cannot be shown costs itself, never the screen."""
        view = self._loaded.view
        try:
            enlarged = self._visit.enlarged and not stage.alerts
            self._look = replace(self._look, theme=stage.light.theme, enlarged=enlarged)
            self._projector.dim(stage.light.percent)
            self._said, self._telling = None, ("", 0, 0)
            identified, pairing = self._word.identify(ticks), self._word.pairing
            if stage.alerts:  # at once: laying out the notices would take a second or more
                self._show_alert(stage, now, ticks)
            elif identified:
                self._draw(identified, lambda passed: identity(identified[0], view, self._look, elapsed=passed), ticks)
            elif pairing:
                self._draw(("pairing",), lambda passed: pairing_scene(pairing, self._look, elapsed=passed), ticks)
            elif self._technician.tells(ticks):
                self._draw(("told",), self._technician.told(self._look), ticks)
            elif not stage.light.lit:
                self._draw(("dark",), lambda _: darkness(self._look), ticks)
            elif self._visit.status:
                self._draw(("status",), self._technician.status(self._look, view.zone, ticks), ticks)
            elif self._technician.reminds(ticks, self._look):
                self._draw(("reminded",), self._technician.reminded(self._look), ticks)
            else:
                self._show_notices(stage, now, ticks)
            self._error = ""
        except Exception as error:
            if str(error)[:200] != self._error:
                log.exception("cannot draw; showing the standby picture")
            self._error, self._said = str(error)[:200], None
            self._programme.skip(ticks + AFTER_ERROR_SECONDS)
            self._look_again = ticks + AFTER_ERROR_SECONDS  # the next one is not to wait for this one's time
            self._shown = None
            self._projector.forget()
            self._projector.show(compose(merge(self._place, ()), None, None, self._look), ticks)

    def _show_alert(self, stage: Stage, now: datetime, ticks: float) -> None:
        view, moment, look, count = self._loaded.view, self._moment(stage, now), self._look, len(stage.alerts)
        turn = self._alert_turn = self._alert_turn.advanced(stage.alerts, ticks, self._alert_seconds)

        def picture(elapsed: float) -> Scene:
            return compose_alert(view, turn.alert, turn.index + 1, count, moment, look, elapsed=elapsed)

        self._telling = (turn.alert.id, turn.index + 1, count)
        self._said, self._said_turn = turn.alert, turn.since
        self._draw(("alert", turn.alert.id, turn.since), picture, ticks)

    def _alert_seconds(self, alert: Alert) -> float:
        return alert_seconds(self._loaded.view, alert, self._look)

    def _show_notices(self, stage: Stage, now: datetime, ticks: float) -> None:
        view, moment, look = self._loaded.view, self._moment(stage, now), self._look
        words = self._visit.words(ticks) or self._technician.mark
        in_peace = not self._holds_back(now) and self._minute == minute_of(now)
        slide = self._programme.slide(view, look, now, ticks, trusted=stage.trusted, in_peace=in_peace)
        if slide:
            self._telling = (slide.id, slide.number, slide.pages)
            self._said = slide.about if isinstance(slide.about, Notice) else None
            self._said_turn = self._programme.turns if slide.number == 1 else self._said_turn

        def picture(elapsed: float) -> Scene:
            scene = compose(view, slide, moment, look, elapsed=elapsed)
            return marked(scene, words, view, look)

        by_hand = ticks < self._visit.until
        self._draw(("slide", self._programme.turns, look.enlarged), picture, ticks, fading=not by_hand)

    def _holds_back(self, now: datetime) -> bool:
        """Is this no time to lay out what is not shown yet? A fade would stand still, or the clock be late."""
        is_fading = self._projector.due() < math.inf
        return is_fading or now - minute_of(now) > timedelta(seconds=60.0 - TICK_IN_PEACE_SECONDS)

    def _moment(self, stage: Stage, now: datetime) -> datetime | None:
        """The village's local time; None while the clock is not trusted."""
        return now.astimezone(self._loaded.view.zone).replace(tzinfo=None) if stage.trusted else None

    def _draw(
        self, shown: tuple[object, ...], picture: Callable[[float], Scene], ticks: float, *, fading: bool = False
    ) -> None:
        """Show the picture of this moment; `fading` from one slide to another only, never from or to an alert."""
        begins = shown != self._shown
        fading = fading and begins and isinstance(self._shown, tuple) and self._shown[0] == shown[0]
        if begins:
            self._shown, self._motion = shown, Motion(ticks)
        scene = picture(self._motion.elapsed(ticks))
        whole, rate = self._projector.show(scene, ticks, fading=fading), min(scene.rate, self._most_rate)
        self._motion = Motion(max(self._motion.started, whole) if begins else self._motion.started, rate)

    def _beat(self, stage: Stage, now: datetime, ticks: float) -> None:
        """Leave a sign of life for the agent, and the count of what was shown."""
        item, page, pages = self._telling
        beat = Heartbeat(
            at=now,
            pointer=self._loaded.pointer,
            item=item,
            page=page,
            pages=pages,
            frames=self._projector.frames,
            error=self._error,
            lit=stage.light.lit,
            brightness=stage.light.percent,
            theme=stage.light.theme,
            held=ticks < self._visit.until,
            power=self._power.sent(),
        )
        self._pulse.beat(beat, ticks)
        self._pulse.see(self._names(), self._said_turn, now if self._clock.trusted() else None, ticks)

    def _names(self) -> tuple[Name, ...]:
        """What is on the panel: two publishers may say the very same. Asked at every step, so remembered."""
        said, view = self._said, self._loaded.view
        if self._named[0] is not said or self._named[1] is not view:
            names = tuple(name_of(publisher, one) for publisher, one in view.given if said and one == said)
            self._named = (said, view, names)
        return self._named[2]

    def seconds_to_wait(self) -> float:
        """Until the next thing that can change the picture."""
        now, ticks = self._clock.now(), self._clock.monotonic()
        waits = [HEARTBEAT_SECONDS, 60.0 - now.second - now.microsecond / 1e6, self._look_again - ticks]
        waits.append(self._word.due() - ticks)
        waits += [0.0] if self._minute != minute_of(now) else []  # it began while the last step was drawn
        if self._stage and self._stage.until:
            waits.append((self._stage.until - now).total_seconds())
        if self._stage and self._stage.alerts:  # nothing else moves meanwhile
            waits.append(self._alert_turn.until - ticks)
        elif self._stage and self._stage.light.lit:
            waits += [self._programme.due() - ticks, self._visit.due(ticks) - ticks, self._hand.due() - ticks]
            waits.append(self._technician.due(ticks) - ticks)
            until = self._programme.until()
            waits += [(until - now).total_seconds()] if until else []
            waits += [0.0] if self._programme.prepares and not self._holds_back(now) else []
        moving = min(self._motion.due(ticks), self._projector.due()) - ticks
        return max(LEAST_FRAME_SECONDS, min(moving, max(LEAST_WAIT_SECONDS, min(waits))))
