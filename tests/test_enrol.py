"""Enrolling in the office: what is on a card, what is refused, what the commands leave behind."""

import shutil
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from content.address import BrokerAddress
from content.admission.authority import Authority
from content.admission.certificates import AuthorityError, public_pem
from content.display import DisplayConfig, LedOptions
from content.errors import BadName, FolderError
from content.skeleton import create
from kiosk.config import load
from provisioning.__main__ import main
from provisioning.card import Identity, golden_card, make_card
from provisioning.enrol import Office, Wish, write_card
from provisioning.site import read_site, site_of, write_site
from tests.hill import BROKER, HTTP, NOW, make_hill

SCREEN, PLACE = "north-b1-u1", "hill/north/w001/b1/u1"
IDENTITY = Identity(b"ca", b"certificate", b"-----BEGIN PRIVATE KEY-----")


@pytest.fixture(scope="module")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_hill(tmp_path_factory.mktemp("made") / "hill")


@pytest.fixture
def village(made_once: Path, tmp_path: Path) -> Path:
    return shutil.copytree(made_once, tmp_path / "hill")


def run(village: Path, *arguments: str) -> int:
    return main([*arguments, "--village", str(village)])


def test_a_card_is_what_a_screen_reads_and_its_key_belongs_to_its_certificate(village: Path, tmp_path: Path) -> None:
    card = tmp_path / "card"
    assert run(village, "enrol", SCREEN, "--place", PLACE, "--out", str(card)) == 0
    config = load(card / "kiosk.yaml")
    assert (config.screen, config.place, config.http) == (SCREEN, PLACE, HTTP)
    assert config.broker == BrokerAddress("broker.example", 8883, tls=True)
    assert config.keyring.read_bytes() == (village / "keyring.json").read_bytes()
    assert config.credentials is not None
    made = x509.load_pem_x509_certificate(config.credentials.certificate.read_bytes())
    half = made.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    assert made.subject.rfc4514_string() == f"CN={SCREEN}"
    assert public_pem(config.credentials.key.read_bytes()) == half
    assert config.credentials.ca.read_bytes() == (village / "authority" / "ca.crt").read_bytes()
    assert f"{SCREEN}: {PLACE}" in (village / "screens.yaml").read_text()


def test_nobody_else_may_read_a_cards_key_and_nothing_shows_it(
    village: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    office = Office(village, village / "authority")
    card = office.card(Wish(SCREEN, PLACE), NOW)
    write_card(card, tmp_path / "card")
    assert (tmp_path / "card").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "card/identity").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "card/identity/screen.key").stat().st_mode & 0o777 == 0o600
    assert run(village, "enrol", "b", "--place", PLACE, "--out", str(tmp_path / "other")) == 0
    told = capsys.readouterr()
    assert "PRIVATE" not in repr(card) + repr(IDENTITY) + told.out + told.err


def test_a_golden_card_holds_no_secret_and_no_name(village: Path, tmp_path: Path) -> None:
    assert run(village, "enrol", "--golden", "--out", str(tmp_path / "golden")) == 0
    config = load(tmp_path / "golden/kiosk.yaml")
    assert (config.screen, config.place) == ("", "")
    assert config.enrols is not None
    assert not list((tmp_path / "golden").rglob("*.key"))
    assert Authority.load(village / "authority").issued() == ()


@pytest.mark.parametrize("screen", ["../../etc/x", "a/b", "North", "", "a b", "publisher.hill", "x" * 64])
def test_a_screen_with_a_strange_name_gets_no_card(village: Path, tmp_path: Path, screen: str) -> None:
    before = sorted(tmp_path.rglob("*"))
    assert run(village, "enrol", screen, "--place", PLACE, "--out", str(tmp_path / "card")) == 1
    assert sorted(tmp_path.rglob("*")) == before
    with pytest.raises(BadName):
        make_card(screen, PLACE, IDENTITY, b"{}", broker=BROKER, http=HTTP, timezone="Asia/Shanghai")


def test_everything_that_speaks_against_a_list_is_told_at_once_and_nothing_is_issued(village: Path) -> None:
    office = Office(village, village / "authority")
    office.card(Wish("known", PLACE), NOW)
    wishes = [Wish("a", "hill/nort"), Wish("b"), Wish("known", PLACE), Wish("c", PLACE)]
    with pytest.raises(FolderError) as error:
        office.check(wishes, replace=False)
    lines = str(error.value).splitlines()
    assert [line.partition(":")[0] for line in lines] == ["a", "b", "known"]
    assert "hill/north" in lines[0]
    assert "--replace" in lines[2]
    assert len(office.authority.issued()) == 1


def test_a_replaced_card_keeps_its_place_and_its_panel(village: Path, tmp_path: Path) -> None:
    assert run(village, "enrol", SCREEN, "--place", PLACE, "--out", str(tmp_path / "one")) == 0
    (village / "screens.yaml").write_text(f"screens:\n  {SCREEN}: {{place: {PLACE}, display: {{rotate: 90}}}}\n")
    assert run(village, "enrol", SCREEN, "--out", str(tmp_path / "two")) == 1
    assert run(village, "enrol", SCREEN, "--replace", "--no-evict", "--out", str(tmp_path / "two")) == 0
    config = load(tmp_path / "two/kiosk.yaml")
    assert (config.place, config.display.rotate) == (PLACE, 90)
    first = x509.load_pem_x509_certificate((tmp_path / "one/identity/screen.crt").read_bytes())
    crl = x509.load_pem_x509_crl((village / "authority/crl.pem").read_bytes())
    assert [one.serial_number for one in crl] == [first.serial_number]


