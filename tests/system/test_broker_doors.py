"""Who is let in at each broker that runs the written configuration; how many, with how much; who no longer is."""

import contextlib
import ssl
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from content.admission.authority import Authority
from content.admission.certificates import Issuer, new_key, new_serial, public_half, public_pem, self_signed
from content.manifest import MAX_PAYLOAD
from content.topics import COMMAND, RECEIPTS
from provisioning.broker_plan import PUBLISHERS_CONNECTIONS
from tests.system.broker_world import CONNECTIONS, LOST, MINUTE, MOST_FILES, ONE, OTHER, OWN, SETTLE, World
from tests.system.probe import ACCEPTED, Files, Probe, connect_packet, knock, line
from tests.system.rig import until
from tests.system.village_tls import done, run


def written(folder: Path, certificate: bytes, key: bytes, ca: Path) -> Files:
    (folder / "client.crt").write_bytes(certificate)
    (folder / "client.key").write_bytes(key)
    return Files(ca, folder / "client.crt", folder / "client.key")


def without(world: World, _: Path) -> Files:
    return Files(world.tls.ca)


def own_signature(world: World, folder: Path) -> Files:
    key = new_key()
    return written(folder, self_signed(key, ONE, datetime.now(UTC) + timedelta(days=9)), key, world.tls.ca)


def other_authority(world: World, folder: Path) -> Files:
    """The same names all through, and another key."""
    now, key = datetime.now(UTC), new_key()
    stranger = Authority.create(folder / "authority", "测试村", now)
    return written(folder, stranger.issue_screen(ONE, public_pem(key), now), key, world.tls.ca)


def ended(world: World, folder: Path) -> Files:
    """Of the village's own authority, an hour too old."""
    from_, key = world.tls.authority.folder, new_key()
    issuer = Issuer((from_ / "ca.crt").read_bytes(), (from_ / "ca.key").read_bytes())
    made = issuer.sign_client(ONE, public_half(key), new_serial(), datetime.now(UTC) - timedelta(hours=1))
    return written(folder, made, key, world.tls.ca)


def of_a_server(world: World, _: Path) -> Files:
    return Files(world.tls.ca, world.tls.broker.folder / "server.crt", world.tls.broker.folder / "server.key")


STRANGERS = {
    "no certificate": without,
    "a certificate of its own": own_signature,
    "a certificate of another authority": other_authority,
    "a certificate that has ended": ended,
    "a server's certificate": of_a_server,
}


@pytest.mark.parametrize("stranger", STRANGERS.values(), ids=STRANGERS.keys())
@pytest.mark.parametrize("door", [ONE, OWN])
def test_a_stranger_is_not_let_in(world: World, tmp_path: Path, stranger: object, door: str) -> None:
    assert callable(stranger)
    context, port = stranger(world, tmp_path).context(), world.port(door)
    name = world.tls.authority.valid("screen", ONE)[-1].uri if world.kind == "nats" else ONE
    for packet in (connect_packet(ONE), connect_packet(ONE, user=name)):
        assert knock(port, context, packet)[0] in (None, 5), "not even with a name"  # 5: not authorized
    assert knock(port, world.files[door].context(), connect_packet(door))[0] == ACCEPTED, "and the door is open"


def test_old_tls_and_plain_tcp_are_refused(world: World) -> None:
    for who in (ONE, OWN):
        files, port = world.files[who], world.port(who)
        assert knock(port, files.context(ssl.TLSVersion.TLSv1_2), connect_packet(who))[0] is None
        assert knock(port, None, connect_packet(who))[0] is None
        assert knock(port, files.context(), connect_packet(who))[0] == ACCEPTED


def test_a_screens_key_does_not_open_the_publishers_door_nor_the_other_way_round(world: World) -> None:
    if world.kind == "nats":
        pytest.skip("NATS has one door; there the certificate decides alone")
    assert knock(world.tls.publishers_port, world.files[ONE].context(), connect_packet(ONE))[0] is None
    assert knock(world.tls.port, world.files[OWN].context(), connect_packet(OWN))[0] is None


