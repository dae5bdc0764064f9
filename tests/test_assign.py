"""`content assign` without processes: codes compared, places written, certificates laid out, rivals kept off."""

from datetime import timedelta
from pathlib import Path

import pytest

from content.admission.assign import AssignDesk, NotAssigned
from content.admission.authority import Authority
from content.admission.desk import EnrolmentDesk
from content.enrolment import Application, EnrolmentAnswer
from content.skeleton import create
from kiosk.enrolment.device_key import checked, key_digest, new_key, request_for
from tests.fakes import NOW, write_folder

NORTH, SOUTH = "baizhuang/north/w012/b3/u1", "baizhuang/south"
SCREENS = "# 名单\nscreens:\n  old: baizhuang/north   # 旧的\n"


class Desk:
    """A folder with an authority, and some screens' keys."""

    def __init__(self, folder: Path) -> None:
        self.folder = write_folder(folder)
        create(folder)
        self.authority = Authority.create(folder / "authority", "村", NOW)
        self.doors, self.desk = EnrolmentDesk(folder, self.authority), AssignDesk(folder)

    def knock(self, key: bytes, screen: str = "pi1", days: float = 0.0) -> EnrolmentAnswer:
        application = Application(screen=screen, request=request_for(key, screen))
        return self.doors.apply(application, "192.0.2.1", NOW + timedelta(days=days))

    def renew(self, key: bytes, serial: str = "", screen: str = "pi1", days: float = 0.0) -> EnrolmentAnswer:
        application = Application(screen=screen, request=request_for(key, screen), serial=serial)
        return self.doors.renew(application, NOW + timedelta(days=days))

    def code(self, key: bytes) -> str:
        return next(one.code for one in self.desk.waiting(NOW) if one.applicant.key == key_digest(key))

    def roster(self) -> str:
        path = self.folder / "screens.yaml"
        return path.read_text() if path.exists() else ""

    def serial(self, answer: EnrolmentAnswer, key: bytes, screen: str = "pi1") -> str:
        return checked(answer.certificate.encode(), key, self.authority.certificate, screen).serial


