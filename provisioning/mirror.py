"""Which Debian archive the packages come from: the one that this machine itself uses. Rules: texts in, a Mirror out.

No host's name stands in this repository. It is read from the machine's own apt configuration, in either of its two
formats, or given with `--mirror`.
"""

import re
from collections.abc import Iterator, Mapping

from msgspec import Struct

from content.errors import WindowError
from provisioning.recipe import Recipe

RELEASES = frozenset("bullseye bookworm trixie forky duke sid stable testing unstable oldstable".split())
ONE_LINE = re.compile(r"deb\s+(?:\[[^]]*\]\s+)?(\S+)\s+(\S+)\s+(.+)")
FIRMWARE = "main non-free-firmware"
KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"


class NoMirror(WindowError):
    """This machine's apt does not say where a Debian archive is."""


class Source(Struct, frozen=True):
    """One place that apt asks."""

    address: str
    suite: str
    components: tuple[str, ...]


class Mirror(Struct, frozen=True):
    """Addresses of the main archive and of the one with security updates."""

    main: str
    security: str


def sources(files: Mapping[str, str]) -> Iterator[Source]:
    """What the files of /etc/apt say, `.list` and `.sources`; disabled and source-only entries are left out."""
    for name, text in sorted(files.items()):
        yield from deb822(text) if name.endswith(".sources") else one_line(text)


def one_line(text: str) -> Iterator[Source]:
    """`deb [options] ADDRESS SUITE COMPONENT…`, one a line."""
    for line in text.splitlines():
        found = ONE_LINE.fullmatch(line.partition("#")[0].strip())
        if found:
            yield Source(found[1].rstrip("/"), found[2], tuple(found[3].split()))


def deb822(text: str) -> Iterator[Source]:
    """Stanzas of `Name: value`, with an empty line between them."""
    for stanza in re.split(r"\n\s*\n", text):
        fields: dict[str, str] = {}
        name = ""
        for line in stanza.splitlines():
            if line.startswith("#"):
                continue
            if line[:1].isspace() and name:
                fields[name] += " " + line.strip()
            elif ":" in line:
                name, _, value = line.partition(":")
                name = name.strip().lower()
                fields[name] = value.strip()
        if "deb" not in fields.get("types", "").split() or fields.get("enabled", "yes").lower() == "no":
            continue
        for address in fields.get("uris", "").split():
            for suite in fields.get("suites", "").split():
                yield Source(address.rstrip("/"), suite, tuple(fields.get("components", "").split()))


def mirror_of(files: Mapping[str, str]) -> Mirror:
    """The archive of Debian itself among everything that apt asks. Raises NoMirror."""
    found = [one for one in sources(files) if "main" in one.components]
    main = next((one.address for one in found if one.suite in RELEASES), None)
    if main is None:
        raise NoMirror("这台机器的 apt 里没有 Debian 的软件源；请用 --mirror 写明，例如 --mirror http://…/debian")
    security = next(
        (one.address for one in found if one.suite.partition("-")[0] in RELEASES and "security" in one.suite), None
    )
    return Mirror(main, security or security_beside(main))


def given(address: str) -> Mirror:
    """The archive of `--mirror`."""
    if not re.fullmatch(r"(https?|file)://[^\s@]*[^\s@/]/?", address):
        raise NoMirror(f"--mirror {address!r} 不是软件源的地址；应为 http://…/debian，不带用户名和密码")
    return Mirror(address.rstrip("/"), security_beside(address.rstrip("/")))


def security_beside(main: str) -> str:
    """Mirrors that have both keep `debian-security` beside `debian`."""
    return re.sub(r"/debian$", "/debian-security", main)


def archives(mirror: Mirror, recipe: Recipe) -> list[tuple[str, str]]:
    """(address, suite) of everything that is asked."""
    return [*((mirror.main, suite) for suite in recipe.suites), (mirror.security, f"{recipe.release}-security")]


def sources_list(mirror: Mirror, recipe: Recipe) -> str:
    """The file that mmdebstrap is given: signed by Debian's keys alone, whatever else this machine trusts."""
    return "".join(
        f"deb [signed-by={KEYRING}] {address} {suite} {FIRMWARE}\n" for address, suite in archives(mirror, recipe)
    )


def release_date(text: str) -> str | None:
    """The `Date:` of an InRelease file."""
    found = re.search(r"^Date: (.+)$", text, re.MULTILINE)
    return found[1] if found else None
