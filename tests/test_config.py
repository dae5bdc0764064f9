"""kiosk.yaml: every mistake at once, before anything is started."""

import re
from pathlib import Path

import pytest

from content.address import BrokerAddress, Credentials
from content.display import DisplayConfig, LedOptions
from content.errors import ConfigError
from kiosk.config import Config, dots_of, load
from kiosk.shapes import Dots

GOOD = """\
screen: north-b3-u1
place: baizhuang/cuiyuan-north/w012/b3/u1
broker: mqtts://broker.example
http: [https://window.example/, http://10.0.0.1:8600]
"""


def loaded(folder: Path, text: str | bytes) -> Config:
    (folder / "kiosk.yaml").write_bytes(text.encode() if isinstance(text, str) else text)
    return load(folder / "kiosk.yaml")


def problems(folder: Path, text: str | bytes) -> list[str]:
    with pytest.raises(ConfigError) as error:
        loaded(folder, text)
    return error.value.problems


def test_the_least_that_a_screen_must_be_told(tmp_path: Path) -> None:
    assert loaded(tmp_path, GOOD) == Config(
        screen="north-b3-u1",
        place="baizhuang/cuiyuan-north/w012/b3/u1",
        broker=BrokerAddress("broker.example", 8883, tls=True),
        http=("https://window.example", "http://10.0.0.1:8600"),
        keyring=tmp_path / "keyring.json",
        display=DisplayConfig(),
        frame=None,
        timezone="Asia/Shanghai",
        credentials=None,
    )


def test_everything_that_a_screen_can_be_told(tmp_path: Path) -> None:
    text = GOOD + (
        "keyring: keys/ring.json\n"
        "display: {kind: file, size: 1080x1920, rotate: 90, frame: out/screen.png}\n"
        "timezone: Asia/Urumqi\n"
        "tls: {ca: ca.pem, certificate: own.pem, key: own.key}\n"
    )
    config = loaded(tmp_path, text)
    assert config.keyring == tmp_path / "keys/ring.json"
    assert config.display.pixels == (1080, 1920)
    assert config.frame == tmp_path / "out/screen.png"
    assert config.timezone == "Asia/Urumqi"
    assert config.credentials == Credentials(tmp_path / "ca.pem", tmp_path / "own.pem", tmp_path / "own.key")


def test_files_may_lie_elsewhere(tmp_path: Path) -> None:
    assert loaded(tmp_path, GOOD + "keyring: /etc/window/keyring.json\n").keyring == Path("/etc/window/keyring.json")


@pytest.mark.parametrize("text", ["auto", "1920x1080", "1920×1080", "1920 X 1080"])
def test_a_size_is_auto_or_width_and_height(tmp_path: Path, text: str) -> None:
    expected = None if text == "auto" else (1920, 1080)
    assert loaded(tmp_path, GOOD + f"display: {{size: {text}}}\n").display.pixels == expected


def test_every_problem_is_told_at_once_with_its_line(tmp_path: Path) -> None:
    text = "scren: a\nscreen: B\nplace: baizhuang//b3\nbroker: broker.example\nhttp: [ftp://a]\ntimezone: Mars\n"
    assert problems(tmp_path, text) == [
        "kiosk.yaml:1: 不认识 'scren'；是不是 'screen'？",
        "kiosk.yaml:2: 'B' 不能作名称：只用小写字母、数字和连字符，以字母或数字开头，最长 63 个字符",
        "kiosk.yaml:3: '' 不能作名称：只用小写字母、数字和连字符，以字母或数字开头，最长 63 个字符",
        "kiosk.yaml:4: broker 地址 'broker.example' 有误，应像 mqtts://broker.example:8883 或 mqtt://127.0.0.1:1883",
        "kiosk.yaml:6: 'Mars' 不是时区名称，例如 Asia/Shanghai",
        "kiosk.yaml:5: http 地址 'ftp://a' 有误，应为 https://主机/ 开头，不带用户名和密码",
    ]


BAD = {
    "empty": "",
    "not UTF-8": "屏".encode("gbk") * 9,
    "no place": GOOD.replace("place: baizhuang/cuiyuan-north/w012/b3/u1\n", ""),
    "a place that is left empty": GOOD.replace("baizhuang/cuiyuan-north/w012/b3/u1", ""),
    "an unknown key": GOOD + "brightness: 5\n",
    "another panel": GOOD + "display: {kind: led}\n",
    "a crooked panel": GOOD + "display: {rotate: 45}\n",
    "a size in words": GOOD + "display: {size: large}\n",
    "a window of no size": GOOD + "display: {kind: window}\n",
    "a file of no name": GOOD + "display: {kind: file, size: 800x600}\n",
    "half of the TLS files": GOOD + "tls: {ca: ca.pem}\n",
}


LED = "kind: led, columns: 128, rows: 32, driver: "


