"""YAML text → nodes with line numbers, and values → YAML text. The one door to PyYAML.

For reading, only libyaml's scanner and parser are used: no tags, no objects, no anchors, no recursion, so no
file can run anything or exhaust stack and memory.
"""

import re
from dataclasses import dataclass
from typing import Any

import yaml

MAX_DEPTH = 40
NULLS = frozenset({"", "~", "null", "Null", "NULL"})
FULL_WIDTH_COLON = ("用了全角冒号“：”", "改成半角冒号加空格")
KEY_WITH_FULL_WIDTH_COLON = re.compile(r"\s*[A-Za-z_]+：")


class Unreadable(ValueError):
    """A text that gives no nodes: the line, what is wrong, what to write instead."""

    def __init__(self, line: int, what: str, instead: str) -> None:
        super().__init__(f"{line}: {what}")
        self.line, self.what, self.instead = line, what, instead


@dataclass
class Node:
    """A value as written: a text, a list of nodes, or entries of (key, line of the key, node)."""

    line: int
    text: str | None = None
    plain: bool = False
    """A text without quotes and without `|`."""
    items: list["Node"] | None = None
    entries: list[tuple[str, int, "Node"]] | None = None

    @property
    def is_null(self) -> bool:
        return self.plain and self.text in NULLS


def nodes_of(text: str) -> Node:
    """The root node of a text. Raises Unreadable."""
    try:
        return Composer(text).compose()
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else 1
        slip = full_width_colon(text.splitlines(), 0, line)
        if slip:  # "mapping values are not allowed here" helps nobody
            raise Unreadable(slip, *FULL_WIDTH_COLON) from error
        what = getattr(error, "problem", None) or str(error).splitlines()[0]
        if "cannot start any token" in what and "\t" in "".join(text.splitlines()[line - 1 : line]):
            raise Unreadable(line, "YAML 语法错误：用了 Tab 键缩进", "改成空格") from error
        raise Unreadable(line, f"YAML 语法错误：{what}", "检查缩进、冒号后的空格和引号") from error


def full_width_colon(lines: list[str], first: int, last: int) -> int:
    """The number (from 1) of a line in [first, last) that begins like `title：`; 0 if there is none."""
    return next((n + 1 for n in range(first, min(last, len(lines))) if KEY_WITH_FULL_WIDTH_COLON.match(lines[n])), 0)


class FileDumper(yaml.SafeDumper):
    """Writes a text of several lines as `|`, as a person would."""


def represent_text(dumper: FileDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


FileDumper.add_representer(str, represent_text)


def yaml_text(value: dict[str, Any]) -> str:
    """`value` as a file of YAML that people can read and that `nodes_of` reads back, its keys in their order."""
    text: str = yaml.dump(value, Dumper=FileDumper, allow_unicode=True, sort_keys=False, width=10_000)
    return text


class Composer:
    """Makes nodes of the parser's events, one after another."""

    def __init__(self, text: str) -> None:
        self._text, self._lines = text, text.splitlines()
        self._open: list[Node] = []
        self._keys: list[tuple[str, int] | None] = []
        """For each open mapping, the key that waits for its value."""
        self._root: Node | None = None

    def compose(self) -> Node:
        """The root node. Raises Unreadable and yaml.YAMLError."""
        for event in yaml.parse(self._text, Loader=yaml.CSafeLoader):
            self._take(event, event.start_mark.line + 1 if event.start_mark else 1)
        if self._root is None or self._root.is_null:
            raise Unreadable(1, "文件是空的", "至少写上必填的内容，参考 content/README.md")
        return self._root

    def _take(self, event: Any, line: int) -> None:
        match event:
            case yaml.DocumentStartEvent() if self._root is not None:
                raise Unreadable(line, "YAML 语法错误：一个文件里只能有一份内容", "去掉多余的 ---")
            case yaml.AliasEvent():
                raise Unreadable(line, "不支持 & 和 * 的引用", "把内容直接写出来")
            case yaml.ScalarEvent():
                self._place(self._scalar(event, line))
            case yaml.SequenceStartEvent():
                self._enter(Node(line, items=[]))
            case yaml.MappingStartEvent():
                self._enter(Node(line, entries=[]))
            case yaml.SequenceEndEvent() | yaml.MappingEndEvent():
                self._open.pop()
                self._keys.pop()

    def _scalar(self, event: Any, line: int) -> Node:
        plain = event.style in (None, "")
        if plain:  # to YAML, `title: a` and then `from：b` is one text of two lines
            first = line if self._open else line - 1
            slip = full_width_colon(self._lines, first, event.end_mark.line + 1)
            if slip:
                raise Unreadable(slip, *FULL_WIDTH_COLON)
        return Node(line, text=event.value, plain=plain)

    def _enter(self, node: Node) -> None:
        if len(self._open) >= MAX_DEPTH:
            raise Unreadable(node.line, "嵌套太深", f"最多 {MAX_DEPTH} 层")
        self._place(node)
        self._open.append(node)
        self._keys.append(None)

    def _place(self, node: Node) -> None:
        """Put a node where it belongs: the root, an item, a key or the value of one."""
        if not self._open:
            self._root = node
            return
        parent, key = self._open[-1], self._keys[-1]
        if parent.items is not None:
            parent.items.append(node)
        elif key is None:
            self._keys[-1] = (node.text if node.text is not None else "?", node.line)
        else:
            assert parent.entries is not None  # noqa: S101 -- an open node is a list or a mapping
            parent.entries.append((*key, node))
            self._keys[-1] = None
