"""A golden card's first hours: shows number and code, and asks for the certificate until it is there.

Afterwards, and on any other card, there is nothing to do.
"""

import logging
import queue
import random
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from content.clock import Clock
from content.enrolment import ENROLMENT
from kiosk.between import WORD, Pairing, Word, boot_id, put_value
from kiosk.config import Config
from kiosk.enrolment.asking import Question, Reply
from kiosk.enrolment.device_key import BadKey
from kiosk.enrolment.own import Own
from kiosk.notify import Notifier

log = logging.getLogger(__name__)

ASK_SECONDS = 10.0
"""Between two questions; a person waits in front of the screen."""
ALIVE_SECONDS = 5.0
WAITING = "已经连上发布端，正在等待管理员核对"
CONNECTING = "正在连接发布端"
REFUSED = "发布端拒绝了这块屏"


class Enrolment:
    """Made and run by one thread."""

    def __init__(
        self,
        own: Own,
        config: Config,
        run_folder: Path,
        clock: Clock,
        *,
        notifier: Notifier,
        rng: Callable[[], float] = random.random,
    ) -> None:
        self._own, self._config, self._run_folder, self._clock = own, config, run_folder, clock
        self._notifier, self._rng = notifier, rng
        self._inbox: queue.Queue[Any] = queue.Queue()
        self._stopping = threading.Event()
        self._told: Pairing | None = None
        self._asking = False

    @property
    def stopped(self) -> bool:
        return self._stopping.is_set()

    def stop(self) -> None:
        """End `run` soon. From any thread."""
        self._stopping.set()
        self._inbox.put(None)

    def run(self) -> bool:
        """Until the screen has its certificate: True. False where it was stopped before."""
        if self._own.ready:
            return True
        code = self._own.code()
        log.info("enrolling as %s", self._own.config.screen)
        self._tell(code, CONNECTING)
        self._notifier.ready()
        due = self._clock.monotonic()
        while not self._own.ready and not self._stopping.is_set():
            if self._clock.monotonic() >= due and not self._asking:
                due = self._clock.monotonic() + ASK_SECONDS * (0.75 + 0.5 * self._rng())
                self._ask()
            self._notifier.alive()
            try:
                event = self._inbox.get(timeout=max(0.01, min(ALIVE_SECONDS, due - self._clock.monotonic())))
            except queue.Empty:
                continue
            if isinstance(event, Reply):
                self._asking = False
                self._take(code, event)
        return self._own.ready

    def _ask(self) -> None:
        application, authority = self._own.application(), self._config.enrols
        if application is not None and authority is not None:
            self._asking = True
            Question(self._config.http, ENROLMENT, application, authority, self._inbox)

    def _take(self, code: str, asked: Reply) -> None:
        """Keep the certificate, or show why there is none."""
        answer = asked.answer
        if answer is None:
            self._tell(code, "", asked.trouble)
        elif answer.state == "granted":
            try:
                self._own.take(answer.certificate.encode())
                log.info("enrolled: the certificate is here")
            except (BadKey, OSError) as error:
                self._tell(code, "", str(error))
        elif answer.state == "refused":
            self._tell(code, "", answer.why or REFUSED)
        else:
            self._tell(code, WAITING)

    def _tell(self, code: str, said: str, trouble: str = "") -> None:
        """Let the player show it."""
        pairing = Pairing(screen=self._own.config.screen, code=code, said=said, trouble=trouble)
        if pairing == self._told:
            return
        self._told = pairing
        if trouble:
            log.warning("not enrolled yet: %s", trouble)
        try:
            put_value(self._run_folder, WORD, Word(boot=boot_id(), pairing=pairing))
        except OSError as error:
            log.warning("%s: %s", WORD, error)
