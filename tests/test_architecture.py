"""design.md §8 as a test: who may import whom, and one door for each library.

Read from the source with `ast`, so that imports inside functions and under TYPE_CHECKING count too.
"""

import ast
import sys
from collections.abc import Iterator
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("content", "kiosk", "provisioning")

LEAVES = {
    f"content.{name}"
    for name in (
        "errors clock decoding place limits notice rrule settings onair manifest signing topics address mqtt files "
        "process reports commands display assignment enrolment"
    ).split()
}
"""★: what both sides speak. kiosk may import these. `address` is apart from mqtt, which loads paho, and
`process` is how the processes of both sides stop."""
SHARED = {"content.document"}
"""The YAML reader: kiosk.yaml is written by people too. Justified in content/README.md."""
RENDER_ONLY = {"content.folder", "content.compile"}
"""kiosk's `render` draws a content folder on a PC; imported inside that function alone."""

CONTENT_SHELLS = (
    "__init__ __main__ broker clock copies decoding document files folder http http_deadline ledger mqtt process "
    "publisher skeleton watch command_line recall roster vouched alert_commands "
    "admission.__init__ admission.authority admission.assign admission.commands admission.assigning admission.desk "
    "admission.http "
    "gates.__init__ gates.barcode gates.proof "
    "media.__init__ media.film media.shelf media.child media.pdf media.pictures "
    "fleet.__init__ fleet.asking fleet.casebook fleet.collector fleet.courier fleet.commands fleet.service "
    "fleet.terminal fleet.http fleet.lookout fleet.records fleet.sight fleet.uploads "
    "alarms.__init__ alarms.commands alarms.desk alarms.http alarms.tokens alarms.download "
    "console.__init__ console.apps console.database console.models console.upsert console.migrations.__init__ "
    "console.migrations.0001_initial"
).split()
KIOSK_SHELLS = (
    "__init__ __main__ agent cache canvas checked_clock code config deadline demo demo_page scrolled fade fetch health "
    "imagesize keys notify player projector render video watch holdings between pulse trust word technician "
    "display.__init__ display.file display.hands display.lcd display.lamps display.led display.led_file "
    "display.led_matrix display.led_screen display.framebuffer "
    "led.__init__ led.fonts "
    "typography.__init__ typography.fonts "
    "machine.__init__ machine.power machine.hardware machine.facts machine.setup machine.setup_commands "
    "machine.splash machine.storage "
    "enrolment.__init__ enrolment.asking enrolment.assigned enrolment.device_key enrolment.enrol enrolment.own "
    "enrolment.renewal "
    "orders.__init__ orders.deeds orders.screenshot orders.upload "
    "reporting.__init__ reporting.reporter reporting.witness "
    "lcd.__init__"
).split()
PROVISIONING_SHELLS = """
__init__ __main__ authority_commands broker_commands broker_files enrol flash_commands image_commands revoke
run
image card_image
debian_tree
step
program_layer
fat flash flash_bmap flash_device flash_source
flash_disk flash_view labels customise
""".split()
"""Modules that touch the world, or other libraries. Every other module is rules, a new one too."""
OF_THE_WORLD = {
    "os",
    "socket",
    "time",
    "pygame",
    "paho",
    "requests",
    "subprocess",
    "threading",
    "random",
    "shutil",
    "tempfile",
}

