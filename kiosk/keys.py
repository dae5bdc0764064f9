"""Keys and buttons at a screen without SDL: an LED panel. The one door to evdev, used where it can be imported.

The kernel makes a key of a button on a GPIO pin (`dtoverlay=gpio-key,gpio=17,keycode=106,label=next`), so
no pin is known here. Devices are taken for ourselves: what is typed must not reach the console behind the picture.
"""

import contextlib
import logging
import select
import threading
from collections import deque
from collections.abc import Callable
from typing import Any

from kiosk.visitor import Gesture, Touch

log = logging.getLogger(__name__)

LOOK_SECONDS = 10.0
"""How often new devices are looked for."""
ASK_SECONDS = 1.0
MOST_TOUCHES = 32
EV_KEY, PRESSED = 1, 1
"""linux/input-event-codes.h; a key that is held down repeats with value 2, which is nothing new."""

CODES = {
    **dict.fromkeys((106, 108, 109, 163), Gesture.NEXT),  # RIGHT DOWN PAGEDOWN NEXTSONG
    **dict.fromkeys((105, 103, 104, 165), Gesture.BACK),  # LEFT UP PAGEUP PREVIOUSSONG
    **dict.fromkeys((57, 28, 96, 164, 353), Gesture.HOLD),  # SPACE ENTER KPENTER PLAYPAUSE SELECT
    **dict.fromkeys((13, 78, 12, 74), Gesture.ENLARGE),  # EQUAL KPPLUS MINUS KPMINUS
    **dict.fromkeys((59, 358), Gesture.STATUS),  # F1 INFO
}


class Keys:
    """Reads all keyboards and buttons in a thread of its own, and calls `wake` when there is something to take."""

    def __init__(self, wake: Callable[[], None]) -> None:
        self._wake = wake
        self._touches: deque[Touch] = deque(maxlen=MOST_TOUCHES)
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._read, name="keys", daemon=True)
        self._devices: dict[str, Any] = {}

    def start(self) -> None:
        """Begin to read; nothing where evdev is not installed."""
        with contextlib.suppress(ImportError):
            import evdev

            self._evdev = evdev
            self._thread.start()

    def touches(self) -> list[Touch]:
        """What was pressed since this was last asked."""
        return [self._touches.popleft() for _ in range(len(self._touches))]

    def close(self) -> None:
        """Stop reading; may be called twice."""
        self._closing.set()
        if self._thread.is_alive():
            self._thread.join(timeout=2 * ASK_SECONDS)

    def _read(self) -> None:
        rounds = 0
        while not self._closing.is_set():
            if rounds % round(LOOK_SECONDS / ASK_SECONDS) == 0:
                self._look()
            rounds += 1
            ready, _, _ = select.select(list(self._devices.values()), [], [], ASK_SECONDS)
            for device in ready:
                self._take(device)
            if ready:
                self._closing.wait(0.05)  # of a flood, the newest
        for path in list(self._devices):
            self._drop(path)

    def _look(self) -> None:
        """Take the devices that have a key of ours."""
        for path in self._evdev.list_devices():
            if path in self._devices:
                continue
            with contextlib.suppress(OSError):  # gone again, or not for us
                device = self._evdev.InputDevice(path)
                if CODES.keys() & set(device.capabilities().get(EV_KEY, ())):
                    self._devices[path] = device
                    with contextlib.suppress(OSError):
                        device.grab()
                    log.info("keys: %s", device.name)
                else:
                    device.close()

    def _take(self, device: Any) -> None:
        try:
            found = [meant(event.type, event.code, event.value) for event in device.read()]
        except OSError:  # pulled out
            self._drop(device.path)
            return
        self._touches.extend(gesture for gesture in found if gesture)
        self._wake()

    def _drop(self, path: str) -> None:
        with contextlib.suppress(OSError):
            self._devices.pop(path).close()


def meant(kind: int, code: int, value: int) -> Gesture | None:
    """What an event of the kernel means here; None for all else."""
    return CODES.get(code) if kind == EV_KEY and value == PRESSED else None