def test_a_screen_with_anothers_client_id_does_not_put_it_out(world: World) -> None:
    other = world.connect(OTHER)
    other.subscribe(COMMAND.of(screen=OTHER))
    thief = world.connect(ONE, client=OTHER)
    thief.subscribe(COMMAND.of(screen=OTHER))
    time.sleep(SETTLE)
    if world.kind == "nats":  # it cannot bind a client id to a certificate, as the guide says
        assert other.lost
        packet = connect_packet(OTHER)
        context = world.files[OTHER].context()
        until("it is let in again", lambda: knock(world.tls.port, context, packet)[0] == ACCEPTED)
        other = world.connect(OTHER)
        other.subscribe(COMMAND.of(screen=OTHER))
    assert not other.lost
    world.connect(OWN).publish(COMMAND.of(screen=OTHER), b"for the other")
    until("it comes", lambda: other.history)
    assert (other.history, thief.history) == ([(COMMAND.of(screen=OTHER), b"for the other")], [])


def test_a_message_of_the_largest_size_passes_and_one_byte_more_does_not(world: World) -> None:
    village, screen = world.connect(OWN), world.connect(ONE)
    village.subscribe(RECEIPTS.of(screen=ONE))
    largest = (RECEIPTS.of(screen=ONE), b"x" * MAX_PAYLOAD)
    screen.publish(*largest)
    until("it comes", lambda: village.history)
    for more in (1, 1024 * 1024) if world.kind == "mosquitto" else (2048, 1024 * 1024):
        Probe(world.tls.port, world.files[ONE], ONE).publish(largest[0], b"x" * (MAX_PAYLOAD + more))
        time.sleep(SETTLE)
    assert village.history == [largest]


def held(world: World) -> int:
    """How many connections the broker takes at once."""
    context = world.files[ONE].context()
    with contextlib.ExitStack() as stack, contextlib.suppress(OSError):
        for number in range(4 * MOST_FILES):
            opened = stack.enter_context(line(world.tls.port, context))
            opened.settimeout(0.2 if world.kind == "mosquitto" else 5.0)
            if world.kind == "nats":  # it counts those that have said who they are
                opened.sendall(connect_packet(f"client-{number}"))
            with contextlib.suppress(TimeoutError):
                if opened.recv(4)[3:] != b"\0":
                    return number
    return number


def test_too_many_connections_are_refused_and_room_is_given_back(world: World) -> None:
    world.tls.broker.stop()
    world.tls.start_broker()
    most = CONNECTIONS if world.kind == "mosquitto" else CONNECTIONS + PUBLISHERS_CONNECTIONS
    assert held(world) == most
    packet, context = connect_packet(OTHER), world.files[OTHER].context()
    until("there is room", lambda: knock(world.tls.port, context, packet)[0] == ACCEPTED)


def test_where_the_broker_counts_wrongly_its_open_files_are_the_limit(world: World) -> None:
    """Mosquitto 2.0.11 counts a connection that breaks off out twice: here everybody breaks off."""
    context, packet = world.files[ONE].context(), connect_packet(ONE)
    for _ in range(MOST_FILES):
        knock(world.tls.port, context, packet)
    assert held(world) <= MOST_FILES
    until("there is room", lambda: knock(world.tls.port, context, packet)[0] == ACCEPTED)


def test_a_revoked_card_is_out_within_a_minute_also_with_the_connection_and_the_session_it_had(world: World) -> None:
    """The last test of each broker: the card does not come back."""
    tls, context = world.tls, world.files[LOST].context()
    ticket = knock(tls.port, context, connect_packet(LOST))[1]
    assert ticket
    live, other = world.connect(LOST), world.connect(OTHER)
    start = time.monotonic()
    said = run("provisioning", "revoke", LOST, "--village", tls.village.folder, *tls.office(), "--no-evict")
    assert said.returncode == 0, said.stderr
    tls.broker.read_lists()
    if world.kind == "mosquitto":
        time.sleep(SETTLE)
        assert not live.lost, "reading the list ends no connection"
        assert "断开" in done("provisioning", "revoke", LOST, "--village", tls.village.folder, *tls.office())
    until("its live connection is cut", lambda: live.lost)
    assert max(live.lost) - start < MINUTE
    assert knock(tls.port, context, connect_packet(LOST))[0] in (None, 5)
    assert knock(tls.port, context, connect_packet(LOST), ticket)[0] in (None, 5), "nor with an old session"
    time.sleep(SETTLE)
    assert not other.lost, "nobody else notices"