DOORS = {
    "paho": {"content.mqtt"},
    "watchdog": {"content.watch", "kiosk.watch"},
    "requests": {
        "kiosk.deadline",
        "kiosk.fetch",
        "kiosk.orders.upload",
        "kiosk.enrolment.asking",
        "content.fleet.courier",
        "content.alarms.download",
    },
    "urllib3": {"content.fleet.courier", "kiosk.enrolment.asking", "kiosk.deadline", "kiosk.fetch"},
    "defusedxml": {"content.alarms.cap_xml", "provisioning.flash_bmap"},
    "yaml": {"content.nodes"},
    "zstandard": {"provisioning.customise", "provisioning.flash_source"},
    "fpdf": {"provisioning.labels"},
    "PIL": {"content.gates.barcode", "content.media.film", "content.media.pictures"},
    "pillow_heif": {"content.media.pictures"},
    "pypdfium2": {"content.media.pdf"},
    "av": {"content.media.film", "kiosk.video"},
    "starlette": {
        "content.http",
        "content.monitoring",
        "content.fleet.http",
        "content.fleet.service",
        "content.alarms.http",
        "content.admission.http",
    },
    "uvicorn": {"content.http", "content.http_deadline"},
    "prometheus_client": {
        "content.monitoring",
        "content.fleet.http",
        "content.fleet.service",
        "content.alarms.http",
        "content.admission.http",
    },
    "rich": {"content.fleet.terminal", "provisioning.flash_view"},
    "django": {
        "content.fleet.records",
        "content.console.apps",
        "content.console.database",
        "content.console.models",
        "content.console.upsert",
        "content.console.migrations.0001_initial",
    },
    "securesystemslib": {"content.signing"},
    "cryptography": {"content.admission.certificates", "content.signing", "kiosk.enrolment.device_key"},
    "segno": {"kiosk.code"},
    "zxingcpp": {"content.gates.barcode"},
    "astral": {"kiosk.sun"},
    "evdev": {"kiosk.keys"},
    "pygame": {
        "kiosk.canvas",
        "kiosk.fade",
        "kiosk.typography.fonts",
        "kiosk.render",
        "kiosk.display",
        "kiosk.display.file",
        "kiosk.display.framebuffer",
        "kiosk.display.hands",
        "kiosk.display.lamps",
        "kiosk.display.lcd",
        "kiosk.display.led",
        "kiosk.display.led_file",
        "kiosk.display.led_matrix",
        "kiosk.display.led_screen",
        "kiosk.led.fonts",
        "kiosk.orders.screenshot",
        "kiosk.scrolled",
        "kiosk.video",
    },
    "subprocess": {
        "content.broker",
        "content.media.shelf",
        "kiosk.demo",
        "kiosk.machine.power",
        "kiosk.machine.storage",
        "provisioning.run",
    },
}
"""Which modules may import a library. msgspec is the language of all values and has no door."""

SISTERS = {
    "content.admission": {"content.alarms", "content.fleet"},
    "content.fleet": {"content.console"},
    "kiosk.display": {"kiosk.machine"},
    "kiosk.lcd": {"kiosk.typography"},
    "kiosk.led": {"kiosk.lcd", "kiosk.typography"},
}
"""Which packages inside content and kiosk know one another; all others know only what lies beside them, above."""
MOST_LINES = 400
UNWANTED_NAMES = {"manager", "helper", "helpers", "utils", "util", "common", "handler", "data", "info", "base", "misc"}


def name_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@cache
def sources() -> dict[str, Path]:
    """Module name → file, of all three packages."""
    paths = [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]
    return {name_of(path): path for path in paths if "sample" not in path.parts}


@cache
def tree(module: str) -> ast.Module:
    return ast.parse(sources()[module].read_text())


def names_in(node: ast.AST) -> Iterator[str]:
    """The modules that an import statement names; `from a import b` is a.b where that is a module."""
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        assert node.level == 0, "imports are absolute"
        for alias in node.names:
            whole = f"{node.module}.{alias.name}"
            yield whole if whole in sources() else str(node.module)


def statements(inside: ast.AST) -> Iterator[ast.AST]:
    """All statements, however deep; not the expressions, which are most of a tree and import nothing."""
    for node in ast.iter_child_nodes(inside):
        if isinstance(node, ast.stmt | ast.excepthandler | ast.match_case):
            yield node
            yield from statements(node)


@cache
def imports(module: str) -> frozenset[str]:
    """Everything that `module` imports, wherever in its text."""
    return frozenset(name for node in statements(tree(module)) for name in names_in(node))


@cache
def imports_at_import(module: str) -> frozenset[str]:
    """What is loaded together with `module`: not what stands inside functions."""
    return frozenset(name for node in tree(module).body for name in names_in(node))


def ours(names: frozenset[str]) -> set[str]:
    return {name for name in names if name in sources()}


def modules(package: str) -> list[str]:
    return [name for name in sources() if name.split(".")[0] == package]


def rules() -> list[str]:
    shells = {f"content.{name}" for name in CONTENT_SHELLS} | {f"kiosk.{name}" for name in KIOSK_SHELLS}
    shells |= {f"provisioning.{name}" for name in PROVISIONING_SHELLS}
    shells |= {name.removesuffix(".__init__") for name in shells}
    return [name for name in sources() if name not in shells]


def test_the_leaf_modules_import_only_each_other() -> None:
    beyond = {name: ours(imports(name)) - LEAVES for name in LEAVES}
    assert {name: found for name, found in beyond.items() if found} == {}


def test_kiosk_imports_of_content_only_the_language() -> None:
    allowed = LEAVES | SHARED | {"content"}
    strays = {
        (name, one)
        for name in modules("kiosk")
        for one in ours(imports(name))
        if one.split(".")[0] == "content" and one not in allowed
    }
    assert strays == {("kiosk.__main__", one) for one in RENDER_ONLY}
    assert not imports_at_import("kiosk.__main__") & RENDER_ONLY


