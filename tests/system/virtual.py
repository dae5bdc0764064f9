"""A Pi that is not there: QEMU's `virt` machine, booted with the kernel, initrd and root of a card's image.

Not exercised: the Pi's own boot ROM, firmware and device trees. Everything from the kernel on is what the card holds.
"""

import base64
import json
import os
import re
import socket
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from PIL import Image

from provisioning import debian_tree
from provisioning.fat import Fat
from provisioning.layout import SLOT_A, WINDOW, Layout
from provisioning.recipe import Recipe, read_recipe
from provisioning.step import Steps, only_one

SIZE = (1280, 720)
CARD_BYTES = 3 * 2**30
PATIENT = "[Service]\nTimeoutStartSec=20min\nWatchdogSec=10min\n"
"""For the units of ours: what takes a board seconds takes an emulated one on a busy machine minutes."""
PATIENT_DEVICE = "[Unit]\nJobRunningTimeoutSec=20min\n"
FIRST_PARTITION = "dev-disk-by\\x2dlabel-WINDOW.device"
"""fstab gives it 90 s, which was too little once, at a load of 34: the screen went on with its last settings, said so
on every page, and the test waited for a picture without that word."""
UNITS = ("convenience-window-player.service", "convenience-window-agent.service")
BOOT_SECONDS = float(os.environ.get("IMAGE_BOOT_SECONDS", "1500"))
"""A boot takes a minute and a half on an idle machine under emulation, and five on one that others use."""
ESCAPES = re.compile(r"\x1b(?:[\[\]][0-9;?]*[a-zA-Z]|\]3008[^\x1b\x07]*(?:\x1b\\|\x07)|[=>])")
PROMPT = "root@"


def emulator(cache: Path, recipe: Recipe) -> list[str]:
    """The command that runs QEMU of the recipe's release: Debian 12's stops now and then with a soft lockup."""
    from provisioning.image_commands import chosen_mirror

    packages = debian_tree.QEMU_PACKAGES
    with only_one(cache, lambda _: None):
        kept = Steps(cache.resolve(), 1, lambda _: None).step(
            "qemu",
            "QEMU",
            {"release": recipe.release, "packages": " ".join(packages)},
            lambda folder: debian_tree.make_native(chosen_mirror(None), recipe, folder, packages),
        )
    modules = next((kept / "tree/usr/lib").glob("*/qemu"))
    program = debian_tree.program_of(kept, "usr/bin/qemu-system-aarch64")
    ends_with_us = ("setpriv", "--pdeathsig", "KILL")  # a test that is killed leaves no machine running
    return [*ends_with_us, "env", f"QEMU_MODULE_DIR={modules}", *program, "-L", str(kept / "tree/usr/share/qemu")]


def card_of(image: Path, path: Path) -> Path:
    """A card that the image was written to: larger than it, the rest empty."""
    subprocess.run(["cp", "--sparse=always", image, path], check=True)
    with path.open("r+b") as file:
        file.truncate(CARD_BYTES)
    return path


