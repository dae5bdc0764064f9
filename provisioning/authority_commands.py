"""The commands of identities: ca, enrol, revoke. Parses arguments and prints; no state."""

import argparse
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from content.errors import FolderError
from content.place import check_level
from provisioning.command_line import command

if TYPE_CHECKING:
    from content.admission.authority import Authority
    from content.display import DisplayConfig
    from provisioning.command_line import Commands
    from provisioning.enrol import Office, Wish

WARN_DAYS = 365
"""`ca list` points at servers' and publishers' certificates that end sooner."""


def add(commands: "Commands") -> None:
    """Add the commands of this family."""
    ca = commands.add_parser("ca", help="村里的证书机构", description="村里的证书机构：谁可以连接 broker")
    below = ca.add_subparsers(required=True, metavar="COMMAND")
    one = command(below, "init", init, "新建证书机构（全村只做一次，不覆盖已有的）")
    one.add_argument("authority", type=Path, nargs="?", metavar="DIR", help="放在哪里，默认 内容文件夹/authority")
    add_village(one)
    one.add_argument("--broker", required=True, help="屏幕连接 broker 的地址，例如 mqtts://broker.example:8883")
    one.add_argument(
        "--http", required=True, action="append", help="发布端的地址，例如 https://publisher.example，可写多次"
    )
    one.add_argument("--publishers", default="", help="发布端连接 broker 的地址；默认同一台机器的 8884 端口")
    one = command(below, "publisher", publisher, "给发布端签发证书：连接 broker 用")
    one.add_argument("publisher", nargs="?", default="", metavar="ID", help="发布者代号，默认 village.yaml 里的")
    add_out(one, "keys")
    one = command(below, "server", server, "给网页服务器签发证书：屏幕用 https 下载")
    one.add_argument("names", nargs="*", metavar="NAME", help="主机名或 IP 地址，默认 site.yaml 里 http 的")
    add_out(one, "keys")
    one = command(below, "list", list_issued, "列出签发过的证书")
    add_folders(one)
    one = command(commands, "enrol", enrol, "登记屏幕：做钥匙和证书，写出烧卡用的文件")
    one.add_argument("screen", nargs="?", default="", metavar="SCREEN", help="屏的编号")
    one.add_argument("--place", default="", help="挂在哪里，例如 village/north/w001/b1/u1；换卡时不用写")
    one.add_argument("--cards", type=Path, metavar="LIST.csv", help="一次登记清单里的全部屏；已登记过的跳过")
    one.add_argument("--golden", action="store_true", help="通用卡：所有的屏都一样，屏自己做钥匙；写到 cards/golden")
    one.add_argument("--out", type=Path, metavar="DIR", help="写到哪里，默认 cards/屏编号；用 --cards 时默认 cards")
    one.add_argument("--display", default="", metavar="YAML", help="面板，例如 '{kind: lcd, rotate: 90}'")
    one.add_argument("--replace", action="store_true", help="换卡：原来那张卡从此失效，地点不变")
    one.add_argument("--no-roster", action="store_true", help="不写进 screens.yaml")
    add_folders(one)
    add_broker(one)
    one = command(commands, "revoke", revoke, "吊销一块屏的证书：卡或屏丢了，当天就做")
    one.add_argument("screen", metavar="SCREEN", help="屏的编号；与 --publisher 同用时是发布者代号")
    one.add_argument("--publisher", action="store_true", help="吊销的是发布端的证书")
    add_folders(one)
    add_broker(one)


def add_village(one: argparse.ArgumentParser) -> None:
    one.add_argument("--village", type=Path, default=Path(), metavar="DIR", help="内容文件夹，默认当前文件夹")


def add_folders(one: argparse.ArgumentParser) -> None:
    add_village(one)
    one.add_argument("--authority", type=Path, metavar="DIR", help="证书机构的文件夹，默认 内容文件夹/authority")


def add_out(one: argparse.ArgumentParser, folder: str) -> None:
    add_folders(one)
    one.add_argument("--out", type=Path, metavar="DIR", help=f"写到哪里，默认 内容文件夹/{folder}")


def add_broker(one: argparse.ArgumentParser) -> None:
    for name, title in (("mosquitto", "Mosquitto"), ("nats", "NATS")):
        one.add_argument(f"--{name}", type=Path, metavar="DIR", help=f"{title} 的配置文件夹：把新的名单写进去")
    one.add_argument("--no-evict", action="store_true", help="不去断开它现在的连接")


