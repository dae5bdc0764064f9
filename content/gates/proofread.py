"""What is well-formed and yet would shame its author at the doorway: one notice, alert, card or code at a time. Pure.

Rules on one file alone. What needs the whole village is content.check; what needs a picture, content.gates.proof.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from urllib.parse import urlsplit

from content.gates.telephone import can_be_dialled, mistake, mistyped
from content.notice import Alert, Card, Level, Media, Notice, ServiceCode, Show
from content.problem import Finding, Gate, Path, Severity

WEEKDAYS = "一二三四五六日"
DATED = re.compile(
    r"(?:(?P<year>\d{4})\s*[年/.-]\s*)?(?<!\d)(?P<month>\d{1,2})\s*[月/-]\s*(?P<day>\d{1,2})(?!\d)\s*[日号]?"
    r"(?:\s*[（(，,|]?\s*(?:星期|周|礼拜)(?P<weekday>[一二三四五六日天]))?"
)
IN_TITLE = re.compile(r"(?<!\d)(\d{1,2})月(\d{1,2})[日号]")
BETWEEN = re.compile(r"[，,：:、—\-|｜\s【】\[\]「」《》()（）]+")
"""What stands between the parts of a title."""
LINK = re.compile(r"https?[:：]//[^\s，。；、（）()【】》”“|<>]+", re.IGNORECASE)
BARE_HOST = re.compile(
    r"(?<![A-Za-z0-9_@.-])(?:(?:[A-Za-z0-9-]+\.)+(?:com|cn|net|org|gov|edu|top|xyz|vip|cc|info|shop|club|site|online|app|io|me|co|link|live"
    r"|mobi|wang|ltd|example)|[\w-]+\.(?:中国|公司|网络))(?![A-Za-z0-9_@-])",
    re.IGNORECASE,
)
EXERCISE = re.compile(r"(?<!不是)(?<!并非)(?<!不属)(?<!非)(?:演练|演习|测试)")
LONGEST_HOURS = {Level.RED: 24, Level.ORANGE: 24, Level.YELLOW: 72, Level.BLUE: 72}
"""How long an alert may hold without being looked at again. A forgotten one keeps every notice off the screen."""
LEAST_PICTURE, LEAST_PHOTO = (640, 360), 160
"""Pixels. A notice's picture has about 1200 × 700 on a 1920 × 1080 panel: smaller ones are enlarged more than twice."""
MOST_RATIO = 4.0
LEAST_JPEG_BYTES_A_PIXEL = 0.03
"""A picture that has been through several chats; a usual photograph has ten times as much."""


def on_line(text: str, at: int) -> int:
    """How many lines below its key the character number `at` of a text of several lines stands."""
    return text.count("\n", 0, at) + 1 if "\n" in text else 0


def texts_of(one: Notice | Alert) -> dict[Path, str]:
    """What residents read of it, and where that is written."""
    if isinstance(one, Notice):
        captions: dict[Path, str] = {("media", number): media.caption for number, media in enumerate(one.media)}
        return {("title",): one.title, ("body",): one.body, **captions}
    return {
        ("event",): one.event,
        ("headline",): one.headline,
        ("instruction",): one.instruction,
        ("contact",): one.contact,
    }


def notice_errors(notice: Notice, hosts: tuple[str, ...]) -> list[Finding]:
    """Why `notice` must not be published."""
    return list(strange_links(texts_of(notice), hosts))


def alert_errors(alert: Alert, hosts: tuple[str, ...]) -> list[Finding]:
    """Why `alert` must not be published. Nothing that may be meant so: an alert held back is a household not warned."""
    found = list(strange_links(texts_of(alert), hosts))
    for name, text in (("event", alert.event), ("headline", alert.headline)):
        if not alert.exercise and EXERCISE.search(text):
            what = f"写着“{EXERCISE.findall(text)[0]}”，却没有 exercise: true，屏上会当成真的警报"
            found.append(Finding(Gate.EXERCISE, (name,), what, "演练请加上一行 exercise: true", Severity.ERROR))
    return found


def card_errors(card: Card) -> list[Finding]:
    """Why a grid worker's card must not be published: somebody else would be called."""
    why = mistake(card.phone)
    return [Finding(Gate.PHONE, ("phone",), f"电话 {card.phone} {why}", "请核对号码", Severity.ERROR)] if why else []


def code_errors(code: ServiceCode, hosts: tuple[str, ...]) -> list[Finding]:
    """Why a service code must not be published: it would lead residents elsewhere."""
    host = urlsplit(code.url).hostname or ""
    if not hosts or is_allowed(host, hosts):
        return []
    return [strange(("url",), host)]


def notice_warnings(notice: Notice, now: datetime) -> Iterator[Finding]:
    """What the author should look at again. `now` is the village's local time."""
    texts = texts_of(notice)
    yield from bad_numbers(texts)
    yield from bad_dates(texts, notice.show, now)
    yield from repeated_topic(notice)
    for number, media in enumerate(notice.media):
        yield from poor_picture(media, ("media", number))


