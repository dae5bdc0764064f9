"""Views built by hand: what a doorway of 翠苑小区北区 may be told to show. The people are invented (示例)."""

import hashlib
import io
import unicodedata
from datetime import UTC, date, datetime
from functools import cache

from PIL import Image, ImageDraw

from content.notice import TOPICS, Alert, Card, DailyHours, Level, Media, Notice, ServiceCode, Show
from kiosk.view import View

NOW = datetime(2025, 7, 10, 1, 26, tzinfo=UTC)  # 09:26 in the village
PLACE = "baizhuang/cuiyuan-north/w012/b3/u1"
NAMES = ("白庄村", "翠苑小区北区", "第12微网格", "3号楼", "1单元")
URL = "https://youju.baizhuang.example/b/{building}"
CODE = ServiceCode(url=URL)
CARD = Card(name="张示例", phone="0391-0000000", duty="第12微网格 网格员")


def drawing(width: int, height: int, colour: str) -> bytes:
    """A picture to hang into notices: a sky, a hill, a house."""
    image = Image.new("RGB", (width, height), "#dfe9ee")
    pen = ImageDraw.Draw(image)
    pen.ellipse((-width * 0.2, height * 0.55, width * 0.75, height * 1.6), fill=colour)
    pen.ellipse((width * 0.4, height * 0.7, width * 1.3, height * 1.8), fill="#7f9d7a")
    pen.rectangle((width * 0.55, height * 0.42, width * 0.8, height * 0.78), fill="#f4efe2")
    pen.polygon(
        ((width * 0.52, height * 0.43), (width * 0.675, height * 0.26), (width * 0.83, height * 0.43)), fill="#a4433a"
    )
    pen.ellipse((width * 0.1, height * 0.1, width * 0.1 + height * 0.16, height * 0.26), fill="#f3c04b")
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


@cache
def ems(cluster: str) -> float:
    """How wide `cluster` is in a font that is all squares and half squares."""
    widths = {"W": 1.0, "F": 1.0, "A": 1.0}
    return sum(
        0.0 if unicodedata.combining(one) else widths.get(unicodedata.east_asian_width(one), 0.5) for one in cluster
    )


class FakeMetrics:
    """A font without a font: Chinese one em, everything else a half, marks nothing."""

    def advance(self, cluster: str, size: int, bold: bool) -> float:
        return size * ems(cluster)

    def ascent(self, size: int) -> int:
        return round(size * 0.98)

    def descent(self, size: int) -> int:
        return round(size * 0.27)


BLOBS: dict[str, bytes] = {}


def media(width: int, height: int, colour: str = "#8fae87", caption: str = "") -> Media:
    """A picture that `read_blob` knows."""
    data = drawing(width, height, colour)
    digest = hashlib.sha256(data).hexdigest()
    BLOBS[digest] = data
    return Media(sha256=digest, size=len(data), kind="image/png", width=width, height=height, caption=caption)


def read_blob(digest: str) -> bytes | None:
    return BLOBS.get(digest)


def missing(width: int, height: int, caption: str = "") -> Media:
    """A picture that never arrived."""
    return Media(sha256="0" * 64, size=1, kind="image/png", width=width, height=height, caption=caption)


