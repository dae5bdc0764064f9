"""Pixels: only what changed is drawn, and it is the same picture as drawing everything."""

import hashlib
from datetime import datetime

import pygame
import pytest
from msgspec.structs import replace
from PIL import Image
from pygame import Surface

from content.notice import Notice
from kiosk.canvas import MAX_PICTURE_PIXELS, Canvas, changed, merged
from kiosk.imagesize import image_size
from kiosk.lcd.frame import frame
from kiosk.look import Look
from kiosk.rotation import Slide
from kiosk.scene import compose, compose_alert, pages
from kiosk.shapes import Box, Geometry, Picture, Rectangle, Run, Scene, Text
from kiosk.typography.fonts import FontMissing, open_font
from kiosk.typography.glyphs import drawable
from tests.sample_views import BROKEN, DONE, FIRE, HONOUR, LONG, NOTICES, WATER, drawing, read_blob, view

GEOMETRY = Geometry(1280, 720)
MOMENT = datetime(2025, 7, 10, 9, 26)  # noqa: DTZ001 -- local to the village


def canvas(geometry: Geometry = GEOMETRY) -> Canvas:
    return Canvas(Surface((geometry.width, geometry.height), 0, 32), read_blob)


def scene(on: Canvas, notice: Notice | None, number: int = 1, minute: int = 26) -> Scene:
    shown = view(*NOTICES)
    moment = MOMENT.replace(minute=minute)
    if notice is None:
        return compose(shown, None, moment, Look(GEOMETRY, on.metrics))
    made = pages(notice, shown, Look(GEOMETRY, on.metrics))
    return compose(shown, Slide(notice, number, made[number - 1], len(made), 8.0), moment, Look(GEOMETRY, on.metrics))


def pixels(surface: Surface) -> bytes:
    return pygame.image.tobytes(surface, "RGB")


def test_drawing_the_difference_gives_the_same_pixels_as_drawing_everything() -> None:
    going = canvas()
    alert = compose_alert(view(), FIRE, 1, 1, MOMENT, Look(GEOMETRY, going.metrics))
    story = [scene(going, WATER), scene(going, WATER, minute=27), scene(going, LONG, 1), scene(going, LONG, 2)]
    story += [scene(going, DONE, minute=28), scene(going, None), alert, scene(going, HONOUR), scene(going, BROKEN)]
    for step in story:
        going.draw(step)
        fresh = canvas()
        fresh.draw(step)
        assert pixels(going.surface) == pixels(fresh.surface)


def test_a_tick_of_the_clock_touches_only_the_time() -> None:
    on = canvas()
    on.draw(scene(on, WATER))
    (box,) = on.draw(scene(on, WATER, minute=27))
    assert frame(GEOMETRY).header.inset(-20).contains(box)
    assert box.width * box.height < 0.03 * 1280 * 720


def test_a_page_change_touches_only_the_notice() -> None:
    on = canvas()
    on.draw(scene(on, LONG, 1))
    areas = frame(GEOMETRY)
    assert areas.panel
    room = Box(0, areas.header.bottom, areas.panel.x, GEOMETRY.height - areas.header.bottom)
    for step in (scene(on, LONG, 2), scene(on, WATER)):
        boxes = on.draw(step)
        assert boxes
        assert all(room.contains(box) for box in boxes)


def test_the_same_scene_again_draws_nothing() -> None:
    on = canvas()
    assert on.draw(scene(on, WATER)) == [Box(0, 0, 1280, 720)]
    assert on.draw(scene(on, WATER)) == []
    on.forget()
    assert on.draw(scene(on, WATER)) == [Box(0, 0, 1280, 720)]


def test_the_same_things_in_another_order_are_drawn_again() -> None:
    red, blue = Rectangle(Box(0, 0, 50, 50), "#ff0000"), Rectangle(Box(20, 20, 50, 50), "#0000ff")
    one, other = Scene(GEOMETRY, "#ffffff", (red, blue)), Scene(GEOMETRY, "#ffffff", (blue, red))
    on = canvas()
    on.draw(one)
    assert on.surface.get_at((30, 30)) == pygame.Color("#0000ff")
    on.draw(other)
    assert on.surface.get_at((30, 30)) == pygame.Color("#ff0000")


def test_what_is_larger_than_the_surface_is_drawn_as_far_as_it_goes() -> None:
    on = canvas(Geometry(100, 50))
    assert on.draw(scene(on, WATER)) == [Box(0, 0, 100, 50)]


def test_a_missing_or_broken_picture_costs_only_itself() -> None:
    huge = b"\x89PNG\r\n\x1a\n" + bytes(8) + (60_000).to_bytes(4, "big") * 2 + bytes(20)
    for data in (None, b"", b"not a picture", drawing(40, 30, "#ff0000")[:60], huge):
        on = Canvas(Surface((200, 100), 0, 32), lambda _digest, data=data: data)  # type: ignore[misc]
        on.draw(Scene(Geometry(200, 100), "#ffffff", (Picture(Box(10, 10, 80, 60), "0" * 64, 8),)))
        assert on.surface.get_at((30, 20)) == pygame.Color("#e6e0d2")
        assert on.surface.get_at((150, 50)) == pygame.Color("#ffffff")
    assert MAX_PICTURE_PIXELS < 60_000 * 60_000