def alert_warnings(alert: Alert, now: datetime) -> Iterator[Finding]:
    """What the author should look at again. `now` is aware."""
    texts = texts_of(alert)
    yield from bad_numbers(texts)
    issued = alert.issued.astimezone(now.tzinfo).replace(tzinfo=None)
    yield from bad_dates(texts, Show(start=issued, end=issued + timedelta(days=366)), now.replace(tzinfo=None))
    hours = LONGEST_HOURS[alert.level]
    if alert.expires - alert.issued > timedelta(hours=hours):
        what = f"{alert.level.value}色警报发布后超过 {hours} 小时才失效，这期间别的通知都不显示"
        yield Finding(Gate.TERM, ("expires",), what, f"先写 {hours} 小时以内，需要时再延长")
    said = "".join((alert.event, alert.headline, alert.instruction))
    if alert.exercise and not EXERCISE.search(said):
        yield Finding(
            Gate.EXERCISE, ("headline",), "是演练，文字里却没有“演练”二字", "在 event 或 headline 里写上“演练”"
        )
    if not alert.exercise and EXERCISE.search(alert.instruction):
        yield Finding(
            Gate.EXERCISE, ("instruction",), "提到演练，却没有 exercise: true", "如果是演练，加上 exercise: true"
        )


def card_warnings(card: Card, today: date) -> Iterator[Finding]:
    """A card whose days are numbered, a number out of the ordinary, a photograph that will look poor."""
    if card.until and card.until < today:
        what = f"公示牌 {card.until} 已经到期，屏上改为“网格员调整中”"
        yield Finding(Gate.CARD, ("until",), what, "换上新的公示牌，或改 until")
    elif card.until and card.until <= today + timedelta(days=14):
        yield Finding(Gate.CARD, ("until",), f"公示牌还有 {(card.until - today).days} 天到期", "准备好新的公示牌")
    if not can_be_dialled(card.phone) and not mistake(card.phone):
        yield Finding(Gate.PHONE, ("phone",), f"电话 {card.phone} 不是常见的号码", "请核对；短号要写明怎么拨")
    if card.photo and min(card.photo.width, card.photo.height) < LEAST_PHOTO:
        what = f"照片只有 {card.photo.width}×{card.photo.height} 像素，屏上会模糊"
        yield Finding(Gate.PICTURE, ("photo",), what, f"换一张每边至少 {LEAST_PHOTO} 像素的")


def code_warnings(code: ServiceCode) -> Iterator[Finding]:
    if not code.url.lower().startswith("https://"):
        yield Finding(Gate.LINK, ("url",), "网址不加密（http），手机会提示不安全，也容易被冒充", "改用 https:// 的地址")


def links(text: str) -> Iterator[tuple[str, int]]:
    """(host, where it begins) of every web address in a text; "" for an address without a readable host."""
    plain = "".join(one if len(one) == 1 else written for written, one in half_widths(text))
    taken: list[range] = []
    for match in LINK.finditer(plain):
        taken.append(range(match.start(), match.end()))
        try:
            yield (urlsplit(match[0].replace("：", ":").replace("\\", "/")).hostname or "").lower(), match.start()
        except ValueError:
            yield "", match.start()
    for match in BARE_HOST.finditer(plain):
        if not any(match.start() in one for one in taken):
            yield match[0].lower(), match.start()


def half_widths(text: str) -> Iterator[tuple[str, str]]:
    """Each character and what it stands for: ｗｗｗ is www to whoever types it in."""
    return ((character, unicodedata.normalize("NFKC", character)) for character in text)


def is_allowed(host: str, hosts: Iterable[str]) -> bool:
    """`a.cn` allows itself; `*.a.cn` all below it, too."""
    host = host.lower().rstrip(".")
    named = [one.lower() for one in hosts]
    return any(host == one.removeprefix("*.") or (one.startswith("*.") and host.endswith(one[1:])) for one in named)


def strange_links(texts: dict[Path, str], hosts: tuple[str, ...]) -> Iterator[Finding]:
    """Addresses that the village has not allowed; none while it has named no hosts at all."""
    for where, text in texts.items() if hosts else ():
        for host, at in links(text):
            if not is_allowed(host, hosts):
                yield strange(where, host, on_line(text, at))


def strange(where: Path, host: str, below: int = 0) -> Finding:
    what = f"网址 {host or '（看不懂）'} 不在 village.yaml 的 hosts 里"
    instead = f"确认是自己的网址，再把 {host} 加到 hosts；否则删掉" if host else "删掉，或写成完整的网址"
    return Finding(Gate.LINK, where, what, instead, Severity.ERROR, below)


def bad_numbers(texts: dict[Path, str]) -> Iterator[Finding]:
    """Telephone numbers that nobody can dial."""
    for where, text in texts.items():
        for one in mistyped(text):
            what = f"电话 {one.number.strip()} {one.why}"
            yield Finding(Gate.PHONE, where, what, "请核对号码", below=on_line(text, one.at))


