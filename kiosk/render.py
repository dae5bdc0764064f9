"""One picture without a screen: what a display of a given size shows at a given moment, as PNG.

The same scenes and the same canvas as the player's, so that a preview is the screen's own
picture. Needs no window and no display.
"""

import io
from datetime import datetime

import pygame
from msgspec import Struct
from pygame import Surface

from content.errors import WindowError
from content.notice import Notice
from content.onair import active_alerts, on_air
from kiosk.canvas import Canvas, ReadBlob
from kiosk.page import Page
from kiosk.rotation import Slide, slides
from kiosk.scene import compose, compose_alert, pages
from kiosk.shapes import Geometry, Scene
from kiosk.text import Metrics
from kiosk.view import View


class NoSuchPage(WindowError):
    """The notice or page that was asked for is not on air. Says what is."""


class Row(Struct, frozen=True):
    """One notice or alert of the programme, in the order of the screen."""

    id: str
    title: str
    topic: str
    pages: int
    seconds: tuple[float, ...]
    """For each page; empty for an alert, which stays until it ends."""
    alert: bool = False


def render(
    view: View, now: datetime, size: tuple[int, int], read_blob: ReadBlob, *, item: str | None = None, page: int = 1
) -> bytes:
    """PNG of what a display of `size` at `view` shows at `now` (aware).

    Without `item` that is the first alert, or the first notice; `item` names another by its id.
    Raises NoSuchPage.
    """
    canvas = Canvas(Surface(size, 0, 32), read_blob)
    canvas.draw(chosen(view, now, Geometry(*size), canvas.metrics, item, page))
    out = io.BytesIO()
    pygame.image.save(canvas.surface, out, "picture.png")
    return out.getvalue()


def chosen(view: View, now: datetime, geometry: Geometry, metrics: Metrics, item: str | None, page: int) -> Scene:
    """The scene that was asked for."""
    moment = now.astimezone(view.zone)
    alerts = active_alerts(view.alerts, now)
    for number, alert in enumerate(alerts, 1):
        if item in (None, alert.id):
            if page != 1:
                raise NoSuchPage(f"警报 {alert.id} 只有 1 页，没有第 {page} 页")
            return compose_alert(view, alert, number, len(alerts), moment, geometry, metrics)
    due = slides_at(view, now, geometry, metrics)
    if not due and item is None and page == 1:
        return compose(view, None, moment, geometry, metrics)
    wanted = [slide for slide in due if slide.notice.id == (item or due[0].notice.id)]
    if not wanted:
        ids = [*(alert.id for alert in alerts), *dict.fromkeys(slide.notice.id for slide in due)]
        raise NoSuchPage(f"{item or '任何内容'} 此刻不在播出；正在播出：{'、'.join(ids) or '无'}")
    if not 1 <= page <= len(wanted):
        raise NoSuchPage(f"{wanted[0].notice.id} 共 {len(wanted)} 页，没有第 {page} 页")
    return compose(view, wanted[page - 1], moment, geometry, metrics)


def slides_at(view: View, now: datetime, geometry: Geometry, metrics: Metrics) -> tuple[Slide, ...]:
    """The rotation at `now`."""

    def pages_of(notice: Notice) -> tuple[Page, ...]:
        return pages(notice, view, geometry, metrics)

    return slides(view, on_air(view.notices, now, view.zone).due, pages_of)


def programme(view: View, now: datetime, size: tuple[int, int], read_blob: ReadBlob | None = None) -> list[Row]:  # noqa: ARG001
    """What is on air at `now`, in order: alerts, which suspend the notices while they last, then notices."""
    canvas = Canvas(Surface((1, 1), 0, 32), lambda _digest: None)
    rows = [
        Row(alert.id, alert.headline, f"{alert.level.value}色预警", 1, (), alert=True)
        for alert in active_alerts(view.alerts, now)
    ]
    found: dict[str, list[Slide]] = {}
    for slide in slides_at(view, now, Geometry(*size), canvas.metrics):
        found.setdefault(slide.notice.id, []).append(slide)
    for notice_id, shown in found.items():
        notice = shown[0].notice
        rows.append(Row(notice_id, notice.title, notice.topic.word, len(shown), tuple(one.seconds for one in shown)))
    return rows
