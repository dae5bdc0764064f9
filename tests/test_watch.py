"""When to look at the folder: after it has been quiet, and now and then without being asked."""

from pathlib import Path

import pytest
from watchdog.events import (
    DirDeletedEvent,
    FileClosedEvent,
    FileClosedNoWriteEvent,
    FileCreatedEvent,
    FileDeletedEvent,
    FileModifiedEvent,
    FileMovedEvent,
    FileOpenedEvent,
    FileSystemEvent,
)

from content.watch import FolderWatch, Settle
from tests.fakes import FakeClock


def test_it_is_due_once_at_the_start() -> None:
    settle = Settle(FakeClock(), quiet=2.0, every=100.0)
    assert [settle.due(), settle.due()] == [True, False]


def test_it_is_due_once_when_the_folder_has_been_quiet() -> None:
    clock = FakeClock()
    settle = Settle(clock, quiet=2.0, every=100.0)
    settle.due()
    history = []
    for poke, seconds in ((True, 1.0), (True, 1.5), (False, 0.5), (False, 0.5), (False, 50.0)):
        if poke:
            settle.poke()
        clock.advance(seconds)
        history.append((settle.remaining(), settle.due()))
    assert history == [(1.0, False), (0.5, False), (0.0, True), (99.5, False), (49.5, False)]


def test_it_is_due_every_so_often_without_any_event() -> None:
    clock = FakeClock()
    settle = Settle(clock, quiet=2.0, every=100.0)
    due = []
    for _ in range(30):
        due.append(settle.due())
        clock.advance(10.0)
    assert due == [number % 10 == 0 for number in range(30)]


def test_a_folder_that_is_never_quiet_does_not_keep_an_alert_waiting() -> None:
    """A large picture is being copied in for half an hour: an event every 0.1 s."""
    clock = FakeClock()
    settle = Settle(clock, quiet=0.3, every=120.0)
    assert settle.due()
    waited = longest = 0.0
    for _ in range(18_000):
        settle.poke()
        clock.advance(0.1)
        waited += 0.1
        if settle.due():
            waited = 0.0
        longest = max(longest, waited)
    assert longest <= 121.0


def test_ntp_moving_the_wall_clock_moves_no_wait() -> None:
    clock = FakeClock()
    settle = Settle(clock, quiet=2.0, every=100.0)
    settle.due()
    clock.step_wall(86_400.0)
    assert not settle.due()
    assert settle.remaining() == 100.0


def pokes(folder: Path, event: FileSystemEvent) -> int:
    """How often the watch pokes for that event. It is never started: no thread."""
    poked: list[bool] = []
    FolderWatch(folder, lambda: poked.append(True)).on_any_event(event)
    return len(poked)


def events(folder: Path) -> dict[str, tuple[FileSystemEvent, int]]:
    notice, hidden = str(folder / "notices/a.yaml"), str(folder / "notices/.a.yaml.swp")
    return {
        "written": (FileModifiedEvent(notice), 1),
        "made": (FileCreatedEvent(notice), 1),
        "renamed from an editor's own file": (FileMovedEvent(hidden, notice), 1),
        "renamed to an editor's own file": (FileMovedEvent(notice, hidden), 1),
        "a folder taken away": (DirDeletedEvent(str(folder / "notices")), 1),
        "only read": (FileOpenedEvent(notice), 0),
        "only read and closed": (FileClosedNoWriteEvent(notice), 0),
        "an editor's own file": (FileModifiedEvent(hidden), 0),
        "our own state": (FileModifiedEvent(str(folder / ".publisher/published.json")), 0),
        "our own state replaced": (
            FileMovedEvent(str(folder / ".publisher/.tmp-1"), str(folder / ".publisher/published.json")),
            0,
        ),
    }


@pytest.mark.parametrize("what", events(Path("/x")))
def test_what_is_written_pokes_and_what_is_only_read_or_ours_does_not(tmp_path: Path, what: str) -> None:
    event, times = events(tmp_path)[what]
    assert pokes(tmp_path, event) == times


def test_a_folder_inside_a_hidden_folder_is_watched_all_the_same(tmp_path: Path) -> None:
    folder = tmp_path / ".demo" / "content"
    folder.mkdir(parents=True)
    assert pokes(folder, FileModifiedEvent(str(folder / "village.yaml"))) == 1


def test_a_watch_starts_and_stops_and_may_be_stopped_twice(tmp_path: Path) -> None:
    watch = FolderWatch(tmp_path, lambda: None)
    watch.close()
    watch = FolderWatch(tmp_path, lambda: None)
    watch.start()
    watch.close()
    watch.close()


def alert_events(folder: Path) -> dict[str, tuple[FileSystemEvent, list[str]]]:
    alert, editors, draft = str(folder / "alerts/a.yaml"), str(folder / "alerts/a.yaml~"), str(folder / "drafts/a.yaml")
    return {
        "renamed into place": (FileMovedEvent(str(folder / "alerts/.tmp-1"), alert), ["alert", "poke"]),
        "moved in from the drafts": (FileMovedEvent(draft, alert), ["alert", "poke"]),
        "written and closed": (FileClosedEvent(alert), ["alert", "poke"]),
        "half written": (FileModifiedEvent(alert), ["poke"]),
        "just made, still empty": (FileCreatedEvent(alert), ["poke"]),
        "an editor's copy before it writes the new one": (FileMovedEvent(alert, editors), ["poke"]),
        "taken away": (FileDeletedEvent(alert), ["poke"]),
        "moved out": (FileMovedEvent(alert, draft), ["poke"]),
        "a notice": (FileClosedEvent(str(folder / "notices/a.yaml")), ["poke"]),
        "a file of an editor": (FileClosedEvent(str(folder / "alerts/.a.yaml")), []),
    }


@pytest.mark.parametrize("what", alert_events(Path("/x")))
def test_a_whole_alert_file_is_told_at_once_and_half_of_one_never(tmp_path: Path, what: str) -> None:
    event, expected = alert_events(tmp_path)[what]
    told: list[str] = []
    FolderWatch(tmp_path, lambda: told.append("poke"), lambda: told.append("alert")).on_any_event(event)
    assert told == expected
