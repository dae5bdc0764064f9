"""What the command families share: how a command is made. Nothing else; each family parses its own options."""

import argparse
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    Commands: TypeAlias = argparse._SubParsersAction[argparse.ArgumentParser]  # it has no public name

Run: TypeAlias = Callable[[argparse.Namespace], int]


def command(commands: "Commands", name: str, run: Run, text: str) -> argparse.ArgumentParser:
    """A new command `name` that `run` carries out; its parser, for its options. `run` returns the exit status."""
    one = commands.add_parser(name, help=text, description=text)
    one.set_defaults(run=run)
    return one
