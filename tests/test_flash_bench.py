"""The talk at the card reader: nothing is erased without its name typed, and a list goes on where it stopped."""

from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec.structs import replace

from provisioning.cards_csv import Row
from provisioning.disks import Disk, Leave, Mount, NoSuchDisk
from provisioning.flash_bench import Refused, Stopped, choose, cleared, run_list
from provisioning.flash_device import FlashFailed
from provisioning.flash_record import Made, Record, RecordError
from tests.fakes import NOW

CARD = Disk(name="sdb", path="/dev/sdb", size=32 * 10**9, model="READER", bus="usb", removable=True)
SYSTEM = Disk(name="sda", path="/dev/sda", size=500 * 10**9, mounts=(Mount("/dev/sda1", "/"),))
IMAGE = 10**9
ROWS = [Row(f"s-{number}", "v/b", line=number + 1) for number in (1, 2, 3)]


class FakeBench:
    """A person who gives these answers, and a machine with these disks."""

    def __init__(self, *answers: str, disks: tuple[Disk, ...] = (SYSTEM, CARD), owner: str = "") -> None:
        self.answers, self.there, self.owner = list(answers), list(disks), owner
        self.asked: list[str] = []
        self.told: list[str] = []
        self.taken_off: list[Mount] = []

    def ask(self, question: str) -> str:
        self.asked.append(question)
        return self.answers.pop(0)

    def tell(self, text: str) -> None:
        self.told.append(text)

    def show(self, disks: list[Disk]) -> None:
        self.told.append("、".join(one.name for one in disks))

    def disks(self) -> list[Disk]:
        return self.there

    def unmount(self, mounts: list[Mount]) -> None:
        self.taken_off += mounts
        self.there = [replace(one, mounts=()) if one.mounts == tuple(mounts) else one for one in self.there]

    def screen_on(self, disk: Disk) -> str:
        return self.owner


def test_the_disk_whose_name_is_typed_is_chosen() -> None:
    bench = FakeBench("sdb")
    assert choose(bench, IMAGE, Leave()) == CARD
    assert bench.told == ["sda、sdb"]


@pytest.mark.parametrize("answer", ["", "y", "yes", "sda", "sdb1"])
def test_a_disk_named_beforehand_must_be_typed_again(answer: str) -> None:
    with pytest.raises(Stopped, match="什么也没有写"):
        choose(FakeBench(answer), IMAGE, Leave(), "sdb")


def test_the_systems_disk_is_refused_with_every_reason() -> None:
    with pytest.raises(Refused) as caught:
        choose(FakeBench("sda"), IMAGE, Leave())
    assert str(caught.value).count("\n  - ") == 3


def test_a_name_that_is_none_is_refused() -> None:
    with pytest.raises(NoSuchDisk):
        choose(FakeBench("sdz"), IMAGE, Leave())


def test_what_the_desktop_mounted_is_taken_off_only_after_asking() -> None:
    mounted = replace(CARD, mounts=(Mount("/dev/sdb1", "/media/me/X"),))
    bench = FakeBench("sdb", "", disks=(mounted,))
    assert choose(bench, IMAGE, Leave()) == CARD
    assert bench.taken_off == [Mount("/dev/sdb1", "/media/me/X")]
    with pytest.raises(Refused, match="它还挂着"):
        choose(FakeBench("sdb", "n", disks=(mounted,)), IMAGE, Leave())
    script = FakeBench(disks=(mounted,))
    with pytest.raises(Refused, match="它还挂着"):
        cleared(script, "sdb", IMAGE, Leave(), asked=False)
    assert script.taken_off == []


def test_a_card_of_ours_is_erased_only_when_its_screen_is_typed() -> None:
    assert choose(FakeBench("sdb", "s-1", owner="s-1"), IMAGE, Leave()) == CARD
    bench = FakeBench("sdb", "", owner="s-1")
    with pytest.raises(Stopped, match="s-1 的卡没有动"):
        choose(bench, IMAGE, Leave(), made=frozenset(("s-1",)))
    assert "是不是忘了换卡" in bench.asked[-1]


def working(made: list[str], broken: set[str]) -> Callable[[Row, Disk], None]:
    """Makes cards; the first try of a `broken` one fails."""

    def make(row: Row, _disk: Disk) -> None:
        if row.screen in broken:
            broken.discard(row.screen)
            raise FlashFailed("卡坏了")
        made.append(row.screen)

    return make


def test_a_list_goes_on_where_it_stopped(tmp_path: Path) -> None:
    made: list[str] = []
    path = tmp_path / "cards.csv.done.json"
    picked = lambda _disk, _made: CARD  # noqa: E731
    left = run_list(FakeBench("", "q"), ROWS, Record(path), picked, working(made, set()), lambda: NOW)
    assert [row.screen for row in left] == ["s-2", "s-3"]
    bench = FakeBench("", "")
    assert run_list(bench, ROWS, Record(path), picked, working(made, set()), lambda: NOW) == []
    assert made == ["s-1", "s-2", "s-3"]
    assert bench.told[0] == "3 张里已经烧好 1 张，接着烧剩下的 2 张"
    assert "第 2 张，共 3 张：s-2" in bench.asked[0]


def test_a_card_that_failed_is_tried_again_and_only_success_is_recorded(tmp_path: Path) -> None:
    made: list[str] = []
    record = Record(tmp_path / "done.json")
    bench = FakeBench("", "q")
    left = run_list(bench, ROWS[:1], record, lambda _d, _m: CARD, working(made, {"s-1"}), lambda: NOW)
    assert (left, record.made, bench.told) == (ROWS[:1], {}, ["没有烧成：卡坏了"])
    run_list(FakeBench(""), ROWS[:1], record, lambda _d, _m: CARD, working(made, set()), lambda: NOW)
    assert Record(record.path).made == {"s-1": Made("s-1", "v/b", NOW, "READER")}


def test_a_screen_that_was_moved_in_the_list_gets_a_new_card(tmp_path: Path) -> None:
    record = Record(tmp_path / "done.json")
    record.add(Made("s-1", "v/b", NOW, "READER"))
    assert record.has("s-1", "v/b")
    assert not record.has("s-1", "v/c")


def test_a_skipped_card_is_among_those_left(tmp_path: Path) -> None:
    made: list[str] = []
    record = Record(tmp_path / "done.json")
    left = run_list(FakeBench("s", "", ""), ROWS, record, lambda _d, _m: CARD, working(made, set()), lambda: NOW)
    assert ([row.screen for row in left], made) == (["s-1"], ["s-2", "s-3"])


def test_a_record_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    (tmp_path / "done.json").write_text("{")
    with pytest.raises(RecordError, match="如果要从头再烧，请删去它"):
        Record(tmp_path / "done.json")
