"""What the machine says of itself, from /sys and /proc. What it does not say is None; nothing here fails.

| what | from |
|---|---|
| model | /proc/device-tree/model |
| temperature | /sys/class/thermal/thermal_zone*/temp, the hottest |
| under-voltage | hwmon `rpi_volt`: in0_lcrit_alarm, latched since boot (drivers/hwmon/raspberrypi-hwmon.c) |
| throttled | /sys/devices/platform/soc/soc:firmware/get_throttled: bits 1, 2, 3 now and 17, 18, 19 since boot |
| wear | eMMC: life_time in tenths of its life (JEDEC 5.1, EXT_CSD 268 and 269); an SD card does not tell |
| network | the default route of /proc/net/route; signal from /proc/net/wireless |
"""

import contextlib
import os
import re
from pathlib import Path

from content.reports import Hardware

THROTTLED_BITS = 0b1110_0000_0000_0000_1110
"""Of the firmware: frequency capped, throttled, soft temperature limit; now and since boot."""
MODEL, UPTIME, MEMORY = "proc/device-tree/model", "proc/uptime", "proc/meminfo"
THROTTLED = "sys/devices/platform/soc/soc:firmware/get_throttled"
ROUTES, WIRELESS = "proc/net/route", "proc/net/wireless"
UP = 0x1


class Machine:
    """This machine. `root` is another folder than / in tests."""

    def __init__(self, cache: Path, root: Path = Path("/")) -> None:
        self._cache, self._root = cache, root

    def hardware(self, clock_offset_seconds: float | None = None) -> Hardware:
        """Everything that is known at this moment. The clock's offset is what others found out."""
        network = self._network()
        return Hardware(
            model=self._text(MODEL).strip("\0 \n"),
            uptime_seconds=whole(first(r"^(\d+)", self._text(UPTIME))),
            temperature_c=self._temperature(),
            under_voltage=self._under_voltage(),
            throttled=self._throttled(),
            memory_available_mib=mib(first(r"MemAvailable:\s*(\d+) kB", self._text(MEMORY))),
            disk_free_mib=self._disk_free(),
            disk_wear_percent=self._wear(),
            network=network,
            signal_dbm=self._signal(network),
            clock_offset_seconds=None if clock_offset_seconds is None else round(clock_offset_seconds),
        )

    def _text(self, path: str) -> str:
        with contextlib.suppress(OSError):
            return (self._root / path).read_text(errors="replace")
        return ""

    def _texts(self, pattern: str) -> list[str]:
        """Every readable file of that pattern."""
        found = [self._text(str(path.relative_to(self._root))).strip() for path in sorted(self._root.glob(pattern))]
        return [text for text in found if text]

    def _temperature(self) -> float | None:
        zones = [int(text) / 1000 for text in self._texts("sys/class/thermal/thermal_zone*/temp") if is_number(text)]
        return max((round(degrees, 1) for degrees in zones), default=None)

    def _under_voltage(self) -> bool | None:
        with contextlib.suppress(OSError):
            for folder in self._root.glob("sys/class/hwmon/hwmon*"):
                here = folder.relative_to(self._root)
                if self._text(f"{here}/name").strip() == "rpi_volt":
                    alarm = self._text(f"{here}/in0_lcrit_alarm").strip()
                    return alarm == "1" if alarm else None
        return None

    def _throttled(self) -> bool | None:
        text = self._text(THROTTLED).strip().removeprefix("throttled=")
        with contextlib.suppress(ValueError):
            return bool(int(text, 16) & THROTTLED_BITS)
        return None

    def _disk_free(self) -> int | None:
        with contextlib.suppress(OSError):
            disk = os.statvfs(self._cache)
            return disk.f_bavail * disk.f_frsize // 2**20
        return None

    def _wear(self) -> float | None:
        """0x01 is up to a tenth used, 0x0a up to all of it, 0x0b more than that; 0 is not told."""
        types = [
            int(one, 16) for text in self._texts("sys/block/mmcblk*/device/life_time") for one in hexadecimal(text)
        ]
        worst = max(types, default=0)
        return min(worst, 11) * 10.0 if worst else None

    def _network(self) -> str:
        """The interface of the default route with the lowest metric."""
        best = ("", 2**32)
        for line in self._text(ROUTES).splitlines()[1:]:
            fields = line.split()
            if len(fields) > 6 and fields[1] == "00000000":
                with contextlib.suppress(ValueError):  # a kernel to come may write it otherwise
                    if int(fields[3], 16) & UP:
                        best = min(best, (fields[0], int(fields[6])), key=lambda route: route[1])
        return best[0]

    def _signal(self, network: str) -> int | None:
        level = first(rf"^\s*{re.escape(network)}:\s+\S+\s+\S+\s+(-\d+)", self._text(WIRELESS)) if network else ""
        return int(level) if level else None


def first(pattern: str, text: str) -> str:
    """The first group of the first match; empty without one."""
    match = re.search(pattern, text, re.MULTILINE)
    return match[1] if match else ""


def is_number(text: str) -> bool:
    return re.fullmatch(r"-?\d{1,12}", text) is not None


def hexadecimal(text: str) -> list[str]:
    return re.findall(r"\b0x[0-9a-fA-F]{1,2}\b", text)


def whole(text: str) -> int | None:
    return int(text) if text else None


def mib(kib: str) -> int | None:
    return int(kib) // 1024 if kib else None
