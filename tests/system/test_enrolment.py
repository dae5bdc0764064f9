"""A golden card from its first boot to its content; moved, replaced, renewed; and what strangers get."""

import json
import signal
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
import requests
from PIL import Image

from content.admission.applicants import MOST_APPLICANTS
from content.admission.authority import Book, Issued
from content.admission.certificates import Issuer, digest_of, new_key, new_serial, public_half
from content.broker import listens
from content.enrolment import Application
from content.manifest import encode
from content.reports import Status
from kiosk.enrolment.asking import ask
from kiosk.enrolment.device_key import request_for
from tests.system import rig
from tests.system.control import ControlRoom
from tests.system.rig import DOORWAYS, ScreenRig, until
from tests.system.village_tls import TlsVillage, pairing_picture, said, waits, with_tls

NORTH, SOUTH = DOORWAYS[0], DOORWAYS[-1]
RENEWAL_PATIENCE = 90.0
"""The first question comes 30 to 50 s after the start."""


@pytest.fixture
def tls(village: rig.Village, tmp_path: Path) -> Iterator[TlsVillage]:
    """With a notice for each block, and `serve` running."""
    village.write_notice("north", "北区的通知", "village/north", body="给北区。")
    village.write_notice("south", "南区的通知", "village/south", body="给南区。")
    with with_tls(village, tmp_path) as made:
        village.start_publisher()
        yield made


@pytest.fixture
def room(tls: TlsVillage) -> Iterator[ControlRoom]:
    made = ControlRoom(tls.village)
    yield made
    made.close()


def pixels(screen: ScreenRig) -> bytes | None:
    try:
        with Image.open(screen.frame) as picture:
            return picture.convert("RGB").tobytes()
    except OSError:
        return None


def size_of(screen: ScreenRig) -> tuple[int, int] | None:
    try:
        with Image.open(screen.frame) as picture:
            return picture.size
    except OSError:
        return None


def status_of(room: ControlRoom, name: str) -> Status | None:
    room.hear()
    return room.statuses.get(name)


def stranger(screen: str) -> Application:
    return Application(screen=screen, request=request_for(new_key(), screen))


def post(tls: TlsVillage, application: Application) -> int:
    return post_bytes(tls, encode(application))


def post_bytes(tls: TlsVillage, body: bytes) -> int:
    return requests.post(f"{http(tls)}/enrolment", data=body, timeout=10, verify=str(tls.ca)).status_code


def http(tls: TlsVillage) -> str:
    return f"https://127.0.0.1:{tls.village.http}"


def mirrored(tls: TlsVillage, screen: str) -> int:
    """What HTTP says to a question for the screen's assignment."""
    address = f"{http(tls)}/window/v1/screens/{screen}/assignment"
    return requests.get(address, timeout=10, verify=str(tls.ca)).status_code


def test_from_golden_card_to_content(tls: TlsVillage, room: ControlRoom) -> None:
    screen = tls.golden("one")
    screen.start_agent()
    screen.start_player()
    pairing = until("it waits", lambda: waits(screen))
    until("its code is on the panel", lambda: pixels(screen) == pairing_picture(pairing))
    assert (screen.home / "identity" / "screen.key").stat().st_mode & 0o777 == 0o600
    assert (screen.home / "identity").stat().st_mode & 0o777 == 0o700

    # Somebody claims the same number: both are shown, and neither another code nor his own gets the place.
    assert post(tls, stranger(pairing.screen)) == 200
    until("both are listed", lambda: tls.assign("--list").stdout.count("冲突") == 2)
    assert pairing.code in tls.assign("--list").stdout
    wrong = tls.assign(pairing.screen, NORTH, "--code", "0000-0000")
    assert (wrong.returncode, "配对码不对" in wrong.stderr) == (1, True)
    assert not (tls.village.folder / "screens.yaml").exists()

    done = tls.assign(pairing.screen, NORTH, "--code", pairing.code.lower().replace("-", ""))
    assert (done.returncode, done.stderr) == (0, "")
    until("the content of its place is on the panel", lambda: screen.drawn("north"))
    until("the fleet sees it", lambda: (s := status_of(room, pairing.screen)) and s.place == NORTH)
    assert screen.notices() == {"north"}
    assert said(screen) is None

    # The same after a power cut, without a network.
    screen.stop(signal.SIGKILL)
    rig.end(tls.village.publisher)
    tls.broker.stop()
    for name in ("run/agent.json", "run/heartbeat.json", "screen.png"):
        (screen.home / name).unlink()
    screen.start_agent()
    screen.start_player()
    until("the content again", lambda: screen.drawn("north"))


