"""Pictures that somebody has looked at, and how far from them a picture may be."""

import os
from pathlib import Path

from PIL import Image, ImageChops

GOLDEN = Path(__file__).parent / "golden"
TILE = 24
"""Pixels; about half a character: one wrong character changes a tile."""
MOST_DIFFERENCE = 10


def compare(name: str, data: bytes, tmp_path: Path) -> None:
    """Raise AssertionError where `data` differs from the golden picture of that name; both are left to look at."""
    golden, actual = GOLDEN / f"{name}.png", tmp_path / f"{name}.png"
    actual.write_bytes(data)
    if os.environ.get("UPDATE_GOLDEN"):
        GOLDEN.mkdir(exist_ok=True)
        Image.open(actual).convert("RGB").save(golden, optimize=True)
    assert golden.exists(), f"no golden picture yet; see {actual}"
    difference = ImageChops.difference(Image.open(golden).convert("RGB"), Image.open(actual).convert("RGB"))
    worst = max(difference.convert("L").reduce(TILE).tobytes())  # the mean of the worst tile
    if worst >= MOST_DIFFERENCE:
        difference.save(tmp_path / f"{name}-difference.png")
    assert worst < MOST_DIFFERENCE, f"{actual} differs from {golden} by {worst}; the difference lies beside it"
