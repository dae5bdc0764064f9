"""The village's certificate authority, a folder: who may speak to the broker, and who may no longer.

    authority/ca.crt ca.key                  signs screens and servers; every screen carries ca.crt
    authority/publishers.crt publishers.key  signs publishers only, so that a screen's key is not admitted at their door
    authority/issued.json                    every certificate there ever was, and which are revoked
    authority/crl.pem publishers.crl.pem     made from it; the broker reads them

What stands in a certificate is content.admission.certificates' business.
"""

import contextlib
import fcntl
import os
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from content.admission.certificates import (
    MOST_NAME,
    AuthorityError,
    Issuer,
    PublicKey,
    digest_of,
    new_key,
    new_serial,
    number_of,
    public_half,
    read_public_key,
    self_signed,
    uri_of,
)
from content.clock import BUILD_TIME
from content.decoding import decoded
from content.errors import FolderError
from content.files import write_atomic
from content.place import check_level

YEAR = timedelta(days=365)
CA_LIFE, SERVER_LIFE, SCREEN_LIFE, PUBLISHER_LIFE = 30 * YEAR, 20 * YEAR, 5 * YEAR, 5 * YEAR
"""A server's certificate ends by the clocks of screens, which may be years off; what a stolen one could forge is
nothing, since content is signed. A screen's is renewed while it lives, and revoked when it is lost."""
PUBLISHER_PREFIX = "publisher."
"""No screen's id has a dot, so no screen can be a publisher's namesake."""

Kind = Literal["screen", "publisher", "server"]


