"""The list of everything in the image, with versions: an SPDX 2.3 document in JSON. Rules: texts in, a value out."""

import re
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from msgspec import Struct

SPDX_NAME = re.compile(r"[^A-Za-z0-9.-]")


class Package(Struct, frozen=True):
    """One of Debian's, as dpkg's status file tells of it."""

    name: str
    version: str
    architecture: str
    source: str = ""
    homepage: str = ""
    summary: str = ""


def packages(status: str) -> list[Package]:
    """The installed packages, in the order of their names."""
    found = []
    for stanza in status.split("\n\n"):
        fields = dict(line.split(": ", 1) for line in stanza.splitlines() if ": " in line and not line[0].isspace())
        if fields.get("Status", "").endswith(" installed"):
            found.append(
                Package(
                    fields["Package"],
                    fields["Version"],
                    fields.get("Architecture", ""),
                    fields.get("Source", fields["Package"]),
                    fields.get("Homepage", ""),
                    fields.get("Description", ""),
                )
            )
    return sorted(found, key=lambda one: (one.name, one.architecture))


def document(
    name: str, version: str, commit: str, made: datetime, release: str, installed: Iterable[Package]
) -> dict[str, Any]:
    """The document of the image `name`. The same content gives the same document, its identifier too."""
    own = {
        "SPDXID": "SPDXRef-Package-convenience-windows",
        "name": "convenience-windows",
        "versionInfo": version,
        "downloadLocation": "NOASSERTION",
        "filesAnalyzed": False,
        "licenseConcluded": "Apache-2.0",
        "licenseDeclared": "Apache-2.0",
        "copyrightText": "NOASSERTION",
        "sourceInfo": f"commit {commit}",
    }
    theirs = [of_debian(one, release) for one in installed]
    listed = [own, *theirs]
    content = "\n".join(f"{one['name']} {one['versionInfo']}" for one in listed)
    return {
        "spdxVersion": "SPDX-2.3",
        "dataLicense": "CC0-1.0",
        "SPDXID": "SPDXRef-DOCUMENT",
        "name": name,
        "documentNamespace": f"urn:uuid:{uuid5(NAMESPACE_URL, f'{name} {commit} {content}')}",
        "creationInfo": {
            "created": made.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "creators": [f"Tool: convenience-windows-{version}"],
        },
        "packages": listed,
        "relationships": [
            {
                "spdxElementId": "SPDXRef-DOCUMENT",
                "relationshipType": "DESCRIBES",
                "relatedSpdxElement": one["SPDXID"],
            }
            for one in listed
        ],
    }


def of_debian(package: Package, release: str) -> dict[str, Any]:
    """One package. Its licences are in /usr/share/doc/NAME/copyright, in words that no tool reads reliably."""
    plain = package.name, package.architecture
    one: dict[str, Any] = {
        "SPDXID": "SPDXRef-Package-deb-" + SPDX_NAME.sub("-", "-".join(plain)),
        "name": package.name,
        "versionInfo": package.version,
        "supplier": "Organization: Debian",
        "downloadLocation": "NOASSERTION",
        "filesAnalyzed": False,
        "licenseConcluded": "NOASSERTION",
        "licenseDeclared": "NOASSERTION",
        "copyrightText": "NOASSERTION",
        "sourceInfo": f"built from Debian source package {package.source}",
        "summary": package.summary,
        "externalRefs": [
            {
                "referenceCategory": "PACKAGE-MANAGER",
                "referenceType": "purl",
                "referenceLocator": purl(package, release),
            }
        ],
    }
    if package.homepage:
        one["homepage"] = package.homepage
    return one


def purl(package: Package, release: str) -> str:
    """pkg:deb/debian/NAME@VERSION?arch=…&distro=…, by which scanners look for known weaknesses."""
    name, version = package.name.replace("+", "%2B"), package.version.replace("+", "%2B").replace(":", "%3A")
    return f"pkg:deb/debian/{name}@{version}?arch={package.architecture}&distro={release}"
