"""Commands are carried out here: a fixed list, each in its own few lines, and no shell.

The player is asked through the agent's word on tmpfs, the system through the file `reboot`, for which a systemd path
unit waits: the agent itself needs no rights over the machine. What became of the last commands goes into the status.
"""

import contextlib
import logging
import queue
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
from msgspec.structs import replace

from content.clock import Clock
from content.commands import Command, Outcome, Verb
from content.decoding import decoded
from content.files import write_atomic
from content.manifest import encode
from kiosk.between import (
    REBOOT,
    WORD,
    Identify,
    Pairing,
    Word,
    boot_id,
    put,
    put_value,
    remove_screenshots,
    screenshot_path,
    take,
)
from kiosk.checked_clock import DatedAnswer
from kiosk.config import Config
from kiosk.orders.obey import Memory, is_old_news, why_not
from kiosk.orders.upload import Upload, Uploaded

log = logging.getLogger(__name__)

COMMANDS = "commands.json"
IDENTIFY_SECONDS = 60.0
PICTURE_SECONDS = 30.0
"""How long the player may take for a picture of the panel."""
PICTURE_LOOK_SECONDS = 0.25
REBOOT_SECONDS = 2.0
"""Before it, the status with the outcome goes out."""


@dataclass(frozen=True)
class Asked:
    """What the agent's own parts do for a command."""

    refresh: Callable[[], None]
    report: Callable[[str, int], None]
    """The receipts of that series after that sequence."""
    changed: Callable[[], None]
    """There is an outcome to be told."""
    alert: Callable[[], str]
    """The alert that has the panel now, if one has."""


