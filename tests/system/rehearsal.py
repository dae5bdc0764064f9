"""The whole of "who has got it" on one machine: a crowd of simulated screens, a few full ones, one real publisher.

Used by the test and by the benchmark. When something was drawn is told by the file system: each player writes its
heartbeat right after the picture is on the panel.
"""

import os
import tempfile
import time
from collections.abc import Collection, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from kiosk.health import HEARTBEAT, read_heartbeat
from tests.system.control import publish_alert
from tests.system.crowd import Crowd, doorways, village_text
from tests.system.rig import ScreenRig, Village, until, village

SCREENS_IN_MEMORY = Path("/dev/shm")  # noqa: S108 -- tmpfs: 200 screens have 200 cards, here they would queue for one disk
LOOK_SECONDS = 0.01
MISSED_SECONDS = 60.0


@dataclass
class Rehearsal:
    """What is there. `full` screens have real agents and players; the others are a crowd."""

    village: Village
    crowd: Crowd
    full: list[ScreenRig]

    @property
    def screens(self) -> dict[str, ScreenRig]:
        """Place → screen."""
        return self.village.screens

    def within(self, place: str) -> dict[str, ScreenRig]:
        """The screens at and below a place."""
        return {path: one for path, one in self.screens.items() if f"{path}/".startswith(f"{place}/")}

    def showing(self, item: str) -> set[str]:
        """The places on whose panel it is now."""
        return {place for place, one in self.screens.items() if is_showing(one, item)}

    def alert(self, name: str, to: str, without: Collection[str] = ()) -> dict[str, float]:
        """Save an alert; place → seconds until it was drawn there. Nobody waits for the places `without` power."""
        begun, drawn = time.time(), {}
        waiting = {place: one for place, one in self.within(to).items() if place not in without}
        publish_alert(self.village, name, to)
        while waiting and time.time() < begun + MISSED_SECONDS:
            for place, one in list(waiting.items()):
                if is_showing(one, name):
                    drawn[place] = (one.home / "run" / HEARTBEAT).stat().st_mtime - begun
                    del waiting[place]
            time.sleep(LOOK_SECONDS)
        return drawn

    def end_alert(self, name: str) -> None:
        (self.village.folder / "alerts" / f"{name}.yaml").unlink()

    def processes(self) -> dict[str, list[psutil.Process]]:
        """Who takes the machine's time: name → processes."""
        assert self.village.publisher
        assert self.village.broker.pid
        return {
            "simulated screens": [psutil.Process(one.pid) for one in self.crowd.processes],
            "full screens": [
                psutil.Process(process.pid) for one in self.full for process in (one.agent, one.player) if process
            ],
            "publisher": [psutil.Process(self.village.publisher.pid)],
            "Mosquitto": [psutil.Process(self.village.broker.pid)],
        }


def is_showing(screen: ScreenRig, item: str) -> bool:
    beat = read_heartbeat(screen.home / "run")
    return beat is not None and beat.item == item


def start_full(screen: ScreenRig) -> None:
    """Plug a full screen in."""
    screen.start_agent()
    screen.start_player()


@contextmanager
def rehearsal(home: Path, simulated: int, full: tuple[int, ...], units: int) -> Iterator[Rehearsal]:
    """`simulated` screens and, at the doorways of these numbers, full ones, all showing a first notice.

    The folder with its database is below `home`, the screens' folders on tmpfs.
    """
    memory = SCREENS_IN_MEMORY if os.access(SCREENS_IN_MEMORY, os.W_OK) else None
    with ExitStack() as stack:
        made = stack.enter_context(village(home, village_text(units)))
        made.home = Path(stack.enter_context(tempfile.TemporaryDirectory(dir=memory)))
        stack.callback(made.stop)  # before their folders go
        every = doorways(units)
        real = [every[number] for number in full]
        places = [place for place in every if place not in real][:simulated]
        listed = "".join(f"  {place.replace('/', '-')}: {place}\n" for place in every if place in {*real, *places})
        (made.folder / "screens.yaml").write_text(f"screens:\n{listed}")
        made.write_notice("one", "大家好", "village")
        made.start_publisher()
        crowd = stack.enter_context(Crowd(made, places))
        screens = [made.screen(place) for place in real]
        for one in screens:
            start_full(one)
        there = Rehearsal(made, crowd, screens)
        until("all show the notice", lambda: there.showing("one") == set(made.screens), patience=120.0)
        yield there
