"""Text files that somebody wrote on Windows, as text. Pure.

Notepad writes UTF-8, UTF-8 with a mark, UTF-16 with a mark ("Unicode") or, as "ANSI", the code page of the country:
GBK in China. What can be only one of them is read; what could be something else is not guessed at.
"""

import codecs

MOST_BYTES = 256 * 1024
SAVE_AS = "在记事本里“另存为”，编码选 UTF-8"


class UnclearText(ValueError):
    """Bytes that are no text, or could be several: the line, what is wrong, what to do."""

    def __init__(self, line: int, what: str, instead: str = SAVE_AS) -> None:
        super().__init__(what)
        self.line, self.what, self.instead = line, what, instead


def text_of(content: bytes) -> str:
    """The text, its lines ended by newlines alone. Raises UnclearText."""
    if len(content) > MOST_BYTES:
        raise UnclearText(1, "文件太大", f"最多 {MOST_BYTES // 1024} KB")
    return decoded(content).replace("\r\n", "\n").replace("\r", "\n")


def decoded(content: bytes) -> str:
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        try:
            return content.decode("utf-16")
        except UnicodeDecodeError as error:
            raise UnclearText(1, "文件坏了：像 UTF-16，但读不完整") from error
    if b"\0" in content:
        raise UnclearText(line_at(content, content.index(b"\0")), "不是文本文件，或编码不对")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return as_gbk(content, line_at(content, error.start))


def as_gbk(content: bytes, line: int) -> str:
    """Chinese in the old national set: every character in use on the mainland and few else, so that Big5 or a Western
    code page hardly ever passes for it. Raises UnclearText."""
    try:
        return content.decode("gb2312")
    except UnicodeDecodeError as error:
        raise UnclearText(line, "看不出是什么编码（不是 UTF-8）") from error


def line_at(content: bytes, position: int) -> int:
    return content.count(b"\n", 0, position) + 1