WATER = Notice(
    id="2025-07-10-water",
    title="翠苑小区北区计划停水",
    topic=TOPICS["停水停电"],
    body=(
        "因更换主管阀门，以下时段停水，请提前储水：\n"
        "| 1—6号楼 | 7月12日 8:00—12:00 | 上午 |\n"
        "| 7—12号楼 | 7月12日 13:00—18:00 | 下午 |\n"
    ),
    show=Show(start=datetime(2025, 7, 10), end=datetime(2025, 7, 12, 18)),  # noqa: DTZ001 -- local to the village
    source="白庄村村委会",
)
CLINIC = Notice(
    id="2025-07-15-clinic",
    title="今天上午免费健康义诊",
    topic=TOPICS["助老服务"],
    body=(
        "每月15日是健康助医日。村医为老人免费测血压、测血糖，请带身份证和医保卡。\n"
        "行动不便，请打网格员电话，我们上门。\n"
        "| 时间 | 8:30—11:30 |\n| 地点 | 党群服务中心一楼 |\n"
    ),
    show=Show(rrule="FREQ=MONTHLY;BYMONTHDAY=5,15,25"),
    source="白庄村村委会",
)
ONE_LINE = Notice(id="one-line", title="今晚八点广场放电影", topic=TOPICS["活动"], source="白庄村村委会")
SHORT = Notice(
    id="short",
    title="电动车请勿上楼充电",
    topic=TOPICS["安全提示"],
    body="楼下车棚有 24 个充电桩，每小时 1 元。发现飞线充电，请拨打 0391-0000000。",
    source="白庄村村委会",
)
LONG_TITLE = Notice(
    id="long-title",
    title=(
        "关于开展2025年度城乡居民基本医疗保险参保缴费工作暨高龄老人生活补贴资格年审"
        "和养老保险待遇领取资格认证集中办理有关事项的通知（第二批，请尚未办理的居民尽快办理）"
    ),
    topic=TOPICS["政策通知"],
    body=(
        "请下列居民于 **7月31日前** 带身份证、户口本到党群服务中心办理：\n"
        "1. 尚未缴纳 2025 年度医保费的居民；\n"
        "2. 年满 80 周岁、领取高龄补贴的老人（可由家人代办）；\n"
        "3. 领取养老金、今年尚未做资格认证的居民。\n"
        "\n"
        "行动不便的老人，请打网格员电话，我们上门办理。咨询电话：0391-0000000、138 0000 0000。"
    ),
    show=Show(start=datetime(2025, 7, 1), end=datetime(2025, 8, 1)),  # noqa: DTZ001
    source="马村街道办事处",
)
ACCOUNTS = Notice(
    id="accounts",
    title="第二季度村级财务收支公开",
    topic=TOPICS["财务公开"],
    body=(
        "| 项目 | 收入（元） | 支出（元） |\n|---|---|---|\n"
        "| 门面房租金 | 128,000.00 | |\n| 土地流转管理费 | 36,400.00 | |\n| 上级拨付网格经费 | 50,000.00 | |\n"
        "| 路灯电费 | | 8,612.50 |\n| 垃圾清运 | | 42,000.00 |\n| 助老服务日（理发、义诊、课程） | | 6,300.00 |\n"
        "| 楼道粉刷与扶手维修 | | 21,780.00 |\n| **合计** | **214,400.00** | **78,692.50** |\n"
        "\n凭据存村委会，欢迎查阅。对账目有疑问，请于7月20日前向村务监督委员会提出，电话 0391-0000000。"
    ),
    source="白庄村村务监督委员会",
)
HONOUR = Notice(
    id="honour",
    title="六月网格员积分红榜",
    topic=TOPICS["红榜"],
    body=(
        "| 第1名 | 李𬭎（示例） | 98分 |\n| 第2名 | 王䶮（示例） | 96分 |\n| 第3名 | 陈㛃（示例） | 95分 |\n\n"
        "谢谢他们走进每一户。"
    ),
    source="白庄村党支部",
)
PARAGRAPHS = (
    "为切实做好汛期安全工作，保障居民生命财产安全，现将有关事项通知如下。各楼栋居民请及时关注天气预报和便民视窗的预警信息，"
    "暴雨期间尽量不要外出，不要在地下车库、涵洞、河道旁停留。\n"
    "一楼住户请提前把贵重物品移到高处，检查门窗和阳台地漏是否畅通；家中有老人、孩子的，请提前约好联系方式。\n"
    "发现积水、漏电、围墙倾斜等险情，请立即远离，并拨打网格员电话或村值班电话 0391-0000000，24小时有人接听。\n"
    "**需要转移时**，网格员会逐户上门通知，请听从安排，带好身份证、常用药和手机，到白庄小学体育馆集合。\n"
    "雨停以后，请配合清理楼道和下水口，淋湿的电器晾干检查后再通电使用；饮用水请烧开后饮用。\n"
)
LONG = Notice(
    id="long",
    title="致全体居民的防汛一封信",
    topic=TOPICS["安全提示"],
    body=PARAGRAPHS * 2,
    source="白庄村村委会",
    show=Show(daily=DailyHours(start=datetime(2025, 1, 1, 6, 30).time(), end=datetime(2025, 1, 1, 22).time())),  # noqa: DTZ001
)
DONE = Notice(
    id="done",
    title="6月干群连心会诉求办结公示",
    topic=TOPICS["办结公示"],
    body="- 3号楼东侧路灯不亮：已换灯泡2个\n- 北区西门积水：已清掏雨水井，换井盖1个\n- 老人上下楼不便：1—3单元加装扶手",
    media=(media(1200, 800, "#6f8fa8", "清掏后的北区西门雨水井（示例）"),),
    source="白庄村村委会",
)
MOVIE = Notice(
    id="movie",
    title="周六晚露天电影",
    topic=TOPICS["活动"],
    body="7月12日 20:00，中心广场。\n自带板凳，下雨顺延。",
    media=(media(600, 850, "#8a6f9a", "电影海报（示例）"),),
    source="白庄村文化站",
)
BROKEN = Notice(
    id="broken",
    title="儿童滑梯检修完毕",
    topic=TOPICS["便民信息"],
    body="东湖小区中心花园的滑梯已检修，可以放心玩。",
    media=(missing(1200, 800, "检修后的滑梯（示例）"),),
    source="东湖物业服务公司",
)
NOTICES = (WATER, CLINIC, ONE_LINE, SHORT, LONG_TITLE, ACCOUNTS, HONOUR, LONG, DONE, MOVIE, BROKEN)


def view(*notices: Notice, **changes: object) -> View:
    """What hangs at the doorway, with `notices` and any other field changed."""
    fields: dict[str, object] = {"card": CARD, "service_code": CODE, "notices": notices, **changes}
    return View(place=PLACE, names=NAMES, **fields)  # type: ignore[arg-type]


FIRE = Alert(
    id="fire",
    level=Level.RED,
    event="火灾",
    headline="3号楼发生火情",
    issued=datetime(2025, 7, 10, 6, 32, tzinfo=UTC),
    expires=datetime(2025, 7, 10, 12, 0, tzinfo=UTC),
    instruction="走楼梯向下撤离，不乘电梯\n湿毛巾捂口鼻，弯腰前行\n到南广场集合，等候清点",
    contact="值班电话 0391-0000000",
    source="白庄村村委会",
)
DRILL = Alert(
    id="drill",
    level=Level.ORANGE,
    event="防汛",
    headline="暴雨橙色预警，低洼楼栋居民请转移到白庄小学",
    issued=datetime(2025, 7, 10, 6, 32, tzinfo=UTC),
    expires=datetime(2025, 7, 10, 12, 0, tzinfo=UTC),
    instruction="1. 关好门窗，切断电源\n2. 带好身份证、常用药和手机\n3. 跟网格员走，到体育馆登记",
    contact="",
    exercise=True,
    source="马村街道办事处",
)
EXPIRED = Card(name="李示例", phone="138 0000 0000", until=date(2025, 7, 9))
