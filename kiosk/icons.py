"""The drawings beside the words: one for each topic, and those of panel, foot and standby. Values only."""

from kiosk.alert_icons import ALERT_ICONS
from kiosk.outline import Disc, Polygon, Shape, Slab, Stroke, arc, curve, drop, star

TOPIC_ICONS: dict[str, tuple[Shape, ...]] = {
    # A sheet with lines and a seal.
    "policy": (
        Slab((12, 6), 62, 88, 7),
        Stroke(((27, 28), (59, 28)), 7, True),
        Stroke(((27, 46), (59, 46)), 7, True),
        Stroke(((27, 64), (40, 64)), 7, True),
        Disc((71, 73), 27, True),
        Disc((71, 73), 20),
        star(71, 73, 12, hole=True),
    ),
    # A house with a door.
    "life": (
        Polygon(((50, 6), (97, 48), (3, 48))),
        Slab((16, 40), 68, 54, 5),
        Slab((40, 60), 20, 36, 3, True),
        Slab((66, 10), 12, 24, 2),
    ),
    # A drop and a flash.
    "water": (
        *drop(27, 66, 25),
        Polygon(((76, 6), (52, 54), (71, 54), (60, 95), (97, 40), (77, 40), (90, 6))),
    ),
    # A coin with ¥.
    "accounts": (
        Disc((50, 50), 46),
        Stroke(((31, 24), (50, 47), (69, 24)), 8, True),
        Stroke(((50, 47), (50, 79)), 8, True),
        Stroke(((33, 52), (67, 52)), 7, True),
        Stroke(((33, 66), (67, 66)), 7, True),
    ),
    # What people say, with a star.
    "review": (
        Slab((4, 8), 92, 66, 12),
        Polygon(((22, 70), (50, 70), (24, 96))),
        star(50, 43, 24, hole=True),
    ),
    # A megaphone.
    "report": (
        Polygon(((6, 38), (34, 38), (72, 12), (72, 84), (34, 60), (6, 60))),
        Polygon(((18, 60), (36, 60), (44, 92), (28, 92))),
        arc(70, 48, 22, -50, 50, 8),
    ),
    # A tick.
    "done": (Disc((50, 50), 46), Stroke(((28, 52), (44, 68), (73, 34)), 11, True)),
    # A shield with an exclamation mark.
    "safety": (
        Polygon(((50, 3), (90, 17), (90, 50), (82, 70), (68, 85), (50, 97), (32, 85), (18, 70), (10, 50), (10, 17))),
        Stroke(((50, 28), (50, 54)), 11, True),
        Disc((50, 73), 7, True),
    ),
    # A sheet of a calendar.
    "event": (
        Slab((6, 14), 88, 80, 9),
        Slab((15, 38), 70, 47, 3, True),
        Stroke(((29, 6), (29, 20)), 10),
        Stroke(((71, 6), (71, 20)), 10),
        star(50, 61, 20),
    ),
    # A medal on a ribbon.
    "honour": (
        Polygon(((18, 3), (42, 3), (58, 38), (36, 46))),
        Polygon(((82, 3), (58, 3), (42, 38), (64, 46))),
        Disc((50, 65), 31),
        star(50, 65, 20, hole=True),
    ),
    # Someone with a stick.
    "elderly": (
        Disc((44, 15), 13),
        Stroke(((38, 42), (34, 64)), 20),
        Stroke(((40, 42), (54, 56), (68, 56)), 9),
        Stroke(((34, 64), (44, 78), (44, 93)), 10),
        Stroke(((31, 66), (24, 93)), 10),
        Stroke(((70, 52), (74, 93)), 7),
    ),
    # A bell.
    "notice": (
        Disc((50, 12), 9),
        Disc((50, 42), 31),
        Polygon(((19, 42), (81, 42), (84, 62), (94, 77), (6, 77), (16, 62))),
        Disc((50, 84), 12),
    ),
    # A telephone's handset.
    "phone": (
        Stroke(((24, 22), (25, 40), (36, 58), (52, 70), (70, 76), (80, 76)), 17),
        Stroke(((18, 16), (32, 30)), 20),
        Stroke(((70, 68), (84, 82)), 20),
    ),
    # Head and shoulders, cut by the square below.
    "person": (Disc((50, 36), 20), Slab((14, 62), 72, 70, 34)),
    # The same in three colours, one over the other: a friendly figure in a coat with a lanyard.
    "face": (
        Disc((50, 44), 25),
        Disc((25, 46), 5),
        Disc((75, 46), 5),
        Slab((41, 60), 18, 26, 6),
        Disc((41, 45), 2.9, True),
        Disc((59, 45), 2.9, True),
        arc(50, 47, 11, 28, 152, 3, hole=True),
    ),
    "coat": (
        Slab((6, 76), 88, 60, 28),
        Polygon(((40, 75), (60, 75), (50, 91)), True),
        Stroke(((37, 76), (50, 99)), 2.6, True),
        Stroke(((63, 76), (50, 99)), 2.6, True),
    ),
    "hair": (
        curve(
            (
                (24, 44),
                (22, 30),
                (30, 18),
                (46, 12),
                (62, 13),
                (74, 22),
                (78, 34),
                (76, 44),
                (70, 34),
                (52, 30),
                (34, 31),
            )
        ),
    ),
    # Two turns of a meander, twice as wide as high, for the festive head.
    "fret": (
        Stroke(((0, 92), (40, 92), (40, 34), (22, 34), (22, 62)), 6),
        Stroke(((40, 92), (50, 92), (50, 8), (0, 8)), 6),
        Stroke(((50, 92), (90, 92), (90, 34), (72, 34), (72, 62)), 6),
        Stroke(((90, 92), (100, 92), (100, 8), (50, 8)), 6),
    ),
    # Roofs and trees, four times as wide as high, for the standby picture.
    "village": (
        Slab((0, 92), 100, 4, 0),
        Slab((12, 62), 14, 32, 0),
        Polygon(((10, 62), (19, 38), (28, 62))),
        Slab((17, 74), 4, 20, 0, True),
        Slab((31, 40), 11, 54, 0),
        *(Slab((33 + 4 * column, 48 + 14 * row), 2.4, 7, 0, True) for column in range(2) for row in range(3)),
        Slab((43, 26), 11, 68, 0),
        *(Slab((45 + 4 * column, 34 + 14 * row), 2.4, 7, 0, True) for column in range(2) for row in range(4)),
        Slab((57, 66), 13, 28, 0),
        Polygon(((55, 66), (63.5, 44), (72, 66))),
        Slab((61.5, 78), 4, 16, 0, True),
        Disc((6, 68), 4),
        Slab((5.6, 72), 0.8, 22, 0),
        Disc((77, 62), 4.5),
        Slab((76.6, 66), 0.8, 28, 0),
        Disc((85, 72), 3.5),
        Slab((84.6, 76), 0.8, 18, 0),
        Slab((90, 70), 8, 24, 0),
        Polygon(((88.5, 70), (94, 54), (99.5, 70))),
    ),
    # A picture that is not there.
    "picture": (
        Slab((4, 14), 92, 72, 8),
        Slab((12, 22), 76, 56, 3, True),
        Disc((32, 38), 8),
        Polygon(((16, 76), (40, 48), (54, 62), (66, 50), (84, 76))),
    ),
    # ▲ with an exclamation mark.
    "warning": (
        Polygon(((50, 8), (96, 88), (4, 88))),
        Stroke(((50, 38), (50, 60)), 9, True),
        Disc((50, 75), 5.5, True),
    ),
}
ICONS = TOPIC_ICONS | ALERT_ICONS
"""Every icon by name. A topic that names another gets "notice"."""


def shapes(name: str) -> tuple[Shape, ...]:
    """The shapes of the icon `name`."""
    return ICONS.get(name, ICONS["notice"])
