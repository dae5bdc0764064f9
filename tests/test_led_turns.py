"""Card, code and clock on LED panels: whose turn it is, and that a number or a code is whole or not there."""

import pytest
from msgspec.structs import replace

from content.notice import ServiceCode
from kiosk.look import Look
from kiosk.rotation import Slide
from kiosk.scene import compose, in_turn, pages, standing
from kiosk.shapes import Code, Dots, Geometry, Text
from tests.led_panels import METRICS, MOMENT, PANELS, SHAPES, bare, is_inside, look, read, scene, texts
from tests.sample_views import CARD, CODE, EXPIRED, NOTICES, URL, WATER, view

pytestmark = pytest.mark.rules


@pytest.mark.parametrize("panel", SHAPES, ids=str)
@pytest.mark.parametrize("phone", ["0391-0000012", "138 0000 0000", "+86 391 0000 0000 8001"])
def test_a_telephone_number_stands_still_and_is_broken_at_its_joints_alone(panel: Dots, phone: str) -> None:
    made = pages(replace(CARD, phone=phone, name="欧阳建国（示例）"), view(), look(panel))
    still = [item.text for page in made for item in page.items if isinstance(item, Text)]
    assert bare(phone) in bare("".join(still))
    pieces = [text for text in still if set(text) <= set("+-0123456789 ")]
    joints = {0, len(phone), *(at + 1 for at, one in enumerate(phone) if one in "- ")}
    for text in pieces:
        at = phone.find(text)
        assert at in joints
        assert at + len(text) in joints or phone[at + len(text)] == " "


def test_card_and_code_have_turns_of_their_own_and_an_old_card_has_none() -> None:
    panel = look(Dots(128, 32))
    assert standing(view(), MOMENT, panel) == (CARD, CODE)
    assert standing(view(card=EXPIRED), MOMENT, panel) == (CODE,)
    assert standing(view(card=EXPIRED), None, panel) == (EXPIRED, CODE)
    assert standing(view(card=None, service_code=None), MOMENT, panel) == ()


def test_card_and_code_stand_evenly_among_the_notices() -> None:
    panel = look(Dots(128, 32))
    assert in_turn(NOTICES[:4], view(), MOMENT, panel) == (*NOTICES[:2], CARD, *NOTICES[2:4], CODE)
    assert in_turn(NOTICES[:1], view(service_code=None), MOMENT, panel) == (NOTICES[0], CARD)
    assert in_turn((), view(), MOMENT, panel) == (CARD, CODE)
    assert in_turn(NOTICES, view(), MOMENT, Look(Geometry(1280, 720), METRICS)) == NOTICES


def test_time_and_number_take_turns_in_the_head() -> None:
    panel = Dots(192, 64)
    heads = ["".join(text.text for text in texts(scene(panel, WATER, 1, at).items)) for at in (0.0, 6.5, 12.5)]
    assert ["09:26" in head for head in heads] == [True, False, True]
    assert ["0391-0000000" in head for head in heads] == [False, True, False]
    untrusted = compose(view(), Slide(WATER, 1, pages(WATER, view(), look(panel))[0], 1, 3.0), None, look(panel))
    assert "09:26" not in "".join(text.text for text in texts(untrusted.items))


def test_a_qr_code_has_two_dots_a_module_and_its_quiet_zone_or_is_not_there() -> None:
    short = ServiceCode(url="https://x.cn/b3u1")
    for panel in PANELS:
        for code in (short, CODE, replace(CODE, url=CODE.url + "/x" * 60)):
            codes = [item for page in pages(code, view(), look(panel)) for item in page.items if isinstance(item, Code)]
            assert all(item.module >= 2 and is_inside(panel, item) for item in codes)
    assert any(isinstance(item, Code) for page in pages(short, view(), look(Dots(64, 64))) for item in page.items)


@pytest.mark.parametrize("panel", [panel for panel in PANELS if panel.width <= 192], ids=str)
def test_without_a_qr_code_the_number_to_call_and_the_house_to_name_are_told(panel: Dots) -> None:
    made = pages(replace(CODE, url=URL + "x" * 200), view(), look(panel))
    told = read(made)
    assert told.startswith("报修")
    assert CARD.phone in told
    assert "3号楼1单元" in told
    if panel.width > 64 and panel.height >= 64:
        assert len(made) == 1
    alone = view(card=None)
    assert read(pages(ServiceCode(url="https://x.cn/1"), alone, look(Dots(64, 32)))).endswith("网址x.cn/1")
    assert pages(ServiceCode(url="https://a.example/" + "x" * 160), alone, look(Dots(64, 32))) == ()


def test_the_code_names_no_number_of_a_card_past_its_day() -> None:
    shown, panel = view(card=EXPIRED, higher_cards=(CARD,)), look(Dots(128, 32))
    made = pages(CODE, shown, panel)
    said = ""
    for number, page in enumerate(made, 1):
        slide = Slide(CODE, number, page, len(made), page.seconds)
        said += "".join(text.text for text in texts(compose(shown, slide, MOMENT, panel).items))
    assert EXPIRED.phone not in said
    assert CARD.phone in said
