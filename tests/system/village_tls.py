"""A village as the commands set it up: authority, a broker that runs the written configuration, HTTPS, cards."""

import grp
import json
import os
import pwd
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from pygame import Surface
from pygame.image import tobytes

from content.address import Credentials
from content.admission.authority import Authority
from content.broker import MOSQUITTO_PATHS, free_port
from kiosk.between import Pairing
from kiosk.canvas import Canvas
from kiosk.look import Look
from kiosk.pairing import pairing_scene
from kiosk.shapes import Geometry
from tests.system.rig import ScreenRig, Village, end, until

SIZE = (1280, 720)
BROKER_USER = "mosquitto"
"""Who runs it where we are root, as its unit has a user of its own: Debian's package makes this one."""
UNIT = "convenience-window-broker"


def run(package: str, *arguments: str | Path) -> "subprocess.CompletedProcess[str]":
    """A command of ours, its words."""
    command = [sys.executable, "-m", package, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def done(package: str, *arguments: str | Path) -> str:
    """What a command that must succeed says."""
    found = run(package, *arguments)
    assert found.returncode == 0, found.stderr
    return found.stdout


def is_bound(port: int) -> bool:
    """Does somebody listen there? Read from the kernel: Mosquitto 2.0.11 counts who connects and goes away wrongly."""
    rows = [line.split() for name in ("tcp", "tcp6") for line in Path("/proc/net", name).read_text().splitlines()[1:]]
    return any(row[1].endswith(f":{port:04X}") and row[3] == "0A" for row in rows)  # TCP_LISTEN


@dataclass
class Broker:
    """One that runs what `provisioning broker` wrote into `folder`, started and reloaded as its units do it."""

    folder: Path
    log: Path
    process: "subprocess.Popen[bytes] | None" = None

    def unit(self, name: str, key: str) -> list[str]:
        """The values of a key in one of its units."""
        return re.findall(rf"^{key}=(.*)$", (self.folder / "units" / name).read_text(), re.MULTILINE)

    def start(self, port: int) -> None:
        """As the unit's user where we are root: Mosquitto leaves root by itself, and then may not read its files."""
        words = shlex.split(self.unit(f"{UNIT}.service", "ExecStart")[0])
        paths = f"{os.environ['PATH']}:{MOSQUITTO_PATHS}:{Path(sys.executable).parent}"
        program = shutil.which(Path(words[0]).name, path=paths)
        assert program, f"{words[0]}: see make test-packages"
        user = BROKER_USER if os.geteuid() == 0 and "mosquitto" in program else None
        if user:
            self.give_to(user)
        files = self.unit(f"{UNIT}.service", "LimitNOFILE")[0]
        command = ["prlimit", f"--nofile={files}:{files}", program, *words[1:]]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log, user=user, group=user)
        until("the broker listens", lambda: is_bound(port))

    def give_to(self, user: str) -> None:
        """What install.sh does."""
        identity, group = pwd.getpwnam(user).pw_uid, grp.getgrnam(user).gr_gid
        key, data = self.folder / "server.key", Path(self.unit(f"{UNIT}.service", "ReadWritePaths")[0])
        os.chown(key, 0, group)
        key.chmod(0o640)
        for path in (data, *data.iterdir()):
            os.chown(path, identity, group)

    def read_lists(self) -> None:
        """What the unit does that waits for new lists: fetches them, and has the broker read them."""
        fetch, reload = self.unit(f"{UNIT}-lists.service", "ExecStart")
        assert "reload" in reload
        subprocess.run(shlex.split(fetch.replace("$$", "$")), check=True)
        assert self.process
        self.process.send_signal(signal.SIGHUP)

    def said(self) -> str:
        return self.log.read_text(errors="replace")

    def stop(self) -> None:
        end(self.process)


