"""Facts of a screen, good and bad, for the tests of the doctor and of its page. An example of every trouble."""

from datetime import UTC, datetime

from msgspec.structs import replace

from content.reports import Hardware, Heartbeat, Status
from kiosk.agent_state import AgentState
from kiosk.machine.doctor import Facts, Release
from kiosk.machine.setup_report import Mistake, SetupReport, StorageReport

NOW = datetime(2025, 7, 10, 9, 0, tzinfo=UTC)
HARDWARE = Hardware(
    model="Raspberry Pi 4 Model B Rev 1.4",
    uptime_seconds=273_600,
    temperature_c=52.1,
    under_voltage=False,
    throttled=False,
    memory_available_mib=612,
    disk_free_mib=11_873,
    network="wlan0",
    signal_dbm=-58,
)
STATUS = Status(
    screen="north-b3-u1",
    online=True,
    place="baizhuang/cuiyuan-north/w012/b3/u1",
    at=NOW,
    version="0.1.0",
    revisions={f"place-{number}": number for number in range(1, 7)},
    clock_trusted=True,
)
AGENT = AgentState(STATUS, ticks=1000.0, connected=True, broker="broker.example:8883", last_contact=NOW)
GOOD = Facts(
    now=NOW,
    ticks=1010.0,
    hardware=HARDWARE,
    addresses=("192.0.2.17",),
    gateway="192.0.2.1",
    names=("192.0.2.1",),
    clock_trusted=True,
    clock_error_seconds=0.04,
    setup=SetupReport("card", screen=STATUS.screen, place=STATUS.place),
    storage=StorageReport(),
    agent=AGENT,
    beat=Heartbeat(NOW, item="2025-07-10-water", brightness=80),
    beat_age_seconds=4.0,
    release=Release("0.1.0", "2025-07-01T00:00:00Z", "1a2b3c4d5e6f"),
)
MISTAKES = (
    Mistake("kiosk.yaml", "不认识 'screne'", "是不是 'screen'？", 1),
    Mistake("kiosk.yaml", "rotate: 45 应为 0、90、180 或 270", "", 6),
    Mistake("wifi.txt", "密码里有汉字或全角符号，Wi-Fi 密码只能是半角字母、数字和符号", "改好后重新上电"),
)
BAD = replace(
    GOOD,
    addresses=(),
    gateway="",
    clock_trusted=False,
    setup=SetupReport("last", MISTAKES, STATUS.screen, STATUS.place),
    storage=StorageReport("memory", "数据分区读不懂"),
    agent=replace(
        AGENT, connected=False, status=replace(STATUS, last_error="连不上 broker", refusals={"unknown-key": 3})
    ),
    hardware=replace(HARDWARE, temperature_c=84.0, under_voltage=True, network="", signal_dbm=None),
    beat=None,
    beat_age_seconds=None,
)
