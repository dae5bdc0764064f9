"""X.509 as the village needs it: keys, certificates, lists of revoked ones. The only door to cryptography.x509.

Values only: PEM in, PEM out; content.admission.authority owns the files and decides who gets one.

**Wrong clocks.** Most Pis have none: they wake in 1970 or in the year their system was built, and meet the broker
before NTP has answered. Hence no certificate has a beginning (`BEGINNING`), and servers' certificates last as long as
a screen may hang. The lists of revoked certificates are dated by their number, one second each: Mosquitto keeps the
list with the later date, would refuse everybody by a list that is dated in its future, and everybody again once a list
has run out while the office was closed. Ends count only at the broker, whose clock is right.
"""

import hashlib
import ipaddress
import secrets
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, TypeAlias

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
    load_pem_public_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from content.address import HOST
from content.errors import WindowError

BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
"""notBefore of everything: no clock, however wrong, is earlier."""
MOST_NAME = 64
"""X.520's upper bound of a common name."""
MOST_REQUEST = 8192
"""Bytes of a certificate request or public key; those of P-256 have some 500."""

PublicKey: TypeAlias = ec.EllipticCurvePublicKey


class AuthorityError(WindowError):
    """What will not be signed, or cannot be. Says why and what to do."""


class Issuer:
    """A certificate that signs others, with its key. Its repr shows no key."""

    def __init__(self, certificate: bytes, key: bytes) -> None:
        """From PEM. Raises ValueError for what is no such pair."""
        self._certificate = x509.load_pem_x509_certificate(certificate)
        self._key = private_key(key)
        if self._certificate.public_key() != self._key.public_key():
            raise ValueError("the certificate is of another key")

    def __repr__(self) -> str:
        return f"Issuer({self._certificate.subject.rfc4514_string()})"

    @property
    def certificate(self) -> bytes:
        """PEM."""
        return self._certificate.public_bytes(Encoding.PEM)

    @property
    def expires(self) -> datetime:
        return self._certificate.not_valid_after_utc

    def sign_client(self, common: str, key: PublicKey, serial: int, expires: datetime) -> bytes:
        """A client's certificate, PEM. Its URI names this one certificate (see `uri_of`)."""
        name = x509.UniformResourceIdentifier(uri_of(serial))
        return self._sign(common, key, serial, expires, ExtendedKeyUsageOID.CLIENT_AUTH, [name])

    def sign_server(self, names: Sequence[str], key: PublicKey, serial: int, expires: datetime) -> bytes:
        """A server's certificate for these host names and addresses, PEM. Raises AuthorityError."""
        alternatives = [alternative(name) for name in names]
        if not alternatives:
            raise AuthorityError("服务器证书至少要写一个主机名或 IP 地址")
        common = "convenience-window server"
        return self._sign(common, key, serial, expires, ExtendedKeyUsageOID.SERVER_AUTH, alternatives)

    def _sign(
        self,
        common: str,
        key: PublicKey,
        serial: int,
        expires: datetime,
        usage: x509.ObjectIdentifier,
        names: Sequence[x509.GeneralName],
    ) -> bytes:
        builder = started(common, key, self._certificate.subject, serial, min(expires, self.expires))
        builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        builder = builder.add_extension(key_usage(digital_signature=True), critical=True)
        builder = builder.add_extension(x509.ExtendedKeyUsage([usage]), critical=False)
        builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
        builder = builder.add_extension(self._identifier(), critical=False)
        return builder.sign(self._key, hashes.SHA256()).public_bytes(Encoding.PEM)

    def revocations(self, number: int, gone: Iterable[tuple[int, datetime]]) -> bytes:
        """The list of revoked certificates with that number, PEM: serials, and when they were taken back."""
        builder = x509.CertificateRevocationListBuilder(
            issuer_name=self._certificate.subject,
            last_update=naive(BEGINNING + timedelta(seconds=number)),
            next_update=naive(self.expires),
        )
        builder = builder.add_extension(x509.CRLNumber(number), critical=False)
        builder = builder.add_extension(self._identifier(), critical=False)
        for serial, when in gone:
            builder = builder.add_revoked_certificate(x509.RevokedCertificateBuilder(serial, naive(when)).build())
        return builder.sign(self._key, hashes.SHA256()).public_bytes(Encoding.PEM)

    def _identifier(self) -> x509.AuthorityKeyIdentifier:
        own = self._certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
        return x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(own)


def number_of(revocations: bytes) -> int | None:
    """The number of a PEM list of revoked certificates; None for what is none."""
    try:
        found = x509.load_pem_x509_crl(revocations)
        return found.extensions.get_extension_for_class(x509.CRLNumber).value.crl_number
    except (ValueError, x509.ExtensionNotFound):
        return None


