"""Incidents and the letters about them, kept: so that each is told once, whenever we are killed.

An incident and its letters are written in one transaction; a letter is marked when it has gone. Who is
killed between the sending and the mark sends one letter twice, never none.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec

from content.decoding import decoded
from content.fleet.letters import Event, Letter, NotifyEntry, letters
from content.fleet.records import Records
from content.fleet.troubles import Addressee, Trouble
from content.notice import Frozen

MOST_WAITING = 1000
"""Letters that wait for a gateway that is away."""
FIRST_RETRY_SECONDS = 10.0
LONGEST_RETRY_SECONDS = 3600.0
MOST_TRIES = 12
"""With the doubling waits, about eight hours; after that it is no news any more."""


class Waiting(Frozen, frozen=True):
    """A letter that is to be sent."""

    id: int
    letter: Letter
    tries: int


class Casebook:
    """The incidents in a database."""

    def __init__(self, records: Records) -> None:
        self._records = records
        self._models = records.models

    def settle(
        self,
        current: Sequence[Trouble],
        now: datetime,
        notify: NotifyEntry,
        village: str,
        end_text: Callable[[str, str], str],
        local: datetime,
    ) -> list[Event]:
        """Begin what is new, end what is over, and write the letters about both. What happened."""
        model = self._models.Incident
        with self._records.whole():
            there = {(one.kind, one.subject): one for one in self._records.rows(model).filter(ended__isnull=True)}
            wanted = {(one.kind, one.subject): one for one in current}
            events = [self._begin(one, now) for key, one in wanted.items() if key not in there]
            events += [self._end(row, end_text(*key), now) for key, row in there.items() if key not in wanted]
            if events:
                self._write(letters(events, notify, village, local), events[0].incident, now)
        return events

    def _begin(self, trouble: Trouble, now: datetime) -> Event:
        row = self._models.Incident(
            kind=trouble.kind,
            subject=trouble.subject,
            text=trouble.text,
            facts=msgspec.json.encode(trouble.places).decode(),
            began=now,
        )
        self._records.save(row)
        return Event(incident=row.pk, kind=trouble.kind, ended=False, text=trouble.text, places=trouble.places)

    def _end(self, row: Any, text: str, now: datetime) -> Event:
        row.ended, row.end_text = now, text
        self._records.save(row)
        places = decoded(row.facts, tuple[Addressee, ...])
        return Event(incident=row.pk, kind=row.kind, ended=True, text=text, places=places)

    def _write(self, made: Sequence[Letter], incident: int, now: datetime) -> None:
        rows = self._records.rows(self._models.Letter)
        room = MOST_WAITING - rows.filter(sent__isnull=True, given_up=False).count()
        rows.bulk_create(
            self._models.Letter(
                incident=incident,
                channel=one.channel,
                facts=msgspec.json.encode(one.facts).decode(),
                made=now,
                next_try=now,
                given_up=number >= room,
                error="" if number < room else "等着发的太多",
            )
            for number, one in enumerate(made)
        )

    def due(self, now: datetime, most: int = 20) -> list[Waiting]:
        """Letters to be sent now."""
        with self._records.errors():
            rows = self._records.rows(self._models.Letter).filter(sent__isnull=True, given_up=False, next_try__lte=now)
            found = list(rows.order_by("next_try", "id")[:most])
        return [
            Waiting(
                id=row.pk,
                tries=row.tries,
                letter=Letter(channel=row.channel, facts=decoded(row.facts, dict[str, str])),
            )
            for row in found
        ]

    def sent(self, waiting: Waiting, now: datetime) -> None:
        """It has gone."""
        self._change(waiting, sent=now, tries=waiting.tries + 1, error="")

    def failed(self, waiting: Waiting, why: str, now: datetime, rng: Callable[[], float]) -> None:
        """It has not. `why` must not hold a secret."""
        tries = waiting.tries + 1
        wait = min(FIRST_RETRY_SECONDS * 2.0**waiting.tries, LONGEST_RETRY_SECONDS) * (0.75 + 0.5 * rng())
        self._change(
            waiting,
            tries=tries,
            error=why[:200],
            next_try=now + timedelta(seconds=wait),
            given_up=tries >= MOST_TRIES,
        )

    def _change(self, waiting: Waiting, **values: Any) -> None:
        with self._records.whole():
            self._records.rows(self._models.Letter).filter(pk=waiting.id).update(**values)

    def letter_counts(self) -> dict[str, int]:
        """How many were sent, wait, and were given up."""
        with self._records.errors():
            rows = self._records.rows(self._models.Letter)
            return {
                "sent": rows.filter(sent__isnull=False).count(),
                "waiting": rows.filter(sent__isnull=True, given_up=False).count(),
                "given_up": rows.filter(given_up=True).count(),
            }
