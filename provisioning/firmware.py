"""The three texts that the Pi's firmware reads before our kernel runs. Rules: texts.

Their words are the firmware's own, from Raspberry Pi's documentation of config.txt and of `tryboot`. None of this has
run on a real Pi yet: QEMU is given kernel and initrd directly.
"""

from provisioning.layout import SLOT_A, SLOT_B, Layout

AUTOBOOT = f"""\
[all]
tryboot_a_b=1
boot_partition={SLOT_A}
[tryboot]
boot_partition={SLOT_B}
"""
"""autoboot.txt, on partition 1. An update is written to the other slot, tried once by `reboot '0 tryboot'`, and only
when it has proved itself these two numbers change places. The firmware reads at most 512 bytes."""

CONFIG = """\
# Pi Zero 2 W, 3, 4, 5: one 64-bit kernel. Written with the image; an update replaces it. The screen's own settings
# are in kiosk.yaml, on the first partition.
arm_64bit=1
kernel=vmlinuz
initramfs initrd.img followkernel
# Debian's kernel: its own names of device trees, and no overlays.
upstream_kernel=1
# Our own splash, not the rainbow; the picture to the panel's edges.
disable_splash=1
disable_overscan=1
# Nothing listens on the pins either.
enable_uart=0
"""

QUIET = (
    "quiet loglevel=3 systemd.show_status=false rd.systemd.show_status=false vt.global_cursor_default=0 logo.nologo "
    "consoleblank=0 console=tty3"
)
"""Nothing is written over the splash, and nothing of ours is on tty1."""
STEADY = "panic=10 noresume audit=0 net.ifnames=0"
"""A kernel that cannot go on starts again; the network is eth0 and wlan0 on every board."""


def command_line(layout: Layout, slot: int) -> str:
    """cmdline.txt of that slot: the initrd's script `window` mounts what `window.slot` names."""
    return f"boot=window window.slot=PARTUUID={layout.partuuid(slot)} ro {QUIET} {STEADY}\n"
