"""The certificate authority: what it signs, what it refuses, what it remembers; and that TLS believes it, strictly."""

import base64
import os
import shutil
import ssl
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from content.admission.authority import CA_LIFE, SCREEN_LIFE, SERVER_LIFE, Authority, revoked_screens
from content.admission.certificates import BEGINNING, AuthorityError, new_key, public_pem
from content.errors import BadName, FolderError

NOW = datetime(2026, 11, 24, 8, tzinfo=UTC)
SCREEN = "north-b3-u1"


@pytest.fixture(scope="module")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority.create(tmp_path_factory.mktemp("made") / "authority", "示例村", NOW)


@pytest.fixture
def authority(made_once: Authority, tmp_path: Path) -> Authority:
    return Authority(shutil.copytree(made_once.folder, tmp_path / "authority"))


def certificate(pem: bytes) -> x509.Certificate:
    return x509.load_pem_x509_certificate(pem)


def revoked_serials(authority: Authority) -> list[int]:
    return [one.serial_number for one in x509.load_pem_x509_crl(authority.crl())]


def request(key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey, common: str) -> bytes:
    """A certificate request with a name and a CA's rights, which nobody offered."""
    builder = x509.CertificateSigningRequestBuilder(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)]))
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName("broker.example")]), critical=False)
    return builder.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM)


def test_a_screens_certificate_says_which_screen_it_is_and_may_only_be_a_client(authority: Authority) -> None:
    made = certificate(authority.issue_screen(SCREEN, public_pem(new_key()), NOW, place="village/north"))
    assert made.subject.rfc4514_string() == f"CN={SCREEN}"
    extensions = made.extensions
    assert extensions.get_extension_for_class(x509.BasicConstraints).value == x509.BasicConstraints(False, None)
    usage = extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert list(usage) == [ExtendedKeyUsageOID.CLIENT_AUTH]
    names = extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.UniformResourceIdentifier) == [authority.issued()[0].uri]
    assert names.get_values_for_type(x509.DNSName) == []


def test_no_wrong_clock_is_before_a_certificate_and_none_outlives_the_authority(authority: Authority) -> None:
    """A screen wakes in 1970 and must believe the broker before NTP has answered."""
    screen = certificate(authority.issue_screen(SCREEN, public_pem(new_key()), NOW))
    server = certificate(authority.issue_server(["broker.example"], NOW)[0])
    late = certificate(authority.issue_server(["broker.example"], NOW + timedelta(days=365 * 20))[0])
    own = certificate(authority.certificate)
    for one in (screen, server, late, own, certificate(authority.publishers_certificate)):
        assert one.not_valid_before_utc == BEGINNING
    assert screen.not_valid_after_utc == NOW + SCREEN_LIFE
    assert server.not_valid_after_utc == NOW + SERVER_LIFE
    assert late.not_valid_after_utc == own.not_valid_after_utc == NOW + CA_LIFE


def test_of_a_request_only_the_key_is_taken(authority: Authority) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    made = certificate(authority.issue_screen(SCREEN, request(key, "publisher.village"), NOW))
    assert made.public_key() == key.public_key()
    assert made.subject.rfc4514_string() == f"CN={SCREEN}"
    assert not made.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    assert b"broker.example" not in made.public_bytes(Encoding.DER)


def forged() -> bytes:
    """A request for somebody else's key: the signature is not the key's."""
    der = base64.b64decode(b"".join(request(ec.generate_private_key(ec.SECP256R1()), "x").splitlines()[1:-1]))
    other = base64.b64encode(der[:-1] + bytes([der[-1] ^ 1]))
    return b"-----BEGIN CERTIFICATE REQUEST-----\n" + other + b"\n-----END CERTIFICATE REQUEST-----\n"


def spki(key: ec.EllipticCurvePublicKey | ed25519.Ed25519PublicKey) -> bytes:
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


