"""How a screen asks for its certificate: what it sends, what it gets, and the code that people compare.

A golden card has no identity: the screen makes its key at its first boot, shows its number and a pairing code, and
asks the publisher over HTTP, again and again. An admin compares the code and says which place
(content.admission.assign). Nothing that the screen sends is secret, and nothing of it is believed but the code that a
person saw on the panel. The same request, from a screen that has a certificate, asks for the next one
(content.admission.applicants says when).
"""

import hashlib
from typing import Annotated, Literal

from msgspec import Meta

from content.errors import BadName
from content.notice import Frozen
from content.place import check_level

ENROLMENT, RENEWAL = "enrolment", "renewal"
"""Paths on the publisher's HTTP server; both take a POST."""
MOST_BYTES = 4096
"""Of an application: a certificate request for P-256 has some 500."""
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no I, L, O or U."""
CODE_BYTES = 5
ALIKE = str.maketrans("OIL", "011")


class Application(Frozen, frozen=True):
    """`request` is a PKCS #10 certificate request, PEM, signed by the screen's key: so whoever sends it has the key."""

    screen: Annotated[str, Meta(max_length=63)]
    request: Annotated[str, Meta(max_length=MOST_BYTES)]
    serial: Annotated[str, Meta(pattern=r"^[0-9a-f]{0,40}\Z")] = ""
    """The serial number, hexadecimal, of the certificate that the screen has; for a renewal."""

    def __post_init__(self) -> None:
        try:
            check_level(self.screen)
        except BadName as error:
            raise ValueError(str(error)) from error


class EnrolmentAnswer(Frozen, frozen=True):
    """waiting: for an admin. granted: `certificate` is the screen's, PEM. current: the one it has is good. refused."""

    state: Literal["waiting", "granted", "current", "refused"]
    certificate: Annotated[str, Meta(max_length=8192)] = ""
    why: Annotated[str, Meta(max_length=200)] = ""


def pairing_code(screen: str, key: str) -> str:
    """The code of a screen's key (the SHA-256 of its public half, hexadecimal): like `7K3M-X9QA`.

    40 bits. Somebody who wants his own key bound to a screen's place has to find a key of the very same code: half of
    2^40 tries. A plain digest of a key is tried a thousand million times a second on a graphics card: ten minutes.
    scrypt (16 MiB; 58 ms a try measured on a PC) makes a thousand years of a core of it, and months of a graphics card;
    the screen's number is the salt, so nothing is worked out beforehand. And what he would win is little: content is
    signed and public, a false screen could read it and report nonsense about that one place.
    """
    salt = b"convenience-window pairing " + screen.encode()
    number = int.from_bytes(hashlib.scrypt(bytes.fromhex(key), salt=salt, n=2**14, r=8, p=1, dklen=CODE_BYTES), "big")
    letters = "".join(ALPHABET[number >> shift & 31] for shift in range(35, -1, -5))
    return f"{letters[:4]}-{letters[4:]}"


def plain_code(typed: str) -> str:
    """A code as somebody typed it, in the one way to write it; "" for what is no code."""
    letters = "".join(letter for letter in typed.upper().translate(ALIKE) if letter not in "- \t　—－")
    if len(letters) != 8 or set(letters) - set(ALPHABET):
        return ""
    return f"{letters[:4]}-{letters[4:]}"