def test_an_led_panel_is_told_by_its_dots_and_its_driver(tmp_path: Path) -> None:
    text = f"display: {{{LED}rgbmatrix, colours: red-green, options: {{module_rows: 16, rgb_sequence: RBG}}}}\n"
    display = loaded(tmp_path, GOOD + text).display
    assert dots_of(display) == Dots(128, 32, "red-green")
    assert (display.driver, display.options) == ("rgbmatrix", LedOptions(module_rows=16, rgb_sequence="RBG"))
    hdmi = f"display: {{{LED}hdmi, options: {{offset: '0, 16', screen: 1280x720}}}}\n"
    options = loaded(tmp_path, GOOD + hdmi).display.options
    assert (options.place, options.screen_pixels) == ((0, 16), (1280, 720))


@pytest.mark.parametrize(
    ("display", "said"),
    [
        ("kind: led, columns: 128, rows: 32", "driver：hdmi、rgbmatrix、piomatter"),
        ("kind: led, driver: hdmi", "要写明 columns 和 rows"),
        ("kind: led, driver: hdmi, columns: 16, rows: 16", "至少 64×12"),
        (LED + "hdmi, size: 1920x1080", "size 只用于液晶屏"),
        (LED + "hdmi, rotate: 90", "rotate 只用于液晶屏"),
        (LED + "file", "frame: screen.png"),
        (LED + "hdmi, frame: a.png", "别的 driver 不写 frame"),
        (LED + "hdmi, options: {dots: 4}", "不认识选项 dots；它的选项：offset、screen"),
        (LED + "emulator, options: {dots: 4}", "没有选项"),
        (LED + "hdmi, options: {offset: here}", 'offset: .* 应写成 "x,y"'),
        (LED + "hdmi, options: {ofset: '0,0'}", "不认识 'ofset'；是不是 'offset'？"),
        (LED + "rgbmatrix, options: {module_columns: 96}", "不是整块模组拼成的"),
        (LED + "vga", "driver"),
        ("columns: 128", "columns 只用于 LED 屏"),
        ("kind: file, size: 640x480, frame: a.png, colours: red", "colours 只用于 LED 屏"),
    ],
)
def test_a_wrong_mixture_of_lcd_and_led_says_what_to_write(tmp_path: Path, display: str, said: str) -> None:
    found = problems(tmp_path, GOOD + f"display: {{{display}}}\n")
    assert all(line.startswith("kiosk.yaml:5:") for line in found)
    assert re.search(said, "".join(found))


@pytest.mark.parametrize("text", BAD.values(), ids=BAD.keys())
def test_a_mistake_stops_the_start_and_names_the_file(tmp_path: Path, text: str | bytes) -> None:
    found = problems(tmp_path, text)
    assert len(found) >= 1
    assert all(line.startswith("kiosk.yaml:") for line in found)


def test_a_file_that_is_not_there_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="读不了") as error:
        load(tmp_path / "kiosk.yaml")
    assert "\n" not in str(error.value)


def test_a_password_in_an_address_is_refused_and_does_not_reach_the_journal(tmp_path: Path) -> None:
    text = GOOD.replace("mqtts://", "mqtts://u:hunter2@").replace("https://", "https://u:hunter2@")
    found = problems(tmp_path, text)
    assert len(found) == 2
    assert "hunter2" not in "".join(found)


def test_certificates_without_an_encrypted_address_are_a_mistake(tmp_path: Path) -> None:
    text = GOOD.replace("mqtts://", "mqtt://") + "tls: {ca: ca.pem, certificate: a.pem, key: a.key}\n"
    assert ["不加密" in line for line in problems(tmp_path, text)] == [True]


GOLDEN_CARD = "enrol: true\nbroker: mqtts://b.example\nhttp: [https://p.example]\ntls: {ca: identity/ca.crt}\n"


def test_a_golden_card_says_only_where_to_ask(tmp_path: Path) -> None:
    config = loaded(tmp_path, GOLDEN_CARD)
    assert (config.screen, config.place, config.credentials) == ("", "", None)
    assert config.enrols == tmp_path / "identity/ca.crt"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (GOLDEN_CARD + "screen: s1\n", "不要写 screen"),
        (GOLDEN_CARD + "place: v/b1\n", "不要写 place"),
        (GOLDEN_CARD.replace("enrol: true\n", ""), "缺少 'screen'"),
        (GOLDEN_CARD.replace("tls: {ca: identity/ca.crt}\n", ""), "tls 只写 ca"),
        (GOLDEN_CARD.replace("ca.crt}", "ca.crt, key: a, certificate: b}"), "tls 只写 ca"),
        (GOLDEN_CARD.replace("[https://p.example]", "[]"), "要有 http 地址"),
        (GOOD + "tls: {ca: ca.crt}\n", "certificate 和 key"),
    ],
)
def test_a_card_is_golden_or_says_which_screen_it_is_never_half_of_each(tmp_path: Path, text: str, told: str) -> None:
    assert told in "\n".join(problems(tmp_path, text))
