"""content.fleet.records on SQLite: batches whole or not at all, the newest wins, what was published is remembered."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from content.console.database import django_database, sqlite_url
from content.errors import FolderError
from content.fleet.casebook import MOST_TRIES, MOST_WAITING, Casebook
from content.fleet.coverage import Item
from content.fleet.intake import Batch
from content.fleet.letters import NotifyEntry, WebhookEntry
from content.fleet.records import MOST_RECEIPTS, MOST_SERIES, SUPERSEDED, Records, RecordsError, WatchState, default_url
from content.fleet.table import learned
from content.fleet.troubles import Addressee, Trouble
from content.fleet.uploads import TOKEN_LIFE, Uploads
from content.reports import Receipt, Status
from tests.fakes import NOW, OURS

SERIES = "0123456789abcdef"
ITEM = Item(publisher=OURS, kind="notice", item="water", digest="a" * 16, title="停水", to=("v",), published=NOW)


@pytest.fixture
def records(tmp_path: Path) -> Iterator[Records]:
    made = Records(default_url(tmp_path))
    made.prepare()
    yield made
    made.close_thread()


def receipt(sequence: int, item: str = "water", **more: Any) -> Receipt:
    values: dict[str, Any] = {
        "kind": "notice",
        "publisher": OURS,
        "item": item,
        "digest": "a" * 16,
        "sequence": sequence,
    } | more
    return Receipt(**values)


def batch(*receipts: Receipt, complete_to: int | None = None, screen: str = "s1") -> Batch:
    made = Batch(receipts=[(screen, SERIES, one) for one in receipts])
    if complete_to is not None:
        made.complete_to[screen, SERIES] = complete_to
    return made


def sequences(records: Records) -> list[int]:
    return sorted(one.receipt.sequence for one in records.held(OURS, "notice", "water"))


def test_a_receipt_comes_out_as_it_went_in(records: Records) -> None:
    whole = receipt(3, received=NOW, first_shown=NOW, shown_times=2, shown_seconds=8.5, gone=NOW, present=False)
    records.store(batch(whole), NOW)
    (found,) = records.held(OURS, "notice", "water")
    assert (found.screen, found.series, found.receipt) == ("s1", SERIES, whole)


def test_twice_is_once_and_the_older_never_replaces_the_newer(records: Records) -> None:
    records.store(batch(receipt(5, shown_times=5)), NOW)
    for sequence in (5, 4, 1):
        records.store(batch(receipt(sequence, shown_times=99)), NOW)
    (found,) = records.held(OURS, "notice", "water")
    assert (found.receipt.sequence, found.receipt.shown_times) == (5, 5)
    records.store(batch(receipt(4), receipt(7), receipt(6)), NOW)
    assert sequences(records) == [7]


def test_a_batch_is_written_whole_or_not_at_all(records: Records) -> None:
    bad = batch(receipt(1), complete_to=1)
    bad.receipts.append(("s1", SERIES, receipt(2, "other", shown_times=None)))
    with pytest.raises(RecordsError) as error:
        records.store(bad, NOW)
    assert not error.value.passing
    assert (sequences(records), records.complete_to()) == ([], {})


def test_what_is_complete_only_grows(records: Records) -> None:
    for to in (4, 9, 2):
        records.store(batch(complete_to=to), NOW)
    assert records.complete_to() == {("s1", SERIES): 9}


def test_screens_come_out_as_they_went_in_and_the_last_word_holds(records: Records) -> None:
    first = learned(None, Status(screen="s1", online=True, place="v", at=NOW), NOW, 1.0, fresh=True)
    assert first is not None
    later = replace(first, online=False)
    for one in (first, later):
        records.store(Batch(screens={"s1": one}), NOW)
    assert records.screens() == {"s1": later}


def test_a_retired_screen_is_back_when_it_speaks(records: Records) -> None:
    one = learned(None, Status(screen="s1", online=True, at=NOW), NOW, 1.0, fresh=True)
    assert one is not None
    records.store(Batch(screens={"s1": one}), NOW)
    records.retire("s1", NOW)
    records.store(Batch(screens={"s1": one}), NOW)  # an old retained status
    assert (set(records.screens()), set(records.screens(retired=True))) == (set(), {"s1"})
    again = replace(one, heard=NOW + timedelta(seconds=1))
    records.store(Batch(screens={"s1": again}, fresh={"s1"}), NOW)
    assert set(records.screens()) == {"s1"}


def test_a_screen_is_retired_before_its_last_words_are_written(records: Records) -> None:
    """The collector writes once a second; `assign --replaces` came between, and the dead screen stayed listed."""
    one = learned(None, Status(screen="s1", online=True, at=NOW), NOW, 1.0, fresh=True)
    assert one is not None
    records.retire("s1", NOW)
    records.retire("s1", NOW + timedelta(seconds=1))
    records.store(Batch(screens={"s1": one}, fresh={"s1"}), NOW)
    assert records.screens() == {}


@given(st.lists(st.tuples(st.sampled_from(["s1", "s2"]), st.sampled_from("ab"), st.integers(1, 20)), max_size=30))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=20)
def test_whatever_the_order_the_newest_is_kept(records: Records, rows: list[tuple[str, str, int]]) -> None:
    with records.whole():
        records.rows(records.models.Receipt).all().delete()
    for screen, item, sequence in rows:
        records.store(batch(receipt(sequence, item), screen=screen), NOW)
    found = {(one.screen, i): one.receipt.sequence for i in "ab" for one in records.held(OURS, "notice", i)}
    wanted = {(screen, item): 0 for screen, item, _ in rows}
    for screen, item, sequence in rows:
        wanted[screen, item] = max(wanted[screen, item], sequence)
    assert found == wanted


def later(minutes: float) -> Any:
    return NOW + timedelta(minutes=minutes)


def publish(records: Records, minutes: float, *items: Item) -> list[tuple[str, Any, str]]:
    records.note_published(OURS, items, ("alert", "notice"), later(minutes))
    return [(one.digest[0], one.withdrawn, one.why) for one in records.items(OURS)]


def test_what_is_published_keeps_its_first_moment_and_what_is_gone_is_withdrawn(records: Records) -> None:
    assert publish(records, 0, ITEM) == [("a", None, "")]
    assert publish(records, 5, replace(ITEM, published=later(5))) == [("a", None, "")]
    assert records.items(OURS) == [ITEM]
    assert publish(records, 6) == [("a", later(6), "")]
    assert publish(records, 7, ITEM) == [("a", None, "")]
    assert records.items(OURS)[0].published == later(7)


def test_a_new_wording_supersedes_the_old_one(records: Records) -> None:
    publish(records, 0, ITEM)
    new = replace(ITEM, digest="b" * 16, published=later(3))
    assert publish(records, 3, new) == [("a", later(3), SUPERSEDED), ("b", None, "")]


def test_looking_at_the_alerts_alone_withdraws_no_notice(records: Records) -> None:
    publish(records, 0, ITEM)
    records.note_published(OURS, [], ("alert",), later(1))
    assert records.items(OURS) == [ITEM]


def test_a_recall_is_not_undone_by_a_look_at_the_folder_from_before(records: Records) -> None:
    publish(records, 0, ITEM)
    records.note_recall(replace(ITEM, withdrawn=later(2), recalled_by="甲", why="写错了"))
    assert publish(records, 1, ITEM) == [("a", later(2), "写错了")]
    assert publish(records, 3) == [("a", later(2), "写错了")]
    assert publish(records, 4, ITEM) == [("a", None, "")]


def test_the_collectors_word_is_kept(records: Records) -> None:
    word = WatchState(publisher=OURS, at=NOW, listened_seconds=7.5, connected=True, counts={"asks": 2})
    for one in (replace(word, connected=False), word):
        records.note_watch(one)
    assert records.watch(OURS) == word
    assert records.watch("other") is None


def test_the_tables_are_those_of_the_migrations(records: Records) -> None:
    from django.apps import apps
    from django.db.migrations.autodetector import MigrationAutodetector
    from django.db.migrations.loader import MigrationLoader
    from django.db.migrations.state import ProjectState

    written = MigrationLoader(None)
    detector = MigrationAutodetector(written.project_state(), ProjectState.from_apps(apps))
    assert detector.changes(graph=written.graph) == {}


def test_what_was_over_long_ago_is_dropped_and_nothing_else(records: Records) -> None:
    publish(records, 0, ITEM, replace(ITEM, item="kept"))
    publish(records, 1, replace(ITEM, item="kept"))
    records.store(batch(receipt(1, present=False), receipt(2, "kept")), NOW)
    records.forget(NOW)
    assert (len(records.items(OURS)), records.receipt_count()) == (2, 2)
    records.forget(later(2))
    assert ([one.item for one in records.items(OURS)], records.receipt_count()) == (["kept"], 1)


def test_of_a_screen_that_reports_too_much_the_oldest_goes(records: Records) -> None:
    many = [receipt(n, f"item-{n}") for n in range(1, MOST_RECEIPTS + 1)]
    records.store(batch(receipt(1), receipt(2, "kept"), screen="honest"), NOW)
    records.store(batch(*(receipt(n, f"old-{n}") for n in range(1, 51))), NOW)
    records.store(batch(*many), later(1))
    series = {("s1", f"{n:016x}"): n for n in range(1, MOST_SERIES + 6)}
    for key, to in series.items():
        records.store(Batch(complete_to={key: to}), later(1))
    records.forget(NOW - timedelta(days=400))
    assert records.receipt_count() == MOST_RECEIPTS + 2
    assert records.held(OURS, "notice", "old-1") == []
    assert len(records.held(OURS, "notice", "kept")) == 1
    assert records.complete_to() == {key: to for key, to in series.items() if to > 5}


def test_without_records_the_reader_is_told_what_to_do(tmp_path: Path) -> None:
    nothing = Records(default_url(tmp_path / "none"))
    with pytest.raises(FolderError, match="serve"):
        nothing.require()


def test_a_file_that_is_no_database_is_an_error_of_ours(tmp_path: Path) -> None:
    path = tmp_path / "x.sqlite3"
    path.write_bytes(b"no database at all" * 100)
    broken = Records(sqlite_url(path))
    with pytest.raises(RecordsError, match="数据库"):
        broken.screens()
    broken.close_thread()


def test_a_postgresql_url_is_read_whole() -> None:
    found = django_database("postgresql://u%40x:p%3Aw@db.example:5433/window?sslmode=verify-full")
    assert {key: found[key] for key in ("NAME", "USER", "PASSWORD", "HOST", "PORT")} == {
        "NAME": "window", "USER": "u@x", "PASSWORD": "p:w", "HOST": "db.example", "PORT": "5433"
    }  # fmt: skip
    assert found["OPTIONS"]["sslmode"] == "verify-full"
    assert django_database("postgresql://u@/window?host=/run/x")["HOST"] == "/run/x"


@pytest.mark.parametrize("url", ["mysql://u:geheim@h/x", "postgresql://u:geheim@h/", "postgresql://u:geheim@h:x/y"])
def test_a_url_that_is_none_is_refused_without_showing_its_password(url: str) -> None:
    with pytest.raises(FolderError) as error:
        django_database(url)
    assert "geheim" not in str(error.value)


# The casebook

LOST = Trouble(
    kind="lost", subject="s1", text="1单元的屏失联", places=(Addressee(place_name="1单元", worker="甲", phone="123"),)
)
NOTIFY = NotifyEntry(webhooks=(WebhookEntry(name="群", url="https://x.example"),))


def settle(book: Casebook, minutes: float, *troubles: Trouble, notify: NotifyEntry = NOTIFY) -> list[bool]:
    """Whether each event is an end."""
    now = later(minutes)
    return [one.ended for one in book.settle(troubles, now, notify, "村", lambda *_: "好了", now)]


def test_an_incident_is_told_once_and_its_end_once(records: Records) -> None:
    book = Casebook(records)
    assert settle(book, 0, LOST) == [False]
    assert settle(book, 1, LOST) == []
    assert settle(book, 2) == [True]
    assert settle(book, 3) == []
    assert settle(book, 4, LOST) == [False]
    assert [one.letter.facts["phase"] for one in book.due(later(5))] == ["发生", "解除", "发生"]


def test_a_letter_that_went_is_not_sent_again_and_one_that_did_not_waits(records: Records) -> None:
    book = Casebook(records)
    settle(book, 0, LOST)
    (one,) = book.due(NOW)
    book.failed(one, "HTTP 500", NOW, lambda: 0.5)
    assert book.due(NOW + timedelta(seconds=9)) == []
    (again,) = book.due(NOW + timedelta(seconds=10))
    assert again.tries == 1
    book.sent(again, NOW)
    assert (book.due(later(999)), book.letter_counts()) == ([], {"sent": 1, "waiting": 0, "given_up": 0})


def test_a_gateway_that_never_answers_is_given_up(records: Records) -> None:
    book = Casebook(records)
    settle(book, 0, LOST)
    now, tries = NOW, 0
    while waiting := book.due(now):
        book.failed(waiting[0], "away", now, lambda: 1.0)
        now, tries = now + timedelta(hours=3), tries + 1
    assert (tries, book.letter_counts()["given_up"]) == (MOST_TRIES, 1)


def test_the_letters_that_wait_are_bounded(records: Records) -> None:
    book = Casebook(records)
    with records.whole():
        model = records.models.Letter
        waiting = [
            model(incident=1, channel="x", facts="{}", made=NOW, next_try=later(60)) for _ in range(MOST_WAITING)
        ]
        records.rows(model).bulk_create(waiting)
    settle(book, 0, LOST)
    assert book.letter_counts() == {"sent": 0, "waiting": MOST_WAITING, "given_up": 1}


# Uploads


def test_a_token_is_good_once_for_its_command_and_for_a_while(records: Records) -> None:
    uploads = Uploads(records)
    uploads.grant("c1", "s1", "token", NOW)
    assert uploads.screen_of("c1", "wrong", NOW) is None
    assert uploads.screen_of("c2", "token", NOW) is None
    assert uploads.screen_of("c1", "token", NOW + TOKEN_LIFE) is None
    assert uploads.screen_of("c1", "token", NOW) == "s1"
    assert uploads.claim("c1", NOW)
    assert not uploads.claim("c1", NOW)
    assert uploads.screen_of("c1", "token", NOW) is None
    uploads.arrived("c1", "/x.png")
    assert (uploads.path_of("c1"), uploads.path_of("c2")) == ("/x.png", "")
