"""Alarms taken in: what lies in the folder afterwards, and what the sender is told."""

from itertools import permutations
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from content.alarms.desk import MOST_FILES, AlarmDesk, Door
from content.alarms.from_json import AlarmAnswer
from content.alert_file import alert_text
from content.authored import AlertFile, OriginEntry
from content.document import read
from content.errors import AlarmReason, AlarmRefused
from content.folder import scan
from content.notice import Alert, Level
from tests.cap_samples import ALARM_VILLAGE, FIRE, MORNING, WEATHER, changed, document
from tests.fakes import FakeClock, write_folder

AT_ONCE, DRAFT = Door("camera", draft=False), Door("camera", draft=True)
RAIN = ("rain", "rain-update", "rain-cancel")


def desk(folder: Path, clock: FakeClock | None = None, told: list[str] | None = None) -> AlarmDesk:
    write_folder(folder, {"village.yaml": ALARM_VILLAGE})
    return AlarmDesk(folder, clock or FakeClock(MORNING), (told if told is not None else []).append)


def alerts(folder: Path) -> list[Alert]:
    """What is published."""
    found = scan(folder)
    assert found.village
    assert found.problems == []
    return [one.alert for one in found.village.alerts]


def post(**more: object) -> bytes:
    fields = {"reference": "r1", "event": "火情", "headline": "3号楼发生火情", "level": "红", "camera": "cam-12"}
    return msgspec.json.encode(fields | {"minutes": 60} | more)


def test_a_warning_lies_in_the_folder_as_a_person_would_have_written_it(tmp_path: Path) -> None:
    answer = desk(tmp_path).take_cap(document("rain"), AT_ONCE)
    assert answer == AlarmAnswer(accepted=True, state="shown", alerts=answer.alerts)
    (alert,) = alerts(tmp_path)
    assert (alert.id, alert.level, alert.headline) == (
        answer.alerts[0],
        Level.ORANGE,
        "某区气象台发布暴雨橙色预警[Ⅱ级/严重]",
    )
    text = (tmp_path / "alerts" / f"{alert.id}.yaml").read_text()
    assert "issued: '2026-12-01T08:50:00'\n" in text
    assert "instruction: |-\n  不要到河边" in text
    assert "severity: Severe" in text


def test_an_update_rewrites_and_a_cancel_moves_the_file_away(tmp_path: Path) -> None:
    taking = desk(tmp_path)
    first = taking.take_cap(document("rain"), AT_ONCE)
    second = taking.take_cap(document("rain-update"), AT_ONCE)
    assert (second.state, second.alerts) == ("shown", first.alerts)
    (alert,) = alerts(tmp_path)
    assert (alert.level, alert.instruction) == (Level.RED, "留在家里，不要外出")
    third = taking.take_cap(document("rain-cancel"), AT_ONCE)
    assert (third.state, alerts(tmp_path)) == ("ended", [])
    assert [path.stem for path in (tmp_path / "ended").iterdir()] == list(first.alerts)
    assert "# 2026-12-01" in next((tmp_path / "ended").iterdir()).read_text().splitlines()[-1]


@pytest.mark.parametrize("order", list(permutations(RAIN)))
def test_the_folder_ends_the_same_in_whatever_order_and_however_often_they_come(
    tmp_path: Path, order: tuple[str, ...]
) -> None:
    taking = desk(tmp_path)
    for name in (*order, *order, *reversed(order)):
        taking.take_cap(document(name), AT_ONCE)
    assert alerts(tmp_path) == []
    assert not list(tmp_path.glob("drafts/*"))


def test_a_message_that_comes_twice_counts_once(tmp_path: Path) -> None:
    taking = desk(tmp_path)
    first = taking.take_cap(document("rain"), AT_ONCE)
    path = tmp_path / "alerts" / f"{first.alerts[0]}.yaml"
    path.write_text(path.read_text().replace("某区气象台发布", "村里改过："))
    again = taking.take_cap(document("rain"), AT_ONCE)
    assert (again.state, again.alerts) == ("duplicate", first.alerts)
    assert "村里改过" in path.read_text()


def test_after_the_state_is_lost_a_cancel_still_finds_its_alert(tmp_path: Path) -> None:
    taking = desk(tmp_path)
    taking.take_cap(document("rain"), AT_ONCE)
    (tmp_path / ".publisher" / "alarms.json").write_bytes(b"{")
    taking.take_cap(document("rain-cancel"), AT_ONCE)
    assert alerts(tmp_path) == []


