"""kill -9 at random moments: what is on the screen is the old or the new, never a mix, never nothing."""

import random
import signal
import time

from PIL import Image, ImageDraw

from content.notice import Media
from kiosk.loaded import Loaded
from tests.system.rig import DOORWAYS, ScreenRig, Village, end, until

KILLS = 200
FORMS = {"甲": (180, 40, 40), "乙": (40, 90, 180)}


def make_media(village: Village) -> None:
    """A picture for each form, large enough that its download takes several pieces."""
    for name, colour in FORMS.items():
        picture = Image.effect_noise((1600, 1000), 60).convert("RGB")
        ImageDraw.Draw(picture).rectangle((100, 100, 1500, 900), fill=colour)
        picture.save(village.folder / "media" / f"{name}.png")


def save(village: Village, form: str) -> None:
    village.write_notice("both", f"这是{form}版", "village", media=f"{form}.png", body=f"正文也是{form}版。")


def form_in_cache(screen: ScreenRig) -> str:
    """Which form the cache holds: its title, its text and its picture must belong together.

    The agent may delete at once what no pointer names any more and no player needs: then we look again.
    """
    loaded, missing = until("a state of the cache", lambda: standing(screen))
    (notice,) = loaded.view.notices
    (form,) = [name for name in FORMS if notice.title == f"这是{name}版"]
    assert notice.body == f"正文也是{form}版。"
    assert not missing, "shown without its picture"
    return form


def standing(screen: ScreenRig) -> tuple[Loaded, list[Media]] | None:
    """The state of the cache and the media that it lacks; None where it changed while it was read."""
    loaded = screen.loaded()
    media = [one for notice in loaded.view.notices for one in notice.media]
    missing = [one for one in media if screen.cache.blob(one.sha256) is None]
    return (loaded, missing) if loaded.pointer == screen.cache.pointer()[1] else None


def pictures(village: Village, screen: ScreenRig) -> dict[bytes, str]:
    """What the player draws for each form."""
    known = {}
    for form in FORMS:
        save(village, form)
        until(f"form {form} in the cache", lambda form=form: form_in_cache(screen) == form)  # type: ignore[misc]
        picture = until(f"form {form} on the screen", lambda: screen.drawn("both"))
        known[picture.tobytes()] = form
    assert len(known) == len(FORMS)
    return known


def test_two_hundred_kills_during_updates_never_leave_a_mix_or_an_empty_screen(village: Village) -> None:
    make_media(village)
    save(village, "甲")
    village.start_publisher()
    screen = village.screen(DOORWAYS[0])
    screen.fork_agent()
    screen.fork_player()
    until("the first form", lambda: screen.notices() == {"both"} and form_in_cache(screen) == "甲")
    known = pictures(village, screen)

    rng = random.Random(20261123)  # noqa: S311 -- the same moments each time
    forms = list(FORMS)
    drawn = []
    for kill in range(KILLS):
        save(village, forms[kill % 2])
        time.sleep(rng.uniform(0.0, 0.8))
        victims = rng.choice(("agent", "player", "both"))
        if victims in ("agent", "both"):
            end(screen.agent, signal.SIGKILL)
        if victims in ("player", "both"):
            end(screen.player, signal.SIGKILL)
        assert form_in_cache(screen) in FORMS
        drawn.append(form_on_screen(screen, known))
        if victims in ("player", "both"):
            screen.frame.unlink()
            screen.fork_player()
            until("the first picture after the kill", screen.picture)
            drawn.append(form_on_screen(screen, known))
        if victims in ("agent", "both"):
            screen.fork_agent()
    assert set(drawn) == set(FORMS), "the updates went on arriving between the kills"
    until("the last form arrives", lambda: form_in_cache(screen) == forms[(KILLS - 1) % 2])
    last = until("the last form is drawn", lambda: screen.drawn("both"))
    assert known[last.tobytes()] == forms[(KILLS - 1) % 2]


def form_on_screen(screen: ScreenRig, known: dict[bytes, str]) -> str:
    """Which form the picture shows; fails for a mix, for standby and for none."""
    shown = screen.picture()
    assert shown is not None
    if shown.tobytes() not in known:
        shown.save(screen.home / "neither.png")
    assert shown.tobytes() in known, f"the picture is neither form: {screen.home / 'neither.png'}"
    return known[shown.tobytes()]