@pytest.fixture
def made(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_the_screen_gets_its_certificate_when_the_code_is_right(made: Desk) -> None:
    key = new_key()
    assert made.knock(key).state == "waiting"
    given = made.desk.assign("pi1", NORTH, made.code(key), NOW)
    assert (given.screen, given.place, given.moved, made.roster().splitlines()[1:]) == (
        "pi1", NORTH, False, ["screens:", f"  pi1: {NORTH}"],
    )  # fmt: skip
    answer = made.knock(key)
    assert (answer.state, made.desk.waiting(NOW)) == ("granted", [])
    assert made.serial(answer, key)
    assert made.knock(key) == answer, "as often as it asks"


def test_without_the_right_code_nothing_happens(made: Desk) -> None:
    key, rival = new_key(), new_key()
    made.knock(key)
    made.knock(rival)
    right = made.code(key)
    assert [one.rivals for one in made.desk.waiting(NOW)] == [1, 1]
    for code, said in (
        ("", "--code"), ("1234", "不是配对码"), ("0000-0000", "有 2 个登记请求"),
    ):  # fmt: skip
        with pytest.raises(NotAssigned, match=said):
            made.desk.assign("pi1", NORTH, code, NOW)
    with pytest.raises(NotAssigned, match="没有屏 pi9 在等待"):
        made.desk.assign("pi9", NORTH, "0000-0000", NOW)
    with pytest.raises(NotAssigned, match="是屏 pi1 的"):
        made.desk.assign("pi9", NORTH, right, NOW)
    with pytest.raises(NotAssigned, match="没有地点"):
        made.desk.assign("pi1", "baizhuang/nrth", right, NOW)
    assert (made.roster(), made.authority.issued()) == ("", ())
    made.desk.assign("pi1", NORTH, right, NOW)
    assert made.knock(rival).state == "waiting", "the other one gets nothing"


def test_a_screen_with_a_certificate_is_moved_without_a_code(made: Desk) -> None:
    key = new_key()
    made.knock(key)
    made.desk.assign("pi1", NORTH, made.code(key), NOW)
    assert made.desk.assign("pi1", SOUTH, "", NOW).moved
    assert f"  pi1: {SOUTH}\n" in made.roster()
    assert len(made.authority.issued()) == 1


def test_a_replacement_takes_the_place_and_the_old_certificate_is_taken_back(made: Desk) -> None:
    (made.folder / "screens.yaml").write_text(SCREENS)
    old, new = new_key(), new_key()
    made.knock(old, "old")
    made.desk.assign("old", "", made.code(old), NOW)
    made.knock(new)
    with pytest.raises(NotAssigned, match="是不是 old"):
        made.desk.assign("pi1", "", made.code(new), NOW, replaces="olb")
    given = made.desk.assign("pi1", "", made.code(new), NOW, replaces="old")
    assert (given.place, given.revoked) == ("baizhuang/north", 1)
    assert made.roster() == SCREENS.replace("  old:", "  pi1:")
    assert made.knock(new).state == "granted"
    assert (made.knock(old, "old").state, made.renew(old, screen="old").state) == ("refused", "refused")
    again = made.desk.assign("pi1", "", "", NOW, replaces="old")
    assert (again.place, again.revoked, made.roster()) == ("baizhuang/north", 0, SCREENS.replace("  old:", "  pi1:"))


def test_a_screen_that_lost_its_key_is_let_in_again_by_its_new_code_and_the_old_key_is_out(made: Desk) -> None:
    lost, key = new_key(), new_key()
    for one in (lost, key):
        made.knock(one)
        made.desk.assign("pi1", NORTH, made.code(one), NOW)
    assert (made.knock(key).state, made.knock(lost).state) == ("granted", "refused")


def test_a_copied_card_is_refused(made: Desk) -> None:
    key = new_key()
    made.knock(key)
    made.desk.assign("pi1", NORTH, made.code(key), NOW)
    assert "复制" in made.knock(key, "pi2").why
    assert "复制" in made.renew(key, screen="pi2").why


def test_renewal_by_proof_of_the_key(made: Desk) -> None:
    key = new_key()
    made.knock(key)
    assert made.renew(key).state == "refused", "nobody has compared its code"
    made.desk.assign("pi1", NORTH, made.code(key), NOW)
    first = made.serial(made.knock(key), key)
    assert made.renew(key, first).state == "current"
    assert made.renew(key, first, days=1000).state == "current"
    late = made.renew(key, first, days=3000)  # two years after it ended
    second = made.serial(late, key)
    assert (late.state, second != first) == ("granted", True)
    assert made.renew(key, second, days=3000).state == "current"
    assert made.renew(key, first, days=3000) == late, "the answer was lost on its way"
    assert made.renew(new_key(), first, days=3000).state == "refused"
    assert len(made.authority.valid("screen", "pi1")) == 2, "the old one holds until it ends"
    made.authority.revoke("pi1", NOW)
    assert made.renew(key, second, days=6000).state == "refused"


def test_nonsense_is_refused_and_not_listed(made: Desk) -> None:
    forged = Application(screen="pi1", request=request_for(new_key(), "pi1").replace("A", "B", 3))
    assert made.doors.apply(forged, "192.0.2.1", NOW).state == "refused"
    assert made.doors.apply(Application(screen="pi1", request="hello"), "192.0.2.1", NOW).state == "refused"
    assert made.desk.waiting(NOW) == []


def test_who_waits_survives_a_restart_of_serve(made: Desk) -> None:
    key = new_key()
    made.knock(key)
    made.doors = EnrolmentDesk(made.folder, made.authority)
    made.knock(new_key(), "pi2")
    assert {one.applicant.screen for one in made.desk.waiting(NOW)} == {"pi1", "pi2"}
    (made.folder / ".publisher/enrolment/waiting.json").write_bytes(b"rotten")
    made.doors = EnrolmentDesk(made.folder, made.authority)
    assert made.knock(key).state == "waiting"