def test_a_picture_that_arrives_late_is_drawn_when_its_place_is_drawn_again() -> None:
    have: dict[str, bytes] = {}
    on = Canvas(Surface((200, 100), 0, 32), have.get)
    one = Scene(Geometry(200, 100), "#ffffff", (Picture(Box(0, 0, 100, 100), "0" * 64),))
    on.draw(one)
    have["0" * 64] = png(1, 1, "#336699")
    on.forget()
    on.draw(one)
    assert on.surface.get_at((50, 50)) == pygame.Color("#336699")


def png(width: int, height: int, colour: str, kind: str = "PNG") -> bytes:
    import io

    out = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(out, kind)
    return out.getvalue()


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_the_size_of_a_picture_is_known_before_it_is_decoded(kind: str) -> None:
    data = png(321, 123, "#336699", kind)
    assert image_size(data) == (321, 123)
    for length in range(len(data[:40])):
        assert image_size(data[:length]) in (None, (321, 123))
    assert image_size(b"GIF89a" + bytes(20)) is None


def test_pictures_are_kept_and_forgotten_when_they_are_too_many() -> None:
    read: list[str] = []

    def read_one(digest: str) -> bytes:
        read.append(digest)
        return png(4, 4, "#336699")

    on = Canvas(Surface((2000, 2000), 0, 32), read_one)
    scenes = [
        Scene(Geometry(2000, 2000), "#ffffff", (Picture(Box(0, 0, 2000, 2000), f"{number}" * 64),))
        for number in "1234567"
    ]
    for one in (*scenes, scenes[6], scenes[0], scenes[6]):
        on.draw(one)
    assert [digest[0] for digest in read] == [*"1234567", "1"]


def test_characters_without_a_shape_cost_nothing_and_no_text_breaks_the_canvas() -> None:
    assert drawable("a\u200b中\ufe0f\x07e\u0301\ud800") == "a中é\ufffd"
    on = canvas()
    for text in ("\x00", "😀👨‍👩‍👧", "العربية", "\u0301", "𬭎䶮㛃𰻝", "\ud800", "ก็", "\U0010ffff"):
        width = sum(on.metrics.advance(one, 40, False) for one in text)
        assert width >= 0
        item = Text(Box(10, 10, 300, 60), (Run(0, text, False),), 40, "#000000", 40)
        on.draw(Scene(GEOMETRY, "#ffffff", (item,)))
    assert on.metrics.advance("𬭎", 40, True) == on.metrics.advance("中", 40, True) == 40


def test_what_the_font_lacks_is_drawn_as_what_says_the_same_or_as_a_quiet_mark() -> None:
    metrics = canvas().metrics
    assert metrics.shown("免费✅ 爱心❤️ ❌飞线") == "免费√ 爱心♥ ×飞线"
    assert metrics.shown("电影🎬，👨‍👩‍👧🇨🇳👍🏽") == "电影·，···"
    assert metrics.shown("العربية") == "〓" * 7
    assert metrics.shown("𬭎䶮㛃𰻝 ① ★") == "𬭎䶮㛃𰻝 ① ★"
    for cluster in ("👨‍👩‍👧", "🇨🇳", "👍🏽", "❤️"):
        assert len(metrics.shown(cluster)) == 1


def test_digits_have_one_width() -> None:
    metrics = canvas().metrics
    for bold in (False, True):
        assert len({metrics.advance(digit, 92, bold) for digit in "0123456789"}) == 1


def test_without_the_font_the_error_says_what_to_install(tmp_path: object) -> None:
    with pytest.raises(FontMissing, match="fonts-noto-cjk"):
        open_font("Regular", [str(tmp_path)])


def test_changed_boxes_are_few_and_cover_everything() -> None:
    items = tuple(Rectangle(Box(x * 100, y * 60, 40, 20), "#000000") for x in range(8) for y in range(8))
    boxes = changed(Scene(GEOMETRY, "#ffffff", ()), Scene(GEOMETRY, "#ffffff", items))
    assert len(boxes) <= 8
    assert all(any(box.contains(item.box) for box in boxes) for item in items)
    apart = [Box(0, 0, 10, 10), Box(1000, 600, 10, 10)]
    assert merged(apart) == apart
    assert changed(Scene(GEOMETRY, "#ffffff", ()), Scene(replace(GEOMETRY, width=640), "#ffffff", ())) == [
        Box(0, 0, 640, 720)
    ]


def test_the_samples_digests_are_those_of_their_bytes() -> None:
    data = read_blob(DONE.media[0].sha256)
    assert data is not None
    assert hashlib.sha256(data).hexdigest() == DONE.media[0].sha256


@pytest.mark.parametrize(
    "data",
    [
        b"RIFF\0\0\0\0WEBPVP8X<svg xmlns='http://www.w3.org/2000/svg' width='12000' height='12000'/>",
        b"\xff\xd8<svg/>",
        b"\xff\xd8\xff\xc2\x00\x11\x08\x10\x00\x10\x00" + b"\xff\xda\x00\x02" * 30,
    ],
)
def test_a_picture_that_is_made_to_be_slow_is_not_decoded(data: bytes) -> None:
    assert image_size(data) is None
