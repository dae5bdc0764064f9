"""Alarms as JSON, for a platform with cameras that speaks no CAP: the struct, its rules, its OpenAPI. Pure.

A field that we do not know is refused, not ignored: `exercize: true` would put a drill on the
screens as real.
"""

from datetime import datetime, timedelta
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

from content.alarms.alarm import MOST_AHEAD, MOST_LIFE, Alarm, Part, lasting
from content.alarms.places import camera_places, without_those_below
from content.alarms.text import clean, one_line, shortened, steps
from content.decoding import decoded
from content.document import in_chinese, likely
from content.errors import AlarmReason, AlarmRefused
from content.files import sha256_hex
from content.notice import Level
from content.village import Village

MOST_TEXT = 5_000
Reference = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=200,
        pattern=r"^[^\s,<&/]+\Z",
        description="平台自己的报警编号：同一编号再来就是更新，一模一样的只算一次。不能有空格、逗号和斜杠",
    ),
]
MOST_MINUTES = int(MOST_LIFE.total_seconds() // 60)


class AlarmPost(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /alarms"""

    reference: Reference
    event: Annotated[str, Meta(min_length=1, max_length=20, description="事件，例如 火情")]
    headline: Annotated[str, Meta(min_length=1, max_length=MOST_TEXT, description="一句话；屏上最多 40 字，多的缩短")]
    level: Annotated[Level, Meta(description="红（特别严重）、橙（严重）、黄（较重）、蓝（一般）")]
    places: Annotated[
        tuple[str, ...], Meta(max_length=100, description="发到哪些地点及其以下，例如 baizhuang/north/w012")
    ] = ()
    camera: Annotated[str, Meta(max_length=200, description="摄像头编号，地点由 village.yaml 的 cameras 表决定")] = ""
    expires: Annotated[datetime, Meta(tz=True, description="何时失效，带时区")] | None = None
    minutes: Annotated[int, Meta(ge=1, le=MOST_MINUTES, description="或：多少分钟后失效")] | None = None
    sent: Annotated[datetime, Meta(tz=True, description="平台发出的时刻，带时区；不写就是收到的时刻")] | None = None
    instruction: Annotated[str, Meta(max_length=MOST_TEXT, description="居民怎么做，一行一步")] = ""
    contact: Annotated[str, Meta(max_length=60, description="找谁，例如 119 · 村值班室 0391-0000000")] = ""
    exercise: Annotated[bool, Meta(description="true 是演练，屏上会标明")] = False


class AlarmAnswer(Struct, frozen=True, omit_defaults=True):
    """What became of an alarm."""

    accepted: bool
    state: str = ""
    """shown, draft, ended, expired, duplicate, ignored or refused."""
    alerts: tuple[str, ...] = ()
    """The ids of the alerts in the folder."""
    why: tuple[str, ...] = ()
    """For people."""


def parse_post(document: bytes) -> AlarmPost:
    """The alarm in any bytes, or AlarmRefused with what is wrong with them."""
    try:
        return decoded(document, AlarmPost)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, OverflowError) as error:
        text = str(error)
        field = text.rpartition("$.")[2].rstrip("`") if "$." in text else ""
        what = f"{field}：{in_chinese(text)}" if field else in_chinese(text)
        raise AlarmRefused(AlarmReason.MALFORMED, f"不是所要的 JSON（{what}）；写法见 /alarms/openapi.json") from error


def sender_of(token: str) -> str:
    """The sender's name of what comes by a token: no CAP sender can have it, for it has a space."""
    return f"token {token}"


def judge_post(post: AlarmPost, document: bytes, token: str, village: Village, now: datetime) -> Alarm:
    """What the alarm comes to. Raises AlarmRefused with the reason for the platform."""
    sent = post.sent.replace(microsecond=0) if post.sent else now
    if sent > now + MOST_AHEAD:
        raise AlarmRefused(AlarmReason.WRONG_TIME, f"sent {sent.isoformat()} 在将来，请检查平台的时钟")
    if post.expires and post.minutes:
        raise AlarmRefused(AlarmReason.MALFORMED, "expires 和 minutes 只能写一个")
    issued = min(sent, now).replace(microsecond=0)
    expires = lasting(issued, issued + timedelta(minutes=post.minutes) if post.minutes else post.expires)
    if expires <= now:
        raise AlarmRefused(AlarmReason.EXPIRED, f"已在 {expires.isoformat()} 失效，不再显示")
    part = Part(
        level=post.level,
        event=one_line(post.event) or "警报",
        headline=shortened(one_line(post.headline), 40) or "警报",
        to=places_posted(post, village),
        issued=issued,
        expires=expires,
        instruction=shortened(steps(post.instruction), 400),
        contact=one_line(post.contact),
        words={
            name: clean(text)
            for name, text in (
                ("headline", post.headline), ("instruction", post.instruction), ("camera", post.camera)
            )
            if clean(text)
        },
    )  # fmt: skip
    return Alarm(
        sender=sender_of(token),
        identifier=post.reference,
        sent=sent,
        act="alert",
        received=now,
        exercise=post.exercise,
        digest="" if post.sent else sha256_hex(document),
        stamped=post.sent is None,
        parts=(part,),
    )


def places_posted(post: AlarmPost, village: Village) -> tuple[str, ...]:
    """The places that it names, itself or by its camera. One unknown name refuses the whole: half an alert misleads."""
    unknown = [place for place in post.places if place not in village.places]
    if unknown:
        hint = likely(unknown[0], village.places)
        raise AlarmRefused(AlarmReason.NO_PLACE, f"没有地点 {'、'.join(unknown)[:200]}；{hint}")
    if post.camera and not camera_places(post.camera, village.alarms) and not post.places:
        raise AlarmRefused(
            AlarmReason.NO_PLACE, f"不认识摄像头 {post.camera[:60]!r}；请写进 village.yaml 的 alarms: cameras: 里"
        )
    to = without_those_below((*post.places, *camera_places(post.camera, village.alarms)))
    if not to:
        raise AlarmRefused(AlarmReason.NO_PLACE, "没有写发给谁：写 places，或写 camera")
    return to


def cancel_post(reference: str, token: str, now: datetime, *, exercise: bool) -> Alarm:
    """The end of the alarm of that reference. It may come before the alarm does."""
    return Alarm(
        sender=sender_of(token),
        identifier=reference,
        sent=now,
        act="cancel",
        received=now,
        stamped=True,
        exercise=exercise,
    )


def openapi() -> dict[str, Any]:
    """The interface, for machines: OpenAPI 3.1 (JSON Schema 2020-12, as msgspec writes it)."""
    _, components = msgspec.json.schema_components((AlarmPost, AlarmAnswer), ref_template="#/components/schemas/{name}")
    answer = {"application/json": {"schema": {"$ref": "#/components/schemas/AlarmAnswer"}}}

    def answers(*codes: tuple[int, str]) -> dict[str, Any]:
        return {str(code): {"description": text, "content": answer} for code, text in codes}

    taken = ((200, "已收到，没有新的变化"), (201, "已上屏或已放进草稿"))
    refused = (
        (400, "格式不对"), (401, "没有令牌或令牌不对"), (403, "不许这样发"),
        (413, "太大"), (422, "不能显示，why 里写明原因"), (429, "太频繁"),
    )  # fmt: skip
    body = {"required": True, "content": {"application/json": {"schema": {"$ref": "#/components/schemas/AlarmPost"}}}}
    cap_body = {"required": True, "content": {"application/cap+xml": {"schema": {"type": "string"}}}}
    named = {"name": "reference", "in": "path", "required": True, "schema": {"type": "string"}}
    drill = {"name": "exercise", "in": "query", "schema": {"type": "boolean", "default": False}}
    return {
        "openapi": "3.1.0",
        "info": {"title": "便民视窗：报警接口", "version": "1"},
        "security": [{"token": []}],
        "paths": {
            "/alarms": {"post": {"summary": "报警", "requestBody": body, "responses": answers(*taken, *refused)}},
            "/alarms/{reference}": {
                "delete": {
                    "summary": "解除报警", "parameters": [named, drill], "responses": answers(*taken[:1], *refused)
                }
            },
            "/alarms/cap": {
                "post": {
                    "summary": "CAP 1.2 消息", "requestBody": cap_body, "responses": answers(*taken, *refused)
                }
            },
        },
        "components": {
            "schemas": components,
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }  # fmt: skip
