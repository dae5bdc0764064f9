"""What the image is put together from: the root's stream, the program's layer, the list of packages, kept steps."""

import io
import tarfile
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest

from content.errors import WindowError
from provisioning import sbom
from provisioning.image import MODULES, SCRIPT, make_initrd
from provisioning.image_commands import cache_in
from provisioning.layout import lay_out, table
from provisioning.program_layer import Release, links, locked, mirrored, program_files, settled, unmade
from provisioning.recipe import Recipe
from provisioning.root_tar import Entry, folder, left_out, link, merge, take
from provisioning.run import ProgramFailed, ProgramsMissing, feeding, need, run
from provisioning.step import KEPT, Steps, digest_of, only_one

WHEN = 1_795_000_000
RECIPE = Recipe(release="trixie", kernel="trixie", packages=("linux-image-arm64",))
SOURCE = Path(__file__).parent.parent


def debian(**files: str) -> io.BytesIO:
    """A small tree as mmdebstrap packs it; a value ending in / is a folder, one beginning with > a link."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for name, content in files.items():
            member = tarfile.TarInfo("./" + name.replace("__", "/"))
            member.mtime, member.mode, member.uid = WHEN - 5, 0o644, 7
            if content == "/":
                member.type, member.mode = tarfile.DIRTYPE, 0o750
            elif content.startswith(">"):
                member.type, member.linkname = tarfile.LNKTYPE, "./" + content[1:]
            else:
                member.size = len(content)
            tar.addfile(member, io.BytesIO(content.encode()))
    packed.seek(0)
    return packed


def merged(tree: io.BytesIO, ours: dict[str, Entry], *without: str) -> dict[str, tarfile.TarInfo]:
    out = io.BytesIO()
    merge(tree, ours, without, WHEN, out)
    out.seek(0)
    with tarfile.open(fileobj=out) as tar:
        names = tar.getnames()
        assert len(names) == len(set(names)), "a path twice: the squashfs would have only one of them"
        return {member.name.removeprefix("./"): member for member in tar.getmembers()}


def test_our_file_takes_the_place_of_debians() -> None:
    tree = debian(etc="/", etc__hostname="debian", etc__other="kept")
    found = merged(tree, {"etc/hostname": Entry(content=b"window\n", mode=0o640, group=42)})
    assert found["etc/hostname"].size == 7
    assert (found["etc/hostname"].mode, found["etc/hostname"].uid, found["etc/hostname"].gid) == (0o640, 0, 42)
    assert found["etc/hostname"].mtime == WHEN
    assert (found["etc/other"].uid, found["etc/other"].mtime) == (7, WHEN - 5)


def test_a_folder_of_debians_keeps_its_mode_and_a_new_one_comes_before_its_files() -> None:
    found = merged(debian(etc="/"), {"etc/a/b/c": Entry(), "etc": folder(0o700)})
    assert found["etc"].mode == 0o750
    names = list(found)
    assert names.index("etc/a") < names.index("etc/a/b") < names.index("etc/a/b/c")


def test_a_link_of_ours_replaces_a_file() -> None:
    found = merged(debian(etc="/", etc__resolv="old"), {"etc/resolv": link("/run/resolv")})
    assert found["etc/resolv"].issym()
    assert found["etc/resolv"].linkname == "/run/resolv"


def test_what_is_left_out_is_gone_with_all_below_it_and_nothing_else() -> None:
    tree = debian(usr="/", usr__doc="/", usr__doc__a="x", usr__docs="y", var__lib__apt__x="z")
    assert set(merged(tree, {}, "usr/doc/*", "var/lib/apt")) == {"usr", "usr/doc", "usr/docs"}
    assert not left_out(()).fullmatch("anything")


def test_a_hard_link_to_what_is_left_out_is_an_error_and_not_an_empty_file() -> None:
    with pytest.raises(ValueError, match="hard link"):
        merged(debian(a="x", b=">a"), {}, "a")


def test_the_same_inputs_give_the_same_bytes() -> None:
    def once(ours: dict[str, Entry]) -> bytes:
        out = io.BytesIO()
        merge(debian(a="x", b="y"), ours, ("b",), WHEN, out)
        return out.getvalue()

    ours = {"etc/one": Entry(content=b"1"), "etc/two": link("one")}
    assert once(ours) == once(dict(reversed(list(ours.items()))))


def test_files_are_taken_out_by_their_patterns() -> None:
    tree = debian(**{"boot__vmlinuz-7": "kernel", "boot__config-7": "no"})
    assert dict(take(tree, ["boot/vmlinuz-*"])) == {"boot/vmlinuz-7": b"kernel"}


def test_the_program_is_whole_and_brings_no_console_and_no_sample() -> None:
    files = program_files(SOURCE)
    assert {"kiosk/__main__.py", "kiosk/display/lcd.py", "kiosk/machine/splash.pgm.gz", "content/signing.py"} <= set(
        files
    )
    assert not [name for name in files if name.startswith(("content/console", "content/sample", "provisioning"))]


def test_a_tree_of_the_source_keeps_links_and_modes(tmp_path: Path) -> None:
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc/a").write_bytes(b"x")
    (tmp_path / "etc/a").chmod(0o600)
    (tmp_path / "etc/mask").symlink_to("/dev/null")
    (tmp_path / "run.sh").write_bytes(b"")
    (tmp_path / "run.sh").chmod(0o744)
    found = mirrored(tmp_path)
    assert found == {
        "etc/a": Entry(content=b"x", mode=0o644), "etc/mask": link("/dev/null"), "run.sh": Entry(mode=0o755),
    }  # fmt: skip


def test_links_are_read_as_systemd_tmpfiles_reads_them() -> None:
    assert links("# why\n\nL+ /etc/mask - - - - /dev/null\n") == {"etc/mask": link("/dev/null")}
    for wrong in ("d /etc/mask - - - - -", "L+ etc/mask - - - - /dev/null", "L+ /etc/mask /dev/null"):
        with pytest.raises(WindowError, match="screen-links"):
            links(wrong)


def test_nobody_has_a_password_and_the_day_of_building_is_not_told() -> None:
    assert (
        locked("root:*:20000:0:99999:7:::\nme:$6$x:1:0:99999:7:::\n") == "root:!*::0:99999:7:::\nme:!*::0:99999:7:::\n"
    )


def test_a_user_that_was_not_made_is_noticed() -> None:
    """systemd-sysusers once left out both of ours because of a colon in their description, and ended with success."""
    wanted = ['# users\ng window 870 -\nu agent 871:870 "agent"\nu player 872 "player"\nm player video\n']
    assert unmade("root:x:0:0::/root:/bin/sh\nagent:x:871:870::/:/usr/sbin/nologin\n", wanted) == ["player"]
    assert unmade("agent:x:871:870::/:\nplayer:x:990:990::/:\n", wanted) == ["player"]
    assert unmade("agent:x:871:870::/:\nplayer:x:872:872::/:\n", wanted) == []


def test_the_image_knows_which_program_it_is_and_holds_no_machine_id() -> None:
    release = Release("1.2.3", "abc", WHEN)
    found = settled(RECIPE, release, table(lay_out(RECIPE)))
    assert b'"version": "1.2.3"' in found["usr/lib/convenience-window/release.json"].content
    assert b'"built": "2026-11-18T11:06:40Z"' in found["usr/lib/convenience-window/release.json"].content
    assert found["etc/machine-id"].content == b""
    assert "usr/lib/clock-epoch" in found


STATUS = """\
Package: libc6
Status: install ok installed
Architecture: arm64
Source: glibc
Version: 2.41-12+deb13u5
Homepage: https://example.org/libc
Description: GNU C Library: Shared libraries
 Contains the standard libraries.

