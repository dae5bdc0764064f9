"""The interface for alarm platforms: closed without a token, bounded, and honest in its answers."""

import json
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette

from content.alarms.cap_xml import MAX_BYTES
from content.alarms.http import BAD_BURST, BURST, AlarmInterface
from content.alarms.tokens import Allowance, load_tokens, make_token, remove_token
from content.errors import FolderError
from content.folder import scan
from tests.asgi import Answer, ask
from tests.cap_samples import ALARM_VILLAGE, MORNING, changed, document
from tests.fakes import FakeClock, write_folder

ALARM = {
    "reference": "r1",
    "event": "火情",
    "headline": "3号楼发生火情",
    "level": "红",
    "camera": "cam-12",
    "minutes": 60,
}


class Platform:
    """One with a token, before our door."""

    def __init__(self, folder: Path, publish: str = "at-once") -> None:
        self.folder = write_folder(folder, {"village.yaml": ALARM_VILLAGE})
        self.clock = FakeClock(MORNING)
        self.state = folder / ".publisher"
        self.secret = make_token(self.state, "camera", publish, (), MORNING)  # type: ignore[arg-type]
        self.app = Starlette(routes=AlarmInterface(self.folder, self.clock).routes())

    def ask(self, method: str, target: str, body: bytes | dict[str, Any] = b"", secret: str | None = None) -> Answer:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        headers = {"Authorization": f"Bearer {secret if secret is not None else self.secret}"}
        return ask(self.app, method, target, [content], headers)

    def alerts(self) -> list[str]:
        found = scan(self.folder).village
        assert found
        return [one.alert.headline for one in found.alerts]


@pytest.fixture
def platform(tmp_path: Path) -> Platform:
    return Platform(tmp_path)


def told(answer: Answer) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(answer.body)
    return found


def test_without_tokens_there_is_no_such_door(tmp_path: Path) -> None:
    write_folder(tmp_path, {"village.yaml": ALARM_VILLAGE})
    app = Starlette(routes=AlarmInterface(tmp_path, FakeClock()).routes())
    for method, path in (
        ("POST", "/alarms"), ("POST", "/alarms/cap"), ("GET", "/alarms/openapi.json"), ("DELETE", "/alarms/x")
    ):  # fmt: skip
        assert ask(app, method, path, headers={"Authorization": "Bearer x"}).status == 404


def test_an_alarm_is_shown_updated_and_cancelled(platform: Platform) -> None:
    first = platform.ask("POST", "/alarms", ALARM)
    assert (first.status, told(first)["state"], platform.alerts()) == (201, "shown", ["3号楼发生火情"])
    again = platform.ask("POST", "/alarms", ALARM)
    assert (again.status, told(again)["state"], told(again)["alerts"]) == (200, "duplicate", told(first)["alerts"])
    platform.ask("POST", "/alarms", ALARM | {"headline": "火情扩大"})
    assert platform.alerts() == ["火情扩大"]
    end = platform.ask("DELETE", "/alarms/r1")
    assert (end.status, told(end)["state"], platform.alerts()) == (200, "ended", [])


def test_a_cap_message_comes_by_the_same_door(platform: Platform) -> None:
    assert platform.ask("POST", "/alarms/cap", document("rain")).status == 201
    assert platform.alerts() == ["某区气象台发布暴雨橙色预警[Ⅱ级/严重]"]
    assert platform.ask("POST", "/alarms/cap", document("rain")).status == 200
    assert platform.ask("POST", "/alarms/cap", document("rain-cancel")).status == 200
    assert platform.alerts() == []


def test_by_default_a_token_makes_drafts(tmp_path: Path) -> None:
    platform = Platform(tmp_path, publish="draft")
    answer = platform.ask("POST", "/alarms", ALARM)
    assert (answer.status, told(answer)["state"], platform.alerts()) == (201, "draft", [])
    assert load_tokens(platform.state)[0].publish == "draft"


