"""A broker that runs exactly the written configuration, with two screens and two publishers that have certificates."""

import contextlib
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from content.signing import Key, encode_public
from content.topics import CONTENT
from provisioning.broker_plan import PUBLISHERS_CONNECTIONS
from tests.system import rig
from tests.system.probe import Files, Probe
from tests.system.rig import DOORWAYS
from tests.system.village_tls import TlsVillage, done, with_tls

ONE, OTHER, LOST = "screen-one", "screen-two", "screen-lost"
OWN, STREET = "test-village", "street-office"
NORTH, SOUTH = DOORWAYS[0], DOORWAYS[-1]
CONNECTIONS = 12
MOST_FILES = CONNECTIONS + PUBLISHERS_CONNECTIONS + 64
SETTLE = 0.5
"""Seconds in which a broker on this machine brings a message, and one that must not come would have come."""
MINUTE = 60.0


@dataclass
class World:
    """A broker, two screens and two publishers, all with files; probes are closed at the end of each test."""

    tls: TlsVillage
    files: dict[str, Files]
    probes: list[Probe] = field(default_factory=list)

    @property
    def kind(self) -> str:
        return self.tls.kind

    def port(self, who: str) -> int:
        return self.tls.publishers_port if who in (OWN, STREET) else self.tls.port

    def connect(self, who: str, client: str = "") -> Probe:
        made = Probe(self.port(who), self.files[who], client or who)
        self.probes.append(made)
        return made

    def close(self) -> None:
        while self.probes:
            self.probes.pop().close()


def card_files(card: Path) -> Files:
    identity = card / "identity"
    return Files(identity / "ca.crt", identity / "screen.crt", identity / "screen.key")


def village_content(publisher: str = OWN, place: str = NORTH) -> str:
    return CONTENT.of(place=place, publisher=publisher)


@contextlib.contextmanager
def broker_world(kind: str, home: Path) -> Iterator[World]:
    with rig.village(home) as village, contextlib.ExitStack() as stack:
        folder = village.folder
        half = folder / "street.pub"
        half.write_bytes(encode_public(Key.generate(), STREET, "街道"))
        done("content", "trust", folder, half, "--scope", "village/north")
        tls = stack.enter_context(with_tls(village, home, kind, ("--connections", str(CONNECTIONS))))
        done("provisioning", "ca", "publisher", STREET, "--village", folder)
        files = {who: card_files(tls.card(who, place)) for who, place in ((ONE, NORTH), (OTHER, SOUTH), (LOST, SOUTH))}
        for who in (OWN, STREET):
            files[who] = Files(tls.ca, folder / f"keys/broker-{who}.crt", folder / f"keys/broker-{who}.key")
        tls.configure()
        tls.broker.read_lists()
        time.sleep(SETTLE)
        yield World(tls, files)
