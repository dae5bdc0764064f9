"""The next certificate, in time: asked for soon after each start, then every day. Used by the agent's one thread.

The screen has no rule of its own about dates, for its clock may be years off: it asks, and the server, which has a
clock, decides (content.admission.applicants). Waits are monotonic.
"""

import logging
import queue
from collections.abc import Callable
from typing import Any

from content.clock import Clock
from content.enrolment import RENEWAL
from content.errors import BrokerError
from content.mqtt import Connection
from kiosk.enrolment.asking import Question, Reply
from kiosk.enrolment.device_key import BadKey
from kiosk.enrolment.own import Own

log = logging.getLogger(__name__)

FIRST_SECONDS, USUAL_SECONDS, RETRY_SECONDS = 40.0, 86_400.0, 3600.0


class Renewal:
    """One screen's. `due` are the ticks of the next question; never, for a screen that speaks without TLS."""

    def __init__(
        self, own: Own | None, connection: Connection, inbox: "queue.Queue[Any]", clock: Clock, rng: Callable[[], float]
    ) -> None:
        self._own, self._connection, self._inbox, self._clock, self._rng = own, connection, inbox, clock, rng
        self.due = float("inf")
        if own is not None and own.config.credentials is not None:
            self._wait(FIRST_SECONDS)

    def _wait(self, seconds: float) -> None:
        """About so long: a thousand screens must not ask as one."""
        self.due = self._clock.monotonic() + seconds * (0.75 + 0.5 * self._rng())

    def look(self) -> None:
        """Ask, if it is time."""
        if self._own is None or self._clock.monotonic() < self.due:
            return
        self._wait(USUAL_SECONDS)
        application, tls = self._own.application(), self._own.config.credentials
        if application is not None and tls is not None:
            Question(self._own.config.http, RENEWAL, application, tls.ca, self._inbox)

    def take(self, reply: Reply) -> str:
        """Keep a renewed certificate; the next connection shows it. In words why not, "" where nothing is wrong."""
        answer = reply.answer
        if answer is None or answer.state == "refused":
            self._wait(RETRY_SECONDS)
        if answer is not None and answer.state == "refused":
            return f"证书没有更新：{answer.why}"
        if answer is None or answer.state != "granted" or self._own is None:
            return ""
        try:
            self._own.take(answer.certificate.encode())
            if self._own.config.credentials is not None:
                self._connection.renew(self._own.config.credentials)
        except (BadKey, BrokerError, OSError) as error:
            return f"新证书不能用：{error}"
        log.info("certificate renewed")
        return ""
