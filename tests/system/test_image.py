"""The image that `make image` built, booted in QEMU: `make image-test`. Not part of `make test`.

Emulated on a shared machine a boot takes minutes; so all times here are compared with each other and never limits.
"""

import os
import random
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PIL import Image

from kiosk.between import Pairing
from kiosk.enrolment.enrol import WAITING
from kiosk.machine.splash import DRAWING, Field, Panel, drawing, rows
from provisioning.image_commands import cache_in
from provisioning.layout import Layout, lay_out
from provisioning.recipe import Recipe, read_recipe
from tests.system.card_checks import check_data, firmware_side
from tests.system.image_village import (
    PLACE,
    Expected,
    ImageVillage,
    morning_after,
    nearest,
    sample_village,
    shows,
)
from tests.system.rig import until
from tests.system.village_tls import pairing_picture
from tests.system.virtual import BOOT_SECONDS, SIZE, Machine, emulator, prepared

ROOT = Path(__file__).parent.parent.parent
LOOK_EVERY = 2.0
SLOW_SECONDS = 400.0
"""For what takes a board a second, and an emulated one on a busy machine minutes."""
OURS, BAD = "-u 'convenience-window-*'", "^(WARNING|ERROR|CRITICAL|Traceback)|Failed|Main process exited"
SLOW = "the player shows no sign of life"
"""The agent says so of a player that needs minutes for its first picture, as on a very busy machine."""
CLOCK_SECONDS = 600.0
MOST_EXPOSED = 2.5
NOTICE = "power-cuts"
EARLY = 0.5
"""So many cuts are in the middle of booting, where nothing can be asked of the panel; the others during updates."""


def say(text: str) -> None:
    """For the person who waits; pytest runs with -s."""
    sys.stdout.write(f"    {datetime.now(UTC):%H:%M:%S} {text}\n")
    sys.stdout.flush()


