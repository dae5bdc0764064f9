"""The sample village on the host, and one emulated screen of it that reaches it over TLS."""

import io
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy
from PIL import Image

import content
from content.admission.authority import Authority
from content.admission.certificates import new_key, public_pem
from content.broker import MOSQUITTO_PATHS, free_port, listens
from content.manifest import DEFAULT_ZONE
from kiosk.__main__ import folder_view
from kiosk.render import programme, render
from kiosk.shapes import Geometry
from provisioning.card import golden_card
from tests.system.rig import end, spawn, until
from tests.system.village_tls import run
from tests.system.virtual import SIZE, Machine

HOST = "10.0.2.2"
"""What QEMU's own network calls the machine that it runs on."""
PLACE, SCREEN = "baizhuang/cuiyuan-north/w012/b3/u1", "north-b3-u1"
MORNING = time(9, 0)
FAR = 48
"""Of 255: a pixel differs if a colour does by more. FreeType and SDL of the screen are newer than the host's, so edges
of letters differ by a little."""
MOST_DIFFERENT = 0.004
"""Of the pixels. A line of text that is missing is 0.01 and more; measured between right pictures: see the README."""


def morning_after(now: datetime) -> datetime:
    """The next nine o'clock in the village: screens are dark at night, tests run at any hour."""
    local = now.astimezone(ZoneInfo(DEFAULT_ZONE))
    day = local.date() + timedelta(days=1)
    return datetime.combine(day, MORNING, local.tzinfo)


