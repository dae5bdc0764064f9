"""Characters → what the font can draw: nothing that a telephone types may leave an empty box. Pure."""

import re
import unicodedata
from collections.abc import Callable

PICTOGRAPHS = re.compile(
    "[\U0001f1e6-\U0001f1ff]{1,2}|[\u203c-\u3299\U0001f000-\U0001faff]"
    "(?:\ufe0f|\u20e3|[\U0001f3fb-\U0001f3ff]|[\U000e0020-\U000e007f]|\u200d[\u203c-\u3299\U0001f000-\U0001faff])*"
)
"""An emoji with all that belongs to it: skin, joined figures, the second half of a flag."""
ALIKE = str.maketrans("✅✔☑❌❎✖🚫⛔❤♥💗📞📱☎⭐🌟❗❕❓➡👉🔴⚫🟢", "√√√×××××♥♥♥☎☎☎★★！！？→→●●●")
"""What people type from a telephone, and the character of the font that says the same."""
NEUTRAL, UNKNOWN = "·", "〓"
"""Instead of a picture without a glyph, and of a letter without one (the geta of the typesetters)."""

MOST_STAND_INS = 20_000


def drawable(text: str) -> str:
    """`text` as it goes to the font: marks composed with their letters, an emoji one character, the shapeless left out.

    Noto Sans CJK has the letter é but no combining accent, so composing saves most of them.
    """
    if text.isascii() and text.isprintable():
        return text
    text = PICTOGRAPHS.sub(lambda found: found[0][0], text)
    shaped = "".join(
        "\ufffd" if unicodedata.category(character) == "Cs" else character
        for character in text
        if unicodedata.category(character) not in ("Cc", "Cf") and not is_selector(character)
    )
    if any(unicodedata.combining(character) for character in shaped):
        return unicodedata.normalize("NFC", shaped)
    return shaped


def is_selector(character: str) -> bool:
    """Variation selectors choose a shape and have none themselves."""
    return "\ufe00" <= character <= "\ufe0f" or "\U000e0100" <= character <= "\U000e01ef"


def nearest(character: str, has: Callable[[str], bool]) -> str:
    """`character`, or what is drawn instead of it where the font does not have it; `has` asks the font."""
    if has(character):
        return character
    other = character.translate(ALIKE)
    if other != character and has(other):
        return other
    match unicodedata.category(character)[0]:
        case "M":
            return ""
        case "L" | "N":
            return UNKNOWN
    return NEUTRAL


class StandIns:
    """Texts as one font draws them. `has` asks the font, once for each character."""

    def __init__(self, has: Callable[[str], bool]) -> None:
        self._has, self._known = has, dict[str, str]()

    def shown(self, text: str) -> str:
        """`text` as it is drawn: what the font has no shape for is replaced by what says the same, or a quiet mark."""
        if text.isascii() and text.isprintable():
            return text
        return "".join(self._stand_in(character) for character in drawable(text))

    def _stand_in(self, character: str) -> str:
        known = self._known.get(character)
        if known is None:
            if len(self._known) >= MOST_STAND_INS:
                self._known.clear()
            known = self._known[character] = nearest(character, self._has)
        return known
