"""The open doors: small bodies, so many a time, and nothing that ends the server."""

from pathlib import Path

import pytest
from starlette.applications import Starlette

from content.admission.authority import Authority
from content.admission.desk import EnrolmentDesk
from content.admission.http import BODY_BYTES, BURST, SECONDS_EACH, EnrolmentInterface
from content.enrolment import Application
from content.manifest import encode
from kiosk.enrolment.device_key import new_key, request_for
from tests.asgi import ask
from tests.fakes import NOW, FakeClock, write_folder

GOOD = encode(Application(screen="pi1", request=request_for(new_key(), "pi1")))


@pytest.fixture
def door(tmp_path: Path) -> tuple[Starlette, FakeClock, EnrolmentInterface]:
    folder, clock = write_folder(tmp_path), FakeClock()
    interface = EnrolmentInterface(EnrolmentDesk(folder, Authority.create(folder / "authority", "村", NOW)), clock)
    return Starlette(routes=interface.routes()), clock, interface


def test_a_new_screen_is_listed_and_an_unknown_key_is_not_renewed(
    door: tuple[Starlette, FakeClock, EnrolmentInterface],
) -> None:
    app, _, interface = door
    assert ask(app, "POST", "/enrolment", [GOOD]).body == b'{"state":"waiting"}'
    assert b"refused" in ask(app, "POST", "/renewal", [GOOD]).body
    assert ask(app, "GET", "/enrolment").status == 405
    assert interface.outcomes == {"waiting": 1, "refused": 1}


@pytest.mark.parametrize("body", [b"", b"{}", b"[" * 8000, b"\xff", b'{"screen":"A/#","request":""}'])
def test_nonsense_is_refused(door: tuple[Starlette, FakeClock, EnrolmentInterface], body: bytes) -> None:
    assert ask(door[0], "POST", "/enrolment", [body]).status == 400


def test_a_large_body_is_not_read_to_its_end(door: tuple[Starlette, FakeClock, EnrolmentInterface]) -> None:
    answer = ask(door[0], "POST", "/enrolment", [b"x" * BODY_BYTES] * 10)
    assert (answer.status, answer.unread) == (413, 8)


def test_a_flood_is_turned_away_unread_and_ends(door: tuple[Starlette, FakeClock, EnrolmentInterface]) -> None:
    app, clock, _ = door
    assert [ask(app, "POST", "/enrolment", [b"{}"]).status for _ in range(BURST + 2)] == [400] * BURST + [429] * 2
    assert ask(app, "POST", "/renewal", [GOOD]).headers["retry-after"] == "10"
    clock.advance(SECONDS_EACH)
    assert ask(app, "POST", "/enrolment", [GOOD]).status == 200