Package: gone
Status: deinstall ok config-files
Architecture: arm64
Version: 1:2

Package: adduser
Status: install ok installed
Architecture: all
Version: 1:3.152
"""


def test_the_list_of_packages_has_the_installed_ones_with_versions() -> None:
    assert [(one.name, one.version, one.source) for one in sbom.packages(STATUS)] == [
        ("adduser", "1:3.152", "adduser"),
        ("libc6", "2.41-12+deb13u5", "glibc"),
    ]


def test_the_spdx_document_names_each_package_once_and_is_the_same_every_time() -> None:
    def made() -> dict[str, object]:
        return sbom.document("image", "1.0", "abc", datetime(2026, 11, 24, tzinfo=UTC), "trixie", sbom.packages(STATUS))

    found = made()
    assert found == made()
    listed = found["packages"]
    assert isinstance(listed, list)
    assert [one["name"] for one in listed] == ["convenience-windows", "adduser", "libc6"]
    assert len({one["SPDXID"] for one in listed}) == 3
    locator = listed[2]["externalRefs"][0]["referenceLocator"]
    assert locator == "pkg:deb/debian/libc6@2.41-12%2Bdeb13u5?arch=arm64&distro=trixie"
    assert {one["relatedSpdxElement"] for one in found["relationships"]} == {one["SPDXID"] for one in listed}  # type: ignore[attr-defined]


def test_a_name_of_inputs_depends_on_each_of_them_and_not_on_their_order() -> None:
    assert digest_of({"a": "1", "b": b"2"}) == digest_of({"b": "2", "a": b"1"})
    assert len({digest_of(one) for one in ({"a": "1"}, {"a": "2"}, {"b": "1"}, {"a": "1", "b": ""}, {"a1": ""})}) == 5


def test_a_step_is_done_once_for_the_same_inputs(tmp_path: Path) -> None:
    done: list[Path] = []
    said: list[str] = []

    def make(to: Path) -> None:
        done.append(to)
        (to / "result").write_text("x")

    for inputs in ({"a": "1"}, {"a": "1"}, {"a": "2"}):
        steps = Steps(tmp_path, 1, said.append)
        assert (steps.step("root", "根", inputs, make) / "result").read_text() == "x"
    assert len(done) == 2
    steps.step("root", "根", {"a": "2"}, make, again=True)
    assert len(done) == 3
    assert any("没有变化" in line for line in said)


def test_a_step_that_fails_leaves_nothing_that_looks_finished(tmp_path: Path) -> None:
    def make(to: Path) -> None:
        (to / "half").write_text("x")
        raise OSError(28, "full")

    for _ in range(2):
        with pytest.raises(OSError, match="full"):
            Steps(tmp_path, 1, lambda _: None).step("root", "根", {"a": "1"}, make)
    assert [one.name for one in tmp_path.iterdir() if not one.name.startswith(".")] == []


def test_old_results_of_a_step_are_swept_and_other_steps_left(tmp_path: Path) -> None:
    steps = Steps(tmp_path, 9, lambda _: None)
    steps.step("rooted", "另一步", {}, lambda to: None)
    for number in range(KEPT + 3):
        steps.step("root", "根", {"n": str(number)}, lambda to: None)
    assert len(list(tmp_path.glob("root-*"))) == KEPT
    assert len(list(tmp_path.glob("rooted-*"))) == 1


def test_two_clones_do_not_build_in_one_cache_at_once(tmp_path: Path) -> None:
    history: list[str] = []
    waits = threading.Event()

    def second(line: str) -> None:
        history.append(line)
        waits.set()

    def build() -> None:
        with only_one(tmp_path, second):
            history.append("second builds")

    other = threading.Thread(target=build)
    with only_one(tmp_path, history.append):
        other.start()
        assert waits.wait(30.0)
        history.append("first is done")
    other.join(30.0)
    assert history == [f"另一个构建正在用 {tmp_path}，等它完成 …", "first is done", "second builds"]


def test_the_cache_is_where_the_users_caches_are() -> None:
    home = Path("/home/she")
    assert cache_in({}, home) == cache_in({"XDG_CACHE_HOME": ""}, home) == home / ".cache/convenience-windows/image"
    assert cache_in({"XDG_CACHE_HOME": "/fast"}, home) == Path("/fast/convenience-windows/image")


def test_a_missing_program_is_named_with_the_line_that_installs_it() -> None:
    with pytest.raises(ProgramsMissing, match=r"apt-get install .*no-such-program"):
        need("sh", "no-such-program")


def test_a_program_that_fails_is_told_with_its_own_words() -> None:
    with pytest.raises(ProgramFailed, match=r"试一试没有成功：sh 退出码 3\n    bad luck"):
        run("试一试", "sh", "-c", "echo bad luck >&2; exit 3")
    with pytest.raises(ProgramFailed, match="bad luck"):
        feed_too_much()


def feed_too_much() -> None:
    """More than a program reads that ends at once."""
    with feeding("试一试", "sh", "-c", "echo bad luck >&2; exit 3") as out:
        for _ in range(100):
            out.write(b"x" * 65536)


def test_a_program_gets_what_it_is_fed_and_its_words_come_back() -> None:
    assert run("试一试", "cat", feed=b"abc") == b"abc"


def test_our_files_stand_before_debians_initrd_and_come_out_the_same_each_time(tmp_path: Path) -> None:
    need("cpio")
    (tmp_path / "boot").mkdir()
    (tmp_path / "boot/initrd.img-7").write_bytes(b"debian's")
    own = {SCRIPT: b"mountroot() { :; }\n", MODULES: b"install usb-storage /bin/false\n"}
    made = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        make_initrd(tmp_path, own, WHEN, tmp_path / name)
        assert [path.name for path in (tmp_path / name).iterdir()] == ["initrd.img"]
        made.append((tmp_path / name / "initrd.img").read_bytes())
    assert made[0] == made[1]
    archive = made[0].removesuffix(b"debian's")
    assert len(archive) < len(made[0])
    listed = run("list", "cpio", "--list", "--quiet", feed=archive).decode().split()
    assert listed == ["scripts", "scripts/window", "usr", "usr/lib", "usr/lib/modprobe.d", MODULES]
