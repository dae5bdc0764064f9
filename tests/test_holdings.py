"""What a screen holds: only what it believes, never older than before, and whole on the disk."""

import errno
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from content.clock import BUILD_TIME
from content.errors import Reason, Refused
from content.files import sha256_hex
from content.manifest import Alerts, Blob, Content, Manifest, encode
from content.signing import Keyring
from kiosk.cache import MAX_STACK, Cache, Pointer
from kiosk.health import Refusals
from kiosk.holdings import Holdings
from kiosk.plan import Wanted
from tests.fakes import (
    DOORWAY,
    NOW,
    STREET,
    VILLAGE,
    alert,
    key,
    keyring,
    manifest,
    media,
    notice,
    png,
    publisher,
    signed,
)

HERE = manifest().topic


class Screen:
    """Holdings over a cache that outlives them."""

    def __init__(self, folder: Path, cache: Cache | None = None) -> None:
        self.cache = cache or Cache(folder / "cache")
        self.refusals = Refusals()
        self.start()

    def start(self, ring: Keyring | None = None) -> None:
        """The agent starts (again)."""
        self.cache.prepare()
        self.holdings = Holdings(DOORWAY, self.cache, ring or keyring(), self.refusals)

    def take(self, what: Manifest) -> set[Wanted]:
        """A message comes and holds."""
        self.holdings.offer(what.topic, signed(what))
        return self.holdings.settle()

    def arrived(self, blob: bytes) -> set[Wanted]:
        """A download is done."""
        self.cache.blob_path(sha256_hex(blob)).write_bytes(blob)
        return self.holdings.settle()

    @property
    def stacks(self) -> dict[str, list[int]]:
        """What the player would find: topic → revisions, the newest first."""
        pointer, _ = self.cache.pointer()
        assert pointer
        return {
            topic: [one.manifest.revision for one in self.cache.stack(digests)]
            for topic, digests in pointer.stacks.items()
        }


@pytest.fixture
def screen(tmp_path: Path) -> Screen:
    return Screen(tmp_path)


def test_a_message_holds_after_it_was_settled_and_after_a_restart(screen: Screen) -> None:
    assert screen.holdings.offer(HERE, signed(manifest(revision=5)))
    assert screen.cache.pointer() == (None, "")
    assert screen.holdings.settle() == set()
    screen.start()
    assert screen.holdings.revisions() == {HERE: 5}
    assert screen.holdings.newest_issued() == NOW
    assert screen.stacks == {HERE: [5]}


def test_nothing_held_is_known_to_be_nothing(screen: Screen) -> None:
    assert screen.holdings.settle() == set()
    assert screen.cache.pointer()[0] == Pointer(place=DOORWAY)
    assert screen.holdings.newest_issued() == BUILD_TIME
    assert not screen.holdings.has(HERE)


def test_the_same_message_twice_changes_nothing_on_the_disk(screen: Screen) -> None:
    screen.take(manifest())
    before = (screen.cache.folder / "current.json").stat().st_mtime_ns
    assert not screen.holdings.offer(HERE, signed(manifest()))
    screen.holdings.settle()
    assert (screen.cache.folder / "current.json").stat().st_mtime_ns == before


ATTACKS: dict[str, tuple[Callable[[], tuple[str, bytes]], Reason]] = {
    "an unknown key": (lambda: (HERE, signed(manifest(revision=9), by="stranger")), Reason.UNKNOWN_KEY),
    "another place": (lambda: (HERE, signed(manifest(revision=9, place=VILLAGE))), Reason.WRONG_TOPIC),
    "an old revision": (lambda: (HERE, signed(manifest(revision=4))), Reason.ROLLBACK),
    "another face of this revision": (lambda: (HERE, signed(manifest(Content(), revision=5))), Reason.ROLLBACK),
    "ten megabytes": (lambda: (HERE, bytes(10_000_000)), Reason.TOO_LARGE),
    "one byte changed": (
        lambda: (HERE, signed(manifest(revision=9)).replace(b'"payload":"e', b'"payload":"f')),
        Reason.BAD_SIGNATURE,
    ),
    "nothing": (lambda: (HERE, b""), Reason.MALFORMED),
    "a topic of nobody": (lambda: (HERE.replace("village", "other"), signed(manifest())), Reason.UNKNOWN_KEY),
}


@pytest.mark.parametrize(("attack", "reason"), ATTACKS.values(), ids=ATTACKS.keys())
def test_an_attack_leaves_memory_and_disk_as_they_were(
    screen: Screen, attack: Callable[[], tuple[str, bytes]], reason: Reason
) -> None:
    screen.take(manifest(revision=5))
    before = sorted(screen.cache.folder.rglob("*"))
    with pytest.raises(Refused) as refusal:
        screen.holdings.offer(*attack())
    assert refusal.value.reason == reason
    screen.holdings.settle()
    assert screen.holdings.revisions() == {HERE: 5}
    assert sorted(screen.cache.folder.rglob("*")) == before


