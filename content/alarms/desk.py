"""Where alarms from outside are taken in: bytes in, alert files and an answer out.

Decides nothing (from_cap, from_json, alarm), publishes nothing (the publisher sees the
file). Owns `.publisher/alarms.json`, the set of messages that have come, and one lock, so that
the HTTP server and a command may take in alarms at the same time. Files are written before the set
is: after a power cut between the two, the same message again does the same once more, and none is lost.
"""

import fcntl
import logging
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import msgspec

from content.alarms.alarm import Alarm, Thread, alert_ids, in_order, is_known, mark, thread_of, with_alarm
from content.alarms.cap import parse_cap
from content.alarms.from_cap import Ignored, judge_cap
from content.alarms.from_json import AlarmAnswer, cancel_post, judge_post, parse_post
from content.alert_file import alarm_text
from content.clock import Clock
from content.decoding import decoded
from content.errors import AlarmReason, AlarmRefused, FolderError
from content.files import fsync_folder, write_atomic
from content.folder import Scan, judge_alert, scan_alerts
from content.manifest import zone
from content.publisher import STATE_FOLDER
from content.village import Village

log = logging.getLogger(__name__)

MOST_FILES = 500
"""In alerts/ and in drafts/: a platform that sends one a second would make 86,400 a day."""
Judge = Callable[[Village], Alarm | Ignored]


@dataclass(frozen=True)
class Door:
    """By which way an alarm comes: its name, whether it waits for a person, and for which senders it is good."""

    name: str
    draft: bool
    senders: tuple[str, ...] = ()
    """Empty: all that village.yaml allows."""


