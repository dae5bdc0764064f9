"""content.fleet.letters, content.fleet.troubles: who is told what, in which words; no name breaks a template."""

from datetime import timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from content.authored import VillageFile
from content.document import read
from content.fleet.coverage import Coverage, Item, Reach, Spot
from content.fleet.letters import (
    DEFAULT_BODY,
    EmailEntry,
    Event,
    NotifyEntry,
    WebhookEntry,
    filled,
    letters,
    parsed_body,
)
from content.fleet.table import Condition, Row
from content.fleet.troubles import Addressee, end_of, is_reminder_due, troubles
from content.village import Place, Village
from tests.fakes import NOW, OURS, VILLAGE_YAML, card

PLACES = {"v": Place(path="v", name="村", card=card("甲")), "v/u1": Place(path="v/u1", name="1单元")}
VILLAGE = Village(publisher=OURS, name="村", timezone="Asia/Shanghai", places=PLACES)
ITEM = Item(
    publisher=OURS, kind="alert", item="fire", digest="a" * 16, title="着火", to=("v",), published=NOW,
    expires=NOW + timedelta(hours=2),
)  # fmt: skip


def row(state: Condition, minutes: float = 0.0, *, listed: bool = True) -> Row:
    since = NOW - timedelta(minutes=minutes)
    return Row(screen="s1", place="v/u1", place_name="1单元", condition=state, since=since, why="?", listed=listed)


def covered(item: Item = ITEM, reach: Reach = Reach.MISSING) -> Coverage:
    spot = Spot(
        screen="s1", place="v/u1", place_name="1单元", grid="v", grid_name="村", worker="甲", phone="123",
        reach=reach, condition=Condition.ONLINE,
    )  # fmt: skip
    return Coverage(item=item, spots=(spot,))


def kinds(rows: list[Row], *coverages: Coverage, minutes: float = 0.0) -> list[str]:
    return [one.kind for one in troubles(rows, coverages, VILLAGE, NOW + timedelta(minutes=minutes), 180.0)]


@pytest.mark.parametrize(
    ("state", "minutes", "expected"),
    [
        (Condition.LOST, 6, ["lost"]),
        (Condition.FROZEN, 9, []),
        (Condition.FROZEN, 11, ["frozen"]),
        (Condition.LATE, 4, []),
        (Condition.NEVER, 0, []),
        (Condition.DARK, 0, []),
    ],
)
def test_which_states_somebody_is_told_of(state: Condition, minutes: float, expected: list[str]) -> None:
    assert kinds([row(state, minutes)]) == expected
    assert kinds([row(state, minutes, listed=False)]) == []


def test_nobody_is_sent_to_a_screen_that_was_shut_out() -> None:
    gone = replace(row(Condition.LOST, 6), revoked=True)
    assert kinds([gone]) == []
    assert end_of("lost", "s1", [gone], []) == "1单元 的屏（s1）现在：已吊销"


@pytest.mark.parametrize(
    ("minutes", "reach", "expected"),
    [(2.9, Reach.MISSING, []), (3, Reach.MISSING, ["alert"]), (3, Reach.RECEIVED, ["alert"]), (3, Reach.SHOWN, []),
     (121, Reach.MISSING, [])],
)  # fmt: skip
def test_an_alert_that_is_not_everywhere_is_told_after_its_time_while_it_holds(
    minutes: float, reach: Reach, expected: list[str]
) -> None:
    assert kinds([], covered(reach=reach), minutes=minutes) == expected


@pytest.mark.parametrize(("minutes", "expected"), [(9, []), (10, ["recall"]), (31 * 24 * 60, [])])
def test_a_recall_that_is_not_complete_is_told_after_ten_minutes(minutes: float, expected: list[str]) -> None:
    item = replace(ITEM, kind="notice", withdrawn=NOW, recalled_by="甲")
    assert kinds([], covered(item, Reach.UNKNOWN), minutes=minutes) == expected
    assert kinds([], covered(item, Reach.GONE), minutes=minutes) == []


def test_reminders_come_one_after_another_and_end() -> None:
    def due(minutes: float, **more: Any) -> bool:
        return is_reminder_due(covered(replace(ITEM, **more)), NOW + timedelta(minutes=minutes), 180.0, 3)

    assert [due(2), due(3), due(5, reminded=1, reminded_at=NOW + timedelta(minutes=3))] == [False, True, False]
    assert due(6, reminded=1, reminded_at=NOW + timedelta(minutes=3))
    assert not due(60, reminded=3, reminded_at=NOW)
    assert not is_reminder_due(covered(reach=Reach.SHOWN), NOW + timedelta(minutes=9), 180.0, 3)