BAD_REQUESTS = {
    "empty": b"",
    "no PEM": b"\xff" * 200,
    "too long": public_pem(new_key()) + b"\n" * 10_000,
    "another curve": spki(ec.generate_private_key(ec.SECP384R1()).public_key()),
    "Ed25519": spki(ed25519.Ed25519PrivateKey.generate().public_key()),
    "RSA": request(rsa.generate_private_key(65537, 2048), "x"),
    "a private key": new_key(),
    "not signed by its key": forged(),
}


@pytest.mark.parametrize("text", BAD_REQUESTS.values(), ids=BAD_REQUESTS.keys())
def test_what_is_no_good_request_is_refused_and_leaves_nothing(authority: Authority, text: bytes) -> None:
    with pytest.raises(AuthorityError) as error:
        authority.issue_screen(SCREEN, text, NOW)
    assert "PRIVATE" not in str(error.value)
    assert authority.issued() == ()


@pytest.mark.parametrize("name", ["../b", "", "a/b", "North", "a.b", "+", "#", "x" * 64, "a\n", "publisher.village"])
def test_a_name_that_the_wire_cannot_carry_gets_no_certificate(authority: Authority, name: str) -> None:
    with pytest.raises(BadName):
        authority.issue_screen(name, public_pem(new_key()), NOW)


def test_a_publishers_name_can_be_no_screens_and_another_issuer_signs_it(authority: Authority) -> None:
    made, key = authority.issue_publisher("village", NOW)
    assert certificate(made).subject.rfc4514_string() == "CN=publisher.village"
    assert certificate(made).issuer == certificate(authority.publishers_certificate).subject
    assert certificate(made).issuer != certificate(authority.certificate).subject
    assert b"PRIVATE" in key


def test_a_replaced_screen_loses_its_old_certificate_and_a_renewed_one_keeps_it(authority: Authority) -> None:
    authority.issue_screen(SCREEN, public_pem(new_key()), NOW, place="village/b1")
    authority.issue_screen(SCREEN, public_pem(new_key()), NOW, place="village/b1", keep_old=True)
    assert revoked_serials(authority) == []
    assert len(authority.valid("screen", SCREEN)) == 2
    authority.issue_screen(SCREEN, public_pem(new_key()), NOW)
    assert len(revoked_serials(authority)) == 2
    assert len(authority.valid("screen", SCREEN)) == 1
    assert authority.place_of(SCREEN) == "village/b1"


def test_a_screen_is_shut_out_while_every_certificate_of_it_is_revoked(authority: Authority, tmp_path: Path) -> None:
    authority.issue_screen("other", public_pem(new_key()), NOW)
    authority.issue_publisher("office", NOW)
    authority.revoke("office", NOW, kind="publisher")
    told = []
    for renewed in (False, True):
        authority.issue_screen(SCREEN, public_pem(new_key()), NOW, keep_old=renewed)
        told.append(revoked_screens(authority.folder))
    authority.revoke(SCREEN, NOW)
    told.append(revoked_screens(authority.folder))
    authority.issue_screen(SCREEN, public_pem(new_key()), NOW)
    told.append(revoked_screens(authority.folder))
    assert told == [set(), set(), {SCREEN}, set()]
    assert revoked_screens(tmp_path / "nowhere") == set()


def test_a_key_that_was_taken_back_or_that_another_screen_has_is_not_signed_again(authority: Authority) -> None:
    lost, copied = public_pem(new_key()), public_pem(new_key())
    authority.issue_screen(SCREEN, lost, NOW)
    authority.revoke(SCREEN, NOW)
    authority.issue_screen("south-b1-u1", copied, NOW)
    for key, words in ((lost, "被吊销"), (copied, "复制来的")):
        with pytest.raises(AuthorityError, match=words):
            authority.issue_screen(SCREEN, key, NOW)
    authority.issue_screen("south-b1-u1", copied, NOW, keep_old=True)  # a renewal with the same key is none of both


