"""The only door to segno: a URL → the modules of its QR code, error correction M."""

from functools import lru_cache

QUIET_MODULES = 4
"""White around the symbol, ISO/IEC 18004."""


@lru_cache(maxsize=16)
def modules(url: str, correction: str = "m") -> tuple[tuple[bool, ...], ...]:
    """Rows of the symbol, True for black, without the quiet zone. `correction`: l, m, q or h, at least."""
    import segno  # 0.13 s on a PC: after the first picture is soon enough

    return tuple(tuple(bool(module) for module in row) for row in segno.make(url, error=correction, micro=False).matrix)


def side_modules(url: str, correction: str = "m") -> int:
    """Modules along one side, quiet zone included."""
    return len(modules(url, correction)) + 2 * QUIET_MODULES
