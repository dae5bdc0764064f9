"""Notifications: what village.yaml says of them, and the words that go out. Pure; sending is content.fleet.courier's.

A webhook's body is JSON with places to fill in, such as WeChat-Work's robot or an SMS gateway takes. The
template is parsed first and then filled, so that no name can break out of its quotes.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from functools import partial
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct

from content.decoding import decoded
from content.document import Document
from content.fleet.troubles import WORDS, Addressee
from content.notice import Frozen
from content.problem import Path

PLACE_TO_FILL = re.compile(r"\{([a-z_]+)\}")
FACTS = frozenset(
    {"text", "title", "kind", "phase", "places", "count", "worker", "phone", "time", "village", "incident"}
)
"""What templates may name."""
Kind = Literal["lost", "frozen", "recall", "alert"]
DEFAULT_BODY = '{"msgtype": "text", "text": {"content": "{text}"}}'
"""A WeChat-Work (企业微信) group robot's message."""
SHORT_TEXT = 500
"""Characters; a robot takes 2,048 bytes (https://developer.work.weixin.qq.com/document/path/91770)."""


class WebhookEntry(Struct, frozen=True, kw_only=True):
    """Where to POST. The address itself may be a secret (a robot's has its key in it): then `url_file` or `url_env`."""

    name: Annotated[str, Meta(min_length=1, max_length=40)]
    url: str = ""
    url_file: str = ""
    url_env: str = ""
    secret_file: str = ""
    secret_env: str = ""
    body: Annotated[str, Meta(max_length=4000)] = DEFAULT_BODY
    headers: dict[str, str] = {}
    per: Literal["incident", "worker"] = "incident"
    """`worker`: one message for each grid worker concerned, with {worker} and {phone}."""
    kinds: tuple[Kind, ...] = ("lost", "frozen", "recall", "alert")


class RobotAnswer(Frozen, frozen=True):
    """What WeChat-Work (https://developer.work.weixin.qq.com/document/path/90313) and DingTalk answer with HTTP 200."""

    errcode: int = 0


class EmailEntry(Struct, frozen=True, kw_only=True):
    """Mail by SMTP with STARTTLS (or TLS from the start on the ports 465 and 994)."""

    host: str
    sender: str = msgspec.field(name="from")
    to: tuple[str, ...]
    port: Annotated[int, Meta(ge=1, le=65535)] = 587
    user: str = ""
    password_file: str = ""
    password_env: str = ""
    kinds: tuple[Kind, ...] = ("lost", "frozen", "recall", "alert")


class NotifyEntry(Struct, frozen=True, kw_only=True):
    """`notify:` in village.yaml."""

    remind_minutes: Annotated[float, Meta(ge=0.1, le=120)] = 3.0
    reminders: Annotated[int, Meta(ge=0, le=20)] = 3
    """How often an alert is published again while a screen lacks it."""
    webhooks: Annotated[tuple[WebhookEntry, ...], Meta(max_length=20)] = ()
    email: EmailEntry | None = None

    def files(self) -> Iterator[tuple[Path, str]]:
        """Where a file with a secret is named, and the file, from the content folder."""
        for position, one in enumerate(self.webhooks):
            yield ("notify", "webhooks", position, "url_file"), one.url_file
            yield ("notify", "webhooks", position, "secret_file"), one.secret_file
        if self.email:
            yield ("notify", "email", "password_file"), self.email.password_file

    def check(self, document: Document[Any]) -> None:
        """Report what cannot be used."""
        for position, one in enumerate(self.webhooks):
            where = ("notify", "webhooks", position)
            document.check((*where, "body"), partial(parsed_body, one.body))
            if sum(bool(value) for value in (one.url, one.url_file, one.url_env)) != 1:
                document.report(where, "url、url_file、url_env 要写且只写一个", "地址里有密钥的用 url_file")
            elif one.url and not one.url.startswith(("https://", "http://")):
                document.report((*where, "url"), f"{one.url[:60]!r} 不是网址", "以 https:// 开头")
        names = [one.name for one in self.webhooks]
        for position, name in enumerate(names):
            if name in names[:position]:
                document.report(("notify", "webhooks", position, "name"), f"name {name!r} 写了两次", "各取一个名字")


class Letter(Frozen, frozen=True):
    """One message to one channel: what its template is filled with."""

    channel: str
    facts: dict[str, str]