@dataclass
class TlsVillage:
    """The rig's village with an authority, and with a broker of its own in the place of the rig's."""

    village: Village
    home: Path
    kind: str = "mosquitto"
    more: tuple[str, ...] = ()
    """Options of `provisioning broker`."""
    base: Path = field(default_factory=lambda: Path(tempfile.mkdtemp(prefix="broker-")))
    port: int = field(default_factory=free_port)
    publishers_port: int = field(default_factory=free_port)
    broker: Broker = field(init=False)
    authority: Authority = field(init=False)

    def __post_init__(self) -> None:
        if self.kind == "nats":
            self.publishers_port = self.port
        folder, keys = self.village.folder, self.village.folder / "keys"
        self.base.chmod(0o755)
        (self.base / "data").mkdir()
        self.broker = Broker(self.base / "etc", self.home / "broker.log")
        http = f"https://127.0.0.1:{self.village.http}"
        doors = [f"mqtts://127.0.0.1:{port}" for port in (self.port, self.publishers_port)]
        at = ("--village", folder)
        done("provisioning", "ca", "init", *at, "--broker", doors[0], "--publishers", doors[1], "--http", http)
        self.authority = Authority.load(folder / "authority")
        done("provisioning", "ca", "publisher", *at)
        done("provisioning", "ca", "server", *at)
        self.village.url = doors[1]
        self.village.credentials = Credentials(
            keys / "ca.crt", keys / "broker-test-village.crt", keys / "broker-test-village.key"
        )
        self.village.https = (keys / "http.crt", keys / "http.key")
        self.configure()

    @property
    def ca(self) -> Path:
        return self.authority.folder / "ca.crt"

    def configure(self, *more: str) -> str:
        """Write the broker's configuration, or bring it up to date; what the command says."""
        folders = (f"--{self.kind}", self.broker.folder, "--at", self.broker.folder, "--data", self.base / "data")
        return done("provisioning", "broker", *folders, "--village", self.village.folder, *self.more, *more)

    def start_broker(self) -> None:
        self.broker.start(self.port)

    def card(self, screen: str, place: str, *more: str) -> Path:
        """The folder that `provisioning enrol` writes for a card."""
        out = self.home / "cards" / screen
        folders = ("--village", self.village.folder, "--out", out)
        done("provisioning", "enrol", screen, "--place", place, *folders, *self.office(), *more)
        return out

    def office(self) -> tuple[str | Path, ...]:
        """Where the office's commands write new lists."""
        return (f"--{self.kind}", self.broker.folder)

    def inserted(self, card: Path) -> ScreenRig:
        """A screen with that card in it, not started; its panel is a file."""
        screen = self.village.screens[card.name] = ScreenRig(card, "")
        text = (card / "kiosk.yaml").read_text()
        display = f"display: {{kind: file, size: {SIZE[0]}x{SIZE[1]}, frame: screen.png}}"
        (card / "kiosk.yaml").write_text(re.sub(r"^display: .*$", display, text, flags=re.MULTILINE))
        return screen

    def golden(self, name: str) -> ScreenRig:
        """A screen with a golden card, not started."""
        card = self.home / "screens" / name
        done("provisioning", "enrol", "--golden", "--village", self.village.folder, "--out", card)
        return self.inserted(card)

    def assign(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """`content assign`, its words."""
        return run("content", "assign", self.village.folder, *arguments)

    def enrol(self, screen: ScreenRig, place: str, *more: str) -> str:
        """Start a golden screen and give it its place; its number."""
        screen.start_agent()
        screen.start_player()
        pairing = until("it waits", lambda: waits(screen))
        given = self.assign(pairing.screen, place, "--code", pairing.code, *more)
        assert given.returncode == 0, given.stderr
        return pairing.screen

    def stop(self) -> None:
        self.village.stop()
        self.broker.stop()
        shutil.rmtree(self.base)


def waits(screen: ScreenRig) -> Pairing | None:
    """What the agent says of a screen that has reached the publisher."""
    pairing = said(screen)
    return pairing if pairing and pairing.code and "等待管理员" in pairing.said else None


def said(screen: ScreenRig) -> Pairing | None:
    try:
        word = json.loads((screen.home / "run" / "agent.json").read_bytes())
    except (OSError, ValueError):
        return None
    return Pairing(**word["pairing"]) if word.get("pairing") else None


def pairing_picture(pairing: Pairing) -> bytes:
    """The pixels that the panel must show, RGB."""
    canvas = Canvas(Surface(SIZE, 0, 32), lambda _: None)
    canvas.draw(pairing_scene(pairing, Look(Geometry(*SIZE), canvas.metrics)))
    return tobytes(canvas.surface, "RGB")


@contextmanager
def with_tls(village: Village, home: Path, kind: str = "mosquitto", more: tuple[str, ...] = ()) -> Iterator[TlsVillage]:
    """Takes the place of the rig's broker."""
    village.broker.__exit__(None, None, None)
    made = TlsVillage(village, home, kind, more)
    try:
        made.start_broker()
        yield made
    finally:
        made.stop()