@dataclass
class ImageVillage:
    """Publisher, broker and authority. `folder` is the content, a copy of the sample's."""

    home: Path
    folder: Path
    authority: Authority
    plain: int = field(default_factory=free_port)
    secure: int = field(default_factory=free_port)
    http: int = field(default_factory=free_port)
    broker: "subprocess.Popen[bytes] | None" = None
    publisher: "subprocess.Popen[bytes] | None" = None

    def start(self) -> None:
        certificate, key = self.authority.issue_server([HOST], datetime.now(UTC))
        (self.home / "server.crt").write_bytes(certificate)
        (self.home / "server.key").write_bytes(key)
        (self.home / "mosquitto.conf").write_text(
            f"per_listener_settings true\nlistener {self.plain} 127.0.0.1\nallow_anonymous true\n"
            f"listener {self.secure} 127.0.0.1\ncafile {self.authority.folder}/ca.crt\n"
            f"certfile {self.home}/server.crt\nkeyfile {self.home}/server.key\ntls_version tlsv1.3\n"
            f"require_certificate true\nuse_identity_as_username true\nset_tcp_nodelay true\nuser root\n"
        )
        program = shutil.which("mosquitto", path=f"{os.environ['PATH']}:{MOSQUITTO_PATHS}")
        assert program, "apt-get install mosquitto"
        with (self.home / "broker.log").open("ab") as log:
            self.broker = subprocess.Popen([program, "-c", self.home / "mosquitto.conf"], stdout=log, stderr=log)
        until("the broker listens", lambda: listens(self.secure))
        self.publisher = spawn(
            self.home / "publisher.log",
            *("content", "serve", str(self.folder), "--broker", f"mqtt://127.0.0.1:{self.plain}"),
            *("--listen", f"127.0.0.1:{self.http}", "--authority", str(self.authority.folder)),
        )
        until("the publisher listens", lambda: listens(self.http), 120.0)

    def card(self) -> dict[str, bytes]:
        """What a technician's flashing puts on the first partition."""
        key = new_key()
        certificate = self.authority.issue_screen(SCREEN, public_pem(key), datetime.now(UTC), place=PLACE)
        text = (
            f"screen: {SCREEN}\nplace: {PLACE}\nbroker: mqtts://{HOST}:{self.secure}\n"
            f"http: ['http://{HOST}:{self.http}']\nkeyring: keyring.json\ndisplay: {{kind: lcd, size: auto}}\n"
            f"network: {{time: ['{HOST}']}}\n"  # no time server is there: the test asks nobody outside this machine
            "tls: {ca: identity/ca.crt, certificate: identity/screen.crt, key: identity/screen.key}\n"
        )
        return {
            "kiosk.yaml": text.encode(),
            "keyring.json": (self.folder / "keyring.json").read_bytes(),
            "identity/ca.crt": self.authority.certificate,
            "identity/screen.crt": certificate,
            "identity/screen.key": key,
        }

    def golden_card(self) -> dict[str, bytes]:
        """The card that is the same for all screens."""
        card = golden_card(
            self.authority.certificate,
            (self.folder / "keyring.json").read_bytes(),
            broker=f"mqtts://{HOST}:{self.secure}",
            http=[f"http://{HOST}:{self.http}"],
            timezone=DEFAULT_ZONE,
        )
        network = f"network: {{time: ['{HOST}']}}\n".encode()
        return {**card.files, "kiosk.yaml": card.files["kiosk.yaml"] + network}

    def assign(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """`content assign`, its words."""
        return run("content", "assign", self.folder, *arguments, "--authority", self.authority.folder)

    def connected_over_tls(self, screen: str = SCREEN) -> bool:
        """Has the broker let the screen in, as the one that its certificate names?"""
        log = (self.home / "broker.log").read_text(errors="replace")
        return re.search(rf" as {screen} \(.*u'{screen}'\)", log) is not None

    def stop(self) -> None:
        end(self.publisher)
        end(self.broker)


@contextmanager
def sample_village(home: Path) -> Iterator[ImageVillage]:
    """The sample, published on this machine until the end of the block."""
    home.mkdir(parents=True, exist_ok=True)
    folder = home / "baizhuang"
    shutil.copytree(Path(content.__file__).parent / "sample/baizhuang", folder)
    subprocess.run([sys.executable, "-m", "content", "init", str(folder)], check=True, capture_output=True)
    made = ImageVillage(home, folder, Authority.create(home / "authority", "白庄村", datetime.now(UTC)))
    try:
        made.start()
        yield made
    finally:
        made.stop()


@dataclass
class Expected:
    """What `kiosk render` draws of the village at the screen's place and hour: every page of each item."""

    folder: Path
    at: datetime

    def pictures(self, *only: str) -> dict[str, Image.Image]:
        """By "item, page N". `only` these items, or all."""
        display = Geometry(*SIZE)
        view, blobs = folder_view([self.folder], PLACE)

        def read_blob(digest: str) -> bytes | None:
            return blobs[digest].read_bytes() if digest in blobs else None

        return {
            f"{row.id}, page {number}": opened(
                render(view, self.at, display, read_blob, item=row.id, page=number, elapsed=0.0, dots=1)
            )
            for row in programme(view, self.at, display)
            if not only or row.id in only
            for number in range(1, row.pages + 1)
        }


def opened(png: bytes) -> Image.Image:
    """The picture in those bytes."""
    with Image.open(io.BytesIO(png)) as picture:
        return picture.convert("RGB")


def below_header(picture: Image.Image) -> Image.Image:
    """Without the header: the screen's clock is not trusted and not shown there, `render` shows it."""
    return picture.crop((0, picture.height // 6, picture.width, picture.height))


def difference(shown: Image.Image, expected: Image.Image) -> float:
    """The share of pixels below the header that differ by more than FAR."""
    if shown.size != expected.size:
        return 1.0
    one, other = (numpy.asarray(below_header(picture), dtype=numpy.int16) for picture in (shown, expected))
    return float((abs(one - other).max(axis=2) > FAR).mean())


def nearest(shown: Image.Image, expected: dict[str, Image.Image]) -> tuple[str, float]:
    """The expected picture that is most like what is shown, and how different it is."""
    return min(((name, difference(shown, picture)) for name, picture in expected.items()), key=lambda pair: pair[1])


def shows(machine: Machine, expected: dict[str, Image.Image]) -> str | None:
    """The name of the right picture that is on the panel now."""
    shown = machine.picture()
    if shown is None:
        return None
    name, share = nearest(shown, expected)
    return name if share <= MOST_DIFFERENT else None
