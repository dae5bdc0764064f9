"""What an emergency is, as a drawing that says it before a word is read; and which drawing an alert gets. Pure."""

import math

from content.notice import Alert
from kiosk.outline import Disc, Polygon, Shape, Slab, Stroke, arc, curve, wave

CLOUD: tuple[Shape, ...] = (Disc((32, 38), 20), Disc((56, 28), 24), Disc((76, 42), 16), Slab((12, 36), 80, 22, 11))


def flake() -> tuple[Shape, ...]:
    """A crystal of snow: three bars with twigs."""
    made: list[Shape] = []
    for step in range(6):
        angle = math.pi * step / 3
        dx, dy = math.sin(angle), -math.cos(angle)
        made.append(Stroke(((50, 50), (50 + 43 * dx, 50 + 43 * dy)), 8))
        fork = (50 + 25 * dx, 50 + 25 * dy)
        for side in (-math.pi / 4, math.pi / 4):
            twig = (fork[0] + 15 * math.sin(angle + side), fork[1] - 15 * math.cos(angle + side))
            made.append(Stroke((fork, twig), 7))
    return tuple(made)


def rays() -> tuple[Shape, ...]:
    """Eight, around a sun."""
    found = []
    for step in range(8):
        dx, dy = math.sin(math.pi * step / 4), -math.cos(math.pi * step / 4)
        found.append(Stroke(((50 + 35 * dx, 50 + 35 * dy), (50 + 44 * dx, 50 + 44 * dy)), 9))
    return tuple(found)


ALERT_ICONS: dict[str, tuple[Shape, ...]] = {
    "fire": (
        curve(
            (
                (50, 97),
                (24, 88),
                (12, 64),
                (20, 44),
                (27, 50),
                (32, 28),
                (48, 3),
                (53, 22),
                (66, 36),
                (70, 47),
                (78, 38),
                (88, 62),
                (77, 87),
            )
        ),
        curve(((50, 93), (36, 85), (33, 70), (44, 58), (50, 44), (58, 58), (67, 70), (64, 85)), hole=True),
    ),
    # A house up to its door in water.
    "flood": (
        Polygon(((50, 3), (94, 40), (6, 40))),
        Slab((18, 36), 64, 30, 0),
        Slab((42, 46), 16, 20, 0, True),
        wave(72, 9),
        wave(89, 9),
    ),
    "rain": (
        *CLOUD,
        Stroke(((30, 68), (23, 90)), 8),
        Stroke(((52, 68), (45, 90)), 8),
        Stroke(((74, 68), (67, 90)), 8),
    ),
    "thunder": (
        *CLOUD,
        Polygon(((54, 48), (34, 76), (48, 76), (40, 98), (68, 66), (54, 66), (64, 48)), True),
        Polygon(((56, 56), (38, 78), (50, 78), (43, 98), (67, 69), (54, 69), (63, 56))),
    ),
    "wind": (
        Stroke(((6, 38), (60, 38)), 9),
        arc(60, 24, 14, -150, 90, 9),
        Stroke(((6, 56), (78, 56)), 9),
        arc(78, 70, 14, -90, 150, 9),
        Stroke(((14, 74), (46, 74)), 9),
        arc(46, 85, 11, -90, 130, 9),
    ),
    # The sign of the weather service: an eye with two arms.
    "typhoon": (
        Disc((50, 50), 25),
        Disc((50, 50), 11, True),
        Polygon(((25, 52), (26, 34), (38, 16), (58, 7), (86, 5), (62, 16), (52, 27), (46, 40))),
        Polygon(((75, 48), (74, 66), (62, 84), (42, 93), (14, 95), (38, 84), (48, 73), (54, 60))),
        Disc((50, 50), 11, True),
    ),
    "power": (Polygon(((60, 2), (16, 56), (45, 56), (36, 98), (84, 38), (54, 38), (70, 2))),),
    # A gas bottle that leaks.
    "gas": (
        Slab((28, 34), 44, 62, 14),
        Slab((42, 20), 16, 18, 3),
        Stroke(((34, 15), (66, 15)), 9),
        Stroke(((28, 56), (72, 56)), 6, True),
        Stroke(((28, 80), (72, 80)), 6, True),
        Stroke(((80, 30), (86, 24), (82, 17), (88, 10)), 5),
        Stroke(((90, 38), (96, 32), (92, 25), (98, 18)), 5),
        Stroke(((20, 30), (14, 24), (18, 17), (12, 10)), 5),
    ),
    "snow": flake(),
    # A sun and a thermometer that is full.
    "heat": (
        *rays(),
        Disc((50, 50), 25),
    ),
    # Someone who runs through a door.
    "evacuate": (
        Slab((58, 2), 40, 96, 3),
        Slab((66, 10), 26, 88, 0, True),
        Disc((39, 17), 11),
        Stroke(((37, 38), (30, 60)), 17),
        Stroke(((38, 36), (53, 47), (64, 43)), 9),
        Stroke(((34, 36), (17, 42), (11, 55)), 9),
        Stroke(((31, 62), (46, 74), (42, 94)), 11),
        Stroke(((27, 62), (22, 79), (7, 86)), 11),
    ),
    # A house with a crack from roof to ground.
    "quake": (
        Polygon(((50, 4), (96, 46), (4, 46))),
        Slab((14, 42), 72, 54, 3),
        Stroke(((50, 4), (42, 26), (56, 42), (44, 60), (56, 76), (48, 98)), 6, True),
    ),
}
"""Drawn large beside the steps."""

EVENTS = {
    "fire": "火 烟 爆炸",
    "gas": "燃气 煤气 天然气 液化气 泄漏 泄露 一氧化碳 中毒",
    "typhoon": "台风 飓风 龙卷",
    "thunder": "雷 闪电",
    "quake": "地震 坍塌 塌 滑坡",
    "snow": "雪 冰 冻 寒潮 低温 霜 结冰",
    "heat": "高温 热 酷暑 中暑",
    "flood": "洪 涝 汛 积水 水位 溃 内涝 淹",
    "rain": "暴雨 雨",
    "wind": "大风 风",
    "power": "停电 断电 漏电 触电 电",
    "person": "走失 寻人",
    "evacuate": "撤离 转移 疏散 避险 逃生",
}
"""Words of an event, the most particular first: 防火 is about fire, whatever else the headline says."""


def event_icon(alert: Alert) -> str:
    """The drawing for `alert`: by its event first, by its headline else; a warning triangle where neither says."""
    for text in (alert.event, alert.headline):
        for name, words in EVENTS.items():
            if any(word in text for word in words.split()):
                return name
    return "warning"
