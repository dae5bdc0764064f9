"""What CI does with the image: build it from what the cache has, and boot it once. `make image-ci`.

With the cache of an earlier build on this machine only our own layer is made again. Without it, building takes a
quarter of an hour and more. What fails is tried once more where time is left. Where the reason is not the project's,
the image is not tried beyond the unit tests of its parts, and that is said in words: too little time, a machine that
lets nobody build an image (programs missing, a container without the right to mount), Debian's archive out of reach.
Everything has a limit, and whatever is started ends with it.
"""

import argparse
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from content.errors import WindowError
from provisioning.debian_tree import alone, archive_date, can_emulate, inputs
from provisioning.image import PROGRAMS
from provisioning.image_commands import cache_in, chosen_mirror
from provisioning.recipe import Recipe, read_recipe
from provisioning.run import need, run
from provisioning.step import kept

ROOT = Path(__file__).parent.parent.parent
TEST = "tests/system/test_image.py::test_the_screen_connects_over_tls_and_shows_its_places_picture"
BOOT_SECONDS = 900
"""Kept for the boot: two to three minutes were measured on two shared cores, nine on very busy ones."""
LEAST_SECONDS = BOOT_SECONDS + 300
"""Less than this and there is no use in beginning."""
LEAST_BUILD_SECONDS = 120
"""For a second try of the build, which goes on from the steps that were done."""
GRACE_SECONDS = 10


def say(text: str) -> None:
    sys.stdout.write(f"image-ci: {text}\n")
    sys.stdout.flush()


def smaller(why: str) -> int:
    """The smaller form: nothing more than the unit tests, which have run before."""
    say(f"SMALLER FORM, the image is not booted: {why}")
    say("only the unit tests of its parts (tests/test_image_*.py) have looked at it")
    return 0


def within(seconds: float, command: Sequence[str], environment: dict[str, str]) -> int | None:
    """The command's status; None where it had to be ended, with everything that it started."""
    with_us = ("setpriv", "--pdeathsig", "TERM")  # a CI that is killed leaves nothing running
    process = subprocess.Popen([*with_us, *command], cwd=ROOT, env=os.environ | environment, start_new_session=True)
    try:
        return process.wait(max(1.0, seconds))
    except subprocess.TimeoutExpired:
        return None
    finally:
        for number in (signal.SIGTERM, signal.SIGKILL):
            with suppress(ProcessLookupError):  # nobody of its group is left
                os.killpg(process.pid, number)
            with suppress(subprocess.TimeoutExpired):
                process.wait(GRACE_SECONDS)


def tried(what: str, command: Sequence[str], environment: dict[str, str], ends: float, least: float) -> int | None:
    """The command's status, as `within`; of a second try where the first failed and `least` seconds are left then.

    An archive is renewed under our hands, an emulated boot on a busy machine loses a race now and then.
    """
    status = within(ends - time.monotonic(), command, environment)
    if status in (0, None) or ends - time.monotonic() < least:
        return status
    say(f"{what} FAILED once (see above); {ends - time.monotonic():.0f} s are left, so once more")
    return within(ends - time.monotonic(), command, environment)


def archive_trouble(recipe: Recipe, address: str | None = None) -> str:
    """Why Debian's archive (this machine's, or that at `address`) cannot be asked; "" where it answers."""
    try:
        archive_date(chosen_mirror(address), recipe)
    except WindowError as error:
        return str(error)
    return ""


def failed(what: str, recipe: Recipe, *, by_archive: bool) -> int:
    """1, but the smaller form where the archive was needed and is out of reach."""
    trouble = archive_trouble(recipe) if by_archive else ""
    if trouble:
        return smaller(f"{what} needs Debian's archive: {trouble}")
    say(f"FAILED: {what}")
    return 1


def main() -> int:
    """0 where the image booted and showed the right picture, or the smaller form was all that could be done."""
    parser = argparse.ArgumentParser(prog="python -m tests.system.image_ci")
    parser.add_argument("--seconds", type=float, required=True, help="all that CI has left")
    parser.add_argument("--out", type=Path, default=ROOT / ".image")
    options = parser.parse_args()
    ends = time.monotonic() + options.seconds
    if options.seconds < LEAST_SECONDS:
        return smaller(f"{options.seconds:.0f} s are left")
    try:
        need(*PROGRAMS, "arch-test")
        can_emulate()
        run("试一试隔离", *alone(), "true")
    except (WindowError, OSError) as error:  # a container that may not mount, say
        return smaller(f"no image can be built on this machine: {error}")
    return build_and_boot(options.out, ends)


def build_and_boot(out: Path, ends: float) -> int:
    """The exit status, before `ends` on the monotonic clock."""
    recipe = read_recipe("recipe.yaml", (ROOT / "provisioning/recipe.yaml").read_bytes())
    cache = Path(os.environ.get("IMAGE_CACHE") or cache_in(os.environ, Path.home()))

    def has_debian() -> bool:
        return kept(cache, "debian", inputs(recipe))

    say(f"Debian's part {'is kept' if has_debian() else 'must be made'} in {cache}")
    python = (sys.executable, "-m")
    emulator = (*python, "tests.system.virtual", str(cache))
    image = (*python, "provisioning", "image", "--cache", str(cache), "--out", str(out))
    for what, command in (("the emulator", emulator), ("the image", image)):
        done = tried(what, command, {}, ends - BOOT_SECONDS, LEAST_BUILD_SECONDS)
        if done is None:
            return smaller(f"{what} was not built in time; the steps that were done are kept for the next time")
        if done != 0:
            return failed(f"{what} was not built", recipe, by_archive=command is emulator or not has_debian())
    folders = {"IMAGE_CACHE": str(cache), "IMAGE_OUT": str(out), "IMAGE_BOOT_SECONDS": str(BOOT_SECONDS - 120)}
    done = tried("the boot", (*python, "pytest", "-m", "image", "-s", TEST), folders, ends, BOOT_SECONDS)
    if done != 0:
        what = "did not boot in time" if done is None else "does not boot, or not to the right picture: see above"
        return failed(f"the image {what}", recipe, by_archive=False)
    say("the image boots and shows the right picture")
    return 0


if __name__ == "__main__":
    sys.exit(main())
