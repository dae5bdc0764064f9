"""Places: nodes of the tree village / block / micro-grid / building / unit, written as paths.

`baizhuang/cuiyuan-north/w012/b3/u1` is the first unit of building 3. A path is plain
text so that it can stand in YAML, JSON, an MQTT topic and a URL unchanged; this module
owns what makes one valid and how two relate. Nothing here does I/O.
"""

import re

from content.errors import BadName

LEVEL = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
RESERVED = frozenset({"content", "alerts"})
MAX_DEPTH = 8
"""The village needs five levels; a district above it, a street and a city fit too."""

BUILDING_DEPTH = 4
"""village / block / micro-grid / **building**: the level that has a service code (优居码)."""


def check_level(name: str) -> str:
    """`name`, if it can be one level of a path, a publisher id or a screen id.

    Raises BadName: MQTT's separators and wildcards, dots and spaces (NATS refuses them) and
    capitals (two names must never differ by case alone) have no place in a level.
    """
    if not LEVEL.fullmatch(name):
        raise BadName(f"{name!r} 不能作名称：只用小写字母、数字和连字符，以字母或数字开头，最长 63 个字符")
    return name


def check_path(path: str) -> str:
    """`path`, if it is a valid place path. Raises BadName."""
    levels = path.split("/")
    if len(levels) > MAX_DEPTH:
        raise BadName(f"{path!r} 有 {len(levels)} 层，最多 {MAX_DEPTH} 层")
    for level in levels:
        check_level(level)
        if level in RESERVED:
            raise BadName(f"{path!r} 里的 {level!r} 是保留字，请换一个名称")
    return path


def ancestry(path: str) -> tuple[str, ...]:
    """`path` and every place above it, the root first."""
    levels = path.split("/")
    return tuple("/".join(levels[: depth + 1]) for depth in range(len(levels)))


def depth(path: str) -> int:
    """How many levels `path` has; the root has 1."""
    return path.count("/") + 1


def is_within(path: str, prefix: str) -> bool:
    """Is `path` the place `prefix` or one below it?"""
    return path == prefix or path.startswith(prefix + "/")


def building(path: str) -> str:
    """The building that the doorway `path` belongs to: itself where the tree is shallower."""
    return "/".join(path.split("/")[:BUILDING_DEPTH])