def test_of_two_who_enrol_one_screen_the_second_gets_nothing(village: Path) -> None:
    """Both looked before either had signed: the second card would have shut out the first."""
    one, other = (Office(village, village / "authority") for _ in range(2))
    wishes = [office.check([Wish(SCREEN, PLACE)], replace=False)[0] for office in (one, other)]
    one.card(wishes[0], NOW)
    with pytest.raises(AuthorityError, match="刚刚"):
        other.card(wishes[1], NOW)


def test_a_list_goes_on_where_it_stopped(village: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cards, cards_csv = tmp_path / "cards", tmp_path / "cards.csv"
    rows = [f"s{number},{PLACE}" for number in range(3)]
    for many in (1, 3):
        cards_csv.write_text("\n".join(["屏编号,地点", *rows[:many]]))
        assert run(village, "enrol", "--cards", str(cards_csv), "--out", str(cards)) == 0
    assert "跳过" in capsys.readouterr().out
    assert [load(cards / f"s{n}/kiosk.yaml").screen for n in range(3)] == ["s0", "s1", "s2"]
    assert len(Authority.load(village / "authority").issued()) == 3


def test_a_list_tells_places_that_are_none_with_its_other_mistakes_and_their_lines(
    village: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cards_csv = tmp_path / "cards.csv"
    cards_csv.write_text("屏编号,地点,无线密码\ns1,hill/nort,\ns2,,\nS3,hill,\n")
    assert run(village, "enrol", "--cards", str(cards_csv), "--out", str(tmp_path / "cards")) == 1
    lines = capsys.readouterr().err.splitlines()
    assert [line.split(" ")[0] for line in lines] == ["cards.csv:2:", "cards.csv:3:", "cards.csv:4:"]
    assert "没有地点 'hill/nort'；是不是 'hill/north'？" in lines[0]
    assert not Authority.load(village / "authority").issued()


def test_revoking_says_so_lists_it_and_may_be_repeated(
    village: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(village, "enrol", SCREEN, "--place", PLACE, "--out", str(tmp_path / "card"))
    broker = tmp_path / "mosquitto"
    assert run(village, "revoke", SCREEN, "--no-evict", "--mosquitto", str(broker)) == 1, "no broker there"
    assert run(village, "broker", "--mosquitto", str(broker)) == 0
    keyring = (village / "keyring.json").read_bytes()
    for _ in range(2):
        assert run(village, "revoke", SCREEN, "--no-evict", "--mosquitto", str(broker)) == 0
        assert "吊销" in capsys.readouterr().out
    assert len(list(x509.load_pem_x509_crl((broker / "crl.pem").read_bytes()))) == 1
    assert (village / "keyring.json").read_bytes() == keyring
    assert run(village, "revoke", "nobody", "--no-evict") == 1
    assert run(village, "revoke", "../x", "--no-evict") == 1
    assert run(village, "enrol", SCREEN, "--out", str(tmp_path / "card")) == 0  # the place is known


def test_a_panel_is_written_as_it_was_meant(tmp_path: Path) -> None:
    led = DisplayConfig(kind="led", columns=128, rows=32, driver="hdmi", options=LedOptions(offset="0,8"))
    card = make_card("123", PLACE, IDENTITY, b"{}", broker=BROKER, http=HTTP, timezone="Asia/Shanghai", display=led)
    write_card(card, tmp_path)
    assert load(tmp_path / "kiosk.yaml").display == led
    assert load(tmp_path / "kiosk.yaml").screen == "123"
    golden = golden_card(b"ca", b"{}", broker=BROKER, http=HTTP, timezone="Asia/Shanghai", display=led)
    write_card(golden, tmp_path)
    assert load(tmp_path / "kiosk.yaml").display == led


def test_a_site_needs_tls() -> None:
    assert site_of(BROKER, HTTP).publishers == "mqtts://broker.example:8884"
    assert site_of("mqtts://[2001:db8::1]:8883", HTTP).publishers_door.port == 8884
    for broker, http, publishers in (
        ("mqtt://broker.example", HTTP, ""),
        (BROKER, ("http://publisher.example",), ""),
        (BROKER, ("https://a:b@publisher.example",), ""),
        (BROKER, (), ""),
    ):
        with pytest.raises(FolderError) as error:
            site_of(broker, http, publishers)
        assert "a:b" not in str(error.value)


def test_a_site_is_read_as_it_was_written(tmp_path: Path) -> None:
    site = site_of(BROKER, (*HTTP, "https://192.0.2.7:8600"))
    write_site(tmp_path, site)
    assert read_site(tmp_path) == site
    assert site.http_names == ["publisher.example", "192.0.2.7"]
    (tmp_path / "site.yaml").write_text("broker: mqtt://x\n")
    with pytest.raises(FolderError, match=r"site\.yaml"):
        read_site(tmp_path)


def test_ca_init_makes_an_authority_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "hill"
    create(folder)
    arguments = ("ca", "init", "--broker", BROKER, "--http", HTTP[0])
    assert run(folder, *arguments) == 0
    assert run(folder, *arguments) == 1
    assert "已经有" in capsys.readouterr().err
    assert run(folder, "ca", "publisher") == 0
    assert run(folder, "ca", "server") == 0
    assert (folder / "keys/broker-hill-publisher.key").stat().st_mode & 0o777 == 0o600
    assert run(folder, "ca", "list") == 0
    assert "hill-publisher" in capsys.readouterr().out