STEPS = st.one_of(
    st.tuples(st.just("offer"), st.integers(0, 6), st.sampled_from(["ours", "stranger"])),
    st.tuples(st.sampled_from(["settle", "restart", "clean", "rot the pointer"]), st.just(0), st.just("")),
)


@settings(max_examples=60)
@given(st.lists(STEPS, max_size=12))
def test_no_sequence_of_messages_restarts_and_rot_lowers_a_revision(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, int, str]]
) -> None:
    screen = Screen(tmp_path_factory.mktemp("screen"))
    settled = highest = 0
    for step, revision, by in steps:
        if step == "offer":
            try:
                screen.holdings.offer(HERE, signed(manifest(revision=revision), by=None if by == "ours" else by))
            except Refused:
                pass
            else:
                highest = max(highest, revision)
        elif step == "settle":
            screen.holdings.settle()
            settled = highest
        elif step == "clean":
            screen.holdings.settle()
            settled = highest
            screen.holdings.clean()
        elif step == "rot the pointer":
            (screen.cache.folder / "current.json").write_bytes(b"rotten")
        else:
            screen.start()
            assert screen.holdings.revisions().get(HERE, 0) >= settled
            highest = screen.holdings.revisions().get(HERE, 0)
        assert screen.holdings.revisions().get(HERE, 0) == highest


PICTURES = [png(width, 3) for width in (1, 2, 3, 4, 5, 6)]


def with_picture(number: int) -> Manifest:
    return manifest(Content(notices=(notice(media=(media(PICTURES[number], number + 1),)),)), revision=number + 1)


def wanted(number: int) -> Wanted:
    return Wanted(sha256_hex(PICTURES[number]), len(PICTURES[number]))


def test_older_versions_stay_until_the_newest_is_whole(screen: Screen) -> None:
    history = [
        (screen.take(with_picture(0)), screen.stacks[HERE]),
        (screen.arrived(PICTURES[0]), screen.stacks[HERE]),
        (screen.take(with_picture(1)), screen.stacks[HERE]),
        (screen.take(with_picture(2)), screen.stacks[HERE]),
        (screen.arrived(PICTURES[1]), screen.stacks[HERE]),
        (screen.arrived(PICTURES[2]), screen.stacks[HERE]),
    ]
    assert history == [
        ({wanted(0)}, [1]),
        (set(), [1]),
        ({wanted(1)}, [2, 1]),
        ({wanted(2)}, [3, 2, 1]),
        ({wanted(2)}, [3, 2, 1]),
        (set(), [3]),
    ]


def test_a_flood_of_versions_does_not_fill_the_disk_and_the_last_whole_one_is_not_pushed_out(screen: Screen) -> None:
    """Pictures that never arrive (the HTTP server is down) and an admin who goes on editing."""
    screen.take(with_picture(0))
    screen.arrived(PICTURES[0])
    for number in range(1, 6):
        screen.take(with_picture(number))
    assert len(screen.stacks[HERE]) <= MAX_STACK
    assert screen.stacks[HERE][0] == 6
    assert 1 in screen.stacks[HERE]


def test_a_head_wants_its_content_and_then_its_pictures(screen: Screen) -> None:
    content = Content(notices=(notice(media=(media(PICTURES[0], 1),)),))
    blob = encode(content)
    history = [
        screen.take(manifest(Blob(sha256=sha256_hex(blob), size=len(blob)))),
        screen.arrived(blob),
        screen.arrived(PICTURES[0]),
    ]
    assert history == [{Wanted(sha256_hex(blob), len(blob))}, {wanted(0)}, set()]
    assert screen.holdings.missing() == set()


def test_what_is_named_is_kept_and_everything_else_is_swept(screen: Screen) -> None:
    screen.take(with_picture(0))
    screen.arrived(PICTURES[0])
    screen.take(with_picture(1))
    screen.holdings.clean()
    assert screen.cache.has(sha256_hex(PICTURES[0]))
    assert screen.stacks[HERE] == [2, 1]
    screen.arrived(PICTURES[1])
    screen.holdings.clean()
    assert not screen.cache.has(sha256_hex(PICTURES[0]))
    assert screen.stacks[HERE] == [2]
    assert len(screen.cache.message_digests()) == 1


class FullDisk(Cache):
    """A cache on a disk that has no room for one more pointer."""

    full = False

    def flip(self, pointer: Pointer) -> None:
        if self.full:
            raise OSError(errno.ENOSPC, "No space left on device")
        super().flip(pointer)


def test_a_full_disk_costs_the_news_and_nothing_that_is_on_the_screen(tmp_path: Path) -> None:
    """The agent sweeps when the disk is full: not what the pointer on the disk still names."""
    disk = FullDisk(tmp_path / "cache")
    screen = Screen(tmp_path, disk)
    screen.take(with_picture(0))
    screen.arrived(PICTURES[0])
    disk.full = True
    screen.holdings.offer(HERE, signed(manifest(revision=2)))
    with pytest.raises(OSError, match="No space"):
        screen.holdings.settle()
    screen.holdings.clean()
    assert screen.stacks == {HERE: [1]}
    assert disk.has(sha256_hex(PICTURES[0]))
    disk.full = False
    screen.holdings.settle()
    assert screen.stacks == {HERE: [2]}


