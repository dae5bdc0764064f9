"""A village on one machine: real broker, real publisher, real agents and players, each a process."""

import json
import multiprocessing
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from PIL import Image

from content.address import Credentials
from content.broker import LocalBroker, free_port
from content.mqtt import Arrived
from kiosk.__main__ import main
from kiosk.cache import Cache
from kiosk.health import read_heartbeat
from kiosk.loaded import Loaded, load

VILLAGE = """\
publisher: test-village
name: 测试村村委会
places:
  village:
    name: 测试村
    service_code: {url: "https://service.example/b?w={building}"}
    card: {name: 张三（示例）, duty: 网格员, phone: 0391-0000000}
    places:
      north:
        name: 北区
        places:
          w001: {name: 第1微网格, places: {b1: {name: 1号楼, units: 6}, b2: {name: 2号楼, units: 6}}}
      south:
        name: 南区
        places:
          w002: {name: 第2微网格, places: {b3: {name: 3号楼, units: 6}, b4: {name: 4号楼, units: 6}}}
"""
DOORWAYS = tuple(
    f"village/{block}/{grid}/{building}/u{unit}"
    for block, grid, buildings in (("north", "w001", ("b1", "b2")), ("south", "w002", ("b3", "b4")))
    for building in buildings
    for unit in range(1, 7)
)
PATIENCE = 30.0
"""Seconds that a test waits for something that must happen; this machine is shared and slow."""

Found = TypeVar("Found")


def until(what: str, look: Callable[[], Found | None], patience: float = PATIENCE, every: float = 0.02) -> Found:
    """What `look` finds, as soon as it finds something true. Fails with `what` after `patience` seconds.

    It looks again after `every` seconds.
    """
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        found = look()
        if found:
            return found
        time.sleep(every)
    raise AssertionError(f"{what}: not within {patience:.0f} s")


def spawn(log: Path, *arguments: str, environment: dict[str, str] | None = None) -> "subprocess.Popen[bytes]":
    """A process of ours, its words in `log`."""
    variables = os.environ | {"PYGAME_HIDE_SUPPORT_PROMPT": "1", "PYTHONUNBUFFERED": "1"} | (environment or {})
    with log.open("ab") as file:
        return subprocess.Popen(
            [sys.executable, "-m", *arguments], stdin=subprocess.DEVNULL, stdout=file, stderr=file, env=variables
        )


FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(["kiosk.__main__", "kiosk.agent", "kiosk.display", "kiosk.player", "kiosk.machine.power"])


class Forked:
    """A process of ours as `spawn` makes it, forked from one that has loaded our modules: it starts in 0.2 s, not 1.7.

    For a test that starts hundreds. Of Popen it has what the tests need.
    """

    def __init__(self, log: Path, *arguments: str) -> None:
        self._process = FORKS.Process(target=run_command, args=(log, *arguments))
        self._process.start()

    @property
    def pid(self) -> int:
        assert self._process.pid is not None
        return self._process.pid

    def poll(self) -> int | None:
        return self._process.exitcode

    def send_signal(self, number: int) -> None:
        os.kill(self.pid, number)

    def wait(self, timeout: float | None = None) -> int:
        """Raises TimeoutExpired, as Popen does."""
        self._process.join(timeout)
        if self._process.exitcode is None:
            raise subprocess.TimeoutExpired("kiosk", timeout or 0.0)
        return self._process.exitcode

    def kill(self) -> None:
        self._process.kill()


def run_command(log: Path, *arguments: str) -> None:
    """`python -m kiosk ARGUMENTS` in this process, its words in `log`."""
    with log.open("ab") as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
    sys.exit(main(list(arguments)))


Process = subprocess.Popen[bytes] | Forked


def end(process: Process | None, number: int = signal.SIGTERM) -> None:
    """End a process that we started, by its id, and wait for it."""
    if process is not None and process.poll() is None:
        process.send_signal(number)
        try:
            process.wait(10.0)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@dataclass