def test_a_screen_moves_when_a_line_is_edited_and_turns_when_its_display_is(tls: TlsVillage, room: ControlRoom) -> None:
    screen = tls.golden("one")
    name = tls.enrol(screen, NORTH)
    until("north", lambda: screen.drawn("north"))
    listed = tls.village.folder / "screens.yaml"
    listed.write_text(listed.read_text().replace(NORTH, SOUTH))
    until("south", lambda: screen.drawn("south"))
    assert screen.notices() == {"south"}
    assert screen.agent
    assert screen.player
    assert (screen.agent.poll(), screen.player.poll()) == (None, None), "nothing was restarted"
    until("told", lambda: (s := status_of(room, name)) and s.place == SOUTH)

    turned = f"{{place: {SOUTH}, display: {{kind: file, size: 720x1280, frame: ../../screen.png}}}}"
    listed.write_text(listed.read_text().replace(SOUTH, turned))
    until("the player ends, for systemd to start it again", lambda: screen.player and screen.player.poll() == 0)
    screen.start_player()
    until("upright, beside kiosk.yaml", lambda: size_of(screen) == (720, 1280))
    until("drawn again", lambda: screen.drawn("south"))
    assert screen.agent.poll() is None

    listed.write_text("screens: {}\n")
    until("nothing is retained", lambda: mirrored(tls, name) == 404)
    time.sleep(1.0)
    assert screen.notices() == {"south"}, "a screen that leaves the list stays where it hangs"


def test_a_dead_screen_is_replaced_and_its_certificate_is_worth_nothing(tls: TlsVillage, room: ControlRoom) -> None:
    old, new = tls.golden("old"), tls.golden("new")
    old_name = tls.enrol(old, NORTH)
    until("the old one is known", lambda: old.drawn("north") and status_of(room, old_name))
    old.stop(signal.SIGKILL)
    new.start_agent()
    new.start_player()
    pairing = until("the new one waits", lambda: waits(new))
    done = tls.assign(pairing.screen, "--replaces", old_name, "--code", pairing.code)
    assert done.returncode == 0, done.stderr
    until("it shows what the old one showed", lambda: new.drawn("north"))
    assert (tls.village.folder / "screens.yaml").read_text().endswith(f"  {pairing.screen}: {NORTH}\n")

    assert mirrored(tls, old_name) == 404
    rows = until("the fleet has forgotten it", lambda: without(tls, old_name))
    assert pairing.screen in rows
    retained = ControlRoom(tls.village)
    until("what is retained has come", lambda: status_of(retained, pairing.screen))
    assert status_of(retained, old_name) is None
    retained.close()

    # Somebody finds the dead screen's card.
    tls.broker.read_lists()
    old.start_agent()
    until("refused", lambda: "certificate verify failed" in tls.broker.said())
    application = Application(
        screen=old_name, request=request_for((old.home / "identity/screen.key").read_bytes(), old_name)
    )
    for path in ("enrolment", "renewal"):
        reply = ask((http(tls),), path, application, tls.ca)
        assert reply.answer
        assert (reply.answer.state, "吊销" in reply.answer.why) == ("refused", True)


def without(tls: TlsVillage, screen: str) -> list[str]:
    """The screens that the fleet lists, once that one is not among them."""
    import subprocess
    import sys

    command = [sys.executable, "-m", "content", "screens", str(tls.village.folder), "--json"]
    text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    names = [row["screen"] for row in json.loads(text)["screens"]]
    return [] if screen in names else names


def test_a_certificate_that_has_ended_is_renewed_by_the_key_alone(tls: TlsVillage, room: ControlRoom) -> None:
    screen = tls.golden("one")
    name = tls.enrol(screen, NORTH)
    until("enrolled", lambda: screen.drawn("north"))
    screen.stop()
    ended = short_lived(tls, screen, name, timedelta(hours=-1))
    screen.start_agent()
    until("the broker refuses it", lambda: "certificate verify failed" in tls.broker.said())
    until("a new one is here", lambda: certificate(screen) != ended, RENEWAL_PATIENCE)
    assert (screen.home / "identity" / "previous.crt").read_bytes() == ended
    before = datetime.now(UTC)
    until("and it is let in", lambda: (s := status_of(room, name)) and s.at and s.at > before, RENEWAL_PATIENCE)


