"""How it stands with this screen, and what to do about it: facts in, rows in words out. Pure.

The same rows stand on the status page and in the terminal. No secret is among the facts.
"""

from datetime import datetime
from typing import NamedTuple

from msgspec import Struct

from content.reports import Hardware, Heartbeat
from kiosk.agent_state import AgentState
from kiosk.between import Pairing
from kiosk.checked_clock import CONTRADICTION_SECONDS
from kiosk.health import STOPPED_SECONDS
from kiosk.machine.setup_report import SetupReport, StorageReport
from kiosk.plain_page import Row, State

SILENT_SECONDS = 150.0
"""The agent writes its state every minute or so."""
MIRRORED_SECONDS = 240.0
"""Without a broker the agent asks the HTTP server once a minute or so; an answer is lost now and then."""
HOT_C, TOO_HOT_C = 75.0, 82.0
"""A Pi slows its processor down from 80 or 85 °C on (Raspberry Pi documentation, "frequency management")."""
WEAK_DBM = -75
"""Below this Wi-Fi loses packets."""
FULL_MIB = 200
FAR_OFF_SECONDS = 30.0


class Release(NamedTuple):
    """Which firmware this is."""

    version: str = ""
    built: str = ""
    commit: str = ""


class Facts(Struct, frozen=True):
    """Everything that is looked at. None: not known."""

    now: datetime
    ticks: float
    hardware: Hardware = Hardware()
    addresses: tuple[str, ...] = ()
    gateway: str = ""
    names: tuple[str, ...] = ()
    """Name servers."""
    clock_trusted: bool = False
    clock_error_seconds: float | None = None
    setup: SetupReport | None = None
    storage: StorageReport | None = None
    agent: AgentState | None = None
    beat: Heartbeat | None = None
    beat_age_seconds: float | None = None
    release: Release = Release()
    pairing: Pairing | None = None


def examined(facts: Facts) -> tuple[Row, ...]:
    """The rows, in the order in which a technician asks."""
    return (
        who(facts),
        *([settings(facts.setup)] if facts.setup else []),
        network(facts),
        broker(facts),
        clock(facts),
        content(facts),
        picture(facts),
        machine(facts.hardware),
        card(facts),
        version(facts),
    )


def wrong(rows: tuple[Row, ...]) -> bool:
    return any(row.state is State.WRONG for row in rows)


def who(facts: Facts) -> Row:
    status = facts.agent.status if facts.agent else None
    screen = (status.screen if status else "") or (facts.setup.screen if facts.setup else "")
    place = (status.place if status else "") or (facts.setup.place if facts.setup else "")
    if not screen:
        return Row("本屏", "还没有编号", State.NOTE, "等登记，或检查 kiosk.yaml 的 screen")
    return Row("本屏", f"{screen} · {place}") if place else Row("本屏", f"{screen} · 还没有地点", State.NOTE)


def settings(report: SetupReport) -> Row:
    if not report.mistakes and report.source == "card":
        return Row("设置", "用存储卡上的")
    first = report.mistakes[0] if report.mistakes else None
    told = f"{first.where}：{first.what}" if first else "没有能用的设置"
    more = f"（共 {len(report.mistakes)} 处）" if len(report.mistakes) > 1 else ""
    before = {"card": "", "last": "用上一次的；", "none": "没有能用的；"}[report.source]
    return Row("设置", f"{before}{told}{more}", State.WRONG, first.instead if first else "重新烧卡")


def network(facts: Facts) -> Row:
    name, signal = facts.hardware.network, facts.hardware.signal_dbm
    if not facts.addresses:
        advice = "看网线插好没有、交换机亮不亮；用 Wi-Fi 就检查 kiosk.yaml 的名称和密码文件"
        return Row("网络", "没有网络地址", State.WRONG, advice)
    told = " · ".join(part for part in (name, " ".join(facts.addresses)) if part)
    told += f" · 网关 {facts.gateway}" if facts.gateway else ""
    told += f" · 信号 {signal} dBm" if signal is not None else ""
    if not facts.gateway:
        return Row(
            "网络", f"{told} · 没有网关", State.NOTE, "broker 不在同一个网里时到不了：检查路由器，或写明 gateway"
        )
    if signal is not None and signal < WEAK_DBM:
        return Row("网络", told, State.NOTE, "Wi-Fi 信号弱：挪近路由器，或改用网线")
    return Row("网络", told)


def broker(facts: Facts) -> Row:
    state = facts.agent
    if facts.pairing:
        told = f"新屏登记：{facts.pairing.trouble or facts.pairing.said}"
        return Row("消息", told, State.WRONG if facts.pairing.trouble else State.NOTE, "把屏上的配对码报给村管理员")
    if state is None:
        return Row("消息", "收消息的程序没有运行", State.WRONG, "设置改好后重新上电；仍不行就重新烧卡")
    if facts.ticks - state.ticks > SILENT_SECONDS:
        return Row("消息", "收消息的程序停住了", State.WRONG, "等一分钟，它会自己重新启动；仍不行就重新上电")
    if state.connected:
        return Row("消息", f"已连上 {state.broker}")
    if state.mirrored is not None and facts.ticks - state.mirrored < MIRRORED_SECONDS:
        told = f"内容由 HTTP 收到，每分钟问一次；broker {state.broker} 连不上"
        advice = "照常播，只是慢一两分钟；村里看不到本屏的状态和回执，也不能下命令。要恢复就检查 broker 地址和防火墙"
        return Row("消息", told, State.NOTE, advice)
    why = state.status.last_error
    told = f"连不上 {state.broker}" + (f"：{why}" if why and not why.startswith("连不上") else "")
    since = f"（{when(state.last_contact)} 还连着）" if state.last_contact else ""
    advice = "网络正常就检查 broker 地址和端口、防火墙；“证书”类错误看时钟是否校准，或重新登记这块屏"
    return Row("消息", told + since, State.WRONG if facts.addresses else State.NOTE, advice)


