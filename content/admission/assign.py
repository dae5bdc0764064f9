"""Giving a screen its place: for the command, and for the console to come.

One function does all of it: compares the pairing code, writes the line of screens.yaml, has the certificate signed,
and, where the screen takes the place of a dead one, takes that one's certificate back. The publisher sees the changed
screens.yaml and tells the screen where it hangs; the screen picks its certificate up by itself.
"""

import difflib
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from content.admission.applicants import Applicant, rivals
from content.admission.authority import Authority
from content.admission.desk import EnrolmentDesk
from content.enrolment import pairing_code, plain_code
from content.errors import FolderError, WindowError
from content.folder import scan
from content.place import check_level
from content.roster import read_screens, write_screen
from content.signing import Key
from content.village import Village
from content.vouched import key_path, keyring_of, may_assign, powerless

AUTHORITY = "authority"
"""The authority's folder, inside the content folder unless somebody says otherwise."""


class NotAssigned(WindowError):
    """Why a screen was not given its place, and what to do."""


@dataclass(frozen=True)
class Waiting:
    """A screen that waits, as people see it. `rivals`: so many others claim the same number."""

    applicant: Applicant
    code: str
    rivals: int


@dataclass(frozen=True)
class Given:
    """What was done. `revoked`: how many certificates of the replaced screen were taken back."""

    screen: str
    place: str
    moved: bool = False
    revoked: int = 0


class AssignDesk:
    """Over one content folder and its authority."""

    def __init__(self, folder: Path, authority: Path | None = None) -> None:
        """Raises FolderError where there is no authority."""
        self._folder = folder
        self._authority = Authority.load(authority or folder / AUTHORITY)
        self._desk = EnrolmentDesk(folder, self._authority)

    def waiting(self, now: datetime) -> list[Waiting]:
        """Who waits now, each with the code that must stand on its panel. Some 60 ms a screen."""
        found = self._desk.waiting(now)
        counts = rivals(found)
        return [Waiting(one, pairing_code(one.screen, one.key), counts[one.screen] - 1) for one in found]

    def assign(self, screen: str, place: str, code: str, now: datetime, *, replaces: str = "") -> Given:
        """Give `screen` its place, if `code` is what a person saw on its panel. May be repeated after any failure.

        With `replaces`, an empty `place` is the old screen's. Without a code a screen that has its certificate is
        only moved. Raises NotAssigned and the other WindowErrors; then nothing has changed, or too little to matter.
        """
        check_level(screen)
        village = self._village()
        roster = read_screens(self._folder, village.places)
        if roster.problems:
            raise NotAssigned("screens.yaml 有误，先改好：\n" + "\n".join(str(one) for one in roster.problems))
        if replaces == screen:
            raise NotAssigned("新屏和旧屏是同一个编号；只换卡的话不用 --replaces")
        at_old = roster.places.get(replaces) or (self._authority.place_of(replaces) if replaces else "")
        if replaces and not at_old:
            near = difflib.get_close_matches(replaces, roster.places, n=1)
            raise NotAssigned(f"没有屏 {replaces}" + (f"；是不是 {near[0]}？" if near else "；编号见 content screens"))
        place = place or at_old or roster.places.get(screen, "")
        if place not in village.places:
            near = difflib.get_close_matches(place, village.places, n=1, cutoff=0.5)
            raise NotAssigned(f"没有地点 {place!r}" + (f"；是不是 {near[0]!r}？" if near else "；用 content places 看"))
        applicant = self._chosen(screen, code, now)
        in_roster = replaces if replaces in roster.places else ""
        revoked = len(self._authority.revoke(replaces, now)) if replaces else 0
        write_screen(self._folder, screen, place, in_roster)
        if applicant is None:
            return Given(screen, place, moved=True, revoked=revoked)
        self._desk.issue(screen, applicant.request, now, place)
        return Given(screen, place, revoked=revoked)

    def _village(self) -> Village:
        """The village; raises where screens would not believe an assignment of ours."""
        village = scan(self._folder).village
        if village is None:
            raise NotAssigned("village.yaml 有误，先运行 check 改好")
        keyring, key = keyring_of(self._folder), Key.load(key_path(self._folder, village.publisher))
        if not may_assign(keyring, village.publisher, key):
            roster = read_screens(self._folder, village.places)
            why = powerless(roster, keyring, village.publisher, key)
            raise NotAssigned(why[0] if why else "钥匙串没有给本发布者安排屏幕的权（assignment）；见 content trust")
        return village

    def _chosen(self, screen: str, code: str, now: datetime) -> Applicant | None:
        """The one that has this code; None for a move of a screen that has its certificate. Raises NotAssigned."""
        if not code:
            if self._authority.valid("screen", screen):
                return None
            raise NotAssigned(f"请写上屏 {screen} 上显示的配对码：--code XXXX-XXXX")
        wanted = plain_code(code)
        if not wanted:
            raise NotAssigned(f"{code!r} 不是配对码；屏上显示的是 8 位数字和字母，例如 7K3M-X9QA")
        waiting = self.waiting(now)
        claims = [one for one in waiting if one.applicant.screen == screen]
        chosen = next((one for one in claims if one.code == wanted), None)
        if chosen is None:
            raise NotAssigned(self._why_no_match(screen, wanted, waiting, claims))
        self._desk.why_not(chosen.applicant)
        return chosen.applicant

    def _why_no_match(self, screen: str, code: str, waiting: list[Waiting], claims: list[Waiting]) -> str:
        """In words; the codes of those who wait are not told, for the one that counts is on the panel."""
        elsewhere = [one.applicant.screen for one in waiting if one.code == code]
        if elsewhere:
            return f"配对码 {code} 是屏 {elsewhere[0]} 的，不是 {screen} 的；请核对编号"
        if claims:
            return (
                f"配对码不对：屏 {screen} 有 {len(claims)} 个登记请求，没有一个是 {code}。请对着屏幕再读一遍；"
                "仍不对就可能有人冒充，不要放行"
            )
        near = difflib.get_close_matches(screen, [one.applicant.screen for one in waiting], n=1, cutoff=0.7)
        hint = f"；是不是 {near[0]}？" if near else "；屏幕每 10 秒报到一次，看它有没有连上网，serve 有没有运行"
        return f"没有屏 {screen} 在等待登记{hint}"


def retire(folder: Path, database: str, screen: str, now: datetime) -> None:
    """No longer list a replaced screen among those that are lost. Where nothing was ever recorded, nothing is done.

    Raises RecordsError.
    """
    from content.fleet.records import Records, default_url

    records = Records(database or default_url(folder))
    with suppress(FolderError):
        records.require()
        records.retire(screen, now)
