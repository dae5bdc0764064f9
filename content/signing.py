"""Who may say what: keys, the keyring that names them, and the check of every message.

A screen believes a message only if the keyring gives the publisher, named in the MQTT topic,
keys that signed it, a scope that covers the place, and leave to send that kind. The keyring
itself is signed by root keys; the first one is trusted because a technician put it on the
card, and each later one because the root keys of the one before signed it.
"""

import base64
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from msgspec import Meta
from securesystemslib.dsse import Envelope as DsseEnvelope
from securesystemslib.exceptions import VerificationError
from securesystemslib.signer import CryptoSigner, Signature, SSlibKey

from content.errors import BadName, FolderError, Reason, Refused
from content.files import write_atomic
from content.manifest import (
    PAYLOAD_TYPE,
    Envelope,
    EnvelopeSignature,
    Manifest,
    encode,
    parse,
    parse_envelope,
    parse_manifest,
)
from content.notice import Frozen
from content.place import check_level, check_path, is_within

Power = Literal["content", "alerts", "assignment", "command"]
PublicKey = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}\Z")]
"""An Ed25519 public key: 32 bytes in hexadecimal."""
KeyId = Annotated[str, Meta(max_length=128)]


def check_names(publisher: str, scope: tuple[str, ...]) -> None:
    """Raise ValueError for a publisher or a place that no MQTT topic can name."""
    try:
        check_level(publisher)
        for place in scope:
            check_path(place)
    except BadName as error:
        raise ValueError(str(error)) from error


class Publisher(Frozen, frozen=True):
    """One who may publish: with which keys, where, and what."""

    id: str
    name: str
    keys: dict[KeyId, PublicKey]
    scope: tuple[str, ...]
    may: tuple[Power, ...]
    threshold: Annotated[int, Meta(ge=1, le=8)] = 1

    def __post_init__(self) -> None:
        check_names(self.id, self.scope)

    def covers(self, place: str) -> bool:
        """Is `place` in this publisher's scope?"""
        return any(is_within(place, prefix) for prefix in self.scope)


class Keyring(Frozen, frozen=True):
    """Whom a screen believes. `publishers` stand in order of precedence; `version` only grows."""

    version: Annotated[int, Meta(ge=1)]
    root_keys: Annotated[dict[KeyId, PublicKey], Meta(min_length=1, max_length=8)]
    publishers: Annotated[tuple[Publisher, ...], Meta(max_length=64)] = ()
    root_threshold: Annotated[int, Meta(ge=1, le=8)] = 1
    kind: Literal["keyring"] = "keyring"

    def publisher(self, name: str) -> Publisher | None:
        """The publisher of that id, if there is one."""
        return next((one for one in self.publishers if one.id == name), None)

    def publishers_for(self, place: str, power: Power) -> tuple[Publisher, ...]:
        """Those who may send `power` to `place`, in order of precedence."""
        return tuple(one for one in self.publishers if power in one.may and one.covers(place))


class Key:
    """A private key. Its repr and its errors never show it."""

    def __init__(self, signer: CryptoSigner) -> None:
        self._signer = signer

    @classmethod
    def generate(cls) -> "Key":
        """A new Ed25519 key from the system's randomness."""
        return cls(CryptoSigner.generate_ed25519())

    @classmethod
    def load(cls, path: Path) -> "Key":
        """The key in the PEM file `path`. Raises FolderError."""
        try:
            return cls(CryptoSigner(load_pem_private_key(path.read_bytes(), password=None)))
        except (OSError, ValueError, TypeError, UnsupportedAlgorithm) as error:
            advice = "把它放回来再试，不要重新生成：别的根密钥屏幕不会相信" if path.stem == "root" else "检查文件和权限"
            raise FolderError(f"{path}: 读不出私钥（{type(error).__name__}）；{advice}") from None

    def save(self, path: Path) -> None:
        """Write the PEM file (PKCS #8), readable by its owner only."""
        write_atomic(path, self._signer.private_bytes, mode=0o600)

    @property
    def id(self) -> str:
        return str(self._signer.public_key.keyid)

    @property
    def public(self) -> str:
        """The public half, hexadecimal."""
        return str(self._signer.public_key.keyval["public"])

    def sign(self, payload: bytes) -> bytes:
        """`payload` in a DSSE envelope with one signature, as JSON."""
        return sign(payload, [self])

    def opened(self, message: bytes) -> Manifest:
        """The manifest in a message that this very key signed. Raises Refused for any other message."""
        return parse_manifest(verified_payload(parse_envelope(message), {self.id: self.public}, 1))

    def _signature(self, envelope: DsseEnvelope) -> EnvelopeSignature:
        signature = envelope.sign(self._signer)
        return EnvelopeSignature(keyid=signature.keyid, sig=to_base64(bytes.fromhex(signature.signature)))

    def __repr__(self) -> str:
        return f"Key({self.id[:12]}…)"