class Deeds:
    """One screen's commands. Used by the agent's one thread."""

    def __init__(
        self, config: Config, folder: Path, run_folder: Path, clock: Clock, inbox: "queue.Queue[Any]", asked: Asked
    ) -> None:
        self._config, self._path, self._run_folder = config, folder / COMMANDS, run_folder
        self._clock, self._inbox, self._asked = clock, inbox, asked
        self.memory = read_memory(self._path)
        boot = boot_id()
        before = take(run_folder, WORD, Word)
        self._word = before if before is not None and before.boot == boot else Word(boot=boot)
        self._picture: tuple[Command, float] | None = None
        self._reboot: tuple[str, float] | None = None

    def begin(self) -> None:
        """Tell the player that the agent is here."""
        remove_screenshots(self._run_folder)
        self._say()

    @property
    def contact(self) -> bool:
        """Has the first contact of this boot been told?"""
        return self._word.contact

    def in_contact(self) -> None:
        """Tell the player that the cache holds what the publishers say now."""
        log.info("first contact: the notices that hold are known")
        self._say(contact=True)

    def pair(self, pairing: Pairing | None) -> None:
        """Tell the player how far a screen without a place has got, or that it has one."""
        if pairing != self._word.pairing:
            self._say(pairing=pairing)

    @property
    def dated(self) -> DatedAnswer | None:
        """What the publisher's server last said of the time since boot, also to an agent before this one."""
        return self._word.dated

    def date(self, answer: DatedAnswer) -> None:
        """Tell the player what time it is by the publisher's server, where that is news."""
        if answer.is_news(self._word.dated):
            self._say(dated=answer)
            self._asked.changed()

    def _say(self, **news: Any) -> bool:
        """Change the agent's word; false where it could not be written."""
        self._word = replace(self._word, **news)
        try:
            put_value(self._run_folder, WORD, self._word)
        except OSError as error:
            log.warning("%s: %s", WORD, error)
            return False
        return True

    def obey(self, command: Command) -> None:
        """Do it, unless it was done, or a rule is against it."""
        now, trusted = self._clock.now(), self._clock.trusted()
        if is_old_news(command, self.memory, now, trusted=trusted):
            return
        if self.memory.is_full(command, now):
            log.warning("%r: too many commands", command)
            return
        why = why_not(command, now, trusted=trusted)
        noted = self.memory.noting(command, now)
        if command.verb == "report":
            self.memory = noted
        elif not self._remember(noted) and not why:
            why = "存储卡写不进去，记不住做过的命令，所以没有做"
        log.info("%r: %s", command, why or "done")
        if why:
            self._tell(command, why, done=False)
        else:
            self._do(command)

    def _remember(self, memory: Memory) -> bool:
        """Keep it on the card; false where that is not possible."""
        self.memory = memory
        try:
            write_atomic(self._path, encode(memory))
        except OSError as error:
            log.warning("%s: %s", COMMANDS, error.strerror)
            return False
        return True

    def _do(self, command: Command) -> None:
        ticks = self._clock.monotonic()
        match command.verb:
            case "identify" if alert := self._asked.alert():
                what = f"屏上正在显示警报 {alert}，编号没有显示；警报结束后再试"
                self._tell(command, what, done=False)
            case "identify":
                wish = Identify(screen=self._config.screen, until=ticks + IDENTIFY_SECONDS)
                self._tell_player(command, f"屏上显示编号 {IDENTIFY_SECONDS:.0f} 秒", identify=wish)
            case "screenshot":
                self._give_up_picture("又来了一个截图命令")
                self._picture = (command, ticks + PICTURE_SECONDS)
                self._say(screenshot=command.id)
            case "refresh":
                self._asked.refresh()
                self._tell(command, "已向 broker 和 HTTP 重新要一遍")
            case "restart-player":
                self._tell_player(command, "已叫播放程序重新启动", restart=command.id)
            case "reboot":
                self._reboot = (command.id, ticks + REBOOT_SECONDS)
                self._tell(command, "就要重启")
            case "report":
                self._asked.report(command.series, command.after)

    def _tell_player(self, command: Command, what: str, **news: Any) -> None:
        said = self._say(**news)
        self._tell(command, what if said else f"{self._run_folder} 写不进去", done=said)

    def _tell(self, command: Command, what: str, *, done: bool = True) -> None:
        """A report answers for itself; of all others the status tells what became of them."""
        if command.verb != "report":
            self._note(command.id, command.verb, what, done=done)

    def _note(self, command: str, verb: Verb, what: str, *, done: bool) -> None:
        at = self._clock.now() if self._clock.trusted() else None
        self._remember(self.memory.telling(Outcome(id=command, verb=verb, done=done, at=at, what=what)))
        self._asked.changed()

    def due(self) -> float:
        """Ticks at which `look` has something to do."""
        waits = [self._reboot[1]] if self._reboot else []
        waits += [self._clock.monotonic() + PICTURE_LOOK_SECONDS] if self._picture else []
        return min(waits, default=float("inf"))

    def look(self) -> None:
        """Go on with what takes time."""
        ticks = self._clock.monotonic()
        if self._reboot is not None and ticks >= self._reboot[1]:
            log.warning("rebooting, as commanded")
            with contextlib.suppress(OSError):  # a full tmpfs
                put(self._run_folder, REBOOT, self._reboot[0].encode())
            self._reboot = None
        if self._picture is None:
            return
        command, deadline = self._picture
        path = screenshot_path(self._run_folder, command.id)
        try:
            png = path.read_bytes()
        except OSError:
            if ticks >= deadline:
                self._give_up_picture("播放程序没有给出画面")
            return
        path.unlink(missing_ok=True)
        self._picture = None
        config = self._config
        Upload(config.http, command.id, command.upload, command.token, png, self._inbox, config.credentials)

    def _give_up_picture(self, why: str) -> None:
        if self._picture is not None:
            command, self._picture = self._picture[0], None
            self._tell(command, why, done=False)

    def uploaded(self, event: Uploaded) -> None:
        """The server has taken the picture, or not."""
        what = f"没有送到 {event.why}" if event.why else "截图已经送到"
        self._note(event.command, "screenshot", what, done=not event.why)


def read_memory(path: Path) -> Memory:
    """What the agent before remembered; nothing where that is lost."""
    try:
        return decoded(path.read_bytes(), Memory)
    except FileNotFoundError:
        return Memory()
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        log.warning("%s cannot be read: %s", path.name, error)
        return Memory()
