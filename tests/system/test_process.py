"""How the processes end: at once when asked, whatever they are doing; and never half alive."""

import signal
import socket
import subprocess
import sys
import time

from content.process import SOFTWARE_ERROR
from tests.system.rig import DOORWAYS, Village, spawn, until

CONNACK = b"\x20\x02\x00\x00"
TOPIC_LONGER_THAN_ITS_PACKET = b"\x30\x04\xff\xffab"
FLOOD = """
import queue, sys, threading
from content.process import hold_signals, stop_on_signals
hold_signals()
inbox, stopping = queue.Queue(), threading.Event()
def stop():
    stopping.set()
    inbox.put_nowait(None)
stop_on_signals(stop)
def flood():
    while not stopping.is_set():
        inbox.put(1)
        inbox.qsize() > 1000 and stopping.wait(0.001)
threading.Thread(target=flood, daemon=True).start()
print("ready", flush=True)
while not stopping.is_set():
    inbox.get()
"""


def test_a_malformed_packet_never_leaves_an_agent_that_is_deaf(village: Village) -> None:
    """Or the screen would be deaf, say that it is connected, and never be restarted."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        screen = village.screen(DOORWAYS[0])
        config = screen.home / "kiosk.yaml"
        config.write_text(
            config.read_text().replace(village.broker.url, f"mqtt://127.0.0.1:{listener.getsockname()[1]}")
        )
        screen.start_agent()
        connection, _ = listener.accept()
        with connection:
            connection.recv(4096)
            connection.sendall(CONNACK + TOPIC_LONGER_THAN_ITS_PACKET)
            agent = screen.agent
            assert agent
            listener.settimeout(0.1)
            until("the agent ends or connects again", lambda: agent.poll() is not None or accepted(listener))
    assert agent.poll() in (None, SOFTWARE_ERROR)


def accepted(listener: socket.socket) -> bool:
    """Has somebody connected?"""
    try:
        listener.accept()[0].close()
    except TimeoutError:
        return False
    return True


def test_a_flood_of_messages_does_not_keep_a_process_from_stopping() -> None:
    for _ in range(10):
        process = subprocess.Popen([sys.executable, "-c", FLOOD], stdout=subprocess.PIPE)
        assert process.stdout
        assert process.stdout.readline() == b"ready\n"
        process.send_signal(signal.SIGTERM)
        assert process.wait(10.0) == 0
        process.stdout.close()


def test_a_player_on_a_panel_stops_when_asked(village: Village) -> None:
    """SDL's wait does not return for a signal: the stop must wake it."""
    screen = village.screen(DOORWAYS[0])
    config = screen.home / "kiosk.yaml"
    panel = config.read_text().replace("kind: file, size: 1280x720, frame: screen.png", "kind: lcd, size: 1280x720")
    config.write_text(panel)
    folders = ["--cache", str(screen.home / "cache"), "--run", str(screen.home / "run")]
    player = spawn(
        screen.home / "player.log", "kiosk", "player", str(config), *folders, environment={"SDL_VIDEODRIVER": "dummy"}
    )
    until("the player shows something", lambda: (screen.home / "run" / "heartbeat.json").exists())
    time.sleep(0.5)
    start = time.monotonic()
    player.send_signal(signal.SIGTERM)
    assert player.wait(20.0) == 0
    assert time.monotonic() - start < 5.0
