"""Telephone numbers as people write them: which can be dialled in China, and which look mistyped. Pure.

Source: 电信网编号计划（2017年版，工业和信息化部）. Mobile numbers 1 and ten digits; fixed numbers of 7 or 8 digits
after an area code (010 and 02x: always 8; 03xx–09xx), or alone; short numbers 1xx of three digits (110, 119, 120),
12xxx (12345), 100xx, 95xxx and 96xxx of five to eight; 400 and 800 of ten. Numbers of examples (0391-0000000), which
nobody can have, pass.
"""

import re
from collections.abc import Iterator

from msgspec import Struct

SEPARATORS = "[-－–—‐() （）]"
LARGE_CITY, AREA = r"0(?:10|2\d)", r"0[3-9]\d{2}"
AREA_CODE = rf"(?:{LARGE_CITY}|{AREA})"
MOBILE = re.compile(r"1[3-9]\d{9}")
FIXED = re.compile(rf"{LARGE_CITY}\d{{8}}|{AREA}\d{{7,8}}|[2-8]\d{{6,7}}")
SHORT = re.compile(r"1\d{2}|12\d{3}|100\d{2}|118\d{2,3}|9[56]\d{3,6}|[48]00\d{7}")
EXTENSION = re.compile(r"(.*\d{7,})(?:转|[-－–—]{1,2})\d{1,6}")
CANDIDATE = re.compile(
    rf"(?<!\d)(?<!\d[.,，:：/~～])(?<![.%#＃A-Za-z_=&?/-])[+(（]?\d+(?:{SEPARATORS}{{1,2}}\d+)*(?![\d%A-Za-z]|[.,:：/~～]\d|\s*[年月日号岁元米])"
)
ASKED = re.compile(r"(?:电话|手机|热线|座机|拨打|致电|来电|联系|咨询|值班|举报|[拨打]|[Tt][Ee][Ll])[^\d\n|]{0,6}$")
"""What stands right before a number that is to be dialled."""
DATE_LIKE = re.compile(r"(?:19|20)\d{2}[-－–—](?:\d{1,2}[-－–—]\d{1,2}|(?:19|20)\d{2})")


class Mistyped(Struct, frozen=True):
    """A number that nobody can dial, and where in the text it begins."""

    number: str
    at: int
    why: str


def digits_of(number: str) -> str:
    """The digits to dial from inside China."""
    digits = re.sub(r"\D", "", number)
    if number.strip().startswith("+86") or digits.startswith("0086"):
        digits = digits.removeprefix("00").removeprefix("86")
        return digits if digits.startswith(("0", "1")) else f"0{digits}"
    return digits


def can_be_dialled(number: str) -> bool:
    """Is it a number of the plan?"""
    extension = EXTENSION.fullmatch(number.strip())
    digits = digits_of(number)
    if any(kind.fullmatch(digits) for kind in (MOBILE, SHORT, FIXED)):
        return True
    return extension is not None and can_be_dialled(extension[1])


def mistake(number: str) -> str:
    """What is surely wrong with `number`: it begins like a number of the plan and is too short or too long. Or ""."""
    digits = digits_of(number)
    if can_be_dialled(number):
        return ""
    if re.match("1[3-9]", digits) and len(digits) >= 9:
        return f"像手机号，但有 {len(digits)} 位，手机号是 11 位"
    if match := re.match(AREA_CODE, digits):
        most = "8 位" if re.match(LARGE_CITY, digits) else "7 或 8 位"
        return f"区号 {match[0]} 后面有 {len(digits) - len(match[0])} 位，应为 {most}"
    if re.match("[48]00", digits) and len(digits) > 8:
        return f"{digits[:3]} 电话应为 10 位，现在 {len(digits)} 位"
    return ""


def mistyped(text: str) -> Iterator[Mistyped]:
    """The numbers in a text that look as if they were to be dialled and cannot be.

    A number in a text may be anything: only those after a word like 电话, and those that begin like a mobile
    number or with an area code and a hyphen, are looked at.
    """
    for match in CANDIDATE.finditer(text):
        number = match[0]
        digits = re.sub(r"\D", "", number)
        if DATE_LIKE.fullmatch(number) or len(digits) < 3 or can_be_dialled(number):
            continue
        if all(can_be_dialled(one) for one in re.split(r"[ （(]+", number.strip(" (（)）")) if one):
            continue  # several, one after the other
        asked = ASKED.search(text, 0, match.start()) is not None
        why = mistake(number)
        if asked and len(digits) >= 5:
            yield Mistyped(number, match.start(), why or f"{len(digits)} 位，不像打得通的电话")
        elif why and (10 <= len(digits) <= 12) and (digits[0] == "1" or re.match(rf"{AREA_CODE}{SEPARATORS}", number)):
            yield Mistyped(number, match.start(), why)
