"""From a village to what each place is told."""

from content.compile import compile_village
from content.manifest import Alerts, Content
from content.settings import Pace, Settings
from content.village import AddressedAlert, AddressedNotice, Place, Village
from tests.fakes import OURS, alert, card, code, notice

PLACES = {
    "a": Place(path="a", name="村", card=card()),
    "a/b": Place(path="a/b", name="北区", service_code=code(), settings=Settings(pace=Pace(least_seconds=9))),
    "a/c": Place(path="a/c", name="南区"),
}


def village(notices: tuple[AddressedNotice, ...] = (), alerts: tuple[AddressedAlert, ...] = ()) -> Village:
    return Village(
        publisher=OURS, name="村委会", timezone="Asia/Shanghai", places=PLACES, notices=notices, alerts=alerts
    )


def test_every_place_is_told_its_name_and_alerts_come_first() -> None:
    assert list(compile_village(village()).items()) == [
        (f"window/v1/places/a/alerts/{OURS}", Alerts()),
        (f"window/v1/places/a/b/alerts/{OURS}", Alerts()),
        (f"window/v1/places/a/c/alerts/{OURS}", Alerts()),
        (f"window/v1/places/a/content/{OURS}", Content(place_name="村", card=card())),
        (
            f"window/v1/places/a/b/content/{OURS}",
            Content(place_name="北区", service_code=code(), settings=Settings(pace=Pace(least_seconds=9))),
        ),
        (f"window/v1/places/a/c/content/{OURS}", Content(place_name="南区")),
    ]


def test_a_notice_goes_to_the_named_places_and_to_no_other() -> None:
    bodies = compile_village(
        village((AddressedNotice(notice("one"), ("a/b", "a/c")), AddressedNotice(notice("two"), ("a/b",))))
    )
    told = {topic: [one.id for one in body.notices] for topic, body in bodies.items() if isinstance(body, Content)}
    assert told == {
        f"window/v1/places/a/content/{OURS}": [],
        f"window/v1/places/a/b/content/{OURS}": ["one", "two"],
        f"window/v1/places/a/c/content/{OURS}": ["one"],
    }


def test_an_alert_goes_to_the_named_places_and_never_among_the_notices() -> None:
    bodies = compile_village(village(alerts=(AddressedAlert(alert(), ("a",)),)))
    assert bodies[f"window/v1/places/a/alerts/{OURS}"] == Alerts(alerts=(alert(),))
    assert [topic for topic, body in bodies.items() if body == Alerts(alerts=(alert(),))] == [
        f"window/v1/places/a/alerts/{OURS}"
    ]


def test_a_place_that_is_no_more_gets_nothing() -> None:
    bodies = compile_village(village((AddressedNotice(notice(), ("a/gone",)),)))
    assert not any("gone" in topic for topic in bodies)


def test_the_same_village_compiles_to_the_same() -> None:
    whole = village((AddressedNotice(notice(), ("a",)),), (AddressedAlert(alert(), ("a",)),))
    assert compile_village(whole) == compile_village(whole)
