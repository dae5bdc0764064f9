"""Who may say what: attacks by name, and each is refused with its reason."""

import json
import random
from pathlib import Path

import pytest
from msgspec.structs import replace

from content.errors import FolderError, Reason, Refused
from content.manifest import Alerts, Manifest, encode
from content.signing import (
    Key,
    Keyring,
    PublicHalf,
    encode_public,
    sign,
    verify_keyring,
    verify_manifest,
    with_publisher,
)
from tests.fakes import BLOCK, DOORWAY, OURS, STREET, VILLAGE, key, keyring, manifest, publisher, signed

TOPIC = manifest().topic


def reason(topic: str, message: bytes, ring: Keyring | None = None) -> Reason:
    """Why the message is refused."""
    with pytest.raises(Refused) as refusal:
        verify_manifest(topic, message, ring or keyring())
    return refusal.value.reason


def test_a_message_of_our_publisher_is_believed() -> None:
    assert verify_manifest(TOPIC, signed(manifest()), keyring()) == manifest()


def test_forgery_with_an_unknown_key_is_refused() -> None:
    assert reason(TOPIC, signed(manifest(), by="stranger")) == Reason.UNKNOWN_KEY


def test_forgery_with_an_unknown_key_under_the_name_of_ours_is_refused() -> None:
    message = json.loads(signed(manifest(), by="stranger"))
    message["signatures"][0]["keyid"] = key(OURS).id
    assert reason(TOPIC, json.dumps(message).encode()) == Reason.BAD_SIGNATURE


def test_forgery_by_a_publisher_that_the_keyring_does_not_name_is_refused() -> None:
    theirs = manifest(by=STREET)
    assert reason(theirs.topic, signed(theirs)) == Reason.UNKNOWN_KEY


def test_one_publisher_cannot_speak_with_anothers_name() -> None:
    ring = keyring(publisher(), publisher(STREET))
    assert reason(TOPIC, signed(manifest(), by=STREET), ring) == Reason.UNKNOWN_KEY


def test_a_message_for_another_place_is_refused() -> None:
    elsewhere = manifest(place=BLOCK)
    assert reason(TOPIC, signed(elsewhere)) == Reason.WRONG_TOPIC


def test_a_message_moved_to_another_publishers_topic_is_refused() -> None:
    ring = keyring(publisher(), replace(publisher(STREET), keys={key(OURS).id: key(OURS).public}))
    assert reason(manifest(by=STREET).topic, signed(manifest()), ring) == Reason.WRONG_TOPIC


def test_alerts_replayed_as_content_are_refused() -> None:
    assert reason(TOPIC, signed(manifest(Alerts()))) == Reason.WRONG_TOPIC


@pytest.mark.parametrize("scope", [("baizhuang/south",), ("baizhuang/north2",), (DOORWAY + "/x",), ()])
def test_a_message_outside_the_publishers_scope_is_refused(scope: tuple[str, ...]) -> None:
    assert reason(TOPIC, signed(manifest()), keyring(publisher(scope=scope))) == Reason.OUT_OF_SCOPE


def test_a_publisher_that_may_only_alert_cannot_send_content() -> None:
    ring = keyring(publisher(may=("alerts",)))
    assert reason(TOPIC, signed(manifest()), ring) == Reason.OUT_OF_SCOPE
    alerts = manifest(Alerts())
    assert verify_manifest(alerts.topic, signed(alerts), ring) == alerts


def test_a_threshold_of_two_needs_two_keys_and_not_one_twice() -> None:
    both = replace(publisher(), keys={key(one).id: key(one).public for one in (OURS, "second")}, threshold=2)
    payload = encode(manifest())
    once = json.loads(signed(manifest()))
    once["signatures"] *= 2
    assert reason(TOPIC, json.dumps(once).encode(), keyring(both)) == Reason.BAD_SIGNATURE
    assert verify_manifest(TOPIC, sign(payload, [key(OURS), key("second")]), keyring(both)) == manifest()


