"""The commands at the card reader, as typed: what is missing is told before anything is read or written."""

from pathlib import Path

import pytest

from provisioning.__main__ import main
from tests.flashing import MISSING, compressed, make_image

HEAD = "屏编号,地点,无线名称,无线密码\n"


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """One screen's card, and a list of two."""
    (tmp_path / "cards" / "s-1").mkdir(parents=True)
    (tmp_path / "cards" / "s-1" / "kiosk.yaml").write_text("screen: s-1\n")
    (tmp_path / "list.csv").write_text(HEAD + "s-1,v/b,,\ns-2,v/b,,\n")
    return tmp_path


WRONG = {
    "neither a card nor a list": ((), "请写 --card 文件夹（烧一张），或 --cards"),
    "both": (("--card", "cards/s-1", "--cards", "list.csv"), "请写 --card 文件夹（烧一张），或 --cards"),
    "a list without files": (("--cards", "list.csv"), "--cards 要与 --files 同用"),
    "a script for many cards": (("--cards", "list.csv", "--files", "cards", "--erase", "sdz"), "一次烧一张"),
    "a screen that is not in the list": (
        ("--cards", "list.csv", "--files", "cards", "--screen", "s-9"),
        "list.csv：没有屏 s-9",
    ),
    "a screen that is not enrolled": (
        ("--cards", "list.csv", "--files", "cards"),
        "list.csv:3: cards/s-2 里没有 kiosk.yaml；请先登记（enrol s-2）",
    ),
    "a folder that is no card": (("--card", "cards"), "cards：没有 kiosk.yaml，不是一张卡的文件夹"),
    "no such image": (("--card", "cards/s-1"), "window.img"),
}


@pytest.mark.parametrize(("arguments", "words"), WRONG.values(), ids=WRONG.keys())
def test_what_cannot_be_done_is_told_before_anything_is_done(
    files: Path, arguments: tuple[str, ...], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    def absolute(one: str) -> str:
        return str(files / one) if one in ("list.csv", "cards", "cards/s-1") else one

    assert main(["flash", str(files / "window.img"), *map(absolute, arguments)]) == 1
    assert words in capsys.readouterr().err.replace(f"{files}/", "")


@pytest.mark.skipif(bool(MISSING), reason=f"{MISSING} is not installed on this machine")
def test_an_image_for_the_imager_and_its_list_by_command(files: Path) -> None:
    image = compressed(make_image(files), "zstd")
    out = files / "s-1.img.zst"
    assert main(["customise", str(image), "--card", str(files / "cards" / "s-1"), "--out", str(out)]) == 0
    assert out.stat().st_mode & 0o777 == 0o600
    assert main(["os-list", str(image), "--out", str(files / "list.json"), "--date", "2026-12-01"]) == 0
    assert '"release_date": "2026-12-01"' in (files / "list.json").read_text()