def self_signed(key: bytes, name: str, expires: datetime) -> bytes:
    """The certificate of an issuer, PEM, for its PEM private key. It may sign no other issuer."""
    common = name[:MOST_NAME]
    private = private_key(key)
    issuer = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])
    builder = started(common, private.public_key(), issuer, new_serial(), expires)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    builder = builder.add_extension(key_usage(key_cert_sign=True, crl_sign=True), critical=True)
    return builder.sign(private, hashes.SHA256()).public_bytes(Encoding.PEM)


def started(common: str, key: PublicKey, issuer: x509.Name, serial: int, expires: datetime) -> x509.CertificateBuilder:
    """What every certificate has."""
    return (
        x509.CertificateBuilder(issuer_name=issuer, public_key=key, serial_number=serial)
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)]))
        .not_valid_before(naive(BEGINNING))
        .not_valid_after(naive(expires))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


def key_usage(*, digital_signature: bool = False, key_cert_sign: bool = False, crl_sign: bool = False) -> x509.KeyUsage:
    """What the key is for, and nothing else."""
    return x509.KeyUsage(
        digital_signature=digital_signature,
        key_cert_sign=key_cert_sign,
        crl_sign=crl_sign,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def alternative(name: str) -> x509.GeneralName:
    """A host name or an address, for a server's certificate. Raises AuthorityError."""
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        pass
    if not HOST.fullmatch(name) or ":" in name or len(name) > 253:
        raise AuthorityError(f"{name!r} 不是主机名也不是 IP 地址；例如 broker.example 或 192.0.2.10")
    return x509.DNSName(name)


def serves(certificate: bytes, key: bytes, ca: bytes, names: Sequence[str], until: datetime) -> bool:
    """Is that the certificate, with its key, of a server with these names, by that authority, until then? All PEM."""
    try:
        one, issuer = x509.load_pem_x509_certificate(certificate), x509.load_pem_x509_certificate(ca)
        one.verify_directly_issued_by(issuer)
        found = one.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        return (
            one.public_key() == public_half(key)
            and {alternative(name) for name in names} <= set(found)
            and one.not_valid_after_utc > until
        )
    except (ValueError, TypeError, InvalidSignature, x509.ExtensionNotFound):
        return False


def new_serial() -> int:
    """127 random bits, never 0: what RFC 5280 allows, and as hexadecimal the same length nearly always."""
    return secrets.randbits(127) | 1 << 126


def uri_of(serial: int) -> str:
    """Names one certificate, for brokers that know users but no list of revoked certificates."""
    return f"urn:convenience-window:certificate:{serial:x}"


def read_public_key(text: bytes) -> PublicKey:
    """The P-256 key in a PEM public key, or in a PEM certificate request that it signed. Raises AuthorityError.

    Of a request nothing else is looked at: the authority writes the names and uses.
    """
    if len(text) > MOST_REQUEST:
        raise AuthorityError(f"证书请求有 {len(text)} 字节，最多 {MOST_REQUEST}")
    try:
        if text.lstrip().startswith(b"-----BEGIN PUBLIC KEY-----"):
            key: Any = load_pem_public_key(text)
        else:
            request = x509.load_pem_x509_csr(text)
            key = request.public_key()
            if not request.is_signature_valid:
                raise AuthorityError("证书请求的签名不对：提交的人没有这把密钥")
    except (ValueError, TypeError, UnsupportedAlgorithm, InvalidSignature) as error:
        raise AuthorityError(f"证书请求读不懂（{type(error).__name__}）") from error
    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
        raise AuthorityError("密钥不是 P-256，不签发")
    return key


def new_key() -> bytes:
    """A new P-256 private key, PEM (PKCS #8). For files of mode 0600 only."""
    key = ec.generate_private_key(ec.SECP256R1())
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def private_key(text: bytes) -> ec.EllipticCurvePrivateKey:
    """From PEM. Raises ValueError, which shows nothing of it."""
    try:
        key = load_pem_private_key(text, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise ValueError(f"no private key ({type(error).__name__})") from None
    if not isinstance(key, ec.EllipticCurvePrivateKey) or not isinstance(key.curve, ec.SECP256R1):
        raise ValueError("not a key of P-256")
    return key


def public_half(private: bytes) -> PublicKey:
    """The public half of a PEM private key. Raises ValueError."""
    return private_key(private).public_key()


def public_pem(private: bytes) -> bytes:
    """The public half of a PEM private key, PEM. Raises ValueError."""
    return public_half(private).public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def digest_of(key: PublicKey) -> str:
    """SHA-256 of the key (SubjectPublicKeyInfo), hexadecimal."""
    return hashlib.sha256(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).hexdigest()


def naive(moment: datetime) -> datetime:
    """UTC without saying so, to whole seconds: what the builders take in every version."""
    return moment.astimezone(UTC).replace(tzinfo=None, microsecond=0)