def test_a_signature_over_another_payload_type_is_refused() -> None:
    message = json.loads(signed(manifest()))
    message["payloadType"] = "application/json"
    assert reason(TOPIC, json.dumps(message).encode()) == Reason.MALFORMED


def test_a_signature_that_is_no_signature_is_refused() -> None:
    for text in ("", "AA==", "停水", "not base64", "A" * 1024):
        message = json.loads(signed(manifest()))
        message["signatures"][0]["sig"] = text
        assert reason(TOPIC, json.dumps(message).encode()) in (Reason.BAD_SIGNATURE, Reason.MALFORMED)


def test_nothing_of_a_payload_is_parsed_before_its_signature_is_good() -> None:
    message = key("stranger").sign(b"[" * 1000)
    assert reason(TOPIC, message) == Reason.UNKNOWN_KEY


def mutated(message: bytes, chance: random.Random) -> bytes:
    """The message with something done to it."""
    at = chance.randrange(len(message))
    byte = bytes([chance.randrange(256)])
    match chance.randrange(5):
        case 0:
            return message[:at] + byte + message[at + 1 :]
        case 1:
            return message[:at] + byte + message[at:]
        case 2:
            return message[:at] + message[at + 1 :]
        case 3:
            return message[:at]
        case _:
            until = chance.randrange(len(message))
            return message[:at] + message[until : until + 20] + message[at:]


def test_500_random_mutations_change_nothing() -> None:
    message, chance = signed(manifest()), random.Random(20260712)  # noqa: S311 -- the same every run
    for _ in range(500):
        changed = mutated(message, chance)
        try:
            assert verify_manifest(TOPIC, changed, keyring()) == manifest()
        except Refused:
            continue


def test_every_single_byte_counts() -> None:
    message = signed(manifest())
    inside = json.loads(message)
    for at in range(0, len(message), 3):
        changed = message[:at] + bytes([message[at] ^ 1]) + message[at + 1 :]
        try:
            assert verify_manifest(TOPIC, changed, keyring()) == manifest()
            assert json.loads(changed)["payload"] == inside["payload"]
        except (Refused, json.JSONDecodeError):
            continue


# The keyring.


def ring_reason(message: bytes, trusted: Keyring | None) -> Reason:
    with pytest.raises(Refused) as refusal:
        verify_keyring(message, trusted)
    return refusal.value.reason


def test_a_newer_keyring_signed_by_the_same_root_is_believed() -> None:
    newer = keyring(publisher(), publisher(STREET), version=2)
    assert verify_keyring(signed(newer), keyring()) == newer


def test_an_older_keyring_is_a_rollback() -> None:
    assert ring_reason(signed(keyring(version=1)), keyring(version=2)) == Reason.ROLLBACK


def test_a_keyring_of_another_root_is_refused() -> None:
    usurper = keyring(version=9, root="usurper")
    assert ring_reason(signed(usurper, by="usurper"), keyring()) == Reason.UNKNOWN_KEY


def test_a_keyring_must_be_signed_by_the_root_that_it_names() -> None:
    assert ring_reason(signed(keyring(), by="usurper"), None) == Reason.UNKNOWN_KEY
    stolen = keyring(version=2, root="usurper")
    assert ring_reason(signed(stolen, by="root"), keyring()) == Reason.UNKNOWN_KEY


def test_a_new_root_is_believed_when_the_old_one_signed_it_too() -> None:
    moved = keyring(version=2, root="next-root")
    assert verify_keyring(sign(encode(moved), [key("root"), key("next-root")]), keyring()) == moved


def test_a_manifest_is_no_keyring_and_a_keyring_no_manifest() -> None:
    assert ring_reason(key("root").sign(encode(manifest())), None) == Reason.MALFORMED
    assert reason(TOPIC, key(OURS).sign(encode(keyring()))) == Reason.MALFORMED


BAD_PUBLISHERS: dict[str, dict[str, object]] = {
    "an id that is a wildcard": {"id": "+"},
    "an id with a slash": {"id": "a/b"},
    "a Chinese id": {"id": "村委会"},
    "a scope that is a wildcard": {"scope": ["#"]},
    "a scope with a slash at its end": {"scope": ["baizhuang/"]},
    "a key that is none": {"keys": {"a": "xyz"}},
    "a power that does not exist": {"may": ["reboot"]},
}