def test_every_list_is_newer_than_the_one_before_whatever_the_clock_says(authority: Authority) -> None:
    """Mosquitto has both in memory after a reload and looks into the newer; one dated in its future bars everybody."""
    lists = [x509.load_pem_x509_crl(authority.crl())]
    for number, moment in enumerate((NOW, NOW, NOW + timedelta(days=365), NOW)):
        authority.issue_screen(f"s{number}", public_pem(new_key()), moment)
        authority.revoke(f"s{number}", moment)
        lists.append(x509.load_pem_x509_crl(authority.crl()))
    dates = [one.last_update_utc for one in lists]
    assert dates == sorted(set(dates))
    assert max(dates) < BEGINNING + timedelta(days=1)
    assert {one.next_update_utc for one in lists} == {NOW + CA_LIFE}  # the office may be closed for years
    assert [len(list(one)) for one in lists] == [0, 1, 2, 3, 4]


def test_the_lists_lie_in_the_folder_and_name_screens_and_publishers_apart(authority: Authority) -> None:
    screen = certificate(authority.issue_screen(SCREEN, public_pem(new_key()), NOW))
    publisher = certificate(authority.issue_publisher("village", NOW)[0])
    authority.revoke(SCREEN, NOW)
    authority.revoke("village", NOW, kind="publisher")
    found = {
        name: [one.serial_number for one in x509.load_pem_x509_crl((authority.folder / name).read_bytes())]
        for name in ("crl.pem", "publishers.crl.pem")
    }
    assert found == {"crl.pem": [screen.serial_number], "publishers.crl.pem": [publisher.serial_number]}


def test_enrolling_at_once_loses_nothing(authority: Authority) -> None:
    """Two clerks, or the office and the pairing desk: each opens the folder for himself."""

    def enrol(number: int) -> bytes:
        return Authority.load(authority.folder).issue_screen(f"s{number}", public_pem(new_key()), NOW)

    with ThreadPoolExecutor(8) as pool:
        made = [f"{certificate(one).serial_number:x}" for one in pool.map(enrol, range(24))]
    assert sorted(one.serial for one in authority.issued()) == sorted(made)


def test_of_two_who_enrol_one_screen_at_once_one_remains(authority: Authority) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: authority.issue_screen(SCREEN, public_pem(new_key()), NOW), range(8)))
    assert len(authority.valid("screen", SCREEN)) == 1
    assert len(revoked_serials(authority)) == 7


def test_private_keys_are_readable_by_their_owner_only_and_never_shown(authority: Authority) -> None:
    assert authority.folder.stat().st_mode & 0o777 == 0o700
    for stem in ("ca", "publishers"):
        assert (authority.folder / f"{stem}.key").stat().st_mode & 0o777 == 0o600
    assert "PRIVATE" not in repr(authority) + repr(vars(authority))


def test_an_authority_is_never_overwritten(authority: Authority) -> None:
    before = {path.name: path.read_bytes() for path in authority.folder.iterdir()}
    with pytest.raises(FolderError, match="已经有"):
        Authority.create(authority.folder, "示例村", NOW)
    assert {path.name: path.read_bytes() for path in authority.folder.iterdir()} == before


def test_what_a_power_cut_left_is_completed_with_the_same_key(tmp_path: Path) -> None:
    folder = tmp_path / "authority"
    folder.mkdir()
    (folder / "ca.key").write_bytes(key := new_key())
    made = Authority.create(folder, "示例村", NOW)
    assert spki(certificate(made.certificate).public_key()) == public_pem(key)  # type: ignore[arg-type]


def test_a_strange_folder_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("…")
    with pytest.raises(FolderError, match="不是空的"):
        Authority.create(tmp_path, "示例村", NOW)