def clock(facts: Facts) -> Row:
    told = when(facts.now)
    hardware = facts.agent.status.hardware if facts.agent else None
    offset = hardware.clock_offset_seconds if hardware else None
    if offset is not None and abs(offset) > CONTRADICTION_SECONDS:
        far = f"和发布端差 {span(round(abs(offset)))}，不可信（现在当作 {told}）"
        advice = "这里的网络给的时间服务器可能不对：查路由器，或在 kiosk.yaml 的 network 里写 time"
        return Row("时钟", far, State.NOTE, advice)
    if not facts.clock_trusted:
        advice = "屏上先不显示时间；网里要能访问对时服务器，可在 kiosk.yaml 的 network 里写 time"
        return Row("时钟", f"还没有校准（现在当作 {told}）", State.NOTE, advice)
    error = facts.clock_error_seconds
    if error is not None and error > FAR_OFF_SECONDS:
        return Row("时钟", f"{told}，可能差 {error:.0f} 秒", State.NOTE, "很久没有对上时，检查网络")
    return Row("时钟", f"{told}，已校准" + (f"，误差不超过 {max(0.1, error):.1f} 秒" if error is not None else ""))


def content(facts: Facts) -> Row:
    status = facts.agent.status if facts.agent else None
    if status is None:
        return Row("内容", "不知道", State.NOTE)
    refused = sum(status.refusals.values())
    told = f"{len(status.revisions)} 处" + (
        f"，还缺 {status.missing_blobs} 个图片或视频" if status.missing_blobs else ""
    )
    if refused:
        last = f"最近一次：{status.last_refusal}。" if status.last_refusal else ""
        advice = f"{last}常见于换了发布者的钥匙：重新复制 keyring.json"
        return Row("内容", f"{told}，拒收 {refused} 次", State.NOTE, advice)
    if not status.revisions:
        return Row("内容", "还没有收到", State.NOTE, "发布者发过这个地点的内容吗？")
    return Row("内容", told)


def picture(facts: Facts) -> Row:
    beat, age = facts.beat, facts.beat_age_seconds
    if beat is None or age is None:
        return Row("画面", "画画面的程序没有运行", State.WRONG, "看屏幕的电源和 HDMI 线；重新上电")
    if age > 2 * STOPPED_SECONDS:
        return Row("画面", f"{age:.0f} 秒没有动静", State.WRONG, "它会自己重新启动；仍不行就重新上电")
    if beat.error:
        return Row("画面", f"有一样画不出来：{beat.error}", State.NOTE, "改那条通知")
    light = f"亮度 {beat.brightness}%" if beat.lit else "现在是黑屏时间"
    return Row("画面", f"正常，{light}" + (f"，正在播 {beat.item}" if beat.item else ""))


def machine(hardware: Hardware) -> Row:
    heat = hardware.temperature_c
    told = "，".join(
        part
        for part in (
            f"{heat:.0f} °C" if heat is not None else "",
            f"内存余 {hardware.memory_available_mib} MB" if hardware.memory_available_mib is not None else "",
            f"已开机 {span(hardware.uptime_seconds)}" if hardware.uptime_seconds is not None else "",
        )
        if part
    )
    if heat is not None and heat >= TOO_HOT_C:
        return Row("机器", told, State.WRONG, "太热：通风、加散热片，避开太阳")
    if hardware.under_voltage:
        return Row("机器", f"{told}，电压不足过", State.NOTE, "换原装电源（Pi 4 用 5V 3A，Pi 5 用 5V 5A）和短的线")
    if hardware.throttled:
        return Row("机器", f"{told}，降过频", State.NOTE, "太热或电源不足：通风，换电源")
    if heat is not None and heat >= HOT_C:
        return Row("机器", told, State.NOTE, "偏热：看看通风")
    return Row("机器", told or "不知道")


def card(facts: Facts) -> Row:
    free, wear, storage = facts.hardware.disk_free_mib, facts.hardware.disk_wear_percent, facts.storage
    if storage and storage.where == "memory":
        told = f"用不了：{storage.why}；内容只在内存里，断电就没有了"
        return Row("存储卡", told, State.WRONG, "换一张存储卡")
    told = f"余 {free / 1024:.1f} GB" if free is not None else "不知道"
    told += f"，已用寿命约 {wear:.0f}%" if wear is not None else ""
    if free is not None and free < FULL_MIB:
        return Row("存储卡", told, State.NOTE, "快满了：换大一点的卡，或少发大的视频")
    if wear is not None and wear >= 80:
        return Row("存储卡", told, State.NOTE, "快用坏了：备一张新卡")
    return Row("存储卡", told)


def version(facts: Facts) -> Row:
    release, status = facts.release, facts.agent.status if facts.agent else None
    number = release.version or (status.version if status else "") or "不知道"
    built = f"，{release.built[:10]} 制作" if release.built else ""
    commit = f"（{release.commit[:10]}）" if release.commit else ""
    model = f"；{facts.hardware.model}" if facts.hardware.model else ""
    return Row("版本", f"{number}{commit}{built}{model}")


def when(moment: datetime | None) -> str:
    return moment.strftime("%Y-%m-%d %H:%M") if moment else ""


def span(seconds: int) -> str:
    """So long, in two words: 3 天 4 小时."""
    minutes = seconds // 60
    days, hours = minutes // 1440, minutes // 60 % 24
    if days:
        return f"{days} 天 {hours} 小时"
    return f"{hours} 小时 {minutes % 60} 分" if hours else f"{minutes} 分钟"
