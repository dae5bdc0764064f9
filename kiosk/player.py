"""The player: process two, pixels. From the cache to the panel, with or without a network.

It reads what the agent left in the cache, decides what is on air, and draws when something
changes. The watchdog is fed only after a step that left the right picture on the panel.
"""

import logging
import threading
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from msgspec import Struct

from content.clock import BUILD_TIME, Clock, FlooredClock
from content.manifest import DEFAULT_ZONE, Content
from content.notice import Alert, Notice
from content.onair import active_alerts, on_air
from kiosk.cache import Cache
from kiosk.canvas import Canvas
from kiosk.display import Display
from kiosk.health import Heartbeat, write_heartbeat
from kiosk.notify import Notifier
from kiosk.page import Page
from kiosk.plan import showable
from kiosk.rotation import Rotation, slides
from kiosk.scene import Geometry, Scene, compose, compose_alert, pages
from kiosk.view import Offered, View, merge
from kiosk.watch import CacheWatch

log = logging.getLogger(__name__)

HEARTBEAT_SECONDS = 10.0
AFTER_ERROR_SECONDS = 1.0
LOOK_SECONDS = 20.0
"""How often the cache is looked at without an event."""
ALERT_SECONDS = 10.0
"""How long each of several alerts stays."""


class Loaded(Struct, frozen=True):
    """One state of the cache. `pointer` is the digest that names it."""

    view: View
    pointer: str
    newest: datetime
    """The newest `issued` of the first publisher: that moment has passed, whatever the clock says."""


