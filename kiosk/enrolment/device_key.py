"""The screen's own key and certificate: made, asked for, checked. PEM in and out; kiosk.enrolment.own has the files.

Dates are not looked at: most Pis have no clock, and the broker, which has one, decides about them.
"""

import hashlib

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import NameOID
from msgspec import Struct

from content.errors import WindowError


class BadKey(WindowError):
    """A key or certificate that cannot be used, and why. Shows nothing of a key."""


class Certificate(Struct, frozen=True):
    """What matters of one: its serial number (hexadecimal), and when it ends (seconds since 1970)."""

    serial: str
    ends: float


def new_key() -> bytes:
    """A new P-256 key, PEM (PKCS #8). For files of mode 0600 only."""
    return ec.generate_private_key(ec.SECP256R1()).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def read_key(key: bytes) -> ec.EllipticCurvePrivateKey:
    """Raises BadKey."""
    try:
        found = load_pem_private_key(key, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise BadKey(f"私钥读不懂（{type(error).__name__}）") from None
    if not isinstance(found, ec.EllipticCurvePrivateKey):
        raise BadKey("私钥不是椭圆曲线的")
    return found


def key_digest(key: bytes) -> str:
    """How the authority names the key: the SHA-256 of its public half, hexadecimal. Raises BadKey."""
    public = read_key(key).public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return hashlib.sha256(public).hexdigest()


def request_for(key: bytes, screen: str) -> str:
    """A PKCS #10 certificate request, signed by the key: the proof that we have it. Raises BadKey."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, screen)])
    builder = x509.CertificateSigningRequestBuilder(subject_name=name)
    return builder.sign(read_key(key), hashes.SHA256()).public_bytes(Encoding.PEM).decode("ascii")


def checked(certificate: bytes, key: bytes, authority: bytes, screen: str) -> Certificate:
    """The certificate, if the authority made it for this key and this screen. Raises BadKey."""
    private = read_key(key)
    try:
        found, issuer = x509.load_pem_x509_certificate(certificate), x509.load_pem_x509_certificate(authority)
        if found.public_key() != private.public_key():
            raise BadKey("证书不是这把密钥的")
        if found.issuer != issuer.subject:
            raise InvalidSignature
        found.verify_directly_issued_by(issuer)
        names = [one.value for one in found.subject.get_attributes_for_oid(NameOID.COMMON_NAME)]
        if names != [screen]:
            raise BadKey(f"证书是给 {names} 的，本屏是 {screen}")
        return Certificate(f"{found.serial_number:x}", found.not_valid_after_utc.timestamp())
    except InvalidSignature:
        raise BadKey("证书不是本村的证书机构（ca.crt）签发的") from None
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise BadKey(f"证书读不懂（{type(error).__name__}）") from None
