"""The content folder, read: files in, a Village and every problem out.

    village.yaml, notices/<id>.yaml, alerts/<id>.yaml, media/, drafts/ (not read)

A bad file costs itself only. A publisher keeps each notice and alert as it last was good (`good`):
while the file or one of its pictures is bad, that form stands in, so that a slip of the keyboard takes nothing off a
screen. Files that begin with a dot (editors, half-done copies) are not looked at.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from content.authored import AlertFile, NoticeFile, VillageFile, checked
from content.copies import forget_deleted, keep, remembered
from content.document import MAX_TEXT, Document, likely, read
from content.errors import FolderError
from content.files import same_bytes
from content.gates.proofread import alert_errors, notice_errors
from content.limits import check_body
from content.media.attachments import Attachments
from content.media.shelf import Shelf, shelf_for_commands
from content.notice import Alert, Notice, NoticeId, text_digest
from content.place import is_within
from content.problem import Finding, Gate, Lines, Problem
from content.village import AddressedAlert, AddressedNotice, Village
from content.village_file import Setting, setting_of

SUFFIXES = frozenset({".yaml", ".yml"})
KNOWN_ENTRIES = frozenset(
    "village.yaml notices alerts media drafts keys authority recalled ended keyring.json screens.yaml README.md".split()
)

Item = TypeVar("Item")
Parse = Callable[[str, bytes], tuple[Item | None, list[Problem]]]


@dataclass
class Scan:
    """What one look at a folder found. `village` is None where village.yaml cannot be used at all."""

    village: Village | None = None
    problems: list[Problem] = field(default_factory=list)
    media: dict[str, Path] = field(default_factory=dict)
    """sha256 → the file that had these bytes."""
    lines: Lines = field(default_factory=Lines)
    preparing: tuple[str, ...] = ()
    """Files of media/ that are being made ready: what names them waits, or stays as it was."""
    setting: Setting | None = None
    """What the files were read against; spares reading an unchanged village.yaml again."""


def scan(
    folder: Path, good: Path | None = None, shelf: Shelf | None = None, between: Callable[[], None] = lambda: None
) -> Scan:
    """Read the whole folder. `good` is where copies of good files are kept, `shelf` where media are; for a publisher.

    `between` is called after each notice, for what cannot wait until hundreds have been read. The
    alerts are read after that, so an alert that it found is among them.

    Raises FolderError where there is no such folder or no village.yaml in it.
    """
    return Scanner(required(folder), good, shelf or shelf_for_commands()).scan(between)


def scan_alerts(
    folder: Path, good: Path | None = None, shelf: Shelf | None = None, known: Setting | None = None
) -> Scan:
    """As `scan`, without the notices: an alert must not wait until five hundred of them have been read.

    `known` is what an earlier scan read of village.yaml, and holds while that file has the same bytes.
    Raises FolderError where there is no such folder or no village.yaml in it.
    """
    return Scanner(required(folder), good, shelf or shelf_for_commands(), known).scan(None)


def required(folder: Path) -> Path:
    """`folder`, if it is a content folder. Raises FolderError."""
    if not (folder / "village.yaml").is_file():
        raise FolderError(f"{folder}: 这里没有 village.yaml；新建内容文件夹请运行 python -m content init {folder}")
    return folder


def missing_secrets(folder: Path, found: Scan) -> list[Problem]:
    """A warning for each file of `notify:` that cannot be read: nobody should learn of it by not being told."""
    named = found.setting.village.notify.files() if found.setting else ()
    return [
        found.lines.problem(
            "village.yaml", Finding(Gate.FORM, where, f"读不到 {file}，通知发不出去", "把密钥写进这个文件，只一行")
        )
        for where, file in named
        if file and not os.access(folder / file, os.R_OK)
    ]


def judge_alert(found: Scan, name: str, text: bytes) -> tuple[AddressedAlert | None, list[Problem]]:
    """What a file `name` with that text would be in the folder that was scanned, and every problem with it."""
    if found.setting is None:
        return None, found.problems
    return Scanner(Path(), None, shelf_for_commands())._alert(found.setting, name, text)


class Scanner:
    """One scan. Holds what the files are checked against while it lasts."""

    def __init__(self, folder: Path, good: Path | None, shelf: Shelf, known: Setting | None = None) -> None:
        self._folder, self._good, self._known = folder, good, known
        self._result = Scan()
        self._attachments = Attachments(folder, shelf)

    def scan(self, between: Callable[[], None] | None) -> Scan:
        """`between` as above; without one, no notices are read."""
        self._report_strangers()
        setting = self._result.setting = self._read_village()
        if setting is not None:
            self._result.village = self._read_items(setting, between)
        self._result.problems.sort()
        self._result.media = self._attachments.files
        self._result.preparing = tuple(sorted(self._attachments.preparing))
        return self._result

    def _read_items(self, setting: Setting, between: Callable[[], None] | None) -> Village:
        """The village with its notices, if they are to be read, and its alerts."""
        written, notices = setting.village, list[AddressedNotice]()
        if between is not None:
            notices = self._read_all(
                "notices",
                AddressedNotice,
                partial(self._notice, setting),
                lambda one: not notice_errors(one.notice, written.hosts),
                between,
            )
        alerts = self._read_all(
            "alerts",
            AddressedAlert,
            partial(self._alert, setting),
            lambda one: not alert_errors(one.alert, written.hosts),
        )
        return Village(
            publisher=written.publisher,
            name=written.name,
            timezone=written.timezone,
            places=setting.places,
            notices=tuple(notices),
            alerts=tuple(alerts),
            alarms=setting.alarms,
            hosts=written.hosts,
            displays=written.displays,
            accept=written.accept,
        )

    def _report_strangers(self) -> None:
        for entry in sorted(self._folder.iterdir()):
            if not entry.name.startswith(".") and entry.name not in KNOWN_ENTRIES:
                self._result.problems.append(
                    Problem(entry.name, 1, "不认识这个文件或文件夹，没有读它", likely(entry.name, KNOWN_ENTRIES))
                )

    def _read_all(
        self,
        section: str,
        kind: type[Item],
        parse: Parse[Item],
        still_good: Callable[[Item], bool],
        between: Callable[[], None] = lambda: None,
    ) -> list[Item]:
        """The items of a section, each file's own or, while that is bad, its last good form.

        A last good form that the village no longer allows (a host was struck off) does not stand in.
        """
        found: dict[str, Item] = {}
        files: set[str] = set()
        for path in sorted((self._folder / section).glob("*")):
            if path.name.startswith(".") or path.name == "README.md":
                continue
            name = f"{section}/{path.name}"
            wrong = wrong_name(path, files)
            if wrong:
                self._result.problems.append(Problem(name, 1, *wrong))
                continue
            files.add(path.stem)
            item, problems = self._read_file(name, parse)
            copy = self._good / section / f"{path.stem}.json" if self._good else None
            if copy is not None:
                item = remembered(copy, item if not problems else None, kind)
            if item is not None and (not problems or still_good(item)):
                found[path.stem] = item
            between()
        if self._good is not None:
            forget_deleted(self._good / section, files)
        return list(found.values())

    def _read_file(self, name: str, parse: Parse[Item]) -> tuple[Item | None, list[Problem]]:
        """What `parse` makes of the file `name`, its problems noted."""
        try:
            with (self._folder / name).open("rb") as file:
                item, problems = parse(name, file.read(MAX_TEXT + 1))
        except OSError as error:
            item, problems = None, [Problem(name, 1, f"读不了：{error.strerror}", "检查文件权限")]
        self._result.problems += problems
        return item, problems

    def _read_village(self) -> Setting | None:
        """village.yaml, or its last good text while it is bad."""
        if self._known is not None and same_bytes(self._folder / "village.yaml", self._known.text):
            return self._known
        setting, problems = self._read_file("village.yaml", self._village)
        if self._good is None:
            return setting
        copy = self._good / "village.yaml"
        if setting is not None and not problems:
            keep(copy, setting.text)
        elif copy.is_file():
            setting, _ = self._village("village.yaml", copy.read_bytes())
        return setting

    def _village(self, name: str, text: bytes) -> tuple[Setting | None, list[Problem]]:
        document = read(name, text, VillageFile)
        self._result.lines.files.setdefault(name, document.lines)
        return setting_of(document, text, self._attachments), document.problems

    def _to(self, setting: Setting, document: Document[Any], to: tuple[str, ...]) -> tuple[str, ...]:
        """The places that exist, without those below another of them."""
        known = []
        for position, place in enumerate(to):
            if place in setting.places:
                known.append(place)
            else:
                document.report(("to", position), f"没有地点 {place!r}", likely(place, setting.places))
        if not to and not any(one.what == "缺少 'to'" for one in document.problems):
            document.report(("to",), "没有写发给谁", "例如 to: [" + next(iter(setting.places)) + "]")
        return tuple(
            place
            for place in dict.fromkeys(known)
            if not any(place != other and is_within(place, other) for other in known)
        )

    def _notice(self, setting: Setting, name: str, text: bytes) -> tuple[AddressedNotice | None, list[Problem]]:
        document = read(name, text, NoticeFile)
        self._result.lines.files[name] = document.lines
        written = document.value
        if written is None:
            return None, document.problems
        topic = setting.topics.get(written.topic)
        if topic is None and written.topic:
            document.report(("topic",), f"没有主题 {written.topic!r}", likely(written.topic, setting.topics))
        to = self._to(setting, document, written.to)
        media = self._attachments.of_notice(document, written.pictures())
        show = written.show.parsed(document)
        document.check(("body",), lambda: check_body(written.body))
        if document.problems or topic is None or show is None or media is None:
            return None, document.problems
        notice = document.check(
            (),
            lambda: checked(
                Notice(
                    id=Path(name).stem,
                    title=written.title.strip(),
                    topic=topic,
                    body=written.body.strip(),
                    show=show,
                    media=media,
                    source=setting.village.name,
                )
            ),
        )
        if notice is None:
            return None, document.problems
        document.find(notice_errors(notice, setting.village.hosts))
        self._check_reviews(document, written, notice)
        made = AddressedNotice(notice, to, written.accept)
        return (None if document.problems else made), document.problems

    def _check_reviews(self, document: Document[Any], written: NoticeFile, notice: Notice) -> None:
        """A review holds for exactly the text that was read."""
        digest = text_digest(notice)
        for position, review in enumerate(written.review):
            if review.sha256 != digest:
                document.report(
                    ("review", position),
                    f"{review.by} {review.step}之后，内容改过了，这次审核不再有效",
                    f"请重新审核，再写上 sha256: {digest}",
                )

    def _alert(self, setting: Setting, name: str, text: bytes) -> tuple[AddressedAlert | None, list[Problem]]:
        document = read(name, text, AlertFile)
        self._result.lines.files[name] = document.lines
        written = document.value
        if written is None:
            return None, document.problems
        to = self._to(setting, document, written.to)
        alert: Alert | None = written.alert(document, Path(name).stem, setting.zone, setting.village.name)
        if document.problems or alert is None:
            return None, document.problems
        document.find(alert_errors(alert, setting.village.hosts))
        made = AddressedAlert(alert, to, written.accept)
        return (None if document.problems else made), document.problems


def wrong_name(path: Path, taken: set[str]) -> tuple[str, str] | None:
    """What is wrong with a file's name and what to do, if anything is."""
    if path.suffix not in SUFFIXES:
        return "不是 .yaml 文件，没有读它", "图片放进 media/"
    try:
        msgspec.convert(path.stem, NoticeId)
    except msgspec.ValidationError:
        return f"文件名 {path.name!r} 不能作编号", "文件名不能有空格和斜杠，不能以点开头，最长 100 个字符"
    if path.stem in taken:
        return f"已经有编号为 {path.stem!r} 的文件，没有读这一个", "改名或删除其中一个"
    return None
