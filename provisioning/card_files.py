"""A card's own files from a folder or a row of a list: what `enrol` wrote, with the Wi-Fi that the row names. Rules."""

import json
import re
from collections.abc import Mapping

from content.errors import WindowError
from provisioning.cards_csv import Row

CONFIG, WIFI = "kiosk.yaml", "wifi.txt"
NETWORK = re.compile(rb"^network:", re.MULTILINE)


class CardFilesError(WindowError):
    """The files of a card do not fit the row that it is for."""


def with_wifi(files: Mapping[str, bytes], row: Row) -> dict[str, bytes]:
    """`files` with the Wi-Fi of `row`: its name in kiosk.yaml, its password in a file of its own.

    Raises CardFilesError where kiosk.yaml says something of the network already.
    """
    made = dict(files)
    if not row.wifi_name:
        return made
    config = made.get(CONFIG, b"")
    if NETWORK.search(config):
        raise CardFilesError(f"{row.screen}：{CONFIG} 里已有 network:，清单里又写了无线名称；请只在一处写")
    name = json.dumps(row.wifi_name, ensure_ascii=False)  # what JSON quotes, YAML reads
    wifi = [f"    name: {name}"]
    if row.wifi_password:
        wifi.append(f"    password_file: {WIFI}")
        made[WIFI] = row.wifi_password.encode() + b"\n"
    said = "\n".join(("network:", "  wifi:", *wifi, ""))
    made[CONFIG] = config.rstrip(b"\n") + b"\n" + said.encode()
    return made
