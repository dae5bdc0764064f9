"""Labels for the backs of screens: which screen, where it hangs, and a QR code. A PDF for common label paper.

The one door to fpdf: it is well kept, reads Noto's .ttc collections and embeds only the characters that are used,
so the sheet prints alike on every machine. Text stays text: it can be searched.
"""

from pathlib import Path

from fpdf import FPDF
from msgspec import Struct

from content.errors import WindowError
from kiosk.code import modules

FONT = Path("/usr/share/fonts/opentype/noto/NotoSansCJK-Bold.ttc")
SIMPLIFIED = 2
"""The face for Chinese in mainland forms, of the nine in the collection."""
POINT_MM = 25.4 / 72
LEADING = 1.25
LEAST_SPOT = 10
"""Points. Smaller than this, three lines are better than two."""
SMALL = 6.5
"""Points. What is read with the nose at the screen."""


class LabelsError(WindowError):
    """The sheet cannot be made here."""


class Label(Struct, frozen=True):
    """One label: the screen's id, its place in words and as a path, and what the QR code says."""

    screen: str
    spot: str
    place: str
    code: str


class Paper(Struct, frozen=True, kw_only=True):
    """Label paper, in millimetres: the page, how many labels across and down, and one label's size."""

    name: str
    page: tuple[float, float]
    across: int
    down: int
    label: tuple[float, float]
    margin: tuple[float, float]
    inside: float
    """Kept clear along a label's edges: printers miss by a millimetre or two."""

    @property
    def count(self) -> int:
        """Labels on a page."""
        return self.across * self.down


PAPERS = {
    one.name: one
    for one in (
        Paper(name="a4", page=(210, 297), across=3, down=8, label=(70, 37), margin=(0, 0.5), inside=5),
        Paper(name="roll", page=(60, 40), across=1, down=1, label=(60, 40), margin=(0, 0), inside=2.5),
    )
}
"""a4: the 3 × 8 sheet of 70 × 37 mm (24 格). roll: 60 × 40 mm for label printers."""


def sheet(labels: list[Label], paper: Paper, skip: int = 0) -> bytes:
    """A PDF with these labels, the first `skip` places of the first page left empty. Raises LabelsError."""
    if not FONT.is_file():
        raise LabelsError(f"没有中文字体 {FONT}；请运行 sudo apt-get install fonts-noto-cjk")
    pdf = FPDF(unit="mm", format=paper.page)
    pdf.set_auto_page_break(False)
    pdf.set_margin(0)
    pdf.set_title("便民视窗 屏幕标签")
    pdf.add_font("noto", fname=FONT, collection_font_number=SIMPLIFIED)
    for number, label in enumerate(labels, start=skip % paper.count):
        spot = number % paper.count
        if spot == 0 or pdf.page == 0:
            pdf.add_page()
        down, across = divmod(spot, paper.across)
        draw(pdf, label, paper, paper.margin[0] + across * paper.label[0], paper.margin[1] + down * paper.label[1])
    return bytes(pdf.output())


def draw(pdf: FPDF, label: Label, paper: Paper, left: float, top: float) -> None:
    """One label with its upper left corner there: the code, and the words right of it."""
    left, top = left + paper.inside, top + paper.inside
    width, height = (side - 2 * paper.inside for side in paper.label)
    side = min(height, width * 0.45)
    draw_code(pdf, label.code, left, top + (height - side) / 2, side)
    text_left, text_width = left + side + 2, width - side - 2
    foot = [(label.place, SMALL), ("便民视窗 · 报修请说屏号", SMALL)]
    foot_height = sum(lines_height(pdf, text, text_width, size) for text, size in foot)
    screen_size = fitting(pdf, label.screen, text_width, 12, lines=1)
    rest = height - foot_height - screen_size * LEADING * POINT_MM - 1
    size = fitting(pdf, label.spot, text_width, 15, lines=2)
    if size < LEAST_SPOT or lines_height(pdf, label.spot, text_width, size) > rest:
        size = next((one for one in range(15, 5, -1) if lines_height(pdf, label.spot, text_width, one) <= rest), 6)
    write(pdf, label.spot, text_left, top, text_width, size)
    y = top + height - foot_height - screen_size * LEADING * POINT_MM - 0.5
    y = write(pdf, label.screen, text_left, y, text_width, screen_size)
    for text, points in foot:
        y = write(pdf, text, text_left, y, text_width, points)


def draw_code(pdf: FPDF, text: str, left: float, top: float, side: float) -> None:
    """The QR code of `text` in a square of `side` mm; the label's own white is its quiet zone. Vector, not pixels."""
    rows = modules(text)
    step = side / len(rows)
    pdf.set_fill_color(0)
    for y, row in enumerate(rows):
        x = 0
        while x < len(row):
            run = 1
            if row[x]:
                while x + run < len(row) and row[x + run]:
                    run += 1
                pdf.rect(left + x * step, top + y * step, run * step + 0.01, step + 0.01, style="F")
            x += run


def wrapped(pdf: FPDF, text: str, width: float, size: float) -> list[str]:
    """`text` in lines of at most `width` mm. Breaks after a blank or a slash where there is one, else anywhere."""
    pdf.set_font("noto", size=size)
    lines, line = [], ""
    for letter in text:
        if pdf.get_string_width(line + letter) > width and line:
            cut = max(line.rfind(" "), line.rfind("/")) + 1 or len(line)
            lines.append(line[:cut].rstrip())
            line = line[cut:]
        line += letter
    return [*lines, line] if line else lines


def lines_height(pdf: FPDF, text: str, width: float, size: float) -> float:
    return len(wrapped(pdf, text, width, size)) * size * LEADING * POINT_MM


def fitting(pdf: FPDF, text: str, width: float, largest: int, lines: int) -> float:
    """The largest size up to `largest` points at which `text` takes so many lines."""
    return next((one for one in range(largest, 5, -1) if len(wrapped(pdf, text, width, one)) <= lines), 5)


def write(pdf: FPDF, text: str, left: float, top: float, width: float, size: float) -> float:
    """Write wrapped text; where it ends, in mm from the top."""
    for line in wrapped(pdf, text, width, size):
        pdf.text(left, top + size * POINT_MM, line)
        top += size * LEADING * POINT_MM
    return top