def test_a_power_cut_before_the_state_is_written_loses_no_alert(tmp_path: Path) -> None:
    taking = desk(tmp_path)
    taking.take_cap(document("rain"), AT_ONCE)
    (tmp_path / ".publisher" / "alarms.json").unlink()
    assert taking.take_cap(document("rain"), AT_ONCE).state == "shown"
    assert len(alerts(tmp_path)) == 1


def test_a_draft_waits_for_a_person_and_somebody_is_told(tmp_path: Path) -> None:
    told: list[str] = []
    answer = desk(tmp_path, told=told).take_cap(document("rain"), DRAFT)
    assert (answer.state, alerts(tmp_path)) == ("draft", [])
    assert [path.stem for path in (tmp_path / "drafts").iterdir()] == list(answer.alerts)
    assert len(told) == 1
    assert answer.alerts[0] in told[0]


def test_what_a_person_confirmed_only_a_person_takes_off_the_screens(tmp_path: Path) -> None:
    told: list[str] = []
    taking = desk(tmp_path, told=told)
    (name,) = taking.take_cap(document("rain"), DRAFT).alerts
    (tmp_path / "alerts").mkdir(exist_ok=True)
    (tmp_path / "drafts" / f"{name}.yaml").rename(tmp_path / "alerts" / f"{name}.yaml")
    update = taking.take_cap(document("rain-update"), DRAFT)
    assert (update.state, [one.level for one in alerts(tmp_path)]) == ("draft", [Level.ORANGE])
    cancel = taking.take_cap(document("rain-cancel"), DRAFT)
    assert (cancel.state, [one.level for one in alerts(tmp_path)]) == ("ended", [Level.ORANGE])
    assert not list((tmp_path / "drafts").iterdir())
    assert any("由人处理" in why for why in cancel.why)
    assert len(told) == 4


def test_a_draft_that_is_cancelled_while_it_waits_is_gone(tmp_path: Path) -> None:
    taking = desk(tmp_path)
    taking.take_cap(document("rain"), DRAFT)
    taking.take_cap(document("rain-cancel"), DRAFT)
    assert not list((tmp_path / "drafts").iterdir())


def test_refusals_change_nothing_and_are_counted(tmp_path: Path) -> None:
    taking = desk(tmp_path)
    for bad in (b"", changed("rain", (WEATHER, "x@example")), changed("rain", ("410804", "110101"))):
        with pytest.raises(AlarmRefused):
            taking.take_cap(bad, AT_ONCE)
    assert taking.outcomes == {"malformed": 1, "unknown-sender": 1, "no-place": 1}
    assert alerts(tmp_path) == []


def test_a_token_for_one_sender_is_no_good_for_another(tmp_path: Path) -> None:
    with pytest.raises(AlarmRefused) as refused:
        desk(tmp_path).take_cap(document("rain"), Door("fire", draft=False, senders=(FIRE,)))
    assert refused.value.reason is AlarmReason.UNKNOWN_SENDER


def test_a_test_message_leaves_no_trace_in_the_folder(tmp_path: Path) -> None:
    answer = desk(tmp_path).take_cap(changed("rain", (">Actual<", ">Test<")), AT_ONCE)
    assert (answer.accepted, answer.state, alerts(tmp_path)) == (True, "ignored", [])


def test_hostile_words_become_harmless_text(tmp_path: Path) -> None:
    nasty = "停\u202e电\n&amp;lt;script&amp;gt; 'quote' \"x\": {y: 1} # no comment - [z]"
    desk(tmp_path).take_cap(changed("rain", ("老人、孩子留在家里", nasty)), AT_ONCE)
    (alert,) = alerts(tmp_path)
    assert alert.instruction.splitlines()[-2:] == ["停电", "&lt;script&gt; 'quote' \"x\": {y: 1} # no comment - [z]"]


def test_a_camera_alarm_goes_to_the_building_that_the_camera_watches(tmp_path: Path) -> None:
    answer = desk(tmp_path).take_post(post(instruction="走楼梯\n不乘电梯", contact="119"), AT_ONCE)
    found = scan(tmp_path).village
    assert found
    (one,) = found.alerts
    assert (answer.state, one.to, one.alert.level) == ("shown", ("baizhuang/north/w012/b3",), Level.RED)
    assert (one.alert.instruction, one.alert.contact) == ("走楼梯\n不乘电梯", "119")
    assert (one.alert.expires - one.alert.issued).total_seconds() == 3600


