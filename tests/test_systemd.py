"""The units: systemd understands them, agent and publisher are locked up well, and the tree agrees with itself."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from kiosk.__main__ import parser
from kiosk.cache import Cache
from provisioning.program_layer import links

ROOT = Path(__file__).parent.parent / "systemd"
SCREEN, CENTRAL = ROOT / "screen", ROOT / "central"
UNITS = sorted(
    path
    for tree in (SCREEN, CENTRAL)
    for path in (tree / "usr/lib/systemd/system").glob("convenience-window*.*")
    if path.is_file()
)
LINKED = {name: entry.target for name, entry in links((ROOT / "screen-links.conf").read_text()).items()}
SERVICES = [path for path in UNITS if path.suffix == ".service"]
MOST_EXPOSED = {"agent": 2.5, "publisher": 2.5, "setup": 2.5, "player": 2.5}
analyze = pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="this machine has no systemd")


def named(part: str) -> Path:
    return next(path for path in SERVICES if path.stem == f"convenience-window-{part}")


def settings(path: Path) -> dict[str, list[str]]:
    """Every `Key=value` of a unit, in order."""
    found: dict[str, list[str]] = {}
    for line in path.read_text().splitlines():
        key, equals, value = line.partition("=")
        if equals and not line.startswith("#"):
            found.setdefault(key, []).append(value)
    return found


def run(*command: str | Path) -> str:
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False)
    return done.stdout + done.stderr


@analyze
def test_systemd_finds_nothing_wrong_with_the_units() -> None:
    said = run("systemd-analyze", "verify", "--recursive-errors=no", "--man=no", *UNITS)
    ours = [line for line in said.splitlines() if "convenience-window" in line and "is not executable" not in line]
    assert ours == []


@analyze
@pytest.mark.parametrize("part", MOST_EXPOSED)
def test_a_process_that_speaks_with_the_network_is_locked_up(part: str) -> None:
    told = run("systemd-analyze", "security", "--offline=true", "--no-pager", named(part))
    level = re.search(r"Overall exposure level for \S+: ([\d.]+)", told)
    assert level, told
    assert float(level[1]) <= MOST_EXPOSED[part]


def test_the_player_finds_every_folder_of_the_cache_that_it_needs(tmp_path: Path) -> None:
    """It may make none there, and may be first: before an agent that has yet to enrol there is no cache."""
    cache = tmp_path / "window"
    Cache(cache).prepare_for_reading()
    needed = {f"/data/window/{path.relative_to(cache)}" for path in cache.rglob("*")}
    rules = (SCREEN / "usr/lib/tmpfiles.d/convenience-window.conf").read_text().splitlines()
    made = {line.split()[1] for line in rules if line.startswith("d ")}
    assert needed
    assert needed | {"/data/window"} <= made


def test_every_program_of_ours_that_a_unit_starts_is_one() -> None:
    modules, commands = set(), set()
    for path in SERVICES:
        for line in settings(path).get("ExecStart", []):
            words = line.split()
            if "-m" in words:
                module = words[words.index("-m") + 1]
                modules.add(module)
                if module == "kiosk":
                    commands.add(words[words.index("-m") + 2])
                    parser().parse_args(words[words.index("-m") + 2 :])  # exits where an option is none
    assert modules == {"kiosk", "kiosk.machine.storage", "kiosk.machine.splash", "content"}
    assert commands == {"agent", "player", "setup"}


def test_agent_and_player_are_watched_and_always_started_again() -> None:
    for part in ("agent", "player"):
        unit = settings(named(part))
        assert (unit["Type"], unit["Restart"], unit["StartLimitIntervalSec"]) == (["notify"], ["always"], ["0"])
        assert unit["UMask"] == ["0002"]
    assert settings(named("player"))["WatchdogSec"] == ["30"]


def test_the_picture_waits_for_the_settings_and_for_nothing_of_the_network() -> None:
    waits = " ".join(settings(named("player"))["After"] + settings(named("player"))["Wants"])
    assert "setup" in waits
    assert not re.search("network|agent|chrony|time", waits)
    before = " ".join(settings(named("setup"))["Before"])
    assert "NetworkManager.service" in before
    assert "chrony.service" in before


def test_every_link_leads_to_a_unit_or_to_nothing_on_purpose() -> None:
    assert LINKED
    for name, target in LINKED.items():
        known = target in ("/dev/null", "/run/NetworkManager/resolv.conf", "/usr/lib/systemd/system/nftables.service")
        here = SCREEN / target.lstrip("/") if target.startswith("/") else SCREEN / name / ".." / target
        assert known or Path(os.path.normpath(here)).is_file(), f"{name} → {target}"


@pytest.mark.skipif(not shutil.which("systemd-tmpfiles"), reason="this machine has no systemd")
def test_the_line_in_the_guide_makes_every_link(tmp_path: Path) -> None:
    line = next(line for line in (ROOT / "README.md").read_text().splitlines() if "--root=ROOT --create" in line)
    subprocess.run(["sh", "-c", line.replace("ROOT", str(tmp_path))], cwd=ROOT.parent, check=True)
    made = {str(path.relative_to(tmp_path)): str(path.readlink()) for path in tmp_path.rglob("*") if path.is_symlink()}
    assert made == LINKED


def test_no_link_is_in_the_source_where_some_ways_of_carrying_it_would_make_it_a_file() -> None:
    """Seen: after a copy that knows no links, units were one-line files that systemd could not read."""
    assert [path for path in ROOT.rglob("*") if path.is_symlink()] == []
    assert [name for name in LINKED if (SCREEN / name).exists()] == []


def test_users_have_fixed_numbers_because_the_data_partition_outlives_the_image() -> None:
    lines = (SCREEN / "usr/lib/sysusers.d/convenience-window.conf").read_text().splitlines()
    numbers = {words[1]: words[2] for line in lines if (words := line.split()) and words[0] in "gu"}
    assert numbers == {"convenience-window": "870", "window-agent": "871:870", "window-player": "872:870"}
    for part in ("agent", "player"):
        unit = settings(named(part))
        assert (unit["User"], unit["Group"]) == ([f"window-{part}"], ["convenience-window"])


def test_nothing_listens() -> None:
    rules = (SCREEN / "etc/nftables.conf").read_text()
    chain = rules[rules.index("chain input") : rules.index("chain forward")]
    assert "policy drop" in chain
    assert not re.search(r"dport (?!68\b|546\b)", chain), "answers to DHCP are all that may come unasked"
    assert not re.search(r"tcp", chain)


def test_nothing_that_a_boot_wants_is_in_conflict_with_the_splash() -> None:
    """systemd starts neither or one of two that conflict: seen in QEMU, where the splash never ran."""
    assert "usr/lib/systemd/system/sysinit.target.wants/convenience-window-splash.service" in LINKED
    conflicts = {path.stem: settings(path).get("Conflicts", []) for path in SERVICES}
    assert [name for name, others in conflicts.items() if "splash" in " ".join(others)] == []
    before = settings(named("player"))["ExecStartPre"]
    assert before == ["-+/usr/bin/systemctl stop --no-block convenience-window-splash.service"]


def test_chrony_reads_the_battery_clock_as_the_kernel_keeps_it() -> None:
    """`chronyd -s` takes the clock's time for local time unless told: seen in QEMU, a first boot went back 8 hours."""
    assert "-s" in (SCREEN / "etc/default/chrony").read_text().partition("DAEMON_OPTS=")[2]
    assert "rtconutc" in (SCREEN / "etc/chrony/chrony.conf").read_text().splitlines()