def sign(payload: bytes, keys: list[Key]) -> bytes:
    """`payload` in a DSSE envelope signed by each of `keys`, as JSON."""
    envelope = DsseEnvelope(payload, PAYLOAD_TYPE, {})
    signatures = tuple(key._signature(envelope) for key in keys)
    return encode(Envelope(payload=to_base64(payload), payload_type=PAYLOAD_TYPE, signatures=signatures))


def to_base64(content: bytes) -> str:
    return base64.b64encode(content).decode("ascii")


def verify_manifest(topic: str, message: bytes, keyring: Keyring) -> Manifest:
    """The manifest that came on `topic`, if the keyring believes it. Raises Refused with the reason.

    Nothing inside the payload is looked at before its signature has been checked.
    """
    envelope = parse_envelope(message)
    publisher = keyring.publisher(topic.rpartition("/")[2])
    if publisher is None:
        raise Refused(Reason.UNKNOWN_KEY, f"nobody in the keyring publishes on {topic}")
    manifest = parse_manifest(verified_payload(envelope, publisher.keys, publisher.threshold))
    if manifest.topic != topic:
        raise Refused(Reason.WRONG_TOPIC, f"made for {manifest.topic}, came on {topic}")
    if manifest.kind not in publisher.may or not publisher.covers(manifest.place):
        raise Refused(Reason.OUT_OF_SCOPE, f"{publisher.id} may not send {manifest.kind} to {manifest.place}")
    return manifest


def verify_keyring(message: bytes, trusted: Keyring | None) -> Keyring:
    """A keyring signed by its own root keys and, where there is one already, by the trusted one's.

    Raises Refused: ROLLBACK for a version below the trusted one's.
    """
    envelope = parse_envelope(message)
    if trusted is not None:
        verified_payload(envelope, trusted.root_keys, trusted.root_threshold)
    keyring = parse(envelope.payload_bytes(), Keyring)
    verified_payload(envelope, keyring.root_keys, keyring.root_threshold)
    if trusted is not None and keyring.version < trusted.version:
        raise Refused(Reason.ROLLBACK, f"keyring version {keyring.version}, have {trusted.version}")
    return keyring


def verified_payload(envelope: Envelope, keys: dict[str, str], threshold: int) -> bytes:
    """The payload, if at least `threshold` of `keys` signed it. Raises Refused."""
    payload = envelope.payload_bytes()
    signatures: dict[str, Signature] = {}
    for one in envelope.signatures:
        if one.keyid in keys:
            signatures[one.keyid] = Signature(one.keyid, from_base64(one.sig).hex())
    if not signatures:
        raise Refused(Reason.UNKNOWN_KEY, "signed by none of the publisher's keys")
    public: list[Any] = [SSlibKey(keyid, "ed25519", "ed25519", {"public": key}) for keyid, key in keys.items()]
    try:
        DsseEnvelope(payload, envelope.payload_type, signatures).verify(public, threshold)
    except (VerificationError, ValueError) as error:
        raise Refused(Reason.BAD_SIGNATURE, str(error)) from error
    return payload


def signers_of(envelope: Envelope, keyring: Keyring, what: str) -> list[Publisher]:
    """The publishers whose keys an envelope names, where no topic tells the sender; verify next. Raises Refused."""
    keys = {one.keyid for one in envelope.signatures}
    signers = [one for one in keyring.publishers if keys & one.keys.keys()]
    if not signers:
        raise Refused(Reason.UNKNOWN_KEY, f"{what} signed by nobody in the keyring")
    return signers


def from_base64(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except ValueError as error:
        raise Refused(Reason.MALFORMED, f"signature: {error}") from error


class PublicHalf(Frozen, frozen=True):
    """What a publisher gives to the holder of the root key, as a file."""

    id: str
    name: str
    keyid: str
    public: PublicKey

    def __post_init__(self) -> None:
        check_names(self.id, ())


def encode_public(key: Key, publisher: str, name: str) -> bytes:
    """The .pub file of a publisher."""
    return encode(PublicHalf(id=publisher, name=name, keyid=key.id, public=key.public)) + b"\n"


def with_publisher(keyring: Keyring, half: PublicHalf, scope: tuple[str, ...], may: tuple[Power, ...]) -> Keyring:
    """The next version of `keyring`, in which `half` may publish; `keyring` itself if it says just that.

    An earlier entry of that id is replaced.
    """
    entry = Publisher(id=half.id, name=half.name, keys={half.keyid: half.public}, scope=scope, may=may)
    if entry in keyring.publishers:
        return keyring
    others = tuple(one for one in keyring.publishers if one.id != half.id)
    return msgspec.structs.replace(keyring, version=keyring.version + 1, publishers=(*others, entry))
