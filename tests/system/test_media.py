"""Documents and films on their whole way, with real processes: from media/ to the picture on a screen."""

from PIL import Image, ImageChops

from tests.films import film, pdf
from tests.system.rig import DOORWAYS, ScreenRig, Village, until

ALERT = (
    "level: 红\nevent: 火情\nheadline: 3号楼发生火情\nto: [village]\n"
    "issued: 2026-01-01T00:00\nexpires: 2099-01-01T00:00\n"
)


def red(picture: Image.Image | None) -> bool:
    """Is there a red square on it?"""
    if picture is None:
        return False
    found = picture.getcolors(2**22) or []
    return sum(count for count, (r, g, b) in found if r > 150 and g < 90 and b < 90) > 2_000  # type: ignore[misc]


def test_a_page_of_a_document_and_a_film_come_to_the_screen(village: Village) -> None:
    (village.folder / "media" / "a.pdf").write_bytes(pdf())
    village.write_notice("document", "文件里的一页", "village", media="a.pdf")
    village.start_publisher()
    screen = village.screen(DOORWAYS[0])
    screen.start_agent()
    screen.start_player()
    until("the page of the document", lambda: red(screen.drawn("document")))
    (village.folder / "notices" / "document.yaml").unlink()
    (village.folder / "media" / "film.mov").write_bytes(film(640, 360, rate=25, seconds=3, container="mov"))
    village.write_notice("film", "会动的通知", "village", media="film.mov")
    until("the film", lambda: screen.drawn("film") is not None)
    until("it moves", lambda: moves(screen))


def moves(screen: ScreenRig) -> bool:
    """Has the picture changed in the last moment, and in a part of it only?"""
    before = screen.drawn("film")
    until("another frame", lambda: screen.drawn("film") not in (before, None))
    after = screen.drawn("film")
    if before is None or after is None:
        return False
    box = ImageChops.difference(before, after).getbbox()
    return box is not None and (box[2] - box[0]) * (box[3] - box[1]) < 0.6 * before.width * before.height


def test_an_alert_does_not_wait_for_a_film_that_is_being_made_ready(village: Village) -> None:
    village.write_notice("one", "先有一条通知", "village")
    village.start_publisher()
    screen = village.screen(DOORWAYS[0])
    screen.start_agent()
    until("the notice", lambda: screen.notices() == {"one"})
    (village.folder / "media" / "film.mov").write_bytes(film(1920, 1080, rate=30, seconds=12, container="mov"))
    village.write_notice("one", "这条带视频", "village", media="film.mov")
    log = village.home / "publisher.log"
    until("it is being made", lambda: "film.mov" in log.read_text())
    (village.folder / "alerts").mkdir(exist_ok=True)
    (village.folder / "alerts" / "fire.yaml").write_text(ALERT)
    until("the alert", lambda: [one.id for one in screen.loaded().view.alerts] == ["fire"], patience=8.0)
    assert {one.title for one in screen.loaded().view.notices} == {"先有一条通知"}
    until("the film", lambda: {one.title for one in screen.loaded().view.notices} == {"这条带视频"}, patience=180.0)
