"""Giving screens their identity in the office: a key, a certificate, and the folder of files for the card."""

import difflib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from content.admission.authority import Authority
from content.admission.certificates import new_key, public_pem
from content.display import DisplayConfig
from content.errors import FolderError, Refused
from content.files import write_atomic
from content.folder import scan
from content.place import check_level
from content.roster import read_screens, write_screen
from content.signing import verify_keyring
from content.village import Village
from content.vouched import keyring_problems
from provisioning.card import SECRET, Card, Identity, golden_card, make_card
from provisioning.site import Site, read_site


@dataclass(frozen=True)
class Wish:
    """A card that somebody wants. Without a place, the one that the office knows for this screen."""

    screen: str
    place: str = ""
    display: DisplayConfig | None = None


class Office:
    """A village's content folder and its authority, opened together."""

    def __init__(self, village: Path, authority: Path) -> None:
        """Raises FolderError where screens made here would not work."""
        self._folder = village
        self.authority = Authority.load(authority)
        self.site: Site = read_site(authority)
        self.village: Village = village_of(village)
        self._keyring = keyring_bytes(village, self.village)
        roster = read_screens(village, self.village.places)
        if roster.problems:
            raise FolderError("\n".join(str(problem) for problem in roster.problems))
        self._roster = roster

    def check(self, wishes: Sequence[Wish], *, replace: bool) -> list[Wish]:
        """The same wishes with their places. Raises FolderError with everything that speaks against any of them."""
        problems, made = [], []
        for wish in wishes:
            check_level(wish.screen)
            known = self._roster.entries.get(wish.screen)
            place = wish.place or (known.place if known else "") or self.authority.place_of(wish.screen)
            if not place:
                problems.append(f"{wish.screen}: 还不知道挂在哪里；请写 --place 地点")
            elif why := self.no_such_place(place):
                problems.append(f"{wish.screen}: {why}")
            held = self.authority.valid("screen", wish.screen)
            if held and not replace:
                problems.append(
                    f"{wish.screen}: {held[-1].issued:%Y-%m-%d} 登记过；再登记会让原来那张卡失效。"
                    "确实要换卡请加 --replace"
                )
            display = wish.display or (known.display if known else None)
            made.append(Wish(wish.screen, place, display))
        if problems:
            raise FolderError("\n".join(problems))
        return made

    def no_such_place(self, place: str) -> str:
        """In words that the village has no `place`, or "" where it has."""
        if place in self.village.places:
            return ""
        near = difflib.get_close_matches(place, self.village.places, n=1, cutoff=0.5)
        return f"没有地点 {place!r}" + (
            f"；是不是 {near[0]!r}？" if near else f"；看全部地点：python -m content places {self._folder}"
        )

    def card(self, wish: Wish, now: datetime, *, replace: bool = False) -> Card:
        """A new key and certificate for a wish that `check` let pass. Raises AuthorityError.

        With `replace` earlier certificates are revoked; the broker must be told.
        """
        key = new_key()
        certificate = self.authority.issue_screen(
            wish.screen, public_pem(key), now, place=wish.place, only_new=not replace
        )
        return make_card(
            wish.screen,
            wish.place,
            Identity(self.authority.certificate, certificate, key),
            self._keyring,
            broker=self.site.broker,
            http=self.site.http,
            timezone=self.village.timezone,
            display=wish.display,
        )

    def golden(self, display: DisplayConfig | None = None) -> Card:
        """The card for screens that make their own key."""
        site = self.site
        return golden_card(
            self.authority.certificate,
            self._keyring,
            broker=site.broker,
            http=site.http,
            timezone=self.village.timezone,
            display=display,
        )

    def list_screen(self, card: Card) -> None:
        """Write the screen into screens.yaml, if it does not stand there so. Raises FolderError, OSError."""
        known = self._roster.entries.get(card.screen)
        if known is None or known.place != card.place:
            write_screen(self._folder, card.screen, card.place)


def write_card(card: Card, folder: Path) -> None:
    """The card's files, in a folder that nobody else may enter. Raises OSError."""
    for path in (folder, folder / "identity"):
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.chmod(0o700)
    for name, content in card.files.items():
        write_atomic(folder / name, content, mode=0o600 if name in SECRET else 0o644)


def village_of(folder: Path) -> Village:
    """The village, whatever is wrong with its notices. Raises FolderError."""
    found = scan(folder)
    if found.village is None:
        raise FolderError("\n".join(str(problem) for problem in found.problems))
    return found.village


def keyring_bytes(folder: Path, village: Village) -> bytes:
    """keyring.json, if screens would believe it and this village's publisher by it. Raises FolderError."""
    path = folder / "keyring.json"
    try:
        content = path.read_bytes()
        verify_keyring(content, None)
    except OSError as error:
        raise FolderError(f"{path}: {error.strerror}；先运行 python -m content init {folder}") from error
    except Refused as error:
        raise FolderError(f"{path}: 钥匙串有误（{error}）；从备份恢复，或用根密钥重新签发") from error
    problems = keyring_problems(folder, village)
    if problems:
        raise FolderError("\n".join(str(problem) for problem in problems))
    return content
