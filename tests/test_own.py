"""A screen's own number, key and certificate: made once, kept private, and only what is ours is taken."""

from datetime import timedelta
from pathlib import Path

import pytest

from content.address import Credentials
from content.admission.authority import Authority
from content.admission.certificates import public_pem
from content.enrolment import pairing_code
from kiosk.config import Config, load
from kiosk.enrolment.device_key import BadKey, key_digest, new_key
from kiosk.enrolment.own import Own, serial_number
from tests.fakes import NOW

GOLDEN = "enrol: true\nbroker: mqtts://b.example\nhttp: [https://p.example]\ntls: {ca: ca.crt}\n"
FLASHED = (
    "screen: s1\nplace: v/b1\nbroker: mqtts://b.example\nhttp: [https://p.example]\n"
    "tls: {ca: ca.crt, certificate: screen.crt, key: screen.key}\n"
)


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    made = Authority.create(tmp_path / "authority", "村", NOW)
    (tmp_path / "ca.crt").write_bytes(made.certificate)
    return made


def config(folder: Path, text: str) -> Config:
    (folder / "kiosk.yaml").write_text(text)
    return load(folder / "kiosk.yaml")


def golden(folder: Path, serial: str = "10000000abcd1234") -> Own:
    return Own(folder / "identity", config(folder, GOLDEN), serial)


def request(own: Own) -> bytes:
    application = own.application()
    assert application
    return application.request.encode()


def test_a_golden_card_gets_number_and_key_at_its_first_boot_and_keeps_them(
    tmp_path: Path, authority: Authority
) -> None:
    own = golden(tmp_path)
    assert (own.config.screen, own.ready, own.certificate) == ("10000000abcd1234", False, None)
    key = (tmp_path / "identity/screen.key").read_bytes()
    assert (tmp_path / "identity/screen.key").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "identity").stat().st_mode & 0o777 == 0o700
    assert own.code() == pairing_code("10000000abcd1234", key_digest(key))
    again = golden(tmp_path, "another-pi")
    assert (again.config.screen, again.code()) == ("10000000abcd1234", own.code()), "the card is the screen"


def test_its_certificate_is_kept_and_the_one_before_it(tmp_path: Path, authority: Authority) -> None:
    own = golden(tmp_path)
    first = authority.issue_screen(own.config.screen, request(own), NOW)
    own.take(first)
    assert own.ready
    second = authority.issue_screen(own.config.screen, request(own), NOW + timedelta(days=1), keep_old=True)
    own.take(second)
    folder = tmp_path / "identity"
    assert ((folder / "screen.crt").read_bytes(), (folder / "previous.crt").read_bytes()) == (second, first)
    again = golden(tmp_path)
    assert again.ready
    assert again.config.credentials == Credentials(tmp_path / "ca.crt", folder / "screen.crt", folder / "screen.key")
    application = again.application()
    assert application
    assert int(application.serial, 16) == int(authority.valid("screen", own.config.screen)[-1].serial, 16)


def test_what_is_not_ours_is_not_taken(tmp_path: Path, authority: Authority) -> None:
    own = golden(tmp_path)
    other = Authority.create(tmp_path / "other", "别村", NOW)
    for certificate, why in (
        (other.issue_screen(own.config.screen, request(own), NOW), "不是本村"),
        (authority.issue_screen("another", public_pem(new_key()), NOW), "不是这把密钥"),
        (b"hello", "读不懂"),
    ):
        with pytest.raises(BadKey, match=why):
            own.take(certificate)
    with pytest.raises(BadKey, match="不是这把密钥"):
        own.take(authority.issue_screen(own.config.screen, public_pem(new_key()), NOW, keep_old=True))
    assert not own.ready


def test_a_rotten_key_is_made_anew_and_has_to_be_compared_again(tmp_path: Path, authority: Authority) -> None:
    own = golden(tmp_path)
    own.take(authority.issue_screen(own.config.screen, request(own), NOW))
    before = own.code()
    (tmp_path / "identity/screen.key").write_bytes(b"rotten")
    again = golden(tmp_path)
    assert (again.ready, again.code() != before) == (False, True)


def test_a_machine_without_a_number_gets_a_random_one(tmp_path: Path, authority: Authority) -> None:
    first = golden(tmp_path, "").config.screen
    assert first.startswith("x")
    assert golden(tmp_path, "").config.screen == first


def test_a_flashed_identity_is_used_until_a_renewed_certificate_is_here(tmp_path: Path, authority: Authority) -> None:
    key = new_key()
    (tmp_path / "screen.key").write_bytes(key)
    flashed = config(tmp_path, FLASHED)
    (tmp_path / "screen.crt").write_bytes(b"")
    assert Own(tmp_path / "identity", flashed).config.credentials == flashed.credentials
    own = Own(tmp_path / "identity", flashed)
    first = authority.issue_screen("s1", request(own), NOW)
    (tmp_path / "screen.crt").write_bytes(first)
    own = Own(tmp_path / "identity", flashed)
    assert own.config.credentials
    assert own.config.credentials.certificate.read_bytes() == first
    assert (own.ready, own.config.credentials.key) == (True, tmp_path / "screen.key")
    renewed = authority.issue_screen("s1", request(own), NOW + timedelta(days=900), keep_old=True)
    own.take(renewed)
    again = Own(tmp_path / "identity", flashed).config.credentials
    assert again
    assert again.certificate.read_bytes() == renewed
    (tmp_path / "screen.key").write_bytes(new_key())  # flashed anew: nothing of the old identity is used
    assert Own(tmp_path / "identity", flashed).config.credentials == flashed.credentials


@pytest.mark.parametrize(
    ("tree", "cpu", "number"),
    [
        (b"10000000ABCD1234\0", b"", "10000000abcd1234"),
        (None, b"processor : 0\nSerial\t\t: 00000000abcd1234\nModel : x\n", "00000000abcd1234"),
        (b"0000000000000000\0", b"Serial : 100000001111ffff\n", "100000001111ffff"),
        (b"../../etc\0", b"Serial : not specified\n", ""),
        (b"\xff\xfe", None, ""),
        (None, None, ""),
    ],
)
def test_the_number_of_a_pi(tmp_path: Path, tree: bytes | None, cpu: bytes | None, number: str) -> None:
    for name, text in (("tree", tree), ("cpu", cpu)):
        if text is not None:
            (tmp_path / name).write_bytes(text)
    assert serial_number(tmp_path / "tree", tmp_path / "cpu") == number