def load(cache: Cache, place: str, timezone: str = DEFAULT_ZONE) -> Loaded:
    """What the cache holds for the screen; an empty view at `place` where it holds nothing."""
    pointer, digest = cache.pointer()
    offered: list[Offered] = []
    alerts: list[Alert] = []
    newest, first = BUILD_TIME, ""
    for versions in (cache.stack(digests) for digests in (pointer.stacks.values() if pointer else ())):
        for version in versions[:1]:
            first = first or version.manifest.publisher  # stacks stand in the keyring's order
            if version.manifest.publisher == first:
                newest = max(newest, version.manifest.issued)
            alerts += version.manifest.alerts.alerts if version.manifest.alerts else ()
        contents: list[Content] = [version.content for version in versions if version.content]
        shown = showable(contents, cache.has)
        if shown:
            offered.append(Offered(versions[0].manifest.place, versions[0].manifest.publisher, shown))
    return Loaded(merge(pointer.place if pointer else place, offered, alerts, timezone=timezone), digest, newest)


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
    ) -> None:
        self._timezone = timezone
        self._place, self._cache, self._display, self._run_folder = place, cache, display, run_folder
        self._clock = FlooredClock(clock, BUILD_TIME)
        self._notifier = notifier
        self._canvas = Canvas(display.surface, cache.blob)
        width, height = display.surface.get_size()
        self._geometry = Geometry(width, height)
        self._loaded = Loaded(merge(place, (), timezone=timezone), "", BUILD_TIME)
        self._rotation = Rotation()
        self._blobs: frozenset[tuple[str, int]] = frozenset()
        self._pages: dict[Notice, tuple[Page, ...]] = {}
        self._on_air_until: datetime | None = None
        self._chosen_at = BUILD_TIME
        self._look_again = 0.0
        self._on_air_trusted = False
        self._scene: Scene | None = None
        self._frames = 0
        self._error = ""
        self._told, self._told_ticks = Heartbeat(at=BUILD_TIME), -HEARTBEAT_SECONDS
        self._stopping = threading.Event()
        self._changed = threading.Event()
        self._changed.set()

    def run(self) -> None:
        """Show until `stop`."""
        self._cache.prepare_for_reading()
        log.info("player: %s at %d×%d", self._place, self._geometry.width, self._geometry.height)
        watch = CacheWatch(self._cache.folder, self._wake)
        watch.start()
        try:
            self.step()
            self._notifier.ready()
            while not self._stopping.is_set() and self._display.wait(self.seconds_to_wait()):
                self.step()
        finally:
            watch.close()
            self._display.close()

    def stop(self) -> None:
        """End `run` soon. From any thread."""
        self._stopping.set()
        self._display.wake()

    def _wake(self) -> None:
        """The cache has changed. Called by the watch's thread."""
        self._changed.set()
        self._display.wake()

    def step(self) -> None:
        """Bring the panel up to this moment."""
        now, ticks = self._clock.now(), self._clock.monotonic()
        if self._changed.is_set() or ticks >= self._look_again:  # events are hints and may be lost
            self._changed.clear()
            self._look_again = ticks + LOOK_SECONDS
            self._reload()
            now = self._clock.now()
        self._show(now, ticks)
        self._beat(now, ticks)
        self._notifier.alive()

    def _show(self, now: datetime, ticks: float) -> None:
        """Choose, lay out, draw. What cannot be shown costs itself, never the screen."""
        try:
            alerts = active_alerts(self._loaded.view.alerts, now, clock_trusted=self._clock.trusted())
            if alerts:  # at once: laying out the notices would take a second or more
                self._draw(self._compose_alert(alerts, now, ticks))
            else:
                if self._on_air_is_over(now):
                    self._choose(now, ticks)
                self._rotation = self._rotation.advanced(ticks)
                self._draw(self._compose(now))
            self._error = ""
        except Exception as error:
            if str(error)[:200] != self._error:
                log.exception("cannot draw; showing the standby picture")
            self._error = str(error)[:200]
            self._rotation = self._rotation.at(self._rotation.index + 1, ticks)
            self._look_again = ticks + AFTER_ERROR_SECONDS  # the next one is not to wait for this one's time
            bare = merge(self._place, ())
            self._draw(compose(bare, None, None, self._geometry, self._canvas.metrics))

    def _reload(self) -> None:
        """Read the cache; what has not changed goes on undisturbed."""
        loaded = load(self._cache, self._place, self._timezone)
        self._clock.raise_floor(loaded.newest)
        if loaded.view != self._loaded.view:
            self._on_air_until = None
            if loaded.view.pace != self._loaded.view.pace:
                self._pages.clear()
        self._loaded = loaded
        blobs = self._cache.blobs_here()
        if blobs != self._blobs:  # a picture that could not be drawn may be here now
            self._blobs = blobs
            self._canvas.forget()
            self._scene = None

    def _on_air_is_over(self, now: datetime) -> bool:
        return (
            self._on_air_until is None
            or not self._chosen_at <= now < self._on_air_until  # the clock may step back as well
            or self._on_air_trusted != self._clock.trusted()
        )

    def _choose(self, now: datetime, ticks: float) -> None:
        """What is on air from now, and until when that holds."""
        view = self._loaded.view
        self._on_air_trusted, self._chosen_at = self._clock.trusted(), now
        answer = on_air(view.notices, now, view.zone, clock_trusted=self._on_air_trusted)
        self._on_air_until = answer.until
        self._pages = {notice: self._pages[notice] for notice in answer.due if notice in self._pages}
        self._rotation = self._rotation.replaced(slides(view, answer.due, self._pages_of), ticks)

    def _pages_of(self, notice: Notice) -> Sequence[Page]:
        if notice in self._pages:
            return self._pages[notice]
        try:
            self._pages[notice] = pages(notice, self._loaded.view, self._geometry, self._canvas.metrics)
        except Exception:
            log.exception("%s cannot be laid out; the others are shown", notice.id)
            self._pages[notice] = ()
        return self._pages[notice]

    def _moment(self, now: datetime) -> datetime | None:
        """The village's local time; None while the clock is not trusted."""
        return now.astimezone(self._loaded.view.zone).replace(tzinfo=None) if self._clock.trusted() else None

    def _compose(self, now: datetime) -> Scene:
        view, metrics = self._loaded.view, self._canvas.metrics
        return compose(view, self._rotation.current, self._moment(now), self._geometry, metrics)

    def _compose_alert(self, alerts: Sequence[Alert], now: datetime, ticks: float) -> Scene:
        view, metrics, moment = self._loaded.view, self._canvas.metrics, self._moment(now)
        number = int(ticks / ALERT_SECONDS) % len(alerts)
        return compose_alert(view, alerts[number], number + 1, len(alerts), moment, self._geometry, metrics)

    def _draw(self, scene: Scene) -> None:
        """Draw what changed."""
        if scene == self._scene:
            return
        self._display.present(self._canvas.draw(scene))
        self._scene = scene
        self._frames += 1

    def _beat(self, now: datetime, ticks: float) -> None:
        """Leave a sign of life for the agent."""
        slide = self._rotation.current
        beat = Heartbeat(
            at=now,
            pointer=self._loaded.pointer,
            item=slide.notice.id if slide else "",
            page=slide.number if slide else 0,
            pages=slide.pages if slide else 0,
            frames=self._frames,
            error=self._error,
        )
        told = (self._told.pointer, self._told.item, self._told.page, self._told.error)
        if ticks - self._told_ticks < HEARTBEAT_SECONDS and told == (beat.pointer, beat.item, beat.page, beat.error):
            return
        try:
            write_heartbeat(self._run_folder, beat)
        except OSError as error:  # a full tmpfs is no reason to go dark
            log.warning("heartbeat: %s", error)
        self._told, self._told_ticks = beat, ticks

    def seconds_to_wait(self) -> float:
        """Until the next thing that can change the picture."""
        now, ticks = self._clock.now(), self._clock.monotonic()
        waits = [HEARTBEAT_SECONDS, 60.0 - now.second - now.microsecond / 1e6, self._look_again - ticks]
        alerts = self._loaded.view.alerts
        waits += [(one.issued - now).total_seconds() for one in alerts if one.issued > now]
        holding = active_alerts(alerts, now, clock_trusted=self._clock.trusted())
        if holding:  # nothing else moves meanwhile
            waits += [ALERT_SECONDS - ticks % ALERT_SECONDS, *((one.expires - now).total_seconds() for one in holding)]
        else:
            waits.append(self._rotation.until - ticks)
            if self._on_air_until is not None:
                waits.append((self._on_air_until - now).total_seconds())
        return max(0.01, min(waits))
