"""The list of cards as spreadsheets save it: read, or every mistake at once with its line."""

import pytest

from provisioning.card_files import CardFilesError, with_wifi
from provisioning.cards_csv import CardsError, Row, parse

ROW = Row("screen-001", "baizhuang/north/w012/b3/u1", "3 号楼 1 单元", "村委会", "12345678", "", 2)
CHINESE = "屏编号,地点,位置,无线名称,无线密码\nscreen-001,baizhuang/north/w012/b3/u1,3 号楼 1 单元,村委会,12345678\n"
SAVED = {
    "UTF-8": CHINESE.encode(),
    "UTF-8 with a mark, as Excel": CHINESE.replace("\n", "\r\n").encode("utf-8-sig"),
    "GBK, as Excel in China": CHINESE.encode("gbk"),
    "UTF-16, as Excel's Unicode text": CHINESE.replace(",", "\t").encode("utf-16"),
    "semicolons": CHINESE.replace(",", ";").encode(),
    "English heads": CHINESE.replace(
        "屏编号,地点,位置,无线名称,无线密码", "screen,Place,spot,Wi-Fi name,wifi_password"
    ).encode(),
    "empty lines and columns": ("\n".join(line + ",," for line in CHINESE.splitlines()) + "\n,,,,,,\n\n").encode(),
}


@pytest.mark.parametrize("content", SAVED.values(), ids=SAVED.keys())
def test_every_way_of_saving_gives_the_same_row(content: bytes) -> None:
    assert parse(content, "cards.csv") == [ROW]


def test_every_mistake_is_told_at_once_with_its_line_and_no_password() -> None:
    lines = [
        "screen,place,wifi_name,wifi_password",
        "Screen 1,baizhuang,,",
        "s-2,Baizhuang/x,net,short",
        "s-3,baizhuang,,secret-phrase",
        "s-2,baizhuang,net,1.23457E+11",
        ",baizhuang,net,全角密码全角密码",
        "s-6,,一个很长很长很长很长的无线网络名称,",
        "s-7,baizhuang,a,b,c,d",
    ]
    with pytest.raises(CardsError) as caught:
        parse("\n".join(lines).encode(), "cards.csv")
    told = caught.value.problems
    assert [int(one.split(":")[1]) for one in told] == [2, 3, 3, 4, 5, 6, 6, 7, 7, 8, 8, 5]
    assert "屏编号 s-2 在第 3 行已经有了" in told[-1]
    assert "科学计数" in str(caught.value)
    assert not any(secret in str(caught.value) for secret in ("secret-phrase", "short", "全角密码全"))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "缺少表头 screen（屏）"),
        (b"screen,place\n", "没有一张卡"),
        ("屏编号,地典\n".encode(), "不认识的表头 '地典'；是不是 地点？"),
        (b"screen,screen,place\na,b,c\n", "表头 screen 出现两次"),
        (b"screen,place\n\xff\xff\xff\n", "另存为 → CSV UTF-8"),
    ],
)
def test_a_list_that_is_none_is_told(content: bytes, words: str) -> None:
    with pytest.raises(CardsError, match=words):
        parse(content, "cards.csv")


def test_a_password_is_not_in_what_is_printed_of_a_row() -> None:
    assert "12345678" not in repr(ROW)


def test_the_wifi_of_a_row_goes_to_a_file_beside_the_settings() -> None:
    files = with_wifi({"kiosk.yaml": b"screen: screen-001"}, ROW)
    assert files["wifi.txt"] == b"12345678\n"
    assert files["kiosk.yaml"].decode() == (
        'screen: screen-001\nnetwork:\n  wifi:\n    name: "村委会"\n    password_file: wifi.txt\n'
    )
    assert with_wifi({"kiosk.yaml": b"x"}, Row("a", "b")) == {"kiosk.yaml": b"x"}


def test_settings_that_name_a_network_already_are_not_mixed() -> None:
    with pytest.raises(CardFilesError, match="请只在一处写"):
        with_wifi({"kiosk.yaml": b"screen: a\nnetwork:\n  apn: cmnet\n"}, ROW)
