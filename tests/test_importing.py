"""What importing does: nothing to the world; and no process loads what it does not need."""

import subprocess
import sys

from tests.test_architecture import ROOT, sources

WATCHED = """
import os, sys, threading
touched = []
def watch(event, arguments):
    if event == "open" and isinstance(arguments[1], str) and set(arguments[1]) & set("wax+"):
        touched.append((event, str(arguments[0])))
    elif event.partition(".")[0] == "subprocess" or event in ("socket.bind", "socket.connect", "os.mkdir", "os.putenv"):
        touched.append((event, str(arguments)))
import requests  # binds a socket of its own, to learn whether there is IPv6
from content.console.database import open_database
open_database("sqlite:////nowhere")  # Django's models are made once there are settings; this opens no file
import numpy  # pygame loads it where it is installed; it sets a variable for itself
sys.addaudithook(watch)
before = dict(os.environ)
import importlib
for name in sys.argv[1:]:
    importlib.import_module(name)
import pygame
assert not pygame.get_init(), "pygame.init"
assert not pygame.display.get_init(), "pygame.display.init"
assert not pygame.freetype.get_init(), "pygame.freetype.init"
assert threading.enumerate() == [threading.main_thread()], threading.enumerate()
assert dict(os.environ) == before, set(os.environ.items()) ^ set(before.items())
assert touched == [], touched
"""


def python(*arguments: str) -> str:
    """What a fresh interpreter prints; its error, if it fails, fails the test."""
    done = subprocess.run([sys.executable, "-B", *arguments], capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


def test_importing_any_module_does_nothing() -> None:
    python("-c", WATCHED, *sources())


LOADED = "import sys, importlib; importlib.import_module(sys.argv[1]); print(*sys.modules)"


def loaded_by(module: str) -> set[str]:
    """The top-level packages in memory after `module` was imported."""
    return {name.split(".")[0] for name in python("-c", LOADED, module).split()}


def test_the_player_draws_without_the_network_and_crypto_libraries() -> None:
    """Each is 0.2 to 0.4 s on a PC, some ten times that on a Pi: seconds of a dark screen after a power cut."""
    assert loaded_by("kiosk.player") & {"securesystemslib", "cryptography", "requests", "paho", "PIL", "av"} == set()


def test_the_agent_draws_nothing_and_loads_no_graphics() -> None:
    assert loaded_by("kiosk.agent") & {"pygame", "segno", "PIL", "starlette", "uvicorn"} == set()


def test_checking_a_folder_needs_no_web_server() -> None:
    unwanted = {"starlette", "uvicorn", "prometheus_client", "pygame", "django", "rich"}
    assert loaded_by("content.__main__") & unwanted == set()
