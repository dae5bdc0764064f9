"""Who may say and hear what at each broker, running exactly the written configuration. Tested by effect: Mosquitto
grants a SUBSCRIBE that it will never serve, and confirms a PUBLISH that it throws away.
"""

import contextlib
import time

import pytest

from content.topics import ALERTS, ASSIGNMENT, COMMAND, RECEIPTS, STATUS
from tests.system.broker_world import NORTH, ONE, OTHER, OWN, SETTLE, SOUTH, STREET, World, village_content
from tests.system.probe import connect_packet, line
from tests.system.rig import until

NOT_A_SCREENS = {
    "content": village_content(),
    "alerts": ALERTS.of(place=NORTH, publisher=OWN),
    "assignment, its own": ASSIGNMENT.of(screen=ONE),
    "assignment, another's": ASSIGNMENT.of(screen=OTHER),
    "command, its own": COMMAND.of(screen=ONE),
    "command, another's": COMMAND.of(screen=OTHER),
    "status, another's": STATUS.of(screen=OTHER),
    "receipts, another's": RECEIPTS.of(screen=OTHER),
    "a topic of nobody": "window/v1/anything",
    "below its own": STATUS.of(screen=ONE) + "/more",
    "$SYS": "$SYS/broker/version",
}
EVERYTHING = [
    village_content(), ALERTS.of(place=NORTH, publisher=OWN), "window/v1/screens/+/assignment",
    "window/v1/screens/+/status", "window/v1/screens/+/receipts",
]  # fmt: skip


@pytest.mark.parametrize("topic", NOT_A_SCREENS.values(), ids=NOT_A_SCREENS.keys())
def test_a_screen_speaks_for_itself_only(world: World, topic: str) -> None:
    """All who could hear it listen: its publisher, and both screens. What was allowed, after it, comes through."""
    publisher, one, other = world.connect(OWN), world.connect(ONE), world.connect(OTHER)
    publisher.subscribe(*EVERYTHING)
    for screen, name in ((one, ONE), (other, OTHER)):
        screen.subscribe(COMMAND.of(screen=name), ASSIGNMENT.of(screen=name), village_content())
        screen.subscribe(ALERTS.of(place=NORTH, publisher=OWN))
    time.sleep(SETTLE)
    before = [list(probe.history) for probe in (publisher, one, other)]
    speaker = world.connect(ONE) if world.kind == "mosquitto" and one.lost else one
    speaker.publish(topic, b"forged", retain=True)
    speaker.publish(topic, b"forged")
    sentinel = (STATUS.of(screen=ONE), topic.encode())
    speaker.publish(sentinel[0], sentinel[1])
    until("its own status comes", lambda: sentinel in publisher.history)
    time.sleep(SETTLE)
    assert [probe.history for probe in (publisher, one, other)] == [[*before[0], sentinel], *before[1:]]


def test_a_screens_last_will_is_held_to_the_same(world: World) -> None:
    publisher = world.connect(OWN)
    publisher.subscribe("window/v1/screens/+/status")
    time.sleep(SETTLE)
    before = list(publisher.history)
    for will in (STATUS.of(screen=OTHER), STATUS.of(screen=ONE)):
        with contextlib.suppress(OSError), line(world.tls.port, world.files[ONE].context()) as opened:
            opened.sendall(connect_packet(ONE, will=will))
            opened.recv(4)
    own = (STATUS.of(screen=ONE), b"forged")
    until("its own will is published", lambda: own in publisher.history)
    time.sleep(SETTLE)
    assert publisher.history == [*before, own]


def test_a_screen_cannot_take_away_what_is_published(world: World) -> None:
    publisher, topic = world.connect(OWN), village_content()
    publisher.publish(topic, b"the notices", retain=True)
    screen = world.connect(ONE)
    screen.publish(topic, b"", retain=True)
    time.sleep(SETTLE)
    screen.subscribe(topic)
    until("it is still retained", lambda: screen.history)
    assert screen.history == [(topic, b"the notices")]


