"""The one door to zxing-cpp: a picture → what a phone reads from the codes on it."""

import io

from PIL import Image


def can_read() -> bool:
    """Is the library here? It is for the central side alone, and not on every machine."""
    try:
        import zxingcpp  # noqa: F401
    except ImportError:
        return False
    return True


def read_codes(png: bytes) -> list[str]:
    """What every code on the picture says."""
    import zxingcpp

    with Image.open(io.BytesIO(png)) as picture:
        return [one.text for one in zxingcpp.read_barcodes(picture.convert("L")) if one.valid]