def test_a_certificate_is_renewed_in_time_while_the_old_one_still_holds(tls: TlsVillage, room: ControlRoom) -> None:
    screen = tls.golden("one")
    name = tls.enrol(screen, NORTH)
    until("enrolled", lambda: screen.drawn("north"))
    screen.stop()
    old = short_lived(tls, screen, name, timedelta(minutes=10))
    screen.start_agent()
    until("connected with the old one", lambda: (s := status_of(room, name)) and s.online)
    until("a new one is here", lambda: certificate(screen) != old, RENEWAL_PATIENCE)
    assert tls.authority.valid("screen", name)[-1].expires > datetime.now(UTC) + timedelta(days=1000)
    application = Application(
        screen=name,
        request=request_for((screen.home / "identity/screen.key").read_bytes(), name),
        serial=tls.authority.valid("screen", name)[-1].serial,
    )
    reply = ask((http(tls),), "renewal", application, tls.ca)
    assert reply.answer
    assert reply.answer.state == "current"
    assert ask((http(tls),), "renewal", stranger(name), tls.ca).answer.state == "refused"  # type: ignore[union-attr]


def short_lived(tls: TlsVillage, screen: ScreenRig, name: str, rest: timedelta) -> bytes:
    """Give the screen a certificate of which most of the life is over."""
    now = datetime.now(UTC)
    folder, key = tls.authority.folder, public_half((screen.home / "identity/screen.key").read_bytes())
    serial, expires = new_serial(), now + rest
    issuer = Issuer((folder / "ca.crt").read_bytes(), (folder / "ca.key").read_bytes())
    made = issuer.sign_client(name, key, serial, expires)
    book = msgspec.json.decode((folder / "issued.json").read_bytes(), type=Book)
    entry = Issued(
        serial=f"{serial:x}", kind="screen", name=name, key=digest_of(key), issued=now - timedelta(days=300),
        expires=expires, place=NORTH,
    )  # fmt: skip
    (folder / "issued.json").write_bytes(msgspec.json.encode(Book((*book.issued, entry), book.crl_number)))
    (tls.village.folder / f".publisher/enrolment/granted/{entry.key}.crt").unlink()
    (screen.home / "identity/screen.crt").write_bytes(made)
    return made


def certificate(screen: ScreenRig) -> bytes:
    return (screen.home / "identity/screen.crt").read_bytes()


FAKETIME = next(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"), None)


@pytest.mark.skipif(FAKETIME is None, reason="apt-get install faketime")
@pytest.mark.parametrize("wrong", ["-40y", "+12y"])
def test_a_clock_that_is_years_off_keeps_no_screen_out(tls: TlsVillage, room: ControlRoom, wrong: str) -> None:
    screen = tls.golden("one")
    clock = {"LD_PRELOAD": str(FAKETIME), "FAKETIME": wrong, "FAKETIME_DONT_FAKE_MONOTONIC": "1"}
    folders = ["--cache", str(screen.home / "cache"), "--run", str(screen.home / "run")]
    screen.agent = rig.spawn(
        screen.home / "agent.log", "kiosk", "agent", str(screen.home / "kiosk.yaml"), *folders, environment=clock
    )
    screen.start_player()
    pairing = until("it waits", lambda: waits(screen))
    assert tls.assign(pairing.screen, NORTH, "--code", pairing.code).returncode == 0
    until("content", lambda: screen.drawn("north"))
    until("told", lambda: (s := status_of(room, pairing.screen)) and s.place == NORTH)
    status = status_of(room, pairing.screen)
    assert status
    assert status.at
    assert abs(status.at - datetime.now(UTC)) > timedelta(days=3650) or wrong.startswith("-"), "its clock was wrong"


def test_a_flood_is_bounded_and_a_real_screen_gets_through(tls: TlsVillage) -> None:
    until("serve answers", lambda: listens(tls.village.http))
    codes = [post(tls, stranger(f"flood-{number}")) for number in range(2 * MOST_APPLICANTS)]
    assert codes.count(429) > MOST_APPLICANTS
    assert post_bytes(tls, b"x" * 100_000) in (413, 429)
    waiting = json.loads((tls.village.folder / ".publisher/enrolment/waiting.json").read_bytes())
    assert len(waiting) <= MOST_APPLICANTS
    screen = tls.golden("one")
    tls.enrol(screen, NORTH)
    until("content", lambda: screen.drawn("north"), 60.0)
