"""The technician's settings: what is good is kept whole, what is bad is said, and the last good ones stand in."""

import re
import stat
from pathlib import Path

import pytest

from content.display import DisplayConfig
from kiosk.config import load
from kiosk.machine.setup import CURRENT, gather, set_up
from kiosk.machine.setup_report import SetupReport, headline, read_report, short

YAML = """\
screen: north-b3-u1
place: baizhuang/cuiyuan-north/w012/b3/u1
broker: mqtt://127.0.0.1:1883
http: [http://127.0.0.1:8600]
display: {kind: lcd, rotate: 90}
network: {wifi: {name: 村委会, password_file: wifi.txt}, time: [192.0.2.1]}
"""
PASSWORD = "correct horse"  # noqa: S105 -- of no network


class Bench:
    """A card, a screen's folders, and `kiosk setup` between them."""

    def __init__(self, folder: Path) -> None:
        self.card, self.kept, self.run = folder / "card", folder / "kept", folder / "run"
        self.connections, self.time = folder / "connections", folder / "time"
        self.card.mkdir()

    def write(self, **files: str | bytes) -> None:
        """kiosk_yaml=… is the file kiosk.yaml."""
        for name, content in files.items():
            data = content if isinstance(content, bytes) else content.encode()
            (self.card / name.replace("_", ".")).write_bytes(data)

    def good(self) -> None:
        self.write(kiosk_yaml=YAML, keyring_json="{}", wifi_txt=f"{PASSWORD}\r\n")

    def boot(self) -> SetupReport:
        report = set_up(self.card, self.kept, self.run, self.connections, self.time)
        assert read_report(self.run) == report, "what is told is what the player reads"
        return report

    @property
    def kept_yaml(self) -> Path:
        return self.kept / CURRENT / "kiosk.yaml"

    def kept_names(self) -> list[str]:
        return sorted(path.name for path in self.kept.iterdir())


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def test_a_good_card_is_kept_and_the_network_and_the_clock_are_told(bench: Bench) -> None:
    bench.good()
    assert bench.boot() == SetupReport("card", (), "north-b3-u1", "baizhuang/cuiyuan-north/w012/b3/u1")
    assert load(bench.kept_yaml).screen == "north-b3-u1"
    wifi = bench.connections / "window-wifi.nmconnection"
    assert PASSWORD in wifi.read_text()
    assert stat.S_IMODE(wifi.stat().st_mode) == 0o600
    assert (bench.time / "kiosk.sources").read_text() == "server 192.0.2.1 iburst\n"


def test_secrets_are_for_their_owner_alone_and_stand_in_no_report(bench: Bench) -> None:
    bench.good()
    bench.boot()
    assert stat.S_IMODE((bench.kept / CURRENT / "wifi.txt").stat().st_mode) == 0o400
    assert PASSWORD not in (bench.run / "setup.json").read_text()


def test_the_file_is_read_whatever_windows_made_of_it(bench: Bench) -> None:
    bench.good()
    for coding in ("utf-8-sig", "utf-16", "gbk"):
        bench.write(kiosk_yaml=YAML.replace("\n", "\r\n").encode(coding))
        assert bench.boot().mistakes == ()
        assert bench.kept_yaml.read_text() == YAML


def test_an_unchanged_card_writes_nothing(bench: Bench) -> None:
    bench.good()
    bench.boot()
    pointer = bench.kept / CURRENT
    before = (pointer.lstat().st_ino, pointer.resolve().stat().st_mtime_ns, bench.kept.stat().st_mtime_ns)
    bench.boot()
    assert (pointer.lstat().st_ino, pointer.resolve().stat().st_mtime_ns, bench.kept.stat().st_mtime_ns) == before


def test_after_a_change_one_generation_is_left(bench: Bench) -> None:
    bench.good()
    bench.boot()
    bench.write(kiosk_yaml=YAML.replace("north-b3-u1", "north-b3-u2"))
    assert bench.boot().screen == "north-b3-u2"
    assert len(bench.kept_names()) == 2
    assert load(bench.kept_yaml).screen == "north-b3-u2"


def test_a_mistake_leaves_the_last_good_settings_in_use_and_is_told_with_its_line(bench: Bench) -> None:
    bench.good()
    bench.boot()
    bench.write(kiosk_yaml=YAML.replace("broker:", "broekr:"))
    report = bench.boot()
    assert (report.source, report.screen) == ("last", "north-b3-u1")
    first = report.mistakes[0]
    assert (first.file, first.line, first.instead) == ("kiosk.yaml", 3, "是不是 'broker'？")
    assert load(bench.kept_yaml).screen == "north-b3-u1"
    assert PASSWORD in (bench.connections / "window-wifi.nmconnection").read_text(), "and the network is the last good"
    assert headline(report)
    assert "第 3 行" in short(report)


def test_a_mended_card_is_used_at_the_next_boot(bench: Bench) -> None:
    bench.good()
    bench.boot()
    bench.write(kiosk_yaml="screen： x")
    assert bench.boot().source == "last"
    bench.good()
    assert bench.boot().source == "card"


def test_without_any_good_settings_the_network_still_tries_and_the_display_stands_upright(bench: Bench) -> None:
    bench.write(kiosk_yaml=YAML.replace("screen:", "scren:"))
    report = bench.boot()
    assert (report.source, report.display) == ("none", DisplayConfig(rotate=90))
    assert [path.name for path in bench.connections.iterdir()] == ["window-ethernet.nmconnection"]
    assert not bench.kept_yaml.exists()


