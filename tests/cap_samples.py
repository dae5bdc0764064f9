"""CAP messages and a village that takes them in. Values and builders only."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from content.alarms.alarm import Alarm, Named, Part
from content.alarms.cap import CapAlert, parse_cap
from content.notice import Level
from tests.fakes import NOW, VILLAGE_YAML

FOLDER = Path(__file__).parent / "cap"
OASIS = ("oasis-homeland-security", "oasis-thunderstorm", "oasis-earthquake", "oasis-amber")
WEATHER, FIRE, SENIOR = "qxt@weather.example", "fire@city.example", "senior@city.example"
MORNING = datetime(2026, 12, 1, 1, 0, tzinfo=UTC)
"""Nine o'clock in the village, ten minutes after the rain warning."""
ALARM_VILLAGE = (
    VILLAGE_YAML.replace(
        "south: {name: 南区}",
        "south: {name: 南区, settings: {coordinates: {latitude: 35.20, longitude: 113.24}}}",
    ).replace(
        "        name: 北区\n",
        "        name: 北区\n        settings: {coordinates: {latitude: 35.25, longitude: 113.24}}\n",
    )
    + f"""\
alarms:
  senders:
    - {WEATHER}
    - {FIRE}
    - {{sender: {SENIOR}, speaks_for: [{FIRE}]}}
  areas:
    "410804": [baizhuang]
    "410804003": [baizhuang/south]
    开发区: [baizhuang/south]
  cameras:
    cam-12: [baizhuang/north/w012/b3]
"""
)


def document(name: str) -> bytes:
    return (FOLDER / f"{name}.xml").read_bytes()


def message(name: str) -> CapAlert:
    return parse_cap(document(name))


def changed(name: str, *changes: tuple[str, str]) -> bytes:
    """A sample with other words in it; each must be there once or more."""
    text = document(name).decode()
    for before, after in changes:
        assert before in text, before
        text = text.replace(before, after)
    return text.encode()


def part(headline: str = "暴雨", minutes: int = 60, to: tuple[str, ...] = ("baizhuang",)) -> Part:
    return Part(
        level=Level.RED, event="暴雨", headline=headline, to=to, issued=NOW, expires=NOW + timedelta(minutes=minutes)
    )


def alarm(name: str, act: str, minute: int, *about: str, sender: str = "a@x", exercise: bool = False) -> Alarm:
    """A message sent so many minutes after nine, about earlier ones."""
    return Alarm(
        sender=sender,
        identifier=name,
        sent=NOW + timedelta(minutes=minute),
        act=act,  # type: ignore[arg-type]
        received=NOW,
        references=tuple(Named(sender=sender, identifier=one, sent=NOW) for one in about),
        exercise=exercise,
        parts=() if act == "cancel" else (part(headline=name, minutes=600),),
    )