@pytest.mark.parametrize("change", BAD_PUBLISHERS.values(), ids=BAD_PUBLISHERS.keys())
def test_a_keyring_that_names_an_impossible_publisher_is_refused(change: dict[str, object]) -> None:
    """Signed or not: a screen that took it could not make its topics, now and after every start."""
    ring = json.loads(encode(keyring(version=2)))
    ring["publishers"][0] |= change
    assert ring_reason(key("root").sign(json.dumps(ring).encode()), keyring()) == Reason.MALFORMED


def test_the_keyring_says_who_may_send_what_where_in_its_order() -> None:
    ours, street = publisher(), publisher(STREET, scope=(VILLAGE, "other"), may=("alerts",))
    ring = keyring(street, ours)
    assert ring.publishers_for(DOORWAY, "alerts") == (street, ours)
    assert ring.publishers_for(DOORWAY, "content") == (ours,)
    assert ring.publishers_for("other/a", "alerts") == (street,)
    assert ring.publishers_for("another", "alerts") == ()
    assert ring.publisher(STREET) == street
    assert ring.publisher("nobody") is None


def half(name: str) -> PublicHalf:
    return PublicHalf(id=name, name=name, keyid=key(name).id, public=key(name).public)


def test_a_new_publisher_makes_a_new_version_and_the_same_again_does_not() -> None:
    after = with_publisher(keyring(), half(STREET), (VILLAGE,), ("alerts",))
    assert after == keyring(publisher(), publisher(STREET, may=("alerts",)), version=2)
    assert with_publisher(after, half(STREET), (VILLAGE,), ("alerts",)) is after


def test_a_publisher_with_new_powers_replaces_its_old_entry() -> None:
    before = keyring(publisher(), publisher(STREET, may=("alerts",)))
    after = with_publisher(before, half(STREET), (VILLAGE,), ("content", "alerts"))
    assert after == keyring(publisher(), publisher(STREET), version=2)


# Keys.


def test_a_private_key_is_saved_for_its_owner_alone_and_comes_back(tmp_path: Path) -> None:
    path = tmp_path / "own.pem"
    key(OURS).save(path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert Key.load(path).id == key(OURS).id


def test_a_private_key_never_shows_itself(tmp_path: Path) -> None:
    path = tmp_path / "own.pem"
    key(OURS).save(path)
    secret = path.read_text().splitlines()[1]
    assert repr(key(OURS)) == f"Key({key(OURS).id[:12]}…)"
    path.write_text(f"-----BEGIN PRIVATE KEY-----\n{secret[:20]}\n-----END PRIVATE KEY-----\n")
    with pytest.raises(FolderError) as error:
        Key.load(path)
    assert secret[:20] not in str(error.value)
    assert error.value.__cause__ is None


@pytest.mark.parametrize("content", [b"", b"not a key", b"-----BEGIN PRIVATE KEY-----\n!\n-----END PRIVATE KEY-----\n"])
def test_a_file_that_is_no_key_is_said_to_be_none(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "own.pem").write_bytes(content)
    with pytest.raises(FolderError, match=r"own\.pem"):
        Key.load(tmp_path / "own.pem")


def test_the_public_half_is_what_another_village_needs() -> None:
    text = encode_public(key(OURS), OURS, "村委会")
    assert json.loads(text) == {"id": OURS, "name": "村委会", "keyid": key(OURS).id, "public": key(OURS).public}


def test_a_key_opens_its_own_messages_only() -> None:
    assert key(OURS).opened(signed(manifest())) == manifest()
    with pytest.raises(Refused):
        key(OURS).opened(signed(manifest(), by="stranger"))


def test_a_message_can_be_verified_again_and_again() -> None:
    seen: list[Manifest] = [verify_manifest(TOPIC, signed(manifest()), keyring()) for _ in range(3)]
    assert seen == [manifest()] * 3