@pytest.mark.parametrize("name", ["ca.key", "ca.crt", "publishers.key", "issued.json"])
def test_what_is_missing_or_broken_is_said(authority: Authority, name: str) -> None:
    path = authority.folder / name
    path.write_bytes(b"nonsense")
    with pytest.raises(FolderError, match="备份"):
        Authority.load(authority.folder)
    path.unlink()
    with pytest.raises(FolderError, match=name):
        Authority.load(authority.folder)


def test_a_clock_before_this_software_signs_nothing(authority: Authority) -> None:
    with pytest.raises(AuthorityError, match="时钟"):
        authority.issue_screen(SCREEN, public_pem(new_key()), datetime(2020, 1, 1, tzinfo=UTC))


def test_a_server_needs_a_name(authority: Authority) -> None:
    for names in ([], ["http://x"], ["a b"], ["*.example"], ["::zz"]):
        with pytest.raises(AuthorityError):
            authority.issue_server(names, NOW)
    assert authority.issued() == ()


def shaken(client: ssl.SSLContext, server: ssl.SSLContext, name: str) -> ssl.SSLObject:
    """The client's side after a TLS handshake in memory. Raises what either side raises."""
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    a = client.wrap_bio(to_client, to_server, server_hostname=name)
    b = server.wrap_bio(to_server, to_client, server_side=True)
    waiting = [a, b]
    for _ in range(10):
        for one in list(waiting):
            try:
                one.do_handshake()
                waiting.remove(one)
            except ssl.SSLWantReadError:
                pass
    assert not waiting
    return a


@pytest.mark.parametrize("name", ["broker.example", "192.0.2.7"])
def test_tls_believes_both_sides_as_strictly_as_the_newest_python_asks(
    authority: Authority, tmp_path: Path, name: str
) -> None:
    """Python 3.13 (Debian 13) refuses certificates that lack what RFC 5280 demands; so we ask for that here too."""
    key = new_key()
    made, server_key = authority.issue_server(["broker.example", "192.0.2.7"], NOW)
    files = {"screen.key": key, "server.crt": made, "server.key": server_key}
    files["screen.crt"] = authority.issue_screen(SCREEN, public_pem(key), NOW)
    for file, content in files.items():
        (tmp_path / file).write_bytes(content)
    ca = str(authority.folder / "ca.crt")
    server = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=ca)
    server.load_cert_chain(tmp_path / "server.crt", tmp_path / "server.key")
    server.verify_mode = ssl.CERT_REQUIRED
    client = ssl.create_default_context(cafile=ca)
    client.load_cert_chain(tmp_path / "screen.crt", tmp_path / "screen.key")
    for context in (server, client):
        context.verify_flags |= ssl.VERIFY_X509_STRICT
        context.minimum_version = ssl.TLSVersion.TLSv1_3
    assert shaken(client, server, name).version() == "TLSv1.3"
    with pytest.raises(ssl.SSLCertVerificationError):
        shaken(client, server, "other.example")
    server.load_verify_locations(str(authority.folder / "crl.pem"))
    server.verify_flags |= ssl.VERIFY_CRL_CHECK_LEAF
    shaken(client, server, name)
    authority.revoke(SCREEN, NOW)
    server.load_verify_locations(str(authority.folder / "crl.pem"))  # beside the old one, as Mosquitto does
    with pytest.raises(ssl.SSLCertVerificationError, match="revoked"):
        shaken(client, server, name)


def test_a_link_in_the_folder_gives_nobody_a_file_that_root_owns(authority: Authority, tmp_path: Path) -> None:
    ours = tmp_path / "shadow"
    ours.write_text("root's")
    before = ours.stat()
    (authority.folder / "lock").symlink_to(ours)
    if os.geteuid() == 0:  # as in an installation: the folder is the publisher's, the command is run by root
        os.chown(authority.folder, 65534, 65534)
    with pytest.raises(OSError, match="symbolic links"):
        authority.revoke(SCREEN, NOW)
    after = ours.stat()
    assert (after.st_uid, after.st_gid, ours.read_text()) == (before.st_uid, before.st_gid, "root's")