def bad_dates(texts: dict[Path, str], show: Show, now: datetime) -> Iterator[Finding]:
    """Weekdays that are not those of their dates, days that no month has, titles that outlive their notice."""
    for where, text in texts.items():
        for match in DATED.finditer(text):
            if match["weekday"] or "月" in match[0]:  # 3-2 and 1/2 alone are no dates
                yield from wrong_day(match, where, on_line(text, match.start()), show, now)
    dated = IN_TITLE.search(texts.get(("title",), ""))
    if dated and show.end:
        days = days_meant(show, now, dated[1], dated[2])
        if days and all(datetime.combine(one, time.min) >= show.end for one in days):
            what = f"题目里的 {dated[0]} 还没到就不再显示"
            yield Finding(Gate.DATE, ("show", "until"), what, "改 until，或核对日期")


def wrong_day(match: re.Match[str], where: Path, below: int, show: Show, now: datetime) -> Iterator[Finding]:
    """One date of a text: no such day, or another weekday in every year that may be meant."""
    month, day = match["month"], match["day"]
    given = calendar_day(int(match["year"]), int(month), int(day)) if match["year"] else None
    days = ([given] if given else []) if match["year"] else days_meant(show, now, month, day)
    written, weekday = match[0].strip(" |"), match["weekday"]
    if not days and (match["year"] or not calendar_day(2024, int(month), int(day))):
        yield Finding(Gate.DATE, where, f"没有“{written}”这一天", "请核对日期", below=below)
    elif days and weekday and not any(is_weekday(one, weekday) for one in days):
        right = days[0]
        what = f"“{written}”不对，{right.year}年{right.month}月{right.day}日是星期{WEEKDAYS[right.weekday()]}"
        yield Finding(Gate.DATE, where, what, "请核对日期和星期", below=below)


def is_weekday(day: date, word: str) -> bool:
    """Is `day` a 日 (or 天), a 一 …?"""
    return WEEKDAYS[day.weekday()] == word.replace("天", "日")


def days_meant(show: Show, now: datetime, month: str, day: str) -> list[date]:
    """Which day a date without a year means: one in the time in which the notice is shown, else the nearest to it."""
    first = (show.start or min(now, show.end or now)).date()
    last = (show.end or max(now, show.start or now)).date()
    years = range(first.year - 1, min(last.year, first.year + 5) + 2)
    days = [one for year in years if (one := calendar_day(year, int(month), int(day)))]
    apart = {one: max(first - one, one - last, timedelta()) for one in days}
    return [one for one in days if apart[one] == min(apart.values())]


def calendar_day(year: int, month: int, day: int) -> date | None:
    """That day, or None where the calendar has none."""
    try:
        return date(year, month, day)
    except ValueError:
        return None


def repeated_topic(notice: Notice) -> Iterator[Finding]:
    """A title that says again what stands on the label above it."""
    word = notice.topic.word
    pieces = [one for one in BETWEEN.split(notice.title) if one]
    if len(pieces) > 1 and any(one.removesuffix("通知").removesuffix("公告") == word for one in pieces):
        yield Finding(Gate.TITLE, ("title",), f"题目里又写了一遍主题“{word}”", "屏上题目上方已有主题，题目只写事情")
    elif notice.title in (word, f"{word}通知", f"关于{word}的通知"):
        yield Finding(Gate.TITLE, ("title",), f"题目只有主题“{word}”，看不出什么事", "写清楚时间、地点、什么事")


def poor_picture(media: Media, where: Path) -> Iterator[Finding]:
    """A picture that will look poor: too small, too narrow, squeezed by chat programs."""
    if not media.kind.startswith("image/"):
        return
    width, height = media.width, media.height
    size = f"图片只有 {width}×{height} 像素"
    if width < LEAST_PICTURE[0] and height < LEAST_PICTURE[1]:
        least = f"{LEAST_PICTURE[0]}×{LEAST_PICTURE[1]}"
        yield Finding(Gate.PICTURE, where, f"{size}，放大后模糊", f"换一张原图，至少 {least} 像素")
    yield from poor_shape(media, where)
    if media.kind == "image/jpeg" and media.size < LEAST_JPEG_BYTES_A_PIXEL * width * height:
        what = f"图片有 {width}×{height} 像素，文件却只有 {max(1, media.size // 1024)} KB，压得太狠"
        yield Finding(Gate.PICTURE, where, what, "用原图，不要从聊天里转存")


def poor_shape(media: Media, where: Path) -> Iterator[Finding]:
    """A strip that leaves most of its room empty."""
    width, height = media.width, media.height
    if max(width, height) > MOST_RATIO * min(width, height):
        what = f"图片 {width}×{height} 太{'扁' if width > height else '长'}，屏上只占一条"
        yield Finding(Gate.PICTURE, where, what, "裁成 4:3 或 16:9 左右，或分成几张")
