"""YAML written by people, read so that every mistake has a line.

`read` turns a text into a struct and collects all problems at once: unknown keys (with the
likely word), missing ones, values of the wrong kind. A field with a problem is left at its
default, so that what is good can still be used.
"""

import difflib
import re
import types
import typing
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

import msgspec

from content.nodes import Node, Unreadable, nodes_of
from content.problem import Finding, Path, Problem, line_at

MAX_TEXT = 4 * 1024 * 1024
"""Bytes of one file; a village of 10,000 doorways needs about one megabyte."""

UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
"""Control characters but tab and newline, and the marks that turn the direction of writing."""

T = TypeVar("T")


@dataclass
class Document(Generic[T]):
    """A file that has been read. `value` is None where nothing of it could be used."""

    file: str
    value: T | None = None
    problems: list[Problem] = field(default_factory=list)
    lines: dict[Path, int] = field(default_factory=dict)

    def line(self, *path: str | int) -> int:
        """The line of that value, or of the nearest thing around it."""
        return line_at(self.lines, path)

    def report(self, path: Path, what: str, instead: str = "") -> None:
        """Note a problem with the value at `path`."""
        self.problems.append(Problem(self.file, self.line(*path), what, instead))

    def find(self, findings: Iterable[Finding], *around: str | int) -> bool:
        """Note these, found in what stands at `around`. Were there any?"""
        before = len(self.problems)
        for one in findings:
            line = self.line(*around, *one.where) + one.below
            self.problems.append(Problem(self.file, line, one.what, one.instead, one.severity, one.gate))
        return len(self.problems) > before

    def check(self, path: Path, parse: Callable[[], T | Any]) -> Any:
        """What `parse` returns; a ValueError or msgspec error of it becomes a problem at `path`, and None."""
        try:
            return parse()
        except (ValueError, msgspec.ValidationError) as error:
            self.report(path, in_chinese(str(error)))
            return None


def read(file: str, text: bytes, kind: type[T]) -> Document[T]:
    """Read `text`, the content of `file`, as a `kind` (a msgspec struct)."""
    document: Document[T] = Document(file)
    root = compose(document, text)
    if root is not None:
        document.value = Reader(document).struct(root, kind, ())
    return document


def compose(document: Document[Any], text: bytes) -> Node | None:
    """The YAML nodes of `text`, or None with the problem noted."""
    if len(text) > MAX_TEXT:
        document.report((), "文件太大", f"最多 {MAX_TEXT} 字节")
        return None
    try:
        decoded = text.decode("utf-8-sig")  # Windows' Notepad writes a BOM
    except UnicodeDecodeError as error:
        line = text[: error.start].count(b"\n") + 1
        document.problems.append(Problem(document.file, line, "不是 UTF-8 编码", "在编辑器里另存为 UTF-8"))
        return None
    try:
        return nodes_of(decoded)
    except Unreadable as error:
        document.problems.append(Problem(document.file, error.line, error.what, error.instead))
        return None


class Reader:
    """Walks YAML nodes and a type together. Problems go to the document."""

    def __init__(self, document: Document[Any]) -> None:
        self._document = document

    def struct(self, node: Node, kind: type[Any], path: Path) -> Any:
        """The struct, with bad fields left at their defaults; None where a required field is bad."""
        entries = self.mapping(node, path)
        if entries is None:
            return None
        fields = {one.encode_name: one for one in msgspec.structs.fields(kind)}
        values: dict[str, Any] = {}
        for name, child in entries.items():
            if name not in fields:
                elsewhere = getattr(kind, "ELSEWHERE", {}).get(name)
                self._document.report((*path, name), f"不认识 {name!r}", elsewhere or likely(name, fields))
                continue
            value = self.value(child, fields[name].type, (*path, name))
            if value is not None:
                values[fields[name].name] = value
        complete = True
        for name, one in fields.items():
            if one.required and one.name not in values:
                complete = False
                if name not in entries or entries[name].is_null:
                    self._document.report((*path, name), f"缺少 {name!r}", f"加上一行 {name}: …")
        if complete:
            return self._document.check(path, lambda: kind(**values))
        if path:
            return None
        # Of a whole file, go on with what is there, so that every problem is told at once.
        return kind(**{one.name: empty(one.type) for one in fields.values() if one.required} | values)

    def mapping(self, node: Node, path: Path) -> dict[str, Node] | None:
        """The entries of a mapping node, doubles reported."""
        self._document.lines.setdefault(path, node.line)
        if node.entries is None:
            # Not which value: it may be a password in the wrong place, and a panel shows this to passers-by.
            now = "一个列表" if node.items is not None else "一个值"
            self._document.report(path, "这里应为“名称: 值”的若干行", f"现在是 {now}")
            return None
        entries: dict[str, Node] = {}
        for name, line, child in node.entries:
            if name in entries:
                self._document.problems.append(Problem(self._document.file, line, f"{name!r} 写了两次", "只留一个"))
                continue
            self._document.lines[(*path, name)] = line
            entries[name] = child
        return entries

    def value(self, node: Node, kind: Any, path: Path) -> Any:
        """The value of `kind` at `node`; None where there is none or it is bad."""
        self._document.lines.setdefault(path, node.line)
        if node.is_null:
            return None
        kind, constraint = unwrapped(kind, node)
        if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
            return self.struct(node, kind, path)
        origin = typing.get_origin(kind)
        if origin is dict:
            return self.dictionary(node, typing.get_args(kind)[1], path)
        if origin is tuple:
            return self.sequence(node, typing.get_args(kind)[0], path)
        return self.scalar(node, constraint, path)

    def dictionary(self, node: Node, kind: Any, path: Path) -> dict[str, Any]:
        """The entries that are good. One that is left empty is a mistake, and not the same as none."""
        entries = self.mapping(node, path) or {}
        for name, child in entries.items():
            if child.is_null:
                self._document.report((*path, name), f"{name!r} 下面是空的", "写上内容，或删掉这一行")
        read_entries = {name: self.value(child, kind, (*path, name)) for name, child in entries.items()}
        return {name: value for name, value in read_entries.items() if value is not None}

    def sequence(self, node: Node, kind: Any, path: Path) -> tuple[Any, ...]:
        """The good elements. A single value stands for a list of one."""
        nodes = node.items if node.items is not None else [node]
        values = [self.value(child, kind, (*path, position)) for position, child in enumerate(nodes)]
        return tuple(value for value in values if value is not None)

    def scalar(self, node: Node, kind: Any, path: Path) -> Any:
        """A text, number or truth value that meets its constraints.

        A text is taken as written: 0391-0000000, 18:00 and 2025-07-10 do not become numbers or dates.
        """
        if node.text is None:
            self._document.report(path, f"{path[-1]!r} 应为一个值", f"现在是 {shown(node)}")
            return None
        if UNSEEN.search(node.text):
            self._document.report(
                path, f"{path[-1]!r} 里有看不见的控制字符", "删掉重新输入，不要从网页或聊天里直接粘贴"
            )
            return None
        try:
            return msgspec.convert(node.text.strip(), kind, strict=False)
        except msgspec.ValidationError as error:
            self._document.report(path, f"{path[-1]!r}：{described(kind) or in_chinese(str(error))}", wrote(node.text))
            return None