def authority_folder(options: argparse.Namespace) -> Path:
    folder: Path = options.authority or options.village / "authority"
    return folder


def now() -> datetime:
    return datetime.now(UTC)


def init(options: argparse.Namespace) -> int:
    from content.admission.authority import Authority
    from provisioning.enrol import village_of
    from provisioning.site import site_of, write_site

    folder = authority_folder(options)
    site = site_of(options.broker, tuple(options.http), options.publishers)
    Authority.create(folder, village_of(options.village).name, now())
    write_site(folder, site)
    print(f"新建 {folder}：证书机构")
    print("请把整个文件夹拷到两个 U 盘，锁在两个地方：有 ca.key 的人可以冒充任何一块屏。不要发给任何人，不要放网盘。")
    print("下一步：")
    print(f"  python -m provisioning ca publisher --village {options.village}    # 发布端的证书")
    print(f"  python -m provisioning broker --mosquitto 文件夹 --village {options.village}    # broker 的配置，见手册")
    print(f"  python -m provisioning enrol 屏编号 --place 地点 --village {options.village}    # 登记屏幕")
    return 0


def publisher(options: argparse.Namespace) -> int:
    from content.admission.authority import Authority
    from content.skeleton import read_village
    from provisioning.site import read_site

    authority, name = Authority.load(authority_folder(options)), options.publisher
    name = name or read_village(options.village).publisher
    certificate, key = authority.issue_publisher(name, now())
    out = options.out or options.village / "keys"
    save(out, f"broker-{name}", authority, certificate, key)
    site = read_site(authority.folder)
    print("发布端这样连接：")
    print(f"  python -m content serve {options.village} --broker {site.publishers} \\")
    print(f"      --ca {out / 'ca.crt'} --cert {out / f'broker-{name}.crt'} --key {out / f'broker-{name}.key'}")
    return 0


def server(options: argparse.Namespace) -> int:
    from content.admission.authority import Authority
    from provisioning.site import read_site

    authority = Authority.load(authority_folder(options))
    names = options.names or read_site(authority.folder).http_names
    certificate, key = authority.issue_server(names, now())
    out = options.out or options.village / "keys"
    save(out, "http", authority, certificate, key)
    print(f"  python -m content serve … --http-cert {out / 'http.crt'} --http-key {out / 'http.key'}")
    return 0


def save(out: Path, stem: str, authority: "Authority", certificate: bytes, key: bytes) -> None:
    """Write a certificate, its key and the authority's certificate, and say so."""
    from content.files import write_atomic

    out.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_atomic(out / f"{stem}.key", key, mode=0o600)
    write_atomic(out / f"{stem}.crt", certificate)
    write_atomic(out / "ca.crt", authority.certificate)
    print(f"写好 {out / f'{stem}.crt'}、{out / f'{stem}.key'}（私钥）、{out / 'ca.crt'}")


def list_issued(options: argparse.Namespace) -> int:
    from content.admission.authority import Authority

    words = {"screen": "屏幕", "publisher": "发布端", "server": "服务器"}
    for one in Authority.load(authority_folder(options)).issued():
        state = f"{one.revoked:%Y-%m-%d} 吊销" if one.revoked else f"到 {one.expires:%Y-%m-%d}"
        days = (one.expires - now()).days
        soon = one.kind != "screen" and not one.revoked and days < WARN_DAYS
        print(f"{words[one.kind]}  {one.name}  {one.place or '—'}  {one.issued:%Y-%m-%d} 签发，{state}", end="")
        print(f"  （还有 {days} 天，请重新签发）" if soon and days > 1 else "")
    return 0


def enrol(options: argparse.Namespace) -> int:
    from provisioning.enrol import Office, write_card

    office = Office(options.village, authority_folder(options))
    if options.golden:
        out = options.out or Path("cards/golden")
        write_card(office.golden(display_of(options.display)), out)
        print(f"通用卡的文件在 {out}；烧卡：sudo .venv/bin/python -m provisioning flash 镜像 --card {out}")
        return 0
    wishes = wishes_of(options, office)
    root, cards = options.out or Path("cards"), 0
    for wish in office.check(wishes, replace=options.replace):
        had = bool(office.authority.valid("screen", wish.screen))
        card = office.card(wish, now(), replace=options.replace)
        out = root if options.out and not options.cards else root / card.screen
        write_card(card, out)
        if not options.no_roster:
            office.list_screen(card)
        cards += 1
        print(f"屏 {card.screen} 挂在 {card.place}：卡的文件在 {out}")
        if had:
            print("原来那张卡的证书吊销了。", end="")
            shut_out(options, office.authority, card.screen)
    if cards and options.nats:
        tell_broker(options, office.authority)
    if cards:
        print("文件里有私钥：烧好卡以后删去。下一步烧卡：")
        files = f"--cards {options.cards} --files {root}" if options.cards else f"--card {out}"
        print(f"  sudo .venv/bin/python -m provisioning flash 镜像 {files}")
    return 0


