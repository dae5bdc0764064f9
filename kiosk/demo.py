"""The whole system on one machine: broker, two publishers, several screens, and a page to look at them.

Every part is the real one, as a process of its own; only the broker is the local one and the
panels are files. Runs on loopback alone. Nothing here is used on a Pi.
"""

import fcntl
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, replace
from pathlib import Path

import content
from content.errors import WindowError
from kiosk.demo_page import PageServer, ScreenOnPage
from kiosk.health import HEARTBEAT, read_heartbeat

LAMP = 5
"""Pixels a dot of an LED panel on the page."""
VILLAGE, STREET = "baizhuang", "macun-street"
START_SECONDS = 60.0
RESTART_SECONDS = 2.0
KIOSK_YAML = """\
# 这块演示屏的配置；真的屏上它在 SD 卡的 FAT 分区里
screen: {screen}
place: {place}
broker: {broker}
http: [{http}]
keyring: {keyring}
display: {{{display}}}
"""


class DemoError(WindowError):
    """The demonstration cannot start. Says why."""


@dataclass(frozen=True)
class DemoScreen:
    """One of the screens: where it hangs and how large it is, in pixels or, for an LED panel, in dots."""

    name: str
    place: str
    title: str
    size: tuple[int, int]
    colours: str = ""
    """Of an LED panel."""

    @property
    def picture(self) -> tuple[int, int]:
        """The pixels of its picture on the page."""
        side = LAMP if self.colours else 1
        return self.size[0] * side, self.size[1] * side

    @property
    def dots(self) -> str:
        """How many dots an LED panel has, for people."""
        return f"LED {self.size[0]}×{self.size[1]} 点" if self.colours else ""

    def display(self, *, window: bool) -> str:
        """What kiosk.yaml says of it."""
        width, height = self.size
        if not self.colours:
            half = f"kind: window, size: {width // 2}x{height // 2}"
            return half if window else f"kind: file, size: {width}x{height}, frame: screen.png"
        driver = "driver: window" if window else "driver: file, frame: screen.png"
        led = f"kind: led, columns: {width}, rows: {height}, colours: {self.colours}"
        return f"{led}, {driver}, options: {{dots: {LAMP}}}"


SCREENS = (
    DemoScreen("north-b3-u1", "baizhuang/cuiyuan-north/w012/b3/u1", "翠苑小区北区 3号楼 1单元 · 横屏", (1920, 1080)),
    DemoScreen("north-b3-u2", "baizhuang/cuiyuan-north/w012/b3/u2", "翠苑小区北区 3号楼 2单元 · 竖屏", (1080, 1920)),
    DemoScreen("other-block", "", "另一个街区 · 小横屏", (1280, 720)),
    DemoScreen("north-b3-led", "baizhuang/cuiyuan-north/w012/b3/u1", "3号楼 1单元 · 全彩 LED", (192, 64), "full"),
    DemoScreen("north-b4-led", "baizhuang/cuiyuan-north/w012/b4/u1", "4号楼 1单元 · 单红 LED", (128, 32), "red"),
)


@dataclass
class Child:
    """A process that is started again when it ends, as systemd would."""

    name: str
    command: list[str]
    log: Path
    process: "subprocess.Popen[bytes] | None" = None
    started: float = 0.0

    def start(self) -> None:
        environment = os.environ | {"PYGAME_HIDE_SUPPORT_PROMPT": "1", "PYTHONUNBUFFERED": "1"}
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=environment, start_new_session=True
            )
        self.started = time.monotonic()

    def keep_alive(self) -> None:
        """Start it again if it has ended."""
        ended = self.process is None or self.process.poll() is not None
        if ended and time.monotonic() - self.started > RESTART_SECONDS:
            self.start()

    def stop(self) -> None:
        """Ask it to end; make it end after five seconds."""
        if self.process is None or self.process.poll() is not None:
            return
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(5.0)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def run_demo(folder: Path, port: int, seconds: float) -> int:
    """Set up, run until Ctrl-C (or `seconds`), stop everything in the reverse order."""
    folder = folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise DemoError(f"{folder} 里的演示已经在运行；请先结束它，或写 --folder 另一个文件夹") from error
        return run_locked(folder, port, seconds)


def run_locked(folder: Path, port: int, seconds: float) -> int:
    """As run_demo, in a folder that is ours alone."""
    prepare_content(folder)
    children = plan_children(folder)
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    on_page = [
        ScreenOnPage(s.name, s.title, s.picture, screen_folder(folder, s) / "screen.png", s.dots)
        for s in screens(folder)
    ]
    try:
        for child in children:
            child.start()
        with PageServer(port, on_page, folder / "content" / VILLAGE) as page:
            say(f"网页：http://127.0.0.1:{page.port}/    通知在：{folder / 'content' / VILLAGE / 'notices'}")
            wait_for_pictures(folder, children, stopping)
            say("改一条通知、存盘，看屏幕变化。Ctrl-C 结束。")
            end = time.monotonic() + seconds if seconds else None
            while not stopping.wait(0.5) and (end is None or time.monotonic() < end):
                for child in children:
                    child.keep_alive()
    finally:
        for child in reversed(children):
            child.stop()
        say("演示结束。")
    return 0


