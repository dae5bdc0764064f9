"""What the machine says of itself, from files as a Pi has them; nothing that is missing or strange stops it."""

from pathlib import Path

import pytest

from content.reports import Hardware
from kiosk.machine.hardware import Machine

PI = {
    "proc/device-tree/model": "Raspberry Pi 4 Model B Rev 1.5\0",
    "proc/uptime": "350735.47 234388.90\n",
    "proc/meminfo": "MemTotal:        1894532 kB\nMemFree:          203392 kB\nMemAvailable:    1394532 kB\n",
    "sys/class/thermal/thermal_zone0/temp": "61300\n",
    "sys/class/hwmon/hwmon0/name": "cpu_thermal\n",
    "sys/class/hwmon/hwmon1/name": "rpi_volt\n",
    "sys/class/hwmon/hwmon1/in0_lcrit_alarm": "1\n",
    "sys/devices/platform/soc/soc:firmware/get_throttled": "50000\n",
    "sys/block/mmcblk0/device/life_time": "0x01 0x03\n",
    "proc/net/route": (
        "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\n"
        "eth0\t00000000\t0101A8C0\t0002\t0\t0\t100\t00000000\n"
        "wlan0\t00000000\t0101A8C0\t0003\t0\t0\t600\t00000000\n"
        "wlan0\t0001A8C0\t00000000\t0001\t0\t0\t600\t00FFFFFF\n"
    ),
    "proc/net/wireless": (
        "Inter-| sta-|   Quality        |   Discarded packets               | Missed | WE\n"
        " face | tus | link level noise |  nwid  crypt   frag  retry   misc | beacon | 22\n"
        " wlan0: 0000   54.  -56.  -256        0      0      0      0      0        0\n"
    ),
}


def machine(root: Path, files: dict[str, str]) -> Machine:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return Machine(root, root)


def test_a_pi_tells_everything_it_knows(tmp_path: Path) -> None:
    found = machine(tmp_path, PI).hardware()
    assert found.disk_free_mib is not None
    assert found == Hardware(
        model="Raspberry Pi 4 Model B Rev 1.5",
        uptime_seconds=350735,
        temperature_c=61.3,
        under_voltage=True,
        throttled=True,
        memory_available_mib=1361,
        disk_free_mib=found.disk_free_mib,
        disk_wear_percent=30.0,
        network="wlan0",
        signal_dbm=-56,
    )


def test_a_machine_that_says_nothing_is_no_error(tmp_path: Path) -> None:
    assert Machine(tmp_path / "none", tmp_path / "none").hardware() == Hardware()


@pytest.mark.parametrize("strange", ["", "\0\0", "x", "-", "9" * 50, "Iface\n\t\t\n", "é" * 9])
def test_strange_files_are_no_error(tmp_path: Path, strange: str) -> None:
    machine(tmp_path, dict.fromkeys(PI, strange)).hardware()


@pytest.mark.parametrize(("bits", "throttled"), [("0", False), ("0x50005", True), ("10001", False), ("80008", True)])
def test_under_voltage_alone_is_no_throttling(tmp_path: Path, bits: str, throttled: bool) -> None:
    """Bits 0 and 16 are under-voltage, which rpi_volt tells."""
    assert machine(
        tmp_path, {**PI, "sys/devices/platform/soc/soc:firmware/get_throttled": bits}
    ).hardware().throttled is (throttled)


def test_this_machine_too(tmp_path: Path) -> None:
    found = Machine(tmp_path).hardware()
    assert found.uptime_seconds
    assert found.memory_available_mib
    assert found.disk_free_mib is not None
