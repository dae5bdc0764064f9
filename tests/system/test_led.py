"""The player process on an LED panel (driver `file`): it scrolls, it is dark in its dark hours, an alert wakes it."""

import subprocess
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from msgspec.structs import replace
from PIL import Image

from content.notice import Alert, Level, Show
from content.settings import Hours, Settings
from kiosk.cache import Cache
from kiosk.health import read_heartbeat
from kiosk.view import View
from tests.prepared import hold, player_arguments, prepare
from tests.sample_views import FIRE, WATER, view
from tests.system.rig import end, spawn, until

DISPLAY = "kind: led, driver: file, columns: 128, rows: 32, colours: full, frame: panel.png"
SCROLLING = replace(WATER, title="请提前储水，谢谢配合；" * 6, body="", source="", show=Show())


@contextmanager
def panel(home: Path, shown: View, alerts: Iterable[Alert] = ()) -> Iterator["subprocess.Popen[bytes]"]:
    """A player that shows `shown`."""
    prepare(home, shown, DISPLAY, alerts=alerts)
    player = spawn(home / "player.log", *player_arguments(home), environment={"SDL_VIDEODRIVER": "dummy"})
    try:
        yield player
    finally:
        end(player)


def dots(home: Path) -> Image.Image | None:
    """What is on the panel now."""
    try:
        with Image.open(home / "panel.png") as picture:
            return picture.convert("RGB")
    except OSError:
        return None


def is_dark(home: Path) -> bool:
    """The player has said that it is dark, and not one dot shines."""
    beat, picture = read_heartbeat(home / "run"), dots(home)
    return beat is not None and not beat.lit and picture is not None and picture.getbbox() is None


def dark_now() -> Settings:
    """Hours that begin in some hours and end a moment after: the panel is dark now, whatever the time is."""
    on = datetime.now(UTC) + timedelta(hours=8 + 3)  # in the village
    return Settings(hours=Hours(on=f"{on:%H}:00", off=f"{on:%H}:30"))


def fire_now() -> Alert:
    now = datetime.now(UTC)
    return replace(FIRE, level=Level.RED, issued=now - timedelta(seconds=5), expires=now + timedelta(minutes=10))


def test_what_does_not_fit_moves(tmp_path: Path) -> None:
    with panel(tmp_path, view(SCROLLING, card=None, service_code=None)):
        until("the notice", lambda: (beat := read_heartbeat(tmp_path / "run")) and beat.item == SCROLLING.id)
        seen: set[bytes] = set()

        def ten_frames() -> bool:
            now = dots(tmp_path)
            seen.update([now.tobytes()] if now and now.getbbox() else [])
            return len(seen) > 10

        until("ten frames of a scroll", ten_frames)
        beat = read_heartbeat(tmp_path / "run")
        assert beat
        assert beat.error == ""


def test_in_its_dark_hours_no_dot_shines_until_an_alert_wakes_it(tmp_path: Path) -> None:
    shown = view(WATER, settings=dark_now())
    with panel(tmp_path, shown) as player:
        until("darkness", lambda: is_dark(tmp_path))
        hold(Cache(tmp_path / "cache"), shown, alerts=[fire_now()])
        until("light", lambda: (it := dots(tmp_path)) and it.getbbox())
        hold(Cache(tmp_path / "cache"), shown)
        until("darkness again", lambda: is_dark(tmp_path))
        assert player.poll() is None