class ScreenRig:
    """One screen: its folder, and its two processes while they run."""

    home: Path
    place: str
    agent: Process | None = None
    player: Process | None = None

    @property
    def name(self) -> str:
        return self.home.name

    @property
    def frame(self) -> Path:
        return self.home / "screen.png"

    @property
    def cache(self) -> Cache:
        return Cache(self.home / "cache")

    def _arguments(self) -> list[str]:
        folders = ["--cache", str(self.home / "cache"), "--run", str(self.home / "run")]
        return [str(self.home / "kiosk.yaml"), *folders, "--trust-clock"]

    def start_agent(self) -> None:
        self.agent = spawn(self.home / "agent.log", "kiosk", "agent", *self._arguments())

    def start_player(self, environment: dict[str, str] | None = None) -> None:
        arguments = self._arguments()
        self.player = spawn(self.home / "player.log", "kiosk", "player", *arguments, environment=environment)

    def fork_agent(self) -> None:
        self.agent = Forked(self.home / "agent.log", "agent", *self._arguments())

    def fork_player(self) -> None:
        self.player = Forked(self.home / "player.log", "player", *self._arguments())

    def stop(self, number: int = signal.SIGTERM) -> None:
        for process in (self.player, self.agent):
            end(process, number)

    def loaded(self) -> Loaded:
        return load(self.cache, self.place)

    def notices(self) -> set[str]:
        """The ids that this screen may show."""
        return {notice.id for notice in self.loaded().view.notices}

    def drawn(self, notice: str) -> Image.Image | None:
        """What is on the screen, once the player says that it shows `notice` of the newest cache state, all of whose
        media are here: until then the same state shows the notice's older form first, then the newest."""
        beat, (pointer, digest) = read_heartbeat(self.home / "run"), self.cache.pointer()
        if beat is None or beat.item != notice or beat.pointer != digest:
            return None
        whole = pointer is not None and all(len(stack) == 1 for stack in pointer.stacks.values())
        return self.picture() if whole else None

    def picture(self) -> Image.Image | None:
        """What is on the screen below the header (whose clock goes on)."""
        try:
            with Image.open(self.frame) as picture:
                return picture.convert("RGB").crop((0, picture.height // 6, picture.width, picture.height))
        except OSError:
            return None


@dataclass
class Village:
    """The content folder with its publisher, and the screens."""

    folder: Path
    home: Path
    broker: LocalBroker
    http: int = field(default_factory=free_port)
    publisher: "subprocess.Popen[bytes] | None" = None
    screens: dict[str, ScreenRig] = field(default_factory=dict)
    url: str = ""
    """The publisher's door to the broker; the plain one unless another was made."""
    credentials: Credentials | None = None
    https: tuple[Path, Path] | None = None

    def __post_init__(self) -> None:
        self.url = self.url or self.broker.url

    def broker_options(self) -> list[str]:
        """How commands connect."""
        files = self.credentials
        secure = ["--ca", files.ca, "--cert", files.certificate, "--key", files.key] if files else []
        return ["--broker", self.url, *map(str, secure)]

    def start_publisher(self) -> None:
        secure = ["--http-cert", str(self.https[0]), "--http-key", str(self.https[1])] if self.https else []
        self.publisher = spawn(
            self.home / "publisher.log",
            *("content", "serve", str(self.folder), *self.broker_options()),
            *("--listen", f"127.0.0.1:{self.http}", *secure),
        )

    def screen(self, place: str, size: str = "1280x720") -> ScreenRig:
        """A screen at `place`, not started."""
        home = self.home / "screens" / place.replace("/", "-")
        home.mkdir(parents=True)
        (home / "kiosk.yaml").write_text(
            f"screen: {home.name}\nplace: {place}\nbroker: {self.broker.url}\nhttp: ['http://127.0.0.1:{self.http}']\n"
            f"keyring: {self.folder / 'keyring.json'}\ndisplay: {{kind: file, size: {size}, frame: screen.png}}\n"
        )
        self.screens[place] = ScreenRig(home, place)
        return self.screens[place]

    def write_notice(self, name: str, title: str, to: str, media: str = "", body: str = "") -> None:
        """Save a notice as an editor does: whole, by a rename."""
        text = f"title: {title}\ntopic: 便民信息\nto: [{to}]\n" + (f"media: [{media}]\n" if media else "")
        if body:
            text += "body: |\n" + "".join(f"  {line}\n" for line in body.splitlines())
        temporary = self.folder / "notices" / f".{name}.tmp"
        temporary.write_text(text)
        temporary.rename(self.folder / "notices" / f"{name}.yaml")

    def stop(self) -> None:
        for screen in self.screens.values():
            screen.stop()
        end(self.publisher)


@contextmanager
def village(home: Path, text: str = VILLAGE) -> Iterator[Village]:
    """A village with a running broker; everything is stopped at the end."""
    folder = home / "village"
    (folder / "notices").mkdir(parents=True)
    (folder / "media").mkdir()
    (folder / "village.yaml").write_text(text)
    subprocess.run([sys.executable, "-m", "content", "init", str(folder)], check=True, capture_output=True)
    with ExitStack() as stack:
        broker = stack.enter_context(LocalBroker())
        made = Village(folder, home, broker)
        stack.callback(made.stop)
        yield made


def statuses(events: list[Any]) -> dict[str, Any]:
    """The newest status of each screen among what arrived."""
    return {
        event.topic.split("/")[3]: json.loads(event.payload)
        for event in events
        if isinstance(event, Arrived) and event.topic.endswith("/status") and event.payload
    }