def say(text: str) -> None:
    """Progress for the person at the terminal."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def prepare_content(folder: Path) -> None:
    """A copy of the two sample folders that may be edited, with keys of its own. An earlier copy is kept."""
    sample = Path(content.__file__).parent / "sample"
    for name in (VILLAGE, STREET):
        target = folder / "content" / name
        if not target.exists():
            say(f"复制示例内容 {name} …")
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copytree(sample / name, target)
        command("content", "init", str(target))
    public = folder / "content" / STREET / "keys" / f"{STREET}.pub"
    command("content", "trust", str(folder / "content" / VILLAGE), str(public), "--scope", VILLAGE)


def command(package: str, *arguments: str) -> str:
    """Run one of our commands to its end. Raises DemoError with what it said."""
    done = subprocess.run(
        [sys.executable, "-m", package, *arguments], capture_output=True, text=True, check=False, timeout=120
    )
    if done.returncode:
        raise DemoError(f"{package} {' '.join(arguments)}:\n{done.stdout}{done.stderr}")
    return done.stdout


def screens(folder: Path) -> list[DemoScreen]:
    """The screens, the last one at the first doorway of another block."""
    listed = command("content", "places", str(folder / "content" / VILLAGE)).splitlines()
    doorways = [line.split()[0] for line in listed if line.split()[0].count("/") == 4]
    elsewhere = next((path for path in reversed(doorways) if "/cuiyuan-north/" not in path), doorways[-1])
    return [replace(screen, place=screen.place or elsewhere) for screen in SCREENS]


def screen_folder(folder: Path, screen: DemoScreen) -> Path:
    return folder / "screens" / screen.name


def plan_children(folder: Path) -> list[Child]:
    """Every process, in the order of starting."""
    python = [sys.executable, "-m"]
    logs = folder / "logs"
    logs.mkdir(parents=True, exist_ok=True)
    broker_port, *http_ports = free_ports(3)
    broker = f"mqtt://127.0.0.1:{broker_port}"
    children = [
        Child(
            "broker",
            [*python, "content", "broker", "--port", str(broker_port), "--keep", str(folder / "broker")],
            logs / "broker.log",
        )
    ]
    for name, http in zip((VILLAGE, STREET), http_ports, strict=True):
        serve = [*python, "content", "serve", str(folder / "content" / name), "--broker", broker]
        children.append(Child(name, [*serve, "--listen", f"127.0.0.1:{http}"], logs / f"{name}.log"))
    urls = ", ".join(f"http://127.0.0.1:{port}" for port in http_ports)
    for screen in screens(folder):
        children += screen_children(folder, screen, broker, urls)
    return children


def screen_children(folder: Path, screen: DemoScreen, broker: str, urls: str) -> list[Child]:
    """The agent and the player of one screen, and a second player in a window where there is a desktop."""
    home = screen_folder(folder, screen)
    home.mkdir(parents=True, exist_ok=True)
    (home / "run-player" / HEARTBEAT).unlink(missing_ok=True)  # an earlier demonstration's
    displays = {"player": screen.display(window=False)}
    if os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"):
        displays["window"] = screen.display(window=True)
    children = []
    for role, display in displays.items():
        config = home / ("kiosk.yaml" if role == "player" else "window.yaml")
        keyring = folder / "content" / VILLAGE / "keyring.json"
        config.write_text(
            KIOSK_YAML.format(
                screen=screen.name, place=screen.place, broker=broker, http=urls, keyring=keyring, display=display
            )
        )
        run = ["--cache", str(home / "cache"), "--run", str(home / f"run-{role}"), "--trust-clock"]
        for process in ("agent", "player") if role == "player" else ("player",):
            command_line = [sys.executable, "-m", "kiosk", process, str(config), *run]
            log = folder / "logs" / f"{screen.name}-{role}-{process}.log"
            children.append(Child(f"{screen.name} {process}", command_line, log))
    return children


def free_ports(count: int) -> list[int]:
    """So many different ports on loopback that are free now."""
    probes = [socket.socket() for _ in range(count)]
    for probe in probes:
        probe.bind(("127.0.0.1", 0))
    ports = [int(probe.getsockname()[1]) for probe in probes]
    for probe in probes:
        probe.close()
    return ports


def wait_for_pictures(folder: Path, children: list[Child], stopping: threading.Event) -> None:
    """Until every screen shows a notice. Raises DemoError that names the log to read."""
    waiting = screens(folder)
    deadline = time.monotonic() + START_SECONDS
    while waiting and not stopping.wait(0.2):
        for screen in list(waiting):
            beat = read_heartbeat(screen_folder(folder, screen) / "run-player")
            if beat is not None and beat.item:
                waiting.remove(screen)
                say(f"{screen.title}：有画面了（{len(SCREENS) - len(waiting)}/{len(SCREENS)}）")
        dead = [child for child in children if child.process and child.process.poll() is not None]
        if dead or time.monotonic() > deadline:
            logs = ", ".join(str(child.log) for child in dead) or str(children[0].log.parent)
            raise DemoError(f"{'、'.join(screen.title for screen in waiting)} 没有画面；请看日志 {logs}")
