"""The preparing process: one file of media/ in, what screens can show out. `python -m content.media.child`

Decoders of pictures, PDF and video read what strangers made; here a crash, a hang or a bomb costs one notice. The
order comes as the one argument, the answer goes to standard output, the files into the order's folder.
"""

import os
import resource
import sys
from pathlib import Path

import msgspec
from msgspec.structs import replace

from content.decoding import decoded
from content.media.recipe import LIMITS, MAX_FILM_BYTES, Answer, Order
from content.notice import Media

NICENESS = 10
"""The publisher's loop, the broker and a screen on the same machine come first."""


def main() -> int:
    """Carry out the one order."""
    order = decoded(sys.argv[1], Order)
    limit(order)
    sys.stdout.buffer.write(msgspec.json.encode(answer(order)))
    return 0


def limit(order: Order) -> None:
    """What the system is to stop, whatever the libraries do."""
    limits = LIMITS[order.kind]
    os.nice(NICENESS)
    for what, most in (
        (resource.RLIMIT_AS, limits.memory_bytes),
        (resource.RLIMIT_CPU, int(2 * limits.seconds)),
        (resource.RLIMIT_FSIZE, 4 * MAX_FILM_BYTES),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (most, most))


def answer(order: Order) -> Answer:
    """Do it. Whatever is wrong with the file is said, not raised."""
    try:
        return Answer(media=tuple(results(order)))
    except ValueError as error:
        return Answer(problem=str(error))


def results(order: Order) -> list[Media]:
    """The pictures of the file, each kept in the order's folder. Raises ValueError."""
    path, out = Path(order.path), Path(order.out)
    if order.kind == "film":
        from content.media import film  # each kind loads its own libraries only

        done = film.made(path, out)
        keep(out, done.film.sha256, done.content)
        keep(out, done.still.media.sha256, done.still.content)
        return [replace(done.still.media, film=done.film)]
    if order.kind == "pdf":
        from content.media import pdf

        found = pdf.pages_of(path, order.pages)
    else:
        from content.media import pictures

        found = pictures.pictures(path, order.pages, keep_alpha=order.keep_alpha)
    made = []
    for one in found:
        keep(out, one.media.sha256, one.content)
        made.append(one.media)
    return made


def keep(out: Path, digest: str, content: bytes) -> None:
    (out / digest).write_bytes(content)


if __name__ == "__main__":
    sys.exit(main())