class AlarmDesk:
    """Takes alarms in for one content folder. From any thread. `tell` is for what a person should see to."""

    def __init__(self, folder: Path, clock: Clock, tell: Callable[[str], None] = log.warning) -> None:
        self._folder, self._clock, self._tell = folder, clock, tell
        self.outcomes: Counter[str] = Counter()
        """How often what became of an alarm, for the metrics."""

    def take_cap(self, document: bytes, door: Door) -> AlarmAnswer:
        """A CAP message. Raises AlarmRefused."""

        def judge(village: Village) -> Alarm | Ignored:
            message = parse_cap(document)
            if door.senders and message.sender not in door.senders:
                raise AlarmRefused(AlarmReason.UNKNOWN_SENDER, f"这个令牌不能替 {message.sender[:60]!r} 发")
            return judge_cap(message, village, self._clock.now())

        return self._take(judge, door)

    def take_post(self, document: bytes, door: Door) -> AlarmAnswer:
        """An alarm as JSON. Raises AlarmRefused."""
        return self._take(
            lambda village: judge_post(parse_post(document), document, door.name, village, self._clock.now()), door
        )

    def cancel(self, reference: str, door: Door, *, exercise: bool = False) -> AlarmAnswer:
        """The end of an alarm that came as JSON."""
        return self._take(lambda _: cancel_post(reference, door.name, self._clock.now(), exercise=exercise), door)

    def _take(self, judge: Judge, door: Door) -> AlarmAnswer:
        try:
            with self._locked():
                answer = self._settle(judge, door)
        except AlarmRefused as refused:
            self.outcomes[refused.reason] += 1
            log.warning("alarm by %s refused: %s", door.name, refused)
            raise
        self.outcomes[answer.state] += 1
        log.info("alarm by %s: %s %s", door.name, answer.state, " ".join(answer.alerts))
        return answer

    def _settle(self, judge: Judge, door: Door) -> AlarmAnswer:
        found = scan_alerts(self._folder)
        if found.village is None:
            raise FolderError("\n".join(str(problem) for problem in found.problems))
        alarm = judge(found.village)
        if isinstance(alarm, Ignored):
            return AlarmAnswer(accepted=True, state="ignored", why=(alarm.why,))
        alarm = msgspec.structs.replace(alarm, draft=door.draft, via=door.name)
        known = self._load()
        if is_known(alarm, known):
            before = thread_of(known, next(one for one in known if one.node == alarm.node))
            return AlarmAnswer(accepted=True, state="duplicate", alerts=tuple(self._ids(before, found.village)))
        alarm = in_order(alarm, known)
        alarms = with_alarm(known, alarm)
        answer = self._file(alarm, thread_of(alarms, alarm), found)
        write_atomic(self._state / "alarms.json", msgspec.json.encode(alarms), mode=0o600)
        return answer

    def _file(self, alarm: Alarm, thread: Thread, found: Scan) -> AlarmAnswer:
        """Make the folder say what the thread comes to."""
        assert found.village  # noqa: S101 -- checked by _settle
        newest, now = thread.newest, self._clock.now()
        texts = {
            name: alarm_text(newest, part, zone(found.village.timezone)).encode()
            for name, part in zip(self._ids(thread, found.village), newest.parts, strict=True)
            if part.expires > now
        }
        for name, text in texts.items():
            _, problems = judge_alert(found, f"alerts/{name}.yaml", text)
            if problems:
                raise AlarmRefused(AlarmReason.MALFORMED, "；".join(problem.what for problem in problems))
        section = "drafts" if newest.draft else "alerts"
        (self._folder / section).mkdir(exist_ok=True)
        self._require_room(section, set(texts))
        for name, text in texts.items():
            write_atomic(self._folder / section / f"{name}.yaml", text)
        left = self._end_others(thread, section, set(texts))
        return self._answer(alarm, thread, tuple(texts), left)

    def _require_room(self, section: str, names: set[str]) -> None:
        """Raise AlarmRefused where nobody sees to the files any more: a machine gone mad must not fill the disk."""
        there = {path.stem for path in (self._folder / section).glob("*.y*ml")}
        if names - there and len(there) >= MOST_FILES:
            why = f"{section}/ 里已有 {len(there)} 条，请管理员先处理"
            raise AlarmRefused(AlarmReason.TOO_MANY, why)

    def _end_others(self, thread: Thread, section: str, wanted: set[str]) -> list[str]:
        """Take away what the thread no longer says. Returns what only a person may take off the screens."""
        why = "被后来的消息取代" if wanted else "已解除或已失效"
        left = []
        for there in ("alerts", "drafts"):
            for node in sorted(thread.nodes):
                for path in sorted((self._folder / there).glob(f"*-{mark(node)}*.yaml")):
                    if there == section and path.stem in wanted:
                        continue
                    if there == "alerts" and section == "drafts":
                        left.append(path.stem)
                    else:
                        end(path, f"{self._clock.now().isoformat(timespec='seconds')} {why}")
        return left

    def _answer(self, alarm: Alarm, thread: Thread, names: tuple[str, ...], left: list[str]) -> AlarmAnswer:
        newest, why = thread.newest, list(alarm.remarks)
        state = ("draft" if newest.draft else "shown") if names else "ended" if newest.act == "cancel" else "expired"
        if newest is not alarm:
            why.append("它之后的消息已经到了，以后来的为准")
        if state == "draft":
            why.append("已放进 drafts/，等人确认后上屏")
            self._tell(f"收到报警 {'、'.join(names)}，在 drafts/ 里等人确认：python -m content alert --confirm 编号")
        if left:
            what = "有更新" if names else "已解除"
            why.append(f"屏上的 {'、'.join(left)} 是人确认过的，要由人处理")
            self._tell(f"平台说 {'、'.join(left)} {what}，屏上的还在；请用 content alert 更新或解除")
        return AlarmAnswer(accepted=True, state=state, alerts=names, why=tuple(why))

    def _ids(self, thread: Thread, village: Village) -> list[str]:
        begun = thread.begun.astimezone(zone(village.timezone))
        return alert_ids(thread, f"{begun:%Y-%m-%d}", len(thread.newest.parts))

    @property
    def _state(self) -> Path:
        return self._folder / STATE_FOLDER

    def _load(self) -> tuple[Alarm, ...]:
        try:
            return decoded((self._state / "alarms.json").read_bytes(), tuple[Alarm, ...])
        except FileNotFoundError:
            return ()
        except msgspec.MsgspecError as error:  # by a newer version of ours, or damaged: better twice than never
            log.error("alarms.json: %s; starting with an empty one", error)
            return ()

    @contextmanager
    def _locked(self) -> Iterator[None]:
        self._state.mkdir(mode=0o700, exist_ok=True)
        with (self._state / "alarms.lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield


def end(path: Path, why: str) -> Path:
    """Move an alert's file to ended/, which nobody publishes, with a last line that says why. Returns where to."""
    ended = path.parent.parent / "ended"
    ended.mkdir(exist_ok=True)
    names = (path.name, *(f"{path.stem}.{number}{path.suffix}" for number in range(2, 10_000)))
    target = next(ended / name for name in names if not (ended / name).exists())
    text = path.read_bytes()
    write_atomic(target, text + (b"" if text.endswith(b"\n") else b"\n") + f"# {why}\n".encode())
    path.unlink()
    fsync_folder(path.parent)
    return target
