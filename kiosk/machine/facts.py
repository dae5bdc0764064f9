"""The facts that the doctor looks at, from files of the kernel and of our processes. Nothing here fails.

No socket is opened: the player, which shows them, has no network.
"""

import contextlib
import ctypes
import ipaddress
import json
import socket
import struct
import time
from datetime import tzinfo
from pathlib import Path
from typing import Any

from content.clock import Clock
from kiosk.agent_state import read_state
from kiosk.between import WORD, Word, take
from kiosk.health import HEARTBEAT, read_heartbeat
from kiosk.machine.doctor import Facts, Release
from kiosk.machine.hardware import Machine
from kiosk.machine.setup_report import read_report, read_storage

RELEASE = "usr/lib/convenience-window/release.json"
TRIE, ADDRESSES_6, ROUTES, RESOLVER = "proc/net/fib_trie", "proc/net/if_inet6", "proc/net/route", "etc/resolv.conf"
GLOBAL_SCOPE = "00"
MOST_ADDRESSES = 4


def facts(cache: Path, run_folder: Path, clock: Clock, zone: tzinfo, *, root: Path = Path("/")) -> Facts:
    """How things are at this moment; `root` is another folder than / in tests."""
    now, word = clock.now(), take(run_folder, WORD, Word)
    return Facts(
        now=now.astimezone(zone),
        ticks=clock.monotonic(),
        hardware=Machine(cache, root).hardware(),
        addresses=addresses(text(root / TRIE), text(root / ADDRESSES_6)),
        gateway=gateway(text(root / ROUTES)),
        names=name_servers(text(root / RESOLVER)),
        clock_trusted=clock.trusted(),
        clock_error_seconds=clock_error() if clock.trusted() else None,
        setup=read_report(run_folder),
        storage=read_storage(run_folder),
        agent=read_state(run_folder),
        beat=read_heartbeat(run_folder),
        beat_age_seconds=age(run_folder / HEARTBEAT),
        release=release(text(root / RELEASE)),
        pairing=word.pairing if word else None,
    )


def text(path: Path) -> str:
    with contextlib.suppress(OSError):
        return path.read_text(errors="replace")
    return ""


def addresses(trie: str, six: str) -> tuple[str, ...]:
    """The machine's own addresses, but for loopback and link-local ones."""
    found: list[str] = []
    before = ""
    for line in trie.splitlines():
        if "|--" in line:
            before = line.split("|--")[1].strip()
        elif "host LOCAL" in line:
            found.append(before)
    for line in six.splitlines():
        fields = line.split()
        if len(fields) >= 4 and fields[3] == GLOBAL_SCOPE:
            with contextlib.suppress(ValueError):
                found.append(str(ipaddress.IPv6Address(bytes.fromhex(fields[0]))))
    kept = []
    for one in dict.fromkeys(found):
        with contextlib.suppress(ValueError):
            address = ipaddress.ip_address(one)
            if not address.is_loopback and not address.is_link_local:
                kept.append(one)
    return tuple(kept[:MOST_ADDRESSES])


def gateway(routes: str) -> str:
    """Where the default route of IPv4 leads; "" where there is none."""
    for line in routes.splitlines()[1:]:
        fields = line.split()
        if len(fields) > 3 and fields[1] == "00000000" and fields[2] != "00000000":
            with contextlib.suppress(ValueError, struct.error):
                return socket.inet_ntoa(struct.pack("<L", int(fields[2], 16)))
    return ""


def name_servers(resolver: str) -> tuple[str, ...]:
    rows = [line.split() for line in resolver.splitlines()]
    return tuple(row[1] for row in rows if len(row) > 1 and row[0] == "nameserver")


def age(path: Path) -> float | None:
    """Seconds since the file was written; by the kernel's clock, which wrote its date too."""
    with contextlib.suppress(OSError):
        return max(0.0, time.time() - path.stat().st_mtime)
    return None


def clock_error() -> float | None:
    """At most so many seconds off, says the kernel (adjtimex(2): maxerror, microseconds, the fourth long)."""
    buffer = ctypes.create_string_buffer(256)
    adjtimex = getattr(ctypes.CDLL(None), "adjtimex", None)
    if adjtimex is None or adjtimex(buffer) < 0:
        return None
    modes_offset_freq_maxerror = struct.unpack_from("@Illl", buffer.raw)
    return float(modes_offset_freq_maxerror[3]) / 1e6


def release(written: str) -> Release:
    """What the image says of itself; empty on a PC."""
    with contextlib.suppress(ValueError, TypeError, AttributeError):
        found: dict[str, Any] = json.loads(written)
        return Release(*(str(found.get(name, "")) for name in Release._fields))
    return Release()
