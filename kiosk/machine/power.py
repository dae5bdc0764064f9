"""The panel's own light: off outside the hours, on again, dimmed. By whatever this system offers.

Each way is a file of the kernel or a program, tried in a thread with a time limit: a television that does
not answer must not stop the picture. What is told is what was *sent*; whether the panel obeyed, nobody says. So
every word is said again after a minute, and then every hour: a lost 开 would be a black screen for a day.

There is no way through DRM: SDL's kmsdrm is the display's one master (measured.md §2), and shows no way to blank it.
"""

import logging
import shutil
import subprocess
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from msgspec import Struct

from content.clock import Clock
from content.reports import PowerSent

log = logging.getLogger(__name__)

PROGRAM_SECONDS = 10.0
"""cec-ctl waits for an answer from the bus; a television that wakes up takes seconds."""
AGAIN_SECONDS = 60.0
EVERY_SECONDS = 3600.0
ON, OFF = "0", "4"
"""FB_BLANK_UNBLANK and FB_BLANK_POWERDOWN (linux/fb.h), for bl_power and for blank."""
SYS, DEV = Path("/sys/class"), Path("/dev")


class Wanted(Struct, frozen=True):
    """What the panel should do."""

    lit: bool
    percent: int

    @property
    def words(self) -> str:
        return f"开 {self.percent}%" if self.lit else "关"


class Switch(Protocol):
    """What the player knows of a panel's power."""

    def want(self, *, lit: bool, percent: int) -> None:
        """Say it to the panel, if it is news. Returns at once."""
        ...

    def sent(self) -> tuple[PowerSent, ...]:
        """The last word through each way, and what became of sending it."""
        ...

    def close(self) -> None:
        """Stop; the panel stays as it is."""
        ...


class NoSwitch:
    """A panel that has no power of its own: a window, a file, an LED panel (dark dots give no light)."""

    def want(self, *, lit: bool, percent: int) -> None:
        pass

    def sent(self) -> tuple[PowerSent, ...]:
        return ()

    def close(self) -> None:
        pass


class Way(Protocol):
    """One way to speak to a panel."""

    name: str

    def send(self, wanted: Wanted) -> None:
        """Say it. Raises OSError, ValueError or subprocess.SubprocessError."""
        ...


class Backlight:
    """A panel on the DSI or eDP connector, through the kernel (Documentation/ABI/stable/sysfs-class-backlight)."""

    name = "backlight"

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def send(self, wanted: Wanted) -> None:
        if wanted.lit:
            most = int((self._folder / "max_brightness").read_text())
            (self._folder / "brightness").write_text(str(max(1, most * wanted.percent // 100)))
        (self._folder / "bl_power").write_text(ON if wanted.lit else OFF)


class FrameBuffer:
    """The signal of the console's frame buffer; the kernel refuses while SDL is the display's master."""

    name = "framebuffer"

    def __init__(self, file: Path) -> None:
        self._file = file

    def send(self, wanted: Wanted) -> None:
        self._file.write_text(ON if wanted.lit else OFF)


class Program:
    """A program that is told one thing to switch on and another to switch off."""

    def __init__(self, name: str, on: Sequence[str], off: Sequence[str]) -> None:
        self.name, self._on, self._off = name, on, off

    def send(self, wanted: Wanted) -> None:
        command = self._on if wanted.lit else self._off
        subprocess.run(command, check=True, capture_output=True, timeout=PROGRAM_SECONDS, stdin=subprocess.DEVNULL)


def cec(device: Path) -> Program:
    """A television on HDMI: logical address 0 (HDMI-CEC 1.4, table 5). `--playback` gives us one to speak from."""
    start = ("cec-ctl", "--device", str(device), "--playback", "--to", "0")
    return Program("cec", (*start, "--image-view-on"), (*start, "--standby"))


def ways(choice: str, *, sys: Path = SYS, dev: Path = DEV) -> list[Way]:
    """The ways that this system offers; with `auto` all of them, else those of that name, else none."""
    found: list[Way] = [
        Backlight(folder) for folder in sorted(sys.glob("backlight/*")) if (folder / "bl_power").exists()
    ]
    if shutil.which("cec-ctl"):
        found += [cec(device) for device in sorted(dev.glob("cec*"))]
    if shutil.which("vcgencmd"):
        found.append(Program("vcgencmd", ("vcgencmd", "display_power", "1"), ("vcgencmd", "display_power", "0")))
    found += [FrameBuffer(file) for file in sorted(sys.glob("graphics/fb0/blank"))]
    return [way for way in found if choice in ("auto", way.name)]


class PowerSwitch:
    """Says the newest wish through every way. The thread begins with the first wish."""

    def __init__(self, offered: Sequence[Way], clock: Clock, *, again_seconds: float = AGAIN_SECONDS) -> None:
        self._ways, self._clock, self._again_seconds = offered, clock, again_seconds
        self._wanted: Wanted | None = None
        self._sent: dict[int, PowerSent] = {}
        self._news = threading.Event()
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._work, name="power", daemon=True)

    def want(self, *, lit: bool, percent: int) -> None:
        wanted = Wanted(lit, percent)
        if not self._ways or wanted == self._wanted:
            return
        self._wanted = wanted
        self._news.set()
        if not self._thread.is_alive():
            self._thread.start()

    def sent(self) -> tuple[PowerSent, ...]:
        return tuple(self._sent[number] for number in sorted(self._sent))

    def close(self) -> None:
        self._closing.set()
        self._news.set()
        if self._thread.is_alive():
            self._thread.join(timeout=PROGRAM_SECONDS + 1.0)

    def _work(self) -> None:
        wait: float | None = None
        while not self._closing.is_set():
            wait = self._again_seconds if self._news.wait(wait) else EVERY_SECONDS
            self._news.clear()
            wanted = self._wanted
            for number, way in enumerate(self._ways):
                if wanted is None or self._closing.is_set():
                    break
                self._say(number, way, wanted)

    def _say(self, number: int, way: Way, wanted: Wanted) -> None:
        try:
            way.send(wanted)
            outcome = "已发出"
        except (OSError, ValueError, subprocess.SubprocessError) as error:
            outcome = f"没有发出：{why(error)}"
        before = self._sent.get(number)
        if before is None or (before.word, before.outcome) != (wanted.words, outcome):
            log.info("panel, by %s: %s: %s", way.name, wanted.words, outcome)
        self._sent[number] = PowerSent(way=way.name, word=wanted.words, at=self._clock.now(), outcome=outcome)


def why(error: Exception) -> str:
    """One line about what went wrong, of bounded length."""
    match error:
        case PermissionError():
            return "没有权限，请把运行播放程序的用户加入 video 组"
        case subprocess.TimeoutExpired():
            return f"{PROGRAM_SECONDS:.0f} 秒没有回答"
        case subprocess.CalledProcessError():
            said = (error.stderr or error.stdout or b"").decode(errors="replace").strip()
            return f"退出码 {error.returncode} {said.splitlines()[-1] if said else ''}".strip()[:120]
        case OSError():
            return str(error.strerror or error)[:120]
        case _:
            return str(error)[:120]
