"""Hundreds of screens in a few processes: the real agent, wire, cache and receipts; only the pictures are left out.

A `QuietPlayer` does what kiosk.player does but for the drawing: it reads the cache, decides what is on the panel,
leaves heartbeat and count. Each process has three threads a screen (agent, MQTT, downloads) and one for all players.
"""

import faulthandler
import multiprocessing.synchronize
import os
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from content.clock import SystemClock
from content.notice import Alert, Notice
from content.reports import Heartbeat
from kiosk.agent import Agent
from kiosk.cache import Cache
from kiosk.config import load as load_config
from kiosk.contact import without_notices
from kiosk.loaded import load
from kiosk.notify import Notifier
from kiosk.pulse import Pulse
from kiosk.reporting.tally import name_of
from kiosk.stage import staged
from kiosk.word import AgentWord
from tests.system.rig import FORKS, ScreenRig, Village

BLOCKS = {"north": "北区", "south": "南区"}
GRIDS, BUILDINGS = 5, 3
"""Of a block; of a micro-grid."""
EACH_PROCESS = 50
"""Screens: 150 threads that mostly sleep. paho's select(2) takes no descriptor above 1,023."""
LOOK_SECONDS = 0.05
TURN_SECONDS = 8.0
START_SECONDS = 0.02
"""Between two screens of a process that come on: they do not all have their power back in the same instant."""


def village_text(units: int) -> str:
    """A village.yaml of two blocks with five micro-grids each, every grid with a worker of its own, and `units`
    doorways a building: 30 × `units` in all."""
    lines = [
        "publisher: test-village", "name: 测试村村委会", "places:", "  village:", "    name: 测试村",
        '    service_code: {url: "https://service.example/b?w={building}"}', "    places:",
    ]  # fmt: skip
    number = 0
    for block, name in BLOCKS.items():
        lines += [f"      {block}:", f"        name: {name}", "        places:"]
        for _ in range(GRIDS):
            number += 1
            buildings = ", ".join(f"b{one}: {{name: {one}号楼, units: {units}}}" for one in range(1, BUILDINGS + 1))
            lines += [
                f"          w{number:03d}:",
                f"            name: 第{number}微网格",
                f"            card: {{name: {worker(number)}, duty: 网格员, phone: {phone(number)}}}",
                f"            places: {{{buildings}}}",
            ]
    return "\n".join(lines) + "\n"


def worker(grid: int) -> str:
    return f"网格员{grid}（示例）"


def phone(grid: int) -> str:
    return f"0391-00000{grid:02d}"


def doorways(units: int) -> list[str]:
    """The places of `village_text`, in its order."""
    return [
        f"village/{block}/w{position * GRIDS + grid:03d}/b{building}/u{unit}"
        for position, block in enumerate(BLOCKS)
        for grid in range(1, GRIDS + 1)
        for building in range(1, BUILDINGS + 1)
        for unit in range(1, units + 1)
    ]


class QuietPlayer:
    """One screen's player, without a picture."""

    def __init__(self, screen: ScreenRig, clock: SystemClock) -> None:
        self._place, self._cache, self._clock = screen.place, screen.cache, clock
        run_folder = screen.home / "run"
        self._word = AgentWord(run_folder, clock.monotonic(), waits=True)
        self._pulse = Pulse(run_folder)
        self._pointer, self._seen = screen.home / "cache" / "current.json", -1
        self._loaded = load(self._cache, self._place)
        self._showing: object = None
        self._frames = 0

    def step(self) -> None:
        """Bring the panel up to this moment."""
        now, ticks = self._clock.now(), self._clock.monotonic()
        contact = self._word.listen(ticks)
        changed = self._pointer.stat().st_mtime_ns if self._pointer.exists() else 0
        if contact or changed != self._seen:
            self._seen = changed
            self._loaded = load(self._cache, self._place)
        view = without_notices(self._loaded.view) if self._word.awaited else self._loaded.view
        stage = staged(view, now, clock_trusted=True)
        turn = int(ticks / TURN_SECONDS)
        said: tuple[Alert | Notice, ...] = stage.alerts or view.notices
        shown = said[turn % len(said)] if said else None
        self._tell(shown, turn, len(said))

    def _tell(self, shown: Alert | Notice | None, turn: int, pages: int) -> None:
        now, ticks = self._clock.now(), self._clock.monotonic()
        picture = (shown, turn, now.minute)  # the clock in the header
        self._frames, self._showing = self._frames + (picture != self._showing), picture
        item = shown.id if shown else ""
        beat = Heartbeat(at=now, pointer=self._loaded.pointer, item=item, page=1, pages=pages, frames=self._frames)
        self._pulse.beat(beat, ticks)
        names = [name_of(publisher, one) for publisher, one in self._loaded.view.given if one == shown]
        self._pulse.see(names, turn, now, ticks)


class CrowdScreen:
    """One screen: an agent in a thread of its own, and a quiet player that somebody steps."""

    def __init__(self, rig: ScreenRig) -> None:
        self._rig, self._clock = rig, SystemClock(assume_trusted=True)
        self._agent: Agent | None = None
        rig.cache.prepare()
        (rig.home / "run").mkdir()
        self.player = QuietPlayer(rig, self._clock)
        self._thread = threading.Thread(target=self._run, name=rig.name, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def _run(self) -> None:
        config = load_config(self._rig.home / "kiosk.yaml")
        cache, run_folder = Cache(self._rig.home / "cache"), self._rig.home / "run"
        self._agent = Agent(config, cache, run_folder, self._clock, notifier=Notifier(None))
        self._agent.run()

    def stop(self) -> None:
        if self._agent is not None:
            self._agent.stop()
        self._thread.join(10.0)


def play(log: Path, rigs: list[ScreenRig], stopping: "multiprocessing.synchronize.Event") -> None:
    """One process of the crowd, until `stopping`; its words in `log`."""
    with log.open("ab") as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
    faulthandler.enable()  # else a crash leaves no word
    screens = []
    for rig in rigs:
        screens.append(CrowdScreen(rig))
        screens[-1].start()
        time.sleep(START_SECONDS)
    while not stopping.wait(LOOK_SECONDS):
        for one in screens:
            one.player.step()
    for one in screens:
        one.stop()


@dataclass
class Crowd:
    """Simulated screens at these places of a village; a context manager."""

    village: Village
    places: list[str]

    def __enter__(self) -> "Crowd":
        self._stopping = FORKS.Event()
        rigs = [self.village.screen(place) for place in self.places]
        parts = [rigs[start : start + EACH_PROCESS] for start in range(0, len(rigs), EACH_PROCESS)]
        self.processes = [
            FORKS.Process(target=play, args=(self.village.home / f"crowd-{number}.log", part, self._stopping))
            for number, part in enumerate(parts)
        ]
        for one in self.processes:
            one.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        for one in self.processes:
            one.join(20.0)
            if one.is_alive():
                one.kill()
                one.join()
