"""What `provisioning broker` writes: who may do what, twice the same, nobody's work overwritten, units locked up."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from content.admission.authority import Authority
from content.admission.certificates import new_key, public_pem
from content.signing import Publisher
from content.topics import ALERTS, ASSIGNMENT, COMMAND, CONTENT, RECEIPTS, STATUS
from provisioning import nats
from provisioning.__main__ import main
from provisioning.broker_units import NAME
from provisioning.rights import of_publisher, of_screen
from provisioning.site import site_of, write_site
from tests.hill import BROKER, HTTP, NOW, make_hill

MOST_EXPOSED = 2.5


@pytest.fixture(scope="module")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_hill(tmp_path_factory.mktemp("made") / "hill")


@pytest.fixture
def village(made_once: Path, tmp_path: Path) -> Path:
    return shutil.copytree(made_once, tmp_path / "hill")


def written(village: Path, kind: str = "mosquitto", *more: str) -> tuple[int, Path]:
    """The exit status, and the folder."""
    if kind == "nats":
        write_site(village / "authority", site_of(BROKER, HTTP, BROKER))
    folder = village.parent / kind
    return main(["broker", f"--{kind}", str(folder), "--village", str(village), *more]), folder


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_screen_reads_what_places_are_told_and_writes_of_itself_only() -> None:
    rights = of_screen("one")
    assert rights.reads == ("window/v1/places/#", ASSIGNMENT.of(screen="one"), COMMAND.of(screen="one"))
    assert rights.writes == (STATUS.of(screen="one"), RECEIPTS.of(screen="one"))


def covers(filters: tuple[str, ...], topic: str) -> bool:
    patterns = [re.escape(one).replace(r"\+", "[^/]+").replace(r"\#", "#").replace("/#", "(/.*)?") for one in filters]
    return any(re.fullmatch(pattern, topic) for pattern in patterns)


def test_a_publisher_gets_what_the_keyring_gives_it_and_nothing_beside() -> None:
    street = of_publisher(Publisher("street", "街道", {}, ("hill/north",), ("content",)))
    for place, allowed in (("hill/north", True), ("hill/north/w/b/u", True), ("hill", False), ("hill/south", False)):
        assert covers(street.writes, CONTENT.of(place=place, publisher="street")) == allowed
        assert not covers(street.writes, ALERTS.of(place=place, publisher="street"))
        assert not covers(street.writes, CONTENT.of(place=place, publisher="other"))
    for topic in (ASSIGNMENT, COMMAND, STATUS, RECEIPTS):
        assert not covers(street.writes, topic.of(screen="one"))
    assert covers(street.reads, STATUS.of(screen="one"))
    assert covers(street.reads, RECEIPTS.of(screen="one"))


def test_one_that_may_assign_may_take_a_status_away_and_none_may_forge_receipts() -> None:
    own = of_publisher(Publisher("own", "村", {}, ("hill",), ("content", "alerts", "assignment", "command")))
    allowed = [topic.of(screen="one") for topic in (ASSIGNMENT, COMMAND, STATUS, RECEIPTS)]
    assert [covers(own.writes, topic) for topic in allowed] == [True, True, True, False]
    assert [covers(own.reads, topic) for topic in allowed] == [True, False, True, True]
    deepest = "/".join(["hill", *"abcdefg"])
    assert covers(own.writes, ALERTS.of(place=deepest, publisher="own"))


@pytest.mark.parametrize("kind", ["mosquitto", "nats"])
def test_run_again_it_changes_nothing(village: Path, kind: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert written(village, kind)[0] == 0
    before = contents(village.parent / kind)
    status, folder = written(village, kind)
    assert (status, contents(folder)) == (0, before)
    assert "没有变化" in capsys.readouterr().out
    assert len([one for one in Authority.load(village / "authority").issued() if one.kind == "server"]) == 1
    assert {path.name for path in folder.rglob("*") if path.is_file() and path.stat().st_mode & 0o077 == 0} == {
        "server.key"
    }


def test_an_update_writes_what_changed_and_keeps_the_servers_key(village: Path) -> None:
    _, folder = written(village)
    before = contents(folder)
    authority = Authority.load(village / "authority")
    authority.issue_screen("one", public_pem(new_key()), NOW)
    authority.revoke("one", NOW)
    status, _ = written(village, "mosquitto", "--connections", "77")
    after = contents(folder)
    assert status == 0
    changed = {name for name in after if after[name] != before.get(name)} - {".written.json"}
    assert changed == {"crl.pem", "publishers.crl.pem", "mosquitto.conf", f"units/{NAME}.service"}
    assert b"max_connections 77" in after["mosquitto.conf"]


def test_a_new_host_name_needs_a_new_certificate(village: Path) -> None:
    _, folder = written(village)
    before = contents(folder)
    write_site(village / "authority", site_of("mqtts://other.example:8883", HTTP))
    assert written(village)[0] == 0
    assert contents(folder)["server.key"] != before["server.key"]


def test_a_file_that_somebody_else_wrote_or_changed_stays(village: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = village.parent / "mosquitto"
    folder.mkdir()
    (folder / "mosquitto.conf").write_text("listener 1883\n")
    assert written(village)[0] == 1
    assert contents(folder) == {"mosquitto.conf": b"listener 1883\n"}, "nothing at all was written"
    assert "mosquitto.conf" in capsys.readouterr().err
    assert written(village, "mosquitto", "--overwrite")[0] == 0
    assert (folder / "mosquitto.conf.yours").read_text() == "listener 1883\n"
    (folder / "acl").write_text("topic #\n")
    assert written(village)[0] == 1
    assert (folder / "acl").read_text() == "topic #\n"


def test_lists_that_others_copied_there_are_no_obstacle(village: Path) -> None:
    _, folder = written(village)
    (folder / "crl.pem").write_bytes(b"an older list")
    assert written(village)[0] == 0
    assert b"BEGIN X509 CRL" in (folder / "crl.pem").read_bytes()


def test_a_site_must_suit_the_broker(village: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert written(village, "mosquitto", "--at", "relative")[0] == 1
    assert written(village, "mosquitto", "--at", "/with a space")[0] == 1
    assert written(village, "mosquitto", "--connections", "0")[0] == 1
    write_site(village / "authority", site_of(BROKER, HTTP, BROKER))
    assert written(village)[0] == 1
    assert "不同的端口" in capsys.readouterr().err
    write_site(village / "authority", site_of(BROKER, HTTP))
    assert main(["broker", "--nats", str(village.parent / "n"), "--village", str(village)]) == 1
    assert "一样的端口" in capsys.readouterr().err


def test_natss_users_are_the_certificates_that_hold(village: Path) -> None:
    authority = Authority.load(village / "authority")
    for screen in ("one", "gone"):
        authority.issue_screen(screen, public_pem(new_key()), NOW)
    authority.revoke("gone", NOW)
    authority.issue_publisher("hill-publisher", NOW)
    authority.issue_publisher("evictor", NOW)
    written(village, "nats")
    text = (village.parent / "nats/users.conf").read_text()
    named = {one.uri: (one.name, one.kind) for one in authority.issued()}
    found = [named[uri] for uri in re.findall(r'"user":"?\s*"([^"]+)"', text)]
    assert found == [("one", "screen"), ("hill-publisher", "publisher")]
    assert text.count('"allowed_connection_types": ["MQTT"]') == 2, "else a bare name would do without a certificate"
    assert nats.subjects(("a/#", "b/+/c")) == ["a", "a.>", "b.*.c"]


analyze = pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="this machine has no systemd")


def told(*command: str | Path) -> str:
    found = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False)
    return found.stdout + found.stderr


@analyze
@pytest.mark.parametrize("kind", ["mosquitto", "nats"])
def test_systemd_finds_nothing_wrong_with_the_units_and_the_broker_is_locked_up(village: Path, kind: str) -> None:
    units = written(village, kind)[1] / "units"
    said = told(
        "systemd-analyze",
        "verify",
        "--recursive-errors=no",
        "--man=no",
        *units.glob("*.service"),
        *units.glob("*.path"),
    )
    assert [line for line in said.splitlines() if NAME in line and "is not executable" not in line] == []
    security = told("systemd-analyze", "security", "--offline=true", "--no-pager", units / f"{NAME}.service")
    level = re.search(r"Overall exposure level for \S+: ([\d.]+)", security)
    assert level, security
    assert float(level[1]) <= MOST_EXPOSED


@pytest.mark.parametrize("kind", ["mosquitto", "nats"])
def test_the_script_that_installs_is_one_and_names_every_file(village: Path, kind: str) -> None:
    folder = written(village, kind)[1]
    assert told("sh", "-n", folder / "install.sh") == ""
    script = (folder / "install.sh").read_text()
    for name in contents(folder):
        assert name in script or name in (".written.json", "说明.txt", "install.sh"), name
    assert "install -D -m 644 units/convenience-window-broker.sysusers.conf /etc/sysusers.d/" in script  # not in Debian