def empty(kind: Any) -> Any:
    """Nothing, of that type: what stands for a required value that is missing."""
    while typing.get_origin(kind) is typing.Annotated:
        kind = typing.get_args(kind)[0]
    return {tuple: (), dict: {}}.get(typing.get_origin(kind) or kind, "")


def unwrapped(kind: Any, node: Node) -> tuple[Any, Any]:
    """(the plain type, the type with its constraints) of an annotation, None and Annotated taken off.

    Of a union with a struct the node decides: a mapping is the struct, anything else the other.
    """
    if typing.get_origin(kind) in (typing.Union, types.UnionType):
        choices = [one for one in typing.get_args(kind) if one is not types.NoneType]
        structs = [one for one in choices if isinstance(one, type) and issubclass(one, msgspec.Struct)]
        others = [one for one in choices if one not in structs]
        kind = structs[0] if structs and (node.entries is not None or not others) else others[0]
    constraint = kind
    while typing.get_origin(kind) is typing.Annotated:
        kind = typing.get_args(kind)[0]
    return kind, constraint


def described(kind: Any) -> str:
    """What the type says of itself, for people."""
    if typing.get_origin(kind) is not typing.Annotated:
        return ""
    return next((one.description for one in typing.get_args(kind)[1:] if getattr(one, "description", None)), "")


def likely(name: str, known: Iterable[str]) -> str:
    """A hint at the word that was meant."""
    known = list(known)
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
    return f"是不是 {near[0]!r}？" if near else f"可用：{'、'.join(sorted(known)[:12])}"


def shown(node: Node) -> str:
    """A node in a few words."""
    if node.text is not None:
        return repr(node.text[:30])
    return "一个列表" if node.items is not None else "若干“名称: 值”"


def wrote(text: str) -> str:
    """The offending text, short."""
    return f"现在写的是 {text[:40]!r}"


TRANSLATIONS = [
    (r"Expected `(?:str|array|object)` of length <= (\d+).*", r"太长，最多 \1"),
    (r"Expected `str` of length >= 1\b.*", "不能为空"),
    (r"Expected `(?:str|array|object)` of length >= (\d+).*", r"太短，至少 \1"),
    (r"Expected `(?:int|float)` >= (\S+).*", r"太小，至少 \1"),
    (r"Expected `(?:int|float)` > (\S+).*", r"要大于 \1"),
    (r"Expected `(?:int|float)` <= (\S+).*", r"太大，最多 \1"),
    (r"Expected `int`.*", "应为整数"),
    (r"Expected `float`.*", "应为数字"),
    (r"Expected `bool`.*", "应为 true 或 false"),
    (r"Expected `str` matching.*", "写法不对"),
    (r"Invalid enum value '?([^']*)'?.*", r"没有 \1 这一种"),
]


def in_chinese(message: str) -> str:
    """msgspec's error in the words of the person at the keyboard; ours pass unchanged."""
    message = re.sub(r" - at `[^`]*`$", "", message)
    for pattern, words in TRANSLATIONS:
        if re.fullmatch(pattern, message, re.DOTALL):
            return re.sub(pattern, words, message, flags=re.DOTALL)
    return message