@pytest.mark.parametrize(
    ("remove", "add", "told"),
    [
        ("kiosk.yaml", "kiosk.yaml.txt", "kiosk.yaml.txt：文件名不对"),
        ("kiosk.yaml", "", "kiosk.yaml：存储卡的 WINDOW 盘里没有这个文件"),
        ("keyring.json", "", "keyring.json：卡上没有这个文件"),
        ("wifi.txt", "wifi.txt.txt", "wifi.txt：卡上没有这个文件"),
    ],
)
def test_a_file_that_is_missing_or_misnamed_is_named(bench: Bench, remove: str, add: str, told: str) -> None:
    bench.good()
    (bench.card / remove).unlink()
    if add:
        (bench.card / add).write_text("x")
    said = [f"{one.where}：{one.what}" for one in bench.boot().mistakes]
    assert any(one.startswith(told) for one in said), said


def test_a_card_that_cannot_be_read_at_all_is_said_so(bench: Bench) -> None:
    bench.good()
    bench.boot()
    bench.card = bench.card / "not mounted"
    report = bench.boot()
    assert (report.source, report.mistakes[0].file) == ("last", "WINDOW 盘")


@pytest.mark.parametrize("name", ["/etc/shadow", "../keyring.json", "C:\\keyring.json", "a/../../b"])
def test_no_file_from_elsewhere_is_taken(bench: Bench, name: str) -> None:
    bench.good()
    bench.write(kiosk_yaml=f"{YAML}keyring: '{name}'\n")
    report = bench.boot()
    assert "不是这张卡上的文件" in report.mistakes[0].what


@pytest.mark.parametrize(("password", "told"), [("short", "8–63"), ("a\nb\n", "一行"), ("密码密码密码密码", "半角")])
def test_a_wrong_password_is_told_without_being_shown(bench: Bench, password: str, told: str) -> None:
    bench.good()
    bench.write(wifi_txt=password.encode("gbk"))
    report = bench.boot()
    assert (report.mistakes[0].file, told in report.mistakes[0].what) == ("wifi.txt", True)
    assert password not in (bench.run / "setup.json").read_text()


@pytest.mark.parametrize(
    "wifi",
    [
        "{name: 村委会, password_file: Geheim-1234}",
        "{name: 村委会, password_file: Geheim/../1234}",
        "{name: 村委会, password: Geheim-1234}",
        "{name: 村委会, password_file: {x: Geheim-1234}}",
        "村委会 Geheim-1234",
        "\n  password：Geheim-1234",
    ],
)
def test_a_password_in_the_wrong_place_is_not_told_to_passers_by(bench: Bench, wifi: str) -> None:
    bench.good()
    bench.write(kiosk_yaml=re.sub(r"network: .*", f"network:\n wifi: {wifi}", YAML))
    report = bench.boot()
    assert report.mistakes
    assert "Geheim" not in (bench.run / "setup.json").read_text()


def test_a_file_is_secret_by_what_it_is_for_not_by_its_name(bench: Bench) -> None:
    bench.good()
    tls = "tls: {ca: ca.crt, certificate: screen.crt, key: screen.pem}\n"
    bench.write(kiosk_yaml=YAML.replace("wifi.txt", "wifi.key").replace("mqtt:", "mqtts:") + tls, wifi_key=PASSWORD)
    bench.write(ca_crt="ca", screen_crt="certificate", screen_pem="private")
    gathered = gather(bench.card)
    assert gathered.mistakes == []
    assert {name: gathered.reader(name) for name in gathered.files} == {
        "kiosk.yaml": "all",
        "keyring.json": "all",
        "ca.crt": "all",
        "screen.crt": "all",
        "screen.pem": "agent",
        "wifi.key": "root",
    }
    assert "private" not in repr(gathered)
    assert PASSWORD not in repr(gathered)


def test_a_keyring_and_certificates_that_are_none_are_found_before_they_are_used(bench: Bench) -> None:
    bench.good()
    bench.write(keyring_json="not json")
    assert bench.boot().mistakes[0].file == "keyring.json"
    tls = "tls: {ca: ca.crt, certificate: screen.crt, key: screen.key}\n"
    bench.write(keyring_json="{}", kiosk_yaml=YAML.replace("mqtt:", "mqtts:") + tls, ca_crt="no", screen_crt="no")
    bench.write(screen_key="no")
    assert [one.file for one in bench.boot().mistakes] == ["ca.crt"]


def test_a_golden_card_needs_no_screen_and_no_place(bench: Bench) -> None:
    bench.good()
    bench.write(kiosk_yaml="enrol: true\nbroker: mqtts://localhost\nhttp: [https://localhost]\ntls: {ca: ca.crt}\n")
    assert [one.file for one in bench.boot().mistakes] == ["ca.crt"], "there is none on this card"


def test_a_power_cut_before_the_pointer_is_flipped_leaves_the_old_settings(bench: Bench) -> None:
    bench.good()
    bench.boot()
    (bench.kept / ".g-0123456789abcdef").mkdir()
    (bench.kept / ".g-0123456789abcdef" / "kiosk.yaml").write_text("half")
    (bench.kept / f".{CURRENT}").symlink_to("nowhere")
    bench.write(kiosk_yaml=YAML.replace("north-b3-u1", "north-b3-u2"))
    assert bench.boot().screen == "north-b3-u2"
    assert len(bench.kept_names()) == 2, "and nothing of it stays"


def test_a_data_partition_that_cannot_be_written_keeps_what_it_has(bench: Bench) -> None:
    bench.good()
    bench.boot()
    bench.write(kiosk_yaml=YAML.replace("north-b3-u1", "north-b3-u2"))
    real, bench.kept = bench.kept, bench.kept / CURRENT / "kiosk.yaml" / "no folder"
    report = bench.boot()
    assert [one.file for one in report.mistakes] == ["数据分区"]
    assert load(real / CURRENT / "kiosk.yaml").screen == "north-b3-u1"