def test_without_a_pointer_the_newest_messages_are_salvaged(screen: Screen) -> None:
    screen.take(manifest(Alerts(alerts=(alert(),)), revision=3))
    screen.take(manifest(revision=4))
    screen.take(manifest(revision=5))
    (screen.cache.folder / "current.json").write_bytes(b"rotten")
    screen.start()
    assert screen.holdings.revisions() == {HERE: 5, manifest(Alerts()).topic: 3}


def test_a_forged_message_in_the_cache_is_not_believed_at_the_start(screen: Screen) -> None:
    screen.take(manifest())
    digest = screen.cache.store_message(signed(manifest(revision=9), by="stranger"))
    screen.cache.flip(Pointer(place=DOORWAY, stacks={HERE: (digest,)}))
    screen.start()
    assert screen.holdings.revisions() == {}
    assert screen.refusals.counts == {"unknown-key": 1}


def test_a_message_in_the_cache_under_another_topic_is_not_believed(screen: Screen) -> None:
    above = manifest(place=VILLAGE)
    screen.take(above)
    pointer, _ = screen.cache.pointer()
    assert pointer
    screen.cache.flip(replace(pointer, stacks={HERE: pointer.stacks[above.topic]}))
    screen.start()
    assert screen.holdings.revisions() == {}


def test_a_publisher_that_lost_its_key_is_off_the_screen_and_the_others_stay(screen: Screen) -> None:
    both = keyring(publisher(), publisher(STREET))
    screen.start(both)
    screen.take(manifest())
    screen.take(manifest(by=STREET))
    assert set(screen.stacks) == {HERE, manifest(by=STREET).topic}
    screen.holdings.believe(keyring(version=2))
    screen.holdings.settle()
    assert set(screen.stacks) == {HERE}
    assert screen.holdings.topics == tuple(topic for topic in screen.holdings.topics if STREET not in topic)


def test_a_new_order_of_publishers_reaches_the_player(screen: Screen) -> None:
    """The order of the keyring is who comes first on the screen; the alphabet is not."""
    orders = []
    for version, ring in enumerate(([publisher(), publisher(STREET)], [publisher(STREET), publisher()]), 1):
        screen.holdings.believe(keyring(*ring, version=version))
        screen.take(manifest())
        screen.take(manifest(by=STREET))
        orders.append(list(screen.stacks))
    assert orders == [[HERE, manifest(by=STREET).topic], [manifest(by=STREET).topic, HERE]]


def test_a_stolen_key_that_was_replaced_takes_its_messages_with_it(screen: Screen) -> None:
    screen.take(manifest())
    fresh = replace(publisher(), keys={key("fresh").id: key("fresh").public})
    screen.holdings.believe(keyring(fresh, version=2))
    screen.holdings.settle()
    assert screen.stacks == {}
    assert screen.refusals.counts == {"unknown-key": 1}


def test_a_rotten_message_on_the_card_costs_itself_only(screen: Screen) -> None:
    screen.take(manifest())
    screen.take(manifest(Alerts(alerts=(alert(),))))
    pointer, _ = screen.cache.pointer()
    assert pointer
    (screen.cache.folder / "messages" / pointer.stacks[HERE][0]).write_bytes(b"rotten")
    screen.start()
    assert set(screen.holdings.revisions()) == {manifest(Alerts()).topic}


def test_a_message_that_rotted_on_the_card_is_taken_when_it_comes_again(screen: Screen) -> None:
    """The broker keeps it: after the next subscription the screen must be right again."""
    screen.take(manifest())
    pointer, _ = screen.cache.pointer()
    assert pointer
    (screen.cache.folder / "messages" / pointer.stacks[HERE][0]).write_bytes(b"rotten")
    screen.start()
    assert screen.take(manifest()) == set()
    assert screen.stacks == {HERE: [1]}


def test_a_picture_that_rotted_on_the_card_is_fetched_again_after_the_next_start(screen: Screen) -> None:
    screen.take(with_picture(0))
    screen.arrived(PICTURES[0])
    screen.cache.blob_path(sha256_hex(PICTURES[0])).write_bytes(b"rotten")
    screen.start()
    assert screen.holdings.missing() == {wanted(0)}


def test_alerts_hold_without_any_picture(screen: Screen) -> None:
    screen.take(with_picture(0))
    assert screen.take(manifest(Alerts(alerts=(alert(),)))) == {wanted(0)}
    assert screen.stacks[manifest(Alerts()).topic] == [1]


def test_a_screen_that_moves_keeps_what_both_places_share_and_forgets_the_rest(screen: Screen) -> None:
    screen.take(manifest())
    screen.take(manifest(place=VILLAGE))
    screen.holdings.move("baizhuang/south")
    screen.holdings.settle()
    assert screen.stacks == {manifest(place=VILLAGE).topic: [1]}
    pointer, _ = screen.cache.pointer()
    assert pointer
    assert pointer.place == "baizhuang/south"
    screen.holdings.move("")
    assert screen.holdings.topics == ()
    assert screen.holdings.settle() == set()