REFUSED = {
    "garbage": ("/alarms", b"\xff", 400),
    "no XML": ("/alarms/cap", b"x", 400),
    "unknown camera": ("/alarms", json.dumps(ALARM | {"camera": "?"}).encode(), 422),
    "unknown sender": ("/alarms/cap", changed("rain", ("qxt@weather.example", "x@y")), 403),
    "outside": ("/alarms/cap", changed("rain", ("410804", "110101")), 422),
    "expired": ("/alarms/cap", changed("rain", ("2026-12-01T14:50", "2026-12-01T08:55")), 422),
    "private": ("/alarms/cap", changed("rain", (">Public<", ">Private<")), 403),
    "huge": ("/alarms/cap", b" " * (MAX_BYTES + 1), 413),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_refusal_says_why_in_words(platform: Platform, name: str) -> None:
    path, body, status = REFUSED[name]
    answer = platform.ask("POST", path, body)
    assert answer.status == status
    assert (told(answer)["accepted"], len(told(answer)["why"])) == (False, 1)
    assert platform.alerts() == []


def test_a_body_that_is_too_large_is_not_read_to_its_end(platform: Platform) -> None:
    endless = [b" " * 65_536] * 1000
    answer = ask(platform.app, "POST", "/alarms/cap", endless, {"Authorization": f"Bearer {platform.secret}"})
    assert answer.status == 413
    assert answer.unread > 900


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer x", "Basic {secret}", "Bearer {secret}x", "{secret}"])
def test_without_the_right_token_nothing_is_read(platform: Platform, header: str) -> None:
    answer = ask(
        platform.app, "POST", "/alarms", [json.dumps(ALARM).encode()],
        {"Authorization": header.format(secret=platform.secret)},
    )  # fmt: skip
    assert (answer.status, answer.headers["www-authenticate"], answer.unread) == (401, "Bearer", 1)
    assert platform.alerts() == []


def test_the_folder_keeps_only_the_digest_of_a_token_and_nobody_else_may_read_it(platform: Platform) -> None:
    path = platform.state / "alarm-tokens.json"
    assert platform.secret not in path.read_text()
    assert path.stat().st_mode & 0o077 == 0
    assert len(platform.secret) >= 43


def test_a_new_token_replaces_the_old_and_a_removed_one_opens_nothing(platform: Platform) -> None:
    second = make_token(platform.state, "camera", "draft", (), MORNING)
    assert platform.ask("POST", "/alarms", ALARM).status == 401
    assert platform.ask("POST", "/alarms", ALARM, second).status == 201
    make_token(platform.state, "other", "draft", (), MORNING)
    remove_token(platform.state, "camera")
    assert platform.ask("POST", "/alarms", ALARM, second).status == 401
    with pytest.raises(FolderError):
        remove_token(platform.state, "camera")


def test_a_flood_is_slowed_down_and_goes_on_later(platform: Platform) -> None:
    statuses = [platform.ask("DELETE", f"/alarms/{n}").status for n in range(BURST + 3)]
    assert statuses == [200] * BURST + [429] * 3
    platform.clock.advance(1.0)
    assert platform.ask("DELETE", "/alarms/x").status == 200


def test_guessing_tokens_is_slowed_down_and_does_not_hold_up_who_has_one(platform: Platform) -> None:
    statuses = [platform.ask("DELETE", "/alarms/x", b"", "guess").status for _ in range(BAD_BURST + 2)]
    assert statuses == [401] * BAD_BURST + [429] * 2
    assert platform.ask("DELETE", "/alarms/x").status == 200


def test_an_allowance_is_never_more_than_its_burst() -> None:
    allowance = Allowance(2, 1.0)
    assert [allowance.take(moment) for moment in (100.0, 100.0, 100.0, 100.5, 101.0)] == [
        True,
        True,
        False,
        False,
        True,
    ]


def test_a_folder_with_a_mistake_answers_that_it_is_our_fault(platform: Platform) -> None:
    (platform.folder / "village.yaml").write_text("name: x\n")
    answer = platform.ask("POST", "/alarms", ALARM)
    assert answer.status == 503


def test_the_description_names_every_route_field_and_answer(platform: Platform) -> None:
    answer = platform.ask("GET", "/alarms/openapi.json")
    description = told(answer)
    assert description["openapi"] == "3.1.0"
    assert set(description["paths"]) == {"/alarms", "/alarms/{reference}", "/alarms/cap"}
    schema = description["components"]["schemas"]["AlarmPost"]
    assert set(schema["required"]) == {"reference", "event", "headline", "level"}
    assert schema["additionalProperties"] is False
    references = [one.split('"')[0] for one in answer.body.decode().split("#/components/schemas/")[1:]]
    assert set(references) <= set(description["components"]["schemas"])


def test_outcomes_are_counted_for_the_metrics(tmp_path: Path) -> None:
    platform = Platform(tmp_path)
    interface = AlarmInterface(platform.folder, platform.clock)
    platform.app = Starlette(routes=interface.routes())
    platform.ask("POST", "/alarms", ALARM)
    platform.ask("POST", "/alarms", b"")
    (metric,) = interface.metrics.collect()
    assert {sample.labels["outcome"]: sample.value for sample in metric.samples} == {"shown": 1.0, "malformed": 1.0}
