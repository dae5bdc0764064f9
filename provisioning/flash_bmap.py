"""A block map (bmap 1.3 and 2.0): which parts of an image hold anything, with digests. Rules: bytes in, spans out.

The format is that of bmap-tools; the file lies beside the image as NAME.bmap. The one door to XML here.
"""

from xml.etree.ElementTree import Element, ParseError

import defusedxml.ElementTree
from defusedxml import DefusedXmlException
from msgspec import Struct

from content.errors import WindowError

DIGESTS = frozenset(("sha256",))
MOST_BYTES = 8 * 2**20


class BadMap(WindowError):
    """A block map that cannot be used. Without it the image is written whole."""


class Span(Struct, frozen=True):
    """Bytes of the image from `start` up to `end`; `sha256` where the map says it."""

    start: int
    end: int
    sha256: str = ""


class Bmap(Struct, frozen=True):
    """The image's size in bytes, and its spans in their order."""

    size: int
    spans: tuple[Span, ...]


def parse(text: bytes, what: str) -> Bmap:
    """The map in the file `what`. Raises BadMap."""
    if len(text) > MOST_BYTES:
        raise BadMap(f"{what}：太大，不是 bmap 文件；可以删去它，镜像照样能烧（慢一些）")
    try:
        root = defusedxml.ElementTree.fromstring(text)
        size, block = number(root, "ImageSize"), number(root, "BlockSize")
        known = (root.findtext("ChecksumType") or "").strip().lower() in DIGESTS
        blocks = root.find("BlockMap")
        spans = [span(one, block, size, known) for one in (blocks if blocks is not None else ())]
    except (ParseError, DefusedXmlException, ValueError, TypeError) as error:
        raise BadMap(f"{what}：看不懂（{error}）；可以删去它，镜像照样能烧（慢一些）") from None
    edges = [edge for one in spans for edge in (one.start, one.end)]
    # the partition table is in the first block, so there is a first span and it begins at 0
    if not spans or edges != sorted(edges) or block <= 0 or edges[-1] > size or edges[0] != 0:
        raise BadMap(f"{what}：里面的范围不对；可以删去它，镜像照样能烧（慢一些）")
    return Bmap(size, tuple(spans))


def number(root: Element, name: str) -> int:
    return int((root.findtext(name) or "").strip())


def span(one: Element, block: int, size: int, known: bool) -> Span:
    """`<Range chksum="…">first-last</Range>`, both inclusive, in blocks; the image's end may cut the last."""
    first, _, last = (one.text or "").strip().partition("-")
    digest = one.get("chksum", "") if known else ""
    return Span(int(first) * block, min((int(last or first) + 1) * block, size), digest)
