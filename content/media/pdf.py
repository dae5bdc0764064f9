"""The pages of a PDF as pictures. The one door to pypdfium2 (PDFium, the PDF engine of Chromium).

Runs in the preparing process only (content.media.child): a hostile PDF may crash the parser or keep it busy.
"""

import math
from collections.abc import Iterator
from pathlib import Path

import pypdfium2

from content.media.pictures import BROKEN, Encoded, NoPicture, encoded, prepared, trimmed
from content.media.recipe import MAX_SIDE, chosen_pages, fitted

PASSWORD = "password"  # noqa: S105 -- a word in PDFium's message, not a secret


def pages_of(path: Path, pages: tuple[int, int] | None = None) -> Iterator[Encoded]:
    """Pictures of the chosen pages, without their empty margins. Raises NoPicture."""
    name = path.name
    try:
        document = pypdfium2.PdfDocument(path)
    except (pypdfium2.PdfiumError, *BROKEN) as error:
        if PASSWORD in str(error).lower():
            raise NoPicture(f"PDF {name!r} 有密码；请去掉密码后另存，或打印成新的 PDF") from error
        raise NoPicture(f"PDF {name!r} 打不开，文件可能已损坏；请重新导出") from error
    with document:
        try:
            chosen = chosen_pages(name, len(document), pages)
        except ValueError as error:
            raise NoPicture(str(error)) from error
        document.init_forms()  # so that what was filled in is seen
        for number in chosen:
            try:
                yield picture_of(document, number)
            except (pypdfium2.PdfiumError, *BROKEN) as error:
                raise NoPicture(f"PDF {name!r} 的第 {number + 1} 页画不出来；请重新导出，或用 pages 跳过它") from error


def picture_of(document: pypdfium2.PdfDocument, number: int) -> Encoded:
    """Page `number` (from 0), as large as a screen may need it."""
    page = document[number]
    width, height = page.get_size()
    if not (math.isfinite(width) and math.isfinite(height) and width > 0 and height > 0):
        raise ValueError(f"a page of {width} × {height}")
    wide, high = fitted(width, height, enlarge=True)
    scale = min(wide / width, high / height)
    if max(math.ceil(width * scale), math.ceil(height * scale)) > MAX_SIDE + 1:
        raise ValueError(f"a page of {width} × {height}")
    drawn = page.render(scale=scale, optimize_mode=None).to_pil()
    return encoded(prepared(trimmed(drawn)))