@pytest.fixture(scope="module", autouse=True)
def ends_when_told() -> Iterator[None]:
    """SIGTERM, as of a CI whose time is over, ends the test with all that it has started."""

    def interrupt(number: int, frame: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    yield
    signal.signal(signal.SIGTERM, before)


@pytest.fixture(scope="module")
def recipe() -> Recipe:
    path = ROOT / "provisioning/recipe.yaml"
    return read_recipe(path.name, path.read_bytes())


@pytest.fixture(scope="module")
def layout(recipe: Recipe) -> Layout:
    return lay_out(recipe)


@pytest.fixture(scope="module")
def image() -> Path:
    folder = Path(os.environ.get("IMAGE_OUT", ROOT / ".image"))
    found = sorted(folder.glob("convenience-window-*.img"))
    assert found, "make image comes first"
    return found[-1]


@pytest.fixture(scope="module")
def cache() -> Path:
    return Path(os.environ.get("IMAGE_CACHE") or cache_in(os.environ, Path.home()))


@pytest.fixture(scope="module")
def qemu(recipe: Recipe, cache: Path) -> list[str]:
    return emulator(cache, recipe)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    named = os.environ.get("IMAGE_TEST_FOLDER")
    return Path(named) if named else tmp_path_factory.mktemp("image")


@pytest.fixture(scope="module")
def village(home: Path) -> Iterator[ImageVillage]:
    with sample_village(home / "village") as made:
        yield made


@pytest.fixture(scope="module")
def machine(image: Path, layout: Layout, home: Path, qemu: list[str], village: ImageVillage) -> Iterator[Machine]:
    """The screen with its card, off. Its clock begins at nine in the morning."""
    made = prepared(image, layout, home / "screen", qemu)
    made.clock = morning_after(datetime.now(UTC))
    made.window.put(village.card())
    yield made
    made.cut()


def wait_for(machine: Machine, village: ImageVillage, *only: str, patience: float = BOOT_SECONDS) -> tuple[str, float]:
    """(which right picture is on the panel, seconds since switching on)."""
    expected = Expected(village.folder, machine.now).pictures(*only)
    assert expected, f"nothing to expect of {only}"
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        name = shows(machine, expected)
        if name:
            return name, machine.on_for
        assert machine.process is not None
        assert machine.process.poll() is None, (machine.folder / "qemu.log").read_text()[-2000:]
        time.sleep(LOOK_EVERY)
    kept = machine.keep("wrong")
    shown = machine.picture()
    near = nearest(shown, expected) if shown else ("no picture", 1.0)
    raise AssertionError(f"no right picture in {patience:.0f} s; nearest {near}; see {kept}\n{machine.said()[-3000:]}")


def wait_for_splash(machine: Machine) -> float:
    """Seconds until the panel shows the splash."""
    panel = Panel(*SIZE, 32, SIZE[0] * 4, 0, Field(16, 8), Field(8, 8), Field(0, 8))
    drawn = b"".join(rows(panel, drawing(DRAWING.read_bytes())))
    splash = {"splash": Image.frombytes("RGB", SIZE, drawn, "raw", "BGRX")}
    while machine.on_for < BOOT_SECONDS:
        if shows(machine, splash):
            machine.keep("splash")
            return machine.on_for
        time.sleep(LOOK_EVERY / 2)
    raise AssertionError(f"no splash\n{machine.said()[-3000:]}")


def times_of(machine: Machine) -> str:
    """systemd's own account of the boot."""
    return machine.shell("systemctl is-system-running --wait >/dev/null; systemd-analyze time", 600.0)


def look_around(machine: Machine) -> None:
    """What a maintainer would look at in a running screen, by the root shell that only the test has."""
    failed = machine.shell("systemctl list-units --failed --no-legend --plain", SLOW_SECONDS)
    (machine.folder / "journal.txt").write_text(machine.shell("journalctl -b --no-pager -p warning", SLOW_SECONDS))
    ours = machine.shell(
        f"journalctl -b --no-pager -q -o cat {OURS} | grep -E '{BAD}' | grep -v '{SLOW}'", SLOW_SECONDS
    )
    listening = machine.shell("ss -H -ltu")
    assert (failed, ours, listening) == ("", "", "")
    mounts = machine.shell("cat /proc/mounts")
    writable = {line.split()[0] for line in mounts.splitlines() if line.startswith("/dev/") and " rw," in line}
    assert writable == {"/dev/vda4"}
    assert " / overlay ro," in mounts
    clock = float(machine.shell("date +%s").split()[-1])
    assert abs(clock - machine.now.timestamp()) < CLOCK_SECONDS, "the clock was set to another time"
    for part in ("agent", "player", "setup"):
        told = machine.shell(f"systemd-analyze security --no-pager convenience-window-{part}.service", SLOW_SECONDS)
        level = re.search(r"Overall exposure level for \S+: ([\d.]+)", told)
        assert level, told
        say(f"exposure of {part}: {level[1]}")
        assert float(level[1]) <= MOST_EXPOSED


def test_the_screen_connects_over_tls_and_shows_its_places_picture(machine: Machine, village: ImageVillage) -> None:
    before = firmware_side(machine)
    machine.start()
    say(f"the splash is there after {wait_for_splash(machine):.0f} s")
    name, seconds = wait_for(machine, village)
    say(f"first boot: {name} after {seconds:.0f} s, from an empty card")
    say(f"kept {machine.keep('first')}")
    assert village.connected_over_tls()
    say(times_of(machine))
    look_around(machine)
    machine.shell("sync")
    machine.cut()
    assert firmware_side(machine) == before


def test_the_time_to_the_picture_is_told_against_the_bare_system(machine: Machine, village: ImageVillage) -> None:
    """Second boots, from the card's own cache. The bare system has none of our units, and is up when one could log in.

    By the clock, and by the emulator's work, which a busy host changes little.
    """
    machine.start()
    name, ours = wait_for(machine, village)
    ours_worked = machine.worked_for
    say(f"from its cache: {name} after {ours:.0f} s, {ours_worked:.0f} s of work")
    say(times_of(machine))
    machine.cut()
    off = " ".join(f"systemd.mask=convenience-window{one}" for one in (".target", "-splash.service", "-data.service"))
    machine.start(off)
    bare = bare_worked = 0.0
    while not bare and machine.on_for < BOOT_SECONDS:
        time.sleep(LOOK_EVERY)
        if machine.quiet_shell("systemctl is-active multi-user.target").startswith("active"):
            bare, bare_worked = machine.on_for, machine.worked_for
    machine.cut()
    assert bare, "the bare system did not come up"
    say(f"boot to picture {ours:.0f} s, boot to login without us {bare:.0f} s: ratio {ours / bare:.2f}")
    say(f"work {ours_worked:.0f} s and {bare_worked:.0f} s: ratio {ours_worked / bare_worked:.2f}")


def test_a_golden_card_shows_its_code_is_given_its_place_and_shows_its_picture(
    image: Path, layout: Layout, home: Path, qemu: list[str], village: ImageVillage
) -> None:
    machine = prepared(image, layout, home / "golden", qemu)
    machine.clock = morning_after(datetime.now(UTC))
    machine.window.put(village.golden_card())
    machine.start()
    try:
        pairing = until("the office hears of it", lambda: waiting(village), BOOT_SECONDS, LOOK_EVERY)
        panel = {"code": Image.frombytes("RGB", SIZE, pairing_picture(pairing))}
        until("its code is on the panel", lambda: shows(machine, panel), SLOW_SECONDS, LOOK_EVERY)
        say(f"{pairing.screen} shows {pairing.code} after {machine.on_for:.0f} s; kept {machine.keep('pairing')}")
        assert village.assign(pairing.screen, PLACE, "--code", "0000-0000").returncode == 1
        given = village.assign(pairing.screen, PLACE, "--code", pairing.code)
        assert given.returncode == 0, given.stderr
        name, seconds = wait_for(machine, village)
        say(f"given its place: {name} after {seconds:.0f} s; kept {machine.keep('golden')}")
        assert village.connected_over_tls(pairing.screen)
    finally:
        machine.cut()


def waiting(village: ImageVillage) -> Pairing | None:
    """What the admin's list says of the one screen that waits: the panel must say the same."""
    found = re.search(r"^(\S+)  配对码 (\S+)", village.assign("--list").stdout, re.MULTILINE)
    return Pairing(screen=found[1], code=found[2], said=WAITING) if found else None


def test_the_same_inputs_give_the_same_bytes(image: Path, cache: Path, tmp_path: Path) -> None:
    """Everything is made again but the three slow steps, somewhere else; what is delivered is the same."""
    again = tmp_path / "cache"
    again.mkdir()
    for kept in (one for slow in ("native", "debian", "system") for one in cache.glob(f"{slow}-*")):
        (again / kept.name).symlink_to(kept)
    command: list[str | Path] = [
        sys.executable,
        "-m",
        "provisioning",
        "image",
        "--cache",
        again,
        "--out",
        tmp_path / "out",
    ]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=BOOT_SECONDS)
    assert done.returncode == 0, done.stdout + done.stderr
    assert (tmp_path / "out/SHA256SUMS").read_text() == (image.parent / "SHA256SUMS").read_text()