@dataclass
class Machine:
    """One screen, on or off. `folder` holds what it says and shows."""

    card: Path
    layout: Layout
    folder: Path
    qemu: list[str]
    process: "subprocess.Popen[bytes] | None" = None
    started: float = 0.0
    clock: datetime = field(default_factory=lambda: datetime.now(UTC))
    """What its clock says when it is switched on."""

    @property
    def window(self) -> Fat:
        """Its first partition, while it is off."""
        return Fat(self.card, self.layout.place(WINDOW).start)

    def take_boot_files(self) -> None:
        """Kernel, initrd and command line from the slot, as the Pi's firmware would."""
        slot = Fat(self.card, self.layout.place(SLOT_A).start)
        for name in ("vmlinuz", "initrd.img", "cmdline.txt"):
            (self.folder / name).write_bytes(slot.read(name))

    def start(self, more: str = "") -> None:
        """Switch on. `more` goes behind the card's own command line."""
        line = (self.folder / "cmdline.txt").read_text().strip()
        for name in ("qmp", "serial"):
            (self.folder / name).unlink(missing_ok=True)
        serial = (
            f"socket,id=serial,path={self.folder / 'serial'},server=on,wait=off,logfile={self.folder / 'serial.log'}"
        )
        command = [
            *self.qemu,
            *"-M virt -cpu cortex-a72 -smp 2 -m 1024 -accel tcg,thread=multi,tb-size=512".split(),
            *("-nodefaults", "-no-reboot"),  # a kernel that gives up ends the test
            *("-kernel", str(self.folder / "vmlinuz"), "-initrd", str(self.folder / "initrd.img")),
            *("-append", f"{line} console=ttyAMA0 systemd.debug-shell=ttyAMA0 {patience()} {more}"),
            *("-drive", f"if=none,id=card,format=raw,file={self.card},cache=writeback"),
            *"-device virtio-blk-pci,drive=card".split(),
            *"-netdev user,id=net -device virtio-net-pci,netdev=net,romfile=".split(),
            *("-device", f"virtio-gpu-pci,xres={SIZE[0]},yres={SIZE[1]}"),
            *("-rtc", f"base={self.clock.astimezone(UTC):%Y-%m-%dT%H:%M:%S}"),
            *"-device virtio-rng-pci -device virtio-keyboard-pci -display none -monitor none".split(),
            *("-chardev", serial, "-serial", "chardev:serial"),
            *("-qmp", f"unix:{self.folder / 'qmp'},server=on,wait=off"),
        ]
        with (self.folder / "qemu.log").open("ab") as log:
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        self.started = time.monotonic()

    @property
    def on_for(self) -> float:
        """Seconds since it was switched on."""
        return time.monotonic() - self.started

    @property
    def worked_for(self) -> float:
        """Seconds of a host's processor that it has used: nearly the same however busy the host is."""
        assert self.process is not None
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")  # utime, stime: proc(5)

    @property
    def now(self) -> datetime:
        """What its clock says now."""
        return self.clock + timedelta(seconds=self.on_for if self.process else 0.0)

    def wait(self, seconds: float) -> float:
        """Let it run; the seconds."""
        time.sleep(seconds)
        return seconds

    def cut(self) -> None:
        """Take the power away: the process is killed by its id."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    def ask(self, command: str, **arguments: str) -> None:
        """One command by QMP."""
        with socket.socket(socket.AF_UNIX) as line:
            line.settimeout(60.0)
            line.connect(str(self.folder / "qmp"))
            words = line.makefile("rw")
            words.readline()
            for one in ({"execute": "qmp_capabilities"}, {"execute": command, "arguments": arguments}):
                words.write(json.dumps(one) + "\n")
                words.flush()
                answer = json.loads(words.readline())
                while "event" in answer:
                    answer = json.loads(words.readline())
                assert "return" in answer, answer

    def picture(self) -> Image.Image | None:
        """What is on the panel now; None while QEMU is not ready."""
        path = self.folder / "panel.ppm"
        try:
            self.ask("screendump", filename=str(path))
            with Image.open(path) as shown:
                return shown.convert("RGB")
        except (OSError, AssertionError):
            return None

    def said(self) -> str:
        """All that came over the serial line since it was made."""
        with suppress(FileNotFoundError):
            return ESCAPES.sub("", (self.folder / "serial.log").read_text(errors="replace")).replace("\r", "")
        return ""

    def shell(self, command: str, patience: float = 120.0) -> str:
        """What `command` prints in the root shell on the serial line (tests only: the card's own line has none)."""
        mark = f"mark{time.monotonic_ns()}"
        with socket.socket(socket.AF_UNIX) as line:
            line.settimeout(1.0)
            line.connect(str(self.folder / "serial"))
            spoken = f"export TERM=dumb COLUMNS=200; echo {mark}-''begin; {command}; echo {mark}-''end"
            line.sendall(f"\n{spoken}\n".encode())  # '': so that its echo is no answer
            heard, deadline = b"", time.monotonic() + patience
            while f"{mark}-end".encode() not in heard:
                assert time.monotonic() < deadline, f"{command}: no answer in {patience:.0f} s\n{heard[-2000:]!r}"
                with suppress(TimeoutError):
                    heard += line.recv(65536)
        text = ESCAPES.sub("", heard.decode(errors="replace")).replace("\r", "")
        return text.rpartition(f"{mark}-begin")[2].partition(f"{mark}-end")[0].strip()

    def quiet_shell(self, command: str) -> str:
        """As `shell`; "" while nobody answers yet.

        Nothing is said before the shell's prompt is there: what came earlier once left the serial line deaf.
        """
        if PROMPT not in self.said():
            return ""
        try:
            return self.shell(command, 10.0)
        except (OSError, AssertionError):
            return ""

    def keep(self, name: str) -> Path:
        """Keep the panel's picture of this moment, to be looked at."""
        picture = self.picture()
        path = self.folder / f"{name}.png"
        if picture is not None:
            picture.save(path)
        return path


def patience() -> str:
    """Words for the kernel's command line that give systemd settings for some units, beside those of the image."""
    settings = {f"{unit}~90-patient": PATIENT for unit in UNITS} | {f"{FIRST_PARTITION}~90-patient": PATIENT_DEVICE}
    words = {name: base64.b64encode(text.encode()).decode() for name, text in settings.items()}
    return " ".join(f"systemd.set_credential_binary=systemd.unit-dropin.{name}:{word}" for name, word in words.items())


def prepared(image: Path, layout: Layout, folder: Path, qemu: list[str]) -> Machine:
    """A machine with a fresh card of `image`, off."""
    folder.mkdir(parents=True, exist_ok=True)
    machine = Machine(card_of(image, folder / "card.img"), layout, folder, qemu)
    machine.take_boot_files()
    return machine


if __name__ == "__main__":  # the emulator alone, made ready in the cache that is named
    RECIPE = Path(__file__).parent.parent.parent / "provisioning/recipe.yaml"
    emulator(Path(sys.argv[1]), read_recipe(RECIPE.name, RECIPE.read_bytes()))