def test_the_same_request_again_is_the_same_alarm_and_a_changed_one_an_update(tmp_path: Path) -> None:
    clock = FakeClock(MORNING)
    taking = desk(tmp_path, clock)
    first = taking.take_post(post(), AT_ONCE)
    clock.advance(60)
    assert taking.take_post(post(), AT_ONCE) == AlarmAnswer(accepted=True, state="duplicate", alerts=first.alerts)
    assert taking.take_post(post(headline="3号楼火情扩大"), AT_ONCE).alerts == first.alerts
    assert [one.headline for one in alerts(tmp_path)] == ["3号楼火情扩大"]
    assert taking.cancel("r1", AT_ONCE).state == "ended"
    assert alerts(tmp_path) == []
    clock.advance(60)
    assert taking.take_post(post(headline="3号楼火情扩大"), AT_ONCE).state == "shown"


def test_a_platform_cannot_touch_the_alarms_of_another(tmp_path: Path) -> None:
    taking = desk(tmp_path)
    taking.take_post(post(), AT_ONCE)
    taking.cancel("r1", Door("other", draft=False))
    assert len(alerts(tmp_path)) == 1


BAD_POSTS = {
    "nothing": b"",
    "a list": b"[]",
    "deep": b"[" * 100_000,
    "no level": msgspec.json.encode({"reference": "r", "event": "x", "headline": "y", "places": ["baizhuang"]}),
    "a level that is none": post(level="绿"),
    "a misspelt drill": post(exercize=True),
    "two ends": post(expires="2026-12-01T10:00:00+08:00"),
    "an end without a zone": post(minutes=None, expires="2026-12-01T10:00:00"),
    "past": post(minutes=None, expires="2026-12-01T08:00:00+08:00"),
    "a week too long": post(minutes=99_999),
    "an unknown camera": post(camera="cam-99"),
    "one unknown place of two": post(camera="", places=["baizhuang", "baizhaung"]),
    "no place": post(camera=""),
    "a reference with a slash": post(reference="a/b"),
    "from next year": post(sent="2027-12-01T08:00:00+08:00"),
}


@pytest.mark.parametrize("name", BAD_POSTS)
def test_a_bad_json_alarm_is_refused_in_words_and_shows_nothing(tmp_path: Path, name: str) -> None:
    with pytest.raises(AlarmRefused) as refused:
        desk(tmp_path).take_post(BAD_POSTS[name], AT_ONCE)
    assert str(refused.value)
    assert alerts(tmp_path) == []


LINES = st.text(
    st.characters(min_codepoint=32, max_codepoint=0x1FFFF, exclude_categories=("Cc", "Cs", "Cn", "Cf")),
    max_size=40,
).map(str.strip)
FILES = st.builds(
    AlertFile,
    level=st.sampled_from("红橙黄蓝"),
    event=LINES.filter(lambda text: 0 < len(text) <= 20),
    headline=LINES.filter(bool),
    to=st.just(("a/b", "c")),
    issued=st.just("2026-12-01T08:00"),
    expires=st.just("2026-12-01T09:00"),
    instruction=st.lists(LINES, max_size=3).map("\n".join).map(str.strip),
    contact=LINES,
    exercise=st.booleans(),
    updates=st.lists(st.just("2026-12-01T07:00"), max_size=2).map(tuple),
    origin=st.none()
    | st.builds(
        OriginEntry,
        sender=LINES.filter(bool),
        identifier=LINES.filter(bool),
        sent=st.just("2026-12-01T08:00:00+08:00"),
        words=st.dictionaries(st.sampled_from(["headline", "description"]), LINES.filter(bool)),
    ),
)


@given(FILES)
def test_a_file_that_we_write_is_read_back_as_it_was_meant(written: AlertFile) -> None:
    document = read("alerts/x.yaml", alert_text(written).encode(), AlertFile)
    assert (document.value, document.problems) == (written, [])


def test_our_clock_may_be_set_back_and_the_later_word_still_holds(tmp_path: Path) -> None:
    clock = FakeClock(MORNING)
    taking = desk(tmp_path, clock)
    taking.take_post(post(), AT_ONCE)
    clock.step_wall(-1800)
    assert taking.cancel("r1", AT_ONCE).state == "ended"
    assert alerts(tmp_path) == []


def test_a_platform_gone_mad_fills_no_disk_and_what_waits_can_still_be_changed(tmp_path: Path) -> None:
    taking = desk(tmp_path)
    first = taking.take_post(post(), DRAFT)
    for number in range(1, MOST_FILES):
        (tmp_path / "drafts" / f"{number}.yaml").touch()
    with pytest.raises(AlarmRefused) as refused:
        taking.take_post(post(reference="r2"), DRAFT)
    assert refused.value.reason is AlarmReason.TOO_MANY
    again = taking.take_post(post(headline="4号楼也起火"), DRAFT)
    assert (again.state, again.alerts) == ("draft", first.alerts)
    assert taking.cancel("r1", DRAFT).state == "ended"
    assert taking.take_post(post(reference="r2"), DRAFT).state == "draft"