def test_the_end_says_what_came_of_it() -> None:
    assert end_of("lost", "s1", [row(Condition.ONLINE)], []) == "1单元 的屏（s1）现在：正常"
    assert end_of("lost", "s1", [], []) == "屏 s1 已停用"
    assert end_of("alert", "fire", [], [covered(reach=Reach.SHOWN)]) == "「着火」已在全部 1 块屏显示"
    recalled = replace(ITEM, withdrawn=NOW)
    assert end_of("recall", "fire", [], [covered(recalled, Reach.GONE)]) == "「着火」已从全部 1 块屏撤下"


A = Addressee(place_name="1单元", worker="甲", phone="111")
B = Addressee(place_name="2单元", worker="乙", phone="222")
NOBODY = Addressee(place_name="3单元")
GROUP = WebhookEntry(name="群", url="https://x.example")
EACH = WebhookEntry(name="短信", url="https://y.example", per="worker", kinds=("alert",))


def sent(notify: NotifyEntry, *events: Event) -> list[tuple[str, str, str, str]]:
    return [
        (one.channel, one.facts["worker"], one.facts["phone"], one.facts["places"])
        for one in letters(events, notify, "村", NOW)
    ]


def test_each_grid_worker_gets_the_places_that_are_his() -> None:
    event = Event(
        incident=1, kind="alert", ended=False, text="t", places=(A, B, NOBODY, replace(A, place_name="5单元"))
    )
    assert sent(NotifyEntry(webhooks=(GROUP, EACH)), event) == [
        ("webhook:群", "甲 111、乙 222", "", "1单元、2单元、3单元、5单元"),
        ("webhook:短信", "甲", "111", "1单元、5单元"),
        ("webhook:短信", "乙", "222", "2单元"),
    ]


def test_a_power_cut_of_a_block_is_one_message() -> None:
    events = [Event(incident=n, kind="lost", ended=False, text=f"t{n}", places=(A,)) for n in range(500)]
    (one,) = letters(events, NotifyEntry(webhooks=(GROUP, EACH)), "村", NOW)
    assert "500 起" in one.facts["title"]
    assert all(len(value) <= 500 for value in one.facts.values())


def test_mail_is_a_channel_and_kinds_are_chosen() -> None:
    email = EmailEntry(host="h", sender="a@x", to=("b@x",), kinds=("lost",))
    notify = NotifyEntry(email=email)
    assert [one[0] for one in sent(notify, Event(incident=1, kind="lost", ended=True, text="t"))] == ["email"]
    assert sent(notify, Event(incident=1, kind="alert", ended=True, text="t")) == []


@given(st.text(), st.text())
def test_no_name_breaks_out_of_its_quotes(text: str, worker: str) -> None:
    body = filled(parsed_body(DEFAULT_BODY), {"text": text, "worker": worker})
    assert body == {"msgtype": "text", "text": {"content": text}}


def test_a_value_is_not_filled_again() -> None:
    assert filled("{text}", {"text": "{secret}", "secret": "geheim"}) == "{secret}"


NOTIFY_YAML = """\
notify:
  remind_minutes: 5
  webhooks:
    - name: 群
      url_file: keys/robot.url
    - name: 短信
      url: https://sms.example/send
      secret_env: SMS_TOKEN
      headers: {Authorization: "Bearer {secret}"}
      per: worker
      kinds: [alert]
      body: |
        {"to": "{phone}", "params": ["{worker}", "{places}"]}
  email: {host: smtp.example, from: a@x.example, to: [b@x.example], user: a, password_file: keys/smtp}
"""


def village_file(text: str) -> tuple[VillageFile, list[str]]:
    document = read("village.yaml", (VILLAGE_YAML + text).encode(), VillageFile)
    assert document.value
    document.value.notify.check(document)
    return document.value, [str(problem) for problem in document.problems]


def test_notify_is_read_as_written() -> None:
    village, problems = village_file(NOTIFY_YAML)
    assert problems == []
    assert village.notify.remind_minutes == 5
    assert village.notify.webhooks[1].headers == {"Authorization": "Bearer {secret}"}
    assert msgspec.json.decode(village.notify.webhooks[1].body)["to"] == "{phone}"
    assert village.notify.email is not None
    assert village.notify.email.port == 587


def test_every_mistake_in_notify_is_told_with_its_line() -> None:
    _, problems = village_file(
        "notify:\n  webhooks:\n    - {name: a, body: '{text}'}\n    - {name: a, url: ftp://x}\n"
        '    - {name: b, url_env: X, body: \'{"x": "{nobody}"}\'}\n'
    )
    assert sorted(problem.split(":")[1] for problem in problems) == ["19", "19", "20", "20", "21"]
    assert any("JSON" in problem for problem in problems)
    assert any("{nobody}" in problem for problem in problems)