def test_the_package_content_itself_holds_nothing_to_import() -> None:
    assert imports("content") == frozenset()
    assert imports("kiosk") == frozenset()


def test_of_content_only_the_proof_draws_and_only_when_asked_and_only_through_render() -> None:
    """The gates before publishing look at the screen's own picture; nothing else of `kiosk` is anybody's business."""
    drawing = {
        (name, one) for name in modules("content") for one in ours(imports(name)) if one.split(".")[0] == "kiosk"
    }
    assert drawing == {("content.gates.proof", "kiosk.render")}
    assert not any(one.split(".")[0] == "kiosk" for one in imports_at_import("content.gates.proof"))
    assert {name for name in sources() if "content.gates.proof" in imports(name)} == {"content.__main__"}


@pytest.mark.parametrize(("package", "other"), [("content", "provisioning"), ("kiosk", "provisioning")])
def test_no_package_reaches_for_one_that_it_must_not_know(package: str, other: str) -> None:
    assert {name for name in modules(package) if any(one.split(".")[0] == other for one in imports(name))} == set()


def test_agent_and_player_never_import_each_other_and_only_main_builds_them() -> None:
    users = {
        process: {name for name in sources() if f"kiosk.{process}" in imports(name)} for process in ("agent", "player")
    }
    assert users == {"agent": {"kiosk.__main__"}, "player": {"kiosk.__main__"}}


def test_nobody_imports_a_main() -> None:
    assert {name for name in sources() if any(one.endswith("__main__") for one in imports(name))} == set()


def test_the_imports_have_no_cycle() -> None:
    graph = {name: ours(imports(name)) - {name} for name in sources()}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(" → ".join(error.args[1]))


def package_inside(module: str) -> str:
    """The package inside content or kiosk that a module is of, or nothing."""
    first, *more = module.split(".")
    return f"{first}.{more[0]}" if more and sources()[f"{first}.{more[0]}"].name == "__init__.py" else ""


def test_packages_know_few_of_their_sisters() -> None:
    seen: dict[str, set[str]] = {}
    for name in modules("content") + modules("kiosk"):
        own = package_inside(name)
        others = {package_inside(one) for one in ours(imports(name))} - {own, ""}
        if own and others:
            seen.setdefault(own, set()).update(others)
    assert seen == SISTERS


def test_rules_touch_nothing_of_the_world() -> None:
    touching = {name: {one.split(".")[0] for one in imports(name)} & OF_THE_WORLD for name in rules()}
    assert {name: found for name, found in touching.items() if found} == {}


def methods_called(module: str) -> set[str]:
    return {
        node.func.attr
        for node in ast.walk(tree(module))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    }


def test_rules_are_told_the_time() -> None:
    asking = {name: methods_called(name) & {"now", "today", "utcnow", "monotonic"} for name in rules()}
    assert {name: found for name, found in asking.items() if found} == {}


def test_the_rules_of_the_design_are_among_them() -> None:
    named = {"content.onair", "content.compile", "content.check", "kiosk.plan", "kiosk.rotation", "kiosk.scene"}
    named |= {f"content.fleet.{name}" for name in ("table", "coverage", "troubles", "letters", "intake", "inbound")}
    named |= {f"content.alarms.{name}" for name in ("cap", "cap_out", "alarm", "from_cap", "from_json", "places")}
    assert named <= set(rules())


def test_every_library_has_one_door() -> None:
    beside = set()
    for name in sources():
        for library in {one.split(".")[0] for one in imports(name)}:
            own = library in PACKAGES or library == "msgspec"
            if library in DOORS:
                if name not in DOORS[library]:
                    beside.add((name, library))
            elif not own and library not in sys.stdlib_module_names:
                beside.add((name, library))
    assert beside == set()


def test_structs_are_decoded_by_the_one_way_that_is_safe_in_threads() -> None:
    """Without a type msgspec gives dicts and lists, which have nothing to be described (content.decoding)."""
    beside = {
        name
        for name in sources()
        for node in ast.walk(tree(name))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in ("decode", "Decoder")
        and ast.unparse(node.func.value) == "msgspec.json"
        and (node.keywords or len(node.args) != 1 or node.func.attr == "Decoder")
    }
    assert beside == {"content.decoding"}


def test_every_module_says_what_it_owns_and_is_not_too_long() -> None:
    assert [name for name in sources() if not ast.get_docstring(tree(name))] == []
    lengths = {name: len(path.read_text().splitlines()) for name, path in sources().items()}
    assert {name: lines for name, lines in lengths.items() if lines > MOST_LINES} == {}
    assert [name for name in sources() if set(name.replace("_", ".").split(".")) & UNWANTED_NAMES] == []
