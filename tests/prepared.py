"""A screen's folder as its agent would leave it: kiosk.yaml and a filled cache. So a player can run with no agent."""

from collections.abc import Iterable
from pathlib import Path

from content.files import write_atomic
from content.manifest import Alerts, Content
from content.notice import Alert, Media
from kiosk.cache import Cache, Pointer
from kiosk.view import View
from tests.camera import ReadBlob, nothing
from tests.fakes import manifest, signed

KIOSK_YAML = """\
screen: prepared
place: {place}
broker: mqtt://127.0.0.1:1
http: ["http://127.0.0.1:1"]
display: {{{display}}}
"""
"""Nobody listens on port 1: the player needs no network."""


def prepare(home: Path, view: View, display: str, read_blob: ReadBlob = nothing, alerts: Iterable[Alert] = ()) -> Path:
    """Write into `home` all that a player needs to show `view` on `display`; the path of kiosk.yaml."""
    home.mkdir(parents=True, exist_ok=True)
    (home / "kiosk.yaml").write_text(KIOSK_YAML.format(place=view.place, display=display))
    (home / "run").mkdir(exist_ok=True)
    hold(Cache(home / "cache"), view, read_blob, alerts)
    return home / "kiosk.yaml"


def hold(cache: Cache, view: View, read_blob: ReadBlob = nothing, alerts: Iterable[Alert] = ()) -> None:
    """From now on `cache` says what `view` says."""
    cache.prepare()
    content = Content(
        place_name=view.names[-1] if view.names else "",
        notices=view.notices,
        card=view.card,
        service_code=view.service_code,
        settings=view.settings,
        timezone=view.timezone,
    )
    bodies = [manifest(content, place=view.place), manifest(Alerts(alerts=tuple(alerts)), place=view.place)]
    for media in media_of(view):
        data = read_blob(media.sha256)
        if data is not None:
            write_atomic(cache.blob_path(media.sha256), data)
    cache.flip(Pointer(place=view.place, stacks={one.topic: (cache.store_message(signed(one)),) for one in bodies}))


def media_of(view: View) -> list[Media]:
    """Every file that `view` names."""
    found = [media for notice in view.notices for media in notice.media]
    emblem = view.settings.emblem
    return [*found, *([view.card.photo] if view.card and view.card.photo else []), *([emblem] if emblem else [])]


def player_arguments(home: Path) -> list[str]:
    """What follows `python -m` to show what was prepared in `home`."""
    folders = ["--cache", str(home / "cache"), "--run", str(home / "run")]
    return ["kiosk", "player", str(home / "kiosk.yaml"), *folders, "--trust-clock"]
