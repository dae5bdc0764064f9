"""Where everything lies on the card: four primary partitions of an MBR, which every Pi boots from. Rules: numbers.

1  FAT32 WINDOW       what the technician sees; autoboot.txt says which slot is booted
2  FAT32 SLOT-A       firmware, kernel, initrd, root.squashfs
3  FAT32 SLOT-B       the same size, empty until the first update
4  ext4  WINDOW-DATA  not in the image: made on the first boot, over the rest of the card
"""

from msgspec import Struct

from provisioning.recipe import Recipe

MIB = 2**20
SECTOR = 512
ALIGNMENT = 4 * MIB
"""The erase block of common SD cards: no partition shares one with another."""
FAT32 = "0c"
"""FAT32 by LBA: the only kind that the Pi's boot ROM looks for."""
WINDOW, SLOT_A, SLOT_B, DATA = 1, 2, 3, 4
SMALLEST_DATA = 512 * MIB
"""A screen's cache has at most some hundred megabytes of pictures and films."""


class Place(Struct, frozen=True):
    """One partition; start and size in bytes."""

    number: int
    label: str
    start: int
    size: int


class Layout(Struct, frozen=True):
    """The card."""

    disk_id: str
    places: tuple[Place, ...]

    @property
    def size(self) -> int:
        """Bytes of the image."""
        last = self.places[-1]
        return last.start + last.size

    @property
    def smallest_card(self) -> int:
        """Bytes."""
        return self.size + SMALLEST_DATA

    def place(self, number: int) -> Place:
        """The partition of that number."""
        return next(one for one in self.places if one.number == number)

    def partuuid(self, number: int) -> str:
        """What the kernel calls that partition, whatever the disk is called."""
        return f"{self.disk_id}-{number:02d}"

    def volume_id(self, number: int) -> str:
        """The FAT's serial number, eight hexadecimal digits: each partition has its own, the same in every build."""
        return f"{(int(self.disk_id, 16) + number) % 2**32:08x}"


def lay_out(recipe: Recipe) -> Layout:
    """Partitions one after another from 4 MiB on, each aligned."""
    places = []
    start = ALIGNMENT
    for number, label, size in (
        (WINDOW, "WINDOW", recipe.sizes.window),
        (SLOT_A, "SLOT-A", recipe.sizes.slot),
        (SLOT_B, "SLOT-B", recipe.sizes.slot),
    ):
        places.append(Place(number, label, start, size * MIB))
        start = -(-(start + size * MIB) // ALIGNMENT) * ALIGNMENT
    return Layout(recipe.disk_id, tuple(places))


def table(layout: Layout) -> str:
    """What sfdisk is told."""
    lines = ["label: dos", f"label-id: 0x{layout.disk_id}", "unit: sectors", ""]
    for one in layout.places:
        bootable = ", bootable" if one.number == WINDOW else ""
        lines.append(f"start={one.start // SECTOR}, size={one.size // SECTOR}, type={FAT32}{bootable}")
    return "\n".join(lines) + "\n"
