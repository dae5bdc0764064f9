"""Where packages come from: the machine's own archive, in both of apt's formats, and nobody else's."""

import pytest

from provisioning.mirror import Mirror, NoMirror, archives, given, mirror_of, release_date, sources_list
from provisioning.recipe import Recipe

RECIPE = Recipe(release="trixie", kernel="trixie-backports", packages=("linux-image-arm64",))
DEB822 = """\
Types: deb
# a comment
URIs: http://mirror.test/debian/
Suites: bookworm bookworm-updates
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg

Types: deb
URIs: http://mirror.test/security
Suites: bookworm-security
Components: main
"""
ONE_LINE = """\
# deb http://old.test/debian bookworm main
deb-src http://sources.test/debian bookworm main
deb [arch=amd64 signed-by=/x.gpg] http://mirror.test/debian trixie main contrib # ours
deb http://mirror.test/debian-security trixie-security main
"""


def test_the_address_is_read_from_either_format() -> None:
    assert mirror_of({"debian.sources": DEB822}) == Mirror("http://mirror.test/debian", "http://mirror.test/security")
    assert mirror_of({"sources.list": ONE_LINE}).main == "http://mirror.test/debian"


def test_other_peoples_archives_are_not_taken_for_debian() -> None:
    files = {
        "a.list": "deb https://docker.test/debian bookworm stable\ndeb https://cloud.test/apt sdk-bookworm main\n",
        "b.sources": "Types: deb\nURIs: https://node.test\nSuites: nodistro\nComponents: main\n",
    }
    with pytest.raises(NoMirror, match="--mirror"):
        mirror_of(files)
    assert mirror_of({**files, "sources.list": ONE_LINE}).main == "http://mirror.test/debian"


@pytest.mark.parametrize("line", ["Enabled: no", "Types: deb-src"])
def test_what_apt_does_not_ask_is_not_asked(line: str) -> None:
    first = DEB822.split("\n\n")[0].replace("Types: deb", line if line.startswith("Types") else f"Types: deb\n{line}")
    with pytest.raises(NoMirror):
        mirror_of({"debian.sources": first})


def test_security_updates_are_beside_the_archive_where_nothing_else_is_said() -> None:
    assert given("http://mirror.test/debian/") == Mirror(
        "http://mirror.test/debian", "http://mirror.test/debian-security"
    )


@pytest.mark.parametrize(
    "address", ["mirror.test/debian", "http://user:word@mirror.test/debian", "http://a b/debian", ""]
)
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(NoMirror):
        given(address)


def test_security_updates_are_asked_too_and_only_debians_signature_counts() -> None:
    mirror = Mirror("http://m.test/debian", "http://m.test/debian-security")
    assert ("http://m.test/debian-security", "trixie-security") in archives(mirror, RECIPE)
    lines = sources_list(mirror, RECIPE).splitlines()
    assert len(lines) == 4
    assert all("[signed-by=/usr/share/keyrings/debian-archive-keyring.gpg]" in line for line in lines)


def test_the_release_says_its_date() -> None:
    assert release_date("Origin: Debian\nDate: Sat, 21 Nov 2026 09:15:44 UTC\n") == "Sat, 21 Nov 2026 09:15:44 UTC"
    assert release_date("<html>") is None
