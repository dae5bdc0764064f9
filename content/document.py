"""YAML written by people, read so that every mistake has a line.

`read` turns a text into a struct and collects all problems at once: unknown keys (with the
likely word), missing ones, values of the wrong kind. A field with a problem is left at its
default, so that what is good can still be used. The one door to PyYAML on the central side.
"""

import difflib
import re
import types
import typing
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

import msgspec
import yaml

MAX_DEPTH = 40
MAX_TEXT = 4 * 1024 * 1024
"""Bytes of one file; a village of 10,000 doorways needs about one megabyte."""

T = TypeVar("T")
Path = tuple[str | int, ...]
"""Where in a document a value stands: keys and list positions."""


@dataclass(frozen=True, order=True)
class Problem:
    """One mistake, for the person who made it: where, what is wrong, what to write instead."""

    file: str
    line: int
    what: str
    instead: str = ""

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.what}" + (f"；{self.instead}" if self.instead else "")


@dataclass
class Document(Generic[T]):
    """A file that has been read. `value` is None where nothing of it could be used."""

    file: str
    value: T | None = None
    problems: list[Problem] = field(default_factory=list)
    lines: dict[Path, int] = field(default_factory=dict)

    def line(self, *path: str | int) -> int:
        """The line of that value, or of the nearest thing around it."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)

    def report(self, path: Path, what: str, instead: str = "") -> None:
        """Note a problem with the value at `path`."""
        self.problems.append(Problem(self.file, self.line(*path), what, instead))

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


def compose(document: Document[Any], text: bytes) -> yaml.Node | None:
    """The YAML nodes of `text`, or None with the problem noted."""
    if len(text) > MAX_TEXT:
        document.report((), f"文件有 {len(text)} 字节，太大", f"最多 {MAX_TEXT} 字节")
        return None
    try:
        decoded = text.decode("utf-8-sig")  # Windows' Notepad writes a BOM
    except UnicodeDecodeError as error:
        line = text[: error.start].count(b"\n") + 1
        document.problems.append(Problem(document.file, line, "不是 UTF-8 编码", "在编辑器里另存为 UTF-8"))
        return None
    try:
        root = yaml.compose(decoded, Loader=yaml.CSafeLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        what = getattr(error, "problem", None) or str(error).splitlines()[0]
        where = mark.line + 1 if mark else 1
        document.problems.append(
            Problem(document.file, where, f"YAML 语法错误：{what}", "检查缩进、冒号后的空格和引号")
        )
        return None
    except RecursionError:
        document.report((), "嵌套太深")
        return None
    if root is None:
        document.report((), "文件是空的", "至少写上必填的内容，参考 content/README.md")
    return root


class Reader:
    """Walks YAML nodes and a type together. Problems go to the document."""

    def __init__(self, document: Document[Any]) -> None:
        self._document = document

    def struct(self, node: yaml.Node, kind: type[Any], path: Path) -> Any:
        """The struct, with bad fields left at their defaults; None where a required field is bad."""
        entries = self.mapping(node, path)
        if entries is None:
            return None
        fields = {one.encode_name: one for one in msgspec.structs.fields(kind)}
        values: dict[str, Any] = {}
        complete = True
        for name, child in entries.items():
            if name not in fields:
                self._document.report((*path, name), f"不认识 {name!r}", likely(name, fields))
                continue
            value = self.value(child, fields[name].type, (*path, name))
            if value is not None:
                values[fields[name].name] = value
        for name, one in fields.items():
            if one.required and one.name not in values:
                complete = False
                if name not in entries:
                    self._document.report(path, f"缺少 {name!r}", f"加上一行 {name}: …")
        return self._document.check(path, lambda: kind(**values)) if complete else None

    def mapping(self, node: yaml.Node, path: Path) -> dict[str, yaml.Node] | None:
        """The entries of a mapping node, doubles reported."""
        self._document.lines.setdefault(path, node.start_mark.line + 1)
        if len(path) > MAX_DEPTH:
            self._document.report(path, "嵌套太深")
            return None
        if not isinstance(node, yaml.MappingNode):
            self._document.report(path, "这里应为“名称: 值”的若干行", f"现在是 {shown(node)}")
            return None
        entries: dict[str, yaml.Node] = {}
        for key, child in node.value:
            name = str(key.value) if isinstance(key, yaml.ScalarNode) else "?"
            if name in entries:
                self._document.problems.append(
                    Problem(self._document.file, key.start_mark.line + 1, f"{name!r} 写了两次", "只留一个")
                )
                continue
            self._document.lines[(*path, name)] = key.start_mark.line + 1
            entries[name] = child
        return entries

    def value(self, node: yaml.Node, kind: Any, path: Path) -> Any:
        """The value of `kind` at `node`; None where there is none or it is bad."""
        self._document.lines.setdefault(path, node.start_mark.line + 1)
        if isinstance(node, yaml.ScalarNode) and node.tag == "tag:yaml.org,2002:null":
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

    def dictionary(self, node: yaml.Node, kind: Any, path: Path) -> dict[str, Any]:
        """The entries that are good."""
        entries = self.mapping(node, path) or {}
        read_entries = {name: self.value(child, kind, (*path, name)) for name, child in entries.items()}
        return {name: value for name, value in read_entries.items() if value is not None}

    def sequence(self, node: yaml.Node, kind: Any, path: Path) -> tuple[Any, ...] | None:
        """The good elements. A single value stands for a list of one."""
        nodes = node.value if isinstance(node, yaml.SequenceNode) else [node]
        values = [self.value(child, kind, (*path, position)) for position, child in enumerate(nodes)]
        return tuple(value for value in values if value is not None)

    def scalar(self, node: yaml.Node, kind: Any, path: Path) -> Any:
        """A text, number or truth value that meets its constraints."""
        if not isinstance(node, yaml.ScalarNode):
            self._document.report(path, f"{path[-1]!r} 应为一个值", f"现在是 {shown(node)}")
            return None
        plain, _ = unwrapped(kind, node)
        # A text is taken as written: 0391-0000000, 18:00 and 2025-07-10 must not become numbers or dates.
        raw = node.value if plain is str else yaml.safe_load(node.value or '""')
        try:
            return msgspec.convert(raw, kind)
        except msgspec.ValidationError as error:
            self._document.report(path, f"{path[-1]!r}：{described(kind) or in_chinese(str(error))}", wrote(node.value))
            return None


def unwrapped(kind: Any, node: yaml.Node) -> tuple[Any, Any]:
    """(the plain type, the type with its constraints) of an annotation, None and Annotated taken off.

    Of a union with a struct the node decides: a mapping is the struct, anything else the other.
    """
    if typing.get_origin(kind) in (typing.Union, types.UnionType):
        choices = [one for one in typing.get_args(kind) if one is not types.NoneType]
        structs = [one for one in choices if isinstance(one, type) and issubclass(one, msgspec.Struct)]
        others = [one for one in choices if one not in structs]
        kind = structs[0] if structs and (isinstance(node, yaml.MappingNode) or not others) else others[0]
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


def shown(node: yaml.Node) -> str:
    """A node in a few words."""
    if isinstance(node, yaml.ScalarNode):
        return repr(node.value[:30])
    return "一个列表" if isinstance(node, yaml.SequenceNode) else "若干“名称: 值”"


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
