"""What to do about an offered manifest, and what can be shown of what is here."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from content.errors import Reason, Refused
from content.manifest import Alerts, Blob, Content, Manifest
from content.notice import Notice
from content.settings import Pace, Settings
from kiosk.plan import Wanted, is_newer, living, missing, showable, topics_for, used_blobs, whole_form
from tests.fakes import DOORWAY, OURS, STREET, alert, card, code, keyring, manifest, media, notice, png, publisher

PICTURES = [media(png(width, 3)) for width in (1, 2, 3)]
ONE, TWO, THREE = (picture.sha256 for picture in PICTURES)


def all_here(_: str) -> bool:
    return True


def none_here(_: str) -> bool:
    return False


def test_a_screen_listens_to_its_place_and_all_above_alerts_first() -> None:
    street = publisher(STREET, may=("alerts",))
    ring = keyring(publisher(scope=("a/b",)), replace(street, scope=("a",)))
    assert topics_for("a/b/c", ring) == (
        f"window/v1/places/a/alerts/{STREET}",
        f"window/v1/places/a/b/alerts/{OURS}",
        f"window/v1/places/a/b/alerts/{STREET}",
        f"window/v1/places/a/b/c/alerts/{OURS}",
        f"window/v1/places/a/b/c/alerts/{STREET}",
        f"window/v1/places/a/b/content/{OURS}",
        f"window/v1/places/a/b/c/content/{OURS}",
    )


def test_a_screen_listens_to_nobody_whose_scope_lies_elsewhere() -> None:
    assert topics_for(DOORWAY, keyring(publisher(scope=("elsewhere", DOORWAY + "x")))) == ()


def test_the_first_message_is_news_and_the_same_again_is_not() -> None:
    assert is_newer(None, manifest())
    assert is_newer(manifest(revision=1), manifest(revision=2))
    assert not is_newer(manifest(), manifest())


@pytest.mark.parametrize(
    "offered",
    [manifest(revision=1), manifest(Content(), revision=0), manifest(Content(), revision=2)],
    ids=["rollback", "rollback to another", "two faces of one revision"],
)
def test_rollback_is_refused(offered: Manifest) -> None:
    with pytest.raises(Refused) as refusal:
        is_newer(manifest(revision=2), offered)
    assert refusal.value.reason == Reason.ROLLBACK


def test_of_a_head_its_own_content_is_fetched_first() -> None:
    head = manifest(Blob(sha256="0" * 64, size=20_000))
    content = Content(notices=(notice(media=(PICTURES[0],)),))
    assert missing(head, None, none_here) == (Wanted("0" * 64, 20_000),)
    assert missing(head, None, all_here) == (), "what is here and no content would be the same again"
    assert missing(head, content, none_here) == (Wanted(ONE, PICTURES[0].size),)
    assert missing(head, content, all_here) == ()


def test_alerts_wait_for_nothing() -> None:
    assert missing(manifest(Alerts(alerts=(alert(),))), None, none_here) == ()


def test_every_picture_is_fetched_once_notices_before_the_card() -> None:
    content = Content(
        notices=(notice("a", media=tuple(PICTURES[:2])), notice("b", media=(PICTURES[0],))),
        card=replace(card(), photo=PICTURES[2]),
    )
    assert [one.sha256 for one in missing(manifest(content), content, none_here)] == [ONE, TWO, THREE]
    assert [one.sha256 for one in missing(manifest(content), content, {ONE, THREE}.__contains__)] == [TWO]


def test_a_notice_waits_for_its_pictures_and_the_others_do_not() -> None:
    content = Content(notices=(notice("a", media=(PICTURES[0],)), notice("b")))
    shown = showable([content], none_here)
    assert shown
    assert [one.id for one in shown.notices] == ["b"]


def test_a_notice_goes_on_in_its_old_form_until_the_new_one_is_whole() -> None:
    old = Content(notices=(notice("a", "旧", media=(PICTURES[0],)), notice("gone")))
    new = Content(notices=(notice("a", "新", media=(PICTURES[1],)), notice("b", "新来的")))
    history = []
    for here in ({ONE}, {ONE, TWO}, {TWO}, set()):
        shown = showable([new, old], here.__contains__)
        history.append([one.title for one in shown.notices] if shown else None)
    assert history == [["旧", "新来的"], ["新", "新来的"], ["新", "新来的"], ["新来的"]]


def test_the_newest_whole_form_is_taken_of_several() -> None:
    versions = [Content(notices=(notice("a", str(n), media=(PICTURES[n],)),)) for n in range(3)]
    assert whole_form(versions[0].notices[0], versions, {TWO, THREE}.__contains__) == versions[1].notices[0]
    assert whole_form(versions[0].notices[0], versions, none_here) is None


def test_what_was_withdrawn_is_gone_at_once_though_its_pictures_are_here() -> None:
    old = Content(notices=(notice("a", media=(PICTURES[0],)),))
    shown = showable([Content(), old], all_here)
    assert shown
    assert shown.notices == ()


def test_a_card_does_not_wait_for_its_photo() -> None:
    content = Content(card=replace(card(), photo=PICTURES[0]), service_code=code())
    without, whole = showable([content], none_here), showable([content], all_here)
    assert without == replace(content, card=card())
    assert whole == content


def test_everything_that_is_single_is_the_newests() -> None:
    old = Content(place_name="旧", card=card("甲"), service_code=code("a"), settings=Settings(pace=Pace()))
    new = Content(place_name="新", timezone="Asia/Urumqi")
    assert showable([new, old], all_here) == new
    assert showable([], all_here) is None


NOTICES = st.builds(
    lambda name, title, pictures: notice(name, title, media=tuple(pictures)),
    st.sampled_from("abc"),
    st.sampled_from(["旧", "新"]),
    st.lists(st.sampled_from(PICTURES), max_size=2),
)
CONTENTS = st.lists(NOTICES, max_size=3, unique_by=lambda one: one.id).map(lambda some: Content(notices=tuple(some)))


@given(st.lists(CONTENTS, min_size=1, max_size=4), st.sets(st.sampled_from([ONE, TWO, THREE])))
def test_nothing_is_ever_shown_with_a_picture_missing_or_after_it_was_withdrawn(
    versions: list[Content], here: set[str]
) -> None:
    shown = showable(versions, here.__contains__)
    assert shown
    forms: list[Notice] = [form for content in versions for form in content.notices]
    for one in shown.notices:
        assert {picture.sha256 for picture in one.media} <= here
        assert one in forms
    newest = [one.id for one in versions[0].notices]
    assert [one.id for one in shown.notices] == [name for name in newest if name in {one.id for one in shown.notices}]
    whole = [one for one in versions[0].notices if {picture.sha256 for picture in one.media} <= here]
    assert set(whole) <= set(shown.notices)


def test_the_blobs_in_use_are_those_of_heads_notices_and_cards() -> None:
    content = Content(notices=(notice(media=(PICTURES[0],)),), card=replace(card(), photo=PICTURES[1]))
    head = manifest(Blob(sha256="0" * 64, size=1))
    assert used_blobs([head, manifest(Alerts())], [content]) == {"0" * 64, ONE, TWO}


def test_a_withdrawn_notice_lives_no_longer_though_an_older_version_waits_for_media() -> None:
    old = Content(notices=(notice("wrong", media=(media(b"1"),)), notice("kept", title="旧")), card=card())
    new = Content(notices=(notice("kept", title="新", media=(media(b"2"),)),))
    titles = [[one.title for one in content.notices] for content in living([new, old])]
    assert titles == [["新"], ["旧"]]
    assert used_blobs([], living([new, old])) == {media(b"2").sha256}
