"""May this command be done? Rules only: signature, scope, time, and whether it was done before.

A command is done at most once. Its id is kept on the card before it is carried out, as long as it lives, and no id is
forgotten to make room for another: more commands than fit are not done. (`report` may be done twice: its id is kept
in memory only, so that a replayed one costs nothing and the card is not written to.)

While the clock is not trusted nobody can tell an old command that somebody recorded from a new one. So what
interrupts the picture, `restart-player` and `reboot`, waits for a trusted clock; the rest does no harm.
"""

import re
from datetime import datetime, timedelta

from msgspec.structs import replace

from content.commands import LONGEST_LIFE_SECONDS, Command, Outcome, Verb
from content.errors import Reason, Refused
from content.manifest import parse, parse_envelope
from content.notice import Frozen
from content.signing import Keyring, signers_of, verified_payload

MOST_REMEMBERED = 200
MOST_OUTCOMES = 5
LIFE = timedelta(seconds=LONGEST_LIFE_SECONDS)
NEEDS_TIME: frozenset[Verb] = frozenset({"restart-player", "reboot"})
UPLOAD = re.compile(r"[a-z0-9]+(/[a-z0-9][a-z0-9-]*){1,3}")
TOKEN = re.compile(r"[A-Za-z0-9_~.-]{16,200}")


class Memory(Frozen, frozen=True):
    """Which commands were done, and what became of the last few; survives a restart and a reboot."""

    done: dict[str, datetime] = {}
    """Id → when the command expires."""
    outcomes: tuple[Outcome, ...] = ()

    def noting(self, command: Command, now: datetime) -> "Memory":
        """This memory with that command in it, and without those that nobody could send again."""
        living = {name: expires for name, expires in self.done.items() if now < expires + LIFE}
        return replace(self, done=living | {command.id: command.expires})

    def is_full(self, command: Command, now: datetime) -> bool:
        """Is there no room for that command?"""
        return len(self.noting(command, now).done) > MOST_REMEMBERED

    def telling(self, outcome: Outcome) -> "Memory":
        """This memory with that outcome as the newest; one word for each command."""
        others = tuple(one for one in self.outcomes if one.id != outcome.id)
        return replace(self, outcomes=(*others, outcome)[-MOST_OUTCOMES:])


def opened(message: bytes, keyring: Keyring, screen: str, place: str) -> Command:
    """The command in a message, if somebody signed it who may command this screen at `place`. Raises Refused.

    Nothing inside the payload is looked at before its signature has been checked: the key names the publisher.
    """
    envelope = parse_envelope(message)
    for signer in signers_of(envelope, keyring, "a command"):
        command = parse(verified_payload(envelope, signer.keys, signer.threshold), Command)
        if command.publisher != signer.id:
            continue
        if command.screen != screen:
            raise Refused(Reason.WRONG_TOPIC, f"a command for {command.screen[:80]}")
        if "command" not in signer.may or not signer.covers(place):
            raise Refused(Reason.OUT_OF_SCOPE, f"{signer.id} may not command a screen at {place}")
        return command
    raise Refused(Reason.OUT_OF_SCOPE, "a command in the name of somebody else")


def is_old_news(command: Command, memory: Memory, now: datetime, *, trusted: bool) -> bool:
    """Was it done already, or is it so old that nobody waits for an answer? Then not a word is lost on it."""
    return command.id in memory.done or (trusted and now >= command.expires + LIFE)


def why_not(command: Command, now: datetime, *, trusted: bool) -> str:
    """Why this command is not done, in words for whoever sent it; empty where it is."""
    if not timedelta(0) < command.expires - command.issued <= LIFE:
        return f"命令的有效期应在 {LONGEST_LIFE_SECONDS} 秒以内"
    if trusted and now >= command.expires:
        return "命令到达时已经过期；请核对两边的时钟，再发一次"
    if trusted and command.issued > now + LIFE:
        return "命令的时间比本屏的时钟早得太多；请核对发布端的时钟"
    if not trusted and command.verb in NEEDS_TIME:
        return "本屏的时钟还没有校准，分不清新旧命令；请等它对上时间，或现场断电重启"
    if command.verb == "screenshot" and not (UPLOAD.fullmatch(command.upload) and TOKEN.fullmatch(command.token)):
        return "命令里没有写明截图送到哪里"
    return ""