class Issued(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One certificate. `serial` and `key` (SHA-256 of the public key) are hexadecimal."""

    serial: str
    kind: Kind
    name: str
    key: str
    issued: datetime
    expires: datetime
    place: str = ""
    revoked: datetime | None = None

    @property
    def uri(self) -> str:
        """Names this very certificate, also inside it."""
        return uri_of(int(self.serial, 16))


class Book(Struct, frozen=True):
    """issued.json"""

    issued: tuple[Issued, ...] = ()
    crl_number: int = 0

    def valid(self, kind: Kind, name: str) -> tuple[Issued, ...]:
        """Those of `name` that are not revoked, the newest last."""
        return tuple(one for one in self.issued if one.kind == kind and one.name == name and one.revoked is None)

    def without(self, these: Sequence[Issued], now: datetime) -> "Book":
        """The book in which these are revoked, and whose lists are newer; the same book for none."""
        if not these:
            return self
        gone = {one.serial for one in these}
        issued = tuple(replace(one, revoked=now) if one.serial in gone else one for one in self.issued)
        return Book(issued, self.crl_number + 1)


class Authority:
    """The authority in a folder. Any number of threads and processes may use it at once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._screens = load_issuer(folder, "ca")
        self._publishers = load_issuer(folder, "publishers")
        self._read()  # a damaged book is told at the start

    @classmethod
    def create(cls, folder: Path, village: str, now: datetime) -> "Authority":
        """A new authority for the village of that name. Never overwrites a key. Raises FolderError."""
        require_clock(now)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if (folder / "issued.json").exists():
            raise FolderError(f"{folder}: 这里已经有一个证书机构，没有改动；每个村只要一个")
        if not (folder / "ca.key").exists() and any(folder.iterdir()):
            raise FolderError(f"{folder} 不是空的；请换一个新的文件夹")
        folder.chmod(0o700)
        for stem, what in (("ca", "屏幕"), ("publishers", "发布者")):
            path = folder / f"{stem}.key"
            if not path.exists():  # a power cut may have left it
                write_atomic(path, new_key(), mode=0o600)
            name = f"{village[:40]} 便民视窗 {what}"
            write_atomic(folder / f"{stem}.crt", self_signed(path.read_bytes(), name, now + CA_LIFE))
        write_atomic(folder / "issued.json", encode(Book()), mode=0o600)
        made = cls(folder)
        made._write_lists(Book())
        return made

    @classmethod
    def load(cls, folder: Path) -> "Authority":
        """The authority in `folder`. Raises FolderError."""
        return cls(folder)

    def __repr__(self) -> str:
        return f"Authority({str(self.folder)!r})"

    @property
    def certificate(self) -> bytes:
        """PEM: what proves servers to everybody, and screens to the broker."""
        return self._screens.certificate

    @property
    def publishers_certificate(self) -> bytes:
        """PEM: what proves publishers to the broker."""
        return self._publishers.certificate

    def issued(self) -> tuple[Issued, ...]:
        """Every certificate there ever was, the newest last. Raises FolderError."""
        return self._read().issued

    def valid(self, kind: Kind, name: str) -> tuple[Issued, ...]:
        """Those of that name that are not revoked, the newest last."""
        return self._read().valid(kind, name)

    def place_of(self, screen: str) -> str:
        """Where the newest certificate of `screen`, revoked or not, was made for; "" for a screen never seen."""
        places = [one.place for one in self.issued() if one.kind == "screen" and one.name == screen and one.place]
        return places[-1] if places else ""

    def issue_screen(
        self,
        screen: str,
        public_key: bytes,
        now: datetime,
        *,
        place: str = "",
        keep_old: bool = False,
        only_new: bool = False,
    ) -> bytes:
        """The certificate, PEM, for a screen's `public_key`: a PEM public key or certificate request, of P-256.

        Of a request only the key is taken; it must be signed by it. What the screen had before is revoked, unless
        `keep_old` (a renewal: the old one is in use until the new one is there). `only_new`: a screen that has one
        already gets none, not even of two who ask at once. Raises AuthorityError, BadName.
        """
        key = read_public_key(public_key)
        check_level(screen)
        require_clock(now)
        with self._locked():
            book = self._read()
            refuse_used_key(book, screen, digest_of(key))
            if only_new and book.valid("screen", screen):
                raise AuthorityError(f"屏 {screen} 刚刚已经登记了")
            serial = new_serial()
            certificate = self._screens.sign_client(screen, key, serial, now + SCREEN_LIFE)
            if not keep_old:
                book = book.without(book.valid("screen", screen), now)
            self._enter(book, "screen", screen, key, serial, now, now + SCREEN_LIFE, place)
        return certificate

    def issue_publisher(self, publisher: str, now: datetime, life: timedelta = PUBLISHER_LIFE) -> tuple[bytes, bytes]:
        """A certificate and its private key, PEM, for a publisher's connections to the broker; the old one holds."""
        check_level(publisher)
        require_clock(now)
        common = PUBLISHER_PREFIX + publisher
        if len(common) > MOST_NAME:
            most = MOST_NAME - len(PUBLISHER_PREFIX)
            raise AuthorityError(f"发布者代号 {publisher!r} 太长，证书里写不下；最长 {most} 个字符")
        private = new_key()
        key, serial = public_half(private), new_serial()
        with self._locked():
            certificate = self._publishers.sign_client(common, key, serial, now + life)
            self._enter(self._read(), "publisher", publisher, key, serial, now, now + life)
        return certificate, private

    def issue_server(self, names: Sequence[str], now: datetime) -> tuple[bytes, bytes]:
        """A certificate and its private key, PEM, for a broker or an HTTP server with these host names or addresses.

        Raises AuthorityError.
        """
        require_clock(now)
        private = new_key()
        key, serial = public_half(private), new_serial()
        with self._locked():
            certificate = self._screens.sign_server(names, key, serial, now + SERVER_LIFE)
            self._enter(self._read(), "server", names[0], key, serial, now, now + SERVER_LIFE)
        return certificate, private

    def revoke(self, name: str, now: datetime, *, kind: Kind = "screen") -> tuple[Issued, ...]:
        """Take every valid certificate of `name` back and renew the lists; what was revoked.

        The broker must read the list, and end the connection that there is: it does not look twice.
        """
        with self._locked():
            book = self._read()
            gone = book.valid(kind, name)
            self._save(book.without(gone, now))
        return gone

    def crl(self) -> bytes:
        """The list of revoked screens, PEM, for the broker's `crlfile`."""
        return self._current("crl.pem", publishers=False)

    def publishers_crl(self) -> bytes:
        """The list of revoked publishers, PEM."""
        return self._current("publishers.crl.pem", publishers=True)

    def _current(self, name: str, *, publishers: bool) -> bytes:
        """The list as it lies there, unless a power cut left it behind the book: each signing gives other bytes."""
        book = self._read()
        with contextlib.suppress(OSError):
            written = (self.folder / name).read_bytes()
            if number_of(written) == book.crl_number:
                return written
        return self._list(book, publishers=publishers)

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        """One at a time, among threads and processes. Waits; nobody holds it for long."""
        handle = os.open(self.folder / "lock", os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        with os.fdopen(handle, "w") as file:
            self._give("lock")
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def _read(self) -> Book:
        path = self.folder / "issued.json"
        try:
            return decoded(path.read_bytes(), Book)
        except OSError as error:
            raise FolderError(f"{path}: 读不了：{error.strerror}") from error
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise FolderError(f"{path}: 内容坏了；请从备份恢复：没有它就不知道吊销过哪些证书") from error

    def _enter(
        self,
        book: Book,
        kind: Kind,
        name: str,
        key: PublicKey,
        serial: int,
        now: datetime,
        expires: datetime,
        place: str = "",
    ) -> None:
        """Write a certificate into the book, before anybody gets it."""
        entry = Issued(
            serial=f"{serial:x}",
            kind=kind,
            name=name,
            key=digest_of(key),
            issued=now,
            expires=expires,
            place=place,
        )
        self._save(replace(book, issued=(*book.issued, entry)))

    def _save(self, book: Book) -> None:
        """The book first: the lists can be made again from it."""
        self._write("issued.json", encode(book), mode=0o600)
        self._write_lists(book)

    def _write_lists(self, book: Book) -> None:
        for name, publishers in (("crl.pem", False), ("publishers.crl.pem", True)):
            self._write(name, self._list(book, publishers=publishers))

    def _write(self, name: str, content: bytes, mode: int = 0o644) -> None:
        write_atomic(self.folder / name, content, mode=mode)
        self._give(name)

    def _give(self, name: str) -> None:
        """To the folder's owner, where root wrote it: `serve`, a user of its own, must read and write it again.

        Never what a link leads to: whoever broke into `serve` could have root give him any file.
        """
        if os.geteuid() == 0:
            owner = self.folder.stat()
            os.chown(self.folder / name, owner.st_uid, owner.st_gid, follow_symlinks=False)

    def _list(self, book: Book, *, publishers: bool) -> bytes:
        issuer = self._publishers if publishers else self._screens
        gone = [
            (int(one.serial, 16), one.revoked)
            for one in book.issued
            if one.revoked is not None and (one.kind == "publisher") == publishers
        ]
        return issuer.revocations(book.crl_number, gone)


def revoked_screens(folder: Path) -> frozenset[str]:
    """The screens of which every certificate was taken back; none where the book is not there or not ours to read."""
    try:
        book = decoded((folder / "issued.json").read_bytes(), Book)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):
        return frozenset()
    screens = [one for one in book.issued if one.kind == "screen"]
    return frozenset(one.name for one in screens) - {one.name for one in screens if one.revoked is None}


def refuse_used_key(book: Book, screen: str, digest: str) -> None:
    """Raise AuthorityError for a key that was taken back, or that another has: a lost card, or a copied one."""
    for one in book.issued:
        if one.key == digest and one.revoked is not None:
            raise AuthorityError(f"这把密钥属于 {one.name} 被吊销的证书，不再签发；请重新烧卡，生成新的密钥")
        if one.key == digest and (one.kind, one.name) != ("screen", screen):
            raise AuthorityError(f"这把密钥已经是 {one.name} 的：这张卡是复制来的；每块屏请单独烧卡")


def require_clock(now: datetime) -> None:
    """Raise AuthorityError where this machine's clock is plainly wrong: its certificates would have ended already."""
    if now < BUILD_TIME:
        raise AuthorityError(f"这台电脑的时钟是 {now:%Y-%m-%d}，不对；请先校准时间")


def load_issuer(folder: Path, stem: str) -> Issuer:
    """One of the authority's two issuers. Raises FolderError, which shows nothing of the key."""
    try:
        return Issuer((folder / f"{stem}.crt").read_bytes(), (folder / f"{stem}.key").read_bytes())
    except FileNotFoundError as error:
        where = f"--village {folder.parent}" if folder.name == "authority" else f"{folder} --village 内容文件夹"
        raise FolderError(
            f"{error.filename}: 没有这个文件；新建证书机构："
            f"python -m provisioning ca init {where} --broker mqtts://主机:8883 --http https://主机:8600"
        ) from None
    except OSError as error:
        raise FolderError(f"{error.filename}: 读不了：{error.strerror}") from None
    except ValueError as error:
        raise FolderError(f"{folder}: {stem}.crt 和 {stem}.key 不是一对证书和私钥（{error}）；请从备份恢复") from None


def encode(book: Book) -> bytes:
    return msgspec.json.format(msgspec.json.encode(book), indent=1) + b"\n"