def test_power_cuts(machine: Machine, village: ImageVillage) -> None:
    """At random moments of booting and running, while content comes in. The seed is told, to repeat a failure with."""
    cuts = int(os.environ.get("POWER_CUTS", "3"))
    seed = int(os.environ.get("POWER_CUTS_SEED", str(random.randrange(10**6))))  # noqa: S311
    chance = random.Random(seed)  # noqa: S311
    before = firmware_side(machine)
    say(f"{cuts} cuts, seed {seed}")
    results: list[str] = []
    serial = 0
    for number in range(1, cuts + 1):
        machine.start()
        if chance.random() < EARLY:
            when = f"booting, after {machine.wait(chance.uniform(3, 120)):.0f} s"
        else:
            serial += 1
            write_notice(village, serial)
            _, seconds = wait_for(machine, village, NOTICE)
            ends = machine.on_for + chance.uniform(0, 40)
            while machine.on_for < ends:
                serial += 1
                write_notice(village, serial)
                machine.wait(chance.uniform(0.1, 4.0))
            when = f"updating, {machine.on_for - seconds:.0f} s after the right picture (at {seconds:.0f} s)"
        machine.cut()
        state = check_data(machine)
        results.append(state)
        say(f"cut {number}: {when}; data partition {state}")
        assert firmware_side(machine) == before
    machine.start()
    serial += 1
    write_notice(village, serial)
    name, seconds = wait_for(machine, village, NOTICE)
    say(f"after {cuts} cuts: {name} after {seconds:.0f} s; kept {machine.keep('after-cuts')}")
    machine.cut()
    say(", ".join(f"{state}: {results.count(state)}" for state in sorted(set(results))))


def write_notice(village: ImageVillage, serial: int) -> None:
    """A notice that is new each time, so that the screen shows it at once."""
    text = (
        f"title: 断电试验第{serial}次\ntopic: 便民信息\nto: [baizhuang/cuiyuan-north]\nbody: |\n"
        f"  这是第{serial}次改动。请从零点开始数到{serial}，屏上的文字应与这里写的一致。\n"
    )
    temporary = village.folder / "notices" / f".{NOTICE}.tmp"
    temporary.write_text(text)
    temporary.rename(village.folder / "notices" / f"{NOTICE}.yaml")