def wishes_of(options: argparse.Namespace, office: "Office") -> "list[Wish]":
    """What the command line asks for. Raises FolderError, CardsError."""
    from provisioning.cards_csv import parse
    from provisioning.enrol import Wish

    if bool(options.screen) == bool(options.cards):
        raise FolderError("请写一块屏的编号，或者用 --cards 清单.csv")
    display = display_of(options.display)
    if not options.cards:
        return [Wish(options.screen, options.place, display)]
    if options.place or options.replace:
        raise FolderError("--place、--replace 只用于一块屏；清单里的地点写在“地点”一栏")
    authority = office.authority
    rows = parse(
        options.cards.read_bytes(),
        options.cards.name,
        lambda row: "" if authority.valid("screen", row.screen) else office.no_such_place(row.place),
    )
    have = {row.screen for row in rows if authority.valid("screen", row.screen)}
    if have:
        print(f"跳过已登记过的 {len(have)} 块：{'、'.join(sorted(have)[:5])}{' …' if len(have) > 5 else ''}")
    return [Wish(row.screen, row.place, display) for row in rows if row.screen not in have]


def display_of(text: str) -> "DisplayConfig | None":
    """--display. Raises FolderError."""
    from content.display import DisplayConfig
    from content.document import read

    if not text:
        return None
    document = read("--display", text.encode(), DisplayConfig)
    if document.value is None or document.problems:
        raise FolderError("\n".join(str(problem) for problem in document.problems))
    return document.value


def revoke(options: argparse.Namespace) -> int:
    from content.admission.authority import Authority

    check_level(options.screen)
    authority = Authority.load(authority_folder(options))
    gone = authority.revoke(options.screen, now(), kind="publisher" if options.publisher else "screen")
    if not gone:
        known = [one for one in authority.issued() if one.name == options.screen and one.revoked]
        print(f"{options.screen} 没有有效的证书" + ("，早已吊销；再通知一次 broker" if known else "；编号见 ca list"))
        if not known:
            return 1
    else:
        print(f"吊销了 {options.screen} 的 {len(gone)} 张证书。", end="")
    shut_out(options, authority, options.screen)
    if not options.publisher:
        again = f"python -m provisioning enrol {options.screen} --village {options.village}"
        print(f"地点没有改。换新卡：{again}；不再挂了：从 screens.yaml 里删去它")
        print("钥匙串不用换：卡上只有这块屏自己的钥匙，没有发布用的。")
    return 0


def shut_out(options: argparse.Namespace, authority: "Authority", screen: str) -> None:
    """Make the broker refuse what was revoked, and say what remains to be done by hand."""
    from provisioning.revoke import evict
    from provisioning.site import read_site

    if tell_broker(options, authority):
        print("名单已写好；broker 的 lists 单元会让它马上重读")
    else:
        print(
            f"\nbroker 和证书机构在同一台机器上时，会自己来取新的名单；在别的机器上，请把 {authority.folder} 里的 "
            "crl.pem 和 publishers.crl.pem 拷到它的配置文件夹，它会马上重读"
            "（NATS：再运行 broker --nats，拷 users.conf）"
        )
    if options.nats:
        print("NATS 重读名单时就断开它现在的连接")
    if options.no_evict or options.nats or getattr(options, "publisher", False):
        return
    site = read_site(authority.folder)
    print("正在断开它现在的连接，要十几秒 …", flush=True)
    if evict(authority, site, screen, now()):
        print("它现在的连接已断开；broker 读到新的名单以后，再连会被拒绝")
    else:
        print(f"连不上 broker {site.publishers}，没有断开它现在的连接；重启 broker 也能断开（NATS 不用）")


def tell_broker(options: argparse.Namespace, authority: "Authority") -> bool:
    """Write the lists into the broker's folder, where there is one on this machine."""
    from provisioning.broker_files import write_lists
    from provisioning.broker_units import MOSQUITTO, NATS

    for kind, folder in ((MOSQUITTO, options.mosquitto), (NATS, options.nats)):
        if folder:
            write_lists(folder, kind, authority, options.village)
    return bool(options.mosquitto or options.nats)
