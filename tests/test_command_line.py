"""The broker's options: those of `serve` hold for the commands beside it and after it."""

import argparse
from pathlib import Path

import pytest

from content.address import BrokerAddress, Credentials
from content.command_line import BROKER_FILE, add_broker_options, broker_of, leave_for_commands
from content.errors import FolderError
from content.publisher import STATE_FOLDER

HERE = BrokerAddress("127.0.0.1", 1883, tls=False)
SERVE = ("--broker", "mqtts://broker.example:8884", "--ca", "ca.crt", "--cert", "a.crt", "--key", "a.key")


def options(folder: Path, *words: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    add_broker_options(parser)
    return parser.parse_args(words, argparse.Namespace(folder=folder))


@pytest.fixture
def served(tmp_path: Path) -> Path:
    (tmp_path / STATE_FOLDER).mkdir()
    leave_for_commands(options(tmp_path, *SERVE))
    return tmp_path


def test_without_a_serve_it_is_the_broker_of_this_machine(tmp_path: Path) -> None:
    assert broker_of(options(tmp_path)) == (HERE, None)


def test_what_serve_was_given_holds_from_any_folder_where_nothing_is_given(served: Path) -> None:
    files = Credentials(*(Path.cwd() / name for name in ("ca.crt", "a.crt", "a.key")))
    assert broker_of(options(served)) == (BrokerAddress("broker.example", 8884, tls=True), files)


def test_what_is_given_holds_alone(served: Path) -> None:
    assert broker_of(options(served, "--broker", "mqtt://127.0.0.1")) == (HERE, None)
    with pytest.raises(FolderError, match="要么都写"):
        broker_of(options(served, "--ca", "ca.crt"))


@pytest.mark.parametrize("content", [b"", b"{}", b"\xff", b'{"broker": 1}', b'{"broker": ["mqtt://x"]}'])
def test_a_file_that_cannot_be_read_is_none(served: Path, content: bytes) -> None:
    (served / STATE_FOLDER / BROKER_FILE).write_bytes(content)
    assert broker_of(options(served)) == (HERE, None)
