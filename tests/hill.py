"""A small village with its certificate authority, as the technician's commands find it."""

from datetime import UTC, datetime
from pathlib import Path

from content.admission.authority import Authority
from content.skeleton import create
from provisioning.site import site_of, write_site

NOW = datetime(2026, 11, 24, 8, tzinfo=UTC)
BROKER, HTTP = "mqtts://broker.example:8883", ("https://publisher.example",)


def make_hill(folder: Path) -> Path:
    """Write the village into `folder`."""
    create(folder)
    Authority.create(folder / "authority", "示例村", NOW)
    write_site(folder / "authority", site_of(BROKER, HTTP))
    return folder
