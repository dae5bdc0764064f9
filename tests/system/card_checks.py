"""What is on an emulated screen's card while it is off: that nothing was written where nothing may be, and the data."""

import hashlib
import os
import re
import subprocess
from pathlib import Path

from provisioning.layout import DATA, SLOT_A, SLOT_B, WINDOW
from provisioning.mbr import partitions
from tests.system.virtual import Machine

E2FSCK_AT_EASE = re.compile(r"recovering journal|: clean,|: \d+/\d+ files ")
"""What `e2fsck -p` says where nothing was wrong: what the journal held was written, as at every mount after a cut."""


def digest(card: Path, start: int, size: int) -> str:
    """SHA-256 of a partition."""
    total = hashlib.sha256()
    with card.open("rb") as file:
        file.seek(start)
        while size > 0:
            block = file.read(min(size, 2**22))
            total.update(block)
            size -= len(block)
    return total.hexdigest()


def firmware_side(machine: Machine) -> list[str]:
    """Digests of the three partitions that a running screen must never write to."""
    places = [machine.layout.place(number) for number in (WINDOW, SLOT_A, SLOT_B)]
    return [digest(machine.card, one.start, one.size) for one in places]


def check_data(machine: Machine) -> str:
    """What e2fsck says of a copy of the data partition, as the next boot would find it: clean, with its journal, or
    repaired."""
    with machine.card.open("rb") as file:
        found = [one for one in partitions(file.read(512), "the card") if one.number == DATA]
    if not found:
        return "not made yet"
    copy = machine.folder / "data.img"
    with machine.card.open("rb") as source, copy.open("wb") as target:
        source.seek(found[0].start)
        left = found[0].size
        while left > 0:
            block = source.read(min(left, 2**22))
            target.write(block) if block.strip(b"\0") else target.seek(len(block), os.SEEK_CUR)
            left -= len(block)
        target.truncate(found[0].size)
    looked = subprocess.run(["/usr/sbin/e2fsck", "-p", copy], capture_output=True, text=True, check=False)
    again = subprocess.run(["/usr/sbin/e2fsck", "-fn", copy], capture_output=True, text=True, check=False)
    copy.unlink()
    if looked.returncode >= 4 and "superblock" in looked.stdout + looked.stderr:
        return "unreadable: made again at the next boot"
    assert looked.returncode in (0, 1), looked.stdout + looked.stderr
    assert again.returncode == 0, again.stdout
    mended = [line for line in looked.stdout.splitlines() if line.strip() and not E2FSCK_AT_EASE.search(line)]
    return f"repaired ({'; '.join(mended)})" if mended else "clean"
