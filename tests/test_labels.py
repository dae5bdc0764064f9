"""The label sheet as it is printed: each label's text, and a code that a phone can read."""

from pathlib import Path

import pypdfium2
import pytest
import zxingcpp

from provisioning.labels import FONT, PAPERS, Label, sheet

pytestmark = pytest.mark.skipif(not Path(FONT).is_file(), reason="fonts-noto-cjk is not installed")
LABELS = [
    Label(
        screen=f"cuiyuan-b{number}-u1",
        spot=f"翠苑小区北区第十二微网格 {number} 号楼 1 单元（东门）",
        place=f"baizhuang/north/w012/b{number}/u1",
        code=f"https://window.example.org/screens/cuiyuan-b{number}-u1",
    )
    for number in range(1, 26)
]


def codes(page: pypdfium2.PdfPage, dots_per_inch: int) -> set[str]:
    return {one.text for one in zxingcpp.read_barcodes(page.render(scale=dots_per_inch / 72).to_pil())}


def test_a_page_has_twenty_four_labels_and_every_code_can_be_read() -> None:
    pdf = pypdfium2.PdfDocument(sheet(LABELS, PAPERS["a4"], skip=3))
    assert len(pdf) == 2
    assert codes(pdf[0], 150) == {one.code for one in LABELS[:21]}
    text = "".join(pdf[0].get_textpage().get_text_range().split())
    assert "".join(LABELS[0].spot.split()) in text
    assert LABELS[20].screen in text
    assert LABELS[21].screen not in text


def test_a_label_printer_gets_one_page_a_label_and_reads_it_at_its_203_dots() -> None:
    pdf = pypdfium2.PdfDocument(sheet(LABELS[:2], PAPERS["roll"]))
    assert [tuple(round(side * 25.4 / 72) for side in page.get_size()) for page in pdf] == [(60, 40), (60, 40)]
    assert codes(pdf[1], 203) == {LABELS[1].code}