CURIOUS = {
    "everything": "#",
    "everything of ours": "window/#",
    "all screens": "window/v1/screens/#",
    "every level": "+/+/+/+/+",
    "all commands": COMMAND.pattern.format(screen="+"),
    "another's status": STATUS.of(screen=OTHER),
    "another's receipts": RECEIPTS.of(screen=OTHER),
    "another's command": COMMAND.of(screen=OTHER),
    "another's assignment": ASSIGNMENT.of(screen=OTHER),
    "its own receipts": RECEIPTS.of(screen=ONE),
    "the broker's state": "$SYS/#",
    "NATS's inside": "$MQTT/#",
}


@pytest.mark.parametrize("curious", CURIOUS.values(), ids=CURIOUS.keys())
def test_a_screen_hears_what_is_for_it_and_no_more(world: World, curious: str) -> None:
    publisher, one, other = world.connect(OWN), world.connect(ONE), world.connect(OTHER)
    one.subscribe(curious)
    one.subscribe(COMMAND.of(screen=ONE))
    time.sleep(SETTLE)
    one.history.clear()
    for topic in (COMMAND, ASSIGNMENT):
        publisher.publish(topic.of(screen=OTHER), b"for the other", retain=topic.retain)
    for topic in (STATUS, RECEIPTS):
        other.publish(topic.of(screen=OTHER), b"of the other", retain=topic.retain)
        one.publish(topic.of(screen=ONE), b"of this one", retain=topic.retain)
    time.sleep(SETTLE)
    mine = (COMMAND.of(screen=ONE), b"for you")
    publisher.publish(*mine)
    until("its own command comes", lambda: one.history)
    time.sleep(SETTLE)
    assert set(one.history) == {mine}


NOT_A_STREETS = {
    "the village's content": village_content(),
    "the village's alerts": ALERTS.of(place=NORTH, publisher=OWN),
    "its own, where it may not": village_content(STREET, SOUTH),
    "above its places": village_content(STREET, "village"),
    "an assignment": ASSIGNMENT.of(screen=ONE),
    "a command": COMMAND.of(screen=ONE),
    "a screen's status": STATUS.of(screen=ONE),
    "a screen's receipts": RECEIPTS.of(screen=ONE),
}


@pytest.mark.parametrize("topic", NOT_A_STREETS.values(), ids=NOT_A_STREETS.keys())
def test_a_publisher_keeps_to_what_the_keyring_gives_it(world: World, topic: str) -> None:
    village, street, screen = world.connect(OWN), world.connect(STREET), world.connect(ONE)
    village.subscribe(*EVERYTHING)
    allowed = village_content(STREET)
    screen.subscribe(topic, allowed)
    time.sleep(SETTLE)
    before = list(village.history)
    screen.history.clear()
    street.publish(topic, b"forged", retain=True)
    street.publish(allowed, topic.encode(), retain=True)
    until("what it may comes through", lambda: screen.history)
    time.sleep(SETTLE)
    assert (screen.history, village.history) == ([(allowed, topic.encode())], before)


def test_everything_that_is_meant_to_comes_through(world: World) -> None:
    village, street, screen = world.connect(OWN, "publisher-x"), world.connect(STREET), world.connect(ONE)
    own = [topic.of(screen=ONE) for topic in (ASSIGNMENT, COMMAND)]
    places = [village_content(place=place) for place in ("village", "village/north", NORTH)]
    alerts = [
        ALERTS.of(place=place, publisher=publisher) for place in ("village/north", NORTH) for publisher in (OWN, STREET)
    ]
    screen.subscribe(*own, *places, *alerts)
    for listener in (village, street):
        listener.subscribe("window/v1/screens/+/status", "window/v1/screens/+/receipts", qos=1)
    time.sleep(SETTLE)
    for probe in (village, street, screen):
        probe.history.clear()
    sent = [(topic, b"1") for topic in (*own, *places, *alerts)]
    for topic, payload in sent:
        (street if topic.endswith(STREET) else village).publish(topic, payload)
    told = [(topic.of(screen=ONE), b"2") for topic in (STATUS, RECEIPTS)]
    for topic, payload in told:
        screen.publish(topic, payload)
    until("all of it", lambda: (len(screen.history), len(village.history), len(street.history)) == (len(sent), 2, 2))
    assert (sorted(screen.history), sorted(village.history), sorted(street.history)) == (
        sorted(sent),
        sorted(told),
        sorted(told),
    )
