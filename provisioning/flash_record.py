"""Which cards of a list are made: a JSON file beside the list, so that tomorrow goes on where today stopped."""

from datetime import datetime
from pathlib import Path

import msgspec
from msgspec import Struct

from content.decoding import decoded
from content.errors import WindowError
from content.files import write_atomic


class RecordError(WindowError):
    """The record beside the list cannot be read."""


class Made(Struct, frozen=True):
    """A card that was written, read back and found right."""

    screen: str
    place: str
    at: datetime
    disk: str


class Record:
    """The cards made of one list. Every change is on disk before `add` returns."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            listed = decoded(path.read_bytes(), list[Made]) if path.exists() else []
        except msgspec.DecodeError as error:
            raise RecordError(f"{path}：看不懂（{error}）；如果要从头再烧，请删去它") from None
        self.made = {one.screen: one for one in listed}

    def add(self, one: Made) -> None:
        """This card is made."""
        self.made[one.screen] = one
        write_atomic(self.path, msgspec.json.format(msgspec.json.encode(list(self.made.values()))) + b"\n")

    def has(self, screen: str, place: str) -> bool:
        """Is the card of this screen made, and for this place? A row that was moved since needs a new card."""
        return screen in self.made and self.made[screen].place == place
