"""XML from strangers → a small tree, and a tree → XML. The one door to defusedxml.

No DTD, no entities, nothing external, bounded in size, depth and number of elements: any bytes
give a tree or AlarmRefused.
"""

import re
from xml.etree.ElementTree import Element, ParseError, TreeBuilder, indent, tostring

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from content.errors import AlarmReason, AlarmRefused

MAX_BYTES = 512 * 1024
"""The largest of OASIS' own examples has 5 KB; a warning with many polygons some 100."""
MAX_DEPTH = 32
"""CAP needs four levels; the rest is for an enclosed XML signature."""
MAX_ELEMENTS = 20_000
MOST_DECLARATION = 200
"""Bytes in which a document says its encoding."""
DECLARED_CHINESE = re.compile(
    rb"""^\s*<\?xml[^>]*?encoding\s*=\s*["'](gb2312|gbk|gb18030)["'][^>]*\?>""", re.IGNORECASE
)


class BoundedBuilder(TreeBuilder):
    """Builds the tree and refuses one that grows beyond reason."""

    def __init__(self) -> None:
        super().__init__()
        self._depth = self._elements = 0

    def start(self, tag: str, attrs: dict[str, str], /) -> Element:
        self._depth += 1
        self._elements += 1
        if self._depth > MAX_DEPTH or self._elements > MAX_ELEMENTS:
            raise AlarmRefused(AlarmReason.MALFORMED, f"XML 嵌套超过 {MAX_DEPTH} 层或元素超过 {MAX_ELEMENTS} 个")
        return super().start(tag, attrs)

    def end(self, tag: str, /) -> Element:
        self._depth -= 1
        return super().end(tag)


def parse_xml(document: bytes) -> Element:
    """The root element. Raises AlarmRefused for whatever is not plain, small, well-formed XML."""
    if len(document) > MAX_BYTES:
        raise AlarmRefused(AlarmReason.TOO_LARGE, f"有 {len(document)} 字节，最多 {MAX_BYTES}")
    parser = DefusedXMLParser(target=BoundedBuilder(), forbid_dtd=True, forbid_entities=True, forbid_external=True)
    try:
        parser.feed(in_utf8(document))
        root: Element = parser.close()
    except DefusedXmlException as error:
        raise AlarmRefused(AlarmReason.MALFORMED, "XML 里有 DTD、实体或外部引用，不收") from error
    except (ParseError, ValueError, LookupError) as error:
        raise AlarmRefused(AlarmReason.MALFORMED, f"不是完整的 XML（{error}）") from error
    return root


def in_utf8(document: bytes) -> bytes:
    """`document`, recoded where it says that it is in a Chinese encoding: expat knows none of them."""
    found = DECLARED_CHINESE.match(document[:MOST_DECLARATION])  # of more, the pattern's time grows with the square
    if not found:
        return document
    return document[found.end() :].decode("gb18030").encode()


def xml_text(root: Element) -> bytes:
    """The document, UTF-8, indented for people."""
    indent(root)
    document: bytes = tostring(root, encoding="UTF-8", xml_declaration=True)
    return document + b"\n"