class Event(Frozen, frozen=True):
    """Something began or ended."""

    incident: int
    kind: str
    ended: bool
    text: str
    places: tuple[Addressee, ...] = ()


def letters(events: Sequence[Event], notify: NotifyEntry, village: str, now: datetime) -> list[Letter]:
    """What goes out for what happened at one moment: of each kind one message a channel (or a grid worker), so
    that a power cut of a whole block is not five hundred messages."""
    groups: dict[tuple[str, bool], list[Event]] = defaultdict(list)
    for event in events:
        groups[event.kind, event.ended].append(event)
    return [
        Letter(channel=channel, facts=facts)
        for (kind, ended), group in groups.items()
        for channel, per in channels(notify, kind)
        for facts in facts_of(group, kind, ended, per, village, now)
    ]


def channels(notify: NotifyEntry, kind: str) -> Iterator[tuple[str, str]]:
    """(name, per whom) of those that want this kind."""
    for one in notify.webhooks:
        if kind in one.kinds:
            yield f"webhook:{one.name}", one.per
    if notify.email is not None and kind in notify.email.kinds:
        yield "email", "incident"


def facts_of(
    events: Sequence[Event], kind: str, ended: bool, per: str, village: str, now: datetime
) -> Iterator[dict[str, str]]:
    """The facts of each message."""
    if per != "worker":
        yield facts(events, [one for event in events for one in event.places], kind, ended, village, now)
        return
    workers: dict[tuple[str, str], list[Addressee]] = defaultdict(list)
    for event in events:
        for place in event.places:
            if place.phone:  # without a grid worker there is nobody to call: the other channels tell of it
                workers[place.worker, place.phone].append(place)
    for (worker, phone), places in workers.items():
        theirs = [event for event in events if any(one in event.places for one in places)]
        yield facts(theirs, places, kind, ended, village, now) | {"worker": worker, "phone": phone}


def facts(
    events: Sequence[Event], places: Iterable[Addressee], kind: str, ended: bool, village: str, now: datetime
) -> dict[str, str]:
    """What a template may name."""
    names = list(dict.fromkeys(one.place_name for one in places))
    workers = list(dict.fromkeys(f"{one.worker} {one.phone}" for one in places if one.worker))
    title = f"{'已解除：' if ended else ''}{WORDS.get(kind, kind)}"
    what = "；".join(event.text for event in events)
    return {
        "incident": ",".join(str(event.incident) for event in events)[:200],
        "kind": kind,
        "phase": "解除" if ended else "发生",
        "title": f"【{village}】{title}" + (f"（{len(events)} 起）" if len(events) > 1 else ""),
        "text": shortened(f"【{village}】{title}：{what}"),
        "places": shortened("、".join(names)),
        "count": str(len(names)),
        "worker": shortened("、".join(workers)),
        "phone": "",
        "time": f"{now:%Y-%m-%d %H:%M}",
        "village": village,
    }


def shortened(text: str) -> str:
    return text if len(text) <= SHORT_TEXT else text[: SHORT_TEXT - 1] + "…"


def parsed_body(body: str) -> Any:
    """The template as JSON. Raises ValueError with what is wrong, in words."""
    try:
        parsed = msgspec.json.decode(body.encode())
    except (msgspec.DecodeError, RecursionError) as error:
        raise ValueError(f"body 不是 JSON（{error}）；文字要加双引号") from error
    unknown = sorted(set(PLACE_TO_FILL.findall(body)) - FACTS - {"secret"})
    if unknown:
        raise ValueError(f"body 里不认识 {{{unknown[0]}}}；可用：{'、'.join(sorted(FACTS))}")
    return parsed


def refusal_code(answer: bytes) -> int:
    """The code with which a robot says no although its HTTP server says yes; 0 for every other answer."""
    try:
        return decoded(answer, RobotAnswer).errcode
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return 0


def filled(template: Any, values: dict[str, str]) -> Any:
    """`template` with every {name} in its texts replaced."""
    if isinstance(template, str):
        return PLACE_TO_FILL.sub(lambda found: values.get(found[1], found[0]), template)
    if isinstance(template, list):
        return [filled(one, values) for one in template]
    if isinstance(template, dict):
        return {key: filled(value, values) for key, value in template.items()}
    return template
