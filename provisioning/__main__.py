"""The technician's commands: `python -m provisioning COMMAND`. Parses arguments and prints; no state.

Each family of commands is a module `*_commands.py` with `add(commands)`; what is heavy is loaded inside its functions.
"""

import argparse
import logging
import sys

from content.process import exit_status
from provisioning import authority_commands, broker_commands, flash_commands, image_commands

FAMILIES = (image_commands, flash_commands, authority_commands, broker_commands)


def main(arguments: list[str] | None = None) -> int:
    """Run one command; the exit status."""
    options = parser().parse_args(arguments)
    logging.basicConfig(format="%(levelname)s %(message)s", level=logging.INFO if options.verbose else logging.WARNING)
    return exit_status(lambda: options.run(options))


def parser() -> argparse.ArgumentParser:
    """Every command and option."""
    top = argparse.ArgumentParser(
        prog="python -m provisioning", description="便民视窗：做镜像、烧卡、登记屏幕、配 broker"
    )
    top.add_argument("-v", "--verbose", action="store_true", help="显示运行过程")
    commands = top.add_subparsers(required=True, metavar="COMMAND")
    for family in FAMILIES:
        family.add(commands)
    return top


if __name__ == "__main__":
    sys.exit(main())
