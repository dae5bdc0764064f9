"""How our processes live and end: stopped by a signal at any moment, ended by any mistake in a thread."""

import logging
import os
import signal
import sys
import threading
from collections.abc import Callable

from content.errors import WindowError

log = logging.getLogger(__name__)

STOP_SIGNALS = frozenset({signal.SIGTERM, signal.SIGINT})
SOFTWARE_ERROR = 70
"""EX_SOFTWARE of sysexits.h."""
INTERRUPTED, PIPE_CLOSED = 128 + signal.SIGINT, 128 + signal.SIGPIPE
"""The exit status as a shell gives it for that signal."""


def exit_status(command: Callable[[], int]) -> int:
    """What `command` returns. What it raises on purpose, or because of a path, is told in words, not as a traceback."""
    try:
        status = command()
        if sys.stdout:  # there is none where we were started with it closed
            sys.stdout.flush()
    except WindowError as error:
        sys.stderr.write(f"{error}\n")
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:  # whoever read our output has had enough; nothing is left to be written at the end
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return PIPE_CLOSED
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        sys.stderr.write(f"{where}{error.strerror or error}；请检查路径和权限\n")
    else:
        return status
    return 1


def no_thread_dies_alone() -> None:
    """From now on a thread that ends by a mistake ends the process, and systemd starts it again.

    One malformed packet ends paho's thread while it goes on saying that it is connected: a
    process that is deaf must not look alive.
    """

    def end(hook: threading.ExceptHookArgs) -> None:
        mistake = (hook.exc_type, hook.exc_value or hook.exc_type(), hook.exc_traceback)
        log.critical("thread %s ended", hook.thread.name if hook.thread else "?", exc_info=mistake)
        logging.shutdown()
        os._exit(SOFTWARE_ERROR)

    threading.excepthook = end


def hold_signals() -> None:
    """Keep SIGTERM and SIGINT until `stop_on_signals` takes them. Before any thread is started."""
    signal.pthread_sigmask(signal.SIG_BLOCK, STOP_SIGNALS)


def stop_on_signals(stop: Callable[[], None]) -> None:
    """Call `stop` for each signal, in a thread of its own.

    A signal handler would run in the middle of whatever the main thread does, perhaps while it
    holds the very lock that `stop` needs; and SDL's wait does not return for one.
    """

    def wait() -> None:
        while True:
            signal.sigwait(STOP_SIGNALS)
            stop()

    threading.Thread(target=wait, name="signals", daemon=True).start()


def signalled_within(seconds: float) -> bool:
    """Sleep so long, or until somebody asks this process to stop: then True. After `hold_signals`."""
    return signal.sigtimedwait(STOP_SIGNALS, seconds) is not None
